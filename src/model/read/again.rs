//! A model that is read again and again under other values of the same names: only what a changed
//! value concerns is read anew.
//!
//! The tree of the file is made once, and the place of each varied value in it is kept. Which part of the
//! model looks up which name was seen at the first reading ([`Uses`]). What cannot be told this way (a value
//! that chooses which keys there are, one that is mistaken, a model with data files) is left to
//! [`Model::read`], which tells every mistake.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::uses::{Part, Parts, Uses};
use super::{Before, Worth, read_tree, tree_of};
use crate::input::document::Document;
use crate::input::notes::Notes;
use crate::input::tree::{self, Content, FILE_LAYER, Item};
use crate::model::Model;
use crate::model::overrides::Overrides;
use crate::model::preset::SOURCE as PRESETS_SOURCE;
use crate::model::read::names::Sheets;

/// Keys whose values choose what else there is, or which paths lead where.
const CHOOSING: [&str; 4] = ["kind", "preset", "name", "label"];

/// A model that can be read again under other values of its last overrides.
#[derive(Debug)]
pub struct Again<'d> {
    document: &'d Document,
    /// The tree with all values in it, and `beta` beside it.
    root: Item,
    beta: Option<Item>,
    worth: Worth,
    uses: RefCell<Uses>,
    varied: Vec<Varied>,
    /// Runtimes that have requests of their own, by `set`.
    set: bool,
}

/// A value that changes.
#[derive(Debug)]
struct Varied {
    name: String,
    /// As it was at the last reading.
    text: String,
    /// The number of its text among the sources of messages, and its layer in the tree.
    source: usize,
    layer: u32,
    spot: Spot,
    /// The names whose values change with it, and the parts.
    names: BTreeSet<String>,
    parts: Parts,
}

/// Where a value stands.
#[derive(Debug)]
enum Spot {
    /// It is `beta`.
    Beta,
    /// In the tree: which of the entries, or of the items of a list, from the root on.
    Tree(Vec<usize>),
    /// Another value stands in front of it.
    Nowhere,
}

impl<'d> Again<'d> {
    /// The model of a document under these overrides, the last `varied` of which will change, and of one of
    /// its scenarios. `None` where it has to be read as a whole each time.
    #[must_use]
    pub fn of(
        document: &'d Document,
        overrides: &Overrides,
        varied: usize,
        scenario: Option<&str>,
    ) -> Option<Self> {
        if !document.syntax_problems().is_empty() {
            return None;
        }
        let notes = Notes::new(Vec::new());
        let (root, beta) = tree_of(document, overrides, scenario, &notes);
        let uses = RefCell::new(Uses::default());
        let sheets = Sheets::of(document);
        let before = Before { uses: Some(&uses), ..Before::default() };
        let mut model = Model::blank();
        let of = (document, &root, beta.as_ref());
        let worth = read_tree(of, &notes, &sheets, before, &mut model)?;
        if notes.count() > 0 || !sheets.is_untouched() {
            return None;
        }
        let fixed = overrides.len() - varied;
        let mut again = Self {
            document,
            beta,
            worth,
            uses,
            varied: Vec::new(),
            set: model.runtimes.iter().any(|runtime| runtime.requests.is_some()),
            root,
        };
        for (place, one) in overrides.iter().enumerate().skip(fixed) {
            let layer = FILE_LAYER + 1 + u32::try_from(place).ok()?;
            let source = PRESETS_SOURCE + 1 + place;
            let spot = again.spot_of(&one.name, source, layer)?;
            again.varied.push(Varied {
                name: one.name.clone(),
                text: one.value.clone(),
                source,
                layer,
                spot,
                names: BTreeSet::new(),
                parts: Parts::default(),
            });
        }
        again.find_concerned();
        Some(again)
    }

    /// Where the value of an override stands; `None` where the model is another with each of its values.
    fn spot_of(&self, name: &str, source: usize, layer: u32) -> Option<Spot> {
        if name == "beta" {
            let own = self.beta.as_ref().filter(|item| item.place.source == source);
            return Some(if own.is_some() { Spot::Beta } else { Spot::Nowhere });
        }
        let key = name.rsplit('.').next()?;
        if CHOOSING.contains(&key) {
            return None;
        }
        let mut found = Vec::new();
        find(&self.root, (key, layer), &mut Vec::new(), &mut found);
        match found.len() {
            0 => Some(Spot::Nowhere),
            1 => {
                let path = found.swap_remove(0);
                is_plain(&item_at(&self.root, &path)?.content).then_some(Spot::Tree(path))
            }
            _ => None,
        }
    }

