//! One replication boiled down to the figures that a study keeps of it.

use std::sync::OnceLock;

use crate::model::runtime::{EventLoop, WorkStealing};
use crate::model::{LoadKind, Objective, RuntimeKind};
use crate::simulation::{PARTS, Replication, RequestCounts, Setup, Stop};
use crate::stats::histogram::quantiles;
use crate::units::Span;

use super::metric;

/// The response-time figures of one replication, in seconds; `None` with too few samples.
#[derive(Clone, Debug, Default)]
pub struct Responses {
    /// Mean, p50, p75, p90, p95, p99, p99.9, maximum.
    pub figures: [Option<f64>; 8],
    /// Response times in nanoseconds with their counts, ascending, as the histogram has them.
    pub points: Vec<(f64, u64)>,
}

/// The shares that [`Responses`] has percentiles of, between the mean and the maximum.
pub const SHARES: [f64; 6] = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

impl Responses {
    fn of<const N: usize>(histogram: &crate::stats::Histogram<N>) -> Self {
        let mut points = Vec::new();
        // Nested loops over the many empty buckets, which `collect` would look at one call each.
        histogram.points().for_each(|point| points.push(point));
        let mut figures = [None; 8];
        figures[0] = histogram.mean();
        figures[1..7].copy_from_slice(&quantiles(&points, SHARES));
        figures[7] = (histogram.count() > 0).then(|| histogram.max() as f64);
        Self { figures: figures.map(|figure| figure.map(|nanos| nanos / 1e9)), points }
    }
}

/// Quantiles of a distribution's curve for each factor of ten in the share beyond.
const CURVE_STEPS: u32 = 8;
/// Factors of ten that the curve goes down to.
const CURVE_DECADES: u32 = 6;

/// The shares at which the distribution of the response time is kept, ascending.
pub fn curve_shares() -> impl Iterator<Item = f64> {
    static SHARES: OnceLock<Vec<f64>> = OnceLock::new();
    let step = |i: u32| libm::pow(10.0, -f64::from(i) / f64::from(CURVE_STEPS));
    let shares = || (1..=CURVE_STEPS * CURVE_DECADES).map(|i| 1.0 - step(i)).collect();
    SHARES.get_or_init(shares).iter().copied()
}

/// What a study keeps of one replication.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Why it stopped.
    pub stop: Stop,
    /// The length of its window.
    pub window_s: f64,
    /// How attempts began and ended.
    pub counts: RequestCounts,
    /// Completions per second; `None` for a window without length.
    pub throughput: Option<f64>,
    /// Response times.
    pub response: Responses,
    /// The response time at each of [`curve_shares`], in seconds.
    pub curve: Vec<Option<f64>>,
    /// Throughput and response times by class; empty with one class, which is the whole.
    pub classes: Vec<(Option<f64>, Responses)>,
    /// The mean of each part of the response time, in seconds.
    pub parts: Option<[f64; PARTS]>,
    /// The same over the slowest 1 %.
    pub tail_parts: Option<[f64; PARTS]>,
    /// Attempts in flight: mean and peak.
    pub in_flight: (f64, u64),
    /// Requests at the server at the window's two ends.
    pub in_server: [u64; 2],
    /// Requests at the server, and attempts issued, by the middle of the window.
    pub at_middle: Option<(u64, u64)>,
    /// Utilisation of cores: in all, and by the requests' own steps.
    pub cpu: [f64; 2],
    /// Utilisation of workers or of loops.
    pub width: f64,
    /// Utilisation of each resource.
    pub resources: Vec<f64>,
    /// Loop lag in seconds: mean and p99.
    pub loop_lag: [Option<f64>; 2],
    /// Memory in bytes: mean and peak, over all instances.
    pub memory: (f64, u64),
    /// Requests finished for nobody, and core seconds spent on them.
    pub wasted: (u64, f64),
    /// What use alone costs in an hour.
    pub cost_of_use: Option<f64>,
    /// Serverless instances started.
    pub cold_starts: Option<u64>,
    /// The time to the last end, for a batch.
    pub makespan_s: Option<f64>,
    /// CPU and I/O time as drawn in the window, less the mean of each draw, in nanoseconds.
    pub luck: [f64; 2],
    /// Transitions.
    pub events: u64,
    /// The value of each objective's metric; infinite where a percentile falls among requests that
    /// did not complete.
    pub objectives: Vec<Option<f64>>,
}

impl Sample {
    /// Throughput and response times of a class.
    #[must_use]
    pub fn class(&self, place: usize) -> (Option<f64>, &Responses) {
        let own = self.classes.get(place).map(|(throughput, times)| (*throughput, times));
        own.unwrap_or((self.throughput, &self.response))
    }

