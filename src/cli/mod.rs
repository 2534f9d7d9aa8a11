//! The command line: a command a file, flags declared once, the whole program as one function.
//!
//! [`run()`] takes arguments, streams and surroundings and returns how the program ends, so that a test can do all that
//! a user can. Results go to standard output and everything else to standard error.

mod check;
mod commands;
mod completions;
mod drawn;
mod execute;
mod exit;
mod fit;
mod fit_flags;
mod fit_input;
mod flags;
mod man;
mod models;
mod new;
mod plan;
mod plot;
mod presets;
mod progress;
mod quick;
mod repeat;
mod run;
mod saved;
mod schema;
mod sensitivity;
mod session;
mod shell;
mod signals;
mod source;
mod sweep;
mod swept;
mod theory;
mod trace;
mod validate;
mod values;
mod vary;
mod verify;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser};

pub use exit::Exit;
pub use session::{Environment, Streams};

use commands::Command;
use execute::{Files, Job};
use exit::Failure;
use flags::RunFlags;
use session::Session;

use crate::input::suggest::did_you_mean;
use crate::model::shipped;

/// What would another execution model buy me? Sync workers, a thread pool and event loops on the same random requests,
/// the gain held against 1 + T_io/T_cpu.
///
/// Without a command it runs the typical web request and writes its files and charts to output/web-request/run. The
/// flags of `run` that do not describe a model work there too: iowait --seed 7.
#[derive(Debug, Parser)]
#[command(
    name = "iowait",
    version,
    max_term_width = 80,
    args_conflicts_with_subcommands = true,
    subcommand_value_name = "COMMAND",
    override_usage = "iowait [OPTIONS]\n       iowait <COMMAND>"
)]
struct Program {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: RunFlags,
}

const EXAMPLES: &str = "\
Examples:
  iowait                                    the typical web request, with files
  iowait run --cpu 7ms --io 77ms            a request of yours
  iowait new shop && iowait run shop.toml   a model of yours
  iowait help run                           all about a command";

impl Program {
    /// The parser, its main help short: options of commands are told by the commands.
    fn parser() -> clap::Command {
        let hidden = |arg: clap::Arg| arg.hide(true);
        // Clap does not put help and version in before it is asked to; they stay visible.
        let ids: Vec<_> = Self::command().get_arguments().map(|arg| arg.get_id().clone()).collect();
        let parser = ids.into_iter().fold(Self::command(), |parser, id| parser.mut_arg(id, hidden));
        parser.after_help(format!("{}\n\n{EXAMPLES}", Exit::help()))
    }

    fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, Failure> {
        let matches = Self::parser().try_get_matches_from(args).map_err(with_tips)?;
        Ok(Self::from_arg_matches(&matches)?)
    }

    fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        match &self.command {
            Some(command) => command.run(session),
            None => {
                let flags = &self.flags;
                let files = Files::Always;
                let (source, only) = (None, &[][..]);
                Job { command: "run", bare: true, simulate: true, source, flags, files, only }
                    .run(session)
            }
        }
    }
}

/// Adds what was perhaps meant: to a word that is no command a command or a model to run, to a flag the command that
/// takes it.
fn with_tips(mut error: clap::Error) -> clap::Error {
    let context = match error.kind() {
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        _ => return error,
    };
    let Some(ContextValue::String(word)) = error.get(context) else { return error };
    let word = word.clone();
    let mut tip = |text: String| {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![text.into()]));
    };
    let program = Program::command();
    if context == ContextKind::InvalidArg {
        let run = program.find_subcommand("run").expect("the table of commands has it");
        let mut flags = run.get_arguments().filter_map(clap::Arg::get_long);
        if flags.any(|flag| word.strip_prefix("--") == Some(flag)) {
            tip(format!("it is a flag of run: iowait run {word}"));
        }
        return error;
    }
    if let Some(near) =
        did_you_mean(&word, program.get_subcommands().map(|command| command.get_name()))
    {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![near]));
    } else if word.ends_with(".toml") || shipped::find(&word).is_some() {
        tip(format!("to run a model: iowait run {}", shell::quoted(&word)));
    }
    error
}

/// Runs the program: the first argument is its name.
#[must_use]
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    streams: Streams<'_>,
    environment: &Environment,
) -> Exit {
    let mut session = Session::new(streams, environment);
    let end = Program::parse(args).and_then(|program| program.run(&mut session));
    end.unwrap_or_else(|failure| session.fail(&failure))
}

#[cfg(test)]
mod tests;
