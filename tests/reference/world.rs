//! The whole of a replication, looked through from end to end at every step: no event queue, no cleverness.
//!
//! Everything that can end says when; the earliest is delivered, ties by the rule of the model (ends of
//! waits, ends of bursts, timers, arrivals). When nothing more falls due at an instant, whoever is idle
//! acts; then time goes on.

mod clients;
mod serve;
mod waits;

use std::collections::VecDeque;

use iowait::engine::Key;
use iowait::model::runtime::{Assign, Spawn};
use iowait::model::{LoadKind, Model, Runtime, RuntimeKind, Scheduling, Scope};
use iowait::simulation::Ending;

use crate::machine::{Lock, Machine, Thread};
use crate::script::{Act, draw, in_one_thread, nanos};
use waits::Asked;

/// An attempt of a client.
#[derive(Clone, Debug)]
pub struct Request {
    key: Key,
    class: usize,
    client: Option<usize>,
    attempt: u32,
    deadline: Option<u64>,
    ended: bool,
    failed: bool,
    strands: usize,
    branches: u64,
    of_loop: Option<usize>,
}

/// One flow through a request.
#[derive(Clone, Debug)]
pub struct Task {
    request: usize,
    branch: u64,
    parent: Option<usize>,
    /// Branches that it waits for.
    children: usize,
    todo: VecDeque<Act>,
    /// Slots that it holds: resource and process.
    held: Vec<(usize, usize)>,
    /// Slots that it has of those that its wait needs.
    at: usize,
    /// The thread that serves it in place.
    thread: Option<usize>,
    of_loop: Option<usize>,
    waits_until: Option<u64>,
    /// The pool it waits for, and when it gives up.
    waits_for: Option<((usize, usize), Option<u64>)>,
    ready_at: u64,
    fresh: bool,
}

/// An event loop.
#[derive(Clone, Debug, Default)]
pub struct Loop {
    thread: usize,
    ready: VecDeque<usize>,
    /// How many of those that are ready belong to the iteration.
    batch: usize,
    /// Branches of the turn under way.
    turn: VecDeque<usize>,
    tasks: u64,
    idle_since: Option<u64>,
    polls: bool,
    backlog: VecDeque<usize>,
    offloaded: VecDeque<usize>,
}

/// A pool of slots.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    taken: u32,
    waiters: VecDeque<usize>,
}

/// A client's next attempt.
#[derive(Clone, Debug)]
struct Return {
    at: u64,
    order: u64,
    client: Option<usize>,
    again: Option<(Key, usize, u32)>,
}

/// What can fall due.
#[derive(Clone, Copy, Debug)]
enum Due {
    WaitEnd(usize),
    BurstEnd(usize),
    SharedBursts,
    SliceEnd(usize),
    LockTimer(usize),
    GivesUp(usize),
    SlotTimeout(usize),
    Arrival,
    Return(usize),
}

/// What became of a replication.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// When each request was due, in order of issue, and its class.
    pub issued: Vec<(u64, u64, u32)>,
    /// Ends in their order: when, which request, how.
    pub ended: Vec<(u64, u64, Ending)>,
    /// Bursts in their order: when, on which core, which thread, for which request.
    pub bursts: Vec<(u64, u32, u32, Option<u64>)>,
}

pub struct World<'a> {
    model: &'a Model,
    runtime: &'a Runtime,
    key: Key,
    machine: Machine,
    requests: Vec<Request>,
    tasks: Vec<Task>,
    loops: Vec<Loop>,
    pools: Vec<Vec<Pool>>,
    backlog: VecDeque<usize>,
    /// Idle workers and executor threads: since when, which.
    idle: Vec<(u64, usize)>,
    granted: VecDeque<usize>,
    polled: Vec<usize>,
    returns: Vec<Return>,
    /// Clients that come back at this very instant.
    returning: Vec<usize>,
    sent: Vec<u64>,
    begun: u64,
    next_loop: usize,
    unsettled: bool,
    /// What those who were idle have taken up.
    acts: usize,
    story: Story,
}

impl<'a> World<'a> {
    pub fn new(model: &'a Model, runtime: &'a Runtime) -> Self {
        let mut world = Self {
            model,
            runtime,
            key: Key::new(model.run.seed).part(0),
            machine: Machine::new(model.host.clone()),
            requests: vec![],
            tasks: vec![],
            loops: vec![],
            pools: vec![],
            backlog: VecDeque::new(),
            idle: vec![],
            granted: VecDeque::new(),
            polled: vec![],
            returns: vec![],
            returning: vec![],
            sent: vec![],
            begun: 0,
            next_loop: 0,
            unsettled: true,
            acts: 0,
            story: Story::default(),
        };
        world.build();
        world
    }

