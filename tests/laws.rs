//! Laws that hold for every runtime and every load, on random models.
//!
//! Conservation of requests; Little's law on the window, exactly, with its boundary terms; the
//! utilisation law with the work done; parts that add up (asserted at every end of a request in
//! debug builds); no slot left behind; scaling; the same requests under every runtime.

mod common;
#[path = "common/random.rs"]
mod random;

use common::*;
use iowait::input::dist::Dist;
use iowait::model::{Load, LoadKind, Model, Runtime, RuntimeKind, Scheduling, Step, StepKind};
use iowait::simulation::{Control, Setup, Stop, Window, replicate};
use iowait::units::{Rate, Span};
use proptest::prelude::*;
use random::{check, maker, replication};

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
            span(&mut kind.read);
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
