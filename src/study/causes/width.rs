//! `clients` and `width`: fewer requests in flight than keep the cores busy.

use crate::model::{LoadKind, Model, RuntimeKind};

use super::{Cause, Pair, Side};

/// Clients or threads beyond which nothing is simulated for the sake of an explanation.
pub const MOST: u64 = 50_000;

/// A closed load with fewer clients than keep the cores busy: taken away, they are enough.
pub fn clients(pair: &Pair) -> Option<Cause> {
    let LoadKind::Closed { clients, .. } = pair.own.model.load.kind else { return None };
    let enough = |side: &Side, at_once: f64| -> Option<u64> {
        let demand = side.demand();
        let response = demand.t_cpu_s + demand.t_io_s;
        let wanted = at_once * (1.0 + side.think_s() / response);
        let wanted = libm::ceil(wanted * (1.0 - 1e-9)) as u64;
        (response > 0.0 && wanted > clients && wanted <= MOST).then_some(wanted)
    };
    let with = |side: &Side, wanted| side.with(|model| set_clients(model, wanted));
    let own = enough(&pair.own, pair.needed()?)?;
    let base = enough(&pair.base, pair.base.in_flight_most().min(pair.cores()) as f64);
    let words = format!(
        "{clients} client{} are fewer than the {own} that keep {} busy",
        if clients == 1 { "" } else { "s" },
        cores(pair)
    );
    Cause::new("clients", words)
        .own(Some(with(&pair.own, own)))
        .base(base.map(|wanted| with(&pair.base, wanted)))
        .found()
}

fn set_clients(model: &mut Model, wanted: u64) {
    if let LoadKind::Closed { clients, .. } = &mut model.load.kind {
        *clients = wanted;
    }
}

/// Fewer workers, threads or tasks than keep the cores busy: taken away, there are enough.
pub fn width(pair: &Pair) -> Option<Cause> {
    let (most, needed) = (pair.own.in_flight_most(), pair.needed()?);
    let needed = libm::ceil(needed * (1.0 - 1e-9)) as u64;
    if most >= needed || needed > MOST {
        return None;
    }
    let each = needed.div_ceil(u64::from(pair.own.runtime().instances));
    let own = pair.own.with_runtime(|runtime| match &mut runtime.kind {
        RuntimeKind::SyncWorker(kind) => kind.workers = each as u32,
        RuntimeKind::ThreadPool(kind) => {
            kind.threads = each.div_ceil(u64::from(kind.processes)) as u32;
        }
        RuntimeKind::EventLoop(kind) => kind.max_tasks = None,
        RuntimeKind::WorkStealing(_) => {}
        RuntimeKind::Serverless(kind) => kind.max_instances = each as u32,
    });
    let what = match &pair.own.runtime().kind {
        RuntimeKind::SyncWorker(_) => "workers",
        RuntimeKind::ThreadPool(_) => "threads",
        RuntimeKind::EventLoop(_) | RuntimeKind::WorkStealing(_) => "tasks",
        RuntimeKind::Serverless(_) => "instances",
    };
    let words = format!("{most} {what} are fewer than the {needed} that keep {} busy", cores(pair));
    Cause::new("width", words).own(Some(own)).found()
}

/// `1 core`, `8 cores`.
fn cores(pair: &Pair) -> String {
    let cores = pair.cores();
    format!("{cores} core{}", if cores == 1 { "" } else { "s" })
}
