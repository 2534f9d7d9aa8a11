//! What a reader must know of one runtime: deadlocks, too much memory, windows in which nothing came.

use crate::model::{Model, Runtime, RuntimeKind};
use crate::simulation::Stop;
use crate::study::sample::Sample;
use crate::study::workload::trimmed;

/// What a reader must know of one runtime before trusting a figure.
#[must_use]
pub fn warnings(model: &Model, runtime: &Runtime, samples: &[Sample]) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(words) = samples.iter().find_map(|sample| match &sample.stop {
        Stop::Deadlock(words) => Some(words),
        _ => None,
    }) {
        warnings.push(format!("deadlock: {words}; nothing can happen any more"));
    }
    let peak = samples.iter().map(|sample| sample.memory.1).max().unwrap_or(0);
    let each = match &runtime.kind {
        // Each instance is a host of its own.
        RuntimeKind::Serverless(kind) if peak > 0 => kind.memory.0,
        _ => peak / u64::from(runtime.instances),
    };
    if let Some(limit) = model.host.memory
        && each > limit.0
    {
        warnings.push(format!(
            "needs {} of memory where the host has {}",
            bytes(each),
            bytes(limit.0)
        ));
    }
    let nothing_came =
        |sample: &Sample| sample.counts.issued + sample.counts.in_flight_at_start == 0;
    if !samples.is_empty() && samples.iter().all(nothing_came) {
        warnings.push(
            "the load ended within the warm-up: nothing came in the window (run.warmup)".to_owned(),
        );
    } else if samples.iter().any(|sample| sample.window_s == 0.0) {
        warnings.push("its requests take no time at all: there is no rate to measure".to_owned());
    }
    warnings
}

fn bytes(count: u64) -> String {
    let count = count as f64;
    for (unit, size) in [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
        if count >= size as f64 {
            return format!("{} {unit}", trimmed(count / size as f64));
        }
    }
    format!("{count} B")
}
