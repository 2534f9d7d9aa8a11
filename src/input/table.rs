//! A table read key by key: each value typed, each mistake noted with its place, the reading going on.
//!
//! Nothing here stops at a mistake: a key that cannot be read is noted and then is as if absent, so
//! that all mistakes of a file are told at once.

use crate::input::dist::Dist;
use crate::input::keys::{self, Key};
use crate::input::problem::{Place, Problem};
use crate::input::reader::Reader;
use crate::input::suggest::did_you_mean;
use crate::input::tree::{Content, Entry, Item, Table};
use crate::input::value::{Value, ValueError};
use crate::units::{Bytes, Rate, Share, Span};

/// The most cores, workers, threads or loops: a simulation of more has no memory for them.
pub const MOST_WIDE: u64 = 10_000_000;

/// The highest rate, one a nanosecond: virtual time knows nothing shorter.
const HIGHEST_RATE: f64 = 1e9;

/// Why a key that is not allowed in a table was perhaps written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// It does no harm: an override made it meaningless.
    PassOver,
    /// It belongs to something else: what to do.
    Advice(String),
}

impl<'a> Reader<'a> {
    /// The fields of a table, which may have these keys; any other is told at once. `title` is
    /// what messages call the table: `[host]`.
    #[must_use]
    pub fn fields(
        &self,
        title: impl Into<String>,
        item: &'a Item,
        table: &'a Table,
        allowed: &[&'static [Key]],
    ) -> Fields<'a> {
        self.fields_explained(title, (item, table), allowed, |_| None)
    }

    /// As [`Reader::fields`], where a key that is not allowed may be explained by `elsewhere`.
    #[must_use]
    pub fn fields_explained(
        &self,
        title: impl Into<String>,
        (item, table): (&'a Item, &'a Table),
        allowed: &[&'static [Key]],
        elsewhere: impl Fn(&Entry) -> Option<Elsewhere>,
    ) -> Fields<'a> {
        let fields = Fields {
            reader: *self,
            title: title.into(),
            place: item.place.clone(),
            table,
            allowed: allowed.to_vec(),
        };
        fields.tell_unknown(elsewhere);
        fields
    }
}

/// A table being read.
pub struct Fields<'a> {
    /// Where mistakes go and what names are worth.
    pub reader: Reader<'a>,
    /// What messages call the table.
    pub title: String,
    /// Where it begins.
    pub place: Place,
    table: &'a Table,
    allowed: Vec<&'static [Key]>,
}

impl<'a> Fields<'a> {
    fn tell_unknown(&self, elsewhere: impl Fn(&Entry) -> Option<Elsewhere>) {
        let names = keys::names(&self.allowed);
        for entry in &self.table.entries {
            if names.contains(&entry.key.as_str()) {
                continue;
            }
            let problem = Problem::new(format!("`{}` is not a key of {}", entry.key, self.title))
                .expected(keys::one_of(&names));
            let problem = match elsewhere(entry) {
                Some(Elsewhere::PassOver) => continue,
                Some(Elsewhere::Advice(advice)) => problem.advice(advice),
                None => problem.perhaps(did_you_mean(&entry.key, names.iter())),
            };
            self.reader.note(&entry.key_place, problem);
        }
    }

