//! One measurement: a load tester's run, a log, or what a monitoring page shows.
//!
//! T_cpu is the utilisation law's. The waits are those under which the simulated percentiles are the
//! measured ones, once with bursts that vary and once with bursts that do not: a single load can
//! hardly tell the two apart, so that the difference is told as a range.

use super::cells::{Cell, Prepared};
use super::checks::{self, Check};
use super::draft::{Bursts, Draft, Effort, Pressure};
use super::waits::{self, Match, Waits};
use super::words::{percent, span};
use super::{Failure, Figure, Fitted, Known, Refusal, certain, demand};
use super::{shaped, shapes};
use crate::simulation::Control;

/// Cores busier than this hide how long requests wait: throughput is `C / T_cpu` whatever they do.
const SATURATED: f64 = 0.96;
/// A wait shorter than this share of the CPU is none.
const NO_WAIT: f64 = 0.02;
/// Two fits this near to each other are not told apart.
const ALIKE: f64 = 0.02;
/// Percentiles of one load repeat within this share: smaller differences tell nothing apart.
const REPEATS: f64 = 0.04;
/// What a preset charges is simulated to within this share of the CPU.
const SIMULATED: f64 = 0.005;
/// A fit that misses a percentile by more than this is no fit.
const MISSED: f64 = 0.10;

/// Fits one measurement.
pub(super) fn fit(
    mut prepared: Prepared,
    known: &Known,
    control: &Control,
) -> Result<Fitted, Failure> {
    let demand = demand::of(&prepared.cells, prepared.cores, known)?;
    let cell = prepared.cells.remove(0);
    refuse_what_hides_the_wait(&cell, &prepared)?;
    let start = Draft {
        cores: prepared.cores,
        server: prepared.server.clone(),
        cpu_s: demand.figure.value,
        bursts: Bursts::Exponential,
        waits: Waits::None,
        calls: prepared.calls,
        pool: None,
        pressure: cell.pressure,
        seed: known.seed,
    };
    let mut tried = Vec::new();
    for bursts in [Bursts::Exponential, Bursts::Constant] {
        let draft = Draft { bursts, ..start.clone() };
        tried.push(attempt(draft, demand.figure.value, &cell, control)?);
    }
    tried.sort_by(|a, b| a.1.worst.total_cmp(&b.1.worst));
    let told_apart = tried[1].1.worst > (tried[0].1.worst + ALIKE).max(REPEATS);
    // Where nothing speaks against it, bursts vary, as those of real requests do.
    let chosen = usize::from(!told_apart && tried[0].0.bursts == Bursts::Constant);
    let (draft, found) = tried[chosen].clone();
    let total = |draft: &Draft| draft.waits.mean_s() * f64::from(draft.calls);
    let own = demand.figure.range;
    let mut range = certain::range(&draft, &cell, own, control)?.filter(|_| !draft.waits.is_none());
    if let Some([low, high]) = range.as_mut() {
        let mut widen = |wait: f64| (*low, *high) = (low.min(wait), high.max(wait));
        if !told_apart {
            // With bursts of the other shape the wait is another; which it is does not show.
            widen(total(&tried[1 - chosen].0));
        }
        if let Some(wait) = by_round(&draft, &cell, &found) {
            widen(wait * (1.0 - certain::REPEATS));
            widen(wait * (1.0 + certain::REPEATS));
        }
        // Nor does how waits vary: other shapes that do as well have other means.
        let alike = if told_apart { &tried[chosen..=chosen] } else { &tried[..] };
        for (draft, found) in alike {
            let others = if cell.shows_shape() {
                found.alike.clone()
            } else {
                shapes::others(draft, &cell, control)?
            };
            others.iter().for_each(|wait_s| widen(wait_s * f64::from(draft.calls)));
        }
    }
    let mut untold = prepared.untold;
    untold.push(if told_apart {
        format!(
            "how CPU varies, in general; {} bursts meet the percentiles better ({} against {} at worst)",
            word(draft.bursts),
            percent(tried[0].1.worst),
            percent(tried[1].1.worst)
        )
    } else {
        "whether CPU bursts vary: exponential ones are written, constant ones do as well; the range of the wait has both"
            .to_owned()
    });
    if found.worst > MISSED {
        untold.push(misfit(&cell, &found));
    }
    let mut cpu = demand.figure;
    if let Some([low, high]) = cpu.range.as_mut().filter(|_| draft.server.preset.is_some()) {
        // What the preset charges is simulated.
        (*low, *high) = (*low - SIMULATED * cpu.value, *high + SIMULATED * cpu.value);
    }
    let (checks, io_how) = (checks_of(&draft, &cell, &found, control)?, how(&found.waits, &cell));
    let io = Figure {
        value: total(&draft),
        how: match range {
            None if !draft.waits.is_none() => {
                format!("{io_how}; no interval, for the responses hardly depend on it")
            }
            _ => io_how,
        },
        range,
    };
    Ok(Fitted {
        overhead_s: cpu.value - draft.cpu_s,
        cpu,
        cpu_course: None,
        io,
        width: None,
        pool: None,
        queueing: queueing(&draft, &cell, control)?,
        checks,
        given: prepared.given,
        untold,
        cells: vec![cell],
        draft,
    })
}

