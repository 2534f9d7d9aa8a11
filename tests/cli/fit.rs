//! Measurements to a model: known systems are simulated, measured by what a tester would see, and found
//! again.

use std::path::Path;

use super::{Played, play, play_at};

/// A service whose answers are known: 14 ms of CPU, one wait of 40 ms, 16 workers on two cores.
const KNOWN: &str = r#"
[host]
cores = 2
[load]
kind = "poisson"
rate = "110/s"
[[request]]
steps = [{ cpu = "exp(6.95 ms)" }, { io = "lognormal(mean = 40 ms, cv = 1.2)" }, { cpu = "exp(6.95 ms)" }]
[[runtime]]
name = "now"
preset = "gunicorn-sync"
workers = 16
[[runtime]]
name = "other"
kind = "event-loop"
[run]
requests = 40_000
replications = 4
"#;

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("the folder can be written to");
}

/// The value of a parameter of the written model that is a plain time, in milliseconds.
fn milliseconds(model: &str, name: &str) -> f64 {
    let lead = format!("{name:<4} = \"");
    let line = model.lines().find_map(|line| line.strip_prefix(&lead)).expect(name);
    let (number, unit) = line.trim_end_matches('"').split_once(' ').expect("a unit");
    let scale = if unit == "us" { 1e-3 } else { 1.0 };
    number.parse::<f64>().expect("a number") * scale
}

/// The figure after `T_io ` in the head of a written model, in milliseconds.
fn t_io(model: &str) -> f64 {
    let flowing = model.replace("\n# ", " ");
    let rest = flowing.split("T_io ").nth(1).expect("the head has it");
    let (number, rest) = rest.split_once(' ').expect("a number");
    assert!(rest.starts_with("ms"), "{rest}");
    number.parse().expect("a number")
}

fn json(played: &Played) -> serde_json::Value {
    serde_json::from_str(&played.out).expect("JSON")
}

#[test]
fn a_monitoring_page_gives_back_what_was_simulated() {
    let home = tempfile::tempdir().expect("a folder");
    write(home.path(), "known.toml", KNOWN);
    let run = ["run", "known.toml", "--only", "now", "--format", "json"];
    let result = json(&play_at(home.path(), &run).ends(0, &[]));
    let runtime = &result["runtimes"][0];
    let value = |path: &str| runtime.pointer(path).and_then(serde_json::Value::as_f64).expect(path);
    let shown = |path: &str| format!("{:.1}ms", value(path) * 1e3);
    let used = format!("{:.3}", value("/utilization/cpu/value"));
    let [p50, p90, p95, p99] =
        ["p50", "p90", "p95", "p99"].map(|name| shown(&format!("/response_s/{name}/value")));
    let fit = [
        "fit",
        "--p50",
        &p50,
        "--p90",
        &p90,
        "--p95",
        &p95,
        "--p99",
        &p99,
        "--rate",
        "110/s",
        "--cpu-used",
        &used,
        "--preset",
        "gunicorn-sync:16",
        "--cores",
        "2",
        "-o",
        "found.toml",
    ];
    play_at(home.path(), &fit).ends(0, &["Hold-out check", "wrote found.toml"]);
    let model = std::fs::read_to_string(home.path().join("found.toml")).expect("written");
    let cpu = milliseconds(&model, "cpu");
    assert!((cpu / 13.9 - 1.0).abs() < 0.02, "T_cpu {cpu} ms\n{model}");
    // Percentiles from the median up say little of the lower half: the mean is within an eighth.
    let io = t_io(&model);
    assert!((io / 40.0 - 1.0).abs() < 0.125, "T_io {io} ms\n{model}");
    play_at(home.path(), &["validate", "found.toml", "--no-files"]).ends(0, &[]);
    let quick = ["run", "found.toml", "--requests", "3000", "--replications", "2"];
    let run = play_at(home.path(), &quick).ends(0, &[]);
    // The promise and both gains side by side, and one promise in both places.
    let header = run.out.lines().find(|line| line.starts_with("  gain  ")).expect("the gains");
    for part in ["formula", "over one-a-core", "over today"] {
        assert!(header.contains(part), "{part}\n{}", run.out);
    }
    assert!(!run.out.contains("scenario over-today"), "{}", run.out);
    let lead = "The formula promises 1 + T_io/T_cpu = ";
    let flowing = model.replace("\n# ", " ");
    let promise = flowing.split(lead).nth(1).and_then(|rest| rest.split_whitespace().next());
    let promise = promise.map(|words| words.trim_end_matches('.'));
    let shown = run.out.lines().filter(|line| line.starts_with("  loop "));
    let shown: Vec<Option<&str>> = shown.map(|line| line.split_whitespace().nth(1)).collect();
    assert!(shown.contains(&promise), "{promise:?}\n{}", run.out);
    // T_cpu is that of the file in both places, without what the preset charges.
    let both = [&flowing, &run.out].map(|text| {
        let rest = text.split("T_cpu ").nth(1).expect("T_cpu");
        rest.split(" ms").next().and_then(|number| number.parse::<f64>().ok()).expect("in ms")
    });
    assert!((both[0] / both[1] - 1.0).abs() < 0.005, "{both:?}\n{model}\n{}", run.out);
    // T_io has its interval, and the truth is in it.
    let range = flowing.split("T_io ").nth(1).and_then(|rest| rest.split("between ").nth(1));
    let numbers: Vec<f64> = range
        .into_iter()
        .flat_map(|rest| rest.split_whitespace().take(4))
        .filter_map(|word| word.parse().ok())
        .collect();
    assert!(
        matches!(numbers[..], [low, high] if low < 40.0 && 40.0 < high),
        "{numbers:?}\n{model}"
    );
}

