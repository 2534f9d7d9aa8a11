//! ns for each event of every scheduler, on the workloads of `benches/workloads/`, and how many times
//! the cheapest that is.
//!
//! `cargo bench --bench schedulers`. Events are those of the work, not those that the engine
//! schedules, so that figures compare: the end of a burst, of a wait, of a call, an arrival.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use iowait::input::Document;
use iowait::model::{Model, Overrides};
use iowait::simulation::{Control, Setup, Window, replicate};
use iowait::units::Span;

struct Workload {
    file: &'static str,
    /// Ends of bursts and waits of a request, and its arrival in an open load.
    events: u64,
    requests: u64,
}

const fn workload(file: &'static str, events: u64, requests: u64) -> Workload {
    Workload { file, events, requests }
}

const WORKLOADS: [Workload; 10] = [
    workload("w1", 6, 100_000),
    workload("w2", 2, 300_000),
    workload("w4", 11, 40_000),
    workload("gil", 6, 60_000),
    workload("polls", 6, 60_000),
    workload("parallel", 42, 10_000),
    workload("stealing", 7, 60_000),
    workload("slots", 6, 60_000),
    workload("sharing", 6, 60_000),
    workload("serverless", 7, 60_000),
];

const ROUNDS: u32 = 7;

fn read(file: &str) -> Result<Model, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/workloads");
    let problems = |problems| format!("{file}: {problems:?}");
    let document = Document::open(&folder.join(file).with_extension("toml")).map_err(problems)?;
    Ok(Model::read(&document, &Overrides::new()).map_err(problems)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let models: Vec<Model> =
        WORKLOADS.iter().map(|workload| read(workload.file)).collect::<Result<_, _>>()?;
    let setups: Vec<Setup> =
        models.iter().map(|model| Setup::new(model, &model.runtimes[0])).collect();
    let mut times = vec![Vec::new(); WORKLOADS.len()];
    for round in 0..=ROUNDS {
        for ((workload, setup), times) in WORKLOADS.iter().zip(&setups).zip(&mut times) {
            let warmup = Span::from_seconds(0.1);
            let window = Window { warmup, requests: workload.requests, duration: None };
            let begun = Instant::now();
            let found = replicate(setup, round, window, &Control::default());
            let elapsed = begun.elapsed().as_nanos() as f64;
            // The first round warms caches.
            if round > 0 {
                times.push(elapsed / (found.counts.completed * workload.events) as f64);
            }
        }
    }
    let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
    let cheapest = medians.iter().copied().fold(f64::INFINITY, f64::min);
    println!("| workload | events of a request | ns/event | spread | × cheapest |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for (((workload, model), times), median) in
        WORKLOADS.iter().zip(&models).zip(&times).zip(medians)
    {
        let title = model.title.as_deref().unwrap_or(workload.file);
        let spread = (times[times.len() - 1] - times[0]) / median * 100.0;
        let ratio = median / cheapest;
        let events = workload.events;
        println!("| {title} | {events} | {median:.1} | {spread:.0} % | {ratio:.1} |");
    }
    Ok(())
}

/// The middle one of an odd number of values, which are left in order.
fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
