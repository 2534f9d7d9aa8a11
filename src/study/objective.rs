//! Objectives judged: a value meets one when its point estimate does.

use crate::model::Objective;

use super::estimate::estimate;
use super::result::{Estimate, RuntimeResult, SloResult};
use super::sample::Sample;

/// Every objective of the model for one runtime, the baseline's samples beside its own; those on
/// gains do not concern the baseline.
#[must_use]
pub fn judge(
    objectives: &[Objective],
    result: &RuntimeResult,
    is_baseline: bool,
    (samples, base): (&[Sample], &[Sample]),
) -> Vec<SloResult> {
    objectives
        .iter()
        .enumerate()
        // The baseline's gain is 1 by definition: nothing to judge.
        .filter(|(_, objective)| !(is_baseline && objective.metric.starts_with("gain")))
        .map(|(place, objective)| {
            let figure = figure(objective, place, result, samples);
            let met = figure.value.map(|value| {
                // A load that cannot be sustained has no percentile: it grows for as long as one waits.
                let holds = if objective.at_most {
                    value <= objective.threshold
                } else {
                    value >= objective.threshold
                };
                holds && !(result.steady == Some(false) && is_time(&objective.metric))
            });
            let each = each(objective, place, (samples, base));
            SloResult { objective: objective.text.clone(), met, figure, each }
        })
        .collect()
}

/// Whether a metric is a response time, which has no value under a load that grows without bound.
#[must_use]
pub fn is_time(metric: &str) -> bool {
    let name = metric.rsplit('.').next().unwrap_or(metric);
    matches!(name, "mean" | "max" | "accept_wait")
        || crate::model::metric::percentile(name).is_some()
}

/// The figure of each replication; none where one has none, or the metric is no mean of them.
fn each(objective: &Objective, place: usize, (own, base): (&[Sample], &[Sample])) -> Vec<f64> {
    let gain = |own: &Sample, base: &Sample| match own.makespan_s.zip(base.makespan_s) {
        Some((own, base)) => Some(base / own),
        None => Some(own.throughput? / base.throughput?),
    };
    let all: Option<Vec<f64>> = match objective.metric.as_str() {
        "gain" => own.iter().zip(base).map(|(own, base)| gain(own, base)).collect(),
        _ => own.iter().map(|sample| sample.objectives.get(place).copied().flatten()).collect(),
    };
    all.filter(|all| all.iter().all(|figure| figure.is_finite())).unwrap_or_default()
}

fn figure(
    objective: &Objective,
    place: usize,
    result: &RuntimeResult,
    samples: &[Sample],
) -> Estimate {
    let exactly = |value: Option<f64>| Estimate { value, ..Estimate::NONE };
    match objective.metric.as_str() {
        "gain" => result.gain.simulated,
        "gain_over_formula" => exactly(result.gain.over_formula),
        "cost_per_hour" => exactly(result.cost.per_hour),
        "cost_per_million" => result.cost.per_million.unwrap_or_default(),
        _ => {
            let infinite = |sample: &Sample| sample.objectives[place] == Some(f64::INFINITY);
            if samples.iter().any(infinite) {
                return Estimate::exactly(f64::INFINITY);
            }
            estimate(samples, |sample| sample.objectives[place])
        }
    }
}
