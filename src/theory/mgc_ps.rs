//! M/G/c processor sharing: Poisson arrivals, c cores shared equally by all who are there.
//!
//! Each of n requests runs at rate min(1, c/n). The number in the system then depends on the
//! service time's mean alone (Cohen, Acta Informatica 12, 1979; Kelly, Reversibility and Stochastic
//! Networks, 1979), so that it is the one of M/M/c; for one core the mean response is `E[S] / (1 −
//! ρ)` (Kleinrock 1967), and proportionally `x / (1 − ρ)` for a request that needs x.

use super::error::{self, TheoryError};
use super::mmc::Mmc;
use super::prediction::{Predict, Prediction};

/// The model, solved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MgcPs {
    twin: Mmc,
    service_s: f64,
    cores: u64,
}

impl MgcPs {
    /// Arrivals at `rate_rps` per second, a mean service of `service_s` seconds of any
    /// distribution, `cores` cores.
    ///
    /// # Errors
    /// [`TheoryError::Invalid`] for inputs out of range, [`TheoryError::Unstable`] where more is
    /// offered than can be served.
    pub fn new(rate_rps: f64, service_s: f64, cores: u64) -> Result<Self, TheoryError> {
        Ok(Self { twin: Mmc::new(rate_rps, service_s, cores)?, service_s, cores })
    }

    /// Mean response, in seconds, of a request that needs `size_s` seconds of service: `x / (1 −
    /// ρ)`.
    ///
    /// # Errors
    /// [`TheoryError::Invalid`] for a size below 0, or with more than one core: a request can't run
    /// faster than on one, and the response is then not proportional to the size.
    pub fn response_of_size_s(&self, size_s: f64) -> Result<f64, TheoryError> {
        error::non_negative("the size of a request", size_s)?;
        if self.cores > 1 {
            let (what, value) = ("the number of cores", self.cores as f64);
            return Err(TheoryError::Invalid { what, value, expected: "1" });
        }
        Ok(size_s / (1.0 - self.twin.prediction().utilization))
    }
}

impl Predict for MgcPs {
    fn prediction(&self) -> Prediction {
        Prediction { method: "M/G/c processor sharing", ..self.twin.prediction() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_core_slows_everyone_by_the_same_factor() {
        // ρ = 0.75: four times the service time, whatever the size.
        let model = MgcPs::new(75.0, 0.01, 1).unwrap();
        assert!((model.prediction().response_mean_s - 0.04).abs() < 1e-15);
        assert!(model.prediction().method.contains("processor sharing"));
        assert!((model.response_of_size_s(0.5).unwrap() - 2.0).abs() < 1e-12);
        assert!((model.prediction().wait_mean_s - 0.03).abs() < 1e-15);
    }

    #[test]
    fn two_cores_have_the_number_of_m_m_2() {
        // L = 2ρ / (1 − ρ²) at ρ = 0.5: 4/3.
        let model = MgcPs::new(1.0, 1.0, 2).unwrap();
        assert!((model.prediction().in_flight_mean() - 4.0 / 3.0).abs() < 1e-14);
        assert!(model.response_of_size_s(1.0).is_err());
    }

    #[test]
    fn impossible_and_unstable_input_is_refused() {
        assert!(matches!(MgcPs::new(2.0, 1.0, 2), Err(TheoryError::Unstable { .. })));
        assert!(MgcPs::new(1.0, f64::NAN, 2).is_err());
        assert!(MgcPs::new(0.5, 1.0, 1).unwrap().response_of_size_s(f64::NAN).is_err());
    }
}
