//! A runtime and its baseline, each with all that it is simulated with, so that one may be changed
//! and the other not.

use crate::model::{Demand, LoadKind, Model, RequestClass, Runtime, RuntimeKind, Step, StepKind};
use crate::study::workload::demand_of;
use crate::units::NANOS_PER_SECOND;

/// One runtime with a model of its own.
#[derive(Clone, Debug)]
pub struct Side {
    /// The model; its one runtime is this one.
    pub model: Model,
}

impl Side {
    fn of(model: &Model, place: usize) -> Self {
        let mut model = Model {
            runtimes: vec![model.runtimes[place].clone()],
            scenarios: Vec::new(),
            expects: Vec::new(),
            ..model.clone()
        };
        model.run.baseline = 0;
        model.run.slo.clear();
        Self { model }
    }

    /// The runtime.
    #[must_use]
    pub fn runtime(&self) -> &Runtime {
        &self.model.runtimes[0]
    }

    /// The request classes that it serves.
    #[must_use]
    pub fn classes(&self) -> &[RequestClass] {
        self.runtime().requests.as_deref().unwrap_or(&self.model.requests)
    }

    /// What a request demands of it.
    #[must_use]
    pub fn demand(&self) -> Demand {
        demand_of(&self.model, self.runtime())
    }

    /// `(T_cpu + T_io) / T_cpu`: requests in flight that keep one core busy; `None` without CPU.
    #[must_use]
    pub fn per_core(&self) -> Option<f64> {
        let demand = self.demand();
        (demand.t_cpu_s > 0.0).then(|| (demand.t_cpu_s + demand.t_io_s) / demand.t_cpu_s)
    }

    /// How long clients of a closed load think, on average, in seconds.
    #[must_use]
    pub fn think_s(&self) -> f64 {
        match &self.model.load.kind {
            LoadKind::Closed { think, .. } => think.mean() / NANOS_PER_SECOND,
            _ => 0.0,
        }
    }

    /// Requests that it can have in flight, in all instances.
    #[must_use]
    pub fn in_flight_most(&self) -> u64 {
        let each = match &self.runtime().kind {
            RuntimeKind::EventLoop(kind) => {
                kind.max_tasks.map_or(u64::MAX, |most| most.saturating_mul(u64::from(kind.loops)))
            }
            RuntimeKind::WorkStealing(_) => u64::MAX,
            kind => kind.width(),
        };
        each.saturating_mul(u64::from(self.runtime().instances))
    }

    /// Requests that it can ever have in flight; unlimited where each may be several at once.
    #[must_use]
    pub fn at_once_most(&self) -> u64 {
        let sent = match self.model.load.kind {
            LoadKind::Closed { clients, .. } => clients,
            LoadKind::Batch { count } => count,
            _ => u64::MAX,
        };
        if self.branches() { u64::MAX } else { sent.min(self.in_flight_most()) }
    }

    /// Whether some step has branches.
    #[must_use]
    pub fn branches(&self) -> bool {
        fn any(steps: &[Step]) -> bool {
            steps.iter().any(|step| match &step.kind {
                StepKind::Parallel { .. } => true,
                StepKind::Cpu { .. } | StepKind::Io { .. } => false,
                StepKind::Hold { steps, .. }
                | StepKind::Offload { steps, .. }
                | StepKind::Repeat { steps, .. }
                | StepKind::Chance { steps, .. } => any(steps),
            })
        }
        self.classes().iter().any(|class| any(&class.steps))
    }

