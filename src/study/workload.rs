//! What a model asks for: its demands, its load and its host, in figures and in words.

use crate::input::dist::Dist;
use crate::model::{Demand, LoadKind, Model, RequestClass, Runtime, Step, StepKind};
use crate::units::Span;

use super::result::{RuntimeWorkload, Summary, Workload};

/// The request classes that a runtime serves, and their demand.
#[must_use]
pub fn demand_of(model: &Model, runtime: &Runtime) -> Demand {
    Demand::of_classes(runtime.requests.as_deref().unwrap_or(&model.requests))
}

/// The workload of the baseline runtime.
#[must_use]
pub fn workload(model: &Model) -> Workload {
    let demand = match model.runtimes.get(model.run.baseline) {
        Some(runtime) => demand_of(model, runtime),
        None => Demand::of_classes(&model.requests),
    };
    let beta = demand.beta();
    let whole = demand.t_cpu_s + demand.t_io_s;
    Workload {
        t_cpu_s: demand.t_cpu_s,
        t_io_s: demand.t_io_s,
        blocking_coefficient: beta,
        blocking_fraction: (whole > 0.0).then(|| demand.t_io_s / whole),
        calls: demand.calls,
        optimal_concurrency: beta
            .map(|beta| super::compare::tidy(f64::from(model.host.cores) * (1.0 + beta))),
    }
}

/// A runtime's own demands.
#[must_use]
pub fn runtime_workload(model: &Model, runtime: &Runtime) -> RuntimeWorkload {
    let demand = demand_of(model, runtime);
    RuntimeWorkload { t_cpu_s: demand.t_cpu_s, t_io_s: demand.t_io_s }
}

/// Requests that an open load offers each second, in the long run; `None` for other loads and for
/// those that change by plan.
#[must_use]
pub fn offered_rps(model: &Model) -> Option<f64> {
    match &model.load.kind {
        LoadKind::Poisson { rate } | LoadKind::Constant { rate } => Some(rate.0),
        LoadKind::Bursty { rate, burst_rate, normal_for, burst_for } => {
            let (normal, burst) = (normal_for.seconds(), burst_for.seconds());
            Some((rate.0 * normal + burst_rate.0 * burst) / (normal + burst))
        }
        _ => None,
    }
}

/// Whether some step of a runtime's requests may fail.
#[must_use]
pub fn fails_sometimes(model: &Model, runtime: &Runtime) -> bool {
    fn any(steps: &[Step]) -> bool {
        steps.iter().any(|step| {
            step.fail.0 > 0.0
                || match &step.kind {
                    StepKind::Cpu { .. } | StepKind::Io { .. } => false,
                    StepKind::Parallel { branches } => branches.iter().any(|branch| any(branch)),
                    StepKind::Hold { steps, .. }
                    | StepKind::Offload { steps, .. }
                    | StepKind::Repeat { steps, .. }
                    | StepKind::Chance { steps, .. } => any(steps),
                }
        })
    }
    let classes = runtime.requests.as_deref().unwrap_or(&model.requests);
    classes.iter().any(|class| any(&class.steps))
}

/// Whether anything in these requests is random.
#[must_use]
pub fn varies(classes: &[RequestClass]) -> bool {
    fn steps_vary(steps: &[Step]) -> bool {
        steps.iter().any(|step| {
            step.fail.0 > 0.0 && step.fail.0 < 1.0
                || match &step.kind {
                    StepKind::Cpu { demand, offload, .. } => {
                        !demand.is_constant() || is_mixed(offload.0)
                    }
                    StepKind::Io { wait, blocking, offload, .. } => {
                        !wait.is_constant() || is_mixed(blocking.0) || is_mixed(offload.0)
                    }
                    StepKind::Hold { steps, .. } => steps_vary(steps),
                    StepKind::Offload { share, steps } => is_mixed(share.0) || steps_vary(steps),
                    StepKind::Parallel { branches } => {
                        branches.iter().any(|branch| steps_vary(branch))
                    }
                    StepKind::Repeat { count, steps } => !count.is_constant() || steps_vary(steps),
                    StepKind::Chance { probability, steps } => {
                        is_mixed(probability.0) || steps_vary(steps)
                    }
                }
        })
    }
    classes.len() > 1 || classes.iter().any(|class| steps_vary(&class.steps))
}

