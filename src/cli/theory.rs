//! `iowait theory`: the formula, bounds and exact results of a model, without simulating it.

use clap::Args;

use super::execute::{Files, Job};
use super::exit::{Exit, Failure};
use super::flags::RunFlags;
use super::session::Session;
use super::source::ModelSource;

/// The formula, bounds and exact results alone, at once
///
/// Every figure that only a simulation could give is a dash, and null in JSON. Objectives are not judged.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait theory                             the typical web request
  iowait theory model.toml
  iowait theory --cpu 1ms --io 9ms --cores 4
  iowait theory model.toml --set beta=80    waits scaled to T_io/T_cpu = 80
  iowait theory model.toml --format csv")]
pub struct Theory {
    #[command(flatten)]
    source: ModelSource,
    #[command(flatten)]
    flags: RunFlags,
}

impl Theory {
    /// Reckons the model, or prints the one of the flags.
    ///
    /// # Errors
    ///
    /// All that a [`Failure`] tells.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        if self.source.print_if_asked(session)? {
            return Ok(Exit::Done);
        }
        let (source, flags) = (Some(&self.source), &self.flags);
        let files = Files::IfAsked;
        let only = &[];
        Job { command: "theory", bare: false, simulate: false, source, flags, files, only }
            .run(session)
    }
}
