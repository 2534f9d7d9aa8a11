//! Uniform counts: a whole number between two ends, both included.

use rand::Rng;

use super::error::require;
use super::scaled::Scaled;
use super::{Dist, DistError, Family};

/// The family of [`Dist::UniformCount`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UniformCount {
    low: f64,
    /// How many values there are.
    values: u64,
}

/// The largest end: far beyond any count, and every whole number up to it is an `f64`.
const LARGEST: u64 = 1 << 52;

impl Dist {
    /// A whole number from `low` to `high`, both included, each as likely as any other.
    ///
    /// # Errors
    ///
    /// Ends in the wrong order, or above 2^52.
    pub fn uniform_count(low: u64, high: u64) -> Result<Self, DistError> {
        require(high <= LARGEST, "max", "is too large for a count")?;
        require(low <= high, "max", "must not be below min")?;
        if low == high {
            return Ok(Self::Constant(low as f64));
        }
        Ok(Self::UniformCount(UniformCount { low: low as f64, values: high - low + 1 }))
    }
}

impl Family for UniformCount {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        // The high word of the product; its bias is values/2^64.
        self.low + ((u128::from(rng.next_u64()) * u128::from(self.values)) >> 64) as f64
    }

    fn mean(&self) -> f64 {
        self.low + 0.5 * (self.values - 1) as f64
    }

    fn variance(&self) -> f64 {
        let n = self.values as f64;
        (n * n - 1.0) / 12.0
    }

    fn cdf(&self, x: f64) -> f64 {
        ((x.floor() - self.low + 1.0) / self.values as f64).clamp(0.0, 1.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.low + ((p * self.values as f64).ceil() - 1.0).max(0.0)
    }

    fn scale(&self, factor: f64) -> Dist {
        Scaled::of(Dist::UniformCount(*self), factor)
    }

    fn is_whole(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        "uniform counts".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_laws, assert_like_rand_distr, assert_pinned};
    use super::*;

    #[test]
    fn uniform_counts_keep_all_laws_and_reach_both_ends() {
        let dist = Dist::uniform_count(1, 10).unwrap();
        assert_laws(&dist);
        assert_pinned(&dist, [6.0, 8.0, 10.0, 5.0, 5.0]);
        // (1 + 10)/2 and (10² - 1)/12
        assert_eq!((dist.mean(), dist.variance()), (5.5, 99.0 / 12.0));
        assert_eq!((dist.quantile(0.0), dist.quantile(1.0)), (1.0, 10.0));
        assert_eq!((dist.cdf(0.9), dist.cdf(1.0), dist.cdf(10.0)), (0.0, 0.1, 1.0));
    }

    #[test]
    fn uniform_counts_are_those_of_rand_distr() {
        struct Counts(rand_distr::Uniform<u64>);
        impl rand_distr::Distribution<f64> for Counts {
            fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
                self.0.sample(rng) as f64
            }
        }
        let oracle = Counts(rand_distr::Uniform::new_inclusive(0, 6).unwrap());
        assert_like_rand_distr(&Dist::uniform_count(0, 6).unwrap(), oracle);
    }

    #[test]
    fn uniform_counts_refuse_ends_in_the_wrong_order() {
        assert_eq!(Dist::uniform_count(2, 1).unwrap_err().argument, "max");
        assert_eq!(Dist::uniform_count(2, u64::MAX).unwrap_err().argument, "max");
        assert_eq!(Dist::uniform_count(2, 2), Ok(Dist::constant(2.0)));
    }
}
