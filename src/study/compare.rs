//! The gain of a runtime over the baseline: by formula, by bound, and as simulated.

use crate::model::{LoadKind, Model, Runtime, RuntimeKind};
use crate::stats::interval::{ends_of_windows, ratio_ci95, widened};
use crate::theory::formula;

use super::capacity::Capacity;
use super::estimate::completed;
use super::exact::Applies;
use super::result::{Estimate, Gain};
use super::sample::Sample;
use super::workload::demand_of;

/// The gain of the runtime at `place`; `samples` is empty where nothing was simulated.
#[must_use]
pub fn gain(model: &Model, place: usize, samples: &[Vec<Sample>]) -> Gain {
    let baseline = model.run.baseline;
    let (own, base) = (&model.runtimes[place], &model.runtimes[baseline]);
    let simulated = match (samples.get(place), samples.get(baseline)) {
        (Some(own), Some(base)) => simulated_gain(model, own, base),
        _ => Estimate::NONE,
    };
    if place == baseline {
        let one = Some(1.0);
        return Gain {
            simulated,
            formula: one,
            formula_n: one,
            bound: one,
            over_formula: simulated.value,
            ..Gain::default()
        };
    }
    let demand = demand_of(model, base);
    let beta = formula::blocking_coefficient(demand.t_cpu_s, demand.t_io_s);
    let formula = beta.map(formula::gain);
    let formula_n = beta.map(|beta| formula::gain_with(requests_per_core(model, own), beta));
    let bound = tidy(Capacity::of(model, own).rate() / Capacity::of(model, base).rate());
    Gain {
        simulated,
        formula,
        formula_n,
        bound: Some(bound).filter(|bound| bound.is_finite()),
        over_formula: simulated.value.zip(formula).map(|(gain, formula)| gain / formula),
        ..Gain::default()
    }
}

/// A ratio to 15 digits: what the decimal fractions of its parts lose in binary would otherwise
/// show as 80.99999999999999.
pub(super) fn tidy(ratio: f64) -> f64 {
    format!("{ratio:.14e}").parse().unwrap_or(ratio)
}

/// The ratio of exact throughputs of the runtime at `place` and of the baseline, where both are
/// exact; the baseline's gain over itself is 1.
#[must_use]
pub fn exact_gain(model: &Model, place: usize, exact: &[Applies]) -> Option<f64> {
    if place == model.run.baseline {
        return Some(1.0);
    }
    let of = |place: usize| exact.get(place)?.solution().map(|found| found.throughput_rps);
    Some(of(place)? / of(model.run.baseline)?)
}

/// The ratio of mean throughputs, or of makespans, with the interval of the paired ratios.
///
/// Under an open load that both sustain the ratio is 1 but for the ends of the windows, and its
/// interval is theirs.
fn simulated_gain(model: &Model, own: &[Sample], base: &[Sample]) -> Estimate {
    let batch = matches!(model.load.kind, LoadKind::Batch { .. });
    let figures = |samples: &[Sample]| -> Option<Vec<f64>> {
        samples
            .iter()
            .map(|sample| if batch { sample.makespan_s } else { sample.throughput })
            .collect()
    };
    let fewest = completed(own).min(completed(base));
    let (Some(own), Some(base)) = (figures(own), figures(base)) else { return Estimate::NONE };
    let (value, ci95) = if batch {
        ratio_ci95(&base, &own)
    } else {
        let (value, ci95) = ratio_ci95(&own, &base);
        (value, ci95.and_then(|ci95| widened(ci95, value * ends_of_windows(fewest))))
    };
    if value.is_finite() {
        Estimate { value: Some(value), ci95, ..Estimate::NONE }
    } else {
        Estimate::NONE
    }
}

/// The requests that a runtime can have in flight for each core: the N of `E(N)`.
fn requests_per_core(model: &Model, runtime: &Runtime) -> f64 {
    let instances = f64::from(runtime.instances);
    let offered = match model.load.kind {
        LoadKind::Closed { clients, .. } => clients as f64,
        LoadKind::Batch { count } => count as f64,
        _ => f64::INFINITY,
    };
    let width = match &runtime.kind {
        RuntimeKind::EventLoop(kind) => {
            kind.max_tasks.map_or(f64::INFINITY, |most| most as f64 * f64::from(kind.loops))
        }
        RuntimeKind::WorkStealing(_) => f64::INFINITY,
        kind => kind.width() as f64,
    };
    offered.min(width * instances) / (f64::from(model.host.cores) * instances)
}
