//! What a model file says is what the model is: the full example, the defaults, the overrides.

use super::*;
use crate::input::dist::Dist;
use crate::model::request::Gil;
use crate::model::run::Warmup;
use crate::model::runtime::EventLoop;
use crate::model::{LoadKind, RuntimeKind, Scheduling, Scope, StepKind};
use crate::units::{Bytes, Share, Span};

const FULL: &str = include_str!("full_example.toml");
const SMALLEST: &str = "[[request]]\nsteps = [{ cpu = \"1 ms\" }, { io = \"80 ms\" }]\n";

fn read(text: &str) -> Model {
    read_with(text, &[])
}

fn read_with(text: &str, set: &[(&str, &str)]) -> Model {
    let mut overrides = Overrides::new();
    for (name, value) in set {
        overrides.push(*name, *value, "--set");
    }
    match Model::read(&Document::from_text("m", text), &overrides) {
        Ok(model) => model,
        Err(problems) => panic!("{problems}"),
    }
}

fn mistakes(text: &str, set: &[(&str, &str)]) -> String {
    let mut overrides = Overrides::new();
    for (name, value) in set {
        overrides.push(*name, *value, "--set");
    }
    let read = Model::read(&Document::from_text("m", text), &overrides);
    read.expect_err("a mistake").render(false)
}

