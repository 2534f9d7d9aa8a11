//! Known answers, worked by hand, for work stealing, serverless instances and `kill_after`.

mod common;

use common::*;
use iowait::model::request::Gil;
use iowait::model::runtime::{EventLoop, Serverless, ThreadPool, WorkStealing};
use iowait::model::{Load, LoadKind, Model, RequestClass, Runtime, Scheduling, Step, StepKind};
use iowait::simulation::{Control, Part, Replication, Setup, Window, replicate};
use iowait::study::{Case, Options};
use iowait::units::{Bytes, Rate, Share, Span, Time};

fn stealers(workers: u32) -> Runtime {
    Runtime::new("stealers", WorkStealing::new(workers))
}

fn serverless(most: u32, change: impl FnOnce(&mut Serverless)) -> Runtime {
    let mut kind = Serverless::new(most);
    change(&mut kind);
    Runtime::new("lambda", kind)
}

fn killing(mut runtime: Runtime, after_ms: u64) -> Runtime {
    runtime.kill_after = Some(Span::from_millis(after_ms));
    runtime
}

/// Requests that come at these milliseconds.
fn at(arrivals_ms: &[u64]) -> Load {
    let arrivals: Vec<_> = arrivals_ms.iter().map(|&at| (Time(at * 1_000_000), None)).collect();
    Load::new(LoadKind::Trace { arrivals: arrivals.into() })
}

fn parallel(branches: Vec<Vec<Step>>) -> Step {
    Step::new(StepKind::Parallel { branches })
}

fn whole(model: &Model, runtime: &Runtime) -> Replication {
    replicate(&Setup::new(model, runtime), 0, Window::WHOLE, &Control::default())
}

/// The instant of the last end, in milliseconds.
fn last_end_ms(load: Load, steps: Vec<Step>, cores: u32, runtime: &Runtime) -> f64 {
    let model = on_cores(model(load, steps), cores, Scheduling::RoundRobin);
    whole(&model, runtime).last_end.seconds() * 1e3
}

#[test]
fn a_task_that_waits_frees_its_worker() {
    let steps = vec![cpu(ms(1.0)), io(ms(10.0)), cpu(ms(1.0))];
    // Bursts at 0, 1; the waits end at 11, 12; bursts again.
    assert_eq!(last_end_ms(batch(2), steps, 1, &stealers(1)), 13.0);
}

#[test]
fn a_blocking_call_keeps_its_worker() {
    for (workers, end) in [(1, 20.0), (2, 10.0)] {
        let steps = vec![blocking_io(ms(10.0))];
        assert_eq!(last_end_ms(batch(2), steps, 1, &stealers(workers)), end);
    }
}

#[test]
fn idle_workers_steal_the_branches_of_another() {
    for (workers, end) in [(1, 4.0), (2, 2.0), (4, 1.0)] {
        let steps = vec![parallel(vec![vec![cpu(ms(1.0))]; 4])];
        assert_eq!(last_end_ms(batch(1), steps, 4, &stealers(workers)), end, "{workers} workers");
    }
}

#[test]
fn every_turn_pays_its_switch_and_nothing_is_offloaded() {
    let kind = WorkStealing { task_switch: Span::from_micros(500), ..WorkStealing::new(1) };
    let runtime = Runtime::new("stealers", kind);
    let steps = vec![cpu(ms(1.0)), io(ms(1.0)), cpu(ms(1.0))];
    assert_eq!(last_end_ms(batch(1), steps, 1, &runtime), 4.0);
    let demand = ms(1.0);
    let offloaded = Step::new(StepKind::Cpu { demand, offload: Share::ALL, gil: Gil::Hold });
    assert_eq!(last_end_ms(batch(1), vec![offloaded, io(ms(1.0))], 1, &runtime), 2.5);
}

#[test]
fn before_its_first_turn_a_request_is_not_taken_and_afterwards_it_waits_for_a_worker() {
    let found = whole(&model(batch(2), vec![cpu(ms(1.0))]), &stealers(1));
    let parts = found.response.mean_parts().expect("two completed");
    assert_eq!(parts[Part::Accept as usize], 0.5e6);
    // Both wait from 1 ms on; the second to be woken waits for the burst of the first.
    let steps = vec![io(ms(1.0)), cpu(ms(1.0))];
    let found = whole(&model(batch(2), steps), &stealers(1));
    let parts = found.response.mean_parts().expect("two completed");
    assert_eq!((parts[Part::Accept as usize], parts[Part::LoopWait as usize]), (0.0, 0.5e6));
}

