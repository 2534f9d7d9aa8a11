//! Access logs as JSON, an object a line: nginx's `log_format … escape=json`, Caddy, and the like.

use serde_json::Value;

use super::{Entry, Unit, clock, combined};

/// Keys of a request's time, each with what one of it is in seconds.
const REQUEST: [(&str, f64); 8] = [
    ("request_time", 1.0),
    ("duration", 1.0),
    ("duration_s", 1.0),
    ("response_time", 1.0),
    ("request_time_ms", 1e-3),
    ("duration_ms", 1e-3),
    ("response_time_ms", 1e-3),
    ("duration_us", 1e-6),
];
const UPSTREAM: [(&str, f64); 3] =
    [("upstream_response_time", 1.0), ("upstream_time", 1.0), ("upstream_response_time_ms", 1e-3)];
const STAMPS: [&str; 7] =
    ["time_iso8601", "@timestamp", "timestamp", "ts", "msec", "time_local", "time"];

/// The request of a line; no whole number is taken for microseconds here.
pub fn read(line: &str) -> Option<(Entry, bool)> {
    let value: Value = serde_json::from_str(line).ok()?;
    let time = |keys: &[(&str, f64)]| {
        keys.iter().find_map(|(key, scale)| seconds(value.get(key)?).map(|time| time * scale))
    };
    let upstream_s = time(&UPSTREAM);
    let request_s = time(&REQUEST).or(upstream_s)?;
    let at_s = STAMPS.iter().find_map(|key| match value.get(key)? {
        Value::String(text) => clock::seconds(text),
        Value::Number(number) => clock::seconds(&number.to_string()),
        _ => None,
    });
    let status = value.get("status").and_then(|status| match status {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    });
    let failed = status.is_some_and(|status| status >= 500 || status == 499);
    Some((Entry { at_s, request_s, upstream_s, failed }, false))
}

/// A number, or one or several in a text.
fn seconds(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => combined::sum(text, Unit::Seconds, &mut false),
        _ => None,
    }
}
