//! `[resource.NAME]`: something shared of finite width, a pool, a database, a lock.

use crate::units::Span;

/// A shared thing with a number of slots, granted first come, first served.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Its name in the file.
    pub name: String,
    /// How many may hold it at once, at least 1.
    pub slots: u32,
    /// How many may wait for a slot; `None` is unlimited. Finding it full fails the request.
    pub queue: Option<u64>,
    /// The longest wait for a slot, after which the request fails.
    pub timeout: Option<Span>,
    /// Who shares it.
    pub scope: Scope,
}

/// Who shares a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All instances and processes together.
    Shared,
    /// Every worker process, pool process and loop has its own.
    Process,
}
