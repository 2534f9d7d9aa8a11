//! `iowait check`: reads models and tells every mistake in them, without running any.

use std::path::PathBuf;

use clap::Args;

use super::exit::{Exit, Failure};
use super::flags::TerminalFlags;
use super::session::Session;
use super::source;
use crate::input::Document;
use crate::model::{Model, Overrides};

/// Read and check models without running them
///
/// All mistakes of all files are told at once, each with its line. Exit status 2 if there is any.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait check model.toml
  iowait check models/*.toml
  iowait check model.toml --set load.clients=500
  generate-a-model | iowait check -")]
pub struct Check {
    /// Model files, - for standard input, or names of shipped models
    #[arg(value_name = "MODEL", required = true)]
    models: Vec<PathBuf>,
    /// Set a parameter, beta, or a key by its path (load.clients=64); repeatable
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    #[command(flatten)]
    terminal: TerminalFlags,
}

impl Check {
    /// Reads every model; the sound ones are listed on standard output, mistakes go to standard error.
    ///
    /// # Errors
    ///
    /// A `--set` that sets nothing, or standard output that cannot be written.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.terminal);
        let mut overrides = Overrides::new();
        for set in &self.set {
            overrides.parse(set, "--set")?;
        }
        let mut wrong = 0;
        for path in &self.models {
            let read = source::open(path, session)
                .and_then(|document| Ok((Model::read(&document, &overrides)?, document)));
            match read {
                Ok((model, document)) => {
                    session.print(summary(&model, &document).as_bytes())?;
                    for note in model.note_outside().into_iter().chain(model.without_effect()) {
                        session.note(&format!("{}: {note}", document.source().name));
                    }
                }
                Err(failure) => {
                    let gap = if wrong > 0 { "\n" } else { "" };
                    session.complain(&format!("{gap}{}", failure.message(session.stderr_color())));
                    wrong += 1;
                }
            }
        }
        if wrong == 0 {
            return Ok(Exit::Done);
        }
        let (all, have) = (self.models.len(), if wrong == 1 { "has" } else { "have" });
        session.note(&format!("\n{wrong} of {all} models {have} mistakes"));
        Ok(Exit::BadInput)
    }
}

/// What a model holds, in a line: `web-request.toml: good, 1 request class, closed load, 3 runtimes`.
fn summary(model: &Model, document: &Document) -> String {
    let count = |number: usize, one: &str, many: &str| match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {many}"),
    };
    let mut parts = vec![
        count(model.requests.len(), "request class", "request classes"),
        format!("{} load", model.load.kind.keyword()),
        count(model.runtimes.len(), "runtime", "runtimes"),
    ];
    if !model.scenarios.is_empty() {
        parts.push(count(model.scenarios.len(), "scenario", "scenarios"));
    }
    format!("{}: good, {}\n", document.source().name, parts.join(", "))
}
