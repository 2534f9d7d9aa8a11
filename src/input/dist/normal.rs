//! Normal, its values below 0 becoming 0.

use rand::Rng;

use super::error::require_scale;
use super::special::{normal_cdf, normal_quantile};
use super::{Dist, DistError, Family, ziggurat};

/// The family of [`Dist::Normal`]; the parameters are those before values below 0 become 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    mean: f64,
    sd: f64,
}

impl Dist {
    /// Normal with this mean and standard deviation, values below 0 becoming 0.
    ///
    /// [`Dist::mean`] and [`Dist::variance`] are those of what is drawn: with `sd` near `mean` the
    /// mean is a little more than `mean`.
    ///
    /// # Errors
    ///
    /// A mean or a standard deviation that is negative or not finite.
    pub fn normal(mean: f64, sd: f64) -> Result<Self, DistError> {
        require_scale(mean, "mean")?;
        require_scale(sd, "sd")?;
        // Not at 0: a normal scaled to nothing consumes its draws as any other.
        if sd == 0.0 && mean > 0.0 {
            return Ok(Self::Constant(mean));
        }
        Ok(Self::Normal(Normal { mean, sd }))
    }
}

impl Normal {
    /// The first two moments of max(0, X): `E = μΦ(μ/σ) + σφ(μ/σ)`,
    /// `E² = (μ² + σ²)Φ(μ/σ) + μσφ(μ/σ)` (Tobin 1958).
    fn moments(&self) -> (f64, f64) {
        let z = self.mean / self.sd;
        let density = libm::exp(-0.5 * z * z) / (2.0 * std::f64::consts::PI).sqrt();
        let first = self.mean * normal_cdf(z) + self.sd * density;
        let second = (self.mean * self.mean + self.sd * self.sd) * normal_cdf(z)
            + self.mean * self.sd * density;
        (first, second)
    }
}

impl Family for Normal {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        (self.mean + self.sd * ziggurat::normal(rng)).max(0.0)
    }

    fn mean(&self) -> f64 {
        if self.sd == 0.0 { self.mean } else { self.moments().0 }
    }

    fn variance(&self) -> f64 {
        // Beyond 9 standard deviations nothing is cut off at f64's precision, and the difference
        // of squares would lose what is left.
        if self.mean >= 9.0 * self.sd {
            return self.sd * self.sd;
        }
        let (first, second) = self.moments();
        second - first * first
    }

    fn cdf(&self, x: f64) -> f64 {
        normal_cdf((x - self.mean) / self.sd)
    }

    fn quantile(&self, p: f64) -> f64 {
        (self.mean + self.sd * normal_quantile(p)).max(0.0)
    }

    fn scale(&self, factor: f64) -> Dist {
        Dist::Normal(Self { mean: self.mean * factor, sd: self.sd * factor })
    }

    fn describe(&self) -> String {
        format!("normal, cv {:.3}", self.variance().sqrt() / self.mean())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_laws, assert_like_rand_distr, assert_pinned};
    use super::*;

    #[test]
    fn a_normal_keeps_all_laws_cut_off_or_not() {
        for (mean, sd) in [(5.0, 1.0), (5.0, 0.1), (1.0, 1.0), (0.0, 2.0)] {
            assert_laws(&Dist::normal(mean, sd).unwrap());
        }
        let dist = Dist::normal(50.0, 1.0).unwrap();
        assert_pinned(
            &dist,
            [
                50.616776715470905,
                51.27520451317595,
                48.27504808319651,
                48.73040407052945,
                49.490255788907604,
            ],
        );
        assert_like_rand_distr(&dist, rand_distr::Normal::new(50.0, 1.0).unwrap());
    }

    #[test]
    fn half_a_normal_around_zero_is_cut_off() {
        // E max(0, X) = 1/sqrt(2π), Var = 1/2 - 1/(2π) for a standard normal X.
        let dist = Dist::normal(0.0, 1.0).unwrap();
        let tau = 2.0 * std::f64::consts::PI;
        assert!((dist.mean() - 1.0 / tau.sqrt()).abs() < 1e-15);
        assert!((dist.variance() - (0.5 - 1.0 / tau)).abs() < 1e-15);
        assert_eq!(dist.cdf(0.0), 0.5);
        assert_eq!(dist.quantile(0.3), 0.0);
    }

    #[test]
    fn a_normal_refuses_a_negative_or_endless_spread() {
        assert_eq!(Dist::normal(-1.0, 1.0).unwrap_err().argument, "mean");
        assert_eq!(Dist::normal(1.0, -1.0).unwrap_err().argument, "sd");
        assert_eq!(Dist::normal(1.0, f64::NAN).unwrap_err().argument, "sd");
        assert_eq!(Dist::normal(1.0, 0.0), Ok(Dist::constant(1.0)));
    }
}
