//! Measurements made comparable: one load each, with what was seen under it.

use std::collections::BTreeSet;

use super::draft::Pressure;
use super::server::{self, Server};
use super::words::{percent, quantity, span};
use super::{Known, Refusal};
use crate::input::dist::Percentile;
use crate::input::loadtest::{Cpu, Measurement};

/// One load, and what was seen under it; times are seconds.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Where it stands in the input.
    pub place: String,
    /// The load.
    pub pressure: Pressure,
    /// Completions a second.
    pub throughput_rps: f64,
    /// Mean response time.
    pub mean_s: Option<f64>,
    /// Percentiles of the response time.
    pub percentiles: Vec<Percentile>,
    /// CPU of each request.
    pub cpu_s: Option<f64>,
    /// What of it the preset charges at this load, by simulation.
    pub overhead_s: f64,
    /// Requests that were measured.
    pub requests: Option<f64>,
    /// Whether it is kept out of the fit, to be predicted.
    pub held: bool,
}

impl Cell {
    /// The share of all cores that it kept busy, where its CPU is known.
    #[must_use]
    pub fn busy(&self, cores: u32) -> Option<f64> {
        self.cpu_s.map(|cpu| cpu * self.throughput_rps / f64::from(cores))
    }

    /// CPU of each request without what the preset charges.
    #[must_use]
    pub fn own_cpu_s(&self) -> Option<f64> {
        self.cpu_s.map(|cpu| (cpu - self.overhead_s).max(1e-9))
    }

    /// The mean time of a client's round, think time aside: for an open load the mean response.
    #[must_use]
    pub fn round_s(&self) -> Option<f64> {
        match self.pressure {
            Pressure::Clients(clients, think) => Some(clients as f64 / self.throughput_rps - think),
            Pressure::Rate(_) => self.mean_s,
        }
    }

    /// Whether it shows how waits vary: two figures of the response time, the mean one of them.
    #[must_use]
    pub fn shows_shape(&self) -> bool {
        self.percentiles.len() + usize::from(self.round_s().is_some()) >= 2
    }

    /// The load in words: `8 clients`, `120/s`.
    #[must_use]
    pub fn load(&self) -> String {
        match self.pressure {
            Pressure::Clients(1, _) => "1 client".to_owned(),
            Pressure::Clients(clients, _) => format!("{clients} clients"),
            Pressure::Rate(rate) => format!("{}/s", quantity(rate)),
        }
    }
}

/// All that the fit starts from.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// In the order of their load.
    pub cells: Vec<Cell>,
    /// What served.
    pub server: Server,
    /// Cores of its host.
    pub cores: u32,
    /// I/O waits of a request.
    pub calls: u32,
    /// What was measured.
    pub given: Vec<String>,
    /// What is assumed or left out.
    pub untold: Vec<String>,
}

/// A run of which more than this share failed says nothing of a request's time.
const FAILED_MOST: f64 = 0.05;
/// Clients and Little's law may differ by this share before a think time is inferred.
const LITTLE: f64 = 0.05;

