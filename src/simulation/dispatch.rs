//! The main thread of a pool's process, which takes requests in and hands them to its threads.
//!
//! As CPython's pools do it: the main thread needs the lock to hand over what has come in, a thread
//! that is woken needs it before it looks into the queue, and one that ends a request looks there
//! before it lets go. Sleeping threads are woken one after the other: each wakes the next when it has
//! taken something (`SimpleQueue`). Requests then queue in order, and only those that were begun wait
//! out of turn.

use std::collections::VecDeque;

use crate::model::RuntimeKind;
use crate::units::{Span, Time};

use super::idle::IdleOrder;
use super::thread::Then;
use super::world::World;

/// A process with a main thread.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    /// Its main thread.
    pub thread: u32,
    /// Requests that the main thread is handing over.
    taken: Vec<u32>,
    /// Since when the main thread has nothing to do.
    idle_since: Option<Time>,
    /// Requests for its threads, the first come first.
    queue: VecDeque<u32>,
    /// A thread was woken and has not looked into the queue yet.
    woken: bool,
    /// Its threads that sleep.
    pub idle: IdleOrder,
}

impl Dispatcher {
    /// A main thread that waits for requests.
    pub fn new(thread: u32) -> Self {
        Self {
            thread,
            taken: Vec::new(),
            idle_since: Some(Time::ZERO),
            queue: VecDeque::new(),
            woken: false,
            idle: IdleOrder::default(),
        }
    }

    /// Whether its main thread is idle and nothing is left in its hands.
    pub fn is_at_rest(&self) -> bool {
        self.idle_since.is_some() && self.taken.is_empty() && self.queue.is_empty()
    }
}

impl World<'_> {
    fn dispatch_cost(&self) -> Span {
        match &self.setup.runtime.kind {
            RuntimeKind::ThreadPool(kind) => kind.dispatch,
            _ => Span::ZERO,
        }
    }

    /// The main threads of an instance.
    fn dispatchers_of(&self, instance: u32) -> std::ops::Range<u32> {
        let processes = self.setup.processes();
        instance * processes..(instance + 1) * processes
    }

    /// Whether a main thread would see a request that arrives now at once.
    pub(super) fn dispatcher_is_free(&self, instance: u32) -> bool {
        self.dispatchers_of(instance).any(|id| self.dispatchers[id as usize].idle_since.is_some())
    }

    /// Main threads with nothing to do look after the requests that came in, the longest idle first: one
    /// that must wait for its lock leaves them to the next.
    pub(super) fn dispatchers_act(&mut self, instance: u32) {
        while !self.instances[instance as usize].backlog.is_empty() {
            let idle = self
                .dispatchers_of(instance)
                .filter_map(|id| self.dispatchers[id as usize].idle_since.map(|since| (since, id)));
            let Some((_, id)) = idle.min() else { return };
            let this = &mut self.dispatchers[id as usize];
            this.idle_since = None;
            let thread = this.thread;
            self.threads[thread as usize].then = Then::Dispatch;
            if self.gil_acquire(thread) {
                self.dispatcher_run(id);
            }
        }
    }

    /// A main thread has its lock, or is done with what it took.
    pub(super) fn dispatcher_run(&mut self, id: u32) {
        let cost = self.dispatch_cost();
        let this = &mut self.dispatchers[id as usize];
        let thread = this.thread;
        let instance = self.threads[thread as usize].instance;
        if this.taken.is_empty() {
            this.taken.extend(self.instances[instance as usize].backlog.drain(..));
            let work = cost.0.saturating_mul(this.taken.len() as u64);
            if work > 0 {
                self.threads[thread as usize].overhead_left = work;
                return self.cpu_request(thread);
            }
        }
        self.hand_over(id);
        self.dispatchers[id as usize].idle_since = Some(self.now);
        self.gil_release(thread);
        self.touch(instance);
    }

    /// What a main thread took goes into the queue, and a thread that sleeps is woken.
    fn hand_over(&mut self, id: u32) {
        let this = &mut self.dispatchers[id as usize];
        this.queue.extend(this.taken.drain(..));
        self.wake_one(id);
    }

    /// Wakes a thread for the queue, unless one is on its way.
    fn wake_one(&mut self, id: u32) {
        let this = &mut self.dispatchers[id as usize];
        if this.woken || this.queue.is_empty() {
            return;
        }
        let Some(worker) = this.idle.pop() else { return };
        this.woken = true;
        self.threads[worker as usize].then = Then::TakeWoken;
        if self.gil_acquire(worker) {
            self.resumable.push(worker);
        }
    }

    /// A thread looks into the queue of its process, the lock in its hand.
    pub(super) fn take_from_queue(&mut self, worker: u32) {
        let id = self.threads[worker as usize].process;
        let then = std::mem::replace(&mut self.threads[worker as usize].then, Then::Steps);
        let this = &mut self.dispatchers[id as usize];
        let request = this.queue.pop_front();
        let next = this.queue.front().copied();
        if then == Then::TakeWoken {
            this.woken = false;
            self.wake_one(id);
        }
        if let Some(request) = request {
            self.debug_assert_oldest(request, next);
            return self.take(worker, request);
        }
        self.dispatchers[id as usize].idle.push(self.now, worker);
        self.gil_release(worker);
    }

    /// A thread that is done with a request goes on with the next, if there is one.
    pub(super) fn next_from_queue(&mut self, worker: u32) {
        self.threads[worker as usize].then = Then::TakeRequest;
        // After a wait without CPU it may have let the lock go.
        if self.gil_acquire(worker) {
            self.resumable.push(worker);
        }
    }
}
