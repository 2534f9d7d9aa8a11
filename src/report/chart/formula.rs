//! Gain against the blocking coefficient: what was simulated, exact theory, the bound, the formula;
//! and below it the gain over the formula's on an even axis, where the differences show.

use super::axis::{Axis, Scale};
use super::drawing::{At, Dimension, Drawing, Panel, Rule, Series, Shape, Spot};
use super::palette::{BLACK, GREY, Look, look};
use super::table::Table;
use super::table_chart::Choice;
use super::{Error, Figure, Page, points, words};

/// The curves of theory: name, column, dashes, whether they are all one.
const THEORY: [(&str, &str, &[f64]); 3] = [
    ("formula 1 + T_io/T_cpu", "gain_formula", &[]),
    ("bound", "gain_bound", &[3.0, 1.5]),
    ("exact theory", "gain_exact", &[0.9, 1.1]),
];

/// Draws the chart.
///
/// # Errors
///
/// The table has no gains or no blocking coefficient that varies.
pub fn draw(table: &Table, _: &Choice, page: &Page) -> Result<Figure, Error> {
    let x = table.column("blocking_coefficient").or_else(|_| table.column("beta"))?;
    let gain = table.column("gain")?;
    if !table.varies(x) {
        return Err(Error::Unfit(
            "the blocking coefficient is the same in every row; sweep it with --vary beta=0.1..100:log20"
                .to_owned(),
        ));
    }
    let (table, fixed) = &points::uncrowded(table, x);
    let keys = points::keys(table, x);
    let mut groups = table.groups(&keys);
    // The baseline gains nothing over itself.
    groups.retain(|(_, rows)| {
        rows.iter()
            .filter_map(|row| table.number(*row, gain))
            .any(|gain| (gain - 1.0).abs() > 1e-12)
    });
    let simulated = points::measured(table, &groups, &keys, (x, gain));
    if simulated.is_empty() {
        return Err(Error::Unfit(
            "the table has no gains of a runtime over the baseline".to_owned(),
        ));
    }
    let over = over_formula(table, &groups, &keys, x)?;
    let mut series = curves(table, &groups, x);
    series.extend(simulated);
    let mut drawing = drawing(series, over);
    drawing.notes.extend(fixed.clone());
    Figure::of(drawing, page)
}

/// Theory's curves, in black below the simulated values, each once.
fn curves(table: &Table, groups: &[(Vec<&str>, Vec<usize>)], x: usize) -> Vec<Series> {
    let mut series: Vec<Series> = Vec::new();
    for (name, column, dash) in THEORY {
        let Some(column) = table.find(column) else { continue };
        for (_, rows) in groups {
            let mut spots = points::spots(table, rows, x, column);
            spots.iter_mut().for_each(|spot| spot.interval = None);
            let shape = Shape::Curve(spots);
            let known = series.iter().any(|other| other.shape == shape);
            if !known && !shape.spots().is_empty() {
                let color = if dash.is_empty() { GREY } else { BLACK };
                series.push(Series {
                    name: name.to_owned(),
                    look: Look { color, dash, ..look(0) },
                    shape,
                });
            }
        }
    }
    series
}

fn over_formula(
    table: &Table,
    groups: &[(Vec<&str>, Vec<usize>)],
    keys: &[usize],
    x: usize,
) -> Result<Vec<Series>, Error> {
    let (gain, formula) = (table.column("gain")?, table.column("gain_formula")?);
    let mut series = points::measured(table, groups, keys, (x, gain));
    for (series, (_, rows)) in series.iter_mut().zip(groups) {
        let formulas = points::spots(table, rows, x, formula);
        let promised = |at: f64| formulas.iter().find(|spot| spot.x.to_bits() == at.to_bits());
        let spots = series.shape.spots().iter().filter_map(|spot| {
            let by = promised(spot.x)?.y;
            let over = Spot {
                y: spot.y / by,
                interval: spot.interval.map(|i| i.map(|end| end / by)),
                ..*spot
            };
            (by > 0.0).then_some(over)
        });
        series.shape = Shape::Measured(spots.collect());
    }
    Ok(series)
}

fn drawing(series: Vec<Series>, over: Vec<Series>) -> Drawing {
    Drawing {
        title: "Gain in throughput against the blocking coefficient".to_owned(),
        about:
            "Gain in throughput over the baseline against the blocking coefficient, as simulated \
                and by theory (above), and the simulated gain as a share of the formula's (below)."
                .to_owned(),
        panels: panels(series, over),
        notes: vec!["Bands: 95 % intervals, where wider than the line.".to_owned()],
    }
}

/// Gains on logarithmic axes, and below them as shares of the formula's, from 0.
pub(super) fn panels(gains: Vec<Series>, over: Vec<Series>) -> Vec<Panel> {
    let (x, up) = points::extent(&gains);
    let across = words::dimension("blocking_coefficient", &x, Axis::log);
    let up: Vec<f64> = up.into_iter().chain([1.0]).collect();
    let (_, shares) = points::extent(&over);
    let top = shares.iter().copied().fold(1.0, f64::max);
    let shares = Axis { scale: Scale::Even, from: 0.0, to: top * 1.06 };
    vec![
        Panel {
            x: across.clone(),
            y: words::dimension("gain", &up, Axis::log),
            height: 0.46,
            rows: Vec::new(),
            series: gains,
            rules: Vec::new(),
        },
        Panel {
            x: across,
            y: Dimension::plain("gain over formula", "gain_over_formula", shares),
            height: 0.28,
            rows: Vec::new(),
            series: over,
            rules: vec![Rule { at: At::Y(1.0), label: String::new(), look: None }],
        },
    ]
}
