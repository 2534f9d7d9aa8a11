//! M/M/1: one core, Poisson arrivals, exponential bursts of 1 ms.
//!
//! First come, first served, the response is exponential with rate μ − λ, so that every percentile
//! is known (Kleinrock, Queueing Systems I, 1975, 3.2 and 5.9). With exponential bursts no way to
//! share the core that never idles and knows no sizes changes the number in the system.

use crate::model::Runtime;
use crate::model::Scheduling::{self, Fifo, RoundRobin};
use crate::model::runtime::Assign;
use crate::study::verify::build::{
    ENOUGH, cpu, event_loop, exp_ms, loops, settling_s, threads, workers,
};
use crate::study::verify::{Case, Measure};
use crate::units::Span;

const MM1: &str = "Kleinrock I, 3.2 and 5.9";
const MEMORYLESS: &str = "Kleinrock II, 4.2: no discipline without sizes changes M/M/1's queue";

/// Bursts each second that one core can do.
const MU: f64 = 1000.0;

pub(super) fn cases() -> Vec<Case> {
    let fifo = |load: f64, runtime: Runtime| {
        // Beyond the 99th percentile at 95 % there are too few excursions for Student's t.
        let shares: &[f64] = if load > 0.9 { &[0.5, 0.9] } else { &[0.5, 0.9, 0.99] };
        with_percentiles(mm1(load, Fifo, runtime, MM1), load, shares)
    };
    vec![
        fifo(0.3, workers(1)),
        fifo(0.5, threads(1)),
        fifo(0.7, event_loop()),
        fifo(0.8, workers(1)),
        fifo(0.9, threads(1)),
        fifo(0.95, event_loop()),
        sliced(mm1(0.7, RoundRobin, workers(ENOUGH), MEMORYLESS)),
        sliced(mm1(0.8, RoundRobin, threads(ENOUGH), MEMORYLESS)),
        sliced(mm1(0.75, RoundRobin, loops(3, Assign::Random), MEMORYLESS)),
        impatient(),
    ]
}

/// Mean response `1/(μ − λ)`, number in flight `ρ/(1 − ρ)`, utilisation ρ.
fn mm1(load: f64, scheduling: Scheduling, runtime: Runtime, source: &'static str) -> Case {
    let rate = load * MU;
    let open = (rate, settling_s(rate, 0.001, 1, 1.0));
    let name = format!("M/M/1 at {:.0} %", load * 100.0);
    Case::poisson(name, source, open, vec![cpu(exp_ms(1.0))], runtime)
        .on(1, scheduling)
        .expect(Measure::ResponseMean, 1.0 / (MU - rate))
        .expect(Measure::InFlight, load / (1.0 - load))
        .expect(Measure::Cpu, load)
}

/// Percentile p is `−ln(1 − p) / (μ − λ)`.
fn with_percentiles(case: Case, load: f64, shares: &[f64]) -> Case {
    shares.iter().fold(case, |case, &of| {
        let limit_s = -libm::log1p(-of) / (MU * (1.0 - load));
        case.expect(Measure::Within { of, limit_s }, of)
    })
}

/// Slices far shorter than a burst: most bursts are preempted.
fn sliced(mut case: Case) -> Case {
    case.name += ", slices of 0.25 ms";
    case.with(|model| model.host.timeslice = Span::from_micros(250))
}

/// Clients give up after 3 ms while the server goes on: as many as have a longer response.
///
/// `P(R > τ) = e^{−(μ − λ) τ}`; the others' mean response is that of an exponential cut off at τ.
fn impatient() -> Case {
    let (load, patience_s) = (0.5, 0.003);
    let spare = MU * (1.0 - load);
    let late = libm::exp(-spare * patience_s);
    let open = (load * MU, settling_s(load * MU, 0.001, 1, 1.0));
    Case::poisson("M/M/1, clients give up", MM1, open, vec![cpu(exp_ms(1.0))], workers(1))
        .on(1, Fifo)
        .with(|model| model.load.timeout = Some(Span::from_seconds(patience_s)))
        .expect(Measure::TimedOut, late)
        .expect(Measure::ResponseMean, 1.0 / spare - patience_s * late / (1.0 - late))
        .expect(Measure::Cpu, load)
}
