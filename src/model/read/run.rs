//! Reads `[run]`.

use crate::input::keys::{Holds, Key};
use crate::input::problem::Problem;
use crate::input::reader::Reader;
use crate::input::table::Fields;
use crate::input::tree::{Content, Table};
use crate::input::value::Value;
use crate::model::metric::Vocabulary;
use crate::model::{Objective, RunSpec, Warmup};
use crate::units::Span;

/// The keys of `[run]`.
pub const KEYS: &[Key] = &[
    Key::new("requests", Holds::Count, "100_000", "ends of requests in each replication"),
    Key::new("duration", Holds::Duration, "", "the length of each replication instead"),
    Key::new("warmup", Holds::AutoOrDuration, "auto", "what is thrown away before"),
    Key::new("replications", Holds::Count, "10", "independent replications"),
    Key::new("precision", Holds::Share, "", "more replications until intervals are this narrow"),
    Key::new("max_replications", Holds::Count, "200", "at most this many with `precision`"),
    Key::new("seed", Holds::Count, "42", "the seed of all randomness"),
    Key::new("baseline", Holds::Name, "the first runtime", "what gains are relative to"),
    Key::new("slo", Holds::Texts, "", "objectives: \"p99 <= 200 ms\""),
];

/// Reads `[run]`; the runtimes by their names.
#[must_use]
pub fn read(
    reader: Reader<'_>,
    root: &Table,
    runtimes: &[String],
    vocabulary: Vocabulary<'_>,
) -> RunSpec {
    let default = RunSpec::default();
    let Some(entry) = root.get("run") else { return default };
    let Some(table) = reader.table(&entry.item, "a table: [run]") else { return default };
    let fields = reader.fields("[run]", &entry.item, table, &[KEYS]);
    if fields.has("requests") && fields.has("duration") {
        let problem = Problem::new("`requests` and `duration` are two lengths of one run")
            .expected("one of the two");
        fields.note("duration", problem);
    }
    let replications = fields.count_u32("replications", 1).unwrap_or(default.replications);
    let most = fields.count_u32("max_replications", 1);
    if most.is_some_and(|most| most < replications) {
        let problem = Problem::new("`max_replications` is below `replications`")
            .expected(format!("at least {replications}"));
        fields.note("max_replications", problem);
    }
    RunSpec {
        requests: fields.count("requests", 1, u64::MAX).unwrap_or(default.requests),
        duration: fields.positive_duration("duration"),
        warmup: warmup(&fields).unwrap_or(default.warmup),
        replications,
        precision: precision(&fields),
        max_replications: most.unwrap_or(default.max_replications.max(replications)),
        seed: fields.count("seed", 0, u64::MAX).unwrap_or(default.seed),
        baseline: fields
            .item("baseline")
            .and_then(|item| reader.one_of(item, runtimes, "a runtime"))
            .unwrap_or(default.baseline),
        slo: objectives(&fields, vocabulary),
    }
}

fn warmup(fields: &Fields<'_>) -> Option<Warmup> {
    let item = fields.item("warmup")?;
    match &item.content {
        Content::Text(text) if text == "auto" => return Some(Warmup::Auto),
        // A word that is no value at all was meant to be one of the words.
        Content::Text(text) if text.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            let problem = Problem::new(format!("`{text}` is not a warm-up"));
            fields.note("warmup", problem.expected("\"auto\" or a duration, as in 10 s"));
            return None;
        }
        _ => {}
    }
    let expected = "\"auto\" or a duration, as in 10 s";
    fields.reader.value(item, Value::duration, expected).map(|span: Span| Warmup::Fixed(span))
}

fn precision(fields: &Fields<'_>) -> Option<f64> {
    let precision = fields.share("precision")?.0;
    if precision > 0.0 {
        return Some(precision);
    }
    let problem = Problem::new("no number of replications makes an interval of width 0")
        .expected("a share above 0, as in 1 %");
    fields.note("precision", problem);
    None
}

fn objectives(fields: &Fields<'_>, vocabulary: Vocabulary<'_>) -> Vec<Objective> {
    let Some(item) = fields.item("slo") else { return Vec::new() };
    let reader = fields.reader;
    let expected = "a list of objectives: [\"p99 <= 200 ms\"]";
    let items = match &item.content {
        Content::Text(_) => std::slice::from_ref(item),
        _ => reader.list(item, expected).unwrap_or_default(),
    };
    let mut objectives = Vec::new();
    for item in items {
        let Some(text) = reader.text(item, expected) else { continue };
        match Objective::parse(text, vocabulary, reader.scope) {
            Ok(objective) => objectives.push(objective),
            Err(error) => reader.notes.add_value_error(item, error),
        }
    }
    objectives
}
