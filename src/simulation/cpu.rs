//! The cores of an instance under FIFO, round-robin and deadline scheduling: one run queue, slices,
//! switches.
//!
//! A thread that goes on without waiting keeps its core while its slice lasts; under FIFO it keeps
//! it from step to step and goes behind the queue with its next request or turn.

use std::collections::VecDeque;

use crate::engine::slab::NONE;
use crate::model::Scheduling;
use crate::units::{Span, Time};

use super::event::{Class, Event, tie, timer_number};
use super::fair::Fair;
use super::idle::IdleOrder;
use super::request::{Flag, Part};
use super::trace::Change;
use super::world::World;

/// One core.
#[derive(Clone, Debug)]
pub struct Core {
    /// The instance it belongs to.
    pub instance: u32,
    /// The thread on it; [`NONE`] where it is idle.
    pub thread: u32,
    /// The last thread that it ran.
    last: u32,
    /// Whether it stands among the idle cores.
    idle: bool,
    /// When it last fell idle.
    idle_since: Time,
    /// Whether a burst is under way; a thread without one is about to go on or to leave.
    bursting: bool,
    /// Up to when its work is in the accounts.
    charged: Time,
    /// What is left of the switch to its thread, in nanoseconds.
    switch_left: u64,
    /// What its thread has had and deadline scheduling does not know yet, in nanoseconds.
    uncounted: u64,
    slice_end: Time,
    slice_timer: bool,
    stamp: u32,
}

impl Core {
    /// An idle core.
    pub const fn new(instance: u32) -> Self {
        Self {
            instance,
            thread: NONE,
            last: NONE,
            idle: true,
            idle_since: Time::ZERO,
            bursting: false,
            charged: Time::ZERO,
            switch_left: 0,
            uncounted: 0,
            slice_end: Time::ZERO,
            slice_timer: false,
            stamp: 0,
        }
    }

    /// Whether the slice of the thread that runs on it is used up.
    pub fn is_used_up(&self, now: Time) -> bool {
        self.bursting && self.slice_end <= now
    }

    /// What the thread on it has had that the mean does not know yet, in nanoseconds; it knows it now.
    pub const fn take_uncounted(&mut self) -> u64 {
        std::mem::replace(&mut self.uncounted, 0)
    }

    /// The slice of the thread on it ends then.
    pub const fn keep_until(&mut self, slice_end: Time) {
        self.slice_end = slice_end;
    }

    /// Whether a burst is under way.
    pub const fn is_bursting(&self) -> bool {
        self.bursting
    }
}

/// The run queue of an instance and the order in which its cores fell idle.
#[derive(Clone, Debug, Default)]
pub struct Cpu {
    /// Ready threads, the first come first.
    pub run_queue: VecDeque<u32>,
    /// Cores without a thread.
    pub idle: IdleOrder,
    /// Cores whose burst ended at this instant and whose thread may go on.
    pub lingering: Vec<u32>,
    /// What deadline scheduling keeps of the threads.
    pub fair: Fair,
    /// Threads waited when the last instant was settled: every core is being watched.
    watched: bool,
}

