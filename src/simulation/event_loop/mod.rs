//! Event loops: one thread with many tasks, taken in turns.
//!
//! One iteration polls, takes all that became ready since the last poll in order, and runs each
//! until it waits or ends. What becomes ready meanwhile waits for the next poll: a long burst
//! delays everyone, and the cost of a poll is shared by more tasks as the load grows.

mod poll;

use std::collections::VecDeque;

use crate::engine::slab::NONE;
use crate::model::RuntimeKind;
use crate::model::runtime::{Assign, EventLoop};
use crate::units::Time;

use super::idle::IdleOrder;
use super::program::{ASSIGN_SITE, Op};
use super::request::Part;
use super::slots::Asked;
use super::steps::Next;
use super::thread::Then;
use super::timer::Timers;
use super::world::{World, spare_queue};

/// One loop.
#[derive(Clone, Debug)]
pub struct Loop {
    /// Its thread.
    pub thread: u32,
    /// Its instance.
    pub instance: u32,
    /// Strands that are ready, the first come first.
    pub ready: VecDeque<u32>,
    /// How many of them belong to the iteration under way.
    batch: usize,
    /// Strands whose timers are due, where they come behind what else a poll finds.
    due: VecDeque<u32>,
    /// What the last poll found, where it is read in one iteration and run in the next.
    noted: VecDeque<u32>,
    /// Those of them that are requests to be read in this one.
    unread: VecDeque<u32>,
    /// The strand in its thread's hand is being read.
    reading: bool,
    /// Branches that were begun in the turn under way and have not run yet.
    turn: VecDeque<u32>,
    /// Requests taken and not done.
    pub tasks: u64,
    /// Since when it is idle.
    pub idle_since: Option<Time>,
    /// It is in its poll, with its lock, and will take all that wait.
    polling: bool,
    pub woken: bool,
    /// Requests assigned to it and not taken; unused where all loops share one socket.
    pub backlog: VecDeque<u32>,
    /// Clients whose requests the last poll had, in its order; kept where that order counts.
    listed: Vec<u32>,
    /// Timers that are due while the loop sleeps on.
    pub timers: Timers,
    /// Executor threads without work.
    pub executor_idle: IdleOrder,
    /// Strands that wait for an executor thread.
    pub executor_queue: VecDeque<u32>,
}

/// The loops of an instance that have nothing to do, and those that must look.
#[derive(Clone, Debug, Default)]
pub struct Loops {
    /// Idle loops in the order in which they fell idle.
    idle: IdleOrder,
    /// Idle loops that have something to do.
    woken: Vec<u32>,
    /// Those that are to begin, in their order; kept for its room.
    order: Vec<u32>,
    /// Loops that are in their poll and will take all that wait.
    polling: u32,
    /// Loops whose poll ended at this instant.
    polled: Vec<u32>,
    /// Whose turn it is, for round-robin.
    next: u32,
}

impl Loop {
    /// An idle loop.
    pub fn new(thread: u32, instance: u32) -> Self {
        Self {
            thread,
            instance,
            ready: VecDeque::new(),
            batch: 0,
            due: VecDeque::new(),
            noted: VecDeque::new(),
            unread: VecDeque::new(),
            reading: false,
            turn: VecDeque::new(),
            tasks: 0,
            idle_since: Some(Time::ZERO),
            polling: false,
            woken: false,
            backlog: VecDeque::new(),
            listed: Vec::new(),
            timers: Timers::default(),
            executor_idle: IdleOrder::default(),
            executor_queue: VecDeque::new(),
        }
    }

    /// Whether it is idle, with no task, nothing ready and nobody waiting.
    pub fn is_at_rest(&self) -> bool {
        let nothing = !self.has_found() && self.turn.is_empty() && self.backlog.is_empty();
        nothing && self.executor_queue.is_empty() && self.idle_since.is_some() && self.tasks == 0
    }

    /// Whether there is anything of its own for an iteration.
    fn has_found(&self) -> bool {
        !self.ready.is_empty() || !self.due.is_empty() || !self.noted.is_empty()
    }
}

impl Loops {
    /// Loops from `first` on are idle from the start.
    pub fn new(first: u32, count: u32) -> Self {
        let mut idle = IdleOrder::default();
        (first..first + count).for_each(|id| idle.push(Time::ZERO, id));
        Self { idle, ..Self::default() }
    }
}

