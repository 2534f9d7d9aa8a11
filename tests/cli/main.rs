//! Plays of the program as a shell sees it: arguments in, text, files and an exit status out.

mod charts;
mod commands;
mod faults;
mod files;
mod fit;
mod fit_covers;
mod habits;
mod help;
mod interrupted;
mod limits;
mod mistakes;
mod plans;
mod repeats;
mod results;
mod same_bytes;
mod statuses;
mod sweeps;
mod validate;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A run that is over at once: a model from flags.
const SMALL: [&str; 11] = [
    "run",
    "--cpu",
    "1ms",
    "--io",
    "9ms",
    "--requests",
    "300",
    "--replications",
    "2",
    "--set",
    "run.warmup=100ms",
];

/// What a play ends with.
#[derive(Debug)]
struct Played {
    status: i32,
    out: String,
    err: String,
}

impl Played {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        Self {
            status: output.status.code().expect("the program ends by itself"),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Asserts the exit status, and that standard error says each of these, wherever its lines break.
    #[track_caller]
    fn ends(self, status: i32, words: &[&str]) -> Self {
        assert_eq!(self.status, status, "{self:#?}");
        let flowing = self.err.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(flowing.contains(word), "`{word}` is not in:\n{}", self.err);
        }
        self
    }
}

/// The program with no variable of the tester's terminal.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iowait"));
    for variable in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "COLUMNS"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null());
    command
}

/// Plays in a folder of its own.
fn play(args: &[&str]) -> Played {
    let home = tempfile::tempdir().expect("a temporary folder");
    play_at(home.path(), args)
}

fn play_at(folder: &Path, args: &[&str]) -> Played {
    Played::of(program().current_dir(folder).args(args).output().expect("the program starts"))
}

/// The small run with more arguments.
fn small(more: &[&str]) -> Played {
    play(&[&SMALL[..], more].concat())
}

/// Plays with this on standard input.
fn play_with_input(args: &[&str], input: &[u8]) -> Played {
    let mut child = program()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // The program may refuse before it has read all.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    Played::of(child.wait_with_output().expect("the program ends"))
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}
