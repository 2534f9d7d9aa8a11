//! A model file read into a [`Model`]: every key, every default, every mistake at once.
//!
//! The file becomes a tree; overrides are put into the tree; then one file beside this one reads
//! each table. Nothing stops at a mistake: it is noted and the reading goes on with a default.

mod again;
mod beta;
pub mod check;
mod defaults;
pub(crate) mod edit;
pub mod expect;
pub mod host;
pub mod kinds;
pub mod load;
pub mod names;
mod objective;
pub mod preset;
pub mod request;
pub mod resource;
pub mod run;
pub mod runtime;
pub mod scenario;
pub mod step;
mod uses;

pub use again::Again;

use std::cell::RefCell;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use crate::input::document::Document;
use crate::input::keys::{Holds, Key};
use crate::input::notes::Notes;
use crate::input::problem::{Problem, Problems, Source};
use crate::input::reader::Reader;
use crate::input::suggest::did_you_mean;
use crate::input::tree::{Content, Entry, FILE_LAYER, Item, Table};
use crate::input::value::NoScope;
use crate::model::metric::Vocabulary;
use crate::model::overrides::Overrides;
use crate::model::preset::{SOURCE as PRESETS_SOURCE, TEXT as PRESETS};
use crate::model::{Model, Story};
use defaults::DEFAULTS;
use names::{Beta, Known, Names, Sheets};
use runtime::Surroundings;
use uses::{Part, Parts, Uses};

/// The keys of the file outside of its tables, and the tables.
pub const ROOT_KEYS: &[Key] = &[
    Key::new("title", Holds::Text, "", "one line for people"),
    Key::new("source", Holds::Text, "", "where the numbers come from"),
    Key::new("description", Holds::Text, "", "what is given, what is assumed, what is fitted"),
    Key::new("claim", Holds::Text, "", "what the source claims, in a sentence"),
    Key::new("cause", Holds::Text, "", "what the simulation says causes it, in a sentence"),
    Key::new("formula_says", Holds::Text, "", "what 1 + T_io/T_cpu would have said, in a sentence"),
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

/// What all readers of one model share.
pub struct Context<'a> {
    /// The tree, overrides and defaults in it.
    pub root: &'a Table,
    /// What `$name` is worth.
    pub names: &'a Names<'a>,
    /// Where files are looked for.
    pub folder: &'a Path,
    /// The CSV files read so far.
    pub sheets: &'a Sheets<'a>,
}

impl Model {
    /// Reads a model: the file, with the overrides in front of its values, in their order. All
    /// scenarios are read too, so that a model that is read has no mistake in any of them.
    ///
    /// # Errors
    ///
    /// Every mistake of the file and of the overrides, at once.
    pub fn read(document: &Document, overrides: &Overrides) -> Result<Self, Problems> {
        let sheets = Sheets::of(document);
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
        let sheets = Sheets::of(document);
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
    // A sweep reads a model for every point.
    static TEXTS: LazyLock<[Arc<str>; 2]> = LazyLock::new(|| [DEFAULTS.into(), PRESETS.into()]);
    let [defaults, presets] = &*TEXTS;
    let defaults = Source { name: "defaults".to_owned(), text: Arc::clone(defaults) };
    let presets = Source { name: "presets".to_owned(), text: Arc::clone(presets) };
    [document.source().clone(), defaults, presets].into_iter().chain(overrides.sources()).collect()
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
    sheets: &Sheets<'_>,
) -> (Option<Model>, Vec<Problem>) {
    let notes = Notes::new(sources(document, overrides));
    let (item, beta) = tree_of(document, overrides, scenario, &notes);
    let mut model = Model::blank();
    let of = (document, &item, beta.as_ref());
    let read = read_tree(of, &notes, sheets, Before::default(), &mut model);
    let (_, problems) = notes.finish();
    (read.map(|_| model), problems)
}

/// The tree of a document, with overrides, a scenario, defaults and presets in it, and `beta` beside it.
fn tree_of(
    document: &Document,
    overrides: &Overrides,
    scenario: Option<&str>,
    notes: &Notes,
) -> (Item, Option<Item>) {
    let mut item = document.root().clone();
    let mut beta = None;
    if let Content::Table(root) = &mut item.content {
        defaults::add_defaults(root);
        for edit in overrides.edits(PRESETS_SOURCE + 1) {
            edit::apply(root, &mut beta, edit, notes);
        }
        if let Some(name) = scenario {
            // One layer above the last override.
            let layer = u32::try_from(overrides.len()).unwrap_or(u32::MAX - 2) + FILE_LAYER + 1;
            match scenario::edits(root, name, layer) {
                Some(edits) => {
                    edits.into_iter().for_each(|edit| edit::apply(root, &mut beta, edit, notes));
                }
                None => notes.add(no_scenario(name, &scenario_names(document))),
            }
        }
        defaults::add_default_clients(root);
        preset::apply(root, notes);
    }
    (item, beta)
}

fn no_scenario(name: &str, names: &[String]) -> Problem {
    Problem::new(format!("there is no scenario `{name}`"))
        .expected(crate::input::keys::one_of(names))
        .perhaps(did_you_mean(name, names))
}

/// What is known before a reading, and what of the model is to be read.
struct Before<'u> {
    parts: Parts,
    worth: Worth,
    uses: Option<&'u RefCell<Uses>>,
}

