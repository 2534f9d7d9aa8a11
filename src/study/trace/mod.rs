//! What ran where in a window of virtual time, under each runtime: stretches made of a log.

mod fold;
mod window;

use rayon::prelude::*;

use super::Failure;
use super::workload;
use crate::model::{Model, Runtime, Scheduling};
use crate::simulation::{Control, Ending, Job, Log, Part, Setup};
use crate::units::{Span, Time};
use fold::Fold;
use window::Heard;

/// A window of every runtime of a model.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The model's name.
    pub model: String,
    /// Which runtime gains are relative to, by its place.
    pub baseline: usize,
    /// When the window opens.
    pub from: Time,
    /// When it closes: earlier than was asked where more happens than can be shown.
    pub until: Time,
    /// When it was to close.
    pub asked: Time,
    /// `1 + T_io/T_cpu`; `None` where T_cpu is 0, and under an open load, which gives every runtime
    /// the same to do: there is no gain in throughput to hold it against.
    pub formula: Option<f64>,
    /// One entry a runtime, in the model's order.
    pub runtimes: Vec<RuntimeTrace>,
}

/// A window of one runtime.
#[derive(Clone, Debug)]
pub struct RuntimeTrace {
    /// Its name.
    pub name: String,
    /// Its workers, threads or loops in all.
    pub width: u64,
    /// Cores in all.
    pub cores: u32,
    /// The names of the classes.
    pub classes: Vec<String>,
    /// What each thread is for.
    pub jobs: Vec<Job>,
    /// Requests in order of issue.
    pub requests: Vec<RequestTrace>,
    /// Bursts on cores, in order of their beginning. Where all running requests share the cores at
    /// once, as many cores are busy as requests run, the first cores first; none where these are
    /// those of several instances, for which of them a request runs on is not told.
    pub bursts: Vec<Burst>,
    /// Requests completed in the window.
    pub done: u64,
    /// The last end of a request in the window.
    pub last_end: Time,
    /// The share of the cores in use until then.
    pub cpu: f64,
}

/// One request as far as the window shows it.
#[derive(Clone, Debug, Default)]
pub struct RequestTrace {
    /// Its number in order of issue, from 0.
    pub number: u64,
    /// Its class.
    pub class: u32,
    /// When it was due, or the window opened.
    pub begin: Time,
    /// When it ended for its client, and how.
    pub end: Option<(Time, Ending)>,
    /// Where its time went, in order of the beginning.
    pub stretches: Vec<Stretch>,
}

/// A stretch of a strand's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The branch; 0 for the request itself.
    pub branch: u32,
    /// The thread that serves it in place.
    pub thread: Option<u32>,
    /// Where the time goes.
    pub part: Part,
    /// Its beginning.
    pub from: Time,
    /// Its end.
    pub to: Time,
}

/// A thread on a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// The core.
    pub core: u32,
    /// The thread; `None` where all that run share the cores.
    pub thread: Option<u32>,
    /// The request; `None` for what is no request's own.
    pub request: Option<u64>,
    /// Its beginning.
    pub from: Time,
    /// Its end.
    pub to: Time,
}

/// Runs the first replication of every runtime through a window and keeps what ran where. A window in
/// which more happens than a viewer opens ends there, for every runtime at the same moment.
///
/// # Errors
///
/// [`Failure::Limit`] where a replication goes beyond its bounds, [`Failure::Interrupted`] where
/// `control` was cancelled.
pub fn trace(
    model: &Model,
    from: Span,
    length: Span,
    control: &Control,
) -> Result<Traced, Failure> {
    let opens = Time::ZERO + from;
    let heard: Result<Vec<Heard>, Failure> = model
        .runtimes
        .par_iter()
        .map(|runtime| window::hear(&Setup::new(model, runtime), (from, length), control))
        .collect();
    let heard = heard?;
    let asked = opens + length;
    let until = heard.iter().filter_map(|heard| heard.complete_until).fold(asked, Time::min);
    let cut = until < asked;
    let runtimes = model.runtimes.iter().zip(heard);
    let runtimes =
        runtimes.map(|(runtime, heard)| of_runtime(model, runtime, heard.log, (opens, until, cut)));
    Ok(Traced {
        model: model.name.clone(),
        baseline: model.run.baseline,
        from: opens,
        until,
        asked,
        formula: workload::workload(model)
            .blocking_coefficient
            .filter(|_| !model.load.kind.is_open())
            .map(|beta| 1.0 + beta),
        runtimes: runtimes.collect(),
    })
}

fn of_runtime(
    model: &Model,
    runtime: &Runtime,
    log: Log,
    (from, until, cut): (Time, Time, bool),
) -> RuntimeTrace {
    let cores = model.host.cores * runtime.instances;
    let classes = runtime.requests.as_deref().unwrap_or(&model.requests);
    let mut folded = Fold::of(&log, until, cut);
    if model.host.scheduling == Scheduling::ProcessorSharing && runtime.instances == 1 {
        folded.share(cores);
    }
    let done = folded
        .requests
        .iter()
        .filter(|request| matches!(request.end, Some((_, Ending::Completed))))
        .count() as u64;
    let ends = folded.requests.iter().filter_map(|request| request.end.map(|(at, _)| at));
    let last_end = ends.max().unwrap_or(until);
    let busy = |from: Time, to: Time| to.min(last_end).0.saturating_sub(from.0);
    let used: u64 = folded.bursts.iter().map(|burst| busy(burst.from, burst.to)).sum();
    let room = last_end.0.saturating_sub(from.0) as f64 * f64::from(cores);
    RuntimeTrace {
        name: runtime.name.clone(),
        width: runtime.kind.width() * u64::from(runtime.instances),
        cores,
        classes: classes.iter().map(|class| class.name.clone()).collect(),
        jobs: log.jobs,
        requests: folded.requests,
        bursts: folded.bursts,
        done,
        last_end,
        cpu: if room > 0.0 { used as f64 / room } else { 0.0 },
    }
}

impl RequestTrace {
    /// Where its time goes at an instant: the first part that applies to any of its branches.
    #[must_use]
    pub fn part_between(&self, from: Time, to: Time) -> Option<Part> {
        let mut time = [0_u64; Part::ALL.len()];
        for stretch in self.stretches.iter().filter(|s| s.from < to && s.to > from) {
            let shared = stretch.to.min(to).0 - stretch.from.max(from).0;
            time[stretch.part as usize] += shared;
        }
        let most = time.iter().copied().max().filter(|most| *most > 0)?;
        Part::ALL.into_iter().find(|part| time[*part as usize] == most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Overrides;
    use crate::model::shipped::MODELS;
    use crate::simulation::{Window, listen, replicate};

    #[test]
    fn a_listener_changes_nothing() {
        for model in MODELS {
            let model = Model::read(&model.document(), &Overrides::new()).unwrap();
            let runtime = &model.runtimes[model.runtimes.len() - 1];
            let setup = Setup::new(&model, runtime);
            let window = Window {
                warmup: Span::from_millis(50),
                requests: 0,
                duration: Some(Span::from_millis(300)),
            };
            let control = Control::default();
            let alone = replicate(&setup.clone().event_driven(), 0, window, &control);
            let (heard, log) = listen(&setup, 0, window, &control);
            assert_eq!(format!("{alone:?}"), format!("{heard:?}"), "{}", runtime.name);
            assert!(!log.changes.is_empty());
        }
    }
}
