//! `ceil`, `floor`, `min`, `max`: functions of fixed values.

use super::super::read::whole;
use super::super::{Value, ValueError};
use super::{Arguments, Function, Takes};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "ceil",
        takes: Takes::Named(&["x"]),
        examples: &["ceil(2.5)"],
        make: |arguments| rounded(arguments, f64::ceil),
    },
    Function {
        name: "floor",
        takes: Takes::Named(&["x"]),
        examples: &["floor(2.5)"],
        make: |arguments| rounded(arguments, f64::floor),
    },
    Function {
        name: "min",
        takes: Takes::Any,
        examples: &["min(8, 2 * 3)", "min(1 ms, 2 ms)"],
        make: |arguments| extreme(arguments, f64::min),
    },
    Function {
        name: "max",
        takes: Takes::Any,
        examples: &["max(8, 2 * 3)", "max(1 ms, 2 ms)"],
        make: |arguments| extreme(arguments, f64::max),
    },
];

/// Rounding, but what is whole up to a few roundings stays: `ceil(10 * 1.1)` is 11, though the
/// product is a little more in binary.
fn rounded(arguments: &Arguments, round: fn(f64) -> f64) -> Result<Value, ValueError> {
    let number = arguments.plain("x")?;
    // Adding zero turns the -0 of ceil(-0.5) into 0.
    Ok(Value::Number(whole(number).unwrap_or_else(|| round(number)) + 0.0))
}

fn extreme(arguments: &Arguments, pick: fn(f64, f64) -> f64) -> Result<Value, ValueError> {
    let all = arguments.all()?;
    let Some((first, _)) = all.first() else {
        return Err(arguments.mistake("takes at least one argument"));
    };
    let dimension = first.dimension();
    let mut picked: Option<f64> = None;
    for (value, span) in &all {
        let Some(magnitude) = value.magnitude() else {
            return Err(ValueError::new(
                format!("{} of {}", arguments.function.name, value.described()),
                span.clone(),
            )
            .expecting("fixed values")
            .suggesting("the extreme of distributions is none of these families"));
        };
        if value.dimension() != dimension {
            let message = format!("{} beside {}", value.described(), first.described());
            return Err(
                ValueError::new(message, span.clone()).expecting(arguments.function.expected())
            );
        }
        picked = Some(picked.map_or(magnitude, |least| pick(least, magnitude)));
    }
    Ok(Value::fixed(dimension, picked.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::super::super::{NoScope, parse};
    use super::*;

    #[test]
    fn rounding_forgives_the_last_bits_and_nothing_more() {
        let number = |text: &str| parse(text).unwrap().read(&NoScope, Value::number).unwrap();
        for (text, expected) in [
            ("ceil(2.5)", 3.0),
            ("floor(2.5)", 2.0),
            ("ceil(10 * 1.1)", 11.0),
            ("floor(0.7 / 0.1)", 7.0),
            ("ceil(11.00001)", 12.0),
            ("ceil(-0.5)", 0.0),
            ("floor(-0.5)", -1.0),
            ("min(3, 1, 2)", 1.0),
            ("max(3, 1, 2)", 3.0),
            ("max(7)", 7.0),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn extremes_keep_the_dimension_and_refuse_what_has_no_order() {
        let value = |text: &str| parse(text).unwrap().eval(&NoScope);
        assert_eq!(value("max(1 ms, 2 us)"), Ok(Value::Duration(1e6)));
        assert_eq!(value("min(1/s, 2/s)"), Ok(Value::Rate(1.0)));
        for (text, at) in [
            ("min(1 ms, 2)", "2"),
            ("min(1 ms, exp(1 ms))", "exp(1 ms)"),
            ("min()", "min()"),
            ("ceil(1 ms)", "1 ms"),
        ] {
            let error = value(text).unwrap_err();
            assert_eq!(&text[error.span.clone()], at, "{error}");
        }
    }
}
