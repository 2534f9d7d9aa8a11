//! The keys of a table: name, what it holds, default and a sentence, for the reader and the schema alike.

/// One key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The key as written.
    pub name: &'static str,
    /// What its value is.
    pub holds: Holds,
    /// The value that it has where it is absent, as people would write it; empty where none.
    pub default: &'static str,
    /// What it means, in a clause.
    pub means: &'static str,
}

/// What the value of a key is.
#[derive(Clone, Copy, Debug)]
pub enum Holds {
    /// Any text.
    Text,
    /// A name: `[a-z0-9_-]+`.
    Name,
    /// A fixed duration.
    Duration,
    /// A duration or a distribution of durations.
    Durations,
    /// A whole number.
    Count,
    /// A whole number or a distribution of them.
    Counts,
    /// Events per time.
    Rate,
    /// Bytes.
    Size,
    /// From 0 to 1, or in percent.
    Share,
    /// `true`, `false` or a share.
    FlagOrShare,
    /// A number without a unit.
    Number,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// `auto` or a duration.
    AutoOrDuration,
    /// A figure: a number, or one with the unit of its metric.
    Figure,
    /// The name of a preset.
    Preset,
    /// A list of names.
    Names,
    /// A list of texts.
    Texts,
    /// A list of steps.
    Steps,
    /// A list of lists of steps.
    Branches,
    /// A list of `[time, rate]`.
    Points,
    /// A table of names and values.
    Values,
}

impl Key {
    /// A key that may be absent.
    #[must_use]
    pub const fn new(
        name: &'static str,
        holds: Holds,
        default: &'static str,
        means: &'static str,
    ) -> Self {
        Self { name, holds, default, means }
    }
}

/// One kind of a table whose `kind` decides its keys (`closed`, `event-loop`).
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The word in the file.
    pub word: &'static str,
    /// The keys that only some kinds have.
    pub keys: &'static [Key],
    /// What it is, in a clause.
    pub means: &'static str,
}

/// The names of keys, for messages.
#[must_use]
pub fn names(keys: &[&'static [Key]]) -> Vec<&'static str> {
    keys.iter().flat_map(|keys| keys.iter()).map(|key| key.name).collect()
}

/// `a`, `a or b`, `a, b or c`.
#[must_use]
pub fn one_of<S: AsRef<str>>(words: &[S]) -> String {
    match words {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(AsRef::as_ref).collect();
            format!("{} or {}", first.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined_as_people_do() {
        for (words, text) in
            [(&[][..], ""), (&["a"], "a"), (&["a", "b"], "a or b"), (&["a", "b", "c"], "a, b or c")]
        {
            assert_eq!(one_of(words), text);
        }
    }
}
