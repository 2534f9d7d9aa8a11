//! What the engine is made of, by the piece: the event queue, samples, the histogram.
//!
//! `cargo bench --bench engine`; each figure is one operation.

mod quad;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;

use divan::Bencher;
use iowait::engine::{EventQueue, Key};
use iowait::input::dist::Dist;
use iowait::simulation::PARTS;
use iowait::stats::Histogram;
use iowait::units::Time;
use quad::QuadHeap;

fn main() {
    divan::main();
}

/// What is pending in the hold model (Jones 1986): one event is taken and one put back.
const PENDING: [u64; 5] = [10, 100, 1_000, 100_000, 1_000_000];

/// Draws enough that the branch predictor cannot learn them: a table of 4096 flatters small queues
/// by up to twice.
const DRAWS: usize = 1 << 20;

/// Exponential times with a mean of one second, in nanoseconds.
fn increments() -> Vec<u64> {
    let mut stream = Key::new(7).stream(0);
    let second = Dist::exponential(1e9);
    (0..DRAWS).map(|_| second.sample(&mut stream) as u64).collect()
}

/// A queue as the hold model uses it. The entries are as large as the engine's own: an instant, a
/// tie, a number.
trait Queue: Default {
    fn put(&mut self, time: u64, tie: u64);
    fn take(&mut self) -> Option<u64>;
}

#[derive(Default)]
struct Wheel(EventQueue<u32>);

impl Queue for Wheel {
    fn put(&mut self, time: u64, tie: u64) {
        self.0.push(Time(time), tie, tie as u32);
    }

    fn take(&mut self) -> Option<u64> {
        let now = self.0.advance()?;
        self.0.pop(now).map(|_| now.0)
    }
}

#[derive(Default)]
struct Heap(BinaryHeap<Reverse<(u64, u64, u32)>>);

impl Queue for Heap {
    fn put(&mut self, time: u64, tie: u64) {
        self.0.push(Reverse((time, tie, tie as u32)));
    }

    fn take(&mut self) -> Option<u64> {
        self.0.pop().map(|Reverse((time, ..))| time)
    }
}

impl Queue for QuadHeap {
    fn put(&mut self, time: u64, tie: u64) {
        self.push((time, tie, tie as u32));
    }

    fn take(&mut self) -> Option<u64> {
        self.pop().map(|(time, ..)| time)
    }
}

// A sample of many operations holds the rare dear ones too, when a bucket is spread.
#[divan::bench(types = [Wheel, Heap, QuadHeap], args = PENDING, sample_size = 2_000)]
fn hold<Q: Queue>(bencher: Bencher<'_, '_>, pending: u64) {
    let increments = increments();
    let mut queue = Q::default();
    let mut tie = 0;
    let mut next = || {
        tie += 1;
        (increments[tie as usize % DRAWS], tie)
    };
    for _ in 0..pending {
        let (time, tie) = next();
        queue.put(time, tie);
    }
    let mut step = || {
        let now = queue.take().unwrap_or(0);
        let (after, tie) = next();
        queue.put(now + after, tie);
    };
    // The steady state: every event has been held a few times, and the wheel has its room.
    (0..4 * pending.max(100_000)).for_each(|_| step());
    bencher.bench_local(step);
}

/// The families of the value grammar by what they cost.
const FAMILIES: [&str; 6] = ["constant", "exp", "lognormal", "gamma", "weibull", "pareto"];

#[divan::bench(args = FAMILIES, sample_size = 2_000)]
fn sample(bencher: Bencher<'_, '_>, family: &str) {
    let milli = 1e6;
    let dist = match family {
        "constant" => Ok(Dist::constant(milli)),
        "exp" => Ok(Dist::exponential(milli)),
        "lognormal" => Dist::lognormal(milli, 1.5),
        "gamma" => Dist::gamma(milli, 0.5),
        "weibull" => Dist::weibull(milli, 0.7),
        _ => Dist::pareto(milli, 2.2),
    };
    let dist = dist.expect("the parameters are legal");
    let mut stream = Key::new(1).stream(0);
    bencher.bench_local(move || dist.sample(&mut stream));
}

/// A stream made at an address, and its first draw: what a step of a request costs.
#[divan::bench(sample_size = 2_000)]
fn stream_and_exp(bencher: Bencher<'_, '_>) {
    let key = Key::new(1);
    let milli = Dist::exponential(1e6);
    let mut address = 0;
    bencher.bench_local(move || {
        address += 1;
        milli.sample(&mut black_box(key).stream(address))
    });
}

/// Response times of one millisecond and more, with their parts.
#[divan::bench(sample_size = 2_000)]
fn histogram_record(bencher: Bencher<'_, '_>) {
    let increments = increments();
    let mut histogram = Histogram::<PARTS>::new();
    let mut place = 0;
    bencher.bench_local(move || {
        place = (place + 1) % DRAWS;
        let mut parts = [0; PARTS];
        parts[PARTS - 1] = increments[place];
        parts[0] = 1_000_000;
        histogram.record(parts);
    });
}

#[divan::bench]
fn histogram_p99(bencher: Bencher<'_, '_>) {
    let mut histogram = Histogram::<1>::new();
    increments().into_iter().for_each(|value| histogram.record([value]));
    bencher.bench_local(|| histogram.quantile(0.99));
}
