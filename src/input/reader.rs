//! One value read: typed, or noted as mistaken with its place and what was expected there.

use crate::input::keys;
use crate::input::notes::Notes;
use crate::input::problem::{Place, Problem};
use crate::input::suggest::did_you_mean;
use crate::input::tree::{Content, Item, Table};
use crate::input::value::{Scope, Value, ValueError};

/// What reading needs beside the table: where mistakes go and what names are worth.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// Where mistakes are noted.
    pub notes: &'a Notes,
    /// What `$name` is worth, and the files.
    pub scope: &'a dyn Scope,
}

impl<'a> Reader<'a> {
    /// Notes a mistake at an item.
    pub fn note(&self, place: &Place, problem: Problem) {
        self.notes.add(problem.at(place));
    }

    /// Evaluates an item with one of the readers of [`Value`].
    pub fn value<T>(
        &self,
        item: &Item,
        reader: impl FnOnce(&Value) -> Result<T, ValueError>,
        expected: &str,
    ) -> Option<T> {
        let text = match &item.content {
            Content::Text(text) | Content::Integer(text) | Content::Float(text) => text,
            other => {
                self.wrong_type(item, other, expected);
                return None;
            }
        };
        let found = self.scope.parsed(text).and_then(|expr| expr.read(self.scope, reader));
        found.map_err(|error| self.notes.add_value_error(item, error)).ok()
    }

    /// Notes that an item is of the wrong type.
    pub fn wrong_type(&self, item: &Item, found: &Content, expected: &str) {
        let problem = Problem::new(format!("{} does not fit here", found.noun()));
        self.note(&item.place, problem.expected(expected));
    }

    /// A text.
    #[must_use]
    pub fn text<'i>(&self, item: &'i Item, expected: &str) -> Option<&'i str> {
        match &item.content {
            Content::Text(text) => Some(text),
            other => {
                self.wrong_type(item, other, expected);
                None
            }
        }
    }

    /// A name: `[a-z0-9_-]+`.
    #[must_use]
    pub fn name<'i>(&self, item: &'i Item) -> Option<&'i str> {
        let name = self.text(item, "a name")?;
        self.check_name(name, &item.place).then_some(name)
    }

    /// Whether a name is one; notes it where not.
    #[must_use]
    pub fn check_name(&self, name: &str, place: &Place) -> bool {
        let fits = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '_' | '-');
        if !name.is_empty() && name.chars().all(fits) {
            return true;
        }
        let better: String = name
            .to_lowercase()
            .chars()
            .map(|letter| if fits(letter) { letter } else { '-' })
            .collect();
        // Letters of other scripts have no plain form that could be guessed.
        let better = Some(better.trim_matches('-').to_owned())
            .filter(|better| name.is_ascii() && !better.is_empty());
        let problem = Problem::new(format!("`{name}` is not a name"))
            .expected("small letters, digits, `_` and `-`")
            .perhaps(better);
        self.note(place, problem);
        false
    }

    /// The items of a list.
    #[must_use]
    pub fn list<'i>(&self, item: &'i Item, expected: &str) -> Option<&'i [Item]> {
        match &item.content {
            Content::List(items) => Some(items),
            other => {
                self.wrong_type(item, other, expected);
                None
            }
        }
    }

    /// A table.
    #[must_use]
    pub fn table<'i>(&self, item: &'i Item, expected: &str) -> Option<&'i Table> {
        match &item.content {
            Content::Table(table) => Some(table),
            other => {
                self.wrong_type(item, other, expected);
                None
            }
        }
    }

    /// The tables of `[[key]]`; a single `[key]` where there should be `[[key]]` is told.
    #[must_use]
    pub fn tables<'i>(&self, root: &'i Table, key: &str) -> Vec<(&'i Item, &'i Table)> {
        let Some(entry) = root.get(key) else { return Vec::new() };
        let items = match &entry.item.content {
            Content::List(items) => items.as_slice(),
            Content::Table(_) => {
                let problem = Problem::new(format!("[{key}] is a single table"))
                    .expected(format!("[[{key}]], of which there may be several"))
                    .advice(format!("write [[{key}]], with two brackets"))
                    .consequence();
                self.note(&entry.key_place, problem);
                return Vec::new();
            }
            other => {
                self.wrong_type(&entry.item, other, &format!("[[{key}]] tables"));
                return Vec::new();
            }
        };
        let table =
            |item| self.table(item, &format!("a [[{key}]] table")).map(|table| (item, table));
        items.iter().filter_map(table).collect()
    }

    /// The place in `options` that an item names; `what` is said of it in messages.
    #[must_use]
    pub fn one_of<S: AsRef<str>>(&self, item: &Item, options: &[S], what: &str) -> Option<usize> {
        let expected = keys::one_of(options);
        let word = self.text(item, &expected)?;
        let found = options.iter().position(|option| option.as_ref() == word);
        if found.is_none() {
            let near = did_you_mean(word, options.iter().map(AsRef::as_ref));
            let problem = Problem::new(format!("`{word}` is not {what}")).perhaps(near);
            let problem = if options.is_empty() {
                problem.advice(format!("the model has none; define {what} or leave this away"))
            } else {
                problem.expected(expected)
            };
            self.note(&item.place, problem.consequence());
        }
        found
    }
}
