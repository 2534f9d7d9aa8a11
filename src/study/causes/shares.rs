//! The share of each cause: the gain without it less the gain with it, on the same requests.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::model::{LoadKind, Model};
use crate::simulation::{Control, Setup, Stop, Window, replicate};
use crate::stats::interval::mean_ci95;
use crate::study::capacity::Capacity;
use crate::study::exact;
use crate::study::explain::is_worth_explaining;
use crate::study::result::{Explained, RuntimeResult};
use crate::study::sample::Sample;
use crate::study::workload::varies;
use crate::units::Span;

use super::{Cause, INTERACTION, Pair, Side, load};

/// Replications of each simulation, the same for all so that they pair.
const REPLICATIONS: u32 = 4;

/// What all simulations together may take of what the study itself took.
const BUDGET: f64 = 0.2;

/// Ends of requests in a window, at least, where the study's own has as many.
const SHORTEST: u64 = 5_000;

/// Response times, without queueing, after which a window opens.
const SETTLING: f64 = 10.0;

/// The share of the gap from which on a cause is named.
const NAMED: f64 = 0.01;

/// Fills in [`Gain::explained`](crate::study::result::Gain::explained) of every runtime whose gain
/// is not the formula's. Interrupted, answers false and leaves all as it was.
pub fn explain(
    model: &Model,
    warmup: Span,
    runtimes: &mut [RuntimeResult],
    control: &Control,
) -> bool {
    let failed = |result: &RuntimeResult| {
        let counts = result.counts();
        counts.refused + counts.timed_out + counts.failed > 0
    };
    let base_failed = failed(&runtimes[model.run.baseline]);
    let asked: Vec<Question> = (0..runtimes.len())
        .filter(|&place| place != model.run.baseline)
        .filter_map(|place| {
            let gap = is_worth_explaining(&runtimes[place].gain)?;
            let fails = base_failed || failed(&runtimes[place]);
            Some(Question::of(model, place, gap, fails, &runtimes[place]))
        })
        .collect();
    let mut bench = Bench::new(model, warmup, runtimes);
    for question in &asked {
        for number in 0..question.causes.len() {
            question.sides(number).iter().for_each(|sides| sides.ask(&mut bench));
        }
    }
    let Some(answers) = bench.run(control) else { return false };
    for question in &asked {
        runtimes[question.place].gain.explained = question.rows(&answers);
    }
    true
}

/// One runtime whose gain is not the formula's.
struct Question {
    place: usize,
    gap: f64,
    pair: Pair,
    causes: Vec<Cause>,
    /// Nothing but the load limits either: there is nothing to simulate.
    idle: bool,
}

impl Question {
    fn of(model: &Model, place: usize, gap: f64, fails: bool, result: &RuntimeResult) -> Self {
        let pair = Pair::of(model, place, fails);
        let gain = result.gain.simulated.value.unwrap_or_default();
        let sustained = result.steady != Some(false) && !fails;
        let idle = model.load.kind.is_open() && sustained && (gain - 1.0).abs() < 0.02;
        let causes = if idle { Vec::new() } else { super::of(&pair) };
        Self { place, gap, pair, causes, idle }
    }

    /// The runtime with and without a cause, and the baseline: what is compared.
    fn sides(&self, number: usize) -> [Sides<'_>; 2] {
        let cause = &self.causes[number];
        let (place, changed) = (Some(self.place), Some((self.place, number)));
        [
            Sides::of((place, None), &self.pair.own, (place, changed), cause.own.as_ref()),
            Sides::of((None, None), &self.pair.base, (None, changed), cause.base.as_ref()),
        ]
    }

    /// The gain without a cause less the gain with it, in each replication.
    fn differences(&self, number: usize, answers: &Answers) -> Option<Vec<f64>> {
        let [own, base] = self.sides(number).map(|sides| sides.rates(answers));
        let ([own, own_without], [base, base_without]) = (own?, base?);
        let gain = |own: &[f64], base: &[f64], k: usize| own[k] / base[k];
        let each = 0..REPLICATIONS as usize;
        Some(each.map(|k| gain(&own_without, &base_without, k) - gain(&own, &base, k)).collect())
    }

    /// The shares, the largest first, and what makes them add up to the gap.
    fn rows(&self, answers: &Answers) -> Vec<Explained> {
        if self.idle {
            let all = row(load::NAME, self.gap, None, load::words());
            return vec![all, row(INTERACTION, 0.0, None, "")];
        }
        let mut hidden = Vec::new();
        let mut rows: Vec<Explained> = Vec::new();
        for (number, cause) in self.causes.iter().enumerate() {
            let Some(differences) = self.differences(number, answers) else { continue };
            let (share, ci95) = mean_ci95(&differences);
            let chance = ci95.map_or(0.0, |[low, high]| (high - low) / 2.0);
            if share.is_finite() && share.abs() > chance.max(NAMED * self.gap.abs()) {
                rows.push(row(&cause.name, share, ci95, &cause.words));
            } else {
                hidden.push(cause.words.as_str());
            }
        }
        rows.sort_by(|a, b| b.share.abs().total_cmp(&a.share.abs()));
        let sum: f64 = rows.iter().map(|row| row.share).sum();
        rows.push(row(INTERACTION, self.gap - sum, None, &hidden.join(", ")));
        rows
    }
}

fn row(cause: &str, share: f64, ci95: Option<[f64; 2]>, words: &str) -> Explained {
    Explained { cause: cause.to_owned(), share, ci95, words: words.to_owned() }
}

/// The runtime at which place, the baseline without one; and without which cause of which runtime.
type Name = (Option<usize>, Option<(usize, usize)>);

