//! One replication of one runtime in virtual time: explicit state machines over plain numbers.
//!
//! `world` is the loop from instant to instant. A request's way through it: `client` issues it, a
//! `worker` or an `event_loop` takes it, `steps` walks it through its `program`, `cpu` (or
//! `sharing`) and `gil` give it time on a core, `slots` a place in a pool, and `record` keeps what
//! became of it.

mod account;
mod arrivals;
mod build;
mod client;
mod cpu;
mod deadlock;
mod dispatch;
mod event;
mod event_loop;
mod express;
mod fair;
mod gil;
mod idle;
mod invariants;
mod kill;
mod limit;
mod memory;
mod place;
mod program;
mod record;
mod replication;
mod request;
mod serverless;
mod setup;
mod sharing;
mod slots;
mod spare;
mod stealing;
mod steps;
mod thread;
mod timer;
mod trace;
mod worker;
mod world;

pub use record::Series;
pub use replication::{Level, Replication, RequestCounts, Stop};
pub use request::{PARTS, Part};
pub use setup::Setup;
pub use trace::{Change, Ending, Job, Log};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::units::{Span, Time};
use record::Recorder;
use request::Request;
use world::World;

/// How long a replication is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// What is thrown away first.
    pub warmup: Span,
    /// Ends of requests, of any kind, that close the window; 0 is no such limit.
    pub requests: u64,
    /// The length of the window in time instead.
    pub duration: Option<Span>,
}

/// How a replication is told to stop, and tells how far it has come.
#[derive(Debug, Default)]
pub struct Control {
    cancelled: Arc<AtomicBool>,
    counts: Arc<Counts>,
    most_events: Option<u64>,
    went_beyond: AtomicBool,
}

/// How far it has come, and of how much.
#[derive(Debug, Default)]
struct Counts {
    planned: AtomicU64,
    finished: AtomicU64,
    points_planned: AtomicU64,
    points_finished: AtomicU64,
}

impl Control {
    /// No replication is to take more events than this, if any number is given.
    #[must_use]
    pub fn with_most_events(most: Option<u64>) -> Self {
        Self { most_events: most, ..Self::default() }
    }

    /// The same for one study of several at a time: it is cancelled and counted with the others, and knows of its
    /// own replications which went beyond the bound.
    #[must_use]
    pub fn of_one_study(&self) -> Self {
        Self {
            cancelled: Arc::clone(&self.cancelled),
            counts: Arc::clone(&self.counts),
            most_events: self.most_events,
            went_beyond: AtomicBool::new(false),
        }
    }

    /// The bound of a replication that has taken so many events, where that is too many.
    fn passed_by(&self, events: u64) -> Option<u64> {
        let most = self.most_events.filter(|&most| events > most)?;
        self.went_beyond.store(true, Ordering::Relaxed);
        Some(most)
    }

    /// How many more events a replication may take that has taken so many; `None` without a bound.
    fn events_left(&self, events: u64) -> Option<u64> {
        self.most_events.map(|most| most.saturating_sub(events))
    }

    /// The number of events that some replication was stopped at, where any was.
    #[must_use]
    pub fn events_passed(&self) -> Option<u64> {
        self.most_events.filter(|_| self.went_beyond.load(Ordering::Relaxed))
    }

    /// Asks all replications under way to stop at their next look.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody has asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// What [`Self::cancel`] sets, for a signal handler, which may do no more than that.
    #[must_use]
    pub fn cancelled_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancelled)
    }

    /// Says that more replications are to come.
    pub fn plan(&self, replications: u64) {
        self.counts.planned.fetch_add(replications, Ordering::Relaxed);
    }

    /// Replications planned so far, the finished ones included.
    #[must_use]
    pub fn planned(&self) -> u64 {
        self.counts.planned.load(Ordering::Relaxed)
    }

    /// Says that another replication is done.
    pub fn finish_one(&self) {
        self.counts.finished.fetch_add(1, Ordering::Relaxed);
    }

    /// Replications done so far.
    #[must_use]
    pub fn finished(&self) -> u64 {
        self.counts.finished.load(Ordering::Relaxed)
    }

    /// Says that this many points of a sweep are to come, each of some replications.
    pub fn plan_points(&self, points: u64) {
        self.counts.points_planned.fetch_add(points, Ordering::Relaxed);
    }

    /// Says that another point is done.
    pub fn finish_point(&self) {
        self.counts.points_finished.fetch_add(1, Ordering::Relaxed);
    }

    /// Points done and planned; `None` where there are none, but replications alone.
    #[must_use]
    pub fn points(&self) -> Option<(u64, u64)> {
        let planned = self.counts.points_planned.load(Ordering::Relaxed);
        (planned > 0).then(|| (self.counts.points_finished.load(Ordering::Relaxed), planned))
    }
}

