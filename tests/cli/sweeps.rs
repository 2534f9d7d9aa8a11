//! Sweeps: any axes, the same bytes however they were interrupted, mistakes before the first point.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::{Played, names, play, play_at, program};

/// A model whose widths depend on what is varied.
const MODEL: &str = r#"
[params]
call = "exp(9 ms)"

[host]
cores = 2

[load]
clients = "ceil($cores * (1 + $beta))"

[[request]]
steps = [{ cpu = "exp(1 ms)" }, { io = "$call" }]

[[runtime]]
name = "sync"
kind = "sync-worker"
workers = "$cores"

[[runtime]]
name = "loops"
kind = "event-loop"
loops = "$cores"
overhead = "0.5 ms"

[[scenario]]
name = "slow"
set = { call = "exp(90 ms)" }
"#;

const QUICK: [&str; 6] = ["--requests", "300", "--replications", "2", "--set", "run.warmup=100ms"];

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(home.path().join("m.toml"), MODEL).expect("written");
    home
}

fn sweep(home: &Path, more: &[&str]) -> Played {
    play_at(home, &[&["sweep", "m.toml"][..], &QUICK, more].concat())
}

fn read(home: &Path, file: &str) -> String {
    std::fs::read_to_string(home.join("output/m/sweep").join(file)).expect(file)
}

#[test]
fn under_one_warm_up_nothing_moves_along_an_axis_that_is_not_its_own() {
    let home = home();
    let more = ["--vary", "runtime.loops.loops=1,2,4", "--format", "csv", "--no-files"];
    let played = sweep(home.path(), &more).ends(0, &[]);
    let of_sync: Vec<&str> = played
        .out
        .lines()
        .filter_map(|line| line.split_once(','))
        .filter(|(_, row)| row.starts_with(",sync,"))
        .map(|(_, row)| row)
        .collect();
    assert_eq!(of_sync.len(), 3, "{}", played.out);
    assert!(of_sync.iter().all(|row| *row == of_sync[0]), "{of_sync:?}");
}

#[test]
fn every_point_is_a_row_for_each_runtime_and_scenario_under_its_parameters() {
    let home = home();
    let played = sweep(home.path(), &["--vary", "beta=1,9", "--vary", "host.cores=1..3"]);
    let played = played.ends(0, &["wrote 14 files to output/m/sweep"]);
    assert!(
        played.out.starts_with("m   seed 42\nbeta (2) x host.cores (3) = 6 points\n"),
        "{}",
        played.out
    );
    let files = [
        "formula.caption.txt",
        "formula.csv",
        "formula.svg",
        "formula.tex",
        "heat.caption.txt",
        "heat.csv",
        "heat.svg",
        "heat.tex",
        "manifest.json",
        "model.toml",
        "report.md",
        "report.txt",
        "result.csv",
        "result.json",
    ];
    assert_eq!(names(&home.path().join("output/m/sweep")), files);
    let csv = read(home.path(), "result.csv");
    assert!(csv.starts_with("beta,host.cores,scenario,runtime,kind,"), "{csv}");
    assert_eq!(csv.lines().count(), 1 + 6 * 2 * 2);
    // cores (1 + beta) clients, worked out anew: at light waits all of them are in flight.
    let json: serde_json::Value = serde_json::from_str(&read(home.path(), "result.json")).unwrap();
    for point in json["points"].as_array().unwrap() {
        let (beta, cores) = (&point["params"]["beta"], &point["params"]["host.cores"]);
        let clients = cores.as_f64().unwrap() * (1.0 + beta.as_f64().unwrap());
        let workload = &point["result"]["workload"];
        assert_eq!(workload["blocking_coefficient"], beta.as_f64().unwrap());
        assert_eq!(workload["optimal_concurrency"], clients);
        assert_eq!(point["result"]["runtimes"][0]["in_flight"]["peak"], clients);
    }
}

#[test]
fn charts_that_the_table_fits_are_drawn_and_others_told_when_named() {
    let home = home();
    let more = ["--chart", "load,heat", "--chart-format", "svg,pdf", "--width", "ieee1"];
    let vary = ["sweep", "m.toml", "--vary", "load.clients=1..9:3", "--requests", "3000"];
    let played = play_at(home.path(), &[&vary[..], &["--replications", "2"], &more].concat());
    let played =
        played.ends(0, &["chart heat is not drawn", "two swept columns", "wrote 11 files"]);
    assert!(!played.err.contains("formula"), "{}", played.err);
    assert!(read(home.path(), "load.svg").contains("width=\"88mm\""));
    let caption = read(home.path(), "load.caption.txt");
    assert!(caption.contains("model m") && caption.contains("--chart load,heat"), "{caption}");
    let all = sweep(home.path(), &["--vary", "beta=1,9", "--chart", "all"]);
    let all = all.ends(0, &["wrote 10 files"]);
    assert!(!all.err.contains("not drawn"), "{}", all.err);
    sweep(home.path(), &["--vary", "beta=1", "--chart", "gain"]).ends(2, &["formula, load, heat"]);
    let nowhere = ["--vary", "beta=1", "--chart", "load", "--no-files"];
    sweep(home.path(), &nowhere).ends(2, &["charts are files", "--out DIR"]);
}

