//! The lane of threads that share cores, first come, first served.

use crate::engine::slab::NONE;
use crate::units::Time;

use super::super::event::Class;
use super::super::program::Keys;
use super::super::request::Part;
use super::cores::Cores;
use super::legs::LegKind;
use super::serve::Serve;
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
        let setup = state.setup;
        let record = &mut state.record;
        let this = &mut state.tasks[task];
        let mut at = state.now.0;
        let mut pending = overhead;
        // The core of the run, and how much of it is done.
        let (mut core, mut run) = (NONE, 0);
        let mut ends_in = Class::Burst;
        let mut keys = Keys::new(&setup.program, this.place.key);
        loop {
            let leg = &setup.legs[this.place.pc as usize];
            if leg.kind.steers_thread() {
                this.place.steer_in_thread(&setup.program, &mut state.rounds);
                continue;
            }
            let mut useful = 0;
            if let Some(burst) = &leg.burst {
                let luck;
                (useful, luck) = burst.nanos(&mut keys, this.place.key);
                record.luck[0] += luck;
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
                    // Another burst after a wait of no time; the task knows its latest alone.
                    this.lag += 1;
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
            if leg.kind == LegKind::End {
                let number = this.number;
                return match ends_in {
                    _ if core == NONE => self.finish(state, task),
                    Class::Burst => state.after_burst(task, at, core),
                    _ => state.after_wait(task, at, number),
                };
            }
            this.place.pc = leg.next;
            if let Some(wait) = &leg.wait {
                let (length, luck) = wait.nanos(&mut keys, this.place.key);
                record.luck[1] += luck;
                if length > 0 || core == NONE {
                    this.io += length;
                    this.flags |= flag::WAIT;
                    let number = this.number;
                    return state.after_wait(task, at.saturating_add(length), number);
                }
                // Over before its thread could leave the core, which it keeps.
                this.lag += 1;
                ends_in = Class::Wait;
            }
        }
    }

    #[inline]
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
        state.record.events += this.take_events() + std::mem::take(&mut this.lag);
        if state.setup.legs[this.place.pc as usize].kind == LegKind::End {
            return self.finish(state, task);
        }
        self.run_in_place(state, task, 0);
    }

    fn beyond(&mut self, state: &mut State<'_>, edge: Time) -> [u64; 2] {
        state.bursts_beyond(edge)
    }

    fn count_under_way(&mut self, state: &mut State<'_>) {
        // A window of a given length closes after the bursts of its last instant.
        let before = state.now.0 + u64::from(!state.record.is_full());
        let over = state.in_flight().filter(|task| task.has(flag::BURST) && task.end < before);
        state.record.events += over.map(|task| 1 + task.lag).sum::<u64>();
    }
}
