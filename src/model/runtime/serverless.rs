//! `serverless`: instances started on demand, one request at a time for each, billed by wall time.
//!
//! An instance is a copy of the host of its own: its request never waits for a core.

use crate::input::dist::Dist;
use crate::units::{Bytes, Span};

/// The keys of a `serverless` runtime.
#[derive(Clone, Debug, PartialEq)]
pub struct Serverless {
    /// Instances at once, at least 1.
    pub max_instances: u32,
    /// What the first request of an instance waits for it, in nanoseconds.
    pub cold_start: Dist,
    /// How long an idle instance stays; `None` is for ever.
    pub keep_alive: Option<Span>,
    /// Memory of an instance: what it takes, and what is billed.
    pub memory: Bytes,
    /// The price of 10^9 bytes for a second of a request, in the model's own currency.
    pub cost_per_gb_second: Option<f64>,
    /// The price of a request.
    pub cost_per_request: Option<f64>,
}

impl Serverless {
    /// Instances at once that a deployment may have where the model says nothing: the usual quota
    /// of an account.
    pub const USUAL_INSTANCES: u32 = 1_000;

    /// This many instances at most: no cold starts, never gone, free.
    #[must_use]
    pub const fn new(max_instances: u32) -> Self {
        Self {
            max_instances,
            cold_start: Dist::constant(0.0),
            keep_alive: None,
            memory: Bytes(0),
            cost_per_gb_second: None,
            cost_per_request: None,
        }
    }
}