#[test]
fn a_point_is_the_run_that_its_command_says() {
    let home = home();
    sweep(home.path(), &["--vary", "call=4 ms,exp(20 ms)"]).ends(0, &[]);
    let json: serde_json::Value = serde_json::from_str(&read(home.path(), "result.json")).unwrap();
    let more = ["--set", "call=exp(20 ms)", "--format", "json"];
    let run = play_at(home.path(), &[&["run", "m.toml"][..], &QUICK, &more].concat()).ends(0, &[]);
    let run: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let point = &json["points"][1]["result"];
    assert_eq!(point["runtimes"][1]["response_s"], run["runtimes"][1]["response_s"]);
    assert_eq!(
        point["scenarios"][0]["runtimes"][0]["throughput_rps"],
        run["scenarios"][0]["runtimes"][0]["throughput_rps"]
    );
    assert_eq!(point["command"], run["command"]);
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads_nor_on_files() {
    let home = home();
    let vary = ["--vary", "beta=0.5..50:log7", "--format", "csv"];
    let one =
        sweep(home.path(), &[&vary[..], &["--jobs", "1", "--no-files"]].concat()).ends(0, &[]);
    let four = sweep(home.path(), &[&vary[..], &["--jobs", "4"]].concat()).ends(0, &[]);
    assert_eq!(one.out, four.out);
    assert_eq!(read(home.path(), "result.csv"), one.out);
}

#[test]
fn counts_between_the_ends_of_a_logarithm_are_rounded() {
    let home = home();
    let vary = ["--vary", "load.clients=1..100:log9", "--format", "csv", "--no-files"];
    let played = sweep(home.path(), &vary).ends(0, &[]);
    let mut clients: Vec<&str> =
        played.out.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    clients.dedup();
    assert_eq!(clients.join(" "), "1 2 3 6 10 18 32 56 100");
}

/// The real thing: killed without warning at many moments, gone on with, the bytes those of a sweep
/// that was left alone.
#[cfg(unix)]
#[test]
fn a_sweep_that_is_killed_again_and_again_ends_with_the_same_bytes() {
    let alone = home();
    let vary = ["--vary", "beta=0.5..50:log30", "--requests", "3000"];
    let args: Vec<&str> = ["sweep", "m.toml", "--replications", "2", "--set", "run.warmup=100ms"]
        .into_iter()
        .chain(vary)
        .collect();
    play_at(alone.path(), &args).ends(0, &[]);
    let killed = home();
    let mut kills = 0;
    for round in 0_u64.. {
        let mut child = program()
            .current_dir(killed.path())
            .args(&args)
            .arg("--resume")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        // Irregular moments, longer as rounds go by, so that it ends on slow machines too.
        std::thread::sleep(Duration::from_millis(20 + round * 37 % 61 + round * round / 4));
        if child.try_wait().expect("a child").is_some() {
            break;
        }
        // On Unix this is SIGKILL.
        child.kill().expect("killed");
        child.wait().expect("gone");
        kills += 1;
    }
    assert!(kills > 0, "the sweep was too quick to be killed");
    for file in ["result.csv", "result.json", "report.txt", "report.md", "manifest.json"] {
        assert_eq!(
            read(killed.path(), file),
            read(alone.path(), file),
            "{file} after {kills} kills"
        );
    }
    let files = names(&killed.path().join("output/m/sweep"));
    let left: Vec<_> = files.iter().filter(|name| !name.starts_with('.')).collect();
    assert_eq!(left.len(), 10, "{files:?}");
    // Once more: it says that it is complete, and shows it.
    let again = play_at(killed.path(), &[&args[..], &["--resume"]].concat());
    let again = again.ends(0, &["is complete"]);
    assert_eq!(again.out, read(alone.path(), "report.txt"));
}

#[test]
fn a_journal_of_something_else_is_neither_gone_on_with_nor_written_over() {
    let home = home();
    let folder = home.path().join("output/m/sweep");
    std::fs::create_dir_all(&folder).expect("made");
    std::fs::write(folder.join("journal.tsv"), "{\"of\":\"something else\"}\n").expect("written");
    let vary = ["--vary", "beta=1,2"];
    sweep(home.path(), &vary).ends(2, &["was not finished", "--resume", "delete the file"]);
    sweep(home.path(), &[&vary[..], &["--resume"]].concat()).ends(2, &["another sweep", "--out"]);
    let text = std::fs::read_to_string(folder.join("journal.tsv")).expect("still there");
    assert_eq!(text, "{\"of\":\"something else\"}\n");
}

#[test]
fn mistakes_are_told_before_the_first_point() {
    for (vary, status, words) in [
        ("betta=1..3", 2, &["names nothing in the model", "did you mean `beta`?"][..]),
        ("runtime.sinc.workers=1..3", 2, &["did you mean `sync`?"]),
        ("beta=0..100:log20", 2, &["a logarithm never reaches 0", "write 0,0.1..100:log20"]),
        ("host.cores=4,0", 2, &["`cores` is 0", "at least 1"]),
        ("load.clients=1..100000000", 2, &["at most 10000000", "a wider step"]),
        ("beta", 2, &["varies nothing", "NAME=SPEC"]),
    ] {
        let home = home();
        let played = sweep(home.path(), &["--vary", vary]).ends(status, words);
        assert!(played.out.is_empty() && names(home.path()) == ["m.toml"], "{vary}");
    }
    let home = home();
    let many = ["--vary", "beta=1..10000", "--vary", "load.clients=1..10000"];
    sweep(home.path(), &many).ends(3, &["10000 x 10000 are 100000000 points", "fewer values"]);
    sweep(home.path(), &["--vary", "beta=1", "--vary", "beta=2"]).ends(2, &["given twice"]);
    play(&["sweep", "web-request"]).ends(2, &["--vary <NAME=SPEC>"]);
}
