//! The timeline of the first requests under each runtime: why an event loop wins, and why it
//! doesn't.

use super::super::number::{duration, figure, percent};
use super::super::trace::{Kind, REQUESTS_SHOWN, rate};
use super::axis::{Axis, Scale};
use super::drawing::{Bar, Dimension, Drawing, Panel, Row, Series, Shape};
use super::palette::{BLUE, Hatch, LIGHT, Look, ORANGE, look};
use super::{Error, Figure, Page};
use crate::study::trace::{RuntimeTrace, Traced};

/// Cores that it shows of each runtime.
const CORES_SHOWN: u32 = 4;

/// The chart of a trace; `None` where nothing happened in its window.
///
/// # Errors
///
/// What the drawing library or the table of numbers reports.
pub fn timeline(traced: &Traced, page: &Page) -> Result<Option<Figure>, Error> {
    let since = |time: crate::units::Time| time.since(traced.from).seconds();
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
            for stretch in &request.stretches {
                let bar = Bar { row, from: since(stretch.from), to: since(stretch.to) };
                bars[Kind::of(stretch.part) as usize].push(bar);
            }
        }
        for core in 0..trace.cores.min(CORES_SHOWN) {
            let bursts: Vec<_> = trace.bursts.iter().filter(|burst| burst.core == core).collect();
            if bursts.is_empty() {
                continue;
            }
            let row = row(
                if trace.cores == 1 { "core".to_owned() } else { format!("core {core}") },
                false,
            );
            let bars = &mut bars[Kind::Cpu as usize];
            bars.extend(bursts.iter().map(|b| Bar { row, from: since(b.from), to: since(b.to) }));
        }
    }
    let ends: Vec<f64> = bars.iter().flatten().map(|bar| bar.to).collect();
    if ends.is_empty() {
        return Ok(None);
    }
    Figure::of(drawing(traced, rows, bars, &ends), page).map(Some)
}

/// What stands at the right of a runtime's first rows.
fn side(traced: &Traced, trace: &RuntimeTrace, base: Option<f64>) -> Vec<String> {
    let until = duration(trace.last_end.since(traced.from).seconds(), None);
    let mut side = vec![format!("{} done at {until}", trace.done)];
    let gain = rate(trace, traced.from).zip(base).map(|(own, base)| own / base);
    side.extend(gain.map(|gain| format!("gain {}", figure(gain, 3))));
    side.extend(gain.and(traced.formula).map(|formula| format!("formula {}", figure(formula, 3))));
    if !trace.bursts.is_empty() {
        side.push(format!("CPU busy {}", percent(trace.cpu)));
    }
    side
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
        about: "The first requests under each runtime, what each does when, and the cores."
            .to_owned(),
        panels: vec![panel],
        notes: Vec::new(),
    }
}
