//! Puts overrides into the tree of a model file, before anything reads it.

use crate::input::keys::one_of;
use crate::input::notes::Notes;
use crate::input::problem::{Place, Problem};
use crate::input::suggest::did_you_mean;
use crate::input::tree::{Content, Entry, FILE_LAYER, Item, Table};
use crate::model::overrides::Edit;

/// The tables whose keys a path can name.
const HEADS: [&str; 6] = ["host", "load", "run", "resource", "runtime", "request"];

/// What an override of the first key takes away of the file: two lengths of one run, and a
/// precision beside an exact number of replications.
const REPLACES: [(&str, &str); 3] =
    [("requests", "duration"), ("duration", "requests"), ("replications", "precision")];

type Part = (String, Place);

/// Puts the value of an edit into the tree; `beta` is kept beside it, being no key. What names
/// nothing is noted.
pub(crate) fn apply(root: &mut Table, beta: &mut Option<Item>, edit: Edit, notes: &Notes) {
    let Edit { path, item, layer } = edit;
    let parts: Vec<&Part> = path.iter().collect();
    let put = |table: &mut Table, (key, key_place): &Part| {
        let (key, key_place) = (key.clone(), key_place.clone());
        table.put(Entry { key, key_place, item: item.clone(), layer });
    };
    let found = match parts.as_slice() {
        [(name, _)] if name == "beta" => {
            *beta = Some(item.clone());
            Ok(())
        }
        [name] => parameter(root, name).map(|(table, name)| put(table, name)),
        [(head, _), name] if head == "params" => {
            parameter(root, name).map(|(table, name)| put(table, name))
        }
        [(head, place), key] if matches!(head.as_str(), "host" | "load" | "run") => {
            let found = section(root, head, place, layer);
            found.map(|table| {
                if head == "run" {
                    take_replaced(table, &key.0);
                }
                put(table, key);
            })
        }
        [(head, _), name, key] if head == "resource" => {
            resource(root, name).map(|table| put(table, key))
        }
        [(head, _), name, key] if head == "runtime" => {
            runtime(root, name).map(|table| put(table, key))
        }
        [(head, _), name, (set, set_place), key] if head == "runtime" && set == "set" => {
            runtime(root, name).and_then(|table| {
                section(table, set, set_place, layer).map(|table| put(table, key))
            })
        }
        [(head, _), rest @ ..] if head == "request" => {
            request(root, rest).map(|(table, key)| put(table, key))
        }
        _ => Err(nothing_named(root, &path)),
    };
    if let Err(problem) = found {
        notes.add(problem);
    }
}

fn take_replaced(run: &mut Table, key: &str) {
    for (by, replaced) in REPLACES {
        let from_file = run.get(replaced).is_some_and(|entry| entry.layer <= FILE_LAYER);
        if key == by && from_file {
            run.remove(replaced);
        }
    }
}

/// The table of this name, made where it is absent.
fn section<'t>(
    root: &'t mut Table,
    head: &str,
    place: &Place,
    layer: u32,
) -> Result<&'t mut Table, Problem> {
    if root.get(head).is_none() {
        let (key, key_place) = (head.to_owned(), place.clone());
        let item = Item { place: place.clone(), content: Content::Table(Table::default()) };
        root.put(Entry { key, key_place, item, layer });
    }
    let entry = root.get_mut(head).map(|entry| &mut entry.item.content);
    match entry {
        Some(Content::Table(table)) => Ok(table),
        _ => {
            Err(Problem::new(format!("`{head}` is no table, so nothing in it can be set"))
                .at(place))
        }
    }
}

fn parameter<'t, 'p>(
    root: &'t mut Table,
    part: &'p Part,
) -> Result<(&'t mut Table, &'p Part), Problem> {
    let (name, place) = part;
    let is_there = match root.get("params").map(|entry| &entry.item.content) {
        Some(Content::Table(params)) => params.get(name).is_some(),
        _ => false,
    };
    if !is_there {
        let problem = nothing_named(root, std::slice::from_ref(part));
        return Err(if root.get("params").is_some() { problem.at(place) } else { problem });
    }
    match root.get_mut("params").map(|entry| &mut entry.item.content) {
        Some(Content::Table(params)) => Ok((params, part)),
        _ => unreachable!("it was there just now"),
    }
}

fn resource<'t>(root: &'t mut Table, (name, place): &Part) -> Result<&'t mut Table, Problem> {
    let mut names = Vec::new();
    if let Some(Entry { item: Item { content: Content::Table(resources), .. }, .. }) =
        root.get_mut("resource")
    {
        names = resources.entries.iter().map(|entry| entry.key.clone()).collect();
        if let Some(Entry { item: Item { content: Content::Table(table), .. }, .. }) =
            resources.get_mut(name)
        {
            return Ok(table);
        }
    }
    Err(unknown("resource", name, place, &names))
}

fn runtime<'t>(root: &'t mut Table, (name, place): &Part) -> Result<&'t mut Table, Problem> {
    let tables = tables_mut(root, "runtime");
    let called =
        |table: &Table| ["name", "preset", "kind"].into_iter().find_map(|key| text_of(table, key));
    let names: Vec<_> = tables.iter().filter_map(|table| called(table)).collect();
    let found = tables.into_iter().find(|table| called(table).as_ref() == Some(name));
    found.ok_or_else(|| unknown("runtime", name, place, &names))
}

