//! Random models of everything that the reference knows.

use std::sync::Arc;

use iowait::engine::{Key, Stream};
use iowait::input::dist::Dist;
use iowait::model::request::Gil;
use iowait::model::runtime::{
    Assign, Balance, EventLoop, Executor, GilOrder, PollOrder, Rounding, Serverless, Spawn,
    SyncWorker, ThreadPool, WorkStealing,
};
use iowait::model::{
    Host, Load, LoadKind, Model, RequestClass, Resource, Runtime, RuntimeKind, Scheduling, Scope,
    Step, StepKind,
};
use iowait::units::{Rate, Share, Span, Time};

use crate::common::on_cores;

/// What a model runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sync,
    Threads,
    Loops,
    Stealing,
    Serverless,
}

/// Draws of one random model.
pub struct Maker {
    stream: Stream,
    kind: Kind,
    /// How much there is to go wrong: plain models come first.
    rich: bool,
    /// Draws of what a model has beside: a stream of its own, so that it moves nothing of the rest.
    more: Option<Stream>,
    /// All times are whole multiples of this, so that much falls on one instant.
    grain: Option<u64>,
}

impl Maker {
    pub fn new(seed: u64, kind: Kind) -> Self {
        Self {
            stream: Key::new(seed).part(kind as u64).stream(0),
            kind,
            rich: !seed.is_multiple_of(4),
            more: None,
            grain: None,
        }
    }

    /// The same with timers, kills, instances, cold caches, other loads and schedulers.
    pub fn wide(seed: u64, kind: Kind) -> Self {
        let more = Key::new(seed).part(kind as u64).stream(1);
        Self { more: Some(more), ..Self::new(seed, kind) }
    }

    /// All times are small multiples of this.
    pub fn tied(self, grain: u64) -> Self {
        Self { grain: Some(grain), ..self }
    }

    /// A draw of what only wide models have; 0 in others.
    fn other(&mut self, n: u64) -> u64 {
        self.more.as_mut().map_or(0, |stream| stream.below(n))
    }

    /// Whether a wide model has something, one in so many.
    fn one_in(&mut self, n: u64) -> bool {
        self.more.as_mut().is_some_and(|stream| stream.below(n) == 0)
    }

