//! `event-loop`: loops, each one OS thread with many tasks and a few executor threads.

use crate::units::{Bytes, Span};

/// The keys of an `event-loop`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLoop {
    /// Loops, at least 1; each is a process of its own.
    pub loops: u32,
    /// Tasks of each loop at once; `None` is unlimited.
    pub max_tasks: Option<u64>,
    /// Which loop takes a request.
    pub assign: Assign,
    /// CPU for each resumption of a task.
    pub task_switch: Span,
    /// CPU for each iteration.
    pub poll: Span,
    /// In which order a poll has what it finds.
    pub poll_order: PollOrder,
    /// CPU of reading a request at the end of the turn whose poll found it: what a poll finds then runs in the
    /// next turn. Zero: in the same turn, and reading is part of the request.
    pub read: Span,
    /// A loop sleeps for whole multiples of this; zero is any time. Waits with `timer` feel it.
    pub timer_grain: Span,
    /// How a loop comes to a multiple of `timer_grain`.
    pub timer_rounding: Rounding,
    /// Where offloaded steps run.
    pub executor: Executor,
    /// Executor threads of each loop, at least 1.
    pub executor_threads: u32,
    /// Whether a loop and its executor threads share an interpreter lock.
    pub gil: bool,
    /// After this wait a waiter forces the holder to let go.
    pub switch_interval: Span,
    /// Memory of each task in flight.
    pub memory_per_task: Bytes,
}

/// Which loop takes a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Assign {
    /// A shared socket: the first loop that polls takes all that wait.
    #[default]
    Greedy,
    /// In turn.
    RoundRobin,
    /// The loop with the fewest tasks, the first of equals.
    LeastLoaded,
    /// By a draw of the request's own.
    Random,
    /// Each client stays with a loop drawn for it (kept-alive connections).
    Pinned,
}

/// In which order a poll has what it finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PollOrder {
    /// As they came.
    #[default]
    Arrival,
    /// As epoll lists sockets: those of the poll before in their old places, then the others as they came; then the
    /// timers that are due.
    Listed,
}

/// How a loop comes to whole multiples of its timer's grain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// A timer keeps its instant; a loop that sleeps until then sleeps for the next multiple
    /// (asyncio, on epoll).
    #[default]
    Up,
    /// A timer's span becomes the nearest multiple, counted from the last multiple of the clock
    /// (libuv).
    Nearest,
}

/// Where offloaded steps run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Executor {
    /// Threads of the loop's process, which share its GIL.
    #[default]
    Threads,
    /// Processes of their own, each without a lock to share.
    Processes,
}

impl EventLoop {
    /// This many loops on a host with `cores` cores, no overheads, no GIL.
    #[must_use]
    pub fn new(loops: u32, cores: u32) -> Self {
        Self {
            loops,
            max_tasks: None,
            assign: Assign::Greedy,
            task_switch: Span::ZERO,
            poll: Span::ZERO,
            poll_order: PollOrder::Arrival,
            read: Span::ZERO,
            timer_grain: Span::ZERO,
            timer_rounding: Rounding::Up,
            executor: Executor::Threads,
            executor_threads: cores.saturating_add(4).min(32),
            gil: false,
            switch_interval: Span::from_millis(5),
            memory_per_task: Bytes(0),
        }
    }
}
