//! One expectation against the simulation.

use serde::Serialize;

use super::figure;
use crate::model::Model;
use crate::model::expect::{Expect, Role, Target};
use crate::model::metric::{MetricUnit, Vocabulary};
use crate::study::result::{Estimate, Outcome, RuntimeResult};

/// How an expectation came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Within its tolerance.
    Holds,
    /// Outside, and nobody had said so.
    Fails,
    /// Outside, as the model file says (`holds = false`).
    Known,
    /// Within, though the model file says it is not.
    Changed,
    /// A figure without a tolerance: shown, not judged.
    Unjudged,
    /// The simulation gave no figure.
    Unknown,
}

impl Verdict {
    /// All of them, in the order of summaries.
    pub const ALL: [Self; 6] =
        [Self::Holds, Self::Fails, Self::Known, Self::Changed, Self::Unjudged, Self::Unknown];

    /// The word in every format.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Known => "known",
            Self::Changed => "changed",
            Self::Unjudged => "unjudged",
            Self::Unknown => "unknown",
        }
    }
}

/// One row: the keys of the contract first. Figures are in the metric's base unit, seconds and
/// requests per second, or plain ratios.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The model.
    pub model: String,
    /// The scenario; null for the base model.
    pub scenario: Option<String>,
    /// The runtime.
    pub runtime: String,
    /// The metric.
    pub metric: String,
    /// What an agreement proves.
    #[serde(serialize_with = "role_word")]
    pub role: Role,
    /// The source's figure; null where it gives a direction only.
    pub reported: Option<f64>,
    /// The simulation's.
    pub simulated: Option<f64>,
    /// Its 95 % interval.
    pub ci95: Option<[f64; 2]>,
    /// What `1 + T_io/T_cpu` says, where it says anything.
    pub formula: Option<f64>,
    /// The tolerance, as a share.
    pub tolerance: Option<f64>,
    /// How it came out.
    pub verdict: Verdict,
    /// The figure is a ratio to this runtime's.
    pub relative_to: Option<String>,
    /// The source's lower bound.
    pub at_least: Option<f64>,
    /// The source's upper bound.
    pub at_most: Option<f64>,
    /// Simulated over reported, less 1.
    pub deviation: Option<f64>,
    /// Where it was reported.
    pub source: Option<String>,
    /// Why it is known to fail.
    pub why: Option<String>,
    /// What the figures are measured in.
    #[serde(skip)]
    pub unit: MetricUnit,
}

/// The word of a role in the model file.
#[must_use]
pub const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Predicted => "predicted",
        Role::Fitted => "fitted",
        Role::Illustration => "illustration",
    }
}

fn role_word<S: serde::Serializer>(role: &Role, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(role_name(*role))
}

impl Row {
    /// The row of an expectation.
    #[must_use]
    pub fn of(model: &Model, expect: &Expect, outcome: &Outcome) -> Self {
        let runtimes = match &expect.scenario {
            None => outcome.runtimes.as_slice(),
            // Interrupted, a scenario may be missing.
            Some(name) => outcome
                .scenarios
                .iter()
                .find(|scenario| scenario.name == *name)
                .map_or(&[][..], |scenario| scenario.runtimes.as_slice()),
        };
        let find = |name: &str| runtimes.iter().find(|runtime| runtime.name == name);
        let name = expect
            .runtime
            .clone()
            .or_else(|| model.runtimes.first().map(|runtime| runtime.name.clone()));
        let name = name.unwrap_or_default();
        let base = expect.relative_to.as_deref().and_then(find);
        let (simulated, formula) = match find(&name) {
            Some(own) if expect.relative_to.is_none() || base.is_some() => (
                simulated(own, base, &outcome.baseline, &expect.metric),
                find(&outcome.baseline)
                    .and_then(|first| figure::by_formula(own, base, first, &expect.metric)),
            ),
            _ => (Estimate::NONE, None),
        };
        let reported = match expect.target {
            Target::Reported(figure) => Some(figure),
            _ => None,
        };
        Self {
            model: model.name.clone(),
            scenario: expect.scenario.clone(),
            runtime: name,
            metric: expect.metric.clone(),
            role: expect.role,
            reported,
            simulated: simulated.value,
            ci95: simulated.ci95,
            formula,
            tolerance: expect.tolerance,
            verdict: verdict(expect, simulated.value),
            relative_to: expect.relative_to.clone(),
            at_least: match expect.target {
                Target::AtLeast(least) => Some(least),
                _ => None,
            },
            at_most: match expect.target {
                Target::AtMost(most) => Some(most),
                _ => None,
            },
            deviation: reported
                .filter(|reported| *reported != 0.0)
                .zip(simulated.value)
                .map(|(reported, simulated)| simulated / reported - 1.0),
            source: expect.source.clone().or_else(|| model.source.clone()),
            why: expect.known_failure.clone(),
            unit: unit(model, expect),
        }
    }
}

fn simulated(
    own: &RuntimeResult,
    base: Option<&RuntimeResult>,
    baseline: &str,
    metric: &str,
) -> Estimate {
    let found = match base {
        Some(base) => figure::ratio(own, base, baseline, metric),
        None => figure::of(own, metric),
    };
    if found.value.is_some_and(f64::is_finite) { found } else { Estimate::NONE }
}

fn unit(model: &Model, expect: &Expect) -> MetricUnit {
    if expect.relative_to.is_some() {
        return MetricUnit::Number;
    }
    let classes: Vec<_> = model.requests.iter().map(|class| class.name.clone()).collect();
    let resources: Vec<_> = model.resources.iter().map(|one| one.name.clone()).collect();
    let vocabulary = Vocabulary { classes: &classes, resources: &resources };
    vocabulary.metric(&expect.metric).map_or(MetricUnit::Number, |metric| metric.unit)
}

/// A figure on the very edge of its tolerance is within, however binary fractions round.
const EDGE: f64 = 1e-12;

fn verdict(expect: &Expect, simulated: Option<f64>) -> Verdict {
    let Some(simulated) = simulated else { return Verdict::Unknown };
    let met = match (expect.target, expect.tolerance) {
        (Target::AtLeast(least), _) => simulated >= least,
        (Target::AtMost(most), _) => simulated <= most,
        (Target::Reported(_), None) => return Verdict::Unjudged,
        // Nothing is a share of nothing: there the tolerance is a distance.
        (Target::Reported(reported), Some(tolerance)) => {
            let whole = if reported == 0.0 { 1.0 } else { reported.abs() };
            (simulated - reported).abs() <= tolerance * whole * (1.0 + EDGE)
        }
    };
    match (met, expect.known_failure.is_some()) {
        (true, false) => Verdict::Holds,
        (false, false) => Verdict::Fails,
        (false, true) => Verdict::Known,
        (true, true) => Verdict::Changed,
    }
}
