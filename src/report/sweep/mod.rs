//! A sweep on a screen: a bounded digest of its points, where runtimes overtake each other, knees.

mod digest;
mod findings;
mod made;

pub use digest::Digest;
pub use made::made;

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::Style;
use super::files::journal::Entry;

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
pub fn point_json(
    params: &[(String, String)],
    outcome: &crate::study::result::Outcome,
) -> serde_json::Result<String> {
    let params: Map<String, Value> =
        params.iter().map(|(name, text)| (name.clone(), value(text))).collect();
    let params = serde_json::to_string(&params)?;
    Ok(format!("{{\"params\":{params},\"result\":{}}}", serde_json::to_string(outcome)?))
}

/// What stands before, between and after the points of `result.json`.
pub const JSON_AROUND: [&str; 3] = ["{\"points\":[\n", ",\n", "\n]}\n"];

/// The points of a sweep, one after another, however many they are.
pub type Entries<'a> = Box<dyn Iterator<Item = io::Result<Entry>> + 'a>;

/// A sweep to be written.
pub struct Sweep<'a> {
    /// What a screen shows of it.
    pub digest: &'a Digest,
    /// Reads its points from the first on.
    pub entries: &'a dyn Fn() -> io::Result<Entries<'a>>,
}

/// One way to write a sweep, under the names of [`super::FORMATS`].
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// Its file in an output folder.
    pub file: &'static str,
    /// Writes it. Formats for machines ignore the style.
    pub write: fn(&Sweep<'_>, &Style, &mut dyn Write) -> io::Result<()>,
}

/// All formats, the default first.
pub const FORMATS: &[Format] = &[
    Format {
        name: "table",
        file: "report.txt",
        write: |sweep, style, to| to.write_all(sweep.digest.text(style).as_bytes()),
    },
    Format { name: "json", file: "result.json", write: |sweep, _, to| write_json(sweep, to) },
    Format { name: "csv", file: "result.csv", write: |sweep, _, to| write_csv(sweep, to) },
    Format {
        name: "markdown",
        file: "report.md",
        write: |sweep, _, to| to.write_all(sweep.digest.markdown().as_bytes()),
    },
];

fn write_json(sweep: &Sweep<'_>, to: &mut dyn Write) -> io::Result<()> {
    let [before, between, after] = JSON_AROUND;
    to.write_all(before.as_bytes())?;
    for (number, entry) in (sweep.entries)()?.enumerate() {
        to.write_all(if number == 0 { "" } else { between }.as_bytes())?;
        to.write_all(entry?.json.as_bytes())?;
    }
    to.write_all(after.as_bytes())
}

fn write_csv(sweep: &Sweep<'_>, to: &mut dyn Write) -> io::Result<()> {
    super::csv::write_titles(sweep.digest.titles(), to)?;
    (sweep.entries)()?.try_for_each(|entry| to.write_all(entry?.csv.as_bytes()))
}

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
