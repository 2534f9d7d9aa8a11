//! How the program ends: its exit statuses, and what went wrong in words.

use std::fmt::Write as _;
use std::io;

use crate::input::{Problems, excerpt};
use crate::report::files;
use crate::study;

/// How the program ended. The statuses are an interface: scripts rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is done.
    Done,
    /// An objective is not met.
    NotMet,
    /// The input or the arguments are mistaken.
    BadInput,
    /// A simulation went beyond a limit.
    Limit,
    /// The output could not be written.
    NoOutput,
    /// The user interrupted it.
    Interrupted,
}

/// Every exit with its status and what help says of it.
const EXITS: [(Exit, u8, &str); 6] = [
    (Exit::Done, 0, "done"),
    (Exit::NotMet, 1, "an objective or a prediction was not met, or files differ (repeat)"),
    (Exit::BadInput, 2, "bad input or usage"),
    (Exit::Limit, 3, "a limit was reached"),
    (Exit::NoOutput, 4, "output could not be written"),
    (Exit::Interrupted, 130, "interrupted"),
];

impl Exit {
    /// The status that the shell sees.
    #[must_use]
    pub fn status(self) -> u8 {
        let row = EXITS.iter().find(|(exit, ..)| *exit == self);
        row.expect("every exit is in the table, which a test checks").1
    }

    /// The section of the main help that explains the statuses.
    pub(super) fn help() -> String {
        let mut text = String::from("Exit status:");
        for (_, status, meaning) in EXITS {
            write!(text, "\n  {status:<5} {meaning}").expect("a String takes all that is written");
        }
        text
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.status())
    }
}

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub enum Failure {
    /// The arguments as such are wrong, or help or the version is wanted.
    Arguments(Box<clap::Error>),
    /// The arguments do not fit together or to what there is; what, and what to do.
    Usage(String),
    /// Mistakes in the model or in what overrides its values.
    Model(Box<Problems>),
    /// A simulation went beyond this limit.
    Limit(String),
    /// A file could not be written.
    Files(files::Error),
    /// Standard output could not be written.
    Stdout(io::Error),
    /// The user interrupted before anything was finished.
    Interrupted,
    /// The same in a command that has other pieces: before this.
    InterruptedBefore(&'static str),
}

impl Failure {
    /// The same, where an interruption came before this.
    #[must_use]
    pub fn before(self, what: &'static str) -> Self {
        if matches!(self, Self::Interrupted) { Self::InterruptedBefore(what) } else { self }
    }

    /// How the program ends then.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Arguments(error) if !error.use_stderr() => Exit::Done,
            Self::Arguments(_) | Self::Usage(_) | Self::Model(_) => Exit::BadInput,
            Self::Limit(_) => Exit::Limit,
            Self::Files(_) | Self::Stdout(_) => Exit::NoOutput,
            Self::Interrupted | Self::InterruptedBefore(_) => Exit::Interrupted,
        }
    }

    /// What standard error is told, ending its last line.
    #[must_use]
    pub fn message(&self, color: bool) -> String {
        let text = match self {
            Self::Arguments(error) if color => return error.render().ansi().to_string(),
            Self::Arguments(error) => return error.render().to_string(),
            Self::Model(problems) => return problems.render(color),
            Self::Usage(text) | Self::Limit(text) => text.clone(),
            Self::Files(error) => error.to_string(),
            Self::Stdout(error) => format!(
                "standard output could not be written: {error}; free some space, or send it elsewhere"
            ),
            Self::Interrupted => {
                let before = "the first replication of every runtime was finished";
                return Self::InterruptedBefore(before).message(color);
            }
            Self::InterruptedBefore(before) => format!(
                "interrupted before {before}, so there is nothing to show; fewer --requests finish sooner"
            ),
        };
        let text = wrapped(&format!("{LABEL} {text}"));
        if color { text.replacen(LABEL, &format!("\x1b[1;31m{LABEL}\x1b[0m"), 1) } else { text }
    }
}

/// What a message begins with, as clap's do.
const LABEL: &str = "error:";

/// A message in lines that a terminal shows whole, the last one ended.
pub(super) fn wrapped(text: &str) -> String {
    excerpt::wrap(text, excerpt::WIDTH).join("\n") + "\n"
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::Arguments(Box::new(error))
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Model(Box::new(problems))
    }
}

impl From<study::Failure> for Failure {
    fn from(failure: study::Failure) -> Self {
        match failure {
            study::Failure::Limit(limit) => Self::Limit(limit),
            study::Failure::Interrupted => Self::Interrupted,
        }
    }
}

impl From<files::Error> for Failure {
    fn from(error: files::Error) -> Self {
        Self::Files(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_has_the_status_of_the_documentation() {
        for (exit, status) in [
            (Exit::Done, 0),
            (Exit::NotMet, 1),
            (Exit::BadInput, 2),
            (Exit::Limit, 3),
            (Exit::NoOutput, 4),
            (Exit::Interrupted, 130),
        ] {
            assert_eq!(exit.status(), status);
            assert!(Exit::help().contains(&format!("\n  {status} ")));
        }
    }

    #[test]
    fn a_message_is_labelled_and_broken_for_a_terminal() {
        let failure = Failure::Usage("word ".repeat(40).trim_end().to_owned());
        let message = failure.message(false);
        assert!(message.starts_with("error: word"), "{message}");
        assert_eq!(message.lines().count(), 3);
        assert!(message.lines().all(|line| line.len() <= 80), "{message}");
        assert_eq!(failure.message(true).replace("\x1b[1;31m", "").replace("\x1b[0m", ""), message);
    }
}
