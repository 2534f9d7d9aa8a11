//! What people get wrong, and what they are told: where, what, what was expected, what to do.

use super::{names, play, play_at, play_with_input, small};

#[test]
fn a_flag_that_is_none_finds_the_one_that_was_meant() {
    for (args, meant) in [
        (vec!["run", "--sed", "7"], "'--seed'"),
        (vec!["--sed", "7"], "'--seed'"),
        (vec!["run", "--replication", "7"], "'--replications'"),
        (vec!["check", "--quite", "x"], "'--quiet'"),
    ] {
        play(&args).ends(2, &["a similar argument exists", meant]);
    }
}

#[test]
fn a_command_that_is_none_finds_the_one_that_was_meant() {
    play(&["rnu"]).ends(2, &["'run'"]);
    play(&["help", "rnu"]).ends(2, &["'run'"]);
    play(&["man", "rnu"]).ends(2, &["did you mean `run`?"]);
    play(&["shop.toml"]).ends(2, &["iowait run shop.toml"]);
}

#[test]
fn a_value_that_does_not_fit_is_told_with_what_would() {
    for (args, words) in [
        (vec!["run", "--seed", "x"], vec!["--seed", "whole number from 0"]),
        (vec!["run", "--replications", "0"], vec!["whole number from 1"]),
        (vec!["run", "--jobs", "0"], vec!["whole number from 1"]),
        (vec!["run", "--cpu", "7"], vec!["7 has no unit", "a duration, as in 80 ms", "write 7 ms"]),
        (vec!["run", "--rate", "120"], vec!["a rate, as in 150/s"]),
        (vec!["run", "--format", "xml"], vec!["table, json, csv, markdown"]),
        (vec!["run", "--chart", "pie"], vec!["gain, latency, breakdown, all"]),
        (vec!["run", "--chart-format", "gif"], vec!["svg, png, pdf"]),
        (vec!["run", "--width", "3cm"], vec!["88mm", "ieee1"]),
        (vec!["run", "--runtime", "gunicorn-snyc:4"], vec!["`gunicorn-sync`", "sync-worker"]),
        (vec!["completions", "tcsh"], vec!["bash"]),
    ] {
        play(&args).ends(2, &words);
    }
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    for (args, words) in [
        (vec!["run", "--rate", "3/s", "--clients", "4"], vec!["cannot be used with"]),
        (vec!["run", "--no-files", "--out", "x"], vec!["cannot be used with"]),
        (vec!["run", "m.toml", "--cpu", "1ms", "--io", "1ms"], vec!["leave one of the two out"]),
        (vec!["run", "--cpu", "1ms"], vec!["--cpu needs --io"]),
        (vec!["run", "--clients", "9"], vec!["--set load.clients=VALUE"]),
        (vec!["run", "--chart", "gain"], vec!["--out DIR"]),
        (
            vec!["run", "--cpu", "1ms", "--io", "1ms", "--print-model", "--seed", "1"],
            vec!["cannot be used with"],
        ),
        (vec!["theory", "--cpu", "0s", "--io", "0s"], vec!["does nothing"]),
    ] {
        play(&args).ends(2, &words);
    }
}

#[test]
fn a_value_in_front_of_the_models_is_shown_with_the_spot() {
    let played = small(&["--set", "load.clientz=3"]);
    played.ends(2, &["--set:1:6: `clientz`", "^^^^^^^", "did you mean `clients`?"]);
    small(&["--set", "foo"]).ends(2, &["--set:1:1: this sets nothing", "NAME=VALUE"]);
    small(&["--precision", "3x"]).ends(2, &["--precision:1:16: `x` is not a unit"]);
}

#[test]
fn a_mistake_in_a_model_of_flags_says_where_that_model_is() {
    let played = play(&["run", "--cpu", "1ms", "--io", "9ms", "--cores", "4000000000"]);
    played.ends(2, &["quick.toml is what the flags mean", "quick.toml:9:9: `cores` is 4000000000"]);
}

#[test]
fn every_wrong_objective_is_told_at_once() {
    let played = small(&["--slo", "p9=3s", "--slo", "x", "--slo", "p99=3s"]);
    let played = played.ends(2, &["`p9` is not a metric", "did you mean `p99`?", "no objective"]);
    assert_eq!(played.err.matches("--slo:1:1: ").count(), 2, "{}", played.err);
}

#[test]
fn a_file_that_is_no_model_is_told_by_its_name() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(home.path().join(name), bytes).expect("written");
    };
    write("empty.toml", b"");
    write("latin1.toml", b"title = \"caf\xe9\"\n");
    write("huge.toml", &vec![b'#'; (16 << 20) + 1]);
    std::fs::create_dir(home.path().join("folder")).expect("made");
    for (file, words) in [
        ("missing.toml", "missing.toml: no such file"),
        ("empty.toml", "empty.toml: the file is empty"),
        ("latin1.toml", "latin1.toml: the file is not UTF-8"),
        ("huge.toml", "huge.toml: the file is longer than 16 MiB"),
        ("folder", "folder: this is a folder"),
        ("web-reqest", "did you mean `web-request`?"),
    ] {
        for command in ["run", "theory", "check"] {
            play_at(home.path(), &[command, file]).ends(2, &[words, "to do:"]);
        }
    }
}

#[test]
fn standard_input_that_is_no_model_is_told_as_such() {
    play_with_input(&["run", "-"], b"").ends(2, &["-: the file is empty"]);
    play_with_input(&["run", "-"], b"\xff\xfe").ends(2, &["-: the file is not UTF-8"]);
    let huge = vec![b'#'; (16 << 20) + 1];
    play_with_input(&["run", "-"], &huge).ends(2, &["-: the file is longer than 16 MiB"]);
}

#[test]
fn every_mistake_of_every_file_is_told_at_once() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| home.path().join(name);
    std::fs::write(path("a.toml"), "[host]\ncores = 0\ncoers = 1\n").expect("written");
    std::fs::write(path("b.toml"), "[[request]]\nsteps = []\n").expect("written");
    let played = play_at(home.path(), &["check", "a.toml", "web-request", "b.toml"]);
    let words = ["a.toml:2:", "a.toml:3:1: ", "b.toml:2:", "2 of 3 models have mistakes"];
    let played = played.ends(2, &words);
    assert!(played.out.starts_with("web-request.toml: good"), "{}", played.out);
}

#[test]
fn a_mistake_writes_no_file() {
    let home = tempfile::tempdir().expect("a temporary folder");
    play_at(home.path(), &["--set", "nothing=1"]).ends(2, &[]);
    play_at(home.path(), &["run", "--out", "x", "missing.toml"]).ends(2, &[]);
    assert!(names(home.path()).is_empty());
}
