//! The tornado: what a share more or less of each input does to a metric, on the same random
//! numbers everywhere.

mod inputs;

pub use inputs::{Change, Input, inputs};

use std::sync::Arc;

use crate::model::{Model, Objective};
use crate::simulation::Control;
use crate::stats::Moments;
use crate::stats::interval::half_width95;

use super::result::{Effort, Estimate, SloResult};
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
    /// The interval of the swing, from replications that met the same requests with less and with
    /// more; `None` with too few.
    pub swing_ci95: Option<[f64; 2]>,
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
        if let Some([low, high]) = self.swing_ci95 {
            return low <= 0.0 && 0.0 <= high;
        }
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
    /// Inputs that were to be changed.
    pub inputs: usize,
    /// Those that were, with a share less and with a share more: fewer where the user interrupted.
    pub done: usize,
    /// What the studies took, from the least to the most.
    pub effort: Option<Effort>,
}

impl Tornado {
    /// The widest half of an interval of the metric over its value.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        let all = self.bars.iter().flat_map(|bar| [bar.base, bar.at[0], bar.at[1]]);
        let widths = all.filter_map(|one| Some((one.half_width()? / one.value?).abs()));
        widths.filter(|width| width.is_finite()).reduce(f64::max)
    }
}

/// Reckons the metric at the base and with each input changed.
///
/// # Errors
///
/// Those of a study; interrupted before the first input was changed both ways. Interrupted later, the
/// tornado is of the inputs that were.
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
    let mut figures: Vec<Vec<Figure>> = Vec::new();
    let mut effort = None;
    let work = |(): &mut (), index: u64| {
        if control.is_cancelled() {
            return Err(Failure::Interrupted);
        }
        figures_of(models[index as usize], metric, control)
    };
    let ended = in_order(
        0..models.len() as u64,
        &pool,
        || (),
        work,
        |_, all| {
            for (found, (replications, warmup)) in all {
                control.finish_point();
                effort = Some(Effort::and(effort, replications, warmup));
                figures.push(found);
            }
            Ok(())
        },
    );
    let done = figures.len().saturating_sub(1) / 2;
    match ended {
        Err(Failure::Interrupted) if done > 0 => {}
        ended => ended?,
    }
    let mut bars: Vec<Bar> = Vec::new();
    for (place, runtime) in base.runtimes.iter().enumerate() {
        let from = bars.len();
        for (n, input) in inputs[..done].iter().enumerate() {
            bars.push(Bar {
                input: input.name.clone(),
                runtime: runtime.name.clone(),
                set: input.set.clone(),
                base: figures[0][place].estimate,
                at: [&figures[1 + 2 * n], &figures[2 + 2 * n]].map(|all| all[place].estimate),
                swing_ci95: paired(
                    &figures[0][place],
                    [&figures[1 + 2 * n][place], &figures[2 + 2 * n][place]],
                ),
            });
        }
        let width = |bar: &Bar| bar.swing().map_or(-1.0, f64::abs);
        // Stable: inputs that do the same keep their order.
        bars[from..].sort_by(|a, b| width(b).total_cmp(&width(a)));
    }
    Ok(Tornado {
        metric: metric.to_owned(),
        by,
        bars,
        left_out,
        inputs: inputs.len(),
        done,
        effort,
    })
}

/// A metric of one runtime, and that of each replication.
#[derive(Clone, Debug)]
struct Figure {
    estimate: Estimate,
    each: Vec<f64>,
}

/// The interval of the swing, as a share of the base.
///
/// The same requests meet less and more, so most of what chance does to one it does to the other:
/// the interval is Student's over the differences within replications.
fn paired(base: &Figure, [low, high]: [&Figure; 2]) -> Option<[f64; 2]> {
    let base = base.estimate.value.filter(|base| *base != 0.0)?;
    let swing = (high.estimate.value? - low.estimate.value?) / base;
    let differences: Moments =
        low.each.iter().zip(&high.each).map(|(low, high)| (high - low) / base).collect();
    let half = half_width95(&differences)?;
    Some([swing - half, swing + half]).filter(|ends| ends.iter().all(|end| end.is_finite()))
}

