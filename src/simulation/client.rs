//! The clients: they send requests, give up, try again; and every attempt ends in exactly one way.

use std::collections::VecDeque;

use crate::engine::slab::NONE;
use crate::engine::{Key, Slab};
use crate::model::runtime::{Assign, Balance};
use crate::model::{LoadKind, RuntimeKind};
use crate::units::{Span, Time};

use super::arrivals::Arrivals;
use super::event::{Class, Event, tie, timer_number};
use super::program::{BALANCE_SITE, THINK_SITE};
use super::record::Ended;
use super::request::{Flag, Part, Request};
use super::trace::Change;
use super::world::World;

/// Names of the parts of a replication's key.
mod part {
    /// Requests of an open load, by number.
    pub const REQUESTS: u64 = 1;
    /// Clients of a closed load, by number; their requests are parts of them.
    pub const CLIENTS: u64 = 2;
    /// Arrival instants.
    pub const ARRIVALS: u64 = 3;
    /// The wait before attempt n, a part of the request's key.
    pub const BACKOFF: u64 = 1 << 40;
}

/// Numbers of attempts made again in an open load come after all numbers of new requests.
const RETRIES: u64 = 1 << 60;

/// How an attempt ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With an answer.
    Completed,
    /// At a full backlog.
    Refused,
    /// The client gave up.
    TimedOut,
    /// A step failed, a resource was full or too slow.
    Failed,
}

/// What a client sends again.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    key: Key,
    class: u32,
    client: u32,
    attempt: u32,
}

/// The state of all clients.
#[derive(Clone, Debug)]
pub struct Clients {
    /// The key of the requests of an open load or a batch.
    requests: Key,
    /// The key of the clients of a closed load.
    clients: Key,
    arrivals: Arrivals,
    next_class: Option<u32>,
    /// Requests begun by each client of a closed load.
    sent: Vec<u32>,
    /// Requests begun in an open load or a batch.
    begun: u64,
    /// Attempts issued.
    issued: u64,
    retries: Slab<Retry>,
    /// `(instant, request, its number)` at which clients give up, ascending: the time-out is one
    /// constant, so that a queue does and no event need be cancelled.
    timeouts: VecDeque<(Time, u32, u64)>,
    /// How long the queue may get before it is swept.
    timeouts_sweep: usize,
    timeout_pending: bool,
    next_instance: u32,
}

impl Clients {
    /// The clients of a load under a replication's key.
    pub fn new(load: &LoadKind, key: Key) -> Self {
        Self {
            requests: key.part(part::REQUESTS),
            clients: key.part(part::CLIENTS),
            arrivals: Arrivals::new(load, key.part(part::ARRIVALS)),
            next_class: None,
            sent: Vec::new(),
            begun: 0,
            issued: 0,
            retries: Slab::new(),
            timeouts: VecDeque::new(),
            timeouts_sweep: 1024,
            timeout_pending: false,
            next_instance: 0,
        }
    }

    /// So many clients have sent nothing yet.
    pub fn begin(&mut self, clients: u64) {
        self.sent = vec![0; clients as usize];
    }

    /// The instant of an open load's next arrival, with its tie.
    pub fn next_arrival(&mut self) -> Option<(Time, u64)> {
        let (time, class) = self.arrivals.next()?;
        self.next_class = class;
        Some((time, tie(Class::Arrival, self.begun)))
    }

    /// The class that a trace gives to the arrival that is due.
    pub const fn class_of_arrival(&mut self) -> Option<u32> {
        self.next_class.take()
    }

    /// The key of the next request of an open load or a batch.
    pub const fn next_open(&mut self) -> Key {
        self.begun += 1;
        self.requests.part(self.begun - 1)
    }

    /// The key of a client.
    pub fn key_of(&self, client: u32) -> Key {
        self.clients.part(u64::from(client))
    }

    /// The key of a client's next request.
    pub fn next_of(&mut self, client: u32) -> Key {
        let sent = &mut self.sent[client as usize];
        let place = u64::from(*sent);
        *sent = sent.wrapping_add(1);
        self.key_of(client).part(place)
    }

