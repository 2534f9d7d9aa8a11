//! Uniform between two ends.

use rand::Rng;

use super::error::{require, require_scale};
use super::{Dist, DistError, Family, ziggurat};

/// The family of [`Dist::Uniform`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform {
    low: f64,
    width: f64,
}

impl Dist {
    /// Uniform from `low` (at least 0) to `high`.
    ///
    /// # Errors
    ///
    /// An end that is negative or not finite; ends in the wrong order.
    pub fn uniform(low: f64, high: f64) -> Result<Self, DistError> {
        require_scale(low, "min")?;
        require_scale(high, "max")?;
        require(low <= high, "max", "must not be below min")?;
        // Not at 0: a uniform scaled to nothing consumes its draw as any other.
        if low == high && high > 0.0 {
            return Ok(Self::Constant(low));
        }
        Ok(Self::Uniform(Uniform { low, width: high - low }))
    }
}

impl Family for Uniform {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.low + self.width * ziggurat::unit(rng)
    }

    fn mean(&self) -> f64 {
        self.low + 0.5 * self.width
    }

    fn variance(&self) -> f64 {
        self.width * self.width / 12.0
    }

    fn cdf(&self, x: f64) -> f64 {
        ((x - self.low) / self.width).clamp(0.0, 1.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.low + self.width * p
    }

    fn scale(&self, factor: f64) -> Dist {
        Dist::Uniform(Self { low: self.low * factor, width: self.width * factor })
    }

    fn describe(&self) -> String {
        "uniform".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_laws, assert_like_rand_distr, assert_pinned};
    use super::*;

    #[test]
    fn a_uniform_keeps_all_laws() {
        let dist = Dist::uniform(1.0, 3.0).unwrap();
        assert_laws(&dist);
        assert_pinned(
            &dist,
            [
                2.133123150344562,
                2.491563514525402,
                2.9420055071735924,
                1.8887184341115442,
                1.888529401652716,
            ],
        );
        assert_like_rand_distr(&dist, rand_distr::Uniform::new(1.0, 3.0).unwrap());
        // (1 + 3)/2 and (3 - 1)^2/12
        assert_eq!((dist.mean(), dist.variance()), (2.0, 4.0 / 12.0));
    }

    #[test]
    fn a_uniform_refuses_ends_that_make_no_interval() {
        for (low, high, argument) in
            [(3.0, 1.0, "max"), (-1.0, 1.0, "min"), (0.0, f64::NAN, "max"), (0.0, 1e300, "max")]
        {
            assert_eq!(Dist::uniform(low, high).unwrap_err().argument, argument);
        }
        assert_eq!(Dist::uniform(2.0, 2.0), Ok(Dist::constant(2.0)));
    }
}
