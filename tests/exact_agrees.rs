//! Every rule that calls a result exact: its value worked by hand, and a simulation that agrees; and
//! every cause that breaks exactness, said for a model that has it.

mod common;

use common::*;
use iowait::input::dist::Dist;
use iowait::model::request::Gil;
use iowait::model::runtime::{Assign, Balance, Serverless, Spawn, WorkStealing};
use iowait::model::{
    Load, LoadKind, Model, RequestClass, Runtime, RuntimeKind, Scheduling, Scope, Step, StepKind,
};
use iowait::simulation::Control;
use iowait::study::exact::{Applies, Obstacle, Solution, of};
use iowait::study::{Case, Options, run as run_study};
use iowait::units::{Rate, Share, Span};

const FIFO: Scheduling = Scheduling::Fifo;
const SHARING: Scheduling = Scheduling::ProcessorSharing;
const SLICES: Scheduling = Scheduling::RoundRobin;

fn poisson(rps: f64) -> Load {
    Load::poisson(Rate(rps))
}

fn constant(rps: f64) -> Load {
    Load::new(LoadKind::Constant { rate: Rate(rps) })
}

fn thinking(clients: u64, think: Dist) -> Load {
    Load::new(LoadKind::Closed { clients, think })
}

fn step(kind: StepKind) -> Step {
    Step { kind, fail: Share::NONE, label: None }
}

fn chance(p: f64, steps: Vec<Step>) -> Step {
    step(StepKind::Chance { probability: Share(p), steps })
}

fn stealers(workers: u32) -> Runtime {
    Runtime::new("stealers", WorkStealing::new(workers))
}

fn serverless(most: u32) -> Runtime {
    Runtime::new("instances", Serverless::new(most))
}

fn with_loops(mut runtime: Runtime, assign: Assign) -> Runtime {
    if let RuntimeKind::EventLoop(kind) = &mut runtime.kind {
        kind.assign = assign;
    }
    runtime
}

fn with_max_tasks(mut runtime: Runtime, most: u64) -> Runtime {
    if let RuntimeKind::EventLoop(kind) = &mut runtime.kind {
        kind.max_tasks = Some(most);
    }
    runtime
}

fn with_backlog(mut runtime: Runtime, room: u64) -> Runtime {
    runtime.backlog = Some(room);
    runtime
}

fn with_overhead(mut runtime: Runtime, overhead: Dist) -> Runtime {
    runtime.overhead = overhead;
    runtime
}

fn on_instances(mut runtime: Runtime, instances: u32, balance: Balance) -> Runtime {
    (runtime.instances, runtime.balance) = (instances, balance);
    runtime
}

fn exactly(what: &str, model: &Model, runtime: &Runtime) -> Solution {
    match of(model, runtime) {
        Applies::Exactly(solution) => solution,
        Applies::Nothing(obstacle) => panic!("{what}: {obstacle}"),
    }
}

/// Exact, by this method, with these values, and the simulation agrees with both.
fn agrees(
    what: &str,
    (model, runtime): (&Model, &Runtime),
    method: &str,
    (throughput_rps, response_ms): (f64, Option<f64>),
) {
    let found = exactly(what, model, runtime);
    assert_eq!(found.method, method, "{what}");
    assert!(found.why.len() > 10, "{what}: {}", found.why);
    let near = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-9;
    assert!(near(found.throughput_rps, throughput_rps), "{what}: {found:?}, not {throughput_rps}");
    match (found.response_mean_s, response_ms) {
        (Some(found), Some(expected)) => {
            assert!(near(found * 1e3, expected), "{what}: {} ms, not {expected}", found * 1e3);
        }
        (found, expected) => assert_eq!(found.is_some(), expected.is_some(), "{what}"),
    }
    simulate(what, model, runtime, &found);
}

/// The simulated means are within their 99.9 % intervals of the exact ones.
fn simulate(what: &str, model: &Model, runtime: &Runtime, exact: &Solution) {
    let warmup = 200.0 * exact.response_mean_s.unwrap_or(0.1).max(1e-3);
    // Queues of open loads remember for longer.
    let ends = if model.load.kind.is_open() { 120_000 } else { 40_000 };
    let runs: Vec<_> =
        (0..10).map(|number| run_nth(model, runtime, number, warmup, ends)).collect();
    let rates: Vec<f64> = runs.iter().map(throughput).collect();
    within(&format!("{what}, throughput"), exact.throughput_rps, &rates);
    if let Some(response_s) = exact.response_mean_s {
        let means: Vec<f64> = runs.iter().map(|run| response_ms(run) / 1e3).collect();
        within(&format!("{what}, response"), response_s, &means);
    }
}

/// As `assert_exact`, with room for what a window of whole requests and nanoseconds rounds: a
/// deterministic cycle has no variance at all.
fn within(what: &str, exact: f64, figures: &[f64]) {
    let mean = figures.iter().sum::<f64>() / 10.0;
    let variance = figures.iter().map(|figure| (figure - mean).powi(2)).sum::<f64>() / 9.0;
    let half = 4.781 * (variance / 10.0).sqrt();
    let deviation = (mean / exact - 1.0) * 100.0;
    assert!(
        (mean - exact).abs() <= half + 2e-4 * exact,
        "{what}: {mean} ± {half} against {exact} ({deviation:+.3} %)"
    );
    assert!(half < 0.05 * exact, "{what}: {half} is too wide to prove anything");
}

/// `X(N)` of the machine repair model by the plain sum over its states: bursts of `d` on `c` cores,
/// `z` away, in any unit; exact in floating point for few customers.
fn repair(n: u32, c: u32, d: f64, z: f64) -> f64 {
    let (mut weight, mut sum, mut busy) = (1.0, 1.0, 0.0);
    for k in 1..=n {
        weight *= f64::from(n - k + 1) / z * d / f64::from(k.min(c));
        sum += weight;
        busy += weight * f64::from(k.min(c));
    }
    busy / sum / d
}

