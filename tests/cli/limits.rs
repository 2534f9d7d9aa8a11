//! The edges of what can be simulated: each is reached, or refused with what to do.

use super::{Played, SMALL, names, play_at, small};

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
fn twenty_million_requests_within_one_instant_are_stopped() {
    // A ten-thousandth of a nanosecond is nothing to a clock of whole ones.
    let (load, steps) = ("clients = 1", "{ cpu = \"0.0001 ns\" }");
    run(load, steps, &["--requests", "20000002"])
        .ends(3, &["without any time passing", "give them CPU or I/O"]);
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
fn a_run_of_more_events_than_are_allowed_ends_with_3_and_says_how_far_it_came() {
    // 9 400 events or so in all.
    small(&["--max-events", "1000000"]).ends(0, &[]);
    let told =
        ["sync, replication 1: 1000 events were not enough (--max-events)", "of virtual time"];
    let more = ["--set", "run.requests=100000000", "--max-events", "1000"];
    let many = [&SMALL[..5], &SMALL[7..], &more].concat();
    let played = super::play(&many).ends(3, &told);
    assert_eq!(played.out, "");
    assert!(played.err.contains("in flight; allow"), "{}", played.err);
    // It is stopped near that number: of some 3 events a request no thousand requests.
    let ended = played.err.split("virtual time ").nth(1).and_then(|rest| rest.split(' ').next());
    let ended: u32 = ended.and_then(|number| number.parse().ok()).expect("ended requests");
    assert!((100..1_000).contains(&ended), "{}", played.err);
    small(&["--max-events", "599"]).ends(3, &["sync, replication 1: 599 events"]);
    small(&["--max-events", "0"]).ends(2, &["--max-events", "from 1 to"]);
}

#[test]
fn the_bound_on_events_changes_no_figure() {
    let home = tempfile::tempdir().expect("a temporary folder");
    for (out, more) in [("with", &["--max-events", "1000000"][..]), ("without", &[])] {
        let args = [&SMALL[..], &["--out", out], more].concat();
        play_at(home.path(), &args).ends(0, &[]);
    }
    for name in names(&home.path().join("with")) {
        let read = |out: &str| std::fs::read(home.path().join(out).join(&name)).expect("read");
        assert!(read("with") == read("without"), "{name}");
    }
}

#[test]
fn a_pilot_that_takes_more_events_than_are_allowed_is_no_shorter_warm_up() {
    let args = ["run", "--cpu", "1ms", "--io", "9ms", "--requests", "100", "--replications", "2"];
    super::play(&[&args[..], &["--max-events", "150"]].concat())
        .ends(3, &["150 events were not enough in a pilot of the warm-up (--max-events)"]);
}

#[test]
fn a_sweep_and_a_plan_say_where_the_events_were_not_enough_and_keep_what_is_finished() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let vary = ["sweep", "--cpu", "1ms", "--io", "9ms", "--replications", "1", "--jobs", "1"];
    let more = ["--set", "run.warmup=100ms", "--vary", "run.requests=100,200,100000", "--out", "x"];
    let bound = ["--max-events", "5000"];
    let played = play_at(home.path(), &[&vary[..], &more, &bound].concat());
    played.ends(3, &["5000 events were not enough", "run.requests=100000"]);
    let journal = std::fs::read_to_string(home.path().join("x/journal.tsv")).expect("a journal");
    assert!(journal.lines().count() >= 2, "{journal}");
}

#[test]
fn the_largest_numbers_that_fit_are_numbers_and_those_that_do_not_are_refused() {
    let most = ["--requests", "18446744073709551615", "--seed", "9223372036854775807"];
    let played = run(
        "clients = 1",
        "{ cpu = \"1 ns\" }",
        &[&most[..], &["--max-events", "100000"]].concat(),
    );
    played.ends(3, &["100000 events were not enough"]);
    for flag in ["--requests", "--seed", "--max-events", "--replications"] {
        let played = run("clients = 1", "{ cpu = \"1 ns\" }", &[flag, "18446744073709551616"]);
        played.ends(2, &[flag, "18446744073709551616"]);
    }
}

#[test]
fn a_window_that_ends_after_584_years_is_stopped_at_their_end() {
    let load = "clients = 1\nthink = \"36500 d\"";
    let ends = ["--set", "run.warmup=200000 d", "--set", "run.duration=200000 d"];
    let text =
        model(load, "{ cpu = \"1 ns\" }").replace("requests = 100\n", "duration = \"1 s\"\n");
    let home = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(home.path().join("m.toml"), text).expect("written");
    play_at(home.path(), &[&["run", "m.toml"][..], &ends].concat()).ends(3, &["584 years"]);
    // A hundred years short of it there is an answer.
    let fits = ["--set", "run.warmup=0 s", "--set", "run.duration=176000 d"];
    play_at(home.path(), &[&["run", "m.toml"][..], &fits].concat()).ends(0, &[]);
}

#[test]
fn a_file_of_data_that_never_ends_is_refused() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let file = std::fs::File::create(home.path().join("a.csv")).expect("created");
    file.set_len((256 << 20) + 1).expect("a file of holes");
    let steps = "{ cpu = 'empirical(\"a.csv\", column = \"ms\", unit = \"ms\")' }";
    std::fs::write(home.path().join("m.toml"), model("clients = 1", steps)).expect("written");
    play_at(home.path(), &["check", "m.toml"]).ends(2, &["256 MiB"]);
}

#[test]
fn sweeps_and_plans_of_too_many_points_are_refused_before_the_first() {
    let model = ["--cpu", "1ms", "--io", "9ms", "--vary", "beta=1..2:9999", "--vary"];
    let cores = |cores: &'static str| [&model[..], &[cores]].concat();
    let sweep = super::play(&[&["sweep"][..], &cores("host.cores=1..9999")].concat());
    sweep.ends(3, &["9999 x 9999 are 99980001 points", "at most 10000000"]);
    let plan = super::play(
        &[&["plan", "--for", "sync", "--slo", "p99=1s"][..], &cores("host.cores=1..9")].concat(),
    );
    plan.ends(3, &["89991 combinations", "20000"]);
}

#[test]
fn a_machine_wider_than_can_be_told_apart_is_refused_before_it_is_built() {
    let wide = ["--set", "host.cores=10000000", "--set", "runtime.sync.instances=14"];
    let played = run("clients = 1", "{ cpu = \"1 ms\" }", &wide);
    played.ends(3, &["140000000 cores or pools", "134217728", "try fewer instances"]);
}
