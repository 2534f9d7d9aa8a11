//! Gamma, by mean and cv or by two percentiles.

use std::sync::Arc;

use rand::Rng;

use super::error::{require, require_scale};
use super::percentiles::{Percentile, require_pair};
use super::special::{bisect, incomplete_gamma, quantile_of};
use super::{Dist, DistError, Family, ziggurat};

/// The family of [`Dist::Gamma`].
#[derive(Clone, Debug, PartialEq)]
pub struct Gamma {
    shape: f64,
    scale: f64,
    /// `d` of Marsaglia and Tsang, of the shape or (below 1) of the shape + 1.
    d: f64,
    /// `1 / sqrt(9 d)`.
    c: f64,
}

/// Shapes that percentiles may ask for: cv from 10 to 0.001.
const SHAPES: (f64, f64) = (0.01, 1e6);

impl Dist {
    /// Gamma with this mean and coefficient of variation: shape `1/cv²`.
    ///
    /// # Errors
    ///
    /// A mean or cv that is negative or not finite; a cv beyond 1e6, where draws are 0 but for
    /// one in a trillion.
    pub fn gamma(mean: f64, cv: f64) -> Result<Self, DistError> {
        require_scale(mean, "mean")?;
        require((0.0..=1e6).contains(&cv), "cv", "must be from 0 to 1e6")?;
        // So narrow that the draws differ in the last bits at most.
        if cv < 1e-9 {
            return Ok(Self::Constant(mean));
        }
        Ok(Gamma::of_shape(1.0 / (cv * cv), mean))
    }

    /// The gamma that meets two percentiles.
    ///
    /// The ratio of two quantiles falls as the shape grows, so bisection finds the only one.
    ///
    /// # Errors
    ///
    /// Percentiles that do not increase; a ratio that needs a cv below 0.001 or above 10.
    pub fn gamma_of_percentiles(a: Percentile, b: Percentile) -> Result<Self, DistError> {
        let (low, high) = require_pair(a, b)?;
        // By way of the scale that meets the higher one: of small shapes the lower quantile would
        // underflow.
        let wider = |shape: f64| {
            let at_low = standard_quantile(shape, high.share()) * (low.value / high.value);
            incomplete_gamma(shape, at_low).0 > low.share()
        };
        let possible = wider(SHAPES.0) && !wider(SHAPES.1);
        require(
            possible,
            high.name(),
            "is so far from or near to the other that no gamma meets both",
        )?;
        let (least, most) = (libm::log(SHAPES.0), libm::log(SHAPES.1));
        let shape = libm::exp(bisect(least, most, |log_shape| wider(libm::exp(log_shape))));
        let scale = high.value / standard_quantile(shape, high.share());
        Ok(Gamma::of_shape(shape, scale * shape))
    }
}

/// The quantile of the gamma with scale 1.
fn standard_quantile(shape: f64, p: f64) -> f64 {
    quantile_of(|x| incomplete_gamma(shape, x).0, p, shape)
}

impl Gamma {
    /// Shape 1 is exponential, and said so: theory is exact for it.
    pub(super) fn of_shape(shape: f64, mean: f64) -> Dist {
        if shape == 1.0 {
            return Dist::Exponential(mean);
        }
        let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        Dist::Gamma(Arc::new(Self { shape, scale: mean / shape, d, c }))
    }

    /// Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables", ACM TOMS 26(3), 2000.
    fn at_least_one<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        loop {
            let x = ziggurat::normal(rng);
            let root = 1.0 + self.c * x;
            let u = ziggurat::unit(rng);
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            let xx = x * x;
            // The squeeze spares the logarithms in 92 % of cases at least.
            if u < 1.0 - 0.0331 * xx * xx
                || libm::log(u) < 0.5 * xx + self.d * (1.0 - v + libm::log(v))
            {
                return self.d * v;
            }
        }
    }
}

impl Family for Gamma {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let draw = self.at_least_one(rng);
        if self.shape >= 1.0 {
            return self.scale * draw;
        }
        // A uniform to the power 1/shape, as an exponential draw spares a logarithm.
        self.scale * draw * libm::exp(-ziggurat::exponential(rng) / self.shape)
    }

    fn mean(&self) -> f64 {
        self.shape * self.scale
    }

    fn variance(&self) -> f64 {
        self.shape * self.scale * self.scale
    }

    fn cdf(&self, x: f64) -> f64 {
        incomplete_gamma(self.shape, x / self.scale).0
    }

    fn quantile(&self, p: f64) -> f64 {
        self.scale * standard_quantile(self.shape, p)
    }

    fn scale(&self, factor: f64) -> Dist {
        Dist::Gamma(Arc::new(Self { scale: self.scale * factor, ..*self }))
    }

    fn describe(&self) -> String {
        format!("gamma, cv {:.3}", 1.0 / self.shape.sqrt())
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
    fn a_gamma_keeps_all_laws_on_both_sides_of_shape_one() {
        for cv in [0.1, 0.5, 0.9, 1.2, 2.0] {
            let dist = Dist::gamma(4.0, cv).unwrap();
            assert_laws(&dist);
            assert!((dist.mean() - 4.0).abs() < 1e-14 && (dist.scv() - cv * cv).abs() < 1e-13);
        }
    }

    #[test]
    fn a_gamma_draws_as_it_always_did_and_as_rand_distr_does() {
        let narrow = Dist::gamma(4.0, 0.5).unwrap();
        assert_pinned(
            &narrow,
            [
                4.979046874245724,
                1.2561818411586685,
                2.7746319967993864,
                6.281172662205787,
                3.0169992273026223,
            ],
        );
        assert_like_rand_distr(&narrow, rand_distr::Gamma::new(4.0, 1.0).unwrap());
        let wide = Dist::gamma(4.0, 2.0).unwrap();
        assert_pinned(
            &wide,
            [
                0.006385005942917791,
                0.015577883052810607,
                9.982952043238479,
                2.664576260907874,
                1.007526318904665,
            ],
        );
        assert_like_rand_distr(&wide, rand_distr::Gamma::new(0.25, 16.0).unwrap());
    }

    #[test]
    fn two_percentiles_are_met() {
        for (a, b) in [
            (point(50.0, 0.4), point(99.0, 77.0)),
            (point(50.0, 10.0), point(99.0, 20.0)),
            (point(95.0, 8.0), point(99.0, 8.5)),
        ] {
            let dist = Dist::gamma_of_percentiles(a, b).unwrap();
            for point in [a, b] {
                let met = dist.quantile(point.share());
                assert!((met / point.value - 1.0).abs() < 1e-9, "{point:?}: {met}");
            }
        }
        // The percentiles of an exponential give it back: p50 = ln 2, p99 = ln 100.
        let dist = Dist::gamma_of_percentiles(
            point(50.0, std::f64::consts::LN_2),
            point(99.0, 100.0_f64.ln()),
        )
        .unwrap();
        assert!((dist.mean() - 1.0).abs() < 1e-9 && (dist.scv() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_gamma_refuses_what_no_gamma_has() {
        assert_eq!(Dist::gamma(1.0, -0.1).unwrap_err().argument, "cv");
        assert_eq!(Dist::gamma(f64::NAN, 0.1).unwrap_err().argument, "mean");
        let near = Dist::gamma_of_percentiles(point(50.0, 1.0), point(99.0, 1.0 + 1e-9));
        assert_eq!(near.unwrap_err().argument, "p99");
        assert_eq!(Dist::gamma(3.0, 1.0), Ok(Dist::exponential(3.0)));
        assert_eq!(Dist::gamma(3.0, 0.0), Ok(Dist::constant(3.0)));
    }
}
