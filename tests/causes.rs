//! Each cause of a gap planted alone in a model that keeps the formula, and seen by name.

mod common;

use common::*;
use iowait::model::runtime::{Assign, EventLoop, ThreadPool};
use iowait::model::{Load, Model, RequestClass, Runtime, Step, StepKind, Warmup};
use iowait::simulation::Control;
use iowait::study::result::Outcome;
use iowait::study::{Case, Options};
use iowait::units::{Rate, Share, Span};

/// 1 ms of CPU and 9 ms of I/O on two cores, one worker for each, and the 20 threads and clients
/// that the formula asks for: a gain of exactly 10.
fn ideal() -> Model {
    let mut model = model(Load::closed(20), vec![cpu(ms(1.0)), io(ms(9.0))]);
    model.host.cores = 2;
    model.runtimes = vec![sync(2), threads(20)];
    model.run.requests = 20_000;
    model.run.replications = 3;
    model.run.warmup = Warmup::Fixed(Span::from_millis(2_000));
    model
}

/// The same on one core, with a loop.
fn ideal_loop() -> Model {
    let mut model = ideal();
    model.host.cores = 1;
    model.load = Load::closed(10);
    model.runtimes = vec![sync(1), loops(1)];
    model
}

fn run(model: Model) -> Outcome {
    iowait::study::run(&Case::of(model), &Options::default(), &Control::default()).expect("it ends")
}

/// The rows of the second runtime, after the sum was held against the gap.
fn rows(outcome: &Outcome) -> Vec<(String, f64)> {
    let gain = &outcome.runtimes[1].gain;
    let gap = gain.formula.expect("there is CPU") - gain.simulated.value.expect("simulated");
    let sum: f64 = gain.explained.iter().map(|row| row.share).sum();
    assert!(gain.explained.is_empty() || (sum - gap).abs() < 1e-9, "{sum} of {gap}");
    gain.explained.iter().map(|row| (row.cause.clone(), row.share)).collect()
}

/// Asserts that a cause explains at least four fifths of the gap, and no other as much.
fn assert_named(cause: &str, model: Model) {
    let outcome = run(model);
    let rows = rows(&outcome);
    let gap: f64 = rows.iter().map(|(_, share)| share).sum();
    let (name, share) = rows.first().unwrap_or_else(|| panic!("{cause}: no gap"));
    let why = &outcome.runtimes[1].bottleneck.why;
    assert_eq!(name, cause, "{rows:?} {why}");
    assert!((share / gap - 1.0).abs() < 0.2, "{cause}: {rows:?} {why}");
    assert!(why.contains("the formula's"), "{why}");
}

fn with(mut model: Model, change: impl FnOnce(&mut Model)) -> Model {
    change(&mut model);
    model
}

fn with_own(model: Model, change: impl FnOnce(&mut Runtime)) -> Model {
    with(model, |model| change(&mut model.runtimes[1]))
}

fn event_loop(loops: u32, change: impl FnOnce(&mut EventLoop)) -> Runtime {
    let mut kind = EventLoop::new(loops, loops);
    change(&mut kind);
    Runtime::new("loop", kind)
}

fn thread_pool(threads: u32, change: impl FnOnce(&mut ThreadPool)) -> Runtime {
    let mut kind = ThreadPool::new(threads);
    change(&mut kind);
    Runtime::new("threads", kind)
}

#[test]
fn a_model_that_keeps_the_formula_has_nothing_to_explain() {
    for model in [ideal(), ideal_loop()] {
        let outcome = run(model);
        assert_eq!(rows(&outcome), []);
        assert!(!outcome.runtimes[1].bottleneck.why.contains("the formula's"));
    }
}

#[test]
fn too_few_in_flight_are_named() {
    assert_named("clients", with(ideal(), |model| model.load = Load::closed(8)));
    assert_named("width", with(ideal(), |model| model.runtimes[1] = threads(8)));
    let narrow = event_loop(1, |kind| kind.max_tasks = Some(4));
    assert_named("width", with(ideal_loop(), |model| model.runtimes[1] = narrow));
}

#[test]
fn times_that_vary_are_named() {
    let steps = vec![cpu(exp_ms(1.0)), io(exp_ms(9.0))];
    assert_named(
        "variability",
        with(ideal(), |model| model.requests = vec![RequestClass::only(steps)]),
    );
    // Classes and branches vary as much as times do.
    let chance = |probability, steps| Step::new(StepKind::Chance { probability, steps });
    let steps = vec![cpu(ms(0.5)), chance(Share(0.1), vec![cpu(ms(5.0))]), io(ms(9.0))];
    assert_named(
        "variability",
        with(ideal(), |model| model.requests = vec![RequestClass::only(steps)]),
    );
    let class = |name: &str, burst| RequestClass {
        name: name.into(),
        weight: 1.0,
        steps: vec![cpu(ms(burst)), io(ms(9.0))],
    };
    let classes = vec![class("short", 0.1), class("long", 1.9)];
    assert_named("variability", with(ideal(), |model| model.requests = classes));
}

#[test]
fn a_baseline_with_other_than_one_worker_for_each_core_is_named() {
    for workers in [1, 4] {
        assert_named("cores", with(ideal(), |model| model.runtimes[0] = sync(workers)));
    }
    // A loop on one core against workers on two.
    assert_named("cores", with(ideal(), |model| model.runtimes[1] = loops(1)));
    // A baseline that is a loop itself.
    assert_named("cores", with(ideal_loop(), |model| model.runtimes[0] = loops(1)));
}