/// Makes cells of measurements.
///
/// # Errors
///
/// They belong to several servers or workloads, lack what every model needs, or contradict
/// themselves.
pub fn prepare(measurements: &[Measurement], known: &Known) -> Result<Prepared, Refusal> {
    one_workload(measurements)?;
    let server = match &known.server {
        Some(server) => server.clone(),
        None => one_server(measurements)?,
    };
    let widths: BTreeSet<u32> = measurements.iter().filter_map(|one| one.width).collect();
    let server = Server { width: server.width.or(widths.first().copied()), ..server };
    let cores: BTreeSet<u32> = measurements.iter().filter_map(|one| one.cores).collect();
    let cores = known.cores.or(cores.first().copied()).ok_or_else(|| {
        Refusal::new("how many cores the server had is not known, so neither is how busy they were")
            .advice(
                "say it: --cores 2 (those that it may use: its cgroup's quota or its CPU affinity)",
            )
    })?;
    if (known.cpu_share.is_some() || known.cpu_s.is_some()) && measurements.len() > 1 {
        return Err(Refusal::new(
            "--cpu-used and --cpu belong to one measurement, and there are several",
        )
        .advice(
            "put the CPU of each into a table: a column cpu_used, cpu_seconds or cpu_per_req_ms",
        ));
    }
    let mut untold = Vec::new();
    let mut cells = Vec::new();
    for one in measurements {
        if let Some(cell) = cell(one, known, cores, &mut untold)? {
            cells.push(cell);
        }
    }
    if cells.is_empty() {
        return Err(Refusal::new("no measurement is left that says something of the server")
            .advice(untold.join("; ")));
    }
    let weight = |cell: &Cell| match cell.pressure {
        Pressure::Clients(clients, _) => (0, clients as f64),
        Pressure::Rate(rate) => (1, rate),
    };
    cells.sort_by(|a, b| {
        let (a, b) = (weight(a), weight(b));
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    let calls: BTreeSet<u32> = measurements.iter().filter_map(|one| one.calls).collect();
    let calls = known.calls.or(calls.first().copied());
    if calls.is_none() {
        untold.push(
            "how many waits a request has: one is assumed, with half of the CPU before it and half behind; --calls N \
             says it. Workers and threads do not care; loops are a little better off with more and shorter bursts"
                .to_owned(),
        );
    }
    if server.has_grain() {
        untold.push(
            "whether a wait is an answer or a timer of the loop's own, which ends late by up to its grain (asyncio.sleep): T_io is \
             what waits lasted, not what was asked for"
                .to_owned(),
        );
    }
    let given = vec![format!(
        "{} of {} on {cores} core{}",
        if cells.len() == 1 {
            "one measurement".to_owned()
        } else {
            format!("{} measurements", cells.len())
        },
        server.described(),
        if cores == 1 { "" } else { "s" }
    )];
    Ok(Prepared { cells, server, cores, calls: calls.unwrap_or(1).max(1), given, untold })
}

/// All of one workload: no label differs.
fn one_workload(measurements: &[Measurement]) -> Result<(), Refusal> {
    let Some(first) = measurements.first() else {
        return Err(Refusal::new("there is nothing to fit")
            .advice("give a load tester's output, a log or traces, or what a monitoring page shows: iowait fit --help"));
    };
    for (name, _) in &first.labels {
        let cells: BTreeSet<&str> = measurements
            .iter()
            .flat_map(|one| one.labels.iter().filter(|(other, _)| other == name))
            .map(|(_, cell)| cell.as_str())
            .collect();
        differ(name, &cells)?;
    }
    Ok(())
}

fn differ(name: &str, cells: &BTreeSet<&str>) -> Result<(), Refusal> {
    let Some(first) = cells.first().filter(|_| cells.len() > 1) else { return Ok(()) };
    let shown: Vec<&str> = cells.iter().copied().take(12).collect();
    Err(Refusal::new(format!(
        "the rows differ in {name} ({}): they are not one workload under one server",
        shown.join(", ")
    ))
    .advice(format!("choose one: --where {name}={first}")))
}

/// The one server that all rows name.
fn one_server(measurements: &[Measurement]) -> Result<Server, Refusal> {
    let words: BTreeSet<String> = measurements.iter().map(|one| one.server.join(" / ")).collect();
    if words.len() > 1 {
        let of_server = |one: &Measurement| {
            let column = one.row.iter().find(|(_, cell)| one.server.first() == Some(cell));
            column.map(|(name, cell)| format!("{name}={cell}"))
        };
        let choice = measurements.first().and_then(of_server).unwrap_or_default();
        let shown: Vec<String> = words.into_iter().take(12).collect();
        return Err(Refusal::new(format!(
            "the rows are of several servers ({})",
            shown.join(", ")
        ))
        .advice(format!("fit one after the other: --where {choice}")));
    }
    let words = measurements.first().map(|one| one.server.clone()).unwrap_or_default();
    server::of_words(&words)
}

/// One measurement as a cell; none where it says nothing, which is noted.
fn cell(
    one: &Measurement,
    known: &Known,
    cores: u32,
    untold: &mut Vec<String>,
) -> Result<Option<Cell>, Refusal> {
    let place = &one.place;
    let refuse = |why: String| Refusal::new(format!("{place}: {why}"));
    if one.failed.is_some_and(|failed| failed > FAILED_MOST) {
        untold.push(format!(
            "{place} is left out: {} of its requests failed, and a failure's time is no response time",
            percent(one.failed.unwrap_or(1.0))
        ));
        return Ok(None);
    }
    let throughput =
        one.throughput_rps.or(one.offered_rps).filter(|rate| *rate > 0.0).ok_or_else(|| {
            refuse("there is no throughput".to_owned())
                .advice("requests done in a second: a column throughput_rps, or --rate 120/s")
        })?;
    let overloaded = one.offered_rps.filter(|offered| throughput < 0.95 * offered);
    if let (Some(offered), None) = (overloaded, one.clients) {
        untold.push(format!(
            "{place} is left out: {}/s were offered and {}/s done, so its times are those of a queue that grew as long \
             as it was watched",
            quantity(offered),
            quantity(throughput)
        ));
        return Ok(None);
    }
    let share = |share: f64| share * f64::from(cores) / throughput;
    let of_flags = known.cpu_s.or(known.cpu_share.map(share));
    let cpu_s = of_flags.or(one.cpu.map(|cpu| match cpu {
        Cpu::PerRequest(seconds) => seconds,
        Cpu::Cores(busy) => busy / throughput,
        Cpu::Share(busy) => share(busy),
    }));
    let mean = one.mean_s.filter(|mean| *mean > 0.0);
    let pressure = pressure(one, throughput, untold)?;
    let cell = Cell {
        place: place.clone(),
        pressure,
        throughput_rps: throughput,
        mean_s: mean,
        percentiles: one.percentiles.clone(),
        cpu_s: cpu_s.filter(|cpu| *cpu > 0.0),
        overhead_s: 0.0,
        requests: one.requests,
        held: false,
    };
    if let Some(busy) = cell.busy(cores).filter(|busy| *busy > 1.03) {
        return Err(refuse(format!(
            "{} of CPU for each request at {}/s keep {} cores busy, and there are {cores}",
            span(cell.cpu_s.unwrap_or_default()),
            quantity(throughput),
            quantity(busy * f64::from(cores))
        ))
        .advice("check --cores, and whether the CPU is a share of all cores or of one"));
    }
    let slowest = cell
        .percentiles
        .last()
        .map(|point| point.value)
        .into_iter()
        .chain(mean)
        .fold(0.0, f64::max);
    if let Some(cpu) = cell.cpu_s.filter(|cpu| slowest > 0.0 && *cpu > slowest) {
        return Err(refuse(format!(
            "a request takes {} of CPU but {} at most in all: the CPU that was counted is not that of these requests \
             alone",
            span(cpu),
            span(slowest)
        ))
        .advice("count the CPU of the server's own processes (ps -o cputimes= -p PID, a container's cpu.stat)"));
    }
    if cell.percentiles.is_empty()
        && cell.mean_s.is_none()
        && matches!(cell.pressure, Pressure::Rate(_))
    {
        return Err(refuse("there is no response time".to_owned()).advice(
            "percentiles (p50 and p99 at least) or the mean: columns p50_ms, p99_ms, mean_ms",
        ));
    }
    Ok(Some(cell))
}

/// Closed or open; a closed load's think time is what Little's law leaves of it.
fn pressure(
    one: &Measurement,
    throughput: f64,
    untold: &mut Vec<String>,
) -> Result<Pressure, Refusal> {
    if let Some(offered) = one.offered_rps.filter(|rate| *rate > 0.0) {
        return Ok(Pressure::Rate(offered));
    }
    let Some(clients) = one.clients else {
        let Some(mean) = one.mean_s else {
            return Err(Refusal::new(format!(
                "{}: how many clients there were is not known",
                one.place
            ))
            .advice("say it: --clients 64 for a closed load, --rate 120/s for an open one"));
        };
        let clients = (throughput * mean).round().max(1.0);
        untold.push(format!(
            "{} does not say how many clients there were: {clients} by Little's law, throughput times mean; \
             --clients N says it",
            one.place
        ));
        return Ok(Pressure::Clients(clients as u64, 0.0));
    };
    let Some(mean) = one.mean_s else { return Ok(Pressure::Clients(clients, 0.0)) };
    let round = clients as f64 / throughput;
    // Who is under way as the window opens and closes moves its count by as many as there are clients.
    let ends = one.requests.map_or(0.0, |requests| clients as f64 / requests.max(1.0));
    if mean > round * (1.0 + 2.0 * LITTLE + ends) {
        return Err(Refusal::new(format!(
            "{}: {} requests a second that take {} each are {} under way at once, but there were {clients} clients",
            one.place,
            quantity(throughput),
            span(mean),
            quantity(throughput * mean)
        ))
        .advice("take throughput, latency and clients from the same window of one run; for an open load say --rate"));
    }
    let think = round - mean;
    if think <= LITTLE * round {
        return Ok(Pressure::Clients(clients, 0.0));
    }
    untold.push(format!(
        "{}: clients pause {} between requests by Little's law; if that was the load generator at its limit, measure \
         again with a faster one",
        one.place,
        span(think)
    ));
    Ok(Pressure::Clients(clients, think))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known { cores: Some(2), server: Server::find("gunicorn-sync:16"), ..Known::default() }
    }

    fn closed(clients: u64, rate: f64, mean: f64) -> Measurement {
        Measurement {
            place: "x".to_owned(),
            clients: Some(clients),
            throughput_rps: Some(rate),
            mean_s: Some(mean),
            cpu: Some(Cpu::PerRequest(0.001)),
            ..Measurement::default()
        }
    }

    #[test]
    fn the_share_of_all_cores_becomes_cpu_of_a_request_by_the_utilisation_law() {
        let one = Measurement {
            offered_rps: Some(120.0),
            mean_s: Some(0.08),
            cpu: Some(Cpu::Share(0.84)),
            ..Measurement::default()
        };
        let prepared = prepare(&[one], &known()).expect("a cell");
        // 0.84 · 2 / 120
        assert!((prepared.cells[0].cpu_s.unwrap() - 0.014).abs() < 1e-12);
    }

    #[test]
    fn littles_law_finds_a_think_time_and_a_contradiction() {
        let prepared = prepare(&[closed(10, 50.0, 0.1)], &known()).expect("a cell");
        let Pressure::Clients(10, think) = prepared.cells[0].pressure else { panic!() };
        assert!((think - 0.1).abs() < 1e-12);
        let error = prepare(&[closed(4, 50.0, 0.1)], &known()).unwrap_err();
        assert!(error.why.contains("5 under way at once, but there were 4 clients"), "{error}");
    }

    #[test]
    fn rows_of_several_workloads_are_refused_with_what_to_choose() {
        let of = |beta: &str| Measurement {
            labels: vec![("beta".to_owned(), beta.to_owned())],
            ..closed(1, 50.0, 0.02)
        };
        let error = prepare(&[of("5"), of("20")], &known()).unwrap_err();
        assert_eq!(error.advice.as_deref(), Some("choose one: --where beta=20"));
    }

    #[test]
    fn more_cores_busy_than_there_are_is_refused() {
        let one = Measurement { cpu: Some(Cpu::Cores(3.0)), ..closed(10, 50.0, 0.2) };
        let error = prepare(&[one], &known()).unwrap_err();
        assert!(error.why.contains("keep 3 cores busy, and there are 2"), "{error}");
    }
}
