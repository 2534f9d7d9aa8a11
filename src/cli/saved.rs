//! The manifest of a folder whose files a command of its own makes, and its files.

use super::exit::Failure;
use super::shell;
use crate::input::Document;
use crate::model::Model;
use crate::report::files::{MODEL_FILE, Manifest, Piece, save_pieces};

/// What made a folder: this model, with these arguments.
pub fn manifest(model: &Model, document: &Document, args: &[String]) -> Manifest {
    Manifest {
        iowait: env!("CARGO_PKG_VERSION").to_owned(),
        command: shell::command_line(args),
        args: args.to_vec(),
        model: model.name.clone(),
        model_sha256: document.sha256(),
        data: document.data().hashes(),
        seed: Some(model.run.seed),
        replications: Some(model.run.replications),
        ..Manifest::default()
    }
}

/// Writes the model and these files by name, and the manifest; how many there are now.
pub fn save_files(
    folder: &std::path::Path,
    document: &Document,
    files: &[(&str, &[u8])],
    manifest: Manifest,
) -> Result<usize, Failure> {
    let model = Piece::bytes(MODEL_FILE, document.text());
    let files = files.iter().map(|(name, bytes)| Piece::bytes(name, *bytes));
    let pieces: Vec<Piece<'_>> = std::iter::once(model).chain(files).collect();
    Ok(save_pieces(folder, &pieces, manifest)?.len())
}
