//! `iowait sweep`: every point of a grid under every runtime, kept as they come.

use std::io;
use std::path::Path;

use clap::Args;

use super::drawn::{self, OF_SWEEP};
use super::execute::{Files, folder, introduce_quick};
use super::exit::{Exit, Failure};
use super::flags::{ModelFlags, RunFlags};
use super::progress;
use super::saved::manifest;
use super::session::{Printer, Session};
use super::shell;
use super::source::ModelSource;
use super::swept::{Done, Swept, file_of};
use super::vary::{self, Points, VaryFlags};
use crate::input::Document;
use crate::model::Model;
use crate::report::Style;
use crate::report::chart::{Provenance, Table};
use crate::report::csv::{self, Point};
use crate::report::files::journal::{Entry, Journal, Refused};
use crate::report::files::{
    self, MANIFEST_FILE, MODEL_FILE, Manifest, Piece, Precision, save_pieces, sha256,
};
use crate::report::sweep::{self as report, Digest, FORMATS, Gist, JSON_AROUND, Made, MadeOf};
use crate::simulation::Control;
use crate::study::axis::Grid;
use crate::study::sweep::in_order;
use crate::study::{self, Options};

/// Simulate every point of a grid under every runtime
///
/// The same requests meet every point, so that curves are smooth; values that depend on others ($cores, $beta) are
/// worked out anew at each. Each point is warmed up as long as run would warm it up alone, so that what an axis does not
/// concern may still move along it, within its interval; --set run.warmup=10s is the same everywhere. The axis beta scales the waits so that T_io/T_cpu has that value. Beside the table stand the
/// places where one runtime overtakes another, and the knees of throughput against load. Finished points are kept as
/// they come: --resume goes on after a Ctrl-C or a kill, and gives the same bytes. Charts that the table fits stand
/// beside it: gain over beta, throughput and latency over load, two axes as a heat map.
#[derive(Args, Debug)]
#[command(mut_arg("chart", |arg| arg.value_parser(drawn::names(OF_SWEEP))))]
#[command(after_help = "\
Examples:
  iowait sweep web-request --vary beta=0.1..100:log20 --chart formula --chart-format pdf
  iowait sweep model.toml --vary load.rate=100/s..1000/s:10
  iowait sweep model.toml --vary host.cores=1,2,4 --vary load.clients=1..512x2
  iowait sweep model.toml --vary 'wait=4 ms,exp(4 ms)' --format csv > sweep.csv
  iowait sweep model.toml --vary beta=1..100 --resume")]
pub struct Sweep {
    #[command(flatten)]
    source: ModelSource,
    #[command(flatten)]
    vary: VaryFlags,
    /// Go on with a sweep that was interrupted or killed
    #[arg(long, conflicts_with = "no_files")]
    resume: bool,
    #[command(flatten)]
    flags: RunFlags,
}

/// Bytes of a file that are printed at once.
const PRINTED_AT_ONCE: usize = 1 << 16;

/// A chart holds its table in memory: of more points it is drawn only if asked for.
const POINTS_DRAWN_UNASKED: u64 = 10_000;

/// What every point of one sweep needs.
struct Plan<'a> {
    document: &'a Document,
    model: Model,
    grid: Grid,
    sha256: String,
    args: Vec<String>,
    /// Those on which points depend; charts do not change a point.
    of_points: Vec<String>,
    /// The command that runs one point alone: what stands before its values, and what behind.
    command: [String; 2],
}

