//! k6's end-of-test summary, in its three shapes.
//!
//! `--summary-export` writes `metrics.NAME.{avg, p(95), rate}`; `handleSummary` gets
//! `metrics.NAME.values.{…}`; the machine-readable summary of newer versions has a list
//! `results.metrics` of `{name, values}`. Times are milliseconds in all three.

use serde_json::Value;

use super::{Measurement, json, ordered};
use crate::input::dist::Percentile;
use crate::input::problem::Problem;

/// Whether the text looks like one.
pub fn fits(text: &str) -> bool {
    json::is_object(text) && text.contains("\"http_req_duration")
}

/// Reads one summary, or those of several runtimes, as `iowait run --format k6` writes them.
pub fn read(name: &str, text: &str) -> Result<Vec<Measurement>, Problem> {
    let text = text.trim_start_matches('\u{feff}');
    let mut found = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let value = value.map_err(|error| json::broken(&error))?;
        match value.as_object().filter(|all| is_of_several(all)) {
            Some(all) => {
                for (runtime, value) in all {
                    found.push(summary(&format!("{name}, {runtime}"), value)?);
                }
            }
            None => found.push(summary(name, &value)?),
        }
    }
    if found.is_empty() {
        return Err(Problem::new("there is no summary in it"));
    }
    Ok(found)
}

/// Whether an object has a summary under each of its keys.
fn is_of_several(all: &serde_json::Map<String, Value>) -> bool {
    !all.is_empty()
        && ["metrics", "results"].iter().all(|key| !all.contains_key(*key))
        && all.values().all(|value| value.get("metrics").is_some())
}

fn summary(name: &str, value: &Value) -> Result<Measurement, Problem> {
    let durations = ["http_req_duration{expected_response:true}", "http_req_duration"]
        .into_iter()
        .find_map(|metric| values(value, metric))
        .ok_or_else(|| {
            Problem::new("there is no metric `http_req_duration`")
                .expected("k6's summary: k6 run --summary-export FILE, or handleSummary's data")
        })?;
    let seconds = |key: &str| json::number(durations, &[key]).map(|ms| ms / 1e3);
    let percentile = |(key, value): (&String, &Value)| {
        let percent = if key == "med" {
            50.0
        } else {
            key.strip_prefix("p(")?.strip_suffix(')')?.parse().ok()?
        };
        Some(Percentile { percent, value: value.as_f64()? / 1e3 })
    };
    let percentiles = durations.as_object().into_iter().flatten().filter_map(percentile).collect();
    let requests = values(value, "http_reqs");
    let rate = requests.and_then(|values| json::number(values, &["rate"])).ok_or_else(|| {
        Problem::new("there is no `rate` of the metric `http_reqs`")
            .expected("the requests of each second, which k6 always writes")
    })?;
    let vus = values(value, "vus_max").or_else(|| values(value, "vus"));
    let clients =
        vus.and_then(|vus| ["max", "value"].into_iter().find_map(|key| json::number(vus, &[key])));
    let failures = values(value, "http_req_failed");
    let failed = failures.and_then(|values| {
        ["rate", "value"].into_iter().find_map(|key| json::number(values, &[key]))
    });
    // What the program's own summaries say beside k6's keys.
    let said = |key: &str| Some(value.get("iowait")?.get(key)?.as_str()?.to_owned());
    let width = json::number(value, &["iowait", "width"]).filter(|width| *width >= 1.0);
    Ok(Measurement {
        place: name.to_owned(),
        server: ["runtime", "kind"].into_iter().filter_map(said).collect(),
        width: width.map(|width| width as u32),
        row: ["runtime", "scenario"]
            .into_iter()
            .filter_map(|key| Some((key.to_owned(), said(key)?)))
            .collect(),
        clients: clients.filter(|clients| *clients >= 1.0).map(|clients| clients as u64),
        offered_rps: json::number(value, &["iowait", "offered_rps"]),
        throughput_rps: Some(rate),
        mean_s: seconds("avg"),
        percentiles: ordered(percentiles),
        requests: requests.and_then(|values| json::number(values, &["count"])),
        failed,
        ..Measurement::default()
    })
}

/// The figures of a metric, in whichever of the shapes.
fn values<'a>(summary: &'a Value, metric: &str) -> Option<&'a Value> {
    if let Some(list) = summary.pointer("/results/metrics").and_then(Value::as_array) {
        let named = |entry: &&Value| entry.get("name").and_then(Value::as_str) == Some(metric);
        return list.iter().find(named)?.get("values");
    }
    let found = summary.get("metrics")?.get(metric)?;
    Some(found.get("values").unwrap_or(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_shapes_say_the_same() {
        let read = |text: &str| super::read("x", text).expect("a summary").remove(0);
        let new = read(include_str!("../../../tests/fit/k6-summary.json"));
        let old = read(include_str!("../../../tests/fit/k6-export.json"));
        let machine = read(include_str!("../../../tests/fit/k6-machine.json"));
        assert_eq!(new, old);
        assert_eq!(new, machine);
        assert_eq!((new.clients, new.throughput_rps), (Some(16), Some(119.8)));
        assert_eq!(new.mean_s, Some(0.0815));
        let points: Vec<_> = new.percentiles.iter().map(|p| (p.percent, p.value)).collect();
        assert_eq!(points, [(50.0, 0.0621), (90.0, 0.1402), (95.0, 0.2099), (99.0, 0.4103)]);
        assert_eq!(new.failed, Some(0.0));
    }

    #[test]
    fn a_file_of_another_tool_is_refused_with_what_was_expected() {
        let error = read("x", r#"{"latencies": {}}"#).unwrap_err();
        assert!(error.message().contains("http_req_duration"));
    }
}
