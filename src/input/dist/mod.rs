//! Distributions of durations (in nanoseconds) and counts, a family a file.

use rand::Rng;

/// A distribution of non-negative numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Dist {
    /// Always the same.
    Constant(f64),
    /// Exponential with this mean.
    Exponential(f64),
}

impl Dist {
    /// Always `value`.
    #[must_use]
    pub const fn constant(value: f64) -> Self {
        Self::Constant(value)
    }

    /// Exponential with this mean.
    #[must_use]
    pub const fn exponential(mean: f64) -> Self {
        Self::Exponential(mean)
    }

    /// One draw; never negative, never NaN, finite.
    #[must_use]
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Exponential(mean) => {
                let uniform = ((rng.next_u64() >> 11) as f64 + 0.5) * (0.5f64).powi(53);
                -libm::log(uniform) * mean
            }
        }
    }

    /// The expected value.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Exponential(mean) => *mean,
        }
    }

    /// The variance; infinite where there is none.
    #[must_use]
    pub fn variance(&self) -> f64 {
        match self {
            Self::Constant(_) => 0.0,
            Self::Exponential(mean) => mean * mean,
        }
    }

    /// The squared coefficient of variation: variance over squared mean; 0 where the mean is 0.
    #[must_use]
    pub fn scv(&self) -> f64 {
        let mean = self.mean();
        if mean == 0.0 { 0.0 } else { self.variance() / (mean * mean) }
    }

    /// The distribution of `factor` times a draw, from the same raw draws.
    #[must_use]
    pub fn scale(&self, factor: f64) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(value * factor),
            Self::Exponential(mean) => Self::Exponential(mean * factor),
        }
    }

    /// Whether every draw is the same.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        matches!(self, Self::Constant(_))
    }

    /// Whether it is exponential.
    #[must_use]
    pub fn is_exponential(&self) -> bool {
        matches!(self, Self::Exponential(_))
    }

    /// Whether every draw is a whole number.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Constant(value) if value.fract() == 0.0)
    }

    /// The probability of a draw of at most `x`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        match self {
            Self::Constant(value) => f64::from(u8::from(x >= *value)),
            Self::Exponential(mean) => {
                if x <= 0.0 {
                    0.0
                } else {
                    -libm::expm1(-x / mean)
                }
            }
        }
    }

    /// The least x with `cdf(x) >= p`.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Exponential(mean) => -mean * libm::log1p(-p),
        }
    }

    /// The family and its shape, without its scale: `exponential`, `lognormal, cv 1.5`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Constant(_) => "constant".to_owned(),
            Self::Exponential(_) => "exponential".to_owned(),
        }
    }
}
