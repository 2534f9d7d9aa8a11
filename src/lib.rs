//! What would another execution model buy me?
//!
//! A request is CPU bursts and I/O waits. `iowait` runs the same random requests under sync
//! workers, a thread pool and an event loop in virtual time and holds the gain against the promise
//! that everyone quotes, `1 + T_io/T_cpu`.
//!
//! # The map
//!
//! A module imports only from those above it in this list; a test reads the `use crate::` lines
//! against it.
//!
//! | layer | what it is |
//! | --- | --- |
//! | [`units`] | virtual time, rates, sizes |
//! | [`input`] | text to typed values: the value grammar, distributions, mistakes with a caret; load tests, logs, traces |
//! | [`engine`] | virtual time: the event queue and addressed random streams; knows no requests |
//! | [`stats`] | histogram, interval, warm-up |
//! | [`theory`] | the formula, bounds, exact queueing models; knows no schedulers |
//! | [`model`] | what the file describes |
//! | [`simulation`] | one replication of one runtime |
//! | [`study`] | many replications: pairs, compares, explains |
//! | [`report`] | results as text, JSON, CSV, Markdown and charts |
//! | [`cli`] | a command a file |
//!
//! # One request's way
//!
//! [`model::load`] says when, [`model::request`] says what (from the seed and its number alone);
//! the runtime admits it; the host gives a core; a resource gives a slot; the wait runs; the
//! runtime resumes it; [`simulation`] closes its time account; [`stats`] fold it; [`study`] pairs
//! it with the baseline and with [`theory`]; [`report`] shows it.

pub mod cli;
pub mod engine;
pub mod input;
pub mod model;
pub mod report;
pub mod simulation;
pub mod stats;
pub mod study;
pub mod theory;
pub mod units;
