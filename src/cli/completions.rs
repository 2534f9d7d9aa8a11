//! `iowait completions`: what a shell needs to complete the command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Program;
use super::exit::{Exit, Failure};
use super::session::Session;

/// Print a script that completes this program's commands and flags
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait completions bash > ~/.local/share/bash-completion/completions/iowait
  iowait completions zsh > ~/.zfunc/_iowait
  iowait completions fish > ~/.config/fish/completions/iowait.fish")]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    /// Prints the script.
    ///
    /// # Errors
    ///
    /// Standard output cannot be written.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        let mut bytes = Vec::new();
        clap_complete::generate(self.shell, &mut Program::command(), "iowait", &mut bytes);
        session.print(&bytes)?;
        Ok(Exit::Done)
    }
}
