//! A model file read into a [`Model`]: every key, every default, every mistake at once.
//!
//! The file becomes a tree; overrides are put into the tree; then one file beside this one reads
//! each table. Nothing stops at a mistake: it is noted and the reading goes on with a default.

pub mod check;
pub(crate) mod edit;
pub mod expect;
pub mod host;
pub mod kinds;
pub mod load;
pub mod names;
mod objective;
pub mod request;
pub mod resource;
pub mod run;
pub mod runtime;
pub mod scenario;

use std::path::Path;
use std::sync::Arc;

use crate::input::document::Document;
use crate::input::keys::{Holds, Key};
use crate::input::problem::{Place, Problem, Problems, Source};
use crate::input::suggest::did_you_mean;
use crate::input::table::{Notes, Reader};
use crate::input::tree::{self, Content, DEFAULT_LAYER, Entry, FILE_LAYER, Item, Table};
use crate::input::value::{NoScope, Value};
use crate::model::metric::Vocabulary;
use crate::model::overrides::Overrides;
use crate::model::{Demand, Model, RequestClass};
use names::{Beta, Names, Sheets};
use runtime::Surroundings;

/// The keys of the file outside of its tables, and the tables.
pub const ROOT_KEYS: &[Key] = &[
    Key::new("title", Holds::Text, "", "one line for people"),
    Key::new("source", Holds::Text, "", "where the numbers come from"),
    Key::new("description", Holds::Text, "", "what is given, what is assumed, what is fitted"),
    Key::new("params", Holds::Values, "", "names that any value may use as \"$name\""),
    Key::new("host", Holds::Values, "", "one instance of the machine"),
    Key::new("load", Holds::Values, "", "who sends requests and when"),
    Key::new("resource", Holds::Values, "", "anything shared that has a finite width"),
    Key::new("request", Holds::Values, "", "request classes and their steps"),
    Key::new("runtime", Holds::Values, "", "the execution models to compare"),
    Key::new("run", Holds::Values, "", "how long, how often, with which seed"),
    Key::new("scenario", Holds::Values, "", "the same model under other values"),
    Key::new("expect", Holds::Values, "", "what the source reports"),
];

/// The model that is meant where the file says nothing.
const DEFAULTS: &str = include_str!("defaults.toml");
const DEFAULTS_SOURCE: usize = 1;

/// Why `$beta` has no value where there is no T_cpu.
const NO_CPU: &str = "the requests use no CPU";

/// What all readers of one model share.
pub struct Context<'a> {
    /// The tree, overrides and defaults in it.
    pub root: &'a Table,
    /// What `$name` is worth.
    pub names: &'a Names<'a>,
    /// Where files are looked for.
    pub folder: &'a Path,
    /// The CSV files read so far.
    pub sheets: &'a Sheets,
}

impl Model {
    /// Reads a model: the file, with the overrides in front of its values, in their order. All
    /// scenarios are read too, so that a model that is read has no mistake in any of them.
    ///
    /// # Errors
    ///
    /// Every mistake of the file and of the overrides, at once.
    pub fn read(document: &Document, overrides: &Overrides) -> Result<Self, Problems> {
        let sheets = Sheets::default();
        let (model, mut problems) = read_once(document, overrides, None, &sheets);
        for scenario in scenario_names(document) {
            problems.extend(read_once(document, overrides, Some(&scenario), &sheets).1);
        }
        finish(document, overrides, model, problems)
    }

    /// Reads a model under the values of one of its scenarios, which stand in front of the
    /// overrides: a scenario is a change to the model at hand.
    ///
    /// # Errors
    ///
    /// As [`Model::read`], and there is no scenario of this name.
    pub fn read_scenario(
        document: &Document,
        overrides: &Overrides,
        scenario: &str,
    ) -> Result<Self, Problems> {
        let sheets = Sheets::default();
        let (model, problems) = read_once(document, overrides, Some(scenario), &sheets);
        finish(document, overrides, model, problems)
    }
}

