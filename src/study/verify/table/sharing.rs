//! Processor sharing: the mean response depends on the mean burst alone.
//!
//! `E[R] = E[S] / (1 − ρ)` on one core, and `x / (1 − ρ)` for a burst of x (Kleinrock, Queueing
//! Systems II, 1976, 4.4); on c cores as M/M/c, whatever the bursts (Cohen 1979).

use crate::input::dist::Dist;
use crate::model::Scheduling::ProcessorSharing;
use crate::model::runtime::Assign;
use crate::model::{RequestClass, Runtime};
use crate::study::verify::build::{
    ENOUGH, cpu, event_loop, exp_ms, hyperexp_ms, lognormal_ms, loops, ms, settling_s, threads,
    uniform_ms, workers,
};
use crate::study::verify::{Case, Measure};
use crate::theory::mgc_ps::MgcPs;
use crate::theory::prediction::Predict;

const SHARED: &str = "Kleinrock II, 4.4: insensitivity";
const SHARED_CORES: &str = "Cohen 1979: generalised processor sharing";

pub(super) fn cases() -> Vec<Case> {
    let one = |name: &str, burst: (Dist, f64), runtime: Runtime| shared(name, 1, burst, runtime);
    vec![
        one("M/D/1-PS", (ms(1.0), 0.0), threads(ENOUGH)),
        one("M/U/1-PS", (uniform_ms(0.0, 2.0), 0.33), workers(ENOUGH)),
        one("M/M/1-PS", (exp_ms(1.0), 1.0), workers(ENOUGH)),
        one("M/H2/1-PS, cv 2", (hyperexp_ms(1.0, 2.0), 4.0), threads(ENOUGH)),
        one("M/G/1-PS, lognormal, cv 1", (lognormal_ms(1.0, 1.0), 1.0), threads(ENOUGH)),
        shared("M/H2/4-PS, cv 2", 4, (hyperexp_ms(1.0, 2.0), 4.0), threads(ENOUGH)),
        shared("M/D/2-PS", 2, (ms(1.0), 0.0), workers(ENOUGH)),
        sizes(),
        // A loop is one thread: nobody shares with it, and requests are served in order.
        one("M/M/1, one loop under PS", (exp_ms(1.0), 1.0), event_loop()),
        // Between loops the core is shared, within each the order is that of arrival; exponential
        // bursts do not tell the difference.
        one("M/M/1-PS, three loops", (exp_ms(1.0), 1.0), loops(3, Assign::Random)),
    ]
}

/// Bursts of 1 ms at 70 % of the cores.
fn shared(name: &str, cores: u32, (burst, scv): (Dist, f64), runtime: Runtime) -> Case {
    let rate = 700.0 * f64::from(cores);
    let mean = MgcPs::new(rate, 0.001, cores.into()).expect("the load is below 1").prediction();
    let source = if cores == 1 { SHARED } else { SHARED_CORES };
    let open = (rate, settling_s(rate, 0.001, cores, scv));
    Case::poisson(name, source, open, vec![cpu(burst)], runtime)
        .on(cores, ProcessorSharing)
        .expect(Measure::ResponseMean, mean.response_mean_s)
        .expect(Measure::InFlight, mean.in_flight_mean())
        .expect(Measure::Cpu, 0.7)
}

/// Short and long bursts are slowed by the same factor.
fn sizes() -> Case {
    let class = |name: &str, weight: f64, size_ms: f64| RequestClass {
        name: name.to_owned(),
        weight,
        steps: vec![cpu(ms(size_ms))],
    };
    // Mean 0.9 · 0.5 + 0.1 · 5.5 = 1 ms.
    let exact = MgcPs::new(700.0, 0.001, 1).expect("the load is below 1");
    let of_size = |size_s: f64| exact.response_of_size_s(size_s).expect("one core");
    let open = (700.0, settling_s(700.0, 0.001, 1, 2.25));
    Case::poisson("M/G/1-PS, two sizes", SHARED, open, vec![cpu(ms(1.0))], threads(ENOUGH))
        .on(1, ProcessorSharing)
        .with(|model| model.requests = vec![class("short", 0.9, 0.5), class("long", 0.1, 5.5)])
        .expect(Measure::ClassMean(0), of_size(0.000_5))
        .expect(Measure::ClassMean(1), of_size(0.005_5))
}
