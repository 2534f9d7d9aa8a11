//! A heat map of a sweep over two axes, a panel each runtime, with contours.
//!
//! Values swept stand at equal distances, whatever they are: a sweep chooses them so that they are
//! of equal interest. Colours are cividis (Nuñez, Anderton, Renslow 2018): the same order in grey
//! and for every kind of colour vision.

use super::axis::Axis;
use super::canvas::Canvas;
use super::drawing::{Dimension, Drawing};
use super::table::Table;
use super::table_chart::Choice;
use super::{Error, Figure, Page, points, precision, words};
use layout::Layout;

mod contour;
mod layout;
mod ramp;
mod tex;

/// The most panels of one figure.
const PANELS: usize = 8;
/// The most cells of one panel.
const MOST_CELLS: usize = 40_000;
/// The share of the scale from which colours are light, and contours black.
const LIGHT_FROM: f64 = 0.55;

/// A value and its interval.
type Value = (f64, Option<[f64; 2]>);

/// One runtime's values over the grid.
struct Map {
    name: String,
    /// From the lowest row up; `None` where nothing was measured.
    values: Vec<Vec<Option<Value>>>,
}

/// All that is drawn.
struct Heat {
    x: (String, Vec<f64>),
    y: (String, Vec<f64>),
    z: Dimension,
    maps: Vec<Map>,
    /// Those for which there is no room.
    left_out: Vec<String>,
}

impl Heat {
    /// The contour at a number of the scale, in columns and rows.
    fn contour(&self, map: &Map, level: f64) -> Vec<((f64, f64), (f64, f64))> {
        let share = |value| self.z.axis.share(self.z.on_axis(value));
        contour::lines(&map.values, level / self.z.factor, share)
    }
}

/// Draws the chart.
///
/// # Errors
///
/// Fewer than two columns vary, or the metric has no numbers.
pub fn draw(table: &Table, choice: &Choice, page: &Page) -> Result<Figure, Error> {
    let heat = read(table, choice)?;
    let about = format!("{} against {} and {}", heat.z.title, heat.x.0, heat.y.0);
    let about = words::sentence(&about);
    let drawing = Drawing {
        title: about.clone(),
        about: format!("{about}."),
        panels: Vec::new(),
        notes: notes(&heat),
    };
    let layout = Layout::new(&heat, &drawing, page);
    let canvas = Canvas::new(layout.width, layout.height)?;
    layout.draw(&canvas)?;
    let ink = canvas.finish();
    let tex = tex::document(&heat, &layout, &drawing.title, &ink);
    let cells = heat.maps.iter().flat_map(|map| map.values.iter().flatten().flatten().copied());
    let precision = precision::widest(&words::quantity(&heat.z.column), cells);
    let hint = (!heat.left_out.is_empty()).then(|| points::OTHERS.to_owned());
    let drawn = (ink, tex, numbers(&heat)?);
    Ok(Figure::new(drawing.clone(), drawn, page).within(precision).hinting(hint))
}

fn notes(heat: &Heat) -> Vec<String> {
    let cells = || heat.maps.iter().flat_map(|map| map.values.iter().flatten().flatten());
    let known = cells().any(|(_, interval)| interval.is_some());
    let but = if known { ", where the 95 % intervals of neighbours part" } else { "" };
    let mut notes = vec![format!(
        "Lines: contours at the numbers of the scale, between the points simulated{but}."
    )];
    if !heat.left_out.is_empty() {
        let names = heat.left_out.join("; ");
        notes.push(format!("No room for {names}."));
    }
    notes
}

