//! Why a queueing model has no answer: impossible input, no steady state, or too large.

/// Why a queueing model has no answer.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum TheoryError {
    /// An input outside its range; NaN and infinity are outside every range.
    #[error("{what} is {value}, but must be {expected}")]
    Invalid {
        /// The input, in words.
        what: &'static str,
        /// What was given.
        value: f64,
        /// The range.
        expected: &'static str,
    },
    /// More is offered than can be served.
    #[error("the load is {utilization} of what can be served: the queue grows without bound")]
    Unstable {
        /// Offered work over capacity, at least 1.
        utilization: f64,
    },
    /// An exact answer would take too long or too much memory.
    #[error("{what} is too large: {size:e}, the limit is {limit:e}")]
    TooLarge {
        /// What is large.
        what: &'static str,
        /// Its size.
        size: f64,
        /// What is still done.
        limit: f64,
    },
}

/// Refuses what is not a positive finite number.
pub(super) fn positive(what: &'static str, value: f64) -> Result<f64, TheoryError> {
    if value > 0.0 && value.is_finite() {
        return Ok(value);
    }
    Err(TheoryError::Invalid { what, value, expected: "positive and finite" })
}

/// Refuses what is not a finite number of at least 0.
pub(super) fn non_negative(what: &'static str, value: f64) -> Result<f64, TheoryError> {
    if value >= 0.0 && value.is_finite() {
        return Ok(value);
    }
    Err(TheoryError::Invalid { what, value, expected: "at least 0 and finite" })
}

/// Refuses a count of 0.
pub(super) fn at_least_one(what: &'static str, value: u64) -> Result<u64, TheoryError> {
    if value >= 1 {
        return Ok(value);
    }
    Err(TheoryError::Invalid { what, value: value as f64, expected: "at least 1" })
}

/// Refuses a size beyond what is still done.
pub(super) fn at_most(what: &'static str, size: u64, limit: u64) -> Result<(), TheoryError> {
    if size <= limit {
        return Ok(());
    }
    Err(TheoryError::TooLarge { what, size: size as f64, limit: limit as f64 })
}

/// Refuses a utilization of 1 or more.
pub(super) fn stable(utilization: f64) -> Result<f64, TheoryError> {
    if utilization < 1.0 {
        return Ok(utilization);
    }
    Err(TheoryError::Unstable { utilization })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_and_infinity_are_outside_every_range() {
        for value in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(positive("x", value).is_err());
            assert!(non_negative("x", value).is_err());
        }
        assert!(positive("x", 0.0).is_err());
        assert_eq!(non_negative("x", 0.0), Ok(0.0));
        assert!(stable(f64::NAN).is_err());
        assert!(stable(1.0).is_err());
        assert!(at_least_one("x", 0).is_err());
        assert!(at_most("x", 3, 3).is_ok() && at_most("x", 4, 3).is_err());
    }

    #[test]
    fn a_message_says_what_was_given_and_what_was_expected() {
        assert_eq!(
            positive("the arrival rate", -2.0).unwrap_err().to_string(),
            "the arrival rate is -2, but must be positive and finite"
        );
        assert_eq!(
            stable(1.25).unwrap_err().to_string(),
            "the load is 1.25 of what can be served: the queue grows without bound"
        );
    }
}