fn erlang_b(c: u32, a: f64) -> f64 {
    (1..=c).fold(1.0, |b, k| a * b / (f64::from(k) + a * b))
}

/// Mean response of M/M/c in units of the service time: `1 + C / (c − a)`.
fn erlang_c_response(c: u32, a: f64) -> f64 {
    let b = erlang_b(c, a);
    1.0 + b / (1.0 - a / f64::from(c) * (1.0 - b)) / (f64::from(c) - a)
}

#[test]
fn workers_that_are_always_taken_give_one_over_the_mean_request_whatever_it_is() {
    // Renewal reward: X = W / E[S], R = N / X.
    let steps = || vec![cpu(ms(1.0)), io(exp_ms(8.0)), chance(0.5, vec![cpu(exp_ms(2.0))])];
    let model = on_cores(model(Load::closed(20), steps()), 4, SLICES);
    agrees("sync", (&model, &sync(4)), "saturated workers", (400.0, Some(50.0)));
    agrees("fewer", (&model, &threads(3)), "saturated workers", (300.0, Some(200.0 / 3.0)));
}

#[test]
fn as_many_cores_as_requests_are_no_queue_at_all() {
    // X = N / (E[S] + Z).
    let steps = vec![io(ms(5.0)), cpu(Dist::constant(1e6)), cpu(exp_ms(2.0))];
    let load = thinking(4, Dist::exponential(2e6));
    let model = on_cores(model(load, steps), 4, SLICES);
    agrees("threads", (&model, &threads(9)), "no queueing", (400.0, Some(8.0)));
    let mut one = model.clone();
    one.load = thinking(1, ms(2.0));
    // Alone no turn of any loop is ever late: greedy or not.
    agrees("one client", (&one, &loops(3)), "no queueing", (100.0, Some(8.0)));
}

#[test]
fn shared_cores_are_a_machine_repair_model() {
    let exact = repair(40, 4, 1.0, 9.0) * 1e3;
    let expected = (exact, Some(40.0 / exact * 1e3));
    for (name, wait) in [("exp", exp_ms(9.0)), ("constant", ms(9.0))] {
        for scheduling in [FIFO, SLICES, SHARING] {
            let model = model(Load::closed(40), vec![cpu(exp_ms(1.0)), io(wait.clone())]);
            let mut model = on_cores(model, 4, scheduling);
            // So short that most slices end within a burst: customers that are alike do not mind.
            model.host.timeslice = Span::from_micros(300);
            let what = format!("{name} {scheduling:?}");
            agrees(&what, (&model, &threads(40)), "machine repair", expected);
        }
    }
}

#[test]
fn workers_that_steal_are_shared_cores_where_there_is_one_for_each_core() {
    let exact = repair(40, 4, 1.0, 9.0) * 1e3;
    let expected = (exact, Some(40.0 / exact * 1e3));
    let closed = model(Load::closed(40), vec![cpu(exp_ms(1.0)), io(ms(9.0))]);
    let closed = on_cores(closed, 4, SLICES);
    agrees("closed", (&closed, &stealers(4)), "machine repair", expected);
    let open = on_cores(model(poisson(2_400.0), vec![cpu(exp_ms(1.0))]), 3, FIFO);
    agrees("open", (&open, &stealers(3)), "Erlang C", (2_400.0, Some(erlang_c_response(3, 2.4))));
    let loss = with_backlog(stealers(2), 0);
    let open = on_cores(model(poisson(1_800.0), vec![cpu(exp_ms(1.0))]), 2, SLICES);
    let rate = 1_800.0 * (1.0 - erlang_b(2, 1.8));
    assert!((exactly("loss", &open, &loss).throughput_rps / rate - 1.0).abs() < 1e-9);
    simulate("loss", &open, &loss, &exactly("loss", &open, &loss));
}

#[test]
fn serverless_instances_are_servers_with_a_core_each() {
    let exact = repair(20, 5, 4.0, 10.0) * 1e3;
    let expected = (exact, Some(20.0 / exact * 1e3 - 10.0));
    let closed = model(thinking(20, ms(10.0)), vec![cpu(exp_ms(4.0))]);
    agrees("closed", (&closed, &serverless(5)), "machine repair", expected);
    let open = model(poisson(2_400.0), vec![cpu(exp_ms(1.0))]);
    let expected = (2_400.0, Some(erlang_c_response(3, 2.4)));
    agrees("open", (&open, &serverless(3)), "Erlang C", expected);
    let general = model(poisson(1_800.0), vec![cpu(ms(0.4)), io(ms(0.6))]);
    let rate = 1_800.0 * (1.0 - erlang_b(2, 1.8));
    let loss = with_backlog(serverless(2), 0);
    agrees("loss", (&general, &loss), "Erlang B", (rate, Some(1.0)));
    // Enough of them: nobody waits, whatever a request does.
    let many = model(poisson(800.0), vec![cpu(ms(5.0)), io(exp_ms(20.0))]);
    agrees("enough", (&many, &serverless(500)), "M/G/inf", (800.0, Some(25.0)));
}

#[test]
fn processor_sharing_takes_bursts_of_any_kind() {
    // T_cpu = 0.5 + 0.5 · 1 = 1 ms, T_io 9 ms: as if exponential.
    let steps = vec![cpu(ms(0.5)), io(exp_ms(9.0)), chance(0.5, vec![cpu(ms(1.0))])];
    let model = on_cores(model(Load::closed(12), steps), 1, SHARING);
    let exact = repair(12, 1, 1.0, 9.0) * 1e3;
    agrees("sharing", (&model, &threads(12)), "MVA", (exact, Some(12.0 / exact * 1e3)));
    // The declared overhead is CPU as any other: 1.5 ms.
    let exact = repair(12, 1, 1.5, 9.0) * 1e3;
    let runtime = with_overhead(threads(12), ms(0.5));
    agrees("overhead", (&model, &runtime), "MVA", (exact, Some(12.0 / exact * 1e3)));
}

