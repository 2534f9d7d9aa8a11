//! What the README shows is what the program does.
//!
//! `UPDATE_EXPECTED=1 cargo test --test readme` puts the stored output of the main command into the
//! README; `.ci/run` holds that output against the program.

use std::fs;
use std::path::Path;
use std::process::Command;

use iowait::model::shipped::MODELS;
use iowait::model::{Model, Overrides};

const MARK: &str = "<!-- output/gallery/web-request.txt -->\n```text\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("there is a README")
}

/// The blocks of one language, in order.
fn blocks(language: &str) -> Vec<String> {
    let text = readme();
    let open = format!("```{language}\n");
    text.split(&open)
        .skip(1)
        .map(|rest| rest.split("\n```").next().expect("a block ends").to_owned() + "\n")
        .collect()
}

#[test]
fn the_readme_shows_the_stored_output_of_the_main_command() {
    let stored = fs::read_to_string(root().join("output/gallery/web-request.txt"))
        .expect("the main command's output is stored");
    let stored = stored.trim_end();
    let text = readme();
    let (head, rest) = text.split_once(MARK).expect("the output has its place");
    let (shown, tail) = rest.split_once("```\n").expect("a block ends");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        let text = format!("{head}{MARK}{stored}\n```\n{tail}");
        fs::write(root().join("README.md"), text).expect("the repository can be written to");
        return;
    }
    assert_eq!(shown.trim_end(), stored);
}

#[test]
fn every_command_of_the_readme_does_what_it_says() {
    let folder = tempfile::tempdir().expect("a folder for the files");
    let models = blocks("toml");
    fs::write(folder.path().join("shop.toml"), &models[0]).expect("the folder can be written to");
    let commands: Vec<String> = blocks("sh")
        .iter()
        .flat_map(|block| block.lines().map(ToOwned::to_owned).collect::<Vec<_>>())
        .collect();
    let mut run = 0;
    for line in commands.iter().filter(|line| line.starts_with("iowait ")) {
        let (line, remark) = line.split_once("  # ").unwrap_or((line, ""));
        let words: Vec<&str> = line.split(' ').collect();
        // The one quoted argument is split at its spaces by this plain splitter.
        let words = join_quoted(&words[1..]);
        let output = Command::new(env!("CARGO_BIN_EXE_iowait"))
            .args(&words)
            .current_dir(folder.path())
            .output()
            .expect("the program starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        let expected = i32::from(remark.starts_with("exit status 1"));
        assert_eq!(output.status.code(), Some(expected), "{line}: {errors}");
        run += 1;
    }
    assert!(run >= 5, "the README shows commands, and {run} were run");
}

fn join_quoted(words: &[&str]) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    let mut open = false;
    for word in words {
        match joined.last_mut() {
            Some(last) if open => *last = format!("{last} {word}"),
            _ => joined.push((*word).to_owned()),
        }
        open ^= word.matches('\'').count() % 2 == 1;
    }
    joined.iter().map(|word| word.replace('\'', "")).collect()
}

#[test]
fn the_map_of_the_source_names_every_folder_and_no_other() {
    let text = readme();
    for entry in fs::read_dir(root().join("src")).expect("there is a source") {
        let name = entry.expect("readable").file_name().into_string().expect("plain names");
        if name != "main.rs" && name != "lib.rs" {
            let shown = if name.ends_with(".rs") {
                format!("─ {name} ")
            } else {
                format!("─ {name}/ ")
            };
            assert!(text.contains(&shown), "{name} is not on the map");
        }
    }
    assert_eq!(text.matches("── ").count(), 10, "the map names ten places");
}

/// Figures are held against a simulation by `.ci/run`, which takes minutes of a slow build.
#[test]
fn the_page_of_the_models_has_every_case_with_its_sentences_and_rows() {
    let page = fs::read_to_string(root().join("models/README.md")).expect("there is a page");
    let mut sections: Vec<(&str, &str)> = page
        .split("\n## ")
        .skip(1)
        .map(|section| section.split_once('\n').expect("a heading and more"))
        .collect();
    sections.remove(0); // The curve.
    let mut sections = sections.into_iter();
    for shipped in MODELS {
        let model = Model::read(&shipped.document(), Overrides::NONE).expect(shipped.name);
        if model.expects.is_empty() {
            continue;
        }
        let (name, text) = sections.next().expect(shipped.name);
        let again = "run `iowait validate --no-files --format markdown > models/README.md`";
        assert_eq!(name, shipped.name, "{again}");
        let plain = text.replace('\\', "");
        let story = [&model.story.claim, &model.story.cause, &model.story.formula_says];
        for sentence in story.into_iter().flatten() {
            assert!(plain.contains(sentence.as_str()), "{name}: {sentence}\n{again}");
        }
        let rows = text.lines().filter(|line| line.starts_with('|')).count();
        assert_eq!(rows, model.expects.len() + 2, "{name}: {again}");
    }
    assert_eq!(sections.next(), None);
}
