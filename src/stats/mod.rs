//! What numbers say: histogram, mean and spread, interval, warm-up.

pub mod interval;
pub mod moments;
pub mod root;
pub mod student;
pub mod warmup;
