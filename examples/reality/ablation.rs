//! Why a figure is far off, by experiment: the mechanism that is named is taken away or turned round in
//! the cell's own model, and counts only where that moves the figure.

use iowait::stats::Moments;

use crate::cells::{Cell, Offered, Region};
use crate::predict::{Given, windows};
use crate::score::{FIGURES, GOALS, Scored, score_one};
use crate::trial::Trial;

/// A mechanism must move a figure by this part of its error, or the figure does not hang on it.
const PART: f64 = 1.0 / 3.0;
/// Single windows that are simulated, to see how far one of them may lie from their mean.
const WINDOWS: u64 = 24;
/// Fewer standard deviations of single windows than this are no wonder among a thousand figures.
const RARE: f64 = 3.0;
/// The change of CPU by which it is found how a figure hangs on it.
const STEP: f64 = 0.01;

/// A mechanism, what stands in its place, and how the model is changed.
struct Ablation {
    claim: &'static str,
    instead: &'static str,
    change: fn(Given) -> Given,
}

const LOCK: Ablation = Ablation {
    claim: "which of the waiters gets the lock",
    instead: "in turn, not at random",
    change: |given| with_line(given, "gil_order = \"fifo\""),
};
const WAKING: Ablation = Ablation {
    claim: "how threads are woken beside a running one",
    instead: "without the main thread's part",
    change: |given| with_line(given, "dispatch = \"0 s\""),
};
const INTERVAL: Ablation = Ablation {
    claim: "how long a thread waits before it asks for the lock",
    instead: "with an interval of 1 ms",
    change: |given| with_line(given, "switch_interval = \"1 ms\""),
};
const ACCEPT: Ablation = Ablation {
    claim: "which thread runs first when it wakes",
    instead: "with plain turns of 4 ms",
    change: |given| Given {
        machine: "cores = 1\nscheduling = \"round-robin\"\ntimeslice = \"4 ms\"",
        ..given
    },
};
const ORDER: Ablation = Ablation {
    claim: "the order in which clients come back to a poll",
    instead: "back after 0.5 ms, memoryless",
    change: |given| Given { think: "exp(0.5 ms)", ..given },
};

const ANSWER: Ablation = Ablation {
    claim: "who gets the lock while an answer is sent",
    instead: "answers sent with the lock in hand",
    change: |given| with_line(given, "reply = \"0 s\""),
};
const LISTED: Ablation = Ablation {
    claim: "the order of sockets in a poll",
    instead: "in the order of arrival",
    change: |given| with_line(given, "poll_order = \"arrival\""),
};

const WAITS: Ablation = Ablation {
    claim: "where a poll has the sockets that are waited for",
    instead: "behind all requests",
    change: |given| Given {
        waits_last: true,
        ..with_line(with_line(given, "timer_grain = \"0 s\""), "timer_overshoot = \"0 s\"")
    },
};
const TURNS: Ablation = Ablation {
    claim: "in which iteration a request runs",
    instead: "in the one that has read it",
    change: |given| with_line(given, "read = \"0 s\""),
};
const GRAIN: Ablation = Ablation {
    claim: "the phase in which clients meet the loop's whole milliseconds",
    instead: "with timers of any length",
    change: |given| with_line(given, "timer_grain = \"0 s\""),
};
const GROWS: Ablation = Ablation {
    claim: "whose CPU it is that a request needs beyond what was asked for",
    instead: "the handler's, growing with what was drawn",
    change: |given| Given { grows: true, ..given },
};
const EVEN: Ablation = Ablation {
    claim: "how even bursts are",
    instead: "with a cv of 0.3, not 0.03",
    change: |given| Given { burst_cv: 0.3, ..given },
};

fn of_cell(cell: &Cell) -> &'static [Ablation] {
    match cell.model.as_str() {
        "gthread" => &[LOCK, ANSWER, WAKING, INTERVAL, ACCEPT, EVEN],
        "sync" => &[ACCEPT, ORDER, EVEN],
        "uvloop" if cell.table == "delay" => &[LISTED, ORDER, WAITS],
        "uvloop" => &[LISTED, ORDER],
        _ if cell.table == "delay" => &[LISTED, TURNS, ORDER, WAITS],
        _ => &[LISTED, TURNS, ORDER, GRAIN],
    }
}

