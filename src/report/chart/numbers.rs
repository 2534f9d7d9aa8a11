//! The numbers of a chart as a tidy table: a row for each value drawn.

use super::Error;
use super::drawing::{Drawing, Panel, Shape};

/// The table: panel, series, across, up and the interval. Columns are named as those of results,
/// with their unit.
///
/// # Errors
///
/// What the writer of tables reports.
pub fn table(drawing: &Drawing) -> Result<String, Error> {
    let mut table = ::csv::Writer::from_writer(Vec::new());
    let lists = drawing.panels.iter().all(|panel| !panel.rows.is_empty());
    let x = drawing.panels.first().map_or("x", |panel| panel.x.column.as_str());
    if lists {
        let (from, to) = (format!("{x}_from"), format!("{x}_to"));
        table.write_record(["row", "series", &from, &to])?;
    } else {
        table.write_record(["series", x, "quantity", "value", "value_lo", "value_hi"])?;
    }
    for panel in &drawing.panels {
        for series in &panel.series {
            rows(&mut table, panel, &series.name, &series.shape)?;
        }
    }
    let bytes = table.into_inner().map_err(|error| Error::Drawing(error.to_string()))?;
    Ok(String::from_utf8(bytes).expect("cells are text, and so is what joins them"))
}

fn rows(
    table: &mut ::csv::Writer<Vec<u8>>,
    panel: &Panel,
    name: &str,
    shape: &Shape,
) -> Result<(), Error> {
    if let Shape::Bars(bars) = shape {
        for bar in bars {
            let row = panel.rows.get(bar.row).map_or("", |row| row.name.as_str());
            table.write_record([row, name, &bar.from.to_string(), &bar.to.to_string()])?;
        }
    }
    for spot in shape.spots() {
        let end = |i: usize| spot.interval.map_or_else(String::new, |ends| ends[i].to_string());
        let (x, y) = (spot.x.to_string(), spot.y.to_string());
        table.write_record([name, &x, &panel.y.column, &y, &end(0), &end(1)])?;
    }
    Ok(())
}
