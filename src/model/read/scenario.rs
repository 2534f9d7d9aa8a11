//! Reads `[[scenario]]`: the same model under other values.

use crate::input::keys::{Holds, Key};
use crate::input::problem::{Place, Problem};
use crate::input::reader::Reader;
use crate::input::tree::{Content, Item, Table};
use crate::model::Scenario;
use crate::model::overrides::{Edit, segments};

/// The keys of `[[scenario]]`.
pub const KEYS: &[Key] = &[
    Key::new("name", Holds::Name, "", "its name; required"),
    Key::new("set", Holds::Values, "", "parameters and paths with their values; required"),
];

/// Reads all scenarios; `text` is the file's.
#[must_use]
pub fn read_all(reader: Reader<'_>, root: &Table, text: &str) -> Vec<Scenario> {
    let mut scenarios: Vec<Scenario> = Vec::new();
    for (item, table) in reader.tables(root, "scenario") {
        let fields = reader.fields("[[scenario]]", item, table, &[KEYS]);
        let name = fields.required("name").and_then(|item| reader.name(item)).map(str::to_owned);
        let values = fields
            .required("set")
            .and_then(|item| reader.table(item, "a table: set = { \"load.clients\" = 500 }"));
        let mut set = Vec::new();
        for (path, item) in values.map(leaves).unwrap_or_default() {
            let path: Vec<_> = path.into_iter().map(|(part, _)| part).collect();
            set.push((path.join("."), written(item, text)));
        }
        let Some(name) = name else { continue };
        if scenarios.iter().any(|other| other.name == name) {
            let problem = Problem::new(format!("two scenarios are called `{name}`"))
                .expected("a name of its own for each");
            fields.note("name", problem);
        }
        scenarios.push(Scenario { name, set });
    }
    scenarios
}

/// The edits that a scenario makes; `None` where there is no scenario of this name.
#[must_use]
pub(crate) fn edits(root: &Table, name: &str, layer: u32) -> Option<Vec<Edit>> {
    let Content::List(items) = &root.get("scenario")?.item.content else { return None };
    let tables = items.iter().filter_map(|item| match &item.content {
        Content::Table(table) => Some(table),
        _ => None,
    });
    let called = |table: &&Table| {
        let text = table.get("name").map(|entry| &entry.item.content);
        matches!(text, Some(Content::Text(text)) if text == name)
    };
    let table = tables.into_iter().find(called)?;
    let Some(Content::Table(set)) = table.get("set").map(|entry| &entry.item.content) else {
        return Some(Vec::new());
    };
    let edit =
        |(path, item): (Vec<(String, Place)>, &Item)| Edit { path, item: item.clone(), layer };
    Some(leaves(set).into_iter().map(edit).collect())
}

/// The values of a table of paths: `"load.clients" = 500` and `load.clients = 500` alike.
fn leaves(table: &Table) -> Vec<(Vec<(String, Place)>, &Item)> {
    let mut found = Vec::new();
    for entry in &table.entries {
        let span = &entry.key_place.span;
        let quotes = (span.end - span.start).saturating_sub(entry.key.len()) / 2;
        let start = span.start + quotes;
        let head = segments(&entry.key, entry.key_place.source, start);
        match &entry.item.content {
            Content::Table(inner) => {
                for (tail, item) in leaves(inner) {
                    found.push(([head.as_slice(), &tail].concat(), item));
                }
            }
            _ => found.push((head, &entry.item)),
        }
    }
    found
}

/// A value as it is written, without the quotes of a string.
fn written(item: &Item, text: &str) -> String {
    match &item.content {
        Content::Text(text) | Content::Integer(text) | Content::Float(text) => text.clone(),
        Content::Flag(flag) => flag.to_string(),
        _ => text.get(item.place.span.clone()).unwrap_or_default().to_owned(),
    }
}