#[test]
fn fewer_threads_than_clients_are_a_network_of_the_threads() {
    // Stages with different waits, in order of arrival; 10 of 25 clients are inside.
    let steps = || vec![cpu(exp_ms(1.0)), io(ms(3.0)), cpu(exp_ms(1.0)), io(exp_ms(9.0))];
    let exact = repair(10, 2, 2.0, 12.0) * 1e3;
    let expected = (exact, Some(25.0 / exact * 1e3));
    let model = on_cores(model(Load::closed(25), steps()), 2, FIFO);
    agrees("fifo", (&model, &threads(10)), "machine repair", expected);
    // A slice of 40 mean bursts ends within one with probability e^-40.
    let mut sliced = on_cores(model, 2, SLICES);
    sliced.host.timeslice = Span::from_millis(40);
    agrees("long slices", (&sliced, &threads(10)), "machine repair", expected);
    sliced.host.timeslice = Span::from_millis(2);
    assert_eq!(of(&sliced, &threads(10)), Applies::Nothing(Obstacle::Slices));
}

#[test]
fn one_loop_is_mean_value_analysis_where_each_turn_is_a_burst() {
    let steps = vec![cpu(exp_ms(1.0)), io(ms(3.0)), cpu(exp_ms(1.0)), io(exp_ms(9.0))];
    let exact = repair(9, 1, 2.0, 17.0) * 1e3;
    let mut model = on_cores(model(thinking(9, ms(5.0)), steps), 2, SLICES);
    let expected = (exact, Some(9.0 / exact * 1e3 - 5.0));
    agrees("stages", (&model, &loops(1)), "MVA", expected);
    // Classes with waits of their own are one chain: T_io = 0.25 · 4 + 0.75 · 8 = 7.
    let class = |weight, wait| RequestClass {
        name: format!("w{weight}"),
        weight,
        steps: vec![cpu(exp_ms(1.0)), io(wait)],
    };
    model.requests = vec![class(1.0, ms(4.0)), class(3.0, exp_ms(8.0))];
    let exact = repair(9, 1, 1.0, 12.0) * 1e3;
    agrees("classes", (&model, &loops(1)), "MVA", (exact, Some(9.0 / exact * 1e3 - 5.0)));
}

#[test]
fn max_tasks_is_a_smaller_population_where_requests_are_alike() {
    let model = model(Load::closed(30), vec![cpu(exp_ms(1.0)), io(ms(9.0))]);
    let exact = repair(8, 1, 1.0, 9.0) * 1e3;
    let runtime = with_max_tasks(loops(1), 8);
    agrees("8 tasks", (&model, &runtime), "MVA", (exact, Some(30.0 / exact * 1e3)));
}

#[test]
fn several_loops_are_exact_where_chance_alone_deals_requests_out() {
    // Random: a network of L queues. By convolution over how many are away: here by MVA.
    let (n, l, d, z) = (18_u32, 3.0, 1.0, 5.0);
    let (mut queue, mut x) = (0.0, 0.0);
    for k in 1..=n {
        let residence = d * (1.0 + queue / l);
        x = f64::from(k) / (residence + z);
        queue = x * residence;
    }
    let exact = x * 1e3;
    let model = on_cores(model(Load::closed(18), vec![cpu(exp_ms(1.0)), io(ms(5.0))]), 3, SLICES);
    let expected = (exact, Some(18.0 / exact * 1e3));
    agrees("random", (&model, &with_loops(loops(3), Assign::Random)), "MVA", expected);
    // Pinned: the mean over a binomial number of clients of each loop.
    let mut mean = 0.0;
    let mut weight = (2.0_f64 / 3.0).powi(18);
    for k in 0..=18_u32 {
        if k > 0 {
            weight *= f64::from(18 - k + 1) / f64::from(k) / 2.0;
            mean += weight * repair(k, 1, 1.0, 5.0);
        }
    }
    let pinned = with_loops(loops(3), Assign::Pinned);
    let found = exactly("pinned", &model, &pinned);
    assert!((found.throughput_rps / (3e3 * mean) - 1.0).abs() < 1e-9, "{found:?}");
    // Each replication has a split of its own: many short ones.
    let rates: Vec<f64> =
        (0..300).map(|r| throughput(&run_nth(&model, &pinned, r, 0.5, 4_000))).collect();
    let batches: Vec<f64> = rates.chunks(30).map(|each| each.iter().sum::<f64>() / 30.0).collect();
    within("pinned, throughput", found.throughput_rps, &batches);
}

#[test]
fn a_pool_with_exponential_waits_is_a_station() {
    // One core and 3 slots of 4 ms, 2 ms elsewhere, by convolution over the states of both.
    let steps = vec![cpu(exp_ms(1.0)), io_at(exp_ms(4.0), vec![0]), cpu(exp_ms(1.0)), io(ms(2.0))];
    let mut model = on_cores(model(Load::closed(6), steps), 1, FIFO);
    model.resources = vec![pool("db", 3)];
    // Normalising constants: G(n) = Σ f_cpu(i) f_pool(j) f_delay(n − i − j).
    let g = |n: u32| {
        let factorial = |k: u32| (1..=k).map(f64::from).product::<f64>();
        let mut sum = 0.0;
        for i in 0..=n {
            for j in 0..=n - i {
                let served: f64 = (1..=j).map(|k| f64::from(k.min(3))).product();
                let (core, slots) = (2.0_f64.powi(i as i32), 4.0_f64.powi(j as i32) / served);
                let away = n - i - j;
                sum += core * slots * 2.0_f64.powi(away as i32) / factorial(away);
            }
        }
        sum
    };
    let exact = g(5) / g(6) * 1e3;
    let expected = (exact, Some(6.0 / exact * 1e3));
    agrees("threads", (&model, &threads(6)), "MVA", expected);
    agrees("loop", (&model, &loops(1)), "MVA", expected);
    // With a slot for everybody it is not there, whatever its waits.
    model.resources = vec![pool("db", 6)];
    let exact = repair(6, 1, 2.0, 6.0) * 1e3;
    agrees("wide", (&model, &loops(1)), "MVA", (exact, Some(6.0 / exact * 1e3)));
}

