//! OTLP JSON: `resourceSpans` of `scopeSpans` of `spans`, instants as text, in nanoseconds.

use serde_json::Value;

use super::{Kind, Span};
use crate::input::problem::Problem;

/// Reads one object, or one after another.
pub fn read(text: &str) -> Result<Vec<Span>, Problem> {
    let mut found = Vec::new();
    for value in
        serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}')).into_iter::<Value>()
    {
        let value = value.map_err(|error| {
            Problem::new(format!("this is not JSON: {error}"))
                .advice("check that the file was written to its end")
        })?;
        for resource in list(&value, "resourceSpans") {
            let service = service(resource);
            // Older collectors call it so.
            let scopes =
                list(resource, "scopeSpans").chain(list(resource, "instrumentationLibrarySpans"));
            let spans = scopes.flat_map(|scope| list(scope, "spans"));
            found.extend(spans.filter_map(|one| span(one, &service)));
        }
    }
    Ok(found)
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn service(resource: &Value) -> String {
    let attributes =
        resource.get("resource").into_iter().flat_map(|inner| list(inner, "attributes"));
    let named =
        |attribute: &&Value| attribute.get("key").and_then(Value::as_str) == Some("service.name");
    let name = attributes
        .into_iter()
        .find(named)
        .and_then(|attribute| attribute.pointer("/value/stringValue"));
    name.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn span(one: &Value, service: &str) -> Option<Span> {
    let text = |key: &str| one.get(key).and_then(Value::as_str).map(str::to_owned);
    let kind = match one.get("kind") {
        Some(Value::String(word)) => word.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let (start, end) = (nanos(one.get("startTimeUnixNano")?)?, nanos(one.get("endTimeUnixNano")?)?);
    (end >= start).then_some(())?;
    Some(Span {
        trace: text("traceId")?,
        id: text("spanId")?,
        parent: text("parentSpanId").filter(|parent| !parent.is_empty()),
        name: text("name").unwrap_or_default(),
        service: service.to_owned(),
        kind: match kind.as_str() {
            "2" | "SPAN_KIND_SERVER" | "5" | "SPAN_KIND_CONSUMER" => Kind::Server,
            "3" | "SPAN_KIND_CLIENT" | "4" | "SPAN_KIND_PRODUCER" => Kind::Client,
            _ => Kind::Internal,
        },
        start,
        end,
    })
}

fn nanos(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    }
}
