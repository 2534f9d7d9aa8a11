//! Random models of everything that there is, and what must hold of each replication.
#![allow(dead_code)] // each test program uses its own part

use iowait::engine::Key;
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
use iowait::simulation::{Control, Replication, Setup, Stop, Window, replicate};
use iowait::units::{Rate, Share, Span, Time};

/// Where a model's draws come from: first these bytes (a fuzzer's), then a stream.
struct Draws {
    bytes: std::vec::IntoIter<u8>,
    stream: iowait::engine::Stream,
}

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        let mut word = 0;
        for _ in 0..(if n > 256 { 4 } else { 1 }) {
            let Some(byte) = self.bytes.next() else { return self.stream.below(n) };
            word = (word << 8) | u64::from(byte);
        }
        word % n.max(1)
    }
}

/// Draws of one random model: constant whole-nanosecond times if `constant`.
pub struct Maker {
    draws: Draws,
    constant: bool,
}

impl Maker {
    pub fn below(&mut self, n: u64) -> u64 {
        self.draws.below(n)
    }

    fn chance(&mut self, probability: f64) -> bool {
        (self.below(200) as f64) < probability * 200.0
    }

    fn share(&mut self) -> Share {
        Share([0.0, 0.0, 0.3, 1.0][self.below(4) as usize])
    }

    fn time(&mut self, scale: u64) -> Dist {
        let nanos = (1 + self.below(scale)) as f64;
        match self.below(3) {
            0 if !self.constant => Dist::exponential(nanos),
            1 if !self.constant => Dist::uniform(0.0, nanos).expect("ordered"),
            _ => Dist::constant(nanos.round()),
        }
    }

    pub fn span(&mut self, scale: u64) -> Span {
        Span(self.below(scale))
    }

    fn steps(&mut self, depth: u32, resources: usize) -> Vec<Step> {
        let count = 1 + self.below(3);
        (0..count).map(|_| self.step(depth, resources)).collect()
    }

    fn step(&mut self, depth: u32, resources: usize) -> Step {
        let kinds = if depth == 0 { 2 } else { 7 };
        let fail = if self.chance(0.1) && !self.constant { Share(0.1) } else { Share::NONE };
        let kind = match self.below(kinds) {
            0 => StepKind::Cpu {
                demand: self.time(2_000_000),
                offload: self.share(),
                gil: if self.chance(0.2) { Gil::Release } else { Gil::Hold },
            },
            1 => {
                let at = if resources > 0 && self.chance(0.4) {
                    vec![self.below(resources as u64) as usize]
                } else {
                    vec![]
                };
                StepKind::Io {
                    wait: self.time(8_000_000),
                    at,
                    timer: !self.constant && self.chance(0.4),
                    blocking: self.share(),
                    offload: self.share(),
                }
            }
            2 if resources > 0 => StepKind::Hold {
                resources: vec![self.below(resources as u64) as usize],
                // Nothing inside asks for a slot: two pools in two orders could deadlock.
                steps: self.steps(depth - 1, 0),
            },
            2 | 3 => {
                StepKind::Offload { share: self.share(), steps: self.steps(depth - 1, resources) }
            }
            4 => {
                let count = 1 + self.below(3);
                let branches = (0..count).map(|_| self.steps(depth - 1, resources)).collect();
                StepKind::Parallel { branches }
            }
            5 => StepKind::Repeat {
                count: Dist::constant(self.below(4) as f64),
                steps: self.steps(depth - 1, resources),
            },
            _ => StepKind::Chance {
                probability: self.share(),
                steps: self.steps(depth - 1, resources),
            },
        };
        Step { kind, fail, label: None }
    }

    fn resource(&mut self, number: usize) -> Resource {
        Resource {
            name: format!("pool{number}"),
            slots: 1 + self.below(4) as u32,
            queue: self.chance(0.2).then(|| self.below(5)),
            timeout: self.chance(0.2).then(|| self.span(10_000_000)),
            scope: if self.chance(0.3) { Scope::Process } else { Scope::Shared },
        }
    }

    fn load(&mut self) -> Load {
        let rate = Rate(50.0 + self.below(1000) as f64);
        let kind = match self.below(6) {
            0 => LoadKind::Poisson { rate },
            1 => LoadKind::Constant { rate },
            2 => LoadKind::Bursty {
                rate,
                burst_rate: Rate(rate.0 * 3.0),
                normal_for: Span::from_millis(50),
                burst_for: Span::from_millis(10),
            },
            3 => LoadKind::Batch { count: 1 + self.below(300) },
            4 => LoadKind::Profile {
                points: vec![(Time(0), rate.0), (Time(1_000_000_000), rate.0 * 2.0)],
            },
            _ => LoadKind::Closed { clients: 1 + self.below(40), think: self.time(5_000_000) },
        };
        let mut load = Load::new(kind);
        if self.constant {
            load.backoff = self.time(5_000_000);
        }
        if self.chance(0.3) {
            load.timeout = Some(Span(1 + self.below(30_000_000)));
            load.retries = self.below(3) as u32;
            load.backoff = self.time(5_000_000);
        }
        load
    }

