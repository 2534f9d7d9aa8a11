//! What limits a runtime, why its gain is not the formula's, and whether the comparison is fair.

use std::collections::BTreeMap;

use crate::model::{Demand, LoadKind, Model, Runtime, RuntimeKind, Step, StepKind};
use crate::simulation::Stop;

use super::capacity::Capacity;
use super::result::{Bottleneck, Estimate, Gain};
use super::sample::Sample;
use super::workload::{demand_of, offered_rps, trimmed};

/// The share of its capacity up to which an open load counts as light.
const LIGHT: f64 = 0.9;

/// What is known of one runtime when its bottleneck is named.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The model.
    pub model: &'a Model,
    /// The runtime.
    pub runtime: &'a Runtime,
    /// What it can sustain.
    pub capacity: &'a Capacity,
    /// How busy everything was.
    pub utilization: &'a BTreeMap<String, Option<Estimate>>,
    /// Its throughput; `None` where it was not simulated.
    pub throughput: Option<f64>,
    /// Its gain.
    pub gain: &'a Gain,
}

impl Evidence<'_> {
    fn used(&self, name: &str) -> Option<f64> {
        self.utilization.get(name).copied().flatten().and_then(|estimate| estimate.value)
    }

    /// How busy a limit of the capacity was.
    fn used_of(&self, limit: &str) -> Option<f64> {
        match limit {
            "workers" | "loop" | "cpu" => self.used(limit),
            "gil" => {
                // All bytecode runs under the lock: busy cores over processes.
                let cores = f64::from(self.model.host.cores);
                let processes = f64::from(self.runtime.kind.processes());
                self.used("cpu").map(|used| (used * cores / processes).min(1.0))
            }
            name => self.used(name),
        }
    }
}

/// The bottleneck of a runtime, with one sentence for people.
#[must_use]
pub fn bottleneck(evidence: &Evidence<'_>) -> Bottleneck {
    let limit = binding(evidence);
    let utilization = evidence.used_of(&limit);
    let mut why = limit_sentence(evidence, &limit, utilization);
    if let Some(gap) = gap_sentence(evidence) {
        why = format!("{why} {gap}");
    }
    Bottleneck { resource: limit, utilization, why }
}

/// The limit that binds: the load where it is light, else the lowest limit of the capacity, unless
/// the simulation shows that something else is busier.
fn binding(evidence: &Evidence<'_>) -> String {
    let lowest = evidence.capacity.lowest();
    let offered = offered_rps(evidence.model);
    let light = offered.is_some_and(|offered| offered < LIGHT * lowest.rate);
    let Some(done) = evidence.throughput else {
        return if light { "load".to_owned() } else { lowest.resource.clone() };
    };
    if light && offered.is_some_and(|offered| done > LIGHT * offered) {
        return "load".to_owned();
    }
    if lowest.resource == "clients" && evidence.used("cpu").is_some_and(|used| used > 0.97) {
        return "cpu".to_owned();
    }
    if done < LIGHT * lowest.rate {
        if let Some(busiest) = busiest(evidence) {
            return busiest;
        }
        if evidence.model.load.kind.is_open() {
            return "load".to_owned();
        }
    }
    lowest.resource.clone()
}

/// What is busy most of the time although no limit of the capacity is near.
fn busiest(evidence: &Evidence<'_>) -> Option<String> {
    evidence
        .utilization
        .iter()
        .filter(|(name, _)| *name != "cpu_useful")
        .filter_map(|(name, used)| Some((name, used.as_ref()?.value?)))
        .filter(|&(_, used)| used > 0.8)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(name, _)| name.clone())
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn limit_sentence(evidence: &Evidence<'_>, limit: &str, utilization: Option<f64>) -> String {
    let Some(_) = evidence.throughput else {
        if limit == "load" {
            return "the load is all that limits it.".to_owned();
        }
        let rate = evidence.capacity.lowest().rate;
        return if rate.is_finite() {
            format!(
                "{} the limit: at most {} requests a second.",
                limit_words(evidence, limit),
                trimmed(rate)
            )
        } else {
            "nothing limits it: its requests take no time.".to_owned()
        };
    };
    let cpu = evidence
        .used("cpu")
        .map_or(String::new(), |used| format!("; the CPU is {} busy", percent(used)));
    let busy = utilization.map_or_else(String::new, |used| format!(", {} busy", percent(used)));
    match limit {
        "load" => format!("the load is all that limits it{cpu}."),
        "cpu" => format!("the CPU is the limit{busy}."),
        "clients" => format!("its clients are the limit: there are too few to keep it busy{cpu}."),
        other => format!("{} the limit{busy}{cpu}.", limit_words(evidence, other)),
    }
}

