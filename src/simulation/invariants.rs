//! What must always hold, looked at in every build with debug assertions and so in every test.

use crate::model::Scheduling;

use super::replication::{Replication, Stop};
use super::setup::Setup;
use super::world::World;

impl World<'_> {
    /// Every slot that is taken has a holder; where nobody is left, nothing is held and nobody waits.
    pub(super) fn debug_assert_nothing_leaked(&self, stop: &Stop) {
        if !cfg!(debug_assertions) {
            return;
        }
        let taken: u64 = self.pools.iter().map(|pool| pool.taken.value()).sum();
        assert_eq!(taken, self.held.len() as u64, "every slot that is taken has a holder");
        if *stop == Stop::Drained {
            assert_eq!(taken, 0, "no slot is left taken");
            assert!(self.strands.is_empty(), "no strand outlives its request");
            assert!(self.rounds.is_empty(), "no round outlives its strand");
            assert!(self.branches.is_empty(), "no account of branches outlives its request");
            let waiters = self.gils.iter().map(|gil| gil.waiters.len()).sum::<usize>();
            assert_eq!(waiters, 0, "nobody waits for a lock");
        }
    }

    /// A request that is taken is older than those that still wait with it.
    pub(super) fn debug_assert_oldest(&self, request: u32, next: Option<u32>) {
        debug_assert!(
            next.is_none_or(|next| self.requests[request].number < self.requests[next].number),
            "first come, first served"
        );
    }
}

impl Replication {
    /// The laws that hold on every window of every runtime, exactly.
    pub(super) fn debug_assert_lawful(&self, setup: &Setup) {
        if !cfg!(debug_assertions) {
            return;
        }
        let counts = &self.counts;
        let (came, went) = (counts.in_flight_at_start + counts.issued, counts.ended());
        assert_eq!(came, went + counts.in_flight, "requests are conserved: {counts:?}");
        assert_eq!(self.in_flight.area, self.stayed, "Little's law with its boundary terms");
        assert_eq!(counts.completed, self.response.count(), "every answer is counted once");
        // What a sharer of cores had before the window opened is known to the nanosecond below.
        let sharing = setup.host.scheduling == Scheduling::ProcessorSharing;
        let rounded = if sharing { u128::from(came) } else { 0 };
        assert!(self.cpu_useful <= self.cpu_busy + rounded, "useful work is work");
        let cores = u128::from(setup.cores()) * u128::from(setup.runtime.instances);
        assert!(
            self.cpu_busy <= cores * u128::from(self.window.0),
            "no core does two things at once"
        );
        for (level, slots) in &self.resources {
            assert!(level.peak <= *slots, "no more slots are taken than there are");
            assert!(level.area <= u128::from(*slots) * u128::from(self.window.0));
        }
        if self.stop == Stop::Drained {
            assert_eq!(self.in_server[1], 0, "nobody is left at the server");
            assert_eq!(counts.in_flight, 0, "nobody is left in flight");
        }
    }
}
