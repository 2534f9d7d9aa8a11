//! What `--vary` says: an axis of values for one name, and the grid that several axes span.

mod grid;
mod spec;

pub use grid::{Grid, MOST_POINTS, TooMany};
pub use spec::values;

use std::sync::Arc;

use crate::input::problem::{Place, Problem, Problems, Source};
use crate::input::value::{self, NoScope, Value, ValueError};

/// Who says so, in messages about the values of an axis.
pub const ORIGIN: &str = "--vary";

/// Name and value of each axis at one point of a grid.
pub type Point = [(String, String)];

/// A parameter, `beta` or a path, and the values that it takes, one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// A parameter of `[params]`, `beta`, or the path of a key.
    pub name: String,
    /// At least one, as people would write them.
    pub values: Vec<String>,
    /// Which of the values were reckoned from a range, and not written one by one.
    pub reckoned: Vec<bool>,
}

impl Axis {
    /// Reads `NAME=SPEC`: a list `1,2,4,8`, a range `1..10`, `0..100:21`, `0.1..100:log20`,
    /// `1..512x2`, or several of them with commas between.
    ///
    /// ```
    /// let axis = iowait::study::axis::Axis::parse("load.rate=800/s..1200/s:5").unwrap();
    /// assert_eq!(axis.values, ["800/s", "900/s", "1000/s", "1100/s", "1200/s"]);
    /// ```
    ///
    /// # Errors
    ///
    /// No name, no values, a range that leads nowhere, more values than [`MOST_POINTS`].
    pub fn parse(text: &str) -> Result<Self, Problems> {
        let refuse = |error: ValueError| {
            let source = Source { name: ORIGIN.to_owned(), text: Arc::from(text) };
            let place = Place::new(0, error.span.clone());
            Err(Problems::new(vec![source], vec![Problem::of_value(error).at(&place)]))
        };
        let Some((name, spec)) = text.split_once('=').filter(|(name, _)| !name.trim().is_empty())
        else {
            return refuse(ValueError::new("this varies nothing", 0..text.len()).expecting(
                "NAME=SPEC, as in load.clients=1..512x2, beta=0.1..100:log20 or host.cores=1,2,4",
            ));
        };
        let found = spec::values(spec).map_err(|mut error| {
            let start = name.len() + 1;
            error.span = start + error.span.start..start + error.span.end;
            error
        });
        match found {
            Err(error) => refuse(error),
            Ok(found) => {
                let (values, reckoned) = found.into_iter().unzip();
                Ok(Self { name: name.trim().to_owned(), values, reckoned })
            }
        }
    }

    /// The same with every reckoned value rounded to a whole number, each value once: what counts
    /// (clients, workers) takes no fractions. `None` where a value is no plain number.
    #[must_use]
    pub fn rounded(&self) -> Option<Self> {
        let mut whole = Self { name: self.name.clone(), values: vec![], reckoned: vec![] };
        for (text, &reckoned) in self.values.iter().zip(&self.reckoned) {
            let number: f64 = text.parse().ok()?;
            let text =
                if reckoned { format!("{:.0}", number.round_ties_even()) } else { text.clone() };
            if whole.values.last() != Some(&text) {
                whole.values.push(text);
                whole.reckoned.push(reckoned);
            }
        }
        Some(whole)
    }

    /// Whether a reckoned value is a fraction.
    #[must_use]
    pub fn has_fractions(&self) -> bool {
        let fraction =
            |text: &String| text.parse::<f64>().is_ok_and(|number| number.fract() != 0.0);
        self.values.iter().zip(&self.reckoned).any(|(text, &reckoned)| reckoned && fraction(text))
    }
}

/// The number in a value as people write it, in seconds, per second, bytes or plain; a
/// distribution stands for its mean. `None` for what is no value.
///
/// ```
/// use iowait::study::axis::number;
/// assert_eq!((number("80 ms"), number("1_000/s"), number("fifo")), (Some(0.08), Some(1000.0), None));
/// ```
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let seconds = |nanos: f64| nanos / crate::units::NANOS_PER_SECOND;
    match value::parse(text).and_then(|expr| expr.eval(&NoScope)).ok()? {
        Value::Duration(nanos) => Some(seconds(nanos)),
        Value::Rate(x) | Value::Size(x) | Value::Number(x) => Some(x),
        Value::Dist { dimension: value::Dimension::Duration, dist } => Some(seconds(dist.mean())),
        Value::Dist { dist, .. } => Some(dist.mean()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_is_a_name_and_its_values() {
        let axis = Axis::parse(" host.cores = 1, 2,4 ").unwrap();
        assert_eq!((axis.name.as_str(), axis.values.join(" ")), ("host.cores", "1 2 4".to_owned()));
        assert!(!axis.has_fractions());
    }

    #[test]
    fn what_is_no_axis_is_told_where() {
        for (text, head) in [
            ("beta", "--vary:1:1: this varies nothing"),
            ("=1..10", "--vary:1:1: this varies nothing"),
            ("beta=0..100:log20", "--vary:1:6: a logarithm never reaches 0"),
            ("load.clients=10..1", "--vary:1:14: this range begins above its end"),
        ] {
            let message = Axis::parse(text).unwrap_err().render(false);
            assert!(message.starts_with(head), "{message}");
        }
    }

    #[test]
    fn counts_are_rounded_and_each_stands_once() {
        let axis = Axis::parse("load.clients=1..100:log9").unwrap();
        assert!(axis.has_fractions());
        // 100^(k/8): 1 1.78 3.16 5.62 10 17.8 31.6 56.2 100.
        assert_eq!(axis.rounded().unwrap().values.join(" "), "1 2 3 6 10 18 32 56 100");
        let close = Axis::parse("x=1..3:5").unwrap();
        assert_eq!(close.values.join(" "), "1 1.5 2 2.5 3");
        assert_eq!(close.rounded().unwrap().values.join(" "), "1 2 3");
        assert!(Axis::parse("x=1 ms..2 ms:3").unwrap().rounded().is_none());
    }

    #[test]
    fn a_value_with_a_unit_is_a_number_too() {
        assert_eq!(number("10 %"), Some(0.1));
        assert_eq!(number("exp(4 ms)"), Some(0.004));
        assert_eq!(number("round-robin"), None);
    }
}
