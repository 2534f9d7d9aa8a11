//! The interpreter lock of a process: at most one of its threads runs bytecode.
//!
//! A waiter that has waited for the switch interval, since it began to wait or since the holder began to
//! run with the lock, forces the holder to let go; the convoy of I/O threads beside a CPU-hungry one
//! comes out of this rule (Beazley 2010). As in CPython, whose threads take the lock while they run and
//! then forget what was asked of the holder before them (`take_gil` of `ceval_gil.c`), nobody is asked
//! for a lock that it has not used yet.

use std::collections::VecDeque;

use crate::engine::slab::NONE;
use crate::engine::{Key, Stream};
use crate::model::runtime::GilOrder;
use crate::units::{Span, Time};

use super::event::{Class, Event, tie, timer_number};
use super::request::Part;
use super::world::World;

/// One lock.
#[derive(Clone, Debug)]
pub struct Gil {
    /// The thread that has it.
    pub holder: u32,
    /// Threads that wait for it and since when, the first come first.
    pub waiters: VecDeque<(u32, Time)>,
    interval: Span,
    switch_cost: Span,
    order: GilOrder,
    stream: Stream,
    /// Since when the holder runs with it, the cost of the handover apart; none before it has a core.
    used_from: Option<Time>,
    /// What the holder pays for the handover.
    cost: Span,
    /// When the next look at the longest waiter is scheduled.
    timer_at: Option<Time>,
    /// The holder must let go as soon as it runs.
    drop_requested: bool,
}

impl Gil {
    /// A free lock.
    pub const fn new(interval: Span, switch_cost: Span, order: GilOrder, key: Key) -> Self {
        Self {
            holder: NONE,
            waiters: VecDeque::new(),
            interval,
            switch_cost,
            order,
            stream: key.stream(0),
            used_from: None,
            cost: Span::ZERO,
            timer_at: None,
            drop_requested: false,
        }
    }

    fn next_waiter(&mut self) -> Option<u32> {
        let place = match self.order {
            GilOrder::Fifo => 0,
            GilOrder::Random => self.stream.below(self.waiters.len().max(1) as u64) as usize,
        };
        self.waiters.remove(place).map(|(thread, _)| thread)
    }

    /// A waiter that waits no longer.
    pub fn leave(&mut self, thread: u32) {
        self.waiters.retain(|&(other, _)| other != thread);
        self.drop_requested &= !self.waiters.is_empty();
    }

    /// When the longest waiter may force a handover.
    fn deadline(&self) -> Option<Time> {
        let &(_, since) = self.waiters.front()?;
        self.used_from.map(|used_from| since.max(used_from) + self.interval)
    }

    fn hand_to(&mut self, thread: u32, cost: Span) {
        (self.holder, self.used_from, self.cost) = (thread, None, cost);
    }
}

impl World<'_> {
    /// Takes the lock, or joins its waiters; answers whether the thread has it now.
    #[inline]
    pub(super) fn gil_acquire(&mut self, thread: u32) -> bool {
        let id = self.threads[thread as usize].gil;
        id == NONE || self.gil_take(id, thread)
    }

    fn gil_take(&mut self, id: u32, thread: u32) -> bool {
        let now = self.now;
        let gil = &mut self.gils[id as usize];
        if gil.holder == thread {
            return true;
        }
        if gil.holder == NONE {
            gil.hand_to(thread, Span::ZERO);
            return true;
        }
        gil.waiters.push_back((thread, now));
        self.set_thread_part(thread, Part::LockWait);
        self.gil_arm(id);
        false
    }

    /// Gives the lock up, if the thread has it, and hands it to the next waiter.
    #[inline]
    pub(super) fn gil_release(&mut self, thread: u32) {
        let id = self.threads[thread as usize].gil;
        if id != NONE && self.gils[id as usize].holder == thread {
            self.gil_hand_over(id, Span::ZERO);
        }
    }

    /// Gives the lock to the next waiter, who pays `cost`.
    fn gil_hand_over(&mut self, id: u32, cost: Span) {
        let gil = &mut self.gils[id as usize];
        gil.drop_requested = false;
        let Some(next) = gil.next_waiter() else {
            gil.holder = NONE;
            return;
        };
        gil.hand_to(next, cost);
        self.record.events += 1;
        self.threads[next as usize].overhead_left += cost.0;
        self.cpu_request(next);
    }

    /// A thread starts to run, after `switch` nanoseconds: if it has just got its lock, it uses it from now on.
    #[inline]
    pub(super) fn gil_use(&mut self, thread: u32, switch: u64) {
        let id = self.threads[thread as usize].gil;
        if id == NONE {
            return;
        }
        let now = self.now;
        let gil = &mut self.gils[id as usize];
        if gil.used_from.is_none() && gil.holder == thread {
            // The interval counts from the end of both switches: a cost above the interval would
            // otherwise leave no time for work between two handovers.
            gil.used_from = Some(now + Span(switch) + gil.cost);
            if !gil.waiters.is_empty() {
                self.gil_arm(id);
            }
        }
    }

    /// Schedules the look at the longest waiter, unless one comes in time. A holder that is killed before it
    /// has paid for its handover makes the next deadline an earlier one.
    fn gil_arm(&mut self, id: u32) {
        let now = self.now;
        let gil = &mut self.gils[id as usize];
        let Some(deadline) = gil.deadline() else { return };
        let at = deadline.max(now);
        if gil.timer_at.is_some_and(|scheduled| scheduled <= at) {
            return;
        }
        gil.timer_at = Some(at);
        let tie = tie(Class::Timer, timer_number(1, u64::from(id)));
        self.queue.push(at, tie, Event::GilTimer { gil: id });
    }

    /// A waiter may have waited long enough.
    pub(super) fn on_gil_timer(&mut self, id: u32) {
        let gil = &mut self.gils[id as usize];
        if gil.timer_at != Some(self.now) {
            // An earlier one took its place.
            return;
        }
        gil.timer_at = None;
        let Some(deadline) = gil.deadline() else { return };
        if deadline > self.now {
            return self.gil_arm(id);
        }
        let holder = gil.holder;
        if self.cpu_interrupt(holder) {
            self.gil_force(id);
        } else {
            // Off its core it can't notice; it lets go when it next runs.
            self.gils[id as usize].drop_requested = true;
        }
    }

    /// Whether a thread that is about to run has been asked for its lock while it did not.
    pub(super) fn must_let_go(&self, thread: u32) -> bool {
        let id = self.threads[thread as usize].gil;
        id != NONE && {
            let gil = &self.gils[id as usize];
            gil.holder == thread && gil.drop_requested && !gil.waiters.is_empty()
        }
    }

    /// Takes the lock from its holder, whose burst stands still, and makes it the last waiter.
    pub(super) fn gil_force(&mut self, id: u32) {
        let now = self.now;
        let cost = self.gils[id as usize].switch_cost;
        let holder = self.gils[id as usize].holder;
        self.set_thread_part(holder, Part::LockWait);
        self.gil_hand_over(id, cost);
        let gil = &mut self.gils[id as usize];
        if gil.holder == NONE {
            // Nobody waits any more: the holder keeps it.
            gil.holder = holder;
            self.cpu_request(holder);
        } else {
            gil.waiters.push_back((holder, now));
            self.gil_arm(id);
        }
    }
}
