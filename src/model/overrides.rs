//! Values that stand in front of the file's: `--set`, `--vary`, a scenario's `set`.

use std::sync::Arc;

use crate::input::problem::{Place, Problem, Problems, Source};
use crate::input::tree::{self, FILE_LAYER, Item};

/// One value that stands in front of the file's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// A parameter, `beta`, or the path of a key: `load.clients`, `runtime.flask.workers`,
    /// `resource.db.slots`, `request.search.pdf.cpu` (the class may be left away where the label
    /// is in one class only).
    pub name: String,
    /// The value as people write it.
    pub value: String,
    /// Who says so, for messages: `--set`.
    pub origin: String,
}

/// Overrides in the order in which they were given; of two of one name the later counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    list: Vec<Override>,
}

impl Overrides {
    /// The model as the file says it.
    pub const NONE: &'static Self = &Self { list: Vec::new() };

    /// No overrides yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { list: Vec::new() }
    }

    /// Adds one.
    pub fn push(
        &mut self,
        name: impl Into<String>,
        value: impl Into<String>,
        origin: impl Into<String>,
    ) {
        let (name, value, origin) = (name.into(), value.into(), origin.into());
        self.list.push(Override { name, value, origin });
    }

    /// Adds one, and returns all.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>, origin: &str) -> Self {
        self.push(name, value, origin);
        self
    }

    /// Adds one that is written `NAME=VALUE`.
    ///
    /// # Errors
    ///
    /// There is no `=`, or nothing before it.
    pub fn parse(&mut self, text: &str, origin: &str) -> Result<(), Problems> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                self.push(name.trim(), value.trim(), origin);
                Ok(())
            }
            _ => {
                let source = Source { name: origin.to_owned(), text: Arc::from(text) };
                let problem = Problem::new("this sets nothing")
                    .at(&Place::new(0, 0..text.len()))
                    .expected("NAME=VALUE, as in load.clients=64 or call=\"exp(9 ms)\"");
                Err(Problems::new(vec![source], vec![problem]))
            }
        }
    }

    /// The overrides, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Override> {
        self.list.iter()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.list.len()
    }

    /// The texts that messages about them point into, each `NAME=VALUE`.
    pub(crate) fn sources(&self) -> impl Iterator<Item = Source> {
        self.list.iter().map(|one| Source {
            name: one.origin.clone(),
            text: Arc::from(format!("{}={}", one.name, one.value)),
        })
    }

    /// The edits that they make, the sources of their texts numbered from `first_source`.
    pub(crate) fn edits(&self, first_source: usize) -> Vec<Edit> {
        self.list
            .iter()
            .zip(first_source..)
            .zip(FILE_LAYER + 1..)
            .map(|((one, source), layer)| Edit {
                path: segments(&one.name, source, 0),
                item: tree::parse_value(&one.value, source, one.name.len() + 1, layer),
                layer,
            })
            .collect()
    }
}

/// A value to be put at a path.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    /// The parts of the path between the points, each with its place.
    pub path: Vec<(String, Place)>,
    /// The value.
    pub item: Item,
    /// Who says so.
    pub layer: u32,
}

/// The parts of a path that begins at `start` of a source.
pub(crate) fn segments(path: &str, source: usize, start: usize) -> Vec<(String, Place)> {
    let mut at = start;
    path.split('.')
        .map(|part| {
            let place = Place::new(source, at..at + part.len());
            at += part.len() + 1;
            (part.to_owned(), place)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_is_a_name_and_a_value_around_the_first_equals_sign() {
        let mut overrides = Overrides::new();
        for text in ["load.clients=64", "call = mix(0.9: 1 ms, 0.1: 2 ms)", "a==b"] {
            overrides.parse(text, "--set").expect(text);
        }
        let found: Vec<_> =
            overrides.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect();
        assert_eq!(
            found,
            [("load.clients", "64"), ("call", "mix(0.9: 1 ms, 0.1: 2 ms)"), ("a", "=b")]
        );
        for text in ["load.clients", "=64", ""] {
            let problems = overrides.parse(text, "--set").expect_err(text).render(false);
            assert!(problems.starts_with("--set:1:1: this sets nothing\n"), "{problems}");
        }
    }

    #[test]
    fn each_part_of_a_path_knows_its_place() {
        let parts = segments("load.clients", 2, 10);
        assert_eq!(
            parts,
            [
                ("load".to_owned(), Place::new(2, 10..14)),
                ("clients".to_owned(), Place::new(2, 15..22))
            ]
        );
    }
}
