//! Measurements at several loads: demand against load, waits, widths, and a hold-out check.

use super::cells::{Cell, Prepared};
use super::checks::{self, Check};
use super::demand::{self, Demand};
use super::draft::{Bursts, Draft, Effort};
use super::single::{matched, without_overhead};
use super::waits::{self, Waits};
use super::widths::{self, Plateau};
use super::words::{percent, span};
use super::{Failure, Figure, Fitted, Known, Refusal};
use crate::simulation::Control;
use crate::stats::interval::mean_ci95;

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
    let (cells, cores) = (&prepared.cells, prepared.cores);
    let mut demand = demand::of(cells, cores, known)?;
    let anchor = anchor(&prepared, &demand)?;
    if let Some(cpu_s) = anchor.cpu_s.filter(|_| prepared.server.cools()) {
        // The preset's own cold caches let the CPU of a request fall as the cores get busier.
        let how = format!(
            "utilisation law at {}; with load the preset's caches get warmer",
            anchor.load()
        );
        demand = Demand { figure: Figure { value: cpu_s, range: None, how }, line: None };
    }
    let mut untold = prepared.untold.clone();
    let anchor_cpu = demand.at_rate(anchor.throughput_rps, cores);
    let width_given = prepared.server.width.is_some();
    let mut start = Draft {
        cores,
        server: prepared.server.clone(),
        cpu_s: anchor_cpu,
        bursts: Bursts::Exponential,
        waits: Waits::None,
        calls: prepared.calls,
        pool: None,
        pressure: anchor.pressure,
        seed: known.seed,
    };
    let plateau = widths::plateau(cells, cores);
    if start.server.waits_in_place() && !width_given {
        let Some(plateau) = &plateau else { return Err(no_width(&prepared).into()) };
        // Wide enough for the lightest load; the true width comes after the waits.
        start.server.width = Some(plateau.clients.min(10_000) as u32);
    }
    let known_of = (cells.as_slice(), &demand, anchor);
    let mut tried = Vec::new();
    for bursts in [Bursts::Exponential, Bursts::Constant] {
        let start = Draft { bursts, ..start.clone() };
        tried.push(attempt(start, known_of, (plateau.as_ref(), width_given), control)?);
    }
    untold.extend(shape_of_cpu(&tried, &demand));
    let better = usize::from(checks::misfit(&tried[1].checks) < checks::misfit(&tried[0].checks));
    let Attempt { draft, overhead_s, io, width, pool, checks } = tried.swap_remove(better);
    untold.push(if pool.is_some() {
        "whether the width that shows is a connection pool's, a semaphore's or the downstream's own: the model has it as \
         [resource.pool], held during each wait"
            .to_owned()
    } else {
        "a pool inside the service: none shows up to the heaviest load, a wider one may be there".to_owned()
    });
    let heaviest = cells.iter().rev().find(|cell| !cell.held).unwrap_or(anchor);
    let heavy_cpu = demand.at_rate(heaviest.throughput_rps, cores);
    let draft = draft.under(heaviest.pressure, (heavy_cpu - overhead_s).max(1e-9));
    let how_io = if anchor.percentiles.len() < 2 {
        untold.push(
            "how waits vary: there are no percentiles; exponential ones are assumed".to_owned(),
        );
        io.how
    } else {
        format!("{}, {}", draft.waits.family(), io.how)
    };
    Ok(Fitted {
        cpu: Figure { value: heavy_cpu, ..demand.figure },
        cpu_line: demand.line,
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
        demand.at_rate(cell.throughput_rps, prepared.cores) * cell.throughput_rps
            / f64::from(prepared.cores)
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

/// Scales the waits to the middle of what all light loads say, with the interval of that.
fn scale_to_all(
    draft: &mut Draft,
    cells: &[Cell],
    (demand, overhead_s): (&Demand, f64),
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
    let mut found = vec![total];
    let width = draft.server.width.filter(|_| draft.server.waits_in_place());
    for cell in cells.iter().filter(|cell| !cell.held && !std::ptr::eq(*cell, anchor)) {
        let cpu = demand.at_rate(cell.throughput_rps, draft.cores);
        let crowded = match (cell.pressure, width) {
            (super::Pressure::Clients(clients, _), Some(width)) => clients > u64::from(width),
            _ => false,
        };
        let busy = cpu * cell.throughput_rps / f64::from(draft.cores);
        let Some(measured) = cell.round_s().filter(|_| busy < LIGHT && !crowded) else { continue };
        let trial = draft.under(cell.pressure, (cpu - overhead_s).max(1e-9));
        let seen = trial.simulate(Effort::SHORT, control)?;
        let Some(simulated) = waits::round_s(&seen, cell.pressure) else { continue };
        found.push((total + measured - simulated).max(0.0));
    }
    let mut sorted = found.clone();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let median = if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        (sorted[middle - 1] + sorted[middle]) / 2.0
    };
    let (mean, interval) = mean_ci95(&found);
    let range = interval.map(|[low, high]| [(median + low - mean).max(0.0), median + high - mean]);
    if median > 0.0 {
        draft.waits = draft.waits.scaled(median / total);
    }
    let value = draft.waits.mean_s() * calls;
    let how = match found.len() {
        1 => format!("from {}; one light load says nothing of how sure that is", anchor.load()),
        n => format!("from {n} light loads, its shape from {}", anchor.load()),
    };
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
    overhead_s: f64,
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
    let anchor_cpu = start.cpu_s;
    let start = without_overhead(start, anchor_cpu, anchor, control)?;
    let overhead_s = anchor_cpu - start.cpu_s;
    let found = matched(&start, anchor, control)?;
    let mut draft = start.with_waits(found.waits);
    let io = scale_to_all(&mut draft, cells, (demand, overhead_s), anchor, control)?;
    let (mut width, mut pool) = (None, None);
    if let Some(plateau) = plateau {
        let cpu_s = demand.at_rate(plateau.throughput_rps, draft.cores);
        let trial = draft.under(draft.pressure, (cpu_s - overhead_s).max(1e-9));
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
        let cpu = demand.at_rate(cell.throughput_rps, draft.cores) - overhead_s;
        let seen = draft.under(cell.pressure, cpu.max(1e-9)).simulate(Effort::SHORT, control)?;
        checks.extend(checks::of(place, cell, &seen));
    }
    Ok(Attempt { draft, overhead_s, io, width, pool, checks })
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
    if demand.line.is_some() {
        said.push(format!(
            "why CPU changes with the load ({} with idle cores, {} with busy ones): each scenario below has the CPU of its \
             own load, by the line through the measured ones",
            span(demand.at(0.0)),
            span(demand.at(1.0))
        ));
    }
    said
}
