//! What load testers write, a format a file: one [`Measurement`] a run.

mod column;
mod hey;
mod json;
mod k6;
mod oha;
mod plausible;
mod table;
mod vegeta;
mod wrk;

use crate::input::dist::Percentile;
use crate::input::problem::{Problem, Problems};
use crate::input::suggest;

/// The most bytes of a result file that is read whole (64 MiB): runs, not requests, are in it.
pub const LONGEST: u64 = 64 << 20;

/// What one run of a load tester says, or one row of a table of runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measurement {
    /// Where it stands, for messages: `runs.csv, line 3`.
    pub place: String,
    /// What the table calls the server: a name, a preset, a kind.
    pub server: Vec<String>,
    /// Workers, threads or loops.
    pub width: Option<u32>,
    /// Cores of the server's host.
    pub cores: Option<u32>,
    /// Clients, each with one request at a time.
    pub clients: Option<u64>,
    /// Requests that came in each second, whatever the server did.
    pub offered_rps: Option<f64>,
    /// Requests that were done in each second.
    pub throughput_rps: Option<f64>,
    /// Mean response time in seconds.
    pub mean_s: Option<f64>,
    /// Percentiles of the response time in seconds, ascending.
    pub percentiles: Vec<Percentile>,
    /// What is known of the server's CPU.
    pub cpu: Option<Cpu>,
    /// Requests that were measured.
    pub requests: Option<f64>,
    /// The share of them that failed.
    pub failed: Option<f64>,
    /// I/O waits of a request.
    pub calls: Option<u32>,
    /// Columns that say which workload it was, with their cells.
    pub labels: Vec<(String, String)>,
    /// Every column of a table, with its cell.
    pub row: Vec<(String, String)>,
}

