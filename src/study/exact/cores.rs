//! Whether bursts that queue make a station of product form: at cores that threads share, or at a
//! loop.
//!
//! Under processor sharing any bursts do (BCMP type 2). In order of arrival exponential bursts of
//! one mean do, on any number of cores (type 1), where every burst queues anew. Slices change the
//! order; that is nothing where they never end within a burst, or where customers cannot be told
//! apart (see `gaps`): what is left of an exponential burst when a slice ends is as long as a whole
//! one.

use crate::input::dist::Dist;
use crate::model::{Scheduling, StepKind};

use super::NEVER;
use super::obstacle::Obstacle;
use super::system::System;
use super::turns;

/// What `cores` are called in an obstacle.
const CORES: &str = "cores";
/// What workers that steal are called in an obstacle.
const WORKERS: &str = "a worker";
/// What a loop is called in an obstacle.
const LOOP: &str = "a loop";

/// How requests that are in the system follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Customers cannot be told apart.
    pub alike: bool,
    /// Nothing keeps customers in step for ever: some of their times have a density, or they come
    /// and go by chance.
    pub mixes: bool,
    /// A thread may begin a request at the instant at which it ended another.
    pub back_to_back: bool,
}

/// Whether threads on shared cores are a product-form station; says why.
///
/// # Errors
/// What breaks it.
pub fn shared(system: &System<'_>, flow: Flow) -> Result<&'static str, Obstacle> {
    if system.host.scheduling == Scheduling::ProcessorSharing {
        if !flow.mixes {
            return Err(Obstacle::PhaseLocked);
        }
        return Ok("processor sharing is insensitive to the distribution of bursts");
    }
    let mean = one_mean(system, CORES)?;
    if flow.alike {
        return Ok("bursts are exponential and all waits between them alike");
    }
    if system.turns.fused {
        return Err(Obstacle::BurstsFused);
    }
    if system.host.scheduling == Scheduling::Eevdf {
        // Who wakes may go ahead of who runs.
        return Err(Obstacle::Slices);
    }
    if system.host.scheduling == Scheduling::RoundRobin {
        let slice = system.host.timeslice.0 as f64;
        // A thread that goes on with its next request keeps its core, ahead of the queue.
        let ahead = flow.back_to_back && system.turns.starts_running && system.turns.ends_running;
        if ahead || libm::exp(-slice / mean) >= NEVER {
            return Err(Obstacle::Slices);
        }
    }
    Ok("bursts are exponential of one mean, in order of arrival")
}

/// Whether a loop is a product-form station: a single server in order of arrival.
///
/// # Errors
/// What breaks it.
pub fn looped(system: &System<'_>) -> Result<&'static str, Obstacle> {
    one_mean(system, LOOP)?;
    if system.turns.fused {
        return Err(Obstacle::BurstsFused);
    }
    if system.turns.empty {
        return Err(Obstacle::EmptyTurn);
    }
    Ok("each turn of a loop is one exponential burst, in order of arrival")
}

/// Whether workers that steal are a product-form station where customers cannot be told apart: they
/// leave no task waiting while one of them is idle, but do not serve in order of arrival.
///
/// # Errors
/// What breaks it.
pub fn stolen(system: &System<'_>) -> Result<&'static str, Obstacle> {
    one_mean(system, WORKERS)?;
    if system.turns.fused {
        return Err(Obstacle::BurstsFused);
    }
    if system.turns.empty {
        return Err(Obstacle::EmptyTurn);
    }
    Ok(
        "bursts are exponential, all waits between them alike, and no worker idles while a task is ready",
    )
}

/// Whether a time that clients meet again and again, the time to think among them, has a density.
///
/// Without one a closed system keeps what it began with: all clients start at once, and those in
/// step stay in step. Its stationary distribution is then not what it does.
#[must_use]
pub fn mixes(system: &System<'_>, think: &Dist) -> bool {
    let mut found = has_density(think);
    for class in &system.classes {
        turns::each(&class.steps, &mut |step| {
            if let StepKind::Cpu { demand: time, .. } | StepKind::Io { wait: time, .. } = &step.kind
            {
                found |= has_density(time);
            }
        });
    }
    found
}

fn has_density(time: &Dist) -> bool {
    let discrete = matches!(
        time,
        Dist::Constant(_)
            | Dist::Empirical(_)
            | Dist::Mix(_)
            | Dist::UniformCount(_)
            | Dist::Geometric(_)
            | Dist::Poisson(_)
            | Dist::Scaled(_)
    );
    !discrete && !time.is_constant()
}

/// The mean, in nanoseconds, of bursts that are exponential of one mean.
fn one_mean(system: &System<'_>, queue: &'static str) -> Result<f64, Obstacle> {
    let mut bursts: Vec<&Dist> = Vec::new();
    for class in &system.classes {
        turns::each(&class.steps, &mut |step| {
            if let StepKind::Cpu { demand, .. } = &step.kind
                && demand.mean() > 0.0
            {
                bursts.push(demand);
            }
        });
    }
    exponential_mean(&bursts).map_err(|uneven| match uneven {
        Uneven::Family => Obstacle::BurstsNotExponential(queue),
        Uneven::Mean => Obstacle::BurstsOfSeveralMeans(queue),
    })
}

/// Why times are not exponential of one mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uneven {
    /// Some are not exponential.
    Family,
    /// Their means differ.
    Mean,
}

/// The mean that these times have in common, all exponential; 0 for none.
///
/// # Errors
/// What they have not.
pub fn exponential_mean(times: &[&Dist]) -> Result<f64, Uneven> {
    let Some(first) = times.first() else { return Ok(0.0) };
    if times.iter().any(|time| !time.is_exponential()) {
        return Err(Uneven::Family);
    }
    // Parameters that are computed differ in their last bits.
    if times.iter().any(|time| (time.mean() / first.mean() - 1.0).abs() > 1e-12) {
        return Err(Uneven::Mean);
    }
    Ok(first.mean())
}
