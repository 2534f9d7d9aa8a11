//! Which model is meant: a file, standard input, a shipped model, flags, or the default.

use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::Failure;
use super::quick::Quick;
use super::session::Session;
use crate::input::problem::Problem;
use crate::input::suggest::did_you_mean;
use crate::input::{Document, Problems};
use crate::model::shipped::{self, MODELS};

/// Far more than the reader takes, so that it is the reader who refuses; an endless input ends here (64 MiB).
const INPUT_MAX: u64 = 64 << 20;

/// The model that a command is given.
#[derive(Args, Clone, Debug)]
pub struct ModelSource {
    /// A model file, - for standard input, or the name of a shipped model where no such file is; web-request by
    /// default
    #[arg(value_name = "MODEL")]
    pub model: Option<PathBuf>,
    /// One from flags.
    #[command(flatten)]
    pub quick: Quick,
}

impl ModelSource {
    /// The model of the flags, where they describe one.
    ///
    /// # Errors
    ///
    /// They describe half of one, or one beside a file's.
    pub fn quick(&self) -> Result<Option<&Quick>, Failure> {
        let given = self.quick.is_given(self.model.is_some()).map_err(Failure::Usage)?;
        Ok(given.then_some(&self.quick))
    }

    /// The model that is run where none is named.
    pub fn default_document() -> Document {
        MODELS[0].document()
    }

    /// Prints the model of the flags where `--print-model` asks for it; whether it does.
    ///
    /// # Errors
    ///
    /// The flags describe none, or standard output cannot be written.
    pub fn print_if_asked(&self, session: &mut Session<'_>) -> Result<bool, Failure> {
        match self.quick()? {
            Some(quick) if quick.print_model => {
                session.print(quick.text().map_err(Failure::Usage)?.as_bytes())?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Its text.
    ///
    /// # Errors
    ///
    /// There is no such model, it cannot be read, or the flags describe none.
    pub fn document(&self, session: &mut Session<'_>) -> Result<Document, Failure> {
        if let Some(quick) = self.quick()? {
            let text = quick.text().map_err(Failure::Usage)?;
            return Ok(Document::from_text("quick", &text));
        }
        match &self.model {
            None => Ok(Self::default_document()),
            Some(path) => open(path, session),
        }
    }

    /// The arguments that name it again.
    pub fn args(&self) -> Vec<String> {
        let model = self.model.as_deref().map(argument);
        model.into_iter().chain(self.quick.args()).collect()
    }
}

/// The argument that names a model again.
pub fn argument(path: &Path) -> String {
    let text = path.to_string_lossy().into_owned();
    // A file called -x.toml would be taken for a flag.
    if text.len() > 1 && text.starts_with('-') { format!("./{text}") } else { text }
}

/// The document that a path, `-` or the name of a shipped model stands for.
///
/// # Errors
///
/// There is none, or it cannot be read.
pub fn open(path: &Path, session: &mut Session<'_>) -> Result<Document, Failure> {
    if let [model] = session.instead() {
        // The files that it names are where the original was.
        return Ok(model.clone().in_folder(path.parent().unwrap_or(Path::new(""))));
    }
    if path == Path::new("-") {
        let bytes = session.read_input(INPUT_MAX).map_err(|error| {
            let problem = Problem::new(format!("standard input cannot be read: {error}"));
            Problems::of_source("-", problem.advice("give the model as a file"))
        })?;
        return Ok(Document::from_stdin(bytes)?);
    }
    let name = path.to_string_lossy();
    // `symlink_metadata`, so that a dangling link is a file that cannot be read and not a shipped model.
    if path.symlink_metadata().is_err() {
        if let Some(model) = shipped::find(&name) {
            return Ok(model.document());
        }
        if let Some(near) = did_you_mean(&name, MODELS.iter().map(|model| model.name)) {
            let problem = Problem::new("no such file, and no shipped model of this name")
                .perhaps(Some(near))
                .advice("check the path; `iowait models` lists the shipped models");
            return Err(Problems::of_source(&name, problem).into());
        }
    }
    Ok(Document::open(path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_looks_like_a_flag_is_named_so_that_it_is_none() {
        for (model, arg) in [("-", "-"), ("-x.toml", "./-x.toml"), ("a b.toml", "a b.toml")] {
            let source = parse(&["test", "--", model]);
            assert_eq!(source.args(), [arg]);
        }
    }

    fn parse(args: &[&str]) -> ModelSource {
        use clap::Parser;
        #[derive(Parser)]
        struct Only {
            #[command(flatten)]
            source: ModelSource,
            #[command(flatten)]
            flags: super::super::flags::ModelFlags,
        }
        Only::try_parse_from(args).expect("legal arguments").source
    }
}
