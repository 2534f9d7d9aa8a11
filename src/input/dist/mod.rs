//! Distributions of durations (in nanoseconds) and counts, a family a file.
//!
//! Draws are the same bits on every platform: everything transcendental goes through `libm`, and
//! the generator is the caller's. Scaling a distribution scales its draws and leaves what they
//! consume of the generator as it was, so that `exp(0.8 ms)` and `exp(1 ms)` meet proportional
//! requests (common random numbers).
//!
//! | family | constructor |
//! | --- | --- |
//! | constant | [`Dist::constant`] |
//! | exponential | [`Dist::exponential`] |
//! | uniform | [`Dist::uniform`] |
//! | normal, cut off at 0 | [`Dist::normal`] |
//! | lognormal | [`Dist::lognormal`], [`Dist::lognormal_of_percentiles`], [`Dist::lognormal_of_mean_and_percentile`] |
//! | gamma | [`Dist::gamma`], [`Dist::gamma_of_percentiles`] |
//! | Erlang | [`Dist::erlang`] |
//! | Weibull | [`Dist::weibull`], [`Dist::weibull_of_percentiles`] |
//! | Pareto | [`Dist::pareto`] |
//! | hyperexponential | [`Dist::hyperexp`] |
//! | empirical | [`Dist::empirical`] |
//! | mixture | [`Dist::mix`] |
//! | from percentiles | [`Dist::percentiles`] |
//! | counts | [`Dist::uniform_count`], [`Dist::geometric`], [`Dist::poisson`] |
//!
//! ```
//! use iowait::input::dist::{Dist, Percentile};
//!
//! // What a dashboard shows is a distribution: its mean is what capacity depends on.
//! let p = |percent, ms: f64| Percentile { percent, value: ms * 1e6 };
//! let call = Dist::percentiles(&[p(50.0, 62.0), p(90.0, 140.0), p(99.0, 410.0)]).unwrap();
//! assert!((call.quantile(0.9) / 140e6 - 1.0).abs() < 1e-12);
//! assert!(call.mean() > 70e6 && call.mean() < 80e6);
//! ```

mod constant;
mod empirical;
mod erlang;
mod error;
mod exponential;
mod gamma;
mod geometric;
mod hyperexp;
mod lognormal;
mod mix;
mod normal;
mod pareto;
mod percentiles;
mod poisson;
mod scaled;
mod special;
#[cfg(test)]
pub(crate) mod testing;
mod uniform;
mod uniform_count;
mod weibull;
mod ziggurat;

use std::sync::Arc;

use rand::Rng;

use constant::Constant;
pub use error::DistError;
use exponential::Exponential;
pub use percentiles::Percentile;

/// A distribution of non-negative numbers.
///
/// At most 32 bytes, and cheap to clone: what is larger is shared. Two are equal when they have
/// the same family and parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum Dist {
    /// Always the same.
    Constant(f64),
    /// Exponential with this mean.
    Exponential(f64),
    /// Uniform between two ends.
    Uniform(uniform::Uniform),
    /// Normal, values below 0 becoming 0.
    Normal(normal::Normal),
    /// Lognormal.
    LogNormal(lognormal::LogNormal),
    /// Gamma.
    Gamma(Arc<gamma::Gamma>),
    /// Erlang of few phases.
    Erlang(erlang::Erlang),
    /// Weibull.
    Weibull(weibull::Weibull),
    /// Pareto.
    Pareto(pareto::Pareto),
    /// Two exponentials, one of which is drawn.
    Hyperexp(hyperexp::Hyperexp),
    /// Measured values.
    Empirical(Arc<empirical::Empirical>),
    /// Several distributions, one of which is drawn.
    Mix(Arc<mix::Mix>),
    /// Through given percentiles.
    Percentiles(Arc<percentiles::Percentiles>),
    /// Whole numbers between two ends.
    UniformCount(uniform_count::UniformCount),
    /// Whole numbers, one more with the same chance each time.
    Geometric(geometric::Geometric),
    /// Whole numbers of many rare things.
    Poisson(poisson::Poisson),
    /// A factor times whole numbers.
    Scaled(Arc<scaled::Scaled>),
}

/// The largest mean (in nanoseconds 3e83 years).
///
/// Shapes are limited so that no family draws more than 1e43 times its mean (but a mixture, by an
/// absurd weight); so draws and second moments are finite.
pub const LARGEST_MEAN: f64 = 1e100;

/// What each family does; the samplers cannot fail, because the constructors refuse.
trait Family {
    /// One draw, at least 0 and finite.
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64;
    /// The expected value, finite.
    fn mean(&self) -> f64;
    /// The variance; infinite where there is none.
    fn variance(&self) -> f64;
    /// The probability of at most `x`, for `x` of at least 0 and a mean above 0.
    fn cdf(&self, x: f64) -> f64;
    /// The least x with `cdf(x) >= p`, for p from 0 to 1.
    fn quantile(&self, p: f64) -> f64;
    /// `factor` (at least 0) times it, from the same raw draws.
    fn scale(&self, factor: f64) -> Dist;
    /// Whether every draw is a whole number.
    fn is_whole(&self) -> bool {
        false
    }
    /// The family and its shape, without its scale.
    fn describe(&self) -> String;
}

