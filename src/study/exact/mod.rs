//! Which exact result of queueing theory applies to a model as it is written, and what breaks it.
//!
//! A wrong "exact" is worse than none: a rule stands here only where it can be proved against what
//! the simulator does, and everything else is an [`Obstacle`] in words. Rules go by the load:
//! closed loads are closed networks, open ones are queues with arrivals. Sources: BCMP
//! (Baskett, Chandy, Muntz and Palacios, Journal of the ACM 22, 1975) and Kelly, Reversibility and
//! Stochastic Networks (1979) for product form and insensitivity; the models themselves are in
//! [`theory`](crate::theory).
//!
//! | file | what it looks at |
//! | --- | --- |
//! | `system` | the model without what is absent; what no result survives |
//! | `turns` | what follows what: bursts without a wait between, turns without a burst |
//! | `gaps` | whether all waits between bursts are alike, so that the order of service is nothing |
//! | `service` | mean and variance of a whole request |
//! | `cores` | whether threads that share cores make a product-form station |
//! | `pools` | the same of resources |
//! | `crowd` | whether a limit ever binds |
//! | `stream`, `queue` | arrivals, and one queue that they come to |
//! | `closed`, `open` | the rules |
//! | `approximate` | what is near where nothing is exact |

mod approximate;
mod closed;
mod cores;
mod crowd;
mod gaps;
mod obstacle;
mod open;
mod pools;
mod queue;
pub(super) mod service;
mod stream;
mod system;
mod turns;

pub use approximate::{Approximation, approximate};
pub use obstacle::Obstacle;

use crate::model::{LoadKind, Model, Runtime};
use crate::theory::Predict;
use crate::units::Span;
use stream::Stream;
use system::System;

/// The probability below which a limit that might bind counts as absent.
const NEVER: f64 = 1e-12;

/// What theory says of a runtime of a model.
#[derive(Clone, Debug, PartialEq)]
pub enum Applies {
    /// A queueing model is exact.
    Exactly(Solution),
    /// None is, and this is the first reason found.
    Nothing(Obstacle),
}

/// An exact result in the steady state.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// The queueing model: `MVA`, `Erlang C`, ….
    pub method: &'static str,
    /// Why it is exact here, in one sentence.
    pub why: String,
    /// Completions per second.
    pub throughput_rps: f64,
    /// Mean response time, in seconds; `None` where only the throughput is known.
    pub response_mean_s: Option<f64>,
    /// Percentiles, where the model has them.
    pub percentiles: Option<Percentiles>,
}

/// Median and 99th percentile, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percentiles {
    /// Of the response.
    pub response_s: [f64; 2],
    /// Of the wait before the service.
    pub wait_s: [f64; 2],
}

impl Percentiles {
    fn of(solved: &impl Predict) -> Option<Self> {
        let pair = |of: &dyn Fn(f64) -> Option<f64>| Some([of(0.5)?, of(0.99)?]);
        Some(Self {
            response_s: pair(&|p| solved.response_percentile_s(p))?,
            wait_s: pair(&|p| solved.wait_percentile_s(p))?,
        })
    }
}

impl std::fmt::Display for Percentiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [p50, p99] = self.response_s.map(Span::from_seconds);
        let [wait_p50, wait_p99] = self.wait_s.map(Span::from_seconds);
        write!(f, "response p50 {p50}, p99 {p99}; wait p50 {wait_p50}, p99 {wait_p99}")
    }
}

impl Applies {
    /// The result, where there is one.
    #[must_use]
    pub const fn solution(&self) -> Option<&Solution> {
        match self {
            Self::Exactly(solution) => Some(solution),
            Self::Nothing(_) => None,
        }
    }

    /// Why a result is exact, or what breaks exactness: one sentence.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::Exactly(Solution { why, percentiles: Some(found), .. }) => {
                format!("{why}; {found}")
            }
            Self::Exactly(solution) => solution.why.clone(),
            Self::Nothing(obstacle) => obstacle.to_string(),
        }
    }
}

/// The exact result that applies to a runtime of a model, or what stands in the way of all.
///
/// Takes some milliseconds for a million clients.
#[must_use]
pub fn of(model: &Model, runtime: &Runtime) -> Applies {
    match solve(model, runtime) {
        Ok(solution) => Applies::Exactly(solution),
        Err(obstacle) => Applies::Nothing(obstacle),
    }
}

fn solve(model: &Model, runtime: &Runtime) -> Result<Solution, Obstacle> {
    let stream = match &model.load.kind {
        LoadKind::Closed { clients, think } => {
            return closed::solve(&System::of(model, runtime)?, *clients, think);
        }
        LoadKind::Poisson { rate } => Stream::poisson(rate.0),
        LoadKind::Constant { rate } => Stream::constant(rate.0),
        LoadKind::Batch { .. } => return Err(Obstacle::Batch),
        LoadKind::Bursty { .. } | LoadKind::Profile { .. } | LoadKind::Trace { .. } => {
            return Err(Obstacle::Arrivals(model.load.kind.keyword()));
        }
    };
    open::solve(&System::of(model, runtime)?, stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Load, Scheduling, Step};
    use crate::study::verify::Case;
    use crate::study::verify::build::{cpu, event_loop, exp_ms, io, threads, workers};
    use crate::units::Rate;

    fn of(steps: Vec<Step>, runtime: Runtime, scheduling: Scheduling) -> Solution {
        let load = Load::poisson(Rate(900.0));
        let case = Case::new("percentiles", "", load, steps, runtime).on(1, scheduling);
        super::of(&case.model, &case.runtime).solution().expect("it is exact").clone()
    }

    #[test]
    fn percentiles_are_those_of_the_exponential_response_in_order_of_arrival() {
        let burst = || vec![cpu(exp_ms(1.0))];
        for runtime in [workers(1), event_loop()] {
            let found = of(burst(), runtime, Scheduling::RoundRobin);
            let Percentiles { response_s, wait_s } = found.percentiles.expect("M/M/1 has them");
            // R is exponential of mean 10 ms; P(W > t) = 0.9 e^(-t / 10 ms).
            for (found, p) in response_s.into_iter().zip([0.5, 0.99]) {
                assert!((found / 0.01 + libm::log(1.0 - p)).abs() < 1e-9, "{found} {p}");
            }
            for (found, p) in wait_s.into_iter().zip([0.5, 0.99]) {
                assert!((found / 0.01 - libm::log(0.9 / (1.0 - p))).abs() < 1e-9, "{found} {p}");
            }
        }
        // Threads that take turns have the same mean in another order; a last wait is added to it.
        let in_turns = of(burst(), threads(5_000), Scheduling::RoundRobin);
        assert_eq!(in_turns.percentiles, None);
        assert!(of(burst(), threads(5_000), Scheduling::Fifo).percentiles.is_some());
        let steps = vec![cpu(exp_ms(1.0)), io(exp_ms(9.0))];
        assert_eq!(of(steps, event_loop(), Scheduling::Fifo).percentiles, None);
    }

    #[test]
    fn what_is_said_of_a_queue_has_its_percentiles() {
        let load = Load::poisson(Rate(900.0));
        let case = Case::new("words", "", load, vec![cpu(exp_ms(1.0))], workers(1));
        let words = super::of(&case.model, &case.runtime).why();
        let expected = "; response p50 6.93 ms, p99 46.1 ms; wait p50 5.88 ms, p99 45 ms";
        assert!(words.ends_with(expected), "{words}");
    }
}
