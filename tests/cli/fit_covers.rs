//! Intervals of a fit cover the truth: systems that are known are simulated, and found again from what each
//! kind of input says of them.

use std::path::Path;

use super::play_at;

/// A known system: CPU and wait of a request in milliseconds, the lines of its load and its runtime.
struct Known {
    cores: u32,
    load: &'static str,
    /// `fit`'s words for the load.
    loads: &'static [&'static str],
    runtime: &'static str,
    server: &'static str,
    cpu: f64,
    burst: &'static str,
    wait: &'static str,
    io: f64,
}

/// What a load tester would see of it, times in seconds.
struct Seen {
    throughput: f64,
    busy: f64,
    k6: String,
    times: [f64; 5],
}

const NAMES: [&str; 5] = ["mean", "p50", "p90", "p95", "p99"];

const WORKERS: Known = Known {
    cores: 2,
    load: "kind = \"poisson\"\nrate = \"60/s\"",
    loads: &["--rate", "60/s"],
    runtime: "preset = \"gunicorn-sync\"\nworkers = 16",
    server: "gunicorn-sync:16",
    cpu: 8.0,
    burst: "exp(4 ms)",
    wait: "40 ms",
    io: 40.0,
};
const LOOP: Known = Known {
    cores: 1,
    load: "kind = \"closed\"\nclients = 6",
    loads: &["--clients", "6"],
    runtime: "preset = \"uvicorn-uvloop\"",
    server: "uvicorn-uvloop:1",
    cpu: 2.0,
    burst: "1 ms",
    wait: "uniform(10 ms, 50 ms)",
    io: 30.0,
};
const THREADS: Known = Known {
    cores: 2,
    load: "kind = \"poisson\"\nrate = \"50/s\"",
    loads: &["--rate", "50/s"],
    runtime: "kind = \"thread-pool\"\nthreads = 24",
    server: "thread-pool:24",
    cpu: 6.0,
    burst: "exp(3 ms)",
    wait: "lognormal(mean = 40 ms, cv = 2)",
    io: 40.0,
};

impl Known {
    fn simulate(&self, home: &Path) -> Seen {
        let text = format!(
            "[host]\ncores = {}\n[load]\n{}\n[[request]]\n\
             steps = [{{ cpu = \"{}\" }}, {{ io = \"{}\" }}, {{ cpu = \"{}\" }}]\n\
             [[runtime]]\nname = \"now\"\n{}\n[run]\nrequests = 20_000\nreplications = 3\n",
            self.cores, self.load, self.burst, self.wait, self.burst, self.runtime
        );
        std::fs::write(home.join("known.toml"), text).expect("the folder can be written to");
        let run = |format: &str| {
            play_at(home, &["run", "known.toml", "--format", format]).ends(0, &[]).out
        };
        let result: serde_json::Value = serde_json::from_str(&run("json")).expect("JSON");
        let value = |path: String| result.pointer(&path).and_then(serde_json::Value::as_f64);
        let of = |path: &str| value(format!("/runtimes/0/{path}/value")).expect("a figure");
        Seen {
            throughput: of("throughput_rps"),
            busy: of("utilization/cpu"),
            k6: run("k6"),
            times: NAMES.map(|name| of(&format!("response_s/{name}"))),
        }
    }

    /// Fits what `input` says, beside what is known of load, CPU and server; T_cpu and T_io must lie in
    /// their intervals, the latter no wider than `widest` times its low end, and the model must run.
    fn found(&self, home: &Path, seen: &Seen, input: &[String], widest: f64) {
        let mut args: Vec<String> = vec!["fit".to_owned()];
        args.extend_from_slice(input);
        let busy = format!("{:.4}", seen.busy);
        let cores = self.cores.to_string();
        for word in ["--cpu-used", &busy, "--preset", self.server, "--cores", &cores] {
            args.push(word.to_owned());
        }
        args.extend(["-o".to_owned(), "found.toml".to_owned()]);
        let words: Vec<&str> = args.iter().map(String::as_str).collect();
        play_at(home, &words).ends(0, &["wrote found.toml"]);
        let model = std::fs::read_to_string(home.join("found.toml")).expect("written");
        for (lead, truth) in [("T_cpu ", self.cpu), ("T_io ", self.io)] {
            let [low, high] = interval(&model, lead);
            // What is written is rounded to four digits.
            assert!(
                low * 0.9995 <= truth && truth <= high * 1.0005,
                "{lead}{truth} is not within {low} and {high}: {words:?}\n{model}"
            );
            assert!(
                lead == "T_cpu " || high <= widest * low,
                "{low} to {high}: {words:?}\n{model}"
            );
        }
        let quick = ["run", "found.toml", "--requests", "1000", "--replications", "2"];
        play_at(home, &quick).ends(0, &[]);
    }