    /// Finds out what each varied value concerns.
    fn find_concerned(&mut self) {
        let uses = self.uses.get_mut();
        for one in &mut self.varied {
            let segments: Vec<&str> = one.name.split('.').collect();
            let (mut names, mut parts) = (BTreeSet::new(), Parts::default());
            match segments.as_slice() {
                ["beta"] => {
                    names = uses.names_after("beta");
                    parts = parts.with(Part::Requests).with(Part::Runtimes);
                }
                [name] | ["params", name] => names = uses.names_after(name),
                [head, ..] => {
                    parts = Part::of_table(head).map_or(Parts::ALL, |part| parts.with(part));
                    if one.name == "host.cores" {
                        names = uses.names_after("cores");
                    }
                }
                [] => {}
            }
            // What the parts hand on to each other: twice, for requests make `$beta`.
            for _ in 0..2 {
                parts = parts.and(uses.parts_of(&names));
                if parts.has(Part::Resources) {
                    parts = parts.with(Part::Requests).with(Part::Runtimes);
                }
                if parts.has(Part::Host) || parts.has(Part::Requests) && self.set {
                    parts = parts.with(Part::Runtimes);
                }
                if parts.has(Part::Requests) {
                    names.extend(uses.names_after("beta"));
                }
            }
            (one.names, one.parts) = (names, parts);
        }
    }

    /// Reads what other values of the varied names concern, in their order, into the model as it was read last;
    /// whether that was done, and whether `[run]` is among it. `None` where the model has to be read as a
    /// whole; then this is of no use any more.
    pub fn read<'v>(
        &mut self,
        values: impl Iterator<Item = &'v str>,
        model: &mut Model,
    ) -> Option<bool> {
        let mut parts = Parts::default();
        for (one, value) in self.varied.iter_mut().zip(values) {
            if one.text == value {
                continue;
            }
            value.clone_into(&mut one.text);
            let item = tree::parse_value(value, one.source, one.name.len() + 1, one.layer);
            if !is_plain(&item.content) {
                return None;
            }
            match &one.spot {
                Spot::Beta => self.beta = Some(item),
                Spot::Tree(path) => *item_at_mut(&mut self.root, path)? = item,
                Spot::Nowhere => continue,
            }
            parts = parts.and(one.parts);
            for name in &one.names {
                self.worth.known.remove(name);
            }
        }
        if parts == Parts::default() {
            return Some(false);
        }
        let (notes, sheets) = (Notes::new(Vec::new()), Sheets::of(self.document));
        let before =
            Before { parts, worth: std::mem::take(&mut self.worth), uses: Some(&self.uses) };
        let of = (self.document, &self.root, self.beta.as_ref());
        self.worth = read_tree(of, &notes, &sheets, before, model)?;
        if notes.count() > 0 || !sheets.is_untouched() {
            return None;
        }
        if self.uses.get_mut().has_grown() {
            self.find_concerned();
        }
        Some(parts.has(Part::Run))
    }
}

/// Whether a value is one alone.
const fn is_plain(content: &Content) -> bool {
    !matches!(content, Content::List(_) | Content::Table(_))
}

