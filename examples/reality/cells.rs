//! The measured cells: one row of a table, with what went in and what came out.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What the load of a cell was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Offered {
    /// So many clients without think time.
    Clients(u32),
    /// Poisson arrivals at this rate in requests a second, and the share of the capacity that it is.
    Rate { per_s: f64, share: f64 },
}

/// One measured cell. Times in milliseconds.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Which table it stands in.
    pub table: &'static str,
    /// The server, `gthread-32`.
    pub runtime: String,
    /// Its sort: `sync`, `gthread`, `asyncio`, `uvloop`.
    pub model: String,
    /// Processes or threads; 1 for a loop.
    pub width: u32,
    /// The load.
    pub offered: Offered,
    /// CPU of the handler as asked for.
    pub cpu_nominal: f64,
    /// All waits of a request.
    pub io: f64,
    /// How many waits that is.
    pub calls: u32,
    /// How waits are drawn: `c`onstant, `e`xponential, `l`ognormal with cv 1.
    pub dist_io: char,
    /// How the CPU of a whole request is drawn.
    pub dist_cpu: char,
    /// Seconds of a measuring window.
    pub window_s: f64,
    /// CPU seconds of the server over requests, in milliseconds.
    pub cpu: f64,
    /// What came out.
    pub figures: Figures,
    /// `(max - min) / median` over the repeats of throughput, mean and p99.
    pub spread: [f64; 3],
    /// The same of CPU for each request.
    pub cpu_spread: f64,
    /// CPU of the server over its window.
    pub busy: f64,
    /// The repeats of an open load: rate as it was in requests a second, CPU in milliseconds.
    pub repeats: Vec<(f64, f64)>,
}

/// What a load tester reports.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Requests a second.
    pub throughput: f64,
    /// Milliseconds.
    pub mean: f64,
    /// Milliseconds.
    pub p50: f64,
    /// Milliseconds.
    pub p95: f64,
    /// Milliseconds.
    pub p99: f64,
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    backend: String,
    runtime: String,
    model: String,
    width: Option<u32>,
    clients: Option<u32>,
    load_fraction: Option<f64>,
    offered_rps: Option<f64>,
    t_cpu_nominal_ms: f64,
    t_io_total_ms: f64,
    n_io_calls: u32,
    dist_io: char,
    dist_cpu: char,
    window_s: f64,
    cpu_per_req_ms: f64,
    thr_count: f64,
    thr_cycle: Option<f64>,
    mean_ms: f64,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    thr_count_spread: f64,
    mean_ms_spread: f64,
    p99_ms_spread: f64,
    cpu_per_req_ms_spread: f64,
    srv_util: f64,
}

#[derive(Deserialize)]
struct Repeat {
    runtime: String,
    load_fraction: f64,
    beta_nominal: f64,
    dist_io: char,
    dist_cpu: char,
    offered_rps: f64,
    cpu_per_req_ms: f64,
}

/// The folder of the measurements.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/measured")
}

/// All cells: closed and open loads with timers for I/O, then the delay server.
///
/// The database of `db.csv` is left out: what it takes beside its `pg_sleep` was not measured apart,
/// so that its waits are not known.
///
/// # Errors
///
/// When a table is missing or a row is not as `README.md` beside it says.
pub fn read(folder: &Path) -> Result<Vec<Cell>, csv::Error> {
    let mut cells = Vec::new();
    for (table, file) in [("closed", "closed.csv"), ("open", "open.csv"), ("delay", "db.csv")] {
        let mut rows = csv::Reader::from_path(folder.join(file))?;
        for row in rows.deserialize() {
            let row: Row = row?;
            if row.backend != "postgres" {
                cells.push(Cell::of(table, row));
            }
        }
    }
    let repeats: Vec<Repeat> = csv::Reader::from_path(folder.join("open_repeats.csv"))?
        .deserialize()
        .collect::<Result<_, _>>()?;
    for cell in &mut cells {
        let Offered::Rate { share, .. } = cell.offered else { continue };
        let same = |repeat: &&Repeat| {
            repeat.runtime == cell.runtime
                && (repeat.load_fraction - share).abs() < 1e-9
                && (repeat.beta_nominal * cell.cpu_nominal - cell.io).abs() < 1e-9
                && (repeat.dist_io, repeat.dist_cpu) == (cell.dist_io, cell.dist_cpu)
        };
        let found = repeats.iter().filter(same);
        cell.repeats = found.map(|repeat| (repeat.offered_rps, repeat.cpu_per_req_ms)).collect();
    }
    Ok(cells)
}

