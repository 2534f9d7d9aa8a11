//! Whether a load can be sustained: a queue that grows without bound is said, not averaged.

use crate::model::{LoadKind, Model, Runtime};
use crate::simulation::Stop;
use crate::stats::Moments;
use crate::stats::interval::half_width95;

use super::capacity::Capacity;
use super::sample::Sample;
use super::workload::{fails_sometimes, offered_rps};

/// Growth of the number at the server, for each attempt issued, below which replications that all
/// grew may do so by chance or because they are slow to settle.
const GROWTH: f64 = 0.01;

/// The same for a single replication, which has no interval.
const GROWTH_OF_ONE: f64 = 0.1;

/// Whether the runtime sustains its load; `None` without replications.
///
/// Only an open load can pile up: clients of a closed one wait for their answers. It is known to
/// grow where it offers more than the capacity and nothing sheds the rest. Where no formula knows
/// (convoys, blocking calls, unequal loops, failures) the replications show it: the number at the
/// server grows over the second half of the window, so that filling up is not taken for growth.
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
    let judged = model.load.kind.is_open()
        && !matches!(model.load.kind, LoadKind::Profile { .. } | LoadKind::Trace { .. });
    Some(!judged || !(overloaded(model, runtime, capacity) || grows(samples)))
}

/// Whether an open load offers at least the capacity, and nothing sheds the rest: no backlog with a
/// limit, no step that fails, no resource that turns requests away.
#[must_use]
pub fn overloaded(model: &Model, runtime: &Runtime, capacity: &Capacity) -> bool {
    let sheds = runtime.backlog.is_some()
        || fails_sometimes(model, runtime)
        || model
            .resources
            .iter()
            .any(|resource| resource.queue.is_some() || resource.timeout.is_some());
    !sheds && offered_rps(model).is_some_and(|offered| offered * (1.0 + 1e-12) >= capacity.rate())
}

/// Whether the second halves of the windows agree that the number at the server grows.
fn grows(samples: &[Sample]) -> bool {
    let growth: Option<Moments> = samples
        .iter()
        .map(|sample| {
            let (there, issued) = sample.at_middle?;
            let later = sample.counts.issued.saturating_sub(issued).max(1);
            let growth = (sample.in_server[1] as f64 - there as f64) / later as f64;
            (growth > 0.0).then_some(growth)
        })
        .collect();
    let Some((growth, mean)) = growth.and_then(|all| all.mean().map(|mean| (all, mean))) else {
        return false;
    };
    match half_width95(&growth) {
        // Twice the half-width: a load that is sustained looks like this once in a thousand times.
        Some(half) => mean - 2.0 * half > GROWTH,
        None => mean > GROWTH_OF_ONE,
    }
}