    fn span(&mut self, scale: u64) -> Span {
        Span(self.other(scale))
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
        if let Some(grain) = self.grain {
            let times = 1 + (nanos as u64 * 4) / scale.max(1);
            return Dist::constant((times * grain) as f64);
        }
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
                    timer: self.one_in(3),
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

    /// An open load that goes on for ever.
    fn open_load(&mut self) -> LoadKind {
        let rate = Rate(50.0 + self.other(800) as f64);
        match self.other(4) {
            0 => LoadKind::Poisson { rate },
            1 => LoadKind::Constant { rate },
            2 => LoadKind::Bursty {
                rate,
                burst_rate: Rate(rate.0 * 4.0),
                normal_for: Span(1 + self.other(60_000_000)),
                burst_for: Span(1 + self.other(20_000_000)),
            },
            _ => {
                let mut at = 0;
                let mut point = |maker: &mut Self| {
                    let instant = Time(at);
                    at += 1 + maker.other(100_000_000);
                    (instant, (rate.0 * maker.other(4) as f64).floor())
                };
                let mut points: Vec<_> = (0..2).map(|_| point(self)).collect();
                points.push((point(self).0, rate.0));
                LoadKind::Profile { points }
            }
        }
    }

    fn load(&mut self) -> Load {
        let open = self.one_in(3);
        let kind = match self.below(3) {
            _ if open => self.open_load(),
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
            Kind::Stealing => WorkStealing {
                task_switch: Span([0, self.below(20_000)][self.below(2) as usize]),
                ..WorkStealing::new(1 + self.below(6) as u32)
            }
            .into(),
            Kind::Serverless => Serverless {
                cold_start: if self.chance(0.5) {
                    self.time(5_000_000)
                } else {
                    Dist::constant(0.0)
                },
                keep_alive: if self.chance(0.7) {
                    Some(Span(self.below(4) * self.below(5_000_000)))
                } else {
                    None
                },
                ..Serverless::new(1 + self.below(8) as u32)
            }
            .into(),
            Kind::Threads => ThreadPool {
                processes: 1 + self.below(3) as u32,
                gil,
                switch_interval,
                gil_switch: Span(self.below(20_000)),
                gil_order: if self.chance(0.5) { GilOrder::Fifo } else { GilOrder::Random },
                spawn: if self.chance(0.3) { Spawn::PerRequest } else { Spawn::Pool },
                spawn_cost: Span(self.below(50_000)),
                dispatch: if self.one_in(2) { self.span(50_000) } else { Span::ZERO },
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
                timer_grain: if self.one_in(2) { self.span(2_000_000) } else { Span::ZERO },
                timer_rounding: [Rounding::Up, Rounding::Nearest][self.other(2) as usize],
                poll_order: if self.one_in(2) { PollOrder::Listed } else { PollOrder::Arrival },
                read: if self.one_in(2) { self.span(100_000) } else { Span::ZERO },
                gil,
                switch_interval,
                ..EventLoop::new(1 + self.below(3) as u32, 1)
            }
            .into(),
        }
    }

    /// What all kinds of runtimes have beside.
    fn beside(&mut self, runtime: &mut Runtime) {
        if self.one_in(2) {
            runtime.timer_overshoot = self.time_beside(500_000);
        }
        if self.one_in(3) {
            (runtime.cold_cost, runtime.cold_after) = (self.span(1_000_000), self.span(20_000_000));
            runtime.cold_after.0 += 1;
        }
        if self.one_in(3) {
            runtime.kill_after = Some(Span(1 + self.other(20_000_000)));
        }
        if self.one_in(3) {
            runtime.instances = 2 + self.other(2) as u32;
            runtime.balance = [Balance::RoundRobin, Balance::Random, Balance::LeastLoaded]
                [self.other(3) as usize];
        }
    }

    fn time_beside(&mut self, scale: u64) -> Dist {
        let nanos = (1 + self.other(scale)) as f64;
        if self.one_in(3) { Dist::constant(nanos) } else { Dist::exponential(nanos) }
    }

    fn host(&mut self, model: Model) -> Model {
        let mut scheduling =
            [Scheduling::RoundRobin, Scheduling::Fifo, Scheduling::ProcessorSharing]
                [self.below(3) as usize];
        let cores = 1 + self.below(4) as u32;
        if self.one_in(3) {
            scheduling = Scheduling::Eevdf;
        }
        let mut model = on_cores(model, cores, scheduling);
        model.host = Host {
            timeslice: Span(20_000 + self.below(1_000_000)),
            context_switch: Span(if self.chance(0.5) { self.below(10_000) } else { 0 }),
            tick: if self.one_in(2) { Span::ZERO } else { self.span(1_000_000) },
            ..model.host
        };
        model
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
        self.beside(&mut runtime);
        let mut model = Model::new("random", self.load(), self.steps(2, pools), vec![runtime]);
        if self.chance(0.3) {
            let steps = self.steps(1, pools);
            model.requests.push(RequestClass { name: "other".into(), weight: 0.5, steps });
        }
        model.resources = resources;
        model = self.host(model);
        if let Some(grain) = self.grain {
            on_a_grid(&mut model, grain);
        }
        model
    }
}

/// What is not drawn as a time falls on whole multiples too.
fn on_a_grid(model: &mut Model, grain: u64) {
    let whole = |span: &mut Span, most: u64| span.0 = grain * (span.0 / grain % (most + 1));
    let runtime = &mut model.runtimes[0];
    whole(&mut model.host.timeslice, 3);
    model.host.timeslice.0 = model.host.timeslice.0.max(grain);
    model.host.context_switch.0 = grain * (model.host.context_switch.0 % 2);
    whole(&mut model.host.tick, 3);
    for span in model.resources.iter_mut().filter_map(|each| each.timeout.as_mut()) {
        whole(span, 8);
        span.0 += grain;
    }
    runtime.kill_after.iter_mut().for_each(|span| {
        whole(span, 30);
        span.0 += grain;
    });
    model.load.timeout.iter_mut().for_each(|span| {
        whole(span, 30);
        span.0 += grain;
    });
    runtime.overhead = Dist::constant(0.0);
    whole(&mut runtime.cold_cost, 1);
    if let LoadKind::Trace { arrivals } = &mut model.load.kind {
        let grid = |&(at, class): &(Time, Option<u32>)| (Time(at.0 / grain * grain), class);
        *arrivals = Arc::new(arrivals.iter().map(grid).collect());
    }
    match &mut runtime.kind {
        RuntimeKind::ThreadPool(kind) => {
            whole(&mut kind.switch_interval, 4);
            kind.switch_interval.0 += 3 * grain;
            kind.gil_switch.0 = grain * (kind.gil_switch.0 % 2);
            kind.spawn_cost.0 = grain * (kind.spawn_cost.0 % 2);
            kind.dispatch.0 = grain * (kind.dispatch.0 % 3);
        }
        RuntimeKind::EventLoop(kind) => {
            whole(&mut kind.switch_interval, 4);
            kind.switch_interval.0 += 3 * grain;
            kind.task_switch.0 = grain * (kind.task_switch.0 % 2);
            kind.poll.0 = grain * (kind.poll.0 % 2);
            kind.read.0 = grain * (kind.read.0 % 3);
            whole(&mut kind.timer_grain, 3);
        }
        RuntimeKind::WorkStealing(kind) => kind.task_switch.0 = grain * (kind.task_switch.0 % 2),
        RuntimeKind::Serverless(kind) => kind.keep_alive.iter_mut().for_each(|span| whole(span, 8)),
        RuntimeKind::SyncWorker(_) => {}
    }
}
