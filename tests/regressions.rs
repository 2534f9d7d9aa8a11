//! What was once wrong, each as small as it could be made.

mod common;

use std::sync::Arc;

use common::*;
use iowait::input::dist::Dist;
use iowait::model::runtime::{ThreadPool, WorkStealing};
use iowait::model::{
    Load, LoadKind, RequestClass, Runtime, RuntimeKind, Scheduling, Step, StepKind,
};
use iowait::simulation::{Control, Part, Setup, Stop, Window, replicate};
use iowait::study::capacity::Capacity;
use iowait::study::{Case, Options};
use iowait::units::{Rate, Share, Span, Time};

#[test]
fn a_chain_of_forty_thousand_waiters_that_all_fail_is_no_chain_of_calls() {
    let class = |name: &str, steps| RequestClass { name: name.into(), weight: 1.0, steps };
    let mut arrivals = vec![(Time(0), Some(0)), (Time(0), Some(1))];
    arrivals.extend((0..100_000).map(|_| (Time(1_000_000), Some(2))));
    let mut model = model(Load::new(LoadKind::Trace { arrivals: Arc::new(arrivals) }), vec![]);
    model.resources = vec![pool("a", 1), pool("b", 1)];
    model.resources[1].queue = Some(0);
    model.requests = vec![
        class("hog", vec![io_at(ms(10_000.0), vec![1])]),
        class("first", vec![io_at(ms(1_000.0), vec![0])]),
        class("many", vec![io_at(ms(1.0), vec![0, 1])]),
    ];
    let setup = Setup::new(&model, &loops(1));
    let found = replicate(&setup, 0, Window::WHOLE, &Control::default());
    assert_eq!(found.stop, Stop::Drained);
    assert_eq!((found.counts.completed, found.counts.failed), (2, 100_000));
}

#[test]
fn a_time_out_that_nobody_needs_does_not_stretch_the_window_of_a_batch() {
    let mut model = model(batch(10), vec![cpu(ms(1.0)), io(ms(10.0))]);
    model.load.timeout = Some(Span::from_millis(10_000));
    let setup = Setup::new(&model, &sync(1));
    let found = replicate(&setup, 0, Window::WHOLE, &Control::default());
    assert_eq!(found.window, Span::from_millis(110));
    assert_eq!(found.busy_workers.area, 110_000_000);
}

#[test]
fn growth_is_told_from_filling_up_and_from_a_closed_load() {
    let steady = |load, steps, runtime, warmup: f64, requests| {
        let mut model = model(load, steps);
        model.runtimes = vec![runtime];
        model.run.requests = requests;
        model.run.replications = 3;
        model.run.warmup = iowait::model::Warmup::Fixed(Span::from_seconds(warmup));
        let outcome =
            iowait::study::run(&Case::of(model), &Options::default(), &Control::default());
        outcome.expect("it ends").runtimes[0].steady
    };
    // Five seconds of I/O fill an empty system, once.
    let filling = vec![io(ms(5_000.0))];
    assert_eq!(steady(Load::poisson(Rate(1e3)), filling, loops(1), 0.0, 50_000), Some(true));
    // Clients of a closed load wait for their answers, however long.
    let closed = vec![cpu(ms(0.01)), io(ms(10.0))];
    assert_eq!(steady(Load::closed(20_000), closed, sync(1), 0.0, 20_000), Some(true));
    // Requests that fail early leave room that the capacity knows nothing of.
    let mut failing = cpu(ms(0.001));
    failing.fail = Share(0.9);
    let failing = vec![failing, io(ms(100.0))];
    assert_eq!(steady(Load::poisson(Rate(20.0)), failing, sync(1), 10.0, 20_000), Some(true));
    // Half as much again as the core can do, behind a pool that would shed but never fills; long
    // after the start the queue has not twice the length in a window.
    let mut model =
        model(Load::poisson(Rate(150.0)), vec![cpu(exp_ms(10.0)), io_at(ms(1.0), vec![0])]);
    model.resources = vec![pool("db", 100)];
    model.resources[0].timeout = Some(Span::from_millis(5_000));
    model.runtimes = vec![loops(1)];
    model.run.requests = 10_000;
    model.run.replications = 3;
    model.run.warmup = iowait::model::Warmup::Fixed(Span::from_millis(400_000));
    let outcome = iowait::study::run(&Case::of(model), &Options::default(), &Control::default());
    assert_eq!(outcome.expect("it ends").runtimes[0].steady, Some(false));
}

