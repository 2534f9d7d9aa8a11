//! Other arrivals, and arrivals that are split: GI/M/1, independent queues, no queue at all.
//!
//! Spreading a Poisson load by chance gives each part a Poisson load of its own; in turn over k
//! parts, one with Erlang-k gaps (Kleinrock, Queueing Systems I, 1975, 2.3 and 4.4).

use crate::input::dist::Dist;
use crate::model::Scheduling::Fifo;
use crate::model::runtime::{Assign, Balance};
use crate::model::{Load, LoadKind, Runtime};
use crate::study::verify::build::{
    ENOUGH, cpu, event_loop, exp_ms, io, lognormal_ms, loops, parallel, repeat, serverless,
    settling_s, threads, workers,
};
use crate::study::verify::{Case, Measure};
use crate::theory::gim1::{Arrivals, Gim1};
use crate::theory::prediction::Predict;
use crate::units::{Rate, Span};

const GIM1: &str = "Kleinrock I, 6.4: GI/M/1";
const SPLIT: &str = "Kleinrock I, 2.3: a Poisson process split by chance";
const IN_TURN: &str = "Kleinrock I, 6.4: split in turn, Erlang gaps";
const NO_QUEUE: &str = "Takacs 1962: M/G/infinity";

pub(super) fn cases() -> Vec<Case> {
    let instances = |mut runtime: Runtime, count: u32, balance: Balance| {
        runtime.instances = count;
        runtime.balance = balance;
        runtime
    };
    let evenly = Load::new(LoadKind::Constant { rate: Rate(800.0) });
    vec![
        split("D/M/1 at 80 %", (Arrivals::Constant, 1), workers(1))
            .with(|model| model.load = evenly),
        split(
            "5 loops at random, M/M/1 each",
            (Arrivals::Exponential, 5),
            loops(5, Assign::Random),
        )
        .on(5, Fifo),
        split(
            "4 loops in turn, E4/M/1 each",
            (Arrivals::Erlang { stages: 4 }, 4),
            loops(4, Assign::RoundRobin),
        )
        .on(4, Fifo),
        split(
            "3 instances in turn, E3/M/1 each",
            (Arrivals::Erlang { stages: 3 }, 3),
            instances(workers(1), 3, Balance::RoundRobin),
        ),
        split(
            "4 instances at random, M/M/1 each",
            (Arrivals::Exponential, 4),
            instances(threads(1), 4, Balance::Random),
        ),
        lognormal_waits("M/G/inf, lognormal", event_loop()),
        lognormal_waits("M/G/inf, lognormal", serverless(ENOUGH)),
        gather(),
        one_after_the_other(),
        geometric_calls(),
        bursty(),
    ]
}

/// `parts` servers, each with exponential bursts of 1 ms at 80 %.
fn split(name: &str, (arrivals, parts): (Arrivals, u32), runtime: Runtime) -> Case {
    let exact = Gim1::new(arrivals, 800.0, 0.001).expect("the load is below 1");
    let mean = exact.prediction();
    let source = match (arrivals, parts) {
        (_, 1) => GIM1,
        (Arrivals::Exponential, _) => SPLIT,
        _ => IN_TURN,
    };
    let parts = f64::from(parts);
    // The window counts requests of all parts; each part must settle.
    let open = (800.0 * parts, settling_s(800.0, 0.001, 1, 1.0));
    let case = Case::poisson(name, source, open, vec![cpu(exp_ms(1.0))], runtime)
        .on(1, Fifo)
        .expect(Measure::ResponseMean, mean.response_mean_s)
        .expect(Measure::InFlight, parts * mean.in_flight_mean())
        .expect(Measure::Width, 0.8);
    [0.5, 0.99].into_iter().fold(case, |case, of| {
        let limit_s = exact.response_percentile_s(of).expect("GI/M/1 knows its percentiles");
        case.expect(Measure::Within { of, limit_s }, of)
    })
}

/// Requests that only wait, for nobody else: responses are the waits.
fn lognormal_waits(name: &str, runtime: Runtime) -> Case {
    let steps = vec![io(lognormal_ms(50.0, 1.0))];
    let case = Case::poisson(name, NO_QUEUE, (1e3, 2.0), steps, runtime)
        .expect(Measure::ResponseMean, 0.05)
        .expect(Measure::InFlight, 50.0)
        .exactly(Measure::Cpu, 0.0);
    // Percentiles of a lognormal: e^(m + s z), s² = ln(1 + cv²), m = ln(mean) − s²/2, and z the
    // normal percentile.
    let s2 = libm::log(2.0);
    [(0.5, 0.0), (0.9, 1.281_551_565_544_600_4)].into_iter().fold(case, |case, (p, z)| {
        case.expect(Measure::Percentile(p), 0.05 * libm::exp(s2.sqrt() * z - s2 / 2.0))
    })
}

/// Four exponential calls at once are done after the longest: `1 + 1/2 + 1/3 + 1/4` means.
fn gather() -> Case {
    let branches = vec![vec![io(exp_ms(12.0))]; 4];
    let steps = vec![parallel(branches)];
    Case::poisson(
        "gather of 4 calls",
        "Feller II, 1.6: the longest of 4",
        (1e3, 0.3),
        steps,
        event_loop(),
    )
    .expect(Measure::ResponseMean, 0.025)
    .expect(Measure::InFlight, 25.0)
}

/// The same in workers, one after the other: four means.
fn one_after_the_other() -> Case {
    let branches = vec![vec![io(exp_ms(12.0))]; 4];
    let steps = vec![parallel(branches)];
    Case::poisson("4 calls one after the other", NO_QUEUE, (1e3, 0.3), steps, workers(200))
        .expect(Measure::ResponseMean, 0.048)
        .expect(Measure::Width, 0.24)
}

/// A geometric number of exponential calls: by Wald the product of the means.
fn geometric_calls() -> Case {
    let calls = Dist::geometric(5.0).expect("the mean is positive");
    let steps = vec![repeat(calls, vec![io(exp_ms(4.0))])];
    Case::poisson("a geometric number of calls", "Wald 1944", (1e3, 0.5), steps, event_loop())
        .expect(Measure::ResponseMean, 0.02)
        .expect(Measure::InFlight, 20.0)
}

/// Bursts of ten times the rate, a tenth of the time: the rate is that of the states, weighted.
fn bursty() -> Case {
    let kind = LoadKind::Bursty {
        rate: Rate(1_000.0),
        burst_rate: Rate(10_000.0),
        normal_for: Span::from_millis(9),
        burst_for: Span::from_millis(1),
    };
    Case::poisson(
        "bursts of arrivals",
        NO_QUEUE,
        (1_900.0, 0.5),
        vec![io(exp_ms(10.0))],
        event_loop(),
    )
    .with(|model| model.load = Load::new(kind))
    .expect(Measure::Throughput, 1_900.0)
    .expect(Measure::InFlight, 19.0)
}
