//! From measurements to a model: what a request demands, so that the simulated system shows what the
//! real one did.
//!
//! One measurement after another becomes a [`cells::Cell`]: a load with what was seen under it. T_cpu
//! is CPU over throughput (the utilisation law, [`demand`]); waits are those under which the simulated
//! responses are the measured ones ([`waits`]); a width shows where throughput stays below what the
//! CPU allows ([`widths`]). Some cells take no part and are predicted ([`checks`]). What the data
//! cannot tell is refused or said, never invented.

pub mod cells;
pub mod certain;
pub mod checks;
pub mod course;
pub mod demand;
pub mod draft;
#[cfg(test)]
mod hostile;
pub mod light;
pub mod line;
pub mod log;
pub mod misfit;
mod samples;
pub mod server;
mod several;
mod shaped;
mod shapes;
mod single;
pub mod skeleton;
pub mod traced;
pub mod waits;
pub mod widths;
pub mod words;

use crate::input::document::Document;
use crate::input::loadtest::Measurement;
use crate::model::demand::Demand;
use crate::model::{Model, Overrides};
use crate::simulation::Control;

pub use cells::Cell;
pub use checks::Check;
pub use draft::{Bursts, Draft, Pressure};
pub use samples::Count;
pub use server::Server;

/// What is known beside the measurements.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Cores of the server's host.
    pub cores: Option<u32>,
    /// What served.
    pub server: Option<Server>,
    /// CPU of a request in seconds, measured elsewhere.
    pub cpu_s: Option<f64>,
    /// The share of all cores that was busy.
    pub cpu_share: Option<f64>,
    /// By what share the CPU of a request may be off because of how its figures were rounded.
    pub rounding: Option<f64>,
    /// I/O waits of a request.
    pub calls: Option<u32>,
    /// The seed of all simulations.
    pub seed: u64,
}

/// A figure with how it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// In seconds, or a plain number.
    pub value: f64,
    /// Where it lies with 95 % confidence, or within what its rounding allows, under every shape of waits
    /// and bursts that does as well; none where one measurement says nothing of it.
    pub range: Option<[f64; 2]>,
    /// Where it comes from, in a clause.
    pub how: String,
}

/// A model that was fitted.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The model under the load that it describes best.
    pub draft: Draft,
    /// CPU of a request as measured, the server's overhead in it.
    pub cpu: Figure,
    /// CPU of a request that the server itself costs.
    pub overhead_s: f64,
    /// How it changes with how busy the cores are, where it does.
    pub cpu_course: Option<course::Course>,
    /// The I/O wait of a request in all.
    pub io: Figure,
    /// The width, where it was found and not given.
    pub width: Option<Figure>,
    /// The slots of a pool, where one shows.
    pub pool: Option<Figure>,
    /// Every figure held against the simulation.
    pub checks: Vec<Check>,
    /// How much of each percentile was queueing: percent, measured, and without any other request.
    pub queueing: Vec<(f64, f64, f64)>,
    /// What was measured, in a sentence each.
    pub given: Vec<String>,
    /// What the data cannot tell, and what was assumed.
    pub untold: Vec<String>,
    /// The cells, in the order of their load.
    pub cells: Vec<Cell>,
}

impl Fitted {
    /// What `run` says that the formula promises for the model as it is written, to its digits: T_cpu is
    /// that of the file, without what the preset
    /// charges.
    #[must_use]
    pub fn formula(&self) -> f64 {
        let exactly = || self.draft.waits.mean_s() * f64::from(self.draft.calls) / self.draft.cpu_s;
        let document = Document::from_text("fit", &self.draft.text());
        let written = Model::read(&document, Overrides::NONE).ok();
        let beta = written.and_then(|model| Demand::of_classes(&model.requests).beta());
        1.0 + beta.unwrap_or_else(exactly)
    }

    /// Whether the preset charges for requests beside what the file says of them.
    #[must_use]
    pub fn charges(&self) -> bool {
        self.overhead_s > 0.0 && !self.draft.server.without_overhead
    }

    /// Whether the written model is held against a figure that it was not fitted to. Of one measurement
    /// every percentile is in the written waits, also the one that was left out once for the check.
    #[must_use]
    pub fn predicts(&self, check: &Check) -> bool {
        self.cells[check.cell].held || (check.held && !check.metric.starts_with('p'))
    }

    /// CPU of a request at the load of a cell, without the server's overhead, where it is not that of the
    /// draft.
    #[must_use]
    pub fn cpu_at(&self, cell: &Cell) -> Option<f64> {
        let course = Some(self.cpu_course.clone()?);
        let figure = Figure { value: self.draft.cpu_s, ..self.cpu.clone() };
        let demand = demand::Demand { figure, course, overhead_s: self.overhead_s };
        Some(demand.at_rate(cell.throughput_rps, self.draft.cores).max(1e-9))
    }
}

/// Why there is no model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The measurements do not say enough.
    #[error("{0}")]
    Refused(Refusal),
    /// A simulation failed.
    #[error("{0}")]
    Study(#[from] crate::study::Failure),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What measurements do not say, and what to measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is missing or contradicts.
    pub why: String,
    /// What to do about it.
    pub advice: Option<String>,
}

impl Refusal {
    /// What is missing, in a sentence without a full stop.
    #[must_use]
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), advice: None }
    }

    /// What to measure or to say.
    #[must_use]
    pub fn advice(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)?;
        self.advice.as_ref().map_or(Ok(()), |advice| write!(f, "; {advice}"))
    }
}

/// The model of these measurements of one server under one workload.
///
/// The same measurements and seed give the same model.
///
/// # Errors
///
/// [`Failure::Refused`] where the measurements contradict each other or leave open what a model
/// needs; [`Failure::Study`] where a simulation of it reached a limit or was interrupted.
pub fn fit(
    measurements: &[Measurement],
    known: &Known,
    control: &Control,
) -> Result<Fitted, Failure> {
    let prepared = cells::prepare(measurements, known)?;
    if prepared.cells.len() == 1 {
        single::fit(prepared, known, control)
    } else {
        several::fit(prepared, known, control)
    }
}
