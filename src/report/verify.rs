//! The table of a verification as text, JSON, CSV and Markdown.
//!
//! The screen shows a line for each case, that of its figure furthest off, and every figure that is
//! wrong; the other formats have all figures.

use std::io::{self, Write};

use serde::Serialize;

use super::markdown;
use super::number::{NONE, figure};
use super::style::{Style, Tone};
use super::table::{Cell, Table};
use super::wrap::hanging;
use crate::study::verify::{Report, Row, Verdict};

/// One way to write a verification.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// One sentence for help.
    pub about: &'static str,
    /// Writes it. Formats for machines ignore the style.
    pub write: fn(&Report, &Style, &mut dyn Write) -> io::Result<()>,
}

/// All formats, the default first, under the names of [`super::FORMATS`].
pub const FORMATS: &[Format] = &[
    Format { name: "table", about: "a line for each case", write: text },
    Format {
        name: "json",
        about: "every figure, one object, full precision",
        write: |report, _, to| json(report, to),
    },
    Format {
        name: "csv",
        about: "every figure, one row each",
        write: |report, _, to| csv(report, to),
    },
    Format {
        name: "markdown",
        about: "every figure, for an issue or a README",
        write: |report, _, to| markdown(report, to),
    },
];

/// Writes a table for each kind of runtime and the verdict in words, in lines of at most
/// `style.width` columns.
///
/// # Errors
///
/// Those of the writer.
pub fn text(report: &Report, style: &Style, to: &mut dyn Write) -> io::Result<()> {
    let mut kinds: Vec<&str> = report.rows.iter().map(|row| row.runtime).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        let of_kind = report.rows.iter().filter(|row| row.runtime == kind);
        let shown: Vec<&Row> = of_kind.filter(|row| is_shown(report, row)).collect();
        let lines = table(kind, &shown, false).lines(style);
        to.write_all((lines.join("\n") + "\n\n").as_bytes())?;
    }
    let (lead, tone) =
        if report.passed() { ("  Right", Tone::Good) } else { ("  Wrong", Tone::Bad) };
    let mut lines = hanging(&format!("{lead} "), &verdict(report), style.columns());
    if let Some(first) = lines.first_mut() {
        *first = first.replacen(lead, &style.paint(tone, lead), 1);
    }
    to.write_all((lines.join("\n") + "\n").as_bytes())
}

/// Writes the report as indented JSON, led by whether it passed.
///
/// # Errors
///
/// Those of the writer.
pub fn json(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Judged<'a> {
        passed: bool,
        #[serde(flatten)]
        report: &'a Report,
    }
    serde_json::to_writer_pretty(&mut *to, &Judged { passed: report.passed(), report })?;
    to.write_all(b"\n")
}

/// Writes a header row and a row for each figure, empty where null.
///
/// # Errors
///
/// Those of the writer.
pub fn csv(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let mut table = ::csv::Writer::from_writer(to);
    report.rows.iter().try_for_each(|row| table.serialize(row))?;
    table.flush()
}

/// Writes one table of all figures and the verdict in words.
///
/// # Errors
///
/// Those of the writer.
pub fn markdown(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<&Row> = report.rows.iter().collect();
    let table = markdown::table(&table("case", &rows, true));
    to.write_all(format!("## verify\n\n{table}\n\n{}\n", verdict(report)).as_bytes())
}

/// Whether the screen shows a figure: what is wrong, and of the rest the one furthest off in each
/// case.
fn is_shown(report: &Report, row: &Row) -> bool {
    let rank = |row: &Row| row.deviation.map_or(-1.0, f64::abs);
    let same = |other: &&Row| {
        (&other.case, other.runtime, other.scheduling) == (&row.case, row.runtime, row.scheduling)
    };
    let furthest = report.rows.iter().filter(same).fold(None, |best: Option<&Row>, other| {
        if best.is_some_and(|best| rank(best) >= rank(other)) { best } else { Some(other) }
    });
    row.verdict == Verdict::Off || furthest.is_some_and(|furthest| std::ptr::eq(furthest, row))
}

/// These figures under these titles; the long form tells all that a reader may ask.
fn table(title: &str, rows: &[&Row], long: bool) -> Table {
    let mut table = Table::of(title, rows.iter().map(|row| row.case.clone()));
    let mut push = |title: &str, cell: &dyn Fn(&Row) -> Cell| {
        table.push(title, rows.iter().map(|row| cell(row)));
    };
    if long {
        push("runtime", &|row| Cell::prose(row.runtime));
        push("scheduling", &|row| Cell::prose(row.scheduling));
    }
    push("figure", &|row| Cell::prose(words(&row.metric)));
    push("exact", &|row| Cell::number(value(row, Some(row.exact))));
    push("simulated", &|row| Cell::number(value(row, row.simulated)));
    push("off by", &deviation);
    if long {
        push("source", &|row| Cell::prose(row.source));
    }
    table
}

/// The deviation in standard errors, or the verdict where there is none.
fn deviation(row: &Row) -> Cell {
    let tone = if row.verdict == Verdict::Off { Tone::Bad } else { Tone::Plain };
    let text = match (row.verdict, row.deviation) {
        (Verdict::Exact, _) => "exact".to_owned(),
        (_, Some(deviation)) => format!("{deviation:+.1}"),
        (_, None) => "WRONG".to_owned(),
    };
    Cell::number(text).toned(tone)
}

