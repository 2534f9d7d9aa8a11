//! The time that a whole request takes where it waits for nobody: its mean, variance and family.

use crate::model::{RequestClass, Step, StepKind};
use crate::theory::mg1::ServiceMoments;
use crate::units::NANOS_PER_SECOND;

use super::gaps::{self, Element};

/// A service time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Service {
    /// Seconds.
    pub mean_s: f64,
    /// Seconds squared.
    pub variance_s2: f64,
    /// Whether it is exponential.
    pub exponential: bool,
}

impl Service {
    /// All steps of a request one after the other, as a worker does them.
    #[must_use]
    pub fn whole(classes: &[RequestClass]) -> Self {
        Self::of(classes, true)
    }

    /// The bursts alone.
    #[must_use]
    pub fn bursts(classes: &[RequestClass]) -> Self {
        Self::of(classes, false)
    }

    fn of(classes: &[RequestClass], waits: bool) -> Self {
        let total: f64 = classes.iter().map(|class| class.weight).sum();
        let all: Vec<(f64, Moments)> = classes
            .iter()
            .map(|class| (class.weight / total, Moments::of_steps(&class.steps, waits)))
            .collect();
        let mean_s = all.iter().map(|(share, each)| share * each.mean_s).sum::<f64>();
        // Within classes and between them.
        let variance_s2 = all
            .iter()
            .map(|(share, each)| share * (each.variance_s2 + (each.mean_s - mean_s).powi(2)))
            .sum();
        let exponential = classes.iter().all(|class| is_exponential(class, waits))
            && all.iter().all(|(_, each)| (each.mean_s / mean_s - 1.0).abs() < 1e-12);
        Self { mean_s, variance_s2, exponential }
    }

    /// Whether it is always the same.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.variance_s2 == 0.0
    }

    /// The squared coefficient of variation; that of no time at all is 1.
    #[must_use]
    pub fn scv(&self) -> f64 {
        if self.mean_s > 0.0 { self.variance_s2 / (self.mean_s * self.mean_s) } else { 1.0 }
    }

    /// For Pollaczek and Khinchine.
    #[must_use]
    pub fn moments(&self) -> ServiceMoments {
        let second_s2 = self.variance_s2 + self.mean_s * self.mean_s;
        ServiceMoments { mean_s: self.mean_s, second_s2, third_s3: None }
    }
}

/// Whether all that a class does is one exponential step.
fn is_exponential(class: &RequestClass, waits: bool) -> bool {
    let Some(all) = gaps::elements(&class.steps) else { return false };
    let mut times = all.iter().filter_map(|element| match element {
        Element::Burst(demand) => Some(*demand),
        Element::Wait(wait, _) => Some(*wait).filter(|wait| waits && wait.mean() > 0.0),
    });
    matches!((times.next(), times.next()), (Some(only), None) if only.is_exponential())
}

/// Mean and variance of steps in a row; every draw is independent of all others.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    mean_s: f64,
    variance_s2: f64,
}

impl Moments {
    fn of_steps(steps: &[Step], waits: bool) -> Self {
        steps.iter().fold(Self::default(), |sum, step| sum.and(Self::of_step(step, waits)))
    }

    const fn and(self, next: Self) -> Self {
        Self { mean_s: self.mean_s + next.mean_s, variance_s2: self.variance_s2 + next.variance_s2 }
    }

    fn of_step(step: &Step, waits: bool) -> Self {
        match &step.kind {
            StepKind::Io { .. } if !waits => Self::default(),
            StepKind::Cpu { demand: time, .. } | StepKind::Io { wait: time, .. } => Self {
                mean_s: time.mean() / NANOS_PER_SECOND,
                variance_s2: time.variance() / (NANOS_PER_SECOND * NANOS_PER_SECOND),
            },
            StepKind::Hold { steps, .. } | StepKind::Offload { steps, .. } => {
                Self::of_steps(steps, waits)
            }
            StepKind::Parallel { branches } => branches
                .iter()
                .fold(Self::default(), |sum, steps| sum.and(Self::of_steps(steps, waits))),
            StepKind::Repeat { count, steps } => {
                Self::of_steps(steps, waits).times(count.mean(), count.variance())
            }
            StepKind::Chance { probability, steps } => {
                let p = probability.0;
                Self::of_steps(steps, waits).times(p, p * (1.0 - p))
            }
        }
    }

    /// A random number of times (Wald): `E[N] m` and `E[N] v + Var(N) m²`.
    fn times(self, mean: f64, variance: f64) -> Self {
        if mean == 0.0 {
            return Self::default();
        }
        Self {
            mean_s: mean * self.mean_s,
            variance_s2: mean * self.variance_s2 + variance * self.mean_s * self.mean_s,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::dist::Dist;
    use crate::model::request::Gil;
    use crate::units::Share;

    fn cpu(demand: Dist) -> Step {
        let kind = StepKind::Cpu { demand, offload: Share::NONE, gil: Gil::Hold };
        Step { kind, fail: Share::NONE, label: None }
    }

    fn step(kind: StepKind) -> Step {
        Step { kind, fail: Share::NONE, label: None }
    }

    fn class(weight: f64, steps: Vec<Step>) -> RequestClass {
        RequestClass { name: "r".into(), weight, steps }
    }

    #[test]
    fn means_and_variances_are_those_worked_by_hand() {
        let second = |s: f64| Dist::constant(s * 1e9);
        let exp = |s: f64| Dist::exponential(s * 1e9);
        let chance =
            |p: f64, s: Dist| step(StepKind::Chance { probability: Share(p), steps: vec![cpu(s)] });
        let thrice =
            |s: Dist| step(StepKind::Repeat { count: Dist::constant(3.0), steps: vec![cpu(s)] });
        for (steps, mean, variance) in [
            (vec![cpu(second(2.0)), cpu(exp(3.0))], 5.0, 9.0),
            // Bernoulli: p, p (1 − p) · 2².
            (vec![chance(0.25, second(2.0))], 0.5, 0.75),
            // 3 m, 3 m².
            (vec![thrice(exp(2.0))], 6.0, 12.0),
        ] {
            let found = Service::whole(&[class(1.0, steps)]);
            assert!((found.mean_s - mean).abs() < 1e-12, "{found:?}");
            assert!((found.variance_s2 - variance).abs() < 1e-9, "{found:?}");
            assert!(!found.exponential);
        }
        // Two classes of 1 s and 3 s, one to three: mean 2.5, variance 0.75.
        let found = Service::whole(&[
            class(1.0, vec![cpu(second(1.0))]),
            class(3.0, vec![cpu(second(3.0))]),
        ]);
        assert!((found.mean_s - 2.5).abs() < 1e-12 && (found.variance_s2 - 0.75).abs() < 1e-12);
    }

    #[test]
    fn one_exponential_step_is_exponential_and_two_are_not() {
        let exp = |s: f64| cpu(Dist::exponential(s * 1e9));
        assert!(Service::whole(&[class(1.0, vec![exp(1.0)])]).exponential);
        assert!(!Service::whole(&[class(1.0, vec![exp(1.0), exp(1.0)])]).exponential);
        let of_two = [class(1.0, vec![exp(1.0)]), class(1.0, vec![exp(2.0)])];
        assert!(!Service::whole(&of_two).exponential, "hyperexponential");
    }
}