/// Keeps the rows whose columns have these values, `(column, value)`; numbers may be written
/// otherwise than in the table.
///
/// # Errors
///
/// A column that no row has, or no row that is left: with the columns or the values that there are.
pub fn keep(rows: &mut Vec<Measurement>, wanted: &[(String, String)]) -> Result<(), String> {
    for (column, value) in wanted {
        let cell = |row: &Measurement| {
            row.row.iter().find(|(name, _)| name == column).map(|(_, cell)| cell.clone())
        };
        let cells: std::collections::BTreeSet<String> = rows.iter().filter_map(&cell).collect();
        if cells.is_empty() {
            let mut columns =
                rows.iter().flat_map(|row| row.row.iter().map(|(name, _)| name.as_str()));
            let first: Vec<&str> = columns.by_ref().take(40).collect();
            let near = suggest::did_you_mean(column, first.iter());
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(format!("no row has a column `{column}`{near}"));
        }
        let same = |cell: &str| {
            cell == value
                || matches!((cell.parse::<f64>(), value.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
        };
        rows.retain(|row| cell(row).is_some_and(|cell| same(&cell)));
        if rows.is_empty() {
            let cells: Vec<String> = cells.into_iter().take(20).collect();
            return Err(format!("no row has {column} = {value}; there are {}", cells.join(", ")));
        }
    }
    Ok(())
}

/// CPU as measurements give it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cpu {
    /// Seconds of CPU for each request.
    PerRequest(f64),
    /// Seconds of CPU in each second: cores kept busy.
    Cores(f64),
    /// The share of all cores that was busy.
    Share(f64),
}

/// A format of load testers' files.
#[derive(Debug)]
pub struct Format {
    /// What `--input-format` calls it.
    pub name: &'static str,
    /// One sentence for help.
    pub about: &'static str,
    /// Whether a text is of this format, by its first kibibytes.
    pub fits: fn(&str) -> bool,
    read: fn(&str, &str) -> Result<Vec<Measurement>, Problem>,
}

impl Format {
    /// Reads a text; `name` is what messages call it.
    ///
    /// # Errors
    ///
    /// What of the text is not as the format has it.
    pub fn read(&self, name: &str, text: &str) -> Result<Vec<Measurement>, Problems> {
        let told = |problem| Problems::of_source(name, problem);
        let found = (self.read)(name, text).map_err(told)?;
        for one in &found {
            // `runs.csv, line 3` is told as `runs.csv: line 3: …`.
            let line = one.place.strip_prefix(name).unwrap_or_default().trim_start_matches(", ");
            let at = if line.is_empty() { String::new() } else { format!("{line}: ") };
            one.check().map_err(|problem| told(problem.led_by(&at)))?;
        }
        Ok(found)
    }
}

/// Every format, a row each; a table of runs fits almost anything and comes last.
pub const FORMATS: &[Format] = &[
    Format {
        name: "k6",
        about: "k6's end-of-test summary: --summary-export or handleSummary, JSON",
        fits: k6::fits,
        read: k6::read,
    },
    Format { name: "oha", about: "oha --output-format json", fits: oha::fits, read: oha::read },
    Format {
        name: "vegeta",
        about: "vegeta report -type=json",
        fits: vegeta::fits,
        read: vegeta::read,
    },
    Format {
        name: "wrk",
        about: "what wrk --latency and wrk2 print, percentile spectrum included",
        fits: wrk::fits,
        read: wrk::read,
    },
    Format { name: "hey", about: "hey -o csv: a row a request", fits: hey::fits, read: hey::read },
    Format {
        name: "csv",
        about: "a table of runs: clients or rate, throughput, latencies, CPU",
        fits: table::fits,
        read: table::read,
    },
];

/// Puts percentiles in their order, each once; the least and the largest value are none.
fn ordered(mut points: Vec<Percentile>) -> Vec<Percentile> {
    points.retain(|point| point.percent > 0.0 && point.percent < 100.0);
    points.sort_by(|a, b| a.percent.total_cmp(&b.percent).then(a.value.total_cmp(&b.value)));
    points.dedup_by(|a, b| a == b);
    points
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAMPLES: [(&str, &str); 9] = [
        ("k6", include_str!("../../../tests/fit/k6-summary.json")),
        ("k6", include_str!("../../../tests/fit/k6-export.json")),
        ("k6", include_str!("../../../tests/fit/k6-machine.json")),
        ("oha", include_str!("../../../tests/fit/oha.json")),
        ("vegeta", include_str!("../../../tests/fit/vegeta.json")),
        ("wrk", include_str!("../../../tests/fit/wrk.txt")),
        ("wrk", include_str!("../../../tests/fit/wrk2.txt")),
        ("hey", include_str!("../../../tests/fit/hey.csv")),
        ("csv", include_str!("../../../tests/fit/runs.csv")),
    ];

    #[test]
    fn every_sample_is_recognised_by_its_content_and_read() {
        for (name, text) in SAMPLES {
            let format = FORMATS.iter().find(|format| (format.fits)(text)).expect(name);
            assert_eq!(format.name, name);
            let found = format.read("sample", text).unwrap_or_else(|error| panic!("{error}"));
            for one in &found {
                assert!(one.throughput_rps.is_some_and(|rate| rate > 0.0), "{name}: {one:?}");
                assert!(one.percentiles.len() >= 2, "{name}: {one:?}");
                let ascending =
                    one.percentiles.windows(2).all(|pair| pair[0].value <= pair[1].value);
                assert!(ascending, "{name}: {one:?}");
            }
        }
    }

    #[test]
    fn percentiles_that_fall_are_refused_with_their_line_and_columns() {
        let csv = FORMATS.last().expect("the table");
        let text = "clients,rps,p50_ms,p90_ms\n1,50,20,30\n2,60,30,20\n";
        let error = csv.read("runs.csv", text).unwrap_err().to_string();
        let said = "runs.csv: line 3: `20` in the column p90_ms is below `30` in the column p50_ms";
        assert!(error.starts_with(said), "{error}");
        let error = csv.read("runs.csv", "clients,rps,p50_ms\n1,50,0\n").unwrap_err().to_string();
        assert!(error.contains("line 2: `0` in the column p50_ms is no time"), "{error}");
        let vegeta = include_str!("../../../tests/fit/vegeta.json");
        let fallen = vegeta.replace("\"99th\"", "\"5th\"");
        assert_ne!(vegeta, fallen);
        let error = FORMATS[2].read("x", &fallen).unwrap_err().to_string();
        assert!(error.contains("percentiles never fall"), "{error}");
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_text() {
        for (name, text) in SAMPLES {
            let marked = format!("\u{feff}{text}");
            let format = FORMATS.iter().find(|format| (format.fits)(&marked)).expect(name);
            assert_eq!(format.name, name);
            assert_eq!(format.read("x", &marked), format.read("x", text));
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_whatever_the_bytes(text in "\\PC*", place in 0..FORMATS.len()) {
            let _ = FORMATS[place].read("x", &text);
        }

        #[test]
        fn nothing_panics_on_what_is_cut_or_changed(
            sample in 0..SAMPLES.len(),
            cut in 0.0..1.0f64,
            at in 0.0..1.0f64,
            put in "[-0-9eE.,:{}\\[\\]\"a-z% \n]{0,6}",
        ) {
            let letters: Vec<char> = SAMPLES[sample].1.chars().collect();
            let end = (letters.len() as f64 * cut) as usize;
            let spot = (end as f64 * at) as usize;
            let text: String = letters[..spot]
                .iter()
                .copied()
                .chain(put.chars())
                .chain(letters[spot..end].iter().copied())
                .collect();
            for format in FORMATS {
                let _ = (format.fits)(&text);
                let _ = format.read("x", &text);
            }
        }
    }
}
