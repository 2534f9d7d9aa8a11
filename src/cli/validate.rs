//! `iowait validate`: what sources report, held against the simulation of their models.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::exit::{Exit, Failure};
use super::flags::{PageFlags, TerminalFlags, chart_formats};
use super::progress;
use super::session::Session;
use super::shell;
use super::source;
use super::values::{jobs, seed, whole};
use crate::input::Document;
use crate::model::shipped::MODELS;
use crate::model::{Model, Overrides};
use crate::report::chart::{PICTURES, Picture};
use crate::report::files::{self, ModelCopy, Validated, save_validation};
use crate::report::validate::{FORMATS, Format};
use crate::simulation::Control;
use crate::study::validate::{Validation, needed};
use crate::study::{self, Case, Options};

/// Is the model right? What sources report, held against the simulation
///
/// Each expectation of the models gets a row: reported, simulated, what the formula says, the verdict. The exit status
/// is 1 when a prediction falls outside its tolerance, unless the model file says so itself (holds = false, why). Fits
/// and illustrations are shown and never counted.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait validate                           the shipped models
  iowait validate models/ my-service.toml   folders and files
  iowait validate --format markdown > models/README.md")]
pub struct Validate {
    /// Model files, folders of them, - for standard input, or names of shipped models; all shipped ones with expectations
    /// by default
    #[arg(value_name = "MODEL or FOLDER")]
    models: Vec<PathBuf>,
    /// Set a parameter, beta, or a key by its path in every model (load.clients=64); repeatable
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Seed of all randomness
    #[arg(long, value_name = "N", value_parser = seed)]
    seed: Option<u64>,
    /// Run each model exactly this often
    #[arg(long, value_name = "N", value_parser = whole::<u32>)]
    replications: Option<u32>,
    /// Ends of requests in each replication
    #[arg(long, value_name = "N", value_parser = whole::<u64>)]
    requests: Option<u64>,
    /// What standard output gets
    #[arg(long, value_name = "FORMAT", default_value = FORMATS[0].name, value_parser = formats())]
    format: &'static Format,
    /// Write every format, the parity chart, the models and a manifest into this folder [default:
    /// output/MODEL/validate; output/validate for several models]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write no files
    #[arg(long, conflicts_with = "out")]
    no_files: bool,
    /// File formats of the parity chart
    #[arg(long, value_name = "FORMAT,...", value_delimiter = ',', default_value = PICTURES[0].name, value_parser = chart_formats())]
    chart_format: Vec<&'static Picture>,
    #[command(flatten)]
    page: PageFlags,
    /// Cores that the simulation may use; all by default. The results are the same
    #[arg(long, value_name = "N", help_heading = "How it runs", value_parser = jobs)]
    jobs: Option<u16>,
    #[command(flatten)]
    terminal: TerminalFlags,
}

/// What was found so far, and how the program will end.
#[derive(Default)]
struct Found {
    validation: Validation,
    models: Vec<(ModelCopy, String)>,
    /// The data files of the models.
    data: BTreeMap<String, String>,
    /// The first failure's exit; the results of the other models are shown all the same.
    exit: Option<Exit>,
    interrupted: bool,
}

