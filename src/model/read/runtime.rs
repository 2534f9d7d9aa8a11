//! Reads `[[runtime]]`: its keys depend on its kind.

use crate::input::keys::{Holds, Key, Kind};
use crate::input::problem::{Place, Problem};
use crate::input::table::Fields;
use crate::input::tree::{Item, Table};
use crate::model::read::Context;
use crate::model::read::kinds::Kinds;
use crate::model::read::names::{Beta, Names, read_set};
use crate::model::read::request;
use crate::model::runtime::{
    Assign, Balance, EventLoop, Executor, GilOrder, PollOrder, Rounding, Serverless, Spawn,
    SyncWorker, ThreadPool, WorkStealing,
};
use crate::model::{RequestClass, Resource, Runtime, RuntimeKind};

const WORDS: [&str; 5] =
    ["sync-worker", "thread-pool", "event-loop", "work-stealing", "serverless"];
const BALANCE: [(&str, Balance); 3] = [
    ("round-robin", Balance::RoundRobin),
    ("random", Balance::Random),
    ("least-loaded", Balance::LeastLoaded),
];
const GIL_ORDER: [(&str, GilOrder); 2] = [("fifo", GilOrder::Fifo), ("random", GilOrder::Random)];
const SPAWN: [(&str, Spawn); 2] = [("pool", Spawn::Pool), ("per-request", Spawn::PerRequest)];
const ASSIGN: [(&str, Assign); 5] = [
    ("greedy", Assign::Greedy),
    ("round-robin", Assign::RoundRobin),
    ("least-loaded", Assign::LeastLoaded),
    ("random", Assign::Random),
    ("pinned", Assign::Pinned),
];
const EXECUTOR: [(&str, Executor); 2] =
    [("threads", Executor::Threads), ("processes", Executor::Processes)];

const POLL_ORDER: [(&str, PollOrder); 2] =
    [("arrival", PollOrder::Arrival), ("listed", PollOrder::Listed)];
const ROUNDING: [(&str, Rounding); 2] = [("up", Rounding::Up), ("nearest", Rounding::Nearest)];

/// The keys that every runtime has.
pub const COMMON: &[Key] = &[
    Key::new("name", Holds::Name, "the preset or the kind", "what results call it"),
    Key::new("kind", Holds::Word(&WORDS), "", "the execution model; required without a preset"),
    Key::new(
        "preset",
        Holds::Preset,
        "",
        "named keys with their source; any other key overrides it",
    ),
    Key::new("set", Holds::Values, "", "this runtime's own values of parameters"),
    Key::new("overhead", Holds::Durations, "0 s", "CPU for each request, before its first step"),
    Key::new("timer_overshoot", Holds::Durations, "0 s", "how late a wait with `timer` ends"),
    Key::new(
        "cold_cost",
        Holds::Duration,
        "0 s",
        "CPU lost to cold caches by a burst on a core that idled; after `cold_after` 63 % of it",
    ),
    Key::new("cold_after", Holds::Duration, "20 ms", "idle time in which caches go cold"),
    Key::new("backlog", Holds::Count, "", "how many requests may wait; one more is refused"),
    Key::new("kill_after", Holds::Duration, "", "longest run of one request, then it is killed"),
    Key::new("base_memory", Holds::Size, "0 B", "memory before workers, threads and tasks"),
    Key::new("instances", Holds::Count, "1", "whole copies of the host with the runtime on it"),
    Key::new(
        "balance",
        Holds::Word(&["round-robin", "random", "least-loaded"]),
        "round-robin",
        "how requests are spread over instances",
    ),
    Key::new("cost_per_hour", Holds::Number, "", "what one instance costs"),
];

const SWITCH_INTERVAL: Key = Key::new(
    "switch_interval",
    Holds::Duration,
    "5 ms",
    "a waiter for the GIL forces it after this",
);

