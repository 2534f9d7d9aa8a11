//! Geometric counts 0, 1, 2, …: how often something happens before it first does not.

use rand::Rng;

use super::error::require;
use super::scaled::Scaled;
use super::{Dist, DistError, Family, ziggurat};

/// The family of [`Dist::Geometric`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometric {
    mean: f64,
    /// `-ln q`, where q = mean/(1 + mean) is the chance of one more.
    hazard: f64,
}

impl Dist {
    /// Geometric on 0, 1, 2, … with this mean: `P(n) = (1 - q) qⁿ` with `q = mean/(1 + mean)`.
    ///
    /// # Errors
    ///
    /// A mean outside 0 to 1e12.
    pub fn geometric(mean: f64) -> Result<Self, DistError> {
        require((0.0..=1e12).contains(&mean), "mean", "must be from 0 to 1e12")?;
        Ok(Self::Geometric(Geometric { mean, hazard: libm::log1p(1.0 / mean) }))
    }
}

impl Family for Geometric {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        // The whole part of an exponential is geometric.
        (ziggurat::exponential(rng) / self.hazard).floor()
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.mean * (1.0 + self.mean)
    }

    fn cdf(&self, x: f64) -> f64 {
        -libm::expm1(-self.hazard * (x.floor() + 1.0))
    }

    fn quantile(&self, p: f64) -> f64 {
        let n = ((-libm::log1p(-p) / self.hazard).ceil() - 1.0).max(0.0);
        // The division rounds: one less may do already, or one more be needed.
        if n >= 1.0 && self.cdf(n - 1.0) >= p {
            n - 1.0
        } else if self.cdf(n) < p {
            n + 1.0
        } else {
            n
        }
    }

    fn scale(&self, factor: f64) -> Dist {
        Scaled::of(Dist::Geometric(*self), factor)
    }

    fn is_whole(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        "geometric".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SplitMix64, assert_laws, assert_like_rand_distr, assert_pinned};
    use super::*;

    #[test]
    fn geometric_counts_keep_all_laws() {
        for mean in [0.3, 5.0, 1000.0] {
            assert_laws(&Dist::geometric(mean).unwrap());
        }
        let dist = Dist::geometric(5.0).unwrap();
        assert_pinned(&dist, [2.0, 8.0, 11.0, 12.0, 2.0]);
        // P(0) = 1/(1 + mean), variance mean (1 + mean)
        assert!((dist.cdf(0.0) - 1.0 / 6.0).abs() < 1e-15);
        assert_eq!(dist.variance(), 30.0);
    }

    #[test]
    fn quantiles_are_exact_where_the_distribution_function_jumps() {
        for mean in [0.3, 1.0, 5.0, 77.7] {
            let dist = Dist::geometric(mean).unwrap();
            for n in (0..150).map(f64::from).take_while(|n| dist.cdf(*n) < 0.999_999) {
                let p = dist.cdf(n);
                assert_eq!((dist.quantile(p), dist.quantile(p.next_up())), (n, n + 1.0), "{mean}");
            }
        }
    }

    #[test]
    fn geometric_counts_are_those_of_rand_distr() {
        struct Counts(rand_distr::Geometric);
        impl rand_distr::Distribution<f64> for Counts {
            fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
                self.0.sample(rng) as f64
            }
        }
        let oracle = Counts(rand_distr::Geometric::new(1.0 / 6.0).unwrap());
        assert_like_rand_distr(&Dist::geometric(5.0).unwrap(), oracle);
    }

    #[test]
    fn a_geometric_refuses_a_mean_that_is_no_mean_of_counts() {
        for mean in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Dist::geometric(mean).unwrap_err().argument, "mean");
        }
        let never = Dist::geometric(0.0).unwrap();
        assert!(never.is_constant() && never.sample(&mut SplitMix64(1)) == 0.0);
    }
}
