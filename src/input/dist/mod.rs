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

    /// One draw; never negative, never NaN.
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
}
