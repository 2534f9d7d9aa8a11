//! A metric's figure in an outcome, and what the formula says of it.

use crate::model::metric::percentile;
use crate::study::result::{Estimate, ResponseTimes, RuntimeResult};

/// The metric of a runtime in its base unit; [`Estimate::NONE`] where the outcome has none.
pub fn of(runtime: &RuntimeResult, metric: &str) -> Estimate {
    let part = |name: &str| runtime.utilization.get(name).copied().flatten().unwrap_or_default();
    if metric.starts_with("resource.") {
        return part(metric);
    }
    if let Some((class, name)) = metric.split_once('.') {
        let class = runtime.classes.iter().find(|other| other.name == class);
        return class.map_or(Estimate::NONE, |class| match name {
            "throughput" => class.throughput_rps,
            name => response(&class.response_s, name),
        });
    }
    let known = |value: Option<f64>| Estimate { value, ..Estimate::NONE };
    let share = |of: fn(&crate::study::result::RequestCounts) -> u64| {
        let ended = runtime.counts().ended();
        known((ended > 0).then(|| of(&runtime.counts()) as f64 / ended as f64))
    };
    match metric {
        "throughput" => runtime.throughput_rps,
        "accept_wait" => runtime.accept_wait_s.mean,
        "in_flight" => runtime.in_flight.mean,
        "cpu" | "cpu_useful" | "workers" | "loop" => part(metric),
        "loop_lag_p99" => runtime.loop_lag_s.map_or(Estimate::NONE, |lag| lag.p99),
        "memory" => known(runtime.memory_bytes.peak.map(|bytes| bytes as f64)),
        "makespan" => runtime.makespan_s.unwrap_or_default(),
        "errors" => share(|counts| counts.ended() - counts.completed),
        "refused" => share(|counts| counts.refused),
        "timed_out" => share(|counts| counts.timed_out),
        "failed" => share(|counts| counts.failed),
        "cost_per_hour" => known(runtime.cost.per_hour),
        "cost_per_million" => runtime.cost.per_million.unwrap_or_default(),
        "gain" => runtime.gain.simulated,
        "gain_over_formula" => known(runtime.gain.over_formula),
        name => response(&runtime.response_s, name),
    }
}

fn response(times: &ResponseTimes, name: &str) -> Estimate {
    let shares = [
        (0.5, times.p50),
        (0.75, times.p75),
        (0.9, times.p90),
        (0.95, times.p95),
        (0.99, times.p99),
        (0.999, times.p999),
    ];
    match (name, percentile(name)) {
        ("mean", _) => times.mean,
        ("max", _) => times.max,
        (_, Some(share)) => {
            shares.iter().find(|(known, _)| *known == share).map_or(Estimate::NONE, |(_, e)| *e)
        }
        _ => Estimate::NONE,
    }
}

/// The ratio of two figures of one scenario. Throughputs over the baseline's have the paired
/// interval of the gain; other ratios one from both intervals as if they were independent, which is
/// too wide rather than too narrow, for both met the same requests.
pub fn ratio(own: &RuntimeResult, base: &RuntimeResult, baseline: &str, metric: &str) -> Estimate {
    if metric == "throughput" && base.name == baseline && own.makespan_s.is_none() {
        return own.gain.simulated;
    }
    let (above, below) = (of(own, metric), of(base, metric));
    let Some(value) = above.value.zip(below.value).map(|(a, b)| a / b).filter(|v| v.is_finite())
    else {
        return Estimate::NONE;
    };
    let relative = |e: &Estimate| Some(e.half_width()? / e.value?.abs());
    let half = relative(&above)
        .zip(relative(&below))
        .map(|(a, b)| value.abs() * libm::sqrt(a * a + b * b))
        .filter(|half| half.is_finite());
    Estimate { value: Some(value), ci95: half.map(|h| [value - h, value + h]), ..Estimate::NONE }
}

/// What `1 + T_io/T_cpu` says of a metric: the gain itself, or the baseline's simulated figure times
/// the gain. Of everything else, and of the baseline, it says nothing.
pub fn by_formula(
    own: &RuntimeResult,
    relative_to: Option<&RuntimeResult>,
    baseline: &RuntimeResult,
    metric: &str,
) -> Option<f64> {
    if own.name == baseline.name {
        return None;
    }
    let gain = own.gain.formula?;
    if metric == "gain" {
        return relative_to.is_none().then_some(gain);
    }
    // The baseline's own formula is 1.
    let over = relative_to.map_or(Some(1.0), |base| base.gain.formula)?;
    let unit = || match relative_to {
        Some(_) => Some(1.0),
        None => of(baseline, metric).value,
    };
    match metric {
        "throughput" => Some(unit()? * gain / over),
        "makespan" => Some(unit()? * over / gain),
        _ => None,
    }
}