/// The waits with which a draft meets the cell, what the preset charges taken off.
fn attempt(
    draft: Draft,
    cpu_s: f64,
    cell: &Cell,
    control: &Control,
) -> Result<(Draft, Match), Failure> {
    let mut draft = without_overhead(draft, cpu_s, cell, control)?;
    let mut found = matched(&draft, cell, control)?;
    // Caches get cold in waits: what the preset charges hangs on how long they are, which is known now.
    let again = charged(draft.clone(), cpu_s, found.waits.clone(), control)?;
    if (again.cpu_s / draft.cpu_s - 1.0).abs() > SIMULATED {
        draft = again;
        found = matched(&draft, cell, control)?;
    }
    Ok((draft.with_waits(found.waits.clone()), found))
}

/// The wait by the mean time of a round, where that is known and the fit was made by percentiles.
fn by_round(draft: &Draft, cell: &Cell, found: &Match) -> Option<f64> {
    let simulated = waits::round_s(&found.seen, draft.pressure)?;
    let off = (cell.round_s()? - simulated) / waits::crowd(draft);
    Some((draft.waits.mean_s() * f64::from(draft.calls) + off).max(0.0))
}

fn word(bursts: Bursts) -> &'static str {
    match bursts {
        Bursts::Constant => "constant",
        Bursts::Exponential => "exponential",
    }
}

/// What a saturated server cannot show, and a width that nobody gave.
fn refuse_what_hides_the_wait(cell: &Cell, prepared: &Prepared) -> Result<(), Refusal> {
    if prepared.server.waits_in_place() && prepared.server.width.is_none() {
        let name = prepared.server.preset.as_deref().unwrap_or(prepared.server.kind);
        return Err(Refusal::new(format!("how many {} there were is not known, and one load does not show it", prepared.server.width_key()))
            .advice(format!("say it: --preset {name}:16; or measure at several loads, up to where throughput stops growing")));
    }
    let busy = cell.busy(prepared.cores).unwrap_or_default();
    if busy > SATURATED {
        return Err(Refusal::new(format!(
            "the CPU was {} busy: throughput is cores over T_cpu whatever a request waits for, so the wait is not in the data",
            percent(busy)
        ))
        .advice("measure again with one client, or at half the rate, and give that"));
    }
    Ok(())
}

/// The draft whose simulated CPU of a request, overheads included, is the measured one: so that what
/// the preset charges is not in T_cpu too.
pub(super) fn without_overhead(
    draft: Draft,
    cpu_s: f64,
    cell: &Cell,
    control: &Control,
) -> Result<Draft, Failure> {
    let rest = cell.mean_s.or(cell.percentiles.first().map(|point| point.value));
    let alone = rest.unwrap_or(2.0 * cpu_s) / waits::crowd(&draft);
    let wait = (alone - cpu_s).max(0.0) / f64::from(draft.calls.max(1));
    let guess = if wait > 0.0 { Waits::Exponential(wait) } else { Waits::None };
    charged(draft, cpu_s, guess, control)
}

/// The same for waits of this length.
fn charged(draft: Draft, cpu_s: f64, waits: Waits, control: &Control) -> Result<Draft, Failure> {
    let trial = Draft { cpu_s, waits, ..draft.clone() };
    let overhead = trial.simulate(Effort::SHORT, control)?.cpu_per_request_s - cpu_s;
    if overhead <= 0.0 || draft.server.preset.is_none() {
        return Ok(Draft { cpu_s, ..draft });
    }
    if overhead < 0.8 * cpu_s {
        return Ok(Draft { cpu_s: cpu_s - overhead, ..draft });
    }
    // The machine that the preset was measured on was slower than this one: its figure is no use.
    let mut draft = Draft { cpu_s, ..draft };
    draft.server.without_overhead = true;
    Ok(draft)
}

