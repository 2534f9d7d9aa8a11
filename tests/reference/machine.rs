//! Cores, threads and interpreter locks, in the plainest way that can be thought of.

use std::collections::VecDeque;

use iowait::engine::Stream;
use iowait::model::runtime::GilOrder;
use iowait::model::{Host, Scheduling};

/// A multiple of every number of sharers that the tests have, so that shares of a core are whole numbers.
const WHOLE: u128 = 5_342_931_457_063_200;

/// An OS thread.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    /// The loop that it is, or that it executes for.
    pub of_loop: Option<usize>,
    /// It runs a loop, not what a loop has offloaded.
    pub is_loop: bool,
    /// Its process.
    pub process: usize,
    /// The lock of its process.
    pub lock: Option<usize>,
    /// What it serves.
    pub task: Option<usize>,
    /// CPU that is due with the next burst of its task.
    pub pending: u64,
    /// What is left of its burst.
    pub left: u64,
    /// Its burst is a poll.
    pub polls: bool,
    /// The core it is on.
    pub core: Option<usize>,
}

/// A core of the host.
#[derive(Clone, Debug, Default)]
pub struct Core {
    pub thread: Option<usize>,
    last: Option<usize>,
    idle_since: Option<u64>,
    /// When its burst began, after which a switch comes first.
    began: u64,
    switch: u64,
    slice_end: u64,
    /// A burst runs.
    pub runs: bool,
}

/// An interpreter lock.
#[derive(Clone, Debug)]
pub struct Lock {
    pub holder: Option<usize>,
    pub waiters: VecDeque<(usize, u64)>,
    pub handed: u64,
    pub interval: u64,
    pub cost: u64,
    pub order: GilOrder,
    pub draws: Stream,
    /// The holder lets go as soon as it gets a core.
    pub must_go: bool,
}

/// A burst that began on a core: when, where, on which thread.
pub type Begin = (u64, usize, usize);

/// The host.
#[derive(Clone, Debug)]
pub struct Machine {
    pub host: Host,
    pub threads: Vec<Thread>,
    pub cores: Vec<Core>,
    pub locks: Vec<Lock>,
    pub run_queue: VecDeque<usize>,
    /// Somebody waited for a core when the last instant was over.
    waited: bool,
    /// Threads on a host that shares its cores evenly, with the service at which each is done.
    sharers: Vec<(u128, usize)>,
    service: u128,
    served_until: u64,
    /// Threads that may go on without a burst.
    pub resumable: Vec<usize>,
    pub begins: Vec<Begin>,
    pub now: u64,
}

impl Machine {
    pub fn new(host: Host) -> Self {
        let core = Core { idle_since: Some(0), ..Core::default() };
        Self {
            cores: vec![core; host.cores as usize],
            host,
            threads: vec![],
            locks: vec![],
            run_queue: VecDeque::new(),
            waited: false,
            sharers: vec![],
            service: 0,
            served_until: 0,
            resumable: vec![],
            begins: vec![],
            now: 0,
        }
    }

    /// A thread computes for so long; true where there is nothing to compute.
    pub fn burst(&mut self, thread: usize, nanos: u64, locked: bool) -> bool {
        if nanos == 0 {
            return true;
        }
        self.threads[thread].left = nanos;
        if !locked {
            self.unlock(thread);
            self.ask_for_core(thread);
        } else if self.lock(thread) {
            self.ask_for_core(thread);
        }
        false
    }

    /// Takes the lock or waits for it.
    pub fn lock(&mut self, thread: usize) -> bool {
        let Some(id) = self.threads[thread].lock else { return true };
        let lock = &mut self.locks[id];
        if lock.holder == Some(thread) {
            return true;
        }
        if lock.holder.is_none() {
            lock.holder = Some(thread);
            lock.handed = self.now;
            return true;
        }
        lock.waiters.push_back((thread, self.now));
        false
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
        lock.handed = self.now + cost;
        self.threads[next].left += cost;
        self.ask_for_core(next);
    }

