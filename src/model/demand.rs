//! What a request demands, as a sync worker would do it: T_cpu, T_io, and how long it holds what.

use crate::model::request::Gil;
use crate::model::{RequestClass, Step, StepKind};
use crate::units::{NANOS_PER_SECOND, Share};

/// Expected sums over the steps of a request: all branches, chance times p, repeat times its mean,
/// offload and blocking included; without overheads, queueing, failures or retries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Demand {
    /// CPU, in seconds: T_cpu.
    pub t_cpu_s: f64,
    /// I/O wait, in seconds: T_io.
    pub t_io_s: f64,
    /// I/O waits.
    pub calls: f64,
    /// The part of T_cpu that needs the GIL, in seconds.
    pub cpu_gil_s: f64,
    /// The part of T_cpu that releases the GIL, in seconds.
    pub cpu_released_s: f64,
    /// CPU on an event loop itself, in seconds: T_cpu without what is offloaded.
    pub cpu_on_loop_s: f64,
    /// CPU on executor threads of an event loop, in seconds.
    pub cpu_offloaded_s: f64,
    /// Waits on executor threads of an event loop, in seconds.
    pub io_offloaded_s: f64,
    /// Waits that block a whole event loop, in seconds.
    pub io_blocking_s: f64,
    /// Executions that go to an executor thread.
    pub offloads: f64,
    /// Turns that the request takes on an event loop: being taken in, and every wait, offloaded
    /// part or set of branches that is followed by a step.
    pub resumptions: f64,
    /// Seconds for which slots are held, in all, by the place of the resource; as long as the
    /// highest place that a step names. Two slots for a second are two seconds.
    pub hold_s: Vec<f64>,
}

impl Demand {
    /// The demand of the average request: classes weighted by their weights.
    #[must_use]
    pub fn of_classes(classes: &[RequestClass]) -> Self {
        let total: f64 = classes.iter().map(|class| class.weight).sum();
        let mut sum = Self::default();
        for class in classes {
            // All weights zero is refused where a model is read; built in code it demands nothing.
            let share = if total > 0.0 { class.weight / total } else { 0.0 };
            sum.add(&Self::of_steps(&class.steps), share);
        }
        sum
    }

    /// The demand of these steps.
    #[must_use]
    pub fn of_steps(steps: &[Step]) -> Self {
        let mut demand = Self::sequence(steps, Thread::Loop);
        // Being taken in takes a turn; after the last step there is nothing to go on with.
        demand.resumptions += 1.0 - last_turn(steps);
        demand
    }

    /// T_io / T_cpu; `None` where T_cpu is 0.
    #[must_use]
    pub fn beta(&self) -> Option<f64> {
        (self.t_cpu_s > 0.0).then(|| self.t_io_s / self.t_cpu_s)
    }

    /// How long slots of the resource at this place are held, in seconds.
    #[must_use]
    pub fn hold_of(&self, resource: usize) -> f64 {
        self.hold_s.get(resource).copied().unwrap_or(0.0)
    }

    /// Adds `times` another demand.
    fn add(&mut self, other: &Self, times: f64) {
        // A class of weight 0 adds nothing, even where its demand is infinite.
        if times == 0.0 {
            return;
        }
        self.t_cpu_s += times * other.t_cpu_s;
        self.t_io_s += times * other.t_io_s;
        self.calls += times * other.calls;
        self.cpu_gil_s += times * other.cpu_gil_s;
        self.cpu_released_s += times * other.cpu_released_s;
        self.cpu_on_loop_s += times * other.cpu_on_loop_s;
        self.cpu_offloaded_s += times * other.cpu_offloaded_s;
        self.io_offloaded_s += times * other.io_offloaded_s;
        self.io_blocking_s += times * other.io_blocking_s;
        self.offloads += times * other.offloads;
        self.resumptions += times * other.resumptions;
        for (place, held) in other.hold_s.iter().enumerate() {
            self.hold(place, times * held);
        }
    }

    fn hold(&mut self, place: usize, seconds: f64) {
        if self.hold_s.len() <= place {
            self.hold_s.resize(place + 1, 0.0);
        }
        self.hold_s[place] += seconds;
    }

