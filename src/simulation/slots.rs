//! Pools of slots, granted first come, first served, no overtaking.

use std::collections::VecDeque;

use crate::engine::slab::NONE;
use crate::model::{Resource, Scope};
use crate::stats::TimeIntegral;
use crate::units::{Span, Time};

use super::event::{Class, Event, tie, timer_number, wait_number};
use super::program::Op;
use super::request::{Held, Part};
use super::thread::Role;
use super::world::World;

/// One pool: a shared resource, or a process's own copy of it.
#[derive(Clone, Debug)]
pub struct Pool {
    slots: u64,
    /// Slots taken.
    pub taken: TimeIntegral,
    /// Strands that wait, with the stamp of their wait; entries with another stamp are stale.
    queue: VecDeque<(u32, u32)>,
    waiting: u64,
    limit: Option<u64>,
    timeout: Option<Span>,
    patience: Patience,
}

/// Who gives up waiting for a slot when; the limit is one constant, so that a queue does, and no event
/// need be cancelled.
#[derive(Clone, Debug, Default)]
struct Patience {
    /// `(instant, tie, strand, its stamp)`, ascending; entries with another stamp are stale.
    queue: VecDeque<(Time, u64, u32, u32)>,
    /// How long the queue may get before it is swept.
    sweep: usize,
    /// The instant and tie of the look that is scheduled.
    armed: Option<(Time, u64)>,
    /// Looks with another stamp are stale.
    stamp: u32,
}

impl Pool {
    /// An empty pool of a resource.
    pub fn new(resource: &Resource) -> Self {
        Self {
            slots: u64::from(resource.slots),
            taken: TimeIntegral::new(0),
            queue: VecDeque::new(),
            waiting: 0,
            limit: resource.queue,
            timeout: resource.timeout,
            patience: Patience::default(),
        }
    }

    /// How many strands wait.
    pub const fn waiting(&self) -> u64 {
        self.waiting
    }

    /// Whether all slots are taken.
    pub const fn is_full(&self) -> bool {
        self.taken.value() >= self.slots
    }

    /// Strands that wait now, the first come first, with their stamps (stale ones included).
    pub fn waiters(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.queue.iter().copied()
    }
}

/// What asking for a slot comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The strand has it.
    Granted,
    /// The strand waits.
    Waits,
    /// The waiting room is full: the request fails.
    Full,
}

