//! Pools, locks and executors as stations: open networks of queues, and closed ones.
//!
//! What leaves M/M/c in the steady state is Poisson again (Burke 1956), so that queues in a row are
//! each as if alone (Jackson 1957).

use crate::input::dist::Dist;
use crate::model::Scheduling::Fifo;
use crate::model::runtime::GilOrder;
use crate::model::{Runtime, Step};
use crate::study::verify::build::{
    ENOUGH, cpu, cpu_released, event_loop, exp_ms, hold, io, io_at, io_offloaded, loops_with, ms,
    pool, settling_s, threads, threads_with, workers,
};
use crate::study::verify::{Case, Measure};
use crate::theory::mmc::Mmc;
use crate::theory::prediction::Predict;
use crate::theory::{Station, mva};

const JACKSON: &str = "Jackson 1957; Burke 1956";
const ERLANG_C: &str = "Erlang 1917; Kleinrock I, 3.5";
const MVA: &str = "Reiser and Lavenberg 1980; BCMP 1975";
const ONE_SERVER: &str = "the lock is M/M/1's server: Kleinrock I, 3.2";

pub(super) fn cases() -> Vec<Case> {
    let call = || io_at(exp_ms(3.0), vec![0]);
    let held = hold(0, vec![io(exp_ms(3.0))]);
    let executor = loops_with(1, |kind| kind.executor_threads = 4);
    vec![
        tandem("a core, then a pool of 3", call(), threads(ENOUGH)),
        tandem("a core, then a pool of 3", call(), event_loop()),
        tandem("a core, then a pool of 3", held, workers(ENOUGH)),
        station("a pool of 5 alone", 5, vec![io_at(exp_ms(1.0), vec![0])], event_loop()),
        station("an executor of 4 threads", 4, vec![io_offloaded(exp_ms(1.0))], executor),
        gil("a GIL on 4 cores", GilOrder::Fifo),
        gil("a GIL on 4 cores, random order", GilOrder::Random),
        released(),
        network("cores, 3 connections and a lock", threads(12)),
        network("cores, 3 connections and a lock", workers(12)),
        lock("a core and a lock", event_loop()),
        lock("a core and a lock", threads(10)),
    ]
}

/// Exponential bursts of 1 ms on one core, then exponential waits of 3 ms at three slots; 80 % of
/// both.
fn tandem(name: &str, wait: Step, runtime: Runtime) -> Case {
    let mean = |service_s: f64, servers: u64| {
        Mmc::new(800.0, service_s, servers).expect("the load is below 1").prediction()
    };
    let response = mean(0.001, 1).response_mean_s + mean(0.003, 3).response_mean_s;
    let settling = settling_s(800.0, 0.001, 1, 1.0) + settling_s(800.0, 0.003, 3, 1.0);
    Case::poisson(name, JACKSON, (800.0, settling), vec![cpu(exp_ms(1.0)), wait], runtime)
        .on(1, Fifo)
        .with(|model| model.resources = vec![pool(3)])
        .expect(Measure::ResponseMean, response)
        .expect(Measure::InFlight, 800.0 * response)
        .expect(Measure::Resource(0), 0.8)
}

/// Waits of 1 ms at a station of some slots or executor threads, at 80 %.
fn station(name: &str, servers: u32, steps: Vec<Step>, runtime: Runtime) -> Case {
    let rate = 800.0 * f64::from(servers);
    let exact = Mmc::new(rate, 0.001, servers.into()).expect("the load is below 1");
    let limit_s = exact.response_percentile_s(0.99).expect("M/M/c knows its percentiles");
    Case::poisson(name, ERLANG_C, (rate, settling_s(rate, 0.001, servers, 1.0)), steps, runtime)
        .with(|model| model.resources = vec![pool(servers)])
        .expect(Measure::ResponseMean, exact.prediction().response_mean_s)
        .expect(Measure::Within { of: 0.99, limit_s }, 0.99)
}

/// Any number of threads on four cores, one interpreter lock: M/M/1, forced handovers and all,
/// since exponential bursts do not remember being interrupted.
fn gil(name: &str, order: GilOrder) -> Case {
    let runtime = threads_with(ENOUGH, |kind| {
        kind.gil = true;
        kind.gil_order = order;
        kind.switch_interval = crate::units::Span::from_micros(500);
    });
    let open = (800.0, settling_s(800.0, 0.001, 1, 1.0));
    Case::poisson(name, ONE_SERVER, open, vec![cpu(exp_ms(1.0))], runtime)
        .on(4, Fifo)
        .expect(Measure::ResponseMean, 0.005)
        .expect(Measure::Cpu, 0.2)
}

/// Bursts that hold the lock, bursts that let go of it, and waits; a core for every thread, so that
/// the lock alone is waited for.
fn released() -> Case {
    let exact =
        mva::solve(&[Station::queue(0.001), Station::delay(0.008)], 0.0, 12).expect("in range");
    let rate = exact.throughput_rps;
    let steps = vec![cpu(exp_ms(1.0)), cpu_released(exp_ms(2.0)), io(exp_ms(6.0))];
    let runtime = threads_with(12, |kind| kind.gil = true);
    Case::closed("a GIL and C code", MVA, (12, ms(0.0), rate, 100.0), steps, runtime)
        .on(12, Fifo)
        .expect(Measure::Throughput, rate)
        .expect(Measure::Cpu, rate * 0.003 / 12.0)
}

/// Two cores, three connections, a lock, and a wait without a queue; twelve clients.
fn network(name: &str, runtime: Runtime) -> Case {
    let stations = [
        Station::servers(0.001, 2),
        Station::servers(0.002, 3),
        Station::queue(0.0005),
        Station::delay(0.004),
    ];
    let exact = mva::solve(&stations, 0.0, 12).expect("in range");
    let rate = exact.throughput_rps;
    let steps = vec![
        cpu(exp_ms(1.0)),
        io_at(exp_ms(2.0), vec![0]),
        io_at(exp_ms(0.5), vec![1]),
        io(Dist::erlang(2, 4e6).expect("in range")),
    ];
    Case::closed(name, MVA, (12, ms(0.0), rate, 100.0), steps, runtime)
        .on(2, Fifo)
        .with(|model| {
            model.resources = vec![pool(3), {
                let mut lock = pool(1);
                lock.name = "lock".to_owned();
                lock
            }]
        })
        .expect(Measure::Throughput, rate)
        .expect(Measure::Resource(0), rate * 0.002 / 3.0)
        .expect(Measure::Resource(1), rate * 0.0005)
        .expect(Measure::Cpu, rate * 0.0005)
}

/// One core and one lock of nearly the same demand: neither hides the other.
fn lock(name: &str, runtime: Runtime) -> Case {
    let exact =
        mva::solve(&[Station::queue(0.001), Station::queue(0.0008)], 0.0, 10).expect("in range");
    let rate = exact.throughput_rps;
    let steps = vec![cpu(exp_ms(1.0)), io_at(exp_ms(0.8), vec![0])];
    Case::closed(name, MVA, (10, ms(0.0), rate, 100.0), steps, runtime)
        .on(1, Fifo)
        .with(|model| model.resources = vec![pool(1)])
        .expect(Measure::Throughput, rate)
        .expect(Measure::Cpu, rate * 0.001)
}
