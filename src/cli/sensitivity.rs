//! `iowait sensitivity`: what a share more or less of each input does to a metric.

use std::path::PathBuf;

use clap::Args;

use super::drawn::{self, OF_SENSITIVITY};
use super::execute::{Files, folder, introduce_quick, read_case};
use super::exit::{Exit, Failure};
use super::flags::RunFlags;
use super::progress;
use super::saved::{manifest, save_files};
use super::session::Session;
use super::source::ModelSource;
use crate::input::problem::{Place, Problem, Source};
use crate::input::value::{self, NoScope};
use crate::input::{Document, Problems};
use crate::model::Model;
use crate::model::metric::{Metric, Vocabulary};
use crate::report::chart::{Provenance, Table};
use crate::report::files::{Manifest, Precision};
use crate::report::{Style, sensitivity as report};
use crate::study::sensitivity::{inputs, tornado};

/// Show what ± a share of each input does to a metric: the tornado
///
/// Every parameter of the model, cores, load, widths, slots, all CPU and all I/O, one at a time, on the same random
/// numbers, the widest bar first. Counts go to the next whole number. Files are written only with --out, the tornado's picture among them.
#[derive(Args, Debug)]
#[command(mut_arg("chart", |arg| arg.value_parser(drawn::names(OF_SENSITIVITY))))]
#[command(after_help = "\
Examples:
  iowait sensitivity web-request
  iowait sensitivity model.toml --metric p99 --by '20 %'
  iowait sensitivity model.toml --metric throughput --format csv")]
pub struct Sensitivity {
    #[command(flatten)]
    source: ModelSource,
    /// The metric: throughput, mean, p99, CLASS.p99, cpu, errors, gain, ...
    #[arg(long, value_name = "METRIC", default_value = "p99")]
    metric: String,
    /// The share by which each input is changed
    #[arg(long, value_name = "SHARE", default_value = "20 %", value_parser = share)]
    by: f64,
    #[command(flatten)]
    flags: RunFlags,
}

impl Sensitivity {
    /// Reckons the tornado, or prints the model of the flags.
    ///
    /// # Errors
    ///
    /// All that a [`Failure`] tells.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.flags.terminal);
        self.flags.output.refuse_foreign("sensitivity")?;
        if self.source.print_if_asked(session)? {
            return Ok(Exit::Done);
        }
        let document = self.source.document(session)?;
        let folder = folder(&self.flags.output, Files::IfAsked, document.name(), "sensitivity");
        drawn::need_a_folder(&self.flags.output, folder.is_some())?;
        let flags = &self.flags.model;
        let given = flags.overrides()?;
        let sha256 = document.sha256();
        let case = read_case(&document, &given, flags, sha256.clone()).inspect_err(|_| {
            introduce_quick(Some(&self.source), session);
        })?;
        let model = case.model;
        let metric = self.metric(&model)?;
        let read = |name: &str, text: &str| {
            Model::read(&document, &given.clone().with(name, text, "--by")).ok()
        };
        let found = inputs(&document, &model, &given, self.by, &read);
        let control = self.flags.control();
        session.starts(&control);
        let jobs = self.flags.jobs.map(usize::from);
        let tornado = progress::with_bar(session.shows_progress(), &control, || {
            tornado(&model, found, (&self.metric, self.by), jobs, &control)
        });
        let tornado = tornado.map_err(|failure| Failure::from(failure).before(NOTHING_CHANGED))?;
        let all = report::Sensitivity { model: &model, tornado: &tornado, unit: metric.unit };
        self.finish(&all, &document, folder, session)
    }

    fn finish(
        &self,
        all: &report::Sensitivity<'_>,
        document: &Document,
        folder: Option<PathBuf>,
        session: &mut Session<'_>,
    ) -> Result<Exit, Failure> {
        let interrupted = all.tornado.done < all.tornado.inputs;
        let texts = [
            ("report.txt", report::text(all, &Style::PLAIN)),
            ("result.json", report::json(all)),
            ("result.csv", report::table(all).map_err(Failure::Stdout)?),
            ("report.md", report::markdown(all)),
        ];
        let saved = match folder {
            None => None,
            Some(folder) => {
                let manifest = Manifest {
                    interrupted,
                    studies: all.tornado.effort,
                    precision: all
                        .tornado
                        .precision()
                        .map(|within| Precision { of: self.metric.clone(), within }),
                    ..manifest(all.model, document, &self.args())
                };
                let from = Provenance::of_manifest(&manifest);
                let table = Table::read(texts[2].1.as_bytes());
                let table = table.map_err(|error| Failure::Limit(error.to_string()))?;
                let table = table.over(&all.model.runtimes[all.model.run.baseline].name);
                let output = &self.flags.output;
                // Half a tornado in a paper would not be seen to be one.
                let charts = match interrupted {
                    true => Vec::new(),
                    false => drawn::files(&table, OF_SENSITIVITY, output, &from, session)?,
                };
                let texts = texts.iter().map(|(name, text)| (*name, text.as_bytes()));
                let charts = charts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
                let files: Vec<(&str, &[u8])> = texts.chain(charts).collect();
                Some((save_files(&folder, document, &files, manifest), folder))
            }
        };
        let text = match self.flags.output.format.name {
            "json" => &texts[1].1,
            "csv" => &texts[2].1,
            "markdown" => &texts[3].1,
            _ => &report::text(all, &session.style()),
        };
        session.print(text.as_bytes())?;
        if let Some((saved, folder)) = saved {
            let count = saved?;
            session.note(&format!("wrote {count} files to {}", folder.display()));
        }
        if interrupted {
            let done = format!(
                "interrupted: {} of {} inputs are shown; for all of them run it again:",
                all.tornado.done, all.tornado.inputs
            );
            let again = [self.args(), self.flags.output.out_args()].concat();
            session.going_on(&done, &again);
            return Ok(Exit::Interrupted);
        }
        Ok(Exit::Done)
    }

    /// The metric of this name.
    fn metric(&self, model: &Model) -> Result<Metric, Failure> {
        let classes: Vec<_> = model.requests.iter().map(|class| class.name.clone()).collect();
        let resources: Vec<_> = model.resources.iter().map(|one| one.name.clone()).collect();
        let vocabulary = Vocabulary { classes: &classes, resources: &resources };
        let found = vocabulary.metric(&self.metric);
        Ok(found.map_err(|error| {
            let place = Place::new(0, error.span.clone());
            let source = Source { name: "--metric".to_owned(), text: self.metric.as_str().into() };
            Problems::new(vec![source], vec![Problem::of_value(error).at(&place)])
        })?)
    }

    fn args(&self) -> Vec<String> {
        let own =
            ["sensitivity", "--metric", &self.metric, "--by", &format!("{} %", self.by * 100.0)];
        let [head, own @ ..] = own.map(str::to_owned);
        [vec![head], self.source.args(), own.to_vec(), self.flags.args()].concat()
    }
}

/// When nothing of a tornado can be shown.
const NOTHING_CHANGED: &str = "the first input was changed both ways";

/// A share between 0 and 1, both left out.
fn share(text: &str) -> Result<f64, String> {
    let share = value::parse(text).and_then(|expr| expr.read(&NoScope, value::Value::number));
    let share = share.ok().filter(|share| *share > 0.0 && *share < 1.0);
    share.ok_or_else(|| "expected a share between 0 and 1, as in '20 %' or 0.2".to_owned())
}
