//! `--where`: what a combination must satisfy beside the objectives: `instances * slots <= 100`.

use std::collections::BTreeMap;

use crate::input::keys::one_of;
use crate::input::suggest::did_you_mean;
use crate::input::value::{self, Expr, Scope, Value, ValueError};

/// A comparison of two values in which names of varied keys may stand.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// As it was written.
    pub text: String,
    left: Expr,
    sign: Sign,
    right: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    AtMost,
    AtLeast,
    Below,
    Above,
    Equal,
}

/// The longer first, so that `<=` is not read as `<`.
const SIGNS: [(&str, Sign); 6] = [
    ("<=", Sign::AtMost),
    (">=", Sign::AtLeast),
    ("==", Sign::Equal),
    ("<", Sign::Below),
    (">", Sign::Above),
    ("=", Sign::Equal),
];

const EXPECTED: &str = "two values and <=, >=, <, > or = between, as in instances * slots <= 100";

/// What the names are worth.
pub type Names = BTreeMap<String, f64>;

impl Constraint {
    /// Reads a constraint in which these names may stand.
    ///
    /// # Errors
    ///
    /// No comparison, an unknown name, a value that is none. Spans are bytes of `text`.
    pub fn parse(text: &str, names: &Names) -> Result<Self, ValueError> {
        let found = text.char_indices().find_map(|(at, _)| {
            let sign = SIGNS.iter().find(|(sign, _)| text[at..].starts_with(sign));
            sign.map(|(word, sign)| (at, word.len(), *sign))
        });
        let Some((at, length, sign)) = found else {
            return Err(ValueError::new("this compares nothing", 0..text.len()).expecting(EXPECTED));
        };
        let left = side(&text[..at], 0, names)?;
        let right = side(&text[at + length..], at + length, names)?;
        let constraint = Self { text: text.trim().to_owned(), left, sign, right };
        // Units that do not fit are told now and not at the first combination.
        constraint.compare(names).map_err(|mut error| {
            error.span = 0..text.len();
            error
        })?;
        Ok(constraint)
    }

    /// Whether it holds with these values of the names; what cannot be worked out does not.
    #[must_use]
    pub fn holds(&self, names: &Names) -> bool {
        self.compare(names).unwrap_or(false)
    }

    fn compare(&self, names: &Names) -> Result<bool, ValueError> {
        let scope = Named(names);
        let left = magnitude(&self.left.eval(&scope)?)?;
        let right = magnitude(&self.right.eval(&scope)?)?;
        Ok(match self.sign {
            Sign::AtMost => left <= right,
            Sign::AtLeast => left >= right,
            Sign::Below => left < right,
            Sign::Above => left > right,
            Sign::Equal => left == right,
        })
    }
}

fn magnitude(value: &Value) -> Result<f64, ValueError> {
    value.number()
}

/// One side, with the `$` that the value grammar wants before its names.
fn side(text: &str, start: usize, names: &Names) -> Result<Expr, ValueError> {
    let mut written = String::new();
    // Where each byte of what is written comes from.
    let mut from: Vec<usize> = Vec::new();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let at = text.len() - rest.len();
        let length = if c.is_ascii_lowercase() {
            rest.find(|c| !is_name(c)).unwrap_or(rest.len())
        } else if c.is_ascii_digit() {
            // The letters of a number and its unit are no name.
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || "._".contains(c)))
                .unwrap_or(rest.len())
        } else {
            c.len_utf8()
        };
        let word = &rest[..length];
        let called = rest[length..].trim_start().starts_with('(');
        // After a number a word is its unit.
        let unit = text[..at].trim_end().ends_with(|c: char| c.is_ascii_digit());
        if c.is_ascii_lowercase() && !called && !unit {
            if !names.contains_key(word) {
                let all: Vec<_> = names.keys().collect();
                let error = ValueError::new(
                    format!("`{word}` is not varied"),
                    start + at..start + at + length,
                );
                let near = did_you_mean(word, &all);
                return Err(error.expecting(one_of(&all)).meaning(near));
            }
            written.push('$');
            from.push(start + at);
        }
        written.push_str(&word.replace('.', "_"));
        from.extend((0..length).map(|n| start + at + n));
        rest = &rest[length..];
    }
    from.push(start + text.len());
    if text.trim().is_empty() {
        return Err(ValueError::new("there is nothing to compare with", start..start + text.len())
            .expecting(EXPECTED));
    }
    value::parse(&written).map_err(|mut error| {
        let place = |at: usize| from[at.min(from.len() - 1)];
        error.span = place(error.span.start)..place(error.span.end);
        error
    })
}

struct Named<'a>(&'a Names);

impl Scope for Named<'_> {
    fn lookup(&self, name: &str) -> Option<Result<Value, String>> {
        let found = self.0.iter().find(|(other, _)| other.replace('.', "_") == name);
        found.map(|(_, value)| Ok(Value::Number(*value)))
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn series(&self, _: &str, _: &str) -> Result<Vec<f64>, String> {
        Err("files cannot be read here".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let names =
            [("instances", 4.0), ("loops", 2.0), ("slots", 12.0), ("resource.db.slots", 12.0)];
        names.map(|(name, value)| (name.to_owned(), value)).into()
    }

    #[test]
    fn a_constraint_is_arithmetic_over_the_names_of_varied_keys() {
        for (text, holds) in [
            ("instances * loops * slots <= 100", true),
            ("instances * loops * slots <= 95", false),
            ("instances*loops*resource.db.slots=96", true),
            ("instances >= loops", true),
            ("max(instances, 10) < 10", false),
            ("ceil(slots / 5) == 3", true),
            ("loops > 2", false),
        ] {
            let constraint = Constraint::parse(text, &names()).expect(text);
            assert_eq!(constraint.holds(&names()), holds, "{text}");
        }
    }

    #[test]
    fn a_mistake_is_told_where_it_stands() {
        for (text, span, words) in [
            ("instances * loops", 0..17, "this compares nothing"),
            ("instanzes <= 4", 0..9, "did you mean `instances`?"),
            ("instances <=", 12..12, "nothing to compare with"),
            ("instances <= 4 ms", 0..17, "a number without a unit"),
            ("instances * <= 4", 12..12, "unexpected"),
        ] {
            let error = Constraint::parse(text, &names()).expect_err(text);
            assert!(error.to_string().contains(words), "{text}: {error}");
            assert_eq!(error.span, span, "{text}: {error}");
        }
    }
}
