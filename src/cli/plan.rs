//! `iowait plan`: the least value, or the cheapest combination, that meets the objectives.

use clap::Args;

use super::execute::{Files, folder, introduce_quick};
use super::exit::{Exit, Failure};
use super::flags::RunFlags;
use super::saved::{manifest, save_files};
use super::session::Session;
use super::source::ModelSource;
use super::vary::{self, VaryFlags};
use super::{progress, shell};
use crate::input::problem::{Place, Problem, Source};
use crate::input::suggest::did_you_mean;
use crate::input::{Document, Problems};
use crate::model::{Model, Runtime, RuntimeKind};
use crate::report::csv::{self, Point};
use crate::report::files::Manifest;
use crate::report::{Style, plan as report, sweep};
use crate::simulation::Control;
use crate::study::axis::{Axis, Grid, number};
use crate::study::plan::constraint::Constraint;
use crate::study::plan::trial::Trial;
use crate::study::plan::{self, Answer, Question};
use crate::study::{self, Case};

/// Find the least value, or the cheapest combination, that meets the objectives
///
/// Of one key the least value; of several the cheapest combination, by cost_per_hour where the runtime has one, else by
/// the number of instances, then cores, workers or loops, then slots. The objectives must hold in the model as it is and
/// in every scenario. The answer stands beside its neighbours, with what binds and how far the load may grow until an
/// objective fails, and the same is asked of the model's other runtimes. The exit status is 1 where nothing in the range
/// meets the objectives.
#[derive(Args, Debug)]
#[command(mut_args(without_charts))]
#[command(after_help = "\
Examples:
  iowait plan model.toml --vary runtime.sync.workers=1..512 --slo p99=200ms
  iowait plan model.toml --vary runtime.loops.instances=1..8 \\
      --vary runtime.loops.loops=1..4 --vary resource.db.slots=4..64:16 \\
      --where 'instances * loops * slots <= 100' --slo p99=200ms --survive 1
  iowait plan --cpu 1ms --io 9ms --rate 50/s --runtime sync-worker:1 \\
      --vary runtime.sync.workers=1..64 --slo p99=60ms")]
pub struct Plan {
    #[command(flatten)]
    source: ModelSource,
    #[command(flatten)]
    vary: VaryFlags,
    /// What a combination must satisfy beside: 'instances * loops <= 100'; repeatable
    #[arg(long = "where", value_name = "CONSTRAINT")]
    constraints: Vec<String>,
    /// The objectives hold with all instances, and with so many of them lost; the runtime needs more than are lost
    #[arg(long, value_name = "N", default_value_t = 0)]
    survive: u32,
    /// The runtime that is to meet them, where --vary names none
    #[arg(long = "for", value_name = "RUNTIME")]
    wanted: Option<String>,
    #[command(flatten)]
    flags: RunFlags,
}

