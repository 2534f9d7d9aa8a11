//! The journal of a sweep: each finished point is appended as it comes, so that a killed sweep goes
//! on where it stopped.
//!
//! A line a point, in the order of the points: its number, its rows as CSV, its result as JSON, and
//! a check sum, with tabs between. The first line says of what it is the journal. A last line that
//! a kill tore apart is cut off.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, ErrorKind, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Error;

/// The journal in an output folder.
pub const JOURNAL_FILE: &str = "journal.tsv";

/// A kill loses nothing that was written; a power cut loses at most this.
const SYNC_EVERY: Duration = Duration::from_secs(2);

/// What is kept of one point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its rows in `result.csv`.
    pub csv: String,
    /// Its object in `result.json`, on one line.
    pub json: String,
}

/// A journal that is being written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Points that are in the file, and lines that are not yet.
    next: u64,
    lines: Vec<u8>,
    waiting: u64,
    synced: Instant,
}

/// Why a journal cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It is that of another sweep.
    #[error(
        "{} is the journal of another sweep (another model, version or other flags), so --resume cannot go on \
         with it; give the arguments of then, choose another folder with --out, or delete the file to begin anew",
        .0.display()
    )]
    Other(PathBuf),
    /// One is there already.
    #[error(
        "{} is the journal of a sweep that was not finished: add --resume to go on with it, choose another folder \
         with --out, or delete the file to begin anew",
        .0.display()
    )]
    Unfinished(PathBuf),
    /// It could not be read or written.
    #[error(transparent)]
    File(#[from] Error),
}

impl Journal {
    /// Begins a journal in a folder. `of` says, in one line, of what.
    ///
    /// # Errors
    ///
    /// One is there already, or the folder takes no file.
    pub fn begin(folder: &Path, of: &str) -> Result<Self, Refused> {
        let path = folder.join(JOURNAL_FILE);
        let begin = |path: &Path| -> io::Result<File> {
            let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
            file.write_all(format!("{of}\n").as_bytes())?;
            file.sync_all()?;
            Ok(file)
        };
        match begin(&path) {
            Ok(file) => Ok(Self::of_file(path, file, 0)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(Refused::Unfinished(path))
            }
            Err(source) => Err(Error::File { path, source }.into()),
        }
    }

    /// Goes on with a journal after giving each whole point of it to `take`; begins one where there
    /// is none, or where a kill tore its first line.
    ///
    /// # Errors
    ///
    /// It is that of another sweep, or cannot be read or written; those of `take`.
    pub fn resume(
        folder: &Path,
        of: &str,
        mut take: impl FnMut(u64, &Entry) -> Result<(), Error>,
    ) -> Result<Self, Refused> {
        let path = folder.join(JOURNAL_FILE);
        let failed = |source| Error::File { path: path.clone(), source };
        let mut file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Self::begin(folder, of),
            Err(source) => return Err(failed(source).into()),
        };
        let mut reader = BufReader::new(&file);
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).map_err(failed)?;
        if line.last() != Some(&b'\n') && of.as_bytes().starts_with(&line) {
            drop(reader);
            std::fs::remove_file(&path).map_err(failed)?;
            return Self::begin(folder, of);
        }
        if line != format!("{of}\n").as_bytes() {
            return Err(Refused::Other(path));
        }
        let (mut end, mut next) = (line.len() as u64, 0);
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line).map_err(failed)?;
            let Some(entry) = parse(&line, next).filter(|_| read > 0) else { break };
            take(next, &entry)?;
            end += read as u64;
            next += 1;
        }
        drop(reader);
        file.set_len(end).and_then(|()| file.seek(SeekFrom::End(0))).map_err(failed)?;
        Ok(Self::of_file(path, file, next))
    }

    fn of_file(path: PathBuf, file: File, next: u64) -> Self {
        Self { path, file, next, lines: Vec::new(), waiting: 0, synced: Instant::now() }
    }

    /// How many points it has.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.next
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.next == 0
    }

    /// Adds the next point to those that the next [`Journal::write`] writes.
    pub fn add(&mut self, entry: &Entry) {
        let Self { lines, .. } = self;
        let begin = lines.len();
        // Memory takes every write, and a string is always JSON.
        let _ = write!(lines, "{}\t", self.next + self.waiting);
        let _ = serde_json::to_writer(&mut *lines, &entry.csv);
        lines.push(b'\t');
        lines.extend_from_slice(entry.json.as_bytes());
        let sum = check_sum(&lines[begin..]);
        let _ = writeln!(lines, "\t{sum:016x}");
        self.waiting += 1;
    }

    /// Writes what was added, in one write, so that a kill leaves at most a last line torn.
    ///
    /// # Errors
    ///
    /// Those of the disk.
    pub fn write(&mut self) -> Result<(), Error> {
        let written = self.file.write_all(&self.lines).and_then(|()| {
            if self.synced.elapsed() < SYNC_EVERY {
                return Ok(());
            }
            self.synced = Instant::now();
            self.file.sync_data()
        });
        written.map_err(|source| Error::File { path: self.path.clone(), source })?;
        self.next += std::mem::take(&mut self.waiting);
        self.lines.clear();
        Ok(())
    }

    /// Takes it away, for the sweep is finished.
    ///
    /// # Errors
    ///
    /// Those of the disk.
    pub fn finish(self) -> Result<(), Error> {
        let path = self.path;
        drop(self.file);
        std::fs::remove_file(&path).map_err(|source| Error::File { path, source })
    }
}