impl World<'_> {
    /// A thread with work left, and the lock if it needs it, asks for a core.
    pub(super) fn cpu_request(&mut self, thread: u32) {
        let this = &self.threads[thread as usize];
        debug_assert!(!this.queued, "a thread asks once");
        if this.left() == 0 {
            // It waited only for the lock.
            self.resumable.push(thread);
            return;
        }
        let (instance, core) = (this.instance, this.core);
        let gil = this.gil;
        let sharing = self.setup.host.scheduling == Scheduling::ProcessorSharing;
        let runs_now = sharing || core != NONE && self.may_go_on(core);
        if runs_now && self.must_let_go(thread) {
            return self.gil_force(gil);
        }
        if sharing {
            return self.share_enter(thread);
        }
        if core != NONE {
            if runs_now {
                return self.start_burst(core);
            }
            self.leave_core(thread);
        }
        self.set_thread_part(thread, Part::CpuWait);
        self.threads[thread as usize].queued = true;
        if self.is_fair() {
            self.fair_wake(thread);
        }
        self.instances[instance as usize].cpu.run_queue.push_back(thread);
        self.touch(instance);
    }

    /// Whether the thread on a core may start its next burst there without queueing again.
    fn may_go_on(&self, core: u32) -> bool {
        let this = &self.cores[core as usize];
        self.setup.host.scheduling == Scheduling::Fifo
            || self.now < this.slice_end
            || self.instances[this.instance as usize].cpu.run_queue.is_empty()
    }

    /// Takes a thread off its core; the core lingers until the instant is settled.
    fn leave_core(&mut self, thread: u32) {
        let core = std::mem::replace(&mut self.threads[thread as usize].core, NONE);
        let this = &mut self.cores[core as usize];
        this.thread = NONE;
        if this.bursting {
            this.bursting = false;
            this.stamp = this.stamp.wrapping_add(1);
            let instance = this.instance;
            self.instances[instance as usize].cpu.lingering.push(core);
            self.touch(instance);
            self.tell(|_| Change::Stops { core });
        }
    }

    /// Gives an idle core to a thread.
    fn occupy(&mut self, core: u32, thread: u32) {
        let switch = self.setup.host.context_switch.0;
        let mut cold = 0;
        if !self.setup.runtime.cold_cost.is_zero() {
            let idle = self.now.0 - self.cores[core as usize].idle_since.0;
            cold = self.setup.cold_after(Span(idle));
        }
        let this = &mut self.cores[core as usize];
        this.thread = thread;
        this.idle = false;
        this.switch_left = if this.last == thread || this.last == NONE { 0 } else { switch };
        this.switch_left += cold;
        this.last = thread;
        this.slice_timer = false;
        if self.setup.host.scheduling.has_slices() {
            // The slice is the thread's own: a switch longer than it would otherwise leave nothing to
            // run in.
            let switch = this.switch_left;
            self.cores[core as usize].slice_end = self.slice_end(thread, switch);
        }
        self.threads[thread as usize].core = core;
        self.start_burst(core);
    }

    fn start_burst(&mut self, core: u32) {
        let now = self.now;
        let this = &mut self.cores[core as usize];
        let thread = this.thread;
        this.bursting = true;
        this.charged = now;
        this.stamp = this.stamp.wrapping_add(1);
        let end = now + Span(this.switch_left) + Span(self.threads[thread as usize].left());
        let event = Event::BurstEnd { core, stamp: this.stamp };
        self.queue.push(end, tie(Class::Burst, u64::from(core)), event);
        let switch = this.switch_left;
        self.gil_use(thread, switch);
        self.set_thread_part(thread, Part::Running);
        self.tell_burst(core);
        self.watch_slice(core, end);
    }

    /// Schedules the end of a core's slice where it comes before the end of the burst and somebody
    /// waits for a core.
    #[inline]
    fn watch_slice(&mut self, core: u32, burst_end: Time) {
        let now = self.now;
        let this = &mut self.cores[core as usize];
        if !self.setup.host.scheduling.has_slices()
            || this.slice_end >= burst_end
            || this.slice_timer
            || self.instances[this.instance as usize].cpu.run_queue.is_empty()
        {
            return;
        }
        this.slice_timer = true;
        let event = Event::SliceEnd { core, stamp: this.stamp };
        let tie = tie(Class::Timer, timer_number(0, u64::from(core)));
        self.queue.push(this.slice_end.max(now), tie, event);
    }

    /// Brings the accounts of a core's burst up to now.
    pub(super) fn charge(&mut self, core: u32) {
        let this = &mut self.cores[core as usize];
        if !this.bursting {
            return;
        }
        let elapsed = self.now.0 - this.charged.0;
        this.charged = self.now;
        let switch = this.switch_left.min(elapsed);
        this.switch_left -= switch;
        let thread = this.thread;
        self.record.cpu_busy += u128::from(elapsed);
        if self.is_fair() {
            self.cores[core as usize].uncounted += elapsed - switch;
        }
        self.charge_thread(thread, elapsed - switch);
    }

    /// Takes `work` nanoseconds off a thread's burst, overhead first.
    pub(super) fn charge_thread(&mut self, thread: u32, work: u64) {
        let this = &mut self.threads[thread as usize];
        let overhead = this.overhead_left.min(work);
        let useful = this.useful_left.min(work - overhead);
        this.overhead_left -= overhead;
        this.useful_left -= useful;
        self.record.cpu_useful += u128::from(useful);
        if this.strand != NONE {
            let request = &mut self.requests[self.strands[this.strand].request];
            request.cpu += overhead + useful;
            if request.is(Flag::ENDED) {
                self.record.wasted_cpu += u128::from(overhead + useful);
            }
        }
    }

    /// The burst on a core is over.
    pub(super) fn on_burst_end(&mut self, core: u32, stamp: u32) {
        if self.cores[core as usize].stamp != stamp {
            return;
        }
        self.record.events += 1;
        self.charge(core);
        let this = &mut self.cores[core as usize];
        this.bursting = false;
        let (instance, thread) = (this.instance, this.thread);
        self.fair_stop(core);
        self.instances[instance as usize].cpu.lingering.push(core);
        self.touch(instance);
        self.tell(|_| Change::Stops { core });
        self.on_burst_done(thread);
    }

    /// The slice of a core is used up while others were ready.
    pub(super) fn on_slice_end(&mut self, core: u32, stamp: u32) {
        let this = &mut self.cores[core as usize];
        if !this.slice_timer {
            return;
        }
        this.slice_timer = false;
        let instance = this.instance;
        if this.stamp != stamp || self.now < this.slice_end {
            // Another burst or another slice by now: look again.
            return self.watch(core);
        }
        // One that became ready at this very instant may have an idle core: only who waited before it
        // takes this one now; who is left without is seen once the idle cores have acted.
        let cpu = &self.instances[instance as usize].cpu;
        if this.bursting && cpu.watched && !cpu.run_queue.is_empty() {
            self.preempt(core);
        }
    }

    /// A thread that is killed waits for a core no longer.
    pub(super) fn leave_run_queue(&mut self, thread: u32) {
        let instance = self.threads[thread as usize].instance;
        let cpu = &mut self.instances[instance as usize].cpu;
        cpu.run_queue.retain(|&other| other != thread);
        cpu.watched &= !cpu.run_queue.is_empty();
        if self.is_fair() {
            self.fair_sleep(thread);
        }
    }

    /// Sends the thread on a core behind the run queue.
    pub(super) fn preempt(&mut self, core: u32) {
        self.charge(core);
        let thread = self.cores[core as usize].thread;
        let instance = self.cores[core as usize].instance;
        self.fair_stop(core);
        self.leave_core(thread);
        self.set_thread_part(thread, Part::CpuWait);
        self.threads[thread as usize].queued = true;
        self.instances[instance as usize].cpu.run_queue.push_back(thread);
    }

    /// Stops the burst of a thread where it stands; false when it is not on a core.
    pub(super) fn cpu_interrupt(&mut self, thread: u32) -> bool {
        if self.setup.host.scheduling == Scheduling::ProcessorSharing {
            return self.share_leave(thread);
        }
        let core = self.threads[thread as usize].core;
        if core == NONE || !self.cores[core as usize].bursting {
            return false;
        }
        self.charge(core);
        self.fair_stop(core);
        self.leave_core(thread);
        if self.is_fair() {
            self.fair_sleep(thread);
        }
        true
    }

    /// Takes threads without a burst off the cores on which they linger.
    #[inline]
    pub(super) fn cpu_release_lingering(&mut self, instance: u32) {
        let mut place = 0;
        while let Some(&core) = self.instances[instance as usize].cpu.lingering.get(place) {
            place += 1;
            if !self.cores[core as usize].bursting && !self.cores[core as usize].idle {
                self.release_core(instance, core);
            }
        }
        if place > 0 {
            self.instances[instance as usize].cpu.lingering.clear();
        }
    }

    fn release_core(&mut self, instance: u32, core: u32) {
        let this = &mut self.cores[core as usize];
        this.idle = true;
        this.idle_since = self.now;
        let thread = std::mem::replace(&mut this.thread, NONE);
        if thread != NONE {
            self.threads[thread as usize].core = NONE;
            if self.is_fair() {
                self.fair_sleep(thread);
            }
        }
        if !self.setup.is_serverless() {
            self.instances[instance as usize].cpu.idle.push(self.now, core);
        }
    }

    /// Idle cores take ready threads; then used-up slices end where threads still wait.
    #[inline]
    pub(super) fn cpu_dispatch(&mut self, instance: u32) {
        if !self.instances[instance as usize].cpu.run_queue.is_empty() {
            while self.dispatch_one(instance) {}
        }
        if self.is_fair() {
            self.fair_preempt(instance);
        }
        let cpu = &mut self.instances[instance as usize].cpu;
        let waited = std::mem::replace(&mut cpu.watched, !cpu.run_queue.is_empty());
        if !waited && cpu.watched && self.setup.host.scheduling.has_slices() {
            // Bursts that begin while somebody waits are watched as they begin.
            self.watch_all(instance);
        }
    }

    /// Watches the slices of all bursts under way.
    fn watch_all(&mut self, instance: u32) {
        let first = self.instances[instance as usize].first_core;
        for core in first..first + self.setup.host.cores {
            self.watch(core);
        }
    }

    /// Watches the slice of the burst under way on a core.
    fn watch(&mut self, core: u32) {
        let this = &self.cores[core as usize];
        if this.bursting {
            let left = self.threads[this.thread as usize].left();
            let end = this.charged + Span(this.switch_left) + Span(left);
            self.watch_slice(core, end);
        }
    }

    /// One idle core takes one ready thread.
    fn dispatch_one(&mut self, instance: u32) -> bool {
        let own = self.setup.is_serverless();
        let cpu = &self.instances[instance as usize].cpu;
        if cpu.idle.is_empty() && !own || cpu.run_queue.is_empty() {
            return false;
        }
        let mut next = 0;
        if self.is_fair() {
            self.fair_update(instance);
            next = self.fair_next(instance);
        }
        let run_queue = &mut self.instances[instance as usize].cpu.run_queue;
        let thread = if next == 0 { run_queue.pop_front() } else { run_queue.remove(next) };
        let Some(thread) = thread else { return false };
        self.threads[thread as usize].queued = false;
        if self.must_let_go(thread) {
            if self.is_fair() {
                self.fair_sleep(thread);
            }
            self.gil_force(self.threads[thread as usize].gil);
            return true;
        }
        let core = if own {
            self.own_core(thread)
        } else {
            self.instances[instance as usize].cpu.idle.pop().expect("looked above")
        };
        self.occupy(core, thread);
        true
    }

    /// The core of a serverless instance, which nobody else ever has.
    fn own_core(&self, thread: u32) -> u32 {
        let this = &self.threads[thread as usize];
        let first_process = this.instance * self.setup.processes();
        self.instances[this.instance as usize].first_core + this.process - first_process
    }

    /// A serverless instance is up at that instant: its start leaves the caches of its core warm.
    pub(super) fn warm_core(&mut self, thread: u32, at: Time) {
        let core = self.own_core(thread);
        self.cores[core as usize].idle_since = at;
    }
}
