//! Which resources are stations of a network, and whether of product form.
//!
//! Slots are granted first come, first served: a station with as many servers as slots, so that
//! waits there must be exponential of one mean, hold one resource and nothing else. A resource with
//! a slot for everybody is absent, whatever is done with it.

use crate::input::dist::Dist;
use crate::model::{Scope, Step, StepKind};

use super::cores::exponential_mean;
use super::crowd::Crowd;
use super::obstacle::Obstacle;
use super::system::{Server, System};
use super::turns;

/// A resource that requests may queue for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pool {
    /// Seconds for which a request holds a slot, in all.
    pub demand_s: f64,
    /// Slots.
    pub slots: u64,
}

/// How many requests there are at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Population {
    /// At most so many.
    AtMost(u64),
    /// As many as come, at this rate per second.
    Open(f64),
}

/// The resources that may be short, each a product-form station.
///
/// # Errors
/// What breaks it.
pub fn stations(system: &System<'_>, population: Population) -> Result<Vec<Pool>, Obstacle> {
    let short: Vec<usize> = (0..system.resources.len())
        .filter(|&place| is_used(system, place) && may_be_short(system, place, population))
        .collect();
    short.iter().map(|&place| station(system, place, &short, population)).collect()
}

fn is_used(system: &System<'_>, place: usize) -> bool {
    system.classes.iter().any(|class| most_held(&class.steps, place) > 0)
}

/// The most slots of a resource that one request holds at once.
fn most_held(steps: &[Step], place: usize) -> u64 {
    let count = |places: &[usize]| places.iter().filter(|&&other| other == place).count() as u64;
    let most = |steps: &[Step]| most_held(steps, place);
    let of_step = |step: &Step| match &step.kind {
        StepKind::Cpu { .. } => 0,
        StepKind::Io { at, .. } => count(at),
        StepKind::Hold { resources, steps } => count(resources) + most(steps),
        StepKind::Offload { steps, .. } | StepKind::Repeat { steps, .. } => most(steps),
        StepKind::Chance { probability, .. } if probability.0 <= 0.0 => 0,
        StepKind::Chance { steps, .. } => most(steps),
        // One after the other on threads; loops refuse them.
        StepKind::Parallel { branches } => branches.iter().map(|s| most(s)).max().unwrap_or(0),
    };
    steps.iter().map(of_step).max().unwrap_or(0)
}

fn may_be_short(system: &System<'_>, place: usize, population: Population) -> bool {
    let resource = &system.resources[place];
    let slots = u64::from(resource.slots);
    let each = most_of_all(system, place);
    let sharers = match (resource.scope, system.server) {
        (Scope::Process, Server::Threads { total, processes }) => Some(total / processes.max(1)),
        _ => None,
    };
    let at_once = match population {
        Population::AtMost(most) => Some(sharers.map_or(most, |few| few.min(most))),
        Population::Open(_) => sharers,
    };
    if at_once.is_some_and(|most| most.saturating_mul(each) <= slots) {
        return false;
    }
    let Population::Open(rate_rps) = population else { return true };
    // Who never waits for slots is Poisson many; each holds as much as the greediest.
    let only_waits = !is_held(system, place);
    let delayed = rate_rps * system.demand.hold_of(place);
    !(only_waits && Crowd { delayed, stations: vec![] }.stays_within(slots / each.max(1)))
}

fn most_of_all(system: &System<'_>, place: usize) -> u64 {
    system.classes.iter().map(|class| most_held(&class.steps, place)).max().unwrap_or(0)
}

fn is_held(system: &System<'_>, place: usize) -> bool {
    let mut held = false;
    for class in &system.classes {
        turns::each(&class.steps, &mut |step| {
            held |= matches!(&step.kind, StepKind::Hold { resources, .. } if resources.contains(&place));
        });
    }
    held
}

fn station(
    system: &System<'_>,
    place: usize,
    short: &[usize],
    population: Population,
) -> Result<Pool, Obstacle> {
    let resource = &system.resources[place];
    let name = || resource.name.clone();
    if is_held(system, place) {
        return Err(Obstacle::Hold(name()));
    }
    let alone = match system.server {
        Server::Threads { processes, .. } => processes == 1,
        Server::Loops { loops, .. } => loops == 1,
        Server::Stealers { .. } => true,
    };
    if resource.scope == Scope::Process && (!alone || system.instances() > 1) {
        return Err(Obstacle::ResourceOfProcess(name()));
    }
    let room = match population {
        Population::AtMost(most) => resource.queue.is_none_or(|queue| queue >= most),
        Population::Open(_) => resource.queue.is_none(),
    };
    if resource.timeout.is_some() || !room {
        return Err(Obstacle::ResourceGivesUp(name()));
    }
    let mut waits: Vec<&Dist> = Vec::new();
    let mut with_others = false;
    for class in &system.classes {
        turns::each(&class.steps, &mut |step| {
            let StepKind::Io { wait, at, .. } = &step.kind else { return };
            if at.contains(&place) {
                waits.push(wait);
                with_others |= at.iter().filter(|other| short.contains(other)).count() > 1;
            }
        });
    }
    if with_others {
        return Err(Obstacle::SeveralResources(name()));
    }
    if exponential_mean(&waits).is_err() {
        return Err(Obstacle::WaitsNotExponential(name()));
    }
    Ok(Pool { demand_s: system.demand.hold_of(place), slots: u64::from(resource.slots) })
}
