//! Plays of the whole program inside a test: arguments and streams in, text and an exit out.

use std::io::{self, ErrorKind, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::*;
use crate::simulation::Control;

/// What a play ends with.
struct Played {
    exit: Exit,
    out: String,
    err: String,
}

fn play_in(environment: &Environment, args: &str, mut stdin: &[u8]) -> Played {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let streams = Streams { stdin: &mut stdin, stdout: &mut out, stderr: &mut err };
    let args = ["iowait"].into_iter().chain(args.split_whitespace()).map(OsString::from);
    let exit = run(args, streams, environment);
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    Played { exit, out: text(out), err: text(err) }
}

fn play(args: &str) -> Played {
    play_in(&Environment::bare(), args, b"")
}

const SMALL: &str = "run --cpu 1ms --io 9ms --requests 300 --replications 2 --set run.warmup=100ms";

#[test]
fn the_parser_is_sound() {
    Program::parser().debug_assert();
}

#[test]
fn results_go_to_standard_output_and_nothing_to_standard_error() {
    let played = play(SMALL);
    assert_eq!(played.exit, Exit::Done);
    assert!(played.out.starts_with("quick "), "{}", played.out);
    assert_eq!(played.err, "");
}

#[test]
fn a_model_is_read_from_standard_input() {
    let model = b"[[request]]\nsteps = [{ cpu = \"1 ms\" }, { io = \"80 ms\" }]\n";
    let played = play_in(&Environment::bare(), "theory -", model);
    assert_eq!((played.exit, played.err.as_str()), (Exit::Done, ""));
    assert!(played.out.starts_with("stdin "), "{}", played.out);
    assert!(played.out.contains("81"), "1 + 80 / 1: {}", played.out);
}

#[test]
fn who_types_a_model_is_told_how_to_end_it() {
    let typing = Environment { stdin_terminal: true, ..Environment::bare() };
    let played = play_in(&typing, "check -", b"");
    assert!(played.err.starts_with("reading the model from standard input"), "{}", played.err);
    assert_eq!(played.exit, Exit::BadInput);
}

#[test]
fn colour_is_for_terminals_and_for_who_asks() {
    let terminal = Environment { stdout_columns: Some(80), ..Environment::bare() };
    let no_color = Environment { no_color: true, ..terminal };
    for (environment, more, colored) in [
        (Environment::bare(), "", false),
        (Environment::bare(), " --color always", true),
        (terminal, "", true),
        (terminal, " --color never", false),
        (no_color, "", false),
    ] {
        let played = play_in(&environment, &format!("{SMALL}{more}"), b"");
        assert_eq!(played.out.contains('\x1b'), colored, "{environment:?}{more}");
    }
}

/// A run that takes far too long for a test, and looks for an interruption now and then.
const ENDLESS: &str =
    "run --cpu 1ms --io 9ms --requests 1000000000 --set run.warmup=100ms --jobs 1";

#[test]
fn an_interruption_before_anything_is_finished_says_so() {
    let environment = Environment { on_start: |control| control.cancel(), ..Environment::bare() };
    let played = play_in(&environment, ENDLESS, b"");
    assert_eq!((played.exit, played.out.as_str()), (Exit::Interrupted, ""));
    assert!(played.err.contains("nothing to show"), "{}", played.err);
}

/// Interrupts once the first replication of each of three runtimes is finished.
fn cancel_after_one(control: &Arc<Control>) {
    let control = Arc::clone(control);
    thread::spawn(move || {
        while control.finished() < 3 {
            thread::sleep(Duration::from_millis(1));
        }
        control.cancel();
    });
}

#[test]
fn an_interruption_shows_what_is_finished_and_says_how_to_go_on() {
    let environment = Environment { on_start: cancel_after_one, ..Environment::bare() };
    let args = ENDLESS.replace("1000000000", "100000") + " --replications 20 --format json";
    let played = play_in(&environment, &args, b"");
    assert_eq!(played.exit, Exit::Interrupted);
    let result: serde_json::Value = serde_json::from_str(&played.out).expect("JSON");
    let done = result["replications"].as_u64().expect("a count");
    assert!((1..20).contains(&done), "{done}");
    assert!(played.err.starts_with("interrupted: the "), "{}", played.err);
    assert!(played.err.contains("\n  iowait run --cpu 1ms --io 9ms"), "{}", played.err);
}

/// Takes nothing.
struct Broken(ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn exit_into(stdout: &mut dyn Write, args: &str) -> (Exit, String) {
    let mut err = Vec::new();
    let streams = Streams { stdin: &mut io::empty(), stdout, stderr: &mut err };
    let args = ["iowait"].into_iter().chain(args.split_whitespace()).map(OsString::from);
    let exit = run(args, streams, &Environment::bare());
    (exit, String::from_utf8(err).expect("UTF-8"))
}

#[test]
fn a_pipe_that_closes_is_no_error_for_any_command() {
    for args in [
        "--help",
        "--version",
        "models",
        "schema",
        "man",
        "completions bash",
        "check web-request",
        SMALL,
    ] {
        let end = exit_into(&mut Broken(ErrorKind::BrokenPipe), args);
        assert_eq!(end, (Exit::Done, String::new()), "{args}");
    }
}

#[test]
fn a_pipe_that_closes_hides_no_missed_objective() {
    let args = format!("{SMALL} --slo p50=1ms");
    assert_eq!(exit_into(&mut Broken(ErrorKind::BrokenPipe), &args).0, Exit::NotMet);
}

#[test]
fn output_that_cannot_be_written_is_an_error_for_any_command() {
    for args in
        ["--help", "models", "schema", "man", "completions bash", "check web-request", SMALL]
    {
        let (exit, err) = exit_into(&mut Broken(ErrorKind::StorageFull), args);
        assert_eq!(exit, Exit::NoOutput, "{args}");
        assert!(err.starts_with("error: standard output could not be written: "), "{err}");
    }
}

#[test]
fn an_unknown_word_or_flag_finds_the_command_that_was_meant() {
    for (args, tip) in [
        ("rnu", "'run'"),
        ("chekc", "'check'"),
        ("shop.toml", "iowait run shop.toml"),
        ("web-request", "iowait run web-request"),
        ("--cpu 1ms --io 9ms", "iowait run --cpu"),
        ("check x --seed 7", "iowait run --seed"),
    ] {
        let played = play(args);
        assert_eq!(played.exit, Exit::BadInput);
        assert!(played.err.contains(tip), "{}", played.err);
    }
}