fn limit_words(evidence: &Evidence<'_>, limit: &str) -> String {
    let width = evidence.runtime.kind.width() * u64::from(evidence.runtime.instances);
    let own = |one: &str| {
        if width == 1 { format!("its {one} is") } else { format!("its {width} {one}s are") }
    };
    match limit {
        "workers" => match evidence.runtime.kind {
            RuntimeKind::ThreadPool(_) => own("thread"),
            RuntimeKind::Serverless(_) => own("instance"),
            _ => own("worker"),
        },
        "loop" => own("loop"),
        "cpu" => "the CPU is".to_owned(),
        "gil" => "the interpreter lock is".to_owned(),
        "executor" => "its executor threads are".to_owned(),
        "clients" => "its clients are".to_owned(),
        name => {
            let name = name.strip_prefix("resource.").unwrap_or(name);
            let resource = evidence.model.resources.iter().find(|other| other.name == name);
            resource.map_or_else(
                || format!("{name} is"),
                |resource| match resource.slots {
                    1 => format!("the one slot of {name} is"),
                    slots => format!("the {slots} slots of {name} are"),
                },
            )
        }
    }
}

/// By how much the gain misses the formula, and which of the formula's assumptions do not hold.
fn gap_sentence(evidence: &Evidence<'_>) -> Option<String> {
    let formula = evidence.gain.formula?;
    let gain = evidence.gain.simulated.value?;
    let gap = formula - gain;
    if gap.abs() < 0.005 * formula || (formula - 1.0).abs() < 1e-9 {
        return None;
    }
    let reasons = reasons(evidence, gap > 0.0);
    let (verb, size) = if gap > 0.0 { ("It misses", gap) } else { ("It gains", -gap) };
    let than = if gap > 0.0 { "of the formula's" } else { "more than the formula's" };
    let because =
        if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join(", ")) };
    Some(format!("{verb} {} {than} {}{because}.", trimmed(size), trimmed(formula)))
}

/// The assumptions of the formula that do not hold here.
fn reasons(evidence: &Evidence<'_>, misses: bool) -> Vec<String> {
    let model = evidence.model;
    if evidence.throughput.is_some() && binding(evidence) == "load" {
        return vec!["under an open load both do the same until one can't keep up".to_owned()];
    }
    let base = &model.runtimes[model.run.baseline];
    let mut reasons = Vec::new();
    let (base_width, usable) = (base.kind.width(), usable_cores(model, evidence.runtime));
    if base_width != usable {
        reasons.push(format!(
            "the baseline has {base_width} where this one can keep {usable} core{} busy",
            if usable == 1 { "" } else { "s" }
        ));
    }
    let formula = evidence.gain.formula.unwrap_or(f64::INFINITY);
    let width = evidence.gain.formula_n.unwrap_or(f64::INFINITY);
    if width * f64::from(model.host.cores) < 0.999 * formula * usable as f64 {
        reasons.push("fewer requests in flight than its best concurrency".to_owned());
    }
    if evidence.capacity.lowest().resource.starts_with("resource.") {
        reasons.push("a pool is narrower than the cores need".to_owned());
    }
    if misses {
        reasons.extend(losses(evidence));
    }
    let own = demand_of(model, evidence.runtime);
    let others = demand_of(model, base);
    if (own.t_cpu_s, own.t_io_s) != (others.t_cpu_s, others.t_io_s) {
        reasons.push("the runtimes need different CPU or I/O for a request".to_owned());
    }
    reasons
}

/// How many cores of an instance a runtime can keep busy at once.
fn usable_cores(model: &Model, runtime: &Runtime) -> u64 {
    let threads = match &runtime.kind {
        RuntimeKind::SyncWorker(kind) => u64::from(kind.workers),
        RuntimeKind::ThreadPool(kind) if kind.gil => u64::from(kind.processes),
        RuntimeKind::ThreadPool(_) => runtime.kind.width(),
        RuntimeKind::EventLoop(kind) => u64::from(kind.loops),
        RuntimeKind::WorkStealing(kind) => u64::from(kind.workers),
        // Each instance has the cores of a host, and one request uses one of them.
        RuntimeKind::Serverless(kind) => return u64::from(kind.max_instances),
    };
    threads.min(u64::from(model.host.cores))
}

