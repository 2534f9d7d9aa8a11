//! Models in a line: what the tests of the engine are built from.

#![allow(dead_code)] // each test program uses its own part

use std::sync::Arc;

use iowait::input::dist::Dist;
use iowait::model::runtime::{EventLoop, SyncWorker, ThreadPool};
use iowait::model::{
    Load, LoadKind, Model, RequestClass, Resource, Runtime, Scheduling, Scope, Step, StepKind,
};
use iowait::simulation::{Control, Replication, Setup, Window, replicate};
use iowait::units::{Share, Span, Time};

/// A constant number of milliseconds.
pub fn ms(value: f64) -> Dist {
    Dist::constant(value * 1e6)
}

/// An exponential of this mean in milliseconds.
pub fn exp_ms(mean: f64) -> Dist {
    Dist::exponential(mean * 1e6)
}

pub fn cpu(demand: Dist) -> Step {
    Step::cpu(demand)
}

pub fn io(wait: Dist) -> Step {
    Step::io(wait)
}

pub fn io_at(wait: Dist, at: Vec<usize>) -> Step {
    Step::io_at(wait, at)
}

pub fn blocking_io(wait: Dist) -> Step {
    Step::new(StepKind::Io {
        wait,
        at: vec![],
        timer: false,
        blocking: Share::ALL,
        offload: Share::NONE,
    })
}

pub fn repeat(count: u32, steps: Vec<Step>) -> Step {
    Step::repeat(count, steps)
}

pub fn hold(resource: usize, steps: Vec<Step>) -> Step {
    Step::new(StepKind::Hold { resources: vec![resource], steps })
}

pub fn pool(name: &str, slots: u32) -> Resource {
    Resource { name: name.into(), slots, queue: None, timeout: None, scope: Scope::Shared }
}

pub fn sync(workers: u32) -> Runtime {
    Runtime::new("sync", SyncWorker::new(workers))
}

pub fn threads(threads: u32) -> Runtime {
    Runtime::new("threads", ThreadPool::new(threads))
}

pub fn loops(loops: u32) -> Runtime {
    Runtime::new("loop", EventLoop::new(loops, loops))
}

/// One class of requests on one core under this load, with no runtime yet.
pub fn model(load: Load, steps: Vec<Step>) -> Model {
    Model::new("test", load, steps, vec![])
}

pub fn on_cores(mut model: Model, cores: u32, scheduling: Scheduling) -> Model {
    model.host.cores = cores;
    model.host.scheduling = scheduling;
    model
}

pub fn batch(count: u64) -> Load {
    Load::new(LoadKind::Batch { count })
}

/// One replication with a warm-up in seconds and a number of ends in its window.
pub fn run(model: &Model, runtime: &Runtime, warmup: f64, requests: u64) -> Replication {
    run_nth(model, runtime, 0, warmup, requests)
}

pub fn run_nth(
    model: &Model,
    runtime: &Runtime,
    replication: u32,
    warmup: f64,
    requests: u64,
) -> Replication {
    let window = Window { warmup: Span::from_seconds(warmup), requests, duration: None };
    replicate(&Setup::new(model, runtime), replication, window, &Control::default())
}

/// The whole of a batch.
pub fn makespan(model: &Model, runtime: &Runtime) -> f64 {
    let whole = replicate(&Setup::new(model, runtime), 0, Window::WHOLE, &Control::default());
    assert_eq!(whole.stop, iowait::simulation::Stop::Drained);
    whole.last_end.seconds()
}

pub fn throughput(replication: &Replication) -> f64 {
    replication.counts.completed as f64 / replication.window.seconds()
}

/// The mean response time in milliseconds.
pub fn response_ms(replication: &Replication) -> f64 {
    replication.response.mean().expect("requests completed") / 1e6
}

/// Asserts that the mean of `figure` over 10 replications is `exact`, by its 95 % interval widened
/// to 99.9 % (Student's t with 9 degrees of freedom, 4.781) so that a correct engine fails one test
/// in a thousand and seeds are not chosen to pass.
pub fn assert_exact(what: &str, exact: f64, figure: impl Fn(u32) -> f64) {
    let figures: Vec<f64> = (0..10).map(figure).collect();
    let mean = figures.iter().sum::<f64>() / 10.0;
    let variance = figures.iter().map(|figure| (figure - mean).powi(2)).sum::<f64>() / 9.0;
    let half = 4.781 * (variance / 10.0).sqrt();
    assert!(
        (mean - exact).abs() <= half,
        "{what}: {mean} ± {half} against {exact} ({:+.2} %)",
        (mean / exact - 1.0) * 100.0
    );
    assert!(half < 0.05 * exact.abs(), "{what}: {half} is too wide to prove anything");
}

/// Classes with these steps, of which requests come at these instants in milliseconds.
pub fn traced(classes: Vec<Vec<Step>>, arrivals: &[(f64, u32)]) -> Model {
    let instant = |at: f64| Time((at * 1e6).round() as u64);
    let arrivals = arrivals.iter().map(|&(at, class)| (instant(at), Some(class)));
    let load = Load::new(LoadKind::Trace { arrivals: Arc::new(arrivals.collect()) });
    let mut model = model(load, vec![]);
    let class = |(place, steps)| RequestClass { name: format!("c{place}"), weight: 1.0, steps };
    model.requests = classes.into_iter().enumerate().map(class).collect();
    model
}
