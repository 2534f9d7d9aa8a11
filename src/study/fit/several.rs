//! Measurements at several loads: demand against load, waits, widths, and a hold-out check.

use super::cells::{Cell, Prepared};
use super::checks::{self, Check};
use super::demand::{self, Demand};
use super::draft::{Bursts, Draft, Effort};
use super::light::{self, Told};
use super::single::{matched, without_overhead};
use super::waits::{self, Waits};
use super::widths::{self, Plateau};
use super::words::{percent, span};
use super::{Failure, Figure, Fitted, Known, Pressure, Refusal, certain};
use crate::simulation::Control;

/// Loads that keep the cores busier than this say little of waits.
const LIGHT: f64 = 0.85;
/// Two fits this near to each other are not told apart.
const ALIKE: f64 = 0.01;
/// A plateau this far below what workers and CPU allow is a pool's.
const NARROWER: f64 = 0.92;

/// Fits several measurements.
pub(super) fn fit(
    mut prepared: Prepared,
    known: &Known,
    control: &Control,
) -> Result<Fitted, Failure> {
    hold_out(&mut prepared);
    // What is wrong with the CPU is told before anything is simulated.
    demand::of(&prepared.cells, prepared.cores, known)?;
    let width_given = prepared.server.width.is_some();
    let plateau = widths::plateau(&prepared.cells, prepared.cores);
    let mut start = Draft {
        cores: prepared.cores,
        server: prepared.server.clone(),
        cpu_s: 0.0,
        bursts: Bursts::Exponential,
        waits: Waits::None,
        calls: prepared.calls,
        pool: None,
        pressure: Pressure::Clients(1, 0.0),
        seed: known.seed,
    };
    if start.server.waits_in_place() && !width_given {
        let Some(plateau) = &plateau else { return Err(no_width(&prepared).into()) };
        // By Little's law, with the time of the lightest load; the true width comes after the waits.
        let lightest =
            prepared.cells.iter().filter_map(Cell::round_s).fold(f64::INFINITY, f64::min);
        let little = (plateau.throughput_rps * lightest).round().max(1.0);
        start.server.width = Some(little.min(plateau.clients as f64).min(10_000.0) as u32);
    }
    take_overheads_off(&mut prepared.cells, &mut start, control)?;
    let (cells, cores) = (&prepared.cells, prepared.cores);
    let demand = demand::of(cells, cores, known)?;
    let anchor = anchor(&prepared, &demand)?;
    let mut untold = prepared.untold.clone();
    let start = Draft {
        cpu_s: demand.at_rate(anchor.throughput_rps, cores),
        pressure: anchor.pressure,
        ..start
    };
    let known_of = (cells.as_slice(), &demand, anchor);
    let mut tried = Vec::new();
    for bursts in [Bursts::Exponential, Bursts::Constant] {
        let start = Draft { bursts, ..start.clone() };
        tried.push(attempt(start, known_of, (plateau.as_ref(), width_given), control)?);
    }
    untold.extend(shape_of_cpu(&tried, &demand));
    let better = usize::from(checks::misfit(&tried[1].checks) < checks::misfit(&tried[0].checks));
    let alike = (checks::misfit(&tried[0].checks) - checks::misfit(&tried[1].checks)).abs() < ALIKE;
    let other = tried[1 - better].io.value;
    let Attempt { draft, mut io, width, pool, checks } = tried.swap_remove(better);
    if let Some([low, high]) = io.range.as_mut().filter(|_| alike) {
        // With bursts of the other shape the wait is another; which it is does not show.
        (*low, *high) = (low.min(other), high.max(other));
    }
    untold.push(if pool.is_some() {
        "whether the width that shows is a connection pool's, a semaphore's or the downstream's own: the model has it as \
         [resource.pool], held during each wait"
            .to_owned()
    } else {
        "a pool inside the service: none shows up to the heaviest load, a wider one may be there".to_owned()
    });
    let heaviest = cells.iter().rev().find(|cell| !cell.held).unwrap_or(anchor);
    let heavy_cpu = demand.at_rate(heaviest.throughput_rps, cores);
    let draft = draft.under(heaviest.pressure, heavy_cpu.max(1e-9));
    let overhead_s = heaviest.overhead_s;
    let how_io = if anchor.percentiles.is_empty() {
        untold.push(
            "how waits vary: there are no percentiles; exponential ones are assumed".to_owned(),
        );
        io.how
    } else {
        format!("{}, {}", draft.waits.family(), io.how)
    };
    Ok(Fitted {
        cpu: Figure {
            value: heavy_cpu + overhead_s,
            range: demand.figure.range.map(|range| range.map(|end| end + overhead_s)),
            how: demand.figure.how,
        },
        cpu_course: demand.course,
        overhead_s,
        io: Figure { how: how_io, ..io },
        width,
        pool,
        checks,
        queueing: Vec::new(),
        given: prepared.given,
        untold,
        cells: prepared.cells,
        draft,
    })
}

