//! A trace as JSON for Perfetto and Chrome's viewer (the Trace Event Format), times in
//! microseconds of virtual time.
//!
//! Each runtime has three processes: its cores, its threads and loops, its requests; an arrow goes
//! from a request to the core each time that it gets one.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::part_name;
use crate::simulation::{Ending, Job, Part};
use crate::study::trace::{RequestTrace, RuntimeTrace, Traced};
use crate::units::Time;

/// Branches of a request that have tracks of their own.
const BRANCHES: u64 = 1000;

/// The whole file: one event a line.
#[must_use]
pub fn json(traced: &Traced) -> String {
    let mut events = Events::default();
    for (place, trace) in traced.runtimes.iter().enumerate() {
        runtime(&mut events, trace, 3 * place as u64 + 1);
    }
    let model = json!(traced.model);
    format!(
        "{{\"displayTimeUnit\":\"ms\",\"otherData\":{{\"model\":{model},\"iowait\":\"{}\"}},\"traceEvents\":[\n{}\n]}}\n",
        env!("CARGO_PKG_VERSION"),
        events.0
    )
}

/// Events on lines of their own, as text: a million of them as values would take gigabytes.
#[derive(Default)]
struct Events(String);

impl Events {
    fn push(&mut self, event: Value) {
        let between = if self.0.is_empty() { "" } else { ",\n" };
        write!(self.0, "{between}{event}").expect("a String takes all");
    }
}

fn runtime(events: &mut Events, trace: &RuntimeTrace, first: u64) {
    let [cores, threads, requests] = [first, first + 1, first + 2];
    for (pid, what) in [(cores, "cores"), (threads, "threads"), (requests, "requests")] {
        let name = format!("{}: {what}", trace.name);
        events.push(json!({"ph": "M", "name": "process_name", "pid": pid, "tid": 0, "args": {"name": name}}));
        events.push(json!({"ph": "M", "name": "process_sort_index", "pid": pid, "tid": 0, "args": {"sort_index": pid}}));
    }
    for core in 0..trace.cores {
        events.push(named(cores, u64::from(core) + 1, &format!("core {core}")));
    }
    for (thread, job) in trace.jobs.iter().enumerate() {
        let word = match job {
            Job::Worker => "worker",
            Job::Loop => "loop",
            Job::Executor => "executor",
            Job::Stealer => "stealing worker",
        };
        events.push(named(threads, thread as u64 + 1, &format!("{word} {thread}")));
    }
    for request in &trace.requests {
        request_events(events, trace, request, (threads, requests));
    }
    let mut flow = first << 40;
    for burst in &trace.bursts {
        let tid = u64::from(burst.core) + 1;
        let Some(on) = burst.thread else {
            events.push(slice("shared by all that run", cores, tid, (burst.from, burst.to)));
            continue;
        };
        let thread = u64::from(on) + 1;
        let name =
            burst.request.map_or_else(|| "overhead".to_owned(), |n| format!("request {}", n + 1));
        events.push(slice(&name, cores, tid, (burst.from, burst.to)));
        let Some(request) = burst.request else {
            events.push(slice(&name, threads, thread, (burst.from, burst.to)));
            continue;
        };
        if matches!(trace.jobs.get(on as usize), Some(Job::Loop | Job::Stealer)) {
            events.push(slice(&name, threads, thread, (burst.from, burst.to)));
        }
        flow += 1;
        let track = request_track(request, 0);
        let at = micros(burst.from);
        events.push(json!({"ph": "s", "name": "gets a core", "cat": "flow", "id": flow, "pid": requests, "tid": track, "ts": at}));
        events.push(json!({"ph": "f", "bp": "e", "name": "gets a core", "cat": "flow", "id": flow, "pid": cores, "tid": tid, "ts": at}));
    }
}

fn request_events(
    events: &mut Events,
    trace: &RuntimeTrace,
    request: &RequestTrace,
    (threads, requests): (u64, u64),
) {
    let number = request.number + 1;
    let class = trace.classes.get(request.class as usize).map_or("", String::as_str);
    let mut branches: Vec<u32> = request.stretches.iter().map(|stretch| stretch.branch).collect();
    branches.sort_unstable();
    branches.dedup();
    for branch in branches {
        let name = match branch {
            0 => format!("request {number} ({class})"),
            branch => format!("request {number}, branch {branch}"),
        };
        events.push(named(requests, request_track(request.number, branch), &name));
    }
    for stretch in &request.stretches {
        let track = request_track(request.number, stretch.branch);
        let times = (stretch.from, stretch.to);
        events.push(slice(part_name(stretch.part), requests, track, times));
        let Some(thread) = stretch.thread.filter(|_| stretch.part != Part::Accept) else {
            continue;
        };
        let name = format!("request {number}: {}", part_name(stretch.part));
        events.push(slice(&name, threads, u64::from(thread) + 1, times));
    }
    if let Some((at, how)) = request.end {
        let name = match how {
            Ending::Completed => "completed",
            Ending::Refused => "refused",
            Ending::TimedOut => "timed out",
            Ending::Failed => "failed",
        };
        let track = request_track(request.number, 0);
        events.push(json!({"ph": "i", "s": "t", "name": name, "pid": requests, "tid": track, "ts": micros(at)}));
    }
}

fn request_track(request: u64, branch: u32) -> u64 {
    (request + 1) * BRANCHES + u64::from(branch) % BRANCHES
}

fn named(pid: u64, tid: u64, name: &str) -> Value {
    json!({"ph": "M", "name": "thread_name", "pid": pid, "tid": tid, "args": {"name": name}})
}

fn slice(name: &str, pid: u64, tid: u64, (from, to): (Time, Time)) -> Value {
    let long = (to.0 - from.0) as f64 / 1e3;
    json!({"ph": "X", "name": name, "cat": "iowait", "pid": pid, "tid": tid, "ts": micros(from), "dur": long})
}

fn micros(time: Time) -> f64 {
    time.0 as f64 / 1e3
}
