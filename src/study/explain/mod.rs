//! A study in words: what limits a runtime, whether the comparison is fair, what to beware of.

mod bottleneck;
mod fairness;
mod gap;
mod warnings;

pub use bottleneck::{Evidence, bottleneck};
pub use fairness::notes;
pub use gap::{is_worth_explaining, sentence as gap};
pub use warnings::{beyond_capacity, warnings};

/// The share of its capacity up to which an open load counts as light.
const LIGHT: f64 = 0.9;
