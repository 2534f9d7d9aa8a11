//! `[[runtime]]`: the execution models to compare, one kind a file.

pub mod event_loop;
pub mod serverless;
pub mod sync_worker;
pub mod thread_pool;
pub mod work_stealing;

pub use event_loop::{Assign, EventLoop, Executor, PollOrder, Rounding};
pub use serverless::Serverless;
pub use sync_worker::SyncWorker;
pub use thread_pool::{GilOrder, Spawn, ThreadPool};
pub use work_stealing::WorkStealing;

use crate::input::dist::Dist;
use crate::model::RequestClass;
use crate::units::{Bytes, Span};

/// One runtime: a kind with its widths, and what all kinds have.
#[derive(Clone, Debug)]
pub struct Runtime {
    /// Its name in the file.
    pub name: String,
    /// The kind and its own keys.
    pub kind: RuntimeKind,
    /// CPU for each request before its first step, in nanoseconds.
    pub overhead: Dist,
    /// How late a timer fires that a thread sleeps for, in nanoseconds.
    pub timer_overshoot: Dist,
    /// CPU lost at most when code and data went cold while a core idled; see [`Runtime::cold_after`].
    pub cold_cost: Span,
    /// The idle time after which 63 % of `cold_cost` is lost: `1 - exp(-idle / cold_after)` of it.
    pub cold_after: Span,
    /// How many requests may wait; `None` is unlimited. One that finds an idle worker never waits.
    pub backlog: Option<u64>,
    /// The server's own limit for one request, from the instant at which it is taken.
    pub kill_after: Option<Span>,
    /// Memory of one instance before its workers, threads and tasks.
    pub base_memory: Bytes,
    /// Whole copies of the host with the runtime on it.
    pub instances: u32,
    /// How requests are spread over the instances.
    pub balance: Balance,
    /// What one instance costs, in the model's own currency.
    pub cost_per_hour: Option<f64>,
    /// This runtime's own request classes where `set` changes what a request does.
    pub requests: Option<Vec<RequestClass>>,
}

/// How requests are spread over instances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Balance {
    /// In turn.
    #[default]
    RoundRobin,
    /// By a draw of the request's own.
    Random,
    /// To the one with the fewest requests in flight, the first of equals.
    LeastLoaded,
}

/// The kind of a runtime with the keys that only it has.
#[derive(Clone, Debug, PartialEq)]
pub enum RuntimeKind {
    /// Processes that wait in place.
    SyncWorker(SyncWorker),
    /// Threads behind one backlog, with or without a GIL.
    ThreadPool(ThreadPool),
    /// Loops, each one thread with many tasks.
    EventLoop(EventLoop),
    /// Worker threads that run tasks and steal them from each other.
    WorkStealing(WorkStealing),
    /// Instances started on demand, each with one request.
    Serverless(Serverless),
}

impl RuntimeKind {
    /// The word in the file.
    #[must_use]
    pub const fn keyword(&self) -> &'static str {
        match self {
            Self::SyncWorker(_) => "sync-worker",
            Self::ThreadPool(_) => "thread-pool",
            Self::EventLoop(_) => "event-loop",
            Self::WorkStealing(_) => "work-stealing",
            Self::Serverless(_) => "serverless",
        }
    }

    /// Processes of an instance: each has its own GIL and its own per-process resources.
    #[must_use]
    pub const fn processes(&self) -> u32 {
        match self {
            Self::SyncWorker(kind) => kind.workers,
            Self::ThreadPool(kind) => kind.processes,
            Self::EventLoop(kind) => kind.loops,
            Self::WorkStealing(_) => 1,
            Self::Serverless(kind) => kind.max_instances,
        }
    }

    /// Whether `parallel` branches run at once; in a thread one comes after the other.
    #[must_use]
    pub const fn branches_at_once(&self) -> bool {
        matches!(self, Self::EventLoop(_) | Self::WorkStealing(_))
    }

    /// The request classes as this kind runs them: without executor threads tasks do in place what
    /// is offloaded elsewhere.
    #[must_use]
    pub fn as_run(&self, classes: &[RequestClass]) -> Vec<RequestClass> {
        let all = classes.iter().cloned();
        match self {
            Self::WorkStealing(_) => all.map(RequestClass::without_offload).collect(),
            _ => all.collect(),
        }
    }

    /// The width that tables show: workers, threads in all, loops, instances
    /// at most.
    #[must_use]
    pub fn width(&self) -> u64 {
        match self {
            Self::SyncWorker(kind) => u64::from(kind.workers),
            Self::ThreadPool(kind) => u64::from(kind.processes) * u64::from(kind.threads),
            Self::EventLoop(kind) => u64::from(kind.loops),
            Self::WorkStealing(kind) => u64::from(kind.workers),
            Self::Serverless(kind) => u64::from(kind.max_instances),
        }
    }
}

impl From<SyncWorker> for RuntimeKind {
    fn from(kind: SyncWorker) -> Self {
        Self::SyncWorker(kind)
    }
}

impl From<ThreadPool> for RuntimeKind {
    fn from(kind: ThreadPool) -> Self {
        Self::ThreadPool(kind)
    }
}

impl From<EventLoop> for RuntimeKind {
    fn from(kind: EventLoop) -> Self {
        Self::EventLoop(kind)
    }
}

impl From<WorkStealing> for RuntimeKind {
    fn from(kind: WorkStealing) -> Self {
        Self::WorkStealing(kind)
    }
}

impl From<Serverless> for RuntimeKind {
    fn from(kind: Serverless) -> Self {
        Self::Serverless(kind)
    }
}

impl Runtime {
    /// A runtime of this kind without overheads, limits or a price.
    #[must_use]
    pub fn new(name: &str, kind: impl Into<RuntimeKind>) -> Self {
        Self {
            name: name.to_owned(),
            kind: kind.into(),
            overhead: Dist::constant(0.0),
            timer_overshoot: Dist::constant(0.0),
            cold_cost: Span::ZERO,
            cold_after: Span::from_millis(20),
            backlog: None,
            kill_after: None,
            base_memory: Bytes(0),
            instances: 1,
            balance: Balance::default(),
            cost_per_hour: None,
            requests: None,
        }
    }
}
