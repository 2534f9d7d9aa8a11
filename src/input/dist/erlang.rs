//! Erlang: the sum of k exponential phases of equal mean; less variable than the exponential.

use rand::Rng;

use super::error::{require, require_scale};
use super::gamma::Gamma;
use super::special::{incomplete_gamma, quantile_of};
use super::{Dist, DistError, Family, ziggurat};

/// The family of [`Dist::Erlang`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Erlang {
    phases: u32,
    /// The mean of one phase.
    phase: f64,
}

/// From here on the gamma sampler, whose cost does not grow with k, is faster.
const MANY_PHASES: u32 = 16;

impl Dist {
    /// Erlang of `k` phases with this mean in all; its cv is `1/sqrt(k)`.
    ///
    /// # Errors
    ///
    /// No phase at all; a mean that is negative or not finite.
    pub fn erlang(k: u32, mean: f64) -> Result<Self, DistError> {
        require(k >= 1, "k", "must be at least 1")?;
        require_scale(mean, "mean")?;
        if k == 1 {
            return Ok(Self::Exponential(mean));
        }
        if k >= MANY_PHASES {
            return Ok(Gamma::of_shape(f64::from(k), mean));
        }
        Ok(Self::Erlang(Erlang { phases: k, phase: mean / f64::from(k) }))
    }
}

impl Family for Erlang {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.phase * (0..self.phases).map(|_| ziggurat::exponential(rng)).sum::<f64>()
    }

    fn mean(&self) -> f64 {
        f64::from(self.phases) * self.phase
    }

    fn variance(&self) -> f64 {
        f64::from(self.phases) * self.phase * self.phase
    }

    fn cdf(&self, x: f64) -> f64 {
        incomplete_gamma(f64::from(self.phases), x / self.phase).0
    }

    fn quantile(&self, p: f64) -> f64 {
        let k = f64::from(self.phases);
        self.phase * quantile_of(|x| incomplete_gamma(k, x).0, p, k)
    }

    fn scale(&self, factor: f64) -> Dist {
        Dist::Erlang(Self { phase: self.phase * factor, ..*self })
    }

    fn describe(&self) -> String {
        format!("Erlang, {} phases", self.phases)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_laws, assert_like_rand_distr, assert_pinned};
    use super::*;

    #[test]
    fn an_erlang_keeps_all_laws_with_few_phases_and_with_many() {
        for k in [2, 3, 15, 16, 40] {
            let dist = Dist::erlang(k, 4.0).unwrap();
            assert_laws(&dist);
            assert!((dist.scv() - 1.0 / f64::from(k)).abs() < 1e-15, "{k}");
        }
        let dist = Dist::erlang(3, 6.0).unwrap();
        assert_pinned(
            &dist,
            [
                8.219213552913748,
                7.848248765328647,
                4.761986402651183,
                4.05743690823536,
                3.5585438349518492,
            ],
        );
        assert_like_rand_distr(&dist, rand_distr::Gamma::new(3.0, 2.0).unwrap());
    }

    #[test]
    fn an_erlang_of_one_phase_is_exponential_and_of_none_is_refused() {
        assert_eq!(Dist::erlang(1, 2.0), Ok(Dist::exponential(2.0)));
        assert_eq!(Dist::erlang(0, 2.0).unwrap_err().argument, "k");
        assert_eq!(Dist::erlang(2, -2.0).unwrap_err().argument, "mean");
    }
}
