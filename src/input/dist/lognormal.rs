//! Lognormal: the usual shape of service latencies, by mean and cv or by percentiles.

use std::borrow::Cow;

use rand::Rng;

use super::error::{require, require_positive, require_scale};
use super::percentiles::{Percentile, require_pair};
use super::special::{normal_cdf, normal_quantile};
use super::{Dist, DistError, Family, LARGEST_MEAN, ziggurat};

/// The family of [`Dist::LogNormal`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogNormal {
    median: f64,
    /// The standard deviation of the logarithm.
    sigma: f64,
}

impl Dist {
    /// Lognormal with this mean and coefficient of variation: `σ² = ln(1 + cv²)`.
    ///
    /// # Errors
    ///
    /// A mean or cv that is negative or not finite; a cv beyond any use (1e265).
    pub fn lognormal(mean: f64, cv: f64) -> Result<Self, DistError> {
        require_scale(mean, "mean")?;
        require_scale(cv, "cv")?;
        if cv == 0.0 {
            return Ok(Self::Constant(mean));
        }
        let variance = libm::log1p(cv * cv);
        LogNormal::checked(mean * libm::exp(-0.5 * variance), variance.sqrt(), "cv")
    }

    /// The lognormal that meets two percentiles.
    ///
    /// # Errors
    ///
    /// Percentiles that do not increase, or are so far apart that the mean overflows.
    pub fn lognormal_of_percentiles(a: Percentile, b: Percentile) -> Result<Self, DistError> {
        let (low, high) = require_pair(a, b)?;
        let (z, z_high) = (normal_quantile(low.share()), normal_quantile(high.share()));
        let sigma = libm::log(high.value / low.value) / (z_high - z);
        LogNormal::checked(low.value * libm::exp(-sigma * z), sigma, high.name())
    }

    /// The lognormal with this mean that meets one percentile.
    ///
    /// With `L = ln(value / mean)` and z the normal quantile, `σ² - 2zσ + 2L = 0`. Where both roots
    /// are positive the smaller is meant: the larger is a median near 0 under an absurd tail.
    ///
    /// # Errors
    ///
    /// A mean of 0 or less; a percentile that no lognormal of this mean has (its ratio to the mean
    /// is at most `exp(z²/2)`: 14.97 for p99).
    pub fn lognormal_of_mean_and_percentile(
        mean: f64,
        point: Percentile,
    ) -> Result<Self, DistError> {
        require_positive(mean, "mean")?;
        require_scale(mean, "mean")?;
        point.check()?;
        let z = normal_quantile(point.share());
        let ratio = libm::log(point.value / mean);
        let discriminant = z * z - 2.0 * ratio;
        let largest = mean * libm::exp(0.5 * z * z);
        let impossible = if z > 0.0 {
            format!("is more than {:.4} times the mean, which no lognormal has", largest / mean)
        } else {
            "must be below the mean, as the median of every lognormal is".to_owned()
        };
        require(discriminant >= 0.0 && (z > 0.0 || ratio < 0.0), point.name(), impossible)?;
        let root = discriminant.sqrt();
        let sigma = if ratio > 0.0 { z - root } else { z + root };
        LogNormal::checked(mean * libm::exp(-0.5 * sigma * sigma), sigma, point.name())
    }
}

impl LogNormal {
    fn checked(
        median: f64,
        sigma: f64,
        argument: impl Into<Cow<'static, str>>,
    ) -> Result<Dist, DistError> {
        let mean = median * libm::exp(0.5 * sigma * sigma);
        // At 35 the median is 1e-266 of the mean: whatever is meant, it is not that.
        let possible = sigma > 0.0 && sigma < 35.0 && mean <= LARGEST_MEAN;
        require(possible, argument, "makes the distribution too wide to draw from")?;
        Ok(Dist::LogNormal(Self { median, sigma }))
    }
}

