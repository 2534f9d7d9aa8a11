//! Many replications: pairs them, compares, explains.
//!
//! [`run`] takes a model with its scenarios to the [`result::Outcome`] that reports show.

pub mod axis;
pub mod capacity;
pub mod causes;
pub mod compare;
pub mod controls;
pub mod estimate;
pub mod exact;
pub mod explain;
pub mod fit;
mod metric;
pub mod objective;
pub mod pilot;
pub mod plan;
pub mod replicate;
pub mod result;
pub mod sample;
pub mod saving;
pub mod sensitivity;
pub mod steady;
pub mod sweep;
pub mod trace;
pub mod validate;
pub mod verify;
pub mod widths;
pub mod workload;

use crate::model::{Model, Runtime};
use crate::simulation::{Control, Setup, Stop};
use crate::units::Span;

use capacity::Capacity;
use controls::Controls;
use exact::Applies;
use explain::Evidence;
use replicate::Samples;
use result::{Exact, Outcome, RuntimeResult, ScenarioResult, Summary, Theory, Workload};
use sample::Sample;

/// A model with its scenarios, each read already.
#[derive(Clone, Debug)]
pub struct Case {
    /// The base model.
    pub model: Model,
    /// The model under each scenario's values, in the file's order.
    pub scenarios: Vec<(String, Model)>,
    /// SHA-256 of the model's text, in hex; empty for one built in code.
    pub sha256: String,
}

impl Case {
    /// A model alone, built in code.
    #[must_use]
    pub const fn of(model: Model) -> Self {
        Self { model, scenarios: Vec::new(), sha256: String::new() }
    }
}

/// How a study is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Cores to use; all by default.
    pub jobs: Option<usize>,
    /// The command line that makes this again.
    pub command: String,
    /// Whether to simulate; theory alone otherwise.
    pub simulate: bool,
    /// Whether to work out what is shown on a screen alone: words on the model, why theory is exact, the
    /// distribution of the response time.
    pub show: bool,
    /// Whether to simulate what each cause has its share of the gap to the formula by.
    pub explain: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { jobs: None, command: String::new(), simulate: true, show: true, explain: true }
    }
}

/// Why there is no outcome.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A bound was reached: which, and what to do.
    #[error("{0}")]
    Limit(String),
    /// The user interrupted it before any replication was done.
    #[error("interrupted before the first replication of every runtime was done")]
    Interrupted,
}

/// Runs a case.
///
/// The same case gives the same outcome to the last bit, with any number of jobs.
///
/// # Errors
///
/// [`Failure::Limit`] where a replication goes on beyond all bounds, [`Failure::Interrupted`] where
/// `control` was cancelled before the first replication of every runtime was done. Interrupted
/// later, the outcome is that of the replications done, with a note that says so.
pub fn run(case: &Case, options: &Options, control: &Control) -> Result<Outcome, Failure> {
    threads(options.jobs)?.install(|| run_here(case, options, control))
}

/// The threads that simulate: this many, or one for each core.
///
/// # Errors
///
/// [`Failure::Limit`] where the system has no more threads.
pub fn threads(jobs: Option<usize>) -> Result<rayon::ThreadPool, Failure> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(jobs.unwrap_or(0))
        .build()
        .map_err(|error| Failure::Limit(format!("cannot start threads: {error}")))
}

/// The same as [`run`] on the threads that it is called on; `options.jobs` does not count.
///
/// # Errors
///
/// As [`run`].
pub fn run_here(case: &Case, options: &Options, control: &Control) -> Result<Outcome, Failure> {
    let mut base = study(&case.model, options, control)?;
    let scenarios = scenarios(case, options, control, &mut base.summary)?;
    Ok(Outcome {
        iowait: env!("CARGO_PKG_VERSION").to_owned(),
        model: case.model.name.clone(),
        model_sha256: case.sha256.clone(),
        seed: case.model.run.seed,
        replications: base.replications,
        warmup_s: base.warmup.seconds(),
        command: options.command.clone(),
        workload: base.workload,
        baseline: case.model.runtimes[case.model.run.baseline].name.clone(),
        runtimes: base.runtimes,
        scenarios,
        summary: base.summary,
    })
}

/// Every scenario; interrupted, those that were finished.
fn scenarios(
    case: &Case,
    options: &Options,
    control: &Control,
    summary: &mut Summary,
) -> Result<Vec<ScenarioResult>, Failure> {
    let mut scenarios = Vec::new();
    for (name, model) in &case.scenarios {
        let found = match study(model, options, control) {
            Err(Failure::Interrupted) => {
                summary.notes.push(format!("interrupted before scenario {name} had a result"));
                break;
            }
            found => found?,
        };
        let mut found = found;
        found.summary.baseline = model.runtimes[model.run.baseline].name.clone();
        scenarios.push(ScenarioResult {
            name: name.clone(),
            workload: found.workload,
            warmup_s: found.warmup.seconds(),
            runtimes: found.runtimes,
            summary: found.summary,
        });
    }
    Ok(scenarios)
}