#[test]
fn a_run_printed_as_k6_prints_is_fitted_like_a_measurement() {
    let home = tempfile::tempdir().expect("a folder");
    write(home.path(), "known.toml", KNOWN);
    let run = play_at(home.path(), &["run", "known.toml", "--only", "now", "--format", "k6"])
        .ends(0, &[]);
    let summary = json(&run);
    let p95 = &summary["metrics"]["http_req_duration"]["values"]["p(95)"];
    assert!(p95.as_f64().is_some_and(|ms| ms > 50.0), "{p95}");
    write(home.path(), "summary.json", &run.out);
    let fit = [
        "fit",
        "summary.json",
        "--cpu-used",
        "0.77",
        "--preset",
        "gunicorn-sync:16",
        "--cores",
        "2",
    ];
    let fitted = play_at(home.path(), &fit).ends(0, &[]);
    let io = t_io(&fitted.out);
    assert!((io / 40.0 - 1.0).abs() < 0.125, "T_io {io} ms\n{}", fitted.out);
    let both = play_at(home.path(), &["run", "known.toml", "--format", "k6", "--requests", "500"]);
    let both_of = json(&both);
    for name in ["now", "other"] {
        assert_eq!(both_of[name]["iowait"]["runtime"], name);
        assert!(both_of[name]["metrics"]["http_req_duration"]["values"]["med"].is_number());
    }
    // A file of several is read too, and says what to choose.
    write(home.path(), "both.json", &both.out);
    let several = [&fit[..1], &["both.json"], &fit[2..]].concat();
    play_at(home.path(), &several).ends(2, &["there are several"]);
    let one = [&several[..], &["--where", "runtime=now"]].concat();
    play_at(home.path(), &one).ends(0, &[]);
}

#[test]
fn a_wait_is_found_behind_workers_that_are_nearly_all_busy() {
    // 4 workers with 24 ms a request: at 150/s nine tenths of them are busy, behind 32 clients all.
    let home = tempfile::tempdir().expect("a folder");
    for (load, cpu_used) in [
        ("kind = \"poisson\"\nrate = \"150/s\"", "0.3"),
        ("kind = \"closed\"\nclients = 32", "0.333"),
    ] {
        let text = format!(
            "[host]\ncores = 2\n[load]\n{load}\n[[request]]\nsteps = [{{ cpu = \"exp(2 ms)\" }}, \
             {{ io = \"exp(20 ms)\" }}, {{ cpu = \"exp(2 ms)\" }}]\n[[runtime]]\nname = \"now\"\n\
             kind = \"sync-worker\"\nworkers = 4\n[run]\nrequests = 20_000\nreplications = 3\n"
        );
        write(home.path(), "narrow.toml", &text);
        let run = play_at(home.path(), &["run", "narrow.toml", "--format", "k6"]).ends(0, &[]);
        write(home.path(), "summary.json", &run.out);
        let page = ["fit", "summary.json", "--cpu-used", cpu_used, "--cores", "2"];
        let fit = [&page[..], &["--preset", "sync-worker:4"]].concat();
        let fitted = play_at(home.path(), &fit).ends(0, &[]);
        let io = t_io(&fitted.out);
        assert!((io / 20.0 - 1.0).abs() < 0.1, "T_io {io} ms\n{}", fitted.out);
    }
}