    /// Boils a replication down.
    #[must_use]
    pub fn of(setup: &Setup, found: &Replication, objectives: &[Objective]) -> Self {
        let window = found.window;
        let per_second = |count: u64| (!window.is_zero()).then(|| count as f64 / window.seconds());
        let response = Responses::of(&found.response);
        let classes = found
            .classes
            .iter()
            .map(|class| (per_second(class.count()), Responses::of(class)))
            .collect();
        let in_seconds = |parts: [f64; PARTS]| parts.map(|nanos| nanos / 1e9);
        let batch = matches!(setup.load.kind, LoadKind::Batch { .. });
        let mut sample = Self {
            stop: found.stop.clone(),
            window_s: window.seconds(),
            counts: found.counts,
            throughput: per_second(found.counts.completed),
            curve: quantiles(&response.points, curve_shares())
                .into_iter()
                .map(|nanos| nanos.map(|nanos| nanos / 1e9))
                .collect(),
            response,
            classes,
            parts: found.response.mean_parts().map(in_seconds),
            tail_parts: found.response.tail_parts(0.01).map(in_seconds),
            in_flight: (found.in_flight.mean(window), found.in_flight.peak),
            in_server: found.in_server,
            at_middle: found.at_middle,
            cpu: cpu_utilization(setup, found),
            width: width_utilization(setup, found),
            resources: found
                .resources
                .iter()
                .map(|(level, slots)| level.mean(window) / *slots as f64)
                .collect(),
            loop_lag: [found.loop_lag.mean(), found.loop_lag.quantile(0.99)]
                .map(|nanos| nanos.map(|nanos| nanos / 1e9)),
            memory: memory(setup, found),
            wasted: (found.wasted_requests, found.wasted_cpu as f64 / 1e9),
            cost_of_use: cost_of_use(setup, found),
            cold_starts: setup.is_serverless().then_some(found.cold_starts),
            makespan_s: batch.then(|| found.last_end.seconds()),
            luck: found.luck,
            events: found.events,
            objectives: Vec::new(),
        };
        sample.objectives = objectives
            .iter()
            .map(|objective| metric::of_replication(setup, found, &sample, &objective.metric))
            .collect();
        sample
    }
}

fn over(area: u128, width: f64, window: Span) -> f64 {
    if window.is_zero() { 0.0 } else { area as f64 / (window.0 as f64 * width) }
}

fn cpu_utilization(setup: &Setup, found: &Replication) -> [f64; 2] {
    let cores = f64::from(setup.host.cores);
    if setup.is_serverless() {
        // The cores that there are come and go with the instances.
        let there = found.live_threads.area as f64 * cores;
        let share = |area: u128| if there > 0.0 { area as f64 / there } else { 0.0 };
        return [found.cpu_busy, found.cpu_useful].map(share);
    }
    let cores = cores * f64::from(setup.runtime.instances);
    [found.cpu_busy, found.cpu_useful].map(|area| over(area, cores, found.window))
}

/// What use alone costs in an hour; `None` where nothing has a price by use.
fn cost_of_use(setup: &Setup, found: &Replication) -> Option<f64> {
    let RuntimeKind::Serverless(kind) = &setup.runtime.kind else { return None };
    if kind.cost_per_gb_second.is_none() && kind.cost_per_request.is_none() {
        return None;
    }
    let hours = found.window.seconds() / 3600.0;
    if hours <= 0.0 {
        return None;
    }
    let gb_seconds = found.busy_workers.area as f64 / 1e9 * (kind.memory.0 as f64 / 1e9);
    let by_time = kind.cost_per_gb_second.unwrap_or(0.0) * gb_seconds;
    let by_request = kind.cost_per_request.unwrap_or(0.0) * found.taken as f64;
    Some((by_time + by_request) / hours)
}

fn width_utilization(setup: &Setup, found: &Replication) -> f64 {
    let width = setup.runtime.kind.width() as f64 * f64::from(setup.runtime.instances);
    let area = match setup.runtime.kind {
        RuntimeKind::EventLoop(_) => found.busy_loops.area,
        _ => found.busy_workers.area,
    };
    over(area, width, found.window)
}

/// Base of every instance, and workers, threads and tasks at their size.
fn memory(setup: &Setup, found: &Replication) -> (f64, u64) {
    let instances = u64::from(setup.runtime.instances);
    let width = setup.runtime.kind.width().saturating_mul(instances);
    let base = setup.runtime.base_memory.0.saturating_mul(instances);
    let (size, mean, peak) = match &setup.runtime.kind {
        RuntimeKind::SyncWorker(kind) => (kind.memory_per_worker, width as f64, width),
        RuntimeKind::ThreadPool(kind) if setup.spawns() => {
            (kind.memory_per_thread, found.live_threads.mean(found.window), found.live_threads.peak)
        }
        RuntimeKind::ThreadPool(kind) => (kind.memory_per_thread, width as f64, width),
        RuntimeKind::EventLoop(EventLoop { memory_per_task: size, .. })
        | RuntimeKind::WorkStealing(WorkStealing { memory_per_task: size, .. }) => {
            (*size, found.tasks.mean(found.window), found.tasks.peak)
        }
        RuntimeKind::Serverless(kind) => {
            (kind.memory, found.live_threads.mean(found.window), found.live_threads.peak)
        }
    };
    let peak = base.saturating_add(size.0.saturating_mul(peak));
    (base as f64 + size.0 as f64 * mean, peak)
}
