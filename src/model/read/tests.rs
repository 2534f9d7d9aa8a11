//! What a model file says is what the model is: the full example, the defaults, the overrides.

use super::*;
use crate::input::dist::Dist;
use crate::model::request::Gil;
use crate::model::run::Warmup;
use crate::model::runtime::EventLoop;
use crate::model::{Demand, LoadKind, RuntimeKind, Scheduling, Scope, StepKind};
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

/// Reads a model in a folder with these files.
fn read_among(files: &[(&str, &str)], text: &str) -> Model {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).expect("written");
    }
    let path = folder.path().join("m.toml");
    std::fs::write(&path, text).expect("written");
    let document = Document::open(&path).expect("read");
    match Model::read(&document, Overrides::NONE) {
        Ok(model) => model,
        Err(problems) => panic!("{problems}"),
    }
}

#[test]
fn a_trace_is_read_from_the_folder_of_the_model() {
    let text = "[load]\nkind = \"trace\"\nfile = \"a.csv\"\ncolumn = \"s\"\nclass_column = \"what\"\n\
                speedup = 2\n[[request]]\nname = \"x\"\nsteps = [{ cpu = \"1 ms\" }]\n\
                [[request]]\nname = \"y\"\nsteps = [{ cpu = \"1 ms\" }]\n\
                [[runtime]]\nkind = \"event-loop\"\n";
    let arrivals = |csv: &str| match read_among(&[("a.csv", csv)], text).load.kind {
        LoadKind::Trace { arrivals } => arrivals,
        other => panic!("{other:?}"),
    };
    let found = arrivals("what,s\ny,0.5\n,0.5\nx,3\n");
    let expected = [(250_000_000, Some(1)), (250_000_000, None), (1_500_000_000, Some(0))];
    let found: Vec<_> = found.iter().map(|(time, class)| (time.0, *class)).collect();
    assert_eq!(found, expected);
    // Times of the calendar (2026 in seconds since 1970) are counted from the first.
    let found = arrivals("what,s\nx,1767225600\nx,1767225602\n");
    assert_eq!(found.iter().map(|(time, _)| time.0).collect::<Vec<_>>(), [0, 1_000_000_000]);
}

#[test]
fn an_empirical_distribution_is_read_from_the_folder_of_the_model() {
    let text = "[[request]]\nsteps = [{ cpu = \"1 ms\" }, \
                { io = 'empirical(\"l.csv\", column = \"ms\", unit = \"ms\")' }]\n";
    let model = read_among(&[("l.csv", "ms\n1\n3\n")], text);
    assert!((Demand::of_classes(&model.requests).t_io_s - 0.002).abs() < 1e-9);
}

#[test]
fn every_kind_of_load_is_read() {
    for (keys, open) in [
        ("kind = \"closed\"\nclients = 3\nthink = \"exp(1 s)\"", false),
        ("kind = \"poisson\"\nrate = \"150/s\"", true),
        ("kind = \"constant\"\nrate = \"9000/min\"", true),
        (
            "kind = \"bursty\"\nrate = \"1/s\"\nburst_rate = \"9/s\"\nnormal_for = \"1 min\"\n\
             burst_for = \"1 s\"",
            true,
        ),
        ("kind = \"profile\"\npoints = [[\"0 s\", \"0/s\"], [\"5 min\", \"500/s\"]]", true),
        ("kind = \"batch\"\ncount = 10_000", false),
    ] {
        let load = read(&format!("{SMALLEST}[load]\n{keys}\n")).load;
        assert!(keys.starts_with(&format!("kind = \"{}\"", load.kind.keyword())), "{keys}");
        assert_eq!(load.kind.is_open(), open, "{keys}");
    }
    let load = read(&format!("{SMALLEST}[load]\nkind = \"constant\"\nrate = \"9000/min\"\n")).load;
    assert!(matches!(load.kind, LoadKind::Constant { rate } if rate.0 == 150.0));
}

