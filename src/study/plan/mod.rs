//! The least value of a key, or the cheapest combination of several, that meets the objectives.
//!
//! More of a key is taken never to hurt, so a combination that misses proves that all below it do:
//! [`search`] needs few trials. What capacity rules out is not simulated. Beside the answer its
//! neighbours are, so that the assumption is seen to hold there, or the answer moves. The objectives
//! must hold in every [`state`]; how far the load can grow until they fail is tried out as well.

pub mod constraint;
pub mod headroom;
pub mod search;
pub mod state;
pub mod trial;

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::model::{Model, Objective, Resource, Runtime, RuntimeKind};
use crate::simulation::Control;

use super::axis::{Grid, Point, number};
use super::result::RuntimeResult;
use super::{Case, Failure};
use constraint::{Constraint, Names};
use headroom::Headroom;
use state::{State, states, under_more_load};
use trial::{Trial, attempt, without_hope};

/// Combinations at most: each is read before any is tried.
pub const MOST_COMBINATIONS: u64 = 20_000;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The runtime that is to meet the objectives.
    pub runtime: &'a str,
    /// The keys and their values, ascending.
    pub grid: &'a Grid,
    /// What a combination must satisfy beside the objectives.
    pub constraints: &'a [Constraint],
    /// The objectives hold with all instances, and with so many of them lost.
    pub survive: u32,
    /// Whether to try out how far the load can grow.
    pub with_headroom: bool,
    /// SHA-256 of the model's text.
    pub sha256: &'a str,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The runtime.
    pub runtime: String,
    /// The objectives.
    pub objectives: Vec<Objective>,
    /// The names of the states in which they must hold; the base model's is empty.
    pub states: Vec<String>,
    /// The combination that meets them, if any does.
    pub at: Option<Trial>,
    /// The combinations one step below in one key, simulated; with no answer what came nearest.
    pub below: Vec<Trial>,
    /// The combination one step above in the last key that has one.
    pub above: Option<Trial>,
    /// How far the load can grow at the answer, where that was tried out.
    pub headroom: Option<Headroom>,
    /// What to know of it.
    pub notes: Vec<String>,
    /// Combinations that the constraints allow.
    pub allowed: usize,
    /// The most instances that any combination of the range has, allowed or not.
    pub most_instances: u32,
    /// Those that were simulated.
    pub simulated: usize,
    /// What was tried until the user interrupted the search, the cheapest first; `None` where the
    /// search came to its end.
    pub unfinished: Option<Vec<Trial>>,
}

impl Answer {
    /// What a report shows: the answer between its neighbours, or all that was tried.
    pub fn evidence(&self) -> impl Iterator<Item = &Trial> {
        let tried = self.unfinished.iter().flatten();
        self.below.iter().chain(&self.at).chain(&self.above).chain(tried)
    }

    /// Whether the evidence at the answer and one step below can be told apart: the intervals of a
    /// figure that is missed below part. `None` where there is nothing below.
    #[must_use]
    pub fn distinguishable(&self) -> Option<bool> {
        let at = self.at.as_ref()?;
        if self.below.is_empty() {
            return None;
        }
        Some(self.below.iter().all(|below| {
            // What theory rules out needs no interval.
            let hardest = below.hardest(&self.objectives);
            let Some(missed) = hardest.result() else { return true };
            let same = at.in_state(&hardest.state).and_then(|tried| tried.result());
            missed.steady == Some(false) || same.is_some_and(|same| part(missed, same))
        }))
    }
}

/// Whether chance alone does not make the difference between a result that misses and one that
/// meets.
fn part(below: &RuntimeResult, at: &RuntimeResult) -> bool {
    let apart = |one: [f64; 2], other: [f64; 2]| one[1] < other[0] || other[1] < one[0];
    below.slo.iter().zip(&at.slo).filter(|(below, _)| below.met != Some(true)).any(|(below, at)| {
        below.figure.value == Some(f64::INFINITY)
            || below.figure.ci95.zip(at.figure.ci95).is_some_and(|(one, other)| apart(one, other))
    })
}

/// What a combination costs, the most important first.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
struct Price {
    cost_per_hour: f64,
    instances: u32,
    cores: u32,
    width: u64,
    slots: u64,
}

impl Price {
    fn of(model: &Model, runtime: &Runtime) -> Self {
        let slots = model.resources.iter().map(|resource: &Resource| u64::from(resource.slots));
        Self {
            cost_per_hour: runtime.cost_per_hour.unwrap_or(0.0) * f64::from(runtime.instances),
            instances: runtime.instances,
            cores: model.host.cores,
            width: runtime.kind.width(),
            slots: slots.sum(),
        }
    }
}