/// The waits of a cell, from its percentiles or, without them, from its mean.
pub(super) fn matched(draft: &Draft, cell: &Cell, control: &Control) -> Result<Match, Failure> {
    let found = if cell.percentiles.len() >= 2 {
        waits::fit(draft, &cell.percentiles, control)?
    } else if let (Some(_), [one]) = (cell.round_s(), cell.percentiles.as_slice()) {
        shaped::fit(draft, cell, *one, control)?
    } else if cell.round_s().is_none() && !cell.percentiles.is_empty() {
        let one = &cell.percentiles;
        let first = (one[0].value - draft.cpu_s).max(0.05 * one[0].value);
        let shape = Waits::Exponential(first / f64::from(draft.calls.max(1)));
        waits::closed_in(draft, shape, one, control)?
    } else {
        let round = cell.round_s().unwrap_or(draft.cpu_s);
        let first = (round / waits::crowd(draft) - draft.cpu_s).max(0.05 * round);
        let first = Waits::Exponential(first / f64::from(draft.calls.max(1)));
        waits::fit_mean(draft, &first, cell, control)?
    };
    if found.waits.mean_s() * f64::from(draft.calls) > NO_WAIT * draft.cpu_s {
        return Ok(found);
    }
    let seen = draft.with_waits(Waits::None).simulate(Effort::LONG, control)?;
    let worst = waits::worst(&seen, &cell.percentiles);
    Ok(Match { waits: Waits::None, seen, worst, alike: Vec::new() })
}

/// The cell's figures against the fit. One percentile is predicted by the others, and the mean by all.
fn checks_of(
    draft: &Draft,
    cell: &Cell,
    found: &Match,
    control: &Control,
) -> Result<Vec<Check>, Failure> {
    let mut checks = checks::of(0, cell, &found.seen);
    if cell.percentiles.len() < 2 {
        return Ok(checks);
    }
    for check in &mut checks {
        check.held = check.metric == "mean" || check.metric == "throughput";
    }
    if cell.percentiles.len() >= 4 {
        let place = cell.percentiles.len() - 2;
        let mut fewer = cell.clone();
        let kept_out = fewer.percentiles.remove(place);
        let seen = matched(draft, &fewer, control)?.seen;
        let simulated = seen.quantile(kept_out.share());
        let same = |check: &&mut Check| check.measured == kept_out.value && !check.held;
        if let Some(check) = checks.iter_mut().find(same) {
            (check.simulated, check.held) = (simulated, true);
        }
    }
    Ok(checks)
}

/// Each percentile as measured, and as it would be without any other request in the way.
fn queueing(
    draft: &Draft,
    cell: &Cell,
    control: &Control,
) -> Result<Vec<(f64, f64, f64)>, Failure> {
    let alone =
        draft.under(Pressure::Clients(1, 0.0), draft.cpu_s).simulate(Effort::LONG, control)?;
    Ok(cell.percentiles.iter().map(|p| (p.percent, p.value, alone.quantile(p.share()))).collect())
}

fn how(waits: &Waits, cell: &Cell) -> String {
    let figure = match (cell.percentiles.as_slice(), cell.round_s()) {
        ([], _) => "mean".to_owned(),
        ([one], None) => one.name(),
        ([one], Some(_)) if !waits.is_none() => {
            return format!("{}, by the mean and the {}", waits.family(), one.name());
        }
        _ => {
            return match waits {
                Waits::None => "the responses leave no room for one".to_owned(),
                _ => format!(
                    "{}, so that simulated percentiles are the measured ones",
                    waits.family()
                ),
            };
        }
    };
    format!(
        "the {figure} alone: how waits vary is not in the data, exponential is assumed, and the interval reaches from \
         constant waits to lognormal ones with cv {}; a second figure narrows it",
        shapes::WIDEST
    )
}

/// What it means where no waits make the simulated percentiles those measured.
fn misfit(cell: &Cell, found: &Match) -> String {
    let worst = cell.percentiles.iter().max_by(|a, b| {
        let off = |p: &crate::input::dist::Percentile| {
            (found.seen.quantile(p.share()) / p.value - 1.0).abs()
        };
        off(a).total_cmp(&off(b))
    });
    let Some(point) = worst else { return "the mean is not met".to_owned() };
    let simulated = found.seen.quantile(point.share());
    let reason = if simulated > point.value {
        "at this CPU use random arrivals alone queue longer than that: arrivals were more even, bursts vary less, or the \
         CPU counted is not that of these requests alone"
    } else {
        "something makes requests wait that is not in the model: a narrow pool, a lock, bursts of arrivals"
    };
    format!(
        "why {} is {} and not the simulated {}: {reason}",
        point.name(),
        span(point.value),
        span(simulated)
    )
}