#[test]
fn every_key_of_every_runtime_is_read() {
    let text = format!(
        "{SMALLEST}[[runtime]]\nname = \"t\"\nkind = \"thread-pool\"\nprocesses = 2\nthreads = 3\n\
         gil = true\nswitch_interval = \"1 ms\"\ngil_switch = \"2 us\"\ngil_order = \"random\"\n\
         spawn = \"per-request\"\nspawn_cost = \"5 us\"\ndispatch = \"6 us\"\nreply = \"8 us\"\nmemory_per_thread = \"1 MiB\"\n\
         overhead = \"exp(1 us)\"\ntimer_overshoot = \"exp(7 us)\"\ncold_cost = \"1 ms\"\n\
         cold_after = \"9 ms\"\nbacklog = 0\nbase_memory = \"2 KiB\"\n\
         instances = 4\nbalance = \"least-loaded\"\ncost_per_hour = 0.5\n\
         [[runtime]]\nkind = \"event-loop\"\nloops = 2\nmax_tasks = 5\nassign = \"pinned\"\n\
         task_switch = \"1 us\"\npoll = \"2 us\"\npoll_order = \"listed\"\nread = \"3 us\"\ntimer_grain = \"1 ms\"\n\
         timer_rounding = \"nearest\"\nexecutor = \"processes\"\nexecutor_threads = 7\n\
         gil = true\nswitch_interval = \"3 ms\"\nmemory_per_task = \"4 B\"\n"
    );
    let model = read(&text);
    let [threads, loops] = model.runtimes.as_slice() else { panic!("two runtimes") };
    let pool = crate::model::runtime::ThreadPool {
        processes: 2,
        threads: 3,
        gil: true,
        switch_interval: Span::from_millis(1),
        gil_switch: Span::from_micros(2),
        gil_order: crate::model::runtime::GilOrder::Random,
        spawn: crate::model::runtime::Spawn::PerRequest,
        spawn_cost: Span::from_micros(5),
        dispatch: Span::from_micros(6),
        reply: Span::from_micros(8),
        memory_per_thread: Bytes(1 << 20),
    };
    assert_eq!(threads.kind, RuntimeKind::ThreadPool(pool));
    assert_eq!(threads.overhead, Dist::exponential(1e3));
    assert_eq!(threads.timer_overshoot, Dist::exponential(7e3));
    assert_eq!(threads.cold_cost, Span::from_millis(1));
    assert_eq!(threads.cold_after, Span::from_millis(9));
    assert_eq!(threads.backlog, Some(0));
    assert_eq!((threads.base_memory, threads.instances), (Bytes(2048), 4));
    assert_eq!(threads.balance, crate::model::runtime::Balance::LeastLoaded);
    assert_eq!(threads.cost_per_hour, Some(0.5));
    let event_loop = EventLoop {
        loops: 2,
        max_tasks: Some(5),
        assign: crate::model::runtime::Assign::Pinned,
        task_switch: Span::from_micros(1),
        poll: Span::from_micros(2),
        poll_order: crate::model::runtime::PollOrder::Listed,
        read: crate::units::Span(3_000),
        timer_grain: Span::from_millis(1),
        timer_rounding: crate::model::runtime::Rounding::Nearest,
        executor: crate::model::runtime::Executor::Processes,
        executor_threads: 7,
        gil: true,
        switch_interval: Span::from_millis(3),
        memory_per_task: Bytes(4),
    };
    assert_eq!(loops.kind, RuntimeKind::EventLoop(event_loop));
    assert_eq!(loops.name, "event-loop");
}

