//! Cores and threads of all instances, in the plainest way that can be thought of.

mod fair;
mod locks;
mod sharing;

use std::collections::VecDeque;

use iowait::model::{Host, Scheduling};
use iowait::units::Span;

pub use fair::Entity;
pub use locks::Lock;
use sharing::Sharing;

/// What a thread is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Job {
    /// Serves one request after the other in place.
    #[default]
    Worker,
    /// Runs that loop.
    Loop(usize),
    /// Runs what that loop offloads.
    Executor(usize),
    /// Runs tasks in turns, and those of others.
    Stealer(usize),
    /// Hands requests over to the threads of that process.
    Main(usize),
}

/// What a thread does once it has what it waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Then {
    /// Goes on with its task.
    #[default]
    GoOn,
    /// Takes what is ready: its burst was a poll.
    TakeAll,
    /// Hands over what came in.
    HandOver,
    /// Looks for a request in the queue of its process; woken by another, or after a request.
    Look { woken: bool },
}

/// An OS thread.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    pub instance: usize,
    pub job: Job,
    /// Its process, of all those of all instances.
    pub process: usize,
    /// The lock of its process.
    pub lock: Option<usize>,
    /// What it serves.
    pub task: Option<usize>,
    /// CPU that is due with the next burst of its task.
    pub pending: u64,
    /// What is left of its burst.
    pub left: u64,
    pub then: Then,
    /// The core it is on.
    pub core: Option<usize>,
    /// The only core that it ever runs on.
    pub own_core: Option<usize>,
    pub fair: Entity,
}

/// A core.
#[derive(Clone, Debug, Default)]
pub struct Core {
    pub thread: Option<usize>,
    last: Option<usize>,
    pub idle_since: Option<u64>,
    /// When its burst began, after which a switch comes first.
    began: u64,
    /// When deadline scheduling last looked at what its thread has had.
    looked_at: u64,
    switch: u64,
    slice_end: u64,
    /// A burst runs.
    pub runs: bool,
}

/// The cores of one instance, and who wants them.
#[derive(Clone, Debug, Default)]
pub struct Instance {
    pub run_queue: VecDeque<usize>,
    /// Somebody waited for a core when the last instant was over.
    waited: bool,
    sharing: Sharing,
    /// A thread woke since the cores were looked at.
    woken: bool,
    /// The last mean of the virtual times, for when nobody is left.
    mean: i128,
}

/// A burst that began on a core: when, where, on which thread.
pub type Begin = (u64, usize, usize);

/// All instances of the host.
#[derive(Clone, Debug)]
pub struct Machine {
    pub host: Host,
    /// CPU lost at most on a core that idled, and how fast.
    pub cold: (Span, Span),
    pub threads: Vec<Thread>,
    pub cores: Vec<Core>,
    pub locks: Vec<Lock>,
    pub instances: Vec<Instance>,
    /// Threads that may go on without a burst.
    pub resumable: Vec<usize>,
    pub begins: Vec<Begin>,
    pub now: u64,
}

impl Machine {
    pub fn new(host: Host, instances: usize, cold: (Span, Span)) -> Self {
        let core = Core { idle_since: Some(0), ..Core::default() };
        Self {
            cores: vec![core; host.cores as usize * instances],
            host,
            cold,
            threads: vec![],
            locks: vec![],
            instances: vec![Instance::default(); instances],
            resumable: vec![],
            begins: vec![],
            now: 0,
        }
    }

    /// The cores of an instance.
    pub fn cores_of(&self, instance: usize) -> std::ops::Range<usize> {
        let each = self.host.cores as usize;
        instance * each..(instance + 1) * each
    }

    fn queue_of(&mut self, thread: usize) -> &mut VecDeque<usize> {
        &mut self.instances[self.threads[thread].instance].run_queue
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

    pub fn ask_for_core(&mut self, thread: usize) {
        if self.threads[thread].left == 0 {
            return self.resumable.push(thread);
        }
        let sharing = self.host.scheduling == Scheduling::ProcessorSharing;
        let stays = self.threads[thread].core.filter(|&core| self.may_stay(core));
        if let Some(id) = self.threads[thread].lock.filter(|_| sharing || stays.is_some())
            && self.locks[id].forces(thread)
        {
            self.force(id);
        } else if sharing {
            self.join_sharers(thread);
        } else if let Some(core) = stays {
            self.begin(core);
        } else {
            self.leave(thread);
            self.wake(thread);
            self.queue_of(thread).push_back(thread);
        }
    }

    fn may_stay(&self, core: usize) -> bool {
        let instance = core / self.host.cores as usize;
        self.host.scheduling == Scheduling::Fifo
            || self.now < self.cores[core].slice_end
            || self.instances[instance].run_queue.is_empty()
    }

    fn begin(&mut self, core: usize) {
        let this = &mut self.cores[core];
        this.runs = true;
        (this.began, this.looked_at) = (self.now, self.now);
        let (thread, switch) = (this.thread.expect("a burst has a thread"), this.switch);
        self.begins.push((self.now, core, thread));
        self.use_lock(thread, switch);
    }

    /// A thread leaves its core; what it has done is done.
    fn leave(&mut self, thread: usize) {
        let Some(core) = self.threads[thread].core else { return };
        self.account(core);
        self.threads[thread].core = None;
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
            return self.leave_sharers(thread);
        }
        let runs = self.threads[thread].core.is_some_and(|core| self.cores[core].runs);
        if runs {
            self.leave(thread);
            self.sleep(thread);
        }
        runs
    }

