//! The textbook cases, a family a file.
//!
//! Milliseconds where a file speaks of steps, seconds where it speaks of figures. Every scheduler
//! and every way to share cores meets cases with randomness that are precise enough to see a bias
//! of 1 %, and cases without any that must be exact.

mod arrivals;
mod closed;
mod constant;
mod general;
mod laws;
mod loss;
mod open;
mod pools;
mod servers;
mod sharing;

use super::case::Case;

/// All cases, in the order of the table.
#[must_use]
pub fn cases() -> Vec<Case> {
    [
        open::cases(),
        servers::cases(),
        general::cases(),
        sharing::cases(),
        arrivals::cases(),
        loss::cases(),
        closed::cases(),
        pools::cases(),
        constant::cases(),
        laws::cases(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::verify::{Expected, Length};
    use std::collections::BTreeSet;

    #[test]
    fn there_are_more_than_forty_cases_and_no_two_are_alike() {
        let cases = cases();
        assert!(cases.len() > 40, "{}", cases.len());
        let mut seen = BTreeSet::new();
        for case in &cases {
            let what = (case.name.clone(), case.runtime.kind.keyword(), case.source);
            let what = format!("{what:?} {:?}", case.model.host.scheduling);
            assert!(seen.insert(what.clone()), "{what}");
        }
    }

    #[test]
    fn every_scheduler_under_every_scheduling_meets_chance_and_the_exact_values_are_possible() {
        let mut met = BTreeSet::new();
        for case in cases() {
            assert!(!case.figures.is_empty() && !case.source.is_empty(), "{}", case.name);
            for figure in &case.figures {
                let name = format!("{}: {}", case.name, figure.measure);
                assert!(figure.exact.is_finite() && figure.exact >= 0.0, "{name}");
                let share = name.ends_with("utilization") || name.contains("within_p");
                assert!(!share || figure.exact <= 1.0, "{name}");
                if figure.expected == Expected::OnAverage {
                    let scheduling = format!("{:?}", case.model.host.scheduling);
                    met.insert((case.runtime.kind.keyword(), scheduling));
                }
            }
            if let Length::Steady { warmup, rate_rps } = case.length {
                assert!(!warmup.is_zero() && rate_rps > 0.0, "{}", case.name);
            }
        }
        assert_eq!(met.len(), 13, "{met:?}");
    }
}