/// Like cells of one client without waits are at work for nearly all of their window, and so should this one have
/// been: what it lacks, something else had. `None` where that is too little for the error.
fn taken_by_others(each: &Scored, all: &[Cell], figure: usize) -> Option<String> {
    let cell = &each.cell;
    let alike = |other: &&Cell| {
        other.model == cell.model
            && other.clients() == 1
            && other.io == 0.0
            && other.runtime != cell.runtime
    };
    let least = all.iter().filter(alike).map(|other| other.busy).fold(f64::INFINITY, f64::min);
    let lost = least - cell.busy;
    // A tail is late by so much, and so often at most.
    let figures = &cell.figures;
    let stalls = lost * 1e3 / (figures.p99 - figures.p50) / figures.throughput;
    let enough = match FIGURES[figure].0 {
        "p99" => stalls >= 0.01,
        _ => lost >= PART * each.error(figure).abs(),
    };
    (cell.io == 0.0 && least.is_finite() && enough).then(|| {
        format!(
            "something else had its core: the server ran for {:.0} % of the window, its like for at least {:.0} %; that is \
             room to hold {:.0} % of the requests up as long as p99 was",
            cell.busy * 100.0,
            least * 100.0,
            stalls * 100.0
        )
    })
}

/// A figure that moves enough with the CPU of its own repeats.
fn cpu_of_repeats(
    each: &Scored,
    (trial, all): (Trial, &[Cell]),
    figure: usize,
) -> Result<Option<String>, String> {
    let (cell, of) = (&each.cell, FIGURES[figure].1);
    let (measured, predicted) = (of(&cell.figures), of(&each.predicted));
    for half in [-0.5 * cell.cpu_spread, 0.5 * cell.cpu_spread] {
        let found = of(&trial.predict_changed(cell, all, |given| given.scaled(1.0 + half))?);
        let nearer = (predicted - measured).abs() - (found - measured).abs();
        if nearer >= PART * (predicted - measured).abs() {
            return Ok(Some(format!(
                "CPU differs by {:.0} % between its repeats: {:+.0} % of CPU make it {:+.0} %",
                cell.cpu_spread * 100.0,
                half * 100.0,
                (found / measured - 1.0) * 100.0
            )));
        }
    }
    Ok(None)
}

fn with_line(given: Given, line: &str) -> Given {
    // A key that stands in the text already counts no more.
    let key = line.split(' ').next().unwrap_or(line);
    let kept = given.runtime.lines().filter(|old| !old.starts_with(key));
    let runtime = kept.chain([line]).collect::<Vec<_>>().join("\n") + "\n";
    Given { runtime, ..given }
}

/// Why a figure is off.
enum Reason {
    Found(String),
    /// None was found; what was tried.
    Missing(String),
}

/// Why this figure is off, with what was simulated to see it.
///
/// # Errors
///
/// When a model is refused.
pub fn evidence(each: &Scored, trial: (Trial, &[Cell]), figure: usize) -> Result<String, String> {
    Ok(match reason(each, trial, figure)? {
        Reason::Found(why) => why,
        Reason::Missing(tried) => format!("not explained: {tried}"),
    })
}

