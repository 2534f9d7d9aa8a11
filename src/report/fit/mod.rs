//! A fitted model as a commented model file: every number with where it comes from and how sure it is.

pub mod traces;

use std::fmt::Write as _;

use super::number;
use crate::input::excerpt;
use crate::study::fit::draft::quoted;
use crate::study::fit::words::{percent, quantity, span};
use crate::study::fit::{Cell, Check, Figure, Fitted, Pressure, checks};

/// Widest line of a comment.
const COLUMNS: usize = 98;
/// Loads that become scenarios: each is simulated whenever the model is.
const SCENARIOS: usize = 4;

/// A fit that is off by more than this in the median describes nothing.
const MISSED: f64 = 0.12;

/// Distances within which a prediction holds, by metric: what measurements of real servers repeat
/// within, with room.
const TOLERANCES: [(&str, &str); 7] = [
    ("throughput", "5 %"),
    ("mean", "10 %"),
    ("p50", "10 %"),
    ("p75", "15 %"),
    ("p90", "15 %"),
    ("p95", "15 %"),
    ("p99", "20 %"),
];
const TOLERANCE: &str = "30 %";

/// The text of the file; `command` is what makes it again.
#[must_use]
pub fn text(fitted: &Fitted, command: &str) -> String {
    let mut text = String::new();
    head(&mut text, fitted, command);
    let _ = write!(
        text,
        "title       = {}\nsource      = \"measured\"\ndescription = {}\n\n",
        quoted(&format!("A fitted model: {}", fitted.given.first().map_or("", String::as_str))),
        quoted(&format!("Fitted by {command}. The comments say how sure each figure is."))
    );
    params(&mut text, fitted);
    let draft = &fitted.draft;
    let _ = write!(
        text,
        "[host]\ncores = {}\n\n\
         # Full load, where gains are: twice the clients that the formula calls the best. The measured loads\n\
         # are scenarios below.\n\
         [load]\nkind    = \"closed\"\nclients = \"ceil(2 * $cores * (1 + $beta))\"\n\n",
        draft.cores
    );
    if let Some(pool) = &fitted.pool {
        comment(&mut text, &format!("{} slots: {}.", ranged(pool, &quantity), pool.how));
        text.push_str(&draft.resource());
    }
    let _ = write!(text, "[[request]]\nsteps = {}\n\n", draft.steps());
    runtimes(&mut text, fitted);
    scenarios(&mut text, fitted);
    text
}

/// The runtimes, the first of them one worker a core.
fn runtimes(text: &mut String, fitted: &Fitted) {
    let draft = &fitted.draft;
    let server = &draft.server;
    let alone = server.one_a_core();
    let today_is_alone = server.kind == alone.kind && server.width.is_none_or(|n| n == draft.cores);
    if !today_is_alone {
        comment(text, "What the formula compares with: one worker a core.");
        let _ = writeln!(text, "{}", alone.text("one-a-core"));
    }
    comment(
        text,
        &match &fitted.width {
            Some(width) => format!(
                "What was measured; {} {}: {}.",
                ranged(width, &quantity),
                server.width_key(),
                width.how
            ),
            None => "What was measured.".to_owned(),
        },
    );
    if server.without_overhead {
        comment(
            text,
            "The preset's overhead is larger than all CPU that was measured: this machine is faster, and T_cpu has it in it.",
        );
    }
    let _ = writeln!(text, "{}", server.text("today"));
    if !is_loops(fitted) {
        comment(text, "The question: event loops for the same requests, one a core.");
        let _ = writeln!(text, "{}", server.as_loops().text("loop"));
    }
    let baseline = if today_is_alone { "today" } else { "one-a-core" };
    let _ = writeln!(text, "[run]\nrequests = 50_000\nbaseline = \"{baseline}\"\n");
    if !today_is_alone {
        comment(text, "The same with the gains over what runs today.");
        text.push_str(
            "[[scenario]]\nname = \"over-today\"\nset  = { \"run.baseline\" = \"today\" }\n\n",
        );
    }
}

fn is_loops(fitted: &Fitted) -> bool {
    let server = &fitted.draft.server;
    server.kind == "event-loop" && server.width.is_none_or(|n| n == fitted.draft.cores)
}

