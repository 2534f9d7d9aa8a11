//! `load`: requests come as they will, or end, and not always when somebody could serve them.

use crate::model::{Load, LoadKind};
use crate::study::capacity::Capacity;
use crate::study::workload::offered_rps;

use super::width::MOST;
use super::{Cause, Pair, Side};

/// Its name in results.
pub const NAME: &str = "load";

/// An open load that is less than one of the two can do, or a batch: taken away, clients twice as
/// many as needed send their next request at once.
pub fn find(pair: &Pair) -> Option<Cause> {
    let words = match &pair.own.model.load.kind {
        LoadKind::Closed { .. } => return None,
        LoadKind::Batch { .. } => "a batch begins and ends with idle cores",
        _ if saturated(&pair.own) && saturated(&pair.base) => return None,
        _ => words(),
    };
    let needed = 2.0 * pair.needed()?.max(pair.base.in_flight_most().min(MOST) as f64);
    let clients = libm::ceil(needed) as u64;
    if clients > MOST {
        return None;
    }
    let closed = |side: &Side| {
        side.with(|model| {
            let old = model.load.clone();
            model.load = Load { kind: Load::closed(clients).kind, ..old };
        })
    };
    Cause::new(NAME, words).own(Some(closed(&pair.own))).base(Some(closed(&pair.base))).found()
}

/// What may follow "because" where nothing but the load limits both.
pub const fn words() -> &'static str {
    "under an open load both do the same until one can't keep up"
}

/// Whether more is offered than it can do.
fn saturated(side: &Side) -> bool {
    let most = Capacity::of(&side.model, side.runtime()).rate();
    offered_rps(&side.model).is_some_and(|offered| offered >= most)
}
