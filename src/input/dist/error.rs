//! A refusal: which argument of a distribution is impossible, and why.

use std::borrow::Cow;
use std::fmt;

use super::LARGEST_MEAN;

/// Why there is no such distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistError {
    /// The argument at fault, as the model file names it: `cv`, `p90`.
    pub argument: Cow<'static, str>,
    /// What is wrong with it, in one clause that begins with a verb: `must be at least 1`.
    pub message: String,
}

impl fmt::Display for DistError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.argument, self.message)
    }
}

impl std::error::Error for DistError {}

/// Refuses unless `condition` holds; write it positively, so that NaN is refused.
pub(super) fn require(
    condition: bool,
    argument: impl Into<Cow<'static, str>>,
    message: impl Into<String>,
) -> Result<(), DistError> {
    if condition {
        return Ok(());
    }
    Err(DistError { argument: argument.into(), message: message.into() })
}

/// Refuses what cannot be a mean or another scale: NaN, infinity, below 0.
pub(super) fn require_scale(value: f64, argument: &'static str) -> Result<(), DistError> {
    require((0.0..=LARGEST_MEAN).contains(&value), argument, "must be from 0 to 1e100")
}

/// Refuses what cannot be a shape: NaN, infinity, 0 and below.
pub(super) fn require_positive(value: f64, argument: &'static str) -> Result<(), DistError> {
    require(value > 0.0 && value.is_finite(), argument, "must be above 0")
}
