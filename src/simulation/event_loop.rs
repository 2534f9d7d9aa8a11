//! Event loops: one thread with many tasks, taken in turns.
//!
//! One iteration polls, takes all that became ready since the last poll in order, and runs each
//! until it waits or ends. What becomes ready meanwhile waits for the next poll: a long burst
//! delays everyone, and the cost of a poll is shared by more tasks as the load grows.

use std::collections::{BTreeMap, VecDeque};

use crate::engine::slab::NONE;
use crate::model::RuntimeKind;
use crate::model::runtime::{Assign, EventLoop, PollOrder};
use crate::units::Time;

use super::idle::IdleOrder;
use super::program::{ASSIGN_SITE, Op};
use super::request::{Part, Strand};
use super::slots::Asked;
use super::steps::Next;
use super::thread::Then;
use super::timer::Timers;
use super::world::{World, spare, spare_queue};

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

    /// A strand that has just become ready by its timer goes on behind what else its loop finds, where it does so.
    pub(super) fn behind_sockets(&mut self, strand: u32, id: u32) {
        let RuntimeKind::EventLoop(kind) = &self.setup.runtime.kind else { return };
        let Some(this) = self.loops.get_mut(id as usize) else { return };
        if kind.poll_order == PollOrder::Listed && this.ready.back() == Some(&strand) {
            this.ready.pop_back();
            this.due.push_back(strand);
        }
    }

    /// Idle loops of an instance with something to do begin an iteration, the longest idle first.
    pub(super) fn loops_act(&mut self, instance: u32) {
        let this = &mut self.instances[instance as usize];
        match this.loops.woken[..] {
            [] => {}
            [id] if this.backlog.is_empty() => {
                this.loops.woken.clear();
                let this = &mut self.loops[id as usize];
                this.woken = false;
                if this.idle_since.is_some() && self.has_work(id) {
                    self.loop_begin(id);
                }
            }
            _ => self.loops_begin(instance),
        }
        // One that must wait for its lock leaves what waits to the next.
        while let Some(id) = self.next_to_poll(instance) {
            self.loop_begin(id);
        }
    }

    /// Several loops with something to do begin in the order in which they fell idle. Requests on the shared socket are
    /// such for all of them, until one polls.
    fn loops_begin(&mut self, instance: u32) {
        let this = &mut self.instances[instance as usize].loops;
        let mut order = std::mem::take(&mut this.order);
        order.extend(this.idle.iter());
        while let Some(id) = self.instances[instance as usize].loops.woken.pop() {
            self.loops[id as usize].woken = false;
        }
        for id in order.drain(..) {
            if self.has_work(id) {
                self.loop_begin(id);
            }
        }
        self.instances[instance as usize].loops.order = order;
    }

    /// The longest idle loop with room, where requests wait on the shared socket and nobody polls.
    fn next_to_poll(&self, instance: u32) -> Option<u32> {
        let this = &self.instances[instance as usize];
        if this.backlog.is_empty() || this.loops.polling > 0 {
            return None;
        }
        this.loops.idle.iter().find(|&id| self.room(id) > 0)
    }

    /// Whether an idle loop has a reason to poll.
    pub(super) fn has_work(&self, id: u32) -> bool {
        let this = &self.loops[id as usize];
        let instance = &self.instances[this.instance as usize];
        let waiting = !this.backlog.is_empty()
            || (!instance.backlog.is_empty() && instance.loops.polling == 0);
        this.has_found() || this.timers.fired || (waiting && self.room(id) > 0)
    }

    /// An idle loop begins an iteration: the lock first, then the poll.
    fn loop_begin(&mut self, id: u32) {
        let now = self.now;
        let poll = self.loop_kind().poll;
        let this = &mut self.loops[id as usize];
        let (thread, instance) = (this.thread, this.instance);
        let since = this.idle_since.take().expect("only an idle loop begins");
        let loops = &mut self.instances[instance as usize].loops;
        loops.idle.remove(since, id);
        self.record.busy_loops.increase(now);
        let this = &mut self.threads[thread as usize];
        this.then = Then::TakeBatch;
        this.overhead_left = poll.0;
        if !self.gil_acquire(thread) {
            // Until it has its lock another loop may take what waits.
            return;
        }
        self.loops[id as usize].polling = true;
        self.instances[instance as usize].loops.polling += 1;
        if poll.is_zero() {
            self.loop_take_batch(id);
        } else {
            self.cpu_request(thread);
        }
    }

    /// The poll of a loop is done; it takes what is ready once the present instant is delivered.
    pub(super) fn on_polled(&mut self, id: u32) {
        let instance = self.loops[id as usize].instance;
        self.instances[instance as usize].loops.polled.push(id);
        self.touch(instance);
    }

    /// Loops whose poll ended at this instant take what is ready.
    pub(super) fn loops_take(&mut self, instance: u32) {
        let polled = self.instances[instance as usize].loops.polled.len();
        for place in 0..polled {
            self.loop_take_batch(self.instances[instance as usize].loops.polled[place]);
        }
        if polled > 0 {
            self.instances[instance as usize].loops.polled.drain(..polled);
        }
    }

    /// The poll is done: the loop takes all that became ready since the last one, in order.
    fn loop_take_batch(&mut self, id: u32) {
        let instance = self.loops[id as usize].instance;
        if std::mem::take(&mut self.loops[id as usize].polling) {
            self.instances[instance as usize].loops.polling -= 1;
        }
        self.timers_fire(id);
        let waiting = !self.instances[instance as usize].backlog.is_empty()
            || !self.loops[id as usize].backlog.is_empty();
        if waiting {
            self.accept(id);
        }
        if self.loop_kind().poll_order == PollOrder::Listed {
            self.merge_listed(id);
        } else if waiting {
            self.merge_accepted(id);
        }
        if !self.loop_kind().read.is_zero() {
            self.note(id);
        }
        let this = &mut self.loops[id as usize];
        this.batch = this.ready.len();
        self.loop_run(id);
    }

    /// What the poll has found waits for the next iteration; this one runs what the last poll found, and then reads
    /// the new requests.
    fn note(&mut self, id: u32) {
        let this = &mut self.loops[id as usize];
        std::mem::swap(&mut this.ready, &mut this.noted);
        let strands = &self.strands;
        this.unread.extend(this.noted.iter().filter(|&&strand| strands[strand].fresh));
    }

    /// Puts what a loop has just taken among what is ready. Both are in order of time; ends of waits
    /// come before arrivals of the same instant.
    fn merge_accepted(&mut self, id: u32) {
        let ready = &mut self.loops[id as usize].ready;
        // From the back on, so that what comes before the first arrival stays where it is.
        let mut old = ready.len();
        let mut place = old + self.accepted.len();
        ready.extend(&self.accepted);
        while old > 0
            && let Some(&new) = self.accepted.last()
        {
            place -= 1;
            let last = ready[old - 1];
            let arrival = self.requests[self.strands[new].request].arrival;
            if arrival < self.strands[last].ready_at {
                ready[place] = last;
                old -= 1;
            } else {
                ready[place] = new;
                self.accepted.pop();
            }
        }
        for new in self.accepted.drain(..).rev() {
            place -= 1;
            ready[place] = new;
        }
        spare(&mut self.accepted);
    }

    /// What a loop has just taken and what is ready, in the order of epoll's list: a socket that the last poll reported
    /// stays where it stood, one that was not ready then goes to the end, so that who was late is last again. Timers come
    /// behind sockets.
    fn merge_listed(&mut self, id: u32) {
        let client = |strand: u32| self.requests[self.strands[strand].request].client;
        let listed = &mut self.loops[id as usize].listed;
        let places: BTreeMap<u32, usize> =
            listed.iter().zip(0..).map(|(&client, place)| (client, place)).collect();
        let place = |&strand: &u32| places.get(&client(strand)).copied().unwrap_or(usize::MAX);
        self.accepted.sort_by_key(place);
        listed.clear();
        listed.extend(self.accepted.iter().map(|&strand| client(strand)).filter(|&c| c != NONE));
        let kept = self.accepted.partition_point(|strand| place(strand) < usize::MAX);
        let kept: Vec<u32> = self.accepted.drain(..kept).collect();
        self.merge_accepted(id);
        let this = &mut self.loops[id as usize];
        kept.into_iter().rev().for_each(|strand| this.ready.push_front(strand));
        this.ready.append(&mut this.due);
    }

    /// A loop takes the requests that wait for it, as far as it has room: into [`World::accepted`].
    fn accept(&mut self, id: u32) {
        let instance = self.loops[id as usize].instance;
        let mut room = self.room(id);
        while room > 0 {
            // One of the two is never used.
            let shared = &mut self.instances[instance as usize].backlog;
            let own = &mut self.loops[id as usize].backlog;
            let waiting = if shared.is_empty() { own } else { shared };
            let Some(request) = waiting.pop_front() else { break };
            let next = waiting.front().copied();
            self.debug_assert_oldest(request, next);
            room -= 1;
            self.record.events += 1;
            self.record.taken += 1;
            self.loops[id as usize].tasks += 1;
            self.record.tasks.increase(self.now);
            let this = &self.requests[request];
            let entry = self.setup.program.entries[this.class as usize];
            let strand =
                Strand { home: id, ready_at: self.now, ..Strand::root(request, entry, this.key) };
            let strand = self.strands.insert(strand);
            self.watch_kill(request, strand);
            self.set_part(strand, Part::LoopWait);
            self.accepted.push(strand);
        }
        spare_queue(&mut self.instances[instance as usize].backlog);
        spare_queue(&mut self.loops[id as usize].backlog);
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

    /// The request that is read next, once nothing else is left of the iteration.
    fn next_to_read(&mut self, id: u32) -> Option<u32> {
        let read = self.loop_kind().read.0;
        loop {
            let this = &mut self.loops[id as usize];
            let strand = this.unread.pop_front()?;
            let thread = this.thread;
            if !self.is_killed(strand) {
                self.loops[id as usize].reading = true;
                self.threads[thread as usize].pending_overhead = read;
                return Some(strand);
            }
        }
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
