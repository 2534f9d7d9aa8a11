//! What one replication of one runtime found, in the engine's own units.

use serde::Serialize;

use crate::stats::Histogram;
use crate::units::{Span, Time};

use super::record::Series;
use super::request::PARTS;

/// `in_flight_at_start + issued = completed + refused + timed_out + failed + in_flight`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RequestCounts {
    /// In flight when the window opened.
    pub in_flight_at_start: u64,
    /// Attempts that began in the window.
    pub issued: u64,
    /// Ended with an answer.
    pub completed: u64,
    /// Ended at a full backlog.
    pub refused: u64,
    /// Ended by the client giving up.
    pub timed_out: u64,
    /// Ended by a failed step, a full or slow resource, or a kill.
    pub failed: u64,
    /// Still in flight when the window closed.
    pub in_flight: u64,
    /// Attempts after a first one, among the issued.
    pub retries: u64,
}

impl RequestCounts {
    /// Ends of any kind.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.completed + self.refused + self.timed_out + self.failed
    }

    /// Adds another replication's counts.
    pub const fn add(&mut self, other: &Self) {
        self.in_flight_at_start += other.in_flight_at_start;
        self.issued += other.issued;
        self.completed += other.completed;
        self.refused += other.refused;
        self.timed_out += other.timed_out;
        self.failed += other.failed;
        self.in_flight += other.in_flight;
        self.retries += other.retries;
    }
}

/// Why a replication stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Its window closed.
    Closed,
    /// Nothing was left to happen and nobody was in flight: a batch is done, a trace at its end.
    Drained,
    /// Nothing can ever happen again while requests are in flight: who holds and who waits.
    Deadlock(String),
    /// It went on beyond all bounds: which, and what to do.
    Limit(String),
    /// The user interrupted it.
    Interrupted,
}

/// A time average in exact terms, and the highest value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// Value times nanoseconds over the window.
    pub area: u128,
    /// The highest value.
    pub peak: u64,
}

/// What one replication measured in its window.
#[derive(Clone, Debug)]
pub struct Replication {
    /// Why it stopped.
    pub stop: Stop,
    /// When the window opened.
    pub opened: Time,
    /// How long it was.
    pub window: Span,
    /// The last end of a request, since the start.
    pub last_end: Time,
    /// How attempts began and ended.
    pub counts: RequestCounts,
    /// Response times of completed requests in nanoseconds, by their parts.
    pub response: Histogram<PARTS>,
    /// Response times by class, where there are several.
    pub classes: Vec<Histogram<1>>,
    /// Ends of any kind by class, where there are several.
    pub class_ends: Vec<u64>,
    /// Attempts in flight.
    pub in_flight: Level,
    /// The time that attempts spent in the window, summed over attempts: equal to the area of
    /// `in_flight` (Little's law with its boundary terms).
    pub stayed: u128,
    /// Requests at the server at the window's two ends, those whose client has gone included.
    pub in_server: [u64; 2],
    /// Requests at the server, and attempts issued, by the middle of the window.
    pub at_middle: Option<(u64, u64)>,
    /// Tasks of loops.
    pub tasks: Level,
    /// Threads started for a request, or serverless instances.
    pub live_threads: Level,
    /// Workers with a request.
    pub busy_workers: Level,
    /// Loops in an iteration.
    pub busy_loops: Level,
    /// Slots taken of each resource, over all its pools, and how many there are.
    pub resources: Vec<(Level, u64)>,
    /// How long ready tasks waited for their turn, in nanoseconds.
    pub loop_lag: Histogram<1>,
    /// Core time used, in nanoseconds, over all instances.
    pub cpu_busy: u128,
    /// Core time used by the requests' own steps.
    pub cpu_useful: u128,
    /// Requests that a worker took.
    pub taken: u64,
    /// Serverless instances started.
    pub cold_starts: u64,
    /// Requests that the server was done with after their client had given up.
    pub wasted_requests: u64,
    /// Core time for requests whose client had gone.
    pub wasted_cpu: u128,
    /// Transitions of the model.
    pub events: u64,
    /// CPU and I/O time as drawn in the window, less the mean of each draw, in nanoseconds: luck,
    /// whose mean is 0 wherever the window ends (a stopped martingale), unless draws repeat.
    pub luck: [f64; 2],
    /// What a pilot watched.
    pub series: Option<Series>,
}