impl Sweep {
    /// Runs the sweep, or prints the model of the flags.
    ///
    /// # Errors
    ///
    /// All that a [`Failure`] tells.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.flags.terminal);
        self.flags.output.refuse_foreign("sweep")?;
        if self.source.print_if_asked(session)? {
            return Ok(Exit::Done);
        }
        let document = self.source.document(session)?;
        let plan = self.plan(&document).inspect_err(|_| {
            introduce_quick(Some(&self.source), session);
        })?;
        let folder = folder(&self.flags.output, Files::Always, document.name(), "sweep");
        drawn::need_a_folder(&self.flags.output, folder.is_some())?;
        match folder {
            Some(folder) => self.with_files(&plan, &folder, session),
            None => self.without_files(&plan, session),
        }
    }

    fn plan<'a>(&self, document: &'a Document) -> Result<Plan<'a>, Failure> {
        let flags = &self.flags.model;
        let grid = self.vary.grid(document, flags)?;
        let sha256 = document.sha256();
        let model = vary::case_at(document, flags, &grid.point(0), &sha256)?.model;
        let own = [vec!["sweep".to_owned()], self.source.args(), self.vary.args()].concat();
        let args = [own.clone(), self.flags.args()].concat();
        let of_points = [own, flags.args()].concat();
        let sets = ModelFlags { set: flags.set.clone(), ..ModelFlags::default() };
        let others = ModelFlags { set: Vec::new(), ..flags.clone() };
        let before = [vec!["run".to_owned()], self.source.args(), sets.args()].concat();
        let after = others.args().iter().map(|arg| format!(" {}", shell::quoted(arg))).collect();
        let command = [shell::command_line(&before), after];
        Ok(Plan { document, model, grid, sha256, args, of_points, command })
    }

    /// The points kept in a journal as they come, the files made of it at the end.
    fn with_files(
        &self,
        plan: &Plan<'_>,
        folder: &Path,
        session: &mut Session<'_>,
    ) -> Result<Exit, Failure> {
        if self.resume && plan.is_complete(folder) {
            session.note(&format!("{} is complete; nothing to go on with", folder.display()));
            return self.print_file(folder, session);
        }
        files::prepare(folder)?;
        let mut swept = Swept::begin(folder, plan.digest(), self.draws(plan))?;
        let mut journal = if self.resume {
            Journal::resume(folder, &plan.header(), |_, entry| swept.add_again(entry))
        } else {
            Journal::begin(folder, &plan.header())
        }?;
        let kept = journal.len();
        if kept > 0 {
            session.note(&format!("going on after {kept} of {} points", plan.grid.len()));
        }
        let bar = session.shows_progress();
        let ended = self.points(plan, kept, (bar, true), session, |points, _| {
            points.iter().for_each(|point| journal.add(&point.entry));
            journal.write()?;
            points.iter().try_for_each(|point| Ok(swept.add(&point.entry, &point.gist)?))
        });
        if let Err(failure) = ended {
            let interrupted = matches!(failure, Failure::Interrupted);
            let (mut label, mut written) = ("", String::new());
            if interrupted {
                label = "interrupted: ";
                if !journal.is_empty() {
                    self.save(plan, folder, (swept, true), session)?;
                    let table = folder.join(file_of("csv"));
                    written = format!("; {} has them, charts come at the end", table.display());
                }
            }
            let (done, all) = (journal.len(), plan.grid.len());
            let done =
                format!("{label}{done} of {all} points are done and kept{written}; to go on:");
            let again =
                [&plan.args[..], &self.flags.output.out_args(), &["--resume".to_owned()]].concat();
            session.going_on(&done, &again);
            return if interrupted { Ok(Exit::Interrupted) } else { Err(failure) };
        }
        let written = self.save(plan, folder, (swept, false), session)?;
        journal.finish()?;
        session.note(&format!("wrote {written} files to {}", folder.display()));
        Ok(Exit::Done)
    }

    /// The points printed as they come.
    fn without_files(&self, plan: &Plan<'_>, session: &mut Session<'_>) -> Result<Exit, Failure> {
        let mut digest = plan.digest();
        let [before, between, after] = JSON_AROUND;
        let format = self.flags.output.format.name;
        match format {
            "csv" => csv::write_titles(digest.titles(), &mut Printer(session))
                .map_err(Failure::Stdout)?,
            "json" => session.print(before.as_bytes())?,
            _ => {}
        }
        let streams = matches!(format, "csv" | "json");
        let bar = session.shows_progress() && !(streams && session.writes_to_terminal());
        let mut first = true;
        let ended = self.points(plan, 0, (bar, format == "json"), session, |points, session| {
            let mut text = String::new();
            for Done { entry, .. } in &points {
                match format {
                    "csv" => text.push_str(&entry.csv),
                    "json" => {
                        text.push_str(if first { "" } else { between });
                        text.push_str(&entry.json);
                    }
                    _ => {}
                }
                first = false;
                let added = digest.add(&entry.csv);
                added.map_err(|error| Failure::Limit(format!("a point has no rows: {error}")))?;
            }
            session.print(text.as_bytes())
        });
        let interrupted = matches!(ended, Err(Failure::Interrupted));
        if !interrupted {
            ended?;
        }
        match format {
            "csv" => {}
            "json" => session.print(after.as_bytes())?,
            "markdown" => session.print(digest.markdown().as_bytes())?,
            _ => session.print(digest.text(&session.style()).as_bytes())?,
        }
        if interrupted {
            session.complain("interrupted; without --no-files finished points are kept\n");
            return Ok(Exit::Interrupted);
        }
        Ok(Exit::Done)
    }

    /// Does the points from `kept` on, on all cores, and gives them to `take` in order.
    fn points(
        &self,
        plan: &Plan<'_>,
        kept: u64,
        (bar, with_json): (bool, bool),
        session: &mut Session<'_>,
        mut take: impl FnMut(Vec<Done>, &mut Session<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let control = self.flags.control();
        session.starts(&control);
        let threads = study::threads(self.flags.jobs.map(usize::from))?;
        let range = kept..plan.grid.len();
        control.plan_points(range.end - range.start);
        progress::with_bar(bar, &control, || {
            let begin = || Points::new(plan.document, &self.flags.model, &plan.sha256);
            let work = |points: &mut Points<'_>, index| {
                if control.is_cancelled() {
                    return Err(Failure::Interrupted);
                }
                point(plan, points, index, with_json, &control)
            };
            in_order(range, &threads, begin, work, |_, points| {
                points.iter().for_each(|_| control.finish_point());
                take(points, session)
            })
        })
    }

    /// Writes the model, the reports, the charts of a whole sweep and the manifest, and prints what
    /// was asked for; how many files there are.
    fn save(
        &self,
        plan: &Plan<'_>,
        folder: &Path,
        (mut swept, interrupted): (Swept, bool),
        session: &mut Session<'_>,
    ) -> Result<usize, Failure> {
        if swept.rows.is_none() && !interrupted {
            session.note(&format!(
                "no charts of so many points unless --chart asks for them; {} has them all",
                file_of("csv")
            ));
        }
        let Made { effort, precision } = swept.made;
        let precision = precision.map(|within| Precision { of: "throughput".to_owned(), within });
        let manifest = manifest(&plan.model, plan.document, &plan.args);
        let mut manifest = Manifest { interrupted, studies: effort, precision, ..manifest };
        // Half a curve in a paper would not be seen to be one.
        let charts = match swept.rows.take().filter(|_| !interrupted) {
            None => Vec::new(),
            Some(rows) => {
                let table = Table::of(rows).map_err(|error| Failure::Limit(error.to_string()))?;
                let from = Provenance::of_manifest(&manifest);
                drawn::files(&table, OF_SWEEP, &self.flags.output, &from, session)?
            }
        };
        let (digest, tables) = swept.finish()?;
        let count = tables.len();
        manifest.files.extend(tables);
        let model = Piece::bytes(MODEL_FILE, plan.document.text());
        let reports = FORMATS.iter().filter_map(|format| match format.made {
            MadeOf::Digest(write) => Some(Piece::bytes(format.file, write(&digest, &Style::PLAIN))),
            MadeOf::Points => None,
        });
        let charts = charts.iter().map(|(name, bytes)| Piece::bytes(name, bytes));
        let pieces: Vec<Piece<'_>> = std::iter::once(model).chain(reports).chain(charts).collect();
        let written = save_pieces(folder, &pieces, manifest)?.len() + count;
        self.print(&digest, folder, session)?;
        Ok(written)
    }

    /// Whether charts are drawn: they hold their table in memory.
    fn draws(&self, plan: &Plan<'_>) -> bool {
        self.flags.output.asks_for_charts() || plan.grid.len() <= POINTS_DRAWN_UNASKED
    }

    /// What was asked for, of the points whose files are in this folder.
    fn print(
        &self,
        digest: &Digest,
        folder: &Path,
        session: &mut Session<'_>,
    ) -> Result<(), Failure> {
        let wanted = self.flags.output.format.name;
        match FORMATS.iter().find(|format| format.name == wanted).map(|format| format.made) {
            Some(MadeOf::Digest(write)) => {
                let style = session.style();
                session.print(write(digest, &style).as_bytes())
            }
            _ => self.print_file(folder, session).map(|_| ()),
        }
    }

    /// What a complete folder has in this format.
    fn print_file(&self, folder: &Path, session: &mut Session<'_>) -> Result<Exit, Failure> {
        let path = folder.join(file_of(self.flags.output.format.name));
        let copied = std::fs::File::open(&path).and_then(|file| {
            let mut file = io::BufReader::with_capacity(PRINTED_AT_ONCE, file);
            io::copy(&mut file, &mut Printer(session))
        });
        match copied {
            Ok(_) => Ok(Exit::Done),
            Err(source) => Err(files::Error::File { path, source }.into()),
        }
    }
}