/// The kinds of runtime, each with its own keys.
pub const KINDS: &[Kind] = &[
    Kind {
        word: "sync-worker",
        keys: &[
            Key::new("workers", Holds::Count, "1", "processes"),
            Key::new("memory_per_worker", Holds::Size, "0 B", "resident memory of each"),
        ],
        means: "processes that each take one request and wait in place",
    },
    Kind {
        word: "thread-pool",
        keys: &[
            Key::new("processes", Holds::Count, "1", "processes, each with its own GIL"),
            Key::new("threads", Holds::Count, "1", "threads of each process"),
            Key::new("gil", Holds::Flag, "false", "at most one thread of a process runs bytecode"),
            SWITCH_INTERVAL,
            Key::new("gil_switch", Holds::Duration, "0 s", "CPU cost of a forced handover"),
            Key::new(
                "gil_order",
                Holds::Word(&["fifo", "random"]),
                "fifo",
                "which waiter gets the lock",
            ),
            Key::new(
                "spawn",
                Holds::Word(&["pool", "per-request"]),
                "pool",
                "when threads are started",
            ),
            Key::new("spawn_cost", Holds::Duration, "0 s", "CPU cost of starting a thread"),
            Key::new(
                "dispatch",
                Holds::Duration,
                "0 s",
                "CPU of a main thread that hands each request to the pool; 0 s: threads take them",
            ),
            Key::new(
                "reply",
                Holds::Duration,
                "0 s",
                "CPU behind the head of an answer, for which the lock is let go; with dispatch and gil",
            ),
            Key::new("memory_per_thread", Holds::Size, "0 B", "memory of each thread"),
        ],
        means: "processes of threads behind one backlog, with or without a GIL",
    },
    Kind {
        word: "event-loop",
        keys: &[
            Key::new("loops", Holds::Count, "1", "loops, each one OS thread and process"),
            Key::new("max_tasks", Holds::Count, "", "tasks of each loop at once"),
            Key::new(
                "assign",
                Holds::Word(&["greedy", "round-robin", "least-loaded", "random", "pinned"]),
                "greedy",
                "which loop takes a request",
            ),
            Key::new("task_switch", Holds::Duration, "0 s", "CPU for each resumption of a task"),
            Key::new("poll", Holds::Duration, "0 s", "CPU for each iteration of a loop"),
            Key::new(
                "poll_order",
                Holds::Word(&["arrival", "listed"]),
                "arrival",
                "of a poll: as things came, or as epoll lists sockets, late clients last, and timers behind them",
            ),
            Key::new(
                "read",
                Holds::Duration,
                "0 s",
                "CPU of reading a request a turn before it runs, as asyncio does; 0 s: in one turn",
            ),
            Key::new("timer_grain", Holds::Duration, "0 s", "a loop sleeps for multiples of this"),
            Key::new(
                "timer_rounding",
                Holds::Word(&["up", "nearest"]),
                "up",
                "how a loop comes to a multiple: asyncio rounds up, libuv to the nearest",
            ),
            Key::new(
                "executor",
                Holds::Word(&["threads", "processes"]),
                "threads",
                "where offloaded steps run",
            ),
            Key::new(
                "executor_threads",
                Holds::Count,
                "min(32, $cores + 4)",
                "executor threads of each loop",
            ),
            Key::new("gil", Holds::Flag, "false", "a loop and its executor threads share a lock"),
            SWITCH_INTERVAL,
            Key::new("memory_per_task", Holds::Size, "0 B", "memory of each task in flight"),
        ],
        means: "loops, each one OS thread with many tasks",
    },
    Kind {
        word: "work-stealing",
        keys: &[
            Key::new("workers", Holds::Count, "1", "worker threads of the one process"),
            Key::new("task_switch", Holds::Duration, "0 s", "CPU for each resumption of a task"),
            Key::new("memory_per_task", Holds::Size, "0 B", "memory of each task in flight"),
        ],
        means: "worker threads that run tasks and steal them from each other",
    },
    Kind {
        word: "serverless",
        keys: &[
            Key::new("max_instances", Holds::Count, "1000", "instances at once"),
            Key::new("cold_start", Holds::Durations, "0 s", "start of an instance"),
            Key::new("keep_alive", Holds::Duration, "", "how long an idle instance stays"),
            Key::new("memory", Holds::Size, "0 B", "memory of an instance"),
            Key::new(
                "cost_per_gb_second",
                Holds::Number,
                "",
                "price of 1 GB for a second of a request",
            ),
            Key::new("cost_per_request", Holds::Number, "", "price of a request"),
        ],
        means: "instances started on demand, one request at a time for each",
    },
];