impl World<'_> {
    pub(super) fn loop_kind(&self) -> &EventLoop {
        match &self.setup.runtime.kind {
            RuntimeKind::EventLoop(kind) => kind,
            _ => unreachable!("only an event loop has loops"),
        }
    }

    /// How many more requests a loop may take.
    fn room(&self, id: u32) -> u64 {
        match self.loop_kind().max_tasks {
            Some(most) => most - self.loops[id as usize].tasks,
            None => u64::MAX,
        }
    }

    /// Requests that would be taken at this very instant beyond those that wait already.
    pub(super) fn loop_room(&self, instance: u32) -> u64 {
        let this = &self.instances[instance as usize];
        let greedy = self.loop_kind().assign == Assign::Greedy;
        this.loops.idle.iter().fold(0, |sum: u64, id| {
            let waiting = self.loops[id as usize].backlog.len() as u64;
            let room = self.room(id);
            sum.saturating_add(if greedy { room } else { room.min(waiting) })
        })
    }

    /// The loop that an arriving request is assigned to; [`NONE`] where all share one socket.
    pub(super) fn assign(&mut self, instance: u32, request: u32) -> u32 {
        let EventLoop { loops, assign, .. } = *self.loop_kind();
        let first = self.instances[instance as usize].first_loop;
        match assign {
            Assign::Greedy => NONE,
            Assign::RoundRobin => {
                let next = &mut self.instances[instance as usize].loops.next;
                let id = first + *next;
                *next = (*next + 1) % loops;
                id
            }
            Assign::LeastLoaded => (first..first + loops)
                .min_by_key(|&id| {
                    let this = &self.loops[id as usize];
                    this.tasks + this.backlog.len() as u64
                })
                .unwrap_or(first),
            Assign::Random => {
                let key = self.requests[request].key;
                first + key.stream(ASSIGN_SITE).below(u64::from(loops)) as u32
            }
            Assign::Pinned => {
                let key = self.client_key(request);
                first + key.stream(ASSIGN_SITE).below(u64::from(loops)) as u32
            }
        }
    }

    /// Whether a request assigned to this loop would be taken at this very instant.
    pub(super) fn takes_at_once(&self, id: u32) -> bool {
        let this = &self.loops[id as usize];
        this.idle_since.is_some() && self.room(id) > this.backlog.len() as u64
    }

    /// A loop has something to do; it looks once the present instant is delivered.
    pub(super) fn wake(&mut self, id: u32) {
        let this = &mut self.loops[id as usize];
        if this.idle_since.is_some() && !this.woken {
            this.woken = true;
            let instance = this.instance;
            self.instances[instance as usize].loops.woken.push(id);
            self.touch(instance);
        }
    }

    /// A strand goes on at the next turn of its loop.
    pub(super) fn make_ready(&mut self, strand: u32) {
        self.set_part(strand, Part::LoopWait);
        let now = self.now;
        let this = &mut self.strands[strand];
        this.ready_at = now;
        let id = this.home;
        if self.loops.is_empty() {
            return self.stealer_ready(strand);
        }
        self.loops[id as usize].ready.push_back(strand);
        self.wake(id);
    }

    /// A loop goes on with its iteration until a burst begins, its thread blocks, or all have run.
    pub(super) fn loop_run(&mut self, id: u32) {
        let thread = self.loops[id as usize].thread;
        loop {
            let mut strand = self.threads[thread as usize].strand;
            if strand == NONE {
                let next = self.next_turn(id).or_else(|| self.next_to_read(id));
                let Some(next) = next else { return self.loop_rest(id) };
                self.threads[thread as usize].strand = next;
                strand = next;
            }
            if self.loops[id as usize].reading {
                if !self.pay_pending(thread) {
                    return;
                }
                self.loops[id as usize].reading = false;
                self.threads[thread as usize].strand = NONE;
                self.set_part(strand, Part::LoopWait);
                continue;
            }
            if !self.loop_step(thread, strand) {
                return;
            }
        }
    }

    /// The strand whose turn it is; its resumption is paid with its first burst.
    fn next_turn(&mut self, id: u32) -> Option<u32> {
        let switch = self.loop_kind().task_switch.0;
        let this = &mut self.loops[id as usize];
        if let Some(branch) = this.turn.pop_front() {
            return Some(branch);
        }
        if this.batch == 0 {
            return None;
        }
        this.batch -= 1;
        let strand = this.ready.pop_front()?;
        let thread = this.thread;
        let now = self.now;
        let this = &mut self.strands[strand];
        self.record.loop_lag.record([now.0 - this.ready_at.0]);
        let fresh = std::mem::take(&mut this.fresh);
        let request = this.request;
        let overhead = if fresh { self.setup.overhead_of(self.requests[request].key) } else { 0 };
        self.threads[thread as usize].pending_overhead = switch + overhead;
        Some(strand)
    }

    /// One step of the strand that has its turn; false when the loop's thread must stop for now.
    pub(super) fn loop_step(&mut self, thread: u32, strand: u32) -> bool {
        if self.is_killed(strand) {
            self.threads[thread as usize].pending_overhead = 0;
            self.threads[thread as usize].strand = NONE;
            self.fail(strand);
            return true;
        }
        let next = self.walk(strand);
        let setup = self.setup;
        let op = &setup.program.ops[self.strands[strand].pc as usize];
        if let (Next::Act, Op::Cpu { demand, gil }) = (next, op) {
            let demand = self.demand(strand, demand);
            return self.begin_step(thread, demand, *gil);
        }
        if !self.pay_pending(thread) {
            return false;
        }
        match (next, op) {
            (Next::Act, Op::Io { site, blocking, .. }) => {
                let key = self.strands[strand].key;
                if *blocking > 0.0 && setup.program.stream(key, site.next(3)).chance(*blocking) {
                    return self.loop_block(thread, strand);
                }
                self.threads[thread as usize].strand = NONE;
                if self.begin_wait(strand) == Asked::Full {
                    self.fail(strand);
                }
                return true;
            }
            (Next::Act, Op::Acquire { resource }) => match self.ask(strand, *resource) {
                Asked::Granted => {
                    self.strands[strand].pc += 1;
                    return true;
                }
                Asked::Waits => {}
                Asked::Full => self.fail(strand),
            },
            (Next::Act, Op::Release { resource }) => {
                self.strands[strand].pc += 1;
                self.give_back(strand, *resource);
                return true;
            }
            (Next::Act, Op::Offload { share, site }) => {
                let key = self.strands[strand].key;
                if !setup.program.stream(key, *site).chance(*share) {
                    self.strands[strand].pc += 1;
                    return true;
                }
                self.offload(strand);
            }
            (Next::Act, _) => {
                self.fork(strand);
                let home = self.strands[strand].home;
                if let Some(this) = self.loops.get_mut(home as usize) {
                    self.forked.drain(..).rev().for_each(|branch| this.turn.push_front(branch));
                } else {
                    self.stealer_fork();
                }
            }
            (Next::Ends, _) => self.finish(strand),
            (Next::Joins, _) => self.join(strand),
            (Next::Fails, _) => self.fail(strand),
        }
        self.threads[thread as usize].strand = NONE;
        true
    }

    /// A blocking call: the loop's thread waits with the strand, and all its tasks with it.
    fn loop_block(&mut self, thread: u32, strand: u32) -> bool {
        self.strands[strand].thread = thread;
        if self.begin_wait(strand) == Asked::Full {
            self.strands[strand].thread = NONE;
            self.threads[thread as usize].strand = NONE;
            self.fail(strand);
            return true;
        }
        self.gil_release(thread);
        false
    }

    /// The blocking call is over: the loop goes on, once it has its lock again.
    pub(super) fn loop_unblocked(&mut self, id: u32) {
        let thread = self.loops[id as usize].thread;
        let strand = self.threads[thread as usize].strand;
        if strand != NONE {
            self.strands[strand].thread = NONE;
        }
        let this = &mut self.threads[thread as usize];
        this.then = Then::Steps;
        debug_assert_eq!(this.left(), 0, "a thread that waits has no burst");
        if self.gil_acquire(thread) {
            self.loop_run(id);
        }
    }

    /// The iteration is over.
    fn loop_rest(&mut self, id: u32) {
        let now = self.now;
        let this = &mut self.loops[id as usize];
        let (thread, instance) = (this.thread, this.instance);
        this.idle_since = Some(now);
        let busy = this.has_found() || !this.backlog.is_empty();
        spare_queue(&mut this.ready);
        self.instances[instance as usize].loops.idle.push(now, id);
        self.record.busy_loops.decrease(now);
        self.gil_release(thread);
        self.touch(instance);
        if busy {
            self.wake(id);
        }
    }

    /// A request of a loop is done: there is room for another.
    pub(super) fn loop_task_done(&mut self, id: u32) {
        let now = self.now;
        self.record.tasks.decrease(now);
        let Some(this) = self.loops.get_mut(id as usize) else { return };
        this.tasks -= 1;
        if !this.backlog.is_empty() {
            self.wake(id);
        }
    }
}