impl Default for Before<'_> {
    /// Nothing is known, and everything is to be read.
    fn default() -> Self {
        Self { parts: Parts::ALL, worth: Worth::default(), uses: None }
    }
}

/// What names are worth after a reading.
#[derive(Debug)]
struct Worth {
    known: Known,
    beta: Beta,
    /// What the waits are multiplied by (the axis `beta`).
    io_scale: f64,
}

impl Default for Worth {
    fn default() -> Self {
        Self { known: Known::new(), beta: Beta::NotYet, io_scale: 1.0 }
    }
}

/// Reads the parts of a model that are asked for; the others are what they are. `None` where there is no load.
fn read_tree(
    (document, item, wanted_beta): (&Document, &Item, Option<&Item>),
    notes: &Notes,
    sheets: &Sheets<'_>,
    before: Before<'_>,
    model: &mut Model,
) -> Option<Worth> {
    let Content::Table(root) = &item.content else { return None };
    let Before { parts, worth: Worth { known, beta, mut io_scale }, uses } = before;
    let params = params(root, notes);
    let cores = cores_item(root);
    let names = Names::new(notes, (document.folder(), sheets), params, cores);
    let names = match uses {
        Some(uses) => names.watched(known, uses),
        None => names,
    };
    let context = Context { root, names: &names, folder: document.folder(), sheets };
    let reader = names.reader();
    let reads = |part| {
        names.reading(part);
        parts.has(part)
    };
    if reads(Part::Rest) {
        let texts = reader.fields("the model", item, root, &[ROOT_KEYS]);
        model.name = document.name().to_owned();
        model.title = texts.text("title");
        model.source = texts.text("source");
        model.description = texts.text("description");
        model.story = Story {
            claim: texts.text("claim"),
            cause: texts.text("cause"),
            formula_says: texts.text("formula_says"),
        };
    }
    if reads(Part::Host) {
        model.host = host::read(reader, root);
    }
    if reads(Part::Resources) {
        model.resources = resource::read_all(reader, root);
    }
    if reads(Part::Requests) {
        (model.requests, io_scale) = beta::read_requests(&context, &model.resources, wanted_beta);
    } else {
        names.set_beta(beta);
    }
    beta::tell_undefined_defaults(&context);
    let classes: Vec<_> = model.requests.iter().map(|class| class.name.clone()).collect();
    let mut has_load = true;
    if reads(Part::Load) {
        match load::read(&context, &classes) {
            Some(load) => model.load = load,
            None => has_load = false,
        }
    }
    if reads(Part::Runtimes) {
        let around =
            Surroundings { resources: &model.resources, cores: model.host.cores, io_scale };
        model.runtimes = runtime::read_all(&context, &around);
    }
    if parts.has(Part::Run) || parts.has(Part::Rest) {
        let runtime_names: Vec<_> = names_in(root, "runtime", "kind");
        let resources: Vec<_> = model.resources.iter().map(|one| one.name.clone()).collect();
        let vocabulary = Vocabulary { classes: &classes, resources: &resources };
        if reads(Part::Run) {
            model.run = run::read(reader, root, &runtime_names, vocabulary);
        }
        if reads(Part::Rest) {
            model.scenarios = scenario::read_all(reader, root, document.text());
            let scenarios: Vec<_> = model.scenarios.iter().map(|one| one.name.clone()).collect();
            let known =
                expect::Known { vocabulary, runtimes: &runtime_names, scenarios: &scenarios };
            model.expects = expect::read_all(reader, root, &known);
        }
    }
    names.reading(Part::Rest);
    names.check_all();
    if !sheets.is_untouched() {
        // A parameter that nothing else uses may name a file.
        model.read_outside = sheets.outside(document.folder());
    }
    if !has_load {
        return None;
    }
    // Contradictions are only sought in what is not mistaken: a default in the place of a mistake
    // would make some that nobody wrote.
    if notes.count() == 0 {
        check::check(reader, root, model);
    }
    let beta = names.beta();
    Some(Worth { known: names.into_known(), beta, io_scale })
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

#[cfg(test)]
mod tests;
