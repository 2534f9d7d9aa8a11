//! The rows of a table as series of values.

use super::drawing::{Series, Shape, Spot};
use super::palette::look;
use super::table::Table;

/// The values of a column over those of another in these rows, ascending; rows without either are
/// left out.
#[must_use]
pub fn spots(table: &Table, rows: &[usize], x: usize, y: usize) -> Vec<Spot> {
    let mut spots: Vec<Spot> = rows
        .iter()
        .filter_map(|row| {
            let (x, value) = (table.number(*row, x)?, table.number(*row, y)?);
            Some(Spot { x, y: value, interval: table.interval(*row, y) })
        })
        .collect();
    spots.sort_by(|a, b| a.x.total_cmp(&b.x));
    spots
}

/// A measured series for each group of rows, named by what its key says.
#[must_use]
pub fn measured(
    table: &Table,
    groups: &[(Vec<&str>, Vec<usize>)],
    titles: &[usize],
    (x, y): (usize, usize),
) -> Vec<Series> {
    let series = groups.iter().enumerate().map(|(place, (key, rows))| Series {
        name: name(table, key, titles),
        look: look(place),
        shape: Shape::Measured(spots(table, rows, x, y)),
    });
    series.filter(|series| !series.shape.spots().is_empty()).collect()
}

/// `threads, host.cores 8`: runtimes and scenarios by their name alone, which says enough.
#[must_use]
pub fn name(table: &Table, key: &[&str], titles: &[usize]) -> String {
    let parts = key.iter().zip(titles).filter(|(text, _)| !text.is_empty());
    let parts = parts.map(|(text, column)| match table.title(*column) {
        "runtime" | "scenario" => (*text).to_owned(),
        title => format!("{title} {text}"),
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// All values of a column with the ends of their intervals, for its axis.
#[must_use]
pub fn extent(series: &[Series]) -> (Vec<f64>, Vec<f64>) {
    let spots = || series.iter().flat_map(|series| series.shape.spots());
    let up = spots().flat_map(|spot| {
        // An interval down to 0 does not keep positive values from a logarithmic axis.
        let ends = spot.interval.into_iter().flatten();
        ends.filter(|end| *end > 0.0 || spot.y <= 0.0).chain([spot.y])
    });
    (spots().map(|spot| spot.x).collect(), up.collect())
}

/// The columns that tell series apart when drawn over `x`: the runtime, the scenario and what else
/// was varied.
#[must_use]
pub fn keys(table: &Table, x: usize) -> Vec<usize> {
    let fixed = ["runtime", "scenario"].iter().filter_map(|name| table.find(name));
    // The blocking coefficient under its two names is one axis.
    let same = |column: &usize| {
        *column == x || (table.title(*column) == "beta" && table.title(x) == "blocking_coefficient")
    };
    fixed
        .chain(table.varied().into_iter().filter(|column| !same(column)))
        .filter(|c| *c != x)
        .collect()
}
