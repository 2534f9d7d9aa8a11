//! The engine against a second simulator, slow and plain, that shares nothing with it but the draws: when
//! each request was due, when and how each ended, and each burst on each core, on thousands of random models.
//!
//! More models where `IOWAIT_CASES` says so.

#[path = "../common/mod.rs"]
mod common;
mod machine;
mod maker;
mod script;
mod world;

use iowait::model::{LoadKind, Model, Runtime, Scheduling};
use iowait::simulation::{Change, Control, Log, Setup, Stop, Window, listen, replicate};
use iowait::units::Span;

use maker::{Kind, Maker};
use world::{Story, World};

/// The story of a log.
fn told(log: &Log) -> Story {
    let mut story = Story::default();
    for &(at, change) in &log.changes {
        match change {
            Change::Issued { request, class } => story.issued.push((at.0, request, class)),
            Change::Ended { request, how } => story.ended.push((at.0, request, how)),
            Change::Begins { core, thread, request } => {
                story.bursts.push((at.0, core, thread, request));
            }
            Change::Part { .. } | Change::Stops { .. } => {}
        }
    }
    story
}

/// The first place at which the engine's list is not the reference's.
fn difference<T: PartialEq + std::fmt::Debug>(
    what: &str,
    engine: &[T],
    reference: &[T],
    whole: bool,
) -> Option<String> {
    let place = engine.iter().zip(reference).position(|(one, other)| one != other);
    let place = place.or_else(|| {
        // Within the instant of the last end one of the two may have told more.
        let short = whole && engine.len() != reference.len();
        short.then(|| engine.len().min(reference.len()))
    })?;
    let around = place.saturating_sub(3);
    let show =
        |list: &[T]| format!("{:?}", &list[around.min(list.len())..(place + 2).min(list.len())]);
    Some(format!("{what} {place}:\n  engine    {}\n  reference {}", show(engine), show(reference)))
}

/// Requests of an endless load after which a replication in which none ends any more is given up.
const MOST: usize = 1_500;

fn compare(model: &Model, runtime: &Runtime) -> Result<usize, String> {
    let endless = !matches!(model.load.kind, LoadKind::Batch { .. } | LoadKind::Trace { .. });
    let ends = if endless { 150 } else { 0 };
    let world = World::new(model, runtime);
    let reference =
        if endless { world.run(ends as usize, MOST) } else { world.run(usize::MAX, usize::MAX) };
    let given_up = endless && reference.issued.len() >= MOST;
    let until = reference.issued.last().map(|&(at, ..)| Span(at)).filter(|_| given_up);
    let window = Window { requests: ends, duration: until, ..Window::WHOLE };
    let setup = Setup::new(model, runtime);
    let (found, log) = listen(&setup, 0, window, &Control::default());
    let engine = told(&log);
    let shared = model.host.scheduling == Scheduling::ProcessorSharing && !setup.is_serverless();
    let bursts = if shared {
        None
    } else {
        difference("burst", &engine.bursts, &reference.bursts, !endless)
    };
    // A window closes within an instant; where nothing more can happen, nothing more did.
    let to_the_end = found.stop != Stop::Closed && !given_up;
    let different = difference("issue", &engine.issued, &reference.issued, !endless)
        .or_else(|| difference("end", &engine.ended, &reference.ended, to_the_end))
        .or(bursts);
    if let Some(words) = different {
        return Err(format!("{words}\n{:?}", found.stop));
    }
    if setup.is_computed_ahead() && !given_up {
        let ahead = replicate(&setup, 0, window, &Control::default());
        let ends = [ahead.counts.completed, ahead.last_end.0];
        let last = reference.ended.last().map_or(0, |&(at, ..)| at);
        if ends != [reference.ended.len() as u64, last] {
            return Err(format!("computed ahead: {ends:?} against {last}"));
        }
    }
    Ok(reference.bursts.len())
}

