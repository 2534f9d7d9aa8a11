//! An expression to its value: parameters looked up, dimensions checked, nothing left infinite.

use super::expr::{Expr, Node, Operator};
use super::function::Arguments;
use super::read::shown;
use super::unit::Unit;
use super::{Dimension, Scope, Value, ValueError};
use crate::input::dist::{Dist, LARGEST_MEAN};
use crate::input::suggest::did_you_mean;

/// What the expression is worth.
pub(super) fn evaluate(expr: &Expr, scope: &dyn Scope) -> Result<Value, ValueError> {
    let value = match &expr.node {
        Node::Literal(value) => value.clone(),
        Node::Text(_) => {
            return Err(ValueError::new("a text does not fit here", expr.span())
                .expecting("a value, as in 80 ms")
                .suggesting("leave out the quotes"));
        }
        Node::Parameter(name) => looked_up(name, expr, scope)?,
        Node::Quantity(inner, unit) => with_unit(&evaluate(inner, scope)?, unit, expr)?,
        Node::Negated(inner) => match evaluate(inner, scope)? {
            Value::Number(number) => Value::Number(-number),
            other => {
                let message = format!("{} cannot be negative", other.described());
                return Err(ValueError::new(message, expr.span()));
            }
        },
        Node::Binary(operator, left, right) => {
            operate(*operator, &evaluate(left, scope)?, &evaluate(right, scope)?)
                .map_err(|error| error.or_at(expr.span()))?
        }
        Node::Call(function, given) => {
            let arguments = Arguments { function, given, scope, span: expr.span() };
            (function.make)(&arguments)?
        }
    };
    checked(value, expr)
}

/// Refuses what no value may be: NaN, infinity, a quantity below 0.
fn checked(value: Value, expr: &Expr) -> Result<Value, ValueError> {
    let Some(magnitude) = value.magnitude() else {
        return Ok(value);
    };
    if !magnitude.is_finite() {
        return Err(ValueError::new("this is not a finite number", expr.span())
            .expecting("a value that is neither infinite nor undefined"));
    }
    if magnitude < 0.0 && value.dimension() != Dimension::Number {
        let message = format!("this is below zero, which {} cannot be", value.described());
        return Err(ValueError::new(message, expr.span()));
    }
    // Adding zero turns -0 into 0, which no message and no table should show.
    Ok(Value::fixed(value.dimension(), magnitude + 0.0))
}

fn looked_up(name: &str, expr: &Expr, scope: &dyn Scope) -> Result<Value, ValueError> {
    match scope.lookup(name) {
        Some(Ok(value)) => Ok(value),
        Some(Err(why)) => Err(ValueError::new(why, expr.span())),
        None => {
            let names = scope.names();
            let error = ValueError::new(format!("`${name}` is not defined"), expr.span());
            // Names have dashes, so `$cores-1` is read as one name.
            let minus =
                name.split_once('-').filter(|(before, _)| names.iter().any(|n| n == before));
            Err(match minus {
                Some((before, after)) => {
                    error.suggesting(format!("for a difference write `${before} - {after}`"))
                }
                None => {
                    let nearest = did_you_mean(name, &names).map(|name| format!("${name}"));
                    let error = error.meaning(nearest);
                    if error.suggestion.is_some() {
                        error
                    } else {
                        error.suggesting(format!("define `{name}` in [params]"))
                    }
                }
            })
        }
    }
}

/// A computed number with a unit after it: `(2 + 3) ms`, `$n MiB`, `exp(80) ms`.
fn with_unit(value: &Value, unit: &Unit, expr: &Expr) -> Result<Value, ValueError> {
    match (value, unit.dimension) {
        (Value::Number(number), _) => Ok(unit.value(unit.of(*number))),
        (
            Value::Dist { dimension: Dimension::Number, dist },
            Dimension::Duration | Dimension::Number,
        ) => Ok(Value::Dist { dimension: unit.dimension, dist: dist.scale(unit.of(1.0)) }),
        (other, _) => {
            Err(ValueError::new(format!("a unit after {}", other.described()), expr.span())
                .suggesting(format!("leave out `{}`", unit.name)))
        }
    }
}

