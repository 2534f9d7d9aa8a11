//! Histogram, time integral, moments, interval, control variates, warm-up.

pub mod control;
pub mod histogram;
pub mod integral;
pub mod interval;
pub mod moments;
pub mod root;
pub mod student;
pub mod warmup;

pub use histogram::Histogram;
pub use integral::TimeIntegral;
pub use moments::Moments;
pub use warmup::BatchMeans;