#[test]
fn one_percentile_is_enough_for_a_wait_of_assumed_shape() {
    let fit = ["fit", "--p50", "62ms", "--rate", "100/s", "--cpu-used", "0.4", "--cores", "2"];
    let fitted = play(&[&fit[..], &["--preset", "gunicorn-sync:16"]].concat()).ends(0, &[]);
    assert!((t_io(&fitted.out) - 75.5).abs() < 5.0, "{}", fitted.out);
}

#[test]
fn a_sweep_is_a_table_of_runs_and_its_width_is_found() {
    let home = tempfile::tempdir().expect("a folder");
    let closed = KNOWN
        .replace("kind = \"poisson\"\nrate = \"110/s\"", "clients = 1")
        .replace("workers = 16", "workers = 6")
        .replace("6.95 ms", "0.5 ms");
    write(home.path(), "known.toml", &closed);
    let sweep = [
        "sweep",
        "known.toml",
        "--vary",
        "load.clients=1,2,4,8,16,32",
        "--format",
        "csv",
        "--no-files",
        "--requests",
        "20000",
    ];
    let table = play_at(home.path(), &sweep).ends(0, &[]).out;
    write(home.path(), "runs.csv", &table);
    let fit =
        ["fit", "runs.csv", "--where", "runtime=now", "--preset", "gunicorn-sync", "--cores", "2"];
    let fitted = play_at(home.path(), &fit).ends(0, &["Hold-out check"]);
    assert!(fitted.out.contains("workers = 6\n"), "{}", fitted.out);
    let io = t_io(&fitted.out);
    assert!((io / 40.0 - 1.0).abs() < 0.05, "T_io {io} ms\n{}", fitted.out);
    let cpu = milliseconds(&fitted.out, "cpu");
    assert!((cpu - 1.0).abs() < 0.05, "T_cpu {cpu} ms\n{}", fitted.out);
    // Several servers in one table are one mistake, told with what to do.
    let words = ["the rows are of several servers", "--where runtime="];
    play_at(home.path(), &["fit", "runs.csv", "--cores", "2"]).ends(2, &words);
}

#[test]
fn what_the_data_do_not_say_is_refused_with_what_to_measure() {
    let page = ["fit", "--p50", "62ms", "--p99", "410ms", "--rate", "120/s"];
    let more = |rest: &[&str]| play(&[&page[..], rest].concat());
    let server = ["--preset", "gunicorn-sync:16", "--cores", "2"];
    more(&server).ends(
        2,
        &[
            "CPU and waiting cannot be told apart",
            "less than 16.67 ms",
            "ps -o cputimes",
            "--cpu-used",
        ],
    );
    more(&["--cpu-used", "0.84", "--cores", "2"])
        .ends(2, &["what served is not known", "--preset"]);
    more(&["--cpu-used", "0.84", "--preset", "gunicorn-sync:16"])
        .ends(2, &["how many cores", "--cores"]);
    more(&["--cpu-used", "0.84", "--preset", "gunicorn-sync", "--cores", "2"])
        .ends(2, &["how many workers"]);
    more(&["--cpu-used", "0.99", "--preset", "gunicorn-sync:16", "--cores", "2"])
        .ends(2, &["99.0 % busy", "one client"]);
    play(&["fit"]).ends(2, &["there is nothing to fit"]);
    play(&["fit", "missing.json"]).ends(2, &["missing.json", "cannot be read"]);
}

#[test]
fn a_file_of_no_known_kind_is_refused_and_no_model_is_written() {
    let home = tempfile::tempdir().expect("a folder");
    write(home.path(), "x.txt", "what is this\n");
    play_at(home.path(), &["fit", "x.txt", "-o", "y.toml"]).ends(2, &["none of the formats", "k6"]);
    assert!(!home.path().join("y.toml").exists());
    let page = [
        "--p50",
        "30ms",
        "--p99",
        "90ms",
        "--rate",
        "50/s",
        "--cpu",
        "2ms",
        "--preset",
        "event-loop:1",
        "--cores",
        "1",
    ];
    let nowhere = [&["fit"], &page[..], &["-o", "missing/y.toml"]].concat();
    play_at(home.path(), &nowhere).ends(4, &["missing/y.toml"]);
}

