//! Every mistake in a model file has its message: `tests/wrong/NAME.toml` says `NAME.expected`.
//!
//! `UPDATE_EXPECTED=1 cargo test --test wrong_models` writes the messages anew; read them before
//! you commit them, as someone who has never seen the source.

use std::path::{Path, PathBuf};

use iowait::input::Document;
use iowait::model::{Model, Overrides};

/// Relative to the package, where `cargo test` runs, so that messages name the same path anywhere.
const FOLDER: &str = "tests/wrong";

fn wrong_models() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(FOLDER).expect("the folder is in the repository");
    let mut models: Vec<_> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    models.sort();
    models
}

fn messages(path: &Path) -> String {
    let document = match Document::open(path) {
        Ok(document) => document,
        Err(problems) => return problems.render(false),
    };
    match Model::read(&document, Overrides::NONE) {
        Ok(_) => "no mistake\n".to_owned(),
        Err(problems) => problems.render(false),
    }
}

#[test]
fn every_wrong_model_is_told_what_its_expected_file_says() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut different = Vec::new();
    for path in wrong_models() {
        let found = messages(&path);
        let expected_path = path.with_extension("expected");
        if update {
            std::fs::write(&expected_path, &found).expect("the folder can be written");
            continue;
        }
        let expected = std::fs::read_to_string(&expected_path).unwrap_or_default();
        if found != expected {
            different.push(format!("{}\nexpected\n{expected}\nfound\n{found}", path.display()));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n---\n"));
}

#[test]
fn every_wrong_model_is_wrong_and_its_first_line_has_file_line_and_column() {
    let models = wrong_models();
    assert!(models.len() >= 60, "{}", models.len());
    for path in models {
        let messages = messages(&path);
        assert_ne!(messages, "no mistake\n", "{}", path.display());
        for message in messages.split("\n\n") {
            let head = message.lines().next().unwrap_or_default();
            let mut parts = head.splitn(4, ':');
            let place: Vec<_> = parts.by_ref().take(3).collect();
            let numbers = place.iter().skip(1).filter(|part| part.parse::<u32>().is_ok()).count();
            assert_eq!(numbers, 2, "{}: {head}", path.display());
            assert!(parts.next().is_some_and(|text| text.len() > 3), "{}: {head}", path.display());
        }
    }
}

#[test]
fn no_line_of_a_message_is_wider_than_a_terminal() {
    for path in wrong_models() {
        let messages = messages(&path);
        // The first line is a file, a place and a sentence, which tools read as one.
        for line in messages.lines().filter(|line| line.starts_with("  ")) {
            assert!(line.chars().count() <= 80, "{}: {line}", path.display());
        }
    }
}
