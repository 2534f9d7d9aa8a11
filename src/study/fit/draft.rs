//! A model while it is fitted: what is known so far, its text, and what the simulator makes of it.
//!
//! The text that is simulated is the text that is written at the end, digit for digit, so that what
//! is told of the fit is true of the file.

use std::fmt::Write as _;

use super::server::Server;
use super::waits::Waits;
use super::words::{quantity, span};
use crate::input::Document;
use crate::model::{Model, Overrides};
use crate::simulation::{Control, Setup, Stop};
use crate::study::capacity::Capacity;
use crate::study::{Failure, pilot, replicate, steady};

/// How the CPU of a request varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bursts {
    /// Every burst takes its mean.
    Constant,
    /// Bursts are exponential.
    Exponential,
}

/// The load of a measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pressure {
    /// Closed: clients with this think time in seconds.
    Clients(u64, f64),
    /// Open: requests a second, memoryless.
    Rate(f64),
}

/// A model in the making; times are seconds.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Cores of the host.
    pub cores: u32,
    /// What serves.
    pub server: Server,
    /// CPU of a request in all, the server's own overhead not in it.
    pub cpu_s: f64,
    /// How it varies.
    pub bursts: Bursts,
    /// One I/O wait.
    pub waits: Waits,
    /// I/O waits of a request.
    pub calls: u32,
    /// Slots of a pool that every wait needs.
    pub pool: Option<u32>,
    /// The load.
    pub pressure: Pressure,
    /// The seed of all simulations.
    pub seed: u64,
}

/// How long a simulation of a draft is.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Ends of requests in each replication.
    pub requests: u64,
    /// Replications.
    pub replications: u32,
}

impl Effort {
    /// Enough to steer by.
    pub const SHORT: Self = Self { requests: 20_000, replications: 2 };
    /// Enough to report.
    pub const LONG: Self = Self { requests: 50_000, replications: 4 };
}

/// What a simulation showed.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Completions a second.
    pub throughput_rps: f64,
    /// Mean response time in seconds.
    pub mean_s: f64,
    /// CPU of each request in seconds, overheads included.
    pub cpu_per_request_s: f64,
    /// Whether the load can be sustained.
    pub sustained: bool,
    /// Response times in nanoseconds with their counts, ascending.
    points: Vec<(f64, u64)>,
}

impl Seen {
    /// The response time in seconds that a share of requests does not exceed.
    #[must_use]
    pub fn quantile(&self, share: f64) -> f64 {
        let total: u64 = self.points.iter().map(|(_, count)| count).sum();
        let rank = (total as f64 * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        let mut last = 0.0;
        for (value, count) in &self.points {
            seen += count;
            last = *value;
            if seen >= rank {
                break;
            }
        }
        last / 1e9
    }
}

impl Draft {
    /// The same with these waits.
    #[must_use]
    pub fn with_waits(&self, waits: Waits) -> Self {
        Self { waits, ..self.clone() }
    }

    /// The same under this load, with this CPU of a request.
    #[must_use]
    pub fn under(&self, pressure: Pressure, cpu_s: f64) -> Self {
        Self { pressure, cpu_s, ..self.clone() }
    }

    /// `[params]`, a line each: name, value.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        let mut params = vec![("cpu", quoted(&span(self.cpu_s)))];
        if !self.waits.is_none() {
            params.push(("call", quoted(&self.waits.text())));
        }
        params
    }

    /// The steps of a request: a burst, then each wait with a burst after it.
    #[must_use]
    pub fn steps(&self) -> String {
        let bursts = if self.waits.is_none() { 1 } else { self.calls + 1 };
        let share = if bursts == 1 { "$cpu".to_owned() } else { format!("$cpu / {bursts}") };
        let burst = match self.bursts {
            Bursts::Constant => format!("{{ cpu = \"{share}\" }}"),
            Bursts::Exponential => format!("{{ cpu = \"exp({share})\" }}"),
        };
        let at = if self.pool.is_some() { ", at = [\"pool\"]" } else { "" };
        let wait = format!("{{ io = \"$call\"{at} }}");
        match bursts {
            1 => format!("[{burst}]"),
            2 => format!("[\n  {burst},\n  {wait},\n  {burst},\n]"),
            _ => format!(
                "[\n  {burst},\n  {{ repeat = {}, steps = [\n      {wait},\n      {burst},\n  ] }},\n]",
                self.calls
            ),
        }
    }

