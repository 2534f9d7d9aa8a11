//! Hyperexponential: one of two exponentials, with balanced means; more variable than one.

use rand::Rng;

use super::error::{require, require_scale};
use super::special::quantile_of;
use super::{Dist, DistError, Family, ziggurat};

/// The family of [`Dist::Hyperexp`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hyperexp {
    mean: f64,
    /// The probability of the long branch, at most 1/2.
    rare: f64,
}

impl Dist {
    /// Hyperexponential of two branches with this mean and coefficient of variation.
    ///
    /// Balanced means: each branch contributes half of the mean (Morse, Queues, Inventories and
    /// Maintenance, 1958). With `s = sqrt((cv² - 1)/(cv² + 1))` the branches have probabilities
    /// `(1 ± s)/2`.
    ///
    /// # Errors
    ///
    /// A mean that is negative or not finite; a cv below 1 (gamma and Erlang are for those) or
    /// above 1e6.
    pub fn hyperexp(mean: f64, cv: f64) -> Result<Self, DistError> {
        require_scale(mean, "mean")?;
        let possible = (1.0..=1e6).contains(&cv);
        require(possible, "cv", "must be from 1 to 1e6 (below 1 use gamma or erlang)")?;
        if cv == 1.0 {
            return Ok(Self::Exponential(mean));
        }
        let (more, less) = (cv * cv + 1.0, cv * cv - 1.0);
        // (1 - s)/2 without the cancellation: 1 - s² = 2/(cv² + 1).
        let rare = 1.0 / (more * (1.0 + (less / more).sqrt()));
        Ok(Self::Hyperexp(Hyperexp { mean, rare }))
    }
}

impl Hyperexp {
    /// The means of the long and of the short branch.
    fn branches(&self) -> (f64, f64) {
        (0.5 * self.mean / self.rare, 0.5 * self.mean / (1.0 - self.rare))
    }
}

impl Family for Hyperexp {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let chance = if ziggurat::unit(rng) < self.rare { self.rare } else { 1.0 - self.rare };
        0.5 * self.mean / chance * ziggurat::exponential(rng)
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        // E X² = 2 Σ p m², with p m = mean/2 in each branch.
        let (long, short) = self.branches();
        self.mean * (long + short) - self.mean * self.mean
    }

    fn cdf(&self, x: f64) -> f64 {
        let (long, short) = self.branches();
        -self.rare * libm::expm1(-x / long) - (1.0 - self.rare) * libm::expm1(-x / short)
    }

    fn quantile(&self, p: f64) -> f64 {
        quantile_of(|x| self.cdf(x), p, self.mean)
    }

    fn scale(&self, factor: f64) -> Dist {
        Dist::Hyperexp(Self { mean: self.mean * factor, ..*self })
    }

    fn describe(&self) -> String {
        // From rare = (1 - s)/2 and s² = (cv² - 1)/(cv² + 1).
        let s = 1.0 - 2.0 * self.rare;
        format!("hyperexponential, cv {:.3}", ((1.0 + s * s) / (1.0 - s * s)).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_laws, assert_like_rand_distr, assert_pinned};
    use super::*;

    #[test]
    fn a_hyperexponential_keeps_all_laws() {
        for cv in [1.1, 2.0, 3.0] {
            let dist = Dist::hyperexp(4.0, cv).unwrap();
            assert_laws(&dist);
            assert!((dist.scv() / (cv * cv) - 1.0).abs() < 1e-13, "{cv}");
            assert_eq!(dist.describe(), format!("hyperexponential, cv {cv:.3}"));
        }
    }

    #[test]
    fn a_hyperexponential_is_the_mixture_that_it_says() {
        struct Mixture;
        impl rand_distr::Distribution<f64> for Mixture {
            fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
                // cv² = 9: s = sqrt(8/10)
                let rare = (1.0 - 0.8_f64.sqrt()) / 2.0;
                let chance = if ziggurat::unit(rng) < rare { rare } else { 1.0 - rare };
                let exponential: f64 = rand_distr::Exp1.sample(rng);
                exponential * 4.0 / (2.0 * chance)
            }
        }
        let dist = Dist::hyperexp(4.0, 3.0).unwrap();
        assert_pinned(
            &dist,
            [
                3.1603020861128157,
                4.633782981009092,
                2.690629902852588,
                2.0014269686761055,
                2.3605382986593684,
            ],
        );
        assert_like_rand_distr(&dist, Mixture);
    }

    #[test]
    fn a_hyperexponential_refuses_to_vary_less_than_an_exponential() {
        for cv in [0.999, 0.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Dist::hyperexp(1.0, cv).unwrap_err().argument, "cv");
        }
        assert_eq!(Dist::hyperexp(2.0, 1.0), Ok(Dist::exponential(2.0)));
    }
}
