//! The JSON Schema of the model file, for editors, made from the tables of keys that the reader uses.

use serde_json::{Map, Value, json};

use crate::input::keys::{Holds, Key};
use crate::model::read::kinds::Kinds;
use crate::model::read::{
    ROOT_KEYS, expect, host, load, preset, request, resource, run, runtime, scenario, step,
};

/// The JSON Schema (draft 2020-12) of the model file.
///
/// It says which keys there are, what type each has, what it means and what its default is. What
/// no schema can say (units that fit, names that exist) only reading the file tells.
#[must_use]
pub fn schema() -> Value {
    let mut root = table(&[ROOT_KEYS], &[]);
    let properties = root["properties"].as_object_mut();
    // `table` makes every object with properties.
    let properties = properties.expect("a table has properties");
    let list = |items: Value| json!({ "type": "array", "items": items });
    let parts = [
        ("params", json!({ "type": "object", "additionalProperties": value() })),
        ("host", table(&[host::KEYS], &[])),
        ("load", of_kinds(&load::LOAD_KINDS)),
        (
            "resource",
            json!({
                "type": "object",
                "propertyNames": name(),
                "additionalProperties": table(&[resource::KEYS], &["slots"]),
            }),
        ),
        ("request", list(table(&[request::KEYS], &["steps"]))),
        ("runtime", list(of_kinds(&runtime::RUNTIME_KINDS))),
        ("run", table(&[run::KEYS], &[])),
        ("scenario", list(table(&[scenario::KEYS], &["name", "set"]))),
        ("expect", list(table(&[expect::KEYS], &["metric"]))),
    ];
    for (key, part) in parts {
        let described = properties.get(key).and_then(|old| old.get("description")).cloned();
        properties.insert(key.to_owned(), part);
        if let (Some(text), Some(Value::Object(part))) = (described, properties.get_mut(key)) {
            part.insert("description".to_owned(), text);
        }
    }
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("iowait model");
    root["description"] =
        json!("A host, a load, requests, shared resources, and the runtimes to compare.");
    root["required"] = json!(["request"]);
    root["$defs"] = json!({ "step": a_step(), "value": a_value(), "name": a_name() });
    root
}

