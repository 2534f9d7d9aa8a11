//! An input of `iowait fit`: its beginning, by which it is recognised, and the rest of it.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::exit::Failure;
use super::session::Session;
use crate::input::Problems;
use crate::input::accesslog::{self, Tally, Unit};
use crate::input::problem::Problem;
use crate::simulation::Control;
use crate::study::fit::log::Log;

/// Bytes that a format is recognised by.
const HEAD: u64 = 64 << 10;
/// Bytes read at a time from a log.
const BUFFER: usize = 1 << 20;
/// Requests between two looks at the progress bar and at Ctrl-C.
const BEAT: u64 = 1 << 14;

/// A file or standard input, opened.
pub struct Opened<'s> {
    /// What messages call it.
    pub name: String,
    /// Its first bytes.
    pub head: Vec<u8>,
    rest: Box<dyn Read + 's>,
    length: Option<u64>,
    shows_progress: bool,
}

impl<'s> Opened<'s> {
    /// Opens it and reads its head.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn open(path: &Path, session: &'s mut Session<'_>) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let shows_progress = session.shows_progress();
        let (mut rest, length): (Box<dyn Read + 's>, _) = if path == Path::new("-") {
            (Box::new(session.input()), None)
        } else {
            let file = File::open(path).map_err(|error| refuse(&name, &unreadable(&error)))?;
            let data = file.metadata().map_err(|error| refuse(&name, &unreadable(&error)))?;
            if data.is_dir() {
                return Err(refuse(&name, "it is a folder; give the files in it"));
            }
            (Box::new(file), Some(data.len()).filter(|length| *length > 0))
        };
        let mut head = Vec::new();
        let read = (&mut *rest).take(HEAD).read_to_end(&mut head);
        read.map_err(|error| refuse(&name, &unreadable(&error)))?;
        Ok(Self { name, head, rest, length, shows_progress })
    }

    /// All of it as text, up to `most` bytes.
    ///
    /// # Errors
    ///
    /// It is longer, is no text, or cannot be read.
    pub fn text(&mut self, most: u64) -> Result<String, Failure> {
        let mut bytes = std::mem::take(&mut self.head);
        let left = (most + 1).saturating_sub(bytes.len() as u64);
        let read = (&mut *self.rest).take(left).read_to_end(&mut bytes);
        read.map_err(|error| refuse(&self.name, &unreadable(&error)))?;
        if bytes.len() as u64 > most {
            return Err(refuse(&self.name, &format!("it is longer than {} MiB", most >> 20)));
        }
        String::from_utf8(bytes).map_err(|_| refuse(&self.name, "it is not UTF-8 text"))
    }

    /// Reads it as an access log, in constant memory.
    ///
    /// # Errors
    ///
    /// It cannot be read, or was interrupted.
    pub fn scan(
        &mut self,
        unit: Option<Unit>,
        (log, tally): (&mut Log, &mut Tally),
        control: &Control,
    ) -> Result<(), Failure> {
        let bar = self.bar();
        let head = std::mem::take(&mut self.head);
        let mut reader = BufReader::with_capacity(BUFFER, Cursor::new(head).chain(&mut *self.rest));
        let mut count = 0_u64;
        let mut each = |entry: &accesslog::Entry, bytes: u64| {
            log.add(entry);
            count += 1;
            if count.is_multiple_of(BEAT) {
                bar.set_position(bytes);
                return !control.is_cancelled();
            }
            true
        };
        let read = accesslog::scan(&mut reader, unit.unwrap_or_default(), tally, &mut each);
        bar.finish_and_clear();
        read.map_err(|error| refuse(&self.name, &unreadable(&error)))?;
        if control.is_cancelled() { Err(Failure::Interrupted) } else { Ok(()) }
    }

    fn bar(&self) -> ProgressBar {
        if !self.shows_progress {
            return ProgressBar::hidden();
        }
        let template = match self.length {
            Some(_) => "  {bar:20} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left",
            None => "  {bytes} read, {bytes_per_sec}",
        };
        let style = ProgressStyle::with_template(template).expect("the templates are constants");
        let bar = ProgressBar::with_draw_target(self.length, ProgressDrawTarget::stderr());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar.with_style(style.progress_chars("=> "))
    }
}

fn unreadable(error: &io::Error) -> String {
    format!("it cannot be read: {error}")
}

fn refuse(name: &str, why: &str) -> Failure {
    Problems::of_source(name, Problem::new(why)).into()
}