impl Validate {
    /// Simulates every model and prints the rows.
    ///
    /// # Errors
    ///
    /// A folder that cannot be read, nothing to validate, or output that cannot be written.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.terminal);
        let overrides = self.overrides()?;
        let mut found = Found::default();
        let cases = self.cases(&overrides, &mut found, session)?;
        let control = Arc::new(Control::default());
        session.starts(&control);
        let bar = session.shows_progress();
        progress::with_bar(bar, &control, || {
            for (place, (case, document)) in cases.iter().enumerate() {
                if !bar {
                    let (name, count) = (&case.model.name, cases.len());
                    session.note(&format!("{name} ({} of {count})", place + 1));
                }
                self.simulate((case, document), &control, &mut found, session);
                if found.interrupted {
                    break;
                }
            }
        });
        if !found.models.is_empty() {
            self.show(&found, session)?;
        }
        Ok(match found.exit {
            _ if found.interrupted => {
                session.complain(&format!(
                    "interrupted: {} of {} models were finished; run it again for all of them\n",
                    found.models.len(),
                    cases.len()
                ));
                Exit::Interrupted
            }
            Some(exit) => exit,
            None if found.validation.passed() => Exit::Done,
            None => Exit::NotMet,
        })
    }

    fn overrides(&self) -> Result<Overrides, Failure> {
        let mut overrides = Overrides::new();
        for set in &self.set {
            overrides.parse(set, "--set")?;
        }
        for (flag, path, value) in [
            ("--seed", "run.seed", self.seed),
            ("--replications", "run.replications", self.replications.map(u64::from)),
            ("--requests", "run.requests", self.requests),
        ] {
            if let Some(value) = value {
                overrides.push(path, value.to_string(), flag);
            }
        }
        Ok(overrides)
    }

    /// The models that expect something. One with mistakes is told and hides no other.
    fn cases(
        &self,
        overrides: &Overrides,
        found: &mut Found,
        session: &mut Session<'_>,
    ) -> Result<Vec<(Case, Document)>, Failure> {
        let documents = self.documents(found, session)?;
        let mut cases: Vec<(Case, Document)> = Vec::new();
        for document in documents {
            match case(&document, overrides) {
                Ok(case) if case.model.expects.is_empty() => {
                    if !self.models.is_empty() {
                        session.note(&format!("{} has no [[expect]]", case.model.name));
                    }
                }
                Ok(case) if cases.iter().any(|(other, _)| other.model.name == case.model.name) => {
                    let name = &case.model.name;
                    return Err(Failure::Usage(format!(
                        "two models are called {name}; rows could not be told apart: validate them one by one"
                    )));
                }
                Ok(case) => cases.push((case, document)),
                Err(failure) => tell(&failure, found, session),
            }
        }
        if cases.is_empty() && found.exit.is_none() {
            let why =
                "nothing to validate: none of the models has an [[expect]]; see iowait schema";
            return Err(Failure::Usage(why.to_owned()));
        }
        Ok(cases)
    }

    fn documents(
        &self,
        found: &mut Found,
        session: &mut Session<'_>,
    ) -> Result<Vec<Document>, Failure> {
        if !session.instead().is_empty() {
            return Ok(session.instead().to_vec());
        }
        if self.models.is_empty() {
            return Ok(MODELS.iter().map(|model| model.document()).collect());
        }
        let mut documents = Vec::new();
        for path in &self.models {
            let files = if path.is_dir() { models_in(path)? } else { vec![path.clone()] };
            for file in files {
                match source::open(&file, session) {
                    Ok(document) => documents.push(document),
                    Err(failure) => tell(&failure, found, session),
                }
            }
        }
        Ok(documents)
    }

    fn simulate(
        &self,
        (case, document): (&Case, &Document),
        control: &Control,
        found: &mut Found,
        session: &mut Session<'_>,
    ) {
        let jobs = self.jobs.map(usize::from);
        let options = Options { jobs, explain: false, ..Options::default() };
        let outcome = study::run(case, &options, control);
        // Fewer replications than asked for are no validation: an interrupted model is left out.
        found.interrupted = control.is_cancelled();
        match outcome {
            Ok(_) if found.interrupted => {}
            Ok(outcome) => {
                found.validation.add(&case.model, &outcome);
                let copy = ModelCopy {
                    name: case.model.name.clone(),
                    sha256: document.sha256(),
                    folder: document.folder().to_string_lossy().into_owned(),
                    seed: outcome.seed,
                    replications: outcome.replications,
                    warmup_s: Some(outcome.warmup_s).filter(|s| s.is_finite()),
                };
                found.models.push((copy, document.text().to_owned()));
                found.data.extend(document.data().hashes());
            }
            Err(study::Failure::Limit(limit)) => {
                let limit = format!("{}: {limit}", case.model.name);
                tell(&Failure::Limit(limit), found, session);
            }
            Err(study::Failure::Interrupted) => found.interrupted = true,
        }
    }

    fn show(&self, found: &Found, session: &mut Session<'_>) -> Result<(), Failure> {
        let args = self.args();
        let saved = self.folder(found).map(|folder| {
            let output = Validated {
                validation: &found.validation,
                models: &found.models,
                data: &found.data,
                args: &args,
                page: self.page.page(),
                pictures: &self.chart_format,
                command: &shell::command_line(&args),
            };
            (save_validation(&folder, &output), folder)
        });
        let mut bytes = Vec::new();
        (self.format.write)(&found.validation, &session.style(), &mut bytes)
            .map_err(Failure::Stdout)?;
        session.print(&bytes)?;
        if let Some((saved, folder)) = saved {
            session.note(&format!("wrote {} files to {}", saved?.len(), folder.display()));
        }
        Ok(())
    }

    fn folder(&self, found: &Found) -> Option<PathBuf> {
        if self.no_files {
            return None;
        }
        let unasked = || match found.models.as_slice() {
            [(model, _)] => files::default_folder(&model.name, "validate"),
            _ => Path::new("output").join("validate"),
        };
        Some(self.out.clone().unwrap_or_else(unasked))
    }

    /// The arguments that make the same rows again.
    fn args(&self) -> Vec<String> {
        let mut args = vec!["validate".to_owned()];
        args.extend(self.models.iter().map(|path| source::argument(path)));
        let mut add = |flag: &str, value: String| args.extend([flag.to_owned(), value]);
        self.set.iter().for_each(|set| add("--set", set.clone()));
        self.seed.into_iter().for_each(|n| add("--seed", n.to_string()));
        self.replications.into_iter().for_each(|n| add("--replications", n.to_string()));
        self.requests.into_iter().for_each(|n| add("--requests", n.to_string()));
        let formats: Vec<&str> = self.chart_format.iter().map(|format| format.name).collect();
        if formats != [PICTURES[0].name] {
            add("--chart-format", formats.join(","));
        }
        if self.page.theme == "paper" {
            add("--theme", self.page.theme.clone());
        }
        self.page.width.into_iter().for_each(|mm| add("--width", format!("{mm}mm")));
        args
    }
}