/// One operation; its mistakes are of the whole of it.
fn operate(operator: Operator, left: &Value, right: &Value) -> Result<Value, ValueError> {
    if let (Some(x), Some(y)) = (left.magnitude(), right.magnitude()) {
        if operator == Operator::Divide && y == 0.0 {
            return Err(ValueError::whole("division by zero"));
        }
        let (dimension, result) = fixed(operator, (left.dimension(), x), (right.dimension(), y))
            .ok_or_else(|| mismatch(operator, left, right))?;
        return Ok(Value::fixed(dimension, result));
    }
    match (operator, left, right) {
        (Operator::Multiply | Operator::Divide, Value::Dist { dimension, dist }, factor) => {
            scaled(operator, (*dimension, dist), factor, left)
        }
        (Operator::Multiply, factor, Value::Dist { dimension, dist }) => {
            scaled(operator, (*dimension, dist), factor, right)
        }
        (Operator::Add | Operator::Subtract, ..) => Err(ValueError::whole(format!(
            "`{}` with a distribution: the sum of independent draws is none of the families here",
            operator.sign()
        ))
        .suggesting("write two steps, one after the other, or scale one with `*`")),
        _ => Err(mismatch(operator, left, right)),
    }
}

/// A distribution times or over a fixed value.
fn scaled(
    operator: Operator,
    (dimension, dist): (Dimension, &Dist),
    factor: &Value,
    written: &Value,
) -> Result<Value, ValueError> {
    let Some(y) = factor.magnitude() else {
        return Err(ValueError::whole(
            "the product of two distributions is none of the families here",
        ));
    };
    if operator == Operator::Divide && y == 0.0 {
        return Err(ValueError::whole("division by zero"));
    }
    let of_one = fixed(operator, (dimension, 1.0), (factor.dimension(), y));
    let (dimension, factor_of_one) = of_one.ok_or_else(|| mismatch(operator, written, factor))?;
    if !matches!(dimension, Dimension::Duration | Dimension::Number) {
        return Err(ValueError::whole(format!(
            "this would be a distribution of {}s",
            dimension.described().trim_start_matches("a ")
        ))
        .expecting("a distribution of durations or of plain numbers"));
    }
    if !(factor_of_one >= 0.0 && dist.mean() * factor_of_one <= LARGEST_MEAN) {
        return Err(ValueError::whole("a distribution scaled below zero or without bounds")
            .expecting("a factor of at least 0"));
    }
    Ok(Value::Dist { dimension, dist: dist.scale(factor_of_one + 0.0) })
}

/// An operation on magnitudes, with what it is worth where dimensions allow it.
///
/// Durations are in nanoseconds and rates per second; hence the 1e9.
fn fixed(
    operator: Operator,
    (left, x): (Dimension, f64),
    (right, y): (Dimension, f64),
) -> Option<(Dimension, f64)> {
    use Dimension::{Duration, Number, Rate};
    use Operator::{Add, Divide, Multiply, Subtract};
    const NANOS: f64 = crate::units::NANOS_PER_SECOND;
    Some(match (operator, left, right) {
        (Add, ..) if left == right => (left, x + y),
        (Subtract, ..) if left == right => (left, x - y),
        (Multiply, any, Number) => (any, x * y),
        (Multiply, Number, any) => (any, x * y),
        (Multiply, Duration, Rate) | (Multiply, Rate, Duration) => (Number, x * y / NANOS),
        (Divide, ..) if left == right => (Number, x / y),
        (Divide, any, Number) => (any, x / y),
        (Divide, Number, Duration) => (Rate, x * NANOS / y),
        (Divide, Number, Rate) => (Duration, x * NANOS / y),
        _ => return None,
    })
}

