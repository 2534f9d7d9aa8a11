//! The whole of a replication, looked through from end to end at every step: no event queue, no cleverness.
//!
//! Everything that can end says when; the earliest is delivered, ties by the rule of the model (ends of
//! waits, ends of bursts, timers, arrivals). When nothing more falls due at an instant, whoever is idle
//! acts; then time goes on.

mod arrivals;
mod build;
mod clients;
mod due;
mod fleet;
mod kill;
mod loops;
mod mains;
mod serve;
mod stealing;
mod timers;
mod turns;
mod waits;

use std::collections::VecDeque;

use iowait::engine::Key;
use iowait::model::{LoadKind, Model, RequestClass, Runtime, RuntimeKind, Scheduling, Scope};
use iowait::simulation::Ending;

use crate::machine::{Job, Machine, Then, Thread};
use crate::script::{Act, draw, in_one_thread, nanos, without_offload};
use arrivals::Arrivals;
use waits::Asked;

/// An attempt of a client.
#[derive(Clone, Debug)]
pub struct Request {
    key: Key,
    class: usize,
    client: Option<usize>,
    attempt: u32,
    instance: usize,
    deadline: Option<u64>,
    /// When the server kills it, and its place among those taken.
    kill: Option<(u64, u64)>,
    killed: bool,
    ended: bool,
    failed: bool,
    /// Flows that are not done; none where it was refused.
    strands: usize,
    branches: u64,
    /// The loop that took it.
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
    /// The loop, or the worker that steals, which it comes back to.
    home: Option<usize>,
    waits_until: Option<u64>,
    /// Its timer is due, and its loop sleeps on.
    slept_on: bool,
    /// It is ready because of a timer.
    timed: bool,
    /// The pool it waits for, and when it gives up.
    waits_for: Option<((usize, usize), Option<u64>)>,
    ready_at: u64,
    fresh: bool,
    /// It is no more.
    is_over: bool,
}

/// An event loop.
#[derive(Clone, Debug, Default)]
pub struct Loop {
    thread: usize,
    instance: usize,
    ready: VecDeque<usize>,
    /// How many of those that are ready belong to the iteration.
    batch: usize,
    /// What the last poll found, where that runs in the iteration after.
    noted: VecDeque<usize>,
    /// Requests among them that are still to be read, and whether one is being read.
    unread: VecDeque<usize>,
    reading: bool,
    /// Clients whose requests the last poll found, in its order.
    listed: Vec<usize>,
    /// Branches of the turn under way.
    turn: VecDeque<usize>,
    tasks: u64,
    idle_since: Option<u64>,
    polls: bool,
    backlog: VecDeque<usize>,
    offloaded: VecDeque<usize>,
    /// Tasks whose timers are due while it sleeps on, until when that is, and whether it has come.
    due: Vec<usize>,
    alarm: Option<u64>,
    rings: bool,
}

/// A worker that steals.
#[derive(Clone, Debug, Default)]
pub struct Stealer {
    thread: usize,
    instance: usize,
    ready: VecDeque<usize>,
    turns: u64,
    idle_since: Option<u64>,
}

/// The main thread of a process, which hands requests to the others.
#[derive(Clone, Debug, Default)]
pub struct Main {
    thread: usize,
    instance: usize,
    idle_since: Option<u64>,
    taken: Vec<usize>,
    queue: VecDeque<usize>,
    /// A thread is on its way to the queue.
    woken: bool,
}

/// A pool of slots.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    taken: u32,
    waiters: VecDeque<usize>,
}

/// A copy of the host with the runtime on it.
#[derive(Clone, Debug, Default)]
struct Site {
    backlog: VecDeque<usize>,
    /// Loops whose poll is over.
    polled: Vec<usize>,
    next_loop: usize,
    /// Threads started for requests, or serverless instances that there are.
    alive: usize,
    /// Serverless instances made so far.
    made: usize,
    /// Threads of serverless instances that are gone.
    spare: Vec<usize>,
}

/// A client's next attempt.
#[derive(Clone, Debug)]
struct Return {
    at: u64,
    order: u64,
    client: Option<usize>,
    again: Option<(Key, usize, u32)>,
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
    classes: &'a [RequestClass],
    key: Key,
    machine: Machine,
    sites: Vec<Site>,
    requests: Vec<Request>,
    tasks: Vec<Task>,
    /// Tasks and requests before these are no more.
    first_task: usize,
    first_request: usize,
    loops: Vec<Loop>,
    stealers: Vec<Stealer>,
    mains: Vec<Main>,
    pools: Vec<Vec<Pool>>,
    /// Idle workers and executor threads: since when, which.
    idle: Vec<(u64, usize)>,
    /// Requests that wait for a serverless instance to start: until when, on which thread.
    starting: Vec<(u64, usize, usize)>,
    granted: VecDeque<usize>,
    arrivals: Arrivals<'a>,
    returns: Vec<Return>,
    /// Clients that come back at this very instant.
    returning: Vec<usize>,
    sent: Vec<u64>,
    begun: u64,
    next_instance: usize,
    taken: u64,
    unsettled: bool,
    /// What those who were idle have taken up.
    acts: usize,
    story: Story,
}

impl World<'_> {
    /// Runs until that many requests have ended or come, or nothing is left to happen.
    pub fn run(mut self, ends: usize, issues: usize) -> Story {
        match self.model.load.kind {
            LoadKind::Closed { clients, .. } => {
                self.sent = vec![0; clients as usize];
                self.returning = (0..clients as usize).collect();
            }
            LoadKind::Batch { count } => (0..count).for_each(|_| self.begin_open(None)),
            _ => {}
        }
        while self.story.ended.len() < ends && self.story.issued.len() < issues {
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
                continue;
            } else if let Some((at, ..)) = next {
                self.machine.now = at;
                continue;
            } else {
                break;
            }
            self.unsettled = true;
            self.tell_bursts();
        }
        self.story
    }

    fn tell_bursts(&mut self) {
        for (at, core, thread) in self.machine.begins.drain(..) {
            let task = self.machine.threads[thread].task;
            let request = task.map(|task| self.tasks[task].request as u64);
            self.story.bursts.push((at, core as u32, thread as u32, request));
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

    /// Whoever is idle acts, instance by instance; true where somebody did, so that others may have to.
    fn settle(&mut self) -> bool {
        self.acts = 0;
        for instance in 0..self.sites.len() {
            for id in std::mem::take(&mut self.sites[instance].polled) {
                self.acts += 1;
                self.take_all(id);
            }
            if self.machine.host.scheduling == Scheduling::Fifo {
                self.machine.release_cores(instance);
            }
            if !self.loops.is_empty() {
                self.begin_loops(instance);
                self.begin_offloaded(instance);
            } else if !self.stealers.is_empty() {
                self.stealers_look(instance);
            } else if !self.mains.is_empty() {
                self.mains_look(instance);
            } else if self.is_serverless() {
                self.start_instances(instance);
            } else {
                while !self.sites[instance].backlog.is_empty()
                    && let Some(worker) = self.next_worker(instance)
                {
                    let request = self.sites[instance].backlog.pop_front().expect("looked above");
                    self.work_on(worker, request);
                }
            }
            self.resume();
            self.machine.release_cores(instance);
            self.acts += self.machine.dispatch(instance);
            self.resume();
        }
        self.acts > 0
    }

    fn is_serverless(&self) -> bool {
        matches!(self.runtime.kind, RuntimeKind::Serverless(_))
    }
}
