//! Random models of everything that the reference knows.

use std::sync::Arc;

use iowait::engine::{Key, Stream};
use iowait::input::dist::Dist;
use iowait::model::request::Gil;
use iowait::model::runtime::{
    Assign, EventLoop, Executor, GilOrder, Spawn, SyncWorker, ThreadPool,
};
use iowait::model::{
    Host, Load, LoadKind, Model, RequestClass, Resource, Runtime, RuntimeKind, Scheduling, Scope,
    Step, StepKind,
};
use iowait::units::{Share, Span, Time};

use crate::common::on_cores;

/// What a model runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sync,
    Threads,
    Loops,
}

/// Draws of one random model.
pub struct Maker {
    stream: Stream,
    kind: Kind,
    /// How much there is to go wrong: plain models come first.
    rich: bool,
}

impl Maker {
    pub fn new(seed: u64, kind: Kind) -> Self {
        Self {
            stream: Key::new(seed).part(kind as u64).stream(0),
            kind,
            rich: !seed.is_multiple_of(4),
        }
    }

    fn below(&mut self, n: u64) -> u64 {
        self.stream.below(n)
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.stream.chance(probability)
    }

    /// A chance of something that plain models do not have.
    fn rich(&mut self, probability: f64) -> bool {
        self.chance(probability) && self.rich
    }

    fn share(&mut self) -> Share {
        if self.rich { Share([0.0, 0.0, 0.3, 1.0][self.below(4) as usize]) } else { Share::NONE }
    }

    fn time(&mut self, scale: u64) -> Dist {
        let nanos = (1 + self.below(scale)) as f64;
        match self.below(4) {
            0 | 1 => Dist::exponential(nanos),
            2 => Dist::uniform(1.0, 1.0 + nanos).expect("ordered"),
            _ => Dist::constant(nanos),
        }
    }

    fn steps(&mut self, depth: u32, resources: u64) -> Vec<Step> {
        (0..1 + self.below(3)).map(|_| self.step(depth, resources)).collect()
    }

    fn step(&mut self, depth: u32, resources: u64) -> Step {
        let fail = if self.rich(0.05) { Share(0.1) } else { Share::NONE };
        let kind = match self.below(if depth == 0 { 4 } else { 10 }) {
            0 | 1 => StepKind::Cpu {
                demand: self.time(2_000_000),
                offload: self.share(),
                gil: if self.chance(0.2) { Gil::Release } else { Gil::Hold },
            },
            2..=4 => {
                let wanted = if resources > 0 && self.chance(0.4) { 1 + self.below(2) } else { 0 };
                StepKind::Io {
                    wait: self.time(8_000_000),
                    // Two pools in one order never deadlock.
                    at: (0..wanted.min(resources)).map(|place| place as usize).collect(),
                    timer: false,
                    blocking: self.share(),
                    offload: self.share(),
                }
            }
            5 if resources > 0 => {
                let inner = self.steps(depth - 1, 0);
                StepKind::Hold { resources: vec![self.below(resources) as usize], steps: inner }
            }
            5 | 6 => {
                StepKind::Offload { share: self.share(), steps: self.steps(depth - 1, resources) }
            }
            7 => {
                let branches = 1 + self.below(3);
                let branches = (0..branches).map(|_| self.steps(depth - 1, resources)).collect();
                StepKind::Parallel { branches }
            }
            8 => StepKind::Repeat {
                count: Dist::constant(self.below(4) as f64),
                steps: self.steps(depth - 1, resources),
            },
            _ => StepKind::Chance {
                probability: Share([0.0, 0.3, 0.7, 1.0][self.below(4) as usize]),
                steps: self.steps(depth - 1, resources),
            },
        };
        Step { kind, fail, label: None }
    }

    fn resource(&mut self, number: usize) -> Resource {
        Resource {
            name: format!("pool{number}"),
            slots: 1 + self.below(4) as u32,
            queue: if self.rich(0.2) { Some(self.below(5)) } else { None },
            timeout: if self.rich(0.2) { Some(Span(1 + self.below(10_000_000))) } else { None },
            scope: if self.chance(0.3) { Scope::Process } else { Scope::Shared },
        }
    }