fn reason(each: &Scored, (trial, all): (Trial, &[Cell]), figure: usize) -> Result<Reason, String> {
    let found = |why| Ok(Reason::Found(why));
    let (cell, error, of) = (&each.cell, each.error(figure), FIGURES[figure].1);
    let measured = of(&cell.figures);
    let place = GOALS.iter().position(|&goal| goal == figure).unwrap_or_default();
    let spread = cell.spread[place];
    if spread >= error.abs() {
        return found(format!("its own repeats differ by {:.0} %", spread * 100.0));
    }
    let off = |value: f64| format!("{:+.0} %", (value / measured - 1.0) * 100.0);
    if trial == Trial::Blind {
        let own = of(&Trial::Scheduling.predict(cell, all)?);
        if (own / measured - 1.0).abs() < 0.5 * error.abs() {
            let cpu = each.cpu_off * 100.0;
            return found(format!(
                "CPU {cpu:+.0} % against one client, and {} of CPU moves it by {}: with its own it is off by {}",
                percent(STEP),
                percent(STEP * elasticity(trial, cell, all, figure)?),
                off(own)
            ));
        }
    }
    if cell.clients() == 1 && !matches!(cell.offered, Offered::Rate { .. }) {
        if let Some(why) = taken_by_others(each, all, figure) {
            return found(why);
        }
        let half = each.error(2) * 100.0;
        return Ok(Reason::Missing(format!(
            "one client, so no queue and nothing to schedule; its p50 is off by {half:+.0} %, its repeats differ by {:.0} %",
            spread * 100.0
        )));
    }
    let predicted = of(&each.predicted);
    let mut tried = Vec::new();
    let drawn: &[Ablation] = if cell.dist_cpu == 'c' { &[] } else { &[GROWS] };
    for ablation in of_cell(cell).iter().chain(drawn) {
        let open = matches!(cell.offered, Offered::Rate { .. });
        if open && ablation.claim == ORDER.claim {
            continue;
        }
        let without = of(&trial.predict_changed(cell, all, ablation.change)?);
        let words = format!("{}: {}", ablation.instead, off(without));
        if (without - predicted).abs() >= PART * (predicted - measured).abs() {
            // A figure may hang on a mechanism of which both forms are wrong.
            let nearer = (without - measured).abs() < (predicted - measured).abs();
            let verdict = if nearer { "" } else { ", so that neither is what the machine did" };
            return found(format!("hangs on {} ({words}{verdict})", ablation.claim));
        }
        tried.push(words);
    }
    if let Some(why) = cpu_of_repeats(each, (trial, all), figure)? {
        return found(why);
    }
    let single: Vec<f64> = match trial.givens(cell, all).first() {
        Some(given) => windows(cell, given, WINDOWS)?.iter().map(of).collect(),
        None => Vec::new(),
    };
    let low = single.iter().copied().fold(f64::INFINITY, f64::min);
    let high = single.iter().copied().fold(0.0, f64::max);
    let moves = percent(STEP * elasticity(trial, cell, all, figure)?);
    if low <= measured && measured <= high {
        let near = if cell.region() == Region::Open95 { ", near saturation" } else { "" };
        return found(format!(
            "one window is one draw{near}: {WINDOWS} of them lie from {} to {}; {} of CPU moves it by {moves}",
            off(low),
            off(high),
            percent(STEP)
        ));
    }
    let mut moments = Moments::default();
    single.iter().for_each(|&one| moments.push(one));
    let far = moments.mean().zip(moments.variance());
    let far = far.map(|(mean, variance)| (measured - mean).abs() / variance.sqrt());
    if let Some(far) = far.filter(|&far| far < RARE) {
        return found(format!(
            "one window is one draw: it lies {far:.1} standard deviations from the mean of {WINDOWS} of them, which one in \
             hundreds of figures may"
        ));
    }
    if trial == Trial::Blind {
        let own = score_one(Trial::Scheduling, cell, all)?;
        if let Reason::Found(why) = reason(&own, (Trial::Scheduling, all), figure)? {
            return found(format!(
                "with its own CPU it is off by {}, which {why}",
                off(of(&own.predicted))
            ));
        }
    }
    Ok(Reason::Missing(format!(
        "its repeats differ by {:.0} %, {} of CPU moves it by {moves}, and these too little: {}",
        spread * 100.0,
        percent(STEP),
        tried.join(", ")
    )))
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// By what share a figure moves for each share of CPU: `d ln R / d ln CPU`, by simulation with the same
/// draws. A queue near saturation has 10 and more.
///
/// # Errors
///
/// When a model is refused.
pub fn elasticity(trial: Trial, cell: &Cell, all: &[Cell], figure: usize) -> Result<f64, String> {
    let of = FIGURES[figure].1;
    let at = |change| trial.predict_changed(cell, all, change).map(|found| of(&found));
    let more: fn(Given) -> Given = |given| given.scaled(1.0 + STEP);
    let less: fn(Given) -> Given = |given| given.scaled(1.0 - STEP);
    Ok(libm::log(at(more)? / at(less)?) / (libm::log1p(STEP) - libm::log1p(-STEP)))
}
