//! Metrics by name: the figure of one replication that an objective asks for.

use crate::model::metric::percentile;
use crate::simulation::{Replication, Setup};

use super::sample::Sample;

/// The metric's value in its base unit; `None` where it has none, or waits for the comparison
/// (`gain`, costs).
pub fn of_replication(
    setup: &Setup,
    found: &Replication,
    sample: &Sample,
    name: &str,
) -> Option<f64> {
    if let Some(resource) = name.strip_prefix("resource.") {
        let place = setup.resources.iter().position(|other| other.name == resource)?;
        return sample.resources.get(place).copied();
    }
    let (class, name) = match name.split_once('.') {
        Some((class, name)) => (setup.class_names.iter().position(|other| other == class), name),
        None => (None, name),
    };
    if let Some(share) = percentile(name) {
        return response_percentile(found, class, share);
    }
    let ended = found.counts.ended();
    let share = |count: u64| (ended > 0).then(|| count as f64 / ended as f64);
    let (throughput, response) = match class {
        Some(class) => sample.class(class),
        None => (sample.throughput, &sample.response),
    };
    let is_loop = setup.workers() == 0;
    match name {
        "throughput" => throughput,
        "mean" => response.figures[0],
        "max" => response.figures[7],
        "accept_wait" => sample.parts.map(|parts| parts[crate::simulation::Part::Accept as usize]),
        "in_flight" => Some(sample.in_flight.0),
        "cpu" => Some(sample.cpu[0]),
        "cpu_useful" => Some(sample.cpu[1]),
        "workers" => (!is_loop).then_some(sample.width),
        "loop" => is_loop.then_some(sample.width),
        "loop_lag_p99" => sample.loop_lag[1],
        "memory" => Some(sample.memory.1 as f64),
        "makespan" => sample.makespan_s,
        "errors" => share(ended - found.counts.completed),
        "refused" => share(found.counts.refused),
        "timed_out" => share(found.counts.timed_out),
        "failed" => share(found.counts.failed),
        _ => None,
    }
}

/// A percentile in seconds among all ends: a request that did not complete is infinitely slow, so
/// that shedding load improves none.
fn response_percentile(found: &Replication, class: Option<usize>, share: f64) -> Option<f64> {
    let nanos = match class {
        Some(class) if !found.classes.is_empty() => {
            found.classes[class].quantile_among(share, found.class_ends[class])
        }
        _ => found.response.quantile_among(share, found.counts.ended()),
    };
    nanos.map(|nanos| nanos / 1e9)
}
