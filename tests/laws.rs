//! Laws that hold for every runtime and every load, on random models.
//!
//! Conservation of requests; Little's law on the window, exactly, with its boundary terms; the
//! utilisation law with the work done; parts that add up (asserted at every end of a request in
//! debug builds); no slot left behind; scaling; the same requests under every runtime.

mod common;

use common::*;
use iowait::engine::Key;
use iowait::input::dist::Dist;
use iowait::model::request::Gil;
use iowait::model::runtime::{
    Assign, Balance, EventLoop, Executor, GilOrder, Rounding, Serverless, Spawn, ThreadPool,
    WorkStealing,
};
use iowait::model::{
    Host, Load, LoadKind, Model, Resource, Runtime, RuntimeKind, Scheduling, Scope,
};
use iowait::model::{RequestClass, Step, StepKind};
use iowait::simulation::{Control, Replication, Setup, Stop, Window, replicate};
use iowait::units::{Rate, Share, Span, Time};
use proptest::prelude::*;

/// Draws of one random model: constant whole-nanosecond times if `constant`.
struct Maker {
    stream: iowait::engine::Stream,
    constant: bool,
}

impl Maker {
    fn below(&mut self, n: u64) -> u64 {
        self.stream.below(n)
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.stream.chance(probability)
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

    fn span(&mut self, scale: u64) -> Span {
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

    fn runtime(&mut self) -> Runtime {
        let kind = match self.below(5) {
            0 => RuntimeKind::SyncWorker(iowait::model::runtime::SyncWorker::new(
                1 + self.below(6) as u32,
            )),
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

    fn model(&mut self) -> Model {
        let resources: Vec<Resource> =
            (0..self.below(3) as usize).map(|number| self.resource(number)).collect();
        let mut model = model(self.load(), self.steps(2, resources.len()));
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

fn maker(seed: u64, constant: bool) -> Maker {
    Maker { stream: Key::new(seed).stream(0), constant }
}

/// One replication with a warm-up, of a bounded length in requests and in time.
fn replication(model: &Model, runtime: &Runtime, warmup: Span) -> Replication {
    let batch = matches!(model.load.kind, LoadKind::Batch { .. });
    let window = if batch {
        Window::WHOLE
    } else {
        Window { warmup, requests: 400, duration: Some(Span::from_millis(3_000)) }
    };
    replicate(&Setup::new(model, runtime), 0, window, &Control::default())
}

fn check(found: &Replication, what: &dyn Fn() -> String) {
    let counts = &found.counts;
    assert_eq!(
        counts.in_flight_at_start + counts.issued,
        counts.ended() + counts.in_flight,
        "conservation: {counts:?} {}",
        what()
    );
    assert_eq!(found.in_flight.area, found.stayed, "Little: {}", what());
    assert_eq!(counts.completed, found.response.count(), "{}", what());
    assert!(found.cpu_useful <= found.cpu_busy, "useful work is work: {}", what());
    if found.stop == Stop::Drained {
        assert_eq!(found.in_server[1], 0, "{}", what());
        assert!(found.resources.iter().all(|(level, _)| level.peak > 0 || level.area == 0));
    }
}

/// How many random models each law meets; more where IOWAIT_CASES says so.
fn cases() -> u32 {
    std::env::var("IOWAIT_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(900)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn requests_are_conserved_and_littles_law_holds_exactly(seed in any::<u64>()) {
        let mut maker = maker(seed, false);
        let (model, runtime) = (maker.model(), maker.runtime());
        let warmup = maker.span(300_000_000);
        let found = replication(&model, &runtime, warmup);
        check(&found, &|| format!("{model:#?} {runtime:#?}"));
    }

    #[test]
    fn a_batch_leaves_nothing_behind_and_does_exactly_its_work(seed in any::<u64>()) {
        // Without failures, time-outs and refusals every request does all its work: busy time is
        // demand, whatever the scheduler.
        let mut maker = maker(seed, true);
        let (mut model, mut runtime) = (maker.model(), maker.runtime());
        let count = 1 + maker.below(60);
        model.load = batch(count);
        model.resources.iter_mut().for_each(|pool| {
            pool.queue = None;
            pool.timeout = None;
        });
        runtime.backlog = None;
        runtime.kill_after = None;
        let found = replication(&model, &runtime, Span::ZERO);
        let what = || format!("{:?} {model:#?} {runtime:#?}", found.stop);
        check(&found, &what);
        if matches!(found.stop, Stop::Deadlock(_)) && !model.resources.is_empty() {
            // Holding a slot while waiting for the one executor thread that waits for a slot.
            return Ok(());
        }
        prop_assert_eq!(&found.stop, &Stop::Drained, "{}", what());
        prop_assert_eq!(found.counts.completed, count);
        // The same requests under one worker, one after the other, do the same useful work.
        let alone = replication(&model, &sync(1), Span::ZERO);
        prop_assert_eq!(found.cpu_useful, alone.cpu_useful, "{}", what());
    }

    #[test]
    fn scaling_every_duration_scales_every_time(seed in any::<u64>(), factor in 2u64..7) {
        let mut maker = maker(seed, true);
        let (mut model, mut runtime) = (maker.model(), maker.runtime());
        // Rounding an end up to a nanosecond does not scale; nor does a Poisson stream.
        if model.host.scheduling == Scheduling::ProcessorSharing {
            model.host.scheduling = Scheduling::Fifo;
        }
        if let LoadKind::Closed { clients, .. } = model.load.kind {
            model.load.kind = LoadKind::Closed { clients, think: Dist::constant(1_000.0) };
        } else {
            model.load.kind = LoadKind::Batch { count: 50 };
        }
        let run = |model: &Model, runtime: &Runtime| {
            let window = match model.load.kind {
                LoadKind::Batch { .. } => Window::WHOLE,
                _ => Window { warmup: Span::ZERO, requests: 200, duration: None },
            };
            replicate(&Setup::new(model, runtime), 0, window, &Control::default())
        };
        if let LoadKind::Closed { .. } = model.load.kind
            && runtime.backlog.is_some()
        {
            runtime.backlog = None;
        }
        let plain = run(&model, &runtime);
        scale_model(&mut model, &mut runtime, factor);
        let scaled = run(&model, &runtime);
        prop_assert_eq!(scaled.counts, plain.counts, "{:#?} {:#?}", &model, &runtime);
        prop_assert_eq!(scaled.last_end.0, plain.last_end.0 * factor);
        prop_assert_eq!(scaled.in_flight.area, plain.in_flight.area * u128::from(factor));
        prop_assert_eq!(scaled.cpu_busy, plain.cpu_busy * u128::from(factor));
        prop_assert_eq!(scaled.response.max(), plain.response.max() * factor);
    }
}

fn scale_model(model: &mut Model, runtime: &mut Runtime, factor: u64) {
    let times = factor as f64;
    let span = |span: &mut Span| span.0 *= factor;
    for class in &mut model.requests {
        scale_steps(&mut class.steps, times);
    }
    for resource in &mut model.resources {
        resource.timeout.iter_mut().for_each(span);
    }
    span(&mut model.host.timeslice);
    span(&mut model.host.context_switch);
    model.load.timeout.iter_mut().for_each(span);
    model.load.backoff = model.load.backoff.scale(times);
    if let LoadKind::Closed { think, .. } = &mut model.load.kind {
        *think = think.scale(times);
    }
    runtime.overhead = runtime.overhead.scale(times);
    runtime.kill_after.iter_mut().for_each(span);
    match &mut runtime.kind {
        RuntimeKind::SyncWorker(_) => {}
        RuntimeKind::WorkStealing(kind) => span(&mut kind.task_switch),
        RuntimeKind::Serverless(kind) => {
            kind.cold_start = kind.cold_start.scale(times);
            kind.keep_alive.iter_mut().for_each(span);
        }
        RuntimeKind::ThreadPool(kind) => {
            span(&mut kind.switch_interval);
            span(&mut kind.gil_switch);
            span(&mut kind.spawn_cost);
        }
        RuntimeKind::EventLoop(kind) => {
            span(&mut kind.switch_interval);
            span(&mut kind.task_switch);
            span(&mut kind.poll);
        }
    }
}

fn scale_steps(steps: &mut [Step], times: f64) {
    for step in steps {
        match &mut step.kind {
            StepKind::Cpu { demand, .. } => *demand = demand.scale(times),
            StepKind::Io { wait, .. } => *wait = wait.scale(times),
            StepKind::Hold { steps, .. }
            | StepKind::Offload { steps, .. }
            | StepKind::Repeat { steps, .. }
            | StepKind::Chance { steps, .. } => scale_steps(steps, times),
            StepKind::Parallel { branches } => {
                branches.iter_mut().for_each(|branch| scale_steps(branch, times));
            }
        }
    }
}

#[test]
fn the_same_requests_meet_every_runtime() {
    // With one client nobody waits for anybody: every runtime answers each request in its own time.
    let work = vec![repeat(3, vec![cpu(exp_ms(1.0)), io(exp_ms(5.0))]), cpu(exp_ms(2.0))];
    let model = model(Load::closed(1), work);
    let runs: Vec<_> =
        [sync(3), threads(7), loops(1)].iter().map(|it| run(&model, it, 0.0, 2_000)).collect();
    for other in &runs[1..] {
        assert_eq!(other.window, runs[0].window);
        assert_eq!(other.response.max(), runs[0].response.max());
        assert_eq!(other.cpu_useful, runs[0].cpu_useful);
    }
}

#[test]
fn memory_does_not_grow_with_the_number_of_requests_and_many_fit_in_flight() {
    // 100 000 clients at once; their requests end within two rounds.
    let model = model(Load::closed(100_000), vec![cpu(exp_ms(0.001)), io(exp_ms(100.0))]);
    let found = run(&model, &loops(1), 0.5, 200_000);
    assert_eq!(found.counts.completed, 200_000);
    assert_eq!(found.in_flight.peak, 100_000);
}

#[test]
fn an_unused_time_out_changes_nothing() {
    let mut model = model(Load::poisson(Rate(500.0)), vec![cpu(exp_ms(1.0)), io(exp_ms(5.0))]);
    let before = run(&model, &threads(8), 1.0, 20_000);
    model.load.timeout = Some(Span::from_seconds(1e6));
    model.load.retries = 3;
    let after = run(&model, &threads(8), 1.0, 20_000);
    assert_eq!((before.window, before.counts), (after.window, after.counts));
}

#[test]
fn who_waits_for_two_slots_of_a_pool_of_two_can_deadlock_and_it_is_said() {
    let inner = hold(0, vec![cpu(ms(1.0))]);
    let mut model = model(batch(10), vec![hold(0, vec![io(ms(5.0)), inner])]);
    model.resources = vec![pool("lock", 2)];
    let found = replicate(&Setup::new(&model, &threads(10)), 0, Window::WHOLE, &Control::default());
    let Stop::Deadlock(words) = found.stop else { panic!("{:?}", found.stop) };
    assert!(words.contains("all 2 slots of lock are held by requests 0, 1"), "{words}");
    // Under an open load arrivals go on for ever; it is noticed all the same.
    model.load = Load::poisson(Rate(1000.0));
    let found = run(&model, &loops(1), 0.0, 1_000);
    assert!(matches!(found.stop, Stop::Deadlock(_)), "{:?}", found.stop);
}
