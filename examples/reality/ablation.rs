//! Why a figure is far off, by experiment: the mechanism that is named is taken away or turned round in
//! the cell's own model, and counts only where that moves the figure.

use crate::cells::{Cell, Offered, Region};
use crate::predict::{Given, windows};
use crate::score::{FIGURES, GOALS, Scored};
use crate::trial::Trial;

/// A mechanism must move a figure by this part of its error, or the figure does not hang on it.
const PART: f64 = 1.0 / 3.0;
/// Single windows that are simulated, to see how far one of them may lie from their mean.
const WINDOWS: u64 = 24;
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
    claim: "which worker runs first when it wakes",
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

fn of_model(model: &str) -> &'static [Ablation] {
    match model {
        "gthread" => &[LOCK, ANSWER, WAKING, INTERVAL],
        "sync" => &[ACCEPT, ORDER],
        "uvloop" => &[LISTED, ORDER],
        _ => &[ORDER],
    }
}

fn with_line(given: Given, line: &str) -> Given {
    // A key that stands in the text already counts no more.
    let key = line.split(' ').next().unwrap_or(line);
    let kept = given.runtime.lines().filter(|old| !old.starts_with(key));
    let runtime = kept.chain([line]).collect::<Vec<_>>().join("\n") + "\n";
    Given { runtime, ..given }
}

/// Why this figure is off, with what was simulated to see it.
///
/// # Errors
///
/// When a model is refused.
pub fn evidence(
    each: &Scored,
    (trial, all): (Trial, &[Cell]),
    figure: usize,
) -> Result<String, String> {
    let (cell, error, of) = (&each.cell, each.error(figure), FIGURES[figure].1);
    let measured = of(&cell.figures);
    let place = GOALS.iter().position(|&goal| goal == figure).unwrap_or_default();
    let spread = cell.spread[place];
    if spread >= error.abs() {
        return Ok(format!("its own repeats differ by {:.0} %", spread * 100.0));
    }
    let off = |value: f64| format!("{:+.0} %", (value / measured - 1.0) * 100.0);
    if trial == Trial::Blind {
        let own = of(&Trial::Scheduling.predict(cell, all)?);
        if (own / measured - 1.0).abs() < 0.5 * error.abs() {
            let cpu = each.cpu_off * 100.0;
            return Ok(format!(
                "CPU {cpu:+.0} % against one client, and {} of CPU moves it by {}: with its own it is off by {}",
                percent(STEP),
                percent(STEP * elasticity(trial, cell, all, figure)?),
                off(own)
            ));
        }
    }
    if cell.clients() == 1 && !matches!(cell.offered, Offered::Rate { .. }) {
        let half = each.error(2) * 100.0;
        return Ok(format!(
            "not explained: one client, so no queue and nothing to schedule; its p50 is off by {half:+.0} %, its repeats differ by {:.0} %",
            spread * 100.0
        ));
    }
    let predicted = of(&each.predicted);
    let mut tried = Vec::new();
    for ablation in of_model(&cell.model) {
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
            return Ok(format!("hangs on {} ({words}{verdict})", ablation.claim));
        }
        tried.push(words);
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
        return Ok(format!(
            "one window is one draw{near}: {WINDOWS} of them lie from {} to {}; {} of CPU moves it by {moves}",
            off(low),
            off(high),
            percent(STEP)
        ));
    }
    Ok(format!(
        "not explained: its repeats differ by {:.0} %, {} of CPU moves it by {moves}, and these too little: {}",
        spread * 100.0,
        percent(STEP),
        tried.join(", ")
    ))
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
