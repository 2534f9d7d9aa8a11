//! Who gets a request or a slot: `assign`, `balance`, `scope = "process"`, and `set` of one runtime,
//! each by an answer worked by hand.

mod common;

use common::*;
use iowait::input::Document;
use iowait::model::runtime::{Assign, Balance, EventLoop, ThreadPool, WorkStealing};
use iowait::model::{Load, LoadKind, Model, Overrides, RequestClass, Runtime, Scheduling, Scope};
use iowait::simulation::{Control, Replication, Setup, Window, replicate};
use iowait::study::{Case, Options};
use iowait::units::Time;

fn assigned(count: u32, assign: Assign) -> Runtime {
    Runtime::new("loops", EventLoop { assign, ..EventLoop::new(count, count) })
}

fn balanced(mut runtime: Runtime, instances: u32, balance: Balance) -> Runtime {
    (runtime.instances, runtime.balance) = (instances, balance);
    runtime
}

fn whole_nth(model: &Model, runtime: &Runtime, number: u32) -> Replication {
    replicate(&Setup::new(model, runtime), number, Window::WHOLE, &Control::default())
}

fn last_end_ms(model: &Model, runtime: &Runtime) -> f64 {
    whole_nth(model, runtime, 0).last_end.seconds() * 1e3
}

/// A burst of 100 ms at 0, then three of 1 ms at 1, 2 and 3 ms.
fn a_long_one_and_three_short_ones(cores: u32) -> Model {
    let mut model = model(Load::closed(1), vec![cpu(ms(100.0))]);
    let short = RequestClass { name: "short".into(), weight: 1.0, steps: vec![cpu(ms(1.0))] };
    model.requests.push(short);
    let arrivals: Vec<_> = [(0, 0), (1, 1), (2, 1), (3, 1)]
        .map(|(at, class)| (Time(at * 1_000_000), Some(class)))
        .into();
    model.load = Load::new(LoadKind::Trace { arrivals: arrivals.into() });
    on_cores(model, cores, Scheduling::RoundRobin)
}

/// The mean response of the short ones, in milliseconds.
fn short_ms(model: &Model, runtime: &Runtime) -> f64 {
    let found = whole_nth(model, runtime, 0);
    found.classes[1].mean().expect("three completed") / 1e6
}

#[track_caller]
fn is(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 1e-9, "{found}, not {expected}");
}

#[test]
fn in_turn_one_short_request_stands_behind_the_long_one_and_by_load_none_does() {
    let model = a_long_one_and_three_short_ones(2);
    // The second short one is the first loop's: it waits from 2 to 100 ms.
    is(short_ms(&model, &assigned(2, Assign::RoundRobin)), (1.0 + 99.0 + 1.0) / 3.0);
    is(short_ms(&model, &assigned(2, Assign::LeastLoaded)), 1.0);
    is(short_ms(&model, &assigned(2, Assign::Greedy)), 1.0);
    let model = a_long_one_and_three_short_ones(1);
    let copies = |balance| balanced(sync(1), 2, balance);
    is(short_ms(&model, &copies(Balance::RoundRobin)), (1.0 + 99.0 + 1.0) / 3.0);
    is(short_ms(&model, &copies(Balance::LeastLoaded)), 1.0);
}

#[test]
fn the_loop_that_polls_first_takes_all_that_wait_on_a_shared_socket() {
    let model = on_cores(model(batch(2), vec![cpu(ms(10.0))]), 2, Scheduling::RoundRobin);
    is(last_end_ms(&model, &assigned(2, Assign::Greedy)), 20.0);
    for assign in [Assign::RoundRobin, Assign::LeastLoaded] {
        is(last_end_ms(&model, &assigned(2, assign)), 10.0);
    }
}

