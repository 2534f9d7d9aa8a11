//! The edges of what can be simulated: each is reached, or refused with what to do.

use super::{Played, play_at};

/// A model of one worker, with this load and these steps.
fn model(load: &str, steps: &str) -> String {
    format!(
        "[load]\n{load}\n[[request]]\nsteps = [{steps}]\n[[runtime]]\nname = \"sync\"\n\
         kind = \"sync-worker\"\n[run]\nrequests = 100\nreplications = 1\nwarmup = \"0 s\"\n"
    )
}

fn run(load: &str, steps: &str, more: &[&str]) -> Played {
    let home = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(home.path().join("m.toml"), model(load, steps)).expect("written");
    play_at(home.path(), &[&["run", "m.toml"][..], more].concat())
}

fn figure(json: &str, key: &str) -> f64 {
    let found: serde_json::Value = serde_json::from_str(json).expect("JSON");
    found["runtimes"][0][key]["value"].as_f64().expect(key)
}

#[test]
fn a_load_that_outlasts_virtual_time_is_stopped_at_its_end() {
    // A request in 31.7 years: the 19th would come after 584.
    let load = "kind = \"constant\"\nrate = \"1e-9/s\"";
    run(load, "{ cpu = \"1 ns\" }", &[]).ends(3, &["584 years"]);
    let load = "kind = \"poisson\"\nrate = \"1e-9/s\"";
    run(load, "{ cpu = \"1 ns\" }", &[]).ends(3, &["584 years"]);
    // Ten of them fit.
    let load = "kind = \"constant\"\nrate = \"1e-9/s\"";
    let json = ["--requests", "10", "--format", "json"];
    let played = run(load, "{ cpu = \"1 ns\" }", &json).ends(0, &[]);
    assert!((figure(&played.out, "throughput_rps") / 1e-9 - 1.0).abs() < 1e-6);
}

#[test]
fn a_billion_requests_a_second_of_a_nanosecond_each_are_served() {
    let load = "kind = \"constant\"\nrate = \"1e9/s\"";
    let json = ["--requests", "100000", "--format", "json"];
    let played = run(load, "{ cpu = \"1 ns\" }", &json).ends(0, &[]);
    assert!((figure(&played.out, "throughput_rps") / 1e9 - 1.0).abs() < 1e-3, "{}", played.out);
}

#[test]
fn times_beyond_584_years_are_refused_where_they_stand() {
    for time in ["1e30 s", "20000000000 s", "exp(20000000000 s)"] {
        let steps = format!("{{ cpu = \"{time}\" }}");
        run("clients = 1", &steps, &[]).ends(2, &["longer than 584 years"]);
    }
    run("clients = 1", "{ cpu = \"1e300 h\" }", &[]).ends(2, &["not a finite number"]);
    // 292 years are a time, and three of them in a row are not.
    let steps = "{ repeat = 3, steps = [{ io = \"106751 d\" }] }";
    run("clients = 1", steps, &["--requests", "1"]).ends(3, &["584 years"]);
}

#[test]
fn counts_beyond_their_limits_are_refused_where_they_stand() {
    let trillion = "{ repeat = 1000000000000, steps = [{ cpu = \"1 ns\" }] }";
    run("clients = 1", trillion, &[]).ends(2, &["1.0e12 steps", "at most 10000000"]);
    for clients in ["18446744073709551615", "67108865"] {
        let load = format!("clients = {clients}");
        run(&load, "{ cpu = \"1 ms\" }", &[]).ends(2, &["at most 67108864"]);
    }
    run("clients = 18446744073709551616", "{ cpu = \"1 ms\" }", &[]).ends(2, &["m.toml:2:"]);
}

#[test]
fn a_value_that_doubles_with_every_line_is_refused() {
    let mut text = String::from("[params]\na0 = \"exp(1 ms)\"\n");
    for line in 1..60 {
        let before = line - 1;
        text += &format!("a{line} = \"mix(0.5: $a{before}, 0.5: $a{before})\"\n");
    }
    text += "[[request]]\nsteps = [{ io = \"$a59\" }]\n";
    let home = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(home.path().join("m.toml"), text).expect("written");
    play_at(home.path(), &["check", "m.toml"]).ends(2, &["at most 100000 go into a mixture"]);
}

#[test]
fn requests_that_take_no_time_are_refused_with_what_to_do() {
    let steps = "{ repeat = 0, steps = [{ cpu = \"1 ms\" }] }";
    run("clients = 1", steps, &[]).ends(2, &["send forever at once", "a `think` above 0 s"]);
}

#[test]
fn data_from_elsewhere_is_noted() {
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let data = elsewhere.path().join("a.csv");
    std::fs::write(&data, "ms\n1\n2\n").expect("written");
    let steps = |file: &str| {
        model(
            "clients = 1",
            &format!("{{ cpu = 'empirical(\"{file}\", column = \"ms\", unit = \"ms\")' }}"),
        )
    };
    let home = tempfile::tempdir().expect("a temporary folder");
    std::fs::copy(&data, home.path().join("a.csv")).expect("copied");
    std::fs::write(home.path().join("in.toml"), steps("a.csv")).expect("written");
    std::fs::write(home.path().join("out.toml"), steps(&data.display().to_string()))
        .expect("written");
    let note = "from outside of the model's folder";
    let inside = play_at(home.path(), &["check", "in.toml"]).ends(0, &[]);
    assert_eq!(inside.err, "");
    play_at(home.path(), &["check", "out.toml"]).ends(0, &[note, "a.csv"]);
    let run = play_at(home.path(), &["run", "out.toml"]).ends(0, &[]);
    assert!(run.out.split_whitespace().collect::<Vec<_>>().join(" ").contains(note), "{}", run.out);
}

#[test]
fn a_machine_wider_than_can_be_told_apart_is_refused_before_it_is_built() {
    let wide = ["--set", "host.cores=10000000", "--set", "runtime.sync.instances=14"];
    let played = run("clients = 1", "{ cpu = \"1 ms\" }", &wide);
    played.ends(3, &["140000000 cores or pools", "134217728", "try fewer instances"]);
}