#[test]
fn new_requests_are_taken_although_old_tasks_are_always_ready() {
    // Two old tasks have a burst of 1 ms ready at any time, for 2 s. The new one comes at 10 ms; the
    // 61st turn, which begins at 60 ms, is its.
    let mut model = model(Load::closed(1), vec![repeat(1_000, vec![cpu(ms(1.0)), io(ms(0.5))])]);
    let new = RequestClass { name: "new".into(), weight: 1.0, steps: vec![cpu(ms(1.0))] };
    model.requests.push(new);
    let arrivals: Vec<_> =
        [(0, 0), (0, 0), (10, 1)].map(|(at, class)| (Time(at * 1_000_000), Some(class))).into();
    model.load = Load::new(LoadKind::Trace { arrivals: arrivals.into() });
    let found = whole(&model, &stealers(1));
    assert_eq!(found.counts.completed, 3);
    let response = found.classes[1].mean().expect("the new one completed");
    assert!((response / 51e6 - 1.0).abs() < 1e-9, "{response} ns, not 61 - 10 ms");
}

#[test]
fn a_request_waits_for_the_instance_that_it_starts_or_for_one_to_be_free() {
    let runtime = serverless(2, |kind| kind.cold_start = ms(10.0));
    let model = model(batch(3), vec![cpu(ms(1.0))]);
    let found = whole(&model, &runtime);
    // Two start and run until 11; the third is next.
    assert_eq!((found.last_end, found.cold_starts), (Time(12_000_000), 2));
    let parts = found.response.mean_parts().expect("three completed");
    assert!((parts[Part::Accept as usize] - 31e6 / 3.0).abs() < 1.0);
}

#[test]
fn instances_have_cores_of_their_own() {
    let runtime = serverless(10, |_| {});
    assert_eq!(last_end_ms(batch(10), vec![cpu(ms(5.0)), io(ms(1.0))], 1, &runtime), 6.0);
}

#[test]
fn an_instance_goes_when_it_has_been_idle_for_long_enough() {
    for (keep_ms, cold) in [(98, 10), (99, 10), (100, 1)] {
        let runtime = serverless(5, |kind| {
            kind.cold_start = ms(0.5);
            kind.keep_alive = Some(Span::from_millis(keep_ms));
        });
        // Idle for 98.5 ms after the first, for 99 ms after one that was warm.
        let arrivals: Vec<u64> = (0..10).map(|k| k * 100).collect();
        let found = whole(&model(at(&arrivals), vec![cpu(ms(1.0))]), &runtime);
        let expected = if keep_ms == 99 { 5 } else { cold };
        assert_eq!(found.cold_starts, expected, "{keep_ms} ms");
    }
}

#[test]
fn the_instance_used_last_takes_the_next_request_so_that_the_others_can_go() {
    let runtime = serverless(5, |kind| kind.keep_alive = Some(Span::from_millis(25)));
    let load = at(&[0, 0, 10, 20, 30, 40]);
    let found = whole(&model(load, vec![cpu(ms(1.0))]), &runtime);
    // One is there until the last end at 41, the other from 0 to 1 + 25.
    assert_eq!(found.live_threads.area, (41 + 26) * 1_000_000);
    assert_eq!((found.live_threads.peak, found.cold_starts), (2, 2));
}

#[test]
fn an_instance_that_is_kept_for_no_time_still_serves_who_waits() {
    let runtime = serverless(1, |kind| {
        kind.cold_start = ms(5.0);
        kind.keep_alive = Some(Span::ZERO);
    });
    let found = whole(&model(batch(4), vec![cpu(ms(1.0))]), &runtime);
    assert_eq!((found.cold_starts, found.last_end), (1, Time(9_000_000)));
}

#[test]
fn serverless_is_billed_by_the_time_of_its_requests_and_their_number() {
    // 10 requests a second of 100 ms: one instance-second each second, at 0.5 GB.
    let runtime = serverless(50, |kind| {
        kind.memory = Bytes(500_000_000);
        kind.cost_per_gb_second = Some(2.0);
        kind.cost_per_request = Some(0.1);
    });
    let mut model = model(Load::new(LoadKind::Constant { rate: Rate(10.0) }), vec![io(ms(100.0))]);
    model.runtimes = vec![runtime];
    model.run.duration = Some(Span::from_millis(100_000));
    model.run.replications = 2;
    let outcome = iowait::study::run(&Case::of(model), &Options::default(), &Control::default())
        .expect("ran");
    let found = &outcome.runtimes[0];
    let per_hour = found.cost.per_hour.expect("a price");
    assert!((per_hour / (3600.0 * (0.5 * 2.0 + 10.0 * 0.1)) - 1.0).abs() < 0.003, "{per_hour}");
    let per_million = found.cost.per_million.and_then(|cost| cost.value).expect("a price");
    assert!((per_million / 0.2e6 - 1.0).abs() < 0.003, "{per_million}");
    assert!(found.cold_starts.is_some() && found.memory_bytes.peak == Some(500_000_000));
}