/// A table with these keys and no others.
fn table(keys: &[&[Key]], required: &[&str]) -> Value {
    let mut properties = Map::new();
    for key in keys.iter().flat_map(|keys| keys.iter()) {
        properties.insert(key.name.to_owned(), property(key));
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// A table whose `kind` decides which keys it has.
fn of_kinds(kinds: &Kinds) -> Value {
    let mut keys = vec![kinds.common];
    keys.extend(kinds.kinds.iter().map(|kind| kind.keys));
    let mut table = table(&keys, &[]);
    let rules: Vec<_> = kinds
        .kinds
        .iter()
        .map(|kind| {
            let names: Vec<_> = kinds.common.iter().chain(kind.keys).map(|key| key.name).collect();
            json!({
                "if": { "properties": { "kind": { "const": kind.word } }, "required": ["kind"] },
                "then": { "propertyNames": { "enum": names }, "description": kind.means },
            })
        })
        .collect();
    table["allOf"] = Value::Array(rules);
    table
}

/// A step: one form each.
fn a_step() -> Value {
    let forms: Vec<_> = step::FORMS
        .iter()
        .map(|form| {
            let group = form.keys.iter().any(|key| key.name == "steps");
            let required: &[&str] =
                if group { &[form.keys[0].name, "steps"] } else { &[form.keys[0].name] };
            let mut table = table(&[form.keys, step::STEP_KEYS], required);
            table["description"] = json!(form.means);
            table
        })
        .collect();
    json!({ "oneOf": forms })
}

fn property(key: &Key) -> Value {
    let mut property = holds(key.holds);
    property["description"] = json!(if key.default.is_empty() {
        key.means.to_owned()
    } else {
        format!("{} (default: {})", key.means, key.default)
    });
    property
}

fn holds(holds: Holds) -> Value {
    match holds {
        Holds::Text => json!({ "type": "string" }),
        Holds::Name => name(),
        Holds::Duration | Holds::Durations | Holds::Rate | Holds::Size | Holds::AutoOrDuration => {
            json!({ "type": "string" })
        }
        Holds::Count | Holds::Counts => {
            json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string" }] })
        }
        Holds::Share => {
            json!({ "anyOf": [{ "type": "number", "minimum": 0, "maximum": 1 }, { "type": "string" }] })
        }
        Holds::Number => {
            json!({ "anyOf": [{ "type": "number", "minimum": 0 }, { "type": "string" }] })
        }
        Holds::Figure => json!({ "type": ["number", "string"] }),
        Holds::FlagOrShare => json!({ "type": ["boolean", "number", "string"] }),
        Holds::Flag => json!({ "type": "boolean" }),
        Holds::Word(words) => json!({ "enum": words }),
        Holds::Preset => json!({ "enum": preset::names() }),
        Holds::Names | Holds::Texts => {
            json!({ "anyOf": [
                { "type": "array", "items": { "type": "string" } }, { "type": "string" }
            ] })
        }
        Holds::Steps => steps(),
        Holds::Branches => json!({ "type": "array", "minItems": 1, "items": steps() }),
        Holds::Points => json!({
            "type": "array",
            "items": {
                "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2
            },
        }),
        Holds::Values => json!({ "type": "object" }),
    }
}

fn steps() -> Value {
    json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/step" } })
}

fn name() -> Value {
    json!({ "$ref": "#/$defs/name" })
}

fn value() -> Value {
    json!({ "$ref": "#/$defs/value" })
}

fn a_name() -> Value {
    json!({ "type": "string", "pattern": "^[a-z0-9_-]+$" })
}

fn a_value() -> Value {
    json!({
        "type": ["number", "string"],
        "description": "a number, or text: \"80 ms\", \"exp(4 ms)\", \"10 %\", \"$name\"",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::tree::{self, Content, Item, Table};
    use crate::model::shipped::MODELS;

    /// The parts of the schema that may describe a value: references followed, choices opened.
    fn choices<'s>(root: &'s Value, schema: &'s Value) -> Vec<&'s Value> {
        if let Some(name) = schema["$ref"].as_str() {
            let path = name.trim_start_matches('#');
            return choices(root, root.pointer(path).expect(name));
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(options) = schema[key].as_array() {
                return options.iter().flat_map(|option| choices(root, option)).collect();
            }
        }
        vec![schema]
    }

    fn fits(root: &Value, schema: &Value, item: &Item) -> bool {
        choices(root, schema).into_iter().any(|schema| match &item.content {
            Content::Table(table) => table_fits(root, schema, table),
            Content::List(items) => {
                schema["items"].is_object()
                    && items.iter().all(|item| fits(root, &schema["items"], item))
            }
            Content::Text(text) => match schema["enum"].as_array() {
                Some(words) => words.iter().any(|word| word == text),
                None => is(schema, "string"),
            },
            Content::Flag(_) => is(schema, "boolean"),
            Content::Integer(_) => is(schema, "integer") || is(schema, "number"),
            Content::Float(_) => is(schema, "number"),
            Content::Date => false,
        })
    }

    fn is(schema: &Value, kind: &str) -> bool {
        match &schema["type"] {
            Value::String(one) => one == kind,
            Value::Array(several) => several.iter().any(|one| one == kind),
            _ => false,
        }
    }

    fn table_fits(root: &Value, schema: &Value, table: &Table) -> bool {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let complete =
            required.iter().all(|key| key.as_str().is_some_and(|key| table.get(key).is_some()));
        is(schema, "object")
            && complete
            && table.entries.iter().all(|entry| {
                let known = schema["properties"].get(&entry.key);
                match known.or_else(|| schema.get("additionalProperties")) {
                    Some(Value::Bool(allowed)) => *allowed,
                    Some(part) => fits(root, part, &entry.item),
                    None => true,
                }
            })
            && kind_fits(schema, table)
    }

    fn kind_fits(schema: &Value, table: &Table) -> bool {
        let Some(rules) = schema["allOf"].as_array() else { return true };
        let kind = match table.get("kind").map(|entry| &entry.item.content) {
            Some(Content::Text(kind)) => kind,
            _ => return true,
        };
        let rule = rules.iter().find(|rule| rule["if"]["properties"]["kind"]["const"] == *kind);
        let Some(names) = rule.and_then(|rule| rule["then"]["propertyNames"]["enum"].as_array())
        else {
            return false;
        };
        table.entries.iter().all(|entry| names.iter().any(|name| *name == entry.key))
    }

    fn valid(text: &str) -> bool {
        let schema = schema();
        fits(&schema, &schema, &tree::parse(text, 0, tree::FILE_LAYER).0)
    }

    #[test]
    fn every_shipped_model_is_valid_by_the_schema() {
        for model in MODELS {
            assert!(valid(model.text), "{}", model.name);
        }
        assert!(valid(include_str!("read/full_example.toml")));
    }

    #[test]
    fn a_key_that_the_reader_refuses_the_schema_refuses_too() {
        let request = "[[request]]\nsteps = [{ cpu = \"1 ms\" }]\n";
        assert!(valid(request));
        for wrong in [
            "",
            "[[request]]\nstep = []\n",
            "[[request]]\nsteps = [{ cpu = \"1 ms\", io = \"2 ms\" }]\n",
            &format!("{request}[host]\ncore = 4\n"),
            &format!("{request}[load]\nkind = \"poisson\"\nclients = 4\n"),
            &format!("{request}[[runtime]]\nkind = \"event-loop\"\nworkers = 4\n"),
            &format!("{request}[resource.db]\nslot = 4\n"),
        ] {
            assert!(!valid(wrong), "{wrong}");
        }
    }

    #[test]
    fn every_key_has_a_description() {
        fn check(schema: &Value, path: &str) {
            if let Some(properties) = schema["properties"].as_object() {
                for (name, property) in properties {
                    let text = property["description"].as_str().unwrap_or_default();
                    assert!(!text.is_empty() || path.ends_with("if"), "{path}.{name}");
                }
            }
            match schema {
                Value::Object(parts) => {
                    parts.iter().for_each(|(name, part)| check(part, &format!("{path}.{name}")));
                }
                Value::Array(parts) => parts.iter().for_each(|part| check(part, path)),
                _ => {}
            }
        }
        check(&schema(), "schema");
    }
}