#[test]
fn k6_belongs_to_runs_alone() {
    play(&["theory", "--format", "k6"]).ends(2, &["theory has no --format k6", "iowait run"]);
    play(&["run", "--only", "nobody"]).ends(2, &["no such runtime", "sync"]);
}

/// Times of requests that are spread as an exponential of 40 ms behind 10 ms, in an order of no meaning.
fn times(count: u32) -> impl Iterator<Item = f64> {
    (0..count).map(move |i| {
        let share = (f64::from(i * 7919 % count) + 0.5) / f64::from(count);
        0.010 - 0.040 * (1.0 - share).ln()
    })
}

#[test]
fn an_access_log_is_a_measurement_of_an_open_load() {
    let home = tempfile::tempdir().expect("a folder");
    let mut log = String::from("this is no request\n");
    for (i, time) in times(6_000).enumerate() {
        let (minute, second) = (i / 1200, i / 20 % 60);
        log += &format!(
            "10.0.0.1 - - [20/Nov/2025:10:{minute:02}:{second:02} +0000] \"GET / HTTP/1.1\" 200 12 \"-\" \"-\" {:.3} {time:.3}\n",
            time + 0.002
        );
    }
    write(home.path(), "access.log", &log);
    let fit = ["fit", "access.log", "--preset", "gunicorn-sync:16", "--cores", "2"];
    play_at(home.path(), &fit).ends(2, &["CPU and waiting cannot be told apart"]);
    let fitted = play_at(home.path(), &[&fit[..], &["--cpu", "4ms", "-o", "log.toml"]].concat())
        .ends(
            0,
            &[
                "the application's own times",
                "1 of the lines of access.log have no request",
                "line 1",
            ],
        );
    assert!(fitted.out.is_empty());
    let model = std::fs::read_to_string(home.path().join("log.toml")).expect("written");
    let io = t_io(&model);
    // 10 ms and 40 ms less 4 ms of CPU, and a little queueing.
    assert!((44.0..47.5).contains(&io), "T_io {io} ms\n{model}");
    play_at(home.path(), &["validate", "log.toml", "--no-files"]).ends(0, &[]);
}

/// Sixty requests: one to four queries one after the other, then two calls at once.
fn traces() -> String {
    let mut spans = Vec::new();
    for (i, time) in times(60).enumerate() {
        let start = 1_763_633_700_000_000_000 + i as u64 * 1_000_000_000;
        let nanos = |ms: f64| (ms * 1e6) as u64;
        let span = |id: &str, parent: &str, name: &str, kind: u8, from: f64, to: f64| {
            serde_json::json!({
                "traceId": format!("t{i}"), "spanId": format!("{id}{i}"),
                "parentSpanId": if parent.is_empty() { String::new() } else { format!("{parent}{i}") },
                "name": name, "kind": kind,
                "startTimeUnixNano": (start + nanos(from)).to_string(),
                "endTimeUnixNano": (start + nanos(to)).to_string(),
            })
        };
        let mut now = 2.0;
        for query in 0..=i % 4 {
            spans.push(span(&format!("q{query}-"), "r", "SELECT", 3, now, now + 5.0));
            now += 6.0;
        }
        let long = time * 1e3;
        spans.push(span("a", "r", "left", 3, now, now + long));
        spans.push(span("b", "r", "right", 3, now + 0.1, now + 8.0));
        spans.push(span("r", "", "GET /search", 2, 0.0, now + long.max(8.0) + 2.0));
    }
    let service = serde_json::json!({"key": "service.name", "value": {"stringValue": "shop"}});
    serde_json::json!({"resourceSpans": [{
        "resource": {"attributes": [service]}, "scopeSpans": [{"spans": spans}],
    }]})
    .to_string()
}

