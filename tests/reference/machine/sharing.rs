//! Processor sharing: all threads of an instance at once, each at the same rate, in exact fractions.

use super::Machine;

/// A multiple of every number of sharers that the tests have, so that shares of a core are whole numbers.
const WHOLE: u128 = 5_342_931_457_063_200;

/// The sharers of an instance.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    /// Each with the service at which it is done.
    sharers: Vec<(u128, usize)>,
    service: u128,
    served_until: u64,
}

impl Machine {
    pub(super) fn join_sharers(&mut self, thread: usize) {
        self.use_lock(thread, 0);
        let instance = self.threads[thread].instance;
        self.serve(instance);
        let work = u128::from(self.threads[thread].left) * WHOLE;
        let this = &mut self.instances[instance].sharing;
        this.sharers.push((this.service + work, thread));
    }

    /// A thread leaves with what is left for it to do; false where it does not share.
    pub(super) fn leave_sharers(&mut self, thread: usize) -> bool {
        let instance = self.threads[thread].instance;
        let shares = |this: &Sharing| this.sharers.iter().position(|&(_, other)| other == thread);
        let Some(place) = shares(&self.instances[instance].sharing) else { return false };
        self.serve(instance);
        let this = &mut self.instances[instance].sharing;
        let (done_at, _) = this.sharers.remove(place);
        let left = done_at.saturating_sub(this.service).div_ceil(WHOLE);
        self.threads[thread].left = left as u64;
        true
    }

    /// Brings the service of all sharers of an instance up to now.
    fn serve(&mut self, instance: usize) {
        let rate = self.rate(instance);
        let this = &mut self.instances[instance].sharing;
        this.service += u128::from(self.now - this.served_until) * rate;
        this.served_until = self.now;
    }

    /// The service of each sharer in a nanosecond.
    fn rate(&self, instance: usize) -> u128 {
        let sharers = self.instances[instance].sharing.sharers.len().max(1) as u128;
        let cores = u128::from(self.host.cores);
        WHOLE * cores.min(sharers) / sharers
    }

    /// When the first of the sharers of an instance is done.
    pub fn end_of_sharer(&self, instance: usize) -> Option<u64> {
        let this = &self.instances[instance].sharing;
        let &(first, _) = this.sharers.iter().min()?;
        let ahead = first.saturating_sub(this.service).div_ceil(self.rate(instance));
        Some((this.served_until + ahead as u64).max(self.now))
    }

    /// Those of the sharers that are done, by number.
    pub fn finish_sharers(&mut self, instance: usize) -> Vec<usize> {
        self.serve(instance);
        let this = &mut self.instances[instance].sharing;
        let service = this.service;
        let done = this.sharers.extract_if(.., |&mut (tag, _)| tag <= service);
        let mut done: Vec<usize> = done.map(|(_, thread)| thread).collect();
        done.sort_unstable();
        done.iter().for_each(|&thread| self.threads[thread].left = 0);
        done
    }
}