fn clients(model: &Model) -> u64 {
    match &model.load.kind {
        LoadKind::Closed { clients, .. } => *clients,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_smallest_model_compares_three_runtimes_as_wide_as_the_host() {
    let model = read(SMALLEST);
    assert_eq!((model.name.as_str(), model.host.cores, clients(&model)), ("m", 1, 81));
    let widths: Vec<_> = model
        .runtimes
        .iter()
        .map(|runtime| (runtime.name.as_str(), runtime.kind.keyword(), runtime.kind.width()))
        .collect();
    assert_eq!(
        widths,
        [("sync", "sync-worker", 1), ("threads", "thread-pool", 81), ("loop", "event-loop", 1)]
    );
    assert_eq!((model.run.requests, model.run.replications, model.run.seed), (100_000, 10, 42));
    assert_eq!((model.requests[0].name.as_str(), model.requests[0].weight), ("request", 1.0));
}

#[test]
fn the_full_example_is_read_to_the_last_key() {
    let model = read(FULL);
    assert_eq!(model.host.cores, 4);
    assert_eq!(model.host.memory, Some(Bytes(16 << 30)));
    assert_eq!(model.host.scheduling, Scheduling::RoundRobin);
    assert_eq!(model.host.context_switch, Span(1_500));
    assert_eq!(clients(&model), 64);
    assert_eq!(model.load.timeout, Some(Span::from_millis(30_000)));
    assert_eq!(model.load.backoff, Dist::exponential(100e6));
    let [postgres, session] = model.resources.as_slice() else { panic!("two resources") };
    assert_eq!((postgres.slots, postgres.queue, postgres.scope), (20, Some(1000), Scope::Shared));
    assert_eq!((session.slots, session.queue, session.scope), (10, None, Scope::Process));
    assert_eq!(model.run.requests, 200_000);
    assert_eq!(model.run.warmup, Warmup::Auto);
    assert_eq!(model.run.precision, Some(0.01));
    assert_eq!(model.run.slo.len(), 3);
    assert_eq!(model.run.slo[1].metric, "search.p99");
    assert_eq!(model.scenarios[0].set[0], ("load.clients".to_owned(), "500".to_owned()));
    assert_eq!(model.expects[0].relative_to.as_deref(), Some("flask"));
    assert_eq!(model.expects[0].tolerance, Some(0.15));
}

#[test]
fn the_steps_of_the_full_example_are_what_they_say() {
    let model = read(FULL);
    let class = &model.requests[0];
    assert_eq!(class.name, "search");
    let StepKind::Repeat { count, steps } = &class.steps[1].kind else { panic!("a repeat") };
    assert_eq!(count.mean(), 40.0);
    assert_eq!(steps[0].fail, Share(0.0001));
    let StepKind::Io { at, .. } = &steps[0].kind else { panic!("a wait") };
    assert_eq!(at, &[0]);
    let StepKind::Hold { resources, steps } = &class.steps[2].kind else { panic!("a hold") };
    assert_eq!((resources.as_slice(), steps.len()), (&[1][..], 3));
    let StepKind::Parallel { branches } = &class.steps[3].kind else { panic!("branches") };
    assert_eq!((branches.len(), branches[1].len()), (2, 2));
    let StepKind::Chance { probability, steps } = &class.steps[4].kind else { panic!("a chance") };
    assert_eq!((*probability, steps[0].label.as_deref()), (Share(0.1), Some("pdf")));
    let StepKind::Cpu { offload, gil, .. } = &steps[0].kind else { panic!("a burst") };
    assert_eq!((*offload, *gil), (Share::ALL, Gil::Hold));
    let StepKind::Io { blocking, .. } = &class.steps[5].kind else { panic!("a wait") };
    assert_eq!(*blocking, Share(0.02));
}

#[test]
fn a_runtime_with_set_has_requests_of_its_own() {
    let model = read(FULL);
    let [flask, threads, quart] = model.runtimes.as_slice() else { panic!("three runtimes") };
    assert!(flask.requests.is_none());
    assert_eq!(flask.cost_per_hour, Some(0.17));
    let RuntimeKind::ThreadPool(pool) = &threads.kind else { panic!("a pool") };
    assert!(pool.gil);
    assert_eq!(quart.kind, RuntimeKind::EventLoop(EventLoop::new(4, 4)));
    let own = quart.requests.as_ref().expect("requests of its own");
    let first = |steps: &[crate::model::Step]| match &steps[0].kind {
        StepKind::Cpu { demand, .. } => demand.mean(),
        other => panic!("{other:?}"),
    };
    assert_eq!(first(&own[0].steps), 0.8e6);
    assert_eq!(first(&model.requests[0].steps), 1e6);
}

#[test]
fn overrides_stand_in_front_of_the_file_and_the_later_in_front_of_the_earlier() {
    let model = read_with(
        FULL,
        &[
            ("load.clients", "100"),
            ("load.clients", "7"),
            ("host.cores", "2"),
            ("runtime.flask.workers", "ceil(2.5 * $cores)"),
            ("resource.postgres.slots", "3"),
            ("request.search.pdf.cpu", "5 ms"),
            ("run.seed", "18446744073709551615"),
            ("cpu", "2 ms"),
        ],
    );
    assert_eq!((clients(&model), model.host.cores), (7, 2));
    assert_eq!(model.runtimes[0].kind.width(), 5);
    assert_eq!(model.resources[0].slots, 3);
    assert_eq!(model.run.seed, u64::MAX);
    let StepKind::Cpu { demand, .. } = &model.requests[0].steps[0].kind else { panic!("a burst") };
    assert_eq!(demand.mean(), 2e6);
    let StepKind::Chance { steps, .. } = &model.requests[0].steps[4].kind else {
        panic!("a chance")
    };
    let StepKind::Cpu { demand, .. } = &steps[0].kind else { panic!("a burst") };
    assert_eq!(demand.mean(), 5e6);
}

#[test]
fn a_scenario_stands_in_front_of_the_overrides() {
    let document = Document::from_text("m", FULL);
    let overrides = Overrides::new().with("load.clients", "7", "--set");
    let peak = Model::read_scenario(&document, &overrides, "peak").expect("read");
    assert_eq!(clients(&peak), 500);
    let none = Model::read_scenario(&document, &overrides, "peek").expect_err("no such scenario");
    assert!(none.to_string().contains("did you mean `peak`?"), "{none}");
}

#[test]
fn the_axis_beta_scales_the_waits_to_the_ratio() {
    let text = "[host]\ncores = 4\n[params]\nio = \"8 ms\"\n[[request]]\nsteps = [{ cpu = \"1 ms\" }, \
                { repeat = 10, steps = [{ io = \"$io\" }] }]\n[[runtime]]\nname = \"own\"\n\
                kind = \"sync-worker\"\nset = { io = \"4 ms\" }\n";
    // 10 waits of 8 ms beside 1 ms: 80; the runtime of its own waits half as long.
    let base = read(text);
    assert_eq!(Demand::of_classes(&base.requests).beta(), Some(80.0));
    assert_eq!(clients(&base), 4 * 81);
    let scaled = read_with(text, &[("beta", "20")]);
    assert_eq!(Demand::of_classes(&scaled.requests).beta(), Some(20.0));
    assert_eq!(clients(&scaled), 4 * 21);
    let own = scaled.runtimes[0].requests.as_ref().expect("requests of its own");
    assert_eq!(Demand::of_classes(own).beta(), Some(10.0));
}

#[test]
fn parameters_may_use_each_other_in_any_order_and_a_circle_is_told_once() {
    let text = "[params]\nb = \"2 * $a\"\na = \"1 ms\"\nn = \"$cores\"\n[host]\ncores = 3\n\
                [[request]]\nsteps = [{ cpu = \"$b\" }, { repeat = \"$n\", steps = [{ io = \"$a\" }] }]\n";
    let demand = Demand::of_classes(&read(text).requests);
    assert_eq!((demand.t_cpu_s, demand.t_io_s, demand.calls), (0.002, 0.003, 3.0));
    let text = mistakes(&text.replace("a = \"1 ms\"", "a = \"$b\""), &[]);
    assert_eq!(text.matches("in a circle").count(), 1, "{text}");
    assert_eq!(text.matches("m.toml:").count(), 1, "{text}");
}

#[test]
fn an_override_of_a_kind_leaves_keys_of_the_old_kind_behind() {
    let model = read_with(FULL, &[("load.kind", "poisson"), ("load.rate", "120/s")]);
    assert!(matches!(model.load.kind, LoadKind::Poisson { .. }));
    let told = mistakes(FULL, &[("load.rate", "120/s")]);
    assert!(
        told.starts_with("--set:1:6: `rate` is not a key of [load] of kind `closed`\n"),
        "{told}"
    );
}

#[test]
fn an_override_of_one_length_of_a_run_replaces_the_other() {
    let text = format!("{SMALLEST}[run]\nduration = \"60 s\"\nprecision = \"1 %\"\n");
    let model = read_with(&text, &[("run.requests", "1000"), ("run.replications", "3")]);
    let run = &model.run;
    assert_eq!((run.requests, run.duration, run.precision), (1000, None, None));
    let both = mistakes(&text, &[("run.requests", "1"), ("run.duration", "1 s")]);
    assert!(both.contains("two lengths of one run"), "{both}");
}

#[test]
fn a_mistake_in_an_override_points_into_its_text() {
    for (name, value, head) in [
        ("load.clients", "abc", "--set:1:14: "),
        ("load.clints", "4", "--set:1:6: `clints` is not a key of [load] of kind `closed`"),
        ("clints", "4", "--set:1:1: `clints` names nothing in the model"),
        ("runtime.flsk.workers", "4", "--set:1:9: there is no runtime `flsk`"),
        ("resource.db.slots", "4", "--set:1:10: there is no resource `db`"),
        ("request.search.pfd.cpu", "4 ms", "--set:1:16: there is no step `pfd`"),
        ("host.cores", "0", "--set:1:12: `cores` is 0"),
        ("beta", "-1", "--set:1:6: "),
    ] {
        let told = mistakes(FULL, &[(name, value)]);
        assert!(told.starts_with(head), "{name}={value}\n{told}");
    }
}

#[test]
fn the_defaults_of_the_text_are_those_of_the_types() {
    for key in [host::KEYS, run::KEYS] {
        for key in key.iter().filter(|key| !key.default.is_empty()) {
            let section =
                if host::KEYS.iter().any(|own| own.name == key.name) { "host" } else { "run" };
            if key.name == "baseline" {
                continue;
            }
            let quoted = match key.holds {
                Holds::Count => key.default.to_owned(),
                _ => format!("\"{}\"", key.default),
            };
            let said = read(&format!("{SMALLEST}[{section}]\n{} = {quoted}\n", key.name));
            let silent = read(SMALLEST);
            assert_eq!((said.host, said.run), (silent.host, silent.run), "{}", key.name);
        }
    }
}