#[test]
fn traces_become_steps_in_order_repeated_and_at_once() {
    let home = tempfile::tempdir().expect("a folder");
    write(home.path(), "traces.json", &traces());
    let fit = ["fit", "traces.json", "--preset", "event-loop:1", "--cores", "1"];
    let words = ["outside of its calls", "how much of that is CPU", "--cpu-used"];
    play_at(home.path(), &fit).ends(2, &words);
    // Self time is 2 ms before, 1 ms after each query, and 2 ms at the end: 6.5 ms.
    let fitted =
        play_at(home.path(), &[&fit[..], &["--cpu", "3.25ms", "-o", "traced.toml"]].concat())
            .ends(0, &["every other request took no part", "which is not in the model"]);
    assert!(fitted.out.is_empty());
    let model = std::fs::read_to_string(home.path().join("traced.toml")).expect("written");
    for part in [
        "name = \"get-search\"",
        "SELECT uniform(1, ",
        "{ repeat = \"uniform(1, ",
        "io = \"5 ms\"",
        "{ parallel = [[{ io = \"",
        "50.0 % of a second outside of calls",
    ] {
        assert!(model.replace("\n# ", " ").contains(part), "{part}\n{model}");
    }
    play_at(home.path(), &["run", "traced.toml", "--requests", "2000", "--replications", "2"])
        .ends(0, &[]);
    let too_much = [&fit[..], &["--cpu", "20ms"]].concat();
    play_at(home.path(), &too_much).ends(2, &["spends only", "that of these requests alone"]);
}

#[test]
fn figures_that_cannot_be_are_refused_in_words() {
    let rest = ["--rate", "50/s", "--cpu", "2ms", "--preset", "event-loop:1", "--cores", "1"];
    let page = |flags: &[&str]| play(&[&["fit"], flags, &rest[..]].concat());
    page(&["--p50", "30ms", "--p90", "20ms"]).ends(2, &["p90 of 20 ms is below p50 of 30 ms"]);
    page(&["--p50", "0ms"]).ends(2, &["--p50", "expected a time above 0"]);
    page(&["--p50=-5ms"]).ends(2, &["--p50"]);
    let crowd = ["--p50", "30ms", "--clients", "9000000000", "--throughput", "50/s"];
    let server = ["--cpu", "2ms", "--preset", "event-loop:1", "--cores", "1"];
    play(&[&["fit"], &crowd[..], &server].concat())
        .ends(2, &["9000000000 clients are more than a fit takes", "at most 1000000"]);
    let home = tempfile::tempdir().expect("a folder");
    write(home.path(), "a.csv", "clients,rps,p50_ms,p90_ms\n1,30,30,20\n");
    let words = ["a.csv: line 2: `20` in the column p90_ms is below `30` in the column p50_ms"];
    play_at(home.path(), &["fit", "a.csv", "--cores", "1"]).ends(2, &words);
    // A trace whose service has no name could be that of any other.
    let nameless = traces().replace("\"shop\"", "\"\"");
    write(home.path(), "t.json", &nameless);
    let traced = ["fit", "t.json", "--cpu", "3ms", "--preset", "event-loop:1", "--cores", "1"];
    play_at(home.path(), &traced).ends(2, &["service has no name", "service.name"]);
}

#[test]
fn a_model_that_misses_its_own_measurements_is_not_written_unless_forced() {
    // At 90 % of the CPU nothing random answers in 100 to 102 ms always.
    let home = tempfile::tempdir().expect("a folder");
    let fit = ["fit", "--p50", "100ms", "--p99", "102ms", "--rate", "120/s", "--cpu-used", "0.9"];
    let fit = [&fit[..], &["--cores", "2", "--preset", "sync-worker:16", "-o", "x.toml"]].concat();
    let words = ["no model is written", "p99 at 120/s", "was 102 ms", "Measure with", "--force"];
    play_at(home.path(), &fit).ends(2, &words);
    assert!(!home.path().join("x.toml").exists());
    play_at(home.path(), &[&fit[..], &["--force"]].concat()).ends(0, &["Beware", "wrote x.toml"]);
    let model = std::fs::read_to_string(home.path().join("x.toml")).expect("written");
    assert!(model.contains("--force"), "{model}");
}

