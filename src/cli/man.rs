//! `iowait man`: the manual pages.

use clap::{Args, CommandFactory};

use super::Program;
use super::exit::{Exit, Failure};
use super::session::Session;
use crate::input::suggest::did_you_mean;

/// Print the manual page of the program or of a command
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait man | man -l -
  iowait man run > iowait-run.1")]
pub struct Man {
    /// The command; the program itself by default
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

impl Man {
    /// Prints the page.
    ///
    /// # Errors
    ///
    /// There is no such command, or standard output cannot be written.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        let page = self.page()?;
        let mut bytes = Vec::new();
        clap_mangen::Man::new(page).render(&mut bytes).map_err(Failure::Stdout)?;
        session.print(&bytes)?;
        Ok(Exit::Done)
    }

    /// What the page is of.
    fn page(&self) -> Result<clap::Command, Failure> {
        let mut program = Program::command();
        let Some(name) = &self.command else { return Ok(program) };
        // What subcommands take from the program (its name, its version) is theirs only once it is built.
        program.build();
        if let Some(command) = program.find_subcommand(name) {
            return Ok(command.clone().display_name(format!("iowait-{name}")));
        }
        let names: Vec<&str> = program
            .get_subcommands()
            .map(clap::Command::get_name)
            .filter(|name| *name != "help")
            .collect();
        let near = did_you_mean(name, &names).map(|near| format!("; did you mean `{near}`?"));
        Err(Failure::Usage(format!(
            "there is no command {name}; expected one of {}{}",
            names.join(", "),
            near.unwrap_or_default()
        )))
    }
}
