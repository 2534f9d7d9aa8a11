//! `cores` and `gil`: the baseline has other than one worker for each core that the runtime can use.

use crate::model::RuntimeKind;

use super::{Cause, Pair, Side};

/// A baseline with more or fewer workers than cores: taken away, it has one for each.
pub fn cores(pair: &Pair) -> Option<Cause> {
    let (workers, cores) = (pair.base.in_flight_most(), pair.cores());
    if workers == cores {
        return None;
    }
    let plural =
        |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let words = if workers == u64::MAX {
        "the baseline serves many requests at once itself".to_owned()
    } else {
        format!(
            "the baseline has {} where this one can keep {} busy",
            plural(workers, "worker"),
            plural(cores, "core")
        )
    };
    Cause::new("cores", words).base(one_for_each(&pair.base, cores)).found()
}

/// A baseline with this many workers in all; `None` where its instances can't have equally many.
fn one_for_each(base: &Side, cores: u64) -> Option<Side> {
    let instances = u64::from(base.runtime().instances);
    // What the instances can't share equally they have in one.
    let (instances, each) =
        if cores.is_multiple_of(instances) { (instances, cores / instances) } else { (1, cores) };
    let (instances, each) = (u32::try_from(instances).ok()?, u32::try_from(each).ok()?);
    Some(base.with(|model| {
        model.host.cores = model.host.cores.max(each);
        let runtime = &mut model.runtimes[0];
        runtime.instances = instances;
        match &mut runtime.kind {
            RuntimeKind::SyncWorker(kind) => kind.workers = each,
            RuntimeKind::ThreadPool(kind) => {
                let processes = kind.processes.min(each);
                kind.processes = if each.is_multiple_of(processes) { processes } else { 1 };
                kind.threads = each / kind.processes;
            }
            RuntimeKind::EventLoop(kind) => (kind.loops, kind.max_tasks) = (each, Some(1)),
            RuntimeKind::WorkStealing(kind) => kind.workers = each,
            RuntimeKind::Serverless(kind) => kind.max_instances = each,
        }
    }))
}

/// Interpreter locks: taken away, threads of a process run bytecode at once, on as many cores as the
/// baseline has workers for.
pub fn gil(pair: &Pair) -> Option<Cause> {
    let instances = u64::from(pair.own.runtime().instances);
    let cores = (pair.cores() / instances).clamp(1, u64::from(pair.own.model.host.cores));
    let own =
        without_lock(&pair.own).map(|side| side.with(|model| model.host.cores = cores as u32));
    Cause::new("gil", "only one thread of a process runs bytecode at a time")
        .own(own)
        .base(without_lock(&pair.base))
        .found()
}

fn without_lock(side: &Side) -> Option<Side> {
    let matters = match &side.runtime().kind {
        RuntimeKind::ThreadPool(kind) => kind.gil && kind.threads > 1,
        RuntimeKind::EventLoop(kind) => kind.gil && side.demand().offloads > 0.0,
        RuntimeKind::SyncWorker(_) | RuntimeKind::WorkStealing(_) | RuntimeKind::Serverless(_) => {
            false
        }
    };
    matters.then(|| {
        side.with_runtime(|runtime| match &mut runtime.kind {
            RuntimeKind::ThreadPool(kind) => kind.gil = false,
            RuntimeKind::EventLoop(kind) => kind.gil = false,
            _ => {}
        })
    })
}
