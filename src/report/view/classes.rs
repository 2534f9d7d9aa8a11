//! Request classes: one row a class and runtime, where a model has several classes.

use super::super::number::{self, duration_of};
use super::super::table::{Cell, Table};
use super::labels;
use crate::study::result::{ClassResult, RuntimeResult};

/// The table of classes; `None` where there is but one, whose row would repeat the comparison, and
/// where nothing was simulated.
pub fn table(runtimes: &[RuntimeResult]) -> Option<Table> {
    if runtimes.iter().all(|runtime| runtime.classes.len() < 2 || runtime.requests.is_none()) {
        return None;
    }
    let names = labels(runtimes);
    let rows: Vec<(&str, String, &ClassResult)> = runtimes
        .iter()
        .zip(&names)
        .flat_map(|(runtime, label)| {
            runtime.classes.iter().map(|class| (class.name.as_str(), label.clone(), class))
        })
        .collect();
    let mut table = Table::of("runtime", rows.iter().map(|(_, label, _)| label.clone()));
    table.push("class", rows.iter().map(|(class, _, _)| Cell::prose(*class)));
    let classes = || rows.iter().map(|(_, _, class)| *class);
    table.push("req/s", classes().map(|class| number::estimate(&class.throughput_rps).into()));
    for (title, of) in [
        ("mean", (|class| duration_of(&class.response_s.mean)) as fn(&ClassResult) -> String),
        ("p50", |class| duration_of(&class.response_s.p50)),
        ("p99", |class| duration_of(&class.response_s.p99)),
    ] {
        table.push(title, classes().map(|class| Cell::number(of(class))));
    }
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture;
    use super::super::super::style::Style;
    use super::*;

    #[test]
    fn several_classes_have_rows_of_their_own_and_one_has_none() {
        let mut runtimes = fixture::web_request().runtimes;
        assert!(table(&runtimes).is_none());
        runtimes.truncate(1);
        let class = |name: &str| ClassResult {
            name: name.into(),
            throughput_rps: fixture::about(49.4, 0.2),
            response_s: runtimes[0].response_s,
        };
        runtimes[0].classes = vec![class("search"), class("pdf")];
        assert_eq!(
            table(&runtimes).unwrap().lines(&Style::PLAIN).join("\n"),
            "  runtime   class      req/s        mean      p50      p99
  sync 8    search   49.4 ± 0.2   6.56 s   6.56 s   6.69 s
  sync 8    pdf      49.4 ± 0.2   6.56 s   6.56 s   6.69 s"
        );
    }
}
