//! The command line: a command a file.

use std::process::ExitCode;

/// Runs the program with the arguments and streams of the process.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
