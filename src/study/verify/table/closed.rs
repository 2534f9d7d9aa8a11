//! Closed loads: the machine-repair model, and mean value analysis.
//!
//! Exponential bursts at cores that are never idle while somebody is ready, waits of any family
//! (BCMP 1975); under processor sharing bursts of any family too.

use crate::input::dist::Dist;
use crate::model::Runtime;
use crate::model::Scheduling::{self, Fifo, ProcessorSharing, RoundRobin};
use crate::study::verify::build::{
    cpu, erlang_ms, event_loop, exp_ms, hyperexp_ms, io, lognormal_ms, ms, repeat, serverless,
    stealers, threads, uniform_ms, workers,
};
use crate::study::verify::{Case, Measure};
use crate::theory::machine_repair::MachineRepair;
use crate::theory::{Station, erlang, mva};
use crate::units::Span;

const REPAIR: &str = "machine repair: Kleinrock I, 3.8; Jain 1991, 31";
const MVA: &str = "Reiser and Lavenberg 1980; BCMP 1975";
const SEEN_AS_LOSS: &str = "1 - ErlangB(N, beta): machine repair on one core";

pub(super) fn cases() -> Vec<Case> {
    let memoryless = || exp_ms(1.0);
    let repair = |name: &str, on: (u64, u32, Scheduling), wait: Dist, runtime: Runtime| {
        machine_repair(name, on, (memoryless(), wait), runtime)
    };
    let shared = |name: &str, on: (u64, u32), burst: Dist, runtime: Runtime| {
        machine_repair(name, (on.0, on.1, ProcessorSharing), (burst, exp_ms(9.0)), runtime)
    };
    vec![
        repair("20 tasks, 1 core", (20, 1, Fifo), exp_ms(9.0), event_loop()),
        repair("20 threads, constant waits", (20, 1, Fifo), ms(9.0), threads(20)),
        repair("20 workers, lognormal waits", (20, 1, Fifo), lognormal_ms(9.0, 1.0), workers(20)),
        full_core(),
        repair("40 threads, 4 cores", (40, 4, Fifo), exp_ms(9.0), threads(40)),
        repair("44 workers, 4 cores, sliced", (44, 4, RoundRobin), exp_ms(9.0), workers(44)),
        repair("20 tasks, sliced", (20, 1, RoundRobin), uniform_ms(0.0, 18.0), event_loop()),
        repair("30 threads, sliced", (30, 2, RoundRobin), exp_ms(9.0), threads(30)),
        shared("20 threads, shared core", (20, 1), erlang_ms(3), threads(20)),
        shared("40 threads, 4 shared cores, cv 2", (40, 4), hyperexp_ms(1.0, 2.0), threads(40)),
        shared("20 workers, shared core", (20, 1), uniform_ms(0.0, 2.0), workers(20)),
        shared("20 tasks, shared core", (20, 1), exp_ms(1.0), event_loop()),
        repair("40 tasks, 4 stealing workers", (40, 4, Fifo), exp_ms(9.0), stealers(4)),
        repair("30 tasks, 2 of 3 workers run", (30, 2, RoundRobin), ms(9.0), stealers(3)),
        shared("12 tasks, 2 stealing workers", (12, 2), exp_ms(1.0), stealers(2)),
        workers_as_servers(),
        instances_as_servers(),
        several_calls("5 calls and think time", event_loop()),
        several_calls("5 calls and think time", threads(30)),
        shared_bursts(),
    ]
}

/// The mean burst is 1 ms and the mean wait 9 ms: a ratio of 9.
fn machine_repair(
    name: &str,
    (clients, cores, scheduling): (u64, u32, Scheduling),
    (burst, wait): (Dist, Dist),
    runtime: Runtime,
) -> Case {
    let exact = MachineRepair::new(clients, cores.into(), 0.009, 0.001).expect("in range");
    let rate = exact.throughput_rps();
    let load = (clients, ms(0.0), rate, 100.0);
    Case::closed(name, REPAIR, load, vec![cpu(burst), io(wait)], runtime)
        .on(cores, scheduling)
        .with(|model| model.host.timeslice = Span::from_micros(250))
        .expect(Measure::Throughput, rate)
        .expect(Measure::Cpu, exact.utilization())
        .expect(Measure::ResponseMean, clients as f64 / rate)
}

