//! The streams and the surroundings that commands work with: nothing else writes to a terminal.

use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::sync::Arc;

use clap::ColorChoice;

use super::exit::{Exit, Failure, wrapped};
use super::flags::TerminalFlags;
use super::shell;
use crate::input::Document;
use crate::report::Style;
use crate::simulation::Control;

/// The three standard streams.
pub struct Streams<'a> {
    /// Where a model called `-` is read from.
    pub stdin: &'a mut dyn Read,
    /// Where results go.
    pub stdout: &'a mut dyn Write,
    /// Where everything else goes: progress, warnings, mistakes, which files were written.
    pub stderr: &'a mut dyn Write,
}

/// What the program knows of the world around it.
#[derive(Clone, Copy, Debug)]
pub struct Environment {
    /// `NO_COLOR` is set (no-color.org).
    pub no_color: bool,
    /// `CLICOLOR_FORCE` is set (bixense.com/clicolors).
    pub force_color: bool,
    /// The terminal knows no colours (`TERM=dumb`).
    pub dumb: bool,
    /// Somebody types into standard input.
    pub stdin_terminal: bool,
    /// The columns of the terminal that standard output is; `None` where it is none.
    pub stdout_columns: Option<usize>,
    /// Standard error is a terminal.
    pub stderr_terminal: bool,
    /// Is given the simulation that is about to start, to stop it when the user wants that.
    pub on_start: fn(&Arc<Control>),
}

/// Lines longer than this are hard to follow, however wide the terminal.
const COLUMNS_MAX: usize = 100;
const COLUMNS_DEFAULT: usize = 80;

impl Environment {
    /// That of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let columns = || {
            let size = terminal_size::terminal_size_of(io::stdout());
            size.map_or(COLUMNS_DEFAULT, |(width, _)| usize::from(width.0))
        };
        Self {
            no_color: variable("NO_COLOR").is_some(),
            force_color: variable("CLICOLOR_FORCE").is_some_and(|value| value != "0"),
            dumb: variable("TERM").is_some_and(|value| value == "dumb"),
            stdin_terminal: io::stdin().is_terminal(),
            stdout_columns: io::stdout().is_terminal().then(columns),
            stderr_terminal: io::stderr().is_terminal(),
            on_start: super::signals::stop_on_signal,
        }
    }

    /// No terminal, no colours, no signals.
    #[must_use]
    pub const fn bare() -> Self {
        Self {
            no_color: false,
            force_color: false,
            dumb: false,
            stdin_terminal: false,
            stdout_columns: None,
            stderr_terminal: false,
            on_start: |_| {},
        }
    }

    fn color(&self, choice: ColorChoice, terminal: bool) -> bool {
        match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if self.no_color => false,
            ColorChoice::Auto => self.force_color || (terminal && !self.dumb),
        }
    }
}

/// Standard output as a writer, for results too long to stand in memory.
pub struct Printer<'s, 'a>(pub &'s mut Session<'a>);

impl Write for Printer<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.print(bytes) {
            Err(Failure::Stdout(error)) => Err(error),
            _ => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One run of the program: its streams, and how to speak on them.
pub struct Session<'a> {
    streams: Streams<'a>,
    environment: Environment,
    color: ColorChoice,
    quiet: bool,
    /// The reader of standard output has gone: what is written is dropped, which is no error.
    closed: bool,
    /// The models that are read whatever files are named: the copies in a folder that is made again.
    instead: Vec<Document>,
}

impl<'a> Session<'a> {
    /// With colours as the surroundings want them, and not quiet.
    pub fn new(streams: Streams<'a>, environment: &Environment) -> Self {
        let environment = *environment;
        Self {
            streams,
            environment,
            color: ColorChoice::Auto,
            quiet: false,
            closed: false,
            instead: Vec::new(),
        }
    }

    /// What the program knows of the world around it.
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// From now on these models are read, whatever files are named.
    pub fn read_instead(&mut self, models: Vec<Document>) {
        self.instead = models;
    }

    /// The models that are to be read whatever files are named; none where those named are.
    pub fn instead(&self) -> &[Document] {
        &self.instead
    }

    /// Does as these flags say from now on.
    pub fn set(&mut self, flags: TerminalFlags) {
        self.color = flags.color;
        self.quiet = flags.quiet;
    }

    /// How reports on standard output look.
    pub fn style(&self) -> Style {
        let columns = self.environment.stdout_columns;
        Style {
            color: self.environment.color(self.color, columns.is_some()),
            width: columns.unwrap_or(COLUMNS_DEFAULT).min(COLUMNS_MAX),
        }
    }

