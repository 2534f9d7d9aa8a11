//! Outcomes with the figures of the documented screen, for the tests of every report.

use std::collections::BTreeMap;

use crate::study::result::*;

/// An estimate with a symmetric interval.
pub fn about(value: f64, half: f64) -> Estimate {
    Estimate { ci95: Some([value - half, value + half]), ..Estimate::exactly(value) }
}

/// The default model on eight cores: 20 queries of 4 ms each, 648 clients.
pub fn web_request() -> Outcome {
    let mut sync = runtime("sync", "sync-worker", 8);
    sync.throughput_rps = about(98.8, 0.2);
    sync.response_s = times(6.56, 6.69, 0.01);
    sync.accept_wait_s.mean = about(6.48, 0.02);
    share(&mut sync, "cpu", 0.012_35);
    sync.requests = Some(RequestCounts { completed: 100_000, ..RequestCounts::default() });
    sync.bottleneck = bottleneck("workers", 1.0, "all 8 workers wait for I/O 98.8 % of the time.");
    sync.gain = gain(Estimate::exactly(1.0), [1.0, 1.0, 1.0]);
    sync.gain.exact = Some(1.0);

    let mut threads = runtime("threads", "thread-pool", 648);
    threads.throughput_rps = about(7772.3, 7.1);
    threads.response_s = times(0.082_04, 0.131_2, 0.000_3);
    threads.accept_wait_s.mean = about(0.0, 0.0);
    share(&mut threads, "cpu", 0.972);
    threads.gain = gain(about(78.71, 0.21), [81.0, 78.75, 0.9717]);
    threads.bottleneck = bottleneck("cpu", 0.972, "Threads keep the cores 97 % busy.");

    let mut loops = runtime("loops", "event-loop", 8);
    loops.throughput_rps = about(7384.4, 9.7);
    loops.response_s = times(0.086_2, 0.135_1, 0.000_4);
    loops.accept_wait_s.mean = about(0.000_3, 0.000_01);
    share(&mut loops, "cpu", 0.923);
    loops.loop_lag_s = Some(LoopLag { mean: about(0.000_4, 0.000_01), p99: about(0.002, 0.000_1) });
    loops.gain = gain(about(74.74, 0.22), [81.0, 74.79, 0.9227]);
    loops.gain.explained = vec![
        explained("variability", 6.2, Some([6.1, 6.3])),
        explained("imbalance", 4.0, Some([3.9, 4.1])),
        explained("interaction", -3.94, None),
    ];
    loops.bottleneck = bottleneck(
        "loop",
        0.923,
        "Each loop idles while others have work waiting. It misses 6.3 of the formula's 81: 6.2 because \
         times vary, 4.0 because each loop serves only its own tasks; they overlap by 3.9.",
    );

    for (runtime, middle) in [(&mut sync, 6.56), (&mut threads, 0.082), (&mut loops, 0.086)] {
        let parts = |io| Breakdown {
            running: about(0.001, 0.0),
            io: about(io, 0.0),
            ..Breakdown::default()
        };
        (runtime.breakdown_s, runtime.breakdown_tail_s) = (parts(middle), parts(middle * 1.5));
        let quantile = |(share, factor): (f64, f64)| (share, about(middle * factor, middle * 0.01));
        runtime.distribution =
            [(0.5, 1.0), (0.9, 1.2), (0.99, 1.6), (0.999, 2.0)].map(quantile).to_vec();
    }

    Outcome {
        iowait: "0.1.0".into(),
        model: "web-request".into(),
        model_sha256: "ab".repeat(32),
        seed: 42,
        replications: 10,
        warmup_s: 1.2,
        command: "iowait".into(),
        workload: workload(),
        baseline: "sync".into(),
        runtimes: vec![sync, threads, loops],
        scenarios: Vec::new(),
        summary: Summary {
            request: "20 x (0.05 ms CPU + 4 ms wait), exponential".into(),
            load: "closed load, 648 clients = 8 x (1 + 80)".into(),
            host: "8 cores".into(),
            offered_rps: None,
            baseline: String::new(),
            notes: vec![
                "sync p99 is 640 queued clients; below saturation: iowait run --rate 60/s".into(),
            ],
        },
    }
}

/// The same, under an open load that sync can't sustain.
pub fn overloaded() -> Outcome {
    let mut outcome = web_request();
    outcome.summary.load = "open load, Poisson, 200/s".into();
    outcome.summary.offered_rps = Some(200.0);
    outcome.runtimes[0].steady = Some(false);
    let counts = RequestCounts { timed_out: 5_000, ..outcome.runtimes[0].counts() };
    outcome.runtimes[0].requests = Some(counts);
    outcome.runtimes[0].theory.bound_rps = Some(98.77);
    outcome
}

