//! A tidy table as charts draw it: columns by name, cells as text or as numbers in base units.

use std::io::Read;

use super::super::number::figure;
use super::{Error, words};
use crate::input::suggest::did_you_mean;
use crate::input::value::{self, NoScope, Value};
use crate::study::sweep::{Cells, Rows};
use crate::units::NANOS_PER_SECOND;

/// The first column that is not a varied parameter.
const FIRST_FIXED: &str = "scenario";

/// Metric names and the columns in which they stand.
const METRICS: &[(&str, &str)] = &[
    ("throughput", "throughput_rps"),
    ("mean", "response_mean_s"),
    ("p50", "response_p50_s"),
    ("p75", "response_p75_s"),
    ("p90", "response_p90_s"),
    ("p95", "response_p95_s"),
    ("p99", "response_p99_s"),
    ("p999", "response_p999_s"),
    ("accept_wait", "accept_wait_mean_s"),
    ("in_flight", "in_flight_mean"),
    ("cpu", "cpu_utilization"),
    ("loop_lag_p99", "loop_lag_p99_s"),
    ("memory", "memory_peak_bytes"),
    ("beta", "blocking_coefficient"),
];

/// When there is nothing to draw.
const NO_ROWS: &str = "the table has no rows under its header";

/// Headers and rows, as in a CSV.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    titles: Vec<String>,
    cells: Cells,
    /// The runtime that gains are over, of which rows may be left away.
    baseline: Option<String>,
}

impl Table {
    /// A table of the rows of a sweep.
    ///
    /// # Errors
    ///
    /// It has none.
    pub fn of(rows: Rows) -> Result<Self, Error> {
        let (titles, cells) = rows.into_cells();
        if cells.is_empty() {
            return Err(Error::Unfit(NO_ROWS.to_owned()));
        }
        Ok(Self { titles, cells, baseline: None }.knowing_its_baseline())
    }

    /// Reads a CSV with a header row.
    ///
    /// # Errors
    ///
    /// It is no CSV, rows differ in length, or there are none.
    pub fn read(from: impl Read) -> Result<Self, Error> {
        let mut reader = ::csv::Reader::from_reader(from);
        let unfit = |error: ::csv::Error| Error::Unfit(format!("this is no table: {error}"));
        let titles: Vec<String> =
            reader.headers().map_err(unfit)?.iter().map(str::to_owned).collect();
        if let [only] = titles.as_slice()
            && let Some(mark) = only.chars().find(|c| ";\t|".contains(*c))
        {
            let why =
                format!("its columns are parted by {mark:?}; a table has commas between them");
            return Err(Error::Unfit(why));
        }
        let mut cells = Cells::new(titles.len());
        for record in reader.records() {
            cells.push(&record.map_err(unfit)?).map_err(|error| unfit(error.into()))?;
        }
        if cells.is_empty() {
            return Err(Error::Unfit(NO_ROWS.to_owned()));
        }
        Ok(Self { titles, cells, baseline: None }.knowing_its_baseline())
    }

    /// Of the runtimes the one that gains nothing in any row: gains are over it. In a sensitivity's
    /// table a gain is the metric.
    fn knowing_its_baseline(mut self) -> Self {
        let metric = self.find("metric").map(|column| self.text(0, column));
        let gain = if metric == Some("gain") { self.find("base") } else { self.find("gain") };
        let found = gain.zip(self.find("runtime")).and_then(|(gain, runtime)| {
            let one = |row: &usize| {
                self.number(*row, gain).is_none_or(|gain| gain.to_bits() == 1.0_f64.to_bits())
            };
            let known = |row: &usize| self.number(*row, gain).is_some();
            let groups = self.groups(&[runtime]);
            let own =
                groups.iter().find(|(_, rows)| rows.iter().all(one) && rows.iter().any(known));
            own.filter(|_| groups.len() > 1).map(|(key, _)| key[0].to_owned())
        });
        self.baseline = found;
        self
    }

    /// The same, its gains being over this runtime, which has no rows of its own.
    #[must_use]
    pub fn over(self, baseline: &str) -> Self {
        Self { baseline: Some(baseline.to_owned()), ..self }
    }

