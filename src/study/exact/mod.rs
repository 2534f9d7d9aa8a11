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

mod closed;
mod cores;
mod crowd;
mod gaps;
mod obstacle;
mod open;
mod pools;
mod queue;
mod service;
mod stream;
mod system;
mod turns;

pub use obstacle::Obstacle;

use crate::model::{LoadKind, Model, Runtime};
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