/// The point in a line; `None` where the line is torn or not that of this number.
fn parse(line: &[u8], number: u64) -> Option<Entry> {
    let text = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (body, sum) = text.rsplit_once('\t')?;
    if u64::from_str_radix(sum, 16).ok()? != check_sum(body.as_bytes()) {
        return None;
    }
    let mut fields = body.splitn(3, '\t');
    if fields.next()?.parse() != Ok(number) {
        return None;
    }
    let csv = serde_json::from_str(fields.next()?).ok()?;
    Some(Entry { csv, json: fields.next()?.to_owned() })
}

/// A multiplicative hash of eight bytes at a time: against torn lines, not against people.
fn check_sum(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let add = |sum: u64, word: [u8; 8]| {
        (sum ^ u64::from_le_bytes(word)).wrapping_mul(FACTOR).rotate_left(23)
    };
    let (words, rest) = bytes.as_chunks();
    let sum = words.iter().fold(bytes.len() as u64, |sum, &word| add(sum, word));
    if rest.is_empty() {
        return sum;
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    add(sum, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: &str = "{\"of\":\"a sweep\"}";

    fn entry(number: u64) -> Entry {
        Entry { csv: format!("{number},\"a\tb\"\n"), json: format!("{{\"n\":{number}}}") }
    }

    fn written(folder: &Path, points: u64) -> Journal {
        let mut journal = Journal::begin(folder, OF).unwrap();
        (0..points).for_each(|n| journal.add(&entry(n)));
        journal.write().unwrap();
        journal
    }

    #[test]
    fn a_journal_cut_anywhere_goes_on_with_every_whole_point() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(written(home.path(), 3).len(), 3);
        let path = home.path().join(JOURNAL_FILE);
        let bytes = std::fs::read(&path).unwrap();
        for cut in 0..=bytes.len() {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let mut seen = 0;
            let mut again = Journal::resume(home.path(), OF, |n, found| {
                assert_eq!((n, found), (seen, &entry(seen)));
                seen += 1;
                Ok(())
            })
            .unwrap();
            let lines = bytes[..cut].iter().filter(|&&byte| byte == b'\n').count() as u64;
            assert_eq!((again.len(), seen), (lines.saturating_sub(1), lines.saturating_sub(1)));
            (seen..3).for_each(|n| {
                again.add(&entry(n));
                again.write().unwrap();
            });
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "cut at {cut}");
        }
    }

    #[test]
    fn a_line_that_is_not_whole_is_not_believed() {
        let home = tempfile::tempdir().unwrap();
        written(home.path(), 3);
        let path = home.path().join(JOURNAL_FILE);
        let mut bytes = std::fs::read(&path).unwrap();
        let second = bytes.iter().position(|&byte| byte == b'\n').unwrap() + 40;
        bytes[second] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert!(Journal::resume(home.path(), OF, |_, _| Ok(())).unwrap().len() < 2);
    }

    #[test]
    fn that_of_another_sweep_is_refused_and_so_is_writing_over_one() {
        let home = tempfile::tempdir().unwrap();
        written(home.path(), 1);
        let other = Journal::resume(home.path(), "{\"of\":\"another\"}", |_, _| Ok(()));
        assert!(other.unwrap_err().to_string().contains("the journal of another sweep"));
        let anew = Journal::begin(home.path(), OF).unwrap_err().to_string();
        assert!(anew.contains("--resume"), "{anew}");
        Journal::resume(home.path(), OF, |_, _| Ok(())).unwrap().finish().unwrap();
        assert!(Journal::begin(home.path(), OF).unwrap().is_empty());
    }
}
