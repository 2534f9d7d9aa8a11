//! `repeat` makes a folder again from its manifest, and says what is not the same; `sensitivity`
//! and its folder.

use std::path::Path;

use super::{names, play, play_at};

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
    let names = names(&home.join("made"));
    let drawn = |chart: &str| names.contains(&format!("{chart}.svg"));
    assert!(args[0] != "sweep" || drawn("formula"), "{names:?}");
    assert!(args[0] != "sensitivity" || drawn("tornado"), "{names:?}");
    assert!(args[0] != "trace" || drawn("timeline"), "{names:?}");
}

#[test]
fn what_every_command_wrote_is_made_again_with_the_same_bytes() {
    for args in [
        &["run", "m.toml", "--slo", "p50 <= 1 s"][..],
        &["theory", "m.toml"],
        &["sweep", "m.toml", "--vary", "beta=1,9"],
        &["plan", "m.toml", "--vary", "runtime.sync.workers=1..2", "--slo", "mean=1ms"],
        &["sweep", "m.toml", "--vary", "beta=1,9", "--chart-format", "png,pdf,svg"],
        &["sensitivity", "m.toml", "--metric", "mean"],
        &["sensitivity", "m.toml", "--metric", "mean", "--chart", "tornado", "--theme", "paper"],
        &["trace", "m.toml", "--from", "50ms", "--for", "30ms", "--width", "120mm"],
        &["trace", "--cpu", "1ms", "--io", "9ms", "--for", "30ms"],
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

/// Two models with an expectation each; the second takes its waits from a file.
fn two_models(home: &Path) {
    let expect = "[[expect]]\nruntime = \"sync\"\nmetric = \"throughput\"\nreported = \"200/s\"\n\
        tolerance = \"90 %\"\n";
    let models = home.join("models");
    std::fs::create_dir(&models).expect("made");
    std::fs::write(models.join("b.toml"), format!("{MODEL}\n{expect}")).expect("written");
    let text = MODEL.replace(
        "exp(9 ms)",
        "empirical(\\\"waits.csv\\\", column = \\\"ms\\\", unit = \\\"ms\\\")",
    );
    std::fs::write(models.join("a.toml"), format!("{text}\n{expect}")).expect("written");
    std::fs::write(models.join("waits.csv"), "ms\n8\n9\n10\n").expect("written");
}

#[test]
fn a_validation_of_several_models_is_made_again() {
    let home = tempfile::tempdir().expect("a temporary folder");
    two_models(home.path());
    for models in [&["models"][..], &["models/b.toml", "models/a.toml"], &["models/a.toml"]] {
        play_at(home.path(), &[&["validate"], models, &QUICK, &["--out", "made"]].concat())
            .ends(0, &["to made"]);
        let played = play_at(home.path(), &["repeat", "made", "--jobs", "1"]).ends(0, &[]);
        assert!(played.out.contains("files of made are the same"), "{models:?}: {}", played.out);
        std::fs::remove_dir_all(home.path().join("made")).expect("removed");
    }
}

#[test]
fn a_data_file_that_changed_or_went_is_told() {
    let home = tempfile::tempdir().expect("a temporary folder");
    two_models(home.path());
    for command in [&["run", "models/a.toml"][..], &["validate", "models"]] {
        play_at(home.path(), &[command, &QUICK, &["--out", "made"]].concat()).ends(0, &["to made"]);
        let waits = home.path().join("models/waits.csv");
        let before = std::fs::read(&waits).expect("read");
        std::fs::write(&waits, "ms\n80\n90\n").expect("written");
        play_at(home.path(), &["repeat", "made"])
            .ends(2, &["models/waits.csv, which the model reads, is not the file of then"]);
        std::fs::remove_file(&waits).expect("removed");
        play_at(home.path(), &["repeat", "made"]).ends(2, &["models/waits.csv", "is not there"]);
        std::fs::write(&waits, before).expect("written");
        play_at(home.path(), &["repeat", "made"]).ends(0, &[]);
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
