//! A plan: the answer with its neighbours, what binds, what is left, what the other runtimes would
//! need.

use serde_json::{Map, Value, json};

use super::number::{self, duration, figure, percent, size};
use super::style::{Style, Tone};
use super::table::{Cell, Table};
use super::wrap::{hanging, pieces};
use super::{markdown, sweep};
use crate::model::metric::{MetricUnit, Vocabulary};
use crate::model::{Model, Objective};
use crate::study::plan::Answer;
use crate::study::plan::headroom::Headroom;
use crate::study::plan::trial::{Found, Hopeless, Trial, Tried};
use crate::study::result::{Estimate, SloResult};

/// Why nothing was tried.
const NOTHING_ALLOWED: &str = "no combination in the range may be tried: --where excludes it, or --survive leaves no instance; \
                               vary runtime.NAME.instances from one more than may be lost";

/// A plan as asked and answered.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The model.
    pub model: &'a Model,
    /// The answer for the runtime asked about.
    pub answer: &'a Answer,
    /// The same question answered for the model's other runtimes.
    pub others: &'a [Answer],
    /// Whether the user interrupted it: the answer, or that of other runtimes, is not complete.
    pub interrupted: bool,
}

/// The plan as one JSON object, its last line ended.
#[must_use]
pub fn json(plan: &Plan<'_>) -> String {
    let answer = plan.answer;
    let outcome = |trial: &Trial| trial.outcome().map_or(Value::Null, |outcome| json!(outcome));
    let mut object = match short(answer) {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    object.insert("at".into(), answer.at.as_ref().map_or(Value::Null, outcome));
    object.insert("below".into(), answer.below.last().map_or(Value::Null, outcome));
    object.insert("others".into(), plan.others.iter().map(short).collect());
    object.insert("interrupted".into(), plan.interrupted.into());
    let tried = |one: &Vec<Trial>| one.iter().map(|one| so_far(answer, one)).collect();
    object.insert("tried".into(), answer.unfinished.as_ref().map_or(Value::Null, tried));
    let text = serde_json::to_string_pretty(&object);
    text.unwrap_or_default() + "\n"
}

fn short(answer: &Answer) -> Value {
    let at = answer.at.as_ref();
    let met = match &answer.unfinished {
        None => Some(at.is_some()),
        Some(tried) => tried.iter().any(Trial::met).then_some(true),
    };
    json!({
        "met": met,
        "runtime": answer.runtime,
        "objectives": answer.objectives.iter().map(|one| one.text.clone()).collect::<Vec<_>>(),
        "answer": at.map(keys),
        "distinguishable": answer.distinguishable(),
        "states": answer.states,
        "decided_by": at.map(|at| at.hardest(&answer.objectives).state.clone()),
        "headroom": answer.headroom.map(|room| room.meets),
        "headroom_misses": answer.headroom.and_then(|room| room.misses),
        "headroom_to_limit": at.and_then(|at| at.room_to_limit(&answer.objectives)),
        "binds": at.map(|at| at.hardest(&answer.objectives).binds.resource.clone()),
        "cost_per_hour": at.and_then(|at| at.cost_per_hour),
        "notes": answer.notes,
    })
}

fn keys(trial: &Trial) -> Map<String, Value> {
    trial.point.iter().map(|(name, text)| (name.clone(), sweep::value(text))).collect()
}

/// One of the combinations that were tried before an interruption.
fn so_far(answer: &Answer, trial: &Trial) -> Value {
    json!({
        "point": keys(trial),
        "met": trial.met(),
        "by_chance": trial.by_chance(&answer.objectives),
        "result": trial.outcome().map_or(Value::Null, |outcome| json!(outcome)),
    })
}

/// The plan as a screen shows it.
#[must_use]
pub fn text(plan: &Plan<'_>, style: &Style) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (i, line) in head(plan).iter().enumerate() {
        let line = pieces(line, style.columns());
        let tone = if i == 0 { Tone::Head } else { Tone::Plain };
        lines.extend(line.iter().map(|line| style.paint(tone, line)));
    }
    lines.push(String::new());
    lines.extend(table(plan).lines(style));
    lines.push(String::new());
    for (word, text) in remarks(plan) {
        lines.extend(hanging(&format!("  {word} "), &text, style.columns()));
    }
    lines.join("\n") + "\n"
}

/// The same in Markdown.
#[must_use]
pub fn markdown(plan: &Plan<'_>) -> String {
    let head = head(plan);
    let mut blocks = vec![format!("## {}", markdown::escaped(&head[0].join(", ")))];
    blocks.extend(head[1..].iter().map(|line| markdown::escaped(&line.join(", "))));
    blocks.push(markdown::table(&table(plan)));
    let remarks = remarks(plan);
    let lines: Vec<_> = remarks
        .iter()
        .map(|(word, text)| format!("- **{}** {}", word.trim(), markdown::escaped(text)))
        .collect();
    blocks.push(lines.join("\n"));
    blocks.join("\n\n") + "\n"
}

