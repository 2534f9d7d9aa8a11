//! Any column against any other, split by a third.

use super::axis::Axis;
use super::drawing::{Drawing, Panel, Shape};
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
    let mut keys = match &choice.by {
        Some(name) => vec![table.column(name)?],
        None => points::keys(table, x),
    };
    let (mut split, mut several) = (Vec::new(), points::repeats(table, &keys, (x, y)));
    for more in points::keys(table, x) {
        if several && !keys.contains(&more) && table.groups(&[more]).len() > 1 {
            keys.push(more);
            split.push(words::input(table.title(more)));
            several = points::repeats(table, &keys, (x, y));
        }
    }
    let groups = table.groups(&keys);
    let mut series = points::measured(table, &groups, &keys, (x, y));
    if several {
        // A line through several values at one place would be of nothing.
        series.iter_mut().for_each(|series| {
            series.shape = Shape::Points(series.shape.spots().to_vec());
        });
    }
    if series.is_empty() {
        let (x, y) = (table.title(x), table.title(y));
        return Err(Error::Unfit(format!("no row has a number both in {x} and in {y}")));
    }
    let (across, up) = points::extent(&series);
    let x = words::axis(table, x, &across, Axis::suited);
    let y = words::axis(table, y, &up, Axis::suited);
    let bands = series.iter().flat_map(|s| s.shape.spots()).any(|spot| spot.interval.is_some());
    let about = words::sentence(&format!("{} against {}", y.title, x.title));
    let drawing = Drawing {
        title: about.clone(),
        about: format!("{about}."),
        panels: vec![Panel { x, y, height: 0.6, rows: Vec::new(), series, rules: Vec::new() }],
        notes: match (bands, several) {
            (true, false) => vec!["Bands: 95 % intervals, where wider than the line.".to_owned()],
            (true, true) => vec!["Upright bars: 95 % intervals.".to_owned()],
            _ => Vec::new(),
        },
    };
    let mut hints = Vec::new();
    if !split.is_empty() {
        hints.push(format!(
            "lines are split by {} as well: --by alone leaves several rows at one place",
            split.join(", ")
        ));
    }
    if several {
        let why = "several rows are at one place, so that no line joins them; --by COLUMN tells lines apart, --only \
                   COLUMN=VALUE leaves rows away";
        hints.push(why.to_owned());
    }
    Ok(Figure::of(drawing, page)?.hinting(hints))
}
