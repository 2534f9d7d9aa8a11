//! `switches`, `overhead` and `demands`: CPU and I/O that the formula knows nothing of.

use crate::input::dist::Dist;
use crate::model::runtime::Spawn;
use crate::model::{RuntimeKind, Scheduling};
use crate::units::Span;

use super::{Cause, Pair, Side};

/// CPU that goes into scheduling: taken away, switches, polls, handovers and starts cost nothing.
pub fn switches(pair: &Pair) -> Option<Cause> {
    let mut named = charged(&pair.own);
    named.extend(charged(&pair.base));
    named.dedup();
    let words = format!("{} cost CPU", named.join(", "));
    let free = |side: &Side| (!charged(side).is_empty()).then(|| free(side));
    Cause::new("switches", words).own(free(&pair.own)).base(free(&pair.base)).found()
}

/// What is charged for scheduling.
fn charged(side: &Side) -> Vec<&'static str> {
    let host = &side.model.host;
    let shared = host.scheduling == Scheduling::ProcessorSharing;
    let cold = !side.runtime().cold_cost.is_zero() && !shared;
    let mut costs = vec![
        (!host.context_switch.is_zero() && !shared, "context switches"),
        (cold, "cold caches"),
    ];
    match &side.runtime().kind {
        RuntimeKind::SyncWorker(_) | RuntimeKind::Serverless(_) => {}
        RuntimeKind::WorkStealing(kind) => {
            costs.push((!kind.task_switch.is_zero(), "task switches"));
        }
        RuntimeKind::ThreadPool(kind) => {
            costs.push((kind.gil && !kind.gil_switch.is_zero(), "handovers of the lock"));
            let starts = kind.spawn == Spawn::PerRequest && !kind.spawn_cost.is_zero();
            costs.push((starts, "starts of threads"));
            costs.push((kind.is_dispatched(), "handing requests over"));
            costs.push((kind.replies(), "answers"));
        }
        RuntimeKind::EventLoop(kind) => {
            costs.push((!kind.task_switch.is_zero(), "task switches"));
            costs.push((!kind.poll.is_zero(), "polls"));
            costs.push((!kind.read.is_zero(), "reading"));
        }
    }
    costs.into_iter().filter(|&(charged, _)| charged).map(|(_, name)| name).collect()
}

fn free(side: &Side) -> Side {
    side.with(|model| {
        model.host.context_switch = Span::ZERO;
        model.runtimes[0].cold_cost = Span::ZERO;
        match &mut model.runtimes[0].kind {
            RuntimeKind::SyncWorker(_) | RuntimeKind::Serverless(_) => {}
            RuntimeKind::WorkStealing(kind) => kind.task_switch = Span::ZERO,
            RuntimeKind::ThreadPool(kind) => {
                (kind.gil_switch, kind.spawn_cost) = (Span::ZERO, Span::ZERO);
                kind.dispatch = kind.dispatch.min(Span(1));
                kind.reply = kind.reply.min(Span(1));
            }
            RuntimeKind::EventLoop(kind) => {
                (kind.task_switch, kind.poll) = (Span::ZERO, Span::ZERO);
                kind.read = kind.read.min(Span(1));
            }
        }
    })
}

/// CPU of each request beside its steps: taken away, there is none.
pub fn overhead(pair: &Pair) -> Option<Cause> {
    let without = |side: &Side| {
        let costs = side.runtime().overhead.mean() > 0.0;
        costs.then(|| side.with_runtime(|runtime| runtime.overhead = Dist::constant(0.0)))
    };
    Cause::new("overhead", "requests cost CPU beside their steps")
        .own(without(&pair.own))
        .base(without(&pair.base))
        .found()
}

/// Requests that demand something else of the runtime than of the baseline: taken away, they are
/// the baseline's.
pub fn demands(pair: &Pair) -> Option<Cause> {
    let (own, base) = (pair.own.demand(), pair.base.demand());
    if own == base {
        return None;
    }
    let times = |cpu: f64, io: f64| {
        format!("{} CPU and {} I/O", Span::from_seconds(cpu), Span::from_seconds(io))
    };
    let words = format!(
        "a request needs {} here, {} under the baseline",
        times(own.t_cpu_s, own.t_io_s),
        times(base.t_cpu_s, base.t_io_s)
    );
    let same = pair.own.changed_classes(pair.base.classes().to_vec());
    Cause::new("demands", words).own(Some(same)).found()
}
