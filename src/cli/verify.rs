//! `iowait verify`: the textbook cases simulated here and now, each deviation in standard errors.

use std::sync::Arc;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::exit::{Exit, Failure};
use super::flags::TerminalFlags;
use super::progress;
use super::session::Session;
use super::values::{jobs, seed, whole};
use crate::report::verify::{FORMATS, Format};
use crate::simulation::Control;
use crate::study::verify::{Options, verify};

/// Is the simulator right? Textbook cases, simulated here and now
///
/// Queues, pools, locks and networks whose exact values are known (M/M/1, M/M/c, M/G/1, processor sharing, machine
/// repair, MVA, the formula itself), under every scheduler. What has no randomness must be exact; the rest is told in
/// standard errors, and counts as wrong only where chance explains it in less than one seed in a thousand. The exit
/// status is 1 then.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait verify                             half a minute on two cores
  iowait verify --seed 7                    the same cases under other luck
  iowait verify --format csv > verify.csv   every figure")]
pub struct Verify {
    /// Seed of all randomness
    #[arg(long, value_name = "N", value_parser = seed, default_value_t = Options::default().seed)]
    seed: u64,
    /// Replications of each case, at least 10
    #[arg(long, value_name = "N", value_parser = replications, default_value_t = Options::default().replications)]
    replications: u32,
    /// Requests in each replication, at least 1000; more where a queue is slow to change
    #[arg(long, value_name = "N", value_parser = requests, default_value_t = Options::default().requests)]
    requests: u64,
    /// What standard output gets
    #[arg(long, value_name = "FORMAT", default_value = FORMATS[0].name, value_parser = formats())]
    format: &'static Format,
    /// Cores that the simulation may use; all by default. The results are the same
    #[arg(long, value_name = "N", help_heading = "How it runs", value_parser = jobs)]
    jobs: Option<u16>,
    #[command(flatten)]
    terminal: TerminalFlags,
}

impl Verify {
    /// Runs the table and prints it.
    ///
    /// # Errors
    ///
    /// A limit was reached, the user interrupted it, or standard output cannot be written.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.terminal);
        let options = Options {
            seed: self.seed,
            replications: self.replications,
            requests: self.requests,
            jobs: self.jobs.map(usize::from),
        };
        let control = Arc::new(Control::default());
        session.starts(&control);
        let report =
            progress::with_bar(session.shows_progress(), &control, || verify(&options, &control));
        let report = report?;
        let mut bytes = Vec::new();
        (self.format.write)(&report, &session.style(), &mut bytes).map_err(Failure::Stdout)?;
        session.print(&bytes)?;
        Ok(if report.passed() { Exit::Done } else { Exit::NotMet })
    }
}

fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let named = |format: &Format| PossibleValue::new(format.name).help(format.about);
    PossibleValuesParser::new(FORMATS.iter().map(named)).map(|name| {
        let mut known = FORMATS.iter();
        known.find(|format| format.name == name).expect("the parser takes only names of the table")
    })
}

/// Fewer replications than ten say little, and few requests too: a share of rare things that none
/// of the replications met has no standard error.
fn replications(text: &str) -> Result<u32, String> {
    at_least(10, whole(text)?)
}

fn requests(text: &str) -> Result<u64, String> {
    at_least(1_000, whole(text)?)
}

fn at_least<T: PartialOrd + std::fmt::Display>(least: T, number: T) -> Result<T, String> {
    if number < least { Err(format!("expected at least {least}")) } else { Ok(number) }
}