    pub fn runtime(&mut self) -> Runtime {
        let mut kind = match self.below(5) {
            0 => RuntimeKind::SyncWorker(SyncWorker::new(1 + self.below(6) as u32)),
            1 => RuntimeKind::ThreadPool(ThreadPool {
                processes: 1 + self.below(3) as u32,
                gil: self.chance(0.5),
                switch_interval: Span(50_000 + self.below(3_000_000)),
                gil_switch: self.span(20_000),
                gil_order: if self.chance(0.5) { GilOrder::Fifo } else { GilOrder::Random },
                spawn: if self.chance(0.3) { Spawn::PerRequest } else { Spawn::Pool },
                spawn_cost: self.span(50_000),
                dispatch: if self.constant { Span::ZERO } else { self.span(50_000) },
                ..ThreadPool::new(1 + self.below(8) as u32)
            }),
            2 => RuntimeKind::WorkStealing(WorkStealing {
                task_switch: self.span(20_000),
                ..WorkStealing::new(1 + self.below(6) as u32)
            }),
            3 => RuntimeKind::Serverless(Serverless {
                cold_start: if self.chance(0.5) {
                    self.time(5_000_000)
                } else {
                    Dist::constant(0.0)
                },
                keep_alive: self.chance(0.7).then(|| Span(self.below(4) * self.below(5_000_000))),
                ..Serverless::new(1 + self.below(8) as u32)
            }),
            _ => RuntimeKind::EventLoop(EventLoop {
                max_tasks: self.chance(0.3).then(|| 1 + self.below(20)),
                assign: [
                    Assign::Greedy,
                    Assign::RoundRobin,
                    Assign::LeastLoaded,
                    Assign::Random,
                    Assign::Pinned,
                ][self.below(5) as usize],
                task_switch: self.span(20_000),
                poll: self.span(20_000),
                timer_grain: self.span(2_000_000),
                timer_rounding: if self.chance(0.5) { Rounding::Up } else { Rounding::Nearest },
                executor: if self.chance(0.5) { Executor::Threads } else { Executor::Processes },
                executor_threads: 1 + self.below(3) as u32,
                gil: self.chance(0.5),
                switch_interval: Span(50_000 + self.below(3_000_000)),
                ..EventLoop::new(1 + self.below(3) as u32, 1)
            }),
        };
        // By what was drawn already, so that other models stay as they are.
        match &mut kind {
            RuntimeKind::ThreadPool(kind) if kind.dispatch.0 % 2 == 1 => {
                kind.reply = Span(kind.dispatch.0 / 2);
            }
            RuntimeKind::EventLoop(kind) if kind.poll.0 % 2 == 1 => {
                kind.poll_order = PollOrder::Listed;
                kind.read = Span(kind.poll.0 % 3 * kind.task_switch.0);
            }
            _ => {}
        }
        let mut runtime = Runtime::new("any", kind);
        runtime.overhead = Dist::constant(self.below(50_000) as f64);
        if !self.constant {
            runtime.timer_overshoot = self.time(500_000);
            runtime.cold_cost = self.span(1_000_000);
        }
        runtime.backlog = self.chance(0.3).then(|| self.below(20));
        runtime.kill_after = self.chance(0.3).then(|| Span(1 + self.below(20_000_000)));
        runtime.instances = 1 + self.below(2) as u32;
        runtime.balance =
            [Balance::RoundRobin, Balance::Random, Balance::LeastLoaded][self.below(3) as usize];
        runtime
    }

    pub fn model(&mut self) -> Model {
        let resources: Vec<Resource> =
            (0..self.below(3) as usize).map(|number| self.resource(number)).collect();
        let (load, steps) = (self.load(), self.steps(2, resources.len()));
        let mut model = Model::new("random", load, steps, vec![]);
        if self.chance(0.3) {
            let steps = self.steps(1, resources.len());
            model.requests.push(RequestClass { name: "other".into(), weight: 0.5, steps });
        }
        model.resources = resources;
        model.host = Host {
            cores: 1 + self.below(4) as u32,
            scheduling: [
                Scheduling::RoundRobin,
                Scheduling::Fifo,
                Scheduling::ProcessorSharing,
                Scheduling::Eevdf,
            ][self.below(if self.constant { 3 } else { 4 }) as usize],
            timeslice: Span(20_000 + self.below(1_000_000)),
            tick: self.span(1_000_000),
            context_switch: self.span(10_000),
            memory: None,
        };
        model
    }
}

pub fn maker(seed: u64, constant: bool) -> Maker {
    maker_from(Vec::new(), seed, constant)
}

/// A model of these bytes, and of a stream where there are too few of them.
pub fn maker_from(bytes: Vec<u8>, seed: u64, constant: bool) -> Maker {
    let draws = Draws { bytes: bytes.into_iter(), stream: Key::new(seed).stream(0) };
    Maker { draws, constant }
}

/// One replication with a warm-up, of a bounded length in requests and in time.
pub fn replication(model: &Model, runtime: &Runtime, warmup: Span) -> Replication {
    let batch = matches!(model.load.kind, LoadKind::Batch { .. });
    let window = if batch {
        Window::WHOLE
    } else {
        Window { warmup, requests: 400, duration: Some(Span::from_millis(3_000)) }
    };
    replicate(&Setup::new(model, runtime), 0, window, &Control::default())
}

pub fn check(found: &Replication, what: &dyn Fn() -> String) {
    let counts = &found.counts;
    assert_eq!(
        counts.in_flight_at_start + counts.issued,
        counts.ended() + counts.in_flight,
        "conservation: {counts:?} {}",
        what()
    );
    assert_eq!(found.in_flight.area, found.stayed, "Little: {}", what());
    assert_eq!(counts.completed, found.response.count(), "{}", what());
    // Under processor sharing what a burst had before the window is known to the nanosecond below.
    let came = u128::from(counts.in_flight_at_start + counts.issued);
    assert!(found.cpu_useful <= found.cpu_busy + came, "useful work is work: {}", what());
    if found.stop == Stop::Drained {
        assert_eq!(found.in_server[1], 0, "{}", what());
        assert!(found.resources.iter().all(|(level, _)| level.peak > 0 || level.area == 0));
    }
}
