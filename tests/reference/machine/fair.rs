//! Deadline scheduling as Linux has it: of those that had no more than their share the earliest deadline.
//!
//! Nothing is kept but each thread's virtual time, deadline and standing, and when cores were last looked
//! at; the mean is added up anew whenever it is asked for, with what running threads have had up to now,
//! or up to then for a sleeper that comes back owing.

use iowait::model::Scheduling;

use super::Machine;

/// Where a thread stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Standing {
    #[default]
    Asleep,
    /// Asleep, but it had more than its share and works that off.
    Owes,
    Awake,
}

/// What the scheduler knows of a thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entity {
    standing: Standing,
    /// CPU that it has had, without that of the burst that runs.
    virtual_time: i128,
    deadline: i128,
    /// No waker takes its core before it has had so much, as long as it is eligible.
    protected: i128,
    /// What it was owed when it fell asleep.
    lag: i128,
}

impl Machine {
    fn is_fair(&self) -> bool {
        self.host.scheduling == Scheduling::Eevdf
    }

    fn slice(&self) -> i128 {
        i128::from(self.host.timeslice.0)
    }

    /// A thread's virtual time with what it has had of the burst that runs.
    fn virtual_time(&self, thread: usize) -> i128 {
        let this = &self.threads[thread];
        let core = this.core.map(|core| &self.cores[core]).filter(|core| core.runs);
        let had = core.map_or(0, |core| (self.now - core.began).saturating_sub(core.switch));
        this.fair.virtual_time + i128::from(had)
    }

    /// The same as it was when the cores were last looked at.
    fn known_virtual_time(&self, thread: usize) -> i128 {
        let this = &self.threads[thread];
        let core = this.core.map(|core| &self.cores[core]).filter(|core| core.runs);
        let had = core.map_or(0, |core| (core.looked_at - core.began).saturating_sub(core.switch));
        this.fair.virtual_time + i128::from(had)
    }

