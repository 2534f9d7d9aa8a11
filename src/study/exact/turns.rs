//! What follows what in a request: bursts without a wait between them, turns without a burst.
//!
//! An event loop is a queue whose service is one turn. Product form needs every turn to be one
//! exponential burst: being taken in and going on after a wait are turns, the end of a request after
//! its last wait is none. On threads a wait takes no turn, but two bursts in a row are one.
//!
//! The steps are walked with the set of states that a request may be in, so that what is found is
//! never too little: chances and random counts only add states.

use crate::input::dist::Dist;
use crate::model::{RequestClass, Step, StepKind};

/// What was found on any path through any class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turns {
    /// Two bursts without a wait between them.
    pub fused: bool,
    /// On a loop: a turn without a burst.
    pub empty: bool,
    /// On a loop: a second turn.
    pub resumed: bool,
    /// A request may begin with a burst.
    pub starts_running: bool,
    /// A request may end with one.
    pub ends_running: bool,
}

/// The states of a request, as bits of a set.
mod state {
    /// Begun, or resumed; nothing was done in this turn.
    pub const FRESH: u8 = 1;
    /// After a burst.
    pub const RAN: u8 = 2;
    /// After a wait.
    pub const WAITED: u8 = 4;
}
use state::{FRESH, RAN, WAITED};

/// More rounds of a loop than there are sets of states: then all sets have been seen.
const ROUNDS: u64 = 16;

/// Walks all classes.
#[must_use]
pub fn of(classes: &[RequestClass], on_loop: bool) -> Turns {
    let mut walk = Walk { on_loop, found: Turns::default() };
    for class in classes {
        let end = walk.steps(FRESH, &class.steps);
        walk.found.ends_running |= end & RAN != 0;
        walk.found.empty |= on_loop && end & FRESH != 0;
    }
    walk.found
}

/// Shows every step that may be done, those inside others too.
pub fn each<'s>(steps: &'s [Step], see: &mut dyn FnMut(&'s Step)) {
    for step in steps {
        match &step.kind {
            StepKind::Chance { probability, .. } if probability.0 <= 0.0 => continue,
            StepKind::Repeat { count, .. } if count.mean() <= 0.0 => continue,
            _ => see(step),
        }
        match &step.kind {
            StepKind::Cpu { .. } | StepKind::Io { .. } => {}
            StepKind::Hold { steps, .. }
            | StepKind::Offload { steps, .. }
            | StepKind::Repeat { steps, .. }
            | StepKind::Chance { steps, .. } => each(steps, see),
            StepKind::Parallel { branches } => branches.iter().for_each(|steps| each(steps, see)),
        }
    }
}

struct Walk {
    on_loop: bool,
    found: Turns,
}

impl Walk {
    fn steps(&mut self, from: u8, steps: &[Step]) -> u8 {
        steps.iter().fold(from, |from, step| self.step(from, step))
    }

    fn step(&mut self, from: u8, step: &Step) -> u8 {
        match &step.kind {
            StepKind::Cpu { demand, .. } => self.burst(from, demand),
            StepKind::Io { .. } if self.on_loop => self.wait_on_loop(from),
            StepKind::Io { wait, .. } => wait_in_place(from, wait),
            StepKind::Hold { steps, .. } => {
                let from = self.slot(from);
                let end = self.steps(from, steps);
                self.slot(end)
            }
            StepKind::Offload { steps, .. } => self.steps(from, steps),
            // On a loop it is refused elsewhere; in a thread one branch follows the other.
            StepKind::Parallel { branches } => {
                branches.iter().fold(from, |from, steps| self.steps(from, steps))
            }
            StepKind::Repeat { count, steps } => self.repeat(from, count, steps),
            StepKind::Chance { probability, .. } if probability.0 <= 0.0 => from,
            StepKind::Chance { probability, steps } => {
                let skipped = if probability.0 < 1.0 { from } else { 0 };
                skipped | self.steps(from, steps)
            }
        }
    }

    fn burst(&mut self, from: u8, demand: &Dist) -> u8 {
        if demand.mean() == 0.0 {
            return from;
        }
        self.found.fused |= from & RAN != 0;
        self.found.resumed |= self.on_loop && from & WAITED != 0;
        self.found.starts_running |= from & FRESH != 0;
        RAN
    }

    fn wait_on_loop(&mut self, from: u8) -> u8 {
        self.found.empty |= from & (FRESH | WAITED) != 0;
        self.found.resumed |= from & WAITED != 0;
        WAITED
    }

    /// Taking a slot and giving it back needs a turn of the loop, if there is none already.
    fn slot(&mut self, from: u8) -> u8 {
        if !self.on_loop || from & WAITED == 0 {
            return from;
        }
        self.found.resumed = true;
        (from & !WAITED) | FRESH
    }

    fn repeat(&mut self, from: u8, count: &Dist, steps: &[Step]) -> u8 {
        if count.mean() <= 0.0 {
            return from;
        }
        let certain = count.is_constant().then(|| count.mean() as u64);
        let may_be_none = certain.is_none() && count.cdf(0.5) > 0.0;
        let (mut now, mut seen) = (from, if may_be_none { from } else { 0 });
        for _ in 0..certain.unwrap_or(ROUNDS).min(ROUNDS) {
            now = self.steps(now, steps);
            seen |= now;
        }
        match certain {
            Some(rounds) if rounds <= ROUNDS => now,
            _ => seen,
        }
    }
}

