//! Results as k6's end-of-test summary would have them, so that one script reads a measurement and its
//! prediction.
//!
//! One JSON document. Of one runtime it is k6's summary itself, in the shape of `handleSummary`'s data, times
//! in milliseconds; of several (or of scenarios) an object with a summary for each, under the name of the
//! runtime, or `SCENARIO/RUNTIME`. Beside k6's own keys each has `iowait`: the runtime, the scenario, the
//! model, and the rate of an open load, none of which k6 knows.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::study::result::{Estimate, Outcome, RuntimeResult, ScenarioResult};

/// Writes the document.
///
/// # Errors
///
/// Those of the writer.
pub fn write(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let own = outcome.runtimes.iter().map(|runtime| (None, runtime));
    let of_scenarios = outcome.scenarios.iter().flat_map(|scenario| {
        scenario.runtimes.iter().map(move |runtime| (Some(scenario), runtime))
    });
    let all: Vec<_> = own.chain(of_scenarios).collect();
    if let [(scenario, runtime)] = all[..] {
        serde_json::to_writer_pretty(&mut *to, &named(outcome, scenario, runtime))?;
        return to.write_all(b"\n");
    }
    // In the order of the model, which a map of the JSON library would lose.
    for (place, (scenario, runtime)) in all.into_iter().enumerate() {
        let name = match scenario {
            Some(scenario) => format!("{}/{}", scenario.name, runtime.name),
            None => runtime.name.clone(),
        };
        to.write_all(if place == 0 { b"{\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *to, &name)?;
        to.write_all(b": ")?;
        serde_json::to_writer_pretty(&mut *to, &named(outcome, scenario, runtime))?;
    }
    to.write_all(b"\n}\n")
}

/// A summary that says whose it is.
fn named(outcome: &Outcome, scenario: Option<&ScenarioResult>, runtime: &RuntimeResult) -> Value {
    let of = scenario.map_or(&outcome.summary, |scenario| &scenario.summary);
    let mut object = summary(runtime);
    object["iowait"] = json!({
        "version": outcome.iowait,
        "model": outcome.model,
        "runtime": runtime.name,
        "kind": runtime.kind,
        "width": runtime.width,
        "scenario": scenario.map(|scenario| &scenario.name),
        "seed": outcome.seed,
        "offered_rps": of.offered_rps,
    });
    object
}

fn summary(runtime: &RuntimeResult) -> Value {
    let counts = runtime.counts();
    let bad = counts.refused + counts.timed_out + counts.failed;
    let ended = counts.completed + bad;
    let good_rate = runtime.throughput_rps.value.unwrap_or(0.0);
    let share = if ended > 0 { bad as f64 / ended as f64 } else { 0.0 };
    let rate = if counts.completed > 0 {
        good_rate * ended as f64 / counts.completed as f64
    } else {
        good_rate
    };
    let seconds = if good_rate > 0.0 { counts.completed as f64 / good_rate } else { 0.0 };
    let times = times(runtime);
    let none = json!({"avg": 0, "min": 0, "med": 0, "max": 0, "p(90)": 0, "p(95)": 0, "p(99)": 0});
    let counter = |count: u64, rate: f64| {
        metric("counter", "default", &json!({"count": count, "rate": rate}))
    };
    let share_of = |share: f64, passes: u64, fails: u64| {
        metric("rate", "default", &json!({"rate": share, "passes": passes, "fails": fails}))
    };
    let peak = runtime.in_flight.peak;
    let gauge = metric("gauge", "default", &json!({"value": peak, "min": 0, "max": peak}));
    json!({
        "root_group": {"name": "", "path": "", "id": "d41d8cd98f00b204e9800998ecf8427e", "groups": [], "checks": []},
        "options": {"summaryTrendStats": ["avg", "min", "med", "max", "p(90)", "p(95)", "p(99)"], "summaryTimeUnit": "", "noColor": true},
        "state": {"isStdOutTTY": false, "isStdErrTTY": false, "testRunDurationMs": seconds * 1e3},
        "metrics": {
            "http_reqs": counter(ended, rate),
            "http_req_duration": metric("trend", "time", &times),
            // The times are those of completed requests: k6's expected responses.
            "http_req_duration{expected_response:true}": metric("trend", "time", &times),
            "http_req_waiting": metric("trend", "time", &times),
            "http_req_blocked": metric("trend", "time", &none),
            "http_req_connecting": metric("trend", "time", &none),
            "http_req_tls_handshaking": metric("trend", "time", &none),
            "http_req_sending": metric("trend", "time", &none),
            "http_req_receiving": metric("trend", "time", &none),
            // A model has no bytes.
            "data_received": metric("counter", "data", &json!({"count": 0, "rate": 0})),
            "data_sent": metric("counter", "data", &json!({"count": 0, "rate": 0})),
            // Of this rate a pass is a failed request, as k6 counts it.
            "http_req_failed": share_of(share, bad, counts.completed),
            "checks": share_of(1.0 - share, counts.completed, bad),
            "iterations": counter(ended, rate),
            "iteration_duration": metric("trend", "time", &times),
            "vus": gauge,
            "vus_max": gauge,
        }
    })
}

fn metric(kind: &str, contains: &str, values: &Value) -> Value {
    json!({"type": kind, "contains": contains, "values": values})
}

fn times(runtime: &RuntimeResult) -> Value {
    let ms = |estimate: &Estimate| estimate.value.map(|seconds| seconds * 1e3);
    let response = &runtime.response_s;
    json!({
        "avg": ms(&response.mean),
        "min": runtime.response_min_s.map(|seconds| seconds * 1e3),
        "med": ms(&response.p50),
        "max": ms(&response.max),
        "p(90)": ms(&response.p90),
        "p(95)": ms(&response.p95),
        "p(99)": ms(&response.p99),
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use crate::input::loadtest::FORMATS;

    #[test]
    fn what_is_written_is_read_back_as_a_k6_summary() {
        let mut outcome = fixture::web_request();
        for runtime in &mut outcome.runtimes {
            // Those of the fixture fall.
            (runtime.response_s.p90, runtime.response_s.p95) =
                (runtime.response_s.p50, runtime.response_s.p99);
        }
        let mut bytes = Vec::new();
        write(&outcome, &mut bytes).expect("memory takes it");
        let text = String::from_utf8(bytes).expect("text");
        let format = FORMATS.iter().find(|format| (format.fits)(&text)).expect("a format");
        assert_eq!(format.name, "k6");
        // Every metric that k6's own summary of an HTTP test has, of the same type.
        let own = include_str!("../../tests/fit/k6-summary.json");
        let own: Value = serde_json::from_str(own).expect("a sample");
        let all: Value = serde_json::from_str(&text).expect("one document");
        let names: Vec<&String> = all.as_object().expect("an object").keys().collect();
        assert_eq!(names.len(), outcome.runtimes.len());
        let first = &all[&outcome.runtimes[0].name];
        for (name, metric) in own["metrics"].as_object().expect("metrics") {
            assert_eq!(first["metrics"][name]["type"], metric["type"], "{name}");
        }
        // A runtime alone is k6's object itself: no key of k6's is missing, none but ours is added.
        let alone = Outcome { runtimes: vec![outcome.runtimes[0].clone()], ..outcome.clone() };
        let mut bytes = Vec::new();
        write(&alone, &mut bytes).expect("memory takes it");
        let one: Value = serde_json::from_slice(&bytes).expect("one document");
        let keys = |value: &Value| -> Vec<String> {
            value.as_object().expect("an object").keys().cloned().collect()
        };
        let ours: Vec<String> = keys(&one).into_iter().filter(|key| key != "iowait").collect();
        assert_eq!(ours, keys(&own));
        assert_eq!(&one, first);
        let found = format.read("x", &text).expect("summaries");
        assert_eq!(found.len(), outcome.runtimes.len());
        for runtime in &outcome.runtimes {
            let server = [runtime.name.clone(), runtime.kind.clone()];
            let one = found.iter().find(|one| one.server == server).expect("each is read");
            let p99 = one.percentiles.last().expect("percentiles");
            assert_eq!(p99.percent, 99.0);
            assert!((p99.value / runtime.response_s.p99.value.unwrap() - 1.0).abs() < 1e-12);
            assert!(
                (one.throughput_rps.unwrap() / runtime.throughput_rps.value.unwrap() - 1.0).abs()
                    < 1e-12
            );
        }
    }
}