/// The paths to the values of this key and layer.
fn find(item: &Item, of: (&str, u32), path: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
    match &item.content {
        Content::Table(table) => {
            for (place, entry) in table.entries.iter().enumerate() {
                path.push(place);
                if (entry.key.as_str(), entry.layer) == of {
                    found.push(path.clone());
                } else {
                    find(&entry.item, of, path, found);
                }
                path.pop();
            }
        }
        Content::List(items) => {
            for (place, item) in items.iter().enumerate() {
                path.push(place);
                find(item, of, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

fn item_at<'t>(root: &'t Item, path: &[usize]) -> Option<&'t Item> {
    path.iter().try_fold(root, |item, &place| match &item.content {
        Content::Table(table) => table.entries.get(place).map(|entry| &entry.item),
        Content::List(items) => items.get(place),
        _ => None,
    })
}

fn item_at_mut<'t>(root: &'t mut Item, path: &[usize]) -> Option<&'t mut Item> {
    path.iter().try_fold(root, |item, &place| match &mut item.content {
        Content::Table(table) => table.entries.get_mut(place).map(|entry| &mut entry.item),
        Content::List(items) => items.get_mut(place),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = r#"
[params]
cpu = "1 ms"
call = "exp(9 ms)"
twice = "2 * $cpu"
wide = "ceil(1 + $beta)"
unused = "$cores * $cpu"
[host]
cores = 2
[resource.db]
slots = "$cores * 3"
[load]
clients = "ceil($cores * (1 + $beta))"
[[request]]
name = "get"
steps = [{ cpu = "$twice" }, { io = "$call", at = ["db"], label = "query" }]
[[request]]
name = "put"
weight = 0.5
steps = [{ repeat = 3, steps = [{ cpu = "exp($cpu)" }, { io = "2 ms" }] }]
[[runtime]]
name = "sync"
kind = "sync-worker"
workers = "$cores"
[[runtime]]
name = "pool"
kind = "thread-pool"
threads = "$wide"
set = { cpu = "1.5 * $cpu" }
[[runtime]]
preset = "uvicorn-uvloop"
[run]
requests = 1000
slo = ["p99 <= 200 ms"]
[[scenario]]
name = "slow"
set = { call = "exp(90 ms)", "host.cores" = 3 }
"#;

    fn overrides(names: &[&str], values: &[&str]) -> Overrides {
        let mut overrides = Overrides::new().with("load.timeout", "5 s", "--set");
        for (name, value) in names.iter().zip(values) {
            overrides.push(*name, *value, "--vary");
        }
        overrides
    }

    /// Reads under one row of values after another; how many of them had to be read as a whole.
    fn hold(names: &[&str], rows: &[&[&str]]) -> usize {
        let document = Document::from_text("m", MODEL);
        let mut whole = 0;
        for scenario in [None, Some("slow")] {
            let read = |values: &[&str]| {
                let overrides = overrides(names, values);
                match scenario {
                    None => Model::read(&document, &overrides),
                    Some(name) => Model::read_scenario(&document, &overrides, name),
                }
            };
            let first = overrides(names, rows[0]);
            let mut again = Again::of(&document, &first, names.len(), scenario);
            let mut model = read(rows[0]).expect("a model");
            for values in rows {
                let expected = read(values);
                let found =
                    again.as_mut().and_then(|again| again.read(values.iter().copied(), &mut model));
                match (found, expected) {
                    (Some(_), Ok(expected)) => {
                        assert_eq!(format!("{model:?}"), format!("{expected:?}"), "{values:?}");
                    }
                    (Some(_), Err(told)) => panic!("{values:?}: {}", told.render(false)),
                    (None, _) => {
                        whole += 1;
                        again = None;
                    }
                }
            }
        }
        whole
    }

    #[test]
    fn a_model_that_is_read_again_is_the_model_that_is_read_anew() {
        for (names, rows) in [
            (&["cpu"][..], &[&["1 ms"][..], &["2 ms"], &["2 ms"], &["0.5 ms"]][..]),
            (&["call", "cpu"], &[&["1 ms", "1 ms"], &["$cpu * 3", "1 ms"], &["$cpu * 3", "4 ms"]]),
            (&["beta"], &[&["1"], &["9"], &["0.5"], &["100"]]),
            (&["beta", "host.cores"], &[&["1", "1"], &["1", "4"], &["9", "4"], &["9", "1"]]),
            (&["host.cores"], &[&["1"], &["8"], &["2"]]),
            (&["unused"], &[&["1"], &["2 ms"]]),
            (&["wide", "load.clients"], &[&["3", "5"], &["4", "5"], &["4", "$wide * 2"]]),
            (&["load.clients", "wide"], &[&["3", "5"], &["$wide", "5"], &["$wide", "6"]]),
            (&["resource.db.slots"], &[&["1"], &["2"]]),
            (&["request.query.io"], &[&["1 ms"], &["exp(2 ms)"], &["$call * 2"]]),
            (&["request.get.weight"], &[&["1"], &["0.25"]]),
            (&["runtime.pool.threads"], &[&["1"], &["2"]]),
            (&["runtime.pool.set.cpu"], &[&["1 ms"], &["$cpu * 3"]]),
            (&["runtime.uvicorn-uvloop.loops"], &[&["1"], &["2"]]),
            (&["run.requests", "run.seed"], &[&["100", "1"], &["100", "2"], &["300", "2"]]),
            (&["run.duration"], &[&["1 s"], &["2 s"]]),
            (&["load.think"], &[&["0 s"], &["exp(1 s)"]]),
        ] {
            assert_eq!(hold(names, rows), 0, "{names:?}");
        }
    }

    #[test]
    fn what_chooses_other_keys_and_what_is_mistaken_is_read_as_a_whole() {
        for (names, rows) in [
            (&["runtime.pool.kind"][..], &[&["thread-pool"][..], &["sync-worker"]][..]),
            (&["runtime.uvicorn-uvloop.preset"], &[&["uvicorn-uvloop"], &["puma"]]),
            (&["run.slo"], &[&["[\"p99 <= 1 s\"]"], &["[\"p99 <= 2 s\"]"]]),
            (&["cpu"], &[&["1 ms"], &["-1 ms"]]),
            (&["host.cores"], &[&["1"], &["0"]]),
            (&["call"], &[&["1 ms"], &["$nothing"]]),
        ] {
            assert!(hold(names, rows) > 0, "{names:?}");
        }
    }

    #[test]
    fn only_what_a_value_concerns_is_read() {
        let document = Document::from_text("m", MODEL);
        let parts = |name: &str, value: &str| {
            let again = Again::of(&document, &overrides(&[name], &[value]), 1, None);
            again.expect("plain values").varied[0].parts
        };
        let threads = parts("runtime.pool.threads", "4");
        assert!(threads.has(Part::Runtimes) && !threads.has(Part::Requests), "{threads:?}");
        let call = parts("call", "1 ms");
        assert!(call.has(Part::Requests) && call.has(Part::Load), "through $beta: {call:?}");
        assert!(!call.has(Part::Host) && !call.has(Part::Run) && !call.has(Part::Rest), "{call:?}");
        assert!(!parts("run.requests", "10").has(Part::Load));
    }
}
