//! Replications that are computed ahead are those of the event-driven engine to the last bit.

mod common;

use common::*;
use iowait::engine::{Key, Stream};
use iowait::input::dist::Dist;
use iowait::model::runtime::{Assign, EventLoop, SyncWorker, ThreadPool};
use iowait::model::{
    Load, LoadKind, Model, RequestClass, Runtime, RuntimeKind, Scheduling, Step, StepKind,
};
use iowait::simulation::{Control, Replication, Setup, Stop, Window, replicate};
use iowait::units::{Rate, Share, Span};

/// Draws of one random model of the sort that is computed ahead.
struct Maker {
    stream: Stream,
}

impl Maker {
    fn below(&mut self, n: u64) -> u64 {
        self.stream.below(n)
    }

    fn time(&mut self, scale: u64) -> Dist {
        let nanos = (1 + self.below(scale)) as f64;
        match self.below(4) {
            0 | 1 => Dist::exponential(nanos),
            2 => Dist::uniform(0.0, nanos).expect("ordered"),
            _ => Dist::constant(nanos.round()),
        }
    }

    fn steps(&mut self, depth: u32) -> Vec<Step> {
        (0..1 + self.below(3)).map(|_| self.step(depth)).collect()
    }

    fn step(&mut self, depth: u32) -> Step {
        match self.below(if depth == 0 { 2 } else { 5 }) {
            0 => cpu(self.time(2_000_000)),
            1 => io(self.time(8_000_000)),
            2 => Step::repeat(1 + self.below(4) as u32, self.steps(depth - 1)),
            3 => Step::new(StepKind::Chance {
                probability: Share(0.5),
                steps: self.steps(depth - 1),
            }),
            _ => {
                // What loops compute ahead begins with waits.
                let begin_with_waits = self.below(4) > 0;
                let branches = (0..1 + self.below(3)).map(|_| {
                    let mut steps = self.steps(depth - 1);
                    if begin_with_waits {
                        steps.insert(0, io(self.time(8_000_000)));
                    }
                    steps
                });
                Step::new(StepKind::Parallel { branches: branches.collect() })
            }
        }
    }

    fn load(&mut self) -> LoadKind {
        match self.below(4) {
            0 => LoadKind::Closed { clients: 1 + self.below(12), think: Dist::constant(0.0) },
            1 => LoadKind::Closed { clients: 1 + self.below(12), think: self.time(5_000_000) },
            2 => LoadKind::Poisson { rate: Rate(50.0 + self.below(400) as f64) },
            _ => LoadKind::Batch { count: 1 + self.below(60) },
        }
    }

    fn runtime(&mut self) -> Runtime {
        let width = 1 + self.below(6) as u32;
        let kind: RuntimeKind = match self.below(3) {
            0 => SyncWorker::new(width).into(),
            1 => ThreadPool::new(4 * width).into(),
            _ => {
                let assign = [
                    Assign::Greedy,
                    Assign::Greedy,
                    Assign::RoundRobin,
                    Assign::LeastLoaded,
                    Assign::Random,
                    Assign::Pinned,
                ][self.below(6) as usize];
                let task_switch = Span([0, 3_000][self.below(2) as usize]);
                EventLoop { assign, task_switch, ..EventLoop::new(width, width) }.into()
            }
        };
        let overhead =
            [Dist::constant(0.0), Dist::exponential(50_000.0)][self.below(2) as usize].clone();
        Runtime { overhead, ..Runtime::new("runtime", kind) }
    }

    fn model(&mut self) -> Model {
        let steps = self.steps(2);
        let mut model = Model::new("random", Load::new(self.load()), steps, vec![self.runtime()]);
        if self.below(3) == 0 {
            let steps = self.steps(1);
            model.requests.push(RequestClass { name: "other".into(), weight: 0.5, steps });
        }
        let scheduling = [Scheduling::Fifo, Scheduling::RoundRobin][self.below(2) as usize];
        on_cores(model, 1 + self.below(4) as u32, scheduling)
    }
}

/// All that a replication found, but for peaks that no report shows.
fn figures(mut found: Replication) -> String {
    for level in [&mut found.busy_loops, &mut found.tasks] {
        level.peak = 0;
    }
    // These serve memory and serverless bills alone, and what asks for either is event-driven.
    found.tasks.area = 0;
    found.taken = 0;
    // Counted when drawn, which is earlier here; its mean is zero all the same.
    found.luck = [0.0; 2];
    format!("{found:?}")
}

/// What sort of model one was.
#[derive(Default)]
struct Sort {
    ahead: bool,
    batch: bool,
    splits_on_loops: bool,
}

fn compare(seed: u64) -> Sort {
    let mut maker = Maker { stream: Key::new(seed).stream(0) };
    let model = maker.model();
    let setup = Setup::new(&model, &model.runtimes[0]);
    if !setup.is_computed_ahead() {
        return Sort::default();
    }
    let window = match (&model.load.kind, maker.below(2)) {
        (LoadKind::Batch { .. }, _) => Window::WHOLE,
        (_, 0) => {
            Window { warmup: Span::from_millis(maker.below(30)), requests: 200, duration: None }
        }
        _ => Window {
            warmup: Span::from_millis(maker.below(30)),
            requests: 0,
            duration: Some(Span::from_millis(400)),
        },
    };
    let control = Control::default();
    let ahead = replicate(&setup, 0, window, &control);
    let driven = replicate(&setup.clone().event_driven(), 0, window, &control);
    let batch = ahead.stop == Stop::Drained;
    let (ahead, driven) = (figures(ahead), figures(driven));
    if ahead != driven {
        let at = ahead.bytes().zip(driven.bytes()).position(|(a, b)| a != b).unwrap_or(0);
        let from = at.saturating_sub(200);
        panic!(
            "seed {seed}: {:?} {:?} {window:?}\n{}\n{}",
            model.requests,
            model.runtimes[0],
            &ahead[from..(at + 80).min(ahead.len())],
            &driven[from..(at + 80).min(driven.len())]
        );
    }
    let splits = |step: &Step| matches!(step.kind, StepKind::Parallel { .. });
    let splits = model.requests.iter().any(|class| class.steps.iter().any(splits));
    let loops = matches!(model.runtimes[0].kind, RuntimeKind::EventLoop(_));
    Sort { ahead: true, batch, splits_on_loops: splits && loops }
}