/// One point, simulated.
fn point(
    plan: &Plan<'_>,
    points: &mut Points<'_>,
    index: u64,
    with_json: bool,
    control: &Control,
) -> Result<Done, Failure> {
    let params = plan.grid.point(index);
    let case = points.at(&params)?;
    let options = Options {
        command: plan.command_of(&params),
        show: false,
        explain: false,
        ..Options::default()
    };
    let outcome = study::run_here(case, &options, control).map_err(|failure| match failure {
        study::Failure::Limit(words) => {
            let values = params.iter().map(|(name, value)| format!("{name}={value}"));
            Failure::Limit(format!("{}: {words}", values.collect::<Vec<_>>().join(" ")))
        }
        other => other.into(),
    })?;
    // Interrupted, it is that of fewer replications.
    if control.is_cancelled() {
        return Err(Failure::Interrupted);
    }
    let mut csv = String::new();
    csv::add_rows(&Point { params: &report::cells(&params), outcome: &outcome }, &mut csv);
    let json = match with_json {
        true => report::point_json(&params, &outcome)
            .map_err(|error| Failure::Limit(format!("a point has no rows: {error}")))?,
        false => String::new(),
    };
    Ok(Done { entry: Entry { csv, json }, gist: Gist::of(&outcome) })
}

impl Plan<'_> {
    /// The command that runs one point alone.
    fn command_of(&self, params: &[(String, String)]) -> String {
        let [before, after] = &self.command;
        let mut command = before.clone();
        for (name, value) in params {
            command.push_str(" --set ");
            command.push_str(&shell::quoted(&format!("{name}={value}")));
        }
        command + after
    }

    fn digest(&self) -> Digest {
        let baseline = &self.model.runtimes[self.model.run.baseline].name;
        Digest::new(&self.model.name, self.model.run.seed, baseline, &self.grid)
    }

    /// Of what the journal is: whatever the bytes of a point depend on.
    fn header(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let (model, data) =
            (format!("{:?}", self.model), format!("{:?}", self.document.data().hashes()));
        let all = [version, &self.sha256, &model, &data, &self.of_points.join("\0")];
        let of = sha256(all.join("\0").as_bytes());
        let points = self.grid.len();
        format!("{{\"iowait\":\"{version}\",\"points\":{points},\"of\":\"{of}\"}}")
    }

    /// Whether a folder has this very sweep, finished.
    fn is_complete(&self, folder: &Path) -> bool {
        let text = std::fs::read_to_string(folder.join(MANIFEST_FILE)).unwrap_or_default();
        let journal = folder.join(files::journal::JOURNAL_FILE);
        serde_json::from_str::<Manifest>(&text).is_ok_and(|manifest| {
            manifest.args == self.args
                && manifest.model_sha256 == self.sha256
                && manifest.data == self.document.data().hashes()
                && manifest.iowait == env!("CARGO_PKG_VERSION")
                && !manifest.interrupted
        }) && !journal.exists()
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::File(error) => error.into(),
            other => Self::Usage(other.to_string()),
        }
    }
}