impl Cell {
    fn of(table: &'static str, row: Row) -> Self {
        let offered = match (row.clients, row.offered_rps) {
            (Some(clients), _) => Offered::Clients(clients),
            (None, rate) => Offered::Rate {
                per_s: rate.unwrap_or_default(),
                share: row.load_fraction.unwrap_or_default(),
            },
        };
        let mut cell = Self {
            table,
            runtime: row.runtime,
            model: row.model,
            width: row.width.unwrap_or(1),
            offered,
            cpu_nominal: row.t_cpu_nominal_ms,
            io: row.t_io_total_ms,
            calls: row.n_io_calls,
            dist_io: row.dist_io,
            dist_cpu: row.dist_cpu,
            window_s: row.window_s,
            cpu: row.cpu_per_req_ms,
            figures: Figures {
                throughput: row.thr_count,
                mean: row.mean_ms,
                p50: row.p50_ms,
                p95: row.p95_ms,
                p99: row.p99_ms,
            },
            spread: [row.thr_count_spread, row.mean_ms_spread, row.p99_ms_spread],
            cpu_spread: row.cpu_per_req_ms_spread,
            busy: row.srv_util,
            repeats: Vec::new(),
        };
        if let (true, Some(cycles)) = (cell.is_short(), row.thr_cycle) {
            cell.figures.throughput = cycles;
        }
        cell
    }

    /// Clients of a closed load; 0 of an open one.
    #[must_use]
    pub const fn clients(&self) -> u32 {
        match self.offered {
            Offered::Clients(clients) => clients,
            Offered::Rate { .. } => 0,
        }
    }

    /// Requests that the server can have in progress.
    #[must_use]
    pub fn places(&self) -> f64 {
        let width = if self.is_loop() { f64::INFINITY } else { f64::from(self.width) };
        match self.offered {
            Offered::Clients(clients) => width.min(f64::from(clients)),
            Offered::Rate { .. } => width,
        }
    }

    /// Whether it is an event loop.
    #[must_use]
    pub fn is_loop(&self) -> bool {
        self.model == "asyncio" || self.model == "uvloop"
    }

    /// Whether its window holds fewer than ten cycles of a client: throughput is then the sum of the
    /// clients' own rates.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.clients() > 0 && self.window_s * 1e3 < 10.0 * self.figures.mean
    }

    /// Where the cell lies.
    #[must_use]
    pub fn region(&self) -> Region {
        if let Offered::Rate { share, .. } = self.offered {
            return match share {
                ..0.5 => Region::Open30,
                ..0.85 => Region::Open70,
                _ => Region::Open95,
            };
        }
        match self.places() * self.cpu / (self.cpu + self.io) {
            ..0.67 => Region::IoBound,
            ..1.5 => Region::Knee,
            _ => Region::CpuBound,
        }
    }

    /// `sync-8, 32 clients, 1 ms + 1 x 20 ms`.
    #[must_use]
    pub fn label(&self) -> String {
        let load = match self.offered {
            Offered::Clients(clients) => format!("{clients} clients"),
            Offered::Rate { share, .. } => format!("{:.0} % load", share * 100.0),
        };
        let drawn = match (self.dist_io, self.dist_cpu) {
            ('c', 'c') => String::new(),
            (io, cpu) => format!(", I/O {io}, CPU {cpu}"),
        };
        let table = if self.table == "delay" { ", delay server" } else { "" };
        format!(
            "{}, {load}, {} ms + {} ms in {}{drawn}{table}",
            self.runtime, self.cpu_nominal, self.io, self.calls
        )
    }
}

/// Where a cell lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Region {
    /// More places than the core can feed by half.
    CpuBound,
    /// In between.
    Knee,
    /// A third fewer than the core could feed.
    IoBound,
    /// Open, 30 % of the capacity.
    Open30,
    /// 70 %.
    Open70,
    /// 95 %.
    Open95,
}

impl Region {
    /// All, in order.
    pub const ALL: [Self; 6] =
        [Self::CpuBound, Self::Knee, Self::IoBound, Self::Open30, Self::Open70, Self::Open95];

    /// Its name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CpuBound => "CPU-bound",
            Self::Knee => "knee",
            Self::IoBound => "I/O-bound",
            Self::Open30 => "open, 30 %",
            Self::Open70 => "open, 70 %",
            Self::Open95 => "open, 95 %",
        }
    }
}
