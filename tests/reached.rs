//! Corners that other tests do not come to, each with an answer worked by hand.

mod common;

use common::*;
use iowait::input::dist::Dist;
use iowait::model::{Load, Runtime, Scheduling, Step, StepKind};
use iowait::simulation::{
    Change, Control, Ending, Replication, Setup, Stop, Window, listen, replicate,
};
use iowait::units::{Span, Time};

/// A thousandth of a second, in nanoseconds.
const MS: f64 = 1e6;

fn whole(setup: &Setup) -> Replication {
    replicate(setup, 0, Window::WHOLE, &Control::default())
}

/// The mean response time of a class in milliseconds.
fn class_ms(found: &Replication, class: usize) -> f64 {
    found.classes[class].mean().expect("requests completed") / MS
}

#[test]
fn requests_of_a_trace_come_at_its_instants_and_are_of_its_classes() {
    let classes = vec![vec![cpu(ms(1.0))], vec![cpu(ms(5.0))]];
    let setup = Setup::new(&traced(classes, &[(1.0, 0), (1.0, 1), (20.0, 0)]), &sync(1));
    assert!(setup.is_computed_ahead());
    for setup in [setup.clone(), setup.event_driven()] {
        let found = whole(&setup);
        assert_eq!((found.stop.clone(), found.counts.completed), (Stop::Drained, 3));
        assert_eq!(found.last_end, Time(21_000_000));
        // The long one waits for the short one before it.
        assert_eq!((class_ms(&found, 0), class_ms(&found, 1)), (1.0, 6.0));
    }
}

#[test]
fn a_request_that_finds_the_second_pool_full_fails_and_gives_the_first_back() {
    let classes = vec![
        vec![hold(0, vec![io(ms(5.0))])],
        vec![hold(1, vec![io(ms(10.0))])],
        vec![io_at(ms(1.0), vec![0, 1])],
    ];
    // The third waits for a slot of the first pool until 6 ms; the second pool is full until 11 ms.
    let mut model = traced(classes, &[(1.0, 0), (1.0, 1), (2.0, 2), (7.0, 0)]);
    model.resources = vec![pool("first", 1), pool("second", 1)];
    model.resources[1].queue = Some(0);
    for runtime in [threads(4), loops(1)] {
        let found = whole(&Setup::new(&model, &runtime));
        let counts = found.counts;
        assert_eq!((counts.completed, counts.failed), (3, 1), "{}", runtime.name);
        assert_eq!(found.stop, Stop::Drained);
        // The fourth has the first pool at once.
        assert_eq!(found.last_end, Time(12_000_000), "{}", runtime.name);
        assert_eq!(class_ms(&found, 0), 5.0, "{}", runtime.name);
    }
}

#[test]
fn a_log_says_how_each_request_ended() {
    // The first holds the pool, where the second fails; the third waits longer than its client;
    // both threads have a request then, so that the fourth waits and the fifth is refused.
    let classes = vec![vec![hold(0, vec![io(ms(4.0))])], vec![io(ms(10.0))]];
    let arrivals = [(1.0, 0), (1.0, 0), (2.0, 1), (3.5, 0), (3.6, 0)];
    let mut model = traced(classes, &arrivals);
    model.resources = vec![pool("pool", 1)];
    model.resources[0].queue = Some(0);
    model.load.timeout = Some(Span::from_millis(6));
    let runtime = Runtime { backlog: Some(1), ..threads(2) };
    let setup = Setup::new(&model, &runtime);
    let (found, log) = listen(&setup, 0, Window::WHOLE, &Control::default());
    assert_eq!(found.stop, Stop::Drained);
    let ended: Vec<(u64, u64, Ending)> = log
        .changes
        .iter()
        .filter_map(|&(at, change)| match change {
            Change::Ended { request, how } => Some((at.0 / 100_000, request, how)),
            _ => None,
        })
        .collect();
    let first = log.changes.iter().find_map(|(_, change)| match change {
        Change::Issued { request, .. } => Some(*request),
        _ => None,
    });
    let first = first.expect("requests were issued");
    // Instants in tenths of a millisecond.
    let expected = [
        (10, first + 1, Ending::Failed),
        (36, first + 4, Ending::Refused),
        (50, first, Ending::Completed),
        (80, first + 2, Ending::TimedOut),
        (90, first + 3, Ending::Completed),
    ];
    assert_eq!(ended, expected);
}

