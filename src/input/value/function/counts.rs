//! `geometric(…)`, `poisson(…)`: distributions of counts (`uniform` of plain numbers is another).

use super::super::{Dimension, Value, ValueError};
use super::{Arguments, Function, Takes};
use crate::input::dist::{Dist, DistError};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "geometric",
        takes: Takes::Named(&["mean"]),
        examples: &["geometric(mean = 5)"],
        make: |arguments| count(arguments, Dist::geometric),
    },
    Function {
        name: "poisson",
        takes: Takes::Named(&["mean"]),
        examples: &["poisson(5)"],
        make: |arguments| count(arguments, Dist::poisson),
    },
];

fn count(
    arguments: &Arguments,
    of_mean: fn(f64) -> Result<Dist, DistError>,
) -> Result<Value, ValueError> {
    let dist = of_mean(arguments.plain("mean")?).map_err(|error| arguments.refused(&error))?;
    Ok(Value::Dist { dimension: Dimension::Number, dist })
}

#[cfg(test)]
mod tests {
    use super::super::super::{NoScope, parse};
    use super::*;

    #[test]
    fn counts_are_made_of_plain_numbers_alone() {
        let counts = |text: &str| parse(text).unwrap().read(&NoScope, Value::count_dist);
        assert_eq!(counts("40"), Ok(Dist::constant(40.0)));
        assert_eq!(counts("uniform(1, 10)"), Ok(Dist::uniform_count(1, 10).unwrap()));
        assert_eq!(counts("geometric(mean = 5)"), Ok(Dist::geometric(5.0).unwrap()));
        assert_eq!(counts("poisson(2.5)"), Ok(Dist::poisson(2.5).unwrap()));
        assert_eq!(counts("2 * poisson(5)"), Ok(Dist::poisson(5.0).unwrap().scale(2.0)));
        for text in ["2.5", "exp(5)", "poisson(5) / 2", "uniform(1 ms, 2 ms)", "-1", "1 ms"] {
            assert!(counts(text).is_err(), "{text}");
        }
        assert!(parse("poisson(5 ms)").unwrap().eval(&NoScope).is_err());
    }
}
