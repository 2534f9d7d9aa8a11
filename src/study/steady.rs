//! Whether a load can be sustained: a queue that grows without bound is said, not averaged.

use crate::model::{Model, Runtime};
use crate::simulation::Stop;
use crate::stats::Moments;
use crate::stats::interval::half_width95;

use super::capacity::Capacity;
use super::sample::Sample;
use super::workload::offered_rps;

/// Growth of the number at the server, for each attempt issued, that is taken for growth without
/// bound when the replications agree on it.
const GROWTH: f64 = 0.01;

/// Whether the runtime sustains its load; `None` without replications.
///
/// An open load that offers more than the capacity grows for certain, unless a limited backlog
/// sheds the rest. Where no formula knows the capacity (convoys, blocking calls, unequal loops) the
/// replications show it: the number at the server grows over the window, in all of them.
#[must_use]
pub fn is_steady(
    model: &Model,
    runtime: &Runtime,
    capacity: &Capacity,
    samples: &[Sample],
) -> Option<bool> {
    if samples.is_empty() {
        return None;
    }
    if samples.iter().any(|sample| matches!(sample.stop, Stop::Deadlock(_))) {
        return Some(false);
    }
    Some(!overloaded(model, runtime, capacity) && !grows(samples))
}

/// Whether an open load offers at least the capacity, and nothing sheds the rest.
#[must_use]
pub fn overloaded(model: &Model, runtime: &Runtime, capacity: &Capacity) -> bool {
    let sheds = runtime.backlog.is_some()
        || model
            .resources
            .iter()
            .any(|resource| resource.queue.is_some() || resource.timeout.is_some());
    !sheds && offered_rps(model).is_some_and(|offered| offered * (1.0 + 1e-12) >= capacity.rate())
}

fn grows(samples: &[Sample]) -> bool {
    let growth: Moments = samples
        .iter()
        .map(|sample| {
            let [start, end] = sample.in_server;
            (end as f64 - start as f64) / sample.counts.issued.max(1) as f64
        })
        .collect();
    let all_grew = samples.iter().all(|sample| sample.in_server[1] > 2 * sample.in_server[0] + 50);
    let half = half_width95(&growth).unwrap_or(0.0);
    all_grew && growth.mean().is_some_and(|mean| mean - half > GROWTH)
}