    /// When the first waiter of a lock may ask its holder to go.
    pub fn lock_deadline(&self, id: usize) -> Option<u64> {
        let lock = &self.locks[id];
        let &(_, since) = lock.waiters.front()?;
        (!lock.must_go).then(|| (since.max(lock.handed) + lock.interval).max(self.now))
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

    fn force(&mut self, id: usize) {
        let holder = self.locks[id].holder.expect("it is forced to go");
        let cost = self.locks[id].cost;
        self.hand_over(id, cost);
        self.locks[id].waiters.push_back((holder, self.now));
    }

    fn ask_for_core(&mut self, thread: usize) {
        if self.threads[thread].left == 0 {
            self.resumable.push(thread);
        } else if self.host.scheduling == Scheduling::ProcessorSharing {
            self.serve();
            let work = u128::from(self.threads[thread].left) * WHOLE;
            self.sharers.push((self.service + work, thread));
        } else if let Some(core) = self.threads[thread].core
            && self.may_stay(core)
        {
            self.begin(core);
        } else {
            self.leave(thread);
            self.run_queue.push_back(thread);
        }
    }

    fn may_stay(&self, core: usize) -> bool {
        self.host.scheduling == Scheduling::Fifo
            || self.now < self.cores[core].slice_end
            || self.run_queue.is_empty()
    }

    fn begin(&mut self, core: usize) {
        let this = &mut self.cores[core];
        this.runs = true;
        this.began = self.now;
        self.begins.push((self.now, core, this.thread.expect("a burst has a thread")));
    }

    /// A thread leaves its core; what it has done is done.
    fn leave(&mut self, thread: usize) {
        let Some(core) = self.threads[thread].core.take() else { return };
        let this = &mut self.cores[core];
        this.thread = None;
        if this.runs {
            let worked = (self.now - this.began).saturating_sub(this.switch);
            self.threads[thread].left -= worked;
            this.runs = false;
        }
    }

    /// Takes a thread off whatever serves it; false where nothing does.
    pub fn interrupt(&mut self, thread: usize) -> bool {
        if self.host.scheduling == Scheduling::ProcessorSharing {
            let Some(place) = self.sharers.iter().position(|&(_, other)| other == thread) else {
                return false;
            };
            self.serve();
            let (done_at, _) = self.sharers.remove(place);
            let left = done_at.saturating_sub(self.service).div_ceil(WHOLE);
            self.threads[thread].left = left as u64;
            return true;
        }
        let runs = self.threads[thread].core.is_some_and(|core| self.cores[core].runs);
        if runs {
            self.leave(thread);
        }
        runs
    }

    /// Brings the service of all sharers up to now.
    fn serve(&mut self) {
        let elapsed = u128::from(self.now - self.served_until);
        self.served_until = self.now;
        self.service += elapsed * self.rate();
    }

    /// The service of each sharer in a nanosecond.
    fn rate(&self) -> u128 {
        let (cores, sharers) = (self.cores.len() as u128, self.sharers.len().max(1) as u128);
        WHOLE * cores.min(sharers) / sharers
    }

    /// When the burst on a core ends.
    pub fn end_of(&self, core: usize) -> Option<u64> {
        let this = &self.cores[core];
        let thread = this.thread.filter(|_| this.runs)?;
        Some(this.began + this.switch + self.threads[thread].left)
    }

    /// When the slice of a core ends, where somebody waits for it.
    pub fn slice_end_of(&self, core: usize) -> Option<u64> {
        let this = &self.cores[core];
        let sliced = self.host.scheduling == Scheduling::RoundRobin
            && this.runs
            && self.waited
            && !self.run_queue.is_empty();
        sliced.then(|| this.slice_end.max(self.now))
    }

    /// When the first of the sharers is done.
    pub fn end_of_sharer(&self) -> Option<u64> {
        let &(first, _) = self.sharers.iter().min()?;
        let ahead = first.saturating_sub(self.service).div_ceil(self.rate());
        Some((self.served_until + ahead as u64).max(self.now))
    }

    /// The burst on a core is over.
    pub fn finish_burst(&mut self, core: usize) -> usize {
        let this = &mut self.cores[core];
        this.runs = false;
        this.switch = 0;
        let thread = this.thread.expect("a burst has a thread");
        self.threads[thread].left = 0;
        thread
    }

    /// Those of the sharers that are done, by number.
    pub fn finish_sharers(&mut self) -> Vec<usize> {
        self.serve();
        let service = self.service;
        let done = self.sharers.extract_if(.., |&mut (tag, _)| tag <= service);
        let mut done: Vec<usize> = done.map(|(_, thread)| thread).collect();
        done.sort_unstable();
        done.iter().for_each(|&thread| self.threads[thread].left = 0);
        done
    }

    /// A slice is over: the thread goes behind those that wait.
    pub fn preempt(&mut self, core: usize) {
        let thread = self.cores[core].thread.expect("a slice has a thread");
        self.leave(thread);
        self.run_queue.push_back(thread);
    }

    /// Cores without a burst are idle.
    pub fn release_cores(&mut self) {
        for core in 0..self.cores.len() {
            let this = &mut self.cores[core];
            if !this.runs && this.idle_since.is_none() {
                this.idle_since = Some(self.now);
                if let Some(thread) = this.thread.take() {
                    self.threads[thread].core = None;
                }
            }
        }
    }

    /// Idle cores take waiting threads, the longest idle core first; answers how many.
    pub fn dispatch(&mut self) -> usize {
        let mut taken = 0;
        while !self.run_queue.is_empty() {
            let idle = (0..self.cores.len()).filter(|&core| self.cores[core].idle_since.is_some());
            let Some(core) = idle.min_by_key(|&core| (self.cores[core].idle_since, core)) else {
                break;
            };
            let thread = self.run_queue.pop_front().expect("looked above");
            taken += 1;
            if let Some(id) = self.threads[thread].lock {
                let lock = &self.locks[id];
                if lock.holder == Some(thread) && lock.must_go && !lock.waiters.is_empty() {
                    self.force(id);
                    continue;
                }
            }
            let this = &mut self.cores[core];
            let switches = this.last.is_some_and(|last| last != thread);
            this.switch = if switches { self.host.context_switch.0 } else { 0 };
            this.thread = Some(thread);
            this.last = Some(thread);
            this.idle_since = None;
            this.slice_end = self.now + this.switch + self.host.timeslice.0;
            self.threads[thread].core = Some(core);
            self.begin(core);
        }
        self.waited = !self.run_queue.is_empty();
        taken
    }
}
