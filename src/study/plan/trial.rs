//! One combination tried: simulated under the objectives, or known beforehand to be hopeless.

use crate::model::{Model, Objective};
use crate::simulation::Control;
use crate::study::capacity::Capacity;
use crate::study::objective::is_time;
use crate::study::result::{Outcome, RuntimeResult};
use crate::study::workload::{offered_rps, trimmed};
use crate::study::{Case, Failure, Options, run_here, steady};

/// What became of one combination.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Name and value of each varied key.
    pub point: Vec<(String, String)>,
    /// What was found.
    pub found: Found,
    /// The limit that binds.
    pub binds: Binding,
    /// What all instances cost in an hour, where the runtime has a price.
    pub cost_per_hour: Option<f64>,
}

/// Simulated, or not worth it.
#[derive(Clone, Debug)]
pub enum Found {
    /// No simulation can meet the objectives.
    Hopeless(Hopeless),
    /// The result, that of the runtime alone or beside the baseline.
    Simulated(Box<Outcome>),
}

/// Why no simulation can meet the objectives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hopeless {
    /// Whether the queue grows without bound.
    pub grows: bool,
    /// `800/s offered, 667/s possible`.
    pub why: String,
}

/// The limit that binds a runtime, whatever its load.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Binding {
    /// `cpu`, `workers`, `loop`, `gil`, `executor`, `resource.NAME`.
    pub resource: String,
    /// Requests per second that it allows.
    pub rate: f64,
}

impl Binding {
    /// The lowest limit that is none of the load.
    fn of(capacity: &Capacity) -> Self {
        let own = capacity.limits.iter().find(|limit| limit.resource != "clients");
        own.map_or_else(Self::default, |limit| Self {
            resource: limit.resource.clone(),
            rate: limit.rate,
        })
    }

    /// The share of it that a throughput takes.
    #[must_use]
    pub fn used(&self, throughput: f64) -> Option<f64> {
        Some(throughput / self.rate).filter(|used| used.is_finite() && self.rate > 0.0)
    }
}

impl Trial {
    /// The result of the runtime asked about: the last one, for the baseline stands before it.
    #[must_use]
    pub fn result(&self) -> Option<&RuntimeResult> {
        match &self.found {
            Found::Simulated(outcome) => outcome.runtimes.last(),
            Found::Hopeless(_) => None,
        }
    }

    /// Whether every objective is met, as the point estimates say.
    #[must_use]
    pub fn met(&self) -> bool {
        self.result().is_some_and(|result| result.slo.iter().all(|slo| slo.met == Some(true)))
    }

    /// By what factor the load can grow before the limit that binds is full.
    #[must_use]
    pub fn headroom(&self) -> Option<f64> {
        let done = self.result()?.throughput_rps.value.filter(|done| *done > 0.0)?;
        Some(self.binds.rate / done - 1.0).filter(|room| room.is_finite())
    }

    /// Whether chance alone may have decided: the interval of some figure contains what it is held
    /// against, and no other objective decides without it.
    #[must_use]
    pub fn by_chance(&self, objectives: &[Objective]) -> bool {
        let Some(result) = self.result() else { return false };
        let judged: Vec<(bool, bool)> = result
            .slo
            .iter()
            .filter_map(|slo| {
                let asked = objectives.iter().find(|asked| asked.text == slo.objective)?;
                let near = slo
                    .figure
                    .ci95
                    .is_some_and(|[low, high]| low <= asked.threshold && asked.threshold <= high);
                Some((slo.met == Some(true), near))
            })
            .collect();
        let missed_clearly = judged.iter().any(|(met, near)| !met && !near);
        !missed_clearly && judged.iter().any(|(_, near)| *near)
    }
}

/// Tries a model of one runtime, or of the baseline and one.
///
/// # Errors
///
/// Those of a study; interrupted, also where some replications are done.
pub fn attempt(
    model: Model,
    point: Vec<(String, String)>,
    (sha256, command): (&str, String),
    control: &Control,
) -> Result<Trial, Failure> {
    let Some(runtime) = model.runtimes.last() else {
        return Err(Failure::Limit("the model has no runtime".to_owned()));
    };
    let capacity = Capacity::of(&model, runtime);
    let binds = Binding::of(&capacity);
    let cost_per_hour = runtime.cost_per_hour.map(|each| each * f64::from(runtime.instances));
    if let Some(why) = hopeless(&model, &capacity) {
        return Ok(Trial { point, found: Found::Hopeless(why), binds, cost_per_hour });
    }
    let case = Case { model, scenarios: Vec::new(), sha256: sha256.to_owned() };
    let options = Options { command, explain: false, ..Options::default() };
    let outcome = run_here(&case, &options, control)?;
    if control.is_cancelled() {
        return Err(Failure::Interrupted);
    }
    Ok(Trial { point, found: Found::Simulated(Box::new(outcome)), binds, cost_per_hour })
}

/// Why no simulation of the last runtime can meet the objectives, by its capacity; `None` where one
/// may.
#[must_use]
pub fn hopeless(model: &Model, capacity: &Capacity) -> Option<Hopeless> {
    let runtime = model.runtimes.last()?;
    let slo = &model.run.slo;
    let most = capacity.rate();
    if steady::overloaded(model, runtime, capacity)
        && slo.iter().any(|one| one.at_most && is_time(&one.metric))
    {
        let offered = offered_rps(model).unwrap_or(f64::NAN);
        let why = format!("{}/s offered, {}/s possible", trimmed(offered), trimmed(most));
        return Some(Hopeless { grows: true, why });
    }
    let least = slo.iter().find(|one| {
        // A window's chance may put a throughput a little above what lasts.
        !one.at_most && one.metric == "throughput" && one.threshold > most * 1.1
    });
    let stays = |why: String| Hopeless { grows: false, why };
    if least.is_some() {
        return Some(stays(format!("{}/s possible", trimmed(most))));
    }
    let slow = slo.iter().find(|one| {
        one.at_most && one.metric == "mean" && one.threshold < 0.9 * capacity.response_min_s
    });
    let least_ms = capacity.response_min_s * 1e3;
    slow.map(|_| stays(format!("a mean of {} ms without any wait", trimmed(least_ms))))
}
