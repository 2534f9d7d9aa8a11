//! How many threads keep the cores how busy: what the formula promises, and what it takes.

use super::super::number::{figure, percent};
use super::super::style::Style;
use super::super::table::{Cell, Table};
use super::super::wrap::hanging;
use crate::study::widths::{TARGETS, Widths};

/// The table of widths, in lines of at most `style.width` columns, the last with its end.
#[must_use]
pub fn widths(widths: &Widths, style: &Style) -> String {
    let beta = figure(widths.beta, 4);
    let cores = widths.cores;
    let names = std::iter::once(format!("the formula's {cores} x (1 + {beta})"))
        .chain(TARGETS.iter().map(|&target| format!("for {}", percent(target))));
    let mut table = Table::of("to keep the cores busy", names);
    let threads = std::iter::once(widths.optimal).chain(widths.enough);
    table.push("threads", threads.map(|count| Cell::number(count.to_string())));
    let shares = std::iter::once(precise(widths.cpu_at_optimal))
        .chain(TARGETS.iter().map(|&target| percent(target)));
    table.push("CPU busy", shares.map(Cell::number));
    let mut lines = table.lines(style);
    let cores = if cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
    let said = format!(
        "Machine repair on {cores}: exponential bursts, or any under processor sharing; waits of \
         any distribution, as many requests as threads."
    );
    lines.extend(hanging("  ", &said, style.columns()));
    lines.join("\n") + "\n"
}

/// A share in per cent with one decimal: this one is the point of the table.
fn precise(share: f64) -> String {
    format!("{} %", figure(share * 100.0, 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_one_core_at_ratio_nine_is_the_published_one() {
        let text = widths(&Widths::of(1, 9.0).unwrap(), &Style::PLAIN);
        let rows: Vec<Vec<&str>> =
            text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert!(rows[1].ends_with(&["10", "83.2", "%"]), "{text}");
        assert!(rows[2].ends_with(&["14", "95", "%"]), "{text}");
        assert!(rows[3].ends_with(&["17", "99", "%"]), "{text}");
        assert!(text.ends_with(".\n") && text.contains("on 1 core:"), "{text}");
    }

    #[test]
    fn lines_fit_any_terminal() {
        for (cores, beta) in [(1, 9.0), (10_000, 12_345.678_9)] {
            for width in [40, 80, 120] {
                let text =
                    widths(&Widths::of(cores, beta).unwrap(), &Style { color: false, width });
                assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
            }
        }
    }
}
