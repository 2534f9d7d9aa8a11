//! Work stealing: worker threads, each with a queue of ready tasks, that take each other's when idle.
//!
//! New requests wait in one shared queue, from which any worker takes. A worker looks first at its
//! own queue, then at the shared one, then at the others'; every 61st turn it looks at the shared
//! one first, so that old tasks cannot keep new ones out (the number of Go and of Tokio). A task
//! that became ready goes to the queue of the worker that ran it last, and may be stolen from there.

use std::collections::VecDeque;

use crate::engine::slab::NONE;
use crate::model::RuntimeKind;
use crate::units::Time;

use super::idle::IdleOrder;
use super::request::{Part, Strand};
use super::world::World;

/// Every so many turns a worker looks at the shared queue first.
const SHARED_EVERY: u32 = 61;

/// One worker thread.
#[derive(Clone, Debug)]
pub struct Stealer {
    /// Its thread.
    pub thread: u32,
    /// Its instance.
    instance: u32,
    /// Strands that are ready, the first come first.
    queue: VecDeque<u32>,
    /// Turns given so far.
    turns: u32,
    /// Since when it is idle.
    idle_since: Option<Time>,
    woken: bool,
}

/// The workers of an instance that have nothing to do, and what there is to do.
#[derive(Clone, Debug, Default)]
pub struct Stealers {
    first: u32,
    count: u32,
    /// Idle workers in the order in which they fell idle.
    idle: IdleOrder,
    /// Idle workers with something in their own queue.
    woken: Vec<u32>,
    /// Those that are to look, in their order; kept for its room.
    order: Vec<(Time, u32)>,
    /// Strands in all queues.
    queued: u64,
}

impl Stealer {
    /// An idle worker.
    pub const fn new(thread: u32, instance: u32) -> Self {
        Self {
            thread,
            instance,
            queue: VecDeque::new(),
            turns: 0,
            idle_since: Some(Time::ZERO),
            woken: false,
        }
    }

    /// Whether it is idle and nothing is ready for it.
    pub fn is_at_rest(&self) -> bool {
        self.idle_since.is_some() && self.queue.is_empty()
    }

    /// Whether its next look is at the shared queue first.
    const fn shared_first(&self) -> bool {
        self.turns % SHARED_EVERY == SHARED_EVERY - 1
    }
}

impl Stealers {
    /// Workers from `first` on are idle from the start.
    pub fn new(first: u32, count: u32) -> Self {
        let mut idle = IdleOrder::default();
        (first..first + count).for_each(|id| idle.push(Time::ZERO, id));
        Self { first, count, idle, ..Self::default() }
    }

    /// Whether all are idle and nothing is ready.
    pub fn is_at_rest(&self) -> bool {
        self.queued == 0 && self.woken.is_empty() && self.idle.len() == self.count as usize
    }
}

