//! The timeline in text: a row for each of the first requests, a row for each core.

use std::fmt::Write as _;

use super::super::number::{duration, figure, percent};
use super::super::wrap::hanging;
use super::{Kind, is_busy, left_out, rate, shown_until};
use crate::study::trace::{RequestTrace, RuntimeTrace, Traced};
use crate::units::{Span, Time};

/// Requests that a timeline shows of each runtime.
pub const REQUESTS_SHOWN: usize = 8;
/// Cores that it shows.
const CORES_SHOWN: u32 = 8;
/// Letters in a line at most.
const WIDTH: usize = 80;
/// Columns of the drawing at most.
const COLUMNS: u64 = 48;

/// The timeline of every runtime, lines of at most 80 letters.
#[must_use]
pub fn text(traced: &Traced) -> String {
    let column = column(traced);
    let widest = traced.runtimes.iter().map(|trace| trace.name.chars().count()).max().unwrap_or(0);
    let widest = widest.clamp(4, 12);
    let mut out = format!(
        "{:widest$}       # CPU   - I/O   . waiting     {} a column\n",
        "",
        duration(column.seconds(), None)
    );
    let base = traced.runtimes.get(traced.baseline).and_then(|trace| rate(trace, traced.from));
    for (place, trace) in traced.runtimes.iter().enumerate() {
        let gain = rate(trace, traced.from).zip(base).map(|(own, base)| own / base);
        let gain = gain.filter(|_| place != traced.baseline && traced.formula.is_some());
        runtime(&mut out, traced, trace, (column, widest, gain));
    }
    for text in left_out(traced) {
        out.extend(hanging("  Note ", &text, WIDTH).iter().map(|line| format!("{line}\n")));
    }
    out
}

fn runtime(
    out: &mut String,
    traced: &Traced,
    trace: &RuntimeTrace,
    (column, widest, gain): (Span, usize, Option<f64>),
) {
    let mut side = vec![format!(
        "{} done at {}",
        trace.done,
        duration(trace.last_end.since(traced.from).seconds(), None)
    )];
    side.extend(gain.map(|gain| format!("gain {}", figure(gain, 3))));
    side.extend(gain.and(traced.formula).map(|formula| format!("formula {}", figure(formula, 3))));
    let mut side = side.into_iter();
    let columns = columns(traced, column);
    let mut name: String = trace.name.chars().take(widest).collect();
    for request in trace.requests.iter().take(REQUESTS_SHOWN) {
        let row: String = (0..columns).map(|i| sign(request, traced.from, column, i)).collect();
        let number = request.number + 1;
        line(
            out,
            &format!("{name:widest$} {number:>5}  {row:<width$}", width = columns as usize),
            side.next(),
        );
        name.clear();
    }
    let hidden = trace.requests.len().saturating_sub(REQUESTS_SHOWN);
    if hidden > 0 {
        line(out, &format!("{name:widest$}        … and {hidden} more requests"), None);
    }
    let mut shown = Some(format!("CPU busy {}", percent(trace.cpu)));
    for core in 0..trace.cores.min(CORES_SHOWN) {
        if trace.bursts.is_empty() {
            break;
        }
        let row: String =
            (0..columns).map(|i| core_sign(trace, core, (traced.from, column, i))).collect();
        let label = if trace.cores == 1 { "core".to_owned() } else { format!("core{core}") };
        let text = format!("{:widest$} {label:>5}  {row:<width$}", "", width = columns as usize);
        line(out, &text, shown.take());
    }
    side.for_each(|left| {
        line(
            out,
            &format!("{:widest$}        {:width$}", "", "", width = columns as usize),
            Some(left),
        )
    });
}

fn line(out: &mut String, text: &str, side: Option<String>) {
    let side = side.map_or_else(String::new, |side| format!("  {side}"));
    writeln!(out, "{}", format!("{text}{side}").trim_end()).expect("a String takes all");
}

/// A round length of time of which the window has no more than [`COLUMNS`].
fn column(traced: &Traced) -> Span {
    let shown = shown(traced).0.max(1);
    let mut unit = 1;
    loop {
        for step in [1, 2, 5] {
            let span = unit * step;
            if shown.div_ceil(span) <= COLUMNS {
                return Span(span);
            }
        }
        unit *= 10;
    }
}

/// As much of the window as the shown requests take.
fn shown(traced: &Traced) -> Span {
    shown_until(traced).since(traced.from)
}

fn columns(traced: &Traced, column: Span) -> u64 {
    shown(traced).0.div_ceil(column.0.max(1))
}

fn edges(from: Time, column: Span, place: u64) -> (Time, Time) {
    (Time(from.0 + place * column.0), Time(from.0 + (place + 1) * column.0))
}

fn sign(request: &RequestTrace, from: Time, column: Span, place: u64) -> char {
    let (from, to) = edges(from, column, place);
    match request.part_between(from, to).map(Kind::of) {
        Some(Kind::Cpu) => '#',
        Some(Kind::Io) => '-',
        Some(Kind::Waiting) => '.',
        None => ' ',
    }
}

fn core_sign(trace: &RuntimeTrace, core: u32, (from, column, place): (Time, Span, u64)) -> char {
    if is_busy(&trace.bursts, core, edges(from, column, place)) { '#' } else { ' ' }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Document;
    use crate::model::{Model, Overrides};
    use crate::simulation::Control;
    use crate::study::trace::trace;

    /// Four requests of 2 ms of CPU around 4 ms of I/O on one core.
    pub const FOUR: &str = "[load]\nkind = \"batch\"\ncount = 4\n[[request]]\n\
        steps = [{ cpu = \"1 ms\" }, { io = \"4 ms\" }, { cpu = \"1 ms\" }]\n\
        [[runtime]]\nname = \"sync\"\nkind = \"sync-worker\"\nworkers = 1\n\
        [[runtime]]\nname = \"loop\"\nkind = \"event-loop\"\nloops = 1\n[host]\ncores = 1\n";

    #[test]
    fn the_timeline_shows_at_a_glance_why_the_loop_wins() {
        let document = Document::from_text("four", FOUR);
        let model = Model::read(&document, &Overrides::new()).unwrap();
        let traced =
            trace(&model, Span::ZERO, Span::from_millis(100), &Control::default()).unwrap();
        let text = text(&traced);
        for line in [
            "sync     1  ##--------##                                      4 done at 24 ms",
            "         2  ............##--------##",
            "         4  ....................................##--------##",
            "      core  ##        ####        ####        ####        ##  CPU busy 33 %",
            "loop     1  ##--------##                                      4 done at 9 ms",
            "         2  ..##--------##                                    gain 2.67",
            "         3  ....##--------##                                  formula 3",
            "         4  ......##--------##",
            "      core  ########  ########                                CPU busy 89 %",
        ] {
            assert!(text.lines().any(|shown| shown == line), "{line}\n{text}");
        }
        assert!(text.contains("500 us a column") || text.contains("0.5 ms a column"), "{text}");
    }
}
