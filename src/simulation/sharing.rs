//! Processor sharing: the limit of a slice toward zero, computed rather than stepped through.
//!
//! With n threads on C cores each runs at rate min(1, C/n), so all attain the same service over a
//! stretch of time: one clock of attained service, a tag per thread at which it is done. The clock
//! counts 2^-56 nanoseconds; ends are rounded up to a whole nanosecond.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::engine::slab::NONE;
use crate::units::{Span, Time};

use super::event::{Class, Event, tie};
use super::request::{Flag, Part};
use super::world::World;

/// Bits of a nanosecond: one end in 2^40 is a nanosecond off. 64 bits of whole nanoseconds beside them leave
/// room in 128.
const FRACTION: u32 = 56;

/// What the clock may have lost to rounding down, one unit each time that somebody comes or goes: an end
/// this little past a whole nanosecond is on it.
const LOST: u128 = 1 << 16;

/// The sharers of one instance's cores.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    /// Service that every sharer has attained, in 2^-56 ns.
    attained: u128,
    /// Up to when.
    since: Time,
    /// `(tag, thread, its stamp)`; stale entries have another stamp.
    tags: BinaryHeap<Reverse<(u128, u32, u32)>>,
    /// How many threads share.
    sharers: u64,
    stamp: u32,
    /// Threads whose bursts end now; kept for its room.
    done: Vec<u32>,
}

impl Sharing {
    /// Whether nobody shares.
    pub const fn is_at_rest(&self) -> bool {
        self.sharers == 0
    }
}

