//! The tornado: what a share more or less of each input does to a metric, on the same random
//! numbers everywhere.

mod inputs;

pub use inputs::{Change, Input, inputs};

use std::sync::Arc;

use crate::model::{Model, Objective};
use crate::simulation::Control;

use super::result::Estimate;
use super::sweep::in_order;
use super::{Case, Failure, Options, run_here, threads};

/// One input under one runtime.
#[derive(Clone, Debug)]
pub struct Bar {
    /// The input.
    pub input: String,
    /// The runtime.
    pub runtime: String,
    /// What the input is with a share less, and with a share more.
    pub set: [String; 2],
    /// The metric without a change.
    pub base: Estimate,
    /// The metric with a share less, and with a share more.
    pub at: [Estimate; 2],
}

impl Bar {
    /// How far the metric moves between less and more, as a share of what it is without a change;
    /// `None` where one of the three is not known or the last is 0.
    #[must_use]
    pub fn swing(&self) -> Option<f64> {
        let [low, high] = [self.at[0].value?, self.at[1].value?];
        let base = self.base.value.filter(|base| *base != 0.0)?;
        Some((high - low) / base).filter(|swing| swing.is_finite())
    }

    /// Whether chance alone may explain the difference between less and more.
    #[must_use]
    pub fn by_chance(&self) -> bool {
        match (self.at[0].ci95, self.at[1].ci95) {
            (Some([a, b]), Some([c, d])) => a <= d && c <= b,
            _ => false,
        }
    }
}

/// The bars of every runtime, the widest first within each.
#[derive(Clone, Debug)]
pub struct Tornado {
    /// The metric.
    pub metric: String,
    /// The share.
    pub by: f64,
    /// The bars: the runtimes in the model's order, in each the widest bar first.
    pub bars: Vec<Bar>,
    /// Inputs that could not be changed, each with the reason.
    pub left_out: Vec<String>,
}

/// Reckons the metric at the base and with each input changed.
///
/// # Errors
///
/// Those of a study; interrupted before all is done.
pub fn tornado(
    base: &Model,
    (inputs, left_out): (Vec<Input>, Vec<String>),
    (metric, by): (&str, f64),
    jobs: Option<usize>,
    control: &Arc<Control>,
) -> Result<Tornado, Failure> {
    let models: Vec<&Model> =
        std::iter::once(base).chain(inputs.iter().flat_map(|input| &input.models)).collect();
    let pool = threads(jobs)?;
    control.plan_points(models.len() as u64);
    let mut figures: Vec<Vec<Estimate>> = Vec::new();
    let work = |index: u64| {
        if control.is_cancelled() {
            return Err(Failure::Interrupted);
        }
        figures_of(models[index as usize], metric, control)
    };
    in_order(0..models.len() as u64, &pool, work, |_, found| {
        control.finish_point();
        figures.push(found);
        Ok(())
    })?;
    let mut bars: Vec<Bar> = Vec::new();
    for (place, runtime) in base.runtimes.iter().enumerate() {
        let from = bars.len();
        for (n, input) in inputs.iter().enumerate() {
            bars.push(Bar {
                input: input.name.clone(),
                runtime: runtime.name.clone(),
                set: input.set.clone(),
                base: figures[0][place],
                at: [figures[1 + 2 * n][place], figures[2 + 2 * n][place]],
            });
        }
        let width = |bar: &Bar| bar.swing().map_or(-1.0, f64::abs);
        // Stable: inputs that do the same keep their order.
        bars[from..].sort_by(|a, b| width(b).total_cmp(&width(a)));
    }
    Ok(Tornado { metric: metric.to_owned(), by, bars, left_out })
}

/// The metric of every runtime of a model.
fn figures_of(model: &Model, metric: &str, control: &Control) -> Result<Vec<Estimate>, Failure> {
    let mut model = model.clone();
    // An objective is how a study is asked for any metric by its name.
    let asked = Objective {
        text: metric.to_owned(),
        metric: metric.to_owned(),
        at_most: true,
        threshold: f64::INFINITY,
    };
    model.run.slo = vec![asked];
    let outcome =
        run_here(&Case::of(model), &Options { explain: false, ..Options::default() }, control)?;
    if control.is_cancelled() {
        return Err(Failure::Interrupted);
    }
    let figure = |result: &super::result::RuntimeResult| {
        result.slo.first().map_or(Estimate::NONE, |slo| slo.figure)
    };
    Ok(outcome.runtimes.iter().map(figure).collect())
}
