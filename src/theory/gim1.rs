//! GI/M/1: independent times between arrivals of any distribution, exponential service, one FIFO
//! server.
//!
//! Kendall 1953; Kleinrock, Queueing Systems I (1975), 6.4. An arrival finds the server busy with
//! the probability `σ` that solves `σ = A*(μ (1 − σ))`, where A* is the Laplace transform of the
//! time between arrivals. The response is then exponential with rate `μ (1 − σ)`, so that every
//! percentile is known.

use crate::stats::root;

use super::error::{self, TheoryError};
use super::prediction::{Predict, Prediction, is_percentile};

/// How the times between arrivals vary around their mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arrivals {
    /// Evenly spaced: D/M/1.
    Constant,
    /// Poisson: M/M/1.
    Exponential,
    /// The sum of equal exponential stages: `E_k`/M/1.
    Erlang {
        /// At least 1.
        stages: u32,
    },
    /// Two exponential branches with balanced means: H_2/M/1.
    Hyperexponential {
        /// The coefficient of variation, at least 1.
        cv: f64,
    },
}

impl Arrivals {
    /// `1 − A*(s)` for a mean time of 1, without the cancellation near s = 0.
    fn complement(self, s: f64) -> f64 {
        match self {
            Self::Constant => -libm::expm1(-s),
            Self::Exponential => s / (1.0 + s),
            Self::Erlang { stages } => {
                let k = f64::from(stages);
                -libm::expm1(-k * libm::log1p(s / k))
            }
            Self::Hyperexponential { cv } => {
                let square = cv * cv;
                let share = f64::midpoint(1.0, ((square - 1.0) / (square + 1.0)).sqrt());
                // Each branch has half of the mean: its rate is twice its share.
                let branch = |share: f64| share * s / (2.0 * share + s);
                branch(share) + branch(1.0 - share)
            }
        }
    }

    fn check(self) -> Result<(), TheoryError> {
        match self {
            Self::Constant | Self::Exponential => Ok(()),
            Self::Erlang { stages } => {
                error::at_least_one("the number of stages", u64::from(stages)).map(|_| ())
            }
            Self::Hyperexponential { cv } if cv >= 1.0 && (cv * cv).is_finite() => Ok(()),
            Self::Hyperexponential { cv } => {
                let what = "the coefficient of variation between arrivals";
                Err(TheoryError::Invalid { what, value: cv, expected: "at least 1 and finite" })
            }
        }
    }
}

/// The model, solved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gim1 {
    rate_rps: f64,
    service_s: f64,
    /// `1 − σ`, the probability that an arrival finds the server idle.
    idle: f64,
}

impl Gim1 {
    /// Arrivals at a mean rate of `rate_rps` per second, a mean service of `service_s` seconds.
    ///
    /// # Errors
    /// [`TheoryError::Invalid`] for inputs out of range, [`TheoryError::Unstable`] where more is
    /// offered than can be served.
    pub fn new(arrivals: Arrivals, rate_rps: f64, service_s: f64) -> Result<Self, TheoryError> {
        error::positive("the arrival rate", rate_rps)?;
        error::positive("the service time", service_s)?;
        arrivals.check()?;
        let load = error::stable(error::positive("the offered load", rate_rps * service_s)?)?;
        // (1 − A*(μδ)) / δ falls from 1/ρ at δ = 0 to at most 1 at δ = 1: its only root is δ = 1 −
        // σ.
        let falling = |delta: f64| {
            if delta > 0.0 { arrivals.complement(delta / load) / delta } else { 1.0 / load }
        };
        let idle = root::of_decreasing(1.0, falling).min(1.0);
        Ok(Self { rate_rps, service_s, idle })
    }

    /// The probability σ that a request waits.
    #[must_use]
    pub fn wait_probability(&self) -> f64 {
        1.0 - self.idle
    }

    fn response_mean_s(&self) -> f64 {
        self.service_s / self.idle
    }
}

impl Predict for Gim1 {
    fn prediction(&self) -> Prediction {
        Prediction {
            method: "GI/M/1",
            throughput_rps: self.rate_rps,
            response_mean_s: self.response_mean_s(),
            wait_mean_s: self.response_mean_s() * self.wait_probability(),
            utilization: self.rate_rps * self.service_s,
        }
    }

    fn response_percentile_s(&self, p: f64) -> Option<f64> {
        is_percentile(p).then(|| -libm::log1p(-p) * self.response_mean_s())
    }