impl Plan {
    /// Searches, or prints the model of the flags.
    ///
    /// # Errors
    ///
    /// All that a [`Failure`] tells.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.flags.terminal);
        self.flags.output.refuse_foreign("plan")?;
        if self.source.print_if_asked(session)? {
            return Ok(Exit::Done);
        }
        if self.flags.output.asks_for_charts() {
            let why = "a plan draws no charts; sweep the key around the answer to see the curve";
            return Err(Failure::Usage(why.to_owned()));
        }
        let document = self.source.document(session)?;
        let grid = ascending(self.vary.grid(&document, &self.flags.model).inspect_err(|_| {
            introduce_quick(Some(&self.source), session);
        })?)?;
        let sha256 = document.sha256();
        let model = vary::case_at(&document, &self.flags.model, &grid.point(0), &sha256)?.model;
        let runtime = self.runtime_of(&grid, &model)?;
        if model.run.slo.is_empty() {
            let why =
                "there is no objective to meet; give one, as in --slo p99=200ms, or slo in [run]";
            return Err(Failure::Usage(why.to_owned()));
        }
        let control = self.flags.control();
        session.starts(&control);
        let threads = study::threads(self.flags.jobs.map(usize::from))?;
        let asked = Asked {
            plan: self,
            document: &document,
            model: &model,
            sha256: &sha256,
            constraints: self.constraints.clone(),
        };
        let found = progress::with_bar(session.shows_progress(), &control, || {
            threads.install(|| -> Result<(Answer, Vec<Answer>), Failure> {
                let answer = asked.of(&runtime, &grid, true, &control)?;
                let others = asked.others(&runtime, &grid, &control)?;
                Ok((answer, others))
            })
        });
        let (answer, others) = found.map_err(|failure| failure.before(NOTHING_TRIED))?;
        self.need_instances(&answer)?;
        // Taken now: a Ctrl-C during the writing does not make the plan less whole.
        let interrupted = control.is_cancelled();
        let report = report::Plan { model: &model, answer: &answer, others: &others, interrupted };
        self.finish(&report, &document, session)
    }

    /// Refuses to lose more instances than any combination has: no answer to another question could
    /// be one to this.
    fn need_instances(&self, answer: &Answer) -> Result<(), Failure> {
        let (lost, most) = (self.survive, answer.most_instances);
        if lost == 0 || lost < most {
            return Ok(());
        }
        let (name, least) = (&answer.runtime, lost + 1);
        let there = match most {
            1 => "and there is 1".to_owned(),
            most => format!("and there are {most} at most"),
        };
        Err(Failure::Usage(format!(
            "--survive {lost} needs {least} instances or more, {there}: vary them, as in \
             --vary runtime.{name}.instances={least}..{}, or give the runtime `instances` in the model",
            least + 6
        )))
    }

    /// Writes the files and prints the report.
    fn finish(
        &self,
        plan: &report::Plan<'_>,
        document: &Document,
        session: &mut Session<'_>,
    ) -> Result<Exit, Failure> {
        let table = table(plan.answer)?;
        let texts = [
            ("report.txt", report::text(plan, &Style::PLAIN)),
            ("result.json", report::json(plan)),
            ("result.csv", table),
            ("report.md", report::markdown(plan)),
        ];
        let folder = folder(&self.flags.output, Files::Always, &plan.model.name, "plan");
        let saved = folder.map(|folder| {
            let texts: Vec<_> = texts.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
            let interrupted = plan.interrupted;
            let manifest = Manifest { interrupted, ..manifest(plan.model, document, &self.args()) };
            (save_files(&folder, document, &texts, manifest), folder)
        });
        let text = match self.flags.output.format.name {
            "json" => &texts[1].1,
            "csv" => &texts[2].1,
            "markdown" => &texts[3].1,
            _ => &report::text(plan, &session.style()),
        };
        session.print(text.as_bytes())?;
        if let Some((saved, folder)) = saved {
            let count = saved?;
            session.note(&format!("wrote {count} files to {}", folder.display()));
        }
        if plan.interrupted {
            let tried = plan.answer.simulated;
            let done = format!(
                "interrupted: what {tried} of {} combinations show is shown; for the whole plan run it again:",
                plan.answer.allowed
            );
            let again = [self.args(), self.flags.output.out_args()].concat();
            session.going_on(&done, &again);
            return Ok(Exit::Interrupted);
        }
        Ok(if plan.answer.at.is_some() { Exit::Done } else { Exit::NotMet })
    }

    fn args(&self) -> Vec<String> {
        let mut own = Vec::new();
        for text in &self.constraints {
            own.extend(["--where".to_owned(), text.clone()]);
        }
        if self.survive > 0 {
            own.extend(["--survive".to_owned(), self.survive.to_string()]);
        }
        own.extend(self.wanted.iter().flat_map(|name| ["--for".to_owned(), name.clone()]));
        let head = vec!["plan".to_owned()];
        [head, self.source.args(), self.vary.args(), own, self.flags.args()].concat()
    }

    /// The runtime that the keys or the flag name, or the only one.
    fn runtime_of(&self, grid: &Grid, model: &Model) -> Result<String, Failure> {
        let names: Vec<&str> = model.runtimes.iter().map(|runtime| runtime.name.as_str()).collect();
        let mut named: Vec<&str> = grid
            .axes()
            .iter()
            .filter_map(|axis| runtime_key(&axis.name))
            .map(|(name, _)| name)
            .collect();
        named.dedup();
        let refuse = |why: String| Err(Failure::Usage(why));
        match (&self.wanted, named.as_slice()) {
            (Some(name), _) if !names.contains(&name.as_str()) => {
                let near = did_you_mean(name, &names);
                let near =
                    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                refuse(format!("there is no runtime `{name}`, only {}{near}", names.join(", ")))
            }
            (Some(name), [] | [_]) if named.first().is_none_or(|other| other == name) => {
                Ok(name.clone())
            }
            (Some(name), _) => refuse(format!(
                "--for {name} and --vary runtime.{} are about two runtimes; plan one of them, the others are \
                 answered beside",
                named.join(", runtime.")
            )),
            (None, [one]) => Ok((*one).to_owned()),
            (None, []) => match names.as_slice() {
                [one] => Ok((*one).to_owned()),
                _ => refuse(format!(
                    "say which runtime is to meet the objectives: --for {}",
                    names.join(" or --for ")
                )),
            },
            (None, several) => refuse(format!(
                "a plan is for one runtime, and --vary names {}; the others are answered beside",
                several.join(" and ")
            )),
        }
    }
}

