//! An output folder: reports, charts, the model and a manifest, each whole or not at all.
//!
//! Everything is computed before the first byte is written. The manifest goes first when a folder
//! is written again and comes last, so that a folder with a manifest is complete.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::chart::{Chart, Page, Picture, Provenance};
use super::{FORMATS, Style};
use crate::study::result::Outcome;

mod compare;
mod error;
pub mod journal;
mod manifest;
mod pieces;
mod validation;
mod whole;

pub use compare::{Difference, compare, hash_of};
pub use error::Error;
pub use manifest::{Manifest, ModelCopy, Precision, sha256};
pub use pieces::{Growing, Piece, prepare, save_pieces};
pub use validation::{Validated, save_validation};
pub use whole::write_whole;

/// The copy of the model in an output folder.
pub const MODEL_FILE: &str = "model.toml";
/// The manifest in an output folder.
pub const MANIFEST_FILE: &str = "manifest.json";

/// What goes into an output folder.
#[derive(Clone, Copy, Debug)]
pub struct Output<'a> {
    /// What was found.
    pub outcome: &'a Outcome,
    /// The model as text, as it was read.
    pub model_text: &'a str,
    /// The SHA-256 of each data file that the model names.
    pub data: &'a BTreeMap<String, String>,
    /// The arguments that make it again, without the program's name, flags for the folder and for
    /// speed.
    pub args: &'a [String],
    /// The charts to draw.
    pub charts: &'a [&'static Chart],
    /// What they are drawn for.
    pub page: Page,
    /// The formats of their pictures.
    pub pictures: &'a [&'static Picture],
    /// Whether the user interrupted it, so that it is of fewer replications than were asked for.
    pub interrupted: bool,
}

/// Where a command writes if it is not told: `output/MODEL/COMMAND`. Characters that a folder's
/// name should not have become `-`.
#[must_use]
pub fn default_folder(model: &str, command: &str) -> PathBuf {
    let safe = |name: &str| -> String {
        let keep = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
        let name: String = name.chars().map(keep).collect();
        // `..` and hidden folders are no one's intention.
        match name.trim_start_matches('.') {
            "" => "model".to_owned(),
            name => name.to_owned(),
        }
    };
    Path::new("output").join(safe(model)).join(safe(command))
}

/// Writes the folder, made if it is not there, and tells which files there are now, in the order of
/// writing.
///
/// # Errors
///
/// The file or folder, what failed and what to do about it; files written before stay, whole.
pub fn save(folder: &Path, output: &Output<'_>) -> Result<Vec<PathBuf>, Error> {
    let files = contents(output)?;
    let manifest = Manifest::of(output, &files).text();
    make_folder(folder)?;
    let manifest_path = folder.join(MANIFEST_FILE);
    remove(&manifest_path)?;
    let mut written = Vec::new();
    for (name, bytes) in &files {
        let path = folder.join(name);
        write_whole(&path, |to| to.write_all(bytes))?;
        written.push(path);
    }
    write_whole(&manifest_path, |to| to.write_all(manifest.as_bytes()))?;
    written.push(manifest_path);
    Ok(written)
}

/// Names and bytes of all files but the manifest.
fn contents(output: &Output<'_>) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut files = vec![(MODEL_FILE.to_owned(), output.model_text.as_bytes().to_vec())];
    for format in FORMATS {
        let mut bytes = Vec::new();
        (format.write)(output.outcome, &Style::PLAIN, &mut bytes)
            .map_err(|source| Error::Report { name: format.name, source })?;
        files.push((format.file.to_owned(), bytes));
    }
    for chart in output.charts {
        let drawn = (chart.draw)(output.outcome, &output.page)
            .map_err(|source| Error::Chart { name: chart.name, source })?;
        if let Some(figure) = drawn {
            let from = Provenance::of(output.outcome);
            let more = figure.files(chart.name, output.pictures, &from);
            files.extend(more.map_err(|source| Error::Chart { name: chart.name, source })?);
        }
    }
    Ok(files)
}

/// The folder and those above it. A file in the way is named, not the folder below it.
pub fn make_folder(folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(|source| {
        let in_the_way = folder.ancestors().find(|path| path.exists() && !path.is_dir());
        match in_the_way {
            Some(path) => Error::NotAFolder { path: path.to_owned() },
            None => Error::Folder { path: folder.to_owned(), source },
        }
    })
}

