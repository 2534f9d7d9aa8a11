//! Samples of one runtime to the estimates that its result shows.

use std::collections::BTreeMap;

use crate::model::{LoadKind, Model, Runtime, RuntimeKind};
use crate::simulation::{PARTS, RequestCounts, Setup};
use crate::stats::interval::{ends_of_windows, mean_ci95, sectioned_ci95, widened};

use super::result::{
    Breakdown, ClassResult, Cost, Estimate, LoopLag, MeanOnly, MeanPeak, ResponseTimes, Wasted,
};
use super::sample::{Responses, SHARES, Sample, curve_shares};

/// The mean of a figure over replications with its interval; nothing where any replication has
/// none.
#[must_use]
pub fn estimate(samples: &[Sample], of: impl Fn(&Sample) -> Option<f64>) -> Estimate {
    let Some(values) = samples.iter().map(of).collect::<Option<Vec<f64>>>() else {
        return Estimate::NONE;
    };
    if values.is_empty() {
        return Estimate::NONE;
    }
    let (mean, ci95) = mean_ci95(&values);
    if mean.is_finite() {
        Estimate { value: Some(mean), ci95, ..Estimate::NONE }
    } else {
        Estimate::NONE
    }
}

/// Completions per second, with what the ends of windows may cost in its interval.
#[must_use]
pub fn throughput(samples: &[Sample]) -> Estimate {
    let found = estimate(samples, |sample| sample.throughput);
    let Some((value, ci95)) = found.value.zip(found.ci95) else { return found };
    Estimate { ci95: widened(ci95, value * ends_of_windows(completed(samples))), ..found }
}

/// Requests completed in all windows.
#[must_use]
pub fn completed(samples: &[Sample]) -> u64 {
    samples.iter().map(|sample| sample.counts.completed).sum()
}

/// Counts, summed over replications.
#[must_use]
pub fn counts(samples: &[Sample]) -> RequestCounts {
    let mut sum = RequestCounts::default();
    samples.iter().for_each(|sample| sum.add(&sample.counts));
    sum
}

/// Response times over replications.
///
/// The interval of a percentile is set around that of all replications as one, for a percentile of
/// a short window is too low, and their mean with it.
#[must_use]
pub fn responses(samples: &[Sample], of: impl Fn(&Sample) -> &Responses) -> ResponseTimes {
    let mut points: Vec<(f64, u64)> =
        samples.iter().flat_map(|sample| of(sample).points.iter().copied()).collect();
    if samples.len() > 1 {
        // Each replication's are sorted: the stable sort merges such runs.
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    }
    let whole = quantiles(&points);
    let figure = |place: usize| estimate(samples, |sample| of(sample).figures[place]);
    let percentile = |place: usize| {
        let found = figure(place);
        let Some(value) = found.value else { return found };
        let sections: Vec<f64> =
            samples.iter().filter_map(|sample| of(sample).figures[place]).collect();
        let ci95 = sectioned_ci95(&sections, whole[place - 1] / 1e9);
        Estimate { ci95: ci95.map(|[low, high]| [low.min(value), high.max(value)]), ..found }
    };
    ResponseTimes {
        mean: figure(0),
        p50: percentile(1),
        p75: percentile(2),
        p90: percentile(3),
        p95: percentile(4),
        p99: percentile(5),
        p999: percentile(6),
        max: figure(7),
    }
}

/// The values that the [`SHARES`] of all do not exceed, among values with counts, ascending; NaN without
/// any.
fn quantiles(points: &[(f64, u64)]) -> [f64; SHARES.len()] {
    let total: u64 = points.iter().map(|point| point.1).sum();
    let (mut rest, mut seen) = (points.iter(), 0);
    let mut last = f64::NAN;
    SHARES.map(|share| {
        let rank = (total as f64 * share * (1.0 - 1e-12)).ceil() as u64;
        while seen < rank
            && let Some(&(value, count)) = rest.next()
        {
            seen += count;
            last = value;
        }
        last
    })
}

/// The distribution of the response time over replications, as far as every one of them knows it.
#[must_use]
pub fn distribution(samples: &[Sample]) -> Vec<(f64, Estimate)> {
    let figure =
        |place: usize| estimate(samples, |sample| sample.curve.get(place).copied().flatten());
    curve_shares()
        .enumerate()
        .map(|(place, share)| (share, figure(place)))
        .filter(|(_, estimate)| estimate.value.is_some())
        .collect()
}

/// The shortest response time in seconds, of all replications.
#[must_use]
pub fn response_min(samples: &[Sample]) -> Option<f64> {
    let least = samples.iter().filter_map(|sample| sample.response.points.first());
    least.map(|(nanos, _)| nanos / 1e9).min_by(f64::total_cmp)
}

/// Each request class; one alone has the response times of the `whole`.
#[must_use]
pub fn classes(setup: &Setup, samples: &[Sample], whole: &ResponseTimes) -> Vec<ClassResult> {
    let alone = setup.class_names.len() == 1;
    setup
        .class_names
        .iter()
        .enumerate()
        .map(|(place, name)| ClassResult {
            name: name.clone(),
            throughput_rps: estimate(samples, |sample| sample.class(place).0),
            response_s: if alone {
                *whole
            } else {
                responses(samples, |sample| sample.class(place).1)
            },
        })
        .collect()
}

