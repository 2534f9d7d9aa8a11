//! The tornado: what a change of each parameter does to a metric, the largest effect at the top.
//!
//! Needs the columns `parameter`, `low`, `high` (the metric at the lower and at the higher value) and
//! `base`; `metric` names the metric's column and `by` the change (`20 %`) where they are there.

use super::super::number;
use super::axis::Axis;
use super::drawing::{At, Bar, Drawing, Panel, Row, Rule, Series, Shape};
use super::palette::{BLUE, Hatch, Look, ORANGE, look};
use super::table::Table;
use super::table_chart::Choice;
use super::{Error, Figure, Page, words};

/// Draws the chart.
///
/// # Errors
///
/// The table has not these columns, or no row with numbers in them.
pub fn draw(table: &Table, _: &Choice, page: &Page) -> Result<Figure, Error> {
    let parameter = table.column("parameter")?;
    let [low, high, base] = [table.column("low")?, table.column("high")?, table.column("base")?];
    let mut effects: Vec<(String, f64, f64, f64)> = (0..table.len())
        .filter_map(|row| {
            let number = |column| table.number(row, column);
            let name = table.text(row, parameter).to_owned();
            Some((name, number(low)?, number(high)?, number(base)?))
        })
        .collect();
    let Some((_, _, _, base)) = effects.first().cloned() else {
        return Err(Error::Unfit("no row has numbers in low, high and base".to_owned()));
    };
    effects.sort_by(|a, b| (b.2 - b.1).abs().total_cmp(&(a.2 - a.1).abs()));
    let text =
        |name: &str| table.find(name).map(|column| table.text(0, column)).filter(|t| !t.is_empty());
    let metric = text("metric").unwrap_or("metric");
    let values: Vec<f64> =
        effects.iter().flat_map(|(_, low, high, base)| [*low, *high, *base]).collect();
    let x = words::dimension(metric, &values, Axis::around);
    let change = text("by").map_or_else(String::new, |by| format!("{by} "));
    let series = |name: String, look: Look, end: fn(&(String, f64, f64, f64)) -> f64| Series {
        name,
        look,
        shape: Shape::Bars(
            effects
                .iter()
                .enumerate()
                .map(|(row, effect)| Bar { row, from: base, to: end(effect) })
                .collect(),
        ),
    };
    let fewer = Look { color: BLUE, hatch: Hatch::Plain, ..look(0) };
    let more = Look { color: ORANGE, hatch: Hatch::Rising, ..look(0) };
    let rows = effects.iter().map(|(name, low, high, _)| Row {
        name: name.clone(),
        figure: format!("{} %", number::figure((high - low).abs() / base.abs() * 100.0, 2)),
        begins: false,
    });
    let panel = Panel {
        y: super::drawing::Dimension::plain("", "row", Axis::even(&[0.0, 1.0])),
        height: 0.0,
        rows: rows.collect(),
        series: vec![
            series(format!("{change}lower"), fewer, |effect| effect.1),
            series(format!("{change}higher"), more, |effect| effect.2),
        ],
        rules: vec![Rule { at: At::X(base), label: String::new(), look: None }],
        x,
    };
    let title = panel.x.title.clone();
    let drawing = Drawing {
        title: format!("What each parameter does to: {title}"),
        about: format!("What each parameter {change}lower and higher does to: {title}."),
        panels: vec![panel],
        notes: vec![
            "Upright line: the model as it is. At the right: the whole swing as a share of it."
                .to_owned(),
        ],
    };
    Figure::of(drawing, page)
}
