//! Whether the waits between bursts are all alike: then it does not matter who is served first.
//!
//! Exponential bursts of one mean have no memory. Where in addition every customer at the cores
//! faces the same future after its burst, customers cannot be told apart, and the numbers at the
//! stations are the same process under any order of service that leaves no core idle: first come
//! first served, slices, the last on its core first.

use crate::input::dist::Dist;
use crate::model::{RequestClass, Step, StepKind};

/// Steps that are looked at one by one, at most.
const MOST_STEPS: usize = 4096;

/// A burst, or a wait and what it holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Element<'a> {
    /// A burst.
    Burst(&'a Dist),
    /// A wait.
    Wait(&'a Dist, &'a [usize]),
}

/// The bursts and waits of a request in order, where nothing but their lengths is random; counts
/// above 3 are cut to 3, which shows what follows what as well. `None` for anything else.
#[must_use]
pub fn elements(steps: &[Step]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    collect(steps, &mut found).map(|()| found)
}

fn collect<'a>(steps: &'a [Step], found: &mut Vec<Element<'a>>) -> Option<()> {
    for step in steps {
        match &step.kind {
            StepKind::Cpu { demand, .. } if demand.mean() == 0.0 => {}
            StepKind::Cpu { demand, .. } => found.push(Element::Burst(demand)),
            StepKind::Io { wait, at, .. } => found.push(Element::Wait(wait, at)),
            StepKind::Hold { .. } => return None,
            StepKind::Offload { steps, .. } => collect(steps, found)?,
            StepKind::Parallel { branches } => {
                branches.iter().try_for_each(|steps| collect(steps, found))?;
            }
            StepKind::Repeat { count, steps } if count.is_constant() => {
                for _ in 0..(count.mean() as u64).min(3) {
                    collect(steps, found)?;
                }
            }
            StepKind::Chance { probability, .. } if probability.0 <= 0.0 => {}
            StepKind::Chance { probability, steps } if probability.0 >= 1.0 => {
                collect(steps, found)?;
            }
            StepKind::Repeat { .. } | StepKind::Chance { .. } => return None,
        }
        if found.len() > MOST_STEPS {
            return None;
        }
    }
    Some(())
}

/// Whether all gaps between the bursts of a closed load's clients are alike, the think time within
/// the one between two requests.
#[must_use]
pub fn alike(classes: &[RequestClass], think: &Dist) -> bool {
    let [class] = classes else { return false };
    let Some(mut all) = elements(&class.steps) else { return false };
    if think.mean() > 0.0 {
        all.push(Element::Wait(think, &[]));
    }
    let Some(first) = all.iter().position(|element| matches!(element, Element::Burst(_))) else {
        return false;
    };
    all.rotate_left(first);
    let mut gaps = all.split(|element| matches!(element, Element::Burst(_)));
    // What is before the first burst, by now nothing.
    gaps.next();
    let gaps: Vec<_> = gaps.collect();
    gaps.iter().all(|gap| *gap == gaps[0])
}

/// Whether every request of an open load is one class with one burst: whoever leaves the cores never
/// comes back.
#[must_use]
pub fn single_burst(classes: &[RequestClass]) -> bool {
    let [class] = classes else { return false };
    elements(&class.steps).is_some_and(|all| {
        all.iter().filter(|element| matches!(element, Element::Burst(_))).count() == 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::request::Gil;
    use crate::units::Share;

    fn step(kind: StepKind) -> Step {
        Step { kind, fail: Share::NONE, label: None }
    }

    fn cpu(mean: f64) -> Step {
        let demand = Dist::exponential(mean);
        step(StepKind::Cpu { demand, offload: Share::NONE, gil: Gil::Hold })
    }

    fn io(nanos: f64) -> Step {
        let (wait, at) = (Dist::constant(nanos), vec![]);
        step(StepKind::Io { wait, at, timer: false, blocking: Share::NONE, offload: Share::NONE })
    }

    fn class(steps: Vec<Step>) -> [RequestClass; 1] {
        [RequestClass { name: "r".into(), weight: 1.0, steps }]
    }

    #[test]
    fn gaps_are_compared_around_the_end_of_a_request() {
        let repeat =
            |count: f64, steps| step(StepKind::Repeat { count: Dist::constant(count), steps });
        let (none, think) = (Dist::constant(0.0), Dist::constant(7.0));
        for (steps, think, expected) in [
            (vec![cpu(1.0), io(5.0)], &none, true),
            (vec![io(5.0), cpu(1.0), io(3.0)], &think, true),
            (vec![repeat(20.0, vec![cpu(1.0), io(5.0)])], &none, true),
            (vec![repeat(20.0, vec![cpu(1.0), io(5.0)])], &think, false),
            (vec![repeat(20.0, vec![cpu(1.0), io(7.0)]), cpu(1.0)], &think, true),
            (vec![cpu(1.0), io(5.0), cpu(1.0)], &none, false),
            (vec![cpu(1.0), cpu(1.0), io(5.0)], &none, false),
            (vec![cpu(1.0), io(5.0), cpu(1.0), io(6.0)], &none, false),
            (vec![io(5.0)], &none, false),
        ] {
            assert_eq!(alike(&class(steps.clone()), think), expected, "{steps:?} {think:?}");
        }
    }

    #[test]
    fn one_burst_is_one_whatever_waits_are_around_it() {
        assert!(single_burst(&class(vec![io(1.0), cpu(1.0), io(2.0)])));
        assert!(!single_burst(&class(vec![cpu(1.0), io(2.0), cpu(1.0)])));
        let p = Share(0.5);
        let chance = step(StepKind::Chance { probability: p, steps: vec![cpu(1.0)] });
        assert!(!single_burst(&class(vec![chance, cpu(1.0)])), "not certain");
    }
}
