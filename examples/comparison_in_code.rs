//! A comparison built in code, without a file: is the pool of connections or the CPU the limit?
//!
//! ```text
//!                        ┌ CPU 0.5 ms ┐ ┌ query 8 ms, one of 10 connections ┐
//!   200 clients ──▶ ─────┘            └─┘                                   └── render 0.5 ms ──▶
//! ```
//!
//! A hundred times as many tasks do not help where ten connections are the limit: 10 / 8 ms = 1 250
//! requests a second is what any runtime can reach, whatever `1 + T_io/T_cpu` says.

use std::io::{self, Write};

use iowait::input::dist::Dist;
use iowait::model::runtime::{EventLoop, SyncWorker, ThreadPool};
use iowait::model::{Load, Model, Resource, Runtime, Scope, Step, Warmup};
use iowait::report::{Style, text};
use iowait::simulation::Control;
use iowait::study::{Case, Options};
use iowait::units::Span;

fn main() -> io::Result<()> {
    write(&mut io::stdout().lock())
}

/// Runs the comparison and writes its table.
pub fn write(out: &mut impl Write) -> io::Result<()> {
    let outcome = iowait::study::run(&Case::of(shop()), &Options::default(), &Control::default())
        .expect("a closed load ends");
    write!(out, "{}", text::render(&outcome, &Style::PLAIN))?;

    let [_, threads, event_loop] = &outcome.runtimes[..] else { unreachable!("three were given") };
    for runtime in [threads, event_loop] {
        let rate = runtime.throughput_rps.value.expect("simulated");
        assert!((rate / 1_250.0 - 1.0).abs() < 0.01, "{}: {rate}", runtime.name);
        assert_eq!(runtime.bottleneck.resource, "resource.connections");
    }
    Ok(())
}

fn shop() -> Model {
    let ms = |mean: f64| Dist::exponential(mean * 1e6);
    let mut model = Model::new(
        "shop",
        Load::closed(200),
        vec![Step::cpu(ms(0.25)), Step::io_at(ms(8.0), vec![0]), Step::cpu(ms(0.25))],
        vec![
            Runtime::new("workers", SyncWorker::new(4)),
            Runtime::new("threads", ThreadPool::new(64)),
            Runtime::new("loops", EventLoop::new(4, 4)),
        ],
    );
    model.host.cores = 4;
    model.resources = vec![Resource {
        name: "connections".to_owned(),
        slots: 10,
        queue: None,
        timeout: None,
        scope: Scope::Shared,
    }];
    model.run.requests = 20_000;
    model.run.warmup = Warmup::Fixed(Span::from_millis(2_000));
    model
}
