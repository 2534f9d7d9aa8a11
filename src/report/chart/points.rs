//! The rows of a table as series of values.

use std::borrow::Cow;

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

/// Lines of one chart that can still be told apart.
const MOST_LINES: usize = 6;

/// The table with as few of the other varied columns kept at one value, the middle one, as leave
/// lines that can be told apart over `x`; and a sentence on which are.
#[must_use]
pub fn uncrowded<'a>(table: &'a Table, x: usize) -> (Cow<'a, Table>, Option<String>) {
    let mut shown = Cow::Borrowed(table);
    let mut fixed: Vec<String> = Vec::new();
    let named = |column: &usize| matches!(table.title(*column), "runtime" | "scenario");
    let others: Vec<usize> = keys(table, x).into_iter().filter(|column| !named(column)).collect();
    for &column in others.iter().rev() {
        if shown.groups(&keys(table, x)).len() <= MOST_LINES {
            break;
        }
        let values: Vec<String> =
            shown.groups(&[column]).into_iter().map(|(key, _)| key[0].to_owned()).collect();
        let middle = &values[values.len() / 2];
        fixed.push(format!("{} {middle} (of {})", table.title(column), ends(&values)));
        shown = Cow::Owned(shown.only(column, middle));
    }
    let sentence = (!fixed.is_empty()).then(|| {
        format!("Drawn at {}; iowait plot --only NAME=VALUE draws others.", fixed.join(", "))
    });
    (shown, sentence)
}

/// `1, 2, 4`, or the ends of many.
fn ends(values: &[String]) -> String {
    match values {
        [first, .., last] if values.len() > 5 => {
            format!("{} values from {first} to {last}", values.len())
        }
        _ => values.join(", "),
    }
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
