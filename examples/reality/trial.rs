//! The two tests: what goes into a cell's prediction.

use iowait::model::preset;

use crate::cells::{Cell, Figures, Offered};
use crate::predict::{BURST_CV, Given, HOST, NETWORK, mean, predict};

/// What a prediction may know of the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trial {
    /// Its own CPU for each request: what is left to go wrong is the scheduling.
    Scheduling,
    /// Its nominal CPU and I/O, the preset, and the CPU of one client without waits of its runtime.
    Blind,
}

impl Trial {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Scheduling, Self::Blind];

    /// Its name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scheduling => "scheduling",
            Self::Blind => "blind",
        }
    }

    /// The median error that is aimed at, of throughput, mean and p99.
    #[must_use]
    pub const fn goals(self) -> [f64; 3] {
        match self {
            Self::Scheduling => [0.02, 0.04, 0.10],
            Self::Blind => [0.05, 0.08, 0.20],
        }
    }

    /// What the simulation says of a cell.
    ///
    /// # Errors
    ///
    /// When a model is refused.
    pub fn predict(self, cell: &Cell, all: &[Cell]) -> Result<Figures, String> {
        self.predict_changed(cell, all, |given| given)
    }

    /// The same with what goes in changed.
    ///
    /// # Errors
    ///
    /// When a model is refused.
    pub fn predict_changed(
        self,
        cell: &Cell,
        all: &[Cell],
        change: impl Fn(Given) -> Given,
    ) -> Result<Figures, String> {
        let givens = self.givens(cell, all).into_iter();
        let found: Result<Vec<Figures>, String> =
            givens.map(|given| predict(cell, &change(given))).collect();
        Ok(mean(&found?))
    }

    /// What goes into each repeat of a cell.
    #[must_use]
    pub fn givens(self, cell: &Cell, all: &[Cell]) -> Vec<Given> {
        let runs: Vec<(f64, f64)> = match cell.offered {
            Offered::Clients(_) => vec![(0.0, cell.cpu)],
            Offered::Rate { per_s, .. } if cell.repeats.is_empty() => vec![(per_s, cell.cpu)],
            Offered::Rate { .. } => cell.repeats.clone(),
        };
        let given = |&(rate, cpu): &(f64, f64)| match self {
            Self::Scheduling => scheduling(cell, rate, cpu),
            Self::Blind => blind(cell, rate, one_client(cell, all)),
        };
        runs.iter().map(given).collect()
    }
}

/// The preset that a server is.
#[must_use]
pub fn preset_of(model: &str) -> &'static str {
    match model {
        "sync" => "gunicorn-sync",
        "gthread" => "gunicorn-gthread",
        "asyncio" => "uvicorn-asyncio",
        _ => "uvicorn-uvloop",
    }
}

/// The CPU that one client of this server without waits was measured to need, in milliseconds.
#[must_use]
pub fn one_client(cell: &Cell, all: &[Cell]) -> f64 {
    let alone = |other: &&Cell| {
        other.runtime == cell.runtime
            && other.clients() == 1
            && other.io == 0.0
            && other.cpu_nominal == 1.0
    };
    all.iter().find(alone).map_or(f64::NAN, |other| other.cpu)
}

/// A duration of a preset in milliseconds; 0 where it has none.
fn constant(model: &str, key: &str) -> f64 {
    let presets = preset::all().iter().filter(|preset| preset.name == preset_of(model));
    let keys = presets.flat_map(|preset| &preset.constants).filter(|each| each.key == key);
    let texts = keys.map(|each| each.value());
    texts.filter_map(|text| text.strip_suffix(" ms")?.parse::<f64>().ok()).sum()
}

fn width(cell: &Cell) -> String {
    match cell.model.as_str() {
        "sync" => format!("workers = {}\n", cell.width),
        "gthread" => format!("threads = {}\n", cell.width),
        _ => String::new(),
    }
}

/// On the measured machine.
fn given(cpu: f64, runtime: String, rate: f64) -> Given {
    Given {
        cpu,
        machine: HOST,
        think: NETWORK,
        host: "",
        burst_cv: BURST_CV,
        grows: false,
        waits_last: false,
        runtime,
        rate,
    }
}

/// The measured CPU has all that the preset counts apart: only the main thread's part stays apart.
fn scheduling(cell: &Cell, rate: f64, cpu: f64) -> Given {
    let free = if cell.is_loop() { "task_switch = \"0 s\"\npoll = \"0 s\"\n" } else { "" };
    let runtime = format!(
        "preset = \"{}\"\n{}overhead = \"0 s\"\ncold_cost = \"0 s\"\n{free}",
        preset_of(&cell.model),
        width(cell)
    );
    let apart = ["dispatch", "reply", "read"].map(|key| constant(&cell.model, key));
    let cpu = cpu - apart.iter().sum::<f64>();
    given(cpu, runtime, rate)
}

/// The handler's CPU grows with what was asked for; the server's own is the preset's.
fn blind(cell: &Cell, rate: f64, one_client: f64) -> Given {
    let server: f64 = ["overhead", "dispatch", "reply", "read"]
        .iter()
        .map(|key| constant(&cell.model, key))
        .sum();
    let runtime = format!("preset = \"{}\"\n{}", preset_of(&cell.model), width(cell));
    let cpu = (one_client - server) * cell.cpu_nominal;
    Given { host: SWITCH, ..given(cpu, runtime, rate) }
}

/// `constants.csv`, `os_switch`: a switch between two processes through a pipe less the pipe's own
/// cost.
const SWITCH: &str = "context_switch = \"1.6 us\"";

/// A prediction with another calibration: the CPU of one client, in milliseconds.
///
/// # Errors
///
/// When the model is refused.
pub fn predict_with(cell: &Cell, one_client: f64) -> Result<Figures, String> {
    predict(cell, &blind(cell, 0.0, one_client))
}
