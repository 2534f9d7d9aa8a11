//! What every Rust peer shares: the workloads, one sampler, one tally and the hand-written plant.
//!
//! A peer brings its queue and the way in which it delivers events; what happens at an event is the
//! same code for all, so that the time between two peers is the engine's.

pub mod draw;
pub mod plant;
pub mod tally;
pub mod workload;

pub use draw::Draw;
pub use plant::{Happening, Plant};
pub use tally::Tally;
pub use workload::{Order, Workload};