/// A thread that waits gives up its core, unless the wait has no length.
fn wait_in_place(from: u8, wait: &Dist) -> u8 {
    if wait.mean() == 0.0 {
        return from;
    }
    let none = if wait.cdf(0.0) > 0.0 { from } else { 0 };
    WAITED | none
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::request::Gil;
    use crate::units::Share;

    fn step(kind: StepKind) -> Step {
        Step { kind, fail: Share::NONE, label: None }
    }

    fn cpu() -> Step {
        let demand = Dist::exponential(1e6);
        step(StepKind::Cpu { demand, offload: Share::NONE, gil: Gil::Hold })
    }

    fn io(wait: Dist) -> Step {
        step(StepKind::Io {
            wait,
            at: vec![],
            timer: false,
            blocking: Share::NONE,
            offload: Share::NONE,
        })
    }

    fn wait() -> Step {
        io(Dist::constant(1e6))
    }

    fn chance(p: f64, steps: Vec<Step>) -> Step {
        step(StepKind::Chance { probability: Share(p), steps })
    }

    fn repeat(count: Dist, steps: Vec<Step>) -> Step {
        step(StepKind::Repeat { count, steps })
    }

    fn hold(steps: Vec<Step>) -> Step {
        step(StepKind::Hold { resources: vec![0], steps })
    }

    fn walk(steps: &[Step], on_loop: bool) -> Turns {
        of(&[RequestClass { name: "r".into(), weight: 1.0, steps: steps.to_vec() }], on_loop)
    }

    #[test]
    fn a_loop_finds_bursts_in_a_row_turns_without_a_burst_and_second_turns() {
        let counts = || Dist::uniform_count(0, 3).unwrap();
        // (steps, fused, empty, resumed)
        for (steps, fused, empty, resumed) in [
            (vec![cpu()], false, false, false),
            (vec![cpu(), wait()], false, false, false),
            (vec![cpu(), wait(), cpu()], false, false, true),
            (vec![cpu(), cpu(), wait()], true, false, false),
            (vec![wait(), cpu()], false, true, true),
            (vec![cpu(), wait(), wait()], false, true, true),
            // The end comes without a turn where the last burst is not made.
            (vec![cpu(), wait(), chance(0.5, vec![cpu()])], false, false, true),
            (vec![cpu(), wait(), chance(0.5, vec![cpu()]), wait()], false, true, true),
            (vec![chance(0.5, vec![cpu()])], false, true, false),
            (vec![chance(0.5, vec![cpu(), wait()]), cpu()], false, false, true),
            (vec![chance(0.0, vec![wait()]), chance(1.0, vec![cpu()])], false, false, false),
            (vec![repeat(Dist::constant(20.0), vec![cpu(), wait()])], false, false, true),
            (vec![repeat(Dist::constant(1.0), vec![cpu(), wait()])], false, false, false),
            (vec![repeat(Dist::constant(20.0), vec![cpu()])], true, false, false),
            (vec![repeat(counts(), vec![cpu(), wait()])], false, true, true),
            (vec![cpu(), repeat(counts(), vec![wait(), cpu()])], false, false, true),
            // Slots are given back in a turn: here one without a burst, there one with it.
            (vec![hold(vec![cpu(), wait()])], false, true, true),
            (vec![hold(vec![cpu(), wait()]), cpu()], false, false, true),
        ] {
            let found = walk(&steps, true);
            assert_eq!(
                (found.fused, found.empty, found.resumed),
                (fused, empty, resumed),
                "{steps:?}"
            );
        }
    }

    #[test]
    fn threads_find_bursts_in_a_row_and_how_a_request_begins_and_ends() {
        let none = || io(Dist::constant(0.0));
        let perhaps = || io(Dist::uniform_count(0, 9).unwrap());
        // (steps, fused, starts running, ends running)
        for (steps, fused, starts, ends) in [
            (vec![wait(), cpu()], false, false, true),
            (vec![cpu(), wait(), wait(), cpu(), wait()], false, true, false),
            (vec![cpu(), none(), cpu(), wait()], true, true, false),
            (vec![cpu(), perhaps(), cpu(), wait()], true, true, false),
            (vec![chance(0.5, vec![wait()]), cpu(), wait()], false, true, false),
            (vec![hold(vec![cpu(), wait()]), cpu(), wait()], false, true, false),
        ] {
            let found = walk(&steps, false);
            let seen = (found.fused, found.starts_running, found.ends_running);
            assert_eq!(seen, (fused, starts, ends), "{steps:?}");
            assert!(!found.empty && !found.resumed);
        }
    }

    #[test]
    fn steps_that_never_happen_are_not_shown() {
        let steps = [chance(0.0, vec![cpu()]), hold(vec![wait(), chance(0.1, vec![cpu()])])];
        let mut seen = 0;
        each(&steps, &mut |_| seen += 1);
        assert_eq!(seen, 4, "the hold, the wait, the chance and its burst");
    }
}
