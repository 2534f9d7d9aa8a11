//! The output folder of a validation: its reports, the parity chart, the models and a manifest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::manifest::sha256;
use super::{Error, MANIFEST_FILE, make_folder, remove, write_whole};
use crate::report::Style;
use crate::report::chart::{Page, Picture, Provenance, parity};
use crate::report::validate::FORMATS;
use crate::study::validate::Validation;

/// What goes into the folder.
#[derive(Clone, Copy, Debug)]
pub struct Validated<'a> {
    /// What was found.
    pub validation: &'a Validation,
    /// The name and text of each model, as they were read.
    pub models: &'a [(String, String)],
    /// The arguments that make it again, without flags for the folder and for speed.
    pub args: &'a [String],
    /// What the chart is drawn for.
    pub page: Page,
    /// The formats of its picture.
    pub pictures: &'a [&'static Picture],
    /// The same as a command line, to read.
    pub command: &'a str,
}

/// What made the folder; no dates and no host names, so that the same run gives the same bytes.
#[derive(Serialize)]
struct Manifest<'a> {
    iowait: &'static str,
    command: &'a str,
    args: &'a [String],
    models: BTreeMap<&'a str, String>,
    files: BTreeMap<&'a str, String>,
}

/// Writes the folder and tells which files there are now, the manifest last.
///
/// # Errors
///
/// As [`super::save`].
pub fn save_validation(folder: &Path, output: &Validated<'_>) -> Result<Vec<PathBuf>, Error> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, text) in output.models {
        files.push((format!("{name}.toml"), text.as_bytes().to_vec()));
    }
    for format in FORMATS {
        let mut bytes = Vec::new();
        (format.write)(output.validation, &Style::PLAIN, &mut bytes)
            .map_err(|source| Error::Report { name: format.name, source })?;
        files.push((format.file.to_owned(), bytes));
    }
    let drawn = parity::draw(output.validation, &output.page)
        .map_err(|source| Error::Chart { name: "parity", source })?;
    if let Some(figure) = drawn {
        let from = Provenance { command: Some(output.command.to_owned()), ..Provenance::unknown() };
        let more = figure.files("parity", output.pictures, &from);
        files.extend(more.map_err(|source| Error::Chart { name: "parity", source })?);
    }
    let manifest = Manifest {
        iowait: env!("CARGO_PKG_VERSION"),
        command: output.command,
        args: output.args,
        models: output
            .models
            .iter()
            .map(|(name, text)| (name.as_str(), sha256(text.as_bytes())))
            .collect(),
        files: files.iter().map(|(name, bytes)| (name.as_str(), sha256(bytes))).collect(),
    };
    let manifest = serde_json::to_string_pretty(&manifest).expect("strings are always JSON") + "\n";
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