/// What the preset charges for a request at each load, by simulation, so that it is not in T_cpu too:
/// caches that get cold where cores idle let it fall as they get busier.
fn take_overheads_off(
    cells: &mut [Cell],
    start: &mut Draft,
    control: &Control,
) -> Result<(), Failure> {
    for cell in cells.iter_mut().filter(|cell| !cell.held) {
        let Some(cpu_s) = cell.cpu_s else { continue };
        let found = without_overhead(start.under(cell.pressure, cpu_s), cpu_s, cell, control)?;
        start.server.without_overhead |= found.server.without_overhead;
        cell.overhead_s = cpu_s - found.cpu_s;
    }
    if start.server.without_overhead {
        cells.iter_mut().for_each(|cell| cell.overhead_s = 0.0);
    }
    Ok(())
}

/// Keeps every third load out of the fit, never the lightest nor the heaviest.
fn hold_out(prepared: &mut Prepared) {
    let last = prepared.cells.len() - 1;
    let mut loads = 0;
    let mut previous = None;
    for (place, cell) in prepared.cells.iter_mut().enumerate() {
        // Repeats of one load go the same way: one would tell of the other.
        if previous != Some(cell.pressure) {
            loads += 1;
            previous = Some(cell.pressure);
        }
        cell.held = loads % 3 == 2 && place < last;
    }
    let heaviest = prepared.cells[last].pressure;
    prepared
        .cells
        .iter_mut()
        .filter(|cell| cell.pressure == heaviest)
        .for_each(|cell| cell.held = false);
    if prepared.cells.iter().all(|cell| !cell.held) {
        prepared.untold.push(
            "how well it predicts: with two loads none could be kept out of the fit; measure at three at least".to_owned(),
        );
    }
}

/// The cell that shows the waits: the lightest with percentiles, else the lightest.
fn anchor<'a>(prepared: &'a Prepared, demand: &Demand) -> Result<&'a Cell, Refusal> {
    let busy = |cell: &Cell| {
        let cpu = demand.at_rate(cell.throughput_rps, prepared.cores) + demand.overhead_s;
        cpu * cell.throughput_rps / f64::from(prepared.cores)
    };
    let light: Vec<&Cell> = prepared
        .cells
        .iter()
        .filter(|cell| !cell.held && busy(cell) < LIGHT && cell.round_s().is_some())
        .collect();
    let with_percentiles = light.iter().filter(|cell| cell.percentiles.len() >= 2);
    let lightest = |cells: &mut dyn Iterator<Item = &&'a Cell>| {
        cells.min_by(|a, b| busy(a).total_cmp(&busy(b))).copied()
    };
    lightest(&mut with_percentiles.into_iter()).or_else(|| lightest(&mut light.iter())).ok_or_else(|| {
        Refusal::new(format!(
            "every load keeps the CPU more than {} busy: throughput is cores over T_cpu whatever a request waits for, so \
             the wait is not in the data",
            percent(LIGHT)
        ))
        .advice("measure with one client too, or at a third of the rate")
    })
}

fn no_width(prepared: &Prepared) -> Refusal {
    let name = prepared.server.preset.as_deref().unwrap_or(prepared.server.kind);
    Refusal::new(format!(
        "how many {} there were is not known and does not show: throughput never stays level while the CPU has room",
        prepared.server.width_key()
    ))
    .advice(format!("say it: --preset {name}:16; or measure with more clients"))
}

/// Scales the waits to what all light loads agree on, with the interval of that.
fn scale_to_all(
    draft: &mut Draft,
    cells: &[Cell],
    (demand, width_given): (&Demand, bool),
    anchor: &Cell,
    control: &Control,
) -> Result<Figure, Failure> {
    let calls = f64::from(draft.calls);
    let total = draft.waits.mean_s() * calls;
    if draft.waits.is_none() {
        return Ok(Figure {
            value: 0.0,
            range: None,
            how: "the responses leave no room for one".to_owned(),
        });
    }
    let mut found = Vec::new();
    let width = draft.server.width.filter(|_| draft.server.waits_in_place());
    for cell in cells.iter().filter(|cell| !cell.held) {
        let cpu = demand.at_rate(cell.throughput_rps, draft.cores);
        // Of a width that is still to be found a crowd before it says nothing apart from the wait.
        let hidden = match (cell.pressure, width) {
            (Pressure::Clients(clients, _), Some(width)) => {
                clients > u64::from(width) && !width_given
            }
            _ => false,
        };
        let busy = (cpu + demand.overhead_s) * cell.throughput_rps / f64::from(draft.cores);
        let light = (busy < LIGHT && !hidden) || std::ptr::eq(cell, anchor);
        let Some(measured) = cell.round_s().filter(|_| light) else { continue };
        let trial = draft.under(cell.pressure, cpu.max(1e-9));
        let seen = trial.simulate(Effort::SHORT, control)?;
        let Some(simulated) = waits::round_s(&seen, cell.pressure) else { continue };
        // Behind w workers N clients wait N/w times as long as one wait is.
        let alone = total + seen.cpu_per_request_s;
        found.push(Told::by_round((measured, simulated), (total, alone), waits::crowd(&trial)));
    }
    let Some(agreed) = light::agreed(&found).filter(|agreed| agreed.wait_s > 0.0) else {
        let how = format!("from {}, the one light load", anchor.load());
        return Ok(Figure { value: total, range: None, how });
    };
    draft.waits = draft.waits.scaled(agreed.wait_s / total);
    let value = draft.waits.mean_s() * calls;
    let range = if found.len() > 1 {
        let cpu = demand.figure.range.map_or(0.0, |[low, high]| (high - low) / 2.0);
        let half = agreed.half_s.hypot(cpu);
        Some([(value - half).max(0.0), value + half])
    } else {
        certain::range(draft, anchor, demand.figure.range, control)?
    };
    let mut how = match found.len() {
        1 => format!("from {}, the one light load", anchor.load()),
        n => format!("from {n} light loads, its shape from {}", anchor.load()),
    };
    if range.is_none() {
        how += "; no interval, for its responses hardly depend on it";
    }
    Ok(Figure { value, range, how })
}

