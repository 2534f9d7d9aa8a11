//! Which files are written, where, and that they say how to make them again.

use std::path::Path;

use super::{Played, SMALL, names, play_at, program, small};

const ALL: [&str; 18] = [
    "breakdown.caption.txt",
    "breakdown.csv",
    "breakdown.svg",
    "breakdown.tex",
    "gain.caption.txt",
    "gain.csv",
    "gain.svg",
    "gain.tex",
    "latency.caption.txt",
    "latency.csv",
    "latency.svg",
    "latency.tex",
    "manifest.json",
    "model.toml",
    "report.md",
    "report.txt",
    "result.csv",
    "result.json",
];

/// Bare `iowait` made quick.
const BARE: [&str; 6] = ["--requests", "300", "--replications", "2", "--set", "run.warmup=100ms"];

fn manifest(folder: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(folder.join("manifest.json")).expect("a manifest");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn bare_iowait_runs_the_default_model_and_writes_its_files_and_charts() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let played = play_at(home.path(), &BARE).ends(0, &["wrote 18 files to output/web-request/run"]);
    assert!(played.out.starts_with("web-request "), "{}", played.out);
    let folder = home.path().join("output/web-request/run");
    assert_eq!(names(&folder), ALL);
    let report = std::fs::read_to_string(folder.join("report.txt")).expect("a report");
    assert_eq!(report, played.out, "the file is what the screen showed");
    let model = std::fs::read_to_string(folder.join("model.toml")).expect("a model");
    assert_eq!(model, include_str!("../../models/web-request.toml"));
}

#[test]
fn no_files_means_none() {
    let home = tempfile::tempdir().expect("a temporary folder");
    play_at(home.path(), &[&BARE[..], &["--no-files"]].concat()).ends(0, &[]);
    assert!(names(home.path()).is_empty());
}

#[test]
fn run_and_theory_write_files_only_where_they_are_told_to() {
    let home = tempfile::tempdir().expect("a temporary folder");
    play_at(home.path(), &SMALL).ends(0, &[]);
    play_at(home.path(), &["theory"]).ends(0, &[]);
    assert!(names(home.path()).is_empty());
    play_at(home.path(), &[&SMALL[..], &["--out", "a/b"]].concat())
        .ends(0, &["wrote 18 files to a/b"]);
    assert_eq!(names(&home.path().join("a/b")), ALL);
}

#[test]
fn a_chart_is_as_wide_as_it_is_told_to_be() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let chart = ["--out", "x", "--chart", "gain", "--theme", "paper", "--width", "nature2"];
    play_at(home.path(), &[&SMALL[..], &chart].concat()).ends(0, &[]);
    let svg = std::fs::read_to_string(home.path().join("x/gain.svg")).expect("a chart");
    assert!(svg.contains("width=\"183mm\""), "{}", &svg[..200]);
}

#[test]
fn a_manifest_says_what_makes_the_same_folder_again() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let more = ["--out", "x", "--jobs", "1", "--theme", "paper", "--slo", "p50 <= 10 s"];
    play_at(home.path(), &[&SMALL[..], &more].concat()).ends(0, &[]);
    let first = manifest(&home.path().join("x"));
    let args: Vec<String> = serde_json::from_value(first["args"].clone()).expect("a list");
    for flag in ["--out", "--jobs"] {
        assert!(!args.iter().any(|arg| arg == flag), "{args:?}");
    }
    assert!(first["command"].as_str().expect("text").contains("--slo 'p50 <= 10 s'"), "{first}");
    let mut again = program();
    again.current_dir(home.path()).args(&args).args(["--out", "y", "--jobs", "2"]);
    Played::of(again.output().expect("the program starts")).ends(0, &[]);
    for file in ALL {
        let read = |folder: &str| std::fs::read(home.path().join(folder).join(file)).expect(file);
        assert_eq!(read("x"), read("y"), "{file}");
    }
}

#[test]
fn a_file_in_the_way_of_the_folder_is_named_and_left_alone() {
    let home = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(home.path().join("output"), "mine").expect("written");
    play_at(home.path(), &BARE).ends(4, &["output is a file", "--out"]);
    let text = std::fs::read_to_string(home.path().join("output")).expect("still there");
    assert_eq!(text, "mine");
}

#[test]
fn files_do_not_depend_on_what_the_screen_shows() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let play = |folder: &str, format: &str, color: &str| {
        let more = ["--out", folder, "--format", format, "--color", color];
        play_at(home.path(), &[&SMALL[..], &more].concat()).ends(0, &[]);
        ALL.map(|file| std::fs::read(home.path().join(folder).join(file)).expect(file))
    };
    assert_eq!(play("x", "table", "always"), play("y", "json", "never"));
}

#[test]
fn the_formats_of_the_screen_are_those_of_the_files() {
    let home = tempfile::tempdir().expect("a temporary folder");
    play_at(home.path(), &[&SMALL[..], &["--out", "x"]].concat()).ends(0, &[]);
    for (format, file) in [
        ("table", "report.txt"),
        ("json", "result.json"),
        ("csv", "result.csv"),
        ("markdown", "report.md"),
    ] {
        let text = std::fs::read_to_string(home.path().join("x").join(file)).expect(file);
        assert_eq!(small(&["--format", format]).ends(0, &[]).out, text, "{format}");
    }
}
