//! What a runtime can sustain at most: the smallest of its limits, by operational analysis.
//!
//! `min(concurrency / (T_cpu + T_io), cores / T_cpu, slots / T_hold, …)`, with each runtime's own
//! demands and declared overheads (Denning and Buzen 1978). A poll costs nothing here: at capacity
//! its share of a request goes to zero.

use crate::model::demand::Demand;
use crate::model::runtime::{EventLoop, Executor, Spawn};
use crate::model::{LoadKind, Model, RequestClass, Runtime, RuntimeKind, Scope, Step, StepKind};
use crate::units::NANOS_PER_SECOND;

/// One limit of a runtime's throughput.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// `cpu`, `workers`, `loop`, `gil`, `executor`, `clients`, `resource.NAME`.
    pub resource: String,
    /// Requests per second; infinite where it never binds.
    pub rate: f64,
}

/// All limits of a runtime, the lowest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Capacity {
    /// Never empty.
    pub limits: Vec<Limit>,
    /// The shortest mean response time: nothing to wait for.
    pub response_min_s: f64,
}

impl Capacity {
    /// The limits of a runtime of a model.
    #[must_use]
    pub fn of(model: &Model, runtime: &Runtime) -> Self {
        let classes = classes_of(model, runtime);
        let demand = Demand::of_classes(&classes);
        let facts = Facts::new(model, runtime, &demand);
        let total: f64 = classes.iter().map(|class| class.weight).sum();
        let at_once = runtime.kind.branches_at_once();
        let path: f64 = classes
            .iter()
            .map(|class| class.weight / total * critical_path_s(&class.steps, at_once))
            .sum();
        let response_min_s = path + facts.overhead_s;
        let mut limits = facts.limits(&demand, response_min_s);
        facts.add_load_and_resources(model, response_min_s, &mut limits);
        limits.sort_by(|a, b| a.rate.total_cmp(&b.rate));
        Self { limits, response_min_s }
    }

    /// The limit that binds.
    #[must_use]
    pub fn lowest(&self) -> &Limit {
        &self.limits[0]
    }

    /// The most that can be sustained, in requests per second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.lowest().rate
    }
}

/// The classes as the runtime does them.
fn classes_of(model: &Model, runtime: &Runtime) -> Vec<RequestClass> {
    runtime.kind.as_run(runtime.requests.as_deref().unwrap_or(&model.requests))
}

/// What the limits are made of.
struct Facts<'a> {
    runtime: &'a Runtime,
    instances: f64,
    cores: f64,
    /// CPU of a request beside its steps: what is declared, and the resumptions of a loop.
    overhead_s: f64,
}

impl<'a> Facts<'a> {
    fn new(model: &Model, runtime: &'a Runtime, demand: &Demand) -> Self {
        let declared = runtime.overhead.mean() / NANOS_PER_SECOND;
        let own = match &runtime.kind {
            RuntimeKind::ThreadPool(kind) if kind.spawn == Spawn::PerRequest => {
                kind.spawn_cost.seconds()
            }
            RuntimeKind::ThreadPool(kind) if kind.replies() => {
                kind.dispatch.seconds() + kind.reply.seconds()
            }
            RuntimeKind::ThreadPool(kind) => kind.dispatch.seconds(),
            RuntimeKind::EventLoop(kind) => {
                kind.task_switch.seconds() * demand.resumptions + kind.read.seconds()
            }
            RuntimeKind::WorkStealing(kind) => kind.task_switch.seconds() * demand.resumptions,
            _ => 0.0,
        };
        Self {
            runtime,
            instances: f64::from(runtime.instances),
            cores: f64::from(model.host.cores),
            overhead_s: declared + own,
        }
    }

    /// For how long a request holds slots of a resource: with branches at once for the longest of
    /// them where the slot is held around them all.
    fn hold_s(&self, model: &Model, resource: usize) -> f64 {
        let classes = classes_of(model, self.runtime);
        let at_once = self.runtime.kind.branches_at_once();
        let total: f64 = classes.iter().map(|class| class.weight).sum();
        classes
            .iter()
            .map(|class| class.weight / total * hold_s(&class.steps, resource, at_once))
            .sum()
    }

    fn limit(&self, resource: &str, servers: f64, demand_s: f64) -> Limit {
        let rate = if demand_s > 0.0 { self.instances * servers / demand_s } else { f64::INFINITY };
        Limit { resource: resource.to_owned(), rate }
    }