/// A plan draws nothing: what is about charts is not in its help, and refused in words where it is given.
fn without_charts(arg: clap::Arg) -> clap::Arg {
    let of_charts = ["chart", "chart_format", "theme", "width"];
    let hidden = of_charts.contains(&arg.get_id().as_str());
    match arg.get_id().as_str() {
        "out" => arg.help("Write every format, the model and a manifest into this folder"),
        _ => arg.hide(hidden),
    }
}

/// When nothing of a plan can be shown.
const NOTHING_TRIED: &str = "the first combination was tried";

/// What is asked of every runtime.
struct Asked<'a> {
    plan: &'a Plan,
    document: &'a Document,
    model: &'a Model,
    sha256: &'a str,
    /// What `--where` holds the combinations to, in the names of the runtime that is asked of.
    constraints: Vec<String>,
}

impl Asked<'_> {
    fn read(&self, point: &[(String, String)]) -> Result<Case, Failure> {
        vary::case_at(self.document, &self.plan.flags.model, point, self.sha256)
    }

    fn of(
        &self,
        runtime: &str,
        grid: &Grid,
        with_headroom: bool,
        control: &Control,
    ) -> Result<Answer, Failure> {
        let constraints = self.constraints(runtime, grid)?;
        let question = Question {
            runtime,
            grid,
            constraints: &constraints,
            survive: self.plan.survive,
            with_headroom,
            sha256: self.sha256,
        };
        let command = |point: &[(String, String)]| {
            let mut model = self.plan.flags.model.clone();
            model.set.extend(point.iter().map(|(name, value)| format!("{name}={value}")));
            let args = [vec!["run".to_owned()], self.plan.source.args(), model.args()].concat();
            shell::command_line(&args)
        };
        plan::ask(&question, &|point: &[(String, String)]| self.read(point), &command, control)
    }

    fn constraints(&self, runtime: &str, grid: &Grid) -> Result<Vec<Constraint>, Failure> {
        let point = grid.point(0);
        let model = self.read(&point)?.model;
        let names = model
            .runtimes
            .iter()
            .find(|one| one.name == runtime)
            .map(|one| plan::names(grid, &point, &model, one))
            .unwrap_or_default();
        let parse = |text: &String| {
            Constraint::parse(text, &names).map_err(|error| {
                let place = Place::new(0, error.span.clone());
                let source = Source { name: "--where".to_owned(), text: text.as_str().into() };
                Problems::new(vec![source], vec![Problem::of_value(error).at(&place)])
            })
        };
        Ok(self.constraints.iter().map(parse).collect::<Result<_, _>>()?)
    }

    /// The same question for the model's other runtimes, as far as it can be asked of them.
    fn others(&self, asked: &str, grid: &Grid, control: &Control) -> Result<Vec<Answer>, Failure> {
        let Some(own) = self.model.runtimes.iter().find(|one| one.name == asked) else {
            return Ok(Vec::new());
        };
        let mut answers = Vec::new();
        for other in self.model.runtimes.iter().filter(|one| one.name != asked) {
            if control.is_cancelled() {
                break;
            }
            let axes: Vec<Axis> = grid
                .axes()
                .iter()
                .filter_map(|axis| translated(axis, &own.kind, &other.name, &other.kind))
                .collect();
            let Ok(grid) = Grid::new(axes) else { continue };
            let constraints = self.constraints.iter();
            let asked = Asked {
                constraints: constraints.map(|text| renamed(text, own, other)).collect(),
                ..*self
            };
            // A constraint on a key that this runtime has not cannot be asked of it.
            let readable = self.read(&grid.point(0)).is_ok();
            if grid.axes().is_empty()
                || !readable
                || grid.len() > plan::MOST_COMBINATIONS
                || asked.constraints(&other.name, &grid).is_err()
            {
                continue;
            }
            match asked.of(&other.name, &grid, false, control) {
                Err(Failure::Interrupted) => break,
                answer => answers.push(answer?),
            }
        }
        Ok(answers)
    }
}

