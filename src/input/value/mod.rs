//! The value grammar of the model file, of `--set` and of `--vary`: text to values with units.
//!
//! [`parse()`] turns text into an [`Expr`] with a byte span on every part; [`Expr::eval`] computes
//! it, with the parameters that a [`Scope`] knows; the readers of [`Value`] say what was wanted.
//!
//! ```
//! use iowait::input::value::{NoScope, Value, parse};
//!
//! let wait = parse("2 * exp(40 ms)").unwrap().read(&NoScope, Value::duration_dist).unwrap();
//! assert_eq!(wait.mean(), 80e6); // nanoseconds
//!
//! let mistake = parse("80").unwrap().read(&NoScope, Value::duration).unwrap_err();
//! assert_eq!(
//!     mistake.to_string(),
//!     "80 has no unit; expected a duration, as in 80 ms; write 80 ms"
//! );
//! ```

mod error;
mod eval;
mod expr;
mod function;
mod parse;
mod read;
mod scope;
#[cfg(test)]
mod testing;
mod token;
mod unit;

pub use error::ValueError;
pub use expr::Expr;
pub use parse::parse;
pub use scope::{NoScope, Scope};

use crate::input::dist::Dist;

/// What an expression is worth.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A length of time in nanoseconds, at least 0.
    Duration(f64),
    /// Events per second, at least 0.
    Rate(f64),
    /// Bytes, at least 0.
    Size(f64),
    /// A number without a unit: a count, a share, a factor.
    Number(f64),
    /// A distribution of durations (in nanoseconds) or of plain numbers.
    Dist {
        /// [`Dimension::Duration`] or [`Dimension::Number`].
        dimension: Dimension,
        /// What is drawn from.
        dist: Dist,
    },
}

/// What kind of quantity a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Time, in nanoseconds.
    Duration,
    /// Per time, in events per second.
    Rate,
    /// Bytes.
    Size,
    /// No unit.
    Number,
}

impl Dimension {
    /// With its article, as messages say it.
    #[must_use]
    pub const fn described(self) -> &'static str {
        match self {
            Self::Duration => "a duration",
            Self::Rate => "a rate",
            Self::Size => "a size",
            Self::Number => "a plain number",
        }
    }
}

impl Value {
    /// A fixed value of this dimension and magnitude, in the units above.
    const fn fixed(dimension: Dimension, magnitude: f64) -> Self {
        match dimension {
            Dimension::Duration => Self::Duration(magnitude),
            Dimension::Rate => Self::Rate(magnitude),
            Dimension::Size => Self::Size(magnitude),
            Dimension::Number => Self::Number(magnitude),
        }
    }

    /// The number in a fixed value, in the units above; none in a distribution.
    const fn magnitude(&self) -> Option<f64> {
        match self {
            Self::Duration(x) | Self::Rate(x) | Self::Size(x) | Self::Number(x) => Some(*x),
            Self::Dist { .. } => None,
        }
    }

    /// The dimension; of a distribution that of its draws.
    #[must_use]
    pub const fn dimension(&self) -> Dimension {
        match self {
            Self::Duration(_) => Dimension::Duration,
            Self::Rate(_) => Dimension::Rate,
            Self::Size(_) => Dimension::Size,
            Self::Number(_) => Dimension::Number,
            Self::Dist { dimension, .. } => *dimension,
        }
    }

    /// What it is, as messages say it.
    #[must_use]
    pub const fn described(&self) -> &'static str {
        match self {
            Self::Dist { dimension: Dimension::Duration, .. } => "a distribution of durations",
            Self::Dist { .. } => "a distribution of plain numbers",
            fixed => fixed.dimension().described(),
        }
    }
}
