//! One replication under way: all its state, and the loop that moves it from instant to instant.
//!
//! At each instant first everything that falls due is delivered, in the order of [`super::event`];
//! then the instant is settled: idle workers and loops act, then idle cores. What that brings about
//! at the same instant is delivered and settled in turn before time goes on.

use std::collections::VecDeque;

use crate::engine::{Key, Slab};
use crate::model::Scheduling;
use crate::units::{Span, Time};

use super::account::Accounts;
use super::client::Clients;
use super::cpu::{Core, Cpu};
use super::dispatch::Dispatcher;
use super::event::{Agenda, Class, Event, tie, timer_number};
use super::event_loop::{Loop, Loops};
use super::gil::Gil;
use super::idle::IdleOrder;
use super::kill::Kills;
use super::limit;
use super::record::Recorder;
use super::replication::Stop;
use super::request::{Branches, Flag, Held, Part, Request, Round, Strand};
use super::serverless::Fleet;
use super::setup::Setup;
use super::sharing::Sharing;
use super::slots::Pool;
use super::stealing::{Stealer, Stealers};
use super::thread::Thread;
use super::trace::Log;
use super::{Control, Window};

/// A copy of the host with the runtime on it.
#[derive(Clone, Debug, Default)]
pub struct Instance {
    /// Its cores.
    pub cpu: Cpu,
    /// Its cores under processor sharing.
    pub sharing: Sharing,
    /// The first of its cores.
    pub first_core: u32,
    /// The first of its loops.
    pub first_loop: u32,
    /// Requests that wait to be taken; those assigned to one loop wait there.
    pub backlog: VecDeque<u32>,
    /// Workers without a request.
    pub idle_workers: IdleOrder,
    /// Threads started so far where each request has its own.
    pub spawned: u64,
    /// Which loops are idle.
    pub loops: Loops,
    /// Which workers that steal are idle.
    pub stealing: Stealers,
    /// Its serverless instances.
    pub fleet: Fleet,
    /// Loops whose executor has something to do.
    pub executors: Vec<u32>,
    /// Requests that it has, waiting ones included.
    pub in_server: u64,
    /// It stands in [`World::touched`].
    touched: bool,
}

/// All the state of a replication.
pub struct World<'a> {
    pub(super) setup: &'a Setup,
    pub(super) now: Time,
    pub(super) queue: Agenda,
    pub(super) requests: Slab<Request>,
    pub(super) strands: Slab<Strand>,
    pub(super) rounds: Slab<Round>,
    pub(super) held: Slab<Held>,
    pub(super) branches: Slab<Branches>,
    pub(super) accounts: Accounts,
    pub(super) instances: Vec<Instance>,
    pub(super) threads: Vec<Thread>,
    pub(super) cores: Vec<Core>,
    pub(super) loops: Vec<Loop>,
    pub(super) stealers: Vec<Stealer>,
    /// Processes whose main thread hands requests over, instance by instance.
    pub(super) dispatchers: Vec<Dispatcher>,
    /// Instants at which serverless instances went that are not in the account yet.
    pub(super) gone: VecDeque<Time>,
    pub(super) kills: Kills,
    pub(super) gils: Vec<Gil>,
    pub(super) pools: Vec<Pool>,
    /// The first pool of each resource.
    pub(super) pool_base: Vec<u32>,
    pub(super) clients: Clients,
    /// Clients of a closed load whose next request is due at this instant.
    pub(super) due: Vec<u32>,
    /// Strands that were given a slot and go on as soon as the present event is done with.
    pub(super) granted: VecDeque<u32>,
    /// Threads that go on as soon as the present event is done with.
    pub(super) resumable: Vec<u32>,
    /// Instances in which something may be waiting for somebody idle.
    touched: Vec<u32>,
    pub(super) record: Recorder,
    /// Who listens to what runs where.
    pub(super) trace: Option<Box<Log>>,
    stamp: u32,
    /// Branches that a strand was split into just now; kept for its room.
    pub(super) forked: Vec<u32>,
    /// Requests that a loop has just taken; kept for its room.
    pub(super) accepted: Vec<u32>,
    /// The window has seen all the ends that it is to see.
    pub(super) full: bool,
    pub(super) stop: Option<Stop>,
    /// Arrivals with nothing else to come, since the last end of a request.
    lonely_arrivals: u32,
    /// How many had ended then.
    lonely_since: u64,
    /// Pending events that only open or close the window.
    window_events: u32,
}