/// Whether throughput is level below what workers, loops and cores allow.
fn is_narrower(draft: &Draft, plateau_rps: f64, cpu_s: f64, io_s: f64) -> bool {
    let cores = f64::from(draft.cores) / cpu_s;
    let width = draft.server.width.filter(|_| draft.server.waits_in_place());
    let workers = width.map_or(f64::INFINITY, |width| f64::from(width) / (cpu_s + io_s));
    io_s > 0.0 && plateau_rps < NARROWER * cores.min(workers)
}

/// A fit with one shape of bursts.
struct Attempt {
    draft: Draft,
    io: Figure,
    width: Option<Figure>,
    pool: Option<Figure>,
    checks: Vec<Check>,
}

/// Waits from the anchor, scaled to all light loads; widths; then every cell simulated.
fn attempt(
    start: Draft,
    (cells, demand, anchor): (&[Cell], &Demand, &Cell),
    (plateau, width_given): (Option<&Plateau>, bool),
    control: &Control,
) -> Result<Attempt, Failure> {
    let found = matched(&start, anchor, control)?;
    let mut draft = start.with_waits(found.waits);
    let io = scale_to_all(&mut draft, cells, (demand, width_given), anchor, control)?;
    let (mut width, mut pool) = (None, None);
    if let Some(plateau) = plateau {
        let cpu_s = demand.at_rate(plateau.throughput_rps, draft.cores);
        let trial = draft.under(draft.pressure, cpu_s.max(1e-9));
        let cpu_s = cpu_s + demand.overhead_s;
        if draft.server.waits_in_place() && !width_given {
            let set = |draft: &mut Draft, n| draft.server.width = Some(n);
            let figure = widths::find(&trial, plateau, cpu_s + io.value, set, control)?;
            draft.server.width = Some(figure.value as u32);
            width = Some(figure);
        } else if is_narrower(&draft, plateau.throughput_rps, cpu_s, io.value) {
            let set = |draft: &mut Draft, n| draft.pool = Some(n);
            let figure = widths::find(&trial, plateau, io.value, set, control)?;
            draft.pool = Some(figure.value as u32);
            pool = Some(figure);
        }
    }
    let mut checks = Vec::new();
    for (place, cell) in cells.iter().enumerate() {
        let cpu = demand.at_rate(cell.throughput_rps, draft.cores);
        let seen = draft.under(cell.pressure, cpu.max(1e-9)).simulate(Effort::SHORT, control)?;
        checks.extend(checks::of(place, cell, &seen));
    }
    Ok(Attempt { draft, io, width, pool, checks })
}

/// What the cells say of how CPU varies, with exponential bursts tried first and constant ones second.
fn shape_of_cpu(tried: &[Attempt], demand: &Demand) -> Vec<String> {
    let misfit: Vec<f64> = tried.iter().map(|attempt| checks::misfit(&attempt.checks)).collect();
    let mut said = vec![if (misfit[0] - misfit[1]).abs() < ALIKE {
        "whether CPU bursts vary: constant and exponential ones fit alike".to_owned()
    } else {
        format!(
            "the exact shape of CPU bursts: exponential ones miss by {} in the mean, constant ones by {}; the better are \
             written",
            percent(misfit[0]),
            percent(misfit[1])
        )
    }];
    if demand.course.is_some() {
        said.push(format!(
            "why CPU changes with the load ({} with idle cores, {} with busy ones): each scenario below has the CPU of its \
             own load, by the course of the measured ones",
            span(demand.at(0.0)),
            span(demand.at(1.0))
        ));
    }
    said
}
