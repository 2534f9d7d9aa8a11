//! What the points of a sweep took and how narrow their intervals are, for captions.

use serde::Deserialize;

use crate::study::result::{self, Effort, Outcome};

/// What captions need of one point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gist {
    /// Replications run.
    pub replications: u32,
    /// What was thrown away before each window of the base model.
    pub warmup_s: f64,
    /// The widest half of an interval of a throughput over its value.
    pub precision: Option<f64>,
}

impl Gist {
    /// That of an outcome.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Self {
        let scenarios = outcome.scenarios.iter().flat_map(|scenario| &scenario.runtimes);
        let all = outcome.runtimes.iter().chain(scenarios);
        Self {
            replications: outcome.replications,
            warmup_s: if outcome.warmup_s.is_finite() { outcome.warmup_s } else { 0.0 },
            precision: widest(all.map(|runtime| Estimate::of(&runtime.throughput_rps))),
        }
    }

    /// That of a point's JSON.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn read(json: &str) -> serde_json::Result<Self> {
        let Point { result } = serde_json::from_str(json)?;
        let scenarios = result.scenarios.iter().flat_map(|scenario| &scenario.runtimes);
        let all = result.runtimes.iter().chain(scenarios);
        Ok(Self {
            replications: result.replications,
            warmup_s: result.warmup_s.unwrap_or(0.0),
            precision: widest(all.map(|runtime| runtime.throughput_rps)),
        })
    }
}

fn widest(estimates: impl Iterator<Item = Estimate>) -> Option<f64> {
    estimates.filter_map(|estimate| estimate.precision()).reduce(f64::max)
}

/// What the points so far took, and the widest half of an interval of a throughput over its value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Made {
    /// Replications and warm-ups; `None` without a point.
    pub effort: Option<Effort>,
    /// The widest.
    pub precision: Option<f64>,
}

impl Made {
    /// One more point.
    pub fn add(&mut self, point: &Gist) {
        self.effort = Some(Effort::and(self.effort, point.replications, point.warmup_s));
        self.precision = self.precision.into_iter().chain(point.precision).reduce(f64::max);
    }
}

/// What of a point's JSON is looked at.
#[derive(Deserialize)]
struct Point {
    result: Study,
}

#[derive(Deserialize)]
struct Study {
    replications: u32,
    warmup_s: Option<f64>,
    runtimes: Vec<Runtime>,
    scenarios: Vec<Scenario>,
}

#[derive(Deserialize)]
struct Scenario {
    runtimes: Vec<Runtime>,
}

#[derive(Deserialize)]
struct Runtime {
    throughput_rps: Estimate,
}

#[derive(Clone, Copy, Deserialize)]
struct Estimate {
    value: Option<f64>,
    ci95: Option<[f64; 2]>,
}

impl Estimate {
    /// As it would be read from JSON, so that a sweep that was gone on with tells the same to the last
    /// digit.
    fn of(found: &result::Estimate) -> Self {
        let Some((value, [low, high])) = found.value.zip(found.ci95) else {
            return Self { value: None, ci95: None };
        };
        let again = |number: f64| {
            let text = serde_json::to_string(&number).ok()?;
            serde_json::from_str::<Option<f64>>(&text).ok()?
        };
        let ci95 = again(low).zip(again(high)).map(|(low, high)| [low, high]);
        Self { value: again(value), ci95 }
    }

    fn precision(&self) -> Option<f64> {
        let (value, [low, high]) = (self.value?, self.ci95?);
        Some((high - low) / 2.0 / value).filter(|width| width.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture;
    use super::super::point_json;
    use super::*;

    #[test]
    fn a_point_that_is_read_again_says_the_same_as_when_it_was_made() {
        let mut outcome = fixture::with_scenario();
        // Seventeen digits, which a reader of JSON may round otherwise than they were written.
        outcome.runtimes[0].throughput_rps = result::Estimate {
            ci95: Some([1_234.567_890_123_456_7 - 0.1 / 3.0, 1_234.567_890_123_456_7 + 7.0 / 3.0]),
            ..result::Estimate::exactly(1_234.567_890_123_456_7)
        };
        let made = Gist::of(&outcome);
        assert_eq!(Gist::read(&point_json(&[], &outcome).unwrap()).unwrap(), made);
        assert!(made.precision.is_some_and(|widest| widest > 0.0), "{made:?}");
    }

    #[test]
    fn points_are_gathered_from_the_least_to_the_most() {
        let mut made = Made::default();
        let point = |replications, warmup_s, precision| Gist { replications, warmup_s, precision };
        for point in [point(3, 2.0, None), point(5, 1.0, Some(0.25)), point(4, 1.5, Some(0.125))] {
            made.add(&point);
        }
        assert_eq!(made.effort, Some(Effort { replications: [3, 5], warmup_s: [1.0, 2.0] }));
        assert_eq!(made.precision, Some(0.25));
    }
}