/// Runs replication number `replication` of a runtime.
#[must_use]
pub fn replicate(
    setup: &Setup,
    replication: u32,
    window: Window,
    control: &Control,
) -> Replication {
    run(setup, setup.key(replication, false), window, control, false)
}

/// Gives back a replication of which all is known that is wanted: its memory is used for the next one that
/// this thread runs.
pub fn give_back(found: Replication) {
    spare::keep_histogram(found.response);
}

/// Runs a pilot, on a stream of its own, from the empty system on, watching for the end of the
/// warm-up.
#[must_use]
pub fn pilot(setup: &Setup, replication: u32, window: Window, control: &Control) -> Replication {
    run(setup, setup.key(replication, true), window, control, true)
}

/// Runs replication number `replication` of a runtime and listens to what runs where in its window.
/// The replication is the same as without.
#[must_use]
pub fn listen(
    setup: &Setup,
    replication: u32,
    window: Window,
    control: &Control,
) -> (Replication, Log) {
    let record = Recorder::new(setup.class_names.len(), window.requests);
    let mut world = World::new(setup, setup.key(replication, false), record);
    world.trace = Some(Box::default());
    let stop = world.run(window, control);
    let log = world.take_trace();
    (world.close(stop), log)
}

fn run(
    setup: &Setup,
    key: crate::engine::Key,
    window: Window,
    control: &Control,
    watch: bool,
) -> Replication {
    let found = run_free(setup, key, window, control, watch);
    limit::of_events(found, control)
}

fn run_free(
    setup: &Setup,
    key: crate::engine::Key,
    window: Window,
    control: &Control,
    watch: bool,
) -> Replication {
    let record = || {
        let mut record = Recorder::new(setup.class_names.len(), window.requests);
        record.series = watch.then(Series::default);
        record
    };
    if let Some(lane) = setup.lane
        && let Some(found) = express::replicate(setup, lane, key, record(), window, control)
    {
        return found;
    }
    let record = record();
    let mut world = World::new(setup, key, record);
    let stop = world.run(window, control);
    world.close(stop)
}

impl World<'_> {
    /// Closes the window and hands over what it saw.
    fn close(mut self, stop: Stop) -> Replication {
        self.charge_all();
        self.debug_assert_nothing_leaked(&stop);
        if stop == Stop::Drained {
            self.now = self.record.end_of_work();
        }
        let now = self.now;
        self.note_gone();
        let resources = self.close_resources();
        let opened = self.record.opened.unwrap_or(now);
        let stayed = |request: &Request| u128::from(now.0 - request.arrival.max(opened).0);
        let in_flight = self.requests.iter_with_free().map(|(_, request)| request);
        let in_flight = in_flight.filter(|request| request.is_waited_for());
        let stayed = in_flight.map(stayed).sum();
        let is_open = self.record.opened.is_some();
        let mut found = self.record.close(stop, now, stayed, resources);
        if found.stop == Stop::Drained {
            // Loops poll once more behind the last answer, with which the window ends, and what was killed may
            // run on: no core is busy for longer than the window.
            let most = u128::from(found.window.0) * self.cores.len() as u128;
            found.cpu_busy = found.cpu_busy.min(most);
            found.cpu_useful = found.cpu_useful.min(found.cpu_busy);
        }
        if is_open {
            found.debug_assert_lawful(self.setup);
        }
        found
    }

    fn close_resources(&self) -> Vec<(Level, u64)> {
        let bases = self.pool_base.iter().map(|&base| base as usize);
        let ends = bases.clone().skip(1).chain([self.pools.len()]);
        bases
            .zip(ends)
            .zip(&self.setup.resources)
            .map(|((first, last), resource)| {
                let pools = &self.pools[first..last];
                let level = Level {
                    area: pools.iter().map(|pool| pool.taken.area(self.now)).sum(),
                    peak: pools.iter().map(|pool| pool.taken.peak()).sum(),
                };
                (level, u64::from(resource.slots) * pools.len() as u64)
            })
            .collect()
    }
}

/// The mean over a window of a level.
impl Level {
    /// The time average over a window.
    #[must_use]
    pub fn mean(&self, window: Span) -> f64 {
        if window.is_zero() { 0.0 } else { self.area as f64 / window.0 as f64 }
    }
}

/// A window of everything from time zero: a batch, or a trace to its end.
impl Window {
    /// No warm-up, no limit.
    pub const WHOLE: Self = Self { warmup: Span::ZERO, requests: 0, duration: None };

    /// When the window opens.
    #[must_use]
    pub fn opens(&self) -> Time {
        Time::ZERO + self.warmup
    }
}
