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
        self.found.resumed |= from & WAITED != 0;
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
