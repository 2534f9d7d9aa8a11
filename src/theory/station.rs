//! A station of a closed queueing network: one server, many servers, or a delay without a queue.

use super::error::{self, TheoryError};

/// A station and the demand of one request there: the sum of its service times over all visits.
///
/// Product form (BCMP 1975) asks for exponential service at a FIFO station; under processor sharing
/// and at a delay any distribution with the same mean gives the same answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Station {
    /// One server and a queue: a core, a loop, a lock.
    Queue {
        /// Seconds for each request, at least 0.
        demand_s: f64,
    },
    /// Several servers and one queue: cores, a connection pool.
    Servers {
        /// Seconds for each request, at least 0.
        demand_s: f64,
        /// At least 1.
        servers: u64,
    },
    /// No queue at all: I/O without a limit, think time.
    Delay {
        /// Seconds for each request, at least 0.
        demand_s: f64,
    },
}

impl Station {
    /// One server.
    #[must_use]
    pub const fn queue(demand_s: f64) -> Self {
        Self::Queue { demand_s }
    }

    /// Several servers with one queue.
    #[must_use]
    pub const fn servers(demand_s: f64, servers: u64) -> Self {
        Self::Servers { demand_s, servers }
    }

    /// A wait without a queue.
    #[must_use]
    pub const fn delay(demand_s: f64) -> Self {
        Self::Delay { demand_s }
    }

    /// Seconds for each request.
    #[must_use]
    pub const fn demand_s(&self) -> f64 {
        match *self {
            Self::Queue { demand_s }
            | Self::Servers { demand_s, .. }
            | Self::Delay { demand_s } => demand_s,
        }
    }

    /// How many requests are served at once; `None` is all.
    #[must_use]
    pub const fn width(&self) -> Option<u64> {
        match *self {
            Self::Queue { .. } => Some(1),
            Self::Servers { servers, .. } => Some(servers),
            Self::Delay { .. } => None,
        }
    }

    /// The most that can pass, in requests per second; infinite for a delay or without demand.
    #[must_use]
    pub fn capacity_rps(&self) -> f64 {
        match self.width() {
            Some(width) if self.demand_s() > 0.0 => width as f64 / self.demand_s(),
            _ => f64::INFINITY,
        }
    }
}

/// Checks a closed network as a whole.
pub(super) fn check(
    stations: &[Station],
    think_s: f64,
    population: u64,
) -> Result<(), TheoryError> {
    error::at_least_one("the population", population)?;
    let mut cycle_s = error::non_negative("the think time", think_s)?;
    for station in stations {
        cycle_s += error::non_negative("a demand", station.demand_s())?;
        error::at_least_one("the number of servers", station.width().unwrap_or(1))?;
    }
    error::positive("the sum of all demands and the think time", cycle_s)?;
    Ok(())
}
