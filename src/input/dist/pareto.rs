//! Pareto: a power tail, the heaviest that still has a mean.

use rand::Rng;

use super::error::{require, require_scale};
use super::{Dist, DistError, Family, ziggurat};

/// The family of [`Dist::Pareto`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pareto {
    min: f64,
    alpha: f64,
}

impl Dist {
    /// Pareto from `min` on: the probability to exceed x is `(min/x)^alpha`.
    ///
    /// With `alpha` of at most 2 the variance is infinite.
    ///
    /// # Errors
    ///
    /// A `min` that is negative or not finite; an `alpha` of at most 1, whose mean is infinite.
    pub fn pareto(min: f64, alpha: f64) -> Result<Self, DistError> {
        require_scale(min, "min")?;
        let finite = alpha > 1.0 && alpha.is_finite();
        require(finite, "alpha", "must be above 1: the mean would be infinite")?;
        Ok(Self::Pareto(Pareto { min, alpha }))
    }
}

impl Family for Pareto {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        // The logarithm of a Pareto is exponential.
        self.min * libm::exp(ziggurat::exponential(rng) / self.alpha)
    }

    fn mean(&self) -> f64 {
        self.min * self.alpha / (self.alpha - 1.0)
    }

    fn variance(&self) -> f64 {
        // 0 where everything is 0, though the formula has a factor that is infinite.
        if self.min == 0.0 {
            return 0.0;
        }
        if self.alpha <= 2.0 {
            return f64::INFINITY;
        }
        let less_one = self.alpha - 1.0;
        self.min * self.min * self.alpha / (less_one * less_one * (self.alpha - 2.0))
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= self.min { 0.0 } else { -libm::expm1(self.alpha * libm::log(self.min / x)) }
    }

    fn quantile(&self, p: f64) -> f64 {
        self.min * libm::exp(-libm::log1p(-p) / self.alpha)
    }

    fn scale(&self, factor: f64) -> Dist {
        Dist::Pareto(Self { min: self.min * factor, ..*self })
    }

    fn describe(&self) -> String {
        format!("Pareto, alpha {}", self.alpha)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_laws, assert_like_rand_distr, assert_pinned};
    use super::*;

    #[test]
    fn a_pareto_keeps_all_laws() {
        // The variance can be estimated only where the fourth moment is finite.
        let dist = Dist::pareto(1.0, 8.0).unwrap();
        assert_laws(&dist);
        let dist = Dist::pareto(2.0, 2.2).unwrap();
        assert_pinned(
            &dist,
            [
                2.5472725934478424,
                3.9490845581290053,
                5.1496956286501705,
                5.42321383568496,
                2.4597780271007723,
            ],
        );
        assert_like_rand_distr(&dist, rand_distr::Pareto::new(2.0, 2.2).unwrap());
    }

    #[test]
    fn moments_are_those_of_the_formulas() {
        for (alpha, mean, variance) in [
            (3.0, 1.5, 0.75), // α/(α-1), α/((α-1)²(α-2))
            (2.0, 2.0, f64::INFINITY),
            (1.5, 3.0, f64::INFINITY),
        ] {
            let dist = Dist::pareto(1.0, alpha).unwrap();
            assert_eq!((dist.mean(), dist.variance()), (mean, variance), "{alpha}");
        }
    }

    #[test]
    fn a_pareto_without_a_mean_is_refused() {
        for alpha in [1.0, 0.5, -2.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Dist::pareto(1.0, alpha).unwrap_err().argument, "alpha");
        }
        assert_eq!(Dist::pareto(-1.0, 2.0).unwrap_err().argument, "min");
    }
}
