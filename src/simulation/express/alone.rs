//! The lane of workers that never wait for a core: all that a request does is known once it is
//! taken.

use crate::units::Time;

use super::super::event::Class;
use super::super::place::Place;
use super::super::request::Part;
use super::course::{Leg, course};
use super::run::Serve;
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
    fn take(&mut self, state: &mut State<'_>, task: u32) {
        state.record.events += 1;
        state.record.busy_workers.increase(state.now);
        let now = state.now.0;
        let this = &mut state.tasks[task];
        this.flags |= flag::TAKEN;
        let overhead = state.setup.overhead_of(this.place.key);
        let (mut running, mut useful_sum, mut io, mut legs) = (0, 0, 0, 0);
        let lucks = &mut state.record.luck;
        let (end, last) =
            course(state.setup, &mut state.rounds, &mut this.place, now, overhead, |leg| {
                legs += 1;
                match leg {
                    Leg::Burst { start, end, useful, luck } => {
                        running += end - start;
                        useful_sum += useful;
                        lucks[0] += luck;
                    }
                    Leg::Wait { start, end, luck } => {
                        io += end - start;
                        lucks[1] += luck;
                    }
                }
            });
        (this.start, this.end) = (now, end);
        (this.running, this.useful, this.io, this.lag) = (running, useful_sum, io, legs);
        let number = this.number;
        state.record.cpu_busy += u128::from(running);
        state.record.cpu_useful += u128::from(useful_sum);
        match last {
            // Not even a nanosecond: it ends as it is taken.
            Class::Burst if end == now => self.step(state, task),
            Class::Burst => state.after_burst(task, end, 0),
            _ => state.after_wait(task, end, number),
        }
    }

    /// Goes once more through the courses of all requests that a worker has.
    fn replay(state: &mut State<'_>, mut tell: impl FnMut(u64, Leg)) {
        let setup = state.setup;
        let taken: Vec<Task> =
            state.in_flight().filter(|task| task.has(flag::TAKEN)).cloned().collect();
        for task in taken {
            // At its end a request has its own key again.
            let key = task.place.key;
            let mut place = Place::start(setup.program.entries[usize::from(task.class)], key);
            let overhead = setup.overhead_of(key);
            let tell = |leg| tell(task.number, leg);
            course(setup, &mut state.rounds, &mut place, task.start, overhead, tell);
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
            if let Leg::Burst { start, end, useful, .. } = leg
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
                (Leg::Burst { end, .. } | Leg::Wait { end, .. }, None) => end <= now,
                (Leg::Wait { end, .. }, Some(last)) => (end, number) < (now, last),
                (Leg::Burst { end, .. }, Some(_)) => end < now,
            };
            past += u64::from(over);
        });
        state.record.events += past;
    }
}