/// A metric's name without its unit and in few letters, so that a line of the screen has room:
/// `response_mean_s` is `response`.
fn words(metric: &str) -> String {
    let name = ["_s", "_rps", "_ns", "_mean", "_gap"]
        .into_iter()
        .fold(metric, |name, end| name.strip_suffix(end).unwrap_or(name));
    name.replace("utilization", "use").replace('_', " ")
}

/// Five digits and the unit that the metric's name tells.
fn value(row: &Row, value: Option<f64>) -> String {
    let Some(value) = value else { return NONE.to_owned() };
    if row.metric.ends_with("_rps") {
        return format!("{}/s", figure(value, 5));
    }
    match row.metric.ends_with("_s") {
        true if value < 1.0 => format!("{} ms", figure(value * 1e3, 4)),
        true => format!("{} s", figure(value, 4)),
        false => figure(value, 4),
    }
}

/// The whole in words.
fn verdict(report: &Report) -> String {
    let (cases, figures) = (report.cases, report.rows.len());
    let limit = report.limit_standard_errors;
    let rule = format!(
        "Deviations are in standard errors; beyond {limit:.1} a figure counts as wrong, which \
         chance does to one of all figures with less than one seed in a thousand."
    );
    let run = format!(
        "{} replications of {} requests or more, seed {}.",
        report.replications,
        figure(report.requests as f64, 20),
        report.seed
    );
    let off = report.off().count();
    if off > 0 {
        return format!("{off} of {figures} figures of {cases} cases are wrong. {rule} {run}");
    }
    format!(
        "All {figures} figures of {cases} cases agree, the furthest off by {:.1}. {rule} {run}",
        report.largest_deviation()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(case: &str, metric: &str, (exact, simulated): (f64, f64), verdict: Verdict) -> Row {
        let random = verdict != Verdict::Exact;
        Row {
            case: case.to_owned(),
            runtime: "thread-pool",
            scheduling: "fifo",
            metric: metric.to_owned(),
            exact,
            simulated: Some(simulated),
            standard_error: random.then_some(0.001),
            deviation: random.then_some((simulated - exact) / 0.001),
            verdict,
            source: "by hand",
        }
    }

    fn report(verdict: Verdict) -> Report {
        Report {
            iowait: "0.1.0".to_owned(),
            seed: 42,
            replications: 40,
            requests: 40_000,
            cases: 2,
            limit_standard_errors: 6.14,
            family_error: 1e-4,
            rows: vec![
                row("M/M/1 at 50 %", "response_mean_s", (0.002, 0.0024), Verdict::Agrees),
                row("M/M/1 at 50 %", "cpu_utilization", (0.5, 0.498), Verdict::Agrees),
                row("4 jobs", "makespan_s", (12.0, 12.0), Verdict::Exact),
                row("4 jobs", "throughput_rps", (1_000.0, 1_000.009), verdict),
            ],
        }
    }

    fn written(format: &str, verdict: Verdict) -> String {
        let format = FORMATS.iter().find(|known| known.name == format).unwrap();
        let mut bytes = Vec::new();
        (format.write)(&report(verdict), &Style::PLAIN, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_screen_has_a_line_for_each_case_and_says_what_it_means() {
        let expected = [
            "  thread-pool     figure         exact   simulated   off by",
            "  M/M/1 at 50 %   cpu use          0.5       0.498     -2.0",
            "  4 jobs          throughput   1 000/s     1 000/s     +9.0",
            "",
            "  Right All 4 figures of 2 cases agree, the furthest off by 9.0. Deviations are",
            "        in standard errors; beyond 6.1 a figure counts as wrong, which chance",
            "        does to one of all figures with less than one seed in a thousand. 40",
            "        replications of 40 000 requests or more, seed 42.",
            "",
        ];
        assert_eq!(written("table", Verdict::Agrees), expected.join("\n"));
    }

    #[test]
    fn what_is_wrong_is_shown_whatever_else_the_case_has() {
        let mut wrong = report(Verdict::Off);
        wrong.rows[0].verdict = Verdict::Off;
        wrong.rows[2].verdict = Verdict::Off;
        let mut bytes = Vec::new();
        text(&wrong, &Style { color: true, width: 80 }, &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("2 ms") && text.contains("2.4 ms"), "{text}");
        assert!(text.contains("\x1b[31m  +9.0\x1b[0m"), "{text}");
        assert!(text.contains("\x1b[31m  Wrong\x1b[0m 3 of 4 figures of 2 cases are"), "{text}");
    }

    #[test]
    fn machines_get_every_figure_with_its_source() {
        let text = written("json", Verdict::Off);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((json["passed"].as_bool(), json["cases"].as_u64()), (Some(false), Some(2)));
        assert_eq!(json["rows"][3]["verdict"], "off");
        assert!(json["rows"][2]["deviation"].is_null());
        let text = written("csv", Verdict::Agrees);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "case,runtime,scheduling,metric,exact,simulated,standard_error,deviation,verdict,source"
        );
        assert_eq!(lines[3], "4 jobs,thread-pool,fifo,makespan_s,12.0,12.0,,,exact,by hand");
        let text = written("markdown", Verdict::Agrees);
        assert_eq!(text.matches("| by hand |").count(), 4, "{text}");
    }

    #[test]
    fn the_formats_have_the_names_of_the_others() {
        let names = |all: &mut dyn Iterator<Item = &'static str>| all.collect::<Vec<_>>();
        assert_eq!(
            names(&mut FORMATS.iter().map(|format| format.name)),
            names(&mut super::super::FORMATS.iter().map(|format| format.name))
        );
    }
}
