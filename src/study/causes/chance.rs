//! `variability`: bursts, waits, counts and branches differ from request to request.

use crate::input::dist::Dist;
use crate::model::{LoadKind, RequestClass, RuntimeKind, Step, StepKind};
use crate::study::workload::{offered_rps, varies};
use crate::units::{NANOS_PER_SECOND, Rate, Share};

use super::{Cause, Pair, Side};

/// Anything random: taken away, every time is its mean, every request the average one.
pub fn find(pair: &Pair) -> Option<Cause> {
    Cause::new("variability", "times vary")
        .own(averaged(&pair.own))
        .base(averaged(&pair.base))
        .found()
}

fn averaged(side: &Side) -> Option<Side> {
    let load = &side.model.load.kind;
    let random_load = match load {
        LoadKind::Closed { think, .. } => !think.is_constant(),
        LoadKind::Poisson { .. } | LoadKind::Bursty { .. } => true,
        _ => false,
    };
    if !random_load && !varies(side.classes()) && side.runtime().overhead.is_constant() {
        return None;
    }
    let mean = |dist: &Dist| Dist::constant(dist.mean());
    let classes = averaged_classes(side);
    Some(side.changed_classes(classes).with(|model| {
        model.runtimes[0].overhead = mean(&model.runtimes[0].overhead);
        let offered = offered_rps(model);
        match (&mut model.load.kind, offered) {
            (LoadKind::Closed { think, .. }, _) => *think = mean(think),
            (kind @ (LoadKind::Poisson { .. } | LoadKind::Bursty { .. }), Some(rate)) => {
                *kind = LoadKind::Constant { rate: Rate(rate) };
            }
            _ => {}
        }
    }))
}

/// The classes with every time at its mean: as one class of which each request is the average, its
/// bursts alike and its waits too, where all of them are of one kind.
fn averaged_classes(side: &Side) -> Vec<RequestClass> {
    if let Some(class) = uniform(side) {
        return vec![class];
    }
    let mix = !waits_cost(side);
    let mut classes = side.classes().to_vec();
    let total: f64 = classes.iter().map(|class| class.weight).sum();
    if classes.len() == 1 || !mix {
        for class in &mut classes {
            class.steps = averaged_steps(&class.steps, 1.0, mix);
        }
        return classes;
    }
    let steps = classes
        .iter()
        .filter(|class| class.weight > 0.0)
        .flat_map(|class| averaged_steps(&class.steps, class.weight / total, mix))
        .collect();
    vec![RequestClass { name: "average".to_owned(), weight: 1.0, steps }]
}

/// The formula's own request: as many bursts and waits by turns as there are waits on average, all
/// bursts alike and all waits. `None` where bursts or waits are of several kinds, or steps fail.
fn uniform(side: &Side) -> Option<RequestClass> {
    let demand = side.demand();
    let (mut burst, mut wait) = (None, None);
    for class in side.classes() {
        leaves(&class.steps, &mut burst, &mut wait)?;
    }
    let (mut burst, mut wait): (Step, Step) = (burst?, wait?);
    let rounds = libm::round(demand.calls).max(1.0);
    let each = |seconds: f64| Dist::constant(seconds * NANOS_PER_SECOND / rounds);
    if let StepKind::Cpu { demand: time, .. } = &mut burst.kind {
        *time = each(demand.t_cpu_s);
    }
    if let StepKind::Io { wait: time, .. } = &mut wait.kind {
        *time = each(demand.t_io_s);
    }
    let count = Dist::constant(rounds);
    let steps = vec![Step::new(StepKind::Repeat { count, steps: vec![burst, wait] })];
    Some(RequestClass { name: "average".to_owned(), weight: 1.0, steps })
}

/// Keeps the first burst and the first wait of these steps; `None` where another differs from it in
/// more than its time.
fn leaves(steps: &[Step], burst: &mut Option<Step>, wait: &mut Option<Step>) -> Option<()> {
    for step in steps {
        if step.fail.0 > 0.0 {
            return None;
        }
        match &step.kind {
            StepKind::Cpu { offload, gil, .. } => {
                let first = burst.get_or_insert_with(|| step.clone());
                let StepKind::Cpu { offload: other, gil: lock, .. } = &first.kind else {
                    return None;
                };
                (offload == other && gil == lock).then_some(())?;
            }
            StepKind::Io { at, blocking, offload, .. } => {
                let first = wait.get_or_insert_with(|| step.clone());
                let StepKind::Io { at: pools, blocking: blocks, offload: other, .. } = &first.kind
                else {
                    return None;
                };
                (at == pools && blocking == blocks && offload == other).then_some(())?;
            }
            StepKind::Repeat { steps, .. } | StepKind::Chance { steps, .. } => {
                leaves(steps, burst, wait)?;
            }
            StepKind::Hold { .. } | StepKind::Offload { .. } | StepKind::Parallel { .. } => {
                return None;
            }
        }
    }
    Some(())
}

/// Whether each return from a wait costs something, so that many short waits are not one long.
fn waits_cost(side: &Side) -> bool {
    let switches = !side.model.host.context_switch.is_zero();
    switches
        || match &side.runtime().kind {
            RuntimeKind::SyncWorker(_) | RuntimeKind::Serverless(_) => false,
            RuntimeKind::ThreadPool(kind) => kind.gil,
            RuntimeKind::WorkStealing(kind) => !kind.task_switch.is_zero(),
            RuntimeKind::EventLoop(kind) => !kind.task_switch.is_zero() || !kind.poll.is_zero(),
        }
}

/// Steps with times at `factor` times their mean. With `mix` a branch that is taken with a
/// probability is always taken, and as much shorter.
fn averaged_steps(steps: &[Step], factor: f64, mix: bool) -> Vec<Step> {
    steps.iter().map(|step| averaged_step(step, factor, mix)).collect()
}

fn averaged_step(step: &Step, factor: f64, mix: bool) -> Step {
    let within = |steps: &[Step], factor| averaged_steps(steps, factor, mix);
    let mut step = step.clone();
    step.fail = Share(step.fail.0 * factor);
    match &mut step.kind {
        StepKind::Cpu { demand: time, .. } | StepKind::Io { wait: time, .. } => {
            *time = Dist::constant(time.mean() * factor);
        }
        StepKind::Hold { steps, .. } | StepKind::Offload { steps, .. } => {
            *steps = within(steps, factor);
        }
        StepKind::Parallel { branches } => {
            branches.iter_mut().for_each(|steps| *steps = within(steps, factor));
        }
        StepKind::Repeat { count, steps } => {
            let mean = count.mean();
            let whole = libm::ceil(mean);
            let (rounds, factor) = match mix && mean > 0.0 {
                true => (Dist::constant(whole), factor * mean / whole),
                false if mean == whole => (Dist::constant(mean), factor),
                false => (count.clone(), factor),
            };
            *steps = within(steps, factor);
            *count = rounds;
        }
        StepKind::Chance { probability, steps } => {
            let factor = if mix { factor * probability.0 } else { factor };
            *steps = within(steps, factor);
            if mix {
                *probability = Share::ALL;
            }
        }
    }
    step
}
