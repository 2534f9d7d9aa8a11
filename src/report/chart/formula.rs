//! Gain against the blocking coefficient: what was simulated, exact theory, the bound, the formula;
//! and below it the gain over the formula's on an even axis, where the differences show.

use super::axis::{Axis, Scale};
use super::drawing::{At, Dimension, Drawing, Panel, Rule, Series, Shape, Spot};
use super::palette::{BLACK, GREY, Look, look};
use super::table::Table;
use super::table_chart::Choice;
use super::{Error, Figure, Page, points, words};

/// A curve of theory: name, column, dashes.
type Theory = (&'static str, &'static str, &'static [f64]);

/// Those that lie under what was simulated, for they are far from it where it matters.
const LIMITS: [Theory; 2] =
    [("formula 1 + T_io/T_cpu", "gain_formula", &[]), ("bound", "gain_bound", &[3.0, 1.5])];

/// That which lies on it: under it, it would not be seen where both agree.
const EXACT: [Theory; 1] = [("exact theory", "gain_exact", &[0.9, 2.1])];

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
    let formula = Some(table.column("gain_formula")?);
    let layers = |simulated: Vec<Series>, formula| {
        let limits = curves(table, &groups, &LIMITS, (x, formula));
        let exact = curves(table, &groups, &EXACT, (x, formula));
        [limits, simulated, exact].concat()
    };
    let (above, below) = (layers(simulated, None), layers(over, formula));
    let mut drawing = drawing(above, below, table.baseline());
    drawing.notes.extend(fixed.clone());
    Ok(Figure::of(drawing, page)?.hinting(fixed.as_ref().map(|_| points::OTHERS.to_owned())))
}

/// Theory's curves, the formula's in grey, each once; as shares of this column's values, where one is
/// given.
fn curves(
    table: &Table,
    groups: &[(Vec<&str>, Vec<usize>)],
    theory: &[Theory],
    (x, over): (usize, Option<usize>),
) -> Vec<Series> {
    let mut series: Vec<Series> = Vec::new();
    for &(name, column, dash) in theory {
        let Some(column) = table.find(column) else { continue };
        for (_, rows) in groups {
            let mut spots = points::spots(table, rows, x, column);
            spots.iter_mut().for_each(|spot| spot.interval = None);
            if let Some(over) = over {
                spots = shares(&spots, &points::spots(table, rows, x, over));
            }
            let shape = Shape::Curve(spots);
            // Where the bound is the formula's both are said, the dashes over the line.
            let known = series.iter().any(|other| other.name == name && other.shape == shape);
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
        series.shape = Shape::Measured(shares(series.shape.spots(), &formulas));
    }
    Ok(series)
}

/// Values as shares of those at the same place.
fn shares(spots: &[Spot], of: &[Spot]) -> Vec<Spot> {
    let share = |spot: &Spot| {
        let by = of.iter().find(|other| other.x.to_bits() == spot.x.to_bits())?.y;
        let interval = spot.interval.map(|ends| ends.map(|end| end / by));
        (by > 0.0).then_some(Spot { y: spot.y / by, interval, ..*spot })
    };
    spots.iter().filter_map(share).collect()
}

fn drawing(series: Vec<Series>, over: Vec<Series>, baseline: Option<&str>) -> Drawing {
    let whom = baseline.unwrap_or("the baseline");
    Drawing {
        title: format!("Gain in throughput over {whom} against the blocking coefficient"),
        about: format!(
            "Gain in throughput over {whom} against the blocking coefficient, as simulated and by theory (above), and \
             each as a share of the formula's (below)."
        ),
        panels: panels(series, over, whom),
        notes: vec!["Bands: 95 % intervals, where wider than the line.".to_owned()],
    }
}

/// Below this share of the formula's gain an axis begins at 0.
const FAR: f64 = 0.4;

/// Gains on logarithmic axes, and below them as shares of the formula's, where the differences show.
pub(super) fn panels(gains: Vec<Series>, over: Vec<Series>, baseline: &str) -> Vec<Panel> {
    let (x, up) = points::extent(&gains);
    let across = words::dimension("blocking_coefficient", &x, Axis::log);
    let up: Vec<f64> = up.into_iter().chain([1.0]).collect();
    let (_, shares) = points::extent(&over);
    let shares: Vec<f64> = shares.into_iter().chain([1.0]).collect();
    let (least, top) = shares.iter().fold((1.0_f64, 1.0_f64), |(a, b), x| (a.min(*x), b.max(*x)));
    let shares = match least < FAR {
        true => Axis { scale: Scale::Even, from: 0.0, to: top * 1.06 },
        false => Axis::around(&shares),
    };
    vec![
        Panel {
            x: across.clone(),
            y: Dimension::plain(format!("gain over {baseline}"), "gain", Axis::log(&up)),
            height: 0.46,
            rows: Vec::new(),
            series: gains,
            rules: Vec::new(),
        },
        Panel {
            x: across,
            y: Dimension::plain("gain / formula", "gain_over_formula", shares),
            height: 0.28,
            rows: Vec::new(),
            series: over,
            rules: vec![Rule { at: At::Y(1.0), look: None }],
        },
    ]
}