impl World<'_> {
    /// The pool of a resource that a strand uses.
    fn pool_of(&self, resource: u32, strand: u32) -> u32 {
        let base = self.pool_base[resource as usize];
        if self.setup.resources[resource as usize].scope == Scope::Shared {
            return base;
        }
        let this = &self.strands[strand];
        let process = if this.thread == NONE {
            let home = this.home as usize;
            let thread =
                self.loops.get(home).map_or_else(|| self.stealers[home].thread, |each| each.thread);
            self.threads[thread as usize].process
        } else {
            self.threads[this.thread as usize].process
        };
        base + process
    }

    /// A strand asks for a slot of a resource.
    pub(super) fn ask(&mut self, strand: u32, resource: u32) -> Asked {
        let id = self.pool_of(resource, strand);
        let now = self.now;
        let pool = &mut self.pools[id as usize];
        if pool.waiting == 0 && pool.taken.value() < pool.slots {
            pool.taken.increase(now);
            self.hold(strand, id, resource);
            return Asked::Granted;
        }
        if pool.limit.is_some_and(|limit| pool.waiting >= limit) {
            return Asked::Full;
        }
        pool.waiting += 1;
        let timeout = pool.timeout;
        let stamp = self.restamp(strand);
        self.pools[id as usize].queue.push_back((strand, stamp));
        self.set_part(strand, Part::ResourceWait);
        if let Some(timeout) = timeout {
            self.watch_patience(id, now + timeout, strand, stamp);
        }
        Asked::Waits
    }

    /// A strand will have waited too long for a slot at that instant.
    fn watch_patience(&mut self, id: u32, at: Time, strand: u32, stamp: u32) {
        let this = &self.strands[strand];
        let waits = wait_number(self.requests[this.request].number, this.branch);
        let tie = tie(Class::Timer, timer_number(3, waits));
        let strands = &self.strands;
        let patience = &mut self.pools[id as usize].patience;
        if patience.queue.len() >= patience.sweep {
            // Those that wait no more go, so that memory follows those who do.
            patience.queue.retain(|&(_, _, strand, stamp)| strands[strand].stamp == stamp);
            patience.sweep = (2 * patience.queue.len()).max(64);
        }
        let entry = (at, tie, strand, stamp);
        if patience.queue.back().is_none_or(|&(last, other, ..)| (last, other) < (at, tie)) {
            patience.queue.push_back(entry);
        } else {
            let place = patience.queue.partition_point(|&other| other < entry);
            patience.queue.insert(place, entry);
        }
        if patience.armed.is_none_or(|armed| (at, tie) < armed) {
            self.arm_patience(id);
        }
    }

    /// Schedules the look at the first who may give up. Where all have their slot by now, there is
    /// one more look, at the last instant of all: nothing shows whether stale ones were looked at.
    fn arm_patience(&mut self, id: u32) {
        let patience = &mut self.pools[id as usize].patience;
        while patience.queue.len() > 1
            && let Some(&(_, _, strand, stamp)) = patience.queue.front()
            && self.strands[strand].stamp != stamp
        {
            patience.queue.pop_front();
        }
        patience.armed = patience.queue.front().map(|&(at, tie, ..)| (at, tie));
        patience.stamp = patience.stamp.wrapping_add(1);
        if let Some((at, tie)) = patience.armed {
            let event = Event::SlotTimeout { pool: id, stamp: patience.stamp };
            self.queue.push(at.max(self.now), tie, event);
        }
    }

    fn hold(&mut self, strand: u32, pool: u32, resource: u32) {
        self.record.events += 1;
        let before = self.strands[strand].held;
        self.strands[strand].held = self.held.insert(Held { pool, resource, before });
    }

    /// A strand gives back the slot of `resource` that it took last.
    pub(super) fn give_back(&mut self, strand: u32, resource: u32) {
        let mut place = self.strands[strand].held;
        let mut after = NONE;
        while place != NONE && self.held[place].resource != resource {
            after = place;
            place = self.held[place].before;
        }
        debug_assert!(place != NONE, "only what is held is given back");
        let Held { pool, before, .. } = self.held[place];
        if after == NONE {
            self.strands[strand].held = before;
        } else {
            self.held[after].before = before;
        }
        self.held.remove(place);
        self.free_slot(pool);
    }

    /// A strand that goes no further gives back all it holds.
    pub(super) fn give_back_all(&mut self, strand: u32) {
        while self.strands[strand].held != NONE {
            let place = self.strands[strand].held;
            let Held { pool, before, .. } = self.held[place];
            self.strands[strand].held = before;
            self.held.remove(place);
            self.free_slot(pool);
        }
    }

    /// A slot is free: the first who waits for it has it now.
    fn free_slot(&mut self, id: u32) {
        let now = self.now;
        loop {
            let pool = &mut self.pools[id as usize];
            let Some((strand, stamp)) = pool.queue.pop_front() else {
                pool.taken.decrease(now);
                return;
            };
            if self.strands[strand].stamp != stamp {
                continue;
            }
            pool.waiting -= 1;
            self.restamp(strand);
            let resource = match self.setup.program.ops[self.strands[strand].pc as usize] {
                Op::Acquire { resource } => resource,
                Op::Io { at, .. } => {
                    self.setup.program.at[(at.0 + self.strands[strand].at) as usize]
                }
                _ => unreachable!("a strand waits for a slot at an operation that asks for one"),
            };
            self.hold(strand, id, resource);
            // Goes on once the present event is done with: a chain of strands that fail at their next
            // slot, or hold one for no time, would otherwise be a chain of calls.
            self.granted.push_back(strand);
            return;
        }
    }

    /// A strand that waited has its slot.
    pub(super) fn on_granted(&mut self, strand: u32) {
        if matches!(self.setup.program.ops[self.strands[strand].pc as usize], Op::Io { .. }) {
            self.strands[strand].at += 1;
            if self.begin_wait(strand) == Asked::Full {
                self.fail_waiting(strand);
            }
            return;
        }
        self.strands[strand].pc += 1;
        let thread = self.strands[strand].thread;
        if thread == NONE {
            self.make_ready(strand);
        } else {
            self.resumable.push(thread);
        }
    }

    /// The strand that has waited longest for a slot may have done so for too long.
    pub(super) fn on_slot_timeout(&mut self, id: u32, stamp: u32) {
        let patience = &mut self.pools[id as usize].patience;
        if patience.stamp != stamp {
            return;
        }
        let first = patience.queue.front().copied().filter(|&(at, ..)| at <= self.now);
        if first.is_some() {
            patience.queue.pop_front();
        }
        self.arm_patience(id);
        if let Some((_, _, strand, stamp)) = first
            && self.strands[strand].stamp == stamp
        {
            self.leave_pool(strand);
            self.fail_waiting(strand);
        }
    }

    /// A strand that waits for a slot does so no longer.
    pub(super) fn leave_pool(&mut self, strand: u32) {
        let resource = match self.setup.program.ops[self.strands[strand].pc as usize] {
            Op::Acquire { resource } => resource,
            Op::Io { at, .. } => self.setup.program.at[(at.0 + self.strands[strand].at) as usize],
            _ => return,
        };
        let pool = self.pool_of(resource, strand);
        self.pools[pool as usize].waiting -= 1;
        self.restamp(strand);
    }

    /// A strand fails where it waits; a thread that waits with it is free for something else.
    fn fail_waiting(&mut self, strand: u32) {
        let thread = self.strands[strand].thread;
        self.fail(strand);
        if thread != NONE {
            self.threads[thread as usize].strand = NONE;
            if let Role::Loop(id) = self.threads[thread as usize].role {
                return self.loop_run(id);
            }
            if let Role::Stealer(id) = self.threads[thread as usize].role {
                return self.stealer_run(id);
            }
            self.fall_idle(thread);
        }
    }
}
