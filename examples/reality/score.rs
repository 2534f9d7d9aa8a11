//! Errors of predictions, by runtime and region, and why a cell lies far off.

use rayon::prelude::*;

use crate::cells::{Cell, Figures};
use crate::trial::{Trial, one_client};

/// A cell with what was predicted of it.
#[derive(Clone, Debug)]
pub struct Scored {
    /// The cell.
    pub cell: Cell,
    /// What the simulation said.
    pub predicted: Figures,
    /// Its own CPU over that of one client of its runtime, less one.
    pub cpu_off: f64,
}

/// A figure's name, and how it is read.
pub type Figure = (&'static str, fn(&Figures) -> f64);

/// The figures that are scored.
pub const FIGURES: [Figure; 5] = [
    ("throughput", |figures| figures.throughput),
    ("mean", |figures| figures.mean),
    ("p50", |figures| figures.p50),
    ("p95", |figures| figures.p95),
    ("p99", |figures| figures.p99),
];
/// The places among them of those with a goal.
pub const GOALS: [usize; 3] = [0, 1, 4];

impl Scored {
    /// Predicted over measured, less one.
    #[must_use]
    pub fn error(&self, figure: usize) -> f64 {
        let of = FIGURES[figure].1;
        of(&self.predicted) / of(&self.cell.figures) - 1.0
    }

    /// The figures that are off by more than three times their goal.
    #[must_use]
    pub fn outliers(&self, trial: Trial) -> Vec<usize> {
        let far = |&(goal, figure): &(f64, usize)| self.error(figure).abs() > 3.0 * goal;
        trial.goals().into_iter().zip(GOALS).filter(far).map(|(_, figure)| figure).collect()
    }
}

/// Predicts all cells, or each `every`th.
///
/// # Errors
///
/// When a model is refused.
pub fn score(trial: Trial, all: &[Cell], every: usize) -> Result<Vec<Scored>, String> {
    let chosen: Vec<&Cell> = all.iter().step_by(every).collect();
    chosen.into_par_iter().map(|cell| score_one(trial, cell, all)).collect()
}

/// Predicts one cell.
///
/// # Errors
///
/// When its model is refused.
pub fn score_one(trial: Trial, cell: &Cell, all: &[Cell]) -> Result<Scored, String> {
    let predicted = trial.predict(cell, all)?;
    let calibrated = one_client(cell, all) * cell.cpu_nominal;
    Ok(Scored { cell: cell.clone(), predicted, cpu_off: cell.cpu / calibrated - 1.0 })
}

/// The median of absolute errors; none without cells.
#[must_use]
pub fn median(scored: &[&Scored], figure: usize) -> Option<f64> {
    let mut errors: Vec<f64> = scored.iter().map(|each| each.error(figure).abs()).collect();
    errors.sort_by(f64::total_cmp);
    let middle = errors.len() / 2;
    match errors.len() {
        0 => None,
        count if count % 2 == 0 => Some(f64::midpoint(errors[middle - 1], errors[middle])),
        _ => Some(errors[middle]),
    }
}
