//! What results hold: every key of the documentation, the same bytes whatever the number of jobs.

use serde_json::Value;

use super::{play, play_with_input, small};

/// The object as the documentation shows it; `{}` is an estimate.
const DOCUMENTED: &str = include_str!("result.json");

/// Two classes, a resource, a price, an objective and a scenario: nothing of the object is empty.
const MODEL: &str = r#"
[host]
cores = 2
[load]
clients = 20
[resource.postgres]
slots = 5
[[request]]
name = "search"
steps = [{ cpu = "exp(1 ms)" }, { io = "exp(9 ms)", at = ["postgres"] }, { cpu = "1 us" }]
[[request]]
name = "front"
steps = [{ cpu = "exp(1 ms)" }]
[[runtime]]
name = "sync"
kind = "sync-worker"
workers = 2
cost_per_hour = 0.1
[[runtime]]
name = "loop"
kind = "event-loop"
loops = 2
[run]
requests = 2000
replications = 2
warmup = "1 s"
slo = ["p50 <= 10 s"]
[[scenario]]
name = "peak"
set = { "load.clients" = 40 }
"#;

fn result(args: &[&str]) -> Value {
    let played = play_with_input(args, MODEL.as_bytes()).ends(0, &[]);
    serde_json::from_str(&played.out).expect("JSON")
}

/// Every key of the documented object, as a path with its value.
fn assert_has(documented: &Value, found: &Value, path: &str) {
    match documented {
        Value::Object(keys) if keys.is_empty() => {
            let estimate =
                found.is_null() || (found.get("value").is_some() && found.get("ci95").is_some());
            assert!(estimate, "{path} is no estimate: {found}");
        }
        Value::Object(keys) => {
            for (key, below) in keys {
                let path = format!("{path}.{key}");
                // A whole group may have no meaning, as the lag of a loop for a sync worker.
                if !found.is_null() {
                    let found = found.get(key).unwrap_or_else(|| panic!("{path} is absent"));
                    assert_has(below, found, &path);
                }
            }
        }
        Value::Array(items) if !items.is_empty() && !items[0].is_number() => {
            let found = found.as_array().unwrap_or_else(|| panic!("{path} is no list: {found}"));
            assert!(!found.is_empty(), "{path} is empty");
            found.iter().for_each(|found| assert_has(&items[0], found, path));
        }
        _ => {}
    }
}

#[test]
fn json_has_every_key_of_the_documentation() {
    let documented: Value = serde_json::from_str(DOCUMENTED).expect("JSON");
    let found = result(&["run", "-", "--format", "json"]);
    assert_has(&documented, &found, "");
    for runtime in found["scenarios"][0]["runtimes"].as_array().expect("a list") {
        assert_has(&documented["runtimes"][0], runtime, "scenarios.runtimes");
    }
    let [sync, on_loop] = [0, 1].map(|place| &found["runtimes"][place]);
    assert_eq!((&sync["loop_lag_s"], &sync["makespan_s"]), (&Value::Null, &Value::Null));
    assert!(on_loop["loop_lag_s"]["p99"]["value"].is_number());
    assert_eq!(on_loop["cost"]["per_hour"], Value::Null);
}

#[test]
fn the_shares_of_the_gap_have_names_and_add_up_to_it() {
    let gain = &result(&["run", "-", "--format", "json"])["runtimes"][1]["gain"];
    let rows = gain["explained"].as_array().expect("a list");
    let number = |value: &Value| value.as_f64().expect("a number");
    let sum: f64 = rows.iter().map(|row| number(&row["share"])).sum();
    let gap = number(&gain["formula"]) - number(&gain["simulated"]["value"]);
    assert!((sum - gap).abs() < 1e-9, "{sum} of {gap}");
    let keys = |row: &Value| -> Vec<String> {
        let mut keys: Vec<String> = row.as_object().expect("an object").keys().cloned().collect();
        keys.sort();
        keys
    };
    assert!(rows.len() > 1 && rows.iter().all(|row| keys(row) == ["cause", "ci95", "share"]));
    assert_eq!(rows[rows.len() - 1]["cause"], "interaction");
    let theory = &result(&["theory", "-", "--format", "json"])["runtimes"][1]["gain"];
    assert_eq!(theory["explained"], serde_json::json!([]));
}

#[test]
fn theory_has_the_same_keys_and_every_simulated_value_null() {
    let documented: Value = serde_json::from_str(DOCUMENTED).expect("JSON");
    let found = result(&["theory", "-", "--format", "json"]);
    assert_has(&documented, &found, "");
    for runtime in found["runtimes"].as_array().expect("a list") {
        for key in
            ["/throughput_rps/value", "/response_s/p99/value", "/gain/simulated/value", "/steady"]
        {
            assert_eq!(runtime.pointer(key), Some(&Value::Null), "{key}");
        }
        assert!(runtime["gain"]["formula"].is_number());
    }
}

#[test]
fn the_same_bytes_come_with_1_2_and_7_jobs() {
    for format in ["table", "json", "csv", "markdown"] {
        let with = |jobs: &str| small(&["--format", format, "--jobs", jobs]).ends(0, &[]).out;
        let one = with("1");
        assert_eq!(one, with("2"), "{format}");
        assert_eq!(one, with("7"), "{format}");
        assert_eq!(one, small(&["--format", format]).ends(0, &[]).out, "{format}");
    }
}

#[test]
fn another_seed_gives_other_numbers() {
    let with = |seed: &str| small(&["--format", "csv", "--seed", seed]).ends(0, &[]).out;
    assert_eq!(with("7"), with("7"));
    assert_ne!(with("7"), with("8"));
}

#[test]
fn flags_are_in_front_of_the_models_values() {
    let found = result(&[
        "run",
        "-",
        "--format",
        "json",
        "--seed",
        "9",
        "--replications",
        "3",
        "--requests",
        "500",
    ]);
    assert_eq!((&found["seed"], &found["replications"]), (&9.into(), &3.into()));
    let ended = |key: &str| found["runtimes"][0]["requests"][key].as_u64().expect("a count");
    let ends: u64 = ["completed", "refused", "timed_out", "failed"].into_iter().map(ended).sum();
    assert_eq!(ends, 3 * 500);
    let command = "iowait run - --seed 9 --replications 3 --requests 500";
    assert_eq!(found["command"], command);
}

#[test]
fn csv_has_a_header_and_a_row_for_each_runtime_and_scenario() {
    let played = play_with_input(&["run", "-", "--format", "csv"], MODEL.as_bytes()).ends(0, &[]);
    let lines: Vec<&str> = played.out.lines().collect();
    assert!(lines[0].starts_with("scenario,runtime,kind,t_cpu_s,t_io_s,"), "{}", lines[0]);
    assert_eq!(lines.len(), 1 + 2 + 2);
    for line in &lines[1..] {
        assert_eq!(line.split(',').count(), lines[0].split(',').count(), "{line}");
    }
}

#[test]
fn precision_adds_replications_until_the_intervals_are_narrow() {
    let args = ["run", "--cpu", "1ms", "--io", "9ms", "--requests", "2000", "--precision", "5 %"];
    let played = play(&[&args[..], &["--format", "json"]].concat()).ends(0, &[]);
    let found: Value = serde_json::from_str(&played.out).expect("JSON");
    for runtime in found["runtimes"].as_array().expect("a list") {
        let estimate = &runtime["throughput_rps"];
        let number = |path: &str| estimate.pointer(path).and_then(Value::as_f64).expect(path);
        let half = (number("/ci95/1") - number("/ci95/0")) / 2.0;
        assert!(half <= 0.05 * number("/value"), "{estimate}");
    }
}
