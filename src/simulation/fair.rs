//! The run queue of Linux since 6.6: earliest eligible virtual deadline first (Stoica and Abdel-Wahab 1995).
//!
//! Each thread has a virtual time, the CPU that it has had, and a deadline one slice on. A thread is
//! eligible while its virtual time is not above the mean of all that want a core; of the eligible
//! the earliest deadline runs. It runs on until a tick finds its slice used up, or until a thread
//! wakes that is owed more. What a sleeper was owed is kept; what it owes it works off while others
//! run, as the kernel does since 6.12 (delayed dequeue). All cores of an instance share one queue.
//!
//! The mean knows what running threads have had as the kernel does: whenever somebody wakes or falls
//! asleep, or a core is to be given away, all of it; in between nothing since then.

use crate::model::Scheduling;
use crate::units::{Span, Time};

use super::world::World;

/// Where a thread stands with the scheduler.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Asleep, owing nothing.
    #[default]
    Asleep,
    /// Asleep, and still in the mean because it had more than its share.
    Owing,
    /// It has a core or wants one.
    Awake,
}

/// A thread's entry.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entity {
    standing: Standing,
    /// CPU that it has had, in virtual nanoseconds.
    virtual_time: i64,
    deadline: i64,
    /// Up to which virtual time nobody who wakes takes its core, as long as it is eligible.
    protected: i64,
    /// While asleep: what it was owed.
    lag: i64,
}

/// The entries of an instance that count in the mean.
#[derive(Clone, Debug, Default)]
pub struct Fair {
    sum: i128,
    count: i128,
    /// The last mean, for when nobody is left.
    mean: i64,
    owing: Vec<u32>,
    /// A thread woke since the cores were looked at.
    pub woken: bool,
}

impl Entity {
    /// A thread that never ran.
    pub const ASLEEP: Self =
        Self { standing: Standing::Asleep, virtual_time: 0, deadline: 0, protected: 0, lag: 0 };

    /// Where the slice is used up, the next deadline is a slice on.
    const fn renew(&mut self, slice: i64) {
        if self.virtual_time >= self.deadline {
            self.deadline = self.virtual_time + slice;
        }
    }
}

impl Fair {
    fn mean(&self) -> i64 {
        if self.count == 0 { self.mean } else { self.sum.div_euclid(self.count) as i64 }
    }

    const fn is_eligible(&self, entity: &Entity) -> bool {
        entity.virtual_time as i128 * self.count <= self.sum
    }

    fn add(&mut self, entity: &Entity) {
        self.sum += i128::from(entity.virtual_time);
        self.count += 1;
    }

    fn remove(&mut self, entity: &Entity) {
        self.mean = self.mean();
        self.sum -= i128::from(entity.virtual_time);
        self.count -= 1;
    }
}

