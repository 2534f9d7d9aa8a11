//! Hands arguments and streams to [`iowait::cli`].

use std::io::{stderr, stdin, stdout};
use std::process::ExitCode;

use iowait::cli::{Environment, Streams, run};

fn main() -> ExitCode {
    let streams = Streams { stdin: &mut stdin(), stdout: &mut stdout(), stderr: &mut stderr() };
    run(std::env::args_os(), streams, &Environment::of_process()).into()
}