#[test]
fn a_request_that_runs_too_long_is_killed_with_its_worker_and_the_next_is_taken() {
    let model = model(batch(2), vec![io(ms(100.0))]);
    let found = whole(&model, &killing(sync(1), 30));
    assert_eq!((found.counts.failed, found.counts.completed), (2, 0));
    assert_eq!(found.last_end, Time(60_000_000));
    // The limit itself is no excess.
    assert_eq!(whole(&model, &killing(sync(1), 100)).counts.completed, 2);
}

#[test]
fn work_for_the_killed_is_wasted_whatever_shares_the_core() {
    for scheduling in [Scheduling::RoundRobin, Scheduling::Fifo, Scheduling::ProcessorSharing] {
        let model = on_cores(model(batch(2), vec![cpu(ms(100.0))]), 1, scheduling);
        let found = whole(&model, &killing(threads(2), 30));
        assert_eq!((found.counts.failed, found.last_end), (2, Time(30_000_000)));
        assert_eq!((found.cpu_busy, found.wasted_cpu), (30_000_000, 30_000_000), "{scheduling:?}");
    }
}

#[test]
fn what_the_killed_held_is_free() {
    let mut model = model(at(&[0, 20]), vec![hold(0, vec![io(ms(100.0))])]);
    model.resources = vec![pool("lock", 1)];
    for runtime in [threads(2), loops(1), stealers(1)] {
        let found = whole(&model, &killing(runtime, 30));
        assert_eq!(found.last_end, Time(50_000_000));
        assert_eq!(found.resources[0].0.area, 50_000_000);
    }
    let locked =
        ThreadPool { gil: true, switch_interval: Span::from_millis(1_000), ..ThreadPool::new(2) };
    model.requests[0].steps = vec![cpu(ms(100.0))];
    let found = whole(&model, &killing(Runtime::new("locked", locked), 30));
    assert_eq!((found.counts.failed, found.cpu_busy), (2, 50_000_000));
}

#[test]
fn a_task_that_waits_is_cancelled_at_once_and_a_burst_of_a_loop_goes_on() {
    for runtime in [loops(1), stealers(1)] {
        let waits = model(batch(2), vec![parallel(vec![vec![io(ms(100.0))]; 2])]);
        let found = whole(&waits, &killing(runtime.clone(), 30));
        assert_eq!((found.counts.failed, found.in_server[1]), (2, 0));
        assert_eq!(found.last_end, Time(30_000_000));
        let bursts = model(batch(1), vec![cpu(ms(100.0)), cpu(ms(100.0))]);
        let found = whole(&bursts, &killing(runtime, 30));
        assert_eq!((found.counts.failed, found.last_end), (1, Time(30_000_000)));
        assert_eq!((found.cpu_busy, found.wasted_cpu), (100_000_000, 100_000_000));
    }
}

#[test]
fn an_offloaded_block_of_a_cancelled_task_goes_on_to_its_end_and_one_that_waits_does_not() {
    let wait = StepKind::Io {
        wait: ms(100.0),
        at: vec![],
        timer: false,
        blocking: Share::NONE,
        offload: Share::ALL,
    };
    let steps = vec![Step::new(wait), cpu(ms(1.0))];
    let kind = EventLoop { executor_threads: 1, ..EventLoop::new(1, 1) };
    let found = whole(&model(batch(2), steps), &killing(Runtime::new("loop", kind), 30));
    assert_eq!((found.counts.failed, found.in_server[1], found.cpu_busy), (2, 0, 0));
    assert_eq!(found.tasks.area, (100 + 30) * 1_000_000);
}

#[test]
fn an_instance_is_killed_with_its_request_and_the_next_starts_another() {
    let runtime = serverless(1, |kind| kind.cold_start = ms(5.0));
    let found = whole(&model(batch(2), vec![io(ms(100.0))]), &killing(runtime, 30));
    assert_eq!((found.counts.failed, found.cold_starts), (2, 2));
    assert_eq!(found.last_end, Time(70_000_000));
}

#[test]
fn the_host_has_the_memory_of_an_instance_and_not_that_of_all() {
    let memory = |each: u64, host: u64| {
        let runtime = serverless(10, |kind| kind.memory = Bytes(each));
        let mut model = model(batch(10), vec![cpu(ms(5.0))]);
        model.host.memory = Some(Bytes(host));
        model.runtimes = vec![runtime];
        let options = Options { jobs: Some(1), ..Options::default() };
        let case = Case::of(model);
        let outcome = iowait::study::run(&case, &options, &Control::default()).expect("simulated");
        let found = &outcome.runtimes[0];
        assert_eq!(found.memory_bytes.peak, Some(10 * each));
        found.warnings.iter().any(|warning| warning.contains("memory"))
    };
    assert!(!memory(1_000, 1_000));
    assert!(memory(1_001, 1_000));
}
