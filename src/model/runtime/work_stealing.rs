//! `work-stealing`: worker threads that run tasks in turns and take each other's when they have none.
//!
//! Goroutines, Tokio's tasks, virtual threads: one process, a queue for each worker.

use crate::units::{Bytes, Span};

/// The keys of a `work-stealing` runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkStealing {
    /// Worker threads of the one process, at least 1.
    pub workers: u32,
    /// CPU for each resumption of a task.
    pub task_switch: Span,
    /// Memory of each task in flight.
    pub memory_per_task: Bytes,
}

impl WorkStealing {
    /// This many workers, no overheads.
    #[must_use]
    pub const fn new(workers: u32) -> Self {
        Self { workers, task_switch: Span::ZERO, memory_per_task: Bytes(0) }
    }
}
