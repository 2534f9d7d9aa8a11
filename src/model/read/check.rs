//! Contradictions between tables that are each right: worlds in which time would stand still.

use crate::input::problem::{Place, Problem};
use crate::input::reader::Reader;
use crate::input::table::MOST_WIDE;
use crate::input::tree::{Content, Table};
use crate::model::{Demand, LoadKind, Model, RuntimeKind};

/// Notes every contradiction of a model that was read without mistakes.
pub fn check(reader: Reader<'_>, root: &Table, model: &Model) {
    if let Some(problem) = requests_of_no_time(model) {
        reader.note(&place_of(root, "request", "steps"), problem);
    }
    if let Some(problem) = refusals_of_no_time(model) {
        reader.note(&place_of(root, "load", "backoff"), problem);
    }
    for runtime in &model.runtimes {
        let all = runtime.kind.width().saturating_mul(u64::from(runtime.instances));
        if all > MOST_WIDE && !matches!(runtime.kind, RuntimeKind::EventLoop(_)) {
            let problem = Problem::new(format!("`{}` has {all} threads in all", runtime.name))
                .expected(format!("at most {MOST_WIDE}, those of all processes and instances"));
            reader.note(&place_of(root, "runtime", ""), problem);
        }
    }
}

/// Clients that send the next request at the instant of the last would do so forever.
fn requests_of_no_time(model: &Model) -> Option<Problem> {
    let LoadKind::Closed { think, .. } = &model.load.kind else { return None };
    if think.mean() > 0.0 {
        return None;
    }
    let takes_time = |classes: &[crate::model::RequestClass]| {
        let demand = Demand::of_classes(classes);
        demand.t_cpu_s + demand.t_io_s > 0.0
    };
    let idle = model.runtimes.iter().any(|runtime| {
        let classes = runtime.requests.as_deref().unwrap_or(&model.requests);
        !takes_time(classes) && runtime.overhead.mean() <= 0.0
    });
    idle.then(|| {
        Problem::new("requests and `think` take no time, so clients would send forever at once")
            .expected("a step that takes time, or a `think` above 0 s")
    })
}

/// Clients that are refused and ask again at the same instant would do so forever.
fn refusals_of_no_time(model: &Model) -> Option<Problem> {
    if !matches!(model.load.kind, LoadKind::Closed { .. }) || model.load.backoff.mean() > 0.0 {
        return None;
    }
    let refusing = model.runtimes.iter().find(|runtime| runtime.backlog.is_some());
    let refusing = refusing.map(|runtime| format!("the backlog of `{}`", runtime.name));
    let failing = model.resources.iter().find(|resource| {
        resource.queue.is_some() || resource.timeout.is_some_and(crate::units::Span::is_zero)
    });
    let failing = failing.map(|resource| format!("the resource `{}`", resource.name));
    let full = refusing.or(failing)?;
    Some(
        Problem::new(format!("{full} may be full, and clients would ask forever at one instant"))
            .expected("a `backoff` above 0 s"),
    )
}

/// The place of a key of the first table of this name, or of the table.
fn place_of(root: &Table, head: &str, key: &str) -> Place {
    let Some(entry) = root.get(head) else { return Place::new(0, 0..0) };
    let first = match &entry.item.content {
        Content::List(items) => items.first(),
        _ => Some(&entry.item),
    };
    let key = first.and_then(|item| match &item.content {
        Content::Table(table) => table.get(key).map(|entry| entry.item.place.clone()),
        _ => None,
    });
    key.or_else(|| first.map(|item| item.place.clone())).unwrap_or_else(|| entry.key_place.clone())
}
