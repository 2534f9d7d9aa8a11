//! Reads `[[request]]`: the classes.

use crate::input::keys::{Holds, Key};
use crate::input::problem::{Place, Problem};
use crate::input::reader::Reader;
use crate::input::tree::{Item, Table};
use crate::model::read::step::{Scene, StepReader};
use crate::model::{RequestClass, Resource, Step, StepKind};

/// The most steps that one request may be expected to execute, its repeats multiplied out: more
/// are a slip of the hand, and a simulation of them would not end.
pub const MOST_STEPS: f64 = 10e6;

/// The keys of `[[request]]`.
pub const KEYS: &[Key] = &[
    Key::new("name", Holds::Name, "request", "its name; may be absent where there is one class"),
    Key::new("weight", Holds::Number, "1", "its part among all requests, relative to the others"),
    Key::new("steps", Holds::Steps, "", "what it does, in order; required"),
];

/// Reads all classes. Where one is mistaken the others are still read; the caller sees from the
/// notes whether all is well.
#[must_use]
pub fn read_all(reader: Reader<'_>, root: &Table, resources: &[Resource]) -> Vec<RequestClass> {
    let tables = reader.tables(root, "request");
    if tables.is_empty() {
        if root.get("request").is_none() {
            let problem = Problem::new("the model has no request")
                .expected("[[request]] with steps = [{ cpu = \"1 ms\" }, { io = \"80 ms\" }]")
                .consequence();
            reader.note(&Place::new(0, 0..0), problem);
        }
        return Vec::new();
    }
    let single = tables.len() == 1;
    let mut names: Vec<String> = Vec::new();
    let mut classes = Vec::new();
    for (item, table) in &tables {
        let fields = reader.fields("[[request]]", item, table, &[KEYS]);
        let name_item = if single { fields.item("name") } else { fields.required("name") };
        let name = name_item.and_then(|item| class_name(reader, item, &mut names));
        let weight = fields.number("weight").unwrap_or(1.0);
        let mut scene = Scene::new(resources.len());
        let steps = fields.required("steps").and_then(|item| {
            let steps = StepReader { reader, resources }.steps(item, &mut scene)?;
            check_length(reader, item, &steps);
            Some(steps)
        });
        let name = name.unwrap_or_else(|| "request".to_owned());
        classes.push(RequestClass { name, weight, steps: steps.unwrap_or_default() });
    }
    if classes.iter().all(|class| class.weight == 0.0) {
        let problem = Problem::new("every weight is 0, so no request would ever come")
            .expected("at least one weight above 0");
        let (item, table) = tables[0];
        let place = table.get("weight").map_or(&item.place, |entry| &entry.item.place);
        reader.note(place, problem);
    }
    classes
}

fn class_name(reader: Reader<'_>, item: &Item, names: &mut Vec<String>) -> Option<String> {
    let name = reader.name(item)?.to_owned();
    if names.contains(&name) {
        let problem = Problem::new(format!("two requests are called `{name}`"))
            .expected("a name of its own for each");
        reader.note(&item.place, problem);
    } else if name == "resource" {
        let problem = Problem::new("a request cannot be called `resource`")
            .expected("a name that is not the beginning of the metric `resource.NAME`");
        reader.note(&item.place, problem);
    }
    names.push(name.clone());
    Some(name)
}

/// Refuses a request that would execute more steps than a simulation can.
fn check_length(reader: Reader<'_>, item: &Item, steps: &[Step]) {
    let executed = executed_steps(steps);
    if executed > MOST_STEPS {
        // All digits up to a number that people still read, a power of ten beyond.
        let number =
            if executed < 1e12 { format!("{executed:.0}") } else { format!("{executed:.1e}") };
        let problem = Problem::new(format!("a request would execute {number} steps"))
            .expected(format!("at most {MOST_STEPS:.0}, all `repeat` multiplied out"))
            .advice("make a `repeat` smaller, or one longer step of many short ones");
        reader.note(&item.place, problem);
    }
}

/// The expected number of bursts and waits, every chance taken.
fn executed_steps(steps: &[Step]) -> f64 {
    steps
        .iter()
        .map(|step| match &step.kind {
            StepKind::Cpu { .. } | StepKind::Io { .. } => 1.0,
            StepKind::Hold { steps, .. }
            | StepKind::Offload { steps, .. }
            | StepKind::Chance { steps, .. } => executed_steps(steps),
            StepKind::Parallel { branches } => {
                branches.iter().map(|steps| executed_steps(steps)).sum()
            }
            StepKind::Repeat { count, steps } => count.mean() * executed_steps(steps),
        })
        .sum()
}
