//! Where the time goes: the parts of the response time, on average and of the slowest 1 %.
//!
//! Runtimes differ by orders of magnitude, so that a bar is the whole of its response time and its
//! length stands behind it.

use plotters::style::RGBColor;

use super::axis::{Axis, Scale};
use super::drawing::{Bar, Dimension, Drawing, Labels, Panel, Row, Series, Shape};
use super::palette::{
    BLACK, BLUE, GREEN, Hatch, Look, Marker, ORANGE, PURPLE, SKY, STEM, VERMILION,
};
use super::{Error, Figure, Page, precision, words};
use crate::study::result::{Breakdown, Estimate, Outcome, RuntimeResult};

/// One part of a response time.
struct Part {
    name: &'static str,
    color: RGBColor,
    hatch: Hatch,
    of: fn(&Breakdown) -> &Estimate,
}

/// From the work itself to what comes before it.
const PARTS: [Part; 8] = [
    Part { name: "on a core", color: BLUE, hatch: Hatch::Plain, of: |b| &b.running },
    Part { name: "I/O", color: STEM, hatch: Hatch::Plain, of: |b| &b.io },
    Part { name: "waits for a core", color: VERMILION, hatch: Hatch::Rising, of: |b| &b.cpu_wait },
    Part { name: "waits for the loop", color: ORANGE, hatch: Hatch::Upright, of: |b| &b.loop_wait },
    Part { name: "waits for the GIL", color: PURPLE, hatch: Hatch::Crossed, of: |b| &b.lock_wait },
    Part {
        name: "waits for an executor",
        color: SKY,
        hatch: Hatch::Level,
        of: |b| &b.executor_wait,
    },
    Part {
        name: "waits for a slot",
        color: GREEN,
        hatch: Hatch::Falling,
        of: |b| &b.resource_wait,
    },
    Part { name: "waits to be taken", color: BLACK, hatch: Hatch::Rising, of: |b| &b.accept },
];

/// Draws the chart; `None` where nothing was simulated.
///
/// # Errors
///
/// What the drawing library or the table of numbers reports.
pub fn draw(outcome: &Outcome, page: &Page) -> Result<Option<Figure>, Error> {
    let mut rows = Vec::new();
    let mut bars: Vec<Vec<Bar>> = vec![Vec::new(); PARTS.len()];
    for (scenario, runtime) in runtimes(outcome) {
        let name = match scenario {
            "" => runtime.name.clone(),
            scenario => format!("{}, {scenario}", runtime.name),
        };
        for (name, parts, begins) in [
            (name, &runtime.breakdown_s, true),
            ("its slowest 1 %".to_owned(), &runtime.breakdown_tail_s, false),
        ] {
            let values = PARTS.each_ref().map(|part| seconds((part.of)(parts)));
            let total: f64 = values.iter().sum();
            if total <= 0.0 {
                continue;
            }
            let mut from = 0.0;
            for (bars, value) in bars.iter_mut().zip(values) {
                // The last of many roundings does not leave the axis.
                let to = (from + value / total).min(1.0);
                if value > 0.0 {
                    bars.push(Bar { row: rows.len(), from, to });
                }
                from = to;
            }
            rows.push(Row { name, figure: words::duration(total), begins });
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let means = runtimes(outcome).filter_map(|(_, runtime)| {
        let mean = &runtime.response_s.mean;
        Some((mean.value?, mean.ci95))
    });
    let precision = precision::widest("the mean response time", means);
    Ok(Some(Figure::of(drawing(outcome, rows, bars), page)?.within(precision)))
}

fn drawing(outcome: &Outcome, rows: Vec<Row>, bars: Vec<Vec<Bar>>) -> Drawing {
    let axis = Axis { scale: Scale::Even, from: 0.0, to: 100.0 };
    let share = Dimension {
        title: "share of the mean response time (%)".to_owned(),
        column: "share".to_owned(),
        factor: 100.0,
        axis,
        labels: Labels::Numbers,
    };
    let series = PARTS.iter().zip(bars).filter(|(_, bars)| !bars.is_empty());
    let series = series.map(|(part, bars)| {
        let (color, hatch) = (part.color, part.hatch);
        let look = Look { color, dash: &[], marker: Marker::Disc, hatch };
        Series { name: part.name.to_owned(), look, shape: Shape::Bars(bars) }
    });
    let panel = Panel {
        x: share,
        y: Dimension::plain("", "row", Axis { scale: Scale::Even, from: 0.0, to: 1.0 }),
        height: 0.0,
        rows,
        series: series.collect(),
        rules: Vec::new(),
    };
    Drawing {
        title: format!("{}: where the response time goes", outcome.model),
        about: "Where the response time goes, as shares of the mean of all completed requests and \
                of the slowest 1 % of them; at the right the mean itself."
            .to_owned(),
        panels: vec![panel],
        notes: Vec::new(),
    }
}

fn runtimes(outcome: &Outcome) -> impl Iterator<Item = (&str, &RuntimeResult)> {
    let base = outcome.runtimes.iter().map(|runtime| ("", runtime));
    base.chain(outcome.scenarios.iter().flat_map(|scenario| {
        scenario.runtimes.iter().map(|runtime| (scenario.name.as_str(), runtime))
    }))
}

fn seconds(estimate: &Estimate) -> f64 {
    estimate.value.filter(|value| value.is_finite()).unwrap_or(0.0)
}