#[test]
fn chance_spreads_requests_unevenly_and_turns_evenly() {
    let steps = || vec![cpu(ms(1.0))];
    let loops = on_cores(model(batch(1_000), steps()), 2, Scheduling::RoundRobin);
    let copies = model(batch(1_000), steps());
    is(last_end_ms(&loops, &assigned(2, Assign::RoundRobin)), 500.0);
    is(last_end_ms(&copies, &balanced(sync(1), 2, Balance::RoundRobin)), 500.0);
    is(last_end_ms(&copies, &balanced(sync(1), 2, Balance::LeastLoaded)), 500.0);
    let by_chance =
        [(&loops, assigned(2, Assign::Random)), (&copies, balanced(sync(1), 2, Balance::Random))];
    for (model, runtime) in by_chance {
        // Binomial: 500 ± 16 of them go one way.
        let ends = last_end_ms(model, &runtime);
        assert!(ends > 500.5 && ends < 600.0, "{ends}");
    }
}

#[test]
fn a_pinned_client_stays_with_its_loop() {
    let model = model(Load::closed(2), vec![cpu(ms(1.0))]);
    let model = on_cores(model, 2, Scheduling::RoundRobin);
    let rate = |assign, number| {
        throughput(&run_nth(&model, &assigned(2, assign), number, 0.1, 2_000)).round()
    };
    // Both on one loop or each on its own, for good.
    let pinned: Vec<f64> = (0..20).map(|number| rate(Assign::Pinned, number)).collect();
    assert!(pinned.iter().all(|rate| [1_000.0, 2_000.0].contains(rate)), "{pinned:?}");
    assert!(pinned.contains(&1_000.0) && pinned.contains(&2_000.0), "{pinned:?}");
    let drawn = rate(Assign::Random, 0);
    assert!(drawn > 1_100.0 && drawn < 1_900.0, "{drawn}");
}

#[test]
fn a_resource_of_a_process_is_there_once_for_each_worker_pool_and_loop() {
    let pool_of = |processes, threads| {
        Runtime::new("pool", ThreadPool { processes, ..ThreadPool::new(threads) })
    };
    for (what, runtime, processes) in [
        ("workers", sync(4), 4.0),
        ("pools", pool_of(2, 2), 2.0),
        ("one pool", threads(4), 1.0),
        ("loops", assigned(2, Assign::RoundRobin), 2.0),
        ("stealers", Runtime::new("stealers", WorkStealing::new(2)), 1.0),
        ("copies", balanced(sync(2), 2, Balance::RoundRobin), 4.0),
    ] {
        for held in [true, false] {
            let steps = if held {
                vec![hold(0, vec![io(ms(10.0))])]
            } else {
                vec![io_at(ms(10.0), vec![0])]
            };
            let mut model = on_cores(model(batch(4), steps), 4, Scheduling::RoundRobin);
            model.resources = vec![pool("lock", 1)];
            assert_eq!(last_end_ms(&model, &runtime), 40.0, "{what}, shared by all");
            model.resources[0].scope = Scope::Process;
            assert_eq!(last_end_ms(&model, &runtime), 40.0 / processes, "{what}, {held}");
        }
    }
}

#[test]
fn what_one_runtime_sets_is_its_own_and_the_formula_is_the_baselines() {
    let text = "\
        [params]\ncpu = \"1 ms\"\n\
        [load]\nkind = \"closed\"\nclients = 20\n\
        [[request]]\nsteps = [{ cpu = \"$cpu\" }, { io = \"3 ms\" }]\n\
        [[runtime]]\nname = \"sync\"\nkind = \"sync-worker\"\n\
        [[runtime]]\nname = \"loop\"\nkind = \"event-loop\"\nset = { cpu = \"0.5 ms\" }\n\
        [run]\nrequests = 2000\nwarmup = \"1 s\"\nreplications = 2\n";
    let document = Document::from_text("own", text);
    let model = Model::read(&document, Overrides::NONE).unwrap_or_else(|told| panic!("{told}"));
    let case = Case::of(model);
    let outcome = iowait::study::run(&case, &Options::default(), &Control::default());
    let outcome = outcome.expect("simulated");
    let [sync, own] = &outcome.runtimes[..] else { panic!("two runtimes") };
    assert_eq!((sync.workload.t_cpu_s, own.workload.t_cpu_s), (0.001, 0.0005));
    assert_eq!((outcome.workload.blocking_coefficient, own.gain.formula), (Some(3.0), Some(4.0)));
    let found = own.gain.simulated.value.expect("simulated");
    // 2000/s against 250/s, but for the ends of the windows.
    assert!((found / 8.0 - 1.0).abs() < 0.005, "{found}");
}