/// The table that the last part of `CLASS.KEY`, `CLASS.LABEL.KEY`, `KEY` or `LABEL.KEY` is a key of.
fn request<'t, 'p>(
    root: &'t mut Table,
    parts: &[&'p Part],
) -> Result<(&'t mut Table, &'p Part), Problem> {
    let mut classes = tables_mut(root, "request");
    let names: Vec<_> = classes
        .iter()
        .map(|table| text_of(table, "name").unwrap_or_else(|| "request".to_owned()))
        .collect();
    let place_of = |name: &str| names.iter().position(|other| other == name);
    match parts {
        [(class, place), key] => {
            if let Some(found) = place_of(class) {
                return Ok((classes.swap_remove(found), key));
            }
            let labels: Vec<_> = classes.iter().flat_map(|table| labels(table)).collect();
            let owners = labels.iter().filter(|label| *label == class).count();
            if owners > 1 {
                let problem =
                    Problem::new(format!("several requests have a step `{class}`")).expected(
                        format!("the request before it: request.{}.{class}.…", one_of(&names)),
                    );
                return Err(problem.at(place));
            }
            let step = classes.into_iter().find_map(|table| labelled(table, class));
            let all = [names.as_slice(), &labels].concat();
            step.map(|step| (step, *key))
                .ok_or_else(|| unknown("request or step", class, place, &all))
        }
        [(class, place), (label, label_place), key] => {
            let Some(found) = place_of(class) else {
                return Err(unknown("request", class, place, &names));
            };
            let table = classes.swap_remove(found);
            let labels = labels(table);
            labelled(table, label)
                .map(|step| (step, *key))
                .ok_or_else(|| unknown("step", label, label_place, &labels))
        }
        [(_, place)] | [_, _, _, (_, place), ..] => Err(bad_request_path(place)),
        [] => Err(bad_request_path(&Place::new(0, 0..0))),
    }
}

fn bad_request_path(place: &Place) -> Problem {
    Problem::new("this is no key of a request")
        .at(place)
        .expected("request.CLASS.KEY or request.CLASS.LABEL.KEY, as in request.search.pdf.cpu")
}

fn tables_mut<'t>(root: &'t mut Table, key: &str) -> Vec<&'t mut Table> {
    let Some(entry) = root.get_mut(key) else { return Vec::new() };
    let Content::List(items) = &mut entry.item.content else { return Vec::new() };
    let table = |item: &'t mut Item| match &mut item.content {
        Content::Table(table) => Some(table),
        _ => None,
    };
    items.iter_mut().filter_map(table).collect()
}

fn text_of(table: &Table, key: &str) -> Option<String> {
    match &table.get(key)?.item.content {
        Content::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// The labels of all steps in a table, however deep.
fn labels(table: &Table) -> Vec<String> {
    let inner = table.entries.iter().flat_map(|entry| labels_of(&entry.item));
    text_of(table, "label").into_iter().chain(inner).collect()
}

fn labels_of(item: &Item) -> Vec<String> {
    match &item.content {
        Content::Table(table) => labels(table),
        Content::List(items) => items.iter().flat_map(labels_of).collect(),
        _ => Vec::new(),
    }
}

/// The step of this label.
fn labelled<'t>(table: &'t mut Table, label: &str) -> Option<&'t mut Table> {
    if text_of(table, "label").as_deref() == Some(label) {
        return Some(table);
    }
    table.entries.iter_mut().find_map(|entry| labelled_in(&mut entry.item, label))
}

fn labelled_in<'t>(item: &'t mut Item, label: &str) -> Option<&'t mut Table> {
    match &mut item.content {
        Content::Table(table) => labelled(table, label),
        Content::List(items) => items.iter_mut().find_map(|item| labelled_in(item, label)),
        _ => None,
    }
}

fn unknown(what: &str, name: &str, place: &Place, names: &[String]) -> Problem {
    let problem = Problem::new(format!("there is no {what} `{name}`"))
        .at(place)
        .perhaps(did_you_mean(name, names))
        .consequence();
    match (names, what) {
        ([], "step") => problem.advice("give the step a label: label = \"…\""),
        ([], _) => problem.expected(format!("none: the model has no {what}")),
        _ => problem.expected(one_of(names)),
    }
}

/// The mistake of a name that is neither a parameter nor a path.
fn nothing_named(root: &Table, path: &[Part]) -> Problem {
    let written: Vec<_> = path.iter().map(|(part, _)| part.as_str()).collect();
    let params = match root.get("params").map(|entry| &entry.item.content) {
        Some(Content::Table(params)) => {
            params.entries.iter().map(|entry| entry.key.as_str()).collect()
        }
        _ => Vec::new(),
    };
    let (first, place) = path.first().map_or(("", Place::new(0, 0..0)), |(part, place)| {
        let end = path.last().map_or(place.span.end, |(_, last)| last.span.end);
        (part.as_str(), Place::new(place.source, place.span.start..end.max(place.span.start)))
    });
    let names = params.iter().copied().chain(["beta"]);
    let near = if path.len() == 1 {
        did_you_mean(first, names.clone())
    } else {
        did_you_mean(first, HEADS).filter(|head| head != first).map(|head| {
            written
                .iter()
                .enumerate()
                .map(|(n, part)| if n == 0 { head.as_str() } else { part })
                .collect::<Vec<_>>()
                .join(".")
        })
    };
    Problem::new(format!("`{}` names nothing in the model", written.join(".")))
        .at(&place)
        .expected(format!(
            "a parameter ({}) or a path: host.KEY, load.KEY, run.KEY, resource.NAME.KEY, \
             runtime.NAME.KEY, request.CLASS.LABEL.KEY",
            one_of(&names.collect::<Vec<_>>())
        ))
        .perhaps(near)
        .consequence()
}
