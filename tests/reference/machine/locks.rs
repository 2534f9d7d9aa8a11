//! Interpreter locks: one for each process, handed over when given up or when a waiter has waited long enough.

use std::collections::VecDeque;

use iowait::engine::Stream;
use iowait::model::runtime::GilOrder;

use super::Machine;

/// An interpreter lock.
#[derive(Clone, Debug)]
pub struct Lock {
    pub holder: Option<usize>,
    pub waiters: VecDeque<(usize, u64)>,
    /// Since when its holder uses it, the cost of the handover apart.
    pub used: Option<u64>,
    /// What the holder pays for it.
    pub price: u64,
    pub interval: u64,
    pub cost: u64,
    pub order: GilOrder,
    pub draws: Stream,
    /// The holder lets go as soon as it gets a core.
    pub must_go: bool,
}

impl Lock {
    /// A free lock.
    pub fn new(interval: u64, cost: u64, order: GilOrder, draws: Stream) -> Self {
        let (holder, waiters) = (None, VecDeque::new());
        Self { holder, waiters, used: None, price: 0, interval, cost, order, draws, must_go: false }
    }

    /// Whether a thread that gets a core has to let go of the lock there.
    pub fn forces(&self, thread: usize) -> bool {
        self.holder == Some(thread) && self.must_go && !self.waiters.is_empty()
    }

    /// A waiter waits no longer.
    pub fn forget(&mut self, thread: usize) {
        self.waiters.retain(|&(other, _)| other != thread);
        self.must_go &= !self.waiters.is_empty();
    }
}

impl Machine {
    /// Takes the lock or waits for it.
    pub fn lock(&mut self, thread: usize) -> bool {
        let Some(id) = self.threads[thread].lock else { return true };
        let lock = &mut self.locks[id];
        if lock.holder == Some(thread) {
            return true;
        }
        if lock.holder.is_none() {
            lock.holder = Some(thread);
            (lock.used, lock.price) = (None, 0);
            return true;
        }
        lock.waiters.push_back((thread, self.now));
        false
    }

    /// A thread runs from now on, or after a switch: nobody asked it for the lock before that.
    pub fn use_lock(&mut self, thread: usize, switch: u64) {
        let Some(id) = self.threads[thread].lock else { return };
        let lock = &mut self.locks[id];
        if lock.holder == Some(thread) && lock.used.is_none() {
            lock.used = Some(self.now + switch + lock.price);
        }
    }

    /// Gives the lock up, where it has it.
    pub fn unlock(&mut self, thread: usize) {
        if let Some(id) = self.threads[thread].lock
            && self.locks[id].holder == Some(thread)
        {
            self.hand_over(id, 0);
        }
    }

    fn hand_over(&mut self, id: usize, cost: u64) {
        let lock = &mut self.locks[id];
        lock.must_go = false;
        lock.holder = None;
        let place = match lock.order {
            GilOrder::Fifo => 0,
            GilOrder::Random => lock.draws.below(lock.waiters.len().max(1) as u64) as usize,
        };
        let Some((next, _)) = lock.waiters.remove(place) else { return };
        lock.holder = Some(next);
        (lock.used, lock.price) = (None, cost);
        self.threads[next].left += cost;
        self.ask_for_core(next);
    }

    /// When the first waiter of a lock may ask its holder to go.
    pub fn lock_deadline(&self, id: usize) -> Option<u64> {
        let lock = &self.locks[id];
        let &(_, since) = lock.waiters.front()?;
        let used = lock.used.filter(|_| !lock.must_go)?;
        Some((since.max(used) + lock.interval).max(self.now))
    }

    /// The first waiter asks the holder to go: at once where it runs.
    pub fn demand_lock(&mut self, id: usize) {
        let holder = self.locks[id].holder.expect("somebody waits for it");
        if self.interrupt(holder) {
            self.force(id);
        } else {
            self.locks[id].must_go = true;
        }
    }

    /// Takes the lock from its holder, who waits for it again.
    pub(super) fn force(&mut self, id: usize) {
        let holder = self.locks[id].holder.expect("it is forced to go");
        let cost = self.locks[id].cost;
        self.hand_over(id, cost);
        self.locks[id].waiters.push_back((holder, self.now));
    }
}
