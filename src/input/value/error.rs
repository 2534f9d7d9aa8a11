//! A mistake in a value: what, where in the text, what was expected, what was perhaps meant.

use std::fmt;
use std::ops::Range;

/// A mistake in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError {
    /// What is wrong, in one clause without a full stop.
    pub message: String,
    /// Where, in bytes of the text; empty at 0 where the whole value is meant (the typed readers
    /// do not know the text, see [`super::Expr::read`]).
    pub span: Range<usize>,
    /// What would have been right: `a duration, as in 80 ms`.
    pub expected: Option<String>,
    /// What to do or what was perhaps meant: ``did you mean `lognormal`?``
    pub suggestion: Option<String>,
}

impl ValueError {
    /// A mistake at `span`.
    #[must_use]
    pub fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self { message: message.into(), span, expected: None, suggestion: None }
    }

    /// A mistake of the whole value, its place to be given by [`ValueError::or_at`].
    #[must_use]
    pub fn whole(message: impl Into<String>) -> Self {
        Self::new(message, 0..0)
    }

    /// Adds what was expected.
    #[must_use]
    pub fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn suggesting(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }

    /// Adds "did you mean" where a name is near enough.
    #[must_use]
    pub fn meaning(mut self, nearest: Option<String>) -> Self {
        if let Some(name) = nearest {
            self.suggestion = Some(format!("did you mean `{name}`?"));
        }
        self
    }

    /// Gives a mistake of the whole value its place.
    #[must_use]
    pub fn or_at(mut self, span: Range<usize>) -> Self {
        if self.span == (0..0) {
            self.span = span;
        }
        self
    }
}

/// `message; expected …; suggestion`, on one line.
impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(expected) = &self.expected {
            write!(f, "; expected {expected}")?;
        }
        if let Some(suggestion) = &self.suggestion {
            write!(f, "; {suggestion}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ValueError {}
