//! M/G/1: Poisson arrivals, one FIFO server, any service distribution: mean and variance of the
//! wait.
//!
//! Pollaczek 1930, Khinchine 1932; Kleinrock, Queueing Systems I (1975), 5.6 and 5.7. The wait
//! needs one moment more than itself: its mean E\[S²\], its variance E\[S³\].

use super::error::{self, TheoryError};
use super::prediction::{Predict, Prediction};

/// Relative slack for inequalities between moments that a constant meets with equality.
const ROUNDING: f64 = 1e-9;

/// The first moments of a service time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServiceMoments {
    /// E\[S\] in seconds, positive.
    pub mean_s: f64,
    /// E\[S²\] in seconds squared, at least the mean's square.
    pub second_s2: f64,
    /// E\[S³\] in seconds cubed, where known; at least `second² / mean`.
    pub third_s3: Option<f64>,
}

impl ServiceMoments {
    /// Always the same: `E[Sⁿ] = mean^n`.
    #[must_use]
    pub fn constant(mean_s: f64) -> Self {
        let second_s2 = mean_s * mean_s;
        Self { mean_s, second_s2, third_s3: Some(second_s2 * mean_s) }
    }

    /// Exponential: `E[Sⁿ] = n! mean^n`.
    #[must_use]
    pub fn exponential(mean_s: f64) -> Self {
        Self::erlang(1, mean_s)
    }

    /// Erlang with `stages` stages (at least 1): `E[S²] = m² (k + 1)/k`, `E[S³] = m³ (k + 1)(k +
    /// 2)/k²`.
    #[must_use]
    pub fn erlang(stages: u32, mean_s: f64) -> Self {
        let k = f64::from(stages);
        let second_s2 = mean_s * mean_s * (k + 1.0) / k;
        Self { mean_s, second_s2, third_s3: Some(second_s2 * mean_s * (k + 2.0) / k) }
    }

    /// Mean and coefficient of variation: enough for the mean of the wait, not for its variance.
    #[must_use]
    pub fn with_cv(mean_s: f64, cv: f64) -> Self {
        Self { mean_s, second_s2: mean_s * mean_s * (1.0 + cv * cv), third_s3: None }
    }

    /// The variance in seconds squared.
    #[must_use]
    pub fn variance_s2(&self) -> f64 {
        (self.second_s2 - self.mean_s * self.mean_s).max(0.0)
    }

    fn check(&self) -> Result<(), TheoryError> {
        error::positive("the mean service time", self.mean_s)?;
        error::positive("the second moment of the service time", self.second_s2)?;
        let refuse = |what, value, expected| Err(TheoryError::Invalid { what, value, expected });
        if self.second_s2 < self.mean_s * self.mean_s * (1.0 - ROUNDING) {
            let what = "the second moment of the service time";
            return refuse(what, self.second_s2, "at least the square of the mean");
        }
        if let Some(third) = self.third_s3 {
            error::positive("the third moment of the service time", third)?;
            // Cauchy and Schwarz: E[S²]² ≤ E[S] E[S³].
            if third < self.second_s2 * self.second_s2 / self.mean_s * (1.0 - ROUNDING) {
                let what = "the third moment of the service time";
                return refuse(what, third, "at least the square of the second over the first");
            }
        }
        Ok(())
    }
}

/// The model, solved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mg1 {
    rate_rps: f64,
    service: ServiceMoments,
    utilization: f64,
}

impl Mg1 {
    /// Arrivals at `rate_rps` per second.
    ///
    /// # Errors
    /// [`TheoryError::Invalid`] for a rate out of range or moments that no distribution has,
    /// [`TheoryError::Unstable`] where more is offered than can be served.
    pub fn new(rate_rps: f64, service: ServiceMoments) -> Result<Self, TheoryError> {
        error::positive("the arrival rate", rate_rps)?;
        service.check()?;
        let utilization = error::stable(rate_rps * service.mean_s)?;
        Ok(Self { rate_rps, service, utilization })
    }

    /// Mean wait in seconds: `λ E[S²] / (2 (1 − ρ))`.
    #[must_use]
    pub fn wait_mean_s(&self) -> f64 {
        self.rate_rps * self.service.second_s2 / (2.0 * (1.0 - self.utilization))
    }

    /// Variance of the wait in seconds squared, `E[W]² + λ E[S³] / (3 (1 − ρ))`; `None` where the
    /// third moment is not known.
    #[must_use]
    pub fn wait_variance_s2(&self) -> Option<f64> {
        let mean = self.wait_mean_s();
        let third = self.service.third_s3?;
        Some(mean * mean + self.rate_rps * third / (3.0 * (1.0 - self.utilization)))
    }