#[test]
fn clients_that_think_and_queue_for_workers_are_one_station() {
    let model = on_cores(model(thinking(12, ms(20.0)), vec![io(exp_ms(5.0))]), 4, SLICES);
    let exact = repair(12, 3, 5.0, 20.0) * 1e3;
    let expected = (exact, Some(12.0 / exact * 1e3 - 20.0));
    agrees("waits", (&model, &sync(3)), "machine repair", expected);
}

#[test]
fn open_loads_of_one_exponential_time_are_erlangs() {
    let bursts = || vec![cpu(exp_ms(1.0))];
    let on = |cores, scheduling| on_cores(model(poisson(2_400.0), bursts()), cores, scheduling);
    let expected = (2_400.0, Some(erlang_c_response(3, 2.4)));
    agrees("workers", (&on(8, SLICES), &sync(3)), "Erlang C", expected);
    agrees("cores", (&on(3, FIFO), &threads(50)), "Erlang C", expected);
    let mut short = on(3, SLICES);
    short.host.timeslice = Span::from_micros(200);
    agrees("slices", (&short, &threads(50)), "Erlang C", expected);
    // Waits in place alike: a worker is a server whatever it does.
    let waits = on_cores(model(poisson(400.0), vec![io(exp_ms(5.0))]), 4, SLICES);
    agrees("waits", (&waits, &sync(4)), "Erlang C", (400.0, Some(5.0 * erlang_c_response(4, 2.0))));
    let one = on_cores(model(poisson(700.0), bursts()), 1, SLICES);
    agrees("M/M/1", (&one, &sync(1)), "M/M/1", (700.0, Some(1.0 / 0.3)));
    agrees("loop", (&one, &loops(1)), "M/M/1", (700.0, Some(1.0 / 0.3)));
}

#[test]
fn a_limited_backlog_is_a_loss_system() {
    let model = on_cores(model(poisson(1_800.0), vec![cpu(exp_ms(1.0))]), 2, SLICES);
    // M/M/2/5 with 1.8 erlangs by its states.
    let weights: Vec<f64> = (0..=5_i32)
        .scan(1.0, |weight, n| {
            if n > 0 {
                *weight *= 1.8 / f64::from(n.min(2));
            }
            Some(*weight)
        })
        .collect();
    let sum: f64 = weights.iter().sum();
    let number: f64 = weights.iter().zip(0..).map(|(w, n)| w * f64::from(n)).sum::<f64>() / sum;
    let rate = 1_800.0 * (1.0 - weights[5] / sum);
    agrees(
        "M/M/2/5",
        (&model, &with_backlog(sync(2), 3)),
        "M/M/c/K",
        (rate, Some(number / rate * 1e3)),
    );
    // Four threads on two cores and one place: the same room.
    agrees(
        "threads",
        (&model, &with_backlog(threads(4), 1)),
        "M/M/c/K",
        (rate, Some(number / rate * 1e3)),
    );
    // Erlang B knows the mean alone.
    let mut general = model;
    general.requests[0].steps = vec![cpu(ms(0.4)), io(ms(0.6))];
    let rate = 1_800.0 * (1.0 - erlang_b(2, 1.8));
    agrees("M/D/2/2", (&general, &with_backlog(sync(2), 0)), "Erlang B", (rate, Some(1.0)));
}

#[test]
fn one_server_in_order_of_arrival_is_pollaczek_and_khinchine() {
    // S = 1 ms + exp(2 ms), plus 1 ms with probability 1/2: mean 3.5, variance 4 + 0.25.
    let steps = || vec![cpu(ms(1.0)), io(exp_ms(2.0)), chance(0.5, vec![cpu(ms(1.0))])];
    let mut model = on_cores(model(poisson(200.0), steps()), 1, SLICES);
    let wait = 0.2 * (3.5 * 3.5 + 4.25) / (2.0 * 0.3);
    agrees("worker", (&model, &sync(1)), "M/G/1", (200.0, Some(wait + 3.5)));
    // A loop serves the bursts of a turn, 2 ms + exp(1 ms); a last wait of 7 ms is behind it.
    model.requests[0].steps = vec![cpu(ms(2.0)), cpu(exp_ms(1.0)), io(ms(7.0))];
    let wait = 0.2 * (9.0 + 1.0) / (2.0 * 0.4);
    agrees("loop", (&model, &loops(1)), "M/G/1", (200.0, Some(wait + 3.0 + 7.0)));
    // What it pays for the turn is service too: 0.5 ms for being resumed, 0.5 ms overhead.
    let mut paying = with_overhead(loops(1), ms(0.5));
    if let RuntimeKind::EventLoop(kind) = &mut paying.kind {
        kind.task_switch = Span::from_micros(500);
    }
    let wait = 0.2 * (16.0 + 1.0) / (2.0 * 0.2);
    agrees("paying", (&model, &paying), "M/G/1", (200.0, Some(wait + 4.0 + 7.0)));
    // Cores in order of arrival, with a random count: E[N] = 2, Var N = 2/3 of 1 ms each.
    let count = Dist::uniform_count(1, 3).expect("one to three");
    model.requests[0].steps = vec![step(StepKind::Repeat { count, steps: vec![cpu(ms(1.0))] })];
    let model = on_cores(model, 1, FIFO);
    let wait = 0.2 * (4.0 + 2.0 / 3.0) / (2.0 * 0.6);
    agrees("fifo", (&model, &threads(5)), "M/G/1", (200.0, Some(wait + 2.0)));
}

