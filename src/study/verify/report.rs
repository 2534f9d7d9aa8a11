//! What came out of the cases: a row for each figure, and whether all is well.

use serde::Serialize;

use super::case::{Case, Expected, Figure};
use super::{Options, judge};

/// The table of a verification.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The program's version.
    pub iowait: String,
    /// The seed.
    pub seed: u64,
    /// Replications of each case with randomness.
    pub replications: u32,
    /// Requests in the window of each, about.
    pub requests: u64,
    /// How many cases there are.
    pub cases: usize,
    /// The deviation, in standard errors, beyond which a figure is off.
    pub limit_standard_errors: f64,
    /// The probability that a simulator without error fails the table, at most.
    pub family_error: f64,
    /// A row for each figure, those of a case together.
    pub rows: Vec<Row>,
}

impl Report {
    /// Whether no figure is off.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.rows.iter().all(|row| row.verdict != Verdict::Off)
    }

    /// The figures that are off.
    pub fn off(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.verdict == Verdict::Off)
    }

    /// The largest deviation, in standard errors; 0 without any.
    #[must_use]
    pub fn largest_deviation(&self) -> f64 {
        self.rows.iter().filter_map(|row| row.deviation).map(f64::abs).fold(0.0, f64::max)
    }
}

/// One figure of one case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The case.
    pub case: String,
    /// The kind of runtime: `sync-worker`, `thread-pool`, `event-loop`.
    pub runtime: &'static str,
    /// How cores are shared: `fifo`, `round-robin`, `processor-sharing`.
    pub scheduling: &'static str,
    /// What is measured, with its unit.
    pub metric: String,
    /// The exact value.
    pub exact: f64,
    /// The simulated one: the mean over replications; null where a replication had none.
    pub simulated: Option<f64>,
    /// Its standard error; null without randomness.
    pub standard_error: Option<f64>,
    /// `simulated − exact` in standard errors; null without randomness, or where it is infinite.
    pub deviation: Option<f64>,
    /// What that means.
    pub verdict: Verdict,
    /// Where the exact value comes from.
    pub source: &'static str,
}

/// What a deviation means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Equal to the last digits.
    Exact,
    /// No further off than chance explains.
    Agrees,
    /// Wrong.
    Off,
}

impl Verdict {
    /// The word for tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Agrees => "agrees",
            Self::Off => "OFF",
        }
    }
}

/// Judges the values of all cases: `values[case][replication][figure]`.
pub(super) fn report(
    cases: &[Case],
    values: &[Vec<Vec<Option<f64>>>],
    options: &Options,
) -> Report {
    let on_average = |figure: &&Figure| figure.expected == Expected::OnAverage;
    let figures = cases.iter().flat_map(|case| &case.figures).filter(on_average).count();
    let limit = judge::limit(figures, options.replications.max(2));
    let rows = cases
        .iter()
        .zip(values)
        .flat_map(|(case, values)| {
            (0..case.figures.len()).map(move |place| {
                let own: Option<Vec<f64>> = values.iter().map(|figures| figures[place]).collect();
                row(case, &case.figures[place], own.as_deref(), limit)
            })
        })
        .collect();
    Report {
        iowait: env!("CARGO_PKG_VERSION").to_owned(),
        seed: options.seed,
        replications: options.replications.max(2),
        requests: options.requests,
        cases: cases.len(),
        limit_standard_errors: limit,
        family_error: judge::FAMILY_ERROR,
        rows,
    }
}

fn row(case: &Case, figure: &Figure, values: Option<&[f64]>, limit: f64) -> Row {
    let mut row = Row {
        case: case.name.clone(),
        runtime: case.runtime.kind.keyword(),
        scheduling: case.model.host.scheduling.keyword(),
        metric: figure.measure.to_string(),
        exact: figure.exact,
        simulated: None,
        standard_error: None,
        deviation: None,
        verdict: Verdict::Off,
        source: case.source,
    };
    let Some(values) = values else { return row };
    match figure.expected {
        Expected::Exactly => {
            // The worst replication stands for all: one wrong is wrong.
            let far = |value: &f64| (value - figure.exact).abs();
            row.simulated = values.iter().copied().max_by(|a, b| far(a).total_cmp(&far(b)));
            if values.iter().all(|&value| judge::equal(value, figure.exact)) {
                row.verdict = Verdict::Exact;
            }
        }
        Expected::OnAverage => {
            let Some(found) = judge::deviation(values, figure.exact) else { return row };
            row.simulated = Some(found.mean);
            row.standard_error = Some(found.standard_error);
            row.deviation = Some(found.standard_errors).filter(|value| value.is_finite());
            if found.standard_errors.abs() <= limit {
                row.verdict = Verdict::Agrees;
            }
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::verify::Measure;
    use crate::study::verify::build::{cpu, ms, workers};

    fn case() -> Case {
        Case::batch("a job", "by hand", 1, vec![cpu(ms(1.0))], workers(1))
            .exactly(Measure::Makespan, 0.001)
            .expect(Measure::ResponseMean, 2.0)
    }

    fn verdicts(values: &[[Option<f64>; 2]]) -> Vec<Verdict> {
        let values = vec![values.iter().map(|figures| figures.to_vec()).collect()];
        let options = Options { replications: 3, ..Options::SHORT };
        let report = report(&[case()], &values, &options);
        assert_eq!(report.passed(), report.off().count() == 0);
        report.rows.iter().map(|row| row.verdict).collect()
    }

    #[test]
    fn what_is_exact_must_be_so_in_every_replication_and_the_rest_on_average() {
        use Verdict::{Agrees, Exact, Off};
        let good = Some(0.001);
        for (values, expected) in [
            ([[good, Some(1.9)], [good, Some(2.0)], [good, Some(2.2)]], [Exact, Agrees]),
            ([[good, Some(1.9)], [Some(0.002), Some(2.0)], [good, Some(2.2)]], [Off, Agrees]),
            ([[good, Some(3.0)], [good, Some(3.000_1)], [good, Some(3.0)]], [Exact, Off]),
            ([[good, Some(3.0)], [good, Some(3.0)], [good, Some(3.0)]], [Exact, Off]),
            ([[good, Some(2.0)], [good, None], [good, Some(2.0)]], [Exact, Off]),
        ] {
            assert_eq!(verdicts(&values), expected, "{values:?}");
        }
    }
}
