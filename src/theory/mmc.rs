//! M/M/c: Poisson arrivals, exponential service, c servers, one FIFO queue without a limit.
//!
//! Erlang 1917; Kleinrock, Queueing Systems I (1975), 3.5; Gross et al., Fundamentals of Queueing
//! Theory (4th ed. 2008), 2.3. Exact means and every percentile of the wait and of the response.

use crate::stats::root;

use super::erlang;
use super::error::{self, TheoryError};
use super::prediction::{Predict, Prediction, is_percentile};

/// The model, solved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mmc {
    rate_rps: f64,
    service_s: f64,
    servers: u64,
    offered_erlangs: f64,
    wait_probability: f64,
}

impl Mmc {
    /// Arrivals at `rate_rps` per second, a mean service of `service_s` seconds, `servers` servers.
    ///
    /// # Errors
    /// [`TheoryError::Invalid`] for inputs out of range, [`TheoryError::Unstable`] where more is
    /// offered than can be served.
    pub fn new(rate_rps: f64, service_s: f64, servers: u64) -> Result<Self, TheoryError> {
        error::positive("the arrival rate", rate_rps)?;
        error::positive("the service time", service_s)?;
        let offered_erlangs = rate_rps * service_s;
        let wait_probability = erlang::erlang_c(servers, offered_erlangs)?;
        Ok(Self { rate_rps, service_s, servers, offered_erlangs, wait_probability })
    }

    /// The probability that a request waits (Erlang C).
    #[must_use]
    pub const fn wait_probability(&self) -> f64 {
        self.wait_probability
    }

    /// The rate at which a full system gets ahead of its arrivals, `cμ − λ`, times the mean
    /// service.
    fn spare(&self) -> f64 {
        self.servers as f64 - self.offered_erlangs
    }

    /// P(wait > t): `C e^{−(cμ − λ) t}` for t ≥ 0 in seconds.
    #[must_use]
    pub fn wait_tail(&self, t_s: f64) -> f64 {
        self.wait_probability * libm::exp(-self.spare() * t_s / self.service_s)
    }

    /// P(response > t) for t ≥ 0 in seconds.
    ///
    /// `e^{−μt} (1 + C (1 − e^{−x}) / (c − 1 − a))` with `x = (c − 1 − a) μt`; where `c − 1 = a`
    /// wait and service decay at the same rate and the limit is `e^{−μt} (1 + C μt)`.
    #[must_use]
    pub fn response_tail(&self, t_s: f64) -> f64 {
        let services = t_s / self.service_s;
        let gap = self.spare() - 1.0;
        let x = gap * services;
        if x.abs() < 1.0 {
            // (1 − e^{−x}) / x is smooth through 0, and expm1 keeps its digits there.
            let mean_decay = if x == 0.0 { 1.0 } else { -libm::expm1(-x) / x };
            return libm::exp(-services) * (1.0 + self.wait_probability * services * mean_decay);
        }
        // Multiplied out, since for a negative gap e^{−x} may overflow while e^{−μt} is 0.
        let (service, both) = (libm::exp(-services), libm::exp(-self.spare() * services));
        service + self.wait_probability * (service - both) / gap
    }
}

impl Predict for Mmc {
    fn prediction(&self) -> Prediction {
        let wait_mean_s = self.wait_probability * self.service_s / self.spare();
        Prediction {
            method: "M/M/c (Erlang C)",
            throughput_rps: self.rate_rps,
            response_mean_s: wait_mean_s + self.service_s,
            wait_mean_s,
            utilization: self.offered_erlangs / self.servers as f64,
        }
    }

    fn response_percentile_s(&self, p: f64) -> Option<f64> {
        // In units of the mean service, so that the search starts near its end.
        is_percentile(p).then(|| {
            root::of_decreasing(1.0 - p, |t| self.response_tail(t * self.service_s))
                * self.service_s
        })
    }