/// Tells a failure of one model; the others go on.
fn tell(failure: &Failure, found: &mut Found, session: &mut Session<'_>) {
    session.complain(&failure.message(session.stderr_color()));
    found.exit.get_or_insert(failure.exit());
}

/// The model with the scenarios that its expectations need.
fn case(document: &Document, overrides: &Overrides) -> Result<Case, Failure> {
    let model = Model::read(document, overrides)?;
    let mut scenarios = Vec::new();
    for scenario in &model.scenarios {
        let changed = Model::read_scenario(document, overrides, &scenario.name)?;
        scenarios.push((scenario.name.clone(), changed));
    }
    Ok(needed(&Case { model, scenarios, sha256: document.sha256() }))
}

/// The model files of a folder, by name.
fn models_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let refuse = |error: std::io::Error| {
        Failure::Usage(format!("the folder {} cannot be read: {error}", folder.display()))
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(refuse)? {
        let path = entry.map_err(refuse)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") && !path.is_dir() {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Failure::Usage(format!("there is no .toml file in {}", folder.display())));
    }
    Ok(files)
}

fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let named = |format: &Format| PossibleValue::new(format.name).help(format.about);
    PossibleValuesParser::new(FORMATS.iter().map(named)).map(|name| {
        let mut known = FORMATS.iter();
        known.find(|format| format.name == name).expect("the parser takes only names of the table")
    })
}