fn is_mixed(share: f64) -> bool {
    share > 0.0 && share < 1.0
}

/// Words for the head of the table.
#[must_use]
pub fn summary(model: &Model) -> Summary {
    let cores = model.host.cores;
    Summary {
        request: describe_requests(model),
        load: describe_load(model),
        host: format!("{cores} core{}", if cores == 1 { "" } else { "s" }),
        offered_rps: offered_rps(model),
        notes: Vec::new(),
        baseline: String::new(),
    }
}

fn describe_load(model: &Model) -> String {
    match &model.load.kind {
        LoadKind::Closed { clients, think } => {
            let demand = Demand::of_classes(&model.requests);
            let cores = model.host.cores;
            let best = demand.beta().map(|beta| (f64::from(cores) * (1.0 + beta)).ceil());
            let thought = Span::from_nanos_f64(think.mean());
            let mut text = format!("closed load, {clients} clients");
            if best == Some(*clients as f64) && thought.is_zero() {
                let beta = demand.beta().unwrap_or(0.0);
                text += &format!(" = {cores} x (1 + {})", trimmed(beta));
            } else if !thought.is_zero() {
                text += &format!(" that think {thought}");
            }
            text
        }
        LoadKind::Poisson { rate } => format!("open load, {}/s, Poisson", trimmed(rate.0)),
        LoadKind::Constant { rate } => format!("open load, {}/s, evenly spaced", trimmed(rate.0)),
        LoadKind::Bursty { rate, burst_rate, .. } => {
            format!("open load, {}/s with bursts of {}/s", trimmed(rate.0), trimmed(burst_rate.0))
        }
        LoadKind::Profile { points } => format!("open load, a profile of {} points", points.len()),
        LoadKind::Trace { arrivals } => {
            format!("open load, a trace of {} requests", arrivals.len())
        }
        LoadKind::Batch { count } => format!("a batch of {count}"),
    }
}

fn describe_requests(model: &Model) -> String {
    match model.requests.as_slice() {
        [one] => describe_steps(&one.steps),
        many => format!("{} request classes", many.len()),
    }
}

/// `20 x (0.05 ms CPU + 4 ms wait), exponential` where the steps are that plain.
fn describe_steps(steps: &[Step]) -> String {
    let mut families = Vec::new();
    let text = match steps {
        [Step { kind: StepKind::Repeat { count, steps }, .. }] if count.is_constant() => {
            plain(steps, &mut families)
                .map(|inner| format!("{} x ({inner})", trimmed(count.mean())))
        }
        steps => plain(steps, &mut families),
    };
    let Some(text) = text else {
        let calls = Demand::of_steps(steps).calls;
        return format!("{} wait{} a request", trimmed(calls), if calls == 1.0 { "" } else { "s" });
    };
    families.sort_unstable();
    families.dedup();
    match families.as_slice() {
        ["constant"] => format!("{text}, constant"),
        ["exponential"] => format!("{text}, exponential"),
        _ => text,
    }
}

/// A few CPU bursts and waits in a row; `None` for anything else.
fn plain(steps: &[Step], families: &mut Vec<&'static str>) -> Option<String> {
    if steps.len() > 4 {
        return None;
    }
    let mut words = Vec::new();
    for step in steps {
        let (dist, word) = match &step.kind {
            StepKind::Cpu { demand, .. } => (demand, "CPU"),
            StepKind::Io { wait, .. } => (wait, "wait"),
            _ => return None,
        };
        families.push(family(dist));
        words.push(format!("{} {word}", Span::from_nanos_f64(dist.mean())));
    }
    Some(words.join(" + "))
}

fn family(dist: &Dist) -> &'static str {
    if dist.is_constant() {
        "constant"
    } else if dist.is_exponential() {
        "exponential"
    } else {
        "other"
    }
}

/// At most four significant digits, no trailing zeros.
pub fn trimmed(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = (3 - value.abs().log10().floor() as i32).max(0) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
