//! OS threads: what a sync worker, a pool thread, a loop and an executor thread have in common.

use crate::engine::slab::NONE;
use crate::model::request::Gil;
use crate::units::Span;

use super::fair::Entity;
use super::request::Part;
use super::world::World;

/// What a thread is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A sync worker or a pool thread: one request at a time, in place.
    Worker,
    /// An event loop, by its number in [`World::loops`].
    Loop(u32),
    /// A worker that steals, by its number in [`World::stealers`].
    Stealer(u32),
    /// An executor thread of that loop.
    Executor(u32),
    /// The main thread of that process of a pool.
    Dispatcher(u32),
}

/// What a thread does when its burst is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Goes on with its strand.
    Steps,
    /// Takes what is ready: the poll of a loop is done.
    TakeBatch,
    /// Looks into the queue of its process for a request.
    TakeRequest,
    /// The same, and wakes the next: it was woken itself.
    TakeWoken,
    /// Hands requests over.
    Dispatch,
}

/// One OS thread.
#[derive(Clone, Debug)]
pub struct Thread {
    /// What it is for.
    pub role: Role,
    /// The instance it runs on.
    pub instance: u32,
    /// Its process, for resources of scope `process`.
    pub process: u32,
    /// The lock of its process; [`NONE`] without.
    pub gil: u32,
    /// The strand it serves now.
    pub strand: u32,
    /// The core it is on, bursting or about to go on.
    pub core: u32,
    /// Whether it stands in the run queue or among the sharers.
    pub queued: bool,
    /// CPU of the present burst still to do that is no request's own, in nanoseconds.
    pub overhead_left: u64,
    /// The request's own CPU still to do.
    pub useful_left: u64,
    /// Overhead to be paid with the strand's next burst.
    pub pending_overhead: u64,
    /// What comes after the burst.
    pub then: Then,
    /// It has begun to answer its request.
    pub answers: bool,
    /// Nanoseconds of the burst when it joined the sharers of a processor-sharing host.
    pub shared_work: u64,
    /// Its place among the sharers of a processor-sharing host: stale entries have another stamp.
    pub share_stamp: u32,
    /// Where it stands under deadline scheduling.
    pub fair: Entity,
}

impl Thread {
    /// An idle thread.
    pub const fn new(role: Role, instance: u32, process: u32, gil: u32) -> Self {
        Self {
            role,
            instance,
            process,
            gil,
            strand: NONE,
            core: NONE,
            queued: false,
            overhead_left: 0,
            useful_left: 0,
            pending_overhead: 0,
            then: Then::Steps,
            answers: false,
            shared_work: 0,
            share_stamp: 0,
            fair: Entity::ASLEEP,
        }
    }

    /// Nanoseconds of the burst still to do.
    pub const fn left(&self) -> u64 {
        self.overhead_left + self.useful_left
    }
}

impl World<'_> {
    /// Moves the time account of the strand that a thread serves.
    #[inline]
    pub(super) fn set_thread_part(&mut self, thread: u32, part: Part) {
        let strand = self.threads[thread as usize].strand;
        if strand != NONE {
            self.set_part(strand, part);
        }
    }

    /// Starts a burst of overhead and useful CPU; true when there is nothing to do and the thread
    /// may go on at once, false when it will be called again.
    #[inline]
    pub(super) fn begin_burst(
        &mut self,
        thread: u32,
        overhead: u64,
        useful: u64,
        gil: Gil,
    ) -> bool {
        if overhead + useful == 0 {
            return true;
        }
        let this = &mut self.threads[thread as usize];
        this.overhead_left = overhead;
        this.useful_left = useful;
        this.then = Then::Steps;
        match gil {
            Gil::Hold => {
                if self.gil_acquire(thread) {
                    self.cpu_request(thread);
                }
            }
            Gil::Release => {
                self.gil_release(thread);
                self.cpu_request(thread);
            }
        }
        false
    }

    /// Pays the overhead that has gathered for the thread's strand in a burst of its own; true when
    /// there is none.
    #[inline]
    pub(super) fn pay_pending(&mut self, thread: u32) -> bool {
        self.threads[thread as usize].pending_overhead == 0 || self.pay_now(thread)
    }

    fn pay_now(&mut self, thread: u32) -> bool {
        let pending = std::mem::take(&mut self.threads[thread as usize].pending_overhead);
        self.begin_burst(thread, pending, 0, Gil::Hold)
    }

    /// A strand's CPU step on a thread, together with what overhead has gathered; as
    /// [`World::begin_burst`].
    pub(super) fn begin_step(&mut self, thread: u32, useful: Span, gil: Gil) -> bool {
        let pending = std::mem::take(&mut self.threads[thread as usize].pending_overhead);
        self.begin_burst(thread, pending, useful.0, gil)
    }

    /// The burst of a thread is over: it does what comes next.
    pub(super) fn on_burst_done(&mut self, thread: u32) {
        let this = &self.threads[thread as usize];
        match (this.role, this.then) {
            (Role::Loop(id), Then::TakeBatch) => self.on_polled(id),
            (Role::Loop(id), _) => self.loop_run(id),
            (Role::Stealer(id), _) => self.stealer_run(id),
            (Role::Dispatcher(id), _) => self.dispatcher_run(id),
            (Role::Worker, Then::TakeRequest | Then::TakeWoken) => self.take_from_queue(thread),
            (Role::Worker | Role::Executor(_), _) => self.run_in_place(thread),
        }
    }
}
