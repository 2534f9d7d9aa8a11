//! A validation as text, JSON, CSV and Markdown: what sources report against what is simulated.

mod csv;
mod markdown;
mod words;

use std::io::{self, Write};

use serde::Serialize;

use super::number::{NONE, deviation, duration, figure, percent, size};
use super::style::{Style, Tone};
use super::table::{Cell, Table};
use super::wrap::hanging;
use crate::model::expect::Role;
use crate::model::metric::MetricUnit;
use crate::study::validate::{Placed, Row, Validation, Verdict, role_name};
pub use csv::csv;
pub use markdown::markdown;
use words::{explanations, summary};

/// One way to write a validation.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// One sentence for help.
    pub about: &'static str,
    /// Its file in an output folder.
    pub file: &'static str,
    /// Writes it. Formats for machines ignore the style.
    pub write: fn(&Validation, &Style, &mut dyn Write) -> io::Result<()>,
}

/// All formats, the default first, under the names of [`super::FORMATS`].
pub const FORMATS: &[Format] = &[
    Format { name: "table", about: "a table for each model", file: "report.txt", write: text },
    Format {
        name: "json",
        about: "every row, one object, full precision",
        file: "result.json",
        write: |validation, _, to| json(validation, to),
    },
    Format {
        name: "csv",
        about: "one row for each expectation",
        file: "result.csv",
        write: |validation, _, to| csv(validation, to),
    },
    Format {
        name: "markdown",
        about: "a section for each model, with its claim and cause",
        file: "report.md",
        write: |validation, _, to| markdown(validation, to),
    },
];

/// Writes a table for each model, the curve and the summary, in lines of at most `style.width`
/// columns.
///
/// # Errors
///
/// Those of the writer.
pub fn text(validation: &Validation, style: &Style, to: &mut dyn Write) -> io::Result<()> {
    for case in &validation.cases {
        let rows = rows_of(validation, case);
        if !rows.is_empty() {
            let lead = format!("{}  ", case.model);
            let title = case.title.as_deref().unwrap_or_default();
            let mut lines = hanging(&lead, title, style.columns());
            lines.extend(groups(&rows, style));
            let why = explanations(&rows);
            if !why.is_empty() {
                lines.push(String::new());
            }
            lines.extend(why.iter().flat_map(|why| hanging("  Why  ", why, style.columns())));
            writeln!(to, "{}\n", lines.join("\n"))?;
        }
    }
    if !validation.cases.is_empty() {
        let head = "Gain against the blocking coefficient: the runtime that gained most";
        writeln!(to, "{}", hanging("", head, style.columns()).join("\n"))?;
        writeln!(to, "{}\n", curve(validation).lines(style).join("\n"))?;
    }
    let (lead, tone) =
        if validation.passed() { ("  Right", Tone::Good) } else { ("  Wrong", Tone::Bad) };
    let mut lines = hanging(&format!("{lead} "), &summary(validation), style.columns());
    if let Some(first) = lines.first_mut() {
        *first = first.replacen(lead, &style.paint(tone, lead), 1);
    }
    writeln!(to, "{}", lines.join("\n"))
}

/// Writes the rows, the cases and whether it passed as one indented object.
///
/// # Errors
///
/// Those of the writer.
pub fn json(validation: &Validation, to: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Object<'a> {
        rows: &'a [Row],
        cases: &'a [Placed],
        passed: bool,
    }
    let object =
        Object { rows: &validation.rows, cases: &validation.cases, passed: validation.passed() };
    serde_json::to_writer_pretty(&mut *to, &object)?;
    to.write_all(b"\n")
}

fn rows_of<'a>(validation: &'a Validation, case: &Placed) -> Vec<&'a Row> {
    validation.rows.iter().filter(|row| row.model == case.model).collect()
}

/// A table for each runtime, without the formula's figures where they do not fit.
fn groups(rows: &[&Row], style: &Style) -> Vec<String> {
    let mut groups: Vec<(&str, Vec<&Row>)> = Vec::new();
    for row in rows {
        match groups.iter_mut().find(|(name, _)| *name == row.runtime) {
            Some((_, group)) => group.push(row),
            None => groups.push((&row.runtime, vec![row])),
        }
    }
    let lines = |formula: bool| -> Vec<Vec<String>> {
        groups.iter().map(|(name, group)| short(name, group, formula).lines(style)).collect()
    };
    let split = |group: &Vec<String>| group.iter().any(String::is_empty);
    let all = lines(true);
    let all = if all.iter().any(split) { lines(false) } else { all };
    all.join(&String::new())
}