/// The metric of every runtime of a model, with the replications and the warm-up that it took.
fn figures_of(
    model: &Model,
    metric: &str,
    control: &Control,
) -> Result<(Vec<Figure>, (u32, f64)), Failure> {
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
        let none = Figure { estimate: Estimate::NONE, each: Vec::new() };
        let found = |slo: &SloResult| Figure { estimate: slo.figure, each: slo.each.clone() };
        result.slo.first().map_or(none, found)
    };
    let took = (outcome.replications, outcome.warmup_s);
    Ok((outcome.runtimes.iter().map(figure).collect(), took))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Document;
    use crate::model::Overrides;

    #[test]
    fn what_both_sides_share_does_not_widen_the_interval_of_a_swing() {
        let figure = |each: [f64; 3]| Figure {
            estimate: Estimate::exactly(each.iter().sum::<f64>() / 3.0),
            each: each.into(),
        };
        // Replications differ by a factor of two; the difference is 1.0, 1.1, 0.9 in each.
        let (low, high) = (figure([10.0, 15.0, 20.0]), figure([11.0, 16.1, 20.9]));
        let [from, to] = paired(&figure([10.0; 3]), [&low, &high]).unwrap();
        // Mean 0.1, standard error 0.01/sqrt 3, t(2) = 4.302653.
        let half = 4.302_653 * 0.01 / 3.0_f64.sqrt();
        assert!((from - (0.1 - half)).abs() < 1e-6 && (to - (0.1 + half)).abs() < 1e-6);
        assert_eq!(paired(&figure([0.0; 3]), [&low, &high]), None);
    }

    #[test]
    fn a_small_effect_is_told_from_chance_where_separate_intervals_overlap() {
        // One queue at 80 %: replications differ far more than 2 % more waiting does.
        let text = "[params]\nwait = \"1 ms\"\n\n[load]\nkind = \"poisson\"\nrate = \"80/s\"\n\n\
            [[request]]\nsteps = [{ cpu = \"exp(10 ms)\" }, { io = \"$wait\" }]\n\n\
            [[runtime]]\nname = \"loop\"\nkind = \"event-loop\"\n\n\
            [run]\nrequests = 4000\nreplications = 5\nwarmup = \"1 s\"\n";
        let document = Document::from_text("m", text);
        let base = Model::read(&document, Overrides::NONE).unwrap();
        let read = |name: &str, text: &str| {
            Model::read(&document, &Overrides::new().with(name, text, "test")).ok()
        };
        let inputs = inputs(&document, &base, Overrides::NONE, 0.2, &read);
        let control = Arc::default();
        let found = tornado(&base, inputs, ("mean", 0.2), Some(2), &control).unwrap();
        let wait = found.bars.iter().find(|bar| bar.input == "wait").unwrap();
        let [a, b] = wait.at.map(|at| at.ci95.unwrap());
        assert!(a[0] < b[1] && b[0] < a[1], "their own intervals overlap: {wait:?}");
        assert!(!wait.by_chance(), "{wait:?}");
    }

    #[test]
    fn an_interrupted_tornado_is_of_the_inputs_that_were_changed_both_ways() {
        let text = "[params]\na = \"1 ms\"\nb = \"1 ms\"\nc = \"1 ms\"\n\n[load]\nclients = 4\n\n\
            [[request]]\nsteps = [{ cpu = \"$a\" }, { io = \"$b\" }, { io = \"$c\" }]\n\n\
            [[runtime]]\nname = \"loop\"\nkind = \"event-loop\"\n\n\
            [run]\nrequests = 100000\nreplications = 4\nwarmup = \"1 s\"\n";
        let document = Document::from_text("m", text);
        let base = Model::read(&document, Overrides::NONE).unwrap();
        let read = |name: &str, text: &str| {
            Model::read(&document, &Overrides::new().with(name, text, "test")).ok()
        };
        let found = inputs(&document, &base, Overrides::NONE, 0.2, &read);
        let all = found.0.len();
        let control: Arc<Control> = Arc::default();
        let stopped = std::thread::scope(|scope| {
            scope.spawn(|| {
                while control.points().is_none_or(|(done, _)| done < 4) {
                    std::thread::yield_now();
                }
                control.cancel();
            });
            tornado(&base, found, ("mean", 0.2), Some(1), &control).unwrap()
        });
        // The base, one input both ways and half of the second.
        assert_eq!((stopped.done, stopped.inputs), (1, all));
        assert_eq!(stopped.bars.len(), 1);
    }
}
