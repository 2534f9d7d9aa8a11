//! What is said of a validation in words.

use super::super::number::percent;
use super::{named, reported, value};
use crate::model::expect::Role;
use crate::study::validate::{Row, Validation, Verdict};

/// Why predictions fail, or that a known failure is none; those of one reason together.
pub fn explanations(rows: &[&Row]) -> Vec<String> {
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for row in rows {
        let Some(reason) = reason(row) else { continue };
        let name = format!("{} {}", row.runtime, named(row));
        match reasons.iter_mut().find(|(other, _)| *other == reason) {
            Some((_, names)) => names.push(name),
            None => reasons.push((reason, vec![name])),
        }
    }
    reasons.into_iter().map(|(reason, names)| names.join("; ") + &reason).collect()
}

fn reason(row: &Row) -> Option<String> {
    let why = row.why.as_deref().unwrap_or_default();
    match row.verdict {
        Verdict::Known => Some(format!(": known to fail, {why}")),
        Verdict::Changed => Some(format!(
            ": holds although the model file says `holds = false` ({why}), take that away"
        )),
        Verdict::Fails if row.role == Role::Predicted => {
            let (simulated, reported) = (value(row, row.simulated), reported(row));
            let within = row.tolerance.map(|share| format!(" within {}", percent(share)));
            let within = within.unwrap_or_default();
            Some(format!(" fails: {simulated}, and the source says {reported}{within}"))
        }
        Verdict::Unknown if row.role == Role::Predicted => {
            Some(" has no simulated figure to be held against the source's".to_owned())
        }
        _ => None,
    }
}

/// The whole in words.
pub fn summary(validation: &Validation) -> String {
    let count =
        |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let predictions = validation.predictions().count();
    let parts: Vec<String> = Verdict::ALL
        .into_iter()
        .map(|verdict| (validation.count(verdict), verdict))
        .filter(|(n, _)| *n > 0)
        .map(|(n, verdict)| match verdict {
            Verdict::Holds => count(n, "holds", "hold"),
            Verdict::Fails => count(n, "fails", "fail"),
            Verdict::Known => count(n, "fails as known", "fail as known"),
            Verdict::Changed => {
                format!("{n} known to fail now {}", if n == 1 { "holds" } else { "hold" })
            }
            Verdict::Unjudged => format!("{n} without a tolerance"),
            Verdict::Unknown => format!("{n} without a simulated figure"),
        })
        .collect();
    let mut text = format!(
        "{} in {}",
        count(predictions, "prediction", "predictions"),
        count(validation.cases.len(), "model", "models")
    );
    if !parts.is_empty() {
        text += &format!(": {}", parts.join(", "));
    }
    text += ".";
    if let Some((median, worst)) = validation.errors() {
        text += &format!(" Median error {}, worst {}.", percent(median), percent(worst));
    }
    let of = |role: Role| validation.rows.iter().filter(|row| row.role == role).count();
    let (fits, shown) = (of(Role::Fitted), of(Role::Illustration));
    let kinds = [(fits, "fit", "fits"), (shown, "illustration", "illustrations")];
    let others: Vec<String> =
        kinds.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| count(*n, one, many)).collect();
    if !others.is_empty() {
        let verb =
            if fits + shown == 1 { "proves nothing and is" } else { "prove nothing and are" };
        text += &format!(" {} {verb} not counted.", others.join(" and "));
    }
    text
}
