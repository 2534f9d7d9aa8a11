//! Replications computed ahead: the same figures as [`super::world`] gives, with fewer events.
//!
//! Where nothing can interrupt a burst (first come, first served cores that run to completion,
//! loops with a core each, workers that never wait for one) the instants at which it begins and
//! ends are known when it is asked for. Then only arrivals at something shared need be events: a
//! request of three bursts and three waits is three events instead of six, one that never waits
//! for a core is a single one, and a request with branches one for each of their turns. The rules
//! are those of the event-driven engine, ties included, and tests hold the two against each other to
//! the last bit; [`Lane::of`] says which models qualify.
//!
//! What is computed ahead may reach beyond the window. A task knows where its latest burst begins
//! and ends, so that the accounts are cut at the window's edges exactly.

mod alone;
mod branches;
mod cores;
mod course;
mod lane;
mod legs;
mod looping;
mod loops;
mod run;
mod serve;
mod shared;
mod state;
mod task;

pub use lane::Lane;
pub use legs::{Leg, legs_of};
pub use run::replicate;
pub use state::Event;