/// What is found of one model.
struct Found {
    workload: Workload,
    warmup: Span,
    replications: u32,
    runtimes: Vec<RuntimeResult>,
    summary: Summary,
}

fn study(model: &Model, options: &Options, control: &Control) -> Result<Found, Failure> {
    let control = &control.of_one_study();
    let setups: Vec<Setup> =
        model.runtimes.iter().map(|runtime| Setup::new(model, runtime)).collect();
    let capacities: Vec<Capacity> =
        model.runtimes.iter().map(|runtime| Capacity::of(model, runtime)).collect();
    let exact: Vec<Applies> =
        model.runtimes.iter().map(|runtime| exact::of(model, runtime)).collect();
    let mut summary = Summary::default();
    if options.show {
        summary = workload::summary(model);
        summary.notes = explain::notes(model, &capacities);
        summary.notes.extend(model.note_outside());
        summary.notes.extend(model.without_effect());
    }
    let mut warmup = Span::ZERO;
    let mut samples: Samples = Vec::new();
    let mut settled = true;
    if options.simulate {
        let sustained: Vec<bool> = model
            .runtimes
            .iter()
            .zip(&capacities)
            .map(|(runtime, capacity)| !steady::overloaded(model, runtime, capacity))
            .collect();
        let cut = pilot::warmup(model, &setups, &sustained, control);
        refuse_events(control, "in a pilot of the warm-up")?;
        warmup = cut.warmup;
        samples = replicate::replicate_all(model, &setups, warmup, control);
        refuse_limits(model, &samples)?;
        if samples.iter().any(Vec::is_empty) {
            return Err(Failure::Interrupted);
        }
        note_the_run(model, &samples, control, &mut summary);
        settled = cut.settled;
    }
    let mut runtimes: Vec<RuntimeResult> = (0..model.runtimes.len())
        .map(|place| {
            let own = samples.get(place).map_or(&[][..], Vec::as_slice);
            let theory = (&capacities[place], exact.as_slice());
            let mut found = runtime_result(model, &setups[place], place, theory, (own, &samples));
            if options.show {
                found.theory.why = why(model, &model.runtimes[place], &exact[place]);
                found.distribution = estimate::distribution(own);
            }
            found
        })
        .collect();
    if !settled && runtimes.iter().all(|runtime| runtime.steady != Some(false)) {
        summary.notes.push(format!(
            "the pilots did not settle: {} may be too short a warm-up (run.warmup)",
            warmup
        ));
    }
    if options.simulate {
        explain_gaps(model, warmup, options, &mut runtimes, (control, &mut summary));
        refuse_events(control, "in a run that explains the gain")?;
    }
    Ok(Found {
        workload: workload::workload(model),
        warmup,
        replications: samples.first().map_or(0, Vec::len) as u32,
        runtimes,
        summary,
    })
}

/// Why each gain is not the formula's, as rows where they are wanted, and in words.
fn explain_gaps(
    model: &Model,
    warmup: Span,
    options: &Options,
    runtimes: &mut [RuntimeResult],
    (control, summary): (&Control, &mut Summary),
) {
    let asked = options.explain && !control.is_cancelled();
    if asked && !causes::explain(model, warmup, runtimes, control) {
        summary.notes.push("interrupted before the gaps to the formula were explained".to_owned());
    }
    for runtime in runtimes {
        if let Some(gap) = explain::gap(&runtime.gain) {
            runtime.bottleneck.why = format!("{} {gap}", runtime.bottleneck.why);
        }
    }
}

fn refuse_limits(model: &Model, samples: &Samples) -> Result<(), Failure> {
    for (runtime, own) in model.runtimes.iter().zip(samples) {
        for (number, sample) in own.iter().enumerate() {
            if let Stop::Limit(words) = &sample.stop {
                let (name, number) = (&runtime.name, number + 1);
                return Err(Failure::Limit(format!("{name}, replication {number}: {words}")));
            }
        }
    }
    Ok(())
}

/// A figure of runs that were stopped by the bound on events is none: what they were for cannot be told.
fn refuse_events(control: &Control, place: &str) -> Result<(), Failure> {
    match control.events_passed() {
        Some(most) => Err(Failure::Limit(format!(
            "{most} events were not enough {place} (--max-events): allow more events, or ask for fewer requests"
        ))),
        None => Ok(()),
    }
}