/// The rows of one runtime as the screen has them.
fn short(runtime: &str, rows: &[&Row], formula: bool) -> Table {
    let figure = |row: &&Row| {
        let scenario = row.scenario.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        scenario + &metric(row)
    };
    let mut table = Table::of(runtime, rows.iter().map(figure));
    let column =
        |cell: &dyn Fn(&Row) -> Cell| -> Vec<Cell> { rows.iter().map(|row| cell(row)).collect() };
    table.push("reported", column(&|row| Cell::number(reported(row))));
    table.push("simulated", column(&|row| Cell::number(value(row, row.simulated))));
    table.push("off by", column(&|row| Cell::number(off(row))));
    table.push("verdict", column(&shown_verdict));
    if formula {
        table.push_if_any("formula", column(&|row| Cell::number(value(row, row.formula))));
    }
    table
}

/// These rows with role, tolerance and what has another source than the model.
fn table(case: &Placed, rows: &[&Row]) -> Table {
    let mut table = Table::of("runtime", rows.iter().map(|row| row.runtime.clone()));
    let column =
        |cell: &dyn Fn(&Row) -> Cell| -> Vec<Cell> { rows.iter().map(|row| cell(row)).collect() };
    table.push("figure", column(&|row| Cell::prose(named(row))));
    table.push("reported", column(&|row| Cell::number(reported(row))));
    table.push("simulated", column(&|row| Cell::number(value(row, row.simulated))));
    table.push("off by", column(&|row| Cell::number(off(row))));
    let within = |row: &Row| row.tolerance.map_or_else(|| NONE.to_owned(), percent);
    table.push("tolerance", column(&|row| Cell::number(within(row))));
    table.push("role", column(&|row| Cell::prose(role_name(row.role))));
    table.push("verdict", column(&|row| Cell::prose(row.verdict.word())));
    table.push_if_any("formula", column(&|row| Cell::number(value(row, row.formula))));
    let other = |row: &Row| row.source.clone().filter(|own| Some(own) != case.source.as_ref());
    let source = |row: &Row| Cell::prose(other(row).unwrap_or_else(|| NONE.to_owned()));
    table.push_if_any("source", column(&source));
    table
}

/// The verdict on the screen: a fit or an illustration is called what it is, for it proves nothing.
fn shown_verdict(row: &Row) -> Cell {
    let word = match (row.verdict, row.role) {
        (Verdict::Holds, Role::Fitted) => "fitted",
        (Verdict::Holds, Role::Illustration) => "illustrates",
        (Verdict::Fails, Role::Fitted | Role::Illustration) => "misses",
        (verdict, _) => verdict.word(),
    };
    let tone = match (row.verdict, row.role) {
        (Verdict::Fails | Verdict::Unknown, Role::Predicted) => Tone::Bad,
        (Verdict::Holds, Role::Predicted) => Tone::Good,
        (Verdict::Holds | Verdict::Unjudged, _) => Tone::Plain,
        _ => Tone::Warning,
    };
    Cell::prose(word).toned(tone)
}

/// Gain against the blocking coefficient, a row a case, in the order of the coefficient.
fn curve(validation: &Validation) -> Table {
    let mut cases: Vec<&Placed> = validation.cases.iter().collect();
    let beta = |case: &Placed| case.blocking_coefficient.unwrap_or(f64::INFINITY);
    cases.sort_by(|a, b| beta(a).total_cmp(&beta(b)));
    let plain = |value: Option<f64>| {
        Cell::number(value.map_or_else(|| NONE.to_owned(), |value| figure(value, 4)))
    };
    let mut table = Table::of("case", cases.iter().map(|case| case.model.clone()));
    table.push("T_io/T_cpu", cases.iter().map(|case| plain(case.blocking_coefficient)));
    table.push("gain", cases.iter().map(|case| plain(case.gain)));
    table.push("bound", cases.iter().map(|case| plain(case.bound)));
    table.push("formula", cases.iter().map(|case| plain(case.formula)));
    table.push(
        "of formula",
        cases.iter().map(|case| {
            let share = case.gain.zip(case.formula).map(|(gain, formula)| percent(gain / formula));
            Cell::number(share.unwrap_or_else(|| NONE.to_owned()))
        }),
    );
    let runtime = |case: &&Placed| Cell::prose(case.runtime.as_deref().unwrap_or(NONE));
    table.push("runtime", cases.iter().map(runtime));
    table
}

/// `throughput / flask, peak`.
fn named(row: &Row) -> String {
    let scenario = row.scenario.as_ref().map(|name| format!(", {name}")).unwrap_or_default();
    metric(row) + &scenario
}

/// `throughput / flask`.
fn metric(row: &Row) -> String {
    let over = row.relative_to.as_ref().map(|base| format!(" / {base}")).unwrap_or_default();
    format!("{}{over}", row.metric)
}

fn off(row: &Row) -> String {
    row.deviation.map_or_else(|| NONE.to_owned(), |off| deviation(1.0 + off))
}

fn reported(row: &Row) -> String {
    match (row.at_least, row.at_most) {
        (Some(least), _) => format!(">= {}", value(row, Some(least))),
        (_, Some(most)) => format!("<= {}", value(row, Some(most))),
        _ => value(row, row.reported),
    }
}

