//! What one replication measures in its window.

use crate::stats::{BatchMeans, Histogram, TimeIntegral};
use crate::units::Time;

use super::client::End;
use super::replication::{Level, Replication, RequestCounts, Stop};
use super::request::PARTS;
use super::spare;

/// The accounts of a replication, restarted when its window opens.
#[derive(Clone, Debug)]
pub struct Recorder {
    /// When the window opened; `None` before.
    pub opened: Option<Time>,
    /// Ends of requests that close the window; 0 is no such limit.
    pub ends_wanted: u64,
    /// Ends of requests so far.
    pub ends: u64,
    /// The last end.
    pub last_end: Time,
    /// How attempts began and ended.
    pub counts: RequestCounts,
    /// Response times of completed requests, by their parts.
    pub response: Histogram<PARTS>,
    /// Response times by class, where there are several.
    pub classes: Vec<Histogram<1>>,
    /// Ends of any kind by class, where there are several.
    pub class_ends: Vec<u64>,
    /// Attempts in flight, as clients see it.
    pub in_flight: TimeIntegral,
    /// Requests at the server, those included whose client has gone.
    pub in_server: u64,
    /// Requests at the server when the window opened.
    pub in_server_at_open: u64,
    /// The middle of a window that is given as a time.
    pub middle: Option<Time>,
    /// Requests at the server, and attempts issued, by the middle of the window.
    pub at_middle: Option<(u64, u64)>,
    /// When the server was done with a request last.
    pub last_done: Time,
    /// Tasks of loops.
    pub tasks: TimeIntegral,
    /// Threads started for a request, or serverless instances.
    pub live_threads: TimeIntegral,
    /// Workers with a request.
    pub busy_workers: TimeIntegral,
    /// Loops in an iteration.
    pub busy_loops: TimeIntegral,
    /// How long ready tasks waited for their turn.
    pub loop_lag: Histogram<1>,
    /// Core time used, in nanoseconds.
    pub cpu_busy: u128,
    /// Core time used by the requests' own steps.
    pub cpu_useful: u128,
    /// Requests that a worker took.
    pub taken: u64,
    /// Serverless instances started.
    pub cold_starts: u64,
    /// Requests that the server was done with after their client had gone.
    pub wasted_requests: u64,
    /// Core time for requests whose client had gone.
    pub wasted_cpu: u128,
    /// Transitions of the model, from the start of the replication.
    pub events: u64,
    /// The time that ended attempts spent in the window, in nanoseconds.
    pub stayed: u128,
    /// CPU and I/O time as drawn in the window, less the mean of each draw, in nanoseconds.
    pub luck: [f64; 2],
    /// What a pilot watches.
    pub series: Option<Series>,
}

/// What an attempt leaves behind when it ends.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    /// When it was due.
    pub arrival: Time,
    /// Nanoseconds of each part of its response time.
    pub parts: [u64; PARTS],
    /// Nanoseconds of core time that are in the accounts: a burst under way follows at its end.
    pub cpu: u64,
    /// Its class.
    pub class: u32,
}

/// What a pilot watches from one end of a request to the next, in bounded batch means.
#[derive(Clone, Debug)]
pub struct Series {
    /// Instants of ends, in seconds.
    pub time: BatchMeans,
    /// Attempts in flight.
    pub in_flight: BatchMeans,
    /// Response times, in seconds.
    pub response: BatchMeans,
}

impl Default for Series {
    /// Nothing watched yet.
    fn default() -> Self {
        Self {
            time: BatchMeans::default(),
            in_flight: BatchMeans::default(),
            response: BatchMeans::default(),
        }
    }
}

impl Recorder {
    /// Accounts for this many classes; the window closes after `ends_wanted` ends.
    pub fn new(classes: usize, ends_wanted: u64) -> Self {
        Self {
            opened: None,
            ends_wanted,
            ends: 0,
            last_end: Time::ZERO,
            counts: RequestCounts::default(),
            response: spare::histogram(),
            classes: if classes > 1 { vec![Histogram::new(); classes] } else { Vec::new() },
            class_ends: if classes > 1 { vec![0; classes] } else { Vec::new() },
            in_flight: TimeIntegral::new(0),
            in_server: 0,
            in_server_at_open: 0,
            middle: None,
            at_middle: None,
            last_done: Time::ZERO,
            tasks: TimeIntegral::new(0),
            live_threads: TimeIntegral::new(0),
            busy_workers: TimeIntegral::new(0),
            busy_loops: TimeIntegral::new(0),
            loop_lag: Histogram::new(),
            cpu_busy: 0,
            cpu_useful: 0,
            taken: 0,
            cold_starts: 0,
            wasted_requests: 0,
            wasted_cpu: 0,
            events: 0,
            stayed: 0,
            luck: [0.0; 2],
            series: None,
        }
    }

    /// The window opens: all accounts begin anew.
    pub fn open(&mut self, now: Time) {
        spare::keep_histogram(std::mem::take(&mut self.response));
        let fresh = Self::new(self.classes.len(), self.ends_wanted);
        let counts = RequestCounts {
            in_flight_at_start: self.in_flight.value(),
            ..RequestCounts::default()
        };
        let old = std::mem::replace(
            self,
            Self {
                opened: Some(now),
                counts,
                in_server_at_open: self.in_server,
                in_server: self.in_server,
                middle: self.middle,
                events: self.events,
                in_flight: self.in_flight,
                tasks: self.tasks,
                live_threads: self.live_threads,
                busy_workers: self.busy_workers,
                busy_loops: self.busy_loops,
                series: None,
                ..fresh
            },
        );
        self.series = old.series;
        for integral in [
            &mut self.in_flight,
            &mut self.tasks,
            &mut self.live_threads,
            &mut self.busy_workers,
            &mut self.busy_loops,
        ] {
            integral.set(now, integral.value());
            integral.restart(now);
        }
    }