/// The same by theory alone.
pub fn theory_only() -> Outcome {
    let mut outcome = web_request();
    for (runtime, rps) in outcome.runtimes.iter_mut().zip([98.77, 7778.0, 7387.0]) {
        let kept = runtime.gain.clone();
        *runtime = RuntimeResult {
            workload: runtime.workload.clone(),
            theory: Theory {
                bound_rps: Some(if rps < 100.0 { 98.77 } else { 8000.0 }),
                exact: Some(Exact {
                    method: "MVA".into(),
                    throughput_rps: rps,
                    response_mean_s: Some(648.0 / rps),
                }),
                why: "bursts are exponential".into(),
            },
            gain: Gain { simulated: Estimate::NONE, over_formula: None, ..kept },
            steady: None,
            requests: None,
            ..self::runtime(&runtime.name, &runtime.kind, runtime.width)
        };
    }
    outcome
}

/// The same with a second scenario of the same runtimes.
pub fn with_scenario() -> Outcome {
    let mut outcome = web_request();
    outcome.scenarios.push(ScenarioResult {
        name: "peak".into(),
        workload: workload(),
        warmup_s: 2.0,
        runtimes: outcome.runtimes.clone(),
        summary: Summary { load: "closed load, 900 clients".into(), ..Summary::default() },
    });
    outcome
}

/// Numbers that a correct study never gives, in every place.
pub fn not_finite() -> Outcome {
    let mut outcome = web_request();
    outcome.workload.t_cpu_s = f64::NAN;
    outcome.workload.blocking_coefficient = Some(f64::INFINITY);
    let runtime = &mut outcome.runtimes[1];
    runtime.throughput_rps = Estimate::exactly(f64::NAN);
    runtime.response_s.p99 = about(f64::INFINITY, 1.0);
    runtime.gain.simulated = about(3.0, f64::INFINITY);
    runtime.gain.bound = Some(f64::INFINITY);
    runtime.gain.over_formula = Some(f64::NEG_INFINITY);
    runtime.theory.bound_rps = Some(f64::NAN);
    outcome
}

/// A runtime of which nothing is known yet.
pub fn runtime(name: &str, kind: &str, width: u64) -> RuntimeResult {
    RuntimeResult {
        name: name.into(),
        kind: kind.into(),
        workload: RuntimeWorkload { t_cpu_s: 0.001, t_io_s: 0.08 },
        requests: Some(RequestCounts::default()),
        throughput_rps: Estimate::NONE,
        response_s: ResponseTimes::default(),
        classes: Vec::new(),
        accept_wait_s: MeanOnly::default(),
        breakdown_s: Breakdown::default(),
        breakdown_tail_s: Breakdown::default(),
        in_flight: MeanPeak::default(),
        utilization: BTreeMap::new(),
        loop_lag_s: None,
        memory_bytes: MeanPeak::default(),
        wasted: Wasted::default(),
        cold_starts: None,
        makespan_s: None,
        cost: Cost::default(),
        gain: Gain::default(),
        fewer_requests: Saving::default(),
        theory: Theory::default(),
        bottleneck: Bottleneck::default(),
        slo: Vec::new(),
        steady: Some(true),
        warnings: Vec::new(),
        events: Some(1_000_000),
        distribution: Vec::new(),
        response_min_s: None,
        width,
    }
}

/// Sets one utilisation.
pub fn share(runtime: &mut RuntimeResult, of: &str, value: f64) {
    runtime.utilization.insert(of.into(), Some(about(value, 0.000_5)));
}

fn workload() -> Workload {
    Workload {
        t_cpu_s: 0.001,
        t_io_s: 0.08,
        blocking_coefficient: Some(80.0),
        blocking_fraction: Some(80.0 / 81.0),
        calls: 20.0,
        optimal_concurrency: Some(648.0),
    }
}

/// Response times whose median and mean are `middle`.
fn times(middle: f64, p99: f64, half: f64) -> ResponseTimes {
    let near = |value| about(value, half);
    ResponseTimes {
        mean: near(middle),
        p50: near(middle),
        p75: near(middle * 1.1),
        p90: near(middle * 1.2),
        p95: near(p99 * 0.95),
        p99: near(p99),
        p999: near(p99 * 1.1),
        max: near(p99 * 1.5),
    }
}

/// A gain with its bound, exact value and share of the formula.
fn gain(simulated: Estimate, [bound, exact, over]: [f64; 3]) -> Gain {
    Gain {
        simulated,
        formula: Some(bound),
        formula_n: Some(bound),
        bound: Some(bound),
        exact: Some(exact),
        over_formula: Some(over),
        explained: Vec::new(),
    }
}

fn explained(cause: &str, share: f64, ci95: Option<[f64; 2]>) -> Explained {
    Explained { cause: cause.into(), share, ci95, words: String::new() }
}

fn bottleneck(resource: &str, utilization: f64, why: &str) -> Bottleneck {
    Bottleneck { resource: resource.into(), utilization: Some(utilization), why: why.into() }
}
