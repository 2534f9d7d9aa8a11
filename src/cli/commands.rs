//! The commands: a file each, and here a row each.

use clap::Subcommand;

use super::exit::{Exit, Failure};
use super::session::Session;
use super::{
    check, completions, fit, man, models, new, plan, plot, presets, repeat, run, schema,
    sensitivity, sweep, theory, trace, validate, verify,
};

/// A command with its arguments. What help says of it stands at the type of its arguments.
#[derive(Debug, Subcommand)]
pub enum Command {
    Run(Box<run::Run>),
    Theory(Box<theory::Theory>),
    Sweep(Box<sweep::Sweep>),
    Sensitivity(Box<sensitivity::Sensitivity>),
    Plan(Box<plan::Plan>),
    Fit(Box<fit::Fit>),
    Verify(verify::Verify),
    Validate(validate::Validate),
    Plot(plot::Plot),
    Trace(Box<trace::Trace>),
    Repeat(repeat::Repeat),
    Check(check::Check),
    New(new::New),
    Models(models::Models),
    Presets(presets::Presets),
    Schema(schema::Schema),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    /// Does what the command is for.
    ///
    /// # Errors
    ///
    /// All that a [`Failure`] tells.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        match self {
            Self::Run(command) => command.run(session),
            Self::Theory(command) => command.run(session),
            Self::Sweep(command) => command.run(session),
            Self::Sensitivity(command) => command.run(session),
            Self::Plan(command) => command.run(session),
            Self::Fit(command) => command.run(session),
            Self::Verify(command) => command.run(session),
            Self::Plot(command) => command.run(session),
            Self::Trace(command) => command.run(session),
            Self::Validate(command) => command.run(session),
            Self::Repeat(command) => command.run(session),
            Self::Check(command) => command.run(session),
            Self::New(command) => command.run(session),
            Self::Models(command) => command.run(session),
            Self::Presets(command) => command.run(session),
            Self::Schema(command) => command.run(session),
            Self::Completions(command) => command.run(session),
            Self::Man(command) => command.run(session),
        }
    }
}