impl World<'_> {
    /// Whether the host schedules by deadline.
    pub(super) fn is_fair(&self) -> bool {
        self.setup.host.scheduling == Scheduling::Eevdf
    }

    fn slice(&self) -> i64 {
        i64::try_from(self.setup.host.timeslice.0).unwrap_or(i64::MAX / 4)
    }

    /// What the thread on a core has had up to its stop is known, and its deadline is the next where that used
    /// up its slice.
    pub(super) fn fair_stop(&mut self, core: u32) {
        if self.is_fair() {
            self.fair_count(core);
            self.fair_renew(self.cores[core as usize].thread);
        }
    }

    /// Brings what the threads on the cores of an instance have had up to now: the mean is that of the
    /// present, whenever it was looked at last.
    pub(super) fn fair_update(&mut self, instance: u32) {
        let first = self.instances[instance as usize].first_core;
        for core in first..first + self.setup.cores() {
            self.charge(core);
            self.fair_count(core);
        }
    }

    /// A running thread that has had its slice up to its deadline gets the next: from a tick that found it
    /// so while nobody waited, or from now.
    fn fair_renew(&mut self, thread: u32) {
        let (slice, tick, now) = (self.slice(), self.setup.host.tick.0, self.now.0);
        let entity = &mut self.threads[thread as usize].fair;
        let over = entity.virtual_time - entity.deadline;
        if over < 0 {
            return;
        }
        if tick > 0 {
            let used_up = now - over as u64;
            let first = used_up.div_ceil(tick) * tick;
            if first < now {
                let between = (slice as u64).div_ceil(tick).max(1) * tick;
                let last = first + (now - 1 - first) / between * between;
                entity.deadline = entity.virtual_time - (now - last) as i64 + slice;
            }
        }
        entity.renew(slice);
    }

    /// A thread that was not running wants a core.
    pub(super) fn fair_wake(&mut self, thread: u32) {
        let instance = self.threads[thread as usize].instance;
        match self.threads[thread as usize].fair.standing {
            Standing::Awake => return,
            Standing::Owing if !self.fair_was_ticked(instance) => self.fair_return(thread),
            Standing::Owing | Standing::Asleep => {
                self.fair_update(instance);
                self.fair_forgive(instance as usize);
                if self.threads[thread as usize].fair.standing == Standing::Asleep {
                    self.fair_place(thread);
                } else {
                    self.fair_owe_no_more(thread);
                }
            }
        }
        self.threads[thread as usize].fair.standing = Standing::Awake;
        self.instances[instance as usize].cpu.fair.woken = true;
    }

    /// Who was asleep begins at the mean, less what it was owed.
    fn fair_place(&mut self, thread: u32) {
        let slice = self.slice();
        let this = &mut self.threads[thread as usize];
        let fair = &mut self.instances[this.instance as usize].cpu.fair;
        let entity = &mut this.fair;
        // Its own weight moves the mean toward it: what it is owed is stretched by as much.
        let count = i64::try_from(fair.count).unwrap_or(i64::MAX);
        let lag = if count == 0 { 0 } else { entity.lag + entity.lag / count };
        entity.virtual_time = fair.mean() - lag;
        entity.deadline = entity.virtual_time + slice;
        fair.add(entity);
    }

    /// A sleeper that still owes is back before a tick has looked. The kernel (`requeue_delayed_entity`)
    /// holds it against the mean as it was when the cores were last looked at: what their threads have
    /// had since is not in it, so that one who has worked off what it owed takes the core at once.
    fn fair_return(&mut self, thread: u32) {
        self.fair_owe_no_more(thread);
        let this = &mut self.threads[thread as usize];
        let fair = &mut self.instances[this.instance as usize].cpu.fair;
        if fair.is_eligible(&this.fair) {
            fair.remove(&this.fair);
            this.fair.lag = 0;
            self.fair_place(thread);
        }
    }

    fn fair_owe_no_more(&mut self, thread: u32) {
        let instance = self.threads[thread as usize].instance;
        let fair = &mut self.instances[instance as usize].cpu.fair;
        fair.owing.retain(|&other| other != thread);
    }

    /// Whether a tick has found a slice used up since its thread began to run: those who owed were
    /// looked at then.
    fn fair_was_ticked(&self, instance: u32) -> bool {
        let first = self.instances[instance as usize].first_core;
        let mut cores = first..first + self.setup.cores();
        cores.any(|core| self.cores[core as usize].is_used_up(self.now))
    }

    /// A thread waits for something other than a core.
    pub(super) fn fair_sleep(&mut self, thread: u32) {
        if self.threads[thread as usize].fair.standing != Standing::Awake {
            return;
        }
        let most = (2 * self.slice()).max(self.setup.host.tick.0 as i64);
        self.fair_update(self.threads[thread as usize].instance);
        let instance = self.threads[thread as usize].instance as usize;
        let fair = &mut self.instances[instance].cpu.fair;
        let entity = &mut self.threads[thread as usize].fair;
        if fair.is_eligible(entity) {
            entity.lag = (fair.mean() - entity.virtual_time).min(most);
            entity.standing = Standing::Asleep;
            fair.remove(entity);
        } else {
            entity.standing = Standing::Owing;
            fair.owing.push(thread);
        }
        self.fair_forgive(instance);
    }

    /// Threads that owe no more leave the mean; those that are alone in it owe nobody.
    fn fair_forgive(&mut self, instance: usize) {
        let fair = &mut self.instances[instance].cpu.fair;
        let mut place = 0;
        while place < fair.owing.len() {
            let thread = fair.owing[place] as usize;
            let entity = &mut self.threads[thread].fair;
            if fair.owing.len() as i128 == fair.count || fair.is_eligible(entity) {
                fair.owing.swap_remove(place);
                fair.remove(entity);
                entity.standing = Standing::Asleep;
                entity.lag = 0;
                place = 0;
            } else {
                place += 1;
            }
        }
    }

    /// What the thread on a core has had of it up to now, the switch to it apart, enters the mean.
    fn fair_count(&mut self, core: u32) {
        let core = &mut self.cores[core as usize];
        let elapsed = i64::try_from(core.take_uncounted()).unwrap_or(i64::MAX / 4);
        if elapsed == 0 {
            return;
        }
        let this = &mut self.threads[core.thread as usize];
        this.fair.virtual_time += elapsed;
        self.instances[this.instance as usize].cpu.fair.sum += i128::from(elapsed);
    }

    /// When a tick will find that a thread's slice, which begins after `switch` nanoseconds, is used up.
    fn fair_slice_end(&mut self, thread: u32, switch: u64) -> Time {
        let slice = self.slice();
        let entity = &mut self.threads[thread as usize].fair;
        entity.renew(slice);
        entity.protected = entity.deadline;
        let left = (entity.deadline - entity.virtual_time) as u64;
        let used_up = self.now.0.saturating_add(switch).saturating_add(left);
        let tick = self.setup.host.tick;
        if tick.is_zero() {
            return Time(used_up);
        }
        Time(used_up.div_ceil(tick.0).saturating_mul(tick.0))
    }

    /// When a thread that nothing protects any more, and that stays on its core, is looked at again: at the
    /// next tick, or without ticks when its slice ends.
    fn fair_next_look(&self, thread: u32) -> Time {
        let tick = self.setup.host.tick.0;
        if let Some(ticks) = self.now.0.checked_div(tick) {
            return Time((ticks + 1).saturating_mul(tick));
        }
        let entity = &self.threads[thread as usize].fair;
        self.now + Span((entity.deadline - entity.virtual_time) as u64)
    }

    /// The place in the run queue of the thread that is to run next.
    pub(super) fn fair_next(&self, instance: u32) -> usize {
        let cpu = &self.instances[instance as usize].cpu;
        let entity = |thread: u32| &self.threads[thread as usize].fair;
        let rank = |place: usize| {
            let entity = entity(cpu.run_queue[place]);
            if cpu.fair.is_eligible(entity) {
                (0, entity.deadline, place)
            } else {
                (1, entity.virtual_time, place)
            }
        };
        (0..cpu.run_queue.len()).min_by_key(|&place| rank(place)).unwrap_or(0)
    }

    /// Threads that woke take the cores of those that are owed less.
    pub(super) fn fair_preempt(&mut self, instance: u32) {
        let cpu = &mut self.instances[instance as usize].cpu;
        if !std::mem::take(&mut cpu.fair.woken) || cpu.run_queue.is_empty() {
            return;
        }
        self.fair_update(instance);
        let first = self.instances[instance as usize].first_core;
        for core in first..first + self.setup.cores() {
            if !self.cores[core as usize].is_bursting() {
                continue;
            }
            if self.instances[instance as usize].cpu.run_queue.is_empty() {
                return;
            }
            let thread = self.cores[core as usize].thread;
            self.fair_renew(thread);
            let next = self.fair_next(instance);
            let cpu = &self.instances[instance as usize].cpu;
            let running = &self.threads[thread as usize].fair;
            let other = &self.threads[cpu.run_queue[next] as usize].fair;
            let protected = running.virtual_time < running.protected;
            let stays = cpu.fair.is_eligible(running)
                && (protected || running.deadline < other.deadline)
                || !cpu.fair.is_eligible(other);
            if stays {
                if !protected {
                    let look = self.fair_next_look(thread);
                    self.cores[core as usize].keep_until(look);
                }
            } else {
                self.preempt(core);
            }
        }
    }

    /// How long a thread that gets a core may keep it, a switch included.
    pub(super) fn slice_end(&mut self, thread: u32, switch: u64) -> Time {
        if self.is_fair() {
            return self.fair_slice_end(thread, switch);
        }
        self.now + Span(switch) + self.setup.host.timeslice
    }
}