    fn sequence(steps: &[Step], thread: Thread) -> Self {
        let mut sum = Self::default();
        for step in steps {
            sum.add(&Self::of_step(step, thread), 1.0);
        }
        sum
    }

    /// The demand of one step, every turn after it counted.
    fn of_step(step: &Step, thread: Thread) -> Self {
        match &step.kind {
            StepKind::Cpu { demand, offload, gil } => {
                Self::of_cpu(demand.mean() / NANOS_PER_SECOND, thread.share(*offload), *gil, thread)
            }
            StepKind::Io { wait, at, blocking, offload, .. } => {
                let seconds = wait.mean() / NANOS_PER_SECOND;
                let mut demand = Self::of_io(seconds, thread.share(*offload), *blocking, thread);
                at.iter().for_each(|place| demand.hold(*place, seconds));
                demand
            }
            StepKind::Hold { resources, steps } => {
                let mut demand = Self::sequence(steps, thread);
                let seconds = duration(steps);
                resources.iter().for_each(|place| demand.hold(*place, seconds));
                demand
            }
            StepKind::Offload { share, steps } => {
                let share = thread.share(*share);
                let mut demand = Self::default();
                demand.add(&Self::sequence(steps, Thread::Executor), share);
                demand.offloads += share;
                demand.resumptions += share * thread.turns();
                demand.add(&Self::sequence(steps, thread), 1.0 - share);
                demand
            }
            StepKind::Parallel { branches } => {
                let mut demand = Self::default();
                for steps in branches {
                    demand.add(&Self::sequence(steps, thread), 1.0);
                    demand.resumptions -= thread.turns() * last_turn(steps);
                }
                demand.resumptions += thread.turns();
                demand
            }
            StepKind::Repeat { count, steps } => {
                let mut demand = Self::default();
                demand.add(&Self::sequence(steps, thread), count.mean());
                demand
            }
            StepKind::Chance { probability, steps } => {
                let mut demand = Self::default();
                demand.add(&Self::sequence(steps, thread), probability.0);
                demand
            }
        }
    }

    fn of_cpu(seconds: f64, offloaded: f64, gil: Gil, thread: Thread) -> Self {
        let elsewhere = if thread == Thread::Executor { 1.0 } else { offloaded };
        let needs_lock = f64::from(u8::from(gil == Gil::Hold));
        Self {
            t_cpu_s: seconds,
            cpu_gil_s: seconds * needs_lock,
            cpu_released_s: seconds * (1.0 - needs_lock),
            cpu_on_loop_s: seconds * (1.0 - elsewhere),
            cpu_offloaded_s: seconds * elsewhere,
            offloads: offloaded,
            resumptions: offloaded * thread.turns(),
            ..Self::default()
        }
    }

    fn of_io(seconds: f64, offloaded: f64, blocking: Share, thread: Thread) -> Self {
        let elsewhere = if thread == Thread::Executor { 1.0 } else { offloaded };
        let blocked = (1.0 - elsewhere) * blocking.0;
        Self {
            t_io_s: seconds,
            calls: 1.0,
            io_offloaded_s: seconds * elsewhere,
            io_blocking_s: seconds * blocked,
            offloads: offloaded,
            resumptions: (1.0 - blocked) * thread.turns(),
            ..Self::default()
        }
    }
}

/// Which thread of an event loop runs a step.
#[derive(Clone, Copy, PartialEq)]
enum Thread {
    Loop,
    Executor,
}

impl Thread {
    /// What is already on an executor thread runs in place.
    fn share(self, share: Share) -> f64 {
        if self == Self::Executor { 0.0 } else { share.0 }
    }

    /// A wait on an executor thread takes no turn of the loop.
    fn turns(self) -> f64 {
        if self == Self::Executor { 0.0 } else { 1.0 }
    }
}

/// How long steps take one after another without queueing, in seconds.
fn duration(steps: &[Step]) -> f64 {
    let demand = Demand::sequence(steps, Thread::Loop);
    demand.t_cpu_s + demand.t_io_s
}

