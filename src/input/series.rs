//! Columns of CSV files: the arrival instants of a trace, the samples of an empirical distribution.

use std::path::Path;

use sha2::{Digest as _, Sha256};

/// The most bytes of a CSV that is read (256 MiB), so that a device or a mistaken file ends.
const LONGEST: u64 = 256 << 20;

/// A CSV with a header, read as text.
#[derive(Debug)]
pub struct Sheet {
    shown: String,
    bytes: u64,
    sha256: String,
    header: Vec<String>,
    /// Cells with the line of the file that they are in.
    rows: Vec<(u64, csv::StringRecord)>,
}

impl Sheet {
    /// Reads a CSV file; a name that is no absolute path is looked for in `folder`.
    ///
    /// # Errors
    ///
    /// A sentence: the file is missing, unreadable, too long, not CSV, or has no rows.
    pub fn open(folder: &Path, file: &str) -> Result<Self, String> {
        let path = folder.join(file);
        let shown = path.display().to_string();
        let data = std::fs::metadata(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                format!("no such file: {shown} (a file is looked for in the folder of the model)")
            }
            _ => format!("{shown} cannot be read: {error}"),
        })?;
        if data.is_dir() {
            return Err(format!("{shown} is a folder, not a CSV file"));
        }
        if data.len() > LONGEST {
            return Err(format!("{shown} is longer than {} MiB", LONGEST >> 20));
        }
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{shown} cannot be read: {error}"))?;
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let header = reader
            .headers()
            .map_err(|error| format!("{shown} is not a CSV file: {error}"))?
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').to_owned())
            .collect();
        let mut rows = Vec::new();
        let mut lines = Lines { text: &text, byte: 0, line: 1 };
        for record in reader.into_records() {
            let record = record.map_err(|error| format!("{shown} is not a CSV file: {error}"))?;
            let byte = record.position().map_or(0, csv::Position::byte);
            rows.push((lines.of(byte), record));
        }
        if rows.is_empty() {
            return Err(format!("{shown} has no rows below its header"));
        }
        let sha256 =
            Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { shown, bytes: text.len() as u64, sha256, header, rows })
    }

    /// The place of a column; the first where no name is given.
    ///
    /// # Errors
    ///
    /// A sentence that lists the columns there are.
    pub fn column(&self, name: Option<&str>) -> Result<usize, String> {
        let Some(name) = name else { return Ok(0) };
        self.header.iter().position(|column| column == name).ok_or_else(|| {
            format!("{} has no column `{name}`; it has {}", self.shown, self.header.join(", "))
        })
    }

    /// The cells of a column, each with its line in the file (from 1).
    pub fn cells(&self, column: usize) -> impl Iterator<Item = (u64, &str)> {
        self.rows.iter().map(move |(line, row)| (*line, row.get(column).unwrap_or("")))
    }

    /// The numbers of a column, each with its line in the file.
    ///
    /// # Errors
    ///
    /// A sentence with the line of the first cell that is not a finite number.
    pub fn numbers(&self, column: usize) -> Result<Vec<(u64, f64)>, String> {
        self.cells(column)
            .map(|(line, cell)| match cell.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok((line, number)),
                _ => Err(format!("{}, line {line}: `{cell}` is not a number", self.shown)),
            })
            .collect()
    }

    /// How long the file is.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The SHA-256 of the file, in hex.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The file's path, for messages.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

/// Counts lines up to ascending places of a text. (`csv` gives the line where it began to look for
/// a record, before the empty lines that it skips.)
struct Lines<'a> {
    text: &'a str,
    byte: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the first letter at or after `byte` that is no line break.
    fn of(&mut self, byte: u64) -> u64 {
        let bytes = self.text.as_bytes();
        let asked = usize::try_from(byte).unwrap_or(usize::MAX).min(bytes.len());
        let blank = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let target = asked + bytes[asked..].iter().take_while(|byte| blank(byte)).count();
        let passed = bytes.get(self.byte..target).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.byte = self.byte.max(target);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(text: &str) -> Result<Sheet, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("a.csv"), text).expect("written");
        Sheet::open(folder.path(), "a.csv")
    }

    #[test]
    fn a_column_is_read_as_numbers_with_their_lines() {
        let sheet = sheet("ms, name\n1.5, a\n\n2e1, b\n").expect("a sheet");
        let column = sheet.column(Some("ms")).expect("a column");
        assert_eq!(sheet.numbers(column), Ok(vec![(2, 1.5), (4, 20.0)]));
        let names = sheet.column(Some("name")).expect("a column");
        assert_eq!(sheet.cells(names).map(|(_, cell)| cell).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn what_is_wrong_with_a_csv_is_told_with_its_line() {
        let no_rows = sheet("ms\n").expect_err("no rows");
        assert!(no_rows.ends_with("a.csv has no rows below its header"), "{no_rows}");
        let ragged = sheet("ms\n1\n1,2\n").expect_err("ragged");
        assert!(ragged.contains("line: 3"), "{ragged}");
        let sheet = sheet("ms,x\n1,2\nabc,3\nNaN,4\n").expect("a sheet");
        let missing = sheet.column(Some("s")).expect_err("no column");
        assert!(missing.ends_with("a.csv has no column `s`; it has ms, x"), "{missing}");
        let text = sheet.numbers(0).expect_err("not a number");
        assert!(text.ends_with("a.csv, line 3: `abc` is not a number"), "{text}");
    }

    #[test]
    fn a_missing_file_is_told_with_the_folder_that_was_searched() {
        let error = Sheet::open(Path::new("somewhere"), "a.csv").expect_err("missing");
        assert!(error.starts_with("no such file: somewhere"), "{error}");
    }
}
