//! What the JSON formats have in common.

use serde_json::Value;

use crate::input::problem::Problem;

/// Whether a text begins as an object does, a byte order mark aside.
pub fn is_object(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
}

/// Reads a text as JSON.
pub fn parse(text: &str) -> Result<Value, Problem> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| broken(&error))
}

/// A text that is not JSON, or not all of it.
pub fn broken(error: &serde_json::Error) -> Problem {
    Problem::new(format!("this is not JSON: {error}"))
        .advice("check that the file was written to its end")
}

/// The number at this path of keys.
pub fn number(value: &Value, path: &[&str]) -> Option<f64> {
    let found = path.iter().try_fold(value, |value, key| value.get(key))?;
    found.as_f64().filter(|number| number.is_finite())
}

/// The number at this path, which must be there.
pub fn required(value: &Value, path: &[&str]) -> Result<f64, Problem> {
    number(value, path).ok_or_else(|| {
        Problem::new(format!("there is no number `{}`", path.join(".")))
            .advice("give the tool's own output, as it wrote it")
    })
}
