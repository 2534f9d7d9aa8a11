//! What every Rust peer measures: a histogram of response times, and means at the CPU.

use serde::{Deserialize, Serialize};

use crate::{Order, Workload};

/// Equal buckets of an octave, as a power of two.
const BITS: u32 = 7;

/// Counts and sums since the warm-up, which is the first twentieth of the requests.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tally {
    workload: Workload,
    requests: u64,
    warmup: u64,
    completed: u64,
    opened: u64,
    closed: u64,
    responses: Vec<u64>,
    visits: u64,
    residence: u64,
    waited: u64,
}

impl Tally {
    /// Nothing yet.
    #[must_use]
    pub fn new(order: Order) -> Self {
        Self {
            workload: order.workload,
            requests: order.requests,
            warmup: order.requests / 20,
            completed: 0,
            opened: 0,
            closed: 0,
            responses: vec![0; 64 << BITS],
            visits: 0,
            residence: 0,
            waited: 0,
        }
    }

    /// Whether as many requests are complete as were ordered.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.completed >= self.requests
    }

    /// A request that arrived at `arrived` is complete.
    pub fn complete(&mut self, now: u64, arrived: u64) {
        self.completed += 1;
        self.closed = now;
        self.responses[bucket(now - arrived)] += 1;
        if self.completed == self.warmup {
            self.opened = now;
            self.responses.fill(0);
            (self.visits, self.residence, self.waited) = (0, 0, 0);
        }
    }

    /// A burst that came at `since` and began at `begun` is over.
    pub const fn burst(&mut self, now: u64, since: u64, begun: u64) {
        self.visits += 1;
        self.residence += now - since;
        self.waited += begun - since;
    }

    /// One line of JSON. The response time of a closed workload is that of Little's law, which a
    /// finite run does not bias.
    #[must_use]
    pub fn report(&self) -> String {
        let counted = self.completed - self.warmup;
        let clients = f64::from(self.workload.clients());
        let span = (self.closed - self.opened) as f64 / 1e6;
        let visits = self.visits as f64 * 1e6;
        let mean = match self.workload {
            Workload::W2 => self.waited as f64 / visits,
            _ => clients * span / counted as f64,
        };
        let cpu = self.residence as f64 / visits;
        let p99 = self.quantile(0.99);
        let completed = self.completed;
        format!(
            r#"{{"requests": {completed}, "mean_ms": {mean}, "cpu_ms": {cpu}, "p99_ms": {p99}}}"#
        )
    }

    fn quantile(&self, p: f64) -> f64 {
        let all: u64 = self.responses.iter().sum();
        let rank = (all as f64 * p).ceil() as u64;
        let mut seen = 0;
        let found = self.responses.iter().position(|&count| {
            seen += count;
            seen >= rank
        });
        let bucket = found.unwrap_or(0);
        let (octave, place) = (bucket >> BITS, bucket & ((1 << BITS) - 1));
        let low = if octave == 0 { place } else { (place + (1 << BITS)) << (octave - 1) };
        low as f64 / 1e6
    }
}

/// The log-linear bucket of a time.
const fn bucket(time: u64) -> usize {
    let octave = (64 - time.leading_zeros()).saturating_sub(BITS);
    if octave == 0 {
        return time as usize;
    }
    let place = (time >> (octave - 1)) as usize - (1 << BITS);
    ((octave as usize) << BITS) + place
}
