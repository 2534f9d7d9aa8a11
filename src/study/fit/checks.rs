//! Measured figures against the simulation of the fit: those that went into it, and those kept out.

use super::cells::Cell;
use super::draft::{Pressure, Seen};

/// One figure, measured and simulated.
#[derive(Clone, Debug)]
pub struct Check {
    /// The place of its cell.
    pub cell: usize,
    /// A metric name.
    pub metric: String,
    /// In seconds, or requests a second.
    pub measured: f64,
    /// The same as simulated.
    pub simulated: f64,
    /// Whether the fit had not seen it.
    pub held: bool,
}

impl Check {
    /// Simulated over measured, less 1.
    #[must_use]
    pub fn deviation(&self) -> f64 {
        self.simulated / self.measured - 1.0
    }
}

/// Percentiles that are held against each other, with their metric names.
const PERCENTILES: [(f64, &str); 6] =
    [(50.0, "p50"), (75.0, "p75"), (90.0, "p90"), (95.0, "p95"), (99.0, "p99"), (99.9, "p999")];

/// A percentile wants this many requests beyond it, as everywhere in the program.
const BEYOND: f64 = 10.0;

/// All figures of a cell. The throughput of an open load is its rate and proves nothing.
#[must_use]
pub fn of(place: usize, cell: &Cell, seen: &Seen) -> Vec<Check> {
    let check = |metric: &str, measured: f64, simulated: f64| Check {
        cell: place,
        metric: metric.to_owned(),
        measured,
        simulated,
        held: cell.held,
    };
    let mut checks = Vec::new();
    if matches!(cell.pressure, Pressure::Clients(..)) {
        checks.push(check("throughput", cell.throughput_rps, seen.throughput_rps));
    }
    if let Some(mean) = cell.mean_s {
        checks.push(check("mean", mean, seen.mean_s));
    }
    for (percent, name) in PERCENTILES {
        let enough =
            cell.requests.is_none_or(|n| n * (1.0 - percent / 100.0) * 1.000_001 >= BEYOND);
        let found = cell.percentiles.iter().find(|point| point.percent == percent);
        if let Some(point) = found.filter(|_| enough) {
            checks.push(check(name, point.value, seen.quantile(point.share())));
        }
    }
    checks
}

/// The median deviation of those held out, or of those that were not, without its sign.
#[must_use]
pub fn median(checks: &[Check], held: bool) -> Option<f64> {
    let mut errors: Vec<f64> = checks
        .iter()
        .filter(|check| check.held == held)
        .map(|check| check.deviation().abs())
        .collect();
    errors.sort_by(f64::total_cmp);
    let middle = errors.len() / 2;
    let even = errors.len().is_multiple_of(2);
    Some(if even {
        (errors.get(middle.checked_sub(1)?)? + errors[middle]) / 2.0
    } else {
        errors[middle]
    })
}

/// How far the simulation is off in all, as one number to choose by: the mean of the deviations.
#[must_use]
pub fn misfit(checks: &[Check]) -> f64 {
    let errors: Vec<f64> =
        checks.iter().filter(|check| !check.held).map(|check| check.deviation().abs()).collect();
    errors.iter().sum::<f64>() / (errors.len().max(1)) as f64
}