    /// Its load in `fit`'s flags.
    fn loads(&self, seen: &Seen) -> Vec<String> {
        let mut words: Vec<String> = self.loads.iter().map(|word| (*word).to_owned()).collect();
        if self.loads[0] == "--clients" {
            words.extend(["--throughput".to_owned(), format!("{:.2}/s", seen.throughput)]);
        }
        words
    }

    /// Percentiles of a monitoring page, beside the load.
    fn page(&self, seen: &Seen, names: &[&str]) -> Vec<String> {
        let mut words = self.loads(seen);
        for (name, time) in NAMES.iter().zip(seen.times) {
            if names.contains(name) {
                words.extend([format!("--{name}"), format!("{:.3}ms", time * 1e3)]);
            }
        }
        words
    }
}

/// `T_io 39.4 ms, between 37.7 ms and 43.4 ms` in the head of a model, in milliseconds.
fn interval(model: &str, lead: &str) -> [f64; 2] {
    let flowing = model.replace("\n# ", " ");
    let rest = flowing.split(lead).nth(1).and_then(|rest| rest.split("between ").nth(1));
    let words: Vec<&str> = rest.expect(lead).split_whitespace().take(5).collect();
    let time = |number: &str, unit: &str| {
        let scale = match unit {
            "us" => 1e-3,
            "ms" => 1.0,
            _ => 1e3,
        };
        number.parse::<f64>().expect(number) * scale
    };
    [time(words[0], words[1]), time(words[3], words[4])]
}

#[test]
fn one_figure_says_within_what_no_shape_of_waits_is_ruled_out() {
    // Constant waits: the exponential ones that are assumed would be 58 ms by the median.
    let home = tempfile::tempdir().expect("a folder");
    let seen = WORKERS.simulate(home.path());
    WORKERS.found(home.path(), &seen, &WORKERS.page(&seen, &["p50"]), 6.5);
    WORKERS.found(home.path(), &seen, &WORKERS.page(&seen, &["mean"]), 1.15);
    let seen = THREADS.simulate(home.path());
    THREADS.found(home.path(), &seen, &THREADS.page(&seen, &["p50"]), 6.5);
}

#[test]
fn a_page_and_the_files_of_load_testers_cover_what_was_simulated() {
    let home = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(home.path().join(name), text).expect("the folder can be written to");
    };
    let file = |name: &str| vec![name.to_owned()];
    let seen = THREADS.simulate(home.path());
    THREADS.found(home.path(), &seen, &THREADS.page(&seen, &NAMES[1..]), 1.8);
    write("summary.json", &seen.k6);
    THREADS.found(home.path(), &seen, &file("summary.json"), 1.8);
    let [mean, p50, p90, p95, p99] = seen.times.map(|seconds| (seconds * 1e9) as u64);
    let vegeta = format!(
        "{{\"latencies\": {{\"mean\": {mean}, \"50th\": {p50}, \"90th\": {p90}, \"95th\": {p95}, \"99th\": {p99}}}, \
         \"requests\": 18000, \"rate\": 50.0, \"throughput\": 50.0, \"success\": 1}}"
    );
    write("vegeta.json", &vegeta);
    THREADS.found(home.path(), &seen, &file("vegeta.json"), 1.8);
    let seen = LOOP.simulate(home.path());
    write("summary.json", &seen.k6);
    LOOP.found(home.path(), &seen, &file("summary.json"), 1.4);
    let [mean, p50, p90, p95, p99] = seen.times;
    let rate = seen.throughput;
    let oha = format!(
        "{{\"summary\": {{\"successRate\": 1.0, \"total\": 300.0, \"average\": {mean}, \"requestsPerSec\": {rate}}}, \
         \"latencyPercentiles\": {{\"p50\": {p50}, \"p90\": {p90}, \"p95\": {p95}, \"p99\": {p99}}}}}"
    );
    write("oha.json", &oha);
    let input = ["oha.json".to_owned(), "--clients".to_owned(), "6".to_owned()];
    LOOP.found(home.path(), &seen, &input, 1.4);
}
