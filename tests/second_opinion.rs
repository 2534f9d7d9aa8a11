//! What the second simulator (`tests/reference`) found wrong with the engine, each as small as it could be made.

mod common;

use common::*;
use iowait::model::runtime::{EventLoop, Rounding, Serverless, ThreadPool};
use iowait::model::{Load, Model, Runtime, Scheduling, Step, StepKind};
use iowait::simulation::{Change, Control, Ending, Setup, Window, listen, replicate};
use iowait::units::{Share, Span};

/// When each request ended, in milliseconds, and how many bursts it had.
fn ends(model: &Model, runtime: &Runtime) -> Vec<(f64, usize)> {
    let setup = Setup::new(model, runtime);
    let (_, log) = listen(&setup, 0, Window::WHOLE, &Control::default());
    let mut found = vec![(0.0, 0); 8];
    for (at, change) in log.changes {
        match change {
            Change::Ended { request, how: Ending::Completed } => {
                found[request as usize].0 = at.0 as f64 / 1e6;
            }
            Change::Begins { request: Some(request), .. } => found[request as usize].1 += 1,
            _ => {}
        }
    }
    found
}

fn timer(wait: f64) -> Step {
    let (wait, at) = (ms(wait), vec![]);
    Step::new(StepKind::Io { wait, at, timer: true, blocking: Share::NONE, offload: Share::NONE })
}

#[test]
fn a_used_up_slice_goes_on_where_a_core_is_idle_for_who_wakes_at_that_instant() {
    // The first one's slice is used up at 5 ms, just as the last one's wait ends; the other core has been
    // idle since 4 ms. That somebody waited for a core at its beginning must not count.
    let classes = vec![vec![cpu(ms(20.0))], vec![cpu(ms(2.0))], vec![io(ms(5.0)), cpu(ms(1.0))]];
    let model = traced(classes, &[(0.0, 0), (0.0, 1), (0.0, 1), (0.0, 2)]);
    let model = on_cores(model, 2, Scheduling::RoundRobin);
    assert_eq!(ends(&model, &sync(4))[..4], [(20.0, 1), (2.0, 1), (4.0, 1), (6.0, 1)]);
}

#[test]
fn a_serverless_instance_has_a_core_of_its_own_to_go_cold() {
    let model = traced(vec![vec![cpu(ms(1.0))]], &[(100.0, 0), (101.0, 0)]);
    let mut runtime = Runtime::new("lambda", Serverless::new(2));
    runtime.cold_cost = Span::from_millis(1);
    runtime.cold_after = Span::from_millis(10);
    // Just started, then just used: neither is cold, however long other instances never were.
    assert_eq!(ends(&model, &runtime)[..2], [(101.0, 1), (102.0, 1)]);
}

#[test]
fn a_main_thread_that_waits_for_its_lock_leaves_requests_to_another_process() {
    let model =
        traced(vec![vec![cpu(ms(10.0))], vec![cpu(ms(1.0))]], &[(0.0, 0), (1.0, 1), (1.0, 1)]);
    let model = on_cores(model, 2, Scheduling::RoundRobin);
    let kind = ThreadPool {
        processes: 2,
        gil: true,
        dispatch: Span::from_millis(1),
        ..ThreadPool::new(2)
    };
    // Handed over at 1 ms by the first process, whose lock is then taken for 5 ms; the second process
    // takes both at 1 ms, hands them over at 3 ms, and its threads share its lock.
    let found = ends(&model, &Runtime::new("gthread", kind));
    assert_eq!(found[..3], [(11.0, 1), (4.0, 1), (5.0, 1)]);
}

#[test]
fn a_timer_that_is_due_as_its_loop_falls_idle_is_seen_at_once() {
    // 0.2 ms become no grain at all, and nobody sleeps for that, though the clock is 0.3 ms into a grain.
    let kind = EventLoop {
        timer_grain: Span::from_millis(1),
        timer_rounding: Rounding::Nearest,
        ..EventLoop::new(1, 1)
    };
    let model = traced(vec![vec![timer(0.2)]], &[(0.3, 0)]);
    assert_eq!(ends(&model, &Runtime::new("node", kind))[0], (0.3, 0));
}

