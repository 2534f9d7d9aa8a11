//! `iowait repeat`: runs again what an output folder's manifest says, and compares the bytes.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Program;
use super::exit::{Exit, Failure};
use super::flags::TerminalFlags;
use super::session::{Session, Streams};
use super::values::jobs;
use crate::input::Document;
use crate::report::files::{self, Difference, MANIFEST_FILE, MODEL_FILE, Manifest};

/// Run again what an output folder's manifest says and compare the bytes
///
/// The model is the folder's own copy; CSV files that it names are looked for where they were, seen from here, and must
/// be those of then. Exit status 1 with a list where any file differs.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait repeat output/web-request/run
  iowait repeat results --jobs 1            the bytes are the same on any number of cores")]
pub struct Repeat {
    /// A folder with a manifest.json
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Cores that the simulation may use; all by default. The results are the same
    #[arg(long, value_name = "N", help_heading = "How it runs", value_parser = jobs)]
    jobs: Option<u16>,
    #[command(flatten)]
    terminal: TerminalFlags,
}

impl Repeat {
    /// Runs it and lists what differs.
    ///
    /// # Errors
    ///
    /// There is no manifest, or what it says cannot be run.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.terminal);
        let manifest = self.manifest()?;
        let version = env!("CARGO_PKG_VERSION");
        if manifest.iowait != version {
            let made = &manifest.iowait;
            session.note(&format!("the folder was made by version {made}, this is {version}"));
        }
        if manifest.interrupted {
            return Err(Failure::Usage(format!(
                "{} is of a command that was interrupted: it holds what was finished until then, and no second run \
                 stops at the same place; make it whole first: {} --out {}{}",
                self.folder.display(),
                manifest.command,
                super::shell::quoted(&self.folder.to_string_lossy()),
                if manifest.args.first().is_some_and(|word| word == "sweep") {
                    " --resume"
                } else {
                    ""
                }
            )));
        }
        let models = self.models(&manifest)?;
        Self::check_data(&manifest)?;
        let again = Temporary::new()
            .map_err(|source| files::Error::Folder { path: std::env::temp_dir(), source })?;
        self.run_again(&manifest, models, &again.0, session)?;
        let different = files::compare(&self.folder, &again.0, &manifest)?;
        let shown = self.folder.display();
        if different.is_empty() {
            let count = manifest.files.len() + 1;
            session.print(
                format!("{count} files of {shown} are the same, byte for byte\n").as_bytes(),
            )?;
            return Ok(Exit::Done);
        }
        let lines: String =
            different.iter().map(|Difference { file, what }| format!("{file}: {what}\n")).collect();
        session.print(lines.as_bytes())?;
        Ok(Exit::NotMet)
    }

    fn manifest(&self) -> Result<Manifest, Failure> {
        let path = self.folder.join(MANIFEST_FILE);
        let refuse = |why: String| Failure::Usage(format!("{}: {why}", path.display()));
        let text = std::fs::read_to_string(&path).map_err(|error| {
            refuse(format!(
                "{error}; a folder that was written whole has a manifest: name one, as in output/web-request/run"
            ))
        })?;
        serde_json::from_str(&text)
            .map_err(|error| refuse(format!("this is no manifest of iowait ({error})")))
    }

    /// The folder's copies of its models.
    fn models(&self, manifest: &Manifest) -> Result<Vec<Document>, Failure> {
        if manifest.models.is_empty() {
            let model = self.model(MODEL_FILE, &manifest.model, &manifest.model_sha256)?;
            return Ok(vec![model]);
        }
        let each = manifest.models.iter().map(|one| {
            let model = self.model(&one.file(), &one.name, &one.sha256)?;
            Ok(model.in_folder(Path::new(&one.folder)))
        });
        each.collect()
    }

    fn model(&self, file: &str, name: &str, sha256: &str) -> Result<Document, Failure> {
        let path = self.folder.join(file);
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Failure::Usage(format!(
                "{}: {error}; without its model the folder cannot be made again",
                path.display()
            ))
        })?;
        let document = Document::from_text(name, &text);
        if document.sha256() == sha256 {
            return Ok(document);
        }
        Err(Failure::Usage(format!(
            "{} is not the model that the folder was made from (its hash is not that of the manifest); put the \
             original back, or run the changed one anew",
            path.display()
        )))
    }

    /// Refuses to go on with other data than those of then.
    fn check_data(manifest: &Manifest) -> Result<(), Failure> {
        for (path, sha256) in &manifest.data {
            let what = match files::hash_of(Path::new(path))? {
                Some(found) if found == *sha256 => continue,
                Some(_) => "is not the file of then (its hash is not that of the manifest)",
                None => "is not there; a data file is looked for where it was, seen from here",
            };
            return Err(Failure::Usage(format!(
                "{path}, which the model reads, {what}; put the original back, or run the model anew"
            )));
        }
        Ok(())
    }

    /// Runs the program within itself, the results going into another folder.
    fn run_again(
        &self,
        manifest: &Manifest,
        models: Vec<Document>,
        folder: &Path,
        session: &Session<'_>,
    ) -> Result<(), Failure> {
        let mut args = vec!["iowait".to_owned()];
        args.extend(manifest.args.iter().cloned());
        args.extend(["--out".to_owned(), folder.to_string_lossy().into_owned()]);
        // A trace is of one replication, on one core.
        if manifest.args.first().is_none_or(|command| command != "trace") {
            args.extend(self.jobs.iter().flat_map(|jobs| ["--jobs".to_owned(), jobs.to_string()]));
        }
        let program = Program::parse(args.into_iter().map(Into::into))?;
        let mut said = Vec::new();
        let streams =
            Streams { stdin: &mut io::empty(), stdout: &mut io::sink(), stderr: &mut said };
        let mut inner = Session::new(streams, &session.environment());
        inner.read_instead(models);
        match program.run(&mut inner)? {
            Exit::Done | Exit::NotMet => Ok(()),
            Exit::Interrupted => Err(Failure::InterruptedBefore("all was run again")),
            _ => {
                let said = String::from_utf8_lossy(&said).into_owned();
                Err(Failure::Usage(format!("the run of then cannot be made again: {said}")))
            }
        }
    }
}

/// A folder that is gone when it is dropped.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> io::Result<Self> {
        for n in 0..1000 {
            let name = format!("iowait-repeat-{}-{n}", std::process::id());
            let path = std::env::temp_dir().join(name);
            match std::fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What is left in a folder for temporary files is nobody's loss.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