/// The runtime and the key in a path `runtime.NAME.KEY`.
fn runtime_key(path: &str) -> Option<(&str, &str)> {
    let mut parts = path.strip_prefix("runtime.")?.splitn(2, '.');
    Some((parts.next()?, parts.next()?))
}

/// The key that makes a kind of runtime wide.
fn width_key(kind: &RuntimeKind) -> &'static str {
    match kind {
        RuntimeKind::SyncWorker(_) | RuntimeKind::WorkStealing(_) => "workers",
        RuntimeKind::Serverless(_) => "max_instances",
        RuntimeKind::ThreadPool(_) => "threads",
        RuntimeKind::EventLoop(_) => "loops",
    }
}

/// The same axis for another runtime; `None` where it has no such key.
fn translated(axis: &Axis, own: &RuntimeKind, name: &str, kind: &RuntimeKind) -> Option<Axis> {
    let Some((_, key)) = runtime_key(&axis.name) else { return Some(axis.clone()) };
    let same = own.keyword() == kind.keyword();
    if same || matches!(key, "instances" | "backlog" | "overhead") {
        return Some(Axis { name: format!("runtime.{name}.{key}"), ..axis.clone() });
    }
    if key != width_key(own) {
        return None;
    }
    // Another kind may need far more or fewer: every width up to eight times the range's, then in
    // doublings.
    let widths = axis.values.iter().filter_map(|text| number(text));
    let most = (widths.fold(1.0, f64::max) * 8.0).min(4096.0) as u32;
    let mut values: Vec<u32> = (1..=most.min(512)).collect();
    let mut last = most.min(512);
    while last < 4096 {
        last *= 2;
        values.push(last);
    }
    let reckoned = vec![true; values.len()];
    let values = values.iter().map(u32::to_string).collect();
    Some(Axis { name: format!("runtime.{name}.{}", width_key(kind)), values, reckoned })
}

/// A constraint on one runtime as it is asked of another: its width by the other's word, its path by
/// the other's name.
fn renamed(constraint: &str, own: &Runtime, other: &Runtime) -> String {
    let path = |runtime: &Runtime, key: &str| format!("runtime.{}.{key}", runtime.name);
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    let mut text = String::new();
    let mut rest = constraint;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len()).max(1);
        let end = rest.ceil_char_boundary(end);
        let (word, later) = rest.split_at(end);
        let key = runtime_key(word).filter(|(name, _)| *name == own.name).map(|(_, key)| key);
        let translated = |key: &str| {
            if key == width_key(&own.kind) {
                width_key(&other.kind).to_owned()
            } else {
                key.to_owned()
            }
        };
        text.push_str(&match key {
            Some(key) => path(other, &translated(key)),
            None => translated(word),
        });
        rest = later;
    }
    text
}

/// The grid with the values of every axis from the least to the most.
fn ascending(grid: Grid) -> Result<Grid, Failure> {
    let mut axes = Vec::new();
    for axis in grid.axes() {
        let mut values: Vec<(f64, String)> = Vec::new();
        for text in &axis.values {
            let Some(value) = number(text) else {
                let name = &axis.name;
                let why = format!(
                    "a plan looks for the least {name}, and `{text}` is no number; to compare words, sweep them"
                );
                return Err(Failure::Usage(why));
            };
            values.push((value, text.clone()));
        }
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        values.dedup_by(|a, b| a.0 == b.0);
        let reckoned = vec![true; values.len()];
        let values = values.into_iter().map(|(_, text)| text).collect();
        axes.push(Axis { name: axis.name.clone(), values, reckoned });
    }
    Grid::new(axes).map_err(|error| Failure::Limit(error.to_string()))
}

/// The evidence as a tidy table: the neighbours below, the answer, the neighbour above.
fn table(answer: &Answer) -> Result<String, Failure> {
    let trials: Vec<&Trial> = answer.evidence().collect();
    let varied = trials.first().map(|trial| trial.point.iter().map(|(name, _)| name.clone()));
    let mut bytes = Vec::new();
    let titles = csv::titles(varied.into_iter().flatten());
    csv::write_titles(&titles, &mut bytes).map_err(Failure::Stdout)?;
    for trial in trials {
        if let Some(outcome) = trial.outcome() {
            let params = sweep::cells(&trial.point);
            csv::write_rows(&Point { params: &params, outcome: &outcome }, &mut bytes)
                .map_err(Failure::Stdout)?;
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