    /// The runtime that gains are over, where the rows tell.
    #[must_use]
    pub fn baseline(&self) -> Option<&str> {
        self.baseline.as_deref()
    }

    /// The names of its columns.
    #[must_use]
    pub fn titles(&self) -> &[String] {
        &self.titles
    }

    /// How many rows it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether it has no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The place of a column, by its title or the name of its metric.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        let place = |name: &str| self.titles.iter().position(|title| title == name);
        place(name).or_else(|| {
            METRICS.iter().find(|(metric, _)| *metric == name).and_then(|(_, column)| place(column))
        })
    }

    /// The column in which a metric stands; what is no metric is its own column.
    #[must_use]
    pub fn column_of(metric: &str) -> &str {
        METRICS.iter().find(|(name, _)| *name == metric).map_or(metric, |(_, column)| *column)
    }

    /// As [`Table::find`], or what was perhaps meant.
    ///
    /// # Errors
    ///
    /// There is no such column.
    pub fn column(&self, name: &str) -> Result<usize, Error> {
        self.find(name).ok_or_else(|| {
            let metrics = METRICS.iter().filter(|(_, c)| self.find(c).is_some()).map(|(m, _)| *m);
            let known = self.titles.iter().map(String::as_str).chain(metrics);
            let meant = did_you_mean(name, known).map(|near| format!("; perhaps {near}"));
            let all = self.titles.join(", ");
            Error::Unfit(format!(
                "the table has no column {name}{}; it has {all}",
                meant.unwrap_or_default()
            ))
        })
    }

    /// The title of a column.
    #[must_use]
    pub fn title(&self, column: usize) -> &str {
        self.titles.get(column).map_or("", String::as_str)
    }

    /// A cell.
    #[must_use]
    pub fn text(&self, row: usize, column: usize) -> &str {
        self.cells.get(row, column)
    }

    /// A cell as a number in its base unit; `None` where it is empty or no number. A value of the
    /// model file, such as `800/s` or `20 ms`, is one.
    #[must_use]
    pub fn number(&self, row: usize, column: usize) -> Option<f64> {
        number(self.text(row, column))
    }

    /// A cell that is a value of the model file, perhaps still to be reckoned, as `floor(0.8 * (16))`
    /// or `1.2 * (exp(9 ms))`, in its unit; `None` where it is none.
    #[must_use]
    pub fn reckoned(&self, row: usize, column: usize) -> Option<String> {
        let value =
            value::parse(self.text(row, column)).and_then(|expr| expr.eval(&NoScope)).ok()?;
        let time = |nanos: f64| words::duration(nanos / NANOS_PER_SECOND);
        Some(match value {
            Value::Duration(nanos) => time(nanos),
            Value::Rate(rate) => format!("{}/s", figure(rate, 3)),
            Value::Number(number) => figure(number, 3),
            Value::Dist { dimension: value::Dimension::Duration, dist } => time(dist.mean()),
            _ => return None,
        })
    }

    /// What the values of a column are measured in, where its cells say so: `s` for `4 ms` and
    /// `exp(4 ms)`, `1/s` for `800/s`.
    #[must_use]
    pub fn unit(&self, column: usize) -> Option<&'static str> {
        let mut cells = (0..self.len()).map(|row| self.text(row, column));
        let cell = cells.find(|cell| !cell.is_empty())?;
        match value::parse(cell).and_then(|expr| expr.eval(&NoScope)).ok()? {
            Value::Duration(_) | Value::Dist { dimension: value::Dimension::Duration, .. } => {
                Some("s")
            }
            Value::Rate(_) => Some("1/s"),
            _ => None,
        }
    }

    /// The interval of an estimate in a column: the cells under `…_lo` and `…_hi`.
    #[must_use]
    pub fn interval(&self, row: usize, column: usize) -> Option<[f64; 2]> {
        let end = |end: &str| {
            let place = self.find(&format!("{}_{end}", self.title(column)))?;
            self.number(row, place)
        };
        Some([end("lo")?, end("hi")?])
    }

    /// The varied parameters: the columns before those of a result.
    #[must_use]
    pub fn varied(&self) -> Vec<usize> {
        let fixed = self.titles.iter().position(|title| title == FIRST_FIXED).unwrap_or(0);
        (0..fixed).collect()
    }

    /// Whether a column has different numbers in it.
    #[must_use]
    pub fn varies(&self, column: usize) -> bool {
        let mut numbers = (0..self.len()).filter_map(|row| self.number(row, column));
        numbers.next().is_some_and(|first| numbers.any(|other| other.to_bits() != first.to_bits()))
    }

    /// The rows with this cell in a column, as text or as the same number.
    #[must_use]
    pub fn only(&self, column: usize, cell: &str) -> Self {
        let wanted = number(cell);
        let same = |row: &usize| {
            self.text(*row, column) == cell
                || wanted.is_some_and(|wanted| self.number(*row, column) == Some(wanted))
        };
        let mut cells = Cells::new(self.titles.len());
        for row in (0..self.len()).filter(same) {
            // Part of a table is no longer than it.
            let _ = cells.push(self.cells.row(row));
        }
        Self { titles: self.titles.clone(), cells, baseline: self.baseline.clone() }
    }

    /// The rows by the text that these columns have in them, in the order in which they begin.
    #[must_use]
    pub fn groups(&self, columns: &[usize]) -> Vec<(Vec<&str>, Vec<usize>)> {
        let mut groups: Vec<(Vec<&str>, Vec<usize>)> = Vec::new();
        let mut places = std::collections::BTreeMap::new();
        for row in 0..self.len() {
            let key: Vec<&str> = columns.iter().map(|column| self.text(row, *column)).collect();
            let place = *places.entry(key.clone()).or_insert_with(|| {
                groups.push((key, Vec::new()));
                groups.len() - 1
            });
            groups[place].1.push(row);
        }
        groups
    }
}