fn mismatch(operator: Operator, left: &Value, right: &Value) -> ValueError {
    let (sign, left_is, right_is) = (operator.sign(), left.described(), right.described());
    let error = ValueError::whole(format!("{left_is} {sign} {right_is} has no meaning"));
    let sum = matches!(operator, Operator::Add | Operator::Subtract);
    match (left, right) {
        (Value::Number(number), Value::Duration(_))
        | (Value::Duration(_), Value::Number(number))
            if sum =>
        {
            let number = shown(*number);
            error.suggesting(format!("{number} has no unit: write {number} ms"))
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Files, Params};
    use super::super::{NoScope, parse};
    use super::*;

    fn value(text: &str) -> Result<Value, ValueError> {
        parse(text).and_then(|expr| expr.eval(&NoScope))
    }

    #[test]
    fn operations_keep_the_dimensions_of_physics() {
        use Value::{Duration, Number, Rate, Size};
        for (text, expected) in [
            ("1 + 2 * 3", Number(7.0)),
            ("(1 + 2) * 3", Number(9.0)),
            ("7 - 2 - 1", Number(4.0)),
            ("8 / 2 / 2", Number(2.0)),
            ("-2 * -3", Number(6.0)),
            ("2 - -1", Number(3.0)),
            ("80 ms / 1 ms", Number(80.0)),
            ("2 * 3 ms", Duration(6e6)),
            ("3 ms * 2", Duration(6e6)),
            ("3 ms / 2", Duration(1.5e6)),
            ("1 ms + 500 us", Duration(1.5e6)),
            ("1 / 2 ms", Rate(500.0)),
            ("150/s", Rate(150.0)),
            ("9000/min", Rate(150.0)),
            ("36/h", Rate(0.01)),
            ("2/ms", Rate(2000.0)),
            ("150 / s * 2", Rate(300.0)),
            ("150/s * 80 ms", Number(12.0)),
            ("80 ms * 150/s", Number(12.0)),
            ("30 / (150/s)", Duration(2e8)),
            ("300/s / (150/s)", Number(2.0)),
            ("1 GB / 1 MB", Number(1000.0)),
            ("2 * 40 MiB + 1 KiB", Size(83_887_104.0)),
            ("10 %", Number(0.1)),
            ("100 % - 2.5 %", Number(0.975)),
            ("(2 + 3) ms", Duration(5e6)),
            ("3 \u{b5}s", Duration(3e3)),
            ("3 \u{3bc}s", Duration(3e3)),
            ("1 d", Duration(8.64e13)),
            ("0 s", Duration(0.0)),
        ] {
            assert_eq!(value(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn distributions_are_scaled_by_fixed_values() {
        let dist = |dimension, dist| Ok(Value::Dist { dimension, dist });
        let exponential = Dist::exponential;
        for (text, expected) in [
            ("2 * exp(3 ms)", dist(Dimension::Duration, exponential(6e6))),
            ("exp(3 ms) * 2", dist(Dimension::Duration, exponential(6e6))),
            ("exp(3 ms) / 2", dist(Dimension::Duration, exponential(1.5e6))),
            ("exp(3) * 1 ms", dist(Dimension::Duration, exponential(3e6))),
            ("exp(3) ms", dist(Dimension::Duration, exponential(3e6))),
            ("exp(3 ms) / 1 ms", dist(Dimension::Number, exponential(3.0))),
            ("exp(3 ms) * 500/s", dist(Dimension::Number, exponential(1.5))),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn what_has_no_meaning_is_refused_with_its_place() {
        for (text, at, message) in [
            ("1 ms + 2", "1 ms + 2", "a duration + a plain number has no meaning"),
            ("3 * (1 ms * 1 ms)", "1 ms * 1 ms", "a duration * a duration"),
            ("1 GB/s", "1 GB/s", "a size / a duration"),
            ("5 + (1 ms - 2 ms) / 1 ms", "1 ms - 2 ms", "below zero"),
            ("-(3 ms)", "-(3 ms)", "cannot be negative"),
            ("1 / 0", "1 / 0", "division by zero"),
            ("1 / (2 - 2)", "1 / (2 - 2)", "division by zero"),
            ("exp(1 ms) / 0", "exp(1 ms) / 0", "division by zero"),
            ("1e308 * 10", "1e308 * 10", "not a finite number"),
            ("1e999", "1e999", "not a finite number"),
            ("1e308 s", "1e308 s", "not a finite number"),
            ("exp(1 ms) + exp(2 ms)", "exp(1 ms) + exp(2 ms)", "sum of independent draws"),
            ("exp(1 ms) + 1 ms", "exp(1 ms) + 1 ms", "sum of independent draws"),
            ("exp(1 ms) * exp(2)", "exp(1 ms) * exp(2)", "product of two distributions"),
            ("exp(1 ms) * (0 - 2)", "exp(1 ms) * (0 - 2)", "below zero"),
            ("exp(1 ms) * 1e200", "exp(1 ms) * 1e200", "without bounds"),
            ("1 / exp(1 ms)", "1 / exp(1 ms)", "has no meaning"),
            ("exp(1) * 1 GB", "exp(1) * 1 GB", "distribution of size"),
            ("(1 ms) ms", "(1 ms) ms", "a unit after a duration"),
            ("\"80 ms\"", "\"80 ms\"", "a text does not fit"),
        ] {
            let error = value(text).unwrap_err();
            assert!(error.message.contains(message), "{text}: {error}");
            // A parenthesis belongs to what it encloses.
            let spot = text[error.span.clone()].trim_matches(['(', ')']);
            assert_eq!(spot, at.trim_matches(['(', ')']), "{text}: {error}");
        }
    }

    #[test]
    fn zero_has_no_sign() {
        for text in ["-0", "0 * -1", "0 / -1"] {
            let number = parse(text).unwrap().read(&NoScope, Value::number).unwrap();
            assert!(number == 0.0 && number.is_sign_positive(), "{text}");
        }
        let dist = parse("exp(1 ms) * -0").unwrap().read(&NoScope, Value::duration_dist).unwrap();
        assert!(dist.mean().is_sign_positive());
    }

    #[test]
    fn parameters_stand_for_their_values_inside_distributions_too() {
        let params = Params(vec![
            ("cpu", Ok(Value::Duration(1e6))),
            ("beta_target", Ok(Value::Number(80.0))),
            ("n", Ok(Value::Number(3.0))),
            ("bad", Err("`bad` refers to itself".to_owned())),
        ]);
        let value = |text: &str| parse(text).unwrap().eval(&params);
        let expected = Value::Dist { dimension: Dimension::Duration, dist: Dist::exponential(8e7) };
        assert_eq!(value("exp($beta_target * $cpu)"), Ok(expected));
        assert_eq!(value("$n ms"), Ok(Value::Duration(3e6)));
        assert_eq!(value("$n / s"), Ok(Value::Rate(3.0)));
        for (text, message, suggestion) in [
            ("$bad", "`bad` refers to itself", None),
            ("$beta_targe", "not defined", Some("did you mean `$beta_target`?")),
            ("$n-1", "not defined", Some("for a difference write `$n - 1`")),
            ("$zebra", "not defined", Some("define `zebra` in [params]")),
            ("$cpu ms", "a unit after a duration", Some("leave out `ms`")),
        ] {
            let error = value(text).unwrap_err();
            assert!(error.message.contains(message), "{text}: {error}");
            assert_eq!((error.suggestion.as_deref(), error.span), (suggestion, 0..text.len()));
        }
    }

    #[test]
    fn a_file_is_read_by_the_scope_and_scaled_by_the_unit() {
        let text = "empirical('latency.csv', column = 'ms', unit = 'ms')";
        let dist = parse(text).unwrap().read(&Files, Value::duration_dist).unwrap();
        assert_eq!((dist.quantile(0.0), dist.quantile(1.0)), (1e6, 9e6));
    }
}
