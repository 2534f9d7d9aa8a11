//! How long the wait is if it varies otherwise than assumed, where one figure is all that there is.
//!
//! The mean of waits with one median is as long as the median if they are constant, half as long again if
//! they are exponential, and five times as long if a few are very long: the figure says nothing of which.

use super::cells::Cell;
use super::draft::Draft;
use super::waits::{self, Waits};
use crate::simulation::Control;
use crate::study::Failure;

/// The coefficient of variation of the widest shape that is thought of.
pub const WIDEST: f64 = 5.0;

/// The mean of one wait in seconds under each other shape with which the draft meets the cell's figure.
///
/// # Errors
///
/// Those of the simulation.
pub fn others(draft: &Draft, cell: &Cell, control: &Control) -> Result<Vec<f64>, Failure> {
    let mean = draft.waits.mean_s();
    let shapes = [Waits::Constant(mean), Waits::Lognormal(mean, WIDEST)];
    let met = |shape: Waits| {
        let found = if cell.percentiles.is_empty() {
            waits::fit_mean(draft, &shape, cell, control)?
        } else {
            waits::closed_in(draft, shape, &cell.percentiles, control)?
        };
        Ok(found.waits.mean_s())
    };
    shapes.into_iter().map(met).collect()
}
