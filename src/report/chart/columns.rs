//! Any column against any other, split by a third.

use super::axis::Axis;
use super::drawing::{Drawing, Panel};
use super::table::Table;
use super::table_chart::Choice;
use super::{Error, Figure, Page, points, words};

/// Draws the chart.
///
/// # Errors
///
/// A column is not named, is not there or has no numbers.
pub fn draw(table: &Table, choice: &Choice, page: &Page) -> Result<Figure, Error> {
    let wanted = |name: &Option<String>, flag: &str| {
        let name = name.as_deref().ok_or_else(|| {
            Error::Unfit(format!(
                "say which column with {flag}; there are {}",
                table.titles().join(", ")
            ))
        })?;
        table.column(name)
    };
    let (x, y) = (wanted(&choice.x, "--x")?, wanted(&choice.y, "--y")?);
    let keys = match &choice.by {
        Some(name) => vec![table.column(name)?],
        None => points::keys(table, x),
    };
    let groups = table.groups(&keys);
    let series = points::measured(table, &groups, &keys, (x, y));
    if series.is_empty() {
        let (x, y) = (table.title(x), table.title(y));
        return Err(Error::Unfit(format!("no row has a number both in {x} and in {y}")));
    }
    let (across, up) = points::extent(&series);
    let x = words::dimension(table.title(x), &across, Axis::suited);
    let y = words::dimension(table.title(y), &up, Axis::suited);
    let bands = series.iter().flat_map(|s| s.shape.spots()).any(|spot| spot.interval.is_some());
    let drawing = Drawing {
        title: format!("{} against {}", y.title, x.title),
        about: format!("{} against {}.", y.title, x.title),
        panels: vec![Panel { x, y, height: 0.6, rows: Vec::new(), series, rules: Vec::new() }],
        notes: if bands {
            vec!["Bands: 95 % intervals, where wider than the line.".to_owned()]
        } else {
            Vec::new()
        },
    };
    Figure::of(drawing, page)
}
