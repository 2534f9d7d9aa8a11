//! What must always hold, looked at in every build with debug assertions and so in every test.

use crate::engine::slab::NONE;
use crate::model::{RuntimeKind, Scheduling};

use super::dispatch::Dispatcher;
use super::event_loop::Loop;
use super::replication::{Replication, Stop};
use super::setup::Setup;
use super::stealing::Stealer;
use super::world::World;

impl World<'_> {
    /// Every slot that is taken has a holder; where nobody is left, nothing is held and nobody waits.
    pub(super) fn debug_assert_nothing_leaked(&self, stop: &Stop) {
        if !cfg!(debug_assertions) {
            return;
        }
        let taken: u64 = self.pools.iter().map(|pool| pool.taken.value()).sum();
        assert_eq!(taken, self.held.len() as u64, "every slot that is taken has a holder");
        for pool in &self.pools {
            let live = |&(strand, stamp): &(u32, u32)| self.strands[strand].stamp == stamp;
            assert_eq!(pool.waiting(), pool.waiters().filter(live).count() as u64, "all who wait");
            assert!(pool.waiting() == 0 || pool.is_full(), "no slot is free while somebody waits");
        }
        if *stop == Stop::Drained {
            assert_eq!(taken, 0, "no slot is left taken");
            assert!(self.strands.is_empty(), "no strand outlives its request");
            assert!(self.rounds.is_empty(), "no round outlives its strand");
            assert!(self.branches.is_empty(), "no account of branches outlives its request");
            self.debug_assert_at_rest();
        }
    }

    /// Nothing is left to happen: nobody has anything to do, nothing waits, nothing runs.
    fn debug_assert_at_rest(&self) {
        for instance in &self.instances {
            assert!(instance.backlog.is_empty(), "nobody waits to be taken");
            assert_eq!(instance.in_server, 0, "nobody is left at an instance");
            assert!(instance.cpu.run_queue.is_empty(), "nobody waits for a core");
            assert!(instance.sharing.is_at_rest(), "nobody shares the cores");
            assert!(instance.executors.is_empty(), "no executor has anything to do");
            assert!(instance.fleet.is_at_rest(), "every serverless instance is idle or gone");
            assert!(instance.stealing.is_at_rest(), "no worker has anything left to steal");
        }
        for thread in &self.threads {
            assert!(thread.strand == NONE && !thread.queued, "no thread serves anybody");
            assert_eq!(thread.left() + thread.pending_overhead, 0, "no thread has a burst left");
        }
        assert!(self.cores.iter().all(|core| !core.is_bursting()), "no core runs anything");
        assert!(self.loops.iter().all(Loop::is_at_rest), "every loop is idle, with no task left");
        assert!(self.stealers.iter().all(Stealer::is_at_rest), "every worker that steals is idle");
        assert!(self.dispatchers.iter().all(Dispatcher::is_at_rest), "nothing is handed over");
        for gil in &self.gils {
            assert!(gil.holder == NONE && gil.waiters.is_empty(), "nobody has or wants a lock");
        }
    }

    /// A request that is taken from the backlog of an instance is older than the one that comes next.
    pub(super) fn debug_assert_next(&self, instance: u32, request: u32) {
        let next = self.instances[instance as usize].backlog.front().copied();
        self.debug_assert_oldest(request, next);
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
        self.debug_assert_widths(setup);
        if self.stop == Stop::Drained {
            assert_eq!(self.in_server[1], 0, "nobody is left at the server");
            assert_eq!(counts.in_flight, 0, "nobody is left in flight");
        }
    }

    /// No more workers, loops, tasks, threads and instances are busy than there are, and nobody is taken who
    /// never came.
    fn debug_assert_widths(&self, setup: &Setup) {
        let instances = u64::from(setup.runtime.instances);
        let width = instances * setup.runtime.kind.width();
        let window = u128::from(self.window.0);
        let (loops, tasks) = match &setup.runtime.kind {
            RuntimeKind::EventLoop(kind) => {
                (width, kind.max_tasks.map_or(u64::MAX, |most| most.saturating_mul(width)))
            }
            _ => (0, u64::MAX),
        };
        let workers = if loops > 0 { 0 } else { width };
        for (level, most, what) in [
            (&self.busy_workers, workers, "workers"),
            (&self.busy_loops, loops, "loops"),
            (&self.tasks, tasks, "tasks"),
            (&self.live_threads, workers, "threads or instances"),
        ] {
            assert!(level.peak <= most, "no more {what} are busy than there are");
            assert!(level.area <= u128::from(most) * window, "nor for longer");
        }
        let admitted = self.counts.issued - self.counts.refused;
        assert!(self.taken <= self.in_server[0] + admitted, "who is taken has come");
        assert!(self.in_server[1] <= self.in_server[0] + admitted, "who is there has come");
        assert!(self.cold_starts <= self.in_server[0] + admitted, "somebody started each");
    }
}
