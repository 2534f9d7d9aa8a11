//! How sure the wait of one load is: a profile over how well the simulated responses meet the measured.
//!
//! Each percentile (or the mean) is known to within what its requests or its repeats allow, and to
//! within what the fit misses it by. How far the wait can move until the simulated figure has moved
//! that far is what this figure allows; all figures together allow their mean, weighted by how much
//! each tells, for figures of one run are off together. What T_cpu is uncertain by moves the wait too,
//! and what lies below the lowest percentile is in no figure at all.

use super::cells::Cell;
use super::draft::{Draft, Effort, Seen};
use super::waits::{self, Waits};
use crate::simulation::Control;
use crate::study::Failure;

/// Figures of one load repeat within this share at best, whatever the number of requests.
pub const REPEATS: f64 = 0.02;
/// The step of waits and CPU by which slopes are found.
const STEP: f64 = 0.05;
/// Where so many requests lie between two percentiles and no mean is known, how they lie there is not in
/// the data.
const WIDE: f64 = 0.45;
/// Figures that move by less than this share of what the wait moves say nothing of it.
const DEAF: f64 = 0.02;

/// A figure of a load: how to read it off a simulation, and what was measured.
struct Figure {
    measured: f64,
    share: Option<f64>,
}

impl Figure {
    fn of(&self, seen: &Seen, draft: &Draft) -> f64 {
        match self.share {
            Some(share) => seen.quantile(share),
            None => waits::round_s(seen, draft.pressure).unwrap_or(seen.mean_s),
        }
    }

    /// Half of the 95 % interval of what was measured, as a share of it, by the number of requests.
    fn sampled(&self, seen: &Seen, requests: Option<f64>) -> f64 {
        let (Some(share), Some(n)) = (self.share, requests.filter(|n| *n > 1.0)) else {
            return REPEATS;
        };
        let half = 1.96 * (share * (1.0 - share) / n).sqrt();
        let at = |share: f64| seen.quantile(share.clamp(0.0, 1.0));
        let half = (at(share + half) - at(share - half)) / 2.0 / at(share);
        half.max(REPEATS)
    }
}

/// The range of the I/O wait of a request in all; `None` where the responses hardly depend on it.
///
/// # Errors
///
/// Those of the simulation.
pub fn range(
    draft: &Draft,
    cell: &Cell,
    cpu_range: Option<[f64; 2]>,
    control: &Control,
) -> Result<Option<[f64; 2]>, Failure> {
    let total = draft.waits.mean_s() * f64::from(draft.calls);
    let figures = figures(cell);
    let see = |draft: &Draft| draft.simulate(Effort::SHORT, control);
    let (here, longer) = (see(draft)?, see(&draft.with_waits(draft.waits.scaled(1.0 + STEP)))?);
    let dearer = see(&draft.under(draft.pressure, draft.cpu_s * (1.0 + STEP)))?;
    let slope = |seen: &Seen, figure: &Figure| {
        libm::log(figure.of(seen, draft) / figure.of(&here, draft)) / libm::log1p(STEP)
    };
    let (mut weights, mut half, mut by_cpu) = (0.0, 0.0, 0.0);
    for figure in &figures {
        let moved = slope(&longer, figure);
        if moved.is_nan() || moved < DEAF {
            continue;
        }
        let missed = libm::log(figure.of(&here, draft) / figure.measured);
        let off = figure.sampled(&here, cell.requests).hypot(missed);
        let weight = (moved / off) * (moved / off);
        weights += weight;
        half += weight * off / moved;
        by_cpu += weight * slope(&dearer, figure) / moved;
    }
    if weights.is_nan() || weights <= 0.0 {
        return Ok(None);
    }
    let cpu_off = cpu_range.map_or(REPEATS, |[low, high]| (high - low) / (high + low));
    let off = total * (half / weights).hypot(cpu_off * by_cpu / weights);
    let [below, above] = unseen(draft, cell);
    Ok(Some([(total - off.hypot(below)).max(0.0), total + off.hypot(above)]))
}

fn figures(cell: &Cell) -> Vec<Figure> {
    let points = cell.percentiles.iter();
    let mut figures: Vec<Figure> =
        points.map(|p| Figure { measured: p.value, share: Some(p.share()) }).collect();
    figures.extend(cell.round_s().map(|measured| Figure { measured, share: None }));
    figures
}

/// By how much the mean wait may be less and more for what no percentile shows, where no mean was
/// measured: below the lowest anything from 0 to it, where the shape is that of the percentiles alone; in
/// a wide gap between two of them half of the way to either.
fn unseen(draft: &Draft, cell: &Cell) -> [f64; 2] {
    let (None, Some(dist)) = (cell.round_s(), draft.waits.dist()) else { return [0.0; 2] };
    const PIECES: u32 = 64;
    let at = |share: f64| dist.quantile(share) / 1e9;
    // What the requests between two shares add to the mean.
    let part = |from: f64, to: f64| {
        let middle = |i: u32| from + (to - from) * (f64::from(i) + 0.5) / f64::from(PIECES);
        (0..PIECES).map(|i| at(middle(i))).sum::<f64>() / f64::from(PIECES) * (to - from)
    };
    let (mut less, mut more) = (0.0, 0.0);
    let lowest = cell.percentiles.first().map_or(0.0, |point| point.share());
    if matches!(draft.waits, Waits::Percentiles(_)) {
        let assumed = part(0.0, lowest);
        (less, more) = (assumed, (lowest * at(lowest) - assumed).max(0.0));
    }
    for pair in cell.percentiles.windows(2) {
        let (from, to) = (pair[0].share(), pair[1].share());
        if to - from >= WIDE {
            let assumed = part(from, to);
            less += 0.5 * (assumed - (to - from) * at(from)).max(0.0);
            more += 0.5 * ((to - from) * at(to) - assumed).max(0.0);
        }
    }
    let calls = f64::from(draft.calls);
    [calls * less, calls * more]
}
