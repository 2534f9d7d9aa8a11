//! `iowait fit`: measurements to a model.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::exit::{Exit, Failure, wrapped};
use super::fit_flags::{KnownFlags, Page, half_digit};
use super::fit_input::Opened;
use super::flags::TerminalFlags;
use super::progress;
use super::session::Session;
use super::shell;
use super::values::{jobs, seed};
use crate::input::accesslog::{self, Tally, Unit};
use crate::input::loadtest::{self, Measurement};
use crate::input::problem::Problem;
use crate::input::spans::{self, Trace};
use crate::input::{Document, Problems};
use crate::model::{Model, Overrides};
use crate::report::files::write_whole;
use crate::report::fit as report;
use crate::simulation::Control;
use crate::study::fit::log::Log;
use crate::study::fit::{self, Known, Pressure, Server};

/// Measurements to a model: what a request takes, so that the simulated system shows what yours did
///
/// Reads load testers' results, access logs, traces, or what a monitoring page shows, and writes a commented model that runs: T_cpu by the
/// utilisation law, the I/O wait by simulating the system that was measured, widths where they show. It says how sure
/// each figure is, predicts what it kept out of the fit, and refuses what the data cannot tell.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait fit runs.csv -o shop.toml          a table of runs, a row a load
  iowait fit runs.csv --where server=sync   one server of several
  iowait fit summary.json --cpu-used 0.6 --cores 2 --preset gunicorn-sync:8
  iowait fit access.log --cpu-used 0.4 --cores 2 --preset gunicorn-sync:8
  iowait fit traces.json --cpu 6ms --cores 2 --preset gunicorn-sync:8
  iowait fit --p50 62ms --p90 140ms --p95 210ms --p99 410ms --rate 120/s \\
      --cpu-used 0.84 --preset gunicorn-sync:16 --cores 2 -o today.toml
  iowait run today.toml                     what would event loops gain?")]
pub struct Fit {
    /// Results of load tests, access logs or traces, - for standard input; recognised by their content
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// What the files are, where their content does not say it
    #[arg(long, value_name = "NAME", value_parser = formats())]
    input_format: Option<String>,
    /// What a whole number that is a time counts in an access log: s, ms or us [default: us]
    #[arg(long, value_name = "UNIT", value_parser = log_unit)]
    log_unit: Option<Unit>,
    /// Rows of a table whose column has this value; repeatable
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = pair)]
    filters: Vec<(String, String)>,
    /// Write the model here instead of to standard output, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the model even where it misses what it was fitted to, or contradicts it
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    page: Page,
    #[command(flatten)]
    known: KnownFlags,
    /// Seed of all simulations
    #[arg(long, value_name = "N", help_heading = "How it runs", value_parser = seed)]
    seed: Option<u64>,
    /// Cores that the simulations may use; all by default. The model is the same
    #[arg(long, value_name = "N", help_heading = "How it runs", value_parser = jobs)]
    jobs: Option<u16>,
    #[command(flatten)]
    terminal: TerminalFlags,
}

/// What the inputs are.
#[derive(Default)]
struct Found {
    measurements: Vec<Measurement>,
    traces: Vec<Trace>,
    told: Vec<String>,
}

