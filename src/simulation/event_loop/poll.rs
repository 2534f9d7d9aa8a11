//! When loops poll, and what they find.

use std::collections::BTreeMap;

use crate::engine::slab::NONE;
use crate::model::RuntimeKind;
use crate::model::runtime::PollOrder;

use crate::simulation::request::{Part, Strand};
use crate::simulation::thread::Then;
use crate::simulation::world::{World, spare, spare_queue};

impl World<'_> {
    /// A strand that has just become ready by its timer goes on behind what else its loop finds, where it does so.
    pub(in crate::simulation) fn behind_sockets(&mut self, strand: u32, id: u32) {
        let RuntimeKind::EventLoop(kind) = &self.setup.runtime.kind else { return };
        let Some(this) = self.loops.get_mut(id as usize) else { return };
        if kind.poll_order == PollOrder::Listed && this.ready.back() == Some(&strand) {
            this.ready.pop_back();
            this.due.push_back(strand);
        }
    }

    /// Idle loops of an instance with something to do begin an iteration, the longest idle first.
    pub(in crate::simulation) fn loops_act(&mut self, instance: u32) {
        let this = &mut self.instances[instance as usize];
        match this.loops.woken[..] {
            [] => {}
            [id] if this.backlog.is_empty() => {
                this.loops.woken.clear();
                let this = &mut self.loops[id as usize];
                this.woken = false;
                if this.idle_since.is_some() && self.has_work(id) {
                    self.loop_begin(id);
                }
            }
            _ => self.loops_begin(instance),
        }
        // One that must wait for its lock leaves what waits to the next.
        while let Some(id) = self.next_to_poll(instance) {
            self.loop_begin(id);
        }
    }

    /// Several loops with something to do begin in the order in which they fell idle. Requests on the shared socket are
    /// such for all of them, until one polls.
    fn loops_begin(&mut self, instance: u32) {
        let this = &mut self.instances[instance as usize].loops;
        let mut order = std::mem::take(&mut this.order);
        order.extend(this.idle.iter());
        while let Some(id) = self.instances[instance as usize].loops.woken.pop() {
            self.loops[id as usize].woken = false;
        }
        for id in order.drain(..) {
            if self.has_work(id) {
                self.loop_begin(id);
            }
        }
        self.instances[instance as usize].loops.order = order;
    }

    /// The longest idle loop with room, where requests wait on the shared socket and nobody polls.
    fn next_to_poll(&self, instance: u32) -> Option<u32> {
        let this = &self.instances[instance as usize];
        if this.backlog.is_empty() || this.loops.polling > 0 {
            return None;
        }
        this.loops.idle.iter().find(|&id| self.room(id) > 0)
    }

    /// Whether an idle loop has a reason to poll.
    pub(in crate::simulation) fn has_work(&self, id: u32) -> bool {
        let this = &self.loops[id as usize];
        let instance = &self.instances[this.instance as usize];
        let waiting = !this.backlog.is_empty()
            || (!instance.backlog.is_empty() && instance.loops.polling == 0);
        this.has_found() || this.timers.fired || (waiting && self.room(id) > 0)
    }

    /// An idle loop begins an iteration: the lock first, then the poll.
    fn loop_begin(&mut self, id: u32) {
        let now = self.now;
        let poll = self.loop_kind().poll;
        let this = &mut self.loops[id as usize];
        let (thread, instance) = (this.thread, this.instance);
        let since = this.idle_since.take().expect("only an idle loop begins");
        let loops = &mut self.instances[instance as usize].loops;
        loops.idle.remove(since, id);
        self.record.busy_loops.increase(now);
        let this = &mut self.threads[thread as usize];
        this.then = Then::TakeBatch;
        this.overhead_left = poll.0;
        if !self.gil_acquire(thread) {
            // Until it has its lock another loop may take what waits.
            return;
        }
        self.loops[id as usize].polling = true;
        self.instances[instance as usize].loops.polling += 1;
        if poll.is_zero() {
            self.loop_take_batch(id);
        } else {
            self.cpu_request(thread);
        }
    }

    /// The poll of a loop is done; it takes what is ready once the present instant is delivered.
    pub(in crate::simulation) fn on_polled(&mut self, id: u32) {
        let instance = self.loops[id as usize].instance;
        self.instances[instance as usize].loops.polled.push(id);
        self.touch(instance);
    }

    /// Loops whose poll ended at this instant take what is ready.
    pub(in crate::simulation) fn loops_take(&mut self, instance: u32) {
        let polled = self.instances[instance as usize].loops.polled.len();
        for place in 0..polled {
            self.loop_take_batch(self.instances[instance as usize].loops.polled[place]);
        }
        if polled > 0 {
            self.instances[instance as usize].loops.polled.drain(..polled);
        }
    }

    /// The poll is done: the loop takes all that became ready since the last one, in order.
    fn loop_take_batch(&mut self, id: u32) {
        let instance = self.loops[id as usize].instance;
        if std::mem::take(&mut self.loops[id as usize].polling) {
            self.instances[instance as usize].loops.polling -= 1;
        }
        self.timers_fire(id);
        let waiting = !self.instances[instance as usize].backlog.is_empty()
            || !self.loops[id as usize].backlog.is_empty();
        if waiting {
            self.accept(id);
        }
        if self.loop_kind().poll_order == PollOrder::Listed {
            self.merge_listed(id);
        } else if waiting {
            self.merge_accepted(id);
        }
        if !self.loop_kind().read.is_zero() {
            self.note(id);
        }
        let this = &mut self.loops[id as usize];
        this.batch = this.ready.len();
        self.loop_run(id);
    }

    /// What the poll has found waits for the next iteration; this one runs what the last poll found, and then reads
    /// the new requests.
    fn note(&mut self, id: u32) {
        let this = &mut self.loops[id as usize];
        std::mem::swap(&mut this.ready, &mut this.noted);
        let strands = &self.strands;
        this.unread.extend(this.noted.iter().filter(|&&strand| strands[strand].fresh));
    }

    /// Puts what a loop has just taken among what is ready. Both are in order of time; ends of waits
    /// come before arrivals of the same instant.
    fn merge_accepted(&mut self, id: u32) {
        let ready = &mut self.loops[id as usize].ready;
        // From the back on, so that what comes before the first arrival stays where it is.
        let mut old = ready.len();
        let mut place = old + self.accepted.len();
        ready.extend(&self.accepted);
        while old > 0
            && let Some(&new) = self.accepted.last()
        {
            place -= 1;
            let last = ready[old - 1];
            let arrival = self.requests[self.strands[new].request].arrival;
            if arrival < self.strands[last].ready_at {
                ready[place] = last;
                old -= 1;
            } else {
                ready[place] = new;
                self.accepted.pop();
            }
        }
        for new in self.accepted.drain(..).rev() {
            place -= 1;
            ready[place] = new;
        }
        spare(&mut self.accepted);
    }

    /// What a loop has just taken and what is ready, in the order of epoll's list: a socket that the last poll reported
    /// stays where it stood, one that was not ready then goes to the end, so that who was late is last again. Timers come
    /// behind sockets.
    fn merge_listed(&mut self, id: u32) {
        let client = |strand: u32| self.requests[self.strands[strand].request].client;
        let listed = &mut self.loops[id as usize].listed;
        let places: BTreeMap<u32, usize> =
            listed.iter().zip(0..).map(|(&client, place)| (client, place)).collect();
        let place = |&strand: &u32| places.get(&client(strand)).copied().unwrap_or(usize::MAX);
        self.accepted.sort_by_key(place);
        listed.clear();
        listed.extend(self.accepted.iter().map(|&strand| client(strand)).filter(|&c| c != NONE));
        let kept = self.accepted.partition_point(|strand| place(strand) < usize::MAX);
        let kept: Vec<u32> = self.accepted.drain(..kept).collect();
        self.merge_accepted(id);
        let this = &mut self.loops[id as usize];
        kept.into_iter().rev().for_each(|strand| this.ready.push_front(strand));
        this.ready.append(&mut this.due);
    }

    /// A loop takes the requests that wait for it, as far as it has room: into [`World::accepted`].
    fn accept(&mut self, id: u32) {
        let instance = self.loops[id as usize].instance;
        let mut room = self.room(id);
        while room > 0 {
            // One of the two is never used.
            let shared = &mut self.instances[instance as usize].backlog;
            let own = &mut self.loops[id as usize].backlog;
            let waiting = if shared.is_empty() { own } else { shared };
            let Some(request) = waiting.pop_front() else { break };
            let next = waiting.front().copied();
            self.debug_assert_oldest(request, next);
            room -= 1;
            self.record.events += 1;
            self.record.taken += 1;
            self.loops[id as usize].tasks += 1;
            self.record.tasks.increase(self.now);
            let this = &self.requests[request];
            let entry = self.setup.program.entries[this.class as usize];
            let strand =
                Strand { home: id, ready_at: self.now, ..Strand::root(request, entry, this.key) };
            let strand = self.strands.insert(strand);
            self.watch_kill(request, strand);
            self.set_part(strand, Part::LoopWait);
            self.accepted.push(strand);
        }
        spare_queue(&mut self.instances[instance as usize].backlog);
        spare_queue(&mut self.loops[id as usize].backlog);
    }

    /// The request that is read next, once nothing else is left of the iteration.
    pub(super) fn next_to_read(&mut self, id: u32) -> Option<u32> {
        let read = self.loop_kind().read.0;
        loop {
            let this = &mut self.loops[id as usize];
            let strand = this.unread.pop_front()?;
            let thread = this.thread;
            if !self.is_killed(strand) {
                self.loops[id as usize].reading = true;
                self.threads[thread as usize].pending_overhead = read;
                return Some(strand);
            }
        }
    }
}