    /// A thread stops for good where it stands: on a core, or waiting for one or for the lock.
    pub fn stop(&mut self, thread: usize) {
        if !self.interrupt(thread) {
            let waits = self.queue_of(thread).contains(&thread);
            if waits {
                let around = &mut self.instances[self.threads[thread].instance];
                around.run_queue.retain(|&other| other != thread);
                around.waited &= !around.run_queue.is_empty();
                self.sleep(thread);
            }
            if let Some(id) = self.threads[thread].lock {
                self.locks[id].forget(thread);
            }
        }
        self.threads[thread].left = 0;
        self.threads[thread].pending = 0;
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
        let around = &self.instances[core / self.host.cores as usize];
        let sliced = matches!(self.host.scheduling, Scheduling::RoundRobin | Scheduling::Eevdf)
            && this.runs
            && around.waited
            && !around.run_queue.is_empty();
        sliced.then(|| this.slice_end.max(self.now))
    }

    /// The burst on a core is over.
    pub fn finish_burst(&mut self, core: usize) -> usize {
        self.account(core);
        let this = &mut self.cores[core];
        this.runs = false;
        this.switch = 0;
        let thread = this.thread.expect("a burst has a thread");
        self.threads[thread].left = 0;
        thread
    }

    /// A slice is over: the thread goes behind those that wait.
    pub fn preempt(&mut self, core: usize) {
        let thread = self.cores[core].thread.expect("a slice has a thread");
        self.leave(thread);
        self.queue_of(thread).push_back(thread);
    }

    /// Cores without a burst are idle.
    pub fn release_cores(&mut self, instance: usize) {
        for core in self.cores_of(instance) {
            let this = &mut self.cores[core];
            if !this.runs && this.idle_since.is_none() {
                this.idle_since = Some(self.now);
                if let Some(thread) = this.thread.take() {
                    self.threads[thread].core = None;
                    self.sleep(thread);
                }
            }
        }
    }

    /// Idle cores take waiting threads, the longest idle core first; answers how many changed hands.
    pub fn dispatch(&mut self, instance: usize) -> usize {
        let mut taken = 0;
        while let Some(place) = self.next_in_queue(instance) {
            let thread = self.instances[instance].run_queue[place];
            let idle = self.cores_of(instance).filter(|&core| {
                self.cores[core].idle_since.is_some()
                    && self.threads[thread].own_core.is_none_or(|own| own == core)
            });
            let Some(core) = idle.min_by_key(|&core| (self.cores[core].idle_since, core)) else {
                break;
            };
            self.look(instance);
            self.instances[instance].run_queue.remove(place);
            taken += 1;
            if let Some(id) = self.threads[thread].lock
                && self.locks[id].forces(thread)
            {
                self.sleep(thread);
                self.force(id);
                continue;
            }
            self.occupy(core, thread);
        }
        taken += self.wakers_preempt(instance);
        self.instances[instance].waited = !self.instances[instance].run_queue.is_empty();
        taken
    }

    fn occupy(&mut self, core: usize, thread: usize) {
        let idle = self.now - self.cores[core].idle_since.expect("only an idle core is taken");
        let cold = self.cold_cost(idle);
        let this = &mut self.cores[core];
        let switches = this.last.is_some_and(|last| last != thread);
        this.switch = if switches { self.host.context_switch.0 } else { 0 } + cold;
        this.thread = Some(thread);
        this.last = Some(thread);
        this.idle_since = None;
        this.slice_end = self.now + this.switch + self.host.timeslice.0;
        self.threads[thread].core = Some(core);
        if self.host.scheduling == Scheduling::Eevdf {
            let switch = self.cores[core].switch;
            self.cores[core].slice_end = self.end_of_fair_slice(thread, switch);
        }
        self.begin(core);
    }

    /// CPU lost because code and data went cold on a core that idled for so long.
    fn cold_cost(&self, idle: u64) -> u64 {
        let (most, after) = self.cold;
        if most.is_zero() || idle == 0 {
            return 0;
        }
        let kept = -(idle as f64) / after.0 as f64;
        Span::from_nanos_f64(most.0 as f64 * -libm::expm1(kept)).0
    }
}
