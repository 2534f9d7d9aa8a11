//! A cell as a model, and what its simulation says.

use std::fmt::Write;

use iowait::input::Document;
use iowait::model::{Model, Overrides};
use iowait::simulation::{Control, Replication, Setup, Window, replicate};
use iowait::units::Span;

use crate::cells::{Cell, Figures, Offered};

/// Replications of a cell's window, each with draws of its own.
const REPLICATIONS: u32 = 5;

/// What goes into a prediction beside the cell's own load.
#[derive(Clone, Debug)]
pub struct Given {
    /// CPU of a request in milliseconds, the handler's and the server's.
    pub cpu: f64,
    /// Lines for `[host]`.
    pub host: &'static str,
    /// Lines for `[[runtime]]`.
    pub runtime: &'static str,
    /// The part of `cpu` that a main thread has.
    pub dispatch: f64,
    /// The coefficient of variation of a burst: other tenants of the machine, caches, interrupts.
    pub noise: f64,
    /// The way from the client and back, in milliseconds, on other cores.
    pub network: f64,
}

/// Equally likely sizes of a request whose CPU is drawn as a whole and then split over its bursts.
const SIZES: u32 = 40;

/// The model file of a cell.
#[must_use]
pub fn model_text(cell: &Cell, given: &Given) -> String {
    let mut text = String::new();
    let kind = match cell.model.as_str() {
        "sync" => format!("kind = \"sync-worker\"\nworkers = {}", cell.width),
        "gthread" => format!("kind = \"thread-pool\"\ngil = true\nthreads = {}", cell.width),
        _ => "kind = \"event-loop\"".to_owned(),
    };
    let load = match cell.offered {
        Offered::Clients(clients) => {
            format!("kind = \"closed\"\nclients = {clients}\nthink = \"{} ms\"", given.network)
        }
        Offered::Rate { per_s, .. } => format!("kind = \"poisson\"\nrate = \"{per_s}/s\""),
    };
    let _ = write!(
        text,
        "[host]\n{}\n\n[load]\n{load}\n\n[[runtime]]\nname = \"it\"\n{kind}\n{}\n",
        given.host, given.runtime
    );
    for (spin, place) in sizes(cell).into_iter().zip(1..) {
        let burst = (given.cpu - given.dispatch - cell.cpu_nominal + spin) / f64::from(cell.calls + 1);
        let wait = cell.io / f64::from(cell.calls.max(1));
        let wait = match cell.dist_io {
            'e' => format!("exp({wait} ms)"),
            'l' => format!("lognormal(mean = {wait} ms, cv = 1)"),
            _ => format!("{wait} ms"),
        };
        let cpu = if given.noise > 0.0 {
            format!("{{ cpu = \"gamma(mean = {burst} ms, cv = {})\" }}", given.noise)
        } else {
            format!("{{ cpu = \"{burst} ms\" }}")
        };
        let timer = if cell.table == "delay" { "" } else { ", timer = true" };
        let io = format!("{{ io = \"{wait}\"{timer} }}, {cpu}, ").repeat(cell.calls as usize);
        let _ = write!(text, "\n[[request]]\nname = \"r{place}\"\nsteps = [{cpu}, {io}]\n");
    }
    text
}

/// The handler's CPU of the classes of a cell, equally likely, in milliseconds.
fn sizes(cell: &Cell) -> Vec<f64> {
    if cell.dist_cpu == 'c' {
        return vec![cell.cpu_nominal];
    }
    // The mean of an exponential between two of its quantiles.
    let beyond = |share: f64| if share >= 1.0 { 0.0 } else { (1.0 - share) * (1.0 - (1.0 - share).ln()) };
    let edge = |place: u32| f64::from(place) / f64::from(SIZES);
    (0..SIZES)
        .map(|place| beyond(edge(place)) - beyond(edge(place + 1)))
        .map(|part| part * f64::from(SIZES) * cell.cpu_nominal)
        .collect()
}

/// Simulates a cell over windows as long as the measured ones.
///
/// # Errors
///
/// When the model is refused, with its problems as text.
pub fn predict(cell: &Cell, given: &Given) -> Result<Figures, String> {
    let text = model_text(cell, given);
    let document = Document::from_text("cell.toml", &text);
    let model = Model::read(&document, &Overrides::default())
        .map_err(|problems| format!("{problems:?}\n{text}"))?;
    let setup = Setup::new(&model, &model.runtimes[0]);
    let cycle = given.cpu + cell.io;
    let clients = f64::from(cell.clients());
    let around = cycle.max(clients * given.cpu).max(clients * cycle / cell.places());
    let window = Window {
        warmup: Span::from_nanos_f64((2.0 * around).max(300.0) * 1e6),
        requests: 0,
        duration: Some(Span::from_nanos_f64(cell.window_s * 1e9)),
    };
    let found: Vec<Figures> = (0..REPLICATIONS)
        .map(|number| figures(cell, given, &replicate(&setup, number, window, &Control::default())))
        .collect();
    Ok(mean(&found))
}

fn figures(cell: &Cell, given: &Given, found: &Replication) -> Figures {
    let total = found.response.count();
    let at = |share: f64| {
        let wanted = (share * total as f64).ceil() as u64;
        let mut below = 0;
        let mut points = found.response.points();
        let point = points.find(|&(_, count)| {
            below += count;
            below >= wanted
        });
        point.map_or(0.0, |(nanos, _)| nanos / 1e6) + given.network
    };
    let mean = found.response.mean().unwrap_or_default() / 1e6 + given.network;
    let throughput = if cell.is_short() {
        f64::from(cell.clients()) * 1e3 / mean
    } else {
        found.counts.completed as f64 / found.window.seconds()
    };
    Figures { throughput, mean, p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

fn mean(all: &[Figures]) -> Figures {
    let of = |figure: fn(&Figures) -> f64| all.iter().map(figure).sum::<f64>() / all.len() as f64;
    Figures {
        throughput: of(|each| each.throughput),
        mean: of(|each| each.mean),
        p50: of(|each| each.p50),
        p95: of(|each| each.p95),
        p99: of(|each| each.p99),
    }
}