fn head(plan: &Plan<'_>) -> Vec<Vec<String>> {
    let objectives = plan.answer.objectives.iter().map(|one| one.text.clone());
    let mut second: Vec<String> = vec![objectives.collect::<Vec<_>>().join(", ")];
    let others: Vec<&str> =
        plan.answer.states.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    if !others.is_empty() {
        second.push(format!("as it is, and with: {}", others.join("; ")));
    }
    let first = [
        plan.model.name.clone(),
        format!("plan for {}", plan.answer.runtime),
        format!("seed {}", plan.model.run.seed),
    ];
    vec![first.to_vec(), second]
}

/// The answer and its neighbours: the keys, each objective's figure, a verdict.
fn table(plan: &Plan<'_>) -> Table {
    let answer = plan.answer;
    let trials: Vec<&Trial> = answer.evidence().collect();
    let is_answer = |trial: &Trial| answer.at.as_ref().is_some_and(|at| at.point == trial.point);
    let titles: Vec<&str> = trials
        .first()
        .map_or_else(Vec::new, |trial| trial.point.iter().map(|(name, _)| tail(name)).collect());
    let marks = trials.iter().map(|trial| if is_answer(trial) { ">" } else { "" }.to_owned());
    let keys = titles.iter().enumerate().map(|(key, title)| {
        ((*title).to_owned(), trials.iter().map(|trial| trial.point[key].1.clone()).collect())
    });
    let mut table = Table::keyed(std::iter::once((String::new(), marks.collect())).chain(keys));
    for objective in &answer.objectives {
        let title = format!("{} [95 % interval]", objective.metric);
        table.push_if_any(title, trials.iter().map(|trial| shown(plan, trial, objective)));
    }
    table.push("verdict", trials.iter().map(|trial| verdict(plan, trial)));
    if answer.states.len() > 1 {
        let decides = |trial: &&Trial| match trial.hardest(&answer.objectives).state.as_str() {
            "" => "as it is".to_owned(),
            name => name.to_owned(),
        };
        table.push("decided by", trials.iter().map(|trial| Cell::prose(decides(trial))));
    }
    table
}

/// The last part of a path, which is how people think of a key.
fn tail(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn judged<'t>(tried: &'t Tried, objective: &Objective) -> Option<&'t SloResult> {
    tried.result()?.slo.iter().find(|slo| slo.objective == objective.text)
}

fn shown(plan: &Plan<'_>, trial: &Trial, objective: &Objective) -> Cell {
    let hardest = trial.hardest(&plan.answer.objectives);
    if let Found::Hopeless(Hopeless { grows: true, .. }) = &hardest.found {
        let time = unit(plan.model, objective) == MetricUnit::Time;
        return Cell::prose(if time { "grows without bound" } else { number::NONE });
    }
    let Some(slo) = judged(hardest, objective) else { return Cell::prose(number::NONE) };
    Cell::prose(with_interval(plan.model, objective, &slo.figure))
}

/// `168 ms [156 ms, 181 ms]`.
fn with_interval(model: &Model, objective: &Objective, estimate: &Estimate) -> String {
    let Some(value) = estimate.value else { return number::NONE.to_owned() };
    if value == f64::INFINITY {
        return "never ends".to_owned();
    }
    let unit = unit(model, objective);
    let one = |value: f64| in_unit(unit, value);
    match estimate.ci95 {
        Some([low, high]) => format!("{} [{}, {}]", one(value), one(low), one(high)),
        None => one(value),
    }
}

fn unit(model: &Model, objective: &Objective) -> MetricUnit {
    let classes: Vec<_> = model.requests.iter().map(|class| class.name.clone()).collect();
    let resources: Vec<_> = model.resources.iter().map(|one| one.name.clone()).collect();
    let vocabulary = Vocabulary { classes: &classes, resources: &resources };
    vocabulary.metric(&objective.metric).map_or(MetricUnit::Number, |metric| metric.unit)
}

/// A figure of a metric in its unit.
pub(super) fn in_unit(unit: MetricUnit, value: f64) -> String {
    match unit {
        MetricUnit::Time => duration(value, None),
        MetricUnit::Rate => format!("{}/s", figure(value, 3)),
        MetricUnit::Size => size(value.max(0.0) as u64),
        MetricUnit::Share => percent(value),
        MetricUnit::Number => figure(value, 3),
    }
}

fn verdict(plan: &Plan<'_>, trial: &Trial) -> Cell {
    if let Found::Hopeless(hopeless) = &trial.hardest(&plan.answer.objectives).found {
        return Cell::prose(hopeless.why.clone());
    }
    if trial.by_chance(&plan.answer.objectives) {
        return Cell::prose("cannot tell at this precision").toned(Tone::Warning);
    }
    if trial.met() {
        Cell::prose("meets").toned(Tone::Good)
    } else {
        Cell::prose("misses").toned(Tone::Bad)
    }
}