#[test]
fn an_interpreter_lock_is_named_unless_the_baseline_is_as_narrow() {
    let locked = thread_pool(20, |kind| kind.gil = true);
    assert_named("gil", with(ideal(), |model| model.runtimes[1] = locked.clone()));
    let fair = with(ideal(), |model| model.runtimes = vec![sync(1), locked]);
    assert_eq!(rows(&run(fair)), []);
}

#[test]
fn what_costs_cpu_beside_the_steps_is_named() {
    let switch = Span::from_micros(200);
    let switched = with(ideal(), |model| model.host.context_switch = switch);
    assert_named("switches", switched);
    let tasks = event_loop(1, |kind| kind.task_switch = switch);
    assert_named("switches", with(ideal_loop(), |model| model.runtimes[1] = tasks));
    assert_named("overhead", with_own(ideal(), |own| own.overhead = ms(0.5)));
}

#[test]
fn narrow_pools_are_named() {
    let narrow = with(ideal(), |model| {
        model.resources = vec![pool("db", 4)];
        model.requests = vec![RequestClass::only(vec![cpu(ms(1.0)), io_at(ms(9.0), vec![0])])];
    });
    assert_named("resource.db", narrow);
    let offloaded = Step::new(StepKind::Io {
        wait: ms(9.0),
        at: vec![],
        timer: false,
        blocking: Share::NONE,
        offload: Share::ALL,
    });
    let executor = with(ideal_loop(), |model| {
        model.runtimes[1] = event_loop(1, |kind| kind.executor_threads = 4);
        model.requests = vec![RequestClass::only(vec![cpu(ms(1.0)), offloaded])];
    });
    assert_named("executor", executor);
}

#[test]
fn loops_that_are_blocked_or_serve_only_their_own_are_named() {
    let blocked = vec![cpu(ms(1.0)), blocking_io(ms(9.0))];
    assert_named(
        "blocking",
        with(ideal_loop(), |model| model.requests = vec![RequestClass::only(blocked)]),
    );
    // Clients are pinned by chance: some loops have more than they can serve, some less.
    let pinned = event_loop(8, |kind| kind.assign = Assign::Pinned);
    let pinned = with(ideal(), |model| {
        model.host.cores = 8;
        model.load = Load::closed(80);
        model.runtimes = vec![sync(8), pinned];
        model.run.replications = 6;
    });
    assert_named("imbalance", pinned);
}

#[test]
fn failures_and_other_demands_are_named() {
    let mut last = io(ms(9.0));
    last.fail = Share(0.5);
    let failing = vec![RequestClass::only(vec![cpu(ms(1.0)), last])];
    let backoff = with_own(ideal(), |own| own.requests = Some(failing));
    assert_named("failures", with(backoff, |model| model.load.backoff = ms(0.0)));
    let heavier = vec![RequestClass::only(vec![cpu(ms(2.0)), io(ms(8.0))])];
    assert_named("demands", with_own(ideal(), |own| own.requests = Some(heavier)));
}

#[test]
fn a_load_that_does_not_saturate_is_all_that_is_named() {
    let light = with(ideal(), |model| model.load = Load::poisson(Rate(50.0)));
    let outcome = run(light);
    let rows = rows(&outcome);
    assert_eq!((rows[0].0.as_str(), rows.len()), ("load", 2), "{rows:?}");
    assert!((rows[1].1).abs() < 1e-9);
    let notes = outcome.summary.notes.join("\n");
    assert!(
        notes.contains("50/s saturates none of them: every gain is 1 by construction"),
        "{notes}"
    );
    // Too much for the workers, little for the threads.
    assert_named("load", with(ideal(), |model| model.load = Load::poisson(Rate(600.0))));
}

#[test]
fn two_causes_are_both_named() {
    let names =
        |model| -> Vec<String> { rows(&run(model)).into_iter().map(|(name, _)| name).collect() };
    let varied = |model: &mut Model| {
        model.requests = vec![RequestClass::only(vec![cpu(exp_ms(1.0)), io(exp_ms(9.0))])];
    };
    let costly = with(with_own(ideal(), |own| own.overhead = ms(0.3)), varied);
    let found = names(costly);
    assert!(
        ["overhead", "variability"].iter().all(|name| found.contains(&(*name).into())),
        "{found:?}"
    );
    let found = names(with(with(ideal(), varied), |model| model.runtimes[0] = sync(4)));
    assert!(
        ["cores", "variability"].iter().all(|name| found.contains(&(*name).into())),
        "{found:?}"
    );
}

#[test]
fn unequal_cores_are_said() {
    for (own, list) in [
        (loops(1), "sync 2, loop 1"),
        (thread_pool(20, |kind| kind.gil = true), "sync 2, threads 1"),
    ] {
        let notes = run(with(ideal(), |model| model.runtimes[1] = own)).summary.notes.join("\n");
        let said = format!("not the same cores for each: at most {list} can be busy at once");
        assert!(notes.contains(&said), "{notes}");
    }
    let pool = with(ideal(), |model| model.runtimes = vec![loops(1), threads(20)]);
    let notes = run(pool).summary.notes.join("\n");
    assert!(notes.contains("at most loop 1, threads 2 can be busy"), "{notes}");
}

#[test]
fn shares_are_found_only_where_they_are_asked_for() {
    let few = with(ideal(), |model| model.load = Load::closed(8));
    let options = Options { explain: false, ..Options::default() };
    let outcome =
        iowait::study::run(&Case::of(few), &options, &Control::default()).expect("it ends");
    assert_eq!(rows(&outcome), []);
    let why = &outcome.runtimes[1].bottleneck.why;
    assert!(why.ends_with("It misses 6.0 of the formula's 10."), "{why}");
}
