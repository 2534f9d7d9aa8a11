//! Operational laws on untidy models: Little's with its boundary terms, and that nobody is lost.
//!
//! They hold in every window of any system (Denning and Buzen 1978), so they must come out exactly,
//! with clients that give up and try again, steps that fail and pools that are full.

use crate::input::dist::Dist;
use crate::model::Scheduling::{Fifo, ProcessorSharing, RoundRobin};
use crate::model::{Runtime, Scheduling};
use crate::study::verify::build::{
    cpu, exp_ms, hold, io, io_at, lognormal_ms, loops_with, ms, pool, threads, with_backlog,
    workers,
};
use crate::study::verify::{Case, Measure};
use crate::units::{Share, Span};

const LAWS: &str = "Little 1961; Denning and Buzen 1978";
const MAXIMUM: &str = "Renyi 1953: (n - c)/(c mu) + H_c/mu";

pub(super) fn cases() -> Vec<Case> {
    vec![
        untidy("the laws, workers", ProcessorSharing, with_backlog(workers(12), 20)),
        untidy("the laws, threads", RoundRobin, with_backlog(threads(12), 20)),
        untidy("the laws, loops", Fifo, {
            with_backlog(loops_with(2, |kind| kind.max_tasks = Some(8)), 20)
        }),
        untidy_exponential_batch(),
    ]
}

fn untidy(name: &str, scheduling: Scheduling, runtime: Runtime) -> Case {
    let mut call = io_at(lognormal_ms(4.0, 2.0), vec![0]);
    call.fail = Share(0.05);
    let steps = vec![cpu(exp_ms(1.0)), call, hold(0, vec![cpu(ms(0.2)), io(exp_ms(1.0))])];
    Case::poisson(name, LAWS, (1_500.0, 1.0), steps, runtime)
        .on(2, scheduling)
        .with(|model| {
            model.load.timeout = Some(Span::from_millis(12));
            model.load.retries = 2;
            model.load.backoff = Dist::exponential(5e6);
            let mut small = pool(5);
            small.queue = Some(8);
            small.timeout = Some(Span::from_millis(6));
            model.resources = vec![small];
        })
        .exactly(Measure::LittleGap, 0.0)
        .exactly(Measure::ConservationGap, 0.0)
}

/// 200 exponential jobs on 5 workers: all but the last five leave at the full rate, then the
/// longest of those left is waited for.
fn untidy_exponential_batch() -> Case {
    let last = 1.0 + 0.5 + 1.0 / 3.0 + 0.25 + 0.2;
    Case::batch("200 jobs on 5 workers", MAXIMUM, 200, vec![io(exp_ms(1.0))], workers(5))
        .expect(Measure::Makespan, 0.001 * (195.0 / 5.0 + last))
}