/// Where the response time went.
#[must_use]
pub fn breakdown(samples: &[Sample], of: impl Fn(&Sample) -> Option<[f64; PARTS]>) -> Breakdown {
    use crate::simulation::Part;
    let part =
        |part: Part| estimate(samples, |sample| of(sample).map(|parts| parts[part as usize]));
    Breakdown {
        accept: part(Part::Accept),
        cpu_wait: part(Part::CpuWait),
        lock_wait: part(Part::LockWait),
        loop_wait: part(Part::LoopWait),
        executor_wait: part(Part::ExecutorWait),
        running: part(Part::Running),
        resource_wait: part(Part::ResourceWait),
        io: part(Part::Io),
    }
}

/// The wait before being taken.
#[must_use]
pub fn accept_wait(samples: &[Sample]) -> MeanOnly {
    MeanOnly { mean: breakdown(samples, |sample| sample.parts).accept }
}

/// Utilisation of cores, workers or loops, and resources.
#[must_use]
pub fn utilization(setup: &Setup, samples: &[Sample]) -> BTreeMap<String, Option<Estimate>> {
    let width = Some(estimate(samples, |sample| Some(sample.width)));
    let is_loop = matches!(setup.runtime.kind, RuntimeKind::EventLoop(_));
    let mut all = BTreeMap::from([
        ("cpu".to_owned(), Some(estimate(samples, |sample| Some(sample.cpu[0])))),
        ("cpu_useful".to_owned(), Some(estimate(samples, |sample| Some(sample.cpu[1])))),
        ("workers".to_owned(), width.filter(|_| !is_loop)),
        ("loop".to_owned(), width.filter(|_| is_loop)),
    ]);
    for (place, resource) in setup.resources.iter().enumerate() {
        let used = estimate(samples, |sample| sample.resources.get(place).copied());
        all.insert(format!("resource.{}", resource.name), Some(used));
    }
    all
}

/// How long ready tasks waited for their loop; `None` for other kinds.
#[must_use]
pub fn loop_lag(setup: &Setup, samples: &[Sample]) -> Option<LoopLag> {
    matches!(setup.runtime.kind, RuntimeKind::EventLoop(_)).then(|| LoopLag {
        mean: estimate(samples, |sample| sample.loop_lag[0]),
        p99: estimate(samples, |sample| sample.loop_lag[1]),
    })
}

/// Requests in flight.
#[must_use]
pub fn in_flight(samples: &[Sample]) -> MeanPeak {
    MeanPeak {
        mean: estimate(samples, |sample| Some(sample.in_flight.0)),
        peak: samples.iter().map(|sample| sample.in_flight.1).max(),
    }
}

/// Resident memory of all instances; no keys of the model give one, no figure.
#[must_use]
pub fn memory(samples: &[Sample]) -> MeanPeak {
    let peak = samples.iter().map(|sample| sample.memory.1).max().filter(|&peak| peak > 0);
    if peak.is_none() {
        return MeanPeak::default();
    }
    MeanPeak { mean: estimate(samples, |sample| Some(sample.memory.0)), peak }
}

/// Work for requests whose client had gone.
#[must_use]
pub fn wasted(samples: &[Sample]) -> Wasted {
    Wasted {
        requests: (!samples.is_empty()).then(|| samples.iter().map(|sample| sample.wasted.0).sum()),
        cpu_s: estimate(samples, |sample| Some(sample.wasted.1)),
    }
}

/// Serverless instances started, summed over replications; `None` for other kinds.
#[must_use]
pub fn cold_starts(samples: &[Sample]) -> Option<u64> {
    let each: Option<Vec<u64>> = samples.iter().map(|sample| sample.cold_starts).collect();
    each.filter(|each| !each.is_empty()).map(|each| each.iter().sum())
}

/// The makespan; `None` unless the load is a batch.
#[must_use]
pub fn makespan(model: &Model, samples: &[Sample]) -> Option<Estimate> {
    matches!(model.load.kind, LoadKind::Batch { .. })
        .then(|| estimate(samples, |sample| sample.makespan_s))
}

/// Cost in the model's currency.
#[must_use]
pub fn cost(runtime: &Runtime, samples: &[Sample]) -> Cost {
    let fixed = runtime.cost_per_hour.map(|each| each * f64::from(runtime.instances));
    let used = samples.first().is_some_and(|sample| sample.cost_of_use.is_some());
    if fixed.is_none() && !used {
        return Cost::default();
    }
    let of_hour = |sample: &Sample| fixed.unwrap_or(0.0) + sample.cost_of_use.unwrap_or(0.0);
    let per_hour =
        if used { estimate(samples, |sample| Some(of_hour(sample))).value } else { fixed };
    let per_million = estimate(samples, |sample| {
        let rate = sample.throughput.filter(|&rate| rate > 0.0);
        rate.map(|rate| of_hour(sample) / (rate * 3600.0) * 1e6)
    });
    Cost { per_hour, per_million: Some(per_million) }
}
