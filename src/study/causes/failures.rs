//! `failures`: requests that fail, time out or are turned away.

use crate::model::Model;
use crate::units::Share;

use super::{Cause, Pair, Side};

/// Ends other than completed: taken away, nothing fails, nobody gives up, every queue has room.
pub fn find(pair: &Pair) -> Option<Cause> {
    if !pair.fails {
        return None;
    }
    let patient = |side: &Side| side.with_steps(|step| step.fail = Share::NONE).with(forgive);
    Cause::new("failures", "requests fail, time out or are turned away")
        .own(Some(patient(&pair.own)))
        .base(Some(patient(&pair.base)))
        .found()
}

fn forgive(model: &mut Model) {
    (model.load.timeout, model.load.retries) = (None, 0);
    (model.runtimes[0].backlog, model.runtimes[0].kill_after) = (None, None);
    for resource in &mut model.resources {
        (resource.queue, resource.timeout) = (None, None);
    }
}
