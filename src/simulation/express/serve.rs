//! What each lane does in its own way.

use crate::units::Time;

use super::super::replication::Replication;
use super::state::State;

/// How requests are served: what is a lane's own.
pub trait Serve {
    /// A request was issued; it is last in the backlog.
    fn issued(&mut self, _state: &mut State<'_>, _task: u32) {}

    /// Takes requests of the backlog, the oldest first, as far as there is somebody to take them.
    fn take_waiting(&mut self, state: &mut State<'_>);

    /// A task goes on: what it was to do has come to pass.
    fn step(&mut self, state: &mut State<'_>, task: u32);

    /// Core time after `edge` that is in the accounts already, in all and of the requests' own.
    fn beyond(&mut self, state: &mut State<'_>, edge: Time) -> [u64; 2];

    /// Counts what has come to pass at the end of what tasks in flight were to do.
    fn count_under_way(&mut self, state: &mut State<'_>);

    /// Corrects what is known otherwise than by the accounts of the state.
    fn amend(&self, _found: &mut Replication) {}
}
