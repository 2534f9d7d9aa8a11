//! Which names each part of a model uses, so that what a change does not concern need not be read again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::input::value::{self, Expr, ValueError};

/// Expressions that are kept at most: those of a model, and not those of many values of an axis.
const MOST_KEPT: usize = 1000;

/// A part of a model that is read for itself, as a bit of [`Parts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `[host]`.
    Host,
    /// `[resource]`.
    Resources,
    /// `[[request]]`.
    Requests,
    /// `[load]`.
    Load,
    /// `[[runtime]]`.
    Runtimes,
    /// `[run]`.
    Run,
    /// `[[scenario]]`, `[[expect]]` and parameters that nothing else uses.
    Rest,
}

impl Part {
    /// The part that a table of the root belongs to.
    pub fn of_table(key: &str) -> Option<Self> {
        Some(match key {
            "host" => Self::Host,
            "resource" => Self::Resources,
            "request" => Self::Requests,
            "load" => Self::Load,
            "runtime" => Self::Runtimes,
            "run" => Self::Run,
            _ => return None,
        })
    }
}

/// Some parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts(u8);

impl Parts {
    /// Every part.
    pub const ALL: Self = Self(u8::MAX);

    /// Whether this one is among them.
    pub const fn has(self, part: Part) -> bool {
        self.0 & (1 << part as u8) != 0
    }

    /// With this one.
    pub const fn with(self, part: Part) -> Self {
        Self(self.0 | (1 << part as u8))
    }

    /// With those.
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

/// What the parts of a model, and its parameters, were seen to use.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// The part that is being read.
    reading: Option<Part>,
    /// By name: the parts in whose values it was looked up, at whatever depth.
    parts: BTreeMap<String, Parts>,
    /// By name: the names whose values it was looked up for.
    users: BTreeMap<String, BTreeSet<String>>,
    /// Values with names in them, read.
    exprs: BTreeMap<String, Arc<Expr>>,
    /// Whether anything came to it since it was last asked.
    grown: bool,
}

impl Uses {
    /// From now on this part is read.
    pub const fn read(&mut self, part: Part) {
        self.reading = Some(part);
    }

    /// A name is looked up, for the value of another or for the part itself.
    pub fn looked_up(&mut self, name: &str, user: Option<&String>) {
        let part = self.reading.unwrap_or(Part::Rest);
        match self.parts.get_mut(name) {
            Some(parts) if parts.has(part) => {}
            Some(parts) => {
                *parts = parts.with(part);
                self.grown = true;
            }
            None => {
                self.parts.insert(name.to_owned(), Parts::default().with(part));
                self.grown = true;
            }
        }
        let Some(user) = user else { return };
        let users = self.users.entry(name.to_owned()).or_default();
        if !users.contains(user) {
            users.insert(user.clone());
            self.grown = true;
        }
    }

    /// A value as an expression, read once.
    ///
    /// # Errors
    ///
    /// Those of [`value::parse`].
    pub fn parsed(&mut self, text: &str) -> Result<Arc<Expr>, ValueError> {
        if let Some(expr) = self.exprs.get(text) {
            return Ok(Arc::clone(expr));
        }
        let expr = Arc::new(value::parse(text)?);
        if self.exprs.len() < MOST_KEPT {
            self.exprs.insert(text.to_owned(), Arc::clone(&expr));
        }
        Ok(expr)
    }

    /// Whether more is known than at the last time that this was asked.
    pub const fn has_grown(&mut self) -> bool {
        std::mem::replace(&mut self.grown, false)
    }

    /// The names whose values change with this one's, itself included.
    pub fn names_after(&self, name: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![name.to_owned()];
        while let Some(name) = open.pop() {
            if found.insert(name.clone()) {
                open.extend(self.users.get(&name).into_iter().flatten().cloned());
            }
        }
        found
    }

    /// The parts whose values change with any of these names.
    pub fn parts_of<'n>(&self, names: impl IntoIterator<Item = &'n String>) -> Parts {
        let parts = names.into_iter().filter_map(|name| self.parts.get(name));
        parts.fold(Parts::default(), |all, &parts| all.and(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_name_concerns_is_found_through_the_names_that_use_it() {
        let mut uses = Uses::default();
        uses.read(Part::Requests);
        uses.looked_up("wait", None);
        uses.looked_up("base", Some(&"wait".to_owned()));
        uses.read(Part::Load);
        // Its value is known by now, so that nobody sees what it is made of.
        uses.looked_up("wait", None);
        uses.looked_up("cores", None);
        assert!(uses.has_grown() && !uses.has_grown());
        let names = uses.names_after("base");
        assert_eq!(names.iter().collect::<Vec<_>>(), ["base", "wait"]);
        let parts = uses.parts_of(&names);
        assert_eq!(parts, Parts::default().with(Part::Requests).with(Part::Load));
        assert_eq!(uses.parts_of(&uses.names_after("nothing")), Parts::default());
    }
}