/// A figure in its metric's unit.
fn value(row: &Row, value: Option<f64>) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else { return NONE.to_owned() };
    match row.unit {
        MetricUnit::Time => duration(value, None),
        MetricUnit::Rate => format!("{}/s", figure(value, 4)),
        MetricUnit::Size => size(value.max(0.0) as u64),
        MetricUnit::Share => percent(value),
        MetricUnit::Number => figure(value, 4),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A row by hand: a prediction of 10 s, and what was simulated.
    pub(in super::super) fn row(simulated: f64, role: Role, verdict: Verdict) -> Row {
        Row {
            model: "shop".to_owned(),
            scenario: None,
            runtime: "loop".to_owned(),
            metric: "makespan".to_owned(),
            role,
            reported: Some(10.0),
            simulated: Some(simulated),
            ci95: Some([simulated - 0.1, simulated + 0.1]),
            formula: Some(5.0),
            tolerance: Some(0.1),
            verdict,
            relative_to: None,
            at_least: None,
            at_most: None,
            deviation: Some(simulated / 10.0 - 1.0),
            source: Some("https://example.org".to_owned()),
            why: (verdict == Verdict::Known).then(|| "no failures in the model".to_owned()),
            unit: MetricUnit::Time,
        }
    }

    pub(in super::super) fn validation() -> Validation {
        let story = crate::model::Story {
            claim: Some("Twice as fast.".to_owned()),
            cause: Some("The CPU.".to_owned()),
            formula_says: None,
        };
        Validation {
            rows: vec![
                row(10.5, Role::Predicted, Verdict::Holds),
                row(7.0, Role::Predicted, Verdict::Known),
                row(10.0, Role::Fitted, Verdict::Holds),
            ],
            cases: vec![Placed {
                model: "shop".to_owned(),
                title: Some("A shop".to_owned()),
                description: None,
                source: None,
                blocking_coefficient: Some(3.0),
                runtime: Some("loop".to_owned()),
                gain: Some(1.9),
                ci95: None,
                formula: Some(4.0),
                bound: Some(2.0),
                story,
            }],
        }
    }

    fn written(format: &str, validation: &Validation) -> String {
        let format = FORMATS.iter().find(|known| known.name == format).unwrap();
        let mut bytes = Vec::new();
        (format.write)(validation, &Style::PLAIN, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_screen_has_a_table_for_each_model_the_curve_and_a_summary() {
        let expected = "\
shop  A shop
  loop       reported   simulated    off by   verdict   formula
  makespan       10 s      10.5 s    +5.0 %   holds         5 s
  makespan       10 s         7 s   -30.0 %   known         5 s
  makespan       10 s        10 s     0.0 %   fitted        5 s

  Why  loop makespan: known to fail, no failures in the model

Gain against the blocking coefficient: the runtime that gained most
  case   T_io/T_cpu   gain   bound   formula   of formula   runtime
  shop            3    1.9       2         4         48 %   loop

  Right 2 predictions in 1 model: 1 holds, 1 fails as known. Median error 18 %,
        worst 30 %. 1 fit proves nothing and is not counted.
";
        assert_eq!(written("table", &validation()), expected);
    }

    #[test]
    fn a_prediction_that_fails_is_wrong_and_one_known_that_holds_is_said() {
        let mut validation = validation();
        validation.rows[1].verdict = Verdict::Changed;
        let text = written("table", &validation);
        assert!(text.contains("Right") && text.contains("take that away"), "{text}");
        validation.rows[0].verdict = Verdict::Fails;
        let text = written("table", &validation);
        assert!(text.contains("  Wrong 2 predictions"), "{text}");
        let said = "loop makespan fails: 10.5 s, and the source says 10 s within 10 %";
        assert!(text.replace("\n       ", " ").contains(said), "{text}");
    }

    #[test]
    fn json_has_the_keys_of_the_contract_in_their_order() {
        let text = written("json", &validation());
        let keys =
            "model scenario runtime metric role reported simulated ci95 formula tolerance verdict";
        let places: Vec<_> =
            keys.split(' ').map(|key| text.find(&format!("\"{key}\":")).expect(key)).collect();
        assert!(places.is_sorted(), "{places:?}");
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["rows"][1]["verdict"], "known");
        assert_eq!(json["rows"][2]["role"], "fitted");
        assert!(json["rows"][0]["scenario"].is_null());
    }

    #[test]
    fn csv_is_tidy_and_markdown_tells_the_case() {
        let text = written("csv", &validation());
        let columns: Vec<usize> = text.lines().map(|line| line.split(',').count()).collect();
        assert_eq!(columns, [18; 4], "{text}");
        let text = written("markdown", &validation());
        assert!(text.contains("- *Claimed:* Twice as fast."), "{text}");
        assert!(text.contains("| 10 % | fitted | holds | 5 s |"), "{text}");
    }
}
