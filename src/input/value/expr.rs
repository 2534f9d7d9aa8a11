//! A parsed value: a tree of numbers with units, parameters, operations and calls.

use std::ops::Range;

use super::eval::evaluate;
use super::function::Function;
use super::unit::Unit;
use super::{Scope, Value, ValueError};

/// A parsed value, every part with its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub(super) node: Node,
    pub(super) span: Range<usize>,
    /// The height of the tree; the parser bounds it, so that recursion over it is safe.
    pub(super) height: usize,
}

/// What stands at one place of the tree.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// A number with its unit.
    Literal(Value),
    /// Between quotes; only some arguments take one.
    Text(String),
    /// `$name`.
    Parameter(String),
    /// A unit after a parameter or a parenthesis.
    Quantity(Box<Expr>, &'static Unit),
    /// `-x`.
    Negated(Box<Expr>),
    /// `left + right` and the like.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// `name(arguments)`.
    Call(&'static Function, Vec<Argument>),
}

/// The four operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Operator {
    /// As written.
    pub(super) const fn sign(self) -> char {
        match self {
            Self::Add => '+',
            Self::Subtract => '-',
            Self::Multiply => '*',
            Self::Divide => '/',
        }
    }
}

/// One argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Argument {
    /// `name =` before it, and where.
    pub(super) name: Option<(String, Range<usize>)>,
    /// `weight:` before it.
    pub(super) weight: Option<Expr>,
    pub(super) value: Expr,
}

impl Expr {
    /// A number that stood in the file without quotes.
    #[must_use]
    pub const fn number(value: f64) -> Self {
        Self { node: Node::Literal(Value::Number(value)), span: 0..0, height: 0 }
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
        evaluate(self, scope)
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

    /// Every `$name` in it, without the `$`, each with its place, in the order of the text.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&str, Range<usize>)> {
        let mut found = Vec::new();
        self.collect_parameters(&mut found);
        found
    }

    fn collect_parameters<'a>(&'a self, found: &mut Vec<(&'a str, Range<usize>)>) {
        match &self.node {
            Node::Literal(_) | Node::Text(_) => {}
            Node::Parameter(name) => found.push((name, self.span())),
            Node::Quantity(inner, _) | Node::Negated(inner) => inner.collect_parameters(found),
            Node::Binary(_, left, right) => {
                left.collect_parameters(found);
                right.collect_parameters(found);
            }
            Node::Call(_, arguments) => {
                for argument in arguments {
                    if let Some(weight) = &argument.weight {
                        weight.collect_parameters(found);
                    }
                    argument.value.collect_parameters(found);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NoScope, parse};
    use super::*;

    #[test]
    fn parameters_are_found_wherever_they_stand() {
        let text = "mix($w: exp($a * 2 ms), 1 - $w: max($b, $c) ms)";
        let expr = parse(text).unwrap();
        let names: Vec<&str> = expr.parameters().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["w", "a", "w", "b", "c"]);
        for (name, span) in expr.parameters() {
            assert_eq!(&text[span], format!("${name}"));
        }
    }

    #[test]
    fn a_readers_mistake_is_placed_on_the_whole_value() {
        let error = parse("  80 ").unwrap().read(&NoScope, Value::duration).unwrap_err();
        assert_eq!((error.span, error.suggestion), (2..4, Some("write 80 ms".to_owned())));
    }

    #[test]
    fn a_number_of_the_file_that_is_none_is_refused() {
        for number in [f64::NAN, f64::INFINITY] {
            assert!(Expr::number(number).eval(&NoScope).is_err());
        }
        assert_eq!(Expr::number(2.5).eval(&NoScope), Ok(Value::Number(2.5)));
    }
}