    /// An attempt begins.
    pub const fn issued(&mut self, retry: bool) {
        self.counts.issued += 1;
        self.counts.retries += retry as u64;
    }

    /// An attempt was not refused: it is in flight, and at the server.
    pub const fn admitted(&mut self, now: Time) {
        self.in_flight.increase(now);
        self.in_server += 1;
    }

    /// An attempt ends, its account settled.
    pub fn ended(&mut self, now: Time, request: &Ended, how: End) {
        match how {
            End::Completed => return self.completed(now, request),
            End::Refused => self.counts.refused += 1,
            End::TimedOut => {
                self.counts.timed_out += 1;
                // What was done for it so far is wasted too.
                self.wasted_cpu += u128::from(request.cpu);
            }
            End::Failed => self.counts.failed += 1,
        }
        if how != End::Refused {
            self.in_flight.decrease(now);
        }
        self.note_end(now, request);
    }

    /// An attempt ends with an answer.
    #[inline(always)]
    pub fn completed(&mut self, now: Time, request: &Ended) {
        self.in_flight.decrease(now);
        self.counts.completed += 1;
        self.response.record(request.parts);
        if let Some(class) = self.classes.get_mut(request.class as usize) {
            class.record([now.0 - request.arrival.0]);
        }
        self.note_end(now, request);
    }

    #[inline(always)]
    fn note_end(&mut self, now: Time, request: &Ended) {
        debug_assert_eq!(
            request.parts.iter().sum::<u64>(),
            now.0 - request.arrival.0,
            "the parts of a response add up to it, however it ended"
        );
        self.ends += 1;
        self.note_the_middle(now);
        self.last_end = now;
        let from = request.arrival.max(self.opened.unwrap_or(Time::ZERO));
        self.stayed += u128::from(now.0 - from.0);
        if let Some(ends) = self.class_ends.get_mut(request.class as usize) {
            *ends += 1;
        }
        if self.series.is_some() {
            self.watch(now, request.arrival);
        }
    }

    /// Adds an end to what a pilot watches.
    #[inline(never)]
    fn watch(&mut self, now: Time, arrival: Time) {
        if let Some(series) = &mut self.series {
            series.time.push(now.seconds());
            series.in_flight.push(self.in_flight.value() as f64);
            series.response.push(now.since(arrival).seconds());
        }
    }

    /// The server is done with a request.
    pub const fn server_done(&mut self, now: Time, client_gave_up: bool) {
        self.in_server -= 1;
        self.last_done = now;
        self.wasted_requests += client_gave_up as u64;
    }

    /// Closes the accounts at `now`; attempts that are still in flight have spent `stayed`
    /// nanoseconds in the window.
    pub fn close(
        self,
        stop: Stop,
        now: Time,
        stayed: u128,
        resources: Vec<(Level, u64)>,
    ) -> Replication {
        let opened = self.opened.unwrap_or(now);
        let level =
            |integral: &TimeIntegral| Level { area: integral.area(now), peak: integral.peak() };
        let mut counts = self.counts;
        counts.in_flight = self.in_flight.value();
        Replication {
            stop,
            opened,
            window: now.since(opened),
            last_end: self.last_end,
            counts,
            in_flight: level(&self.in_flight),
            stayed: self.stayed + stayed,
            in_server: [self.in_server_at_open, self.in_server],
            at_middle: self.at_middle,
            tasks: level(&self.tasks),
            live_threads: level(&self.live_threads),
            busy_workers: level(&self.busy_workers),
            busy_loops: level(&self.busy_loops),
            resources,
            response: self.response,
            classes: self.classes,
            class_ends: self.class_ends,
            loop_lag: self.loop_lag,
            cpu_busy: self.cpu_busy,
            cpu_useful: self.cpu_useful,
            taken: self.taken,
            cold_starts: self.cold_starts,
            wasted_requests: self.wasted_requests,
            wasted_cpu: self.wasted_cpu,
            events: self.events,
            luck: self.luck,
            series: self.series,
        }
    }

    /// The end of a replication in which nothing was left to happen: timers of requests long gone
    /// may have come later, but the window ends with the work.
    #[must_use]
    pub fn end_of_work(&self) -> Time {
        let end = self.last_end.max(self.last_done);
        end.max(self.opened.unwrap_or(end))
    }

    /// Half of the window is over: how many are at the server then tells growth from filling up.
    fn note_the_middle(&mut self, now: Time) {
        let over = match self.middle {
            Some(middle) => now >= middle,
            None => self.ends_wanted > 0 && self.ends >= self.ends_wanted / 2,
        };
        if over && self.opened.is_some() && self.at_middle.is_none() {
            self.at_middle = Some((self.in_server, self.counts.issued));
        }
    }

    /// Whether the window has seen all the ends that it is to see.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.ends_wanted > 0 && self.opened.is_some() && self.ends >= self.ends_wanted
    }
}
