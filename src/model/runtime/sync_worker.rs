//! `sync-worker`: processes that each take one request, run its steps in order and wait in place.

use crate::units::Bytes;

/// The keys of a `sync-worker`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncWorker {
    /// Processes, at least 1.
    pub workers: u32,
    /// Resident memory of each.
    pub memory_per_worker: Bytes,
}

impl SyncWorker {
    /// This many workers.
    #[must_use]
    pub const fn new(workers: u32) -> Self {
        Self { workers, memory_per_worker: Bytes(0) }
    }
}
