//! oha's JSON: times in seconds, percentiles under `latencyPercentiles`.

use serde_json::Value;

use super::{Measurement, json, ordered};
use crate::input::dist::Percentile;
use crate::input::problem::Problem;

/// Whether the text looks like one.
pub fn fits(text: &str) -> bool {
    json::is_object(text) && text.contains("\"requestsPerSec\"") && text.contains("\"summary\"")
}

/// Reads one result. How many connections there were is not in it.
pub fn read(name: &str, text: &str) -> Result<Vec<Measurement>, Problem> {
    let value = json::parse(text)?;
    let rate = json::required(&value, &["summary", "requestsPerSec"])?;
    let percentile = |(key, value): (&String, &Value)| {
        let percent = key.strip_prefix('p')?.parse().ok()?;
        Some(Percentile { percent, value: value.as_f64()? })
    };
    let points = value.get("latencyPercentiles").and_then(Value::as_object);
    let success = json::number(&value, &["summary", "successRate"]);
    let total = json::number(&value, &["summary", "total"]);
    Ok(vec![Measurement {
        place: name.to_owned(),
        throughput_rps: Some(rate),
        mean_s: json::number(&value, &["summary", "average"]),
        percentiles: ordered(points.into_iter().flatten().filter_map(percentile).collect()),
        requests: total.map(|seconds| (seconds * rate).round()),
        failed: success.map(|share| (1.0 - share).max(0.0)),
        ..Measurement::default()
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_stay_seconds_and_fractions_of_a_percent_are_read() {
        let one =
            read("x", include_str!("../../../tests/fit/oha.json")).expect("a result").remove(0);
        assert_eq!((one.throughput_rps, one.mean_s), (Some(1528.4), Some(0.0326)));
        let last = one.percentiles.last().expect("percentiles");
        assert_eq!((last.percent, last.value), (99.99, 0.0811));
        assert_eq!(one.percentiles[2].percent, 50.0);
    }
}
