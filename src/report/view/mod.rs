//! What the screen and the Markdown report both show, as data: heads, tables, remarks.

use crate::study::result::{Outcome, RuntimeResult, ScenarioResult, Summary, Workload};

use super::table::Table;

mod classes;
mod comparison;
mod gain;
mod head;
mod objectives;
mod remarks;

pub use remarks::{Kind, Remark};

/// The base model or one scenario, as a report shows it.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its name and what it is of, piece by piece.
    pub head: Vec<Vec<String>>,
    /// The comparison, the classes, the gains, the objectives: what there is of them, in this
    /// order.
    pub tables: Vec<Table>,
    /// Reasons, notes and warnings.
    pub remarks: Vec<Remark>,
}

/// What a section is made from, the base model's or a scenario's.
#[derive(Clone, Copy, Debug)]
struct Source<'a> {
    outcome: &'a Outcome,
    scenario: Option<&'a str>,
    workload: &'a Workload,
    warmup_s: f64,
    runtimes: &'a [RuntimeResult],
    summary: &'a Summary,
    /// Scenarios that are the same runs with gains over another runtime.
    others: &'a [&'a ScenarioResult],
}

/// The base model, then each scenario; one that changes no more than the baseline is a column of the
/// base model's gains.
#[must_use]
pub fn sections(outcome: &Outcome) -> Vec<Section> {
    let (others, apart): (Vec<_>, Vec<_>) = outcome
        .scenarios
        .iter()
        .partition(|scenario| changes_the_baseline_alone(outcome, scenario));
    let base = Source {
        outcome,
        scenario: None,
        workload: &outcome.workload,
        warmup_s: outcome.warmup_s,
        runtimes: &outcome.runtimes,
        summary: &outcome.summary,
        others: &others,
    };
    let scenarios = apart.into_iter().map(|scenario| Source {
        outcome,
        scenario: Some(&scenario.name),
        workload: &scenario.workload,
        warmup_s: scenario.warmup_s,
        runtimes: &scenario.runtimes,
        summary: &scenario.summary,
        others: &[],
    });
    std::iter::once(base).chain(scenarios).map(|source| section(&source)).collect()
}

/// Whether a scenario is the base model's runs, to the last digit, against another baseline.
fn changes_the_baseline_alone(outcome: &Outcome, scenario: &ScenarioResult) -> bool {
    let (base, own) = (&outcome.summary, &scenario.summary);
    let same_words =
        (&base.request, &base.load, &base.host) == (&own.request, &own.load, &own.host);
    let same_runs = outcome.runtimes.len() == scenario.runtimes.len()
        && outcome.runtimes.iter().zip(&scenario.runtimes).all(|(a, b)| {
            a.requests.is_some()
                && (&a.name, &a.requests, &a.throughput_rps, &a.response_s)
                    == (&b.name, &b.requests, &b.throughput_rps, &b.response_s)
        });
    !own.baseline.is_empty() && own.baseline != outcome.baseline && same_words && same_runs
}

fn section(source: &Source<'_>) -> Section {
    let tables = [
        comparison::table(source),
        classes::table(source.runtimes),
        gain::table(source),
        objectives::table(source.runtimes),
    ];
    Section {
        head: head::lines(source),
        tables: tables.into_iter().flatten().collect(),
        remarks: remarks::all(source),
    }
}

impl Source<'_> {
    /// Whether anything was simulated, or all is theory.
    fn simulated(&self) -> bool {
        self.runtimes.iter().any(|runtime| runtime.requests.is_some())
    }
}

/// Name and width: `threads 648`, the widths in a column of their own. A long name is cut, its
/// width never.
fn labels(runtimes: &[RuntimeResult]) -> Vec<String> {
    const NAME_MAX: usize = 18;
    let names: Vec<String> =
        runtimes.iter().map(|runtime| super::wrap::cut(&runtime.name, NAME_MAX)).collect();
    let widest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    names
        .iter()
        .zip(runtimes)
        .map(|(name, runtime)| match runtime.width {
            0 => name.clone(),
            width => format!("{name:<widest$} {width}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn each_scenario_has_its_own_section_after_the_base_model() {
        let sections = sections(&fixture::with_scenario());
        assert_eq!(sections.len(), 2);
        assert_eq!(sections[0].head[0][0], "web-request");
        assert_eq!(sections[1].head[0][0], "scenario peak");
    }

    #[test]
    fn a_long_name_is_cut_and_its_width_stays() {
        let mut runtimes = fixture::web_request().runtimes;
        runtimes[1].name = "a-name-that-goes-on-and-on".into();
        let labels = labels(&runtimes);
        assert_eq!(labels[0], "sync               8");
        assert_eq!(labels[1], "a-name-th…n-and-on 648");
    }
}
