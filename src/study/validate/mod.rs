//! Is the model right? What each source reports, held against the simulation of its model.

mod figure;
mod row;

use serde::Serialize;

pub use row::{Row, Verdict, role_name};

use super::Case;
use super::result::{Estimate, Outcome, RuntimeResult};
use crate::model::expect::Role;
use crate::model::{Model, Story};

/// All expectations of some models against their simulations.
#[derive(Clone, Debug, Default)]
pub struct Validation {
    /// A row an expectation, in the order of the models and files.
    pub rows: Vec<Row>,
    /// The models, in their order.
    pub cases: Vec<Placed>,
}

/// A model's place on the curve of gain against blocking coefficient, and what it is about.
#[derive(Clone, Debug, Serialize)]
pub struct Placed {
    /// The model.
    pub model: String,
    /// Its title.
    pub title: Option<String>,
    /// What else there is to say of it.
    pub description: Option<String>,
    /// Where its numbers come from.
    pub source: Option<String>,
    /// T_io/T_cpu of the baseline; null where T_cpu is 0.
    pub blocking_coefficient: Option<f64>,
    /// The runtime that gained most, and whose gain this is; null where there is but one.
    pub runtime: Option<String>,
    /// Its gain as simulated.
    pub gain: Option<f64>,
    /// The interval of the gain.
    pub ci95: Option<[f64; 2]>,
    /// What the formula promises.
    pub formula: Option<f64>,
    /// What the host's capacities allow.
    pub bound: Option<f64>,
    /// Claim, cause and formula in a sentence each.
    #[serde(skip)]
    pub story: Story,
}

/// The case with those scenarios only that an expectation asks for.
#[must_use]
pub fn needed(case: &Case) -> Case {
    let asked = |name: &String| {
        case.model.expects.iter().any(|expect| expect.scenario.as_ref() == Some(name))
    };
    let mut needed = case.clone();
    needed.scenarios.retain(|(name, _)| asked(name));
    needed
}

impl Validation {
    /// Adds a model and what was found of it.
    pub fn add(&mut self, model: &Model, outcome: &Outcome) {
        self.rows.extend(model.expects.iter().map(|expect| Row::of(model, expect, outcome)));
        self.cases.push(placed(model, outcome));
    }

    /// Whether every prediction that is expected to hold does.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.predictions().all(|row| !matches!(row.verdict, Verdict::Fails | Verdict::Unknown))
    }

    /// The rows that prove something: a fit is no success.
    pub fn predictions(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.role == Role::Predicted)
    }

    /// How many predictions have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.predictions().filter(|row| row.verdict == verdict).count()
    }

    /// Median and largest distance of the predictions that have a reported figure and a simulated
    /// one, as shares; known failures count too.
    #[must_use]
    pub fn errors(&self) -> Option<(f64, f64)> {
        let mut errors: Vec<f64> =
            self.predictions().filter_map(|row| row.deviation.map(f64::abs)).collect();
        errors.sort_by(f64::total_cmp);
        let (middle, worst) = (errors.len() / 2, *errors.last()?);
        let median = if errors.len().is_multiple_of(2) {
            (errors[middle - 1] + errors[middle]) / 2.0
        } else {
            errors[middle]
        };
        Some((median, worst))
    }
}

fn placed(model: &Model, outcome: &Outcome) -> Placed {
    let gain = |runtime: &&RuntimeResult| runtime.gain.simulated.value.unwrap_or(f64::NEG_INFINITY);
    let others = outcome.runtimes.iter().filter(|runtime| runtime.name != outcome.baseline);
    let best = others.max_by(|a, b| gain(a).total_cmp(&gain(b)));
    let simulated = best.map_or(Estimate::NONE, |runtime| runtime.gain.simulated);
    Placed {
        model: model.name.clone(),
        title: model.title.clone(),
        description: model.description.clone(),
        source: model.source.clone(),
        blocking_coefficient: outcome.workload.blocking_coefficient,
        runtime: best.map(|runtime| runtime.name.clone()),
        gain: simulated.value,
        ci95: simulated.ci95,
        formula: best.and_then(|runtime| runtime.gain.formula),
        bound: best.and_then(|runtime| runtime.gain.bound),
        story: model.story.clone(),
    }
}

#[cfg(test)]
mod tests;
