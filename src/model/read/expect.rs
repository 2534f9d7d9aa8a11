//! Reads `[[expect]]`.

use crate::input::keys::{Holds, Key};
use crate::input::problem::Problem;
use crate::input::reader::Reader;
use crate::input::table::Fields;
use crate::input::tree::{Content, Item, Table};
use crate::input::value::{self, Value};
use crate::model::Expect;
use crate::model::expect::{Role, Target};
use crate::model::metric::{self, MetricUnit, Vocabulary};

const ROLES: [(&str, Role); 3] = [
    ("predicted", Role::Predicted),
    ("fitted", Role::Fitted),
    ("illustration", Role::Illustration),
];

type MakeTarget = fn(f64) -> Target;

/// The keys that give a target, one of which there must be.
const TARGETS: [(&str, MakeTarget); 3] =
    [("reported", Target::Reported), ("at_least", Target::AtLeast), ("at_most", Target::AtMost)];

/// The keys of `[[expect]]`.
pub const KEYS: &[Key] = &[
    Key::new("metric", Holds::Text, "", "what was reported: a metric name; required"),
    Key::new("runtime", Holds::Name, "the first runtime", "what it was measured on"),
    Key::new("relative_to", Holds::Name, "", "divide by this runtime's value"),
    Key::new("scenario", Holds::Name, "the base model", "in which scenario"),
    Key::new("reported", Holds::Figure, "", "the figure"),
    Key::new("at_least", Holds::Figure, "", "a lower bound, where the source gives no figure"),
    Key::new("at_most", Holds::Figure, "", "an upper bound, where the source gives no figure"),
    Key::new("tolerance", Holds::Share, "", "how far from `reported` still counts as met"),
    Key::new(
        "role",
        Holds::Word(&["predicted", "fitted", "illustration"]),
        "predicted",
        "what meeting it would prove",
    ),
    Key::new("holds", Holds::Flag, "true", "whether the simulation is expected to meet it"),
    Key::new("why", Holds::Text, "", "why it does not hold; with `holds = false` only"),
    Key::new("source", Holds::Text, "", "where it was reported"),
];

/// The names that an expectation may use.
pub struct Known<'a> {
    /// Metric names.
    pub vocabulary: Vocabulary<'a>,
    /// Runtimes.
    pub runtimes: &'a [String],
    /// Scenarios.
    pub scenarios: &'a [String],
}

/// Reads all expectations.
#[must_use]
pub fn read_all(reader: Reader<'_>, root: &Table, known: &Known<'_>) -> Vec<Expect> {
    let tables = reader.tables(root, "expect");
    tables.into_iter().filter_map(|(item, table)| read(reader, item, table, known)).collect()
}

fn read(reader: Reader<'_>, item: &Item, table: &Table, known: &Known<'_>) -> Option<Expect> {
    let fields = reader.fields("[[expect]]", item, table, &[KEYS]);
    let name = |key: &str, names: &[String], what: &str| {
        let item = fields.item(key)?;
        let place = reader.one_of(item, names, what)?;
        names.get(place).cloned()
    };
    let runtime = name("runtime", known.runtimes, "a runtime");
    let relative_to = name("relative_to", known.runtimes, "a runtime");
    let scenario = name("scenario", known.scenarios, "a scenario");
    let (metric, unit) = read_metric(&fields, known.vocabulary)?;
    let unit = if fields.has("relative_to") { MetricUnit::Number } else { unit };
    let target = read_target(&fields, unit);
    let tolerance = fields.number("tolerance");
    if fields.has("tolerance") && !fields.has("reported") {
        let problem = Problem::new("`tolerance` means nothing to a bound")
            .expected("`tolerance` beside `reported` only");
        fields.note("tolerance", problem);
    }
    let role = fields.word("role", &ROLES).unwrap_or(Role::Predicted);
    let known_failure = read_known_failure(&fields);
    let source = fields.text("source");
    let target = target?;
    Some(Expect {
        metric,
        runtime,
        relative_to,
        scenario,
        target,
        tolerance,
        role,
        known_failure,
        source,
    })
}

/// `holds = false` with its reason, which must be given.
fn read_known_failure(fields: &Fields<'_>) -> Option<String> {
    let (holds, why) = (fields.flag("holds"), fields.text("why"));
    if fields.has("holds") && holds.is_none() {
        // That is told already.
        return None;
    }
    let holds = holds.unwrap_or(true);
    if !holds && !fields.has("why") {
        let problem = Problem::new("`holds = false` without a reason")
            .expected("`why`: what the model lacks or the source leaves open");
        fields.note("holds", problem);
    }
    if holds && fields.has("why") {
        let problem = Problem::new("`why` gives the reason of a failure, and none is known")
            .expected("`why` beside `holds = false` only");
        fields.note("why", problem);
    }
    why.filter(|_| !holds)
}

fn read_metric(fields: &Fields<'_>, vocabulary: Vocabulary<'_>) -> Option<(String, MetricUnit)> {
    let item = fields.required("metric")?;
    let name = fields.reader.text(item, "a metric name")?;
    match vocabulary.metric(name) {
        Ok(metric) => Some((name.to_owned(), metric.unit)),
        Err(error) => {
            fields.reader.notes.add_value_error(item, error);
            None
        }
    }
}

fn read_target(fields: &Fields<'_>, unit: MetricUnit) -> Option<Target> {
    let present: Vec<_> = TARGETS.iter().filter(|(key, _)| fields.has(key)).collect();
    match present.as_slice() {
        [(key, target)] => {
            let item = fields.item(key)?;
            let figure = match (&item.content, unit) {
                // A number without quotes is in the metric's base unit, whatever that is.
                (Content::Integer(_) | Content::Float(_), _) => {
                    fields.reader.value(item, Value::number, "a number")
                }
                (Content::Text(text), unit) => value::parse(text)
                    .and_then(|expr| metric::figure(&expr, fields.reader.scope, unit))
                    .map_err(|error| fields.reader.notes.add_value_error(item, error))
                    .ok(),
                (other, _) => {
                    fields.reader.wrong_type(item, other, "a figure: 2.0, \"200 ms\", \"150/s\"");
                    None
                }
            };
            figure.map(target)
        }
        [] => {
            let problem = Problem::new("[[expect]] expects nothing")
                .expected("`reported`, `at_least` or `at_most`")
                .consequence();
            fields.reader.note(&fields.place, problem);
            None
        }
        [_, (second, _), ..] => {
            let problem = Problem::new("[[expect]] has more than one target")
                .expected("one of `reported`, `at_least`, `at_most`");
            fields.note(second, problem);
            None
        }
    }
}
