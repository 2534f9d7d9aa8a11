//! The lane of workers that never wait for a core: all that a request does is known once it is
//! taken.

use crate::units::Time;

use super::super::event::Class;
use super::super::program::Keys;
use super::super::request::Part;
use super::course::{Leg, course};
use super::legs::LegKind;
use super::serve::Serve;
use super::state::State;
use super::task::{Task, flag};

/// No more workers than cores.
pub struct Alone {
    /// Workers without a request.
    idle: u64,
}

impl Alone {
    /// Idle workers.
    pub const fn new(workers: u64) -> Self {
        Self { idle: workers }
    }

    /// A worker takes a request.
    #[inline]
    fn take(&mut self, state: &mut State<'_>, task: u32) {
        let setup = state.setup;
        let record = &mut state.record;
        record.events += 1;
        record.busy_workers.increase(state.now);
        let this = &mut state.tasks[task];
        this.flags |= flag::TAKEN;
        this.start = state.now.0;
        let mut now = this.start;
        let mut pending = setup.overhead_of(this.place.key);
        let mut last = Class::Wait;
        let mut keys = Keys::new(&setup.program, this.place.key);
        loop {
            let leg = &setup.legs[this.place.pc as usize];
            if leg.kind.steers_thread() {
                this.place.steer_in_thread(&setup.program, &mut state.rounds);
                continue;
            }
            let mut length = std::mem::take(&mut pending);
            if let Some(burst) = &leg.burst {
                let (useful, luck) = burst.nanos(&mut keys, this.place.key);
                record.luck[0] += luck;
                this.useful += useful;
                length = length.saturating_add(useful);
            }
            if length > 0 {
                let start = now;
                now = now.saturating_add(length);
                this.running += now - start;
                this.lag += 1;
                last = Class::Burst;
            }
            if let Some(wait) = &leg.wait {
                let (length, luck) = wait.nanos(&mut keys, this.place.key);
                record.luck[1] += luck;
                let start = now;
                now = now.saturating_add(length);
                this.io += now - start;
                this.lag += 1;
                last = Class::Wait;
            }
            if leg.kind == LegKind::End {
                break;
            }
            this.place.pc = leg.next;
        }
        this.end = now;
        record.cpu_busy += u128::from(this.running);
        record.cpu_useful += u128::from(this.useful);
        let number = this.number;
        match last {
            // Not even a nanosecond: it ends as it is taken.
            Class::Burst if now == state.now.0 => self.step(state, task),
            Class::Burst => state.after_burst(task, now, 0),
            _ => state.after_wait(task, now, number),
        }
    }

    /// Goes once more through the courses of all requests that a worker has.
    fn replay(state: &mut State<'_>, mut tell: impl FnMut(u64, Leg)) {
        let setup = state.setup;
        let taken: Vec<Task> =
            state.in_flight().filter(|task| task.has(flag::TAKEN)).cloned().collect();
        for task in taken {
            course(setup, &mut state.rounds, &task, |leg| tell(task.number, leg));
        }
    }
}

impl Serve for Alone {
    fn take_waiting(&mut self, state: &mut State<'_>) {
        while self.idle > 0
            && let Some(task) = state.backlog.pop_front()
        {
            self.idle -= 1;
            self.take(state, task);
        }
    }

    #[inline]
    fn step(&mut self, state: &mut State<'_>, task: u32) {
        state.record.events += state.tasks[task].lag;
        state.complete(task, Part::CpuWait);
        state.record.busy_workers.decrease(state.now);
        self.idle += 1;
    }

    fn beyond(&mut self, state: &mut State<'_>, edge: Time) -> [u64; 2] {
        let mut sum = [0, 0];
        Self::replay(state, |_, leg| {
            if let Leg::Burst { start, end, useful } = leg
                && end > edge.0
            {
                sum[0] += end - start.max(edge.0);
                sum[1] += useful.min(end - edge.0);
            }
        });
        sum
    }

    fn count_under_way(&mut self, state: &mut State<'_>) {
        let now = state.now.0;
        // Of what falls on the instant of the end that closes the window, waits of earlier requests
        // were over before.
        let last = state.closed_by;
        let mut past = 0;
        Self::replay(state, |number, leg| {
            let over = match (leg, last) {
                (Leg::Burst { end, .. } | Leg::Wait { end }, None) => end <= now,
                (Leg::Wait { end }, Some(last)) => (end, number) < (now, last),
                (Leg::Burst { end, .. }, Some(_)) => end < now,
            };
            past += u64::from(over);
        });
        state.record.events += past;
    }
}
