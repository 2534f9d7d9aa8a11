//! The output folder of a validation: its reports, the parity chart, the models and a manifest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Error, Manifest, ModelCopy, Piece, save_pieces};
use crate::report::Style;
use crate::report::chart::{Page, Picture, Provenance, parity};
use crate::report::validate::FORMATS;
use crate::study::validate::Validation;

/// What goes into the folder.
#[derive(Clone, Copy, Debug)]
pub struct Validated<'a> {
    /// What was found.
    pub validation: &'a Validation,
    /// Each model and its text, as they were read.
    pub models: &'a [(ModelCopy, String)],
    /// The SHA-256 of each data file that the models name.
    pub data: &'a BTreeMap<String, String>,
    /// The arguments that make it again, without flags for the folder and for speed.
    pub args: &'a [String],
    /// What the chart is drawn for.
    pub page: Page,
    /// The formats of its picture.
    pub pictures: &'a [&'static Picture],
    /// The same as a command line, to read.
    pub command: &'a str,
}

/// Writes the folder and tells which files there are now, the manifest last.
///
/// # Errors
///
/// As [`super::save`].
pub fn save_validation(folder: &Path, output: &Validated<'_>) -> Result<Vec<PathBuf>, Error> {
    let manifest = Manifest {
        iowait: env!("CARGO_PKG_VERSION").to_owned(),
        command: output.command.to_owned(),
        args: output.args.to_vec(),
        models: output.models.iter().map(|(model, _)| model.clone()).collect(),
        data: output.data.clone(),
        ..Manifest::default()
    };
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for (model, text) in output.models {
        pieces.push(Piece::bytes(&model.file(), text));
    }
    for format in FORMATS {
        pieces.push(Piece::new(format.file, |to| {
            (format.write)(output.validation, &Style::PLAIN, to)
        }));
    }
    let drawing = |source| Error::Chart { name: "parity", source };
    if let Some(figure) = parity::draw(output.validation, &output.page).map_err(drawing)? {
        let from = Provenance::of_manifest(&manifest);
        let more = figure.files("parity", output.pictures, &from).map_err(drawing)?;
        pieces.extend(more.into_iter().map(|(name, bytes)| Piece::bytes(&name, bytes)));
    }
    save_pieces(folder, &pieces, manifest)
}