#[test]
fn a_request_that_fails_within_repeats_leaves_nothing_behind() {
    let often = |steps| repeat(300, steps);
    let steps = vec![often(vec![often(vec![hold(0, vec![io(ms(0.001))])])])];
    let mut model = model(batch(2), steps);
    model.resources = vec![pool("pool", 1)];
    model.resources[0].queue = Some(0);
    for runtime in [threads(2), loops(1)] {
        // Debug builds assert on the way that no round is left.
        let found = whole(&Setup::new(&model, &runtime));
        assert_eq!((found.counts.completed, found.counts.failed), (1, 1), "{}", runtime.name);
        assert_eq!(found.stop, Stop::Drained);
        assert_eq!(found.last_end, Time(90_000_000), "{}", runtime.name);
    }
}

#[test]
fn a_branch_that_fails_ends_the_other_within_its_repeat() {
    let branches = vec![
        vec![repeat(300_000, vec![io(ms(0.001))])],
        vec![io(ms(1.0)), hold(0, vec![io(ms(1.0))])],
    ];
    let split = vec![Step::new(StepKind::Parallel { branches })];
    let holder = vec![hold(0, vec![io(ms(100.0))])];
    let mut model = traced(vec![holder, split], &[(1.0, 0), (2.0, 1)]);
    model.resources = vec![pool("pool", 1)];
    model.resources[0].queue = Some(0);
    let found = whole(&Setup::new(&model, &loops(1)));
    assert_eq!(found.stop, Stop::Drained);
    assert_eq!((found.counts.completed, found.counts.failed), (1, 1));
    // 300 ms of waits are not waited for.
    assert_eq!(found.last_end, Time(101_000_000));
}

#[test]
fn a_window_may_close_at_the_very_instant_at_which_clients_are_refused_again_and_again() {
    let load = Load { backoff: ms(0.0), ..Load::closed(10) };
    let model = model(load, vec![cpu(ms(10.0))]);
    let runtime = Runtime { backlog: Some(1), ..sync(1) };
    let window = Window { warmup: Span::ZERO, requests: 500, duration: None };
    let found = replicate(&Setup::new(&model, &runtime), 0, window, &Control::default());
    assert_eq!((found.stop, found.window), (Stop::Closed, Span::ZERO));
    assert_eq!((found.counts.refused, found.counts.completed), (500, 0));
}

#[test]
fn without_a_tick_a_slice_of_eevdf_ends_where_it_is_used_up() {
    let mut model = model(batch(2), vec![cpu(ms(6.0))]);
    model.host.scheduling = Scheduling::Eevdf;
    model.host.timeslice = Span::from_millis(3);
    model.host.tick = Span::ZERO;
    // One runs up to 3 ms and from 6 to 9, the other from 3 to 6 and from 9 to 12.
    let found = whole(&Setup::new(&model, &threads(2)));
    assert_eq!(found.last_end, Time(12_000_000));
    assert_eq!(response_ms(&found), 10.5);
}

#[test]
fn a_replication_over_before_it_is_looked_at_again_is_held_to_the_bound_on_events() {
    let setup = Setup::new(&model(batch(1), vec![cpu(ms(1.0))]), &sync(1));
    for setup in [setup.clone(), setup.event_driven()] {
        let events = whole(&setup).events;
        let control = Control::with_most_events(Some(events - 1));
        let Stop::Limit(said) = replicate(&setup, 0, Window::WHOLE, &control).stop else {
            panic!("one event fewer was allowed");
        };
        let told = "after 1 ms of virtual time 1 request had ended and 0 were in flight";
        assert!(said.contains(told), "{said}");
        let control = Control::with_most_events(Some(events));
        assert_eq!(replicate(&setup, 0, Window::WHOLE, &control).stop, Stop::Drained);
    }
}

#[test]
fn a_request_that_outlasts_virtual_time_ends_the_replication() {
    // 285 years each.
    let wait = || io(Dist::constant(9e18));
    for waits in [2, 3] {
        let steps = (0..waits).map(|_| wait()).collect();
        let setup = Setup::new(&model(batch(1), steps), &sync(1));
        for setup in [setup.clone(), setup.event_driven()] {
            match whole(&setup).stop {
                Stop::Drained => assert_eq!(waits, 2),
                Stop::Limit(said) => assert!(waits == 3 && said.contains("584 years"), "{said}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