/// Random models of one kind; a failure tells the smallest one found.
fn agree(kind: Kind, models: u64, make: impl Fn(u64, Kind) -> Maker) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let models = number("IOWAIT_CASES").unwrap_or(models);
    let first: u64 = number("IOWAIT_FIRST").unwrap_or(0);
    let mut worst: Option<(usize, String)> = None;
    let mut wrong = 0;
    for seed in first..first + models {
        let model = make(seed, kind).model();
        if std::env::var_os("IOWAIT_SHOW").is_some() {
            eprintln!("seed {seed} {model:#?}");
        }
        if let Err(words) = compare(&model, &model.runtimes[0]) {
            wrong += 1;
            let text = format!("{:#?}", model.requests) + &format!("{:#?}", model.resources);
            if worst.as_ref().is_none_or(|(size, _)| text.len() < *size) {
                let host = &model.host;
                let head =
                    format!("seed {seed} {host:?}\n{:?}\n{:?}\n", model.load, model.runtimes);
                worst = Some((
                    text.len(),
                    format!("{head}{:?} {:?}\n{words}", model.requests, model.resources),
                ));
            }
        }
    }
    if let Some((_, words)) = worst {
        panic!("{wrong} of {models} models differ, such as {words}");
    }
}

#[test]
fn sync_workers_agree_event_for_event() {
    agree(Kind::Sync, 700, Maker::new);
}

#[test]
fn thread_pools_agree_event_for_event() {
    agree(Kind::Threads, 1_000, Maker::new);
}

#[test]
fn event_loops_agree_event_for_event() {
    agree(Kind::Loops, 1_000, Maker::new);
}

#[test]
fn wide_sync_workers_agree_event_for_event() {
    agree(Kind::Sync, 400, Maker::wide);
}

#[test]
fn wide_thread_pools_agree_event_for_event() {
    agree(Kind::Threads, 700, Maker::wide);
}

#[test]
fn wide_event_loops_agree_event_for_event() {
    agree(Kind::Loops, 700, Maker::wide);
}

#[test]
fn work_stealing_agrees_event_for_event() {
    agree(Kind::Stealing, 700, Maker::wide);
}

#[test]
fn serverless_agrees_event_for_event() {
    agree(Kind::Serverless, 700, Maker::wide);
}

/// Times on a grid, so that slices, bursts, waits and timers of several cores begin and end at one instant.
fn tied(seed: u64, kind: Kind) -> Maker {
    if seed.is_multiple_of(2) { Maker::new(seed, kind) } else { Maker::wide(seed, kind) }
        .tied(100_000)
}

#[test]
fn sync_workers_agree_where_much_falls_on_one_instant() {
    agree(Kind::Sync, 700, tied);
}

#[test]
fn thread_pools_agree_where_much_falls_on_one_instant() {
    agree(Kind::Threads, 700, tied);
}

#[test]
fn event_loops_agree_where_much_falls_on_one_instant() {
    agree(Kind::Loops, 700, tied);
}

#[test]
fn work_stealing_agrees_where_much_falls_on_one_instant() {
    agree(Kind::Stealing, 500, tied);
}

#[test]
fn serverless_agrees_where_much_falls_on_one_instant() {
    agree(Kind::Serverless, 500, tied);
}

/// Found by the tests above: a lock that was taken from its holder as that got a core was handed to a loop that
/// waited for nothing else, and the loop went on only with whatever happened next.
#[test]
fn a_loop_that_waited_for_its_lock_alone_goes_on_at_once() {
    let model = Maker::new(779, Kind::Loops).model();
    assert_eq!(compare(&model, &model.runtimes[0]).err(), None);
}

/// Found by longer runs of the tests above: a clock of attained service that counted 2^-32 ns was a nanosecond early
/// once in 65 536; a loop that polled behind the last answer of a batch made its core busier than the window.
#[test]
fn what_longer_runs_found_is_mended() {
    let found = [
        (11_319, Kind::Threads, false),
        (8_804, Kind::Threads, false),
        (11_596, Kind::Loops, true),
    ];
    for (seed, kind, wide) in found {
        let model = if wide { Maker::wide(seed, kind) } else { Maker::new(seed, kind) }.model();
        assert_eq!(compare(&model, &model.runtimes[0]).err(), None);
    }
}

/// Found by the tests above: the clock of attained service lost a part in 2^32 of a nanosecond whenever a burst
/// came or went, so that an end on a whole nanosecond came one later, as did each interruption for the lock.
#[test]
fn bursts_that_share_cores_end_on_the_exact_nanosecond() {
    for seed in [28, 81] {
        let model = Maker::new(seed, Kind::Threads).model();
        assert_eq!(compare(&model, &model.runtimes[0]).err(), None);
    }
}
