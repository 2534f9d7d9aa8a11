//! `iowait trace`: what ran where in a window of virtual time.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::exit::{Exit, Failure};
use super::flags::{ModelFlags, PageFlags, TerminalFlags};
use super::saved::{manifest, save_files};
use super::session::Session;
use super::source::ModelSource;
use super::values::{Given, duration};
use crate::model::Model;
use crate::report::chart::{self, PICTURES, Provenance, timeline};
use crate::report::files::{Manifest, default_folder};
use crate::report::trace::{json, text};
use crate::simulation::Control;
use crate::study::trace::trace;
use crate::units::Span;

/// What ran where in a window of virtual time
///
/// A timeline of the first requests under each runtime, as text on standard output and as a picture, and a trace for
/// ui.perfetto.dev or chrome://tracing, with cores, threads, loops and requests as tracks. It is the first replication.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait trace model.toml --for 100ms       the first tenth of a second
  iowait trace model.toml --from 10s --for 20ms
  iowait trace --cpu 2ms --io 4ms --cores 1 --clients 4 --for 30ms")]
pub struct Trace {
    #[command(flatten)]
    source: ModelSource,
    /// How long the window is
    #[arg(long = "for", value_name = "DURATION", default_value = "100ms", value_parser = duration)]
    length: Given<Span>,
    /// When it begins, in virtual time
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration)]
    from: Given<Span>,
    /// Write the trace, the timeline and its picture into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write no files
    #[arg(long, conflicts_with = "out")]
    no_files: bool,
    #[command(flatten)]
    model: ModelFlags,
    #[command(flatten)]
    page: PageFlags,
    #[command(flatten)]
    terminal: TerminalFlags,
}

impl Trace {
    /// Runs the window, shows the timeline and writes the files.
    ///
    /// # Errors
    ///
    /// All that a [`Failure`] tells.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.terminal);
        if self.source.print_if_asked(session)? {
            return Ok(Exit::Done);
        }
        if self.length.value.is_zero() {
            let why = "--for 0 is no window; say how long it is, such as --for 100ms";
            return Err(Failure::Usage(why.to_owned()));
        }
        let document = self.source.document(session)?;
        let model = Model::read(&document, &self.model.overrides()?)?;
        let control = Arc::new(Control::default());
        session.starts(&control);
        let traced = trace(&model, self.from.value, self.length.value, &control);
        let traced = traced.map_err(|failure| {
            Failure::from(failure).before("the window of every runtime was over")
        })?;
        let shown = text(&traced);
        if traced.until < traced.asked {
            let ends = traced.until.since(traced.from);
            session.note(&format!(
                "more happens than a viewer opens: the window ends after {ends} of {}; --from traces a later part",
                self.length.text
            ));
        }
        let mut files = vec![
            ("trace.json".to_owned(), json(&traced).into_bytes()),
            ("timeline.txt".to_owned(), shown.clone().into_bytes()),
        ];
        if !self.no_files {
            let figure = timeline(&traced, &self.page.page()).map_err(drawing)?;
            let formats: Vec<_> = PICTURES.iter().collect();
            let manifest =
                Manifest { replications: Some(1), ..manifest(&model, &document, &self.args()) };
            let from = Provenance::of_manifest(&manifest);
            if let Some(figure) = figure {
                files.extend(figure.files("timeline", &formats, &from).map_err(drawing)?);
            }
            let folder = self.out.clone().unwrap_or_else(|| default_folder(&model.name, "trace"));
            let files: Vec<_> = files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
            let saved = save_files(&folder, &document, &files, manifest);
            session.print(shown.as_bytes())?;
            session.note(&format!("wrote {} files to {}", saved?, folder.display()));
            return Ok(Exit::Done);
        }
        session.print(shown.as_bytes())?;
        Ok(Exit::Done)
    }

    /// The arguments that make the same files again.
    fn args(&self) -> Vec<String> {
        let window = ["--from", &self.from.text, "--for", &self.length.text].map(str::to_owned);
        let own = [vec!["trace".to_owned()], self.source.args(), window.to_vec()].concat();
        [own, self.model.args(), self.page.args()].concat()
    }
}

fn drawing(error: chart::Error) -> Failure {
    Failure::Limit(error.to_string())
}