    fn build(&mut self) {
        let (locked, order, interval, cost) = match &self.runtime.kind {
            RuntimeKind::ThreadPool(kind) => {
                (kind.gil, kind.gil_order, kind.switch_interval, kind.gil_switch.0)
            }
            RuntimeKind::EventLoop(kind) => (kind.gil, Default::default(), kind.switch_interval, 0),
            _ => (false, Default::default(), Default::default(), 0),
        };
        let processes = self.runtime.kind.processes() as usize;
        for process in 0..processes {
            self.machine.locks.push(Lock {
                holder: None,
                waiters: VecDeque::new(),
                handed: 0,
                interval: interval.0,
                cost,
                order,
                draws: self.key.part(4).part(process as u64).stream(0),
                must_go: false,
            });
        }
        let lock = |process| locked.then_some(process);
        if let RuntimeKind::EventLoop(kind) = &self.runtime.kind {
            for id in 0..kind.loops as usize {
                let thread = self.machine.threads.len();
                let of_loop = Some(id);
                let main = Thread {
                    of_loop,
                    is_loop: true,
                    process: id,
                    lock: lock(id),
                    ..Thread::default()
                };
                self.machine.threads.push(main);
                self.loops.push(Loop { thread, idle_since: Some(0), ..Loop::default() });
                let shares = kind.executor == iowait::model::runtime::Executor::Threads;
                let lock = if shares { lock(id) } else { None };
                for _ in 0..kind.executor_threads {
                    self.idle.push((0, self.machine.threads.len()));
                    self.machine.threads.push(Thread {
                        of_loop,
                        process: id,
                        lock,
                        ..Thread::default()
                    });
                }
            }
        } else {
            for worker in 0..self.runtime.kind.width() as usize {
                let process = worker % processes;
                // Threads that are not yet started come after those that were.
                let since = if self.spawns() { u64::MAX } else { 0 };
                self.idle.push((since, worker));
                self.machine.threads.push(Thread {
                    process,
                    lock: lock(process),
                    ..Thread::default()
                });
            }
        }
        for resource in &self.model.resources {
            let copies = if resource.scope == Scope::Shared { 1 } else { processes };
            self.pools.push(vec![Pool::default(); copies]);
        }
    }

    fn spawns(&self) -> bool {
        matches!(&self.runtime.kind, RuntimeKind::ThreadPool(kind) if kind.spawn == Spawn::PerRequest)
    }

    /// Runs until that many requests have ended, or nothing is left to happen.
    pub fn run(mut self, ends: usize) -> Story {
        match self.model.load.kind {
            LoadKind::Closed { clients, .. } => {
                self.sent = vec![0; clients as usize];
                self.returning = (0..clients as usize).collect();
            }
            LoadKind::Batch { count } => (0..count).for_each(|_| self.begin_open(None)),
            _ => {}
        }
        loop {
            let next = self.earliest();
            if let Some((at, .., due)) = next
                && at == self.machine.now
            {
                self.deliver(due);
                self.resume();
            } else if !self.returning.is_empty() {
                let mut clients = std::mem::take(&mut self.returning);
                clients.sort_unstable();
                for client in clients {
                    self.send(client);
                    self.resume();
                }
            } else if std::mem::take(&mut self.unsettled) {
                self.unsettled = self.settle();
                self.tell_bursts();
                if self.story.ended.len() >= ends {
                    return self.story;
                }
                continue;
            } else if let Some((at, ..)) = next {
                self.machine.now = at;
                continue;
            } else {
                return self.story;
            }
            self.unsettled = true;
            self.tell_bursts();
            if self.story.ended.len() >= ends {
                return self.story;
            }
        }
    }

    fn tell_bursts(&mut self) {
        for (at, core, thread) in self.machine.begins.drain(..) {
            let task = self.machine.threads[thread].task;
            let request = task.map(|task| self.tasks[task].request as u64);
            self.story.bursts.push((at, core as u32, thread as u32, request));
        }
    }

