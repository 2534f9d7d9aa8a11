//! Approximations for the wait where no exact result exists: Kingman for one server, Allen–Cunneen
//! for c.
//!
//! Never to be shown as exact. Both are exact for M/M/c, and for one server and Poisson arrivals;
//! they are good near saturation and may be far off where little waits or where the variation is
//! large.

use super::erlang;
use super::error::{self, TheoryError};
use super::prediction::{Predict, Prediction};

/// A general queue with c servers, approximately.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ggc {
    method: &'static str,
    rate_rps: f64,
    service_s: f64,
    utilization: f64,
    wait_mean_s: f64,
}

/// How much arrivals and services vary: coefficients of variation, each at least 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variation {
    /// Of the times between arrivals; 1 for Poisson arrivals.
    pub arrivals_cv: f64,
    /// Of the service times; 1 for exponential ones.
    pub service_cv: f64,
}

impl Variation {
    /// `(ca² + cs²) / 2`.
    fn factor(self) -> Result<f64, TheoryError> {
        let a = error::non_negative("the coefficient of variation of arrivals", self.arrivals_cv)?;
        let s = error::non_negative("the coefficient of variation of service", self.service_cv)?;
        error::non_negative("the sum of squared coefficients", f64::midpoint(a * a, s * s))
    }
}

impl Ggc {
    /// Kingman's formula for G/G/1: `W ≈ ρ/(1 − ρ) · (ca² + cs²)/2 · S` (Kingman 1961; as "VUT" in
    /// Hopp and Spearman, Factory Physics, 8.6).
    ///
    /// # Errors
    /// [`TheoryError::Invalid`] for inputs out of range, [`TheoryError::Unstable`] where more is
    /// offered than can be served.
    pub fn kingman(
        rate_rps: f64,
        service_s: f64,
        variation: Variation,
    ) -> Result<Self, TheoryError> {
        let kingman = Self::allen_cunneen(rate_rps, service_s, 1, variation)?;
        Ok(Self { method: "G/G/1 (Kingman, approximate)", ..kingman })
    }

    /// Allen and Cunneen's formula for G/G/c: `W ≈ C(c, a)/(c (1 − ρ)) · (ca² + cs²)/2 · S` with
    /// Erlang's C (Allen, Probability, Statistics, and Queueing Theory, 2nd ed. 1990, 5.3).
    ///
    /// # Errors
    /// As [`Ggc::kingman`].
    pub fn allen_cunneen(
        rate_rps: f64,
        service_s: f64,
        servers: u64,
        variation: Variation,
    ) -> Result<Self, TheoryError> {
        error::positive("the arrival rate", rate_rps)?;
        error::positive("the service time", service_s)?;
        let factor = variation.factor()?;
        let offered = rate_rps * service_s;
        let wait_probability = erlang::erlang_c(servers, offered)?;
        let servers = servers as f64;
        Ok(Self {
            method: "G/G/c (Allen-Cunneen, approximate)",
            rate_rps,
            service_s,
            utilization: offered / servers,
            wait_mean_s: wait_probability / (servers - offered) * factor * service_s,
        })
    }
}

impl Predict for Ggc {
    fn prediction(&self) -> Prediction {
        Prediction {
            method: self.method,
            throughput_rps: self.rate_rps,
            response_mean_s: self.wait_mean_s + self.service_s,
            wait_mean_s: self.wait_mean_s,
            utilization: self.utilization,
        }
    }
}

