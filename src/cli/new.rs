//! `iowait new`: a commented model to start from, or a copy of a shipped one.

use std::ffi::OsString;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{Exit, Failure};
use super::flags::TerminalFlags;
use super::session::Session;
use super::shell;
use crate::input::suggest::did_you_mean;
use crate::model::shipped::{self, MODELS};
use crate::report::files;

/// What a new model says: a model as it is, with comments on what else it could be.
const TEMPLATE: &str = include_str!("template.toml");

/// Write a commented model to start from, or a copy of a shipped one
///
/// A file that is there already is never overwritten.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait new shop                           writes shop.toml
  iowait new models/shop.toml
  iowait new mine --from narrow-pool        a copy of a shipped model")]
pub struct New {
    /// The model's name, or a path: NAME.toml is written
    #[arg(value_name = "NAME")]
    name: PathBuf,
    /// Copy this shipped model; `iowait models` lists them
    #[arg(long, value_name = "MODEL")]
    from: Option<String>,
    #[command(flatten)]
    terminal: TerminalFlags,
}

impl New {
    /// Writes the file.
    ///
    /// # Errors
    ///
    /// It is there already, its name is none, there is no such shipped model, or it cannot be written.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.terminal);
        let text = self.from.as_deref().map_or(Ok(TEMPLATE), shipped_text)?;
        let path = with_extension(&self.name)?;
        write_new(&path, text)?;
        session.print(format!("{}\n", path.display()).as_bytes())?;
        let word = shell::quoted(&path.to_string_lossy());
        session.note(&format!("next: edit it, then iowait run {word}"));
        Ok(Exit::Done)
    }
}

fn shipped_text(name: &str) -> Result<&'static str, Failure> {
    shipped::find(name).map(|model| model.text).ok_or_else(|| {
        let names: Vec<&str> = MODELS.iter().map(|model| model.name).collect();
        let near = did_you_mean(name, &names).map(|near| format!("; did you mean `{near}`?"));
        Failure::Usage(format!(
            "--from {name}: there is no such shipped model; expected one of {}{}",
            names.join(", "),
            near.unwrap_or_default()
        ))
    })
}

/// The path with `.toml` at its end, once.
fn with_extension(name: &Path) -> Result<PathBuf, Failure> {
    let Some(file) = name.file_name() else {
        return Err(Failure::Usage(format!(
            "`{}` names no file; expected a name such as shop",
            name.display()
        )));
    };
    if Path::new(file).extension().is_some_and(|extension| extension == "toml") {
        return Ok(name.to_owned());
    }
    let mut file: OsString = file.to_owned();
    file.push(".toml");
    Ok(name.with_file_name(file))
}

/// Creates the file. Not by way of a temporary name: renaming would overwrite.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let refuse = |source| Failure::Files(files::Error::File { path: path.to_owned(), source });
    let mut file = match std::fs::OpenOptions::new().write(true).create_new(true).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(Failure::Usage(format!(
                "{} is there already and stays as it is; choose another name",
                path.display()
            )));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let folder = path.parent().unwrap_or(Path::new("."));
            return Err(Failure::Usage(format!(
                "there is no folder {}; make it first, or choose another",
                folder.display()
            )));
        }
        other => other.map_err(refuse)?,
    };
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|error| {
        // Half a model helps nobody; if even this fails the message below is what matters.
        let _ = std::fs::remove_file(path);
        refuse(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Document;
    use crate::model::{Model, Overrides};

    #[test]
    fn the_template_is_a_model_without_a_mistake() {
        let document = Document::from_text("template", TEMPLATE);
        if let Err(problems) = Model::read(&document, Overrides::NONE) {
            panic!("{problems}");
        }
    }

    #[test]
    fn what_the_template_leaves_commented_out_is_a_model_too() {
        // Comments that are TOML begin with `#` and no space.
        let with_all: String = TEMPLATE
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if !rest.starts_with(' ') => format!("{rest}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let document = Document::from_text("template", &with_all);
        let model = Model::read(&document, Overrides::NONE).unwrap_or_else(|p| panic!("{p}"));
        assert!(!model.scenarios.is_empty() && !model.resources.is_empty());
    }

    #[test]
    fn no_line_of_the_template_is_wider_than_a_terminal() {
        for line in TEMPLATE.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn a_name_gets_its_extension_once() {
        for (name, file) in [
            ("shop", "shop.toml"),
            ("shop.toml", "shop.toml"),
            ("a/b.c", "a/b.c.toml"),
            ("v1.2", "v1.2.toml"),
        ] {
            assert_eq!(with_extension(Path::new(name)).ok(), Some(PathBuf::from(file)), "{name}");
        }
        for name in ["", "..", "/"] {
            assert!(with_extension(Path::new(name)).is_err(), "{name}");
        }
    }
}