/// Completions per second in each replication, or the inverse of the makespan. What did not end as
/// it should is absent.
type Answers = BTreeMap<Name, Vec<f64>>;

/// One side of a pair with and without a cause.
struct Sides<'a> {
    with: (Name, &'a Side),
    without: (Name, &'a Side),
}

impl<'a> Sides<'a> {
    fn of(name: Name, side: &'a Side, changed: Name, without: Option<&'a Side>) -> Self {
        let with = (name, side);
        Self { with, without: without.map_or(with, |without| (changed, without)) }
    }

    /// The exact rates with and without, where theory knows both.
    fn exact(&self) -> Option<[f64; 2]> {
        let rate = |side: &Side| match side.model.load.kind {
            LoadKind::Batch { .. } => None,
            _ => Some(exact::of(&side.model, side.runtime()).solution()?.throughput_rps),
        };
        Some([rate(self.with.1)?, rate(self.without.1)?])
    }

    fn ask(&self, bench: &mut Bench<'a>) {
        if self.exact().is_none() {
            bench.sides.extend([self.with, self.without]);
        }
    }

    fn rates(&self, answers: &Answers) -> Option<[Vec<f64>; 2]> {
        if let Some(exact) = self.exact() {
            return Some(exact.map(|rate| vec![rate; REPLICATIONS as usize]));
        }
        let of = |name| answers.get(&name).cloned();
        Some([of(self.with.0)?, of(self.without.0)?])
    }
}

/// Completions per second, or the inverse of the makespan; `None` where a replication did not end as
/// it should.
///
/// Requests that are all alike are done in lockstep, many at once and then none for a while: their
/// rate is told by the CPU that they use, which is as good (utilisation law) and has no lumps.
fn rate(setup: &Setup, sample: &Sample, side: &Side) -> Option<f64> {
    let ended = matches!(sample.stop, Stop::Closed | Stop::Drained);
    let alike = !varies(side.classes());
    let completed = sample.counts.refused + sample.counts.timed_out + sample.counts.failed == 0;
    let by_cpu = || {
        let cores = f64::from(setup.host.cores) * f64::from(setup.runtime.instances);
        let demand = side.demand();
        (alike && completed && demand.t_cpu_s > 0.0).then(|| sample.cpu[1] * cores / demand.t_cpu_s)
    };
    let makespan = sample.makespan_s.map(|seconds| 1.0 / seconds);
    let rate = makespan.or_else(by_cpu).or(sample.throughput);
    rate.filter(|_| ended)
}

/// What is to be simulated, each once.
struct Bench<'a> {
    sides: BTreeMap<Name, &'a Side>,
    warmup: Span,
    /// Ends of requests of the whole study, and of one of its replications.
    ends: (u64, u64),
}

impl<'a> Bench<'a> {
    fn new(model: &Model, warmup: Span, runtimes: &[RuntimeResult]) -> Self {
        let ends = |result: &RuntimeResult| {
            let counts = result.counts();
            counts.completed + counts.refused + counts.timed_out + counts.failed
        };
        let all: u64 = runtimes.iter().map(ends).sum();
        let replications = u64::from(model.run.replications.max(1)) * runtimes.len() as u64;
        Self { sides: BTreeMap::new(), warmup, ends: (all, all / replications) }
    }

    /// Simulates all of it, on all cores; `None` where it was interrupted.
    fn run(&self, control: &Control) -> Option<Answers> {
        let simulations = self.sides.len() as u64 * u64::from(REPLICATIONS);
        let ends = (BUDGET * self.ends.0 as f64 / simulations.max(1) as f64) as u64;
        let ends = ends.max(SHORTEST).min(self.ends.1).max(1);
        control.plan(simulations);
        let jobs: Vec<(Name, Setup, Window, u32)> = self
            .sides
            .iter()
            .flat_map(|(&name, &side)| {
                let setup = Setup::new(&side.model, side.runtime());
                let window = self.window(side, ends);
                (0..REPLICATIONS).map(move |number| (name, setup.clone(), window, number))
            })
            .collect();
        let found: Vec<Option<f64>> = jobs
            .par_iter()
            .map(|(name, setup, window, number)| {
                let found = replicate(setup, *number, *window, control);
                control.finish_one();
                rate(setup, &Sample::of(setup, &found, &[]), self.sides[name])
            })
            .collect();
        if control.is_cancelled() {
            return None;
        }
        let mut answers = Answers::new();
        for (found, all) in found.chunks(REPLICATIONS as usize).zip(self.sides.keys()) {
            if let Some(rates) = found.iter().copied().collect() {
                answers.insert(*all, rates);
            }
        }
        Some(answers)
    }

    fn window(&self, side: &Side, ends: u64) -> Window {
        let requests = ends;
        match (&side.model.load.kind, side.model.run.duration) {
            (LoadKind::Batch { .. }, _) => Window::WHOLE,
            // What goes by a plan is compared over the whole of it.
            (LoadKind::Profile { .. } | LoadKind::Trace { .. }, duration @ Some(_)) => {
                Window { warmup: self.warmup, requests: 0, duration }
            }
            (LoadKind::Profile { .. } | LoadKind::Trace { .. }, None) => {
                Window { warmup: self.warmup, requests: self.ends.1.max(1), duration: None }
            }
            _ => Window { warmup: self.settling(side), requests, duration: None },
        }
    }

    /// Some response times; no more than the study itself took, but a few.
    fn settling(&self, side: &Side) -> Span {
        let capacity = Capacity::of(&side.model, side.runtime());
        let cycle = capacity.response_min_s + side.think_s();
        let most = Span::from_seconds(3.0 * cycle).max(self.warmup);
        Span::from_seconds(SETTLING * cycle).min(most)
    }
}
