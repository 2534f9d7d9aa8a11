//! Errors of predictions, by runtime and region, and why a cell lies far off.

use rayon::prelude::*;

use crate::cells::{Cell, Figures, Offered, Region};
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

    /// The mechanism behind an error beyond three times its goal, the nearest first.
    #[must_use]
    pub fn reason(&self, trial: Trial, figure: usize) -> String {
        let error = self.error(figure);
        let place = GOALS.iter().position(|&goal| goal == figure).unwrap_or_default();
        let spread = self.cell.spread[place];
        let open = matches!(self.cell.offered, Offered::Rate { .. });
        if spread >= 0.7 * error.abs() {
            return format!("its own repeats differ by {:.0} %", spread * 100.0);
        }
        if trial == Trial::Blind && 2.0 * self.cpu_off.abs() >= error.abs() {
            return format!("CPU {:+.0} % against one client", self.cpu_off * 100.0);
        }
        if trial == Trial::Blind && self.cell.region() == Region::Open95 {
            let off = self.cpu_off * 100.0;
            return format!("CPU {off:+.0} % against one client, where the queue multiplies it");
        }
        let model = self.cell.model.as_str();
        let tail = figure == 4;
        match (model, self.cell.clients()) {
            _ if open && self.cell.region() == Region::Open95 => {
                "near saturation a window of 2.5 s is one draw of a queue that forgets slowly"
                    .into()
            }
            (_, 1) => "one client: stalls of the machine, there is no queue".into(),
            ("gthread", _) if open => "threads woken beside a running one lose more turns".into(),
            ("gthread", _) => "which of the waiters gets the lock".into(),
            ("sync", _) => "which worker wakes and accepts first".into(),
            _ if tail => {
                "clients that miss a turn of the loop, by the order of events in a poll".into()
            }
            _ => "phase of the clients' waves".into(),
        }
    }
}

/// Predicts all cells, or each `every`th.
///
/// # Errors
///
/// When a model is refused.
pub fn score(trial: Trial, all: &[Cell], every: usize) -> Result<Vec<Scored>, String> {
    let chosen: Vec<&Cell> = all.iter().step_by(every).collect();
    chosen
        .into_par_iter()
        .map(|cell| {
            let predicted = trial.predict(cell, all)?;
            let calibrated = one_client(cell, all) * cell.cpu_nominal;
            Ok(Scored { cell: cell.clone(), predicted, cpu_off: cell.cpu / calibrated - 1.0 })
        })
        .collect()
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
