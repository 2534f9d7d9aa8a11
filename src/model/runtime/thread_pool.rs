//! `thread-pool`: processes of threads behind one backlog, with or without a GIL.

use crate::units::{Bytes, Span};

/// The keys of a `thread-pool`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadPool {
    /// Processes, at least 1, each with its own GIL.
    pub processes: u32,
    /// Threads of each process, at least 1. With [`Spawn::PerRequest`] the most at once.
    pub threads: u32,
    /// Whether at most one thread of a process runs bytecode.
    pub gil: bool,
    /// After this wait a waiter forces the holder to let go.
    pub switch_interval: Span,
    /// CPU cost of a forced handover.
    pub gil_switch: Span,
    /// Which waiter gets the lock.
    pub gil_order: GilOrder,
    /// Whether threads stand ready or are started for each request.
    pub spawn: Spawn,
    /// CPU cost of starting a thread, with [`Spawn::PerRequest`].
    pub spawn_cost: Span,
    /// CPU of each process's main thread for each request, which it hands to the pool with the lock
    /// in its hand; without any, threads take requests themselves.
    pub dispatch: Span,
    /// CPU of a request behind the first bytes of its answer, for which a thread that was handed its
    /// request lets go of the GIL and needs it again; without any, the answer is the end of the last step.
    pub reply: Span,
    /// Memory of each thread.
    pub memory_per_thread: Bytes,
}

/// Which waiter gets the GIL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GilOrder {
    /// The one that has waited longest.
    #[default]
    Fifo,
    /// Any, with equal chance.
    Random,
}

/// When threads are started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spawn {
    /// Before the first request.
    #[default]
    Pool,
    /// One for each request, which pays `spawn_cost`.
    PerRequest,
}

impl ThreadPool {
    /// Whether requests come to the threads by way of a main thread.
    #[must_use]
    pub fn is_dispatched(&self) -> bool {
        !self.dispatch.is_zero() && self.spawn == Spawn::Pool
    }

    /// Whether threads let go of the GIL to answer.
    #[must_use]
    pub fn replies(&self) -> bool {
        !self.reply.is_zero() && self.gil && self.is_dispatched()
    }

    /// One process of this many threads, no GIL.
    #[must_use]
    pub const fn new(threads: u32) -> Self {
        Self {
            processes: 1,
            threads,
            gil: false,
            switch_interval: Span::from_millis(5),
            gil_switch: Span::ZERO,
            gil_order: GilOrder::Fifo,
            spawn: Spawn::Pool,
            spawn_cost: Span::ZERO,
            dispatch: Span::ZERO,
            reply: Span::ZERO,
            memory_per_thread: Bytes(0),
        }
    }
}
