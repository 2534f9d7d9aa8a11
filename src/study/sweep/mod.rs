//! Every point of a grid under every runtime: done in parallel, handed over in order, and what the
//! curves say: where one runtime overtakes another, and where a load stops paying.
//!
//! A point is a study of its own with the same seed, so the same demands meet every point and
//! curves are smooth. [`rows`] is how charts and digests see the points.

mod cells;
pub mod knee;
pub mod lines;
mod ordered;
pub mod overtaking;
pub mod rows;

pub use cells::Cells;
pub use ordered::in_order;
pub use rows::{Row, Rows};
