//! The tornado: what a change of each input does to a metric, a panel each runtime, the largest
//! effect at the top.
//!
//! Needs the columns of a sensitivity's table: `input`, `low`, `high` (the metric at the lower and at
//! the higher value) and `base`; `runtime`, `metric`, `by` (the change), `low_set`, `high_set` and the
//! interval of `swing` are used where they are there.

use super::super::number;
use super::axis::Axis;
use super::drawing::{At, Bar, Dimension, Drawing, Panel, Row, Rule, Series, Shape};
use super::palette::{BLUE, Hatch, Look, ORANGE, look};
use super::table::Table;
use super::table_chart::Choice;
use super::{Error, Figure, Page, precision, words};

/// Inputs that a panel shows.
const SHOWN: usize = 12;

/// One input: what it does to the metric.
struct Effect {
    input: String,
    low: f64,
    high: f64,
    base: f64,
    /// Whether chance alone may explain the swing.
    by_chance: bool,
}

impl Effect {
    fn swing(&self) -> f64 {
        (self.high - self.low).abs()
    }
}

/// Draws the chart.
///
/// # Errors
///
/// The table has not these columns, or no row with numbers in them.
pub fn draw(table: &Table, _: &Choice, page: &Page) -> Result<Figure, Error> {
    let input = table.column("input")?;
    let [low, high, base] = [table.column("low")?, table.column("high")?, table.column("base")?];
    let text = |name: &str| {
        table.find(name).map(|column| table.text(0, column)).filter(|text| !text.is_empty())
    };
    let metric = Table::column_of(text("metric").unwrap_or("metric"));
    let change = text("by").map_or_else(String::new, |by| format!("{by} "));
    let keys: Vec<usize> = table.find("runtime").into_iter().collect();
    let swing = table.find("swing");
    let sets = ["low_set", "high_set"].map(|name| table.find(name));
    let mut panels = Vec::new();
    for (key, rows) in table.groups(&keys) {
        let mut effects: Vec<Effect> = rows
            .into_iter()
            .filter_map(|row| {
                let number = |column| table.number(row, column);
                let (low, high, base) = (number(low)?, number(high)?, number(base)?);
                let set = |column: Option<usize>| table.reckoned(row, column?);
                let input = named(table.text(row, input), sets.map(set));
                let swing = swing.and_then(|column| table.interval(row, column));
                let by_chance = swing.is_some_and(|[from, to]| from <= 0.0 && 0.0 <= to);
                Some(Effect { input, low, high, base, by_chance })
            })
            .collect();
        effects.sort_by(|a, b| b.swing().total_cmp(&a.swing()));
        effects.truncate(SHOWN);
        if !effects.is_empty() {
            let runtime = key.first().copied().unwrap_or("");
            let values: Vec<f64> = effects.iter().flat_map(|e| [e.low, e.high, e.base]).collect();
            let x = words::metric(table, metric, &values, Axis::around);
            panels.push(panel(&effects, runtime, x, &change));
        }
    }
    if panels.is_empty() {
        return Err(Error::Unfit("no row has numbers in low, high and base".to_owned()));
    }
    // The axes have the unit; panels may differ in it.
    let title = words::gain(metric, table.baseline()).unwrap_or_else(|| words::of(metric));
    let bases = (0..table.len())
        .filter_map(|row| Some((table.number(row, base)?, table.interval(row, base))));
    let precision = precision::widest(&words::quantity(metric), bases);
    let drawing = Drawing {
        title: format!("What each input does to: {title}"),
        about: format!("What each input {change}lower and higher does to: {title}."),
        panels,
        notes: vec![
            "Upright line: the model as it is. At the right: the whole swing as a share of it, or \
                chance where its 95 % interval holds 0."
                .to_owned(),
        ],
    };
    Ok(Figure::of(drawing, page)?.within(precision))
}

/// `workers of sync, 12–20`; without the values where they are none.
fn named(input: &str, set: [Option<String>; 2]) -> String {
    let name = words::input(input);
    let [Some(low), Some(high)] = set else { return name };
    format!("{name}, {low}–{high}")
}

fn panel(effects: &[Effect], runtime: &str, mut x: Dimension, change: &str) -> Panel {
    let base = effects[0].base;
    if !runtime.is_empty() {
        x.title = format!("{runtime}: {}", x.title);
    }
    let series = |name: String, look: Look, end: fn(&Effect) -> f64| {
        let bars = effects.iter().enumerate();
        let bars = bars.map(|(row, effect)| Bar { row, from: base, to: end(effect) });
        Series { name, look, shape: Shape::Bars(bars.collect()) }
    };
    let fewer = Look { color: BLUE, hatch: Hatch::Plain, ..look(0) };
    let more = Look { color: ORANGE, hatch: Hatch::Rising, ..look(0) };
    let share = |effect: &Effect| match base.abs() {
        0.0 => String::new(),
        _ if effect.by_chance && effect.swing() > 0.0 => "chance".to_owned(),
        base => format!("{} %", number::figure(effect.swing() / base * 100.0, 2)),
    };
    let rows = effects.iter().map(|effect| Row {
        name: effect.input.clone(),
        figure: share(effect),
        begins: false,
    });
    Panel {
        y: Dimension::plain("", "row", Axis::even(&[0.0, 1.0])),
        height: 0.0,
        rows: rows.collect(),
        series: vec![
            series(format!("{change}lower"), fewer, |effect| effect.low),
            series(format!("{change}higher"), more, |effect| effect.high),
        ],
        rules: vec![Rule { at: At::X(base), look: None }],
        x,
    }
}
