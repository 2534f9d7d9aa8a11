//! Results as text, JSON, CSV, Markdown and charts.
//!
//! A report turns an [`Outcome`] into bytes and computes nothing that is not in it; where the bytes
//! go is the caller's business, a closed pipe included. [`FORMATS`] is the table of formats,
//! [`chart::CHARTS`] that of charts; [`files`] writes an output folder.

use std::io::{self, Write};

use crate::study::result::Outcome;

pub mod chart;
pub mod csv;
pub mod files;
pub mod fit;
pub mod json;
pub mod k6;
pub mod markdown;
mod number;
pub mod plan;
pub mod sensitivity;
mod style;
pub mod sweep;
mod table;
pub mod text;
pub mod trace;
pub mod validate;
pub mod verify;
mod view;
mod wrap;

#[cfg(test)]
mod fixture;

pub use style::Style;

/// One way to write an outcome.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// One sentence for help.
    pub about: &'static str,
    /// Its file in an output folder.
    pub file: &'static str,
    /// Writes it. Formats for machines ignore the style.
    pub write: fn(&Outcome, &Style, &mut dyn Write) -> io::Result<()>,
}

/// All formats, the default first.
pub const FORMATS: &[Format] = &[
    Format {
        name: "table",
        about: "what the screen shows: the comparison, the gains, the reasons",
        file: "report.txt",
        write: text::write,
    },
    Format {
        name: "json",
        about: "everything, one object, full precision",
        file: "result.json",
        write: |outcome, _, to| json::write(outcome, to),
    },
    Format {
        name: "csv",
        about: "tidy: one row for each runtime and scenario",
        file: "result.csv",
        write: |outcome, _, to| csv::write(outcome, to),
    },
    Format {
        name: "markdown",
        about: "the screen's tables for an issue or a README",
        file: "report.md",
        write: |outcome, _, to| markdown::write(outcome, to),
    },
];

/// What other programs' scripts read in the place of their own results: printed, and never among the
/// files of a folder.
pub const FOREIGN: &[Format] = &[Format {
    name: "k6",
    about: "run only: as k6's own end-of-test summary; of several runtimes an object of summaries by name",
    file: "k6.json",
    write: |outcome, _, to| k6::write(outcome, to),
}];

/// The format of this name.
#[must_use]
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().chain(FOREIGN).find(|format| format.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_its_own_name_and_file_and_ends_its_last_line() {
        let outcome = fixture::web_request();
        for (i, format) in FORMATS.iter().enumerate() {
            let mut bytes = Vec::new();
            (format.write)(&outcome, &Style::PLAIN, &mut bytes).unwrap();
            assert_eq!(bytes.last(), Some(&b'\n'), "{}", format.name);
            for other in &FORMATS[i + 1..] {
                assert_ne!((format.name, format.file), (other.name, other.file));
            }
        }
        assert_eq!(super::format("csv").map(|f| f.file), Some("result.csv"));
        assert!(super::format("xml").is_none());
    }

    #[test]
    fn every_format_survives_numbers_that_are_none() {
        let outcome = fixture::not_finite();
        for format in FORMATS {
            let mut bytes = Vec::new();
            (format.write)(&outcome, &Style::PLAIN, &mut bytes).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            assert!(!text.contains("NaN") && !text.contains("inf "), "{}: {text}", format.name);
        }
    }
}
