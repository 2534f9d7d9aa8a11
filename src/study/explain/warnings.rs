//! What a reader must know of one runtime: deadlocks, too much memory, windows in which nothing came
//! or too little to know a percentile by.

use crate::model::{Model, Runtime, RuntimeKind};
use crate::simulation::Stop;
use crate::stats::interval::independent;
use crate::study::capacity::Capacity;
use crate::study::result::Estimate;
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
    warnings.extend(few_spells(samples));
    warnings
}

/// That an open load's cheaper requests go on while the others pile up or are turned away, so that
/// more is done than could be of the mix as it comes.
#[must_use]
pub fn beyond_capacity(
    model: &Model,
    capacity: &Capacity,
    throughput: &Estimate,
) -> Option<String> {
    let low = throughput.ci95.map(|[low, _]| low).or(throughput.value)?;
    (model.load.kind.is_open() && low > capacity.rate() * (1.0 + 1e-9)).then(|| {
        format!(
            "it does more than it could of this mix of requests: the cheaper ones go on while those that {} \
             limits pile up or are turned away, so that its bound does not hold them",
            capacity.lowest().resource
        )
    })
}

/// Slow responses that a percentile must have beyond it, independent of each other, for its
/// interval to be what it says: as many as samples beyond it for its value to be shown.
const ENOUGH: f64 = 10.0;

/// The place of the p99 among the figures of a response.
const P99: usize = 5;

/// That slow responses come in spells, and too few of them came to know how the p99 varies.
fn few_spells(samples: &[Sample]) -> Option<String> {
    let figures: Option<Vec<f64>> =
        samples.iter().map(|sample| sample.response.figures[P99]).collect();
    let figures = figures.filter(|figures| figures.len() > 1)?;
    let p99_ns = figures.iter().sum::<f64>() / figures.len() as f64 * 1e9;
    let beyond: Vec<f64> = samples
        .iter()
        .map(|sample| {
            let slow = sample.response.points.iter().rev().take_while(|point| point.0 > p99_ns);
            slow.map(|point| point.1 as f64).sum()
        })
        .collect();
    let completed: u64 = samples.iter().map(|sample| sample.counts.completed).sum();
    // Where many responses equal the p99 none needs to be slower.
    if beyond.iter().sum::<f64>() < 0.005 * completed as f64 {
        return None;
    }
    let spells = independent(&beyond)?;
    (spells < ENOUGH).then(|| {
        format!(
            "its p99 rests on some {} independent spells of slow responses in {} replications, too few to know \
             how it varies: its interval may be too narrow (run.requests)",
            spells.round().max(1.0),
            samples.len()
        )
    })
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