impl World<'_> {
    /// Requests that would be taken at this very instant: idle workers without a task of their own.
    pub(super) fn stealer_room(&self, instance: u32) -> u64 {
        let takes = |id: u32| {
            let this = &self.stealers[id as usize];
            this.queue.is_empty() || this.shared_first()
        };
        let idle = &self.instances[instance as usize].stealing.idle;
        idle.iter().filter(|&id| takes(id)).count() as u64
    }

    /// A ready strand joins the queue of its worker.
    pub(super) fn stealer_ready(&mut self, strand: u32) {
        let id = self.strands[strand].home;
        let this = &mut self.stealers[id as usize];
        this.queue.push_back(strand);
        let instance = this.instance;
        self.instances[instance as usize].stealing.queued += 1;
        self.stealer_wake(id);
        self.touch(instance);
    }

    fn stealer_wake(&mut self, id: u32) {
        let this = &mut self.stealers[id as usize];
        if this.idle_since.is_some() && !this.woken {
            this.woken = true;
            self.instances[this.instance as usize].stealing.woken.push(id);
        }
    }

    /// Idle workers take ready tasks: first those that have some of their own, then the others, the
    /// longest idle first.
    pub(super) fn stealers_act(&mut self, instance: u32) {
        let stealing = &mut self.instances[instance as usize].stealing;
        if !stealing.woken.is_empty() {
            let mut order = std::mem::take(&mut stealing.order);
            for id in stealing.woken.drain(..) {
                let this = &mut self.stealers[id as usize];
                this.woken = false;
                order.extend(this.idle_since.map(|since| (since, id)));
            }
            order.sort_unstable();
            for (_, id) in order.drain(..) {
                let this = &self.stealers[id as usize];
                if this.idle_since.is_some() && !this.queue.is_empty() {
                    self.stealer_look(id);
                }
            }
            self.instances[instance as usize].stealing.order = order;
        }
        loop {
            let this = &self.instances[instance as usize];
            if this.stealing.queued == 0 && this.backlog.is_empty() {
                return;
            }
            let Some(id) = this.stealing.idle.first() else { return };
            self.stealer_look(id);
        }
    }

    /// An idle worker looks for a task and gives it its turn.
    fn stealer_look(&mut self, id: u32) {
        let found = if self.stealers[id as usize].shared_first() {
            self.take_shared(id).or_else(|| self.take_own(id))
        } else {
            self.take_own(id).or_else(|| self.take_shared(id))
        };
        let Some(strand) = found.or_else(|| self.steal(id)) else { return };
        let switch = match &self.setup.runtime.kind {
            RuntimeKind::WorkStealing(kind) => kind.task_switch.0,
            _ => unreachable!("only work stealing has such workers"),
        };
        let now = self.now;
        let this = &mut self.stealers[id as usize];
        this.turns = this.turns.wrapping_add(1);
        let (thread, instance) = (this.thread, this.instance);
        let since = this.idle_since.take().expect("only an idle worker looks");
        self.instances[instance as usize].stealing.idle.remove(since, id);
        self.record.busy_workers.increase(now);
        let this = &mut self.strands[strand];
        this.home = id;
        let request = this.request;
        let fresh = std::mem::take(&mut this.fresh);
        let overhead = if fresh { self.setup.overhead_of(self.requests[request].key) } else { 0 };
        let thread = &mut self.threads[thread as usize];
        thread.strand = strand;
        thread.pending_overhead = switch + overhead;
        self.stealer_run(id);
    }

    fn take_own(&mut self, id: u32) -> Option<u32> {
        let this = &mut self.stealers[id as usize];
        let strand = this.queue.pop_front()?;
        self.instances[this.instance as usize].stealing.queued -= 1;
        Some(strand)
    }

    /// The oldest new request becomes a task.
    fn take_shared(&mut self, id: u32) -> Option<u32> {
        let instance = self.stealers[id as usize].instance;
        let request = self.instances[instance as usize].backlog.pop_front()?;
        self.debug_assert_next(instance, request);
        self.record.events += 1;
        self.record.taken += 1;
        self.record.tasks.increase(self.now);
        let this = &self.requests[request];
        let entry = self.setup.program.entries[this.class as usize];
        let strand =
            Strand { home: id, ready_at: self.now, ..Strand::root(request, entry, this.key) };
        let strand = self.strands.insert(strand);
        self.watch_kill(request, strand);
        Some(strand)
    }

    /// Takes the older half of the next worker's queue that is not empty, as Go and Tokio do.
    fn steal(&mut self, id: u32) -> Option<u32> {
        let instance = self.stealers[id as usize].instance;
        let stealing = &mut self.instances[instance as usize].stealing;
        if stealing.queued == 0 {
            return None;
        }
        let (first, last) = (stealing.first, stealing.first + stealing.count);
        let victim = (id + 1..last).chain(first..id);
        let victim = victim.into_iter().find(|&id| !self.stealers[id as usize].queue.is_empty())?;
        stealing.queued -= 1;
        let half = self.stealers[victim as usize].queue.len().div_ceil(2);
        let strand = self.stealers[victim as usize].queue.pop_front();
        for _ in 1..half {
            let stolen = self.stealers[victim as usize].queue.pop_front();
            self.stealers[id as usize].queue.extend(stolen);
        }
        strand
    }

    /// A worker goes on with its task until a burst begins, its thread blocks, or the turn is over.
    pub(super) fn stealer_run(&mut self, id: u32) {
        let thread = self.stealers[id as usize].thread;
        loop {
            let strand = self.threads[thread as usize].strand;
            if strand == NONE {
                return self.stealer_rest(id);
            }
            if !self.loop_step(thread, strand) {
                return;
            }
        }
    }

    /// A blocking call is over: the worker, which waited with its task, goes on.
    pub(super) fn stealer_unblocked(&mut self, id: u32) {
        let thread = self.stealers[id as usize].thread;
        let strand = self.threads[thread as usize].strand;
        self.strands[strand].thread = NONE;
        self.stealer_run(id);
    }

    /// Branches begin: tasks of their own in the queue of their worker.
    pub(super) fn stealer_fork(&mut self) {
        let mut forked = std::mem::take(&mut self.forked);
        for branch in forked.drain(..) {
            self.set_part(branch, Part::LoopWait);
            self.stealer_ready(branch);
        }
        self.forked = forked;
    }

    /// The turn is over; the worker looks for the next when the present instant is delivered.
    fn stealer_rest(&mut self, id: u32) {
        let now = self.now;
        let this = &mut self.stealers[id as usize];
        this.idle_since = Some(now);
        let (instance, more) = (this.instance, !this.queue.is_empty());
        self.instances[instance as usize].stealing.idle.push(now, id);
        self.record.busy_workers.decrease(now);
        if more {
            self.stealer_wake(id);
        }
        self.touch(instance);
    }
}