impl World<'_> {
    /// A thread with work joins the sharers.
    pub(super) fn share_enter(&mut self, thread: u32) {
        let this = &mut self.threads[thread as usize];
        let instance = this.instance;
        this.queued = true;
        this.shared_work = this.left();
        this.share_stamp = this.share_stamp.wrapping_add(1);
        let (work, stamp) = (u128::from(this.left()) << FRACTION, this.share_stamp);
        self.share_advance(instance);
        let sharing = &mut self.instances[instance as usize].sharing;
        sharing.tags.push(Reverse((sharing.attained + work, thread, stamp)));
        sharing.sharers += 1;
        self.gil_use(thread, 0);
        self.set_thread_part(thread, Part::Running);
        self.share_schedule(instance);
    }

    /// A thread leaves before it is done; false when it does not share.
    pub(super) fn share_leave(&mut self, thread: u32) -> bool {
        if !self.threads[thread as usize].queued {
            return false;
        }
        let instance = self.threads[thread as usize].instance;
        self.share_advance(instance);
        self.share_charge(instance, Some(thread));
        let this = &mut self.threads[thread as usize];
        this.queued = false;
        this.share_stamp = this.share_stamp.wrapping_add(1);
        let done = this.shared_work - this.left();
        self.share_split(thread, done);
        self.instances[instance as usize].sharing.sharers -= 1;
        self.share_schedule(instance);
        true
    }

    /// Moves the clock of attained service to now.
    pub(super) fn share_advance(&mut self, instance: u32) {
        let cores = u128::from(self.setup.host.cores);
        let sharing = &mut self.instances[instance as usize].sharing;
        let elapsed = u128::from(self.now.0 - sharing.since.0);
        sharing.since = self.now;
        let sharers = u128::from(sharing.sharers);
        if sharers == 0 || elapsed == 0 {
            return;
        }
        self.record.cpu_busy += elapsed * sharers.min(cores);
        sharing.attained += if sharers > cores {
            let work = elapsed * cores;
            let (whole, rest) = match (u64::try_from(work), u64::try_from(sharers)) {
                (Ok(work), Ok(sharers)) => (u128::from(work / sharers), u128::from(work % sharers)),
                _ => (work / sharers, work % sharers),
            };
            (whole << FRACTION) + (rest << FRACTION) / sharers
        } else {
            elapsed << FRACTION
        };
    }

    /// Brings the accounts of one sharer, or of all, up to the clock.
    pub(super) fn share_charge(&mut self, instance: u32, only: Option<u32>) {
        let sharing = &self.instances[instance as usize].sharing;
        let attained = sharing.attained;
        let threads = &self.threads;
        let due = sharing.tags.iter().filter(|Reverse((_, thread, stamp))| {
            threads[*thread as usize].share_stamp == *stamp
                && only.is_none_or(|only| only == *thread)
        });
        let mut due = due.map(|Reverse((tag, thread, _))| {
            let left = tag.saturating_sub(attained + LOST).div_ceil(1 << FRACTION) as u64;
            (*thread, threads[*thread as usize].left().saturating_sub(left))
        });
        if only.is_some() {
            if let Some((thread, work)) = due.next() {
                self.charge_thread(thread, work);
            }
            return;
        }
        // Once or twice in a replication.
        let due: Vec<(u32, u64)> = due.collect();
        for (thread, work) in due {
            self.charge_thread(thread, work);
        }
    }

    /// Schedules the first end among the sharers; what was scheduled before is stale.
    fn share_schedule(&mut self, instance: u32) {
        let cores = u128::from(self.setup.host.cores);
        let sharing = &mut self.instances[instance as usize].sharing;
        sharing.stamp = sharing.stamp.wrapping_add(1);
        while let Some(&Reverse((_, thread, stamp))) = sharing.tags.peek()
            && self.threads[thread as usize].share_stamp != stamp
        {
            sharing.tags.pop();
        }
        let Some(&Reverse((tag, _, _))) = sharing.tags.peek() else { return };
        let service = tag.saturating_sub(sharing.attained + LOST);
        let crowd = u128::from(sharing.sharers).max(cores);
        let part = (service & ((1 << FRACTION) - 1)) * crowd;
        let whole = (service >> FRACTION) * crowd + (part >> FRACTION);
        let exact = part & ((1 << FRACTION) - 1) == 0;
        let nanos = if exact { whole.div_ceil(cores) } else { whole / cores + 1 };
        let end = self.now + Span(u64::try_from(nanos).unwrap_or(u64::MAX));
        let event = Event::SharedBurstEnd { instance, stamp: sharing.stamp };
        self.queue.push(end, tie(Class::Burst, u64::from(instance)), event);
    }

    /// The first of the sharers is done, with all that are done at the same instant.
    pub(super) fn on_shared_burst_end(&mut self, instance: u32, stamp: u32) {
        if self.instances[instance as usize].sharing.stamp != stamp {
            return;
        }
        self.share_advance(instance);
        let mut done = std::mem::take(&mut self.instances[instance as usize].sharing.done);
        let sharing = &mut self.instances[instance as usize].sharing;
        // Rounding the end up may have carried the clock past a tag by less than a nanosecond's service.
        let reached = sharing.attained + LOST;
        while let Some(&Reverse((tag, thread, stamp))) = sharing.tags.peek()
            && tag <= reached
        {
            sharing.tags.pop();
            let this = &mut self.threads[thread as usize];
            if this.share_stamp == stamp {
                this.share_stamp = this.share_stamp.wrapping_add(1);
                this.queued = false;
                sharing.sharers -= 1;
                done.push(thread);
            }
        }
        done.sort_unstable();
        for thread in done.drain(..) {
            self.record.events += 1;
            let this = &self.threads[thread as usize];
            let (done, left) = (this.shared_work, this.left());
            self.share_split(thread, done);
            self.charge_thread(thread, left);
            self.on_burst_done(thread);
        }
        self.instances[instance as usize].sharing.done = done;
        self.share_schedule(instance);
    }

    /// A sharer ran for `work` and waited for the rest of its stay: so the limit of short slices
    /// has it. A request with several strands at once keeps the whole stay as running.
    fn share_split(&mut self, thread: u32, work: u64) {
        let strand = self.threads[thread as usize].strand;
        if strand == NONE {
            return;
        }
        let id = self.strands[strand].request;
        let now = self.now;
        let request = &mut self.requests[id];
        if !request.is(Flag::SPLIT) && request.part == Part::Running {
            let stay = now.0 - request.since.0;
            let wait = stay.saturating_sub(work);
            self.accounts.add(id, Part::CpuWait, wait);
            self.accounts.add(id, Part::Running, stay - wait);
            request.since = now;
        }
    }
}