/// At the formula's own best concurrency the core is not full: ten threads at a ratio of 9 use
/// 83.2 % of it.
fn full_core() -> Case {
    let busy = 1.0 - erlang::erlang_b(10, 9.0).expect("in range");
    let load = (10, ms(0.0), busy * 1e3, 100.0);
    let steps = vec![cpu(exp_ms(1.0)), io(exp_ms(9.0))];
    Case::closed("N_opt threads leave the core idle", SEEN_AS_LOSS, load, steps, threads(10))
        .on(1, Fifo)
        .expect(Measure::Cpu, busy)
        .expect(Measure::Throughput, busy * 1e3)
}

/// Five workers whose requests only wait are the servers, the clients that think the machines.
fn workers_as_servers() -> Case {
    let exact = MachineRepair::new(20, 5, 0.01, 0.004).expect("in range");
    let rate = exact.throughput_rps();
    let load = (20, exp_ms(10.0), rate, 100.0);
    Case::closed("20 thinking clients, 5 workers", REPAIR, load, vec![io(exp_ms(4.0))], workers(5))
        .expect(Measure::Throughput, rate)
        .expect(Measure::ResponseMean, exact.residence_mean_s())
        .expect(Measure::Width, exact.utilization())
        .expect(Measure::InFlight, exact.at_servers_mean())
}

/// Five instances, whose cores are their own, are the servers.
fn instances_as_servers() -> Case {
    let exact = MachineRepair::new(20, 5, 0.01, 0.004).expect("in range");
    let rate = exact.throughput_rps();
    let load = (20, exp_ms(10.0), rate, 100.0);
    let steps = vec![cpu(exp_ms(4.0))];
    Case::closed("20 thinking clients, 5 instances", REPAIR, load, steps, serverless(5))
        .expect(Measure::Throughput, rate)
        .expect(Measure::ResponseMean, exact.residence_mean_s())
        .expect(Measure::Width, exact.utilization())
}

/// Each request has five bursts of 0.2 ms, each followed by a call of 4 ms; 30 clients think for
/// 5 ms in between.
fn several_calls(name: &str, runtime: Runtime) -> Case {
    let exact =
        mva::solve(&[Station::queue(0.001), Station::delay(0.02)], 0.005, 30).expect("in range");
    let rate = exact.throughput_rps;
    let steps = vec![repeat(Dist::constant(5.0), vec![cpu(exp_ms(0.2)), io(exp_ms(4.0))])];
    Case::closed(name, MVA, (30, exp_ms(5.0), rate, 50.0), steps, runtime)
        .on(1, Fifo)
        .expect(Measure::Throughput, rate)
        .expect(Measure::ResponseMean, exact.response_mean_s)
        .expect(Measure::Cpu, rate * 0.001)
}

/// Bursts of different families and means share two cores; only their sum matters.
fn shared_bursts() -> Case {
    let exact = mva::solve(&[Station::servers(0.002, 2), Station::delay(0.008)], 0.0, 12)
        .expect("in range");
    let rate = exact.throughput_rps;
    let steps =
        vec![cpu(ms(0.5)), io(exp_ms(3.0)), cpu(hyperexp_ms(1.5, 2.0)), io(uniform_ms(0.0, 10.0))];
    Case::closed(
        "bursts of two families share",
        MVA,
        (12, ms(0.0), rate, 100.0),
        steps,
        threads(12),
    )
    .on(2, ProcessorSharing)
    .expect(Measure::Throughput, rate)
    .expect(Measure::ResponseMean, 12.0 / rate)
    .expect(Measure::Cpu, rate * 0.001)
}
