//! Histogram, time integral, interval, warm-up.

pub mod histogram;
pub mod integral;

pub use histogram::Histogram;
pub use integral::TimeIntegral;
