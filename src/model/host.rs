//! `[host]`: one instance of the machine, its cores and how they are shared.

use crate::units::{Bytes, Span};

/// The machine that a runtime runs on.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// Identical cores, at least 1.
    pub cores: u32,
    /// Exceeding it is reported; `None` is no limit.
    pub memory: Option<Bytes>,
    /// How ready threads share the cores.
    pub scheduling: Scheduling,
    /// For [`Scheduling::RoundRobin`]: how long a thread runs before another ready one preempts it.
    pub timeslice: Span,
    /// Charged to a core that starts a thread other than the last that it ran.
    pub context_switch: Span,
}

/// How ready threads share the cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheduling {
    /// Slices of `timeslice`, one FIFO run queue.
    RoundRobin,
    /// Each burst to completion, one FIFO run queue.
    Fifo,
    /// The limit of a slice toward zero: all ready threads at once, each at the same rate.
    ProcessorSharing,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            cores: 1,
            memory: None,
            scheduling: Scheduling::RoundRobin,
            timeslice: Span::from_millis(5),
            context_switch: Span::ZERO,
        }
    }
}
