//! Poisson counts: how many of many rare things happen.

use rand::Rng;

use super::error::require;
use super::scaled::Scaled;
use super::special::{incomplete_gamma, quantile_of};
use super::{Dist, DistError, Family, ziggurat};

/// The family of [`Dist::Poisson`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Poisson {
    mean: f64,
}

/// Below, counting exponential gaps is faster and simpler; the rejection needs 10 at least.
const COUNTED_BELOW: f64 = 12.0;

impl Dist {
    /// Poisson with this mean.
    ///
    /// # Errors
    ///
    /// A mean outside 0 to 1e12.
    pub fn poisson(mean: f64) -> Result<Self, DistError> {
        require((0.0..=1e12).contains(&mean), "mean", "must be from 0 to 1e12")?;
        if mean == 0.0 {
            return Ok(Self::Constant(0.0));
        }
        Ok(Self::Poisson(Poisson { mean }))
    }
}

impl Poisson {
    /// The arrivals of a Poisson process of rate 1 before the mean.
    fn counted<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let mut count = 0.0;
        let mut elapsed = ziggurat::exponential(rng);
        while elapsed <= self.mean {
            count += 1.0;
            elapsed += ziggurat::exponential(rng);
        }
        count
    }

    /// PTRS of Hörmann, "The transformed rejection method for generating Poisson random
    /// variables", Insurance: Mathematics and Economics 12, 1993; the constants are his.
    fn rejected<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let log_mean = libm::log(self.mean);
        let b = 0.931 + 2.53 * self.mean.sqrt();
        let a = -0.059 + 0.02483 * b;
        let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
        let v_r = 0.9277 - 3.6224 / (b - 2.0);
        loop {
            let u = ziggurat::unit(rng) - 0.5;
            let v = 1.0 - ziggurat::unit(rng);
            let us = 0.5 - u.abs();
            let k = ((2.0 * a / us + b) * u + self.mean + 0.43).floor();
            if us >= 0.07 && v <= v_r {
                return k;
            }
            // us = 0 makes k infinite; it is refused here, too.
            if !(0.0..=1e15).contains(&k) || (us < 0.013 && v > us) {
                continue;
            }
            let log_hat = libm::log(v * inverse_alpha / (a / (us * us) + b));
            if log_hat <= k * log_mean - self.mean - libm::lgamma(k + 1.0) {
                return k;
            }
        }
    }
}

impl Family for Poisson {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        if self.mean < COUNTED_BELOW { self.counted(rng) } else { self.rejected(rng) }
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.mean
    }

    fn cdf(&self, x: f64) -> f64 {
        // P(N <= n) = Q(n + 1, mean)
        incomplete_gamma(x.floor() + 1.0, self.mean).1
    }

    fn quantile(&self, p: f64) -> f64 {
        quantile_of(|x| self.cdf(x), p, self.mean).floor()
    }

    fn scale(&self, factor: f64) -> Dist {
        Scaled::of(Dist::Poisson(*self), factor)
    }

    fn is_whole(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        "Poisson".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_laws, assert_like_rand_distr, assert_pinned};
    use super::*;

    #[test]
    fn poisson_counts_keep_all_laws_by_either_method() {
        for mean in [0.3, 5.0, 11.9, 12.1, 40.0, 10_000.0] {
            assert_laws(&Dist::poisson(mean).unwrap());
        }
        assert_pinned(&Dist::poisson(5.0).unwrap(), [3.0, 5.0, 8.0, 3.0, 8.0]);
        assert_pinned(&Dist::poisson(500.0).unwrap(), [504.0, 496.0, 530.0, 486.0, 494.0]);
    }

    #[test]
    fn poisson_counts_are_those_of_rand_distr_and_of_the_formula() {
        for mean in [5.0, 50.0] {
            let oracle = rand_distr::Poisson::new(mean).unwrap();
            assert_like_rand_distr(&Dist::poisson(mean).unwrap(), oracle);
        }
        // P(N <= 2) = e^-5 (1 + 5 + 12.5)
        let dist = Dist::poisson(5.0).unwrap();
        assert!((dist.cdf(2.0) - libm::exp(-5.0) * 18.5).abs() < 1e-15);
        assert_eq!(dist.quantile(0.5), 5.0);
    }

    #[test]
    fn a_poisson_refuses_a_mean_that_is_no_mean_of_counts() {
        for mean in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Dist::poisson(mean).unwrap_err().argument, "mean");
        }
        assert_eq!(Dist::poisson(0.0), Ok(Dist::constant(0.0)));
    }
}