#[test]
fn constant_service_and_evenly_spaced_arrivals_have_their_models() {
    // M/D/2 has no closed form; Crommelin's model is tested where it stands.
    let constant_service =
        on_cores(model(poisson(1_600.0), vec![cpu(ms(0.5)), io(ms(0.5))]), 4, SLICES);
    let found = exactly("M/D/2", &constant_service, &sync(2));
    assert_eq!((found.method, found.throughput_rps), ("M/D/c", 1_600.0));
    simulate("M/D/2", &constant_service, &sync(2), &found);
    // D/M/1 at 80 %: σ = e^-((1 − σ)/0.8).
    let spaced = on_cores(model(constant(800.0), vec![cpu(exp_ms(1.0))]), 1, SLICES);
    let mut sigma = 0.5_f64;
    for _ in 0..500 {
        sigma = (-(1.0 - sigma) / 0.8).exp();
    }
    agrees("D/M/1", (&spaced, &sync(1)), "D/M/1", (800.0, Some(1.0 / (1.0 - sigma))));
    agrees("loop", (&spaced, &loops(1)), "D/M/1", (800.0, Some(1.0 / (1.0 - sigma))));
}

#[test]
fn threads_for_everybody_are_an_open_network() {
    let steps = vec![cpu(exp_ms(1.0)), io(ms(20.0)), cpu(exp_ms(1.0)), io(exp_ms(5.0))];
    let model = on_cores(model(poisson(800.0), steps), 2, FIFO);
    // Each of two visits: 1 ms of service and its wait at 1.6 erlangs.
    let response = 25.0 + 2.0 * erlang_c_response(2, 1.6);
    agrees("fifo", (&model, &threads(500)), "Jackson network", (800.0, Some(response)));
    let mut shared = on_cores(model, 2, SHARING);
    shared.requests[0].steps = vec![cpu(ms(1.5)), io(ms(25.0)), cpu(exp_ms(0.5))];
    agrees("sharing", (&shared, &threads(500)), "open BCMP network", (800.0, Some(response)));
    shared.requests[0].steps = vec![io(ms(25.0))];
    agrees("waits", (&shared, &loops(2)), "M/G/inf", (800.0, Some(25.0)));
}

#[test]
fn loops_that_arrivals_are_dealt_to_are_queues_of_their_own() {
    let steps = vec![cpu(exp_ms(0.5)), io(ms(20.0)), cpu(exp_ms(0.5)), io(exp_ms(5.0))];
    let mut model = on_cores(model(poisson(2_100.0), steps), 3, SLICES);
    let random = with_loops(loops(3), Assign::Random);
    agrees("random", (&model, &random), "Jackson network", (2_100.0, Some(25.0 + 1.0 / 0.3)));
    // In turn: every third arrival, Erlang-3; σ = (3/(3 + (1 − σ)/0.7))^3.
    model.requests[0].steps = vec![cpu(exp_ms(1.0)), io(ms(2.0))];
    let mut sigma = 0.5_f64;
    for _ in 0..500 {
        sigma = (1.0 + (1.0 - sigma) / 0.7 / 3.0).powi(-3);
    }
    let in_turn = with_loops(loops(3), Assign::RoundRobin);
    agrees("in turn", (&model, &in_turn), "GI/M/1", (2_100.0, Some(2.0 + 1.0 / (1.0 - sigma))));
    let copies = on_instances(loops(1), 3, Balance::RoundRobin);
    agrees("instances", (&model, &copies), "GI/M/1", (2_100.0, Some(2.0 + 1.0 / (1.0 - sigma))));
    let copies = on_instances(loops(1), 3, Balance::Random);
    agrees("by chance", (&model, &copies), "M/M/1", (2_100.0, Some(2.0 + 1.0 / 0.3)));
}

#[test]
fn a_pool_in_an_open_network_is_a_station() {
    let steps = vec![cpu(exp_ms(0.5)), io_at(exp_ms(4.0), vec![0])];
    let mut model = on_cores(model(poisson(1_000.0), steps), 1, SLICES);
    model.resources = vec![pool("db", 5)];
    let response = 0.5 / 0.5 + 4.0 * erlang_c_response(5, 4.0);
    agrees("loop", (&model, &loops(1)), "Jackson network", (1_000.0, Some(response)));
    agrees("threads", (&model, &threads(2_000)), "Jackson network", (1_000.0, Some(response)));
}

