//! The four workloads, and what the command line orders.

use serde::{Deserialize, Serialize};

/// A millisecond in nanoseconds.
const MS: f64 = 1e6;

/// One of the four workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Workload {
    /// Closed: 100 clients, three times CPU exp(1 ms) on one FIFO core and I/O exp(20 ms).
    W1,
    /// Open: M/M/8 at 80 %, exp(1 ms) service.
    W2,
    /// Closed: 100 000 clients, CPU exp(0.05 ms) on one core and I/O exp(10 s), all in I/O at first.
    W3,
    /// Closed: 100 clients, CPU exp(1 ms), five branches of I/O exp(20 ms) and CPU exp(0.1 ms), joined.
    W4,
}

impl Workload {
    /// Clients of a closed workload; 0 for the open one.
    #[must_use]
    pub const fn clients(self) -> u32 {
        match self {
            Self::W1 | Self::W4 => 100,
            Self::W2 => 0,
            Self::W3 => 100_000,
        }
    }

    /// Cores that bursts queue for, first come, first served.
    #[must_use]
    pub const fn cores(self) -> u32 {
        if matches!(self, Self::W2) { 8 } else { 1 }
    }

    /// Times that a request alternates between CPU and I/O.
    #[must_use]
    pub const fn rounds(self) -> u8 {
        if matches!(self, Self::W1) { 3 } else { 1 }
    }

    /// Mean of a burst, in nanoseconds.
    #[must_use]
    pub const fn burst(self) -> f64 {
        if matches!(self, Self::W3) { 0.05 * MS } else { MS }
    }

    /// Mean of a wait, in nanoseconds.
    #[must_use]
    pub const fn wait(self) -> f64 {
        if matches!(self, Self::W3) { 10_000.0 * MS } else { 20.0 * MS }
    }

    /// Mean between two arrivals of the open workload, in nanoseconds.
    pub const GAP: f64 = MS / 6.4;
    /// Branches of a request of W4.
    pub const BRANCHES: u32 = 5;
    /// Mean of a branch's burst, in nanoseconds.
    pub const BRANCH_BURST: f64 = 0.1 * MS;
}

/// What the command line orders: `WORKLOAD REQUESTS SEED`.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// What to simulate.
    pub workload: Workload,
    /// Completions after which the run ends.
    pub requests: u64,
    /// The seed of all its randomness.
    pub seed: u64,
}

impl Order {
    /// Reads the last three arguments, and the one before them where `variants` names any.
    ///
    /// # Errors
    /// A sentence on how to call the program.
    pub fn read(variants: &[&str]) -> Result<(Self, String), String> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let wanted = if variants.is_empty() { String::new() } else { variants.join("|") + " " };
        let usage = || format!("expected {wanted}w1|w2|w3|w4 REQUESTS SEED, found {arguments:?}");
        let (variant, rest) = match arguments.split_first() {
            Some((first, rest)) if variants.contains(&first.as_str()) => (first.clone(), rest),
            Some(_) if variants.is_empty() => (String::new(), arguments.as_slice()),
            _ => return Err(usage()),
        };
        let [workload, requests, seed] = rest else { return Err(usage()) };
        let workload = match workload.as_str() {
            "w1" => Workload::W1,
            "w2" => Workload::W2,
            "w3" => Workload::W3,
            "w4" => Workload::W4,
            _ => return Err(usage()),
        };
        let requests = requests.replace('_', "").parse().map_err(|_| usage())?;
        let seed = seed.parse().map_err(|_| usage())?;
        Ok((Self { workload, requests, seed }, variant))
    }
}
