//! Reads an objective: `p99 <= 200 ms`, `throughput >= 800/s`, and `p99=200ms` as flags write it.

use crate::input::value::{self, NoScope, Scope, ValueError};
use crate::model::metric::{self, Vocabulary};
use crate::model::{Model, Objective};

const EXPECTED: &str = "METRIC <= VALUE or METRIC >= VALUE, as in p99 <= 200 ms";

impl Objective {
    /// Reads `METRIC <= VALUE`, `METRIC >= VALUE`, or `METRIC=VALUE`, which means at most, and at
    /// least for `throughput`, `gain` and `gain_over_formula`.
    ///
    /// # Errors
    ///
    /// No comparison, an unknown metric, a value of another unit. Spans are bytes of `text`.
    pub fn parse(
        text: &str,
        vocabulary: Vocabulary<'_>,
        scope: &dyn Scope,
    ) -> Result<Self, ValueError> {
        let Some((at, sign)) = comparison(text) else {
            return Err(ValueError::new("this is no objective", 0..text.len()).expecting(EXPECTED));
        };
        let left = &text[..at];
        let name = left.trim();
        let name_start = left.len() - left.trim_start().len();
        let metric = vocabulary.metric(name).map_err(|error| shifted(error, name_start))?;
        let value_start = at + sign.len();
        let right = &text[value_start..];
        if right.trim().is_empty() {
            let error = ValueError::new("this objective has no value", 0..text.len());
            return Err(error.expecting(EXPECTED));
        }
        let threshold = value::parse(right)
            .and_then(|expr| metric::figure(&expr, scope, metric.unit))
            .map_err(|error| shifted(error, value_start))?;
        let at_most = match sign {
            "<=" => true,
            ">=" => false,
            _ => !metric.more_is_better,
        };
        let sign = if at_most { "<=" } else { ">=" };
        let text = format!("{name} {sign} {}", right.trim());
        Ok(Self { text, metric: name.to_owned(), at_most, threshold })
    }
}

impl Model {
    /// Reads an objective (`--slo p99=200ms`) in the names of this model.
    ///
    /// # Errors
    ///
    /// As [`Objective::parse`].
    pub fn parse_objective(&self, text: &str) -> Result<Objective, ValueError> {
        let classes: Vec<_> = self.requests.iter().map(|class| class.name.clone()).collect();
        let resources: Vec<_> = self.resources.iter().map(|one| one.name.clone()).collect();
        let vocabulary = Vocabulary { classes: &classes, resources: &resources };
        Objective::parse(text, vocabulary, &NoScope)
    }
}

/// The place and the sign of the comparison.
fn comparison(text: &str) -> Option<(usize, &'static str)> {
    let at = text.find(['<', '>', '='])?;
    let sign = ["<=", ">=", "="].into_iter().find(|sign| text[at..].starts_with(sign))?;
    let rest = &text[at + sign.len()..];
    (!rest.contains(['<', '>']) && !rest.starts_with('=')).then_some((at, sign))
}

fn shifted(mut error: ValueError, by: usize) -> ValueError {
    error.span = error.span.start + by..error.span.end + by;
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Objective, ValueError> {
        let (classes, resources) = (["search".to_owned()], ["db".to_owned()]);
        Objective::parse(text, Vocabulary { classes: &classes, resources: &resources }, &NoScope)
    }

    #[test]
    fn an_objective_is_a_metric_a_direction_and_a_threshold_in_base_units() {
        for (text, metric, at_most, threshold) in [
            ("p99 <= 200 ms", "p99", true, 0.2),
            ("search.p99 <= 1 s", "search.p99", true, 1.0),
            ("errors<=0.001", "errors", true, 0.001),
            ("p99=200ms", "p99", true, 0.2),
            ("gain=2", "gain", false, 2.0),
            ("gain <= 2", "gain", true, 2.0),
        ] {
            let objective = parse(text).expect(text);
            assert_eq!(objective.metric, metric, "{text}");
            assert_eq!(objective.at_most, at_most, "{text}");
            assert!((objective.threshold - threshold).abs() < 1e-12, "{text}");
        }
        assert_eq!(parse("p99=200ms").map(|o| o.text), Ok("p99 <= 200ms".to_owned()));
    }

    #[test]
    fn what_is_no_objective_is_refused_where_it_is_wrong() {
        for (text, span) in [
            ("p99", 0..3),
            ("p99 < 200 ms", 0..12),
            ("p99 == 200 ms", 0..13),
            ("p99 <=", 0..6),
            (" p9 <= 200 ms", 1..3),
            ("search.cpu <= 1", 7..10),
        ] {
            assert_eq!(parse(text).expect_err(text).span, span, "{text}");
        }
        let unit = parse("p99 <= 200").expect_err("no unit");
        assert!(unit.message.contains("no unit"), "{unit}");
        assert!(unit.span.start >= 6, "{unit:?}");
    }
}
