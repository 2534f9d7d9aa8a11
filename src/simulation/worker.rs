//! Threads that wait in place: sync workers, pool threads, executor threads.
//!
//! The place to start reading: a worker takes the oldest request of the backlog, runs its steps in
//! order and waits where it stands for everything it waits for.

use crate::engine::slab::NONE;
use crate::model::RuntimeKind;
use crate::model::request::Gil;

use super::program::Op;
use super::request::{Part, Strand};
use super::slots::Asked;
use super::steps::Next;
use super::thread::{Role, Thread};
use super::world::{World, spare_queue};

impl World<'_> {
    /// Idle workers of an instance take waiting requests.
    pub(super) fn workers_act(&mut self, instance: u32) {
        while !self.instances[instance as usize].backlog.is_empty() {
            let Some(worker) = self.idle_worker(instance) else { return };
            let Some(request) = self.instances[instance as usize].backlog.pop_front() else {
                return;
            };
            self.debug_assert_next(instance, request);
            self.take(worker, request);
        }
        spare_queue(&mut self.instances[instance as usize].backlog);
    }

    /// The worker that has been idle longest, or a thread started for the purpose.
    fn idle_worker(&mut self, instance: u32) -> Option<u32> {
        let this = &mut self.instances[instance as usize];
        if let Some(worker) = this.idle_workers.pop() {
            return Some(worker);
        }
        if !self.setup.spawns() || this.spawned >= self.setup.workers() {
            return None;
        }
        let processes = self.setup.processes();
        let process = instance * processes + (this.spawned % u64::from(processes)) as u32;
        this.spawned += 1;
        let gil = if self.gils.is_empty() { NONE } else { process };
        let number = u32::try_from(self.threads.len()).expect("fewer than 2^32 threads");
        self.threads.push(Thread::new(Role::Worker, instance, process, gil));
        Some(number)
    }

    /// A worker takes a request.
    pub(super) fn take(&mut self, worker: u32, request: u32) {
        self.record.events += 1;
        self.record.taken += 1;
        let now = self.now;
        self.record.busy_workers.increase(now);
        let this = &self.requests[request];
        let mut overhead = self.setup.overhead_of(this.key);
        if let RuntimeKind::ThreadPool(kind) = &self.setup.runtime.kind
            && self.setup.spawns()
        {
            overhead += kind.spawn_cost.0;
            self.record.live_threads.increase(now);
        }
        let entry = self.setup.program.entries[this.class as usize];
        let strand = Strand { thread: worker, ..Strand::root(request, entry, this.key) };
        let strand = self.strands.insert(strand);
        let thread = &mut self.threads[worker as usize];
        thread.strand = strand;
        thread.pending_overhead = overhead;
        thread.answers = false;
        self.watch_kill(request, strand);
        self.run_in_place(worker);
    }

    /// A thread runs its strand until it waits or is done.
    pub(super) fn run_in_place(&mut self, thread: u32) {
        let setup = self.setup;
        let strand = self.threads[thread as usize].strand;
        loop {
            let next = self.walk(strand);
            let place = self.strands[strand].pc as usize;
            let op = &setup.program.ops[place];
            if let (Next::Act, Op::Cpu { demand, gil }) = (next, op) {
                let demand = self.demand(strand, demand);
                if !self.begin_step(thread, demand, *gil) {
                    return;
                }
                continue;
            }
            if !self.pay_pending(thread) {
                return;
            }
            match next {
                Next::Act => {}
                Next::Ends if self.begin_answer(thread) => return,
                Next::Ends | Next::Joins => {
                    self.finish(strand);
                    return self.fall_idle(thread);
                }
                Next::Fails => {
                    self.fail(strand);
                    return self.fall_idle(thread);
                }
            }
            let asked = match op {
                Op::Io { .. } => match self.begin_wait(strand) {
                    Asked::Granted => Asked::Waits,
                    other => other,
                },
                Op::Acquire { resource } => self.ask(strand, *resource),
                Op::Release { resource } => {
                    self.give_back(strand, *resource);
                    Asked::Granted
                }
                _ => return self.return_to_loop(thread),
            };
            match asked {
                Asked::Granted => self.strands[strand].pc += 1,
                Asked::Waits => return self.gil_release(thread),
                Asked::Full => {
                    self.fail(strand);
                    return self.fall_idle(thread);
                }
            }
        }
    }

    /// A pool thread sends the head of its answer, for which it lets go of the lock, and goes on with the
    /// rest once it has it again; false where there is none.
    fn begin_answer(&mut self, thread: u32) -> bool {
        let RuntimeKind::ThreadPool(kind) = &self.setup.runtime.kind else { return false };
        let this = &mut self.threads[thread as usize];
        if !kind.replies() || std::mem::replace(&mut this.answers, true) {
            return false;
        }
        self.gil_release(thread);
        !self.begin_burst(thread, kind.reply.0, 0, Gil::Hold)
    }

    /// An executor thread is done with an offloaded block: the strand goes on in its loop.
    fn return_to_loop(&mut self, thread: u32) {
        let strand = self.threads[thread as usize].strand;
        let this = &mut self.strands[strand];
        this.offloaded = 0;
        this.thread = NONE;
        this.pc += 1;
        self.fall_idle(thread);
        if self.is_killed(strand) {
            return self.fail(strand);
        }
        self.go_on(strand);
    }

    /// A thread has nothing to do.
    pub(super) fn fall_idle(&mut self, thread: u32) {
        if self.dispatchers.is_empty() {
            self.gil_release(thread);
        }
        let now = self.now;
        let this = &mut self.threads[thread as usize];
        this.strand = NONE;
        this.pending_overhead = 0;
        let instance = this.instance;
        match this.role {
            Role::Executor(id) => {
                self.loops[id as usize].executor_idle.push(now, thread);
                if !self.loops[id as usize].executor_queue.is_empty() {
                    self.instances[instance as usize].executors.push(id);
                }
            }
            Role::Worker | Role::Loop(_) | Role::Stealer(_) | Role::Dispatcher(_) => {
                self.record.busy_workers.decrease(now);
                if self.setup.spawns() {
                    self.record.live_threads.decrease(now);
                }
                if self.setup.is_serverless() {
                    self.instance_idle(thread);
                } else if !self.dispatchers.is_empty() {
                    self.next_from_queue(thread);
                } else {
                    self.instances[instance as usize].idle_workers.push(now, thread);
                }
            }
        }
        self.touch(instance);
    }

    /// Idle executor threads of an instance take offloaded blocks.
    pub(super) fn executors_act(&mut self, instance: u32) {
        let asking = self.instances[instance as usize].executors.len();
        if asking == 0 {
            return;
        }
        self.instances[instance as usize].executors.sort_unstable();
        // One that asks twice finds its queue empty, or all its threads busy, the second time.
        for place in 0..asking {
            let id = self.instances[instance as usize].executors[place];
            loop {
                let this = &mut self.loops[id as usize];
                if this.executor_queue.is_empty() {
                    break;
                }
                let Some(thread) = this.executor_idle.pop() else { break };
                let Some(strand) = this.executor_queue.pop_front() else { break };
                self.record.events += 1;
                self.strands[strand].thread = thread;
                self.threads[thread as usize].strand = strand;
                self.run_in_place(thread);
            }
        }
        self.instances[instance as usize].executors.drain(..asking);
    }

    /// A strand of a loop goes to its executor threads.
    pub(super) fn offload(&mut self, strand: u32) {
        let this = &mut self.strands[strand];
        this.offloaded = 1;
        this.pc += 1;
        let id = this.home;
        self.set_part(strand, Part::ExecutorWait);
        let home = &mut self.loops[id as usize];
        home.executor_queue.push_back(strand);
        let instance = home.instance;
        self.instances[instance as usize].executors.push(id);
        self.touch(instance);
    }
}