/// What the simulated host loses against one that is always busy with requests.
fn losses(evidence: &Evidence<'_>) -> Vec<String> {
    let mut losses = Vec::new();
    let (Some(cpu), Some(useful)) = (evidence.used("cpu"), evidence.used("cpu_useful")) else {
        return losses;
    };
    if cpu - useful > 0.005 {
        losses.push(format!("{} of the cores goes into overhead", percent(cpu - useful)));
    }
    if matches!(evidence.runtime.kind, RuntimeKind::Serverless(_)) {
        // Its cores are as many as there are requests, and idle whenever those wait.
        return losses;
    }
    let bound = &evidence.capacity.lowest().resource;
    if demand_of(evidence.model, evidence.runtime).io_blocking_s > 0.0
        && matches!(evidence.runtime.kind, RuntimeKind::EventLoop(_))
    {
        losses.push("blocking calls stop a whole loop".to_owned());
        return losses;
    }
    // Of the cores that it can keep busy at all.
    let usable = usable_cores(evidence.model, evidence.runtime) as f64;
    let cpu = (cpu * f64::from(evidence.model.host.cores) / usable).min(1.0);
    if cpu < 0.995 && (bound == "cpu" || bound == "loop" || bound == "clients") {
        let varied = varies(evidence.model);
        let idle = percent(1.0 - cpu);
        losses.push(match &evidence.runtime.kind {
            RuntimeKind::EventLoop(kind) if kind.loops > 1 => {
                format!(
                    "the cores idle {idle} of the time, for each loop serves only its own tasks"
                )
            }
            _ if varied => format!("times vary, so the cores idle {idle} of the time"),
            _ => format!("the cores idle {idle} of the time"),
        });
    }
    losses
}

/// Whether anything in a model is random.
fn varies(model: &Model) -> bool {
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
    model.requests.len() > 1 || model.requests.iter().any(|class| steps_vary(&class.steps))
}

fn is_mixed(share: f64) -> bool {
    share > 0.0 && share < 1.0
}

/// Notes on the whole comparison: whether it is fair, and what may mislead.
#[must_use]
pub fn notes(model: &Model, capacities: &[Capacity]) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(offered) = offered_rps(model)
        && model.runtimes.len() > 1
        && capacities.iter().all(|capacity| offered < LIGHT * capacity.rate())
    {
        notes.push(format!(
            "{}/s saturates none of them: every gain is 1 by construction; compare response times, \
             or raise the rate",
            trimmed(offered)
        ));
    }
    if let LoadKind::Closed { think, .. } = &model.load.kind
        && think.is_constant()
        && !varies(model)
    {
        notes.push(
            "nothing in this closed model is random: requests may march in step (phase locking); \
             try exp(...) for one of its times"
                .to_owned(),
        );
    }
    notes.extend(unequal_cores(model));
    notes
}

/// Runtimes that cannot use the cores that others can.
fn unequal_cores(model: &Model) -> Option<String> {
    let usable = |runtime: &Runtime| usable_cores(model, runtime) * u64::from(runtime.instances);
    let needs_cpu = Demand::of_classes(&model.requests).t_cpu_s > 0.0;
    let all: Vec<u64> = model.runtimes.iter().map(usable).collect();
    if !needs_cpu || all.iter().min() == all.iter().max() {
        return None;
    }
    let list: Vec<String> = model
        .runtimes
        .iter()
        .zip(&all)
        .map(|(runtime, cores)| format!("{} {cores}", runtime.name))
        .collect();
    Some(format!("not the same cores for each: at most {} can be busy at once", list.join(", ")))
}

/// What a reader must know of one runtime before trusting a figure.
#[must_use]
pub fn warnings(model: &Model, runtime: &Runtime, samples: &[Sample]) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(words) = samples.iter().find_map(|sample| match &sample.stop {
        Stop::Deadlock(words) => Some(words),
        _ => None,
    }) {
        warnings.push(format!("deadlock: {words}; nothing can happen any more"));
    }
    let peak = samples.iter().map(|sample| sample.memory.1).max().unwrap_or(0);
    let each = match &runtime.kind {
        // Each instance is a host of its own.
        RuntimeKind::Serverless(kind) if peak > 0 => kind.memory.0,
        _ => peak / u64::from(runtime.instances),
    };
    if let Some(limit) = model.host.memory
        && each > limit.0
    {
        warnings.push(format!(
            "needs {} of memory where the host has {}",
            bytes(each),
            bytes(limit.0)
        ));
    }
    let nothing_came =
        |sample: &Sample| sample.counts.issued + sample.counts.in_flight_at_start == 0;
    if !samples.is_empty() && samples.iter().all(nothing_came) {
        warnings.push(
            "the load ended within the warm-up: nothing came in the window (run.warmup)".to_owned(),
        );
    } else if samples.iter().any(|sample| sample.window_s == 0.0) {
        warnings.push("its requests take no time at all: there is no rate to measure".to_owned());
    }
    warnings
}

fn bytes(count: u64) -> String {
    let count = count as f64;
    for (unit, size) in [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
        if count >= size as f64 {
            return format!("{} {unit}", trimmed(count / size as f64));
        }
    }
    format!("{count} B")
}
