//! `kill_after`: the server's own limit for a request, from the instant at which it was taken.
//!
//! A worker or thread is killed where it stands and a new one takes its place at once. On a loop or
//! under work stealing the task is cancelled: at once where it waits, at its next turn where it is
//! ready, and after its burst or blocking call where it has the thread, which nothing can stop. An
//! offloaded block that runs goes on to its end. The client sees the failure at the limit.

use std::collections::VecDeque;

use crate::engine::slab::NONE;
use crate::units::Time;

use super::client::End;
use super::event::{Class, Event, tie, timer_number};
use super::request::{Flag, Part};
use super::thread::Role;
use super::world::World;

/// Who is to be killed when; the limit is one constant, so that a queue does.
#[derive(Clone, Debug, Default)]
pub struct Kills {
    /// `(instant, request, its number, its first strand)`, ascending.
    queue: VecDeque<(Time, u32, u64, u32)>,
    /// How long the queue may get before it is swept.
    sweep: usize,
    pending: bool,
}

impl World<'_> {
    /// A request was taken: its time runs.
    #[inline]
    pub(super) fn watch_kill(&mut self, request: u32, strand: u32) {
        if let Some(limit) = self.setup.runtime.kill_after {
            self.watch_kill_at(self.now + limit, request, strand);
        }
    }

    fn watch_kill_at(&mut self, at: Time, request: u32, strand: u32) {
        if !self.kills.pending {
            self.schedule_kill(at);
        }
        let requests = &self.requests;
        let kills = &mut self.kills;
        if kills.queue.len() >= kills.sweep {
            // Those that are done go, so that memory follows the requests in flight.
            kills.queue.retain(|&(_, request, number, _)| {
                requests[request].is(Flag::ALIVE) && requests[request].number == number
            });
            kills.sweep = (2 * kills.queue.len()).max(1024);
        }
        kills.queue.push_back((at, request, requests[request].number, strand));
    }

    fn schedule_kill(&mut self, at: Time) {
        self.kills.pending = true;
        self.queue.push(at, tie(Class::Timer, timer_number(7, 0)), Event::Kill);
    }

    /// The request that was taken first may have run for too long. One at a time: what its end sets
    /// free goes on before the next.
    pub(super) fn on_kill(&mut self) {
        self.kills.pending = false;
        while let Some(&(at, request, number, strand)) = self.kills.queue.front() {
            let this = &self.requests[request];
            let runs = this.is(Flag::ALIVE) && this.number == number;
            if runs && at > self.now {
                return self.schedule_kill(at);
            }
            self.kills.queue.pop_front();
            if runs {
                self.kill(request, strand);
                if let Some(&(next, ..)) = self.kills.queue.front() {
                    self.schedule_kill(next.max(self.now));
                }
                return;
            }
        }
    }

    /// Whether a strand's request was killed: it goes no further.
    #[inline]
    pub(super) fn is_killed(&self, strand: u32) -> bool {
        self.setup.runtime.kill_after.is_some()
            && self.requests[self.strands[strand].request].is(Flag::KILLED)
    }

    fn kill(&mut self, request: u32, root: u32) {
        self.record.events += 1;
        self.requests[request].mark(Flag::KILLED);
        let thread = self.strands[root].thread;
        if thread != NONE && self.threads[thread as usize].role == Role::Worker {
            self.kill_worker(thread, root);
        } else {
            self.cancel(request, root);
        }
    }

    /// A worker stops where it stands, and another takes its place.
    fn kill_worker(&mut self, thread: u32, strand: u32) {
        self.stop_burst(thread);
        self.leave_wait(strand);
        self.waste(self.strands[strand].request);
        self.fail(strand);
        self.threads[thread as usize].strand = NONE;
        if self.setup.is_serverless() {
            self.instance_killed(thread);
        } else {
            self.fall_idle(thread);
        }
    }

    /// Takes a thread away from its core, its place among those that wait for one, or its lock's
    /// waiters, with its burst undone.
    fn stop_burst(&mut self, thread: u32) {
        if !self.cpu_interrupt(thread) {
            let this = &mut self.threads[thread as usize];
            let gil = this.gil;
            if std::mem::take(&mut this.queued) {
                self.leave_run_queue(thread);
            }
            if gil != NONE {
                self.gils[gil as usize].leave(thread);
            }
        }
        let this = &mut self.threads[thread as usize];
        this.overhead_left = 0;
        this.useful_left = 0;
        this.pending_overhead = 0;
    }

    /// The strands of a request stop: those that wait at once, the others at their next turn.
    fn cancel(&mut self, request: u32, root: u32) {
        let waits = |strand: u32| {
            let this = &self.strands[strand];
            let waits = matches!(this.part, Part::Io | Part::ResourceWait | Part::ExecutorWait);
            this.request == request && this.thread == NONE && waits
        };
        let branches = self.requests[request].branches;
        let alone = branches == NONE || self.branches[branches].alive == 1;
        let waiting: Vec<u32> = if alone {
            [root].into_iter().filter(|&strand| waits(strand)).collect()
        } else {
            // A freed strand is parked.
            let all = self.strands.iter_with_free().map(|(strand, _)| strand);
            all.filter(|&strand| waits(strand)).collect()
        };
        // All leave before the first gives anything back, which must not come to another of them.
        for &strand in &waiting {
            self.leave_wait(strand);
        }
        self.waste(request);
        self.requests[request].mark(Flag::ABORTED);
        if !self.requests[request].is(Flag::ENDED) {
            self.end(request, End::Failed);
        }
        for strand in waiting {
            self.fail(strand);
        }
    }

    /// A strand no longer waits for what it waits for.
    fn leave_wait(&mut self, strand: u32) {
        match self.strands[strand].part {
            Part::ResourceWait => self.leave_pool(strand),
            Part::ExecutorWait => {
                let home = &mut self.loops[self.strands[strand].home as usize];
                home.executor_queue.retain(|&other| other != strand);
            }
            _ => {}
        }
        self.restamp(strand);
    }

    /// What was done so far for a client who still waits was done for nothing; a burst that runs on
    /// is charged as a whole at its end.
    fn waste(&mut self, request: u32) {
        let this = &self.requests[request];
        if !this.is(Flag::ENDED) {
            self.record.wasted_cpu += u128::from(this.cpu);
        }
    }
}