fn read(table: &Table, choice: &Choice) -> Result<Heat, Error> {
    let varied: Vec<usize> =
        table.varied().into_iter().filter(|column| table.varies(*column)).collect();
    let axis = |name: &Option<String>, place: usize| match name {
        Some(name) => table.column(name),
        None => varied.get(place).copied().ok_or_else(|| {
            Error::Unfit(
                "a heat map needs two swept columns that vary; name them with --x and --by"
                    .to_owned(),
            )
        }),
    };
    let (x, y) = (axis(&choice.x, 0)?, axis(&choice.by, 1)?);
    let z = table.column(choice.y.as_deref().unwrap_or("gain"))?;
    let levels = |column: usize| {
        let mut values: Vec<f64> =
            (0..table.len()).filter_map(|row| table.number(row, column)).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    };
    let (across, up) = (levels(x), levels(y));
    if across.len() * up.len() > MOST_CELLS {
        let (across, up) = (across.len(), up.len());
        let why = format!("{across} x {up} cells are too many to see; at most {MOST_CELLS}");
        return Err(Error::Unfit(why));
    }
    if across.len() < 2 || up.len() < 2 {
        return Err(Error::Unfit("a heat map needs at least two values on each axis".to_owned()));
    }
    let keys: Vec<usize> =
        points::keys(table, x).into_iter().filter(|column| *column != y).collect();
    let mut maps = Vec::new();
    for (key, rows) in table.groups(&keys) {
        let mut values = vec![vec![None; across.len()]; up.len()];
        for row in rows {
            let place = |column, levels: &[f64]| {
                let at = table.number(row, column)?;
                levels.iter().position(|level| level.to_bits() == at.to_bits())
            };
            if let (Some(column), Some(line)) = (place(x, &across), place(y, &up)) {
                values[line][column] =
                    table.number(row, z).map(|value| (value, table.interval(row, z)));
            }
        }
        let mut known = values.iter().flatten().flatten().map(|(value, _)| *value);
        let first = known.next();
        // A baseline's gain over itself is one everywhere.
        if first.is_some_and(|first| known.any(|other| other.to_bits() != first.to_bits())) {
            maps.push(Map { name: points::name(table, &key, &keys), values });
        }
    }
    let left_out = maps.split_off(maps.len().min(PANELS)).into_iter().map(|map| map.name).collect();
    if maps.is_empty() {
        return Err(Error::Unfit(format!("{} does not vary over the grid", table.title(z))));
    }
    let all: Vec<f64> =
        maps.iter().flat_map(|map| map.values.iter().flatten().flatten()).map(|v| v.0).collect();
    let words = |column: usize, values: &[f64]| words::axis(table, column, values, Axis::suited);
    let scaled = |column: usize, values: Vec<f64>| {
        let dimension = words(column, &values);
        let values = values.iter().map(|value| dimension.on_axis(*value)).collect();
        (dimension.title, values)
    };
    let name = table.title(z);
    let mut z = words::metric(table, name, &all, Axis::around);
    if z.axis.to > 10.0 * z.axis.from.max(0.0) && all.iter().all(|value| *value > 0.0) {
        z = words::metric(table, name, &all, Axis::log);
    }
    Ok(Heat { x: scaled(x, across), y: scaled(y, up), z, maps, left_out })
}

fn numbers(heat: &Heat) -> Result<String, Error> {
    let mut table = ::csv::Writer::from_writer(Vec::new());
    let column = heat.z.column.as_str();
    let (lo, hi) = (format!("{column}_lo"), format!("{column}_hi"));
    table.write_record(["series", &heat.x.0, &heat.y.0, column, &lo, &hi])?;
    for map in &heat.maps {
        for (line, y) in map.values.iter().zip(&heat.y.1) {
            for (value, x) in line.iter().zip(&heat.x.1) {
                let text = |number: Option<f64>| number.map_or_else(String::new, |n| n.to_string());
                let interval = value.and_then(|(_, interval)| interval);
                let [lo, hi] = [0, 1].map(|end| text(interval.map(|ends| ends[end])));
                let (x, y, value) = (x.to_string(), y.to_string(), text(value.map(|v| v.0)));
                table.write_record([&map.name, &x, &y, &value, &lo, &hi])?;
            }
        }
    }
    let bytes = table.into_inner().map_err(|error| Error::Drawing(error.to_string()))?;
    Ok(String::from_utf8(bytes).expect("cells are text, and so is what joins them"))
}

/// The numbers of the scale, where contours are too.
fn levels(z: &Dimension) -> Vec<(f64, String)> {
    let ticks = z.axis.ticks(6).into_iter();
    ticks.filter_map(|tick| tick.label.map(|label| (tick.at, label))).collect()
}