/// The kinds of runtime as one table.
pub const RUNTIME_KINDS: Kinds = Kinds { common: COMMON, kinds: KINDS, noun: "runtime" };

/// What of the model a runtime needs while it is read.
pub struct Surroundings<'a> {
    /// What the requests may name.
    pub resources: &'a [Resource],
    /// The host's cores.
    pub cores: u32,
    /// What the waits are multiplied by (the axis `beta`); 1 without it.
    pub io_scale: f64,
}

/// Reads all runtimes, in the order of the file.
#[must_use]
pub fn read_all(context: &Context<'_>, around: &Surroundings<'_>) -> Vec<Runtime> {
    let reader = context.names.reader();
    let mut runtimes: Vec<Runtime> = Vec::new();
    let tables = reader.tables(context.root, "runtime");
    if tables.is_empty() {
        reader.note(
            &Place::new(0, 0..0),
            Problem::new("the model has no runtime")
                .expected("at least one [[runtime]], or none at all for the three classic ones")
                .consequence(),
        );
    }
    for (item, table) in tables {
        let Some(runtime) = read(context, around, item, table) else { continue };
        if runtimes.iter().any(|other| other.name == runtime.name) {
            let place = table.get("name").map_or(&item.place, |entry| &entry.item.place);
            let problem = Problem::new(format!("two runtimes are called `{}`", runtime.name))
                .expected("a name of its own for each: `name = \"…\"`");
            reader.note(place, problem);
        }
        runtimes.push(runtime);
    }
    runtimes
}

fn read(
    context: &Context<'_>,
    around: &Surroundings<'_>,
    item: &Item,
    table: &Table,
) -> Option<Runtime> {
    let Some(set) = table.get("set") else {
        return read_with(context.names, around, item, table);
    };
    let values = read_set(context.names, &set.item);
    let beta = context.names.beta();
    let own = context.names.with(values, Beta::NotYet);
    // What is wrong with the base requests is told there; only a new mistake is one of `set`.
    let requests = request::read_all(own.reader(), context.root, around.resources);
    own.set_beta(beta);
    let mut runtime = read_with(&own, around, item, table)?;
    let requests = requests.into_iter().map(|class| class.with_io_scaled(around.io_scale));
    runtime.requests = Some(requests.collect::<Vec<RequestClass>>());
    Some(runtime)
}

fn read_with<'a>(
    names: &'a Names<'a>,
    around: &Surroundings<'_>,
    item: &'a Item,
    table: &'a Table,
) -> Option<Runtime> {
    let reader = names.reader();
    if table.get("preset").is_some() && table.get("kind").is_none() {
        // The preset is mistaken, which was told.
        return None;
    }
    let (kind, fields) = RUNTIME_KINDS.choose(reader, item, table, "[[runtime]]")?;
    let kind_of = match kind.word {
        "sync-worker" => read_sync_worker(&fields),
        "thread-pool" => read_thread_pool(&fields),
        "work-stealing" => read_work_stealing(&fields),
        "serverless" => read_serverless(&fields),
        _ => read_event_loop(&fields, around.cores),
    };
    let name = fields.item("name").and_then(|item| reader.name(item)).unwrap_or(kind.word);
    let mut runtime = Runtime::new(name, kind_of);
    if let Some(overhead) = fields.durations("overhead") {
        runtime.overhead = overhead;
    }
    if let Some(overshoot) = fields.durations("timer_overshoot") {
        runtime.timer_overshoot = overshoot;
    }
    runtime.cold_cost = fields.duration("cold_cost").unwrap_or_default();
    runtime.cold_after = fields.positive_duration("cold_after").unwrap_or(runtime.cold_after);
    runtime.backlog = fields.count("backlog", 0, u64::MAX);
    runtime.kill_after = fields.positive_duration("kill_after");
    runtime.base_memory = fields.size("base_memory").unwrap_or_default();
    runtime.instances = fields.width("instances").unwrap_or(1);
    runtime.balance = fields.word("balance", &BALANCE).unwrap_or_default();
    runtime.cost_per_hour = fields.number("cost_per_hour");
    Some(runtime)
}

