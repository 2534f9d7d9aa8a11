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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_station_passes_as_many_as_its_servers_can() {
        for (station, width, capacity_rps) in [
            (Station::queue(0.01), Some(1), 100.0),
            (Station::servers(0.01, 4), Some(4), 400.0),
            (Station::delay(0.01), None, f64::INFINITY),
            (Station::queue(0.0), Some(1), f64::INFINITY),
        ] {
            assert_eq!((station.width(), station.capacity_rps()), (width, capacity_rps));
        }
    }

    #[test]
    fn a_network_needs_someone_and_something_that_takes_time() {
        let queue = Station::queue(1.0);
        assert!(check(&[queue], 0.0, 1).is_ok());
        assert!(check(&[], 1.0, 1).is_ok());
        assert!(check(&[queue], 0.0, 0).is_err());
        assert!(check(&[Station::queue(0.0)], 0.0, 1).is_err());
        assert!(check(&[queue, Station::delay(f64::INFINITY)], 0.0, 1).is_err());
        // Each finite, their sum not.
        assert!(check(&[Station::queue(f64::MAX), Station::queue(f64::MAX)], 0.0, 1).is_err());
    }
}
