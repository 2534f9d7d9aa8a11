//! A file that is there whole or not at all: written beside its place, then renamed into it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::Error;

/// Names tried for a temporary file before giving up: others are left from runs that were killed.
const NAMES_TRIED: u32 = 1000;

/// Writes a file through a temporary one in the same folder, synced to the disk before it is
/// renamed, so that a crash or a full disk leaves the old file or the new one, never a part. A
/// temporary file does not outlive an error.
///
/// # Errors
///
/// [`Error::File`] with this path, whatever step failed, `write` included.
pub fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    attempt(path, write).map_err(|source| Error::File { path: path.to_owned(), source })
}

fn attempt(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = Whole::begin(path)?;
    write(&mut file)?;
    file.finish()
}

/// A file that is being written beside its place.
pub struct Whole {
    path: PathBuf,
    temporary: Temporary,
    buffer: BufWriter<File>,
}

impl Whole {
    /// The file that is to be at `path`.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let (temporary, file) = Temporary::beside(path)?;
        Ok(Self { path: path.to_owned(), temporary, buffer: BufWriter::new(file) })
    }

    /// Synced, and renamed into its place.
    pub fn finish(self) -> io::Result<()> {
        let file = self.buffer.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        self.temporary.rename(&self.path)
    }
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.buffer.flush()
    }
}

/// A temporary file's name; the file is removed unless it was renamed.
struct Temporary {
    path: PathBuf,
    renamed: bool,
}

impl Temporary {
    /// A new file `.NAME.PROCESS-N.tmp` in the folder of `path`.
    fn beside(path: &Path) -> io::Result<(Self, File)> {
        let name = path.file_name().ok_or(ErrorKind::InvalidFilename)?.to_string_lossy();
        for n in 0..NAMES_TRIED {
            let path = path.with_file_name(format!(".{name}.{}-{n}.tmp", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((Self { path, renamed: false }, file)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    fn rename(mut self, path: &Path) -> io::Result<()> {
        std::fs::rename(&self.path, path)?;
        self.renamed = true;
        remove_orphans(path);
        sync_folder(path)
    }
}

/// Removes what processes that were killed have left of this file, where the system tells that they are gone.
fn remove_orphans(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Some(name) = path.file_name().map(|name| format!(".{}.", name.to_string_lossy())) else {
        return;
    };
    let Ok(entries) = std::fs::read_dir(folder.unwrap_or(Path::new("."))) else { return };
    for entry in entries.flatten() {
        let found = entry.file_name().to_string_lossy().into_owned();
        let middle = found.strip_prefix(&name).and_then(|rest| rest.strip_suffix(".tmp"));
        if middle.and_then(|middle| middle.split_once('-')).is_some_and(|(id, _)| is_gone(id)) {
            // Whoever else has removed it was quicker.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Whether no process of this number writes any more; false where the system does not tell.
fn is_gone(process: &str) -> bool {
    let table = Path::new("/proc");
    process.parse::<u32>().is_ok() && table.join("self").exists() && {
        let state = std::fs::read_to_string(table.join(process).join("stat"));
        // `NUMBER (NAME) STATE ...`: one that was killed is there as a zombie until its parent has seen it.
        let is_zombie =
            |text: &String| text.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z"));
        state.as_ref().map_or(!table.join(process).exists(), is_zombie)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // The error that brought us here is the one to report.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The rename itself reaches the disk with its folder. Elsewhere than on Unix a folder can't be
/// opened for that.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn what_a_killed_process_left_of_a_file_goes_with_the_next_writing_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        // No process has this number: it is above the highest that Linux gives.
        let alive = format!(".a.csv.{}-7.tmp", std::process::id());
        for name in [".a.csv.4194305-0.tmp", ".b.csv.4194305-0.tmp", ".a.csv.x-0.tmp", &alive] {
            std::fs::write(at(name), "half").unwrap();
        }
        write_whole(&at("a.csv"), |out| out.write_all(b"whole")).unwrap();
        assert!(!at(".a.csv.4194305-0.tmp").exists());
        assert!(at(".b.csv.4194305-0.tmp").exists() && at(".a.csv.x-0.tmp").exists());
        assert!(at(&alive).exists());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_that_its_parent_has_not_seen_die_is_gone() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().expect("it starts");
        let number = child.id().to_string();
        assert!(!is_gone(&number));
        child.kill().unwrap();
        let zombie = (0..500).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(2));
            is_gone(&number)
        });
        child.wait().unwrap();
        assert!(zombie && is_gone(&number));
    }

    fn count(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_write_that_fails_half_way_leaves_the_old_file_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("result.json");
        std::fs::write(&path, "old").unwrap();
        let error = write_whole(&path, |to| {
            to.write_all(b"half of the new")?;
            Err(ErrorKind::StorageFull.into())
        });
        assert!(error.unwrap_err().to_string().contains("result.json could not be written"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(count(home.path()), 1, "no temporary file is left");
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("result.json");
        std::fs::write(&path, "a longer old text").unwrap();
        write_whole(&path, |to| to.write_all(b"new")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(count(home.path()), 1);
    }

    #[test]
    fn a_folder_of_that_name_is_kept_and_the_temporary_file_is_not() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("result.json");
        std::fs::create_dir(&path).unwrap();
        write_whole(&path, |to| to.write_all(b"new")).unwrap_err();
        assert!(path.is_dir());
        assert_eq!(count(home.path()), 1);
    }

    #[test]
    fn what_a_killed_run_left_is_not_in_the_way() {
        let home = tempfile::tempdir().unwrap();
        let left = home.path().join(format!(".result.json.{}-0.tmp", std::process::id()));
        std::fs::write(&left, "left").unwrap();
        let path = home.path().join("result.json");
        write_whole(&path, |to| to.write_all(b"new")).unwrap();
        assert_eq!(std::fs::read_to_string(&left).unwrap(), "left");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn a_path_without_a_name_is_an_error() {
        assert!(write_whole(Path::new("/"), |_| Ok(())).is_err());
        assert!(write_whole(Path::new(""), |_| Ok(())).is_err());
    }
}
