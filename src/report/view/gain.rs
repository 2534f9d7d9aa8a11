//! The gain of each runtime over the baseline: simulated, exact, bound, formula.

use super::super::number::{self, NONE, deviation, figure};
use super::super::table::{Cell, Table};
use super::Source;
use crate::study::result::{Gain, RuntimeResult};

/// The gain table, without the baseline, whose gain is 1 in every column; `None` where it is alone. Where
/// the same runs are held against other runtimes too, the formula's promise and all gains stand side by
/// side, the baseline's among them.
pub fn table(source: &Source<'_>) -> Option<Table> {
    let own = Some(&source.summary.baseline).filter(|own| !own.is_empty());
    let baseline = own.unwrap_or(&source.outcome.baseline);
    let beside = !source.others.is_empty();
    let others: Vec<&RuntimeResult> =
        source.runtimes.iter().filter(|runtime| beside || runtime.name != *baseline).collect();
    if others.is_empty() {
        return None;
    }
    let names = others.iter().map(|runtime| runtime.name.clone());
    let title = if beside { "gain".to_owned() } else { format!("gain over {baseline}") };
    let mut table = Table::of(title, names);
    let gains = || others.iter().map(|runtime| &runtime.gain);
    if beside {
        table.push("formula", gains().map(|gain| value(gain.formula)));
        table.push(format!("over {baseline}"), others.iter().map(|one| simulated(one, baseline)));
        for other in source.others {
            let over = &other.summary.baseline;
            let cells = other.runtimes.iter().map(|one| simulated(one, over));
            table.push(format!("over {over}"), cells);
        }
    } else if source.simulated() {
        table.push("simulated", gains().map(|gain| number::estimate(&gain.simulated).into()));
    }
    let columns = [
        ("exact", (|gain| gain.exact) as fn(&Gain) -> Option<f64>),
        ("bound", |gain| gain.bound),
        ("formula", |gain| gain.formula),
    ];
    for (title, of) in columns.into_iter().take(if beside { 2 } else { 3 }) {
        if !beside || gains().any(|gain| of(gain).is_some_and(|found| found != 1.0)) {
            table.push(title, gains().map(|gain| value(of(gain))));
        }
    }
    // With enough clients E(N) is the formula, and a column of its own would say nothing.
    if gains().any(|gain| gain.formula_n != gain.formula) {
        table.push("E(N)", gains().map(|gain| value(gain.formula_n)));
    }
    if source.simulated() && !beside {
        let over = |gain: &Gain| gain.over_formula.map_or_else(|| NONE.to_owned(), deviation);
        table.push("against the formula", gains().map(|gain| Cell::number(over(gain))));
    }
    Some(table)
}

/// The simulated gain; of the baseline over itself 1.
fn simulated(runtime: &RuntimeResult, baseline: &str) -> Cell {
    if runtime.name == baseline {
        return Cell::number("1");
    }
    number::estimate(&runtime.gain.simulated).into()
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
    fn the_same_runs_against_another_baseline_are_a_column_and_no_section() {
        let mut outcome = fixture::with_scenario();
        let scenario = &mut outcome.scenarios[0];
        scenario.summary = outcome.summary.clone();
        scenario.summary.baseline = "threads".into();
        scenario.runtimes[0].gain.simulated = fixture::about(0.012_71, 0.000_03);
        scenario.runtimes[2].gain.simulated = fixture::about(0.949, 0.002);
        assert_eq!(sections(&outcome).len(), 1);
        let text = text(&outcome);
        assert_eq!(
            text,
            "  gain      formula   over sync      over threads      exact   bound
  sync            1    1           0.01271 ± 0.00003       1       1
  threads        81   78.7 ± 0.2   1                   78.75      81
  loops          81   74.7 ± 0.2   0.949   ± 0.002     74.79      81"
        );
        // Another load is a section of its own, whatever its baseline.
        outcome.scenarios[0].runtimes[0].throughput_rps = fixture::about(1.0, 0.1);
        assert_eq!(sections(&outcome).len(), 2);
    }

    #[test]
    fn a_baseline_alone_has_no_gain_table() {
        let mut outcome = fixture::web_request();
        outcome.runtimes.truncate(1);
        assert_eq!(sections(&outcome)[0].tables.len(), 1);
    }
}