fn fair(model: Model) -> Model {
    let mut model = on_cores(model, 1, Scheduling::Eevdf);
    model.host.timeslice = Span::from_millis(4);
    model
}

#[test]
fn a_newcomer_is_owed_nothing_by_who_runs() {
    // The mean is 1 ms, what the first one has had, when the second comes: no reason to give way before its
    // slice ends.
    let classes = vec![vec![cpu(ms(10.0))], vec![cpu(ms(1.0))]];
    let model = fair(traced(classes, &[(0.0, 0), (1.0, 1)]));
    assert_eq!(ends(&model, &sync(2))[..2], [(11.0, 2), (5.0, 1)]);
}

#[test]
fn the_opening_of_a_window_moves_nothing() {
    let steps = vec![cpu(exp_ms(1.0)), io(exp_ms(2.0)), cpu(exp_ms(3.0))];
    let model = fair(model(batch(50), steps));
    let setup = Setup::new(&model, &sync(8));
    let last = |warmup: Span| {
        let window = Window { warmup, ..Window::WHOLE };
        replicate(&setup, 0, window, &Control::default()).last_end
    };
    for warmup in (1..40).map(|half| Span(half * 500_000)) {
        assert_eq!(last(warmup), last(Span::ZERO), "{warmup}");
    }
}

#[test]
fn a_switch_longer_than_a_slice_leaves_the_slice() {
    let mut model = fair(model(batch(2), vec![cpu(ms(3.0))]));
    model.host.timeslice = Span::from_millis(1);
    model.host.context_switch = Span::from_millis(2);
    // One slice of each in turn, all but the first after a switch: 1 + 5 x 3.
    assert_eq!(ends(&model, &sync(2))[..2], [(13.0, 3), (16.0, 3)]);
}

#[test]
fn nobody_is_asked_for_a_lock_before_it_has_run_with_it() {
    // Three processes in turn on one core: whoever gets a lock waits for the core for as long as the
    // others wait for the lock. Were that counted against it, nobody would ever run.
    let mut model =
        on_cores(model(Load::closed(10), vec![cpu(ms(0.2))]), 1, Scheduling::RoundRobin);
    model.host.timeslice = Span(200_000);
    model.host.context_switch = Span(100_000);
    let kind = ThreadPool {
        processes: 3,
        gil: true,
        switch_interval: Span(300_000),
        gil_switch: Span(100_000),
        ..ThreadPool::new(3)
    };
    let setup = Setup::new(&model, &Runtime::new("gthread", kind));
    let window =
        Window { requests: 1_000, duration: Some(Span::from_millis(2_000)), ..Window::WHOLE };
    let found = replicate(&setup, 0, window, &Control::default());
    // 0.2 ms of work, a switch before each and a handover before some: between 2 000 and some 3 333 a second.
    let rate = found.counts.completed as f64 / found.window.seconds();
    assert!((2_000.0..3_400.0).contains(&rate), "{rate}");
}

#[test]
fn who_comes_back_owing_is_held_against_what_was_last_known() {
    // Seen on Linux 6.18: who slept while it owed, and is back before a tick, takes the core of one that has
    // run meanwhile; who owed nothing waits for a slice to end.
    let host = |model| {
        let mut model = fair(model);
        (model.host.timeslice, model.host.tick) = (Span(1_400_000), Span(4_000_000));
        model
    };
    let long = vec![cpu(ms(3.0))];
    // It has had 0.6 ms, half of it while the long one waited, and works that off while it waits itself.
    let owing = vec![cpu(ms(0.6)), io(ms(1.0)), cpu(ms(0.1))];
    let model = host(traced(vec![owing, long.clone()], &[(0.0, 0), (0.3, 1)]));
    assert_eq!(ends(&model, &sync(2))[..2], [(1.7, 2), (3.7, 2)]);
    let fresh = vec![io(ms(1.6)), cpu(ms(0.1))];
    let model = host(traced(vec![fresh, long], &[(0.0, 0), (0.6, 1)]));
    assert_eq!(ends(&model, &sync(2))[..2], [(3.7, 1), (3.6, 1)]);
}
