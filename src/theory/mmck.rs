//! M/M/c/K: Poisson arrivals, exponential service, c servers, room for K requests in all; others
//! are lost.
//!
//! Kleinrock, Queueing Systems I (1975), 3.6; Gross et al., Fundamentals of Queueing Theory (2008),
//! 2.5. With K = c it is Erlang's loss system, and exact for any service distribution. It is the
//! model of a bounded backlog: it has a steady state at any load.

use super::chain::{self, Averages};
use super::error::{self, TheoryError};
use super::prediction::{Predict, Prediction};

/// The most room that the chain is walked for.
const MOST_ROOM: u64 = 100_000_000;

/// The model, solved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mmck {
    service_s: f64,
    servers: u64,
    averages: Averages,
}

impl Mmck {
    /// Arrivals at `rate_rps` per second, a mean service of `service_s` seconds, `servers` servers,
    /// and `room` for so many requests, those in service included.
    ///
    /// # Errors
    /// [`TheoryError::Invalid`] for inputs out of range or less room than servers;
    /// [`TheoryError::TooLarge`] for room beyond 10⁸.
    pub fn new(
        rate_rps: f64,
        service_s: f64,
        servers: u64,
        room: u64,
    ) -> Result<Self, TheoryError> {
        error::positive("the arrival rate", rate_rps)?;
        error::positive("the service time", service_s)?;
        error::at_least_one("the number of servers", servers)?;
        let offered = error::positive("the offered load", rate_rps * service_s)?;
        if room < servers {
            let expected = "at least the number of servers";
            return Err(TheoryError::Invalid { what: "the room", value: room as f64, expected });
        }
        error::at_most("the chain of M/M/c/K", room, MOST_ROOM)?;
        let ratio = |j: u64| offered / j.min(servers) as f64;
        let averages = chain::averages(room, servers, chain::FOR_TAILS, ratio);
        Ok(Self { service_s, servers, averages })
    }

    /// The probability that an arrival finds no room and is lost; one below 1e-300 is 0.
    #[must_use]
    pub const fn loss_probability(&self) -> f64 {
        self.averages.full
    }

    /// The mean number of requests in the system.
    #[must_use]
    pub const fn in_flight_mean(&self) -> f64 {
        self.averages.number
    }
}

impl Predict for Mmck {
    /// Throughput, response and wait are those of requests that are not lost.
    fn prediction(&self) -> Prediction {
        // By the utilization law, which loses no digits where nearly all is lost, as λ (1 − loss)
        // does.
        let throughput_rps = self.averages.busy / self.service_s;
        let waiting = (self.averages.number - self.averages.busy).max(0.0);
        let wait_mean_s = waiting / throughput_rps;
        Prediction {
            method: "M/M/c/K",
            throughput_rps,
            response_mean_s: wait_mean_s + self.service_s,
            wait_mean_s,
            utilization: self.averages.busy / self.servers as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{erlang, mmc::Mmc};
    use proptest::prelude::*;

    #[test]
    fn the_textbook_case_of_the_inspection_station_comes_out() {
        // Gross et al., Fundamentals of Queueing Theory, example 2.4: c = 3, K = 7, λ = 1/min, S =
        // 6 min: p_0 = 1/1141.75 = 0.00088, L_q = 3.09, L = 6.06, W = 12.3 min, K p_7: 60 λ p_7 =
        // 30.3 lost an hour.
        let model = Mmck::new(1.0, 6.0, 3, 7).unwrap();
        assert!((model.in_flight_mean() - 6.06).abs() < 0.005);
        assert!((model.prediction().response_mean_s - 12.3).abs() < 0.06);
        assert!((model.loss_probability() * 60.0 - 30.3).abs() < 0.1);
    }

    #[test]
    fn one_server_agrees_with_the_closed_form() {
        // M/M/1/K: p_K = (1 − ρ) ρ^K / (1 − ρ^(K+1)); at ρ = 1 it is 1/(K + 1).
        let model = Mmck::new(0.5, 1.0, 1, 4).unwrap();
        assert!((model.loss_probability() - 0.5 / 16.0 / (1.0 - 1.0 / 32.0)).abs() < 1e-15);
        let critical = Mmck::new(2.0, 0.5, 1, 99).unwrap();
        assert!((critical.loss_probability() - 0.01).abs() < 1e-12);
        assert!((critical.prediction().throughput_rps - 2.0 * 0.99).abs() < 1e-9);
        // A loss too small to subtract from 1 is still known: ρ = 0.1, K = 40 gives 0.9e-40.
        let rare = Mmck::new(0.1, 1.0, 1, 40).unwrap();
        assert!((rare.loss_probability() / 0.9e-40 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_large_overloaded_system_serves_at_its_capacity() {
        let model = Mmck::new(3e6, 0.01, 10_000, 1_000_000).unwrap();
        let found = model.prediction();
        assert!((found.throughput_rps / 1e6 - 1.0).abs() < 1e-9);
        assert!((model.loss_probability() - 2.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn impossible_input_is_refused() {
        assert!(Mmck::new(1.0, 1.0, 3, 2).is_err());
        assert!(Mmck::new(1.0, f64::NAN, 3, 4).is_err());
        assert!(Mmck::new(1.0, 1.0, 0, 4).is_err());
        assert!(Mmck::new(1e300, 1e300, 1, 4).is_err());
        assert!(matches!(Mmck::new(1.0, 1.0, 1, u64::MAX), Err(TheoryError::TooLarge { .. })));
    }

    proptest! {
        #[test]
        fn without_waiting_room_it_is_erlang_b(servers in 1_u64..200, offered in 0.01_f64..400.0) {
            let found = Mmck::new(offered, 1.0, servers, servers).unwrap().loss_probability();
            let expected = erlang::erlang_b(servers, offered).unwrap();
            prop_assert!((found - expected).abs() <= 1e-9 * expected + 1e-299, "{} {}", found, expected);
        }

        #[test]
        fn with_much_room_it_is_erlang_c(servers in 1_u64..50, share in 0.05_f64..0.9) {
            let rate = share * servers as f64;
            let bounded = Mmck::new(rate, 1.0, servers, servers + 2000).unwrap().prediction();
            let free = Mmc::new(rate, 1.0, servers).unwrap().prediction();
            prop_assert!((bounded.response_mean_s / free.response_mean_s - 1.0).abs() < 1e-9);
            prop_assert!((bounded.throughput_rps / rate - 1.0).abs() < 1e-9);
        }

        #[test]
        fn what_is_not_lost_is_served(
            rate in 0.1_f64..100.0, servers in 1_u64..20, more in 0_u64..50,
        ) {
            let model = Mmck::new(rate, 1.0, servers, servers + more).unwrap();
            let served = model.prediction().throughput_rps;
            let taken = rate * (1.0 - model.loss_probability());
            prop_assert!((served - taken).abs() < 1e-9 * rate);
        }
    }
}