fn read_sync_worker(fields: &Fields<'_>) -> RuntimeKind {
    let mut kind = SyncWorker::new(fields.width("workers").unwrap_or(1));
    kind.memory_per_worker = fields.size("memory_per_worker").unwrap_or_default();
    RuntimeKind::SyncWorker(kind)
}

fn read_thread_pool(fields: &Fields<'_>) -> RuntimeKind {
    let mut kind = ThreadPool::new(fields.width("threads").unwrap_or(1));
    kind.processes = fields.width("processes").unwrap_or(1);
    kind.gil = fields.flag("gil").unwrap_or(false);
    kind.switch_interval =
        fields.positive_duration("switch_interval").unwrap_or(kind.switch_interval);
    kind.gil_switch = fields.duration("gil_switch").unwrap_or(kind.gil_switch);
    kind.gil_order = fields.word("gil_order", &GIL_ORDER).unwrap_or_default();
    kind.spawn = fields.word("spawn", &SPAWN).unwrap_or_default();
    kind.spawn_cost = fields.duration("spawn_cost").unwrap_or(kind.spawn_cost);
    kind.dispatch = fields.duration("dispatch").unwrap_or(kind.dispatch);
    kind.reply = fields.duration("reply").unwrap_or(kind.reply);
    kind.memory_per_thread = fields.size("memory_per_thread").unwrap_or_default();
    RuntimeKind::ThreadPool(kind)
}

fn read_event_loop(fields: &Fields<'_>, cores: u32) -> RuntimeKind {
    let mut kind = EventLoop::new(fields.width("loops").unwrap_or(1), cores);
    kind.max_tasks = fields.count("max_tasks", 1, u64::MAX);
    kind.assign = fields.word("assign", &ASSIGN).unwrap_or_default();
    kind.task_switch = fields.duration("task_switch").unwrap_or(kind.task_switch);
    kind.poll = fields.duration("poll").unwrap_or(kind.poll);
    kind.poll_order = fields.word("poll_order", &POLL_ORDER).unwrap_or_default();
    kind.read = fields.duration("read").unwrap_or(kind.read);
    kind.timer_grain = fields.duration("timer_grain").unwrap_or(kind.timer_grain);
    kind.timer_rounding = fields.word("timer_rounding", &ROUNDING).unwrap_or_default();
    kind.executor = fields.word("executor", &EXECUTOR).unwrap_or_default();
    kind.executor_threads = fields.width("executor_threads").unwrap_or(kind.executor_threads);
    kind.gil = fields.flag("gil").unwrap_or(false);
    kind.switch_interval =
        fields.positive_duration("switch_interval").unwrap_or(kind.switch_interval);
    kind.memory_per_task = fields.size("memory_per_task").unwrap_or_default();
    RuntimeKind::EventLoop(kind)
}

fn read_work_stealing(fields: &Fields<'_>) -> RuntimeKind {
    let mut kind = WorkStealing::new(fields.width("workers").unwrap_or(1));
    kind.task_switch = fields.duration("task_switch").unwrap_or(kind.task_switch);
    kind.memory_per_task = fields.size("memory_per_task").unwrap_or_default();
    RuntimeKind::WorkStealing(kind)
}

fn read_serverless(fields: &Fields<'_>) -> RuntimeKind {
    let most = fields.width("max_instances").unwrap_or(Serverless::USUAL_INSTANCES);
    let mut kind = Serverless::new(most);
    kind.cold_start = fields.durations("cold_start").unwrap_or(kind.cold_start);
    kind.keep_alive = fields.duration("keep_alive");
    kind.memory = fields.size("memory").unwrap_or_default();
    kind.cost_per_gb_second = fields.number("cost_per_gb_second");
    kind.cost_per_request = fields.number("cost_per_request");
    RuntimeKind::Serverless(kind)
}
