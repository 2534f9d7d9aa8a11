//! What a tornado changes: every parameter, cores, load, widths, slots, all bursts, all waits.

use crate::input::Document;
use crate::input::tree::Content;
use crate::model::{LoadKind, Model, Overrides, RequestClass, RuntimeKind, Step, StepKind};

/// One input, a share less and a share more.
#[derive(Clone, Debug)]
pub struct Input {
    /// A parameter, a path, or `all CPU`, `all I/O`.
    pub name: String,
    /// What it is with less and with more.
    pub set: [String; 2],
    /// The model with less and with more.
    pub models: [Model; 2],
}

/// How an input is changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// By a value in front of the file's.
    Set(String),
    /// Every CPU burst by a factor.
    Cpu,
    /// Every wait by a factor.
    Io,
}

/// Every input of a model that can be changed by this share, and why the others can't. `read` reads
/// the model with one more value in front of the file's; `given` are those that are there already.
#[must_use]
pub fn inputs(
    document: &Document,
    base: &Model,
    given: &Overrides,
    by: f64,
    read: &dyn Fn(&str, &str) -> Option<Model>,
) -> (Vec<Input>, Vec<String>) {
    let (mut found, mut left_out) = (Vec::new(), Vec::new());
    for (name, change) in changes(document, base, given) {
        let sides = [1.0 - by, 1.0 + by].map(|factor| changed(base, &name, &change, factor, read));
        match sides {
            [Some((low, low_model)), Some((high, high_model))] => {
                let (set, models) = ([low, high], [low_model, high_model]);
                found.push(Input { name, set, models });
            }
            _ => left_out.push(name),
        }
    }
    (found, left_out)
}

/// The names of all inputs, and how each is changed.
fn changes(document: &Document, base: &Model, given: &Overrides) -> Vec<(String, Change)> {
    let mut all = vec![("all CPU".to_owned(), Change::Cpu), ("all I/O".to_owned(), Change::Io)];
    let mut add = |name: String, text: String| all.push((name, Change::Set(text)));
    for (name, text) in parameters(document) {
        let set = given.iter().filter(|one| one.name == name).last();
        let text = set.map_or(text, |one| one.value.clone());
        add(name, text);
    }
    add("host.cores".to_owned(), base.host.cores.to_string());
    match &base.load.kind {
        LoadKind::Closed { clients, .. } => add("load.clients".to_owned(), clients.to_string()),
        LoadKind::Poisson { rate } | LoadKind::Constant { rate } => {
            add("load.rate".to_owned(), format!("{}/s", rate.0));
        }
        LoadKind::Bursty { rate, burst_rate, .. } => {
            add("load.rate".to_owned(), format!("{}/s", rate.0));
            add("load.burst_rate".to_owned(), format!("{}/s", burst_rate.0));
        }
        LoadKind::Batch { count } => add("load.count".to_owned(), count.to_string()),
        LoadKind::Profile { .. } | LoadKind::Trace { .. } => {}
    }
    for resource in &base.resources {
        add(format!("resource.{}.slots", resource.name), resource.slots.to_string());
    }
    for runtime in &base.runtimes {
        let mut width = |key: &str, value: u32| {
            add(format!("runtime.{}.{key}", runtime.name), value.to_string());
        };
        match &runtime.kind {
            RuntimeKind::SyncWorker(kind) => width("workers", kind.workers),
            RuntimeKind::ThreadPool(kind) => {
                if kind.processes > 1 {
                    width("processes", kind.processes);
                }
                width("threads", kind.threads);
            }
            RuntimeKind::EventLoop(kind) => width("loops", kind.loops),
            RuntimeKind::WorkStealing(kind) => width("workers", kind.workers),
            RuntimeKind::Serverless(kind) => width("max_instances", kind.max_instances),
        }
        if runtime.instances > 1 {
            width("instances", runtime.instances);
        }
    }
    all
}

/// The parameters of the file as they are written.
fn parameters(document: &Document) -> Vec<(String, String)> {
    let Content::Table(root) = &document.root().content else { return Vec::new() };
    let Some(Content::Table(params)) = root.get("params").map(|entry| &entry.item.content) else {
        return Vec::new();
    };
    let text = |content: &Content| match content {
        Content::Text(text) | Content::Integer(text) | Content::Float(text) => Some(text.clone()),
        _ => None,
    };
    let entries = params.entries.iter();
    entries.filter_map(|entry| Some((entry.key.clone(), text(&entry.item.content)?))).collect()
}

