//! vegeta's JSON report: times in nanoseconds, an open load of `rate` requests each second.

use serde_json::Value;

use super::{Measurement, json, ordered};
use crate::input::dist::Percentile;
use crate::input::problem::Problem;

/// Whether the text looks like one.
pub fn fits(text: &str) -> bool {
    json::is_object(text) && text.contains("\"latencies\"")
}

/// Reads one report.
pub fn read(name: &str, text: &str) -> Result<Vec<Measurement>, Problem> {
    let value = json::parse(text)?;
    let offered = json::required(&value, &["rate"])?;
    let seconds = |key: &str| json::number(&value, &["latencies", key]).map(|nanos| nanos / 1e9);
    let percentile = |(key, value): (&String, &Value)| {
        let percent = key.strip_suffix("th")?.parse().ok()?;
        Some(Percentile { percent, value: value.as_f64()? / 1e9 })
    };
    let points = value.get("latencies").and_then(Value::as_object);
    let success = json::number(&value, &["success"]);
    Ok(vec![Measurement {
        place: name.to_owned(),
        offered_rps: Some(offered),
        throughput_rps: json::number(&value, &["throughput"]).or(Some(offered)),
        mean_s: seconds("mean"),
        percentiles: ordered(points.into_iter().flatten().filter_map(percentile).collect()),
        requests: json::number(&value, &["requests"]),
        failed: success.map(|share| (1.0 - share).max(0.0)),
        ..Measurement::default()
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nanoseconds_become_seconds_and_the_load_is_open() {
        let one =
            read("x", include_str!("../../../tests/fit/vegeta.json")).expect("a report").remove(0);
        assert_eq!((one.offered_rps, one.clients), (Some(100.01), None));
        assert_eq!(one.mean_s, Some(0.0424));
        assert_eq!(one.percentiles[0], Percentile { percent: 50.0, value: 0.0385 });
    }
}
