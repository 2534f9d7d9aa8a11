//! The gain of each runtime over the baseline: simulated, exact, bound, formula.

use super::super::number::{self, NONE, deviation, figure};
use super::super::table::{Cell, Table};
use super::Source;
use crate::study::result::{Gain, RuntimeResult};

/// The gain table, without the baseline, whose gain is 1 in every column; `None` where it is alone.
pub fn table(source: &Source<'_>) -> Option<Table> {
    let own = Some(&source.summary.baseline).filter(|own| !own.is_empty());
    let baseline = own.unwrap_or(&source.outcome.baseline);
    let others: Vec<&RuntimeResult> =
        source.runtimes.iter().filter(|runtime| runtime.name != *baseline).collect();
    if others.is_empty() {
        return None;
    }
    let names = others.iter().map(|runtime| runtime.name.clone());
    let mut table = Table::of(format!("gain over {baseline}"), names);
    let gains = || others.iter().map(|runtime| &runtime.gain);
    if source.simulated() {
        table.push("simulated", gains().map(|gain| number::estimate(&gain.simulated).into()));
    }
    for (title, of) in [
        ("exact", (|gain| gain.exact) as fn(&Gain) -> Option<f64>),
        ("bound", |gain| gain.bound),
        ("formula", |gain| gain.formula),
    ] {
        table.push(title, gains().map(|gain| value(of(gain))));
    }
    // With enough clients E(N) is the formula, and a column of its own would say nothing.
    if gains().any(|gain| gain.formula_n != gain.formula) {
        table.push("E(N)", gains().map(|gain| value(gain.formula_n)));
    }
    if source.simulated() {
        let over = |gain: &Gain| gain.over_formula.map_or_else(|| NONE.to_owned(), deviation);
        table.push("against the formula", gains().map(|gain| Cell::number(over(gain))));
    }
    Some(table)
}

fn value(value: Option<f64>) -> Cell {
    Cell::number(value.map_or_else(|| NONE.to_owned(), |v| figure(v, 4)))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture;
    use super::super::super::style::Style;
    use super::super::sections;
    use crate::study::result::Outcome;

    fn text(outcome: &Outcome) -> String {
        let section = &sections(outcome)[0];
        let table = section.tables.iter().find(|t| t.titles[0].starts_with("gain")).unwrap();
        table.lines(&Style::PLAIN).join("\n")
    }

    #[test]
    fn the_table_is_that_of_the_documentation() {
        assert_eq!(
            text(&fixture::web_request()),
            "  gain over sync   simulated    exact   bound   formula   against the formula
  threads          78.7 ± 0.2   78.75      81        81                -2.8 %
  loops            74.7 ± 0.2   74.79      81        81                -7.7 %"
        );
    }

    #[test]
    fn theory_alone_has_no_simulated_columns() {
        assert_eq!(
            text(&fixture::theory_only()),
            "  gain over sync   exact   bound   formula
  threads          78.75      81        81
  loops            74.79      81        81"
        );
    }

    #[test]
    fn too_few_clients_show_what_the_formula_promises_for_them() {
        let mut outcome = fixture::web_request();
        outcome.runtimes[2].gain.formula_n = Some(12.5);
        let text = text(&outcome);
        assert!(text.contains("E(N)") && text.contains("12.5"), "{text}");
    }

    #[test]
    fn a_formula_that_has_no_value_is_a_dash() {
        let mut outcome = fixture::web_request();
        for runtime in &mut outcome.runtimes {
            (runtime.gain.formula, runtime.gain.over_formula) = (None, None);
            runtime.gain.formula_n = None;
        }
        assert!(text(&outcome).ends_with("74.79      81         -                     -"));
    }

    #[test]
    fn a_baseline_alone_has_no_gain_table() {
        let mut outcome = fixture::web_request();
        outcome.runtimes.truncate(1);
        assert_eq!(sections(&outcome)[0].tables.len(), 1);
    }
}
