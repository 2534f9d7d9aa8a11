//! What has one right answer: constant times, and queueing models that theory solves exactly.

mod common;

use common::*;
use iowait::model::{Load, Scheduling};
use iowait::units::Rate;

#[test]
fn one_worker_serves_one_request_after_the_other_and_one_loop_fills_its_core() {
    // T_cpu 1 ms, T_io 80 ms: the formula promises 1 + 80/1 = 81.
    let model = model(Load::closed(81), vec![cpu(ms(1.0)), io(ms(80.0))]);
    let worker = throughput(&run(&model, &sync(1), 10.0, 1_000));
    let event_loop = throughput(&run(&model, &loops(1), 10.0, 100_000));
    assert!((worker - 1.0 / 0.081).abs() < 0.02, "{worker}");
    assert!((event_loop - 1_000.0).abs() < 0.01, "{event_loop}");
    for n in [1, 2, 10, 40, 80, 81] {
        let pool = throughput(&run(&model, &threads(n), 10.0, 20_000));
        let gain = pool / (1.0 / 0.081);
        assert!((gain - f64::from(n)).abs() < 0.02 * f64::from(n), "{n} threads: {gain}");
    }
}

#[test]
fn ten_thousand_downloads_take_half_an_hour_18_seconds_or_14() {
    let model = model(batch(10_000), vec![cpu(ms(1.4)), io(ms(178.6))]);
    assert_eq!(makespan(&model, &sync(1)), 1_800.0);
    // 100 rounds of 100 waits; within a round the bursts overlap the waits of the others.
    let pool = makespan(&model, &threads(100));
    assert!((pool - 18.0).abs() < 0.15, "{pool}");
    let event_loop = makespan(&model, &loops(1));
    assert!((event_loop - 14.1786).abs() < 1e-6, "{event_loop}");
}

#[test]
fn the_turn_of_a_loop_makes_what_waits_behind_a_semaphore_march_in_step() {
    // 2 000 items of 50 ms I/O and then 1 ms CPU.
    let work = || vec![io(ms(50.0)), cpu(ms(1.0))];
    let free = model(batch(2_000), work());
    assert_eq!(makespan(&free, &loops(1)), 2.05);
    // Each hundred wait 50 ms and then run 100 ms before the next hundred start: 20 × 150 ms.
    let mut held = model(batch(2_000), vec![hold(0, work())]);
    held.resources = vec![pool("semaphore", 100)];
    assert_eq!(makespan(&held, &loops(1)), 3.0);
    let pool = makespan(&free, &threads(100));
    assert!((pool - 2.05).abs() < 0.01, "{pool}");
}

#[test]
fn slots_taken_for_a_wait_alone_need_no_turn_of_the_loop() {
    // `at` frees its slot at the end of the wait: the next hundred wait while the first run.
    let mut model = model(batch(2_000), vec![io_at(ms(50.0), vec![0]), cpu(ms(1.0))]);
    model.resources = vec![pool("connections", 100)];
    let event_loop = makespan(&model, &loops(1));
    assert!((event_loop - 2.05).abs() < 1e-9, "{event_loop}");
}

/// The machine-repair model by mean value analysis: throughput of `n` clients with FIFO exponential
/// bursts `d` on one core and delay `z` (Reiser and Lavenberg 1980).
fn mva_throughput(n: u32, d: f64, z: f64) -> f64 {
    let (mut queue, mut x) = (0.0, 0.0);
    for k in 1..=n {
        let residence = d * (1.0 + queue);
        x = f64::from(k) / (residence + z);
        queue = x * residence;
    }
    x
}

#[test]
fn closed_loads_with_exponential_bursts_agree_with_mean_value_analysis() {
    let exact = mva_throughput(20, 1.0, 9.0);
    for (name, wait) in [("exponential", exp_ms(9.0)), ("constant", ms(9.0))] {
        for (kind, runtime) in [("loop", loops(1)), ("threads", threads(20))] {
            let model = model(Load::closed(20), vec![cpu(exp_ms(1.0)), io(wait.clone())]);
            let model = on_cores(model, 1, Scheduling::Fifo);
            assert_exact(&format!("{kind}, {name} I/O"), exact * 1e3, |replication| {
                throughput(&run_nth(&model, &runtime, replication, 1.0, 20_000))
            });
        }
    }
}

#[test]
fn open_loads_agree_with_erlang_and_pollaczek_and_khinchine() {
    let rate = |per_second| Load::poisson(Rate(per_second));
    // (name, load, service, scheduling, workers, cores, exact mean response in ms)
    let rho = 0.8;
    let erlang_c = |c: u32, a: f64| {
        let mut b = 1.0;
        for k in 1..=c {
            b = a * b / (f64::from(k) + a * b);
        }
        b / (1.0 - a / f64::from(c) * (1.0 - b))
    };
    let mm8 = 1.0 + erlang_c(8, 6.4) / (8.0 * (1.0 - rho));
    let cases = [
        ("M/M/1", 1, exp_ms(1.0), Scheduling::Fifo, 1.0 / (1.0 - rho)),
        ("M/D/1", 1, ms(1.0), Scheduling::Fifo, 1.0 + rho / (2.0 * (1.0 - rho))),
        ("M/M/8", 8, exp_ms(1.0), Scheduling::Fifo, mm8),
        ("M/M/1-PS", 1, exp_ms(1.0), Scheduling::ProcessorSharing, 1.0 / (1.0 - rho)),
        ("M/D/1-PS", 1, ms(1.0), Scheduling::ProcessorSharing, 1.0 / (1.0 - rho)),
    ];
    for (name, cores, service, scheduling, exact) in cases {
        let model = model(rate(rho * f64::from(cores) * 1e3), vec![cpu(service)]);
        let model = on_cores(model, cores, scheduling);
        // Under processor sharing all who are there share: a thread for each.
        let width = if scheduling == Scheduling::Fifo { cores } else { 10_000 };
        assert_exact(name, exact, |replication| {
            response_ms(&run_nth(&model, &threads(width), replication, 2.0, 100_000))
        });
    }
}

