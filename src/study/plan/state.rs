//! The states in which the objectives must hold: the base model and each scenario, whole and with
//! the instances lost that it must survive.

use super::Question;
use crate::model::{LoadKind, Model};
use crate::study::Case;
use crate::units::Rate;

/// One state.
#[derive(Clone, Debug)]
pub struct State {
    /// `peak`, `1 instance lost`, `peak, 1 instance lost`; empty for the base model as it is.
    pub name: String,
    /// The model in it: the runtime asked about, after the baseline where an objective needs it.
    pub model: Model,
}

/// Every state of a case, the base model first.
#[must_use]
pub fn states(case: &Case, question: &Question<'_>) -> Vec<State> {
    let base = std::iter::once((String::new(), &case.model));
    let named = case.scenarios.iter().map(|(name, model)| (name.clone(), model));
    let all: Vec<(String, &Model)> = base.chain(named).collect();
    let lost = match question.survive {
        0 => None,
        1 => Some("1 instance lost".to_owned()),
        n => Some(format!("{n} instances lost")),
    };
    let whole = all
        .iter()
        .map(|(name, model)| State { name: name.clone(), model: only(model, question, 0) });
    let reduced = lost.iter().flat_map(|lost| {
        all.iter().map(move |(name, model)| State {
            name: if name.is_empty() { lost.clone() } else { format!("{name}, {lost}") },
            model: only(model, question, question.survive),
        })
    });
    whole.chain(reduced).collect()
}

/// The model with the runtime asked about alone, or after the baseline where an objective needs it;
/// so many instances of it lost.
fn only(model: &Model, question: &Question<'_>, lost: u32) -> Model {
    let mut model = model.clone();
    let of_gain = model.run.slo.iter().any(|objective| objective.metric.starts_with("gain"));
    let baseline = model.runtimes.get(model.run.baseline).cloned();
    model.runtimes.retain(|runtime| runtime.name == question.runtime);
    for runtime in &mut model.runtimes {
        runtime.instances -= lost.min(runtime.instances - 1);
    }
    if let Some(baseline) = baseline.filter(|one| of_gain && one.name != question.runtime) {
        model.runtimes.insert(0, baseline);
    }
    model.run.baseline = 0;
    model
}

/// The state under a load that is greater by a factor; `None` for recorded arrivals, and where a
/// count stays the same.
#[must_use]
pub fn under_more_load(state: &State, factor: f64) -> Option<State> {
    let mut state = state.clone();
    let more = |rate: Rate| Rate(rate.0 * factor);
    let counted = |count: u64| {
        let greater = (count as f64 * factor).round() as u64;
        (greater > count).then_some(greater)
    };
    match &mut state.model.load.kind {
        LoadKind::Closed { clients, .. } => *clients = counted(*clients)?,
        LoadKind::Batch { count } => *count = counted(*count)?,
        LoadKind::Poisson { rate } | LoadKind::Constant { rate } => *rate = more(*rate),
        LoadKind::Bursty { rate, burst_rate, .. } => {
            (*rate, *burst_rate) = (more(*rate), more(*burst_rate));
        }
        LoadKind::Profile { points } => points.iter_mut().for_each(|point| point.1 *= factor),
        LoadKind::Trace { .. } => return None,
    }
    Some(state)
}
