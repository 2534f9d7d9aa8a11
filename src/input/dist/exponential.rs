//! Exponential: memoryless, the burst and wait that queueing theory is exact for.

use rand::Rng;

use super::{Dist, Family, ziggurat};

/// The family of [`Dist::Exponential`], by its mean.
pub(super) struct Exponential(pub(super) f64);

impl Dist {
    /// Exponential with this mean, which must be finite and at least 0 (the value grammar sees to
    /// it).
    #[must_use]
    pub const fn exponential(mean: f64) -> Self {
        Self::Exponential(mean)
    }
}

impl Family for Exponential {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.0 * ziggurat::exponential(rng)
    }

    fn mean(&self) -> f64 {
        self.0
    }

    fn variance(&self) -> f64 {
        self.0 * self.0
    }

    fn cdf(&self, x: f64) -> f64 {
        -libm::expm1(-x / self.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        -self.0 * libm::log1p(-p)
    }

    fn scale(&self, factor: f64) -> Dist {
        Dist::Exponential(self.0 * factor)
    }

    fn describe(&self) -> String {
        "exponential".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_laws, assert_like_rand_distr, assert_pinned};
    use super::*;

    #[test]
    fn an_exponential_keeps_all_laws() {
        assert_laws(&Dist::exponential(80.0));
        assert_pinned(
            &Dist::exponential(1.0),
            [
                0.5321272770308175,
                1.4967405509264688,
                2.080738948499588,
                2.1945911191040675,
                0.4552326513399049,
            ],
        );
        assert_like_rand_distr(&Dist::exponential(2.0), rand_distr::Exp::new(0.5).unwrap());
    }

    #[test]
    fn half_of_all_waits_are_below_the_mean_times_the_logarithm_of_two() {
        let dist = Dist::exponential(10.0);
        assert!((dist.quantile(0.5) - 10.0 * std::f64::consts::LN_2).abs() < 1e-14);
        assert_eq!(dist.scv(), 1.0);
    }
}