impl<'a> World<'a> {
    /// Everything idle at time zero.
    pub fn new(setup: &'a Setup, key: Key, record: Recorder) -> Self {
        let mut world = Self {
            setup,
            now: Time::ZERO,
            queue: Agenda::default(),
            requests: Slab::new(),
            strands: Slab::new(),
            rounds: Slab::new(),
            held: Slab::new(),
            branches: Slab::new(),
            accounts: Accounts::new(setup),
            instances: Vec::new(),
            threads: Vec::new(),
            cores: Vec::new(),
            loops: Vec::new(),
            stealers: Vec::new(),
            dispatchers: Vec::new(),
            gone: VecDeque::new(),
            kills: Kills::default(),
            gils: Vec::new(),
            pools: Vec::new(),
            pool_base: Vec::new(),
            clients: Clients::new(&setup.load.kind, key),
            due: Vec::new(),
            granted: VecDeque::new(),
            resumable: Vec::new(),
            touched: Vec::new(),
            record,
            trace: None,
            stamp: 0,
            forked: Vec::new(),
            accepted: Vec::new(),
            full: false,
            stop: None,
            lonely_arrivals: 0,
            lonely_since: 0,
            window_events: 0,
        };
        world.build(key);
        world
    }

    /// Runs the replication until its window closes or nothing is left to happen.
    pub fn run(&mut self, window: Window, control: &Control) -> Stop {
        self.begin(window);
        // A first look at once: thousands of short replications notice an interruption too.
        let mut until_look = 1;
        let mut watch = limit::Watch::default();
        let mut most_ends = limit::MOST_ENDS_OF_AN_INSTANT;
        loop {
            self.deliver_instant();
            if self.stop.is_some()
                && let Some(stop) = self.stop.take()
            {
                return stop;
            }
            if self.record.ends > most_ends {
                return limit::no_time_passes();
            }
            if !self.due.is_empty() {
                self.deliver_due();
                continue;
            }
            if !self.touched.is_empty() {
                self.settle();
                continue;
            }
            match self.queue.advance() {
                None => return self.nothing_left(),
                Some(time) if time == Time::MAX => {
                    return limit::end_of_time();
                }
                Some(time) => {
                    if time > self.now {
                        most_ends = self.record.ends + limit::MOST_ENDS_OF_AN_INSTANT;
                    }
                    self.now = time;
                }
            }
            until_look -= 1;
            if until_look == 0 {
                until_look = limit::until_look(control, self.record.events);
                let look = watch.look(control, &self.record, self.now, self.requests.len());
                if let Some(stop) = look.or_else(|| limit::of_strands(self.strands.len())) {
                    return stop;
                }
            }
        }
    }

    fn begin(&mut self, window: Window) {
        if self.stop.is_some() {
            // Too much to be built.
            return;
        }
        if window.warmup.is_zero() {
            self.open_window();
        } else {
            let tie = tie(Class::Timer, timer_number(4, 0));
            self.window_events += 1;
            self.queue.push(Time::ZERO + window.warmup, tie, Event::WindowOpen);
        }
        if let Some(duration) = window.duration {
            self.window_events += 1;
            self.record.middle = Some(Time::ZERO + window.warmup + Span(duration.0 / 2));
            let close = Time::ZERO + window.warmup + duration;
            self.queue.push(close, tie(Class::Timer, timer_number(5, 0)), Event::WindowClose);
        }
        if let Some(stop) = limit::of_load(&self.setup.load.kind) {
            self.stop = Some(stop);
            return;
        }
        self.clients_begin();
    }

    /// Delivers everything that is due now.
    fn deliver_instant(&mut self) {
        while let Some(event) = self.queue.pop(self.now) {
            self.deliver(event);
            self.resume();
            if self.stop.is_some() {
                return;
            }
        }
    }

    fn deliver_due(&mut self) {
        let mut due = std::mem::take(&mut self.due);
        due.sort_unstable();
        for client in due.drain(..) {
            self.on_client_ready(client);
            self.resume();
            if self.full {
                self.stop = Some(Stop::Closed);
                return;
            }
        }
        // What came due meanwhile is delivered next.
        due.append(&mut self.due);
        self.due = due;
        spare(&mut self.due);
    }

