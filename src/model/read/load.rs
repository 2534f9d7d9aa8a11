//! Reads `[load]`: its keys depend on its kind.

use std::sync::Arc;

use crate::input::keys::{Holds, Key, Kind};
use crate::input::problem::Problem;
use crate::input::table::Fields;
use crate::input::tree::Item;
use crate::input::value::Value;
use crate::model::read::Context;
use crate::model::read::kinds::Kinds;
use crate::model::{Load, LoadKind};
use crate::units::{NANOS_PER_SECOND, Span, Time};

/// The keys that every load has.
pub const COMMON: &[Key] = &[
    Key::new("kind", Holds::Word(&WORDS), "closed", "when requests come"),
    Key::new("timeout", Holds::Duration, "", "the client gives up after this"),
    Key::new("retries", Holds::Count, "0", "how often a client tries again"),
    Key::new("backoff", Holds::Durations, "exp(100 ms)", "how long it waits before it does"),
];

const WORDS: [&str; 7] = ["closed", "poisson", "constant", "bursty", "profile", "trace", "batch"];

const RATE: Key = Key::new("rate", Holds::Rate, "", "requests per time; required");

/// The kinds of load, each with its own keys.
pub const KINDS: &[Kind] = &[
    Kind {
        word: "closed",
        keys: &[
            Key::new(
                "clients",
                Holds::Count,
                "ceil($cores * (1 + $beta))",
                "how many send requests",
            ),
            Key::new(
                "think",
                Holds::Durations,
                "0 s",
                "from the end of a client's request to its next",
            ),
        ],
        means: "each client sends its next request some time after the end of the last",
    },
    Kind { word: "poisson", keys: &[RATE], means: "open, memoryless" },
    Kind { word: "constant", keys: &[RATE], means: "open, evenly spaced" },
    Kind {
        word: "bursty",
        keys: &[
            RATE,
            Key::new("burst_rate", Holds::Rate, "", "requests per time in a burst; required"),
            Key::new("normal_for", Holds::Duration, "", "mean time between bursts; required"),
            Key::new("burst_for", Holds::Duration, "", "mean length of a burst; required"),
        ],
        means: "open, a two-state Markov-modulated Poisson process",
    },
    Kind {
        word: "profile",
        keys: &[Key::new(
            "points",
            Holds::Points,
            "",
            "[time, rate] pairs, times ascending from \"0 s\"; required",
        )],
        means: "open, Poisson with a rate that is linear between the points",
    },
    Kind {
        word: "trace",
        keys: &[
            Key::new("file", Holds::Text, "", "a CSV in the folder of the model; required"),
            Key::new(
                "column",
                Holds::Text,
                "",
                "the column of arrivals, in seconds; else the first",
            ),
            Key::new("class_column", Holds::Text, "", "the column of request classes"),
            Key::new("speedup", Holds::Number, "1", "how many times faster than it was"),
        ],
        means: "open, arrival instants from a CSV",
    },
    Kind {
        word: "batch",
        keys: &[Key::new("count", Holds::Count, "", "how many; required")],
        means: "all at time zero; the makespan is reported",
    },
];

/// The kinds of load as one table.
pub const LOAD_KINDS: Kinds = Kinds { common: COMMON, kinds: KINDS, noun: "load" };

/// Reads `[load]`; `None` where it is mistaken (which is noted). The defaults stand in the tree.
#[must_use]
pub fn read(context: &Context<'_>, classes: &[String]) -> Option<Load> {
    let reader = context.names.reader();
    let entry = context.root.get("load")?;
    let table = reader.table(&entry.item, "a table: [load]")?;
    let (kind, fields) = LOAD_KINDS.choose(reader, &entry.item, table, "[load]")?;
    let kind = read_kind(context, &fields, kind.word, classes);
    let timeout = fields.positive_duration("timeout");
    let retries = fields.count_u32("retries", 0);
    let backoff = fields.durations("backoff");
    // Only now, so that a mistaken kind does not hide the mistakes in these.
    let load = Load::new(kind?);
    Some(Load {
        timeout,
        retries: retries.unwrap_or(load.retries),
        backoff: backoff.unwrap_or_else(|| load.backoff.clone()),
        ..load
    })
}

fn read_kind(
    context: &Context<'_>,
    fields: &Fields<'_>,
    word: &str,
    classes: &[String],
) -> Option<LoadKind> {
    let rate = || fields.required("rate").and_then(|_| fields.rate("rate"));
    match word {
        "closed" => {
            let clients = fields.required("clients").and_then(|_| fields.count("clients", 1, MOST));
            let think = fields.durations("think");
            let think = think.unwrap_or_else(|| crate::input::dist::Dist::constant(0.0));
            Some(LoadKind::Closed { clients: clients?, think })
        }
        "poisson" => Some(LoadKind::Poisson { rate: rate()? }),
        "constant" => Some(LoadKind::Constant { rate: rate()? }),
        "bursty" => {
            let rates =
                (rate(), fields.required("burst_rate").and_then(|_| fields.rate("burst_rate")));
            let span = |key| fields.required(key).and_then(|_| fields.positive_duration(key));
            let (normal_for, burst_for) = (span("normal_for"), span("burst_for"));
            let (rate, burst_rate) = (rates.0?, rates.1?);
            let (normal_for, burst_for) = (normal_for?, burst_for?);
            let (normal_s, burst_s) = (normal_for.seconds(), burst_for.seconds());
            let arrivals = rate.0 * normal_s + burst_rate.0 * burst_s;
            if arrivals < FEWEST_BETWEEN_BURSTS {
                let wrong = "the load changes millions of times between two requests";
                let expected = "normal_for and burst_for long enough for a request now and then";
                fields.note("normal_for", Problem::new(wrong).expected(expected));
                return None;
            }
            Some(LoadKind::Bursty { rate, burst_rate, normal_for, burst_for })
        }
        "profile" => {
            Some(LoadKind::Profile { points: read_points(fields, fields.required("points")?)? })
        }
        "trace" => {
            Some(LoadKind::Trace { arrivals: Arc::new(read_trace(context, fields, classes)?) })
        }
        _ => {
            let count = fields.required("count").and_then(|_| fields.count("count", 1, MOST));
            Some(LoadKind::Batch { count: count? })
        }
    }
}