    /// What falls due first: when, of which class, with which number.
    fn earliest(&self) -> Option<(u64, u8, u64, Due)> {
        let machine = &self.machine;
        let mut all = Vec::new();
        for (id, task) in self.tasks.iter().enumerate() {
            let number = ((task.request as u64) << 16) | task.branch;
            if let Some(at) = task.waits_until {
                all.push((at, 0, number, Due::WaitEnd(id)));
            }
            if let Some((_, Some(at))) = task.waits_for {
                all.push((at, 5, number, Due::SlotTimeout(id)));
            }
        }
        for core in 0..machine.cores.len() {
            let end = machine.end_of(core).map(|at| (at, 1, core as u64, Due::BurstEnd(core)));
            let slice = machine.slice_end_of(core);
            let slice = slice.map(|at| (at, 2, core as u64, Due::SliceEnd(core)));
            all.extend(end.into_iter().chain(slice));
        }
        all.extend(machine.end_of_sharer().map(|at| (at, 1, 0, Due::SharedBursts)));
        for lock in 0..machine.locks.len() {
            let deadline = machine.lock_deadline(lock);
            all.extend(deadline.map(|at| (at, 3, lock as u64, Due::LockTimer(lock))));
        }
        for (id, request) in self.requests.iter().enumerate().filter(|(_, each)| !each.ended) {
            let deadline = request.deadline;
            all.extend(deadline.map(|at| (at, 4, id as u64, Due::GivesUp(id))));
        }
        if let LoadKind::Trace { arrivals } = &self.model.load.kind
            && let Some(&(at, _)) = arrivals.get(self.begun as usize)
        {
            all.push((at.0.max(machine.now), 6, self.begun, Due::Arrival));
        }
        for (id, back) in self.returns.iter().enumerate() {
            all.push((back.at, 6, back.order, Due::Return(id)));
        }
        all.into_iter().min_by_key(|&(at, class, number, _)| (at, class, number))
    }

    fn deliver(&mut self, due: Due) {
        match due {
            Due::WaitEnd(task) => self.wait_is_over(task),
            Due::BurstEnd(core) => {
                let thread = self.machine.finish_burst(core);
                self.go_on_with(thread);
            }
            Due::SharedBursts => {
                let done = self.machine.finish_sharers();
                done.into_iter().for_each(|thread| self.go_on_with(thread));
            }
            Due::SliceEnd(core) => self.machine.preempt(core),
            Due::LockTimer(lock) => self.machine.demand_lock(lock),
            Due::GivesUp(request) => self.end(request, Ending::TimedOut),
            Due::SlotTimeout(task) => {
                let (pool, _) = self.tasks[task].waits_for.take().expect("it waits for a slot");
                self.pools[pool.0][pool.1].waiters.retain(|&other| other != task);
                self.fail_where_it_waits(task);
            }
            Due::Arrival => self.begin_open(self.class_of_arrival()),
            Due::Return(id) => {
                let back = self.returns.remove(id);
                match (back.again, back.client) {
                    (Some((key, class, attempt)), client) => {
                        self.issue(key, class, client, attempt)
                    }
                    (None, Some(client)) => self.send(client),
                    (None, None) => unreachable!("only a client comes back with something new"),
                }
            }
        }
    }

    /// Those that the present event has set free go on.
    fn resume(&mut self) {
        loop {
            if let Some(thread) = self.machine.resumable.pop() {
                self.go_on_with(thread);
            } else if let Some(task) = self.granted.pop_front() {
                self.slot_granted(task);
            } else {
                return;
            }
        }
    }

    /// Whoever is idle acts; true where somebody did, so that others may have to.
    fn settle(&mut self) -> bool {
        self.acts = self.polled.len();
        for id in std::mem::take(&mut self.polled) {
            self.take_all(id);
        }
        if self.model.host.scheduling == Scheduling::Fifo {
            self.machine.release_cores();
        }
        if self.loops.is_empty() {
            while !self.backlog.is_empty()
                && let Some(worker) = self.longest_idle(None)
            {
                let request = self.backlog.pop_front().expect("looked above");
                self.work_on(worker, request);
            }
        } else {
            self.begin_loops();
            for id in 0..self.loops.len() {
                while !self.loops[id].offloaded.is_empty()
                    && let Some(thread) = self.longest_idle(Some(id))
                {
                    let task = self.loops[id].offloaded.pop_front().expect("looked above");
                    self.acts += 1;
                    self.tasks[task].thread = Some(thread);
                    self.machine.threads[thread].task = Some(task);
                    self.run_in_place(thread);
                }
            }
        }
        self.resume();
        self.machine.release_cores();
        self.acts += self.machine.dispatch();
        self.resume();
        self.acts > 0
    }
}
