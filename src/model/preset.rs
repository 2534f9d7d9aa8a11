//! Presets: named sets of keys of a runtime, each figure with what it means and its source.

use std::sync::LazyLock;

use crate::input::tree::{self, Content, DEFAULT_LAYER, Item, Table};

/// The text that they are read from.
pub(super) const TEXT: &str = include_str!("presets.toml");
/// The number of that text among the sources of messages: after the model file and the defaults.
pub(super) const SOURCE: usize = 2;

/// A named set of keys.
#[derive(Clone, Debug)]
pub struct Preset {
    /// What `preset = "…"` calls it.
    pub name: String,
    /// The kind of runtime that it implies.
    pub kind: String,
    /// What it is, in a clause.
    pub about: String,
    /// What `overhead` has in it; none where there is no figure.
    pub counts: Option<String>,
    /// What nobody gave a figure for, which is therefore zero.
    pub lacks: Option<String>,
    /// The keys.
    pub constants: Vec<Constant>,
}

/// One key of a preset.
#[derive(Clone, Debug)]
pub struct Constant {
    /// The key of `[[runtime]]`.
    pub key: String,
    /// Its value, with its place in the text of the presets.
    pub item: Item,
    /// What it means.
    pub means: String,
    /// Who says so: an address, or `measured`.
    pub source: String,
}

impl Constant {
    /// The value as one writes it.
    #[must_use]
    pub fn value(&self) -> String {
        match &self.item.content {
            Content::Text(text) | Content::Integer(text) | Content::Float(text) => text.clone(),
            Content::Flag(flag) => flag.to_string(),
            other => other.noun().to_owned(),
        }
    }
}

/// Every preset, in the order of the text.
pub fn all() -> &'static [Preset] {
    static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        let (item, _) = tree::parse(TEXT, SOURCE, DEFAULT_LAYER);
        let Content::Table(root) = item.content else { return Vec::new() };
        let tables = root.entries.iter().filter_map(|entry| match &entry.item.content {
            Content::Table(table) => preset(&entry.key, table),
            _ => None,
        });
        tables.collect()
    });
    &PRESETS
}

/// The preset of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Preset> {
    all().iter().find(|preset| preset.name == name)
}

fn preset(name: &str, table: &Table) -> Option<Preset> {
    let keys = match &table.get("keys")?.item.content {
        Content::Table(keys) => keys,
        _ => return None,
    };
    let constants = keys.entries.iter().filter_map(|entry| match &entry.item.content {
        Content::Table(constant) => Some(Constant {
            key: entry.key.clone(),
            item: constant.get("value")?.item.clone(),
            means: text(constant, "means")?,
            source: text(constant, "source")?,
        }),
        _ => None,
    });
    Some(Preset {
        name: name.to_owned(),
        kind: text(table, "kind")?,
        about: text(table, "about")?,
        counts: text(table, "counts"),
        lacks: text(table, "lacks"),
        constants: constants.collect(),
    })
}

fn text(table: &Table, key: &str) -> Option<String> {
    match &table.get(key)?.item.content {
        Content::Text(text) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_of_the_text_is_a_whole_preset() {
        let (item, problems) = tree::parse(TEXT, SOURCE, DEFAULT_LAYER);
        assert!(problems.is_empty());
        let Content::Table(root) = item.content else { panic!("a table") };
        assert_eq!(root.entries.len(), all().len());
        for preset in all() {
            let Content::Table(table) = &root.get(&preset.name).expect("there").item.content else {
                panic!("{}", preset.name)
            };
            let Content::Table(keys) = &table.get("keys").expect("keys").item.content else {
                panic!("{}", preset.name)
            };
            assert_eq!(keys.entries.len(), preset.constants.len(), "{}", preset.name);
        }
    }

    #[test]
    fn every_figure_has_a_source_and_every_absent_overhead_is_said() {
        for preset in all() {
            let has = |key: &str| preset.constants.iter().any(|constant| constant.key == key);
            for constant in &preset.constants {
                let source = &constant.source;
                assert!(source == "measured" || source.starts_with("https://"), "{source}");
            }
            let lacks = preset.lacks.clone().unwrap_or_default();
            assert_eq!(has("overhead"), preset.counts.is_some(), "{}", preset.name);
            assert_eq!(has("overhead"), !lacks.contains("overhead"), "{}", preset.name);
        }
    }
}