/// The turns counted for the end of the last step, after which nothing comes.
fn last_turn(steps: &[Step]) -> f64 {
    let Some(step) = steps.last() else { return 0.0 };
    match &step.kind {
        StepKind::Cpu { offload, .. } => offload.0,
        StepKind::Io { blocking, offload, .. } => 1.0 - (1.0 - offload.0) * blocking.0,
        // Its slots are given back when it, running, leaves the block: it has to run once more.
        StepKind::Hold { .. } => 0.0,
        StepKind::Offload { share, steps } => share.0 + (1.0 - share.0) * last_turn(steps),
        StepKind::Parallel { .. } => 1.0,
        StepKind::Repeat { count, steps } => count.mean().min(1.0) * last_turn(steps),
        StepKind::Chance { probability, steps } => probability.0 * last_turn(steps),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::dist::Dist;

    const MS: f64 = 1e6;

    fn step(kind: StepKind) -> Step {
        Step { kind, fail: Share::NONE, label: None }
    }

    fn cpu(ms: f64) -> Step {
        offloaded_cpu(ms, 0.0)
    }

    fn offloaded_cpu(ms: f64, share: f64) -> Step {
        let demand = Dist::constant(ms * MS);
        step(StepKind::Cpu { demand, offload: Share(share), gil: Gil::Hold })
    }

    fn io(ms: f64) -> Step {
        blocking_io(ms, 0.0, 0.0)
    }

    fn blocking_io(ms: f64, blocking: f64, offload: f64) -> Step {
        let wait = Dist::exponential(ms * MS);
        let (blocking, offload) = (Share(blocking), Share(offload));
        step(StepKind::Io { wait, at: Vec::new(), timer: false, blocking, offload })
    }

    fn io_at(ms: f64, at: &[usize]) -> Step {
        let wait = Dist::constant(ms * MS);
        let (blocking, offload) = (Share::NONE, Share::NONE);
        step(StepKind::Io { wait, at: at.to_vec(), timer: false, blocking, offload })
    }

    fn repeat(times: f64, steps: Vec<Step>) -> Step {
        step(StepKind::Repeat { count: Dist::constant(times), steps })
    }

    fn chance(probability: f64, steps: Vec<Step>) -> Step {
        step(StepKind::Chance { probability: Share(probability), steps })
    }

    fn parallel(branches: Vec<Vec<Step>>) -> Step {
        step(StepKind::Parallel { branches })
    }

    fn hold(resources: &[usize], steps: Vec<Step>) -> Step {
        step(StepKind::Hold { resources: resources.to_vec(), steps })
    }

    fn offload(share: f64, steps: Vec<Step>) -> Step {
        step(StepKind::Offload { share: Share(share), steps })
    }

    fn ms(seconds: f64) -> f64 {
        // Rounded to picoseconds, so that sums of a few products compare as written.
        (seconds * 1e12).round() / 1e9
    }

    #[test]
    fn demands_are_the_expected_sums_over_all_steps() {
        // (steps, T_cpu in ms, T_io in ms, calls), each by hand from semantics.md
        for (steps, t_cpu, t_io, calls) in [
            (vec![cpu(1.0), io(80.0)], 1.0, 80.0, 1.0),
            (vec![repeat(20.0, vec![cpu(0.05), io(4.0)])], 1.0, 80.0, 20.0),
            (vec![chance(0.1, vec![cpu(10.0), io(20.0)])], 1.0, 2.0, 0.1),
            (vec![parallel(vec![vec![io(20.0)], vec![io(30.0), cpu(1.0)]])], 1.0, 50.0, 2.0),
            (vec![offload(0.5, vec![cpu(3.0), io(2.0)])], 3.0, 2.0, 1.0),
            (vec![hold(&[0], vec![cpu(1.0), io(3.0), io(3.0)])], 1.0, 6.0, 2.0),
            (vec![blocking_io(2.0, 0.02, 0.0), offloaded_cpu(4.0, 1.0)], 4.0, 2.0, 1.0),
            (vec![repeat(0.0, vec![cpu(1.0)]), io(1.0)], 0.0, 1.0, 1.0),
        ] {
            let demand = Demand::of_steps(&steps);
            let found = (ms(demand.t_cpu_s), ms(demand.t_io_s), demand.calls);
            assert_eq!(found, (t_cpu, t_io, calls), "{steps:?}");
            assert_eq!(ms(demand.cpu_on_loop_s + demand.cpu_offloaded_s), t_cpu, "{steps:?}");
            assert_eq!(ms(demand.cpu_gil_s + demand.cpu_released_s), t_cpu, "{steps:?}");
        }
    }

    #[test]
    fn classes_count_by_their_weight() {
        let class = |weight: f64, steps: Vec<Step>| RequestClass {
            name: weight.to_string(),
            weight,
            steps,
        };
        let classes = [
            class(3.0, vec![cpu(1.0)]),
            class(1.0, vec![cpu(5.0), io(8.0)]),
            class(0.0, vec![io(9.0)]),
        ];
        let demand = Demand::of_classes(&classes);
        // (3 * 1 + 1 * 5) / 4 and 8 / 4
        assert_eq!((ms(demand.t_cpu_s), ms(demand.t_io_s)), (2.0, 2.0));
        assert_eq!(demand.beta(), Some(1.0));
        assert_eq!(Demand::of_classes(&[class(1.0, vec![io(1.0)])]).beta(), None);
    }

    #[test]
    fn a_slot_is_held_for_the_wait_or_for_the_whole_block() {
        let steps = [
            repeat(3.0, vec![io_at(2.0, &[1])]),
            // Two slots of resource 0 for all of 1 + 4 ms, one of resource 1 for 4 ms.
            hold(&[0, 0], vec![cpu(1.0), io_at(4.0, &[1])]),
        ];
        let demand = Demand::of_steps(&steps);
        assert_eq!(ms(demand.hold_of(0)), 10.0);
        assert_eq!(ms(demand.hold_of(1)), 3.0 * 2.0 + 4.0);
        assert_eq!(demand.hold_of(2), 0.0);
    }

    #[test]
    fn what_is_offloaded_or_blocks_is_told_from_what_the_loop_does() {
        let steps = [
            offloaded_cpu(4.0, 0.25),
            blocking_io(10.0, 0.5, 0.2),
            offload(1.0, vec![offloaded_cpu(2.0, 1.0), blocking_io(3.0, 1.0, 0.0)]),
        ];
        let demand = Demand::of_steps(&steps);
        assert_eq!(ms(demand.cpu_on_loop_s), 3.0);
        assert_eq!(ms(demand.cpu_offloaded_s), 1.0 + 2.0);
        // 20 % of the 10 ms are offloaded; half of the rest blocks. On the executor nothing blocks.
        assert_eq!(ms(demand.io_offloaded_s), 2.0 + 3.0);
        assert_eq!(ms(demand.io_blocking_s), 4.0);
        assert_eq!(ms(1e-3 * demand.offloads), 0.25 + 0.2 + 1.0);
    }

    #[test]
    fn only_a_burst_that_holds_the_lock_counts_against_it() {
        let demand = Dist::constant(2.0 * MS);
        let release = step(StepKind::Cpu { demand, offload: Share::NONE, gil: Gil::Release });
        let demand = Demand::of_steps(&[cpu(1.0), release]);
        assert_eq!((ms(demand.cpu_gil_s), ms(demand.cpu_released_s)), (1.0, 2.0));
    }

    #[test]
    fn a_request_takes_a_turn_to_begin_and_one_after_each_wait_but_the_last() {
        for (steps, turns) in [
            (vec![cpu(1.0)], 1.0),
            (vec![io(1.0)], 1.0),
            (vec![cpu(1.0), io(1.0)], 1.0),
            (vec![cpu(1.0), io(1.0), cpu(1.0)], 2.0),
            (vec![repeat(20.0, vec![cpu(1.0), io(1.0)])], 20.0),
            (vec![repeat(20.0, vec![cpu(1.0), io(1.0)]), cpu(1.0)], 21.0),
            (vec![parallel(vec![vec![io(1.0)], vec![io(1.0), cpu(1.0)]]), cpu(1.0)], 3.0),
            (vec![hold(&[0], vec![io(1.0)])], 2.0),
            (vec![blocking_io(1.0, 1.0, 0.0), cpu(1.0)], 1.0),
            (vec![offload(1.0, vec![io(1.0), io(1.0)]), cpu(1.0)], 2.0),
            (vec![chance(0.5, vec![io(1.0)]), cpu(1.0)], 1.5),
        ] {
            assert_eq!(Demand::of_steps(&steps).resumptions, turns, "{steps:?}");
        }
    }
}