    fn wait_percentile_s(&self, p: f64) -> Option<f64> {
        is_percentile(p).then(|| {
            let excess = libm::log(self.wait_probability) - libm::log1p(-p);
            (excess * self.service_s / self.spare()).max(0.0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-9 * expected.abs().max(1e-12)
    }

    #[test]
    fn the_probability_of_a_wait_is_that_of_erlang() {
        // C(1, a) = a, and C(2, 1) = 1/3.
        assert!(close(Mmc::new(80.0, 0.01, 1).unwrap().wait_probability(), 0.8));
        assert!(close(Mmc::new(100.0, 0.01, 2).unwrap().wait_probability(), 1.0 / 3.0));
    }

    #[test]
    fn one_server_has_an_exponential_response() {
        // M/M/1: R = S/(1 − ρ), and every percentile is R · −ln(1 − p).
        let model = Mmc::new(80.0, 0.01, 1).unwrap();
        let mean = 0.01 / (1.0 - 0.8);
        assert!(close(model.prediction().response_mean_s, mean));
        assert!(close(model.prediction().utilization, 0.8));
        for p in [0.1, 0.5, 0.9, 0.99, 0.999] {
            let expected = -mean * libm::log(1.0 - p);
            let found = model.response_percentile_s(p).unwrap();
            assert!(close(found, expected), "{p}: {found} {expected}");
        }
        // The wait is 0 with probability 1 − ρ = 0.2, and then exponential: t = R ln(ρ/(1 − p)).
        assert_eq!(model.wait_percentile_s(0.2 - 1e-9), Some(0.0));
        assert!(close(model.wait_percentile_s(0.9).unwrap(), mean * libm::log(8.0)));
    }

    #[test]
    fn the_textbook_case_of_three_ophthalmologists_comes_out() {
        // Gross et al., Fundamentals of Queueing Theory, example 2.2: c = 3, λ = 6/h, 1/μ = 20 min:
        // p_0 = 1/9, L_q = 8/9, W_q = 4/27 h (8.9 min), W = 28.9 min.
        let model = Mmc::new(6.0, 1.0 / 3.0, 3).unwrap().prediction();
        assert!(close(model.wait_mean_s, 4.0 / 27.0));
        assert!(close(model.response_mean_s, 4.0 / 27.0 + 1.0 / 3.0));
        assert!(close(model.in_flight_mean(), 8.0 / 9.0 + 2.0));
    }

    #[test]
    fn equal_rates_of_wait_and_service_are_the_limit_of_unequal_ones() {
        // a = c − 1: two servers, one erlang, C = 1/3: P(R > t) = e^{−t} (1 + t/3).
        let equal = Mmc::new(1.0, 1.0, 2).unwrap();
        for t in [0.1, 1.0, 5.0, 30.0] {
            assert!(close(equal.response_tail(t), libm::exp(-t) * (1.0 + t / 3.0)), "{t}");
            for rate in [1.0 - 1e-9, 1.0 + 1e-9] {
                let near = Mmc::new(rate, 1.0, 2).unwrap().response_tail(t);
                assert!((near / equal.response_tail(t) - 1.0).abs() < 1e-7, "{t} {rate}");
            }
        }
    }

    #[test]
    fn the_two_forms_of_the_tail_meet() {
        // The formula changes its form at |x| = 1.
        for (rate, servers) in [(2.5, 3), (1.2, 3), (0.9, 1)] {
            let model = Mmc::new(rate, 1.0, servers).unwrap();
            let border = 1.0 / (servers as f64 - 1.0 - rate).abs();
            let (below, above) =
                (model.response_tail(border * (1.0 - 1e-12)), model.response_tail(border));
            assert!((below / above - 1.0).abs() < 1e-10, "{rate} {servers}: {below} {above}");
        }
    }

    #[test]
    fn ten_thousand_servers_near_saturation_have_finite_percentiles() {
        let model = Mmc::new(9_999.0, 1.0, 10_000).unwrap();
        let p99 = model.response_percentile_s(0.99).unwrap();
        // The wait alone: C ≈ 0.99, decay 1 per second, ln(C/0.01) ≈ 4.6; with the service more.
        assert!(p99 > model.wait_percentile_s(0.99).unwrap() && p99 < 10.0, "{p99}");
        let hopeless = Mmc::new(1.0 - 1e-9, 1.0, 1).unwrap();
        let p999 = hopeless.response_percentile_s(0.999).unwrap();
        assert!((p999 / (1e9 * libm::log(1000.0)) - 1.0).abs() < 1e-6, "{p999}");
    }

    #[test]
    fn what_has_no_steady_state_is_refused() {
        assert!(matches!(Mmc::new(3.0, 1.0, 3), Err(TheoryError::Unstable { .. })));
        assert!(Mmc::new(f64::NAN, 1.0, 3).is_err());
        assert!(Mmc::new(1.0, 0.0, 3).is_err());
        let model = Mmc::new(1.0, 1.0, 3).unwrap();
        assert_eq!(model.response_percentile_s(1.0), None);
        assert_eq!(model.response_percentile_s(f64::NAN), None);
        assert_eq!(model.wait_percentile_s(-0.1), None);
    }

    proptest! {
        #[test]
        fn the_mean_response_is_the_integral_of_its_tail(
            servers in 1_u64..30, share in 0.05_f64..0.95,
        ) {
            let model = Mmc::new(share * servers as f64, 1.0, servers).unwrap();
            let end = model.response_percentile_s(1.0 - 1e-12).unwrap();
            // Simpson's rule over 20 000 steps.
            let (steps, h) = (20_000, end / 20_000.0);
            let integral = (0..=steps).map(|k| {
                let weight = if k == 0 || k == steps { 1.0 } else if k % 2 == 1 { 4.0 } else { 2.0 };
                weight * model.response_tail(f64::from(k) * h)
            }).sum::<f64>() * h / 3.0;
            let mean = model.prediction().response_mean_s;
            prop_assert!((integral / mean - 1.0).abs() < 1e-7, "{} {}", integral, mean);
        }

        #[test]
        fn percentiles_invert_the_tail(servers in 1_u64..200, share in 0.05_f64..0.99, p in 0.01_f64..0.999) {
            let model = Mmc::new(share * servers as f64 / 0.02, 0.02, servers).unwrap();
            let t = model.response_percentile_s(p).unwrap();
            prop_assert!((model.response_tail(t) / (1.0 - p) - 1.0).abs() < 1e-9);
            let wait = model.wait_percentile_s(p).unwrap();
            prop_assert!(wait == 0.0 || (model.wait_tail(wait) / (1.0 - p) - 1.0).abs() < 1e-9);
            prop_assert!(wait <= t);
        }
    }
}