#[test]
fn the_class_may_be_left_away_where_the_label_is_in_one_only() {
    let pdf = |model: &Model| match &model.requests[0].steps[4].kind {
        StepKind::Chance { probability, .. } => probability.0,
        other => panic!("{other:?}"),
    };
    let text = FULL.replace("{ chance = 0.1,", "{ label = \"maybe\", chance = 0.1,");
    for path in ["request.search.maybe.chance", "request.maybe.chance"] {
        assert_eq!(pdf(&read_with(&text, &[(path, "30 %")])), 0.3, "{path}");
    }
    let two = format!(
        "{text}\n[[request]]\nname = \"b\"\nsteps = [{{ cpu = \"1 s\", label = \"maybe\" }}]\n"
    );
    let told = mistakes(&two, &[("request.maybe.chance", "30 %")]);
    assert!(told.starts_with("--set:1:9: several requests have a step `maybe`"), "{told}");
}

#[test]
fn a_value_of_a_runtimes_set_has_a_path_too() {
    let model = read_with(FULL, &[("runtime.quart.set.cpu", "0.5 * $cpu")]);
    let own = model.runtimes[2].requests.as_ref().expect("requests of its own");
    let StepKind::Cpu { demand, .. } = &own[0].steps[0].kind else { panic!("a burst") };
    assert_eq!(demand.mean(), 0.5e6);
}

mod broken {
    use super::*;
    use proptest::prelude::*;

    /// Places and texts that break a model file in ways that people do.
    fn damage() -> impl Strategy<Value = Vec<(usize, usize, String)>> {
        let text = prop_oneof![
            Just(String::new()),
            "[\\[\\]{}\"'=,.#$()0-9a-z\n -]{0,6}",
            prop_oneof![
                Just("-1"),
                Just("1e999"),
                Just("\"$beta\""),
                Just("[[request]]\n"),
                Just("é"),
                Just("0"),
                Just("\\u0000"),
                Just("99999999999999999999"),
                Just("{}"),
                Just("\t"),
            ]
            .prop_map(str::to_owned),
        ];
        prop::collection::vec((0..FULL.len(), 0..12_usize, text), 1..4)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

        #[test]
        fn a_damaged_file_is_read_or_refused_with_messages_but_never_panics(damage in damage()) {
            let mut bytes = FULL.as_bytes().to_vec();
            for (at, removed, put) in damage {
                let at = at.min(bytes.len());
                let end = (at + removed).min(bytes.len());
                bytes.splice(at..end, put.bytes());
            }
            if let Ok(document) = Document::from_stdin(bytes)
                && let Err(problems) = Model::read(&document, Overrides::NONE)
            {
                let text = problems.render(false);
                prop_assert!(problems.count() > 0);
                prop_assert!(text.starts_with("-:") || text.starts_with("defaults:"), "{text}");
            }
        }

        #[test]
        fn any_override_is_taken_or_refused_with_messages(name in "[a-z.$=-]{0,30}", value in ".{0,20}") {
            let overrides = Overrides::new().with(&name, value, "--set");
            if let Err(problems) = Model::read(&Document::from_text("m", FULL), &overrides) {
                prop_assert!(!problems.render(true).is_empty());
            }
        }
    }
}

#[test]
fn nesting_without_end_is_refused_and_overflows_no_stack() {
    let deep = format!("[[request]]\nsteps = {}", "[{ repeat = 1, steps = ".repeat(20_000));
    assert!(mistakes(&deep, &[]).starts_with("m.toml:2:"));
    let deep =
        format!("[params]\na = \"{}1{}\"\n{SMALLEST}", "(".repeat(50_000), ")".repeat(50_000));
    assert!(mistakes(&deep, &[]).starts_with("m.toml:2:"));
    let chain: String = (0..20_000).map(|n| format!("p{n} = \"$p{}\"\n", n + 1)).collect();
    let text = format!("[params]\n{chain}p20000 = 1\n{SMALLEST}");
    let _ = Model::read(&Document::from_text("m", &text), Overrides::NONE);
}

/// A key with a value as a file would say it.
fn line(key: &Key, value: &str) -> String {
    let bare = matches!(key.holds, Holds::Count | Holds::Flag | Holds::Number)
        && value.chars().all(|letter| letter.is_ascii_alphanumeric());
    if bare { format!("{} = {value}\n", key.name) } else { format!("{} = \"{value}\"\n", key.name) }
}

