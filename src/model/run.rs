//! `[run]`: how long, how often, with which seed, against which baseline.

use crate::units::Span;

/// How a model is run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSpec {
    /// Ends of requests (of any kind) in each replication's window; ignored with `duration`.
    pub requests: u64,
    /// The window as a length of time instead.
    pub duration: Option<Span>,
    /// What is thrown away before the window.
    pub warmup: Warmup,
    /// Independent replications, at least 1.
    pub replications: u32,
    /// Stop adding replications when throughput, mean and p99 are this narrow (relative half-width).
    pub precision: Option<f64>,
    /// At most this many with `precision`.
    pub max_replications: u32,
    /// The seed of all randomness.
    pub seed: u64,
    /// The place in `Model::runtimes` that gains are relative to.
    pub baseline: usize,
    /// Objectives that decide the exit status.
    pub slo: Vec<Objective>,
}

/// What is thrown away before the measuring window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warmup {
    /// Pilot replications and MSER-5.
    Auto,
    /// A given time.
    Fixed(Span),
}

/// One objective: `METRIC <= VALUE` or `METRIC >= VALUE`.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// As written: `p99 <= 200 ms`.
    pub text: String,
    /// A metric name (`p99`, `search.p99`, `throughput`, `errors`, …).
    pub metric: String,
    /// At most, or at least.
    pub at_most: bool,
    /// The threshold in the metric's base unit: seconds, per second, bytes, or a plain number.
    pub threshold: f64,
}

impl Default for RunSpec {
    fn default() -> Self {
        Self {
            requests: 100_000,
            duration: None,
            warmup: Warmup::Auto,
            replications: 10,
            precision: None,
            max_replications: 200,
            seed: 42,
            baseline: 0,
            slo: Vec::new(),
        }
    }
}
