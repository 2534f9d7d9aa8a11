//! Outcomes as a tidy table: one row for each runtime and scenario, and point of a sweep.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::study::result::{Estimate, Outcome, RequestCounts, RuntimeResult};

/// An outcome and the values of the parameters that were varied to get it.
#[derive(Clone, Debug)]
pub struct Point<'a> {
    /// Parameter and value, in the order of the columns; the same parameters in every point.
    pub params: &'a [(String, String)],
    /// What was found.
    pub outcome: &'a Outcome,
}

/// One column, or an estimate's three.
enum Column {
    /// A name, a count, a number, written behind what there is of the row.
    One(&'static str, fn(&Row<'_>, &mut String)),
    /// An estimate under its name, then `…_lo` and `…_hi`.
    Three(&'static str, fn(&RuntimeResult) -> &Estimate),
}
use Column::{One, Three};

/// What a row is of.
struct Row<'a> {
    scenario: &'a str,
    runtime: &'a RuntimeResult,
}

/// The columns after the varied parameters, in the order of the documentation.
const COLUMNS: &[Column] = &[
    One("scenario", |row, to| text(row.scenario, to)),
    One("runtime", |row, to| text(&row.runtime.name, to)),
    One("kind", |row, to| text(&row.runtime.kind, to)),
    One("t_cpu_s", |row, to| number(row.runtime.workload.t_cpu_s, to)),
    One("t_io_s", |row, to| number(row.runtime.workload.t_io_s, to)),
    One("blocking_coefficient", |row, to| {
        let workload = &row.runtime.workload;
        // Not finite where T_cpu is 0, which is an empty cell.
        number(workload.t_io_s / workload.t_cpu_s, to);
    }),
    Three("throughput_rps", |runtime| &runtime.throughput_rps),
    Three("response_mean_s", |runtime| &runtime.response_s.mean),
    Three("response_p50_s", |runtime| &runtime.response_s.p50),
    Three("response_p75_s", |runtime| &runtime.response_s.p75),
    Three("response_p90_s", |runtime| &runtime.response_s.p90),
    Three("response_p95_s", |runtime| &runtime.response_s.p95),
    Three("response_p99_s", |runtime| &runtime.response_s.p99),
    Three("response_p999_s", |runtime| &runtime.response_s.p999),
    One("accept_wait_mean_s", |row, to| option(row.runtime.accept_wait_s.mean.value, to)),
    One("cpu_utilization", |row, to| {
        let used = row.runtime.utilization.get("cpu").copied().flatten();
        option(used.and_then(|used| used.value), to);
    }),
    One("loop_lag_p99_s", |row, to| {
        option(row.runtime.loop_lag_s.and_then(|lag| lag.p99.value), to);
    }),
    One("in_flight_mean", |row, to| option(row.runtime.in_flight.mean.value, to)),
    One("memory_peak_bytes", |row, to| shown(row.runtime.memory_bytes.peak, to)),
    One("completed", |row, to| count(row, |counts| counts.completed, to)),
    One("refused", |row, to| count(row, |counts| counts.refused, to)),
    One("timed_out", |row, to| count(row, |counts| counts.timed_out, to)),
    One("failed", |row, to| count(row, |counts| counts.failed, to)),
    One("cost_per_million", |row, to| {
        option(row.runtime.cost.per_million.and_then(|cost| cost.value), to);
    }),
    Three("gain", |runtime| &runtime.gain.simulated),
    One("gain_formula", |row, to| option(row.runtime.gain.formula, to)),
    One("gain_formula_n", |row, to| option(row.runtime.gain.formula_n, to)),
    One("gain_bound", |row, to| option(row.runtime.gain.bound, to)),
    One("gain_exact", |row, to| option(row.runtime.gain.exact, to)),
    One("gain_over_formula", |row, to| option(row.runtime.gain.over_formula, to)),
    One("bottleneck", |row, to| text(&row.runtime.bottleneck.resource, to)),
    One("steady", |row, to| shown(row.runtime.steady, to)),
];

/// Writes the outcome of one model: a header row, then the base model's runtimes, then each
/// scenario's.
///
/// # Errors
///
/// Those of the writer.
pub fn write(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    write_points(&[Point { params: &[], outcome }], to)
}