/// One change that breaks exactness, and what is said of it.
type Breaks = (&'static str, Model, Runtime, Obstacle);

fn broken(what: &'static str, model: Model, runtime: Runtime, obstacle: Obstacle) -> Breaks {
    (what, model, runtime, obstacle)
}

fn plain(load: Load) -> Model {
    on_cores(model(load, vec![cpu(exp_ms(1.0)), io(ms(9.0))]), 2, FIFO)
}

fn does(load: Load, steps: Vec<Step>) -> Model {
    Model { requests: vec![RequestClass { name: "r".into(), weight: 1.0, steps }], ..plain(load) }
}

#[test]
fn what_breaks_every_model_is_said() {
    let closed = || plain(Load::closed(30));
    let mut gives_up = closed();
    gives_up.load.timeout = Some(Span::from_millis(50));
    let mut failing = closed();
    failing.requests[0].steps[1].fail = Share(0.01);
    let mut switching = closed();
    switching.host.context_switch = Span::from_micros(2);
    let mut locked = threads(30);
    if let RuntimeKind::ThreadPool(kind) = &mut locked.kind {
        kind.gil = true;
    }
    let looped = |change: fn(&mut iowait::model::runtime::EventLoop)| {
        let mut runtime = loops(1);
        if let RuntimeKind::EventLoop(kind) = &mut runtime.kind {
            change(kind);
        }
        runtime
    };
    let polling = looped(|kind| kind.poll = Span::from_micros(10));
    let switching_tasks = looped(|kind| kind.task_switch = Span::from_micros(10));
    let offloaded = StepKind::Cpu { demand: exp_ms(1.0), offload: Share(0.5), gil: Gil::Hold };
    let offloading = does(Load::closed(30), vec![step(offloaded), io(ms(9.0))]);
    let blocking = does(Load::closed(30), vec![cpu(exp_ms(1.0)), blocking_io(ms(9.0))]);
    let branches = vec![vec![io(ms(1.0))], vec![io(ms(2.0))]];
    let forking =
        does(Load::closed(30), vec![cpu(exp_ms(1.0)), step(StepKind::Parallel { branches })]);
    let twice = vec![cpu(exp_ms(1.0)), io(ms(5.0)), cpu(exp_ms(1.0)), io(ms(5.0))];
    all_said([
        broken("a batch", plain(batch(10)), sync(1), Obstacle::Batch),
        broken("gives up", gives_up, threads(30), Obstacle::ClientsGiveUp),
        broken("fails", failing, threads(30), Obstacle::Failures),
        broken(
            "counts",
            does(
                Load::closed(30),
                vec![step(StepKind::Repeat { count: ms(1.5e-6), steps: vec![cpu(exp_ms(1.0))] })],
            ),
            threads(30),
            Obstacle::Counts,
        ),
        broken("switches", switching, threads(30), Obstacle::ContextSwitch),
        broken("GIL", closed(), locked, Obstacle::Gil),
        broken("poll", closed(), polling, Obstacle::Poll),
        broken("task switch", does(Load::closed(30), twice), switching_tasks, Obstacle::TaskSwitch),
        broken("offload", offloading, loops(1), Obstacle::Offload),
        broken("blocking", blocking, loops(1), Obstacle::Blocking),
        broken("parallel", forking, loops(1), Obstacle::Parallel),
    ]);
}

#[test]
fn what_breaks_closed_networks_is_said() {
    let closed = |steps| does(Load::closed(30), steps);
    let two_means = || vec![cpu(exp_ms(1.0)), io(ms(9.0)), cpu(exp_ms(2.0)), io(ms(9.0))];
    let fused = || vec![cpu(exp_ms(1.0)), cpu(exp_ms(1.0)), io(ms(9.0))];
    let plain = || plain(Load::closed(30));
    let cores = Obstacle::BurstsNotExponential("cores");
    let ends_running = vec![cpu(exp_ms(0.01)), io(ms(9.0)), cpu(exp_ms(0.01))];
    let thinking = does(thinking(30, ms(9.0)), vec![cpu(exp_ms(1.0)), io(ms(9.0))]);
    let instances = on_instances(threads(30), 2, Balance::Random);
    let in_step = on_cores(closed(vec![cpu(ms(1.0)), io(ms(9.0))]), 2, SHARING);
    all_said([
        broken("constant", closed(vec![cpu(ms(1.0)), io(exp_ms(9.0))]), threads(30), cores),
        broken(
            "two means",
            closed(two_means()),
            threads(30),
            Obstacle::BurstsOfSeveralMeans("cores"),
        ),
        broken("fused", closed(fused()), threads(30), Obstacle::BurstsFused),
        broken(
            "overhead",
            plain(),
            with_overhead(threads(30), ms(0.1)),
            Obstacle::BurstsNotExponential("cores"),
        ),
        broken("fused on a loop", closed(fused()), loops(1), Obstacle::BurstsFused),
        broken(
            "back to back",
            on_cores(closed(ends_running), 2, SLICES),
            threads(30),
            Obstacle::Slices,
        ),
        broken(
            "waits first",
            closed(vec![io(ms(9.0)), cpu(exp_ms(1.0))]),
            loops(1),
            Obstacle::EmptyTurn,
        ),
        broken(
            "two waits",
            closed(vec![cpu(exp_ms(1.0)), io(ms(9.0)), io(ms(1.0))]),
            loops(1),
            Obstacle::EmptyTurn,
        ),
        broken("greedy", plain(), loops(2), Obstacle::SharedSocket),
        broken(
            "in turn",
            plain(),
            with_loops(loops(2), Assign::RoundRobin),
            Obstacle::Balanced("loops"),
        ),
        broken(
            "least loaded",
            plain(),
            with_loops(loops(2), Assign::LeastLoaded),
            Obstacle::Balanced("loops"),
        ),
        broken(
            "many loops",
            plain(),
            with_loops(loops(3), Assign::Random),
            Obstacle::MoreLoopsThanCores,
        ),
        broken("in step", in_step, threads(30), Obstacle::PhaseLocked),
        broken("instances", plain(), instances, Obstacle::Balanced("instances")),
        broken("thinks", thinking.clone(), threads(20), Obstacle::Width(20)),
        broken("thinks, tasks", thinking, with_max_tasks(loops(1), 20), Obstacle::MaxTasks),
        broken("refused", plain(), with_backlog(threads(20), 9), Obstacle::RefusedClients),
        broken("no time", closed(vec![cpu(ms(0.0))]), threads(30), Obstacle::NoTime),
    ]);
}

#[test]
fn what_breaks_open_networks_is_said() {
    let open = |steps| does(poisson(100.0), steps);
    let bursty = LoadKind::Bursty {
        rate: Rate(10.0),
        burst_rate: Rate(100.0),
        normal_for: Span::from_millis(100),
        burst_for: Span::from_millis(10),
    };
    let uneven = || vec![cpu(ms(1.0)), io(exp_ms(15.0))];
    let mut retrying = does(poisson(1_800.0), vec![cpu(exp_ms(1.0))]);
    retrying.load.retries = 1;
    let heavy = Dist::pareto(1e6, 1.5).expect("a Pareto with a mean");
    let spaced = does(constant(300.0), vec![cpu(exp_ms(5.0))]);
    all_said([
        broken("bursty", plain(Load::new(bursty)), sync(1), Obstacle::Arrivals("bursty")),
        broken("M/G/2", open(uneven()), sync(2), Obstacle::ManyServers(2)),
        broken("M/G/1/K", open(vec![cpu(ms(8.0))]), with_backlog(sync(1), 3), Obstacle::Refusals),
        broken(
            "overload",
            does(poisson(900.0), vec![cpu(exp_ms(3.0))]),
            sync(2),
            Obstacle::Overload,
        ),
        broken(
            "few threads",
            open(vec![cpu(exp_ms(9.0)), io(ms(50.0))]),
            threads(9),
            Obstacle::Width(9),
        ),
        broken("retries", retrying, with_backlog(sync(2), 3), Obstacle::RefusedRetry),
        broken("greedy", open(uneven()), loops(2), Obstacle::SharedSocket),
        broken("no variance", open(vec![cpu(heavy)]), sync(1), Obstacle::InfiniteVariance),
        broken("D/M/2", spaced, sync(2), Obstacle::Regular),
    ]);
}

#[test]
fn what_breaks_pools_is_said() {
    let pooled = |steps| {
        let mut model = does(Load::closed(30), steps);
        model.resources = vec![pool("db", 5), pool("link", 5)];
        model
    };
    let at = |wait, places| vec![cpu(exp_ms(1.0)), io_at(wait, places)];
    let mut impatient = pooled(at(exp_ms(9.0), vec![0]));
    impatient.resources[0].timeout = Some(Span::from_millis(5));
    let mut full = pooled(at(exp_ms(9.0), vec![0]));
    full.resources[0].queue = Some(3);
    let mut own = pooled(at(exp_ms(9.0), vec![0]));
    own.resources[0].scope = Scope::Process;
    let mut processes = threads(15);
    if let RuntimeKind::ThreadPool(kind) = &mut processes.kind {
        kind.processes = 2;
    }
    let holding = pooled(vec![cpu(exp_ms(1.0)), hold(0, vec![io(exp_ms(9.0)), cpu(exp_ms(1.0))])]);
    let db = || "db".to_owned();
    let both = pooled(at(exp_ms(9.0), vec![0, 1]));
    all_said([
        broken(
            "constant",
            pooled(at(ms(9.0), vec![0])),
            threads(30),
            Obstacle::WaitsNotExponential(db()),
        ),
        broken("both", both, threads(30), Obstacle::SeveralResources(db())),
        broken("holds", holding, threads(30), Obstacle::Hold(db())),
        broken("impatient", impatient, threads(30), Obstacle::ResourceGivesUp(db())),
        broken("full", full, threads(30), Obstacle::ResourceGivesUp(db())),
        broken("own", own, processes, Obstacle::ResourceOfProcess(db())),
        broken(
            "pinned",
            pooled(at(exp_ms(9.0), vec![0])),
            with_loops(loops(2), Assign::Pinned),
            Obstacle::PoolOfLoops,
        ),
    ]);
}

fn all_said<const N: usize>(cases: [Breaks; N]) {
    for (what, model, runtime, obstacle) in cases {
        assert_eq!(of(&model, &runtime), Applies::Nothing(obstacle.clone()), "{what}");
        assert!(obstacle.to_string().len() > 20, "{what}: {obstacle}");
    }
}

#[test]
fn a_spawned_thread_pays_for_its_start_as_for_a_burst() {
    let mut runtime = threads(12);
    if let RuntimeKind::ThreadPool(kind) = &mut runtime.kind {
        (kind.spawn, kind.spawn_cost) = (Spawn::PerRequest, Span::from_micros(500));
    }
    let steps = vec![cpu(ms(0.5)), io(Dist::uniform(8e6, 10e6).expect("a uniform wait"))];
    let model = on_cores(model(Load::closed(12), steps), 1, SHARING);
    let exact = repair(12, 1, 1.0, 9.0) * 1e3;
    agrees("spawning", (&model, &runtime), "MVA", (exact, Some(12.0 / exact * 1e3)));
}

/// A small grammar of models, all combinations of it: wherever a result is called exact, a short
/// simulation is not far from it. Seeds are fixed, and the bounds so wide (Student's t with 9
/// degrees of freedom, 9.0: one in 200 000) that none of a thousand is there by luck.
#[test]
fn whatever_is_called_exact_is_near_its_simulation() {
    let uniform = || Dist::uniform(1e6, 3e6).expect("a uniform wait");
    let requests = [
        vec![cpu(exp_ms(1.0))],
        vec![cpu(ms(1.0))],
        vec![cpu(exp_ms(0.5)), io(uniform()), cpu(exp_ms(0.5))],
        vec![cpu(exp_ms(0.5)), io(exp_ms(2.0)), cpu(exp_ms(0.5)), io(ms(3.0))],
        vec![io(ms(2.0)), cpu(exp_ms(1.0)), io_at(exp_ms(2.0), vec![0])],
        vec![cpu(exp_ms(1.0)), io_at(exp_ms(2.0), vec![0])],
        vec![cpu(ms(0.4)), cpu(exp_ms(0.6)), io(uniform())],
        vec![chance(0.5, vec![cpu(exp_ms(1.0)), io(exp_ms(1.0))]), cpu(exp_ms(1.0))],
        vec![repeat(3, vec![cpu(exp_ms(0.3)), io(ms(1.0))])],
        vec![hold(0, vec![cpu(exp_ms(1.0)), io(ms(1.0))])],
        vec![io(exp_ms(2.0))],
    ];
    let loads = [
        Load::closed(6),
        thinking(6, ms(4.0)),
        thinking(6, exp_ms(4.0)),
        poisson(400.0),
        constant(400.0),
    ];
    let mut runtimes = vec![sync(1), sync(2), threads(4), threads(60)];
    runtimes.extend([with_backlog(sync(2), 0), with_backlog(sync(2), 4), loops(1)]);
    runtimes.extend([with_max_tasks(loops(1), 3), with_overhead(loops(1), ms(0.2))]);
    for assign in [Assign::Greedy, Assign::Random, Assign::RoundRobin] {
        runtimes.push(with_loops(loops(2), assign));
    }
    let mut exact = 0;
    for (load, steps) in loads.iter().flat_map(|load| requests.iter().map(move |r| (load, r))) {
        for (cores, scheduling) in [(1, FIFO), (2, FIFO), (2, SLICES), (1, SHARING), (2, SHARING)] {
            let mut model = on_cores(model(load.clone(), steps.clone()), cores, scheduling);
            model.host.timeslice = Span::from_micros(400);
            model.resources = vec![pool("db", 3)];
            for runtime in &runtimes {
                let Some(solution) = of(&model, runtime).solution().cloned() else { continue };
                exact += 1;
                near_simulation(&format!("{model:?} {runtime:?}"), &model, runtime, &solution);
            }
        }
    }
    assert!(exact > 400, "only {exact} of the models are exact");
}

fn near_simulation(what: &str, model: &Model, runtime: &Runtime, exact: &Solution) {
    let runs: Vec<_> = (0..10).map(|number| run_nth(model, runtime, number, 0.3, 1_500)).collect();
    let check = |figures: Vec<f64>, expected: f64| {
        let mean = figures.iter().sum::<f64>() / 10.0;
        let variance = figures.iter().map(|figure| (figure - mean).powi(2)).sum::<f64>() / 9.0;
        let half = 9.0 * (variance / 10.0).sqrt() + 2e-3 * expected;
        let reason = &exact.why;
        assert!(
            (mean - expected).abs() < half,
            "{mean} ± {half}, not {expected}, {reason}: {what}"
        );
    };
    check(runs.iter().map(throughput).collect(), exact.throughput_rps);
    if let Some(response_s) = exact.response_mean_s {
        check(runs.iter().map(response_ms).collect(), response_s * 1e3);
    }
}

#[test]
fn limits_that_never_bind_are_absent() {
    let exact = repair(10, 1, 1.0, 9.0) * 1e3;
    let model = plain(Load::closed(10));
    let model = on_cores(model, 1, FIFO);
    for runtime in
        [with_backlog(threads(5_000), 0), with_backlog(loops(1), 10), with_max_tasks(loops(1), 10)]
    {
        let found = exactly("absent", &model, &runtime).throughput_rps;
        assert!((found / exact - 1.0).abs() < 1e-9);
    }
    // 40 requests in flight on average, 5 000 threads for them.
    let open = on_cores(plain(poisson(1_000.0)), 2, FIFO);
    assert!(of(&open, &with_backlog(threads(5_000), 0)).solution().is_some());
    assert_eq!(of(&open, &threads(20)), Applies::Nothing(Obstacle::Width(20)));
}

#[test]
fn the_default_model_is_exact_for_workers_and_threads_and_not_for_greedy_loops() {
    // 20 × (0.05 ms CPU + 4 ms wait), 8 cores, 648 clients: 8/0.081 and the machine repair chain.
    let steps = vec![repeat(20, vec![cpu(exp_ms(0.05)), io(exp_ms(4.0))])];
    let model = on_cores(model(Load::closed(648), steps), 8, SLICES);
    let workers = exactly("sync", &model, &sync(8)).throughput_rps;
    let shared = exactly("threads", &model, &threads(648)).throughput_rps;
    assert!((workers - 98.765_432).abs() < 1e-5 && (shared / workers - 78.75).abs() < 0.005);
    assert_eq!(of(&model, &loops(8)), Applies::Nothing(Obstacle::SharedSocket));
}

#[test]
fn a_study_tells_what_is_exact_and_the_gains_that_follow() {
    let steps = vec![repeat(20, vec![cpu(exp_ms(0.05)), io(exp_ms(4.0))])];
    let mut model = on_cores(model(Load::closed(648), steps), 8, SLICES);
    model.runtimes = vec![sync(8), threads(648), loops(8)];
    let options = Options { simulate: false, ..Options::default() };
    let outcome = run_study(&Case::of(model), &options, &Control::default()).expect("no limit");
    let [workers, shared, greedy] = outcome.runtimes.as_slice() else { panic!("three runtimes") };
    assert_eq!(workers.gain.exact, Some(1.0));
    assert!((shared.gain.exact.expect("both exact") - 78.75).abs() < 0.005);
    assert_eq!((greedy.gain.exact, &greedy.theory.exact), (None, &None));
    let exact = shared.theory.exact.as_ref().expect("exact");
    assert_eq!(exact.method, "machine repair");
    let little = exact.throughput_rps * exact.response_mean_s.expect("known");
    assert!((little - 648.0).abs() < 1e-6);
    assert!(greedy.theory.why.contains("share a socket"));
    // What is said in words is no part of the object that programs read.
    let json = serde_json::to_value(&greedy.theory).expect("plain data");
    assert_eq!(json.as_object().map(|keys| keys.len()), Some(2), "{json}");
}

#[test]
fn a_million_clients_are_solved_at_once() {
    let steps = || vec![cpu(exp_ms(1.0)), io(exp_ms(999.0))];
    let of_cores = |cores| on_cores(model(Load::closed(1_000_000), steps()), cores, FIFO);
    for (what, cores, runtime) in [
        ("threads", 1_000, threads(1_000_000)),
        ("one loop", 1, loops(1)),
        ("pinned", 1_000, with_loops(loops(1_000), Assign::Pinned)),
    ] {
        let found = exactly(what, &of_cores(cores), &runtime).throughput_rps;
        let most = f64::from(cores) * 1e3;
        assert!(found <= most * (1.0 + 1e-12) && found > 0.9 * most, "{what}: {found}");
    }
}
