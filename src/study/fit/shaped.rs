//! Waits by a mean and one percentile: their length by the one, how they vary by the other.

use super::cells::Cell;
use super::draft::{Draft, Effort};
use super::waits::{self, Match, Waits};
use crate::input::dist::Percentile;
use crate::simulation::Control;
use crate::study::Failure;

/// A percentile that is met to this share is met.
const MET: f64 = 0.03;
/// Coefficients of variation that are tried: hardly any, and as much as services show.
const VARIATION: [f64; 2] = [0.05, 4.0];
/// Halvings of their range, in the logarithm.
const ROUNDS: u32 = 7;

/// The simplest waits under which the mean round is as long as measured and the percentile is met, as
/// near as a lognormal comes to it.
///
/// # Errors
///
/// Those of the simulation.
pub fn fit(
    draft: &Draft,
    cell: &Cell,
    point: Percentile,
    control: &Control,
) -> Result<Match, Failure> {
    let round = cell.round_s().unwrap_or(draft.cpu_s);
    let first = (round / waits::crowd(draft) - draft.cpu_s).max(0.05 * round);
    let mean = first / f64::from(draft.calls.max(1));
    let off = |found: &Match| libm::log(found.seen.quantile(point.share()) / point.value);
    let with = |found: Match| Match { worst: off(&found).abs(), ..found };
    let mut best: Option<Match> = None;
    for waits in [Waits::Exponential(mean), Waits::Constant(mean)] {
        let found = with(waits::fit_mean(draft, &waits, cell, control)?);
        if found.worst < MET {
            return Ok(found);
        }
        if best.as_ref().is_none_or(|best| found.worst < best.worst) {
            best = Some(found);
        }
    }
    // The more waits vary, the lower is their median and the higher their tail: which of the two this
    // percentile is shows at the ends.
    let seen_at = |cv: f64| -> Result<Match, Failure> {
        let waits = Waits::Lognormal(mean, cv);
        Ok(with(waits::fit_mean(draft, &waits, cell, control)?))
    };
    let [mut low, mut high] = VARIATION;
    let rises = off(&seen_at(high)?) > off(&seen_at(low)?);
    for _ in 0..ROUNDS {
        let cv = (low * high).sqrt();
        let found = seen_at(cv)?;
        let too_high = (off(&found) > 0.0) == rises;
        if best.as_ref().is_none_or(|best| found.worst < best.worst) {
            best = Some(found);
        }
        if best.as_ref().is_some_and(|best| best.worst < MET) {
            break;
        }
        if too_high { high = cv } else { low = cv }
    }
    best.map_or_else(|| seen_at(1.0), Ok).and_then(|found| {
        let seen = draft.with_waits(found.waits.clone()).simulate(Effort::LONG, control)?;
        Ok(with(Match { seen, ..found }))
    })
}