/// Kingman's upper bound on the mean wait of G/G/1, in seconds, which always holds:
/// `λ (σa² + σs²) / (2 (1 − ρ))` (Kingman, Proc. Cambridge Philosophical Society 57, 1961).
///
/// # Errors
/// As [`Ggc::kingman`].
pub fn kingman_bound_s(
    rate_rps: f64,
    service_s: f64,
    variation: Variation,
) -> Result<f64, TheoryError> {
    error::positive("the arrival rate", rate_rps)?;
    error::positive("the service time", service_s)?;
    variation.factor()?;
    let load = error::stable(rate_rps * service_s)?;
    let arrivals_sd_s = variation.arrivals_cv / rate_rps;
    let service_sd_s = variation.service_cv * service_s;
    let variance = arrivals_sd_s * arrivals_sd_s + service_sd_s * service_sd_s;
    Ok(rate_rps * variance / (2.0 * (1.0 - load)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::gim1::{Arrivals, Gim1};
    use crate::theory::mg1::{Mg1, ServiceMoments};
    use crate::theory::mmc::Mmc;
    use proptest::prelude::*;

    #[test]
    fn the_formulas_are_those_worked_by_hand() {
        // ρ = 0.9, ca = 1.5, cs = 0.5: 9 · (2.25 + 0.25)/2 · S = 11.25 S.
        let variation = Variation { arrivals_cv: 1.5, service_cv: 0.5 };
        let model = Ggc::kingman(90.0, 0.01, variation).unwrap().prediction();
        assert!((model.wait_mean_s - 0.1125).abs() < 1e-12);
        assert!(model.method.contains("approximate"));
        // Two servers at ρ = 0.5: C = 1/3, W = 1/3 / (2 · 0.5) · 1.25 S.
        let model = Ggc::allen_cunneen(1.0, 1.0, 2, variation).unwrap().prediction();
        assert!((model.wait_mean_s - 1.25 / 3.0).abs() < 1e-14);
        // The bound: 0.9 (2.25/0.81 + 0.25) / 0.2 in units of S.
        let bound = kingman_bound_s(0.9, 1.0, variation).unwrap();
        assert!((bound - 0.9 * (2.25 / 0.81 + 0.25) / 0.2).abs() < 1e-12);
        let scaled = kingman_bound_s(45.0, 0.02, variation).unwrap();
        assert!((scaled - bound * 0.02).abs() < 1e-13);
    }

    #[test]
    fn impossible_and_unstable_input_is_refused() {
        let poisson = Variation { arrivals_cv: 1.0, service_cv: 1.0 };
        assert!(matches!(Ggc::kingman(1.0, 1.0, poisson), Err(TheoryError::Unstable { .. })));
        assert!(kingman_bound_s(1.0, 1.0, poisson).is_err());
        for cv in [-1.0, f64::NAN, 1e200] {
            let variation = Variation { arrivals_cv: cv, ..poisson };
            assert!(Ggc::allen_cunneen(0.5, 1.0, 3, variation).is_err());
            assert!(kingman_bound_s(0.5, 1.0, variation).is_err());
        }
    }

    proptest! {
        #[test]
        fn where_exact_results_exist_the_formulas_meet_them(
            load in 0.01_f64..0.99, servers in 1_u64..50, cv in 0.0_f64..4.0,
        ) {
            let poisson = Variation { arrivals_cv: 1.0, service_cv: cv };
            let general = Ggc::kingman(load, 1.0, poisson).unwrap().prediction().wait_mean_s;
            let exact = Mg1::new(load, ServiceMoments::with_cv(1.0, cv)).unwrap().wait_mean_s();
            prop_assert!((general / exact - 1.0).abs() < 1e-12);
            let rate = load * servers as f64;
            let markov = Variation { arrivals_cv: 1.0, service_cv: 1.0 };
            let found = Ggc::allen_cunneen(rate, 1.0, servers, markov).unwrap().prediction().wait_mean_s;
            let exact = Mmc::new(rate, 1.0, servers).unwrap().prediction().wait_mean_s;
            prop_assert!((found / exact - 1.0).abs() < 1e-12);
        }

        #[test]
        fn the_bound_is_above_the_exact_wait(load in 0.01_f64..0.99, cv in 1.0_f64..5.0) {
            for (arrivals, arrivals_cv) in
                [(Arrivals::Constant, 0.0), (Arrivals::Hyperexponential { cv }, cv)]
            {
                let variation = Variation { arrivals_cv, service_cv: 1.0 };
                let exact = Gim1::new(arrivals, load, 1.0).unwrap().prediction().wait_mean_s;
                prop_assert!(kingman_bound_s(load, 1.0, variation).unwrap() >= exact);
            }
        }
    }
}
