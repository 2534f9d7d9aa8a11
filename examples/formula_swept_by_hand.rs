//! The formula `1 + T_io/T_cpu` swept by hand: what a thread pool of the size that it recommends
//! really gets out of one core when CPU bursts vary.
//!
//! ```text
//!   request = CPU exp(1 ms), I/O exp(beta ms)      one core      1 + beta threads and clients
//! ```
//!
//! Three numbers a line: the promise, exact theory (on one core the CPU is busy `1 - ErlangB(N,
//! beta)` of the time), and the simulation of the same thing.

use std::io::{self, Write};

use iowait::input::dist::Dist;
use iowait::model::runtime::{SyncWorker, ThreadPool};
use iowait::model::{Load, Model, Runtime, Step, Warmup};
use iowait::simulation::Control;
use iowait::study::{Case, Options};
use iowait::theory::erlang::erlang_b;
use iowait::units::Span;

fn main() -> io::Result<()> {
    write(&mut io::stdout().lock())
}

/// Writes the table.
pub fn write(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "beta  threads  formula    exact  simulated")?;
    for beta in [1u32, 4, 9, 19] {
        let exact = (1.0 - erlang_b(u64::from(1 + beta), f64::from(beta)).expect("valid"))
            * f64::from(1 + beta);
        let model = one_worker_against_a_pool(beta);
        let outcome =
            iowait::study::run(&Case::of(model), &Options::default(), &Control::default())
                .expect("a closed load ends");
        let gain = outcome.runtimes[1].gain.clone();
        let simulated = gain.simulated.value.expect("simulated");
        let half = gain.simulated.half_width().expect("ten replications");
        assert!((simulated - exact).abs() < 0.02 * exact, "{simulated} against {exact}");
        writeln!(
            out,
            "{beta:4}  {:7}  {:7.2}  {exact:7.3}  {simulated:7.3} ± {half:.3}",
            1 + beta,
            gain.formula.expect("the request needs CPU"),
        )?;
    }
    Ok(())
}

/// One sync worker, and `1 + beta` threads, on one core under `1 + beta` clients.
fn one_worker_against_a_pool(beta: u32) -> Model {
    let mut model = Model::new(
        "one-worker-against-a-pool",
        Load::closed(u64::from(1 + beta)),
        // Durations are in nanoseconds: 1 ms of CPU, beta ms of I/O.
        vec![Step::cpu(Dist::exponential(1e6)), Step::io(Dist::exponential(f64::from(beta) * 1e6))],
        vec![
            Runtime::new("worker", SyncWorker::new(1)),
            Runtime::new("pool", ThreadPool::new(1 + beta)),
        ],
    );
    model.run.requests = 20_000;
    model.run.warmup = Warmup::Fixed(Span::from_millis(2_000));
    model
}