#[test]
fn a_deadlock_is_seen_behind_a_window_of_given_length_too() {
    let inner = hold(0, vec![io(ms(1.0))]);
    let mut model = model(Load::closed(2), vec![hold(0, vec![cpu(ms(1.0)), io(ms(5.0)), inner])]);
    model.resources = vec![pool("a", 2)];
    let window =
        Window { warmup: Span::ZERO, requests: 0, duration: Some(Span::from_millis(10_000)) };
    let run = |model: &iowait::model::Model| {
        replicate(&Setup::new(model, &threads(2)), 0, window, &Control::default()).stop
    };
    assert!(matches!(run(&model), Stop::Deadlock(_)));
    model.load = Load::poisson(Rate(10_000.0));
    assert!(matches!(run(&model), Stop::Deadlock(_)));
}

#[test]
fn a_deadlock_of_tasks_is_seen_though_each_arrival_is_still_worked_on() {
    // Each task runs a little, then waits for a slot that nobody will give back.
    let inner = hold(0, vec![io(ms(1.0))]);
    let hold = hold(0, vec![cpu(ms(0.01)), io(ms(5.0)), inner]);
    let mut model = model(Load::poisson(Rate(1_000.0)), vec![cpu(ms(0.01)), hold]);
    model.resources = vec![pool("a", 2)];
    let window =
        Window { warmup: Span::ZERO, requests: 0, duration: Some(Span::from_millis(100_000)) };
    for runtime in [loops(1), threads(100_000)] {
        let found = replicate(&Setup::new(&model, &runtime), 0, window, &Control::default());
        assert!(matches!(found.stop, Stop::Deadlock(_)), "{:?}", found.stop);
    }
    // Who is only slow is not stuck: the same with room for all.
    model.resources = vec![pool("a", 1_000)];
    let found = replicate(&Setup::new(&model, &loops(1)), 0, window, &Control::default());
    assert_eq!(found.stop, Stop::Closed);
}

#[test]
fn a_slot_held_around_branches_at_once_is_held_for_the_longest_of_them() {
    let branches = vec![vec![io(ms(10.0))], vec![io(ms(10.0))]];
    let parallel = Step::new(StepKind::Parallel { branches });
    let mut model = model(Load::closed(20), vec![hold(0, vec![parallel]), cpu(ms(0.001))]);
    model.resources = vec![pool("db", 1)];
    let bound = |runtime: &Runtime| Capacity::of(&model, runtime).rate();
    assert!((bound(&loops(1)) - 100.0).abs() < 1e-9, "{}", bound(&loops(1)));
    assert!((bound(&threads(20)) - 50.0).abs() < 1e-9, "{}", bound(&threads(20)));
    let found = throughput(&run(&model, &loops(1), 1.0, 1_000));
    assert!((found - 100.0).abs() < 0.1, "{found}");
}

#[test]
fn a_forced_handover_under_processor_sharing_keeps_running_and_waiting_apart() {
    // Two processes of two threads share one core: each holder runs half the time it is there.
    let model = model(Load::closed(4), vec![cpu(ms(20.0)), io(ms(1.0))]);
    let model = on_cores(model, 1, Scheduling::ProcessorSharing);
    let runtime =
        Runtime::new("pool", ThreadPool { processes: 2, gil: true, ..ThreadPool::new(2) });
    let found = run(&model, &runtime, 1.0, 2_000);
    let parts = found.response.mean_parts().expect("many completed").map(|nanos| nanos / 1e6);
    let [running, waiting] = [Part::Running, Part::CpuWait].map(|part| parts[part as usize]);
    assert!((running - 20.0).abs() < 0.5, "{running}");
    assert!((waiting - 20.0).abs() < 1.0, "{waiting}");
}

#[test]
fn a_loop_that_waits_for_its_lock_leaves_what_waits_to_an_idle_one() {
    let offloaded = StepKind::Cpu {
        demand: ms(100.0),
        offload: Share::ALL,
        gil: iowait::model::request::Gil::Hold,
    };
    let arrivals =
        vec![(Time(0), Some(0)), (Time(10_000_000), Some(1)), (Time(20_000_000), Some(1))];
    let mut model = model(Load::new(LoadKind::Trace { arrivals: Arc::new(arrivals) }), vec![]);
    let class = |name: &str, steps| RequestClass { name: name.into(), weight: 1.0, steps };
    model.requests =
        vec![class("report", vec![Step::new(offloaded)]), class("ping", vec![cpu(ms(1.0))])];
    let model = on_cores(model, 4, Scheduling::RoundRobin);
    let mut runtime = loops(2);
    if let RuntimeKind::EventLoop(kind) = &mut runtime.kind {
        kind.gil = true;
        kind.switch_interval = Span::from_millis(50);
    }
    let found = replicate(&Setup::new(&model, &runtime), 0, Window::WHOLE, &Control::default());
    assert_eq!(found.classes[1].max(), 1_000_000, "the idle loop answers at once");
}

