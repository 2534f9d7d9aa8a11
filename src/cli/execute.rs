//! What `run`, `theory` and bare `iowait` have in common: a model in, a report and files out.

use std::path::PathBuf;
use std::sync::Arc;

use super::drawn;
use super::exit::{Exit, Failure, wrapped};
use super::flags::{ModelFlags, OutputFlags, RunFlags};
use super::progress;
use super::session::Session;
use super::shell;
use super::source::ModelSource;
use crate::input::Document;
use crate::model::{Model, Overrides};
use crate::report::files::{self, Output};
use crate::report::text;
use crate::simulation::Control;
use crate::study::result::{Outcome, RuntimeResult, SloResult};
use crate::study::{self, Case, Options, widths};

/// Where files go that no `--out` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Files {
    /// Only `--out` writes any.
    IfAsked,
    /// To `output/MODEL/COMMAND`.
    Always,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The command's name, which its default folder has too.
    pub command: &'static str,
    /// Whether the command's name is among the arguments: bare `iowait` has none.
    pub bare: bool,
    /// Whether to simulate; theory alone otherwise.
    pub simulate: bool,
    /// Which model.
    pub source: Option<&'a ModelSource>,
    /// Everything else.
    pub flags: &'a RunFlags,
    /// Whether files are written unasked.
    pub files: Files,
    /// The runtimes that are run; all where none is named.
    pub only: &'a [String],
}

impl Job<'_> {
    /// Does it.
    ///
    /// # Errors
    ///
    /// All that a [`Failure`] tells.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.flags.terminal);
        if !self.simulate {
            self.flags.output.refuse_foreign(self.command)?;
        }
        let document = match self.source {
            Some(source) => source.document(session)?,
            None => ModelSource::default_document(),
        };
        let case = self.case(&document).inspect_err(|_| {
            introduce_quick(self.source, session);
        })?;
        let folder = self.folder(&case.model.name)?;
        let control = self.flags.control();
        let outcome = self.study(&case, &control, session)?;
        // Taken now: a Ctrl-C during the writing does not make the outcome less whole.
        let interrupted = control.is_cancelled();

        let saved =
            folder.map(|folder| (self.save(&folder, &document, (&outcome, interrupted)), folder));
        self.print(&outcome, session)?;
        if !self.simulate && self.flags.output.format.name == "table" {
            self.print_widths(&case, session)?;
        }
        if let Some((saved, folder)) = saved {
            let count = saved?.len();
            session.note(&format!("wrote {count} files to {}", folder.display()));
        }
        if interrupted {
            let again = [self.args(), self.flags.output.out_args()].concat();
            session.going_on(&done(&outcome), &again);
            return Ok(Exit::Interrupted);
        }
        Ok(self.judge(&outcome, session))
    }

    /// The model under its own values and under those of each scenario.
    fn case(&self, document: &Document) -> Result<Case, Failure> {
        let flags = &self.flags.model;
        let mut case = read_case(document, &flags.overrides()?, flags, document.sha256())?;
        keep(&mut case.model, self.only)?;
        case.scenarios.iter_mut().try_for_each(|(_, model)| keep(model, self.only))?;
        Ok(case)
    }

    /// Where files go, if any are written.
    fn folder(&self, model: &str) -> Result<Option<PathBuf>, Failure> {
        let output = &self.flags.output;
        let folder = folder(output, self.files, model, self.command);
        drawn::need_a_folder(output, folder.is_some())?;
        Ok(folder)
    }

    /// The arguments that make the same result and the same files again.
    fn args(&self) -> Vec<String> {
        let command = if self.bare { vec![] } else { vec![self.command.to_owned()] };
        let source = self.source.map(ModelSource::args).unwrap_or_default();
        let only = self.only.iter().flat_map(|name| ["--only".to_owned(), name.clone()]).collect();
        [command, source, only, self.flags.args()].concat()
    }

    fn study(
        &self,
        case: &Case,
        control: &Arc<Control>,
        session: &Session<'_>,
    ) -> Result<Outcome, Failure> {
        let options = Options {
            jobs: self.flags.jobs.map(usize::from),
            command: shell::command_line(&self.args()),
            simulate: self.simulate,
            show: true,
            explain: self.simulate,
        };
        session.starts(control);
        let outcome = progress::with_bar(session.shows_progress(), control, || {
            study::run(case, &options, control)
        });
        Ok(outcome?)
    }

    fn save(
        &self,
        folder: &std::path::Path,
        document: &Document,
        (outcome, interrupted): (&Outcome, bool),
    ) -> Result<Vec<PathBuf>, files::Error> {
        let output = &self.flags.output;
        let output = Output {
            outcome,
            model_text: document.text(),
            data: &document.data().hashes(),
            args: &self.args(),
            charts: &output.charts(),
            page: output.page(),
            pictures: &output.pictures(),
            interrupted,
        };
        files::save(folder, &output)
    }

    fn print(&self, outcome: &Outcome, session: &mut Session<'_>) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        let format = self.flags.output.format;
        (format.write)(outcome, &session.style(), &mut bytes).map_err(Failure::Stdout)?;
        session.print(&bytes)
    }

    /// What the formula does not say: the CPU use that its number of threads really gives.
    fn print_widths(&self, case: &Case, session: &mut Session<'_>) -> Result<(), Failure> {
        match widths::table(&case.model) {
            Some(widths) => session.print(text::widths(&widths, &session.style()).as_bytes()),
            None => Ok(()),
        }
    }

    /// Whether every objective is met; theory meets none and misses none.
    fn judge(&self, outcome: &Outcome, session: &mut Session<'_>) -> Exit {
        let missed = missed(outcome);
        if !self.simulate || missed.is_empty() {
            return Exit::Done;
        }
        missed.iter().for_each(|line| session.note(wrapped(line).trim_end()));
        Exit::NotMet
    }
}