/// The same expression for whichever family it is.
macro_rules! of_family {
    ($dist:expr, $family:ident => $body:expr) => {
        match $dist {
            Dist::Constant(value) => {
                let $family = &Constant(*value);
                $body
            }
            Dist::Exponential(mean) => {
                let $family = &Exponential(*mean);
                $body
            }
            Dist::Uniform($family) => $body,
            Dist::Normal($family) => $body,
            Dist::LogNormal($family) => $body,
            Dist::Gamma($family) => $body,
            Dist::Erlang($family) => $body,
            Dist::Weibull($family) => $body,
            Dist::Pareto($family) => $body,
            Dist::Hyperexp($family) => $body,
            Dist::Empirical($family) => $body,
            Dist::Mix($family) => $body,
            Dist::Percentiles($family) => $body,
            Dist::UniformCount($family) => $body,
            Dist::Geometric($family) => $body,
            Dist::Poisson($family) => $body,
            Dist::Scaled($family) => $body,
        }
    };
}

/// So that a distribution of a model can be drawn from wherever one of rand_distr's can.
impl rand_distr::Distribution<f64> for Dist {
    fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        Self::sample(self, rng)
    }
}

impl Dist {
    /// One draw; never negative, never NaN, finite.
    #[inline]
    #[must_use]
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        // The two that models are made of stay inline; the others would crowd the caller's loop.
        match self {
            Self::Constant(value) => *value,
            Self::Exponential(mean) => Exponential(*mean).sample(rng),
            other => other.sample_other(rng),
        }
    }

    #[inline(never)]
    fn sample_other<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        of_family!(self, family => family.sample(rng))
    }

    /// The expected value; always finite.
    #[must_use]
    pub fn mean(&self) -> f64 {
        of_family!(self, family => family.mean())
    }

    /// The variance; infinite where there is none (a Pareto with `alpha` of at most 2).
    #[must_use]
    pub fn variance(&self) -> f64 {
        of_family!(self, family => family.variance())
    }

    /// The squared coefficient of variation: variance over squared mean; 0 where the mean is 0.
    #[must_use]
    pub fn scv(&self) -> f64 {
        let mean = self.mean();
        if mean == 0.0 { 0.0 } else { self.variance() / (mean * mean) }
    }

    /// The distribution of `factor` times a draw, from the same raw draws; `factor` must be at
    /// least 0, and not raise the mean above [`LARGEST_MEAN`].
    #[must_use]
    pub fn scale(&self, factor: f64) -> Self {
        of_family!(self, family => family.scale(factor))
    }

    /// Whether every draw is the same.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.variance() == 0.0
    }

    /// Whether it is exponential with a mean above 0.
    #[must_use]
    pub fn is_exponential(&self) -> bool {
        matches!(self, Self::Exponential(mean) if *mean > 0.0)
    }

    /// Whether every draw is a whole number.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        of_family!(self, family => family.is_whole())
    }

    /// The probability of a draw of at most `x`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        // Scaled to nothing: everything is at 0, where the families would divide by it.
        if self.mean() == 0.0 {
            return 1.0;
        }
        of_family!(self, family => family.cdf(x))
    }

    /// The least x with `cdf(x) >= p`, for p from 0 to 1; at 1 the largest value, or infinity.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        if self.mean() == 0.0 {
            return 0.0;
        }
        of_family!(self, family => family.quantile(p))
    }

    /// The family and its shape, without its scale: `exponential`, `lognormal, cv 1.500`.
    #[must_use]
    pub fn describe(&self) -> String {
        of_family!(self, family => family.describe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_is_small_enough_for_a_step_of_a_program() {
        assert!(size_of::<Dist>() <= 32, "{}", size_of::<Dist>());
    }

    #[test]
    fn what_never_varies_is_constant_and_only_a_live_exponential_is_exponential() {
        assert!(Dist::constant(0.0).is_constant() && Dist::exponential(0.0).is_constant());
        assert!(
            Dist::exponential(1.0).is_exponential() && !Dist::exponential(0.0).is_exponential()
        );
        assert!(!Dist::exponential(1.0).is_constant() && !Dist::constant(1.0).is_exponential());
        assert!(Dist::constant(3.0).is_whole() && !Dist::constant(2.5).is_whole());
    }

    #[test]
    fn no_family_uses_the_mathematics_of_the_platform() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/input/dist");
        let platform =
            ["exp", "exp_m1", "ln", "ln_1p", "powf", "powi", "cbrt", "sin", "cos", "mul_add"];
        let mut files = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let source = std::fs::read_to_string(&path).unwrap();
            let before_tests = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            files += usize::from(before_tests.contains("libm::"));
            // What every family is held to may be computed with anything.
            if path.ends_with("testing.rs") {
                continue;
            }
            for name in platform {
                let call = format!(".{name}(");
                assert!(!before_tests.contains(&call), "{}: {call} is not libm's", path.display());
            }
        }
        assert!(files > 5, "looked into too few files: {files}");
    }
}