/// Reads the model and its scenarios at a combination.
pub type Read<'a, E> = dyn Fn(&Point) -> Result<Case, E> + 'a;

/// The command that runs a combination alone.
pub type Command<'a> = dyn Fn(&Point) -> String + 'a;

/// Asks it. `read` reads the model at a combination. Interrupted, the answer is what was tried until
/// then, and where the search itself had ended the answer without the headroom.
///
/// # Errors
///
/// Those of `read` and of the simulation; too many combinations; interrupted before the first was
/// tried.
pub fn ask<E: From<Failure>>(
    question: &Question<'_>,
    read: &Read<'_, E>,
    command: &Command<'_>,
    control: &Control,
) -> Result<Answer, E> {
    let (candidates, models, most_instances) = candidates(question, read)?;
    let trials: RefCell<BTreeMap<usize, Trial>> = RefCell::default();
    let tried = |place: usize| -> Result<Trial, E> {
        if let Some(trial) = trials.borrow().get(&place) {
            return Ok(trial.clone());
        }
        let point = candidates[place].point.clone();
        let about = (question.sha256, command(&point));
        let case = models(place)?;
        let about = (about.0, about.1.as_str());
        let mut trial = attempt(states(&case, question), point, about, control)?;
        // The instances that may be lost are paid for too.
        let own = case.model.runtimes.iter().find(|runtime| runtime.name == question.runtime);
        trial.cost_per_hour =
            own.and_then(|own| Some(own.cost_per_hour? * f64::from(own.instances)));
        trials.borrow_mut().insert(place, trial.clone());
        Ok(trial)
    };
    let first = (!candidates.is_empty()).then(|| models(0)).transpose()?;
    let states = first.as_ref().map_or_else(Vec::new, |case| states(case, question));
    let mut answer = Answer {
        runtime: question.runtime.to_owned(),
        objectives: first.map_or_else(Vec::new, |case| case.model.run.slo),
        states: states.into_iter().map(|state| state.name).collect(),
        at: None,
        below: Vec::new(),
        above: None,
        headroom: None,
        notes: Vec::new(),
        allowed: candidates.len(),
        most_instances,
        simulated: 0,
        unfinished: None,
    };
    let found = seek(question, &candidates, &*models, &trials, &tried, &mut answer);
    answer.simulated = trials.borrow().values().filter(|trial| trial.is_simulated()).count();
    let found = match found {
        Err(_) if control.is_cancelled() && !trials.borrow().is_empty() => {
            let trials = trials.into_inner().into_values().collect();
            return Ok(Answer {
                at: None,
                below: Vec::new(),
                above: None,
                unfinished: Some(trials),
                ..answer
            });
        }
        found => found?,
    };
    if let Some(place) = found.filter(|_| question.with_headroom) {
        let case = models(place)?;
        answer.headroom = match headroom_of(&case, question, control) {
            Err(_) if control.is_cancelled() => {
                answer.notes.push("interrupted before the headroom was known".to_owned());
                None
            }
            headroom => headroom?,
        };
    }
    Ok(answer)
}

/// The place of the answer among the candidates, with its neighbours put into `answer`.
fn seek<E: From<Failure>>(
    question: &Question<'_>,
    candidates: &[Candidate],
    models: &dyn Fn(usize) -> Result<Case, E>,
    trials: &RefCell<BTreeMap<usize, Trial>>,
    tried: &dyn Fn(usize) -> Result<Trial, E>,
    answer: &mut Answer,
) -> Result<Option<usize>, E> {
    let places: Vec<Vec<usize>> = candidates.iter().map(|one| one.places.clone()).collect();
    let is_hopeless = |place: usize| -> Result<bool, E> {
        Ok(states(&models(place)?, question).iter().any(|state| without_hope(state).is_some()))
    };
    let mut found = search::first(&places, is_hopeless, |place| Ok(tried(place)?.met()))?;
    let mut below = Vec::new();
    while let Some(place) = found {
        below = neighbours(&places, place, -1);
        let mut better = None;
        for &one in &below {
            if tried(one)?.met() {
                better = Some(one);
            }
        }
        let Some(better) = better else { break };
        if answer.notes.is_empty() {
            answer.notes.push(
                "more is not always better here, or chance decides: a combination below one that \
                 missed met the objectives"
                    .to_owned(),
            );
        }
        found = Some(better);
    }
    let above = found.and_then(|place| neighbours(&places, place, 1).pop());
    answer.above = above.map(tried).transpose()?;
    if answer.above.as_ref().is_some_and(|above| !above.met()) {
        answer.notes.push("one step above misses: more is not always better here".to_owned());
    }
    if found.is_none() {
        // What came nearest: the largest of those tried, or the largest of all.
        let last = trials.borrow().keys().next_back().copied();
        below = last.or(places.len().checked_sub(1)).into_iter().collect();
    }
    answer.below = below.into_iter().map(tried).collect::<Result<Vec<_>, E>>()?;
    answer.at = found.map(tried).transpose()?;
    Ok(found)
}

