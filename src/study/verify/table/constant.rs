//! Constant times: one right answer, to the last digit.
//!
//! Windows are multiples of the period, so that a count over a window is its rate exactly.

use crate::model::Scheduling::{self, Fifo, ProcessorSharing, RoundRobin};
use crate::model::{Load, LoadKind, Runtime, Step};
use crate::study::verify::build::{cpu, event_loop, hold, io, io_at, ms, pool, threads, workers};
use crate::study::verify::{Case, Measure};
use crate::units::{Rate, Span};

const FORMULA: &str = "1 + T_io/T_cpu = 81 (Goetz 2006)";
const CONCURRENCY: &str = "E(N) = N below 1 + T_io/T_cpu";
const BY_HAND: &str = "by hand";
const SLICES: &str = "by hand: job i of n ends in slice (m - 1) n + i";

pub(super) fn cases() -> Vec<Case> {
    let mut all = formula();
    all.extend(downloads());
    all.extend(semaphores());
    all.extend(jobs());
    all.push(timeline(workers(1), 0.024));
    all.push(timeline(event_loop(), 0.009));
    all.push(evenly());
    all
}

/// T_cpu of 1 ms, T_io of 80 ms: one worker, N threads, a loop, and 8 cores.
fn formula() -> Vec<Case> {
    let steps = || vec![cpu(ms(1.0)), io(ms(80.0))];
    let closed = |name: String, source, clients, runtime: Runtime| {
        // 100 periods of 81 ms, after 1000 of them.
        Case::new(name, source, Load::closed(clients), steps(), runtime).fixed(81_000, 8_100)
    };
    let one = |runtime: Runtime, rate: f64| {
        closed("81 clients, 1 core".to_owned(), FORMULA, 81, runtime)
            .on(1, Fifo)
            .exactly(Measure::Throughput, rate)
    };
    let mut all = vec![
        one(workers(1), 1_000.0 / 81.0).exactly(Measure::Cpu, 1.0 / 81.0),
        one(threads(81), 1_000.0).exactly(Measure::Cpu, 1.0),
        one(event_loop(), 1_000.0).exactly(Measure::Cpu, 1.0).exactly(Measure::ResponseMean, 0.081),
    ];
    for n in [2, 10, 40, 80] {
        all.push(
            closed(format!("{n} of 81 in flight"), CONCURRENCY, 81, threads(n))
                .on(1, Fifo)
                .exactly(Measure::Throughput, f64::from(n) * 1_000.0 / 81.0)
                .exactly(Measure::Width, 1.0),
        );
    }
    all.push(
        closed("648 clients, 8 cores".to_owned(), FORMULA, 648, threads(648))
            .on(8, Fifo)
            .exactly(Measure::Throughput, 8_000.0)
            .exactly(Measure::Cpu, 1.0),
    );
    all
}

/// 10 000 downloads of 1.4 ms CPU and 178.6 ms I/O: half an hour, 18 seconds or 14.
fn downloads() -> Vec<Case> {
    let all = |runtime: Runtime, makespan: f64| {
        Case::batch("10 000 downloads", BY_HAND, 10_000, vec![cpu(ms(1.4)), io(ms(178.6))], runtime)
            .on(1, Fifo)
            .exactly(Measure::Makespan, makespan)
    };
    vec![
        all(workers(1), 10_000.0 * 0.18),
        // 100 rounds of 180 ms, the last thread 99 bursts behind the first.
        all(threads(100), 100.0 * 0.18 + 99.0 * 0.001_4),
        // All bursts, then the last wait.
        all(event_loop(), 10_000.0 * 0.001_4 + 0.178_6),
    ]
}

/// 2 000 items of 50 ms I/O and 1 ms CPU, a hundred at once.
fn semaphores() -> Vec<Case> {
    let batch = |name: &str, steps: Vec<Step>, runtime: Runtime, makespan: f64| {
        Case::batch(name, BY_HAND, 2_000, steps, runtime)
            .on(1, Fifo)
            .with(|model| model.resources = vec![pool(100)])
            .exactly(Measure::Makespan, makespan)
    };
    let work = || vec![io(ms(50.0)), cpu(ms(1.0))];
    vec![
        batch("2 000 items, no limit", work(), event_loop(), 2.05),
        // The turn of the loop: a hundred wait 50 ms, then run 100 ms before the next start.
        batch("2 000 items, a semaphore", vec![hold(0, work())], event_loop(), 3.0),
        // Freed at the end of the wait: the next hundred wait while the first run.
        batch(
            "2 000 items, 100 connections",
            vec![io_at(ms(50.0), vec![0]), cpu(ms(1.0))],
            event_loop(),
            2.05,
        ),
    ]
}

/// Four jobs of 3 ms: in order, in slices of 1 ms, or at once.
fn jobs() -> Vec<Case> {
    let four = |name: &str, cores: u32, scheduling: Scheduling, runtime: Runtime| {
        let source = if scheduling == RoundRobin { SLICES } else { BY_HAND };
        Case::batch(name, source, 4, vec![cpu(ms(3.0))], runtime)
            .on(cores, scheduling)
            .with(|model| model.host.timeslice = Span::from_millis(1))
    };
    let ends = |case: Case, makespan: f64, mean: f64| {
        case.exactly(Measure::Makespan, makespan).exactly(Measure::ResponseMean, mean)
    };
    let kinds = || [workers(4), threads(4)];
    let mut all = Vec::new();
    for runtime in kinds() {
        // 3, 6, 9 and 12 ms.
        all.push(ends(four("4 jobs in order", 1, Fifo, runtime), 0.012, 0.007_5));
    }
    for runtime in kinds() {
        // 9, 10, 11 and 12 ms.
        all.push(ends(four("4 jobs in slices", 1, RoundRobin, runtime), 0.012, 0.010_5));
    }
    for runtime in kinds() {
        all.push(ends(four("4 jobs at once", 1, ProcessorSharing, runtime), 0.012, 0.012));
    }
    let at_once = |cores| four("4 jobs, 2 shared cores", cores, ProcessorSharing, threads(4));
    all.push(ends(at_once(2), 0.006, 0.006));
    // One loop is one thread: in order, however cores are shared.
    for scheduling in [Fifo, RoundRobin, ProcessorSharing] {
        all.push(ends(four("4 jobs in a loop", 2, scheduling, event_loop()), 0.012, 0.007_5));
    }
    // A switch before each job but the first.
    let switched = four("4 jobs, 0.1 ms to switch", 1, Fifo, threads(4))
        .with(|model| model.host.context_switch = Span::from_micros(100));
    all.push(ends(switched, 0.012_3, 0.007_65));
    all
}

/// Four requests of 1 ms CPU, 4 ms I/O, 1 ms CPU on one core.
fn timeline(runtime: Runtime, makespan: f64) -> Case {
    let steps = vec![cpu(ms(1.0)), io(ms(4.0)), cpu(ms(1.0))];
    Case::batch("the timeline: 2 ms CPU around 4 ms", BY_HAND, 4, steps, runtime)
        .on(1, Fifo)
        .exactly(Measure::Makespan, makespan)
}

/// Evenly spaced arrivals to a server that is done before the next: nobody waits.
fn evenly() -> Case {
    let load = Load::new(LoadKind::Constant { rate: Rate(500.0) });
    Case::new("D/D/1 at 50 %", BY_HAND, load, vec![cpu(ms(1.0))], workers(1))
        .fixed(1_000, 1_000)
        .exactly(Measure::Throughput, 500.0)
        .exactly(Measure::ResponseMean, 0.001)
        .exactly(Measure::Cpu, 0.5)
}
