//! `resource.NAME` and `executor`: pools narrower than the cores need.

use crate::model::{Resource, RuntimeKind};

use super::width::MOST;
use super::{Cause, Pair, Side};

/// Every pool that may be too narrow: taken away, it never is.
pub fn find(pair: &Pair) -> Vec<Cause> {
    let resources = pair.own.model.resources.iter().enumerate();
    let resources = resources.filter_map(|(place, resource)| wide(pair, place, resource));
    resources.chain(executor(pair)).collect()
}

fn wide(pair: &Pair, place: usize, resource: &Resource) -> Option<Cause> {
    let never_full = u64::from(resource.slots) >= pair.own.at_once_most();
    if never_full || pair.own.demand().hold_of(place) == 0.0 {
        return None;
    }
    let words = match resource.slots {
        1 => format!("{} has one slot", resource.name),
        slots => format!("{} has {slots} slots", resource.name),
    };
    let widened = |side: &Side| {
        side.with(|model| {
            let resource = &mut model.resources[place];
            (resource.slots, resource.queue, resource.timeout) = (u32::MAX, None, None);
        })
    };
    Cause::new(&format!("resource.{}", resource.name), words)
        .own(Some(widened(&pair.own)))
        .base(Some(widened(&pair.base)))
        .found()
}

/// Executor threads of loops: taken away, there is one for each request that needs one.
fn executor(pair: &Pair) -> Option<Cause> {
    let RuntimeKind::EventLoop(kind) = &pair.own.runtime().kind else { return None };
    let demand = pair.own.demand();
    let needed = libm::ceil(2.0 * pair.needed()? / f64::from(kind.loops)) as u64;
    let enough = needed <= u64::from(kind.executor_threads) || needed > MOST;
    if demand.offloads == 0.0 || enough {
        return None;
    }
    let own = pair.own.with_runtime(|runtime| {
        if let RuntimeKind::EventLoop(kind) = &mut runtime.kind {
            kind.executor_threads = needed as u32;
        }
    });
    let words = format!("a loop has {} executor threads", kind.executor_threads);
    Cause::new("executor", words).own(Some(own)).found()
}
