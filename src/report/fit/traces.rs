//! A model read off traces, as a commented model file.

use std::fmt::Write as _;

use super::{comment, ranged};
use crate::study::fit::Pressure;
use crate::study::fit::checks;
use crate::study::fit::draft::quoted;
use crate::study::fit::traced::Traced;
use crate::study::fit::words::{percent, quantity, span};

/// The text of the file; `command` is what makes it again.
#[must_use]
pub fn text(traced: &Traced, command: &str) -> String {
    let mut text = String::new();
    let given = traced.given.join("; ");
    comment(
        &mut text,
        &format!("Read off traces by iowait {}: {given}.", env!("CARGO_PKG_VERSION")),
    );
    comment(&mut text, command);
    text.push_str("#\n");
    comment(
        &mut text,
        &format!(
            "T_cpu {} ({}), of {} that a request spends outside of its calls. T_io {} ({}).",
            ranged(&traced.cpu, &span),
            traced.cpu.how,
            span(traced.self_s),
            ranged(&traced.io, &span),
            traced.io.how
        ),
    );
    text.push_str("#\n");
    for line in summary(traced) {
        comment(&mut text, &line);
    }
    for check in &traced.checks {
        let _ = writeln!(
            text,
            "#   {:<5} {:<11} simulated {:<11} {:+.1} %",
            check.metric,
            span(check.measured),
            span(check.simulated),
            check.deviation() * 100.0
        );
    }
    text.push_str("#\n# What traces cannot tell:\n");
    for line in &traced.untold {
        comment(&mut text, &format!("- {line}"));
    }
    let _ = write!(
        text,
        "\ntitle       = {}\nsource      = \"measured\"\ndescription = {}\n\n[host]\ncores = {}\n\n",
        quoted(&format!("A fitted model: {given}")),
        quoted(&format!("Fitted by {command}. The comments say how sure each figure is.")),
        traced.cores
    );
    text.push_str(
        "# Full load, where gains are: twice the clients that the formula calls the best.\n\
         [load]\nkind    = \"closed\"\nclients = \"ceil(2 * $cores * (1 + $beta))\"\n\n",
    );
    comment(
        &mut text,
        &format!(
            "Request classes by name and order of calls; weights are how many were traced. {} of a second outside of calls \
             is CPU of the request{}.",
            percent(traced.cpu_share()),
            if traced.overhead_s > 0.0 && !traced.server.without_overhead {
                format!(", {} of a request are the preset's", span(traced.overhead_s))
            } else {
                String::new()
            }
        ),
    );
    text.push_str(&traced.requests(true));
    let server = &traced.server;
    let alone = server.one_a_core();
    let today_is_alone =
        server.kind == alone.kind && server.width.is_none_or(|n| n == traced.cores);
    if !today_is_alone {
        let _ = writeln!(
            text,
            "# What the formula compares with: one worker a core.\n{}",
            alone.text("one-a-core")
        );
    }
    let _ = writeln!(text, "# What was traced.\n{}", server.text("today"));
    if server.kind != "event-loop" {
        let _ = writeln!(
            text,
            "# The question: event loops for the same requests, one a core.\n{}",
            server.as_loops().text("loop")
        );
    }
    let _ = writeln!(
        text,
        "[run]\nrequests = 50_000\nbaseline = \"{}\"\n",
        if today_is_alone { "today" } else { "one-a-core" }
    );
    scenario(&mut text, traced);
    text
}

/// The traced load with what was kept out of the fit.
fn scenario(text: &mut String, traced: &Traced) {
    let load = match traced.pressure {
        Some(Pressure::Rate(rate)) => {
            format!("\"load.kind\" = \"poisson\", \"load.rate\" = \"{}/s\"", quantity(rate))
        }
        Some(Pressure::Clients(clients, _)) => format!("\"load.clients\" = {clients}"),
        None => "\"load.clients\" = 1".to_owned(),
    };
    let _ = writeln!(
        text,
        "[[scenario]]\nname = \"traced\"\nset  = {{ {load}, \"run.baseline\" = \"today\" }}\n"
    );
    for check in &traced.checks {
        let role = if traced.pressure.is_some() { "predicted" } else { "illustration" };
        let _ = writeln!(
            text,
            "[[expect]]\nmetric    = \"{}\"\nruntime   = \"today\"\nscenario  = \"traced\"\nreported  = {}\n\
             tolerance = \"20 %\"\nrole      = \"{role}\"\n",
            check.metric,
            quoted(&span(check.measured)),
        );
    }
}

/// How well it does, a sentence each.
#[must_use]
pub fn summary(traced: &Traced) -> Vec<String> {
    let Some(median) = checks::median(&traced.checks, true) else { return Vec::new() };
    let load = match traced.pressure {
        Some(_) => "under the traced load",
        None => {
            "one at a time, for the load is not known (--rate): queueing that was traced is missing then"
        }
    };
    vec![format!(
        "Hold-out check: every other request took no part; its durations are off by {} in the median, simulated {load}.",
        percent(median)
    )]
}