type Models<'a, E> = Box<dyn Fn(usize) -> Result<Case, E> + 'a>;

/// How far the load of every state can grow until one misses.
fn headroom_of<E: From<Failure>>(
    case: &Case,
    question: &Question<'_>,
    control: &Control,
) -> Result<Option<Headroom>, E> {
    let all = states(case, question);
    headroom::find(|factor| {
        let more: Option<Vec<State>> =
            all.iter().map(|state| under_more_load(state, factor)).collect();
        let Some(more) = more else { return Ok(None) };
        let trial = attempt(more, Vec::new(), (question.sha256, ""), control)?;
        Ok(Some(trial.met()))
    })
}

/// A combination that the constraints allow.
struct Candidate {
    places: Vec<usize>,
    point: Vec<(String, String)>,
    price: Price,
}

/// The allowed combinations, the cheapest first, how to read the model of each again, and the most
/// instances of any combination.
fn candidates<'a, E: From<Failure> + 'a>(
    question: &Question<'_>,
    read: &'a Read<'a, E>,
) -> Result<(Vec<Candidate>, Models<'a, E>, u32), E> {
    let grid = question.grid;
    if grid.len() > MOST_COMBINATIONS {
        return Err(Failure::Limit(format!(
            "{} combinations, and a plan takes at most {MOST_COMBINATIONS}; give the keys fewer \
             values, as in 1..512x2",
            grid.len()
        ))
        .into());
    }
    let (mut found, mut most_instances) = (Vec::new(), 0);
    for index in 0..grid.len() {
        let point = grid.point(index);
        let model = read(&point)?.model;
        let Some(runtime) = model.runtimes.iter().find(|one| one.name == question.runtime) else {
            continue;
        };
        most_instances = most_instances.max(runtime.instances);
        let names = names(grid, &point, &model, runtime);
        let allowed = question.constraints.iter().all(|constraint| constraint.holds(&names));
        if allowed && runtime.instances > question.survive {
            let price = Price::of(&model, runtime);
            found.push(Candidate { places: grid.places(index), point, price });
        }
    }
    // The order of the grid decides between equals: no field is ever NaN.
    found.sort_by(|a, b| {
        let by_price = a.price.partial_cmp(&b.price).unwrap_or(std::cmp::Ordering::Equal);
        by_price.then_with(|| a.places.cmp(&b.places))
    });
    let points: Vec<_> = found.iter().map(|one| one.point.clone()).collect();
    Ok((found, Box::new(move |place| read(&points[place])), most_instances))
}

/// What the names in a constraint are worth: each varied key by its path and by its last part, and
/// the runtime's instances and widths.
#[must_use]
pub fn names(grid: &Grid, point: &Point, model: &Model, runtime: &Runtime) -> Names {
    let mut names = Names::new();
    let mut add = |name: &str, value: f64| names.insert(name.to_owned(), value);
    add("instances", f64::from(runtime.instances));
    add("cores", f64::from(model.host.cores));
    match &runtime.kind {
        RuntimeKind::SyncWorker(kind) => add("workers", f64::from(kind.workers)),
        RuntimeKind::ThreadPool(kind) => {
            add("processes", f64::from(kind.processes));
            add("threads", f64::from(kind.threads))
        }
        RuntimeKind::EventLoop(kind) => add("loops", f64::from(kind.loops)),
        RuntimeKind::WorkStealing(kind) => add("workers", f64::from(kind.workers)),
        RuntimeKind::Serverless(kind) => add("max_instances", f64::from(kind.max_instances)),
    };
    if let [one] = model.resources.as_slice() {
        add("slots", f64::from(one.slots));
    }
    for (axis, (name, value)) in grid.axes().iter().zip(point) {
        let Some(value) = number(value) else { continue };
        let last = axis.name.rsplit('.').next().unwrap_or(name);
        add(last, value);
        add(name, value);
    }
    names
}

/// The candidates one step down (or up) along one axis, in the order of the axes.
fn neighbours(places: &[Vec<usize>], place: usize, step: isize) -> Vec<usize> {
    let own = &places[place];
    (0..own.len())
        .filter_map(|axis| {
            let mut other = own.clone();
            other[axis] = own[axis].checked_add_signed(step)?;
            places.iter().position(|one| *one == other)
        })
        .collect()
}

#[cfg(test)]
mod tests;
