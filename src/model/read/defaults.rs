//! What a model has that does not say otherwise, as `defaults.toml` says it.

use std::sync::LazyLock;

use crate::input::tree::{self, Content, DEFAULT_LAYER, Table};

/// The model that is meant where the file says nothing.
pub(super) const DEFAULTS: &str = include_str!("defaults.toml");
/// The number of that text among the sources of messages: after the model file.
pub(super) const DEFAULTS_SOURCE: usize = 1;

/// Puts the default tables into a tree that lacks them.
pub(super) fn add_defaults(root: &mut Table) {
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
pub(super) fn add_default_clients(root: &mut Table) {
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

/// Read once: a sweep reads its model for each of its points.
fn defaults() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        let (item, _) = tree::parse(DEFAULTS, DEFAULTS_SOURCE, DEFAULT_LAYER);
        match item.content {
            Content::Table(table) => table,
            _ => Table::default(),
        }
    });
    &TABLE
}