#[test]
fn the_defaults_that_keys_of_runtimes_and_loads_tell_are_those_that_hold() {
    for kind in runtime::KINDS {
        let head = format!("{SMALLEST}[[runtime]]\nkind = \"{}\"\n", kind.word);
        let silent = format!("{:?}", read(&head).runtimes);
        for key in runtime::COMMON.iter().chain(kind.keys) {
            if key.default.is_empty() || key.name == "name" {
                continue;
            }
            let said = read(&format!("{head}{}", line(key, key.default)));
            assert_eq!(format!("{:?}", said.runtimes), silent, "{} {}", kind.word, key.name);
        }
    }
    let closed = load::KINDS.iter().find(|kind| kind.word == "closed").expect("a kind of load");
    let silent = format!("{:?}", read(SMALLEST).load);
    for key in load::COMMON.iter().chain(closed.keys).filter(|key| !key.default.is_empty()) {
        let said = read(&format!("{SMALLEST}[load]\n{}", line(key, key.default)));
        assert_eq!(format!("{:?}", said.load), silent, "{}", key.name);
    }
}

#[test]
fn every_word_that_a_key_lists_is_read_and_means_something_of_its_own() {
    let mut tables: Vec<(String, &[Key])> = vec![("[host]\n".to_owned(), host::KEYS)];
    tables.push(("[resource.db]\nslots = 1\n".to_owned(), resource::KEYS));
    for kind in runtime::KINDS {
        let head = format!("[[runtime]]\nkind = \"{}\"\n", kind.word);
        tables.push((head.clone(), kind.keys));
        tables.push((head, runtime::COMMON));
    }
    tables.push(("[[expect]]\nmetric = \"gain\"\nreported = 2\n".to_owned(), expect::KEYS));
    for (head, keys) in tables {
        for key in keys.iter().filter(|key| key.name != "kind") {
            let Holds::Word(words) = key.holds else { continue };
            let mut models: Vec<_> = words
                .iter()
                .map(|word| format!("{:?}", read(&format!("{SMALLEST}{head}{}", line(key, word)))))
                .collect();
            models.sort_unstable();
            models.dedup();
            assert_eq!(models.len(), words.len(), "{head}{}", key.name);
        }
    }
}

#[test]
fn the_words_for_kinds_are_those_of_the_tables_and_of_the_types() {
    for kinds in [&load::LOAD_KINDS, &runtime::RUNTIME_KINDS] {
        let key = kinds.common.iter().find(|key| key.name == "kind").expect("a kind");
        let Holds::Word(words) = key.holds else { panic!("words") };
        assert_eq!(kinds.words(), words);
    }
    for word in runtime::RUNTIME_KINDS.words() {
        let model = read(&format!("{SMALLEST}[[runtime]]\nkind = \"{word}\"\n"));
        assert_eq!(model.runtimes[0].kind.keyword(), word);
        assert_eq!(model.runtimes[0].name, word);
    }
}

#[test]
fn the_cores_are_the_hosts_even_where_a_runtime_sets_their_parameter() {
    let text = "[params]\nn = 4\n[host]\ncores = \"$n\"\n[[request]]\nsteps = [{ cpu = \"1 ms\" }]\n\
                [[runtime]]\nkind = \"sync-worker\"\nworkers = \"$cores\"\nset = { n = 2 }\n";
    let model = read(text);
    assert_eq!((model.host.cores, model.runtimes[0].kind.width()), (4, 4));
}

#[test]
fn an_objective_of_a_flag_is_read_in_the_names_of_the_model() {
    let model = read(FULL);
    let objective = model.parse_objective("search.p99=200ms").expect("an objective");
    assert_eq!((objective.metric.as_str(), objective.at_most), ("search.p99", true));
    assert!(model.parse_objective("resource.postgres <= 80 %").is_ok());
    assert!(model.parse_objective("shop.p99=200ms").is_err());
}
