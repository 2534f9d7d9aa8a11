//! A TOML text as a tree in which every key and value knows its place.
//!
//! An own tree, not `toml`'s, for three reasons: it keeps the order of the file, it borrows
//! nothing, and an override (`--set`, a scenario) can put a value into it whose place is in
//! another text. What reads the tree then needs to know nothing of overrides.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::input::problem::{Place, Problem};

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Where it is written.
    pub place: Place,
    /// What it is.
    pub content: Content,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A string, without its quotes.
    Text(String),
    /// An integer, in decimal digits with an optional sign.
    Integer(String),
    /// A float as written, without underscores.
    Float(String),
    /// `true` or `false`.
    Flag(bool),
    /// A date or a time of day, which no key of a model takes.
    Date,
    /// An array.
    List(Vec<Item>),
    /// A table, inline or with a header.
    Table(Table),
}

impl Content {
    /// What it is, in a word for messages.
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Flag(_) => "true or false",
            Self::Date => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// Keys and values in the order of the file; no key twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The keys with their values.
    pub entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key is written.
    pub key_place: Place,
    /// The value.
    pub item: Item,
    /// Who set it: 0 a default, 1 the file, higher a later override.
    pub layer: u32,
}

/// The layer of what nobody wrote.
pub const DEFAULT_LAYER: u32 = 0;
/// The layer of what the model file says.
pub const FILE_LAYER: u32 = 1;

impl Table {
    /// The entry of this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The entry of this key.
    #[must_use]
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }

    /// Puts an entry in the place of the one with its key, or at the end.
    pub fn put(&mut self, entry: Entry) {
        match self.get_mut(&entry.key) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
    }

    /// Takes the entry of this key away.
    pub fn remove(&mut self, key: &str) {
        self.entries.retain(|entry| entry.key != key);
    }
}

/// Reads a TOML text: what of it could be read, and every syntax error.
#[must_use]
pub fn parse(text: &str, source: usize, layer: u32) -> (Item, Vec<Problem>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let maker = Maker { source, layer };
    let item = maker.table_item(0..text.len().min(1), table.get_ref());
    let problems = errors.iter().map(|error| syntax_problem(error, source)).collect();
    (item, problems)
}

/// Reads the text of an override: a TOML value where it is one (`true`, `64`, `["a"]`, `"80 ms"`),
/// else the text itself (`80 ms`, `exp(9 ms)`). `offset` is where it begins in its source.
#[must_use]
pub fn parse_value(text: &str, source: usize, offset: usize, layer: u32) -> Item {
    let trimmed = text.trim();
    let start = offset + (text.len() - text.trim_start().len());
    let place = Place::new(source, start..start + trimmed.len());
    let plain = Item { place, content: Content::Text(trimmed.to_owned()) };
    let (value, errors) = DeValue::parse_recoverable(trimmed);
    if !errors.is_empty() || matches!(value.get_ref(), DeValue::Datetime(_)) {
        return plain;
    }
    let mut item = Maker { source, layer }.item(&value);
    shift(&mut item, start);
    item
}

fn syntax_problem(error: &toml::de::Error, source: usize) -> Problem {
    // `toml` writes "what, expected this, that" in one string.
    let (message, expected) = match error.message().split_once(", expected ") {
        Some((message, expected)) => (message, Some(expected)),
        None => (error.message(), None),
    };
    let place = Place::new(source, error.span().unwrap_or(0..0));
    let problem = Problem::new(message).at(&place);
    match (expected, message) {
        (Some(expected), _) => problem.expected(expected),
        (None, "duplicate key") => problem.advice("keep one of the two"),
        (None, _) => problem.expected("TOML, see https://toml.io"),
    }
}

/// Turns `toml`'s tree into ours.
struct Maker {
    source: usize,
    layer: u32,
}