    /// Another one, its model changed.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut Model)) -> Self {
        let mut other = self.clone();
        change(&mut other.model);
        other
    }

    /// Another one, its runtime changed.
    #[must_use]
    pub fn with_runtime(&self, change: impl FnOnce(&mut Runtime)) -> Self {
        self.with(|model| change(&mut model.runtimes[0]))
    }

    /// Another one, every list of steps that it serves changed.
    #[must_use]
    pub fn with_steps(&self, mut change: impl FnMut(&mut Step)) -> Self {
        let mut classes = self.classes().to_vec();
        classes.iter_mut().for_each(|class| each(&mut class.steps, &mut change));
        self.changed_classes(classes)
    }

    /// Another one that serves these classes.
    #[must_use]
    pub fn changed_classes(&self, classes: Vec<RequestClass>) -> Self {
        self.with(|model| {
            model.requests = classes;
            model.runtimes[0].requests = None;
        })
    }
}

/// Does something with every step, those within others included.
fn each(steps: &mut [Step], change: &mut impl FnMut(&mut Step)) {
    for step in steps {
        change(step);
        match &mut step.kind {
            StepKind::Cpu { .. } | StepKind::Io { .. } => {}
            StepKind::Hold { steps, .. }
            | StepKind::Offload { steps, .. }
            | StepKind::Repeat { steps, .. }
            | StepKind::Chance { steps, .. } => each(steps, change),
            StepKind::Parallel { branches } => {
                branches.iter_mut().for_each(|steps| each(steps, change));
            }
        }
    }
}

/// A runtime and the baseline that it is held against.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The runtime.
    pub own: Side,
    /// The baseline.
    pub base: Side,
    /// Whether attempts ended other than completed under one of them.
    pub fails: bool,
}

impl Pair {
    /// The runtime at `place` of a model and its baseline.
    #[must_use]
    pub fn of(model: &Model, place: usize, fails: bool) -> Self {
        Self { own: Side::of(model, place), base: Side::of(model, model.run.baseline), fails }
    }

    /// The cores, over all instances, for each of which a fair baseline has one worker: as many as
    /// it has, but no fewer than the runtime keeps busy and no more than it could without its
    /// interpreter lock.
    #[must_use]
    pub fn cores(&self) -> u64 {
        let (locked, free) = (self.own.cores_locked(), self.own.cores_free());
        self.base.in_flight_most().clamp(locked, free)
    }

    /// Requests that the runtime needs in flight to keep those cores busy; `None` without CPU.
    #[must_use]
    pub fn needed(&self) -> Option<f64> {
        self.own.per_core().map(|each| each * self.cores() as f64)
    }
}

impl Side {
    fn host_cores(&self) -> u64 {
        u64::from(self.model.host.cores)
    }

    /// Cores that it can keep busy however few threads it has: what loops there are, or all.
    fn cores_free(&self) -> u64 {
        let each = match &self.runtime().kind {
            RuntimeKind::EventLoop(kind) => {
                let demand = self.demand();
                let beside = demand.cpu_offloaded_s > 0.0;
                // Executor threads use cores that the loops leave.
                if beside {
                    self.host_cores()
                } else {
                    u64::from(kind.loops).min(self.host_cores())
                }
            }
            RuntimeKind::WorkStealing(kind) => u64::from(kind.workers).min(self.host_cores()),
            // Each instance has cores of its own, and one request uses one of them.
            RuntimeKind::Serverless(kind) => u64::from(kind.max_instances),
            RuntimeKind::SyncWorker(_) | RuntimeKind::ThreadPool(_) => self.host_cores(),
        };
        each * u64::from(self.runtime().instances)
    }

    /// The same with its interpreter locks.
    fn cores_locked(&self) -> u64 {
        let (locks, demand) = (u64::from(self.runtime().kind.processes()), self.demand());
        let locked = match &self.runtime().kind {
            RuntimeKind::ThreadPool(kind) => kind.gil,
            RuntimeKind::EventLoop(kind) => kind.gil,
            _ => false,
        };
        if !locked || demand.cpu_gil_s <= 0.0 {
            return self.cores_free();
        }
        let busy = libm::ceil(locks as f64 * demand.t_cpu_s / demand.cpu_gil_s) as u64;
        (busy * u64::from(self.runtime().instances)).clamp(1, self.cores_free())
    }
}