    /// All that count in the mean of an instance.
    fn in_mean(&self, instance: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.threads.len()).filter(move |&thread| {
            let this = &self.threads[thread];
            this.instance == instance && this.fair.standing != Standing::Asleep
        })
    }

    /// Their virtual times.
    fn counted(&self, instance: usize) -> Vec<i128> {
        self.in_mean(instance).map(|thread| self.virtual_time(thread)).collect()
    }

    /// The cores of an instance are looked at: what their threads have had is known.
    pub(super) fn look(&mut self, instance: usize) {
        for core in self.cores_of(instance) {
            self.cores[core].looked_at = self.now;
        }
    }

    fn mean(&self, instance: usize) -> i128 {
        let all = self.counted(instance);
        if all.is_empty() {
            return self.instances[instance].mean;
        }
        all.iter().sum::<i128>().div_euclid(all.len() as i128)
    }

    /// Whether a thread had no more than the mean.
    fn is_eligible(&self, thread: usize) -> bool {
        let all = self.counted(self.threads[thread].instance);
        self.virtual_time(thread) * all.len() as i128 <= all.iter().sum()
    }

    /// The burst on a core stops: it counts as had, and who has had a slice gets the next deadline.
    pub(super) fn account(&mut self, core: usize) {
        let runs = self.cores[core].runs && self.is_fair();
        if let Some(thread) = self.cores[core].thread.filter(|_| runs) {
            self.next_deadline(thread);
            self.threads[thread].fair.virtual_time = self.virtual_time(thread);
        }
    }

    /// A thread that runs gets the next deadline, a slice on, from each tick that found it past the last one,
    /// and from now.
    fn next_deadline(&mut self, thread: usize) {
        let (had, slice, now) = (self.virtual_time(thread), self.slice(), i128::from(self.now));
        let tick = i128::from(self.host.tick.0);
        let this = &mut self.threads[thread].fair;
        while tick > 0 && had >= this.deadline {
            let passed = now - (had - this.deadline);
            let tick = (passed + tick - 1) / tick * tick;
            if tick >= now {
                break;
            }
            this.deadline = had - (now - tick) + slice;
        }
        if had >= this.deadline {
            this.deadline = had + slice;
        }
    }

    /// A thread that did not want a core wants one.
    pub(super) fn wake(&mut self, thread: usize) {
        if !self.is_fair() {
            return;
        }
        let instance = self.threads[thread].instance;
        if self.threads[thread].fair.standing == Standing::Awake {
            return;
        }
        let owes = self.threads[thread].fair.standing == Standing::Owes;
        let mut cores = self.cores_of(instance).map(|core| &self.cores[core]);
        if owes && !cores.any(|core| core.runs && core.slice_end <= self.now) {
            // No tick has looked since: what counts is what was known then.
            let others = self.in_mean(instance).filter(|&other| other != thread);
            let others: Vec<i128> = others.map(|other| self.known_virtual_time(other)).collect();
            let had = self.threads[thread].fair.virtual_time;
            let count = others.len() as i128;
            if had * count <= others.iter().sum() {
                let mean =
                    if count == 0 { had } else { others.iter().sum::<i128>().div_euclid(count) };
                let deadline = mean + self.slice();
                let this = &mut self.threads[thread].fair;
                (this.virtual_time, this.deadline) = (mean, deadline);
            }
        } else {
            self.look(instance);
            self.forgive(instance);
        }
        if self.threads[thread].fair.standing == Standing::Asleep {
            // Its own weight moves the mean toward it: what it is owed is stretched by as much.
            let others = self.counted(instance).len() as i128;
            let lag = self.threads[thread].fair.lag;
            let lag = if others == 0 { 0 } else { lag + lag / others };
            let begins = self.mean(instance) - lag;
            let deadline = begins + self.slice();
            let this = &mut self.threads[thread].fair;
            (this.virtual_time, this.deadline) = (begins, deadline);
        }
        self.threads[thread].fair.standing = Standing::Awake;
        self.instances[instance].woken = true;
    }

    /// A thread waits for something else than a core: what it is owed is kept, what it owes it works off.
    pub(super) fn sleep(&mut self, thread: usize) {
        if !self.is_fair() || self.threads[thread].fair.standing != Standing::Awake {
            return;
        }
        let instance = self.threads[thread].instance;
        self.look(instance);
        if self.is_eligible(thread) {
            let owed = self.mean(instance) - self.virtual_time(thread);
            self.fall_asleep(thread, owed);
        } else {
            self.threads[thread].fair.standing = Standing::Owes;
        }
        self.forgive(instance);
    }

    fn fall_asleep(&mut self, thread: usize, owed: i128) {
        let most = (2 * self.slice()).max(i128::from(self.host.tick.0));
        let instance = self.threads[thread].instance;
        self.instances[instance].mean = self.mean(instance);
        let this = &mut self.threads[thread].fair;
        this.standing = Standing::Asleep;
        this.lag = owed.min(most);
    }

    /// Sleepers that owe no more leave the mean, and so do those who are alone in it.
    fn forgive(&mut self, instance: usize) {
        loop {
            let all = (0..self.threads.len()).filter(|&id| self.threads[id].instance == instance);
            let owes = |id: &usize| self.threads[*id].fair.standing == Standing::Owes;
            let owing: Vec<usize> = all.filter(owes).collect();
            let alone = owing.len() == self.counted(instance).len();
            let next = owing.into_iter().find(|&thread| alone || self.is_eligible(thread));
            let Some(thread) = next else { return };
            self.fall_asleep(thread, 0);
        }
    }

    /// When a tick finds that the slice of a thread, which begins after a switch, is used up.
    pub(super) fn end_of_fair_slice(&mut self, thread: usize, switch: u64) -> u64 {
        let (had, slice) = (self.threads[thread].fair.virtual_time, self.slice());
        let this = &mut self.threads[thread].fair;
        if had >= this.deadline {
            this.deadline = had + slice;
        }
        this.protected = this.deadline;
        let used_up = self.now + switch + (this.deadline - had) as u64;
        if self.host.tick.is_zero() { used_up } else { used_up.next_multiple_of(self.host.tick.0) }
    }

    /// The place in the run queue of who is to run next.
    pub(super) fn next_in_queue(&self, instance: usize) -> Option<usize> {
        let queue = &self.instances[instance].run_queue;
        if !self.is_fair() {
            return (!queue.is_empty()).then_some(0);
        }
        let rank = |&place: &usize| {
            let (thread, late) = (queue[place], !self.is_eligible(queue[place]));
            let deadline = self.threads[thread].fair.deadline;
            (late, if late { self.virtual_time(thread) } else { deadline }, place)
        };
        (0..queue.len()).min_by_key(rank)
    }

    /// Threads that woke take the cores of those that had more; answers how many.
    pub(super) fn wakers_preempt(&mut self, instance: usize) -> usize {
        let mut taken = 0;
        let woken = std::mem::take(&mut self.instances[instance].woken);
        if !woken || self.instances[instance].run_queue.is_empty() {
            return taken;
        }
        self.look(instance);
        for core in self.cores_of(instance) {
            let Some(next) = self.next_in_queue(instance) else { break };
            let Some(thread) = self.cores[core].thread.filter(|_| self.cores[core].runs) else {
                continue;
            };
            let next = self.instances[instance].run_queue[next];
            self.next_deadline(thread);
            let had = self.virtual_time(thread);
            let this = &self.threads[thread].fair;
            let protected = had < this.protected;
            let (left, sooner) =
                (this.deadline - had, this.deadline < self.threads[next].fair.deadline);
            if !self.is_eligible(next) || self.is_eligible(thread) && (protected || sooner) {
                // Who is not protected is looked at again at the next tick.
                let tick = self.host.tick.0;
                let look = if tick == 0 { left as u64 } else { tick - self.now % tick };
                if !protected {
                    self.cores[core].slice_end = self.now + look;
                }
            } else {
                self.preempt(core);
                taken += 1;
            }
        }
        taken
    }
}