    fn load(&mut self) -> Load {
        let kind = match self.below(3) {
            0 => LoadKind::Batch { count: 1 + self.below(60) },
            1 => {
                let mut now = 0;
                let gap = 100_000 + self.below(5_000_000);
                let next = |maker: &mut Self| {
                    now += if maker.chance(0.05) { 0 } else { maker.below(2 * gap) };
                    (Time(now), None)
                };
                let arrivals = std::iter::repeat_with({
                    let mut next = next;
                    let maker = &mut *self;
                    move || next(maker)
                });
                LoadKind::Trace { arrivals: Arc::new(arrivals.take(120).collect()) }
            }
            _ => {
                let clients = 1 + self.below(20);
                let thinks = self.chance(0.5);
                let think = if thinks { self.time(5_000_000) } else { Dist::constant(0.0) };
                LoadKind::Closed { clients, think }
            }
        };
        let mut load = Load::new(kind);
        if self.rich(0.3) {
            load.timeout = Some(Span(1 + self.below(30_000_000)));
            load.retries = self.below(3) as u32;
            load.backoff = self.time(5_000_000);
        }
        load
    }

    fn kind(&mut self) -> RuntimeKind {
        let gil = self.rich(0.5);
        let switch_interval = Span(50_000 + self.below(3_000_000));
        match self.kind {
            Kind::Sync => SyncWorker::new(1 + self.below(6) as u32).into(),
            Kind::Threads => ThreadPool {
                processes: 1 + self.below(3) as u32,
                gil,
                switch_interval,
                gil_switch: Span(self.below(20_000)),
                gil_order: if self.chance(0.5) { GilOrder::Fifo } else { GilOrder::Random },
                spawn: if self.chance(0.3) { Spawn::PerRequest } else { Spawn::Pool },
                spawn_cost: Span(self.below(50_000)),
                ..ThreadPool::new(1 + self.below(8) as u32)
            }
            .into(),
            Kind::Loops => EventLoop {
                max_tasks: if self.rich(0.3) { Some(1 + self.below(20)) } else { None },
                assign: [
                    Assign::Greedy,
                    Assign::RoundRobin,
                    Assign::LeastLoaded,
                    Assign::Random,
                    Assign::Pinned,
                ][self.below(5) as usize],
                task_switch: Span([0, self.below(20_000)][self.below(2) as usize]),
                poll: Span([0, self.below(20_000)][self.below(2) as usize]),
                executor: if self.chance(0.5) { Executor::Threads } else { Executor::Processes },
                executor_threads: 1 + self.below(3) as u32,
                gil,
                switch_interval,
                ..EventLoop::new(1 + self.below(3) as u32, 1)
            }
            .into(),
        }
    }

    pub fn model(&mut self) -> Model {
        let pools = self.below(3);
        let resources = (0..pools as usize).map(|number| self.resource(number)).collect();
        let mut runtime = Runtime::new("any", self.kind());
        let overhead = self.below(50_000) as f64;
        runtime.overhead = [Dist::constant(0.0), Dist::exponential(overhead + 1.0)]
            [self.below(2) as usize]
            .clone();
        runtime.backlog = if self.rich(0.3) { Some(self.below(20)) } else { None };
        let mut model = Model::new("random", self.load(), self.steps(2, pools), vec![runtime]);
        if self.chance(0.3) {
            let steps = self.steps(1, pools);
            model.requests.push(RequestClass { name: "other".into(), weight: 0.5, steps });
        }
        model.resources = resources;
        let scheduling = [Scheduling::RoundRobin, Scheduling::Fifo, Scheduling::ProcessorSharing]
            [self.below(3) as usize];
        let mut model = on_cores(model, 1 + self.below(4) as u32, scheduling);
        model.host = Host {
            timeslice: Span(20_000 + self.below(1_000_000)),
            context_switch: Span(if self.chance(0.5) { self.below(10_000) } else { 0 }),
            ..model.host
        };
        model
    }
}