    /// `[resource.pool]`, where there is one.
    #[must_use]
    pub fn resource(&self) -> String {
        self.pool.map_or_else(String::new, |slots| format!("[resource.pool]\nslots = {slots}\n\n"))
    }

    /// The keys of `[load]`.
    #[must_use]
    pub fn load(&self) -> String {
        match self.pressure {
            Pressure::Rate(rate) => format!("kind = \"poisson\"\nrate = \"{}/s\"", quantity(rate)),
            Pressure::Clients(clients, think) => {
                let think = if think > 0.0 {
                    format!("\nthink   = {}", quoted(&span(think)))
                } else {
                    String::new()
                };
                format!("kind    = \"closed\"\nclients = {clients}{think}")
            }
        }
    }

    /// The whole, without a comment.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = "[params]\n".to_owned();
        for (name, value) in self.params() {
            let _ = writeln!(text, "{name} = {value}");
        }
        let _ = write!(
            text,
            "\n[host]\ncores = {}\n\n[load]\n{}\n\n{}[[request]]\nsteps = {}\n\n{}",
            self.cores,
            self.load(),
            self.resource(),
            self.steps(),
            self.server.text("today"),
        );
        text
    }

    /// Simulates it.
    ///
    /// # Errors
    ///
    /// As [`simulate`].
    pub fn simulate(&self, effort: Effort, control: &Control) -> Result<Seen, Failure> {
        simulate(&self.text(), self.seed, effort, control)
    }
}

/// Simulates the first runtime of a model's text.
///
/// # Errors
///
/// A limit was reached, or `control` was cancelled. A text that is no model is a limit too: its figures
/// are beyond what a model takes.
pub fn simulate(text: &str, seed: u64, effort: Effort, control: &Control) -> Result<Seen, Failure> {
    let document = Document::from_text("fit", text);
    let mut model = Model::read(&document, Overrides::NONE).map_err(|problems| {
        let first = problems.iter().next().map_or("", |problem| problem.message()).to_owned();
        Failure::Limit(format!("the figures make no model that can be simulated: {first}"))
    })?;
    model.run.requests = effort.requests;
    model.run.replications = effort.replications;
    model.run.seed = seed;
    let runtime = &model.runtimes[0];
    let setups = [Setup::new(&model, runtime)];
    let sustained = !steady::overloaded(&model, runtime, &Capacity::of(&model, runtime));
    let warmup = pilot::warmup(&model, &setups, &[sustained], control).warmup;
    let samples = replicate::replicate_all(&model, &setups, warmup, control).remove(0);
    for sample in &samples {
        if let Stop::Limit(words) = &sample.stop {
            return Err(Failure::Limit(words.clone()));
        }
    }
    if control.is_cancelled() || samples.is_empty() {
        return Err(Failure::Interrupted);
    }
    let mean = |figure: &dyn Fn(&crate::study::sample::Sample) -> Option<f64>| {
        samples.iter().filter_map(figure).sum::<f64>() / samples.len() as f64
    };
    let throughput_rps = mean(&|sample| sample.throughput);
    let mut points: Vec<(f64, u64)> =
        samples.iter().flat_map(|sample| sample.response.points.iter().copied()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(Seen {
        throughput_rps,
        mean_s: mean(&|sample| sample.response.figures[0]),
        cpu_per_request_s: mean(&|sample| Some(sample.cpu[0])) * f64::from(model.host.cores)
            / throughput_rps,
        sustained,
        points,
    })
}

/// A TOML string of any text.
#[must_use]
pub fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
