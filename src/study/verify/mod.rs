//! The simulator held against the textbooks: every case is simulated here and now, each deviation
//! told in standard errors.
//!
//! A [`Case`] is a model built in code with the exact value of some of its figures, by closed form
//! or from [`crate::theory`]. [`verify`] runs the whole [`table`]; [`check`] runs any cases. What
//! has no randomness must come out to the last digit; the rest is judged by one limit on the
//! deviation, chosen so that a simulator without error exceeds it anywhere in the table with less
//! than one seed in a thousand ([`judge`]).

pub mod build;
pub mod case;
pub mod judge;
pub mod measure;
mod report;
pub mod table;

pub use case::{Case, Expected, Figure, Length};
pub use measure::Measure;
pub use report::{Report, Row, Verdict};

use std::sync::Arc;

use rayon::prelude::*;

use crate::engine::Key;
use crate::simulation::{Control, Setup, Stop, Window, replicate};
use crate::study::Failure;
use crate::study::sample::Sample;
use crate::units::Span;

/// A window is at least as long as so many warm-ups, each of twelve relaxation times.
const WARMUPS: u64 = 4;

/// How the cases are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The seed; every case draws from a stream of its own under it.
    pub seed: u64,
    /// Independent replications of each case with randomness, at least 2.
    pub replications: u32,
    /// Requests in the window of a replication, about; more where a queue is slow to change.
    pub requests: u64,
    /// Cores to use; all by default.
    pub jobs: Option<usize>,
}

impl Options {
    /// A table of a few seconds, that sees errors of some percent: for tests.
    pub const SHORT: Self = Self { seed: 42, replications: 20, requests: 5_000, jobs: None };
}

impl Default for Options {
    /// 40 replications of 40 000 requests: standard errors down to 0.05 %.
    fn default() -> Self {
        Self { seed: 42, replications: 40, requests: 40_000, jobs: None }
    }
}

/// Runs the whole table.
///
/// The same options give the same report to the last bit, with any number of jobs.
///
/// # Errors
///
/// As [`check`].
///
/// ```
/// use iowait::study::verify::{self, Options, build::*, Case, Measure};
/// use iowait::model::Scheduling;
///
/// // Four jobs of 3 ms on one core, one after the other: the last ends at 12 ms.
/// let jobs = Case::batch("four jobs", "by hand", 4, vec![cpu(ms(3.0))], workers(1))
///     .on(1, Scheduling::Fifo)
///     .exactly(Measure::Makespan, 0.012);
/// let report = verify::check(&[jobs], &Options::SHORT, &Default::default()).unwrap();
/// assert!(report.passed());
/// ```
pub fn verify(options: &Options, control: &Control) -> Result<Report, Failure> {
    check(&table::cases(), options, control)
}

/// Runs these cases.
///
/// # Errors
///
/// [`Failure::Limit`] where a replication goes on beyond all bounds, [`Failure::Interrupted`] where
/// `control` was cancelled.
pub fn check(cases: &[Case], options: &Options, control: &Control) -> Result<Report, Failure> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.jobs.unwrap_or(0))
        .build()
        .map_err(|error| Failure::Limit(format!("cannot start threads: {error}")))?;
    let jobs: Vec<Job> = (0_u64..)
        .zip(cases)
        .flat_map(|(place, case)| {
            let setup = Arc::new(setup(case, options.seed, place));
            (0..replications(case, options)).map(move |number| Job {
                case,
                setup: Arc::clone(&setup),
                number,
            })
        })
        .collect();
    control.plan(jobs.len() as u64);
    let found: Vec<Vec<Option<f64>>> = pool.install(|| {
        jobs.par_iter().map(|job| job.run(options, control)).collect::<Result<_, Failure>>()
    })?;
    let mut found = found.into_iter();
    let values: Vec<Vec<_>> = cases
        .iter()
        .map(|case| found.by_ref().take(replications(case, options) as usize).collect())
        .collect();
    Ok(report::report(cases, &values, options))
}

/// One replication says all where nothing is left to chance.
fn replications(case: &Case, options: &Options) -> u32 {
    if case.is_deterministic() { 1 } else { options.replications.max(2) }
}

/// A case made ready, with a seed of its own so that two cases never share their luck.
fn setup(case: &Case, seed: u64, place: u64) -> Setup {
    let mut model = case.model.clone();
    model.run.seed = Key::new(seed).part(place).stream(0).below(u64::MAX);
    Setup::new(&model, &case.runtime)
}

/// One replication of one case.
struct Job<'a> {
    case: &'a Case,
    setup: Arc<Setup>,
    number: u32,
}

impl Job<'_> {
    /// The figures of the replication, in the case's order.
    fn run(&self, options: &Options, control: &Control) -> Result<Vec<Option<f64>>, Failure> {
        let window = self.case.window(options.requests);
        let found = replicate(&self.setup, self.number, window, control);
        control.finish_one();
        match &found.stop {
            Stop::Closed | Stop::Drained => {}
            Stop::Interrupted => return Err(Failure::Interrupted),
            Stop::Deadlock(words) | Stop::Limit(words) => {
                return Err(Failure::Limit(format!("{}: {words}", self.case.name)));
            }
        }
        let sample = Sample::of(&self.setup, &found, &[]);
        let figures = self.case.figures.iter();
        Ok(figures.map(|figure| figure.measure.read(&sample, &found)).collect())
    }
}

impl Case {
    /// The window of its replications.
    #[must_use]
    pub fn window(&self, requests: u64) -> Window {
        match self.length {
            Length::Whole => Window::WHOLE,
            Length::Fixed { warmup, window } => {
                Window { warmup, requests: 0, duration: Some(window) }
            }
            Length::Steady { warmup, rate_rps } => {
                // Of a fixed time: a time average over it is not biased, as one up to the n-th
                // request is. And never so short that a few excursions of a slow queue make it: the
                // means of replications would not be normal.
                let asked = Span::from_seconds(requests as f64 / rate_rps);
                let window = asked.max(Span(warmup.0.saturating_mul(WARMUPS)));
                Window { warmup, requests: 0, duration: Some(window) }
            }
        }
    }
}
