//! Widths that show: throughput that stops growing while the CPU is not busy.

use super::cells::Cell;
use super::draft::{Draft, Effort, Pressure};
use super::words::{percent, quantity};
use super::{Failure, Figure};
use crate::simulation::Control;

/// Throughput within this share of the largest is flat.
const FLAT: f64 = 0.05;
/// Clients must grow by this factor over the flat part.
const LONG: f64 = 1.7;
/// Cores busier than this are the limit themselves.
const BUSY: f64 = 0.9;

/// A plateau below what the CPU allows.
#[derive(Clone, Copy, Debug)]
pub struct Plateau {
    /// Completions a second.
    pub throughput_rps: f64,
    /// The lowest and the highest throughput on it.
    pub range: [f64; 2],
    /// The fewest clients on it.
    pub clients: u64,
    /// How busy the cores were at most.
    pub busy: f64,
}

/// The plateau of closed cells, where one shows.
#[must_use]
pub fn plateau(cells: &[Cell], cores: u32) -> Option<Plateau> {
    let closed: Vec<(u64, &Cell)> = cells
        .iter()
        .filter_map(|cell| match cell.pressure {
            Pressure::Clients(clients, 0.0) => Some((clients, cell)),
            _ => None,
        })
        .collect();
    let most = closed.iter().map(|(_, cell)| cell.throughput_rps).fold(0.0, f64::max);
    let flat: Vec<&(u64, &Cell)> =
        closed.iter().filter(|(_, cell)| cell.throughput_rps >= (1.0 - FLAT) * most).collect();
    let (first, last) = (flat.first()?.0, flat.last()?.0);
    let busy = flat.iter().filter_map(|(_, cell)| cell.busy(cores)).fold(0.0, f64::max);
    if (last as f64) < LONG * first as f64 || busy > BUSY {
        return None;
    }
    let rates = flat.iter().map(|(_, cell)| cell.throughput_rps);
    let (low, high) = rates
        .clone()
        .fold((f64::INFINITY, 0.0_f64), |(low, high), rate| (low.min(rate), high.max(rate)));
    let throughput_rps = rates.sum::<f64>() / flat.len() as f64;
    Some(Plateau { throughput_rps, range: [low, high], clients: first, busy })
}

/// The width under which the simulated plateau is the measured one, found from the estimate by Little's
/// law upward: what waits for the CPU keeps its place too.
///
/// # Errors
///
/// Those of the simulation.
pub fn find(
    draft: &Draft,
    plateau: &Plateau,
    in_place_s: f64,
    set: impl Fn(&mut Draft, u32),
    control: &Control,
) -> Result<Figure, Failure> {
    let little = plateau.throughput_rps * in_place_s;
    let first = (little * 0.9).floor().max(1.0) as u32;
    let clients = Pressure::Clients(plateau.clients.max(2 * u64::from(first)), 0.0);
    let mut seen: Vec<(u32, f64)> = Vec::new();
    for width in first..first.saturating_add(64) {
        let mut trial = draft.under(clients, draft.cpu_s);
        set(&mut trial, width);
        let rate = trial.simulate(Effort::SHORT, control)?.throughput_rps;
        seen.push((width, rate));
        if rate > plateau.range[1] * (1.0 + FLAT) {
            break;
        }
    }
    let off = |rate: f64| (rate / plateau.throughput_rps - 1.0).abs();
    let best = seen.iter().min_by(|a, b| off(a.1).total_cmp(&off(b.1)));
    let width = best.map_or(first, |(width, _)| *width);
    // Widths whose plateau lies within what was measured, or within 2 %, which is the simulation's own.
    let fits = |rate: &f64| *rate >= plateau.range[0] * 0.98 && *rate <= plateau.range[1] * 1.02;
    let fitting: Vec<u32> =
        seen.iter().filter(|(_, rate)| fits(rate)).map(|(width, _)| *width).collect();
    let low = fitting.first().copied().unwrap_or(width).min(width);
    let high = fitting.last().copied().unwrap_or(width).max(width);
    Ok(Figure {
        value: f64::from(width),
        range: Some([f64::from(low), f64::from(high)]),
        how: format!(
            "throughput stays at {}/s from {} clients on with the CPU {} busy; {} in place by Little's law, the rest \
             waits for a core",
            quantity(plateau.throughput_rps),
            plateau.clients,
            percent(plateau.busy),
            quantity(little)
        ),
    })
}
