//! One runtime of one model made ready to run: compiled once, shared by all its replications.

use crate::engine::Key;
use crate::input::dist::Dist;
use crate::model::runtime::{Executor, Spawn};
use crate::model::{Host, Load, Model, Resource, Runtime, RuntimeKind, Scheduling};
use crate::units::Span;

use super::express::{Lane, Leg, legs_of};
use super::program::{CLASS_SITE, OVERHEAD_SITE, Program};

/// What every replication of one runtime reads and none changes.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The compiled request classes.
    pub program: Program,
    /// The cumulated weights of the classes, the last 1.
    pub class_shares: Vec<f64>,
    /// The names of the classes.
    pub class_names: Vec<String>,
    /// One instance of the machine.
    pub host: Host,
    /// Who sends requests and when.
    pub load: Load,
    /// Shared things of finite width.
    pub resources: Vec<Resource>,
    /// The runtime.
    pub runtime: Runtime,
    /// The seed of all draws.
    pub seed: u64,
    /// How its replications are computed ahead, where they can be.
    pub(super) lane: Option<Lane>,
    /// The program in legs, where they are.
    pub(super) legs: Vec<Leg>,
    /// CPU that every request pays before its first step, in nanoseconds; `None` where that varies.
    fixed_overhead: Option<u64>,
}

impl Setup {
    /// Compiles a runtime of a model.
    #[must_use]
    pub fn new(model: &Model, runtime: &Runtime) -> Self {
        let classes = runtime.requests.as_deref().unwrap_or(&model.requests);
        let total: f64 = classes.iter().map(|class| class.weight).sum();
        let mut sum = 0.0;
        let mut class_shares: Vec<f64> = classes
            .iter()
            .map(|class| {
                sum += class.weight / total;
                sum
            })
            .collect();
        if let Some(last) = class_shares.last_mut() {
            *last = 1.0;
        }
        let mut setup = Self {
            program: Program::compile(&runtime.kind.as_run(classes)),
            class_shares,
            class_names: classes.iter().map(|class| class.name.clone()).collect(),
            host: host_of(model, runtime),
            load: model.load.clone(),
            resources: model.resources.clone(),
            runtime: runtime.clone(),
            seed: model.run.seed,
            lane: None,
            legs: Vec::new(),
            fixed_overhead: fixed(&runtime.overhead),
        };
        setup.lane = Lane::of(&setup);
        if setup.lane.is_some() {
            setup.legs = legs_of(&setup.program);
        }
        setup
    }

    /// Whether requests may split into branches.
    pub(super) const fn splits(&self) -> bool {
        !self.program.branches.is_empty()
    }

    /// Whether its replications are computed ahead, with fewer events.
    #[must_use]
    pub const fn is_computed_ahead(&self) -> bool {
        self.lane.is_some()
    }

    /// The same, every replication of which is run event by event: what computing ahead is held
    /// against.
    #[must_use]
    pub const fn event_driven(mut self) -> Self {
        self.lane = None;
        self
    }

    /// The key of everything that one replication draws; pilots have streams of their own.
    pub(super) fn key(&self, replication: u32, pilot: bool) -> Key {
        Key::new(self.seed).part(u64::from(replication) * 2 + u64::from(pilot))
    }

    /// The class of the request with this key.
    #[inline]
    pub(super) fn draw_class(&self, key: Key) -> u32 {
        if self.class_shares.len() == 1 { 0 } else { self.draw_among_classes(key) }
    }

    #[inline(never)]
    fn draw_among_classes(&self, key: Key) -> u32 {
        let draw = key.stream(CLASS_SITE).uniform();
        self.class_shares.partition_point(|&share| share <= draw) as u32
    }

    /// CPU that the request with this key pays before its first step, in nanoseconds.
    #[inline]
    pub(super) fn overhead_of(&self, key: Key) -> u64 {
        if let Some(nanos) = self.fixed_overhead {
            return nanos;
        }
        let nanos = self.runtime.overhead.sample(&mut key.stream(OVERHEAD_SITE));
        Span::from_nanos_f64(nanos).0
    }

    /// CPU lost to cold caches on a core that was idle for so long, in nanoseconds.
    pub(super) fn cold_after(&self, idle: Span) -> u64 {
        let Runtime { cold_cost, cold_after, .. } = &self.runtime;
        if cold_cost.is_zero() || idle.is_zero() {
            return 0;
        }
        let lost = -libm::expm1(-(idle.0 as f64) / cold_after.0 as f64);
        Span::from_nanos_f64(cold_cost.0 as f64 * lost).0
    }

    /// Processes of each instance: each has its own GIL and its own per-process resources.
    pub(super) fn processes(&self) -> u32 {
        self.runtime.kind.processes()
    }

    /// Workers or pool threads of each instance; 0 for an event loop.
    #[must_use]
    pub fn workers(&self) -> u64 {
        match &self.runtime.kind {
            RuntimeKind::EventLoop(_) => 0,
            kind => kind.width(),
        }
    }

    /// Whether threads are started for each request.
    #[must_use]
    pub fn spawns(&self) -> bool {
        matches!(&self.runtime.kind, RuntimeKind::ThreadPool(kind) if kind.spawn == Spawn::PerRequest)
    }

    /// Whether instances come and go with the requests.
    #[must_use]
    pub const fn is_serverless(&self) -> bool {
        matches!(self.runtime.kind, RuntimeKind::Serverless(_))
    }

    /// Cores of each instance, over which its threads are spread; of a serverless deployment one
    /// for each of its instances, since each has at most one thread.
    pub(super) const fn cores(&self) -> u32 {
        match &self.runtime.kind {
            RuntimeKind::Serverless(kind) => kind.max_instances,
            _ => self.host.cores,
        }
    }

    /// Whether executor threads share their loop's lock.
    pub(super) fn executor_shares_gil(&self) -> bool {
        matches!(&self.runtime.kind, RuntimeKind::EventLoop(kind) if kind.executor == Executor::Threads)
    }
}

/// What is always drawn, in whole nanoseconds; `None` where that varies.
fn fixed(dist: &Dist) -> Option<u64> {
    dist.is_constant().then(|| Span::from_nanos_f64(dist.sample(&mut Key::new(0).stream(0))).0)
}

/// The host as a runtime has it: a serverless instance is alone on its own and never switches.
fn host_of(model: &Model, runtime: &Runtime) -> Host {
    let mut host = model.host.clone();
    if matches!(runtime.kind, RuntimeKind::Serverless(_)) {
        host.scheduling = Scheduling::Fifo;
        host.context_switch = Span::ZERO;
    }
    host
}
