//! A validation as Markdown: the page beside the shipped models.

use std::io::{self, Write};

use super::super::markdown::{escaped, table as markdown_table};
use super::words::{explanations, summary};
use super::{curve, rows_of, table};
use crate::study::validate::Validation;

/// What stands above the summary in Markdown: how to read the rest.
const INTRODUCTION: &str = "\
Made by `iowait validate --format markdown`: every figure below is simulated anew by it.

One row is one figure of a source. A *predicted* one played no part in making the model; a *fitted* one did, so that \
its agreement proves nothing and is not counted; an *illustration* has too few numbers behind it to prove anything. \
The tolerance is the source's own noise. A prediction **holds** or **fails**; **known** is a failure that the model \
file tells with its reason, and stays one; **changed** is such a one that now holds; **unjudged** has no tolerance, \
**unknown** no simulated figure. The formula is `1 + T_io/T_cpu`, where it says anything of the figure.";

/// What stands above the curve.
const CURVE: &str = "\
Of each model the runtime that gained most over its baseline: as simulated, what the capacities of the host allow, \
and what the formula promises.";

/// Writes the summary, the curve, and a section for each model: what was claimed, what causes it,
/// what the formula would have said, and its rows.
///
/// # Errors
///
/// Those of the writer.
pub fn markdown(validation: &Validation, to: &mut dyn Write) -> io::Result<()> {
    let mut blocks = vec![
        "# Models against their sources".to_owned(),
        INTRODUCTION.to_owned(),
        summary(validation),
    ];
    if !validation.cases.is_empty() {
        blocks.push("## Gain against the blocking coefficient".to_owned());
        blocks.push(CURVE.to_owned());
        blocks.push(markdown_table(&curve(validation)));
    }
    for case in &validation.cases {
        blocks.push(format!("## {}", escaped(&case.model)));
        let title = case.title.as_ref().map(|title| format!("{}. ", escaped(title)));
        blocks.push(format!(
            "{}Model: [{1}.toml]({1}.toml).",
            title.unwrap_or_default(),
            case.model
        ));
        let story = &case.story;
        let told =
            [&story.claim, &story.cause, &story.formula_says, &case.description, &case.source];
        let leads = ["Claimed", "The simulation", "The formula", "Note", "Source"];
        let told = leads.iter().zip(told).filter_map(|(lead, text)| {
            text.as_ref().map(|text| format!("- *{lead}:* {}", escaped(text)))
        });
        let told: Vec<String> = told.collect();
        if !told.is_empty() {
            blocks.push(told.join("\n"));
        }
        let rows = rows_of(validation, case);
        if !rows.is_empty() {
            blocks.push(markdown_table(&table(case, &rows)));
        }
        let why = explanations(&rows);
        let why: Vec<_> = why.iter().map(|line| format!("- {}", escaped(line))).collect();
        if !why.is_empty() {
            blocks.push(why.join("\n"));
        }
    }
    to.write_all((blocks.join("\n\n") + "\n").as_bytes())
}
