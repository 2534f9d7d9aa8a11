//! `imbalance` and `blocking`: what loops suffer that a shared queue does not.

use crate::model::runtime::{ThreadPool, WorkStealing};
use crate::model::{LoadKind, RuntimeKind, Scheduling, StepKind};
use crate::units::Share;

use super::width::MOST;
use super::{Cause, Pair, Side};

/// Loops with queues of their own: taken away, idle cores take from one queue of all tasks.
pub fn imbalance(pair: &Pair) -> Option<Cause> {
    let own = shared_queue(&pair.own);
    Cause::new("imbalance", "each loop serves only its own tasks").own(own).found()
}

/// The same tasks behind one queue: threads, as many as there may be tasks, run each burst to its
/// end, and a switch between two costs what one between tasks does; or, where steps block or
/// branch, workers that steal from each other.
///
/// `None` where neither does the same work: steps that go to executor threads.
fn shared_queue(side: &Side) -> Option<Side> {
    let RuntimeKind::EventLoop(kind) = &side.runtime().kind else { return None };
    let demand = side.demand();
    if kind.loops == 1 || demand.offloads > 0.0 {
        return None;
    }
    if demand.io_blocking_s > 0.0 || side.branches() {
        let task_switch = kind.task_switch;
        let stealing = WorkStealing { task_switch, ..WorkStealing::new(kind.loops) };
        return Some(side.with_runtime(|runtime| runtime.kind = stealing.into()));
    }
    let sent = match side.model.load.kind {
        LoadKind::Closed { clients, .. } => clients,
        LoadKind::Batch { count } => count,
        _ => MOST / 4,
    };
    let threads = sent.min(side.in_flight_most());
    if threads > MOST {
        return None;
    }
    Some(side.with(|model| {
        model.host.scheduling = Scheduling::Fifo;
        model.host.cores = model.host.cores.min(kind.loops);
        model.host.context_switch += kind.task_switch;
        model.runtimes[0].kind = ThreadPool::new(threads as u32).into();
    }))
}

/// Calls that block a whole loop: taken away, they are awaited.
pub fn blocking(pair: &Pair) -> Option<Cause> {
    let awaited = |side: &Side| {
        let on_loop = matches!(side.runtime().kind, RuntimeKind::EventLoop(_));
        (on_loop && side.demand().io_blocking_s > 0.0).then(|| {
            side.with_steps(|step| {
                if let StepKind::Io { blocking, .. } = &mut step.kind {
                    *blocking = Share::NONE;
                }
            })
        })
    };
    Cause::new("blocking", "blocking calls stop a whole loop")
        .own(awaited(&pair.own))
        .base(awaited(&pair.base))
        .found()
}
