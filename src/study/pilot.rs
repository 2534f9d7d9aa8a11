//! The warm-up: pilot replications on streams of their own, cut by MSER-5; and under an open load no
//! less than a few relaxation times of the fullest queue.
//!
//! A queue near saturation wanders as far in the long run as it climbs at the start, so that no cut
//! of one series can tell the two apart: MSER-5 alone opened half of the windows of M/M/1 at 90 % within
//! two relaxation times, and the narrowest intervals, those of adjusted throughputs and of gains that
//! both runtimes sustain, covered 82 to 86 %.

use rayon::prelude::*;

use crate::model::{LoadKind, Model, Runtime, RuntimeKind, Warmup};
use crate::simulation::{Control, Setup, Stop, Window, pilot};
use crate::stats::warmup::{BatchMeans, mser5};
use crate::theory::relaxation;
use crate::units::Span;

use super::capacity::Capacity;
use super::exact::service::Service;
use super::workload::offered_rps;

/// Pilots of each runtime.
const PILOTS: u32 = 2;

/// Ends of requests in the first pilots, at least.
const SHORTEST: u64 = 5_000;

/// Ends of requests in the first pilots, at most, unless the clients are more.
const LONGEST_FIRST: u64 = 20_000;

/// How often the pilots are made twice as long when their transient does not end in them.
const DOUBLINGS: u32 = 4;

/// Relaxation times of an open load's fullest queue that are thrown away at least: what is left of
/// the start is a part in 400.
const RELAXATIONS: f64 = 6.0;

/// What is thrown away before every window of every runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The length of the warm-up.
    pub warmup: Span,
    /// Whether the transient was seen to end under every runtime.
    pub settled: bool,
}

/// The warm-up of a model: what it says, or the longest that any of its runtimes needs.
///
/// A batch and a load that changes by plan have none: they are about the transient. A runtime whose
/// load is known to be more than it can sustain has no say: its transient has no end. Relaxation
/// times longer than the window itself have none either: then the window is too short for anything.
#[must_use]
pub fn warmup(model: &Model, setups: &[Setup], sustained: &[bool], control: &Control) -> Cut {
    let none = Cut { warmup: Span::ZERO, settled: true };
    match (model.run.warmup, &model.load.kind) {
        (_, LoadKind::Batch { .. }) => none,
        (Warmup::Fixed(warmup), _) => Cut { warmup, settled: true },
        (Warmup::Auto, LoadKind::Profile { .. } | LoadKind::Trace { .. }) => none,
        (Warmup::Auto, _) => {
            let cuts: Vec<Cut> = setups
                .par_iter()
                .zip(sustained)
                .filter(|&(_, &sustained)| sustained)
                .flat_map_iter(|(setup, _)| (0..PILOTS).map(move |number| (setup, number)))
                .map(|(setup, number)| cut_of(model, setup, number, control))
                .collect();
            let relaxed = model.runtimes.iter().zip(sustained).filter(|&(_, &sustained)| sustained);
            let relaxed = relaxed.map(|(runtime, _)| relaxed_after(model, runtime));
            Cut {
                warmup: cuts
                    .iter()
                    .map(|cut| cut.warmup)
                    .chain(relaxed)
                    .max()
                    .unwrap_or(Span::ZERO),
                settled: cuts.iter().all(|cut| cut.settled),
            }
        }
    }
}

/// When the fullest queue of an open load has forgotten that it began empty, and the bursts of its
/// arrivals that they began between two; at most the length of the window.
fn relaxed_after(model: &Model, runtime: &Runtime) -> Span {
    let Some(offered) = offered_rps(model) else { return Span::ZERO };
    let capacity = Capacity::of(model, runtime);
    let queues = match &runtime.kind {
        RuntimeKind::EventLoop(kind) => kind.loops * runtime.instances,
        _ => runtime.instances,
    };
    let classes = runtime.kind.as_run(runtime.requests.as_deref().unwrap_or(&model.requests));
    let service = match capacity.lowest().resource.as_str() {
        "cpu" | "gil" | "loop" => Service::bursts(&classes),
        _ => Service::whole(&classes),
    };
    let each_rps = capacity.rate() / f64::from(queues);
    let queue_s = relaxation::time_s(offered / capacity.rate(), each_rps, service.scv());
    let bursts_s = match &model.load.kind {
        LoadKind::Bursty { normal_for, burst_for, .. } => {
            let (normal, burst) = (normal_for.seconds(), burst_for.seconds());
            normal * burst / (normal + burst)
        }
        _ => 0.0,
    };
    let enough_s = RELAXATIONS * (queue_s + bursts_s + capacity.response_min_s);
    let window_s = model.run.requests as f64 / offered;
    let window_s = model.run.duration.map_or(window_s, |duration| duration.seconds());
    Span::from_seconds(enough_s.min(window_s))
}

/// The cut of one pilot, made longer while its transient does not end.
fn cut_of(model: &Model, setup: &Setup, number: u32, control: &Control) -> Cut {
    let clients = match model.load.kind {
        LoadKind::Closed { clients, .. } => clients,
        _ => 0,
    };
    // A request of a million steps makes a short run long enough.
    let shortest = SHORTEST.min(model.run.requests.max(100));
    let mut ends = (model.run.requests / 5).clamp(shortest, LONGEST_FIRST).max(4 * clients);
    for round in 0.. {
        let window = Window { warmup: Span::ZERO, requests: ends, duration: None };
        let found = pilot(setup, number, window, control);
        let Some(series) = &found.series else { break };
        let [in_flight, response] =
            [&series.in_flight, &series.response].map(|means| mser5(means.means()));
        let index = in_flight.index.max(response.index);
        let settled = in_flight.settled && response.settled;
        if settled || found.stop != Stop::Closed || round == DOUBLINGS {
            return Cut { warmup: instant(&series.time, index), settled };
        }
        ends *= 2;
    }
    Cut { warmup: Span::ZERO, settled: false }
}

/// The mean instant of the batch at `index`, where the window opens.
///
/// That of the first batch too: the series say nothing of the time before the first answers, in
/// which a system of long waits fills.
fn instant(times: &BatchMeans, index: usize) -> Span {
    times.means().get(index).or(times.means().last()).map_or(Span::ZERO, |&s| Span::from_seconds(s))
}