#[test]
fn a_full_backlog_refuses_what_the_loss_formula_says() {
    // M/M/2/5 at 90 %: two workers, three places in the backlog.
    let (c, k, a): (i32, i32, f64) = (2, 5, 1.8);
    let weight = |n: i32| {
        let factorial = |m: i32| (1..=m).map(f64::from).product::<f64>();
        if n <= c {
            a.powi(n) / factorial(n)
        } else {
            a.powi(n) / (factorial(c) * f64::from(c).powi(n - c))
        }
    };
    let loss = weight(k) / (0..=k).map(weight).sum::<f64>();
    let model = model(Load::poisson(Rate(1_800.0)), vec![cpu(exp_ms(1.0))]);
    let model = on_cores(model, 2, Scheduling::Fifo);
    let mut runtime = sync(2);
    runtime.backlog = Some(3);
    assert_exact("M/M/2/5 loss", loss, |replication| {
        let counts = run_nth(&model, &runtime, replication, 1.0, 100_000).counts;
        counts.refused as f64 / counts.ended() as f64
    });
    // A place that nobody needs to wait in is no place at all: M/M/2/2 is Erlang B.
    runtime.backlog = Some(0);
    let erlang_b = weight(2) / (0..=2).map(weight).sum::<f64>();
    assert_exact("M/M/2/2 loss", erlang_b, |replication| {
        let counts = run_nth(&model, &runtime, replication, 1.0, 100_000).counts;
        counts.refused as f64 / counts.ended() as f64
    });
}

#[test]
fn loops_with_queues_of_their_own_have_longer_tails_than_workers_that_share_one() {
    // Five loops that requests are spread over by chance, against five workers: the same load.
    let model = model(Load::poisson(Rate(3_500.0)), vec![cpu(exp_ms(1.0))]);
    let model = on_cores(model, 5, Scheduling::Fifo);
    let mut own = loops(5);
    if let iowait::model::RuntimeKind::EventLoop(kind) = &mut own.kind {
        kind.assign = iowait::model::runtime::Assign::Random;
    }
    let p99 = |runtime| {
        let found = run(&model, &runtime, 2.0, 200_000);
        (throughput(&found), found.response.quantile(0.99).expect("many") / 1e6)
    };
    let (shared_rate, shared_tail) = p99(sync(5));
    let (own_rate, own_tail) = p99(own);
    assert!((own_rate / shared_rate - 1.0).abs() < 0.02, "{own_rate} {shared_rate}");
    // M/M/1 at 70 %: p99 is ln(100)/(1 - 0.7) = 15.35 ms.
    assert!((own_tail / 15.35 - 1.0).abs() < 0.05, "{own_tail}");
    assert!(own_tail > 2.0 * shared_tail, "{own_tail} against {shared_tail}");
}

#[test]
fn beside_a_cpu_hungry_thread_each_return_from_io_costs_a_switch_interval() {
    // Class 0 computes for ever in bursts of 50 ms; class 1 waits 10 ms and computes 0.1 ms. Two
    // clients, two threads, each client's class by its own requests.
    use iowait::model::{LoadKind, RequestClass, RuntimeKind};
    let hog = vec![cpu(ms(50.0))];
    let mut model = model(Load::closed(2), hog);
    model.requests.push(RequestClass {
        name: "io".into(),
        weight: 1.0,
        steps: vec![io(ms(10.0)), cpu(ms(0.1)), io(ms(10.0)), cpu(ms(0.1))],
    });
    model.host.cores = 2;
    model.load.kind = LoadKind::Closed { clients: 4, think: ms(0.0) };
    let response = |gil: bool| {
        let mut runtime = threads(4);
        if let RuntimeKind::ThreadPool(kind) = &mut runtime.kind {
            kind.gil = gil;
        }
        let found = run(&model, &runtime, 1.0, 2_000);
        (found.classes[1].mean().expect("some") / 1e6, found.response.mean_parts().expect("some"))
    };
    let (free, _) = response(false);
    let (convoy, parts) = response(true);
    assert!(free < 21.0 + 10.0, "without the lock there is no convoy: {free} ms");
    // Two returns from I/O, each up to one interval of 5 ms and more when both hogs are there.
    assert!(convoy > free + 5.0, "{convoy} against {free}");
    assert!(parts[iowait::simulation::Part::LockWait as usize] > 1e6);
}
