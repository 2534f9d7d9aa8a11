//! A sweep on a screen: a bounded digest of its points, where runtimes overtake each other, knees.

mod digest;
mod findings;
mod made;

pub use digest::Digest;
pub use made::{Gist, Made};

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::Style;
use crate::study::result::Outcome;

/// A value of an axis in JSON: a number where it is a plain one, else as it was written.
pub(super) fn value(text: &str) -> Value {
    let plain = text.replace('_', "");
    if let Ok(whole) = plain.parse::<i64>() {
        return whole.into();
    }
    match plain.parse::<f64>() {
        Ok(number) if number.is_finite() => number.into(),
        _ => text.into(),
    }
}

/// The values of a point as they stand in a CSV: plain numbers without the grouping of digits.
#[must_use]
pub fn cells(params: &[(String, String)]) -> Vec<(String, String)> {
    let cell = |text: &str| match value(text) {
        Value::String(text) => text,
        number => number.to_string(),
    };
    params.iter().map(|(name, text)| (name.clone(), cell(text))).collect()
}

/// One point as JSON, on one line: `{"params":{…},"result":{…}}`.
///
/// # Errors
///
/// None that a result can cause.
pub fn point_json(params: &[(String, String)], outcome: &Outcome) -> serde_json::Result<String> {
    let params: Map<String, Value> =
        params.iter().map(|(name, text)| (name.clone(), value(text))).collect();
    let mut json = Line(Vec::with_capacity(USUAL_BYTES));
    json.0.extend_from_slice(b"{\"params\":");
    serde_json::to_writer(&mut json, &params)?;
    json.0.extend_from_slice(b",\"result\":");
    serde_json::to_writer(&mut json, outcome)?;
    json.0.push(b'}');
    String::from_utf8(json.0).map_err(serde::ser::Error::custom)
}

/// A line that is being written: most of what comes is a single sign.
struct Line(Vec<u8>);

impl Write for Line {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    #[inline(always)]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match bytes {
            [one] => self.0.push(*one),
            _ => self.0.extend_from_slice(bytes),
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes of a point of one runtime.
const USUAL_BYTES: usize = 4 << 10;

/// What stands before, between and after the points of `result.json`.
pub const JSON_AROUND: [&str; 3] = ["{\"points\":[\n", ",\n", "\n]}\n"];

/// One way to show a sweep, under the names of [`super::FORMATS`].
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// Its file in an output folder.
    pub file: &'static str,
    /// What it is made of.
    pub made: MadeOf,
}

/// What a format is made of.
#[derive(Clone, Copy, Debug)]
pub enum MadeOf {
    /// What a screen shows of the whole.
    Digest(fn(&Digest, &Style) -> String),
    /// The points, one after another, however many they are: [`json`](point_json) with
    /// [`JSON_AROUND`] them, or the rows of [`csv`](super::csv) below their titles.
    Points,
}

/// All formats, the default first.
pub const FORMATS: &[Format] = &[
    Format { name: "table", file: "report.txt", made: MadeOf::Digest(Digest::text) },
    Format { name: "json", file: "result.json", made: MadeOf::Points },
    Format { name: "csv", file: "result.csv", made: MadeOf::Points },
    Format {
        name: "markdown",
        file: "report.md",
        made: MadeOf::Digest(|digest, _| digest.markdown()),
    },
];

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn a_point_is_one_line_of_json_with_numbers_as_numbers() {
        let params = [("beta", "0.5"), ("load.clients", "1_000"), ("wait", "4 ms")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let text = point_json(&params, &fixture::web_request()).unwrap();
        assert!(!text.contains('\n'));
        let object: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(object["params"]["beta"], 0.5);
        assert_eq!(object["params"]["load.clients"], 1000);
        assert_eq!(object["params"]["wait"], "4 ms");
        assert_eq!(object["result"]["model"], "web-request");
        assert_eq!(cells(&params)[1].1, "1000");
    }
}
