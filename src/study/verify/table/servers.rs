//! Several servers: M/M/c (Erlang C), M/D/1 and M/D/c.
//!
//! Cores behind one run queue are servers, and so are workers whose requests only wait for I/O.

use crate::model::Runtime;
use crate::model::Scheduling::{Fifo, RoundRobin};
use crate::study::verify::build::{
    ENOUGH, cpu, event_loop, exp_ms, io, loops_with, ms, settling_s, threads, workers,
};
use crate::study::verify::{Case, Measure};
use crate::theory::mdc::Mdc;
use crate::theory::mmc::Mmc;
use crate::theory::prediction::Predict;
use crate::units::Span;

const ERLANG_C: &str = "Erlang 1917; Kleinrock I, 3.5";
const CROMMELIN: &str = "Crommelin 1932; Franx 2001";

pub(super) fn cases() -> Vec<Case> {
    let bursts = || vec![cpu(exp_ms(1.0))];
    let tenth = || vec![cpu(ms(0.1))];
    vec![
        mmc(8, 0.8, true, case_of("M/M/8 at 80 %", bursts(), workers(8))),
        mmc(2, 0.9, true, case_of("M/M/2 at 90 %", bursts(), threads(2))),
        mmc(
            50,
            0.9,
            true,
            case_of("M/M/50 at 90 %, I/O alone", vec![io(exp_ms(1.0))], workers(50)),
        ),
        mmc(4, 0.85, false, case_of("M/M/4 at 85 %, sliced", bursts(), threads(ENOUGH)))
            .on(4, RoundRobin)
            .with(|model| model.host.timeslice = Span::from_micros(250)),
        mdc(1, 0.8, 1.0, case_of("M/D/1 at 80 %", vec![cpu(ms(1.0))], event_loop())),
        mdc(4, 0.8, 1.0, case_of("M/D/4 at 80 %", vec![cpu(ms(1.0))], workers(4))),
        mdc(10, 0.9, 1.0, case_of("M/D/10 at 90 %, I/O alone", vec![io(ms(1.0))], threads(10))),
        mdc(
            1,
            0.75,
            0.8,
            case_of("M/D/1, 0.3 ms of it overhead", vec![cpu(ms(0.5))], {
                let mut runtime = workers(1);
                runtime.overhead = ms(0.3);
                runtime
            }),
        ),
        mdc(1, 0.75, 0.2, {
            let switch = Span::from_micros(100);
            let runtime = loops_with(1, |kind| kind.task_switch = switch);
            case_of("M/D/1, half of it the task switch", tenth(), runtime)
        }),
    ]
}

/// What is served how, the arrivals still to be told.
type Served<'a> = (&'a str, Vec<crate::model::Step>, Runtime);

const fn case_of(name: &str, steps: Vec<crate::model::Step>, runtime: Runtime) -> Served<'_> {
    (name, steps, runtime)
}

/// Exponential service of 1 ms at `servers` servers; waits by Erlang's C, and where the queue is
/// first come, first served the percentiles too.
fn mmc(servers: u32, load: f64, in_order: bool, (name, steps, runtime): Served<'_>) -> Case {
    let rate = load * f64::from(servers) * 1e3;
    let exact = Mmc::new(rate, 0.001, servers.into()).expect("the load is below 1");
    let mean = exact.prediction();
    let open = (rate, settling_s(rate, 0.001, servers, 1.0));
    let case = Case::poisson(name, ERLANG_C, open, steps, runtime)
        .on(servers, Fifo)
        .expect(Measure::ResponseMean, mean.response_mean_s)
        .expect(Measure::InFlight, mean.in_flight_mean());
    if !in_order {
        return case.expect(Measure::Cpu, load);
    }
    let case = [0.5, 0.9, 0.99].into_iter().fold(case, |case, of| {
        let limit_s = exact.response_percentile_s(of).expect("M/M/c knows its percentiles");
        case.expect(Measure::Within { of, limit_s }, of)
    });
    // As many workers as servers: all waiting is before being taken.
    case.expect(Measure::AcceptWait, mean.wait_mean_s).expect(Measure::Width, load)
}

/// Constant service of `service_ms` milliseconds at `servers` servers.
fn mdc(servers: u32, load: f64, service_ms: f64, (name, steps, runtime): Served<'_>) -> Case {
    let service_s = service_ms * 1e-3;
    let rate = load * f64::from(servers) / service_s;
    let exact = Mdc::new(rate, service_s, servers.into()).expect("the load is below 1");
    let mean = exact.prediction();
    let limit_s = exact.response_percentile_s(0.95).expect("M/D/c knows its percentiles");
    let open = (rate, settling_s(rate, service_s, servers, 0.0));
    Case::poisson(name, CROMMELIN, open, steps, runtime)
        .on(servers, Fifo)
        .expect(Measure::ResponseMean, mean.response_mean_s)
        .expect(Measure::InFlight, mean.in_flight_mean())
        .expect(Measure::Within { of: 0.95, limit_s }, 0.95)
        .expect(Measure::Width, load)
}
