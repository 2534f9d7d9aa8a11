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
    /// How long a thread runs before another ready one preempts it, for [`Scheduling::RoundRobin`];
    /// how far its deadline is away, for [`Scheduling::Eevdf`].
    pub timeslice: Span,
    /// For [`Scheduling::Eevdf`]: a slice ends with the first tick of the clock at which it is used up.
    pub tick: Span,
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
    /// Linux since 6.6: of the threads that had no more than their share the one with the earliest
    /// virtual deadline; a thread that wakes takes the core of one that had more.
    Eevdf,
}

impl Scheduling {
    /// The words in a model file, in the order of the kinds.
    pub const WORDS: [&str; 4] = ["round-robin", "fifo", "processor-sharing", "eevdf"];

    /// The word in a model file.
    #[must_use]
    pub const fn keyword(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// Whether a thread may lose its core within a burst because its slice is used up.
    #[must_use]
    pub const fn has_slices(self) -> bool {
        matches!(self, Self::RoundRobin | Self::Eevdf)
    }
}

impl Default for Host {
    fn default() -> Self {
        Self {
            cores: 1,
            memory: None,
            scheduling: Scheduling::RoundRobin,
            timeslice: Span::from_millis(5),
            tick: Span::ZERO,
            context_switch: Span::ZERO,
        }
    }
}
