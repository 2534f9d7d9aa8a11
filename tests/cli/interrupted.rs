//! Ctrl-C: what is finished is shown and kept, with the way on, in every command that is made of pieces.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::statuses::wait_until_signals_are_caught;
use super::{Played, names, play_at};

const MODEL: &str = "[params]\nwait = \"exp(9 ms)\"\nthink = \"1 s\"\n\n[host]\ncores = 2\n\n\
    [load]\nkind = \"poisson\"\nrate = \"800/s\"\n\n\
    [[request]]\nsteps = [{ cpu = \"exp(1 ms)\" }, { io = \"$wait\" }]\n\n\
    [[runtime]]\nname = \"sync\"\nkind = \"sync-worker\"\nworkers = 16\n\n\
    [run]\nwarmup = \"1 s\"\nreplications = 4\n";

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(home.path().join("m.toml"), MODEL).expect("written");
    home
}

/// Interrupts a command after ever longer times until one time it has something to show; `None`
/// where it was done before.
fn interrupted(home: &Path, args: &[&str]) -> Option<Played> {
    for round in 0..18 {
        let child = Command::new(env!("CARGO_BIN_EXE_iowait"))
            .args(args)
            .current_dir(home)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        wait_until_signals_are_caught(child.id());
        std::thread::sleep(Duration::from_millis(50).mul_f64(1.5_f64.powi(round)));
        let kill = Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status();
        kill.expect("kill starts");
        let played = Played::of(child.wait_with_output().expect("it ends"));
        if played.status == 0 {
            return None;
        }
        assert_eq!(played.status, 130, "{played:#?}");
        if !played.out.is_empty() {
            return Some(played.ends(130, &["interrupted: "]));
        }
        assert!(played.err.contains("interrupted before"), "{}", played.err);
    }
    panic!("{args:?} has nothing to show after a minute");
}

#[test]
fn an_interrupted_sweep_leaves_its_table_and_goes_on_to_the_bytes_of_one_that_was_not() {
    let home = home();
    let args = ["sweep", "m.toml", "--vary", "load.rate=1/s..800/s:400", "--requests", "2000"];
    let args = [&args[..], &["--out", "made"]].concat();
    let played = interrupted(home.path(), &args).expect("a long sweep");
    assert!(played.out.contains("Warn interrupted: "), "{}", played.out);
    assert!(played.err.contains("--resume"), "{}", played.err);
    let made = home.path().join("made");
    let files = ["journal.tsv", "manifest.json", "model.toml", "report.md", "report.txt"];
    assert_eq!(names(&made), [&files[..], &["result.csv", "result.json"]].concat());
    let table = std::fs::read_to_string(made.join("result.csv")).expect("a table");
    let journal = std::fs::read_to_string(made.join("journal.tsv")).expect("a journal");
    assert_eq!(table.lines().count(), journal.lines().count(), "a header and a row a point");
    play_at(home.path(), &["repeat", "made"]).ends(2, &["was interrupted", "made is of a command"]);
    play_at(home.path(), &["sweep", "m.toml", "--out", "made"]).ends(2, &["--vary"]);
    // Fewer points, or the test would take long: another sweep of the same kind, interrupted early.
    let short = ["sweep", "m.toml", "--vary", "load.rate=1/s..800/s:40", "--requests", "2000"];
    let short = |out: &'static str| [&short[..], &["--out", out]].concat();
    play_at(home.path(), &short("whole")).ends(0, &[]);
    if interrupted(home.path(), &short("parts")).is_some() {
        let again = [&short("parts")[..], &["--resume"]].concat();
        play_at(home.path(), &again).ends(0, &["wrote"]);
    }
    for name in names(&home.path().join("whole")) {
        let read = |out: &str| std::fs::read(home.path().join(out).join(&name)).expect("read");
        assert!(read("whole") == read("parts"), "{name}");
    }
}

#[test]
fn an_interrupted_plan_shows_what_it_tried_and_what_is_known() {
    let home = home();
    let args = ["plan", "m.toml", "--vary", "runtime.sync.workers=1..64", "--slo", "p99=50ms"];
    let args = [&args[..], &["--requests", "600000", "--out", "made"]].concat();
    let played = interrupted(home.path(), &args).expect("a long plan");
    assert!(played.out.contains("p99 [95 % interval]"), "{}", played.out);
    assert!(played.out.contains("interrupted before"), "{}", played.out);
    assert!(played.err.contains("iowait plan m.toml --vary"), "{}", played.err);
    let json = std::fs::read_to_string(home.path().join("made/result.json")).expect("a result");
    assert!(json.contains("\"interrupted\": true"), "{json}");
    play_at(home.path(), &["repeat", "made"]).ends(2, &["was interrupted"]);
}

#[test]
fn an_interrupted_tornado_shows_the_inputs_that_were_changed() {
    let home = home();
    let args = ["sensitivity", "m.toml", "--requests", "600000", "--out", "made"];
    let played = interrupted(home.path(), &args).expect("a long tornado");
    assert!(played.out.contains("inputs were changed; others may matter more"), "{}", played.out);
    let made = names(&home.path().join("made"));
    assert!(made.contains(&"result.csv".to_owned()), "{made:?}");
    assert!(!made.contains(&"tornado.svg".to_owned()), "half a tornado: {made:?}");
    play_at(home.path(), &["repeat", "made"]).ends(2, &["was interrupted"]);
}

#[test]
fn an_interrupted_run_shows_its_finished_replications_and_how_to_get_all_of_them() {
    let home = home();
    let args = ["run", "m.toml", "--requests", "2000", "--replications", "4000", "--out", "made"];
    let played = interrupted(home.path(), &args).expect("a long run");
    assert!(played.out.contains("replications done by then"), "{}", played.out);
    let again = "iowait run m.toml --replications 4000 --requests 2000 --out made";
    assert!(played.err.contains(again), "{}", played.err);
    play_at(home.path(), &["repeat", "made"])
        .ends(2, &["was interrupted", "make it whole first", again]);
}
