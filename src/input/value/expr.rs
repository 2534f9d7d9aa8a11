//! A parsed value: a tree of numbers with units, parameters, operations and calls.

use std::ops::Range;

use super::{Scope, Value, ValueError};

/// A parsed value, every part with its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub(super) node: Node,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// A literal.
    Literal(Value),
    /// `$name`.
    Parameter(String),
}

/// Reads one value.
///
/// # Errors
///
/// Where the text is not a value.
pub fn parse(text: &str) -> Result<Expr, ValueError> {
    let trimmed = text.trim();
    if let Some(name) = trimmed.strip_prefix('$') {
        return Ok(Expr { node: Node::Parameter(name.to_owned()), span: 0..text.len() });
    }
    let split = trimmed.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(trimmed.len());
    let (digits, unit) = trimmed.split_at(split);
    let number: f64 =
        digits.trim().parse().map_err(|_| ValueError::new("not a value", 0..text.len()))?;
    let value = match unit {
        "" => Value::Number(number),
        "ns" => Value::Duration(number),
        "us" => Value::Duration(number * 1e3),
        "ms" => Value::Duration(number * 1e6),
        "s" => Value::Duration(number * 1e9),
        _ => return Err(ValueError::new("unknown unit", 0..text.len())),
    };
    Ok(Expr { node: Node::Literal(value), span: 0..text.len() })
}

impl Expr {
    /// A number that stood without quotes in the file, as wide as `span` in bytes.
    #[must_use]
    pub const fn number(value: f64) -> Self {
        Self { node: Node::Literal(Value::Number(value)), span: 0..0 }
    }

    /// Where it stands, in bytes of the text.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// What it is worth.
    ///
    /// # Errors
    ///
    /// Unknown names, dimensions that do not fit, arguments out of range, NaN and overflow.
    pub fn eval(&self, scope: &dyn Scope) -> Result<Value, ValueError> {
        match &self.node {
            Node::Literal(value) => Ok(value.clone()),
            Node::Parameter(name) => match scope.lookup(name) {
                Some(Ok(value)) => Ok(value),
                Some(Err(why)) => Err(ValueError::new(why, self.span())),
                None => Err(ValueError::new(format!("`${name}` is not defined"), self.span())),
            },
        }
    }

    /// Evaluates and reads with one of the readers of [`Value`], and gives the reader's mistake
    /// this expression's place: `expr.read(scope, Value::duration)`.
    ///
    /// # Errors
    ///
    /// Those of [`Expr::eval`] and of the reader.
    pub fn read<T>(
        &self,
        scope: &dyn Scope,
        reader: impl FnOnce(&Value) -> Result<T, ValueError>,
    ) -> Result<T, ValueError> {
        reader(&self.eval(scope)?).map_err(|error| error.or_at(self.span()))
    }

    /// Every `$name` in it, without the `$`, each with its place.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&str, Range<usize>)> {
        match &self.node {
            Node::Literal(_) => Vec::new(),
            Node::Parameter(name) => vec![(name, self.span())],
        }
    }
}