fn remarks(plan: &Plan<'_>) -> Vec<(&'static str, String)> {
    let answer = plan.answer;
    let mut remarks = Vec::new();
    match (&answer.at, &answer.unfinished) {
        (_, Some(tried)) => {
            remarks.push(("Warn", format!("{}: {}", answer.runtime, so_far_known(tried))));
        }
        (Some(at), _) => {
            remarks.push(("Need", format!("{}: {}", answer.runtime, says(answer, at))));
            match answer.distinguishable() {
                Some(true) => {}
                Some(false) => remarks.push((
                    "Note",
                    "the intervals here and one step below overlap: more --replications or --requests tell them apart"
                        .to_owned(),
                )),
                None => remarks.push(("Note", "nothing smaller is in the range".to_owned())),
            }
        }
        _ if answer.allowed == 0 => {
            remarks.push(("None", NOTHING_ALLOWED.to_owned()));
        }
        _ => remarks.push(("None", format!("{}: {}", answer.runtime, nearest(answer)))),
    }
    for other in plan.others {
        let text = match &other.at {
            _ if other.unfinished.is_some() => {
                let tried = other.unfinished.iter().flatten().cloned().collect::<Vec<_>>();
                format!("{}: {}", other.runtime, so_far_known(&tried))
            }
            Some(at) => format!("{}: {}", other.runtime, says(other, at)),
            None if other.allowed == 0 => format!("{}: {NOTHING_ALLOWED}", other.runtime),
            None => format!("{}: {}", other.runtime, nearest(other)),
        };
        remarks.push(("Also", text));
    }
    let notes = answer.notes.iter().cloned();
    remarks.extend(notes.map(|note| ("Note", note)));
    let tried = format!("{} of {} combinations were simulated", answer.simulated, answer.allowed);
    remarks.push(("Note", tried));
    remarks
}

/// `instances 4, loops 2; binds: cpu, 80 % used; the load can grow 25 %, at 27 % it misses; costs 0.68 an hour`.
fn says(answer: &Answer, at: &Trial) -> String {
    let hardest = at.hardest(&answer.objectives);
    let mut parts = vec![named(at)];
    let done = hardest.result().and_then(|result| result.throughput_rps.value);
    if let Some(used) = done.and_then(|done| hardest.binds.used(done)) {
        parts.push(format!("binds: {}, {} used", hardest.binds.resource, percent(used)));
    }
    match answer.headroom {
        Some(Headroom { meets, misses: Some(misses) }) => parts.push(format!(
            "the load can grow {}, at {} more an objective fails",
            percent(meets),
            percent(misses)
        )),
        Some(Headroom { meets, misses: None }) => {
            parts.push(format!("the load can grow {} times over and more", figure(1.0 + meets, 2)))
        }
        None => {}
    }
    if let Some(cost) = at.cost_per_hour {
        parts.push(format!("costs {} an hour", figure(cost, 4)));
    }
    parts.join("; ")
}

/// What the combinations that were tried before an interruption tell of the answer.
fn so_far_known(tried: &[Trial]) -> String {
    let cheapest = tried.iter().find(|trial| trial.met());
    let largest = tried.iter().rev().find(|trial| !trial.met());
    let known = match (cheapest, largest) {
        (Some(met), Some(missed)) if met.point.len() == 1 => format!(
            "{} meets it and {} does not, so the least lies above {} and is at most {}",
            named(met),
            named(missed),
            missed.point[0].1,
            met.point[0].1
        ),
        (Some(met), _) => {
            format!("{} meets it; whether less or cheaper does is not known yet", named(met))
        }
        (None, _) => format!(
            "none of the {} tried so far meets it; larger ones were not tried yet",
            tried.len()
        ),
    };
    format!("interrupted before the search came to its end: {known}")
}

/// `instances 4, loops 2`.
fn named(trial: &Trial) -> String {
    let keys = trial.point.iter().map(|(name, value)| format!("{} {value}", tail(name)));
    keys.collect::<Vec<_>>().join(", ")
}

fn nearest(answer: &Answer) -> String {
    let Some(last) = answer.below.last() else { return "nothing in the range meets it".to_owned() };
    let hardest = last.hardest(&answer.objectives);
    let why = match &hardest.found {
        Found::Hopeless(Hopeless { grows: true, why }) => format!("grows without bound, {why}"),
        Found::Hopeless(hopeless) => hopeless.why.clone(),
        Found::Simulated(_) => format!("misses; binds: {}", hardest.binds.resource),
    };
    format!("nothing in the range meets it; {}: {why}", named(last))
}
