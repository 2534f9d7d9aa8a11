//! The lane of threads that share cores, first come, first served.

use crate::engine::slab::NONE;
use crate::units::Time;

use super::super::event::Class;
use super::super::program::{Keys, Op};
use super::super::request::Part;
use super::cores::Cores;
use super::run::Serve;
use super::state::State;
use super::task::flag;

/// More threads than cores.
pub struct Shared {
    /// Threads without a request.
    idle: u64,
    /// The longest run that no timeslice cuts, in nanoseconds.
    longest_run: u64,
    cores: Cores,
}

impl Shared {
    /// Idle threads and cores.
    pub fn new(workers: u64, longest_run: u64, cores: u32) -> Self {
        Self { idle: workers, longest_run, cores: Cores::new(cores) }
    }

    /// A thread runs its request up to its next wait.
    #[inline]
    fn run_in_place(&mut self, state: &mut State<'_>, task: u32, overhead: u64) {
        let program = &state.setup.program;
        let record = &mut state.record;
        let this = &mut state.tasks[task];
        let mut at = state.now.0;
        let mut pending = overhead;
        // The core of the run, and how much of it is done.
        let (mut core, mut run) = (NONE, 0);
        let mut ends_in = Class::Burst;
        let mut keys = Keys::new(program, this.place.key);
        loop {
            let op = &program.ops[this.place.pc as usize];
            let mut useful = 0;
            if let Op::Cpu { demand, .. } = op {
                useful = demand.nanos(&mut keys, this.place.key);
                record.luck[0] += useful as f64 - demand.mean;
            } else if !matches!(op, Op::Io { .. } | Op::End) {
                this.place.steer_in_thread(program, &mut state.rounds);
                continue;
            }
            let length = std::mem::take(&mut pending) + useful;
            if length > 0 {
                run += length;
                if run > self.longest_run {
                    return state.give_up();
                }
                if core == NONE {
                    (this.start, core) = self.cores.take(at, length);
                    this.waiting += this.start - at;
                    (this.end, this.useful) = (this.start, 0);
                } else {
                    self.cores.extend(core, length);
                }
                this.end += length;
                this.useful += useful;
                this.running += length;
                this.flags |= flag::BURST;
                ends_in = Class::Burst;
                record.cpu_busy += u128::from(length);
                record.cpu_useful += u128::from(useful);
                at = this.end;
            }
            match op {
                Op::Io { wait, .. } => {
                    let length = wait.nanos(&mut keys, this.place.key);
                    record.luck[1] += length as f64 - wait.mean;
                    this.place.pc += 1;
                    if length > 0 || core == NONE {
                        this.io += length;
                        this.flags |= flag::WAIT;
                        let number = this.number;
                        return state.after_wait(task, at.saturating_add(length), number);
                    }
                    // Over before its thread could leave the core, which it keeps.
                    record.events += 2;
                    ends_in = Class::Wait;
                }
                Op::End if core == NONE => return self.finish(state, task),
                Op::End => {
                    let number = this.number;
                    return match ends_in {
                        Class::Burst => state.after_burst(task, at, core),
                        _ => state.after_wait(task, at, number),
                    };
                }
                _ => this.place.pc += 1,
            }
        }
    }

    fn finish(&mut self, state: &mut State<'_>, task: u32) {
        state.complete(task, Part::CpuWait);
        state.record.busy_workers.decrease(state.now);
        self.idle += 1;
    }
}

impl Serve for Shared {
    fn take_waiting(&mut self, state: &mut State<'_>) {
        while self.idle > 0
            && let Some(task) = state.backlog.pop_front()
        {
            self.idle -= 1;
            state.record.events += 1;
            state.record.busy_workers.increase(state.now);
            let this = &mut state.tasks[task];
            this.flags |= flag::TAKEN;
            let overhead = state.setup.overhead_of(this.place.key);
            self.run_in_place(state, task, overhead);
        }
    }

    #[inline]
    fn step(&mut self, state: &mut State<'_>, task: u32) {
        let this = &mut state.tasks[task];
        state.record.events += this.clear(flag::BURST) as u64 + this.clear(flag::WAIT) as u64;
        self.run_in_place(state, task, 0);
    }

    fn beyond(&mut self, state: &mut State<'_>, edge: Time) -> [u64; 2] {
        state.bursts_beyond(edge)
    }

    fn count_under_way(&mut self, state: &mut State<'_>) {
        // A window of a given length closes after the bursts of its last instant.
        let before = state.now.0 + u64::from(!state.record.is_full());
        let over = state.in_flight().filter(|task| task.has(flag::BURST) && task.end < before);
        state.record.events += over.count() as u64;
    }
}
