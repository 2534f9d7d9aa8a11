//! M/G/1, first come, first served: the mean wait by Pollaczek and Khinchine.
//!
//! `W = λ E[S²] / (2 (1 − ρ))`, whatever the service is made of: one burst of any family, a burst
//! and a wait in one worker, a call that blocks a loop, a random number of bursts.

use crate::input::dist::Dist;
use crate::model::Scheduling::Fifo;
use crate::model::{RequestClass, Runtime, Step};
use crate::study::verify::build::{
    cpu, erlang_ms, event_loop, exp_ms, gamma_ms, hyperexp_ms, io, io_blocking, lognormal_ms, ms,
    repeat, settling_s, threads, uniform_ms, workers,
};
use crate::study::verify::{Case, Measure};
use crate::theory::mg1::{Mg1, ServiceMoments};
use crate::theory::prediction::Predict;

const PK: &str = "Pollaczek 1930, Khinchine 1932; Kleinrock I, 5.6";

/// Milliseconds of service on average, and its mean square in square milliseconds.
type Moments = (f64, f64);

pub(super) fn cases() -> Vec<Case> {
    let uniform = (1.0, 1.0 + 1.6 * 1.6 / 12.0);
    let two_sizes = (0.9 * 0.5 + 0.1 * 5.5, 0.9 * 0.25 + 0.1 * 30.25);
    let mix = Dist::mix(vec![(0.9, ms(0.5)), (0.1, ms(5.5))]).expect("weights are positive");
    let bursts = Dist::geometric(4.0).expect("the mean is positive");
    vec![
        mg1("M/E3/1", (1.0, 4.0 / 3.0), vec![cpu(erlang_ms(3))], workers(1)),
        mg1("M/U/1, uniform", uniform, vec![cpu(uniform_ms(0.2, 1.8))], threads(1)),
        mg1("M/H2/1, cv 2", (1.0, 5.0), vec![cpu(hyperexp_ms(1.0, 2.0))], event_loop()),
        mg1("M/G/1, lognormal, cv 1", (1.0, 2.0), vec![cpu(lognormal_ms(1.0, 1.0))], workers(1)),
        mg1("M/G/1, gamma, cv 0.5", (1.0, 1.25), vec![cpu(gamma_ms(1.0, 0.5))], threads(1)),
        mg1("M/G/1, two sizes", two_sizes, vec![cpu(mix)], event_loop()),
        mg1("M/G/1, Weibull, shape 0.7", weibull(0.7), vec![cpu(weibull_ms(0.7))], workers(1)),
        // 0.3 + an exponential of 0.7: the worker waits in place.
        mg1("M/G/1, burst and wait", (1.0, 1.49), vec![cpu(ms(0.3)), io(exp_ms(0.7))], workers(1)),
        // An exponential of 0.5 + 0.5: the whole loop waits.
        mg1(
            "M/G/1, a blocking call",
            (1.0, 1.25),
            vec![cpu(exp_ms(0.5)), io_blocking(ms(0.5))],
            event_loop(),
        ),
        // N bursts, P(N = n) = (1/5) (4/5)^n, each exponential of 0.25: by Wald E[S] = 4/4, and all
        // but one in five have an exponential of 5/4.
        mg1(
            "M/G/1, a geometric number of bursts",
            (1.0, 0.8 * 2.0 * 1.25 * 1.25),
            vec![repeat(bursts, vec![cpu(exp_ms(0.25))])],
            threads(1),
        ),
        classes(),
    ]
}

/// Weibull of mean 1 ms: `E[S²] = Γ(1 + 2/k) / Γ(1 + 1/k)²`.
fn weibull(shape: f64) -> Moments {
    let mean = libm::tgamma(1.0 + 1.0 / shape);
    (1.0, libm::tgamma(1.0 + 2.0 / shape) / (mean * mean))
}

fn weibull_ms(shape: f64) -> Dist {
    Dist::weibull(1e6, shape).expect("mean and shape are positive")
}

fn wait_mean_s(rate: f64, (mean_ms, second_ms2): Moments) -> f64 {
    let service =
        ServiceMoments { mean_s: mean_ms * 1e-3, second_s2: second_ms2 * 1e-6, third_s3: None };
    Mg1::new(rate, service).expect("the load is below 1").prediction().wait_mean_s
}

/// At 70 % of its one server.
fn mg1(name: &str, moments: Moments, steps: Vec<Step>, runtime: Runtime) -> Case {
    let (mean_ms, second_ms2) = moments;
    let rate = 0.7 / (mean_ms * 1e-3);
    let response = wait_mean_s(rate, moments) + mean_ms * 1e-3;
    let scv = second_ms2 / (mean_ms * mean_ms) - 1.0;
    let open = (rate, settling_s(rate, mean_ms * 1e-3, 1, scv));
    Case::poisson(name, PK, open, steps, runtime)
        .on(1, Fifo)
        .expect(Measure::ResponseMean, response)
        .expect(Measure::InFlight, rate * response)
        .expect(Measure::Width, 0.7)
}

/// Two classes in one queue: each waits the same, and then has its own service.
fn classes() -> Case {
    let moments = (0.8 * 0.5 + 0.2 * 3.0, 0.8 * 0.25 + 0.2 * 18.0);
    let wait = wait_mean_s(600.0, moments);
    let class = |name: &str, weight: f64, demand: Dist| RequestClass {
        name: name.to_owned(),
        weight,
        steps: vec![cpu(demand)],
    };
    let open = (600.0, settling_s(600.0, 0.001, 1, 2.8));
    Case::poisson("M/G/1, two classes", PK, open, vec![cpu(ms(1.0))], threads(1))
        .on(1, Fifo)
        .with(|model| {
            model.requests = vec![class("short", 0.8, ms(0.5)), class("long", 0.2, exp_ms(3.0))];
        })
        .expect(Measure::ClassMean(0), wait + 0.000_5)
        .expect(Measure::ClassMean(1), wait + 0.003)
        .expect(Measure::AcceptWait, wait)
        .expect(Measure::Cpu, 0.6)
}