/// A cell as a number in its base unit.
fn number(text: &str) -> Option<f64> {
    if let Ok(number) = text.parse::<f64>() {
        return Some(number).filter(|number| number.is_finite());
    }
    let value = value::parse(text).and_then(|expr| expr.eval(&NoScope)).ok()?;
    Some(match value {
        Value::Duration(nanos) => nanos / NANOS_PER_SECOND,
        Value::Rate(x) | Value::Size(x) | Value::Number(x) => x,
        Value::Dist { dimension: value::Dimension::Duration, dist } => {
            dist.mean() / NANOS_PER_SECOND
        }
        Value::Dist { dist, .. } => dist.mean(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        Table::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_cell_is_a_number_with_or_without_its_unit() {
        let table = table("load.rate,scenario,throughput_rps\n800/s,,1e3\n20 ms,,x\n");
        assert_eq!(table.number(0, 0), Some(800.0));
        assert_eq!(table.number(1, 0), Some(0.02));
        assert_eq!(table.number(0, 2), Some(1000.0));
        assert_eq!(
            (table.number(1, 2), table.number(0, 1), table.number(9, 9)),
            (None, None, None)
        );
        assert_eq!(table.varied(), [0]);
    }

    #[test]
    fn a_column_has_its_title_and_its_metrics_name_and_a_mistake_is_told() {
        let table = table("beta,scenario,response_p99_s\n1,,2\n");
        assert_eq!(table.column("p99").unwrap(), 2);
        assert_eq!(table.column("beta").unwrap(), 0);
        let error = table.column("respons_p99_s").unwrap_err().to_string();
        assert!(
            error.contains("perhaps response_p99_s") && error.contains("it has beta"),
            "{error}"
        );
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for text in ["", "a,b\n", "a,b\n1\n"] {
            assert!(Table::read(text.as_bytes()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn groups_keep_the_order_in_which_they_begin() {
        let table = table("runtime,x\nb,1\na,2\nb,3\n");
        let groups = table.groups(&[0]);
        assert_eq!(groups, [(vec!["b"], vec![0, 2]), (vec!["a"], vec![1])]);
    }
}