    fn limits(&self, demand: &Demand, response_s: f64) -> Vec<Limit> {
        let cpu_s = demand.t_cpu_s + self.overhead_s;
        let mut limits = vec![self.limit("cpu", self.cores, cpu_s)];
        match &self.runtime.kind {
            RuntimeKind::SyncWorker(kind) => {
                limits.push(self.limit("workers", f64::from(kind.workers), response_s));
            }
            RuntimeKind::ThreadPool(kind) => {
                limits.push(self.limit("workers", self.runtime.kind.width() as f64, response_s));
                if kind.gil {
                    let locked = demand.cpu_gil_s + self.overhead_s;
                    limits.push(self.limit("gil", f64::from(kind.processes), locked));
                }
            }
            RuntimeKind::EventLoop(kind) => self.loop_limits(kind, demand, response_s, &mut limits),
            RuntimeKind::WorkStealing(kind) => {
                // A worker is taken while a task bursts or blocks; what it waits for otherwise is free.
                let at_worker = cpu_s + demand.io_blocking_s;
                limits.push(self.limit("workers", f64::from(kind.workers), at_worker));
            }
            RuntimeKind::Serverless(kind) => {
                let most = f64::from(kind.max_instances);
                limits = vec![self.limit("workers", most, response_s)];
            }
        }
        limits
    }

    fn loop_limits(
        &self,
        kind: &EventLoop,
        demand: &Demand,
        response_s: f64,
        limits: &mut Vec<Limit>,
    ) {
        let loops = f64::from(kind.loops);
        let on_loop = demand.cpu_on_loop_s + demand.io_blocking_s + self.overhead_s;
        limits.push(self.limit("loop", loops, on_loop));
        if kind.gil && kind.executor == Executor::Threads {
            limits.push(self.limit("gil", loops, demand.cpu_gil_s + self.overhead_s));
        }
        if let Some(most) = kind.max_tasks {
            limits.push(self.limit("loop", loops * most as f64, response_s));
        }
        let threads = loops * f64::from(kind.executor_threads);
        let offloaded = demand.cpu_offloaded_s + demand.io_offloaded_s;
        limits.push(self.limit("executor", threads, offloaded));
    }

    fn add_load_and_resources(&self, model: &Model, response_s: f64, limits: &mut Vec<Limit>) {
        if let LoadKind::Closed { clients, think } = &model.load.kind {
            let cycle = response_s + think.mean() / NANOS_PER_SECOND;
            let rate = if cycle > 0.0 { *clients as f64 / cycle } else { f64::INFINITY };
            limits.push(Limit { resource: "clients".to_owned(), rate });
        }
        let processes = self.runtime.kind.processes();
        for (place, resource) in model.resources.iter().enumerate() {
            let copies = match resource.scope {
                Scope::Shared => 1.0,
                Scope::Process => self.instances * f64::from(processes),
            };
            let hold = self.hold_s(model, place);
            let slots = copies * f64::from(resource.slots);
            let rate = if hold > 0.0 { slots / hold } else { f64::INFINITY };
            limits.push(Limit { resource: format!("resource.{}", resource.name), rate });
        }
    }
}

/// For how long these steps hold slots of a resource in all, when nothing is waited for.
fn hold_s(steps: &[Step], resource: usize, at_once: bool) -> f64 {
    let times = |list: &[usize]| list.iter().filter(|&&other| other == resource).count() as f64;
    steps
        .iter()
        .map(|step| match &step.kind {
            StepKind::Cpu { .. } => 0.0,
            StepKind::Io { wait, at, .. } => times(at) * wait.mean() / NANOS_PER_SECOND,
            StepKind::Hold { resources, steps } => {
                let held = times(resources);
                let own = if held > 0.0 { held * critical_path_s(steps, at_once) } else { 0.0 };
                own + hold_s(steps, resource, at_once)
            }
            StepKind::Offload { share, steps } => {
                share.0 * hold_s(steps, resource, false)
                    + (1.0 - share.0) * hold_s(steps, resource, at_once)
            }
            StepKind::Parallel { branches } => {
                branches.iter().map(|branch| hold_s(branch, resource, at_once)).sum()
            }
            StepKind::Repeat { count, steps } => count.mean() * hold_s(steps, resource, at_once),
            StepKind::Chance { probability, steps } => {
                probability.0 * hold_s(steps, resource, at_once)
            }
        })
        .sum()
}

/// The mean time that these steps take when nothing is waited for; with branches at once the
/// longest of their means, which no mean of their longest is below (Jensen).
fn critical_path_s(steps: &[Step], at_once: bool) -> f64 {
    steps
        .iter()
        .map(|step| match &step.kind {
            StepKind::Cpu { demand, .. } => demand.mean() / NANOS_PER_SECOND,
            StepKind::Io { wait, .. } => wait.mean() / NANOS_PER_SECOND,
            StepKind::Hold { steps, .. } => critical_path_s(steps, at_once),
            // On one executor thread branches come one after the other.
            StepKind::Offload { share, steps } => {
                share.0 * critical_path_s(steps, false)
                    + (1.0 - share.0) * critical_path_s(steps, at_once)
            }
            StepKind::Parallel { branches } => {
                let paths = branches.iter().map(|branch| critical_path_s(branch, at_once));
                if at_once { paths.fold(0.0, f64::max) } else { paths.sum() }
            }
            StepKind::Repeat { count, steps } => count.mean() * critical_path_s(steps, at_once),
            StepKind::Chance { probability, steps } => {
                probability.0 * critical_path_s(steps, at_once)
            }
        })
        .sum()
}