    fn deliver(&mut self, event: Event) {
        match event {
            Event::WaitEnd { strand, stamp } => self.on_wait_end(strand, stamp),
            Event::BurstEnd { core, stamp } => self.on_burst_end(core, stamp),
            Event::SharedBurstEnd { instance, stamp } => self.on_shared_burst_end(instance, stamp),
            Event::SliceEnd { core, stamp } => self.on_slice_end(core, stamp),
            Event::GilTimer { gil } => self.on_gil_timer(gil),
            Event::ClientTimeout => self.on_client_timeout(),
            Event::ColdStarted { thread, request } => self.on_cold_started(thread, request),
            Event::InstanceExpiry { instance } => self.on_instance_expiry(instance),
            Event::Kill => self.on_kill(),
            Event::LoopTimer { id } => self.on_loop_timer(id),
            Event::SlotTimeout { pool, stamp } => self.on_slot_timeout(pool, stamp),
            Event::WindowOpen => {
                self.window_events -= 1;
                self.open_window();
            }
            Event::WindowClose => self.stop = Some(self.close_of_window()),
            Event::Arrival => {
                let alone = self.queue.len() == self.window_events as usize;
                self.on_arrival();
                self.note_arrival(alone);
            }
            Event::ClientReady { client } => self.on_client_ready(client),
            Event::Retry { retry } => self.on_retry(retry),
        }
        if self.full {
            self.stop = Some(Stop::Closed);
        }
    }

    /// Requests came, again and again, when nothing else was left to happen, and none has ended since:
    /// nothing but arrivals and what they begin will ever happen.
    fn note_arrival(&mut self, alone: bool) {
        let ends = self.record.ends;
        if ends != self.lonely_since {
            (self.lonely_arrivals, self.lonely_since) = (0, ends);
        }
        if alone && self.requests.len() > 1 {
            self.lonely_arrivals += 1;
        }
        if self.lonely_arrivals > 10_000 {
            self.stop = Some(Stop::Deadlock(self.describe_deadlock()));
        }
    }

    /// Lets threads go on whose wait ended in the course of the present event.
    #[inline]
    fn resume(&mut self) {
        if !(self.resumable.is_empty() && self.granted.is_empty()) {
            self.resume_all();
        }
    }

    #[inline(never)]
    fn resume_all(&mut self) {
        loop {
            if let Some(thread) = self.resumable.pop() {
                self.on_burst_done(thread);
            } else if let Some(strand) = self.granted.pop_front() {
                self.on_granted(strand);
            } else {
                return;
            }
        }
    }

    /// Instances act in the order of their numbers: what one does concerns those after it at once, and
    /// those before it when the present instant has been delivered anew.
    fn settle(&mut self) {
        let mut first = 0;
        loop {
            let instance = match self.touched[..] {
                [] => break,
                [only] if only < first => break,
                [only] => {
                    self.touched.clear();
                    only
                }
                _ => match self.next_touched(first) {
                    None => break,
                    Some(place) => self.touched.swap_remove(place),
                },
            };
            first = instance + 1;
            self.instances[instance as usize].touched = false;
            self.settle_instance(instance);
        }
        if self.full {
            self.stop = Some(Stop::Closed);
        }
    }

    /// Where among the touched instances the least of those from `first` on stands.
    #[inline(never)]
    fn next_touched(&self, first: u32) -> Option<usize> {
        let touched = self.touched.iter().enumerate().filter(|&(_, &instance)| instance >= first);
        touched.min_by_key(|&(_, &instance)| instance).map(|(place, _)| place)
    }

    /// Idle workers, loops and executor threads act, then idle cores.
    #[inline]
    fn settle_instance(&mut self, instance: u32) {
        let loops = !self.loops.is_empty();
        if loops {
            self.loops_take(instance);
        }
        if self.setup.host.scheduling == Scheduling::Fifo {
            self.cpu_release_lingering(instance);
        }
        if loops {
            self.loops_act(instance);
            self.executors_act(instance);
        } else if !self.stealers.is_empty() {
            self.stealers_act(instance);
        } else if !self.instances[instance as usize].backlog.is_empty() {
            self.backlog_act(instance);
        }
        self.resume();
        self.cpu_release_lingering(instance);
        self.cpu_dispatch(instance);
        // A lock that changed hands there may have been all that a thread waited for.
        self.resume();
    }

    /// Somebody idle takes waiting requests.
    fn backlog_act(&mut self, instance: u32) {
        if self.setup.is_serverless() {
            self.fleet_act(instance);
        } else if !self.dispatchers.is_empty() {
            self.dispatchers_act(instance);
        } else {
            self.workers_act(instance);
        }
    }