/// What reads an input.
enum Reader {
    LoadTest(&'static loadtest::Format),
    Spans(&'static spans::Format),
    Log,
}

/// The model's text, and what is told beside it.
struct Written {
    text: String,
    told: Vec<String>,
}

impl Fit {
    /// Reads, fits, writes.
    ///
    /// # Errors
    ///
    /// Input that cannot be read or says too little, a limit, or output that cannot be written.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.terminal);
        let control = Arc::new(Control::default());
        session.starts(&control);
        let found = self.inputs(&control, session)?;
        let threads = crate::study::threads(self.jobs.map(usize::from))?;
        let command = shell::command_line(&self.args());
        let known = self.known();
        let written = progress::with_bar(session.shows_progress(), &control, || {
            threads.install(|| self.fitted(found, &known, &command, &control))
        });
        let Written { text, told } = written.map_err(|failure| match failure {
            fit::Failure::Refused(refusal) => Failure::Usage(refusal.to_string()),
            fit::Failure::Study(failure) => failure.into(),
        })?;
        // What is written must be a model; a mistake in it is this program's, and is told with its line.
        Model::read(&Document::from_text("fit", &text), Overrides::NONE)?;
        match &self.output {
            Some(path) => write_whole(path, |to| to.write_all(text.as_bytes()))?,
            None => session.print(text.as_bytes())?,
        }
        let tell = |session: &mut Session<'_>, words: &str| session.note(wrapped(words).trim_end());
        told.iter().for_each(|line| tell(session, line));
        if self.output.is_none() {
            tell(session, "-o FILE keeps the model; then iowait validate FILE, iowait run FILE");
        }
        if let Some(path) = &self.output {
            let word = shell::quoted(&path.to_string_lossy());
            tell(
                session,
                &format!("wrote {word}; next: iowait validate {word}, iowait run {word}"),
            );
        }
        Ok(Exit::Done)
    }

    /// The model of what was read.
    fn fitted(
        &self,
        found: Found,
        known: &Known,
        command: &str,
        control: &Control,
    ) -> Result<Written, fit::Failure> {
        let not_told = |lines: &[String]| -> Vec<String> {
            lines.iter().map(|line| format!("not in the data: {line}")).collect()
        };
        if !found.traces.is_empty() {
            let rate = self.page.rate.as_ref().map(|rate| Pressure::Rate(rate.value.0));
            let pressure =
                rate.or(self.page.clients.map(|clients| Pressure::Clients(clients, 0.0)));
            let traced = fit::traced::fit(&found.traces, known, pressure, control)?;
            if !self.force {
                fit::misfit::traced(&traced)?;
            }
            let told = [report::traces::summary(&traced), not_told(&traced.untold)].concat();
            return Ok(Written { text: report::traces::text(&traced, command), told });
        }
        let mut fitted = fit::fit(&found.measurements, known, control)?;
        if !self.force {
            fit::misfit::fitted(&fitted)?;
        }
        fitted.given.extend(found.told.iter().cloned());
        let told = [report::summary(&fitted), found.told, not_told(&fitted.untold)].concat();
        Ok(Written { text: report::text(&fitted, command), told })
    }

    /// All inputs, each by its own reader.
    fn inputs(&self, control: &Control, session: &mut Session<'_>) -> Result<Found, Failure> {
        let mut found = Found::default();
        let (mut log, mut tally, mut logs) = (Log::default(), Tally::default(), Vec::new());
        for path in &self.inputs {
            let mut opened = Opened::open(path, session)?;
            match self.reader_of(&opened)? {
                Reader::LoadTest(format) => {
                    let text = opened.text(loadtest::LONGEST)?;
                    found.measurements.extend(format.read(&opened.name, &text)?);
                }
                Reader::Spans(format) => {
                    let text = opened.text(spans::LONGEST)?;
                    found.traces.extend(format.read(&opened.name, &text)?);
                }
                Reader::Log => {
                    opened.scan(self.log_unit, (&mut log, &mut tally), control)?;
                    logs.push(opened.name.clone());
                }
            }
        }
        if !logs.is_empty() {
            let (one, told) = log
                .measurement(&logs.join(" and "), &tally)
                .map_err(|refusal| Failure::Usage(refusal.to_string()))?;
            found.measurements.push(one);
            found.told = told;
        }
        if !found.traces.is_empty() && !found.measurements.is_empty() {
            return Err(Failure::Usage(
                "traces and load tests make models of different kinds; fit one after the other"
                    .to_owned(),
            ));
        }
        let all = &mut found.measurements;
        loadtest::keep(all, &self.filters).map_err(Failure::Usage)?;
        if self.inputs.is_empty() {
            all.extend(self.page.measurement());
            checked(all)?;
        } else if let [one] = all.as_mut_slice() {
            found.told.extend(self.page.amend(one));
            checked(all)?;
        } else if self.page.is_given() && found.traces.is_empty() {
            return Err(Failure::Usage(
                "flags that describe one measurement stand beside several; put what they say into columns of a table"
                    .to_owned(),
            ));
        }
        Ok(found)
    }

    fn reader_of(&self, opened: &Opened<'_>) -> Result<Reader, Failure> {
        let head = String::from_utf8_lossy(&opened.head);
        let wanted = self.input_format.as_deref();
        let chosen = |name: &str, fits: fn(&str) -> bool| match wanted {
            Some(wanted) => wanted == name,
            None => fits(&head),
        };
        if let Some(format) = spans::FORMATS.iter().find(|format| chosen(format.name, format.fits))
        {
            return Ok(Reader::Spans(format));
        }
        let of_load_tests =
            |format: &&loadtest::Format| format.name != "csv" && chosen(format.name, format.fits);
        if let Some(format) = loadtest::FORMATS.iter().find(of_load_tests) {
            return Ok(Reader::LoadTest(format));
        }
        // A log before a table: a line of it may have commas.
        if chosen(LOG, accesslog::fits) {
            return Ok(Reader::Log);
        }
        let table = loadtest::FORMATS.iter().find(|format| chosen(format.name, format.fits));
        table.map(Reader::LoadTest).ok_or_else(|| unrecognised(opened))
    }

    fn known(&self) -> Known {
        let flags = &self.known;
        let used = flags.cpu_used.as_ref();
        let rates = [&self.page.rate, &self.page.throughput];
        let rates = rates.map(|rate| rate.as_ref().filter(|_| used.is_some()));
        let halves = [
            used.map(|used| half_digit(&used.text)),
            rates[0].map(|rate| half_digit(&rate.text)),
            rates[1].map(|rate| half_digit(&rate.text)),
            flags.cpu.as_ref().map(|cpu| half_digit(&cpu.text)),
        ];
        let squares: f64 = halves.into_iter().flatten().map(|half| half * half).sum();
        Known {
            cores: flags.cores,
            server: flags.preset.clone(),
            cpu_s: flags.cpu.as_ref().map(|cpu| cpu.value.seconds()),
            cpu_share: used.map(|used| used.value),
            rounding: (squares > 0.0).then(|| squares.sqrt()),
            calls: flags.calls,
            seed: self.seed.unwrap_or(42),
        }
    }

    /// The arguments that make the same model again.
    fn args(&self) -> Vec<String> {
        let mut args = vec!["fit".to_owned()];
        args.extend(self.inputs.iter().map(|path| path.to_string_lossy().into_owned()));
        let mut add = |flag: &str, value: Option<String>| {
            if let Some(value) = value {
                args.extend([flag.to_owned(), value]);
            }
        };
        add("--input-format", self.input_format.clone());
        let unit = |unit: Unit| Unit::WORDS.iter().find(|(_, known)| *known == unit);
        add("--log-unit", self.log_unit.and_then(unit).map(|(word, _)| (*word).to_owned()));
        self.filters
            .iter()
            .for_each(|(name, value)| add("--where", Some(format!("{name}={value}"))));
        for (flag, given) in self.page.times() {
            add(flag, given.as_ref().map(|given| given.text.clone()));
        }
        add("--rate", self.page.rate.as_ref().map(|given| given.text.clone()));
        add("--clients", self.page.clients.map(|clients| clients.to_string()));
        add("--throughput", self.page.throughput.as_ref().map(|given| given.text.clone()));
        add("--preset", self.known.preset.as_ref().map(Server::word));
        add("--cores", self.known.cores.map(|cores| cores.to_string()));
        add("--cpu-used", self.known.cpu_used.as_ref().map(|given| given.text.clone()));
        add("--cpu", self.known.cpu.as_ref().map(|given| given.text.clone()));
        add("--calls", self.known.calls.map(|calls| calls.to_string()));
        add("--seed", self.seed.map(|seed| seed.to_string()));
        if self.force {
            args.push("--force".to_owned());
        }
        args
    }
}

/// That flags and file together can be one run.
fn checked(all: &[Measurement]) -> Result<(), Failure> {
    let problem = |one: &Measurement| one.check().err().map(|problem| (one.place.clone(), problem));
    match all.iter().find_map(problem) {
        Some((place, problem)) => Err(Problems::of_source(&place, problem).into()),
        None => Ok(()),
    }
}

fn unrecognised(opened: &Opened<'_>) -> Failure {
    let names: Vec<&str> = format_rows().map(|(name, _)| name).collect();
    let head = String::from_utf8_lossy(&opened.head);
    let is_json = head.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    let problem = Problem::new("this is none of the formats that are known")
        .expected(names.join(", "))
        .advice(if is_json {
            "this is JSON that has none of their keys, or was cut off before them: check that the tool wrote it to its end (k6: \
             --summary-export FILE or handleSummary; oha: --output-format json; vegeta: report -type=json); --input-format \
             NAME says what it is"
        } else {
            "an access log needs the request's time in it (nginx $request_time, Apache %D, gunicorn %(D)s); a table a \
             header with clients or rate, throughput, latencies with their units; --input-format NAME says what it is"
        });
    Problems::of_source(&opened.name, problem).into()
}

/// What `--input-format` calls access logs.
const LOG: &str = "log";

fn format_rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    let load_tests = loadtest::FORMATS.iter().map(|format| (format.name, format.about));
    let traces = spans::FORMATS.iter().map(|format| (format.name, format.about));
    let log = (LOG, "access logs of nginx, Apache or gunicorn with times, as text or JSON lines");
    load_tests.chain([log]).chain(traces)
}

fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(
        format_rows().map(|(name, about)| PossibleValue::new(name).help(about)),
    )
}

fn log_unit(text: &str) -> Result<Unit, String> {
    let found = Unit::WORDS.iter().find(|(word, _)| *word == text);
    found.map(|(_, unit)| *unit).ok_or_else(|| "expected s, ms or us".to_owned())
}

/// Reads `COLUMN=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.trim().is_empty());
    pair.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .ok_or_else(|| "expected COLUMN=VALUE: server=sync-8".to_owned())
}
