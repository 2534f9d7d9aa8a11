//! Steps, resources and runtimes in a word each: what cases are built from.

use crate::input::dist::Dist;
use crate::model::request::Gil;
use crate::model::runtime::{Assign, EventLoop, Serverless, SyncWorker, ThreadPool, WorkStealing};
use crate::model::{Resource, Runtime, RuntimeKind, Scope, Step, StepKind};
use crate::theory::relaxation;
use crate::units::Share;

/// Workers or threads that are never all busy in the cases that use them: the probability is below
/// 1e-14.
pub const ENOUGH: u32 = 400;

/// Nanoseconds in a millisecond.
const MS: f64 = 1e6;

/// Always this many milliseconds.
#[must_use]
pub const fn ms(value: f64) -> Dist {
    Dist::constant(value * MS)
}

/// Exponential of this mean in milliseconds.
#[must_use]
pub const fn exp_ms(mean: f64) -> Dist {
    Dist::exponential(mean * MS)
}

/// Erlang with so many stages and a mean of 1 ms.
#[must_use]
pub fn erlang_ms(stages: u32) -> Dist {
    Dist::erlang(stages, MS).expect("stages and mean are in range")
}

/// Uniform between two ends in milliseconds.
#[must_use]
pub fn uniform_ms(low: f64, high: f64) -> Dist {
    Dist::uniform(low * MS, high * MS).expect("the ends are in order")
}

/// Two exponential branches of balanced means: mean in milliseconds and coefficient of variation.
#[must_use]
pub fn hyperexp_ms(mean: f64, cv: f64) -> Dist {
    Dist::hyperexp(mean * MS, cv).expect("the variation is above 1")
}

/// Lognormal: mean in milliseconds and coefficient of variation.
#[must_use]
pub fn lognormal_ms(mean: f64, cv: f64) -> Dist {
    Dist::lognormal(mean * MS, cv).expect("mean and variation are positive")
}

/// Gamma: mean in milliseconds and coefficient of variation.
#[must_use]
pub fn gamma_ms(mean: f64, cv: f64) -> Dist {
    Dist::gamma(mean * MS, cv).expect("mean and variation are positive")
}

const fn step(kind: StepKind) -> Step {
    Step { kind, fail: Share::NONE, label: None }
}

/// A burst on a core.
#[must_use]
pub const fn cpu(demand: Dist) -> Step {
    step(StepKind::Cpu { demand, offload: Share::NONE, gil: Gil::Hold })
}

/// A burst that lets go of the interpreter lock.
#[must_use]
pub const fn cpu_released(demand: Dist) -> Step {
    step(StepKind::Cpu { demand, offload: Share::NONE, gil: Gil::Release })
}

/// A wait.
#[must_use]
pub const fn io(wait: Dist) -> Step {
    io_at(wait, Vec::new())
}

/// A wait that takes a slot of each of these resources, by their places.
#[must_use]
pub const fn io_at(wait: Dist, at: Vec<usize>) -> Step {
    step(StepKind::Io { wait, at, timer: false, blocking: Share::NONE, offload: Share::NONE })
}

/// A wait that blocks a whole loop.
#[must_use]
pub const fn io_blocking(wait: Dist) -> Step {
    step(StepKind::Io {
        wait,
        at: Vec::new(),
        timer: false,
        blocking: Share::ALL,
        offload: Share::NONE,
    })
}

/// A wait on an executor thread.
#[must_use]
pub const fn io_offloaded(wait: Dist) -> Step {
    step(StepKind::Io {
        wait,
        at: Vec::new(),
        timer: false,
        blocking: Share::NONE,
        offload: Share::ALL,
    })
}

/// Steps under a slot of the resource at this place.
#[must_use]
pub fn hold(resource: usize, steps: Vec<Step>) -> Step {
    step(StepKind::Hold { resources: vec![resource], steps })
}

/// Steps so many times over.
#[must_use]
pub const fn repeat(count: Dist, steps: Vec<Step>) -> Step {
    step(StepKind::Repeat { count, steps })
}

/// Branches at once where the runtime can.
#[must_use]
pub const fn parallel(branches: Vec<Vec<Step>>) -> Step {
    step(StepKind::Parallel { branches })
}

/// A resource shared by all, without limits beside its slots.
#[must_use]
pub fn pool(slots: u32) -> Resource {
    Resource { name: "pool".to_owned(), slots, queue: None, timeout: None, scope: Scope::Shared }
}

/// So many sync workers.
#[must_use]
pub fn workers(workers: u32) -> Runtime {
    Runtime::new("workers", RuntimeKind::SyncWorker(SyncWorker::new(workers)))
}

/// A pool of so many threads.
#[must_use]
pub fn threads(threads: u32) -> Runtime {
    Runtime::new("threads", RuntimeKind::ThreadPool(ThreadPool::new(threads)))
}

/// A thread pool with other keys.
#[must_use]
pub fn threads_with(width: u32, change: impl FnOnce(&mut ThreadPool)) -> Runtime {
    let mut kind = ThreadPool::new(width);
    change(&mut kind);
    Runtime::new("threads", RuntimeKind::ThreadPool(kind))
}

/// One event loop.
#[must_use]
pub fn event_loop() -> Runtime {
    loops_with(1, |_| {})
}

/// So many loops, each request on one of them as `assign` says.
#[must_use]
pub fn loops(count: u32, assign: Assign) -> Runtime {
    loops_with(count, |kind| kind.assign = assign)
}

/// Event loops with other keys.
#[must_use]
pub fn loops_with(count: u32, change: impl FnOnce(&mut EventLoop)) -> Runtime {
    let mut kind = EventLoop::new(count, count);
    change(&mut kind);
    Runtime::new("loop", RuntimeKind::EventLoop(kind))
}

/// So many workers that steal.
#[must_use]
pub fn stealers(workers: u32) -> Runtime {
    Runtime::new("stealers", WorkStealing::new(workers))
}

/// Serverless instances, so many at most.
#[must_use]
pub fn serverless(most: u32) -> Runtime {
    Runtime::new("serverless", Serverless::new(most))
}

/// The same runtime with room for so many waiting requests.
#[must_use]
pub fn with_backlog(mut runtime: Runtime, places: u64) -> Runtime {
    runtime.backlog = Some(places);
    runtime
}

/// Seconds after which a queue of `servers` has forgotten that it was empty at the start, to within
/// e^-12 = 6e-6; it relaxes no faster than one service.
#[must_use]
pub fn settling_s(rate_rps: f64, service_s: f64, servers: u32, scv: f64) -> f64 {
    let all_rps = f64::from(servers) / service_s;
    12.0 * (relaxation::time_s(rate_rps / all_rps, all_rps, scv) + service_s)
}