#[test]
fn random_models_are_the_same_to_the_last_bit() {
    let cases: Option<u64> =
        std::env::var("IOWAIT_CASES").ok().and_then(|cases| cases.parse().ok());
    let found: Vec<Sort> = (0..cases.unwrap_or(6_000)).map(compare).collect();
    let count = |is: fn(&Sort) -> bool| found.iter().filter(|sort| is(sort)).count();
    let (ahead, batches) = (count(|sort| sort.ahead), count(|sort| sort.batch));
    let splits = count(|sort| sort.splits_on_loops);
    let told = format!("{ahead} models, {batches} batches, {splits} with branches on loops");
    let enough = ahead > 1_000 && batches > 100 && splits > 40;
    assert!(enough || cases.is_some_and(|cases| cases < 6_000), "{told}");
    println!("{told}");
}

#[test]
fn a_wait_of_no_time_between_a_burst_and_another_wait_is_one_event() {
    let wait = |ms: f64| io(Dist::constant(ms * 1e6));
    let burst = || cpu(exp_ms(1.0));
    for steps in [
        vec![burst(), wait(0.0), wait(3.0)],
        vec![burst(), wait(0.0)],
        vec![wait(2.0), burst(), wait(0.0), wait(1.0)],
    ] {
        let closed = LoadKind::Closed { clients: 4, think: Dist::constant(0.0) };
        let model = on_cores(model(Load::new(closed), steps), 1, Scheduling::Fifo);
        let setup = Setup::new(&model, &threads(4));
        assert!(setup.is_computed_ahead());
        let window = Window { warmup: Span::from_millis(20), requests: 500, duration: None };
        let ahead = replicate(&setup, 0, window, &Control::default());
        let driven = replicate(&setup.event_driven(), 0, window, &Control::default());
        assert_eq!(figures(ahead), figures(driven));
    }
}

#[test]
fn the_classic_models_are_computed_ahead() {
    let steps = vec![repeat(20, vec![cpu(exp_ms(0.05)), io(exp_ms(4.0))])];
    let closed = LoadKind::Closed { clients: 648, think: Dist::constant(0.0) };
    let model = on_cores(model(Load::new(closed), steps), 8, Scheduling::RoundRobin);
    for runtime in [sync(8), threads(648), loops(8)] {
        assert!(Setup::new(&model, &runtime).is_computed_ahead(), "{}", runtime.name);
    }
}

#[test]
fn requests_of_many_steps_computed_in_one_do_not_put_off_the_look_at_what_ends_it() {
    let steps = vec![repeat(50_000, vec![io(exp_ms(0.001))])];
    let setup = Setup::new(&model(Load::closed(1), steps), &sync(1));
    assert!(setup.is_computed_ahead());
    let window = Window { warmup: Span::ZERO, requests: 300, duration: None };
    let control = Control::with_most_events(Some(60_000));
    let found = replicate(&setup, 0, window, &control);
    assert!(matches!(found.stop, Stop::Limit(_)), "{:?}", found.stop);
    // Each request is some 50 000 events: a few are looked past, not all 300.
    assert!(found.events < 500_000, "{} events", found.events);
}

#[test]
fn corners_that_random_models_do_not_come_to_are_the_same_too() {
    let closed = |think: f64| {
        let kind = LoadKind::Closed { clients: 60, think: Dist::constant(think) };
        Load::new(kind)
    };
    let plain = || vec![cpu(exp_ms(0.5)), io(exp_ms(2.0))];
    let on = |load, steps, cores| on_cores(model(load, steps), cores, Scheduling::Fifo);
    let mut resource_of_nobody = on(closed(0.0), plain(), 2);
    resource_of_nobody.resources = vec![pool("idle", 7)];
    let again = vec![cpu(exp_ms(1.0)), io(ms(0.0)), cpu(exp_ms(1.0)), io(exp_ms(3.0))];
    let long = vec![repeat(600, vec![io(exp_ms(0.01)), cpu(exp_ms(0.001))])];
    for (what, model) in [
        ("a resource that no step asks for", resource_of_nobody),
        ("more cores than are looked through", on(closed(0.0), plain(), 40)),
        ("a burst, a wait of no time and a burst", on(closed(0.0), again, 2)),
        ("clients that think for a ten-thousandth of a nanosecond", on(closed(1e-4), plain(), 2)),
        ("a repeat that is not written out", on(closed(0.0), long, 2)),
    ] {
        let setup = Setup::new(&model, &threads(50));
        assert!(setup.is_computed_ahead(), "{what}");
        let window = Window { warmup: Span::from_millis(20), requests: 200, duration: None };
        let ahead = replicate(&setup, 0, window, &Control::default());
        assert_eq!((&ahead.stop, ahead.counts.ended()), (&Stop::Closed, 200), "{what}");
        let driven = replicate(&setup.event_driven(), 0, window, &Control::default());
        assert!(figures(ahead) == figures(driven), "{what}");
    }
}
