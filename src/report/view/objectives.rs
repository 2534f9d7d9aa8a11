//! The objectives: which runtime meets which.

use super::super::style::Tone;
use super::super::table::{Cell, Table};
use crate::study::result::RuntimeResult;

/// One row an objective, one column a runtime; `None` without objectives.
pub fn table(runtimes: &[RuntimeResult]) -> Option<Table> {
    let mut objectives: Vec<&str> = Vec::new();
    for slo in runtimes.iter().flat_map(|runtime| &runtime.slo) {
        if !objectives.contains(&slo.objective.as_str()) {
            objectives.push(&slo.objective);
        }
    }
    if objectives.is_empty() {
        return None;
    }
    let mut table = Table::of("objective", objectives.iter().map(|&name| name.to_owned()));
    for runtime in runtimes {
        let verdicts = objectives.iter().map(|objective| {
            let slo = runtime.slo.iter().find(|slo| slo.objective == *objective);
            slo.map_or_else(|| Cell::prose(super::super::number::NONE), |slo| verdict(slo.met))
        });
        table.push(runtime.name.clone(), verdicts.collect::<Vec<_>>());
    }
    Some(table)
}

/// The words differ in more than colour: capitals for what is missed.
fn verdict(met: Option<bool>) -> Cell {
    match met {
        Some(true) => Cell::prose("met").toned(Tone::Good),
        Some(false) => Cell::prose("MISSED").toned(Tone::Bad),
        None => Cell::prose("cannot tell").toned(Tone::Warning),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture;
    use super::super::super::style::Style;
    use super::*;
    use crate::study::result::{Estimate, SloResult};

    #[test]
    fn each_runtime_is_judged_by_each_objective() {
        let mut runtimes = fixture::web_request().runtimes;
        assert!(table(&runtimes).is_none());
        for (runtime, met) in runtimes.iter_mut().zip([Some(false), Some(true), None]) {
            let figure = Estimate::NONE;
            runtime.slo = vec![SloResult {
                objective: "p99 <= 200 ms".into(),
                met,
                figure,
                each: Vec::new(),
            }];
        }
        assert_eq!(
            table(&runtimes).unwrap().lines(&Style::PLAIN).join("\n"),
            "  objective       sync     threads   loops\n  p99 <= 200 ms   MISSED   met       cannot tell"
        );
    }
}