    /// Whether messages on standard error are coloured.
    pub fn stderr_color(&self) -> bool {
        self.environment.color(self.color, self.environment.stderr_terminal)
    }

    /// Whether a progress bar is wanted.
    pub fn shows_progress(&self) -> bool {
        self.environment.stderr_terminal && !self.quiet
    }

    /// Whether results go to a terminal.
    pub fn writes_to_terminal(&self) -> bool {
        self.environment.stdout_columns.is_some()
    }

    /// Hands a simulation to whoever may stop it.
    pub fn starts(&self, control: &Arc<Control>) {
        (self.environment.on_start)(control);
    }

    /// Writes a result to standard output.
    ///
    /// # Errors
    ///
    /// It could not be written. A pipe that was closed is no error.
    pub fn print(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.closed {
            return Ok(());
        }
        let stdout = &mut self.streams.stdout;
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other.map_err(Failure::Stdout),
        }
    }

    /// Tells standard error something in passing; `--quiet` drops it.
    pub fn note(&mut self, text: &str) {
        if !self.quiet {
            self.complain(&format!("{text}\n"));
        }
    }

    /// Tells standard error what must be told.
    pub fn complain(&mut self, text: &str) {
        // Where standard error is gone there is nobody left to tell.
        let stderr = &mut self.streams.stderr;
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }

    /// Tells what was done until an interruption, and the command that does all of it.
    pub fn going_on(&mut self, done: &str, args: &[String]) {
        self.complain(&format!("{}  {}\n", wrapped(done), shell::command_line(args)));
    }

    /// Tells why a command failed, help and version where results go, and how to end then.
    pub fn fail(&mut self, failure: &Failure) -> Exit {
        let exit = failure.exit();
        if exit == Exit::Done {
            let text = failure.message(self.style().color);
            return self.print(text.as_bytes()).map_or_else(|error| self.fail(&error), |()| exit);
        }
        let text = failure.message(self.stderr_color());
        self.complain(&text);
        exit
    }

    /// Standard input, to be read as it comes.
    pub fn input(&mut self) -> &mut dyn Read {
        &mut *self.streams.stdin
    }

    /// All of standard input up to `most` bytes and one more, so that too much is seen to be.
    ///
    /// # Errors
    ///
    /// Those of the reader.
    pub fn read_input(&mut self, most: u64) -> io::Result<Vec<u8>> {
        if self.environment.stdin_terminal {
            self.note("reading the model from standard input; Ctrl-D ends it");
        }
        let mut bytes = Vec::new();
        (&mut *self.streams.stdin).take(most + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_follows_the_flag_then_no_color_then_force_then_the_terminal() {
        let auto = ColorChoice::Auto;
        for (no_color, force_color, dumb, choice, terminal, expected) in [
            (false, false, false, auto, true, true),
            (false, false, false, auto, false, false),
            (true, false, false, auto, true, false),
            (false, true, false, auto, false, true),
            (true, true, false, auto, true, false),
            (false, false, true, auto, true, false),
            (true, false, false, ColorChoice::Always, false, true),
            (false, true, false, ColorChoice::Never, true, false),
        ] {
            let environment = Environment { no_color, force_color, dumb, ..Environment::bare() };
            assert_eq!(environment.color(choice, terminal), expected, "{environment:?} {choice}");
        }
    }

    /// Fails with this kind from the first byte on.
    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn print_to(stdout: &mut dyn Write) -> Result<(), Failure> {
        let streams = Streams { stdin: &mut io::empty(), stdout, stderr: &mut io::sink() };
        Session::new(streams, &Environment::bare()).print(b"x")
    }

    #[test]
    fn a_closed_pipe_is_no_error_and_a_full_disk_is_one() {
        assert!(print_to(&mut Broken(ErrorKind::BrokenPipe)).is_ok());
        let failure = print_to(&mut Broken(ErrorKind::StorageFull)).unwrap_err();
        assert_eq!(failure.exit(), Exit::NoOutput);
    }

    #[test]
    fn a_report_is_as_wide_as_the_terminal_within_reason() {
        for (columns, width) in [(None, 80), (Some(60), 60), (Some(300), 100)] {
            let environment = Environment { stdout_columns: columns, ..Environment::bare() };
            let streams = Streams {
                stdin: &mut io::empty(),
                stdout: &mut io::sink(),
                stderr: &mut io::sink(),
            };
            assert_eq!(Session::new(streams, &environment).style().width, width);
        }
    }
}
