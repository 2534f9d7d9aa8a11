//! `repeat` makes a folder again from its manifest, and says what is not the same; `sensitivity`
//! and its folder.

use std::path::Path;

use super::{play, play_at};

const MODEL: &str = "[params]\nwait = \"exp(9 ms)\"\n\n[host]\ncores = 2\n\n[load]\nclients = 20\n\n\
    [[request]]\nsteps = [{ cpu = \"exp(1 ms)\" }, { io = \"$wait\" }]\n";

const QUICK: [&str; 6] = ["--requests", "500", "--replications", "2", "--set", "run.warmup=100ms"];

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(home.path().join("m.toml"), MODEL).expect("written");
    home
}

fn make(home: &Path, args: &[&str]) {
    let status = if args[0] == "plan" { 1 } else { 0 };
    play_at(home, &[args, &QUICK, &["--out", "made"]].concat()).ends(status, &["to made"]);
}

#[test]
fn what_every_command_wrote_is_made_again_with_the_same_bytes() {
    for args in [
        &["run", "m.toml", "--slo", "p50 <= 1 s"][..],
        &["theory", "m.toml"],
        &["sweep", "m.toml", "--vary", "beta=1,9"],
        &["plan", "m.toml", "--vary", "runtime.sync.workers=1..2", "--slo", "mean=1ms"],
        &["sensitivity", "m.toml", "--metric", "mean"],
        &["run", "--cpu", "1ms", "--io", "9ms"],
        &[],
    ] {
        let home = home();
        if args.is_empty() {
            play_at(home.path(), &[&QUICK[..], &["--out", "made"]].concat()).ends(0, &[]);
        } else {
            make(home.path(), args);
        }
        // The file itself is not needed: the folder has its own copy.
        std::fs::remove_file(home.path().join("m.toml")).expect("removed");
        let played = play_at(home.path(), &["repeat", "made", "--jobs", "1"]).ends(0, &[]);
        assert!(played.out.contains("files of made are the same"), "{args:?}: {}", played.out);
    }
}

#[test]
fn a_changed_file_and_a_missing_one_are_named_with_status_1() {
    let home = home();
    make(home.path(), &["run", "m.toml"]);
    std::fs::write(home.path().join("made/result.csv"), "changed").expect("written");
    std::fs::remove_file(home.path().join("made/report.md")).expect("removed");
    let played = play_at(home.path(), &["repeat", "made"]).ends(1, &[]);
    assert_eq!(played.out, "report.md: is missing\nresult.csv: was changed after it was written\n");
}

#[test]
fn what_cannot_be_made_again_is_told_with_what_to_do() {
    play(&["repeat", "nowhere"]).ends(2, &["nowhere/manifest.json", "name one"]);
    let home = home();
    make(home.path(), &["run", "m.toml"]);
    std::fs::write(home.path().join("made/model.toml"), "# another\n").expect("written");
    play_at(home.path(), &["repeat", "made"])
        .ends(2, &["is not the model", "put the original back"]);
    std::fs::write(home.path().join("made/manifest.json"), "{}").expect("written");
    play_at(home.path(), &["repeat", "made"]).ends(2, &["this is no manifest of iowait"]);
}

#[test]
fn the_tornado_shows_what_matters_and_what_does_not() {
    let home = home();
    let args =
        ["sensitivity", "m.toml", "--metric", "throughput", "--by", "50 %", "--format", "json"];
    let played = play_at(home.path(), &[&args[..], &QUICK].concat()).ends(0, &[]);
    let json: serde_json::Value = serde_json::from_str(&played.out).expect("JSON");
    let bars = json["bars"].as_array().expect("bars");
    let swing = |input: &str, runtime: &str| {
        let bar = bars.iter().find(|bar| bar["input"] == input && bar["runtime"] == runtime);
        bar.expect("a bar")["swing"].as_f64().expect("a number")
    };
    // Two workers that wait 9 of 10 ms: waits decide, and so does the number of workers.
    assert!(swing("wait", "sync") < -0.5, "{bars:?}");
    assert_eq!(swing("wait", "sync"), swing("all I/O", "sync"));
    assert!(swing("runtime.sync.workers", "sync") > 0.5, "{bars:?}");
    // The width of another runtime changes nothing at all: the random numbers are the same.
    assert_eq!(swing("runtime.sync.workers", "threads"), 0.0);
    play_at(home.path(), &["sensitivity", "m.toml", "--metric", "latency"])
        .ends(2, &["--metric:1:1: `latency` is not a metric"]);
    play_at(home.path(), &["sensitivity", "m.toml", "--by", "2"]).ends(2, &["between 0 and 1"]);
}
