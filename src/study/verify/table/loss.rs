//! Limited room: M/M/c/K, Erlang's B, and those who give up waiting.

use crate::model::Scheduling::Fifo;
use crate::model::{Runtime, Step};
use crate::study::verify::build::{
    ENOUGH, cpu, event_loop, exp_ms, io, io_at, lognormal_ms, loops_with, ms, pool, serverless,
    settling_s, stealers, threads, with_backlog, workers,
};
use crate::study::verify::{Case, Measure};
use crate::theory::erlang;
use crate::theory::mmck::Mmck;
use crate::theory::prediction::Predict;
use crate::units::{Share, Span};

const BIRTH_DEATH: &str = "Kleinrock I, 3.6: M/M/c/K";
const ERLANG_B: &str = "Erlang 1917; Sevastyanov 1957: any service";
const RENEGING: &str = "Gnedenko and Kovalenko 1968, 1.4: M/M/1 with a limit on the wait";

pub(super) fn cases() -> Vec<Case> {
    let burst = || vec![cpu(exp_ms(1.0))];
    let one_task = loops_with(1, |kind| kind.max_tasks = Some(1));
    let six_tasks = loops_with(1, |kind| kind.max_tasks = Some(6));
    vec![
        mmck("M/M/2/5 at 90 %", (2, 5, 1_800.0), burst(), with_backlog(workers(2), 3)),
        mmck("M/M/3/8 at 100 %", (3, 8, 3_000.0), burst(), with_backlog(threads(3), 5)),
        mmck("M/M/1/4 at 120 %", (1, 4, 1_200.0), burst(), with_backlog(one_task, 3)),
        loss("Erlang B, 10 workers", (10, 8.0), vec![io(exp_ms(1.0))], workers(10)),
        loss(
            "Erlang B, 5 threads, lognormal",
            (5, 4.0),
            vec![io(lognormal_ms(1.0, 1.0))],
            threads(5),
        ),
        mmck("M/M/2/5 at 90 %", (2, 5, 1_800.0), burst(), with_backlog(stealers(2), 3)),
        loss(
            "Erlang B, 8 instances, half CPU",
            (8, 6.0),
            vec![cpu(exp_ms(0.5)), io(ms(0.5))],
            serverless(8),
        ),
        loss("Erlang B, 6 tasks, constant", (6, 5.0), vec![io(ms(1.0))], six_tasks),
        full_pool("a pool of 2 with 4 places to wait", threads(ENOUGH)),
        full_pool("a pool of 2 with 4 places to wait", event_loop()),
        reneging("waits for a lock of at most 2 ms", workers(ENOUGH)),
        reneging("waits for a lock of at most 2 ms", event_loop()),
        failures(),
    ]
}

/// Exponential bursts of 1 ms at `cores` cores with room for `room` requests in all.
fn mmck(
    name: &str,
    (cores, room, rate): (u32, u64, f64),
    steps: Vec<Step>,
    runtime: Runtime,
) -> Case {
    let exact = Mmck::new(rate, 0.001, cores.into(), room).expect("the numbers are in range");
    let mean = exact.prediction();
    Case::poisson(name, BIRTH_DEATH, (rate, 1.0), steps, runtime)
        .on(cores, Fifo)
        .expect(Measure::Refused, exact.loss_probability())
        .expect(Measure::ResponseMean, mean.response_mean_s)
        .expect(Measure::Throughput, mean.throughput_rps)
        .expect(Measure::Cpu, mean.utilization)
}

/// Servers without any place to wait; the offered load in Erlangs.
fn loss(name: &str, (servers, offered): (u64, f64), steps: Vec<Step>, runtime: Runtime) -> Case {
    let lost = erlang::erlang_b(servers, offered).expect("the numbers are in range");
    Case::poisson(name, ERLANG_B, (offered * 1e3, 1.0), steps, with_backlog(runtime, 0))
        .expect(Measure::Refused, lost)
        .expect(Measure::InFlight, offered * (1.0 - lost))
}

/// Waits of 1 ms at a pool of two slots behind which four may wait: M/M/2/6.
fn full_pool(name: &str, runtime: Runtime) -> Case {
    let rate = 2_000.0;
    let exact = Mmck::new(rate, 0.001, 2, 6).expect("the numbers are in range");
    let mean = exact.prediction();
    Case::poisson(name, BIRTH_DEATH, (rate, 1.0), vec![io_at(exp_ms(1.0), vec![0])], runtime)
        .with(|model| {
            model.resources = vec![{
                let mut pool = pool(2);
                pool.queue = Some(4);
                pool
            }]
        })
        .expect(Measure::Failed, exact.loss_probability())
        .expect(Measure::ResponseMean, mean.response_mean_s)
        .expect(Measure::Resource(0), mean.utilization)
}

/// A lock held for 1 ms, exponential, by 900 a second who wait for it for at most 2 ms.
///
/// By level crossing the work found has the density `λ p₀ e^{−(μ − λ) x}` up to the limit τ, and
/// falls with rate μ beyond: those who find more are lost, `p₀ ρ e^{−(μ − λ) τ}` of all.
fn reneging(name: &str, runtime: Runtime) -> Case {
    let (load, limit, rate) = (0.9, 2.0, 900.0);
    let beyond = libm::exp(-(1.0 - load) * limit);
    let empty = 1.0 / (1.0 + load * (1.0 - beyond) / (1.0 - load) + load * beyond);
    let lost = empty * load * beyond;
    let settling = settling_s(rate, 0.001, 1, 1.0);
    Case::poisson(name, RENEGING, (rate, settling), vec![io_at(exp_ms(1.0), vec![0])], runtime)
        .with(|model| {
            model.resources = vec![{
                let mut lock = pool(1);
                lock.timeout = Some(Span::from_millis(2));
                lock
            }]
        })
        .expect(Measure::Failed, lost)
        .expect(Measure::Resource(0), load * (1.0 - lost))
}

/// A step that fails one time in ten, after another that fails one in five.
fn failures() -> Case {
    let mut steps = vec![io(exp_ms(1.0)), io(exp_ms(1.0))];
    steps[0].fail = Share(0.2);
    steps[1].fail = Share(0.1);
    Case::poisson("steps that fail", "1 - 0.8 x 0.9", (1e4, 0.1), steps, event_loop())
        .expect(Measure::Failed, 0.28)
        .expect(Measure::InFlight, 10.0 + 0.8 * 10.0)
}
