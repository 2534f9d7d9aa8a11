//! `iowait models`: the models that come with the program.

use std::fmt::Write as _;

use clap::Args;

use super::exit::{Exit, Failure};
use super::flags::TerminalFlags;
use super::session::Session;
use crate::input::excerpt;
use crate::model::shipped::MODELS;

/// List the shipped models
///
/// They are embedded in the program: their names work wherever a model file does, if there is no such file.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait models
  iowait run gil-convoy
  iowait new mine --from narrow-pool        a copy to edit")]
pub struct Models {
    #[command(flatten)]
    terminal: TerminalFlags,
}

impl Models {
    /// Lists each with a sentence.
    ///
    /// # Errors
    ///
    /// Standard output cannot be written.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.terminal);
        let widest = MODELS.iter().map(|model| model.name.len()).max().unwrap_or(0);
        let mut text = String::new();
        for model in MODELS {
            let mut name = model.name;
            for line in excerpt::wrap(model.summary(), excerpt::WIDTH - widest - 2) {
                writeln!(text, "{name:widest$}  {line}")
                    .expect("a String takes all that is written");
                name = "";
            }
        }
        session.print(text.as_bytes())?;
        Ok(Exit::Done)
    }
}