/// What was found, how well it does, and what nobody can tell from these data.
fn head(text: &mut String, fitted: &Fitted, command: &str) {
    comment(
        text,
        &format!("Fitted by iowait {}: {}.", env!("CARGO_PKG_VERSION"), fitted.given.join("; ")),
    );
    comment(text, command);
    text.push_str("#\n");
    let formula =
        format!(" The formula promises 1 + T_io/T_cpu = {}.", number::figure(fitted.formula(), 4));
    comment(
        text,
        &format!(
            "T_cpu {}. T_io {} ({}).{formula}",
            cpu_words(fitted),
            ranged(&fitted.io, &span),
            fitted.io.how
        ),
    );
    text.push_str("#\n");
    for line in summary(fitted) {
        comment(text, &line);
    }
    let _ = writeln!(text, "#\n# load          figure      measured    simulated   off");
    for check in &fitted.checks {
        let cell = &fitted.cells[check.cell];
        let line = format!(
            "# {:<13} {:<11} {:<11} {:<11} {:<8}{}",
            cell.load(),
            check.metric,
            value(check, check.measured),
            value(check, check.simulated),
            format!("{:+.1} %", check.deviation() * 100.0),
            if check.held { " predicted" } else { "" }
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if !fitted.queueing.is_empty() {
        text.push_str("#\n");
        let part = |(p, measured, alone): &(f64, f64, f64)| {
            format!("p{p} {} of {}", span((measured - alone).max(0.0)), span(*measured))
        };
        let parts: Vec<String> = fitted.queueing.iter().map(part).collect();
        comment(
            text,
            &format!(
                "Queueing in it (more than a request alone would take): {}.",
                parts.join(", ")
            ),
        );
    }
    text.push_str("#\n# What these data cannot tell:\n");
    for line in &fitted.untold {
        comment(text, &format!("- {line}"));
    }
    text.push('\n');
}

/// CPU of a request as the file has it and `run` shows it, and how that comes from what was measured.
fn cpu_words(fitted: &Fitted) -> String {
    if !fitted.charges() {
        return format!("{} ({})", ranged(&fitted.cpu, &span), fitted.cpu.how);
    }
    let less = |end: f64| (end - fitted.overhead_s).max(0.0);
    let own = Figure {
        value: fitted.draft.cpu_s,
        range: fitted.cpu.range.map(|range| range.map(less)),
        how: String::new(),
    };
    format!(
        "{} of the request's own: {} as measured, less {} that the preset charges for a request and `run` adds to it ({})",
        ranged(&own, &span),
        span(fitted.cpu.value),
        span(fitted.overhead_s),
        fitted.cpu.how
    )
}

/// How well the fit does, a sentence each.
#[must_use]
pub fn summary(fitted: &Fitted) -> Vec<String> {
    let mut lines = Vec::new();
    let count = |held: bool| fitted.checks.iter().filter(|check| check.held == held).count();
    let figures = |held: bool| {
        if count(held) == 1 { "1 figure".to_owned() } else { format!("{} figures", count(held)) }
    };
    if let Some(median) = checks::median(&fitted.checks, false) {
        lines.push(format!(
            "Goodness of fit: off by {} in the median of {}.",
            percent(median),
            figures(false)
        ));
    }
    if let Some(median) = checks::median(&fitted.checks, false).filter(|median| *median > MISSED) {
        lines.push(format!(
            "Beware: {} off is no fit. Something that is not in the model decides (another process on these cores, a lock, \
             a busy load generator), or the runs were too short: measure longer, on a quiet machine.",
            percent(median)
        ));
    }
    match checks::median(&fitted.checks, true) {
        Some(median) => {
            let worst = fitted.checks.iter().filter(|check| check.held);
            let worst = worst.map(|check| check.deviation().abs()).fold(0.0, f64::max);
            lines.push(format!(
                "Hold-out check: {} kept out of the fit and predicted by simulation, off by {} in the median, {} at worst.",
                figures(true),
                percent(median),
                percent(worst)
            ));
        }
        None => lines.push("Hold-out check: none, there was nothing to keep out.".to_owned()),
    }
    lines
}

fn params(text: &mut String, fitted: &Fitted) {
    text.push_str("[params]\n");
    for (name, value) in fitted.draft.params() {
        let about = if name == "cpu" {
            format!("CPU of a request: {}.", cpu_words(fitted))
        } else {
            format!(
                "One I/O wait of {}: {} in all; {}.",
                fitted.draft.calls,
                ranged(&fitted.io, &span),
                fitted.io.how
            )
        };
        comment(text, &about);
        let _ = writeln!(text, "{name:<4} = {value}");
    }
    text.push('\n');
}

/// The measured loads, with what was measured as expectations: `iowait validate` holds them against the
/// model.
fn scenarios(text: &mut String, fitted: &Fitted) {
    for place in shown(fitted) {
        let cell = &fitted.cells[place];
        let name = scenario_name(cell, place, fitted);
        let own: Vec<&Check> = fitted.checks.iter().filter(|check| check.cell == place).collect();
        let what = if cell.held { "kept out of the fit" } else { "fitted" };
        comment(text, &format!("{}, {what}: {}.", cell.place, cell.load()));
        let cpu = fitted
            .cpu_at(cell)
            .map(|cpu| format!(", cpu = {}", quoted(&span(cpu))))
            .unwrap_or_default();
        let load = match cell.pressure {
            Pressure::Clients(clients, think) if think > 0.0 => {
                format!("\"load.clients\" = {clients}, \"load.think\" = {}", quoted(&span(think)))
            }
            Pressure::Clients(clients, _) => format!("\"load.clients\" = {clients}"),
            Pressure::Rate(rate) => {
                format!("\"load.kind\" = \"poisson\", \"load.rate\" = \"{}/s\"", quantity(rate))
            }
        };
        let _ = writeln!(
            text,
            "[[scenario]]\nname = \"{name}\"\nset  = {{ {load}{cpu}, \"run.baseline\" = \"today\" }}\n"
        );
        for check in own {
            let reported = if check.metric == "throughput" {
                format!("\"{}/s\"", quantity(check.measured))
            } else {
                quoted(&span(check.measured))
            };
            let tolerance = TOLERANCES.iter().find(|(metric, _)| *metric == check.metric);
            let _ = writeln!(
                text,
                "[[expect]]\nmetric    = \"{}\"\nruntime   = \"today\"\nscenario  = \"{name}\"\nreported  = {reported}\n\
                 tolerance = \"{}\"\nrole      = \"{}\"\n",
                check.metric,
                tolerance.map_or(TOLERANCE, |(_, share)| share),
                if fitted.predicts(check) { "predicted" } else { "fitted" }
            );
        }
    }
}

/// The cells that become scenarios: those kept out first, spread over the loads, then the heaviest.
fn shown(fitted: &Fitted) -> Vec<usize> {
    let held: Vec<usize> =
        (0..fitted.cells.len()).filter(|place| fitted.cells[*place].held).collect();
    let room = SCENARIOS.min(held.len());
    let mut places: Vec<usize> = (0..room).map(|i| held[i * held.len() / room]).collect();
    places.push(fitted.cells.len() - 1);
    places
}

fn scenario_name(cell: &Cell, place: usize, fitted: &Fitted) -> String {
    let name = match cell.pressure {
        Pressure::Clients(clients, _) => format!("clients-{clients}"),
        Pressure::Rate(rate) => format!("rate-{}", quantity(rate).replace('.', "-")),
    };
    let twins = fitted.cells.iter().filter(|other| other.pressure == cell.pressure).count();
    if twins > 1 { format!("{name}-{place}") } else { name }
}

fn value(check: &Check, value: f64) -> String {
    if check.metric == "throughput" { format!("{}/s", quantity(value)) } else { span(value) }
}

fn ranged(figure: &Figure, words: &dyn Fn(f64) -> String) -> String {
    match figure.range {
        Some([low, high]) if low < high => {
            format!("{}, between {} and {}", words(figure.value), words(low.max(0.0)), words(high))
        }
        _ => words(figure.value),
    }
}

/// Lines of a comment, none wider than a screen.
fn comment(text: &mut String, words: &str) {
    for (row, line) in excerpt::wrap(words, COLUMNS).iter().enumerate() {
        let lead = if row > 0 && words.starts_with("- ") { "  " } else { "" };
        let _ = writeln!(text, "# {lead}{line}");
    }
}