fn remove(path: &Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::File { path: path.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::chart::{CHARTS, PICTURES};
    use super::super::fixture;
    use super::*;

    fn save_in(folder: &Path, outcome: &Outcome) -> Result<Vec<PathBuf>, Error> {
        let args = ["run".to_owned(), "web-request".to_owned()];
        let charts: Vec<&'static Chart> = CHARTS.iter().collect();
        save(
            folder,
            &Output {
                outcome,
                model_text: "[[request]]\n",
                data: &BTreeMap::new(),
                args: &args,
                charts: &charts,
                page: Page::SCREEN,
                pictures: &[&PICTURES[0]],
                interrupted: false,
            },
        )
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_holds_every_report_the_charts_the_model_and_the_manifest() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("output/web-request/run");
        let written = save_in(&folder, &fixture::web_request()).unwrap();
        let expected = [
            "breakdown.caption.txt",
            "breakdown.csv",
            "breakdown.svg",
            "breakdown.tex",
            "gain.caption.txt",
            "gain.csv",
            "gain.svg",
            "gain.tex",
            "latency.caption.txt",
            "latency.csv",
            "latency.svg",
            "latency.tex",
            "manifest.json",
            "model.toml",
            "report.md",
            "report.txt",
            "result.csv",
            "result.json",
        ];
        assert_eq!(names(&folder), expected);
        assert_eq!(written.len(), expected.len());
        assert!(written.last().unwrap().ends_with(MANIFEST_FILE), "the manifest is last");
        assert_eq!(std::fs::read_to_string(folder.join(MODEL_FILE)).unwrap(), "[[request]]\n");
    }

    #[test]
    fn writing_again_replaces_and_gives_the_same_bytes() {
        let home = tempfile::tempdir().unwrap();
        let read = || -> Vec<Vec<u8>> {
            names(home.path()).iter().map(|n| std::fs::read(home.path().join(n)).unwrap()).collect()
        };
        save_in(home.path(), &fixture::web_request()).unwrap();
        let first = read();
        save_in(home.path(), &fixture::theory_only()).unwrap();
        assert_ne!(read(), first);
        save_in(home.path(), &fixture::web_request()).unwrap();
        assert_eq!(read(), first);
    }

    #[test]
    fn a_file_where_the_folder_should_be_is_named() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("output");
        std::fs::write(&file, "mine").unwrap();
        let error = save_in(&file.join("web-request/run"), &fixture::web_request()).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with(&format!("{} is a file", file.display())), "{text}");
        assert!(text.contains("--out"), "{text}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_folder_that_takes_no_files_is_an_error_that_says_what_to_do() {
        // /proc refuses new entries even from root, for whom permissions would not hold.
        let error = save_in(Path::new("/proc"), &fixture::web_request()).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("/proc/model.toml could not be written: "), "{text}");
        assert!(text.contains("--out"), "{text}");
        let error = save_in(Path::new("/proc/iowait"), &fixture::web_request()).unwrap_err();
        assert!(
            error.to_string().starts_with("the folder /proc/iowait could not be made"),
            "{error}"
        );
    }

    #[test]
    fn a_run_that_fails_half_way_leaves_no_manifest_and_no_temporary_file() {
        let home = tempfile::tempdir().unwrap();
        save_in(home.path(), &fixture::web_request()).unwrap();
        let blocked = home.path().join("result.csv");
        std::fs::remove_file(&blocked).unwrap();
        std::fs::create_dir(&blocked).unwrap();
        let error = save_in(home.path(), &fixture::web_request()).unwrap_err();
        assert!(error.to_string().contains("result.csv"), "{error}");
        let names = names(home.path());
        assert!(!names.contains(&MANIFEST_FILE.to_owned()), "{names:?}");
        assert!(names.iter().all(|name| !name.starts_with('.')), "{names:?}");
    }

    #[test]
    fn the_default_folder_stays_below_output() {
        for (model, folder) in [
            ("web-request", "output/web-request/run"),
            ("../../etc", "output/-..-etc/run"),
            ("a b/c", "output/a-b-c/run"),
            ("..", "output/model/run"),
            ("", "output/model/run"),
        ] {
            assert_eq!(default_folder(model, "run"), Path::new(folder), "{model}");
        }
    }
}