/// The model, or all its mistakes.
fn finish(
    document: &Document,
    overrides: &Overrides,
    model: Option<Model>,
    mut problems: Vec<Problem>,
) -> Result<Model, Problems> {
    let syntax = document.syntax_problems();
    if !syntax.is_empty() {
        // What a syntax error hides is not there to be read, so its absence is no mistake.
        problems.retain(|problem| !problem.may_be_consequence());
        problems.extend(syntax.iter().cloned());
    }
    match model {
        Some(model) if problems.is_empty() => Ok(model),
        _ => Err(Problems::new(sources(document, overrides), problems)),
    }
}

fn sources(document: &Document, overrides: &Overrides) -> Vec<Source> {
    let defaults = Source { name: "defaults".to_owned(), text: Arc::from(DEFAULTS) };
    [document.source().clone(), defaults].into_iter().chain(overrides.sources()).collect()
}

fn scenario_names(document: &Document) -> Vec<String> {
    let Content::Table(root) = &document.root().content else { return Vec::new() };
    let notes = Notes::new(Vec::new());
    let reader = Reader { notes: &notes, scope: &NoScope };
    scenario::read_all(reader, root, document.text()).into_iter().map(|one| one.name).collect()
}

fn read_once(
    document: &Document,
    overrides: &Overrides,
    scenario: Option<&str>,
    sheets: &Sheets,
) -> (Option<Model>, Vec<Problem>) {
    let notes = Notes::new(sources(document, overrides));
    let mut item = document.root().clone();
    let mut beta = None;
    if let Content::Table(root) = &mut item.content {
        add_defaults(root);
        for edit in overrides.edits(DEFAULTS_SOURCE + 1) {
            edit::apply(root, &mut beta, edit, &notes);
        }
        if let Some(name) = scenario {
            // One layer above the last override.
            let layer = u32::try_from(overrides.len()).unwrap_or(u32::MAX - 2) + FILE_LAYER + 1;
            match scenario::edits(root, name, layer) {
                Some(edits) => {
                    edits.into_iter().for_each(|edit| edit::apply(root, &mut beta, edit, &notes));
                }
                None => notes.add(no_scenario(name, &scenario_names(document))),
            }
        }
        add_default_clients(root);
    }
    let model = read_tree(document, &item, beta.as_ref(), &notes, sheets);
    let (_, problems) = notes.finish();
    (model, problems)
}

fn no_scenario(name: &str, names: &[String]) -> Problem {
    Problem::new(format!("there is no scenario `{name}`"))
        .expected(crate::input::keys::one_of(names))
        .perhaps(did_you_mean(name, names))
}

/// Puts the default tables into a tree that lacks them.
fn add_defaults(root: &mut Table) {
    for head in ["load", "runtime"] {
        if root.get(head).is_none()
            && let Some(entry) = defaults().get(head)
        {
            root.put(entry.clone());
        }
    }
    if let Some(load) = table_mut(root, "load")
        && load.get("kind").is_none()
    {
        put_default(load, "kind");
    }
}

/// Puts the default number of clients into a closed load that lacks it, once its kind is known.
fn add_default_clients(root: &mut Table) {
    let Some(load) = table_mut(root, "load") else { return };
    let kind = load.get("kind").map(|entry| &entry.item.content);
    let closed = matches!(kind, Some(Content::Text(word)) if word == "closed");
    if closed && load.get("clients").is_none() {
        put_default(load, "clients");
    }
}

fn put_default(load: &mut Table, key: &str) {
    if let Some(Content::Table(default)) = defaults().get("load").map(|entry| &entry.item.content)
        && let Some(entry) = default.get(key)
    {
        load.put(entry.clone());
    }
}

fn table_mut<'t>(root: &'t mut Table, key: &str) -> Option<&'t mut Table> {
    match root.get_mut(key).map(|entry| &mut entry.item.content) {
        Some(Content::Table(table)) => Some(table),
        _ => None,
    }
}

