//! Weibull: a stretched (shape below 1) or squeezed (above 1) exponential.

use rand::Rng;

use super::error::{require, require_scale};
use super::percentiles::{Percentile, require_pair};
use super::{Dist, DistError, Family, LARGEST_MEAN, ziggurat};

/// The family of [`Dist::Weibull`]; a draw is `scale · E^(1/shape)` with E exponential of mean 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weibull {
    scale: f64,
    /// One over the shape.
    power: f64,
}

impl Dist {
    /// Weibull with this mean and shape; shape 1 is exponential.
    ///
    /// # Errors
    ///
    /// A mean that is negative or not finite; a shape outside 0.02 to 1e6 (below, draws overflow;
    /// above, all are the same).
    pub fn weibull(mean: f64, shape: f64) -> Result<Self, DistError> {
        require_scale(mean, "mean")?;
        require((0.02..=1e6).contains(&shape), "shape", "must be from 0.02 to 1e6")?;
        if shape == 1.0 {
            return Ok(Self::Exponential(mean));
        }
        let power = 1.0 / shape;
        Ok(Self::Weibull(Weibull { scale: mean / libm::tgamma(1.0 + power), power }))
    }

    /// The Weibull that meets two percentiles: with `y = -ln(1 - p)`, `1/shape` is the ratio of
    /// the logarithms of the values' ratio and of that of the y.
    ///
    /// # Errors
    ///
    /// Percentiles that do not increase, or ask for a shape outside 0.02 to 1e6.
    pub fn weibull_of_percentiles(a: Percentile, b: Percentile) -> Result<Self, DistError> {
        let (low, high) = require_pair(a, b)?;
        let power = libm::log(high.value / low.value) / libm::log(high.hazard() / low.hazard());
        let scale = low.value * libm::pow(low.hazard(), -power);
        let mean = scale * libm::tgamma(1.0 + power);
        require(
            (1e-6..=50.0).contains(&power) && mean <= LARGEST_MEAN,
            high.name(),
            "is so far from or near to the other that no Weibull meets both",
        )?;
        Ok(Self::Weibull(Weibull { scale, power }))
    }
}

impl Family for Weibull {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        // A draw of 0 has the logarithm -∞ and stays 0; half the time of pow.
        self.scale * libm::exp(self.power * libm::log(ziggurat::exponential(rng)))
    }

    fn mean(&self) -> f64 {
        self.scale * libm::tgamma(1.0 + self.power)
    }

    fn variance(&self) -> f64 {
        let first = libm::tgamma(1.0 + self.power);
        let second = libm::tgamma(1.0 + 2.0 * self.power);
        // Of a very large shape rounding is all that is left.
        self.scale * self.scale * (second - first * first).max(0.0)
    }

    fn cdf(&self, x: f64) -> f64 {
        -libm::expm1(-libm::pow(x / self.scale, 1.0 / self.power))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.scale * libm::pow(-libm::log1p(-p), self.power)
    }

    fn scale(&self, factor: f64) -> Dist {
        Dist::Weibull(Self { scale: self.scale * factor, ..*self })
    }

    fn describe(&self) -> String {
        format!("Weibull, shape {:.3}", 1.0 / self.power)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_laws, assert_like_rand_distr, assert_pinned};
    use super::*;

    fn point(percent: f64, value: f64) -> Percentile {
        Percentile { percent, value }
    }

    #[test]
    fn a_weibull_keeps_all_laws() {
        for shape in [0.7, 1.5, 5.0] {
            let dist = Dist::weibull(4.0, shape).unwrap();
            assert_laws(&dist);
            assert!((dist.mean() - 4.0).abs() < 1e-14);
        }
        // Shape 2 (Rayleigh): scv = 4/π - 1.
        let rayleigh = Dist::weibull(1.0, 2.0).unwrap();
        assert!((rayleigh.scv() - (4.0 / std::f64::consts::PI - 1.0)).abs() < 1e-14);
        let dist = Dist::weibull(2.0, 0.5).unwrap();
        assert_pinned(
            &dist,
            [
                0.28315943896023243,
                2.2402322767876695,
                4.329474571803171,
                4.816230180050443,
                0.20723676684595943,
            ],
        );
        // Γ(1 + 2) = 2, so the scale is 1.
        assert_like_rand_distr(&dist, rand_distr::Weibull::new(1.0, 0.5).unwrap());
    }

    #[test]
    fn two_percentiles_are_met() {
        let (a, b) = (point(50.0, 0.4), point(99.0, 77.0));
        let dist = Dist::weibull_of_percentiles(b, a).unwrap();
        assert!((dist.quantile(0.5) / 0.4 - 1.0).abs() < 1e-13);
        assert!((dist.quantile(0.99) / 77.0 - 1.0).abs() < 1e-13);
    }

    #[test]
    fn a_weibull_refuses_shapes_that_draw_nothing_of_use() {
        for shape in [0.0, -1.0, f64::NAN, 0.001, f64::INFINITY] {
            assert_eq!(Dist::weibull(1.0, shape).unwrap_err().argument, "shape");
        }
        let far = Dist::weibull_of_percentiles(point(50.0, 1e-80), point(51.0, 1e80));
        assert_eq!(far.unwrap_err().argument, "p51");
        assert_eq!(Dist::weibull(2.0, 1.0), Ok(Dist::exponential(2.0)));
    }
}