    fn wait_percentile_s(&self, p: f64) -> Option<f64> {
        // P(wait > t) = σ e^{−μ (1 − σ) t}.
        is_percentile(p).then(|| {
            let excess = libm::log(self.wait_probability()) - libm::log1p(-p);
            (excess * self.response_mean_s()).max(0.0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::mmc::Mmc;
    use proptest::prelude::*;

    const FAMILIES: [Arrivals; 6] = [
        Arrivals::Constant,
        Arrivals::Exponential,
        Arrivals::Erlang { stages: 2 },
        Arrivals::Erlang { stages: 40 },
        Arrivals::Hyperexponential { cv: 1.0 },
        Arrivals::Hyperexponential { cv: 3.0 },
    ];

    #[test]
    fn the_root_of_evenly_spaced_arrivals_is_the_published_one() {
        // σ = e^{−(1 − σ)/ρ}; Hillier and Yu, Queueing Tables and Graphs (1981), D/M/1 (four
        // digits).
        for (load, sigma) in [(0.5, 0.2032), (0.2, 0.0070), (0.8, 0.6286), (0.9, 0.8069)] {
            let found = Gim1::new(Arrivals::Constant, load, 1.0).unwrap().wait_probability();
            assert!((found - sigma).abs() < 1e-4, "{load}: {found}");
            assert!((libm::exp(-(1.0 - found) / load) / found - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn two_erlang_stages_agree_with_the_quadratic() {
        // E_2/M/1 with λ = μ/2 (Kleinrock, example 6.1 in spirit): x = √σ solves x (1 + (1 −
        // σ)/(2ρ)) = 1, (x − 1)(x² + x − 2ρ) = 0, so x = (−1 + √(1 + 8ρ))/2.
        for load in [0.1_f64, 0.5, 0.95] {
            let x = ((1.0 + 8.0 * load).sqrt() - 1.0) / 2.0;
            let model = Gim1::new(Arrivals::Erlang { stages: 2 }, load, 1.0).unwrap();
            assert!((model.wait_probability() / (x * x) - 1.0).abs() < 1e-11, "{load}");
        }
    }

    #[test]
    fn heavy_traffic_keeps_its_digits() {
        // As ρ → 1, 1 − σ → 2 (1 − ρ) / (1 + ca²), with a relative error of order 1 − ρ.
        for (arrivals, square) in [
            (Arrivals::Constant, 0.0),
            (Arrivals::Exponential, 1.0),
            (Arrivals::Erlang { stages: 4 }, 0.25),
            (Arrivals::Hyperexponential { cv: 2.0 }, 4.0),
        ] {
            let model = Gim1::new(arrivals, 1.0 - 1e-6, 1.0).unwrap();
            let expected = 2e-6 / (1.0 + square);
            assert!((model.idle / expected - 1.0).abs() < 1e-5, "{arrivals:?}: {}", model.idle);
        }
    }

    #[test]
    fn a_slower_clock_scales_every_time_and_no_share() {
        let (unit, scaled) = (
            Gim1::new(Arrivals::Constant, 0.9, 1.0).unwrap(),
            Gim1::new(Arrivals::Constant, 45.0, 0.02).unwrap(),
        );
        for p in [0.5, 0.99] {
            for (a, b) in [
                (unit.wait_percentile_s(p), scaled.wait_percentile_s(p)),
                (unit.response_percentile_s(p), scaled.response_percentile_s(p)),
            ] {
                assert!((a.unwrap() * 0.02 - b.unwrap()).abs() < 1e-12, "{p}: {a:?} {b:?}");
            }
        }
        let (unit, scaled) = (unit.prediction(), scaled.prediction());
        assert!((unit.wait_mean_s * 0.02 / scaled.wait_mean_s - 1.0).abs() < 1e-12);
        assert!((unit.response_mean_s * 0.02 / scaled.response_mean_s - 1.0).abs() < 1e-12);
        assert!((unit.throughput_rps / 0.02 / scaled.throughput_rps - 1.0).abs() < 1e-12);
        assert!((unit.utilization - scaled.utilization).abs() < 1e-15);
    }

    #[test]
    fn impossible_and_unstable_input_is_refused() {
        assert!(matches!(
            Gim1::new(Arrivals::Constant, 1.0, 1.0),
            Err(TheoryError::Unstable { .. })
        ));
        assert!(Gim1::new(Arrivals::Erlang { stages: 0 }, 0.5, 1.0).is_err());
        assert!(Gim1::new(Arrivals::Hyperexponential { cv: 0.9 }, 0.5, 1.0).is_err());
        assert!(Gim1::new(Arrivals::Hyperexponential { cv: f64::NAN }, 0.5, 1.0).is_err());
        assert!(Gim1::new(Arrivals::Constant, f64::NAN, 1.0).is_err());
    }

    proptest! {
        #[test]
        fn poisson_arrivals_are_m_m_1(load in 0.001_f64..0.999, p in 0.01_f64..0.999) {
            let expected = Mmc::new(load, 1.0, 1).unwrap();
            for arrivals in [
                Arrivals::Exponential,
                Arrivals::Erlang { stages: 1 },
                Arrivals::Hyperexponential { cv: 1.0 },
            ] {
                let found = Gim1::new(arrivals, load, 1.0).unwrap();
                prop_assert!((found.wait_probability() / load - 1.0).abs() < 1e-9);
                let (a, b) = (found.response_percentile_s(p).unwrap(), expected.response_percentile_s(p).unwrap());
                prop_assert!((a / b - 1.0).abs() < 1e-9);
                let (a, b) = (found.wait_percentile_s(p).unwrap(), expected.wait_percentile_s(p).unwrap());
                prop_assert!((a - b).abs() < 1e-9 * (1.0 + b));
            }
        }

        #[test]
        fn steadier_arrivals_wait_less(load in 0.05_f64..0.99) {
            let wait = |arrivals| Gim1::new(arrivals, load, 1.0).unwrap().prediction().wait_mean_s;
            for pair in [0, 3, 2, 1, 5].windows(2) {
                prop_assert!(wait(FAMILIES[pair[0]]) < wait(FAMILIES[pair[1]]));
            }
        }
    }
}
