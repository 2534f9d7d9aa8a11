//! Replications of all runtimes, in parallel, as many as the model or its precision asks for.

use rayon::prelude::*;

use crate::model::{LoadKind, Model, RunSpec};
use crate::simulation::{Control, Setup, Stop, Window, give_back, replicate};
use crate::units::Span;

use super::estimate::{self, responses};
use super::result::Estimate;
use super::sample::Sample;

/// The samples of every runtime: those of one replication stand at the same place.
pub type Samples = Vec<Vec<Sample>>;

/// Runs the replications of every runtime; interrupted, answers those that all runtimes finished.
#[must_use]
pub fn replicate_all(model: &Model, setups: &[Setup], warmup: Span, control: &Control) -> Samples {
    let window = window(model, warmup);
    let mut samples: Samples = vec![Vec::new(); setups.len()];
    let mut wanted = match model.run.precision {
        Some(_) => model.run.replications.clamp(2, model.run.max_replications.max(2)),
        None => model.run.replications,
    };
    loop {
        let from = samples.first().map_or(0, Vec::len) as u32;
        control.plan(u64::from(wanted - from) * setups.len() as u64);
        let jobs: Vec<(usize, u32)> = (from..wanted)
            .flat_map(|number| (0..setups.len()).map(move |place| (place, number)))
            .collect();
        let found: Vec<Sample> = jobs
            .par_iter()
            .map(|&(place, number)| {
                let found = replicate(&setups[place], number, window, control);
                if found.stop != Stop::Interrupted {
                    control.finish_one();
                }
                let sample = Sample::of(&setups[place], &found, &model.run.slo);
                give_back(found);
                sample
            })
            .collect();
        for ((place, _), sample) in jobs.into_iter().zip(found) {
            samples[place].push(sample);
        }
        if control.is_cancelled() {
            keep_finished(&mut samples);
            return samples;
        }
        match more_wanted(&model.run, &samples) {
            Some(more) => wanted = more,
            None => return samples,
        }
    }
}

fn window(model: &Model, warmup: Span) -> Window {
    match (&model.load.kind, model.run.duration) {
        (LoadKind::Batch { .. }, _) => Window::WHOLE,
        (_, Some(duration)) => Window { warmup, requests: 0, duration: Some(duration) },
        (_, None) => Window { warmup, requests: model.run.requests, duration: None },
    }
}

/// Drops every replication that some runtime did not finish.
fn keep_finished(samples: &mut Samples) {
    let count = samples.first().map_or(0, Vec::len);
    let finished: Vec<bool> = (0..count)
        .map(|number| samples.iter().all(|runtime| runtime[number].stop != Stop::Interrupted))
        .collect();
    for runtime in samples {
        let mut place = 0;
        runtime.retain(|_| {
            place += 1;
            finished[place - 1]
        });
    }
}

/// How many replications there should be in all, where the precision asks for more.
fn more_wanted(run: &RunSpec, samples: &Samples) -> Option<u32> {
    let precision = run.precision?;
    let done = samples.first().map_or(0, Vec::len) as u32;
    if done >= run.max_replications {
        return None;
    }
    let widest = widest(samples).share;
    if widest <= precision {
        return None;
    }
    // The width falls with the square root of the number; at most double, for it is only estimated.
    let factor = (widest / precision).powi(2).clamp(1.0, 2.0);
    let wanted = (f64::from(done) * factor).ceil() as u32;
    Some(wanted.max(done + 1).min(run.max_replications))
}

/// The widest of the intervals that the precision is about, as they are printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Widest {
    /// The place of the runtime.
    pub runtime: usize,
    /// `throughput`, `mean` or `p99`.
    pub metric: &'static str,
    /// Half the width of the interval over the value; 0 where nothing has an interval.
    pub share: f64,
}

/// The widest interval among throughput, mean and p99 of all runtimes.
#[must_use]
pub fn widest(samples: &Samples) -> Widest {
    let mut widest = Widest { runtime: 0, metric: "throughput", share: 0.0 };
    for (runtime, own) in samples.iter().enumerate() {
        let times = responses(own, |sample| &sample.response);
        let throughput = estimate::throughput(own);
        for (metric, found) in
            [("throughput", throughput), ("mean", times.mean), ("p99", times.p99)]
        {
            let share = relative_width(&found);
            if share > widest.share {
                widest = Widest { runtime, metric, share };
            }
        }
    }
    widest
}

/// The relative half-width of a figure; 0 where it can't be known.
fn relative_width(found: &Estimate) -> f64 {
    match (found.value, found.half_width()) {
        (Some(value), Some(half)) if value > 0.0 => half / value,
        _ => 0.0,
    }
}