impl Maker {
    fn item(&self, value: &Spanned<DeValue<'_>>) -> Item {
        let place = Place::new(self.source, value.span());
        let content = match value.get_ref() {
            DeValue::String(text) => Content::Text(text.clone().into_owned()),
            DeValue::Integer(integer) => Content::Integer(
                i128::from_str_radix(integer.as_str(), integer.radix())
                    .map_or_else(|_| integer.as_str().to_owned(), |number| number.to_string()),
            ),
            DeValue::Float(float) => Content::Float(float.as_str().to_owned()),
            DeValue::Boolean(flag) => Content::Flag(*flag),
            DeValue::Datetime(_) => Content::Date,
            DeValue::Array(items) => {
                Content::List(items.iter().map(|item| self.item(item)).collect())
            }
            DeValue::Table(table) => return self.table_item(value.span(), table),
        };
        Item { place, content }
    }

    fn table_item(&self, span: std::ops::Range<usize>, table: &DeTable<'_>) -> Item {
        let mut entries: Vec<Entry> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().clone().into_owned(),
                key_place: Place::new(self.source, key.span()),
                item: self.item(value),
                layer: self.layer,
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_place.span.start);
        Item { place: Place::new(self.source, span), content: Content::Table(Table { entries }) }
    }
}

fn shift(item: &mut Item, by: usize) {
    let move_by = |place: &mut Place| {
        place.span = place.span.start + by..place.span.end + by;
    };
    move_by(&mut item.place);
    match &mut item.content {
        Content::List(items) => items.iter_mut().for_each(|item| shift(item, by)),
        Content::Table(table) => {
            for entry in &mut table.entries {
                move_by(&mut entry.key_place);
                shift(&mut entry.item, by);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        let (item, problems) = parse(text, 0, FILE_LAYER);
        assert!(problems.is_empty(), "{problems:?}");
        match item.content {
            Content::Table(table) => table,
            _ => unreachable!("a document is a table"),
        }
    }

    #[test]
    fn entries_keep_the_order_of_the_file() {
        let table = table("z = 1\na = 2\nm = 3\n");
        let keys: Vec<_> = table.entries.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["z", "a", "m"]);
    }

    #[test]
    fn every_value_knows_its_place() {
        let text = "a = [1, { b = 0x1_0 }]\n[c]\nd = 'e'\n";
        let table = table(text);
        let Content::List(items) = &table.entries[0].item.content else { unreachable!("a list") };
        assert_eq!(&text[items[0].place.span.clone()], "1");
        let Content::Table(inner) = &items[1].content else { unreachable!("a table") };
        assert_eq!(inner.entries[0].item.content, Content::Integer("16".to_owned()));
        assert_eq!(&text[inner.entries[0].item.place.span.clone()], "0x1_0");
    }

    #[test]
    fn all_syntax_errors_are_told_and_the_rest_is_read() {
        let (item, problems) = parse("a = \nb = 1\nc = [1,\nd = 2\n", 0, FILE_LAYER);
        assert!(problems.len() >= 2, "{problems:?}");
        let Content::Table(table) = item.content else { unreachable!("a table") };
        assert!(table.get("b").is_some());
    }

    #[test]
    fn the_text_of_an_override_is_a_toml_value_or_itself() {
        for (text, content) in [
            ("64", Content::Integer("64".to_owned())),
            ("true", Content::Flag(true)),
            ("80 ms", Content::Text("80 ms".to_owned())),
            ("\"80 ms\"", Content::Text("80 ms".to_owned())),
            ("exp(9 ms)", Content::Text("exp(9 ms)".to_owned())),
            ("0.5", Content::Float("0.5".to_owned())),
            ("fifo", Content::Text("fifo".to_owned())),
        ] {
            let item = parse_value(text, 3, 10, 2);
            assert_eq!(item.content, content, "{text}");
            assert_eq!(item.place, Place::new(3, 10..10 + text.len()), "{text}");
        }
        let list = parse_value(" [\"a\"]", 1, 0, 2);
        let Content::List(items) = list.content else { unreachable!("a list") };
        assert_eq!(items[0].place.span, 2..5);
    }

    #[test]
    fn put_replaces_and_remove_removes() {
        let mut entries = table("a = 1\nb = 2\n");
        let mut entry = entries.entries[1].clone();
        entry.key = "a".to_owned();
        entries.put(entry);
        assert_eq!(
            entries.get("a").map(|entry| &entry.item.content),
            Some(&Content::Integer("2".to_owned()))
        );
        entries.remove("b");
        assert!(entries.get("b").is_none());
    }
}