/// What is set and the model with it; `None` where no reading of it makes a model, or nothing
/// changes.
fn changed(
    base: &Model,
    name: &str,
    change: &Change,
    factor: f64,
    read: &dyn Fn(&str, &str) -> Option<Model>,
) -> Option<(String, Model)> {
    let shown = (factor * 1e6).round() / 1e6;
    match change {
        Change::Set(text) => {
            // What counts takes no fractions: the next whole number away from what it is.
            let round = if factor < 1.0 { "floor" } else { "ceil" };
            let product = format!("{shown} * ({text})");
            let whole = format!("{round}({product})");
            [product, whole].into_iter().find_map(|text| Some((text.clone(), read(name, &text)?)))
        }
        Change::Cpu | Change::Io => {
            let mut model = base.clone();
            let own = model.runtimes.iter_mut().filter_map(|runtime| runtime.requests.as_mut());
            for classes in std::iter::once(&mut model.requests).chain(own) {
                *classes = classes.drain(..).map(|class| scaled(class, change, factor)).collect();
            }
            Some((format!("x {shown}"), model))
        }
    }
}

fn scaled(mut class: RequestClass, change: &Change, factor: f64) -> RequestClass {
    if *change == Change::Io {
        return class.with_io_scaled(factor);
    }
    scale_cpu(&mut class.steps, factor);
    class
}

fn scale_cpu(steps: &mut [Step], factor: f64) {
    for step in steps {
        match &mut step.kind {
            StepKind::Io { .. } => {}
            StepKind::Cpu { demand, .. } => *demand = demand.scale(factor),
            StepKind::Hold { steps, .. }
            | StepKind::Offload { steps, .. }
            | StepKind::Repeat { steps, .. }
            | StepKind::Chance { steps, .. } => scale_cpu(steps, factor),
            StepKind::Parallel { branches } => {
                branches.iter_mut().for_each(|steps| scale_cpu(steps, factor));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Demand;

    const MODEL: &str = "[params]\ncalls = 5\nwait = \"exp(4 ms)\"\n\n[host]\ncores = 2\n\n\
        [load]\nkind = \"poisson\"\nrate = \"10/s\"\n\n\
        [[request]]\nsteps = [{ repeat = \"$calls\", steps = [{ cpu = \"1 ms\" }, { io = \"$wait\" }] }]\n\n\
        [[runtime]]\nname = \"w\"\nkind = \"sync-worker\"\nworkers = \"4 * $cores\"\n";

    #[test]
    fn every_input_is_changed_up_and_down_and_counts_by_whole_steps() {
        let document = Document::from_text("m", MODEL);
        let base = Model::read(&document, Overrides::NONE).unwrap();
        let read = |name: &str, text: &str| {
            Model::read(&document, &Overrides::new().with(name, text, "test")).ok()
        };
        let (found, left_out) = inputs(&document, &base, Overrides::NONE, 0.2, &read);
        let names: Vec<_> = found.iter().map(|input| input.name.as_str()).collect();
        assert_eq!(
            names,
            ["all CPU", "all I/O", "calls", "wait", "host.cores", "load.rate", "runtime.w.workers"]
        );
        assert!(left_out.is_empty(), "{left_out:?}");
        let of = |name: &str| found.iter().find(|input| input.name == name).unwrap();
        let demand = |model: &Model| {
            let demand = Demand::of_classes(&model.requests);
            (demand.t_cpu_s * 1e3, demand.t_io_s * 1e3)
        };
        let near =
            |(a, b): (f64, f64), (c, d): (f64, f64)| (a - c).abs() < 1e-9 && (b - d).abs() < 1e-9;
        assert!(near(demand(&of("all CPU").models[0]), (4.0, 20.0)));
        assert!(near(demand(&of("wait").models[1]), (5.0, 24.0)));
        assert!(near(demand(&of("calls").models[0]), (4.0, 16.0)));
        // What depends on cores follows them; 2 cores by 20 % are 1 and 3.
        let cores = &of("host.cores").models;
        let widths = [&cores[0], &cores[1]].map(|model| model.runtimes[0].kind.width());
        assert_eq!(widths, [4, 12]);
        let set = &of("runtime.w.workers").set;
        assert_eq!(*set, ["floor(0.8 * (8))", "ceil(1.2 * (8))"]);
    }
}
