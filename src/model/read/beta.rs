//! `$beta` of the requests, and the axis `beta` that scales their waits to a given ratio.

use crate::input::problem::{Place, Problem};
use crate::input::tree::{Content, Item};
use crate::input::value::Value;
use crate::model::read::defaults::DEFAULTS_SOURCE;
use crate::model::read::names::Beta;
use crate::model::read::{Context, request};
use crate::model::{Demand, RequestClass, Resource};

/// Why `$beta` has no value where there is no T_cpu.
const NO_CPU: &str = "the requests use no CPU";

/// Reads the requests, scales their waits to the ratio that `beta` asks for, and tells the names
/// what `$beta` is. Returns the factor of the waits too.
pub(super) fn read_requests(
    context: &Context<'_>,
    resources: &[Resource],
    beta: Option<&Item>,
) -> (Vec<RequestClass>, f64) {
    let names = context.names;
    let notes_before = names.notes_count();
    let requests = request::read_all(names.reader(), context.root, resources);
    if names.notes_count() > notes_before {
        names.set_beta(Beta::Mistaken);
        return (requests, 1.0);
    }
    let demand = Demand::of_classes(&requests);
    names.set_beta(match demand.beta() {
        Some(beta) if beta.is_finite() => Beta::Known(beta),
        Some(_) => Beta::Undefined("a mean of the requests is infinite"),
        None => Beta::Undefined(NO_CPU),
    });
    let Some(item) = beta else { return (requests, 1.0) };
    let reader = names.reader();
    let Some(wanted) = reader.value(item, Value::number, "a number: T_io/T_cpu") else {
        return (requests, 1.0);
    };
    let scale = wanted * demand.t_cpu_s / demand.t_io_s;
    let wrong = if wanted < 0.0 {
        Some("T_io/T_cpu cannot be below 0")
    } else if demand.t_cpu_s <= 0.0 {
        Some("the requests use no CPU, so no wait gives them this T_io/T_cpu")
    } else if demand.t_io_s <= 0.0 && wanted > 0.0 {
        Some("the requests wait for nothing, so there is nothing to scale to this T_io/T_cpu")
    } else if demand.t_io_s > 0.0 && !(scale.is_finite() && demand.t_io_s.is_finite()) {
        Some("no factor gives waits of this mean this T_io/T_cpu")
    } else {
        None
    };
    if let Some(wrong) = wrong {
        let problem =
            Problem::new(wrong).expected("requests with CPU and waits, and a ratio of 0 or more");
        reader.note(&item.place, problem);
        return (requests, 1.0);
    }
    let scale = if demand.t_io_s > 0.0 { scale } else { 1.0 };
    names.set_beta(Beta::Known(wanted));
    (requests.into_iter().map(|class| class.with_io_scaled(scale)).collect(), scale)
}

/// Without CPU in the requests the defaults, which are `1 + $beta` wide, have no width.
pub(super) fn tell_undefined_defaults(context: &Context<'_>) {
    if context.names.beta() != Beta::Undefined(NO_CPU) {
        return;
    }
    let is_default = |place: &Place| place.source == DEFAULTS_SOURCE;
    let clients = match context.root.get("load").map(|entry| &entry.item.content) {
        Some(Content::Table(load)) => load.get("clients"),
        _ => None,
    };
    let load = clients.is_some_and(|entry| is_default(&entry.item.place));
    let runtimes = context.root.get("runtime").is_some_and(|entry| is_default(&entry.key_place));
    let wanting = match (load, runtimes) {
        (true, true) => "the default load and runtimes",
        (true, false) => "the default load",
        (false, true) => "the default runtimes",
        (false, false) => return,
    };
    let place = context.root.get("request").map(|entry| entry.key_place.clone());
    let problem = Problem::new(format!(
        "the requests use no CPU, so {wanting}, as wide as 1 + T_io/T_cpu, have no width"
    ))
    .expected("a `cpu` step, or [load] with `clients` and [[runtime]] tables of your own");
    context.names.reader().note(&place.unwrap_or_else(|| Place::new(0, 0..0)), problem);
    context.names.set_beta(Beta::Mistaken);
}