    /// Variance of the response in seconds squared; wait and service are independent under FIFO.
    #[must_use]
    pub fn response_variance_s2(&self) -> Option<f64> {
        self.wait_variance_s2().map(|wait| wait + self.service.variance_s2())
    }
}

impl Predict for Mg1 {
    fn prediction(&self) -> Prediction {
        let wait_mean_s = self.wait_mean_s();
        Prediction {
            method: "M/G/1 (Pollaczek-Khinchine)",
            throughput_rps: self.rate_rps,
            response_mean_s: wait_mean_s + self.service.mean_s,
            wait_mean_s,
            utilization: self.utilization,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::mmc::Mmc;
    use proptest::prelude::*;

    #[test]
    fn textbook_cases_come_out() {
        // Mean service 1, ρ = 0.8: W = 0.8 (1 + cv²) / (2 · 0.2) = 2 (1 + cv²).
        // E[W²] for a constant: 2 W² + λ/(3 (1 − ρ)) = 8 + 4/3, so the variance is 4 + 4/3.
        for (service, wait, variance) in [
            (ServiceMoments::constant(1.0), 2.0, Some(4.0 + 4.0 / 3.0)),
            (ServiceMoments::exponential(1.0), 4.0, Some(16.0 + 0.8 * 6.0 / 0.6)),
            (ServiceMoments::erlang(2, 1.0), 3.0, Some(9.0 + 0.8 * 3.0 / 0.6)),
            (ServiceMoments::with_cv(1.0, 2.0), 10.0, None),
        ] {
            let model = Mg1::new(0.8, service).unwrap();
            assert!((model.wait_mean_s() - wait).abs() < 1e-12, "{service:?}");
            assert!((model.prediction().response_mean_s - wait - 1.0).abs() < 1e-12);
            assert_eq!(model.wait_variance_s2().is_some(), variance.is_some());
            if let (Some(found), Some(expected)) = (model.wait_variance_s2(), variance) {
                assert!((found - expected).abs() < 1e-12, "{service:?}: {found}");
            }
        }
    }

    #[test]
    fn a_slower_clock_scales_every_time_and_no_share() {
        type Family = fn(f64) -> ServiceMoments;
        let families: [Family; 4] = [
            ServiceMoments::constant,
            ServiceMoments::exponential,
            |mean_s| ServiceMoments::erlang(3, mean_s),
            |mean_s| ServiceMoments::with_cv(mean_s, 1.7),
        ];
        for family in families {
            let (unit, scaled) =
                (Mg1::new(0.8, family(1.0)).unwrap(), Mg1::new(40.0, family(0.02)).unwrap());
            assert!((unit.wait_mean_s() * 0.02 / scaled.wait_mean_s() - 1.0).abs() < 1e-12);
            let variances = unit.response_variance_s2().zip(scaled.response_variance_s2());
            assert!(variances.is_none_or(|(a, b)| (a * 0.0004 / b - 1.0).abs() < 1e-12));
            assert!(
                (unit.prediction().utilization - scaled.prediction().utilization).abs() < 1e-15
            );
        }
    }

    #[test]
    fn exponential_service_has_the_variance_of_an_exponential_response() {
        // M/M/1: the response is exponential with mean 1/(μ − λ) = 5, so its variance is 25.
        let model = Mg1::new(0.8, ServiceMoments::exponential(1.0)).unwrap();
        assert!((model.response_variance_s2().unwrap() - 25.0).abs() < 1e-11);
    }

    #[test]
    fn moments_that_no_distribution_has_are_refused() {
        let service = |mean_s, second_s2, third_s3| ServiceMoments { mean_s, second_s2, third_s3 };
        assert!(Mg1::new(0.1, service(1.0, 0.9, None)).is_err());
        assert!(Mg1::new(0.1, service(1.0, 2.0, Some(3.9))).is_err());
        assert!(Mg1::new(0.1, service(1.0, f64::NAN, None)).is_err());
        assert!(Mg1::new(0.1, service(1.0, 2.0, Some(f64::INFINITY))).is_err());
        assert!(Mg1::new(0.1, ServiceMoments::constant(0.0)).is_err());
        let full = Mg1::new(1.0, ServiceMoments::constant(1.0));
        assert_eq!(full, Err(TheoryError::Unstable { utilization: 1.0 }));
    }

    proptest! {
        #[test]
        fn a_coefficient_of_variation_of_one_is_the_exponential_queue(share in 0.01_f64..0.99) {
            let general = Mg1::new(share, ServiceMoments::with_cv(1.0, 1.0)).unwrap();
            let markov = Mmc::new(share, 1.0, 1).unwrap().prediction();
            prop_assert!((general.wait_mean_s() / markov.wait_mean_s - 1.0).abs() < 1e-12);
        }
    }
}
