//! The timeline of the first requests under each runtime: why an event loop wins, and why it
//! doesn't.

use super::super::number::{figure, percent};
use super::super::trace::{Kind, REQUESTS_SHOWN, is_busy, left_out, rate, shown_until};
use super::axis::{Axis, Scale};
use super::drawing::{Bar, Dimension, Drawing, Panel, Row, Series, Shape};
use super::palette::{BLUE, Hatch, LIGHT, Look, ORANGE, look};
use super::words::duration;
use super::{Error, Figure, Page};
use crate::study::trace::{Burst, RuntimeTrace, Traced};
use crate::units::Time;

/// Cores that it shows of each runtime.
const CORES_SHOWN: u32 = 4;

/// Bars of a row that can be told apart; of more, each of so many columns is drawn or not.
const MOST_BARS: u64 = 1000;

/// The chart of a trace; `None` where nothing happened in its window.
///
/// # Errors
///
/// What the drawing library or the table of numbers reports.
pub fn timeline(traced: &Traced, page: &Page) -> Result<Option<Figure>, Error> {
    let until = shown_until(traced);
    let since = |time: Time| time.min(until).since(traced.from).seconds();
    let mut rows = Vec::new();
    let mut bars: [Vec<Bar>; 3] = Default::default();
    let base = traced.runtimes.get(traced.baseline).and_then(|trace| rate(trace, traced.from));
    for (place, trace) in traced.runtimes.iter().enumerate() {
        let mut side = side(
            traced,
            trace,
            base.filter(|_| place != traced.baseline && traced.formula.is_some()),
        )
        .into_iter();
        let mut row = |name: String, begins: bool| {
            rows.push(Row { name, figure: side.next().unwrap_or_default(), begins });
            rows.len() - 1
        };
        for (place, request) in trace.requests.iter().take(REQUESTS_SHOWN).enumerate() {
            let name =
                if place == 0 { format!("{} 1", trace.name) } else { (place + 1).to_string() };
            let row = row(name, place == 0);
            for stretch in request.stretches.iter().filter(|stretch| stretch.from < until) {
                let bar = Bar { row, from: since(stretch.from), to: since(stretch.to) };
                bars[Kind::of(stretch.part) as usize].push(bar);
            }
        }
        for core in 0..trace.cores.min(CORES_SHOWN) {
            let busy = busy(trace, core, (traced.from, until));
            if busy.is_empty() {
                continue;
            }
            let row = row(
                if trace.cores == 1 { "core".to_owned() } else { format!("core {core}") },
                false,
            );
            let bars = &mut bars[Kind::Cpu as usize];
            bars.extend(busy.iter().map(|(from, to)| Bar {
                row,
                from: since(*from),
                to: since(*to),
            }));
        }
    }
    let ends: Vec<f64> = bars.iter().flatten().map(|bar| bar.to).collect();
    if ends.is_empty() {
        return Ok(None);
    }
    Figure::of(drawing(traced, rows, bars, &ends), page).map(Some)
}

/// When a core is busy from one moment to another; in columns where bursts are too many to be seen.
fn busy(trace: &RuntimeTrace, core: u32, (from, until): (Time, Time)) -> Vec<(Time, Time)> {
    let bursts = trace.bursts.iter().filter(|burst| burst.core == core && burst.from < until);
    let bursts: Vec<Burst> = bursts.copied().collect();
    if bursts.len() as u64 <= MOST_BARS {
        return bursts.iter().map(|burst| (burst.from, burst.to)).collect();
    }
    let edge = |place: u64| {
        let share = u128::from(until.0 - from.0) * u128::from(place) / u128::from(MOST_BARS);
        Time(from.0 + share as u64)
    };
    let columns = (0..MOST_BARS).map(|place| (edge(place), edge(place + 1)));
    let mut busy: Vec<(Time, Time)> = Vec::new();
    for (from, to) in columns.filter(|column| is_busy(&bursts, core, *column)) {
        match busy.last_mut() {
            Some(last) if last.1 == from => last.1 = to,
            _ => busy.push((from, to)),
        }
    }
    busy
}

/// What stands at the right of a runtime's first rows.
fn side(traced: &Traced, trace: &RuntimeTrace, base: Option<f64>) -> Vec<String> {
    let until = duration(trace.last_end.since(traced.from).seconds());
    let mut side = vec![format!("{} done at {until}", trace.done)];
    let gain = rate(trace, traced.from).zip(base).map(|(own, base)| own / base);
    side.extend(gain.map(|gain| format!("gain {}", figure(gain, 3))));
    side.extend(gain.and(traced.formula).map(|formula| format!("formula {}", figure(formula, 3))));
    if !trace.bursts.is_empty() {
        side.push(format!("CPU busy {}", percent(trace.cpu)));
    }
    side
}

/// A sentence where not every core has a row.
fn cores_left_out(traced: &Traced) -> Option<String> {
    let most = traced.runtimes.iter().map(|trace| trace.cores).max().unwrap_or(0);
    (most > CORES_SHOWN)
        .then(|| format!("Of the {most} cores of a runtime the first {CORES_SHOWN} are drawn, where they are used."))
}

fn drawing(traced: &Traced, rows: Vec<Row>, bars: [Vec<Bar>; 3], ends: &[f64]) -> Drawing {
    let whole = |values: &[f64]| Axis {
        scale: Scale::Even,
        from: 0.0,
        to: values.iter().copied().fold(f64::MIN_POSITIVE, f64::max),
    };
    let looks = [
        ("CPU", Look { color: BLUE, hatch: Hatch::Plain, ..look(0) }),
        ("I/O", Look { color: LIGHT, hatch: Hatch::Plain, ..look(0) }),
        (
            "waiting for a worker, a core or a loop",
            Look { color: ORANGE, hatch: Hatch::Rising, ..look(0) },
        ),
    ];
    let series = looks.into_iter().zip(bars).filter(|(_, bars)| !bars.is_empty());
    let series = series.map(|((name, look), bars)| Series {
        name: name.to_owned(),
        look,
        shape: Shape::Bars(bars),
    });
    let panel = Panel {
        x: Dimension::time("virtual time", "time_s", ends, whole),
        y: Dimension::plain("", "row", Axis { scale: Scale::Even, from: 0.0, to: 1.0 }),
        height: 0.0,
        rows,
        series: series.collect(),
        rules: Vec::new(),
    };
    Drawing {
        title: format!("{}: the first requests under each runtime", traced.model),
        about: format!(
            "The first requests under each runtime, what each does when, and the cores: one replication from {} of \
             virtual time on, {}; what happens, and no estimate.",
            duration(traced.from.since(Time::ZERO).seconds()),
            if traced.from == Time::ZERO {
                "its beginning, without a warm-up"
            } else {
                "what came before is its warm-up"
            }
        ),
        panels: vec![panel],
        notes: left_out(traced).into_iter().chain(cores_left_out(traced)).collect(),
    }
}