/// Writes the outcomes of a sweep under one header, each row led by the point's parameters. No
/// points: no bytes.
///
/// # Errors
///
/// Those of the writer; [`io::ErrorKind::InvalidInput`] where points differ in the number of their
/// parameters.
pub fn write_points(points: &[Point<'_>], to: &mut dyn Write) -> io::Result<()> {
    let Some(first) = points.first() else { return Ok(()) };
    let params = first.params.iter().map(|(name, _)| name.clone());
    write_titles(&titles(params), to)?;
    for point in points {
        if point.params.len() != first.params.len() {
            let what = "points with other parameters than the first in one table";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
        write_rows(point, to)?;
    }
    Ok(())
}

/// The names of all columns: what is varied, then those of every result.
#[must_use]
pub fn titles(varied: impl IntoIterator<Item = String>) -> Vec<String> {
    varied.into_iter().chain(header()).collect()
}

/// Writes a header row.
///
/// # Errors
///
/// Those of the writer.
pub fn write_titles(titles: &[String], to: &mut dyn Write) -> io::Result<()> {
    let mut table = ::csv::Writer::from_writer(to);
    table.write_record(titles).map_err(plain)?;
    table.flush()
}

/// Writes the rows of one point without the header.
///
/// # Errors
///
/// Those of the writer.
pub fn write_rows(point: &Point<'_>, to: &mut dyn Write) -> io::Result<()> {
    let mut rows = String::new();
    add_rows(point, &mut rows);
    to.write_all(rows.as_bytes())
}

/// Adds the rows of one point, without the header, to a text.
pub fn add_rows(point: &Point<'_>, to: &mut String) {
    let base = point.outcome.runtimes.iter().map(|runtime| Row { scenario: "", runtime });
    let scenarios = point.outcome.scenarios.iter().flat_map(|scenario| {
        scenario.runtimes.iter().map(|runtime| Row { scenario: &scenario.name, runtime })
    });
    for row in base.chain(scenarios) {
        for (_, value) in point.params {
            text(value, to);
            to.push(',');
        }
        for column in COLUMNS {
            match column {
                One(_, add) => add(&row, to),
                Three(_, get) => {
                    let Estimate { value, ci95, .. } = get(row.runtime);
                    option(*value, to);
                    to.push(',');
                    option(ci95.map(|[lo, _]| lo), to);
                    to.push(',');
                    option(ci95.map(|[_, hi]| hi), to);
                }
            }
            to.push(',');
        }
        // The comma after the last cell.
        to.pop();
        to.push('\n');
    }
}

/// The names of the columns after the parameters.
fn header() -> impl Iterator<Item = String> {
    COLUMNS.iter().flat_map(|column| match column {
        One(name, _) => vec![(*name).to_owned()],
        Three(name, _) => vec![(*name).to_owned(), format!("{name}_lo"), format!("{name}_hi")],
    })
}

/// A text, in quotes where it would be taken for more than one cell.
fn text(cell: &str, to: &mut String) {
    if !cell.contains([',', '"', '\n', '\r']) {
        return to.push_str(cell);
    }
    to.push('"');
    for (place, part) in cell.split('"').enumerate() {
        to.push_str(if place > 0 { "\"\"" } else { "" });
        to.push_str(part);
    }
    to.push('"');
}

/// A count; empty where nothing was simulated.
fn count(row: &Row<'_>, of: fn(&RequestCounts) -> u64, to: &mut String) {
    shown(row.runtime.requests.as_ref().map(of), to);
}

/// What is there, as it is shown; else empty.
fn shown(value: Option<impl std::fmt::Display>, to: &mut String) {
    if let Some(value) = value {
        // A `String` takes every write.
        let _ = write!(to, "{value}");
    }
}

/// The shortest digits that read back as the same number; empty where it is not finite.
fn number(value: f64, to: &mut String) {
    option(Some(value), to);
}

fn option(value: Option<f64>, to: &mut String) {
    shown(value.filter(|value| value.is_finite()), to);
}

/// The writer's own error where there is one.
fn plain(error: ::csv::Error) -> io::Error {
    let text = error.to_string();
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        _ => io::Error::new(io::ErrorKind::InvalidInput, text),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    fn rows(points: &[Point<'_>]) -> Vec<Vec<String>> {
        let mut bytes = Vec::new();
        write_points(points, &mut bytes).unwrap();
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]);
        reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    fn cell<'a>(rows: &'a [Vec<String>], row: usize, name: &str) -> &'a str {
        let column = rows[0].iter().position(|title| title == name).unwrap();
        &rows[row][column]
    }

    #[test]
    fn the_columns_are_those_of_the_documentation_in_its_order() {
        let outcome = fixture::web_request();
        let rows = rows(&[Point { params: &[], outcome: &outcome }]);
        assert_eq!(
            rows[0].join(" "),
            "scenario runtime kind t_cpu_s t_io_s blocking_coefficient throughput_rps throughput_rps_lo \
             throughput_rps_hi response_mean_s response_mean_s_lo response_mean_s_hi response_p50_s \
             response_p50_s_lo response_p50_s_hi response_p75_s response_p75_s_lo response_p75_s_hi \
             response_p90_s response_p90_s_lo response_p90_s_hi response_p95_s response_p95_s_lo \
             response_p95_s_hi response_p99_s response_p99_s_lo response_p99_s_hi response_p999_s \
             response_p999_s_lo response_p999_s_hi accept_wait_mean_s cpu_utilization loop_lag_p99_s \
             in_flight_mean memory_peak_bytes completed refused timed_out failed cost_per_million gain gain_lo \
             gain_hi gain_formula gain_formula_n gain_bound gain_exact gain_over_formula bottleneck steady"
        );
        assert_eq!(rows.len(), 4);
    }

    #[test]
    fn numbers_read_back_as_the_same_bits_and_null_is_empty() {
        let mut outcome = fixture::web_request();
        let odd = [0.1 + 0.2, 1e-300, 123_456_789.123_456_78];
        outcome.runtimes[1].throughput_rps =
            Estimate { ci95: Some([odd[1], odd[2]]), ..Estimate::exactly(odd[0]) };
        outcome.runtimes[1].workload.t_cpu_s = 0.0;
        let rows = rows(&[Point { params: &[], outcome: &outcome }]);
        for (name, expected) in
            ["throughput_rps", "throughput_rps_lo", "throughput_rps_hi"].into_iter().zip(odd)
        {
            assert_eq!(cell(&rows, 2, name).parse::<f64>().unwrap().to_bits(), expected.to_bits());
        }
        assert_eq!(cell(&rows, 2, "blocking_coefficient"), "");
        assert_eq!(cell(&rows, 1, "blocking_coefficient"), "80");
        assert_eq!(cell(&rows, 1, "loop_lag_p99_s"), "");
        assert_eq!(cell(&rows, 1, "gain_lo"), "");
        assert_eq!(cell(&rows, 3, "loop_lag_p99_s"), "0.002");
        assert_eq!(cell(&rows, 3, "steady"), "true");
    }

    #[test]
    fn varied_parameters_lead_and_awkward_values_are_quoted() {
        let outcome = fixture::with_scenario();
        let params = [("call".to_owned(), "uniform(1 ms, \"3\" ms)".to_owned())];
        let points = [Point { params: &params, outcome: &outcome }];
        let mut bytes = Vec::new();
        write_points(&points, &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("call,scenario,runtime,"), "{text}");
        assert!(text.contains("\n\"uniform(1 ms, \"\"3\"\" ms)\",,sync,"), "{text}");
        assert!(text.contains(",peak,loops,event-loop,"), "{text}");
        assert_eq!(rows(&points).len(), 1 + 3 + 3);
    }

    #[test]
    fn texts_are_quoted_as_the_library_quotes_them() {
        for cell in
            ["", "plain", "a b", "a,b", "\"", "a\"b\"\"c", "a\nb", "\r", "'", "#", ";\t", "ä,ö"]
        {
            let mut library = ::csv::Writer::from_writer(Vec::new());
            library.write_record(["x", cell]).unwrap();
            let mut own = String::from("x,");
            text(cell, &mut own);
            own.push('\n');
            assert_eq!(own.as_bytes(), library.into_inner().unwrap(), "{cell:?}");
        }
    }

    #[test]
    fn points_of_different_width_are_refused_and_none_give_no_bytes() {
        let outcome = fixture::web_request();
        let params = [("beta".to_owned(), "1".to_owned())];
        let points = [
            Point { params: &params, outcome: &outcome },
            Point { params: &[], outcome: &outcome },
        ];
        let error = write_points(&points, &mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        let mut bytes = Vec::new();
        write_points(&[], &mut bytes).unwrap();
        assert!(bytes.is_empty());
    }

    #[test]
    fn a_writer_that_fails_is_reported_with_its_own_error() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let error = write(&fixture::web_request(), &mut Closed).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
