//! The rows of a table as series of values.

use std::borrow::Cow;

use super::drawing::{Series, Shape, Spot};
use super::palette::look;
use super::table::Table;
use super::words;

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

/// Whether some line has several values at one place when these columns tell lines apart.
#[must_use]
pub fn repeats(table: &Table, keys: &[usize], (x, y): (usize, usize)) -> bool {
    table.groups(keys).iter().any(|(_, rows)| {
        let spots = spots(table, rows, x, y);
        spots.windows(2).any(|pair| pair[0].x.to_bits() == pair[1].x.to_bits())
    })
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

/// `threads, cores 8`: runtimes and scenarios by their name alone, which says enough.
#[must_use]
pub fn name(table: &Table, key: &[&str], titles: &[usize]) -> String {
    let parts = key.iter().zip(titles).filter(|(text, _)| !text.is_empty());
    let parts = parts.map(|(text, column)| match table.title(*column) {
        "runtime" | "scenario" => (*text).to_owned(),
        title => words::with(title, text),
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// How to draw what a chart leaves away.
pub const OTHERS: &str = "iowait plot --only NAME=VALUE draws the lines that were left away";

/// Lines of one chart that can still be told apart.
const MOST_LINES: usize = 6;

/// The table with as few of the other varied columns kept at one value, the middle one, as leave
/// lines that can be told apart over `x`; and a sentence on which are, for which [`OTHERS`] is the
/// hint.
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
        fixed.push(format!("{} (of {})", words::with(table.title(column), middle), ends(&values)));
        shown = Cow::Owned(shown.only(column, middle));
    }
    let sentence = (!fixed.is_empty()).then(|| format!("Drawn at {}.", fixed.join(", ")));
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
    // What has one value in every row tells nothing apart.
    let differs = |column: &usize| {
        let first = table.text(0, *column);
        (1..table.len()).any(|row| table.text(row, *column) != first)
    };
    fixed
        .chain(table.varied().into_iter().filter(|column| !same(column) && differs(column)))
        .filter(|c| *c != x)
        .collect()
}
