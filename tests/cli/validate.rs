//! `validate`: what it prints, what it writes, and how it ends.

use std::path::Path;

use super::{Played, names, play_at, play_with_input};

/// Known by hand: sync does 250 requests a second, the loop 1 000, a gain of 4, as the formula says.
const MODEL: &str = "\
title = \"A shop\"
claim = \"Four times as fast.\"
cause = \"Waiting at once.\"
formula_says = \"A gain of 4.\"
source = \"https://example.org\"
[load]
kind = \"closed\"
clients = 8
[[request]]
steps = [{ cpu = \"1 ms\" }, { io = \"3 ms\" }]
[[runtime]]
name = \"sync\"
kind = \"sync-worker\"
[[runtime]]
name = \"loop\"
kind = \"event-loop\"
[run]
requests = 500
warmup = \"100 ms\"
replications = 2
[[scenario]]
name = \"slow\"
set = { \"load.clients\" = 2 }
";

/// An expectation of the loop.
fn expect(keys: &str) -> String {
    format!("[[expect]]\nruntime = \"loop\"\n{keys}\n")
}

/// One of each that passes: a prediction, a fit that is far off, a known failure.
fn good() -> String {
    MODEL.to_owned()
        + &expect("metric = \"gain\"\nreported = 4.0\ntolerance = \"5 %\"")
        + &expect("metric = \"gain\"\nreported = 9.0\ntolerance = \"5 %\"\nrole = \"fitted\"")
        + &expect(
            "metric = \"throughput\"\nscenario = \"slow\"\nreported = \"800/s\"\n\
             tolerance = \"5 %\"\nholds = false\nwhy = \"two clients were not enough\"",
        )
}

fn wrong() -> String {
    MODEL.to_owned() + &expect("metric = \"gain\"\nreported = 5.0\ntolerance = \"10 %\"")
}

/// A folder with these models.
fn folder(models: &[(&str, &str)]) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in models {
        std::fs::write(home.path().join(name), text).expect("written");
    }
    home
}

fn validate(home: &Path, more: &[&str]) -> Played {
    play_at(home, &[&["validate"], more].concat())
}

fn json(played: &Played) -> serde_json::Value {
    serde_json::from_str(&played.out).expect("JSON")
}

#[test]
fn the_table_names_each_figure_with_its_verdict_and_counts_no_fit() {
    let home = folder(&[("shop.toml", &good())]);
    let played = validate(home.path(), &["shop.toml", "--no-files"]).ends(0, &["shop (1 of 1)"]);
    assert!(played.out.starts_with("shop  A shop\n  loop   "), "{}", played.out);
    let flowing = played.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "gain 4 4 0.0 % holds 4",
        "gain 9 4 -55.6 % misses 4",
        "slow: throughput 800/s 500/s -37.5 % known 1 000/s",
        "loop throughput, slow: known to fail, two clients were not enough",
        "Right 2 predictions in 1 model: 1 holds, 1 fails as known. Median error 19 %, worst 38 %.",
        "1 fit proves nothing and is not counted.",
    ] {
        assert!(flowing.contains(said), "`{said}` is not in:\n{}", played.out);
    }
    assert!(played.out.lines().all(|line| line.chars().count() <= 80), "{}", played.out);
    assert_eq!(names(home.path()), ["shop.toml"]);
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let home = folder(&[("shop.toml", &good())]);
    let more = ["shop.toml", "--no-files", "--format", "json"];
    let played = validate(home.path(), &more).ends(0, &[]);
    let found = json(&played);
    assert_eq!(found["rows"].as_array().expect("rows").len(), 3);
    for key in [
        "model",
        "scenario",
        "runtime",
        "metric",
        "role",
        "reported",
        "simulated",
        "ci95",
        "formula",
        "tolerance",
        "verdict",
    ] {
        assert!(found["rows"][0].get(key).is_some(), "{key}");
    }
    assert_eq!(
        (&found["rows"][2]["scenario"], &found["rows"][2]["verdict"]),
        (&"slow".into(), &"known".into())
    );
    assert_eq!((&found["passed"], &found["rows"][1]["role"]), (&true.into(), &"fitted".into()));
    assert_eq!(found["cases"][0]["blocking_coefficient"], 3.0);
}

#[test]
fn csv_and_markdown_tell_the_same_rows() {
    let home = folder(&[("shop.toml", &good())]);
    let more = |format| ["shop.toml", "--no-files", "--format", format];
    let played = validate(home.path(), &more("csv")).ends(0, &[]);
    let lines: Vec<&str> = played.out.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("model,scenario,runtime,metric,role,reported,simulated,"));
    assert!(lines[3].starts_with("shop,slow,loop,throughput,predicted,800,"), "{}", lines[3]);
    let played = validate(home.path(), &more("markdown")).ends(0, &[]);
    for said in [
        "# Models against their sources",
        "[shop.toml](shop.toml)",
        "- *Claimed:* Four times as fast.",
        "- *The simulation:* Waiting at once.",
        "- *The formula:* A gain of 4.",
        "| loop | gain | 4 | 4 | 0.0 % | 5 % | predicted | holds |",
    ] {
        assert!(played.out.contains(said), "`{said}` is not in:\n{}", played.out);
    }
}