/// Notes on how the run itself went.
fn note_the_run(model: &Model, samples: &Samples, control: &Control, summary: &mut Summary) {
    let done = samples.first().map_or(0, Vec::len);
    if control.is_cancelled() {
        summary.notes.push(format!("interrupted: these are the {done} replications done by then"));
    } else if let Some(asked) = model.run.precision {
        let widest = replicate::widest(samples);
        let reached = if widest.share > asked { "not reached" } else { "reached" };
        let limit = if widest.share > asked { " (run.max_replications)" } else { "" };
        summary.notes.push(format!(
            "the precision of {} % was {reached} in {done} replications{limit}: the {} of {} is the widest, \
             ± {} %",
            workload::trimmed(asked * 100.0),
            widest.metric,
            model.runtimes[widest.runtime].name,
            workload::trimmed(widest.share * 100.0)
        ));
    }
}

fn theory(capacity: &Capacity, exact: &Applies) -> Theory {
    Theory {
        bound_rps: Some(capacity.rate()).filter(|rate| rate.is_finite()),
        exact: exact.solution().map(|found| Exact {
            method: found.method.to_owned(),
            throughput_rps: found.throughput_rps,
            response_mean_s: found.response_mean_s,
        }),
        why: String::new(),
    }
}

/// Why a result is exact, or what breaks exactness and what is near all the same.
fn why(model: &Model, runtime: &Runtime, exact: &Applies) -> String {
    let near = match exact {
        Applies::Exactly(_) => None,
        Applies::Nothing(_) => exact::approximate(model, runtime),
    };
    near.map_or_else(|| exact.why(), |near| format!("{}; {near}", exact.why()))
}

fn runtime_result(
    model: &Model,
    setup: &Setup,
    place: usize,
    (capacity, exact): (&Capacity, &[Applies]),
    (own, samples): (&[Sample], &Samples),
) -> RuntimeResult {
    let runtime: &Runtime = &model.runtimes[place];
    let mut gain = compare::gain(model, place, samples);
    gain.exact = compare::exact_gain(model, place, exact);
    let utilization = estimate::utilization(setup, own);
    let mut throughput_rps = estimate::throughput(own);
    let mut response_s = estimate::responses(own, |sample| &sample.response);
    let classes = estimate::classes(setup, own, &response_s);
    let is_baseline = place == model.run.baseline;
    if !own.is_empty() {
        let controls = Controls { model, samples, exact };
        throughput_rps = controls.throughput(place, throughput_rps);
        response_s.mean = controls.response_mean(place, response_s.mean);
        if !is_baseline {
            gain.simulated = controls.gain(place, gain.simulated);
        }
    }
    let pair = samples.get(model.run.baseline).filter(|_| !is_baseline).map(|base| [own, base]);
    let saving = saving::of(&throughput_rps, &response_s, &gain, pair, own.len());
    let bottleneck = explain::bottleneck(&Evidence {
        model,
        runtime,
        capacity,
        utilization: &utilization,
        throughput: throughput_rps.value,
    });
    let mut warnings = explain::warnings(model, runtime, own);
    warnings.extend(explain::beyond_capacity(model, capacity, &throughput_rps));
    let mut result = RuntimeResult {
        name: runtime.name.clone(),
        kind: runtime.kind.keyword().to_owned(),
        workload: workload::runtime_workload(model, runtime),
        requests: (!own.is_empty()).then(|| estimate::counts(own)),
        throughput_rps,
        response_s,
        classes,
        accept_wait_s: estimate::accept_wait(own),
        breakdown_s: estimate::breakdown(own, |sample| sample.parts),
        breakdown_tail_s: estimate::breakdown(own, |sample| sample.tail_parts),
        in_flight: estimate::in_flight(own),
        utilization,
        loop_lag_s: estimate::loop_lag(setup, own),
        memory_bytes: estimate::memory(own),
        wasted: estimate::wasted(own),
        cold_starts: estimate::cold_starts(own),
        makespan_s: estimate::makespan(model, own),
        cost: estimate::cost(runtime, own),
        gain,
        fewer_requests: saving,
        theory: theory(capacity, &exact[place]),
        bottleneck,
        slo: Vec::new(),
        steady: steady::is_steady(model, runtime, capacity, own),
        warnings,
        events: (!own.is_empty()).then(|| own.iter().map(|sample| sample.events).sum()),
        distribution: Vec::new(),
        response_min_s: estimate::response_min(own),
        width: runtime.kind.width() * u64::from(runtime.instances),
    };
    let base = samples.get(model.run.baseline).map_or(&[][..], Vec::as_slice);
    result.slo = objective::judge(&model.run.slo, &result, is_baseline, (own, base));
    result
}
