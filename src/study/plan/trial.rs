//! One combination tried in every state: simulated under the objectives, or known beforehand to be
//! hopeless.

use crate::model::{Model, Objective};
use crate::simulation::Control;
use crate::study::capacity::Capacity;
use crate::study::objective::is_time;
use crate::study::result::{Outcome, RuntimeResult, ScenarioResult, SloResult};
use crate::study::workload::{offered_rps, trimmed};
use crate::study::{Case, Failure, Options, run_here, steady};

use super::state::State;

/// What became of one combination.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Name and value of each varied key.
    pub point: Vec<(String, String)>,
    /// What was found in each state that was tried; all of them unless one missed. Never empty.
    pub tried: Vec<Tried>,
    /// What all instances cost in an hour, where the runtime has a price.
    pub cost_per_hour: Option<f64>,
}

/// What became of it in one state.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The state's name; empty for the base model as it is.
    pub state: String,
    /// What was found.
    pub found: Found,
    /// The limit that binds.
    pub binds: Binding,
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

impl Tried {
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

    /// How near the objectives are to what is asked, the nearest of them: 1 is just met, more is
    /// missed.
    fn strain(&self, objectives: &[Objective]) -> f64 {
        let Some(result) = self.result() else { return f64::INFINITY };
        let of = |slo: &SloResult| {
            let asked = objectives.iter().find(|asked| asked.text == slo.objective)?;
            let value = slo.figure.value?;
            Some(if asked.at_most { value / asked.threshold } else { asked.threshold / value })
        };
        let strains = result.slo.iter().map(|slo| of(slo).unwrap_or(f64::INFINITY));
        strains.filter(|strain| !strain.is_nan()).fold(0.0, f64::max)
    }

    /// Whether chance alone may have decided: the interval of some figure contains what it is held
    /// against, and no other objective decides without it.
    fn by_chance(&self, objectives: &[Objective]) -> bool {
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

impl Trial {
    /// The state that decides: one that misses, else the one nearest to what is asked.
    #[must_use]
    pub fn hardest(&self, objectives: &[Objective]) -> &Tried {
        let missed = self.tried.iter().find(|tried| !tried.met());
        let strain = |tried: &&Tried| tried.strain(objectives);
        let nearest = || self.tried.iter().rev().max_by(|a, b| strain(a).total_cmp(&strain(b)));
        missed.or_else(nearest).unwrap_or(&self.tried[0])
    }

    /// What was found in the state of this name.
    #[must_use]
    pub fn in_state(&self, name: &str) -> Option<&Tried> {
        self.tried.iter().find(|tried| tried.state == name)
    }

    /// Whether every objective is met in every state, as the point estimates say.
    #[must_use]
    pub fn met(&self) -> bool {
        self.tried.iter().all(Tried::met)
    }

    /// Whether it was simulated in any state.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        self.tried.iter().any(|tried| tried.result().is_some())
    }

    /// Whether chance alone may have decided.
    #[must_use]
    pub fn by_chance(&self, objectives: &[Objective]) -> bool {
        if self.met() {
            return self.tried.iter().any(|tried| tried.by_chance(objectives));
        }
        self.hardest(objectives).by_chance(objectives)
    }

    /// By what factor the load can grow before the limit that binds is full, in the state that
    /// decides.
    #[must_use]
    pub fn room_to_limit(&self, objectives: &[Objective]) -> Option<f64> {
        let hardest = self.hardest(objectives);
        let done = hardest.result()?.throughput_rps.value.filter(|done| *done > 0.0)?;
        Some(hardest.binds.rate / done - 1.0).filter(|room| room.is_finite())
    }

    /// Everything that was simulated as one outcome, the other states in the place of scenarios;
    /// `None` where nothing was.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        let mut states = self.tried.iter().filter_map(|tried| match &tried.found {
            Found::Simulated(outcome) => Some((tried.state.as_str(), outcome.as_ref())),
            Found::Hopeless(_) => None,
        });
        let (name, first) = states.next()?;
        let mut whole = first.clone();
        if !name.is_empty() {
            whole.runtimes.clear();
            whole.scenarios.push(as_scenario(name, first));
        }
        whole.scenarios.extend(states.map(|(name, outcome)| as_scenario(name, outcome)));
        Some(whole)
    }
}

fn as_scenario(name: &str, outcome: &Outcome) -> ScenarioResult {
    ScenarioResult {
        name: name.to_owned(),
        workload: outcome.workload.clone(),
        warmup_s: outcome.warmup_s,
        runtimes: outcome.runtimes.clone(),
        summary: outcome.summary.clone(),
    }
}

/// Tries a combination in its states. The last is taken to be the hardest, and one that misses ends
/// it.
///
/// # Errors
///
/// Those of a study; interrupted, also where some replications are done.
pub fn attempt(
    states: Vec<State>,
    point: Vec<(String, String)>,
    (sha256, command): (&str, &str),
    control: &Control,
) -> Result<Trial, Failure> {
    let mut trial = Trial { point, tried: Vec::new(), cost_per_hour: None };
    if let Some(hopeless) = states.iter().rev().find_map(without_hope) {
        trial.tried.push(hopeless);
        return Ok(trial);
    }
    for State { name, model } in states.into_iter().rev() {
        let binds = binding(&model);
        let case = Case { model, scenarios: Vec::new(), sha256: sha256.to_owned() };
        let options = Options { command: command.to_owned(), explain: false, ..Options::default() };
        let outcome = run_here(&case, &options, control)?;
        if control.is_cancelled() {
            return Err(Failure::Interrupted);
        }
        trial
            .tried
            .insert(0, Tried { state: name, found: Found::Simulated(Box::new(outcome)), binds });
        if !trial.tried[0].met() {
            break;
        }
    }
    Ok(trial)
}

/// The state, where no simulation of it can meet the objectives.
#[must_use]
pub fn without_hope(state: &State) -> Option<Tried> {
    let model = &state.model;
    let why = match model.runtimes.last() {
        Some(runtime) => hopeless(model, &Capacity::of(model, runtime))?,
        None => Hopeless { grows: false, why: "no such runtime".to_owned() },
    };
    let binds = binding(model);
    Some(Tried { state: state.name.clone(), found: Found::Hopeless(why), binds })
}

fn binding(model: &Model) -> Binding {
    let runtime = model.runtimes.last();
    runtime.map_or_else(Binding::default, |one| Binding::of(&Capacity::of(model, one)))
}

/// Why no simulation of the last runtime can meet the objectives, by its capacity; `None` where one
/// may.
fn hopeless(model: &Model, capacity: &Capacity) -> Option<Hopeless> {
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
