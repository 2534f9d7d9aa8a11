//! Why output could not be written, and what to do.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::super::chart;

/// Output that could not be written; the program ends with status 4.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file stands where a folder is wanted.
    #[error("{} is a file, and the output needs a folder there; move it, or choose another folder with --out", .path.display())]
    NotAFolder {
        /// The file.
        path: PathBuf,
    },
    /// A folder could not be made.
    #[error("the folder {} could not be made: {source}; {}", .path.display(), advice(.source))]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("{} could not be written: {source}; {}", .path.display(), advice(.source))]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be read.
    #[error("{} could not be read: {source}; check its permissions and that it is a plain file", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A report could not be made.
    #[error("the {name} report could not be made: {source}")]
    Report {
        /// The format.
        name: &'static str,
        /// What failed.
        source: io::Error,
    },
    /// A chart could not be drawn.
    #[error("the chart {name} is missing: {source}")]
    Chart {
        /// The chart.
        name: &'static str,
        /// What failed.
        source: chart::Error,
    },
}

/// What the user can do about it.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free some space, or choose a folder on another disk with --out"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "choose a folder that you may write to with --out"
        }
        ErrorKind::IsADirectory | ErrorKind::DirectoryNotEmpty => {
            "a folder has the file's name; move it, or choose another folder with --out"
        }
        ErrorKind::NotADirectory => {
            "a part of the path is a file; choose another folder with --out"
        }
        _ => "choose another folder with --out, or write none with --no-files",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_fits_the_cause() {
        for (kind, word) in [
            (ErrorKind::StorageFull, "space"),
            (ErrorKind::ReadOnlyFilesystem, "may write"),
            (ErrorKind::PermissionDenied, "may write"),
            (ErrorKind::IsADirectory, "folder has the file's name"),
            (ErrorKind::Other, "--no-files"),
        ] {
            let error = Error::File { path: "output/x.csv".into(), source: kind.into() };
            let text = error.to_string();
            assert!(text.starts_with("output/x.csv could not be written: "), "{text}");
            assert!(text.contains(word), "{text}");
        }
    }
}