#[test]
fn a_prediction_that_fails_is_exit_status_1_and_says_by_how_much() {
    let home = folder(&[("shop.toml", &wrong()), ("good.toml", &good())]);
    let played = validate(home.path(), &[".", "--no-files"]).ends(1, &["shop (2 of 2)"]);
    let flowing = played.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flowing.contains("loop gain fails: 4, and the source says 5 within 10 %"));
    assert!(
        flowing.contains("Wrong 3 predictions in 2 models: 1 holds, 1 fails, 1 fails as known")
    );
}

#[test]
fn a_known_failure_that_holds_is_said_and_no_error() {
    let holds = "metric = \"gain\"\nat_least = 3.9\nholds = false\nwhy = \"too little of it\"";
    let home = folder(&[("shop.toml", &(MODEL.to_owned() + &expect(holds)))]);
    let played = validate(home.path(), &["shop.toml", "--no-files"]).ends(0, &[]);
    assert!(played.out.contains("take that away"), "{}", played.out);
}

#[test]
fn a_broken_model_hides_no_good_one() {
    let home = folder(&[("bad.toml", "[[request]]\n"), ("shop.toml", &good())]);
    let played = validate(home.path(), &[".", "--no-files"]).ends(2, &["bad.toml:"]);
    assert!(played.out.contains("shop  A shop"), "{}", played.out);
    let played = validate(home.path(), &["bad.toml", "nowhere.toml", "--no-files"]);
    let played = played.ends(2, &["bad.toml:", "nowhere.toml"]);
    assert_eq!(played.out, "");
}

#[test]
fn standard_input_is_a_model_too() {
    let args = ["validate", "-", "--no-files", "--format", "json"];
    let played = play_with_input(&args, good().as_bytes()).ends(0, &[]);
    assert_eq!(json(&played)["passed"], true);
}

#[test]
fn nothing_to_validate_and_two_of_a_name_are_mistakes() {
    let home = folder(&[("plain.toml", MODEL), ("shop.toml", &good())]);
    std::fs::create_dir_all(home.path().join("more/empty")).expect("made");
    std::fs::write(home.path().join("more/shop.toml"), good()).expect("written");
    let say = |more: &[&str], words: &[&str]| {
        let played = validate(home.path(), &[more, &["--no-files"]].concat()).ends(2, words);
        assert_eq!(played.out, "");
    };
    say(&["plain.toml"], &["plain has no [[expect]]", "nothing to validate"]);
    say(&["more/empty"], &["there is no .toml file in more/empty"]);
    say(&["shop.toml", "more/shop.toml"], &["two models are called shop"]);
}

#[test]
fn files_say_how_to_make_them_again() {
    let home = folder(&[("shop.toml", &good()), ("other.toml", &good())]);
    validate(home.path(), &["shop.toml"]).ends(0, &["wrote 10 files to output/shop/validate"]);
    let folder = home.path().join("output/shop/validate");
    let all = [
        "manifest.json",
        "parity.caption.txt",
        "parity.csv",
        "parity.svg",
        "parity.tex",
        "report.md",
        "report.txt",
        "result.csv",
        "result.json",
        "shop.toml",
    ];
    assert_eq!(names(&folder), all);
    assert_eq!(std::fs::read_to_string(folder.join("shop.toml")).expect("a copy"), good());
    let manifest = std::fs::read_to_string(folder.join("manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    let args: Vec<String> = serde_json::from_value(manifest["args"].clone()).expect("a list");
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let again = [&args[..], &["--out", "again", "--jobs", "1"]].concat();
    play_at(home.path(), &again).ends(0, &["wrote 10 files to again"]);
    for file in all {
        let bytes = |folder: &Path| std::fs::read(folder.join(file)).expect(file);
        assert_eq!(bytes(&folder), bytes(&home.path().join("again")), "{file}");
    }
    validate(home.path(), &["."]).ends(0, &["wrote 11 files to output/validate"]);
}

#[test]
fn the_chart_is_as_wide_as_it_is_told_to_be() {
    let home = folder(&[("shop.toml", &good())]);
    let more = [
        "shop.toml",
        "--out",
        "x",
        "--theme",
        "paper",
        "--width",
        "nature2",
        "--chart-format",
        "svg,pdf",
    ];
    validate(home.path(), &more).ends(0, &[]);
    let svg = std::fs::read_to_string(home.path().join("x/parity.svg")).expect("a chart");
    assert!(svg.contains("183mm"), "{}", &svg[..200]);
    let manifest = std::fs::read_to_string(home.path().join("x/manifest.json")).expect("there");
    let flags = "--chart-format svg,pdf --theme paper --width 183mm";
    assert!(manifest.contains(flags), "{manifest}");
    assert!(names(&home.path().join("x")).contains(&"parity.pdf".to_owned()));
}