impl Family for LogNormal {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.median * libm::exp(self.sigma * ziggurat::normal(rng))
    }

    fn mean(&self) -> f64 {
        self.median * libm::exp(0.5 * self.sigma * self.sigma)
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        mean * mean * libm::expm1(self.sigma * self.sigma)
    }

    fn cdf(&self, x: f64) -> f64 {
        normal_cdf(libm::log(x / self.median) / self.sigma)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.median * libm::exp(self.sigma * normal_quantile(p))
    }

    fn scale(&self, factor: f64) -> Dist {
        Dist::LogNormal(Self { median: self.median * factor, ..*self })
    }

    fn describe(&self) -> String {
        format!("lognormal, cv {:.3}", libm::expm1(self.sigma * self.sigma).sqrt())
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
    fn a_lognormal_keeps_all_laws() {
        for cv in [0.1, 0.5, 1.0] {
            let dist = Dist::lognormal(4.0, cv).unwrap();
            assert_laws(&dist);
            assert!((dist.mean() - 4.0).abs() < 1e-14 && (dist.scv() - cv * cv).abs() < 1e-14);
        }
        let dist = Dist::lognormal(4.0, 1.5).unwrap();
        assert_pinned(
            &dist,
            [
                4.334368488249116,
                8.85873382002431,
                0.3410444909031559,
                0.5591256187252495,
                1.2757810538825407,
            ],
        );
        assert_like_rand_distr(&dist, rand_distr::LogNormal::from_mean_cv(4.0, 1.5).unwrap());
    }

    #[test]
    fn two_percentiles_are_met() {
        for (a, b) in [
            (point(50.0, 0.4), point(99.0, 77.0)),
            (point(99.9, 9.0), point(10.0, 2.0)),
            (point(95.0, 8.0), point(99.0, 8.5)),
        ] {
            let dist = Dist::lognormal_of_percentiles(a, b).unwrap();
            for point in [a, b] {
                let met = dist.quantile(point.share());
                assert!((met / point.value - 1.0).abs() < 1e-13, "{point:?}: {met}");
            }
        }
        // median e^μ = 0.4, σ = ln(77/0.4)/2.32635
        let dist = Dist::lognormal_of_percentiles(point(50.0, 0.4), point(99.0, 77.0)).unwrap();
        let sigma = (77.0_f64 / 0.4).ln() / 2.326_347_874_040_840_8;
        assert!((dist.mean() / (0.4 * (sigma * sigma / 2.0).exp()) - 1.0).abs() < 1e-13);
    }

    #[test]
    fn a_mean_and_a_percentile_are_met() {
        for (percent, value) in [(99.0, 20.0), (99.0, 59.0), (50.0, 3.0), (75.0, 3.9), (75.0, 4.2)]
        {
            let dist = Dist::lognormal_of_mean_and_percentile(4.0, point(percent, value)).unwrap();
            assert!((dist.mean() - 4.0).abs() < 1e-12, "{percent} {value}");
            assert!((dist.quantile(percent / 100.0) / value - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_lognormal_refuses_what_no_lognormal_has() {
        // p99 is at most exp(2.326^2/2) = 14.97 times the mean.
        for (percent, value) in [(99.0, 60.0), (50.0, 4.0), (50.0, 5.0), (100.0, 5.0), (0.0, 1.0)] {
            assert!(Dist::lognormal_of_mean_and_percentile(4.0, point(percent, value)).is_err());
        }
        assert_eq!(Dist::lognormal(1.0, f64::INFINITY).unwrap_err().argument, "cv");
        assert_eq!(Dist::lognormal(-1.0, 1.0).unwrap_err().argument, "mean");
        let wide = Dist::lognormal_of_percentiles(point(50.0, 1e-90), point(51.0, 1e90));
        assert_eq!(wide.unwrap_err().argument, "p51");
        assert_eq!(Dist::lognormal(1.0, 0.0), Ok(Dist::constant(1.0)));
    }
}