    /// Something in an instance may concern somebody idle.
    #[inline]
    pub(super) fn touch(&mut self, instance: u32) {
        let this = &mut self.instances[instance as usize];
        if !this.touched {
            this.touched = true;
            self.touched.push(instance);
        }
    }

    /// A stamp that no scheduled event has.
    pub(super) fn restamp(&mut self, strand: u32) -> u32 {
        self.stamp = self.stamp.wrapping_add(1);
        self.strands[strand].stamp = self.stamp;
        self.stamp
    }

    /// Moves the time account of a strand's request to another part.
    #[inline]
    pub(super) fn set_part(&mut self, strand: u32, part: Part) {
        let this = &mut self.strands[strand];
        if this.part == part {
            return;
        }
        let id = this.request;
        let request = &mut self.requests[id];
        if request.is(Flag::SPLIT) || self.trace.is_some() {
            return self.set_part_of_branch(strand, part);
        }
        this.part = part;
        if part != Part::Parked {
            self.accounts.add(id, request.part, self.now.0 - request.since.0);
            request.since = self.now;
            request.part = part;
        }
    }

    /// Closes the account of a request up to now, and goes on with another part.
    pub(super) fn settle_account(&mut self, id: u32, part: Part) {
        let request = &mut self.requests[id];
        self.accounts.add(id, request.part, self.now.0 - request.since.0);
        request.since = self.now;
        request.part = part;
    }

    /// The same where the request has branches, or somebody listens.
    #[inline(never)]
    fn set_part_of_branch(&mut self, strand: u32, part: Part) {
        let this = &mut self.strands[strand];
        let old = std::mem::replace(&mut this.part, part);
        let id = this.request;
        if self.trace.is_some() {
            self.tell_part(strand);
        }
        let request = &mut self.requests[id];
        if !request.is(Flag::SPLIT) {
            if part != Part::Parked {
                self.settle_account(id, part);
            }
            return;
        }
        let counts = &mut self.branches[request.branches].counts;
        if old != Part::Parked {
            counts[old as usize] -= 1;
        }
        if part != Part::Parked {
            counts[part as usize] += 1;
        }
        let first = if part < request.part {
            Some(part)
        } else if counts[request.part as usize] == 0 {
            Part::ALL.into_iter().find(|&part| counts[part as usize] > 0)
        } else {
            None
        };
        if let Some(first) = first {
            self.settle_account(id, first);
        }
    }

    fn open_window(&mut self) {
        self.charge_all();
        self.note_gone();
        let now = self.now;
        self.record.open(now);
        for pool in &mut self.pools {
            pool.taken.set(now, pool.taken.value());
            pool.taken.restart(now);
        }
        self.open_trace();
    }

    /// Brings all accounts of cores up to now.
    pub(super) fn charge_all(&mut self) {
        for core in 0..self.cores.len() as u32 {
            self.charge(core);
        }
        if self.setup.host.scheduling == Scheduling::ProcessorSharing {
            for instance in 0..self.instances.len() as u32 {
                self.share_advance(instance);
                self.share_charge(instance, None);
            }
        }
    }

    /// The window closes; with nothing else to come and requests in flight, it is a deadlock that
    /// closed it.
    fn close_of_window(&self) -> Stop {
        let nothing_to_come =
            self.queue.is_empty() && self.due.is_empty() && self.touched.is_empty();
        if nothing_to_come && !self.requests.is_empty() {
            return Stop::Deadlock(self.describe_deadlock());
        }
        Stop::Closed
    }

    fn nothing_left(&self) -> Stop {
        if self.requests.is_empty() {
            Stop::Drained
        } else {
            Stop::Deadlock(self.describe_deadlock())
        }
    }
}

/// Buffers of more than this many are given back once they are empty: a crowd of millions that begins at
/// once must not keep the room that it needed for an instant.
const KEPT: usize = 1 << 16;

/// Gives an empty buffer's room back, if it is large.
#[inline]
pub(super) fn spare(buffer: &mut Vec<u32>) {
    if buffer.is_empty() && buffer.capacity() > KEPT {
        *buffer = Vec::new();
    }
}

/// Gives an empty queue's room back, if it is large.
#[inline]
pub(super) fn spare_queue(queue: &mut VecDeque<u32>) {
    if queue.is_empty() && queue.capacity() > KEPT {
        *queue = VecDeque::new();
    }
}
