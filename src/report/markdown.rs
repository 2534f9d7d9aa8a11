//! The screen's tables as GitHub-flavoured Markdown.

use std::io::{self, Write};

use super::table::{Cell, Table};
use super::view::{self, Section};
use crate::study::result::Outcome;

/// Writes a heading, the tables and the remarks of the base model and each scenario.
///
/// # Errors
///
/// Those of the writer.
pub fn write(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let sections: Vec<String> = view::sections(outcome).iter().map(section).collect();
    to.write_all(sections.join("\n").as_bytes())
}

fn section(section: &Section) -> String {
    let mut blocks = Vec::new();
    for (i, line) in section.head.iter().enumerate() {
        let mut pieces = line.iter().filter(|piece| !piece.is_empty()).map(|piece| escaped(piece));
        if i == 0 {
            blocks.push(format!("## {}", pieces.next().unwrap_or_default()));
        }
        let rest = pieces.collect::<Vec<_>>().join(", ");
        if !rest.is_empty() {
            blocks.push(rest);
        }
    }
    blocks.extend(section.tables.iter().map(table));
    let remarks = section
        .remarks
        .iter()
        .map(|remark| format!("- **{}** {}", remark.kind.word().trim(), escaped(&remark.text)));
    let remarks = remarks.collect::<Vec<_>>().join("\n");
    if !remarks.is_empty() {
        blocks.push(remarks);
    }
    blocks.join("\n\n") + "\n"
}

/// One table.
pub(super) fn table(table: &Table) -> String {
    let prose =
        |column: usize| table.rows.iter().any(|row| row.get(column).is_some_and(|c| c.prose));
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let rule = (0..table.titles.len())
        .map(|column| if prose(column) { "---" } else { "---:" }.to_owned())
        .collect();
    let mut lines = vec![row(table.titles.iter().map(|title| escaped(title)).collect()), row(rule)];
    for cells in &table.rows {
        lines.push(row(cells.iter().map(text).collect()));
    }
    lines.join("\n")
}

/// A cell without the spaces that line up a column of text.
fn text(cell: &Cell) -> String {
    let joined = cell.parts.joined();
    escaped(&joined.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// With what Markdown would take for markup made literal.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '|' | '*' | '_' | '`' | '<' | '>' | '[' | ']' | '#') {
            out.push('\\');
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    fn render(outcome: &Outcome) -> String {
        let mut bytes = Vec::new();
        write(outcome, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn tables_are_those_of_the_screen() {
        let text = render(&fixture::web_request());
        assert!(
            text.starts_with(
                "## web-request\n\n20 x (0.05 ms CPU + 4 ms wait), exponential, 8 cores"
            )
        );
        assert!(
            text.contains(
                "| gain over sync | simulated | exact | bound | formula | against the formula |\n\
                 | --- | ---: | ---: | ---: | ---: | ---: |\n\
                 | threads | 78.7 ± 0.2 | 78.75 | 81 | 81 | -2.8 % |\n"
            ),
            "{text}"
        );
        assert!(text.contains("| sync 8 | 98.8 ± 0.2 | 1 % |"), "{text}");
        assert!(text.contains("\n- **Note** sync p99 is 640"), "{text}");
    }

    #[test]
    fn every_row_has_as_many_cells_as_its_table_and_markup_is_literal() {
        let mut outcome = fixture::with_scenario();
        outcome.summary.notes = vec!["a | b_c <d>\nand `e`".into()];
        let text = render(&outcome);
        assert!(text.contains("a \\| b\\_c \\<d\\> and \\`e\\`"), "{text}");
        let cells = |line: &str| line.matches(" | ").count();
        let rows: Vec<&str> = text.lines().collect();
        for pair in rows.windows(2).filter(|pair| pair.iter().all(|line| line.starts_with('|'))) {
            assert_eq!(cells(pair[0]), cells(pair[1]), "{pair:?}");
        }
        assert!(text.contains("\n## scenario peak\n"), "{text}");
    }
}
