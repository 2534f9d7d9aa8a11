//! Whether an open system ever holds more than so many requests: whether a limit binds.
//!
//! In product form the numbers at the stations are independent: Poisson at a delay, that of M/M/c
//! at a station with servers. Chernoff's bound on their sum, `P(N > n) ≤ E[z^N] / z^(n + 1)` for
//! every z above 1, is above the truth, so that a limit is never called absent wrongly.

use crate::theory::erlang;

use super::NEVER;

/// The points at which the bound is tried.
const POINTS: u32 = 64;

/// Everything that requests may be at, together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Crowd {
    /// The mean number in delays.
    pub delayed: f64,
    /// Stations: offered erlangs and servers.
    pub stations: Vec<(f64, u64)>,
}

impl Crowd {
    /// Whether more than `limit` are there with a probability below 1e-12.
    #[must_use]
    pub fn stays_within(&self, limit: u64) -> bool {
        let places = limit as f64 + 1.0;
        // Above the least of these a station's sum has no end.
        let end = self
            .stations
            .iter()
            .map(|&(offered, servers)| servers as f64 / offered)
            .fold(f64::INFINITY, f64::min);
        // A Poisson number alone is bounded best at n / mean.
        let end = if end.is_finite() { end } else { 2.0 * (places / self.delayed).max(1.0) };
        let log_end = libm::log(end);
        (1..POINTS).any(|point| {
            let log_z = log_end * f64::from(point) / f64::from(POINTS);
            self.log_moment(libm::exp(log_z)) - places * log_z < libm::log(NEVER)
        })
    }

    /// `ln E[z^N]`.
    fn log_moment(&self, z: f64) -> f64 {
        let delayed = if self.delayed > 0.0 { self.delayed * (z - 1.0) } else { 0.0 };
        self.stations.iter().fold(delayed, |sum, &(offered, servers)| {
            sum + log_sum(servers, offered * z) - log_sum(servers, offered)
        })
    }
}

/// The logarithm of `Σ_{n<c} x^n/n! + x^c/c! / (1 − x/c)`, by way of Erlang's B:
/// `Σ_{n≤c} x^n/n! = x^c/c! / B(c, x)`.
fn log_sum(servers: u64, x: f64) -> f64 {
    let c = servers as f64;
    match erlang::erlang_b(servers, x) {
        // So many servers that they are never all busy: the sum is that of e^x.
        Ok(0.0) => x,
        Ok(loss) => {
            let last = c * libm::log(x) - libm::lgamma(c + 1.0);
            last + libm::log(1.0 / loss - 1.0 + 1.0 / (1.0 - x / c))
        }
        Err(_) => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_is_bounded_by_its_geometric_tail() {
        // M/M/1 at 1/2: P(N > n) = 2^-(n + 1), below 1e-12 from n = 39.
        let crowd = Crowd { delayed: 0.0, stations: vec![(0.5, 1)] };
        assert!(!crowd.stays_within(39), "the bound is a little above the truth");
        assert!(crowd.stays_within(48), "but not by much");
    }

    #[test]
    fn a_delay_is_bounded_by_its_poisson_tail() {
        // Poisson(1): P(N > 14) = 3.0e-13, P(N > 13) = 4.5e-12.
        let crowd = Crowd { delayed: 1.0, stations: vec![] };
        assert!(!crowd.stays_within(13));
        assert!(crowd.stays_within(16));
    }

    #[test]
    fn the_generating_function_of_a_station_is_that_of_its_states() {
        // M/M/3 with 2 erlangs at z = 1.2: by the states themselves.
        let (c, a, z) = (3_u32, 2.0_f64, 1.2_f64);
        let mut weight = 1.0;
        let (mut plain, mut at_z) = (0.0, 0.0);
        for n in 0..2_000 {
            if n > 0 {
                weight *= a / f64::from(c.min(n));
            }
            plain += weight;
            at_z += weight * z.powi(n as i32);
        }
        let crowd = Crowd { delayed: 0.0, stations: vec![(a, u64::from(c))] };
        let found = crowd.log_moment(z);
        assert!((found - (at_z / plain).ln()).abs() < 1e-10, "{found}");
    }

    #[test]
    fn ten_thousand_servers_that_are_hardly_used_do_not_overflow() {
        let crowd = Crowd { delayed: 10.0, stations: vec![(5.0, 10_000)] };
        assert!(crowd.stays_within(200));
        assert!(!crowd.stays_within(15));
    }
}