/// Two columns of one server: mean and median behind four workers, up to twice as many clients.
fn mean_and_median(home: &Path, io: &str) -> String {
    let text = format!(
        "[host]\ncores = 2\n[load]\nclients = 1\n[[request]]\nsteps = [{{ cpu = \"exp(1 ms)\" }}, \
         {{ io = \"{io}\" }}, {{ cpu = \"exp(1 ms)\" }}]\n[[runtime]]\nname = \"now\"\n\
         kind = \"sync-worker\"\nworkers = 4\n[run]\nreplications = 2\n"
    );
    write(home, "known.toml", &text);
    let sweep = ["sweep", "known.toml", "--vary", "load.clients=4,8,12", "--format", "csv"];
    let sweep = [&sweep[..], &["--no-files", "--requests", "20000"]].concat();
    let table = play_at(home, &sweep).ends(0, &[]).out;
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let header = rows.headers().expect("a header").clone();
    let place = |name: &str| header.iter().position(|column| column == name).expect(name);
    let columns = ["load.clients", "throughput_rps", "response_mean_s", "response_p50_s"];
    let mut kept = "clients,throughput_rps,mean_s,p50_s,cpu_per_req_ms\n".to_owned();
    for row in rows.records() {
        let row = row.expect("a row");
        let cells: Vec<&str> = columns.iter().map(|name| &row[place(name)]).collect();
        kept += &format!("{},2\n", cells.join(","));
    }
    kept
}

#[test]
fn a_mean_with_a_median_says_how_waits_vary_and_crowds_say_how_long_they_are() {
    let home = tempfile::tempdir().expect("a folder");
    for (io, family) in [("30 ms", "constant"), ("lognormal(mean = 30 ms, cv = 1.5)", "lognormal")]
    {
        let table = mean_and_median(home.path(), io);
        write(home.path(), "runs.csv", &table);
        let fit = ["fit", "runs.csv", "--preset", "sync-worker:4", "--cores", "2"];
        let fitted = play_at(home.path(), &fit).ends(0, &[]);
        let found = t_io(&fitted.out);
        assert!((found / 30.0 - 1.0).abs() < 0.03, "T_io {found} ms\n{}", fitted.out);
        let flowing = fitted.out.replace("\n# ", " ");
        // Clients beyond the four workers take part: 4 and 12, 8 was kept out.
        for part in [family, "from 2 light loads", "between"] {
            assert!(flowing.contains(part), "{part}\n{}", fitted.out);
        }
    }
}

#[test]
fn a_flag_beside_a_file_is_told_where_it_changes_what_the_file_says() {
    let home = tempfile::tempdir().expect("a folder");
    write(home.path(), "a.csv", "rate,rps,p50_ms,p99_ms\n50/s,50,30,90\n");
    let fit = ["fit", "a.csv", "--cpu", "2ms", "--preset", "event-loop:1", "--cores", "1"];
    let more = [&fit[..], &["--p50", "35ms", "-o", "x.toml"]].concat();
    play_at(home.path(), &more).ends(0, &["--p50 35ms counts, not the 30 ms of a.csv, line 2"]);
    let model = std::fs::read_to_string(home.path().join("x.toml")).expect("written");
    assert!(model.contains("--p50 35ms counts"), "{model}");
}

#[test]
fn calls_at_once_are_no_sync_servers() {
    let home = tempfile::tempdir().expect("a folder");
    write(home.path(), "traces.json", &traces());
    let fit = ["fit", "traces.json", "--cpu", "3.25ms", "--cores", "1", "-o", "x.toml"];
    let sync = [&fit[..], &["--preset", "gunicorn-sync:4"]].concat();
    play_at(home.path(), &sync).ends(2, &["left and right overlap", "one call after the other"]);
    assert!(!home.path().join("x.toml").exists());
    let forced = [&sync[..], &["--force"]].concat();
    play_at(home.path(), &forced).ends(0, &["not in the data: why left and right overlap"]);
    let model = std::fs::read_to_string(home.path().join("x.toml")).expect("written");
    assert!(model.replace("\n# ", " ").contains("the time that calls cover, over 60 requests"));
}

#[test]
fn a_summary_that_was_cut_off_is_told_as_what_it_is() {
    let home = tempfile::tempdir().expect("a folder");
    let whole = include_str!("../fit/k6-summary.json");
    write(home.path(), "early.json", &whole[..120]);
    play_at(home.path(), &["fit", "early.json"]).ends(2, &["cut off", "--summary-export"]);
    let late = whole.find("http_req_duration").expect("it has it") + 200;
    write(home.path(), "late.json", &whole[..late]);
    play_at(home.path(), &["fit", "late.json"]).ends(2, &["not JSON", "written to its end"]);
    let marked = format!("\u{feff}{whole}");
    write(home.path(), "marked.json", &marked);
    play_at(home.path(), &["fit", "marked.json"]).ends(2, &["what served is not known"]);
}
