//! The sampler that all Rust peers share.

use rand::SeedableRng;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

/// Exponential times by the ziggurat, from one xoshiro256++.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Draw(Xoshiro256PlusPlus);

impl Draw {
    /// The stream of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// An exponential time with this mean, in whole nanoseconds.
    pub fn exp(&mut self, mean: f64) -> u64 {
        let one: f64 = Exp1.sample(&mut self.0);
        (one * mean) as u64
    }
}