fn defaults() -> Table {
    let (item, _) = tree::parse(DEFAULTS, DEFAULTS_SOURCE, DEFAULT_LAYER);
    match item.content {
        Content::Table(table) => table,
        _ => Table::default(),
    }
}

fn read_tree(
    document: &Document,
    item: &Item,
    beta: Option<&Item>,
    notes: &Notes,
    sheets: &Sheets,
) -> Option<Model> {
    let Content::Table(root) = &item.content else { return None };
    let params = params(root, notes);
    let cores = cores_item(root);
    let names = Names::new(notes, (document.folder(), sheets), params, cores);
    let context = Context { root, names: &names, folder: document.folder(), sheets };
    let reader = names.reader();
    let texts = reader.fields("the model", item, root, &[ROOT_KEYS]);

    let host = host::read(reader, root);
    let resources = resource::read_all(reader, root);
    let (requests, io_scale) = read_requests(&context, &resources, beta);
    tell_undefined_defaults(&context);
    let classes: Vec<_> = requests.iter().map(|class| class.name.clone()).collect();
    let load = load::read(&context, &classes);
    let around = Surroundings { resources: &resources, cores: host.cores, io_scale };
    let runtimes = runtime::read_all(&context, &around);

    let runtime_names: Vec<_> = names_in(root, "runtime", "kind");
    let resource_names: Vec<_> = resources.iter().map(|resource| resource.name.clone()).collect();
    let vocabulary = Vocabulary { classes: &classes, resources: &resource_names };
    let run = run::read(reader, root, &runtime_names, vocabulary);
    let scenarios = scenario::read_all(reader, root, document.text());
    let scenario_names: Vec<_> = scenarios.iter().map(|scenario| scenario.name.clone()).collect();
    let known = expect::Known { vocabulary, runtimes: &runtime_names, scenarios: &scenario_names };
    let expects = expect::read_all(reader, root, &known);
    names.check_all();

    let model = Model {
        name: document.name().to_owned(),
        title: texts.text("title"),
        source: texts.text("source"),
        description: texts.text("description"),
        host,
        load: load?,
        resources,
        requests,
        runtimes,
        run,
        scenarios,
        expects,
    };
    // Contradictions are only sought in what is not mistaken: a default in the place of a mistake
    // would make some that nobody wrote.
    if notes.count() == 0 {
        check::check(reader, root, &model);
    }
    Some(model)
}

fn params<'a>(root: &'a Table, notes: &Notes) -> Option<&'a Table> {
    let entry = root.get("params")?;
    let reader = Reader { notes, scope: &NoScope };
    let table = reader.table(&entry.item, "a table: [params]")?;
    names::check_names(notes, table);
    Some(table)
}

fn cores_item(root: &Table) -> Option<&Item> {
    match &root.get("host")?.item.content {
        Content::Table(host) => host.get("cores").map(|entry| &entry.item),
        _ => None,
    }
}

/// The names of all tables of a list, even of those that are mistaken otherwise, so that what
/// refers to them is no second mistake.
fn names_in(root: &Table, head: &str, or: &str) -> Vec<String> {
    let Some(Entry { item: Item { content: Content::List(items), .. }, .. }) = root.get(head)
    else {
        return Vec::new();
    };
    let text = |table: &Table, key: &str| match table.get(key).map(|entry| &entry.item.content) {
        Some(Content::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let name = |item: &Item| match &item.content {
        Content::Table(table) => text(table, "name").or_else(|| text(table, or)),
        _ => None,
    };
    items.iter().filter_map(name).collect()
}

/// Reads the requests, scales their waits to the ratio that `beta` asks for, and tells the names
/// what `$beta` is. Returns the factor of the waits too.
fn read_requests(
    context: &Context<'_>,
    resources: &[crate::model::Resource],
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
fn tell_undefined_defaults(context: &Context<'_>) {
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

#[cfg(test)]
mod tests;