    /// The entry of a key, which must be one of the allowed.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&'a Entry> {
        debug_assert!(keys::names(&self.allowed).contains(&key), "{key} of {}", self.title);
        self.table.get(key)
    }

    /// The value of a key.
    #[must_use]
    pub fn item(&self, key: &str) -> Option<&'a Item> {
        self.entry(key).map(|entry| &entry.item)
    }

    /// Whether the key is there, rightly or wrongly.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The value of a key that must be there; its absence is noted.
    #[must_use]
    pub fn required(&self, key: &str) -> Option<&'a Item> {
        let item = self.item(key);
        if item.is_none() {
            let means = self.allowed.iter().flat_map(|keys| keys.iter());
            let means = means.filter(|known| known.name == key).map(|known| known.means).next();
            let problem = Problem::new(format!("{} has no `{key}`", self.title))
                .expected(format!("`{key}`: {}", means.unwrap_or("a value")))
                .consequence();
            self.reader.note(&self.place, problem);
        }
        item
    }

    /// Notes a mistake at a key, or at the table where the key is absent.
    pub fn note(&self, key: &str, problem: Problem) {
        let place = self.entry(key).map_or(&self.place, |entry| &entry.item.place);
        self.reader.note(place, problem);
    }

    /// A text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        let text = self.reader.text(self.item(key)?, "a text in quotes")?;
        // What a file says ends up on terminals and in pictures.
        if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t')) {
            let problem = Problem::new(format!("`{key}` has a control character in it"))
                .expected("letters that can be shown");
            self.note(key, problem);
            return None;
        }
        Some(text.to_owned())
    }

    /// `true` or `false`.
    #[must_use]
    pub fn flag(&self, key: &str) -> Option<bool> {
        let item = self.item(key)?;
        match &item.content {
            Content::Flag(flag) => Some(*flag),
            other => {
                self.reader.wrong_type(item, other, "true or false, without quotes");
                None
            }
        }
    }

    /// One of a table of words with their meanings.
    #[must_use]
    pub fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let item = self.item(key)?;
        let options: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        let place = self.reader.one_of(item, &options, &format!("a value of `{key}`"))?;
        words.get(place).map(|(_, meaning)| *meaning)
    }

    /// A value by one of the readers of [`Value`].
    fn read<T>(
        &self,
        key: &str,
        reader: impl FnOnce(&Value) -> Result<T, ValueError>,
        expected: &str,
    ) -> Option<T> {
        self.reader.value(self.item(key)?, reader, expected)
    }

    /// A fixed duration.
    #[must_use]
    pub fn duration(&self, key: &str) -> Option<Span> {
        self.read(key, Value::duration, "a duration, as in 80 ms")
    }

    /// A fixed duration above zero.
    #[must_use]
    pub fn positive_duration(&self, key: &str) -> Option<Span> {
        let span = self.duration(key)?;
        if span.is_zero() {
            let problem = Problem::new(format!("`{key}` of no time at all"))
                .expected("a duration above zero")
                .advice(format!("leave `{key}` away, or give it a length"));
            self.note(key, problem);
            return None;
        }
        Some(span)
    }

    /// A distribution of durations, in nanoseconds.
    #[must_use]
    pub fn durations(&self, key: &str) -> Option<Dist> {
        let expected = "a duration or a distribution, as in 80 ms, exp(80 ms)";
        self.read(key, Value::duration_dist, expected)
    }

    /// A whole number within bounds.
    #[must_use]
    pub fn count(&self, key: &str, least: u64, most: u64) -> Option<u64> {
        let item = self.item(key)?;
        // An integer of TOML may be beyond what an `f64` holds exactly: a seed.
        let whole = match &item.content {
            Content::Integer(digits) => digits.parse::<u64>().ok(),
            _ => None,
        };
        let expected = "a whole number, as in 40";
        let count = whole.or_else(|| self.reader.value(item, Value::count, expected))?;
        if (least..=most).contains(&count) {
            return Some(count);
        }
        let bound = if most == u64::MAX || count < least {
            format!("at least {least}")
        } else {
            format!("at most {most}")
        };
        let problem = Problem::new(format!("`{key}` is {count}")).expected(bound);
        self.reader.note(&item.place, problem);
        None
    }

    /// A whole number from `least` to the largest `u32`.
    #[must_use]
    pub fn count_u32(&self, key: &str, least: u32) -> Option<u32> {
        let count = self.count(key, u64::from(least), u64::from(u32::MAX))?;
        u32::try_from(count).ok()
    }

    /// A number of things that each need memory of their own (cores, threads): 1 to 10 million.
    #[must_use]
    pub fn width(&self, key: &str) -> Option<u32> {
        let width = self.count(key, 1, MOST_WIDE)?;
        u32::try_from(width).ok()
    }

    /// A distribution of counts.
    #[must_use]
    pub fn counts(&self, key: &str) -> Option<Dist> {
        self.read(key, Value::count_dist, "a count or a distribution of counts, as in 40")
    }

    /// A positive rate.
    #[must_use]
    pub fn rate(&self, key: &str) -> Option<Rate> {
        let rate = self.read(key, Value::rate, "a rate, as in 150/s")?;
        if rate.0 <= HIGHEST_RATE {
            return Some(rate);
        }
        let problem = Problem::new(format!("`{key}` is more than one a nanosecond"))
            .expected("at most 1e9/s, beyond which virtual time does not go");
        self.note(key, problem);
        None
    }

    /// A size.
    #[must_use]
    pub fn size(&self, key: &str) -> Option<Bytes> {
        self.read(key, Value::size, "a size, as in 40 MiB")
    }

    /// A share from 0 to 1.
    #[must_use]
    pub fn share(&self, key: &str) -> Option<Share> {
        self.read(key, Value::share, "a share, as in 0.1 or 10 %")
    }

    /// `true` (all), `false` (none) or a share.
    #[must_use]
    pub fn flag_or_share(&self, key: &str) -> Option<Share> {
        match self.item(key)?.content {
            Content::Flag(true) => Some(Share::ALL),
            Content::Flag(false) => Some(Share::NONE),
            _ => self.read(key, Value::share, "true, false or a share, as in 10 %"),
        }
    }

    /// A number of at least 0 without a unit.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<f64> {
        let number = self.read(key, Value::number, "a number, as in 1.5")?;
        if number >= 0.0 && number.is_finite() {
            return Some(number);
        }
        let problem =
            Problem::new(format!("`{key}` is {number}")).expected("a number of at least 0");
        self.note(key, problem);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::keys::Holds;
    use crate::input::notes::Notes;
    use crate::input::problem::{Problems, Source};
    use crate::input::tree;
    use crate::input::value::NoScope;
    use std::sync::Arc;

    const KEYS: &[Key] = &[
        Key::new("cores", Holds::Count, "1", "identical cores"),
        Key::new("timeout", Holds::Duration, "", "how long"),
        Key::new("gil", Holds::Flag, "false", "a lock"),
        Key::new("offload", Holds::FlagOrShare, "false", "elsewhere"),
        Key::new("weight", Holds::Number, "1", "how often"),
        Key::new("order", Holds::Word(&["fifo", "random"]), "fifo", "who is next"),
    ];

    /// Reads `text` as the table `[t]` and returns what `read` found and all messages.
    fn read<T>(text: &str, read: impl FnOnce(&Fields<'_>) -> T) -> (T, String) {
        let (item, problems) = tree::parse(text, 0, tree::FILE_LAYER);
        assert!(problems.is_empty(), "{problems:?}");
        let source = Source { name: "t.toml".to_owned(), text: Arc::from(text) };
        let notes = Notes::new(vec![source]);
        let reader = Reader { notes: &notes, scope: &NoScope };
        let table = reader.table(&item, "a table").expect("a document is a table");
        let found = read(&reader.fields("[t]", &item, table, &[KEYS]));
        let (sources, problems) = notes.finish();
        (found, Problems::new(sources, problems).render(false))
    }

    #[test]
    fn what_is_right_is_read_and_what_is_absent_is_none() {
        let text = "cores = 4\ngil = true\noffload = 0.25\norder = \"random\"\n";
        let (found, messages) = read(text, |fields| {
            (
                fields.count_u32("cores", 1),
                fields.flag("gil"),
                fields.flag_or_share("offload"),
                fields.word("order", &[("fifo", 1), ("random", 2)]),
                fields.duration("timeout"),
            )
        });
        assert_eq!(found, (Some(4), Some(true), Some(Share(0.25)), Some(2), None));
        assert_eq!(messages, "");
    }

    #[test]
    fn every_mistake_is_told_and_the_reading_goes_on() {
        let text = "cores = 0\ngil = \"yes\"\norder = \"fif\"\nweigth = 2\ntimeout = true\n";
        let (found, messages) = read(text, |fields| {
            let _ = (fields.count_u32("cores", 1), fields.flag("gil"), fields.duration("timeout"));
            fields.word("order", &[("fifo", 1), ("random", 2)])
        });
        assert_eq!(found, None);
        for part in [
            "t.toml:1:9: `cores` is 0\n",
            "t.toml:2:7: a string does not fit here\n",
            "t.toml:3:9: `fif` is not a value of `order`\n",
            "did you mean `fifo`?",
            "t.toml:4:1: `weigth` is not a key of [t]\n",
            "did you mean `weight`?",
            "t.toml:5:11: true or false does not fit here\n",
        ] {
            assert!(messages.contains(part), "{part:?} in\n{messages}");
        }
    }

    #[test]
    fn a_seed_may_be_any_u64() {
        let (found, messages) =
            read("cores = 18446744073709551615\n", |fields| fields.count("cores", 0, u64::MAX));
        assert_eq!((found, messages.as_str()), (Some(u64::MAX), ""));
    }

    #[test]
    fn a_required_key_that_is_absent_is_told_with_its_meaning() {
        let (found, messages) = read("gil = true\n", |fields| fields.required("cores").is_some());
        assert!(!found);
        assert!(messages.contains("[t] has no `cores`"), "{messages}");
        assert!(messages.contains("identical cores"), "{messages}");
    }
}
