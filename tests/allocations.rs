//! In the steady state nothing is allocated: twice the requests cost no more allocations.
//!
//! Every scheduler is tried, on the workloads of `benches/`. What a replication allocates is its
//! state, which grows with what is in flight; the later it sees its peak, the later a vector doubles,
//! so that a few allocations may fall into the second half of a run.

use std::path::Path;

use allocation_counter::{AllocationInfo, measure};
use iowait::input::Document;
use iowait::model::{Model, Overrides};
use iowait::simulation::{Control, Setup, Window, replicate};
use iowait::units::Span;

/// Allocations that a run may need beyond one of half its length: a new peak of what is in flight
/// doubles a handful of vectors, and each of the wheel's buckets grows to its own largest crowd.
const PEAKS: u64 = 400;

struct Workload {
    file: &'static str,
    warmup: f64,
    requests: u64,
}

const fn workload(file: &'static str, requests: u64) -> Workload {
    Workload { file, warmup: 5.0, requests }
}

/// Which workload runs which scheduler is said in the title of its file.
const WORKLOADS: [Workload; 11] = [
    workload("w1", 60_000),
    workload("w2", 300_000),
    workload("w3", 200_000),
    workload("w4", 60_000),
    workload("gil", 60_000),
    workload("polls", 60_000),
    workload("parallel", 15_000),
    workload("stealing", 60_000),
    workload("slots", 60_000),
    workload("sharing", 60_000),
    workload("serverless", 60_000),
];

/// What one replication of this many requests allocates.
fn allocated(workload: &Workload, requests: u64) -> AllocationInfo {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/workloads");
    let document = Document::open(&folder.join(workload.file).with_extension("toml"))
        .unwrap_or_else(|error| panic!("{}: {error:?}", workload.file));
    let model = Model::read(&document, &Overrides::new())
        .unwrap_or_else(|problems| panic!("{}: {problems:?}", workload.file));
    let setup = Setup::new(&model, &model.runtimes[0]);
    let warmup = Span::from_seconds(workload.warmup);
    let window = Window { warmup, requests, duration: None };
    // A thread keeps some memory for its next replication: each has one of its own.
    let alone = || {
        measure(|| {
            let found = replicate(&setup, 0, window, &Control::default());
            assert_eq!(found.counts.completed, requests, "{}", workload.file);
        })
    };
    std::thread::scope(|scope| scope.spawn(alone).join().expect("it completes"))
}

#[test]
fn twice_the_requests_allocate_no_more() {
    let mut table = String::new();
    let mut wrong = Vec::new();
    for workload in &WORKLOADS {
        let Workload { file, requests, .. } = *workload;
        let short = allocated(workload, requests);
        let long = allocated(workload, 2 * requests);
        let more = long.count_total.saturating_sub(short.count_total);
        let first = short.count_total;
        let bytes = long.bytes_max;
        table += &format!(
            "{file:>10}: {first} allocations for {requests} requests, {more} for as many more; \
             {bytes} bytes at once\n"
        );
        if more > PEAKS {
            wrong.push(file);
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{wrong:?} allocate for each request:\n{table}");
}

#[test]
fn time_outs_that_nobody_needed_are_forgotten() {
    // Each of 20 000 calls sets one of 2 s, in some 30 s; 7 MB where all of them stay until they are due.
    let slots = workload("slots", 20_000);
    let bytes = allocated(&slots, slots.requests).bytes_max;
    assert!(bytes < 1_000_000, "{bytes} bytes at once");
}
