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

/// Something that is true of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag(u8);

impl Flag {
    /// The place in the slab is taken.
    pub const ALIVE: Self = Self(1);
    /// The client has had its answer, or given up.
    pub const ENDED: Self = Self(1 << 1);
    /// Its client gave up on it.
    pub const GAVE_UP: Self = Self(1 << 2);
    /// It failed: strands stop at their next join.
    pub const ABORTED: Self = Self(1 << 3);
    /// The server killed it: its strands go no further.
    pub const KILLED: Self = Self(1 << 4);
    /// It has branches under way, and strands are counted by their parts.
    pub const SPLIT: Self = Self(1 << 5);
}

/// One attempt of a client, from its arrival until the server is done with it; its time account is in
/// [`super::account::Accounts`]. One line of the cache: the fewer are met for an event, the more
/// requests can be in flight at the same speed.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct Request {
    /// Its number in order of issue.
    pub number: u64,
    /// When it was due.
    pub arrival: Time,
    /// Since when its current part counts.
    pub since: Time,
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
    /// Its branches, in [`super::world::World::branches`], from the first time that it has any.
    pub branches: u32,
    /// The part that counts now.
    pub part: Part,
    /// What is true of it.
    pub flags: u8,
}

/// A request's strands, once it has had several.
#[derive(Clone, Copy, Debug)]
pub struct Branches {
    /// How many strands are in each part, while there are branches.
    pub counts: [u32; PARTS],
    /// Strands that are not done.
    pub alive: u32,
    /// Branches made so far, for the ties of their waits.
    pub made: u32,
}

impl Request {
    /// Whether this is true of it.
    #[inline]
    pub const fn is(&self, flag: Flag) -> bool {
        self.flags & flag.0 != 0
    }

    /// From now on this is true of it.
    #[inline]
    pub const fn mark(&mut self, flag: Flag) {
        self.flags |= flag.0;
    }

    /// From now on this is no longer true of it.
    #[inline]
    pub const fn unmark(&mut self, flag: Flag) {
        self.flags &= !flag.0;
    }

    /// Whether the client still waits for it; a place that is free is nobody's.
    #[inline]
    pub const fn is_waited_for(&self) -> bool {
        self.is(Flag::ALIVE) && !self.is(Flag::ENDED)
    }
}

/// One sequential flow through a request's program; one line of the cache.
#[derive(Clone, Debug)]
#[repr(align(64))]
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
    /// Nesting of offloaded blocks it runs in on an executor thread; a file that nests deeper than a
    /// few hundred levels is refused.
    pub offloaded: u16,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_and_its_strand_are_one_line_of_the_cache_each() {
        assert_eq!(size_of::<Request>(), 64);
        assert_eq!(size_of::<Strand>(), 64);
    }
}
