//! `[load]`: who sends requests and when.

use crate::input::dist::Dist;
use crate::units::{Rate, Span, Time};

/// The load on the system.
#[derive(Clone, Debug)]
pub struct Load {
    /// When requests come.
    pub kind: LoadKind,
    /// The client gives up after this.
    pub timeout: Option<Span>,
    /// How often a client tries again after an end other than completed.
    pub retries: u32,
    /// How long it waits before; a distribution in nanoseconds.
    pub backoff: Dist,
}

/// When requests come.
#[derive(Clone, Debug)]
pub enum LoadKind {
    /// Each client sends its next request `think` after the end of the last.
    Closed {
        /// At least 1.
        clients: u64,
        /// A distribution in nanoseconds.
        think: Dist,
    },
    /// Open, memoryless.
    Poisson {
        /// The mean rate.
        rate: Rate,
    },
    /// Open, evenly spaced: arrival k (from 1) at k/rate.
    Constant {
        /// The rate.
        rate: Rate,
    },
    /// Open, a two-state Markov-modulated Poisson process that starts in the normal state; the
    /// sojourns are exponential.
    Bursty {
        /// The rate outside bursts.
        rate: Rate,
        /// The rate in a burst.
        burst_rate: Rate,
        /// The mean time between bursts.
        normal_for: Span,
        /// The mean length of a burst.
        burst_for: Span,
    },
    /// Open, Poisson with a rate that is linear between the points and constant after the last.
    Profile {
        /// `(instant, arrivals per second)`, instants ascending, the first at zero; rates may be 0.
        points: Vec<(Time, f64)>,
    },
    /// Open, arrival instants from a file.
    Trace {
        /// `(instant, class)`, instants ascending; class by its place in `Model::requests`, `None`
        /// drawn by weight.
        arrivals: std::sync::Arc<Vec<(Time, Option<u32>)>>,
    },
    /// All at time zero.
    Batch {
        /// How many, at least 1.
        count: u64,
    },
}

impl LoadKind {
    /// The word in the file.
    #[must_use]
    pub const fn keyword(&self) -> &'static str {
        match self {
            Self::Closed { .. } => "closed",
            Self::Poisson { .. } => "poisson",
            Self::Constant { .. } => "constant",
            Self::Bursty { .. } => "bursty",
            Self::Profile { .. } => "profile",
            Self::Trace { .. } => "trace",
            Self::Batch { .. } => "batch",
        }
    }

    /// Whether requests come whatever the server does.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !matches!(self, Self::Closed { .. } | Self::Batch { .. })
    }
}

impl Load {
    /// A closed load of `clients` without think time, time-outs or retries.
    #[must_use]
    pub fn closed(clients: u64) -> Self {
        Self::new(LoadKind::Closed { clients, think: Dist::constant(0.0) })
    }

    /// An open, memoryless load.
    #[must_use]
    pub fn poisson(rate: Rate) -> Self {
        Self::new(LoadKind::Poisson { rate })
    }

    /// A load of the given kind with the defaults: no time-out, no retries, backoff exp(100 ms).
    #[must_use]
    pub fn new(kind: LoadKind) -> Self {
        Self { kind, timeout: None, retries: 0, backoff: Dist::exponential(100e6) }
    }
}