#[test]
fn what_arrives_at_the_end_of_a_poll_is_taken_by_it() {
    let arrivals = vec![(Time(0), None), (Time(1_000_000), None)];
    let load = Load::new(LoadKind::Trace { arrivals: Arc::new(arrivals) });
    let model = model(load, vec![cpu(ms(10.0))]);
    let mut runtime = loops(1);
    if let RuntimeKind::EventLoop(kind) = &mut runtime.kind {
        kind.poll = Span::from_millis(1);
    }
    let found = replicate(&Setup::new(&model, &runtime), 0, Window::WHOLE, &Control::default());
    // One poll of 1 ms, two bursts of 10 ms; the second arrived at 1 ms.
    assert_eq!(found.response.max(), 20_000_000);
}

#[test]
fn a_refused_attempt_was_never_in_flight() {
    let model = model(batch(10), vec![cpu(ms(1.0))]);
    let mut runtime = sync(2);
    runtime.backlog = Some(0);
    let found = replicate(&Setup::new(&model, &runtime), 0, Window::WHOLE, &Control::default());
    assert_eq!((found.in_flight.peak, found.counts.refused), (2, 8));
}

#[test]
fn more_requests_at_once_than_the_limit_are_refused_before_they_take_memory() {
    let model = model(batch(1 << 27), vec![cpu(ms(1.0))]);
    let found = replicate(&Setup::new(&model, &sync(1)), 0, Window::WHOLE, &Control::default());
    assert!(matches!(found.stop, Stop::Limit(_)), "{:?}", found.stop);
}

#[test]
fn work_for_a_client_that_gave_up_counts_from_its_beginning() {
    let mut model = model(Load::closed(1), vec![cpu(ms(1.0)), io(ms(50.0))]);
    model.load.timeout = Some(Span::from_millis(10));
    model.load.backoff = Dist::constant(100e6);
    let found = run(&model, &loops(1), 0.0, 10);
    assert_eq!(found.counts.timed_out, 10);
    assert_eq!(found.wasted_cpu, 10 * 1_000_000);
}

/// Once the event queue had spread its front beyond the present instant, a second crowd of events
/// in between came out of order: time ran backwards (release builds then gave a mean of 10^11).
#[test]
fn a_crowd_behind_a_semaphore_does_not_turn_time_back() {
    let steps = vec![cpu(ms(1.0)), hold(0, vec![io(exp_ms(177.0))])];
    let mut model = model(batch(1_500), steps);
    model.resources = vec![pool("c", 500)];
    for replication in 0..20 {
        let setup = Setup::new(&model, &loops(1));
        let whole = replicate(&setup, replication, Window::WHOLE, &Control::default());
        assert!(whole.in_flight.mean(whole.window) <= 1_500.0, "replication {replication}");
    }
}
#[test]
fn a_burst_that_a_client_gives_up_in_is_wasted_once() {
    // Two requests of 100 ms share a core, given up at 30 ms: all 200 ms are for nobody.
    for scheduling in [Scheduling::RoundRobin, Scheduling::Fifo, Scheduling::ProcessorSharing] {
        for runtime in [sync(2), threads(2), loops(1)] {
            let mut model = on_cores(model(batch(2), vec![cpu(ms(100.0))]), 1, scheduling);
            model.load.timeout = Some(Span::from_millis(30));
            let whole = Window::WHOLE;
            let found = replicate(&Setup::new(&model, &runtime), 0, whole, &Control::default());
            let what = format!("{} {scheduling:?}", runtime.name);
            assert_eq!(found.counts.timed_out, 2, "{what}");
            assert_eq!((found.cpu_busy, found.wasted_cpu), (200_000_000, 200_000_000), "{what}");
        }
    }
}

#[test]
fn branches_that_ran_at_once_are_all_wasted() {
    // Two cores for 10 ms each and then a wait, given up at 30 ms.
    let branches = vec![vec![cpu(ms(10.0))]; 2];
    let steps = vec![Step::new(StepKind::Parallel { branches }), io(ms(50.0))];
    let mut model = on_cores(model(batch(1), steps), 2, Scheduling::RoundRobin);
    model.load.timeout = Some(Span::from_millis(30));
    let runtime = Runtime::new("stealers", WorkStealing::new(2));
    let whole = Window::WHOLE;
    let found = replicate(&Setup::new(&model, &runtime), 0, whole, &Control::default());
    assert_eq!((found.cpu_busy, found.wasted_cpu), (20_000_000, 20_000_000));
}
