//! `iowait run`: simulates every runtime of a model and holds the gain against the formula.

use clap::Args;

use super::execute::{Files, Job};
use super::exit::{Exit, Failure};
use super::flags::RunFlags;
use super::session::Session;
use super::source::ModelSource;

/// Simulate every runtime of the model and hold the gain against the formula
///
/// The same random requests meet every runtime, so that runtimes differ by what they do and not by luck. Files are
/// written only with --out.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait run                                the typical web request
  iowait run model.toml --out results       a model of yours, with files
  iowait run model.toml --set load.clients=500 --seed 7
  iowait run --cpu 7ms --io 77ms --cores 2 --clients 64
  iowait run --cpu 7ms --io 77ms --rate 120/s --runtime event-loop:2
  iowait run --cpu 7ms --io 77ms --print-model > model.toml
  iowait run model.toml --slo p99=200ms     exit status 1 if it is not met
  iowait run model.toml --only loop --format k6 > summary.json
  iowait run model.toml --format json | jq '.runtimes[].throughput_rps'")]
pub struct Run {
    #[command(flatten)]
    source: ModelSource,
    /// Run this runtime of the model and no other; repeatable
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    #[command(flatten)]
    flags: RunFlags,
}

impl Run {
    /// Runs the model, or prints the one of the flags.
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
        let only = &self.only;
        Job { command: "run", bare: false, simulate: true, source, flags, files, only }.run(session)
    }
}