    /// The number of the next attempt in order of issue.
    pub const fn next_number(&mut self) -> u64 {
        self.issued += 1;
        self.issued - 1
    }
}

impl World<'_> {
    /// Sends the first requests: all of a closed load or a batch, or the first of an open one.
    pub(super) fn clients_begin(&mut self) {
        match self.setup.load.kind {
            LoadKind::Closed { clients, .. } => {
                self.clients.begin(clients);
                self.make_room(clients);
                for client in 0..u32::try_from(clients).unwrap_or(u32::MAX) {
                    self.due.push(client);
                }
            }
            LoadKind::Batch { count } => {
                self.make_room(count);
                for _ in 0..count {
                    self.begin_open(None);
                }
            }
            _ => self.schedule_arrival(),
        }
    }

    /// Makes room for requests that begin at once: where millions were moved, they would need their
    /// memory twice. What is not used is never touched.
    fn make_room(&mut self, requests: u64) {
        self.requests.reserve(requests as usize);
        if !self.loops.is_empty() {
            self.strands.reserve(requests as usize);
        }
    }

    fn schedule_arrival(&mut self) {
        if let Some((time, tie)) = self.clients.next_arrival() {
            self.queue.push(time.max(self.now), tie, Event::Arrival);
        }
    }

    /// The next request of an open load is due.
    pub(super) fn on_arrival(&mut self) {
        let class = self.clients.class_of_arrival();
        self.begin_open(class);
        self.schedule_arrival();
    }

    fn begin_open(&mut self, class: Option<u32>) {
        let key = self.clients.next_open();
        let class = class.unwrap_or_else(|| self.setup.draw_class(key));
        self.issue(Retry { key, class, client: NONE, attempt: 0 });
    }

    /// A client of a closed load sends its next request.
    pub(super) fn on_client_ready(&mut self, client: u32) {
        let key = self.clients.next_of(client);
        let class = self.setup.draw_class(key);
        self.issue(Retry { key, class, client, attempt: 0 });
    }

    /// An attempt is made again.
    pub(super) fn on_retry(&mut self, place: u32) {
        let retry = self.clients.retries[place];
        self.clients.retries.remove(place);
        self.issue(retry);
    }

    /// The key of whoever sent a request: the client where there is one.
    pub(super) fn client_key(&self, request: u32) -> Key {
        let this = &self.requests[request];
        if this.client == NONE {
            return this.key;
        }
        self.clients.key_of(this.client)
    }

    /// An attempt begins: it is due at the runtime now.
    fn issue(&mut self, what: Retry) {
        let now = self.now;
        self.record.events += 1;
        self.record.issued(what.attempt > 0);
        let number = self.clients.next_number();
        let request = self.requests.insert(Request {
            number,
            arrival: now,
            since: now,
            cpu: 0,
            key: what.key,
            class: what.class,
            client: what.client,
            attempt: what.attempt,
            instance: 0,
            branches: NONE,
            part: Part::Accept,
            flags: 0,
        });
        self.requests[request].mark(Flag::ALIVE);
        self.accounts.open(request);
        self.tell(|_| Change::Issued { request: number, class: what.class });
        let instance = self.balance(request);
        self.requests[request].instance = instance;
        if let Some(timeout) = self.setup.load.timeout {
            self.watch_timeout(now + timeout, request, number);
        }
        self.admit(instance, request);
    }

    /// The instance that a request goes to.
    fn balance(&mut self, request: u32) -> u32 {
        let instances = self.setup.runtime.instances;
        if instances == 1 {
            return 0;
        }
        match self.setup.runtime.balance {
            Balance::RoundRobin => {
                let instance = self.clients.next_instance;
                self.clients.next_instance = (instance + 1) % instances;
                instance
            }
            Balance::Random => {
                let key = self.requests[request].key;
                key.stream(BALANCE_SITE).below(u64::from(instances)) as u32
            }
            Balance::LeastLoaded => (0u32..)
                .zip(&self.instances)
                .min_by_key(|(_, instance)| instance.in_server)
                .map_or(0, |(number, _)| number),
        }
    }

    /// A request joins the backlog of an instance, or finds it full.
    fn admit(&mut self, instance: u32, request: u32) {
        let target = match &self.setup.runtime.kind {
            RuntimeKind::EventLoop(kind) if kind.assign != Assign::Greedy => {
                self.assign(instance, request)
            }
            _ => NONE,
        };
        if let Some(limit) = self.setup.runtime.backlog
            && self.is_full(instance, target, limit)
        {
            self.end(request, End::Refused);
            self.requests[request].unmark(Flag::ALIVE);
            self.requests.remove(request);
            return;
        }
        self.record.admitted(self.now);
        let this = &mut self.instances[instance as usize];
        this.in_server += 1;
        if target == NONE {
            this.backlog.push_back(request);
            self.touch(instance);
        } else {
            self.loops[target as usize].backlog.push_back(request);
            self.wake(target);
        }
    }

    /// Whether a request finds the backlog full: it would have to wait, and as many as may wait do.
    /// Those that somebody idle takes once the present instant is delivered do not count.
    fn is_full(&self, instance: u32, target: u32, limit: u64) -> bool {
        let this = &self.instances[instance as usize];
        if target != NONE && self.takes_at_once(target) {
            return false;
        }
        let (waiting, taken) = if target != NONE {
            let first = this.first_loop as usize;
            let loops = &self.loops[first..first + self.setup.processes() as usize];
            (loops.iter().map(|each| each.backlog.len() as u64).sum(), self.loop_room(instance))
        } else if !self.stealers.is_empty() {
            (this.backlog.len() as u64, self.stealer_room(instance))
        } else if !self.dispatchers.is_empty() {
            let room = if self.dispatcher_is_free(instance) { u64::MAX } else { 0 };
            (this.backlog.len() as u64, room)
        } else if self.setup.is_serverless() {
            (this.backlog.len() as u64, self.fleet_room(instance))
        } else if self.setup.workers() == 0 {
            (this.backlog.len() as u64, self.loop_room(instance))
        } else {
            let startable =
                if self.setup.spawns() { self.setup.workers() - this.spawned } else { 0 };
            (this.backlog.len() as u64, this.idle_workers.len() as u64 + startable)
        };
        let at_once = target == NONE && taken > waiting;
        !at_once && waiting.saturating_sub(taken) >= limit
    }

    fn watch_timeout(&mut self, at: Time, request: u32, number: u64) {
        if !self.clients.timeout_pending {
            self.clients.timeout_pending = true;
            self.queue.push(at, tie(Class::Timer, timer_number(2, 0)), Event::ClientTimeout);
        }
        let requests = &self.requests;
        let clients = &mut self.clients;
        if clients.timeouts.len() >= clients.timeouts_sweep {
            // Those whose request has ended go, so that memory follows the requests in flight.
            clients.timeouts.retain(|&(_, request, number)| {
                let this = &requests[request];
                this.number == number && this.is_waited_for()
            });
            clients.timeouts_sweep = (2 * clients.timeouts.len()).max(1024);
        }
        clients.timeouts.push_back((at, request, number));
    }

    /// Clients that have waited long enough give up; the next look is scheduled.
    pub(super) fn on_client_timeout(&mut self) {
        self.clients.timeout_pending = false;
        while let Some(&(at, request, number)) = self.clients.timeouts.front() {
            let this = &self.requests[request];
            let waits = this.number == number && this.is_waited_for();
            if at > self.now && waits {
                let tie = tie(Class::Timer, timer_number(2, 0));
                self.clients.timeout_pending = true;
                return self.queue.push(at, tie, Event::ClientTimeout);
            }
            self.clients.timeouts.pop_front();
            if waits {
                self.record.events += 1;
                self.end(request, End::TimedOut);
                if self.full {
                    return;
                }
            }
        }
    }

    /// A request ends for its client, who goes on as its load says.
    pub(super) fn end(&mut self, request: u32, how: End) {
        let now = self.now;
        self.tell_end(request, how);
        self.settle_account(request, self.requests[request].part);
        let this = &mut self.requests[request];
        this.mark(Flag::ENDED);
        if how == End::TimedOut {
            this.mark(Flag::GAVE_UP);
        }
        let parts = self.accounts.of(request);
        let account = Ended { arrival: this.arrival, parts, cpu: this.cpu, class: this.class };
        self.record.ended(now, &account, how);
        self.full |= self.record.is_full();
        let last =
            Retry { key: this.key, class: this.class, client: this.client, attempt: this.attempt };
        // A client has one attempt at a time, which tells its return from all others of an instant;
        // where requests have no client, attempts made again come after the new ones.
        let number = if this.client == NONE { RETRIES | this.number } else { last.client.into() };
        self.after_end(last, number, how);
    }

    fn after_end(&mut self, last: Retry, number: u64, how: End) {
        let load = &self.setup.load;
        let mut pause = Span::ZERO;
        if how != End::Completed {
            let key = last.key.part(part::BACKOFF + u64::from(last.attempt));
            pause = Span::from_nanos_f64(load.backoff.sample(&mut key.stream(0)));
            if last.attempt < load.retries {
                let again = Retry { attempt: last.attempt + 1, ..last };
                let retry = self.clients.retries.insert(again);
                let tie = tie(Class::Arrival, number);
                return self.queue.push(self.now + pause, tie, Event::Retry { retry });
            }
        }
        let LoadKind::Closed { think, .. } = &load.kind else { return };
        pause += Span::from_nanos_f64(think.sample(&mut last.key.stream(THINK_SITE)));
        if pause.is_zero() {
            self.due.push(last.client);
        } else {
            let tie = tie(Class::Arrival, number);
            let event = Event::ClientReady { client: last.client };
            self.queue.push(self.now + pause, tie, event);
        }
    }

    /// The first strand of a request is at its end: the client has its answer.
    pub(super) fn finish(&mut self, strand: u32) {
        let request = self.strands[strand].request;
        if !self.requests[request].is(Flag::ENDED) {
            self.end(request, End::Completed);
        }
        self.drop_strand(strand);
    }

    /// A strand goes no further: its request fails, what it holds is free, its parent is told.
    pub(super) fn fail(&mut self, strand: u32) {
        self.give_back_all(strand);
        let this = &self.strands[strand];
        let (request, parent) = (this.request, this.parent);
        self.requests[request].mark(Flag::ABORTED);
        if !self.requests[request].is(Flag::ENDED) {
            self.end(request, End::Failed);
        }
        if parent == NONE {
            self.drop_strand(strand);
        } else {
            self.join(strand);
        }
    }

    /// A strand is no more; with the last one the server is done with the request.
    pub(super) fn drop_strand(&mut self, strand: u32) {
        debug_assert_eq!(self.strands[strand].held, NONE, "no slot leaves with its holder");
        let this = &self.strands[strand];
        let (request, parent, home) = (this.request, this.parent, this.home);
        let outer = if parent == NONE { NONE } else { self.strands[parent].round };
        let mut round = this.round;
        while round != outer {
            let place = round;
            round = self.rounds[place].outer;
            self.rounds.remove(place);
        }
        self.set_part(strand, Part::Parked);
        self.restamp(strand);
        self.strands.remove(strand);
        let this = &mut self.requests[request];
        if this.branches != NONE {
            let branches = &mut self.branches[this.branches];
            branches.alive -= 1;
            if branches.alive > 0 {
                return;
            }
            self.branches.remove(this.branches);
        }
        this.unmark(Flag::ALIVE);
        let (instance, gave_up) = (this.instance, this.is(Flag::GAVE_UP));
        self.record.server_done(self.now, gave_up);
        self.requests.remove(request);
        self.instances[instance as usize].in_server -= 1;
        if home != NONE {
            self.loop_task_done(home);
        }
        self.touch(instance);
    }
}
