//! Open loads as intervals: what a prediction can say of one window where CPU is known to within what the
//! machine drifts.
//!
//! Near saturation the mean response goes with `1 / (1 - utilization)`: a per cent of CPU moves it by ten
//! and more, and one window of a few seconds is one draw of a queue that forgets slowly. A single number is
//! then right by luck. What can be right or wrong is the interval.

use std::fmt::Write;

use rayon::prelude::*;

use crate::ablation::elasticity;
use crate::cells::{Cell, Offered, Region};
use crate::predict::{Given, windows};
use crate::score::{FIGURES, GOALS};
use crate::trial::Trial;

/// CPU of one server drifts by this share over minutes: the lower end of what caveat 5 of the measurements
/// says, and of what the repeats of one open load show.
pub const DRIFT: f64 = 0.05;
/// Windows that are simulated at each end.
const WINDOWS: u64 = 20;

/// Where a figure of a cell is predicted to lie.
#[derive(Clone, Copy, Debug)]
pub struct Likely {
    /// The lowest of the windows with less CPU, the highest of those with more.
    pub range: [f64; 2],
    /// As measured.
    pub measured: f64,
}

impl Likely {
    /// Whether the measured figure is within.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.range[0] <= self.measured && self.measured <= self.range[1]
    }
}

/// The intervals of the figures with a goal (throughput, mean, p99) of an open load, CPU off by `drift`
/// either way.
///
/// # Errors
///
/// When a model is refused.
pub fn of(trial: Trial, cell: &Cell, all: &[Cell], drift: f64) -> Result<[Likely; 3], String> {
    let givens = trial.givens(cell, all);
    let each = WINDOWS / givens.len().max(1) as u64;
    let at = |factor: f64| -> Result<Vec<_>, String> {
        let of = |given: &Given| windows(cell, &given.clone().scaled(factor), each);
        let all: Result<Vec<_>, String> = givens.iter().map(of).collect();
        Ok(all?.concat())
    };
    let (less, more) = (at(1.0 - drift)?, at(1.0 + drift)?);
    Ok(GOALS.map(|figure| {
        let of = FIGURES[figure].1;
        let low = less.iter().map(of).fold(f64::INFINITY, f64::min);
        let high = more.iter().map(of).fold(0.0, f64::max);
        Likely { range: [low, high], measured: of(&cell.figures) }
    }))
}

/// The cells with an open load.
#[must_use]
pub fn open(all: &[Cell]) -> Vec<&Cell> {
    all.iter().filter(|cell| matches!(cell.offered, Offered::Rate { .. })).collect()
}

/// What was found of a cell: how far a per cent of CPU moves its mean, and its intervals.
struct Found {
    moves: f64,
    own: [Likely; 3],
    blind: [Likely; 3],
}

/// What the report says of open loads.
///
/// # Errors
///
/// When a model is refused.
pub fn markdown(all: &[Cell]) -> Result<String, String> {
    let mut text = format!(
        "\n## Open loads, as intervals\n\nThe mean response of an open load goes with 1 / (1 - utilization). How much a per cent of CPU moves it \
         was found by simulation with the same draws; CPU of one server drifts by {:.0} to 10 % over minutes (caveat 5). So \
         each cell was simulated in {WINDOWS} windows with CPU {:.0} % less and in as many with {:.0} % more: from the \
         lowest to the highest is what a prediction can say. Scheduling has CPU as measured, so draws alone.\n\n\
         | | cells | 1 % of CPU moves the mean by | scheduling: mean within | p99 within | blind: mean within | p99 within \
         | blind, high over low |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        DRIFT * 100.0,
        DRIFT * 100.0,
        DRIFT * 100.0
    );
    for region in [Region::Open30, Region::Open70, Region::Open95] {
        let cells: Vec<&Cell> =
            open(all).into_iter().filter(|cell| cell.region() == region).collect();
        let found: Result<Vec<_>, String> = cells
            .par_iter()
            .map(|cell| {
                let moves = elasticity(Trial::Scheduling, cell, all, 1)?;
                let own = of(Trial::Scheduling, cell, all, 0.0)?;
                let blind = of(Trial::Blind, cell, all, DRIFT)?;
                Ok(Found { moves, own, blind })
            })
            .collect();
        let found = found?;
        let count =
            |holds: &dyn Fn(&Found) -> bool| found.iter().filter(|each| holds(each)).count();
        let middle = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or_default()
        };
        let _ = writeln!(
            text,
            "| {} | {} | {:.1} % | {} | {} | {} | {} | {:.1} |",
            region.name(),
            cells.len(),
            middle(found.iter().map(|each| each.moves).collect()),
            count(&|each| each.own[1].holds()),
            count(&|each| each.own[2].holds()),
            count(&|each| each.blind[1].holds()),
            count(&|each| each.blind[2].holds()),
            middle(
                found.iter().map(|each| each.blind[1].range[1] / each.blind[1].range[0]).collect()
            )
        );
    }
    Ok(text)
}
