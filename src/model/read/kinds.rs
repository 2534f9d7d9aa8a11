//! A table whose `kind` decides which keys it has: `[load]`, `[[runtime]]`.

use crate::input::keys::{self, Key, Kind};
use crate::input::problem::{Place, Problem};
use crate::input::reader::Reader;
use crate::input::suggest::did_you_mean;
use crate::input::table::{Elsewhere, Fields};
use crate::input::tree::{Entry, FILE_LAYER, Item, Table};

/// The kinds that a table can be of.
#[derive(Clone, Copy, Debug)]
pub struct Kinds {
    /// The keys of every kind, `kind` among them.
    pub common: &'static [Key],
    /// The kinds, each with its own keys.
    pub kinds: &'static [Kind],
    /// What it is a kind of.
    pub noun: &'static str,
}

impl Kinds {
    /// The words of all kinds.
    #[must_use]
    pub fn words(&self) -> Vec<&'static str> {
        self.kinds.iter().map(|kind| kind.word).collect()
    }

    /// Reads `kind` and opens the table with the keys that it then has. A key of another kind is
    /// told with the kinds that have it; where an override chose the kind, the file's keys of
    /// other kinds are passed over.
    #[must_use]
    pub fn choose<'a>(
        &self,
        reader: Reader<'a>,
        item: &'a Item,
        table: &'a Table,
        title: &str,
    ) -> Option<(&'static Kind, Fields<'a>)> {
        let Some(entry) = table.get("kind") else {
            let problem = Problem::new(format!("{title} has no `kind`"))
                .expected(format!("kind = {}", keys::one_of(&self.words())))
                .consequence();
            reader.note(&item.place, problem);
            return None;
        };
        let word = reader.text(&entry.item, &keys::one_of(&self.words()))?;
        let Some(kind) = self.kinds.iter().find(|kind| kind.word == word) else {
            self.tell_unknown(reader, &entry.item, word);
            return None;
        };
        // The file (0) knows nothing of a kind that was chosen on the command line, and neither do
        // its scenarios, which come later than that.
        let of_the_old_kind = |other: &Entry| {
            let written_in_file = |place: &Place| place.source == 0;
            other.layer < entry.layer
                || written_in_file(&other.key_place) && !written_in_file(&entry.item.place)
        };
        let overridden = entry.layer > FILE_LAYER;
        let title = format!("{title} of kind `{word}`");
        let fields =
            reader.fields_explained(title, (item, table), &[self.common, kind.keys], |other| {
                let owners = self.owners(&other.key);
                if owners.is_empty() {
                    return None;
                }
                if overridden && of_the_old_kind(other) {
                    return Some(Elsewhere::PassOver);
                }
                Some(Elsewhere::Advice(format!(
                    "`{}` belongs to {}; this {} is `{word}`",
                    other.key,
                    keys::one_of(&owners),
                    self.noun
                )))
            });
        Some((kind, fields))
    }

    /// The kinds that have a key, as people write them.
    fn owners(&self, key: &str) -> Vec<String> {
        let has = |kind: &&Kind| kind.keys.iter().any(|own| own.name == key);
        self.kinds.iter().filter(has).map(|kind| format!("`{}`", kind.word)).collect()
    }

    fn tell_unknown(&self, reader: Reader<'_>, item: &Item, word: &str) {
        let words = self.words();
        let problem = Problem::new(format!("`{word}` is not a kind of {}", self.noun))
            .perhaps(did_you_mean(word, &words));
        reader.note(&item.place, problem.expected(keys::one_of(&words)));
    }
}
