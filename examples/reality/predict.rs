//! A cell as a model file, and what its simulation says.

use std::fmt::Write;

use iowait::input::Document;
use iowait::model::{Model, Overrides};
use iowait::simulation::{Control, Replication, Setup, Window, replicate};
use iowait::units::Span;

use crate::cells::{Cell, Figures, Offered};

/// The measured machine: Linux 6.18 with two processors and 250 ticks a second (`constants.csv`,
/// `os_quantum`), whose base slice is 0.7 ms x (1 + log2 2).
pub const HOST: &str = "cores = 1\nscheduling = \"eevdf\"\ntimeslice = \"1.4 ms\"\ntick = \"4 ms\"";

/// Between the last byte of a request and the first of its answer, beyond the server's own time, in
/// milliseconds: mean response less CPU of one client without waits, on a loop 0.03, on threads 0.01.
pub const NETWORK_MS: f64 = 0.02;
/// The same as a client's think time.
pub const NETWORK: &str = "0.02 ms";

/// The coefficient of variation of a burst: one client without waits has a p95 4 % above its p50 on a
/// loop, 5 to 8 % on threads.
pub const BURST_CV: f64 = 0.03;

/// How long a closed load ran before its window, in its own cycles and at least, in milliseconds. The measurements do
/// not say; windows of 2 s have 19 answers of each client that waits 100 ms, not 20 as at other warm-ups, and with 64 clients the
/// wave of their first requests is still in the p99.
const WARMUP: (f64, f64) = (1.5, 150.0);

/// Equally likely sizes of a request whose CPU is drawn as a whole and then split over its bursts.
const SIZES: u32 = 40;

/// Replications of a window, each with draws of its own.
const REPLICATIONS: u64 = 6;

/// What goes into a prediction beside the cell's own load.
#[derive(Clone, Debug)]
pub struct Given {
    /// CPU of a request's own bursts, in milliseconds.
    pub cpu: f64,
    /// The machine: lines of `[host]`.
    pub machine: &'static str,
    /// Between an answer and a client's next request.
    pub think: &'static str,
    /// Further lines for `[host]`.
    pub host: &'static str,
    /// The coefficient of variation of a burst.
    pub burst_cv: f64,
    /// What a request needs beyond its nominal CPU grows with it, rather than being the server's and the same for all.
    pub grows: bool,
    /// Waits for a server come behind requests in a poll, as timers do.
    pub waits_last: bool,
    /// Lines for `[[runtime]]`.
    pub runtime: String,
    /// For an open load, in requests a second.
    pub rate: f64,
}

impl Given {
    /// The same with this many times the CPU.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self { cpu: self.cpu * factor, ..self }
    }
}

/// The model file of a cell.
#[must_use]
pub fn model_text(cell: &Cell, given: &Given) -> String {
    let load = match cell.offered {
        Offered::Clients(clients) => {
            format!("kind = \"closed\"\nclients = {clients}\nthink = \"{}\"", given.think)
        }
        Offered::Rate { .. } => format!("kind = \"poisson\"\nrate = \"{}/s\"", given.rate),
    };
    let mut text = format!(
        "[host]\n{}\n{}\n\n[load]\n{load}\n\n[[runtime]]\nname = \"it\"\n{}\n",
        given.machine, given.host, given.runtime
    );
    for (size, place) in sizes(cell).into_iter().zip(1..) {
        let spin = (size - 1.0) * if given.grows { given.cpu } else { cell.cpu_nominal };
        let burst = (given.cpu + spin) / f64::from(cell.calls + 1);
        let wait = cell.io / f64::from(cell.calls.max(1));
        let wait = match cell.dist_io {
            'e' => format!("exp({wait} ms)"),
            'l' => format!("lognormal(mean = {wait} ms, cv = 1)"),
            _ => format!("{wait} ms"),
        };
        let timer = cell.table != "delay" || given.waits_last;
        let timer = if timer { ", timer = true" } else { "" };
        let cpu = format!("{{ cpu = \"gamma(mean = {burst} ms, cv = {})\" }}", given.burst_cv);
        let io = format!("{{ io = \"{wait}\"{timer} }}, {cpu}, ").repeat(cell.calls as usize);
        let _ = write!(text, "\n[[request]]\nname = \"r{place}\"\nsteps = [{cpu}, {io}]\n");
    }
    text
}

/// The handler's CPU in the classes of a cell, equally likely, over its mean.
fn sizes(cell: &Cell) -> Vec<f64> {
    if cell.dist_cpu == 'c' {
        return vec![1.0];
    }
    // The mean of an exponential between two of its quantiles.
    let beyond = |place: u32| {
        let left = 1.0 - f64::from(place) / f64::from(SIZES);
        if left <= 0.0 { 0.0 } else { left * (1.0 - libm::log(left)) }
    };
    (0..SIZES).map(|place| (beyond(place) - beyond(place + 1)) * f64::from(SIZES)).collect()
}

/// Simulates a cell over windows as long as the measured ones.
///
/// # Errors
///
/// When the model is refused, with its problems as text.
pub fn predict(cell: &Cell, given: &Given) -> Result<Figures, String> {
    Ok(mean(&windows(cell, given, REPLICATIONS)?))
}

/// So many single windows, each with draws of its own.
///
/// # Errors
///
/// When the model is refused, with its problems as text.
pub fn windows(cell: &Cell, given: &Given, count: u64) -> Result<Vec<Figures>, String> {
    let text = model_text(cell, given);
    let document = Document::from_text("cell.toml", &text);
    let model = Model::read(&document, &Overrides::default())
        .map_err(|problems| format!("{problems:?}\n{text}"))?;
    let setup = Setup::new(&model, &model.runtimes[0]);
    let cycle = given.cpu + cell.io;
    let clients = f64::from(cell.clients());
    let around = cycle.max(clients * given.cpu).max(clients * cycle / cell.places());
    let window = Window {
        warmup: Span::from_nanos_f64((WARMUP.0 * around).max(WARMUP.1) * 1e6),
        requests: 0,
        duration: Some(Span::from_nanos_f64(cell.window_s * 1e9)),
    };
    let run = |number| figures(cell, &replicate(&setup, number, window, &Control::default()));
    Ok((0..count).map(|number| run(number as u32)).collect())
}

fn figures(cell: &Cell, found: &Replication) -> Figures {
    let total = found.response.count();
    // All samples count, few as they are: the measured percentiles were taken so too.
    let at = |share: f64| {
        let wanted = (share * total as f64).ceil() as u64;
        let mut below = 0;
        let point = found.response.points().find(|&(_, count)| {
            below += count;
            below >= wanted
        });
        point.map_or(0.0, |(nanos, _)| nanos / 1e6) + NETWORK_MS
    };
    let mean = found.response.mean().unwrap_or_default() / 1e6 + NETWORK_MS;
    let throughput = if cell.is_short() {
        f64::from(cell.clients()) * 1e3 / mean
    } else {
        found.counts.completed as f64 / found.window.seconds()
    };
    Figures { throughput, mean, p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

/// The mean of each figure.
#[must_use]
pub fn mean(all: &[Figures]) -> Figures {
    let of = |figure: fn(&Figures) -> f64| all.iter().map(figure).sum::<f64>() / all.len() as f64;
    Figures {
        throughput: of(|each| each.throughput),
        mean: of(|each| each.mean),
        p50: of(|each| each.p50),
        p95: of(|each| each.p95),
        p99: of(|each| each.p99),
    }
}