/// Mean arrivals in a cycle of a bursty load: fewer, and the time goes into changes of state.
const FEWEST_BETWEEN_BURSTS: f64 = 1e-6;

/// More clients than this in one model are a mistake: each needs memory.
const MOST: u64 = 1 << 26;

fn read_points(fields: &Fields<'_>, item: &Item) -> Option<Vec<(Time, f64)>> {
    const EXPECTED: &str = "[time, rate] pairs: [[\"0 s\", \"10/s\"], [\"5 min\", \"500/s\"]]";
    let reader = fields.reader;
    let items = reader.list(item, EXPECTED)?;
    let mut points: Vec<(Time, f64)> = Vec::new();
    let mut good = true;
    for item in items {
        let pair = reader.list(item, EXPECTED);
        let Some([time, rate]) = pair else {
            if pair.is_some() {
                reader.note(&item.place, Problem::new("this is no pair").expected(EXPECTED));
            }
            good = false;
            continue;
        };
        let span = reader.value(time, Value::duration, "a duration, as in 5 min");
        let rate = reader.value(rate, Value::rate_or_zero, "a rate, as in 10/s");
        let (Some(span), Some(rate)) = (span, rate) else {
            good = false;
            continue;
        };
        let wrong = match points.last() {
            None if !span.is_zero() => Some("the first point is not at \"0 s\""),
            Some((last, _)) if span.0 <= last.0 => Some("this point is not after the one before"),
            _ => None,
        };
        if let Some(wrong) = wrong {
            let problem = Problem::new(wrong).expected("times ascending from \"0 s\"");
            reader.note(&time.place, problem);
            good = false;
        }
        points.push((Time(span.0), rate));
    }
    let nothing = points.iter().all(|(_, rate)| *rate <= 0.0);
    if good && nothing {
        let wrong = if points.is_empty() { "there are no points" } else { "every rate is 0" };
        let problem = Problem::new(format!("no requests ever come: {wrong}")).expected(EXPECTED);
        reader.note(&item.place, problem);
    }
    (good && !nothing).then_some(points)
}

/// Instants beyond this many seconds (three years) are times of the calendar, not of a run: they
/// are counted from the first.
const CALENDAR_FROM_S: f64 = 1e8;

type Arrivals = Vec<(Time, Option<u32>)>;

fn read_trace(context: &Context<'_>, fields: &Fields<'_>, classes: &[String]) -> Option<Arrivals> {
    let file_item = fields.required("file");
    let speedup = match fields.number("speedup") {
        Some(speedup) if speedup > 0.0 => speedup,
        Some(_) => {
            fields.note("speedup", Problem::new("`speedup` is 0").expected("a number above 0"));
            return None;
        }
        None if fields.has("speedup") => return None,
        None => 1.0,
    };
    let (column, class_column) = (fields.text("column"), fields.text("class_column"));
    let file_item = file_item?;
    let file = fields.reader.text(file_item, "the name of a CSV file")?;
    let refuse = |key: &str, message: String| {
        fields.note(key, Problem::new(message).expected("a CSV file with a header"));
    };
    let sheet = context.sheets.open(context.folder, file);
    let sheet = sheet.map_err(|why| refuse("file", why)).ok()?;
    let times = sheet.column(column.as_deref()).map_err(|why| refuse("column", why)).ok()?;
    let times = sheet.numbers(times).map_err(|why| refuse("file", why)).ok()?;
    let first = times.first().map_or(0.0, |(_, first)| *first);
    let zero = if first > CALENDAR_FROM_S { first } else { 0.0 };
    let mut last = zero;
    for (line, time) in &times {
        if *time < last {
            let wrong = if *time < 0.0 { "is before time zero" } else { "is before the one above" };
            let message = format!("{}, line {line}: this arrival {wrong}", sheet.shown());
            fields.note(
                "file",
                Problem::new(message).expected("arrival instants in seconds, ascending"),
            );
            return None;
        }
        last = *time;
    }
    let classes = match class_column {
        None => vec![None; times.len()],
        Some(name) => {
            let column =
                sheet.column(Some(&name)).map_err(|why| refuse("class_column", why)).ok()?;
            let found: Result<Vec<_>, String> = sheet
                .cells(column)
                .map(|(line, cell)| {
                    class_of(classes, cell)
                        .map_err(|why| format!("{}, line {line}: {why}", sheet.shown()))
                })
                .collect();
            found
                .map_err(|why| {
                    let expected = "the name of a [[request]] in each row, or an empty cell";
                    fields.note("class_column", Problem::new(why).expected(expected));
                })
                .ok()?
        }
    };
    let instant =
        |time: f64| Time(Span::from_nanos_f64((time - zero) / speedup * NANOS_PER_SECOND).0);
    Some(times.iter().zip(classes).map(|((_, time), class)| (instant(*time), class)).collect())
}

/// The place of a class; an empty cell leaves it to the weights.
fn class_of(classes: &[String], cell: &str) -> Result<Option<u32>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    let place = classes.iter().position(|class| class == cell);
    let place = place.and_then(|place| u32::try_from(place).ok());
    place
        .map(Some)
        .ok_or_else(|| format!("`{cell}` is not a request class; there is {}", classes.join(", ")))
}
