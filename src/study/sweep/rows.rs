//! The points of a sweep as plain rows: what was varied, then the figures by their column's name.

use std::io;

use super::Cells;
use crate::study::axis;
use crate::study::result::Estimate;

/// The first column that is not a varied parameter.
const FIRST_FIXED: &str = "scenario";

/// A tidy table: one row for each runtime, scenario and point.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    titles: Vec<String>,
    cells: Cells,
    /// Columns of the text that is added, and which of them are kept; all where it is empty.
    kept: Vec<bool>,
}

impl Rows {
    /// No rows yet under these columns: the varied parameters, then those of a result.
    #[must_use]
    pub fn new(titles: Vec<String>) -> Self {
        Self { cells: Cells::new(titles.len()), titles, kept: Vec::new() }
    }

    /// No rows yet under these columns, of which only the varied parameters and the named ones are
    /// kept of what is added.
    #[must_use]
    pub fn of_columns(titles: &[String], named: &[&str]) -> Self {
        let fixed = titles.iter().position(|title| title == FIRST_FIXED).unwrap_or(0);
        let keeps = |(place, title): (usize, &String)| {
            place < fixed || title == FIRST_FIXED || named.contains(&title.as_str())
        };
        let kept: Vec<bool> = titles.iter().enumerate().map(keeps).collect();
        let titles = titles.iter().zip(&kept).filter(|(_, kept)| **kept);
        let titles = titles.map(|(title, _)| title.clone()).collect();
        Self { kept, ..Self::new(titles) }
    }

    /// Reads a CSV with a header row, such as `result.csv`.
    ///
    /// # Errors
    ///
    /// Those of the reader; rows of unequal length.
    pub fn read(from: impl io::Read) -> Result<Self, csv::Error> {
        let mut reader = csv::Reader::from_reader(from);
        let mut rows = Self::new(reader.headers()?.iter().map(str::to_owned).collect());
        reader.into_records().try_for_each(|record| rows.push(record?.iter()))?;
        Ok(rows)
    }

    /// Adds the rows of a CSV text without a header.
    ///
    /// # Errors
    ///
    /// Rows that are not as long as the header.
    pub fn add(&mut self, text: &str) -> Result<(), csv::Error> {
        // A reader takes longer to build than a plain row takes to split.
        if !text.contains(['"', '\r']) {
            return text.lines().try_for_each(|line| self.push(line.split(',')));
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().try_for_each(|record| self.push(record?.iter()))
    }

    fn push<'a>(&mut self, row: impl Iterator<Item = &'a str> + Clone) -> Result<(), csv::Error> {
        let columns = if self.kept.is_empty() { self.titles.len() } else { self.kept.len() };
        if row.clone().count() != columns {
            let error = io::Error::new(io::ErrorKind::InvalidData, "a row of another length");
            return Err(error.into());
        }
        if self.kept.is_empty() {
            return Ok(self.cells.push(row)?);
        }
        let kept = row.zip(&self.kept).filter(|(_, kept)| **kept).map(|(cell, _)| cell);
        Ok(self.cells.push(kept)?)
    }

    /// The columns that are kept, and the cells under them.
    #[must_use]
    pub fn into_cells(self) -> (Vec<String>, Cells) {
        (self.titles, self.cells)
    }

    /// The columns.
    #[must_use]
    pub fn titles(&self) -> &[String] {
        &self.titles
    }

    /// The names of what was varied, in order.
    #[must_use]
    pub fn varied(&self) -> &[String] {
        let fixed = self.titles.iter().position(|title| title == FIRST_FIXED);
        &self.titles[..fixed.unwrap_or(0)]
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.cells.len()).map(|row| Row { titles: &self.titles, cells: &self.cells, row })
    }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    titles: &'a [String],
    cells: &'a Cells,
    row: usize,
}

impl<'a> Row<'a> {
    /// The cell in this column; empty where there is none.
    #[must_use]
    pub fn text(&self, column: &str) -> &'a str {
        let place = self.titles.iter().position(|title| title == column);
        place.map_or("", |place| self.cells.get(self.row, place))
    }

    /// The number in this column; `None` where it is empty or no number.
    #[must_use]
    pub fn number(&self, column: &str) -> Option<f64> {
        self.text(column).parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The value of a varied parameter as a number, a duration in seconds.
    #[must_use]
    pub fn varied(&self, name: &str) -> Option<f64> {
        axis::number(self.text(name))
    }

    /// The estimate in this column, its interval from the two columns beside it.
    #[must_use]
    pub fn estimate(&self, column: &str) -> Estimate {
        let end = |end: &str| self.number(&format!("{column}_{end}"));
        let ci95 = end("lo").zip(end("hi")).map(|(lo, hi)| [lo, hi]);
        Estimate { value: self.number(column), ci95, ..Estimate::NONE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_by_the_names_of_their_columns() {
        let text = "wait,load.rate,scenario,runtime,gain,gain_lo,gain_hi\n\
                    4 ms,800/s,,loops,75,74.5,75.5\n4 ms,800/s,,sync,1,,\n";
        let rows = Rows::read(text.as_bytes()).unwrap();
        assert_eq!(rows.varied(), ["wait", "load.rate"]);
        let first = rows.iter().next().unwrap();
        assert_eq!((first.varied("wait"), first.varied("load.rate")), (Some(0.004), Some(800.0)));
        assert_eq!(first.estimate("gain").ci95, Some([74.5, 75.5]));
        let last = rows.iter().last().unwrap();
        assert_eq!((last.text("runtime"), last.estimate("gain").ci95), ("sync", None));
        assert_eq!((last.number("gain_lo"), last.text("no such column")), (None, ""));
    }

    #[test]
    fn rows_of_another_length_are_refused() {
        let mut rows = Rows::new(vec!["beta".into(), "scenario".into()]);
        rows.add("1,\n2,\n").unwrap();
        assert_eq!(rows.len(), 2);
        assert!(rows.add("1,2,3\n").is_err());
        assert!(rows.add("\"1\",2,3\n").is_err());
        rows.add("\"mix(0.9: 1 ms, 0.1: 2 ms)\",\n").unwrap();
        assert_eq!(rows.iter().last().unwrap().text("beta"), "mix(0.9: 1 ms, 0.1: 2 ms)");
    }
}
