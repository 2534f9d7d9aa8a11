//! `iowait schema`: the JSON Schema of the model file, for editors.

use clap::Args;

use super::exit::{Exit, Failure};
use super::flags::TerminalFlags;
use super::session::Session;
use crate::model::schema::schema;

/// Print the JSON Schema of the model file, for editors
///
/// Editors with a TOML language server (taplo, Even Better TOML) complete and check keys by it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait schema > iowait.schema.json
  then, as the first line of a model:  #:schema ./iowait.schema.json")]
pub struct Schema {
    #[command(flatten)]
    terminal: TerminalFlags,
}

impl Schema {
    /// Prints it.
    ///
    /// # Errors
    ///
    /// Standard output cannot be written.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.terminal);
        session.print(format!("{:#}\n", schema()).as_bytes())?;
        Ok(Exit::Done)
    }
}