/// Leaves out the runtimes that are not named; without the baseline the first that is left takes its place.
fn keep(model: &mut Model, only: &[String]) -> Result<(), Failure> {
    if only.is_empty() {
        return Ok(());
    }
    for name in only {
        if model.runtimes.iter().all(|runtime| runtime.name != *name) {
            let names: Vec<&str> =
                model.runtimes.iter().map(|runtime| runtime.name.as_str()).collect();
            return Err(Failure::Usage(format!(
                "--only {name}: the model has no such runtime; it has {}",
                names.join(", ")
            )));
        }
    }
    let baseline = model.runtimes[model.run.baseline].name.clone();
    model.runtimes.retain(|runtime| only.contains(&runtime.name));
    let place = model.runtimes.iter().position(|runtime| runtime.name == baseline);
    model.run.baseline = place.unwrap_or(0);
    Ok(())
}

/// A model under its own values and under those of each scenario.
pub fn read_case(
    document: &Document,
    overrides: &Overrides,
    flags: &ModelFlags,
    sha256: String,
) -> Result<Case, Failure> {
    let mut model = Model::read(document, overrides)?;
    let mut scenarios = Vec::new();
    for scenario in &model.scenarios {
        let mut changed = Model::read_scenario(document, overrides, &scenario.name)?;
        flags.add_objectives(&mut changed)?;
        scenarios.push((scenario.name.clone(), changed));
    }
    flags.add_objectives(&mut model)?;
    Ok(Case { model, scenarios, sha256 })
}

/// Says what the file is that messages about a model of flags point into, for nobody has seen it.
pub fn introduce_quick(source: Option<&ModelSource>, session: &mut Session<'_>) {
    if source.is_some_and(|source| matches!(source.quick(), Ok(Some(_)))) {
        session.note("quick.toml is what the flags mean, as --print-model shows it");
    }
}

/// Where files go, if any are written.
pub fn folder(output: &OutputFlags, files: Files, model: &str, command: &str) -> Option<PathBuf> {
    let unasked = || {
        let always = files == Files::Always && !output.no_files;
        always.then(|| files::default_folder(model, command))
    };
    output.out.clone().or_else(unasked)
}

/// A line for each runtime with objectives that it does not meet, or of which nobody can tell: a gate must not let those
/// pass.
fn missed(outcome: &Outcome) -> Vec<String> {
    let of = |runtime: &RuntimeResult, scenario: &str| {
        let missed = runtime.slo.iter().filter(|slo| slo.met != Some(true));
        let say = |slo: &SloResult| match slo.met {
            None => format!("{} (cannot tell: too few samples)", slo.objective),
            Some(_) => slo.objective.clone(),
        };
        let missed: Vec<String> = missed.map(say).collect();
        let line = format!("not met by {}{scenario}: {}", runtime.name, missed.join(", "));
        (!missed.is_empty()).then_some(line)
    };
    let base = outcome.runtimes.iter().filter_map(|runtime| of(runtime, ""));
    let scenarios = outcome.scenarios.iter().flat_map(|scenario| {
        let name = format!(" in {}", scenario.name);
        scenario.runtimes.iter().filter_map(move |runtime| of(runtime, &name))
    });
    base.chain(scenarios).collect()
}

/// What was done until an interruption.
fn done(outcome: &Outcome) -> String {
    let done = match outcome.replications {
        1 => "the 1 replication that was finished is".to_owned(),
        n => format!("the {n} replications that were finished are"),
    };
    format!("interrupted: {done} shown; for all of them run it again:")
}
