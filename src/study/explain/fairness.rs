//! Whether a comparison is fair: unequal cores, a load that tells nothing, requests in step.

use crate::model::{Demand, LoadKind, Model, Runtime, RuntimeKind};
use crate::study::capacity::Capacity;
use crate::study::workload::{offered_rps, trimmed, varies};

use super::LIGHT;

/// Notes on the whole comparison: whether it is fair, and what may mislead.
#[must_use]
pub fn notes(model: &Model, capacities: &[Capacity]) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(offered) = highest_rps(model)
        && model.runtimes.len() > 1
        && capacities.iter().all(|capacity| offered < LIGHT * capacity.rate())
    {
        notes.push(format!(
            "{}/s saturates none of them: every gain is 1 by construction; compare response times, \
             or raise the rate",
            trimmed(offered)
        ));
    }
    if let LoadKind::Closed { think, .. } = &model.load.kind
        && think.is_constant()
        && !varies(&model.requests)
    {
        notes.push(
            "nothing in this closed model is random: requests may march in step (phase locking); \
             try exp(...) for one of its times"
                .to_owned(),
        );
    }
    notes.extend(unequal_cores(model));
    notes
}

/// Requests that an open load offers each second, of a profile at its peak; `None` where nobody knows
/// beforehand.
fn highest_rps(model: &Model) -> Option<f64> {
    match &model.load.kind {
        LoadKind::Profile { points } => points.iter().map(|&(_, rate)| rate).reduce(f64::max),
        _ => offered_rps(model),
    }
}

/// Runtimes that cannot use the cores that others can.
fn unequal_cores(model: &Model) -> Option<String> {
    let usable = |runtime: &Runtime| usable_cores(model, runtime) * u64::from(runtime.instances);
    let needs_cpu = Demand::of_classes(&model.requests).t_cpu_s > 0.0;
    let all: Vec<u64> = model.runtimes.iter().map(usable).collect();
    if !needs_cpu || all.iter().min() == all.iter().max() {
        return None;
    }
    let list: Vec<String> = model
        .runtimes
        .iter()
        .zip(&all)
        .map(|(runtime, cores)| format!("{} {cores}", runtime.name))
        .collect();
    Some(format!("not the same cores for each: at most {} can be busy at once", list.join(", ")))
}

/// How many cores of an instance a runtime can keep busy at once.
#[must_use]
fn usable_cores(model: &Model, runtime: &Runtime) -> u64 {
    let threads = match &runtime.kind {
        RuntimeKind::SyncWorker(kind) => u64::from(kind.workers),
        RuntimeKind::ThreadPool(kind) if kind.gil => u64::from(kind.processes),
        RuntimeKind::ThreadPool(_) => runtime.kind.width(),
        RuntimeKind::EventLoop(kind) => u64::from(kind.loops),
        RuntimeKind::WorkStealing(kind) => u64::from(kind.workers),
        // Each instance has the cores of a host, and one request uses one of them.
        RuntimeKind::Serverless(kind) => return u64::from(kind.max_instances),
    };
    threads.min(u64::from(model.host.cores))
}
