//! Requests in flight and their strands: where each is in its program, and where its time goes.
//!
//! A request is one attempt of a client. A strand is one sequential flow through its program: one a
//! request, more while branches run at once.

use crate::engine::Key;
use crate::engine::slab::NONE;
use crate::units::Time;

/// Where an instant of a response time goes: the first of these that applies to any strand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Part {
    /// On a core.
    Running = 0,
    /// Waiting for a core.
    CpuWait = 1,
    /// Waiting for the GIL.
    LockWait = 2,
    /// Waiting for the loop.
    LoopWait = 3,
    /// Waiting for an executor thread.
    ExecutorWait = 4,
    /// Waiting for a slot.
    ResourceWait = 5,
    /// In I/O.
    Io = 6,
    /// Before the runtime took it.
    Accept = 7,
    /// A strand that only waits for its branches; no part of any account.
    Parked = 8,
}

impl Part {
    /// The parts of a response time, the first that applies first.
    pub const ALL: [Self; PARTS] = [
        Self::Running,
        Self::CpuWait,
        Self::LockWait,
        Self::LoopWait,
        Self::ExecutorWait,
        Self::ResourceWait,
        Self::Io,
        Self::Accept,
    ];
}

/// How many parts a response time has.
pub const PARTS: usize = 8;

/// One attempt of a client, from its arrival until the server is done with it.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its number in order of issue.
    pub number: u64,
    /// When it was due.
    pub arrival: Time,
    /// Since when its current part counts.
    pub since: Time,
    /// Nanoseconds of each [`Part`] so far.
    pub parts: [u64; PARTS],
    /// Core time that is in the accounts, of all its strands, without context switches.
    pub cpu: u64,
    /// The key of all its draws.
    pub key: Key,
    /// Its class.
    pub class: u32,
    /// Its client in a closed load.
    pub client: u32,
    /// Which attempt of its client it is, from 0.
    pub attempt: u32,
    /// The instance that serves it.
    pub instance: u32,
    /// Strands that are not done.
    pub strands: u32,
    /// Strands made so far, for the ties of their waits.
    pub strands_made: u32,
    /// The count of strands in each part (in [`super::world::World::counts`]) while it has
    /// branches.
    pub counts: u32,
    /// The part that counts now.
    pub part: Part,
    /// The client has had its answer, or given up.
    pub ended: bool,
    /// Its client gave up on it.
    pub gave_up: bool,
    /// It failed: strands stop at their next join.
    pub aborted: bool,
    /// The server killed it: its strands go no further.
    pub killed: bool,
    /// The place in the slab is taken.
    pub alive: bool,
}

impl Request {
    /// Closes the account up to `now`.
    pub const fn settle(&mut self, now: Time) {
        self.parts[self.part as usize] += now.0 - self.since.0;
        self.since = now;
    }
}

/// One sequential flow through a request's program.
#[derive(Clone, Debug)]
pub struct Strand {
    /// Its request.
    pub request: u32,
    /// The operation it is at.
    pub pc: u32,
    /// The key of its draws: the request's, or that of a repeated block's round.
    pub key: Key,
    /// The innermost repeated block, in [`super::world::World::rounds`].
    pub round: u32,
    /// The loop that it belongs to.
    pub home: u32,
    /// The thread that waits with it in place.
    pub thread: u32,
    /// The strand that waits for it at a join.
    pub parent: u32,
    /// Branches that it waits for.
    pub branches: u32,
    /// The slots it holds, the last taken first, in [`super::world::World::held`].
    pub held: u32,
    /// Changes whenever what it waits for is over: scheduled events with another stamp are stale.
    pub stamp: u32,
    /// Which branch of its request it is.
    pub branch: u32,
    /// Slots of an `at` list it has so far.
    pub at: u32,
    /// Nesting of offloaded blocks it runs in on an executor thread.
    pub offloaded: u32,
    /// Where it is.
    pub part: Part,
    /// It has not had its first turn.
    pub fresh: bool,
    /// When it became ready for its loop.
    pub ready_at: Time,
}

impl Strand {
    /// The first strand of a request.
    pub const fn root(request: u32, pc: u32, key: Key) -> Self {
        Self {
            request,
            pc,
            key,
            round: NONE,
            home: NONE,
            thread: NONE,
            parent: NONE,
            branches: 0,
            held: NONE,
            stamp: 0,
            branch: 0,
            at: 0,
            offloaded: 0,
            part: Part::Accept,
            fresh: true,
            ready_at: Time::ZERO,
        }
    }
}

/// A round of a repeated block.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// The key outside the block.
    pub outer_key: Key,
    /// The enclosing round.
    pub outer: u32,
    /// Rounds left after this one.
    pub left: u64,
    /// This round's place, from 0.
    pub index: u64,
}

/// A slot that a strand holds.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// The pool it belongs to.
    pub pool: u32,
    /// The resource in the program's terms.
    pub resource: u32,
    /// The slot taken before.
    pub before: u32,
}
