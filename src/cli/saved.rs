//! The manifest of a folder whose files a command of its own makes, and the texts of the formats.

use super::exit::Failure;
use super::shell;
use crate::input::Document;
use crate::model::Model;
use crate::report::files::{MODEL_FILE, Manifest, Piece, save_pieces};

/// What made a folder: this model, with these arguments.
pub fn manifest(model: &Model, sha256: &str, args: &[String]) -> Manifest {
    Manifest {
        iowait: env!("CARGO_PKG_VERSION").to_owned(),
        command: shell::command_line(args),
        args: args.to_vec(),
        model: model.name.clone(),
        model_sha256: sha256.to_owned(),
        seed: model.run.seed,
        replications: model.run.replications,
        ..Manifest::default()
    }
}

/// Writes the model and these texts, each under its file's name, and the manifest; how many files
/// there are now.
pub fn save_texts(
    folder: &std::path::Path,
    document: &Document,
    texts: &[(&str, &str)],
    manifest: Manifest,
) -> Result<usize, Failure> {
    let model = Piece::bytes(MODEL_FILE, document.text());
    let texts = texts.iter().map(|(name, text)| Piece::bytes(name, *text));
    let pieces: Vec<Piece<'_>> = std::iter::once(model).chain(texts).collect();
    Ok(save_pieces(folder, &pieces, manifest)?.len())
}
