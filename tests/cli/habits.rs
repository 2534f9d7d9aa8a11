//! The habits of a Unix program: streams, pipes, colours, names.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use super::{Played, SMALL, names, play_at, play_with_input, program, small};

#[test]
fn a_reader_that_goes_after_one_line_is_no_error() {
    for args in [&SMALL[..], &["schema"], &["man"], &["run", "--help"]] {
        let mut child = program()
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let mut out = BufReader::with_capacity(16, child.stdout.take().expect("a pipe"));
        out.read_line(&mut line).expect("a line");
        drop(out);
        let played = Played::of(child.wait_with_output().expect("it ends"));
        assert_eq!((played.status, played.err.as_str()), (0, ""), "{args:?}");
    }
}

#[test]
fn a_reader_that_was_never_there_is_no_error() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let child = program().args(SMALL).stdout(writer).stderr(Stdio::piped()).spawn();
    let played = Played::of(child.expect("it starts").wait_with_output().expect("it ends"));
    assert_eq!((played.status, played.err.as_str()), (0, ""));
}

#[test]
fn a_pipe_gets_no_colours_unless_they_are_asked_for() {
    let play = |variables: &[(&str, &str)], more: &[&str]| {
        let mut command = program();
        command.args(SMALL).args(more).envs(variables.iter().copied());
        Played::of(command.output().expect("the program starts")).out.contains('\x1b')
    };
    assert!(!play(&[], &[]));
    assert!(play(&[], &["--color", "always"]));
    assert!(play(&[("CLICOLOR_FORCE", "1")], &[]));
    assert!(!play(&[("CLICOLOR_FORCE", "0")], &[]));
    assert!(!play(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[]));
    assert!(!play(&[("CLICOLOR_FORCE", "1")], &["--color", "never"]));
}

#[test]
fn mistakes_are_coloured_by_the_same_rules() {
    let mut command = program();
    command.args(["run", "missing.toml"]).env("CLICOLOR_FORCE", "1");
    let played = Played::of(command.output().expect("the program starts")).ends(2, &[]);
    assert!(played.err.contains("\x1b["), "{}", played.err);
}

#[test]
fn no_line_is_wider_than_80_columns_where_there_is_no_terminal() {
    for line in small(&["--slo", "p50=1ms"]).out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn a_model_is_read_from_standard_input() {
    let model = include_bytes!("../../models/narrow-pool.toml");
    let played = play_with_input(&["theory", "-"], model).ends(0, &[]);
    assert!(played.out.starts_with("stdin "), "{}", played.out);
}

#[test]
fn a_shipped_models_name_is_a_model_where_no_file_has_it() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let played = play_at(home.path(), &["theory", "narrow-pool"]).ends(0, &[]);
    assert!(played.out.starts_with("narrow-pool "), "{}", played.out);
    std::fs::write(home.path().join("narrow-pool"), "[[request]]\nsteps = []\n").expect("written");
    play_at(home.path(), &["theory", "narrow-pool"]).ends(2, &["narrow-pool:2:"]);
}

#[test]
fn quiet_says_nothing_but_what_is_wrong() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let args = [&SMALL[..], &["--out", "x", "--slo", "p50=1ms", "--quiet"]].concat();
    let played = play_at(home.path(), &args).ends(1, &[]);
    assert_eq!(played.err, "");
    assert_eq!(names(home.path()), ["x"]);
    play_at(home.path(), &["run", "missing.toml", "--quiet"]).ends(2, &["no such file"]);
}
