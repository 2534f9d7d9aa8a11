//! Jaeger's JSON: `data` of traces, each with `spans` and `processes`, instants in microseconds.

use serde_json::Value;

use super::{Kind, Span};
use crate::input::problem::Problem;

/// Reads `{"data": […]}`, or one trace alone.
pub fn read(text: &str) -> Result<Vec<Span>, Problem> {
    let value: Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            Problem::new(format!("this is not JSON: {error}"))
                .advice("check that the file was written to its end")
        })?;
    let traces: Vec<&Value> = match value.get("data").and_then(Value::as_array) {
        Some(list) => list.iter().collect(),
        None => vec![&value],
    };
    let spans = traces.into_iter().flat_map(|trace| {
        let spans = trace.get("spans").and_then(Value::as_array);
        spans.into_iter().flatten().filter_map(move |one| span(one, trace))
    });
    Ok(spans.collect())
}

fn span(one: &Value, trace: &Value) -> Option<Span> {
    let text = |key: &str| one.get(key).and_then(Value::as_str).map(str::to_owned);
    let (start, length) = (one.get("startTime")?.as_u64()?, one.get("duration")?.as_u64()?);
    let references = one.get("references").and_then(Value::as_array).into_iter().flatten();
    let child_of =
        |reference: &&Value| reference.get("refType").and_then(Value::as_str) == Some("CHILD_OF");
    let parent =
        references.into_iter().find(child_of).and_then(|parent| parent.get("spanID")?.as_str());
    let process = text("processID")
        .and_then(|id| trace.get("processes")?.get(&id)?.get("serviceName")?.as_str());
    let tags = one.get("tags").and_then(Value::as_array).into_iter().flatten();
    let kind =
        tags.into_iter().find(|tag| tag.get("key").and_then(Value::as_str) == Some("span.kind"));
    let kind = match kind.and_then(|tag| tag.get("value")?.as_str()) {
        Some("server" | "consumer") => Kind::Server,
        Some("client" | "producer") => Kind::Client,
        _ => Kind::Internal,
    };
    let start = start.checked_mul(1_000)?;
    Some(Span {
        trace: text("traceID")?,
        id: text("spanID")?,
        parent: parent.filter(|parent| !parent.is_empty()).map(str::to_owned),
        name: text("operationName").unwrap_or_default(),
        service: process.unwrap_or_default().to_owned(),
        kind,
        start,
        end: start.checked_add(length.checked_mul(1_000)?)?,
    })
}
