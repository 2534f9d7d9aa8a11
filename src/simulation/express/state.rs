//! What all lanes share: requests in flight, their clients, the queue and the accounts.

use std::collections::VecDeque;

use crate::engine::slab::NONE;
use crate::engine::{EventQueue, Key, Slab, key};
use crate::model::LoadKind;
use crate::units::{Span, Time};

use super::super::Window;
use super::super::client::Clients;
use super::super::event::{Class, tie, timer_number};
use super::super::limit;
use super::super::place::Place;
use super::super::program::THINK_SITE;
use super::super::record::{Ended, Recorder};
use super::super::replication::Stop;
use super::super::request::{Part, Round};
use super::super::setup::Setup;
use super::super::spare;
use super::task::{Task, flag};

/// Something that will happen.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// A task goes on.
    Step(u32),
    /// A client of a closed load is done thinking.
    ClientReady(u32),
    WindowOpen,
    WindowClose,
}

/// What comes next: the first event of the queue or the next arrival, by their keys.
#[derive(Clone, Copy)]
pub struct Head {
    queued: u128,
    arrival: u128,
}

impl Head {
    /// When that is; the end of time where nothing comes.
    #[inline]
    pub fn time(self) -> Time {
        Time((self.queued.min(self.arrival) >> 64) as u64)
    }

    /// Whether it is the arrival.
    #[inline]
    pub const fn is_arrival(self) -> bool {
        self.arrival < self.queued
    }

    /// Whether nothing comes.
    pub fn is_none(self) -> bool {
        self.queued.min(self.arrival) == u128::MAX
    }
}

/// Requests in flight that a core's cache holds.
const IN_CACHE: usize = 4096;

/// All of a replication that does not depend on its lane.
pub struct State<'a> {
    pub setup: &'a Setup,
    pub now: Time,
    /// When the window opens.
    pub opens: Time,
    pub queue: EventQueue<Event>,
    /// When the next request of an open load is due, as the key of an event: the queue need not hold
    /// it, for there is one at most. `u128::MAX` is never.
    pub arrival: u128,
    pub tasks: Slab<Task>,
    pub rounds: Slab<Round>,
    pub clients: Clients,
    /// Clients of a closed load whose next request is due at this instant.
    pub due: Vec<u32>,
    /// Clients of a closed load send their next request at once.
    never_thinks: bool,
    /// Tasks that wait to be taken.
    pub backlog: VecDeque<u32>,
    /// Whether loops have polled at this very instant.
    pub polled: bool,
    pub record: Recorder,
    /// The request whose end closes the window, by its number among the waits of that instant, or
    /// beyond them where a burst ends it.
    pub closed_by: Option<u64>,
    /// Why it ends, where that is not that the window closes.
    pub stop: Option<Stop>,
    /// It ends here.
    pub over: bool,
    /// Something turned out that cannot be computed ahead.
    pub bail: bool,
}

impl<'a> State<'a> {
    /// Nothing has happened yet.
    pub fn new(setup: &'a Setup, key: Key, record: Recorder, window: Window) -> Self {
        Self {
            setup,
            now: Time::ZERO,
            opens: window.opens(),
            queue: spare::queue(),
            arrival: u128::MAX,
            tasks: Slab::new(),
            rounds: Slab::new(),
            clients: Clients::new(&setup.load.kind, key),
            due: Vec::new(),
            never_thinks: never_thinks(&setup.load.kind),
            backlog: VecDeque::new(),
            polled: false,
            record,
            closed_by: None,
            stop: None,
            over: false,
            bail: false,
        }
    }

    /// Keeps what memory the next replication of this thread can use.
    pub fn keep_memory(self) -> Recorder {
        if self.tasks.places() <= IN_CACHE {
            spare::keep_queue(self.queue);
        }
        self.record
    }

    /// Ends the replication here, for a reason of its own.
    pub fn end(&mut self, stop: Stop) {
        self.over = true;
        self.stop = Some(stop);
    }

    /// Why a replication that is over has ended.
    pub fn stopped(&mut self) -> Stop {
        self.stop.take().unwrap_or(Stop::Closed)
    }

    /// Leaves the replication to the event-driven engine.
    pub const fn give_up(&mut self) {
        self.over = true;
        self.bail = true;
    }

    /// Schedules the window's edges and the first requests, but for those that are due at once.
    pub fn begin(&mut self, window: Window) {
        if !window.warmup.is_zero() {
            let tie = tie(Class::Timer, timer_number(4, 0));
            self.queue.push(self.opens, tie, Event::WindowOpen);
        }
        if let Some(duration) = window.duration {
            self.record.middle = Some(self.opens + Span(duration.0 / 2));
            let tie = tie(Class::Timer, timer_number(5, 0));
            self.queue.push(self.opens + duration, tie, Event::WindowClose);
        }
        if let Some(stop) = limit::of_load(&self.setup.load.kind) {
            return self.end(stop);
        }
        match self.setup.load.kind {
            LoadKind::Closed { clients, .. } => {
                self.clients.begin(clients);
                self.due.extend(0..clients as u32);
            }
            LoadKind::Batch { count } => (0..count).for_each(|_| {
                self.begin_open(None);
            }),
            _ => self.schedule_arrival(),
        }
    }

    /// Finds out when the next request of an open load is due.
    #[inline]
    pub fn schedule_arrival(&mut self) {
        let next = self.clients.next_arrival();
        self.arrival = next.map_or(u128::MAX, |(time, tie)| key(time.max(self.now), tie));
    }

    /// What comes next.
    #[inline]
    pub fn head(&mut self) -> Head {
        Head { queued: self.queue.first(), arrival: self.arrival }
    }

    /// Issues the next request of an open load or a batch.
    pub fn begin_open(&mut self, class: Option<u32>) -> u32 {
        let key = self.clients.next_open();
        let class = class.unwrap_or_else(|| self.setup.draw_class(key));
        self.issue(key, class, NONE)
    }

    /// Issues the next request of a client.
    pub fn begin_closed(&mut self, client: u32) -> u32 {
        let key = self.clients.next_of(client);
        let class = self.setup.draw_class(key);
        self.issue(key, class, client)
    }

    #[inline]
    fn issue(&mut self, key: Key, class: u32, client: u32) -> u32 {
        self.record.events += 1;
        self.record.issued(false);
        self.record.admitted(self.now);
        let number = self.clients.next_number();
        let place = Place::start(self.setup.program.entries[class as usize], key);
        let task = self.tasks.insert(Task::new(place, number, self.now, client, class as u8));
        self.backlog.push_back(task);
        task
    }

    /// Schedules what a task does next, at the end of a burst on this core or loop.
    #[inline]
    pub fn after_burst(&mut self, task: u32, at: u64, core: u32) {
        let tie = tie(Class::Burst, u64::from(core));
        self.queue.push(Time(at), tie, Event::Step(task));
    }

    /// Schedules what a task does next, at the end of a wait.
    #[inline]
    pub fn after_wait(&mut self, task: u32, at: u64, number: u64) {
        let tie = tie(Class::Wait, number);
        self.queue.push(Time(at), tie, Event::Step(task));
    }

    /// Reads from the task that comes next: where many are in flight it is not in the cache, and
    /// can be on its way while this one goes on.
    #[inline]
    pub fn touch_next(&self) {
        if self.tasks.places() > IN_CACHE
            && let Some(&Event::Step(task)) = self.queue.peek()
        {
            let task = &self.tasks[task];
            std::hint::black_box((task.place.pc, task.flags));
        }
    }

    /// A request is done; `waits` is what it waited for once it was taken.
    #[inline(always)]
    pub fn complete(&mut self, task: u32, waits: Part) {
        let this = &mut self.tasks[task];
        this.flags = 0;
        let (client, key, number) = (this.client, this.place.key, this.number);
        let account = Ended {
            arrival: this.arrival,
            parts: this.parts(self.now, waits),
            // Nobody gives up here.
            cpu: 0,
            class: u32::from(this.class),
        };
        self.record.completed(self.now, &account);
        if self.record.is_full() {
            self.close_at(number);
        }
        self.record.server_done(self.now, false);
        self.tasks.remove(task);
        if client == NONE {
            return;
        }
        if self.never_thinks { self.due.push(client) } else { self.think(client, key) }
    }

    /// The window closes with the end of this request.
    #[cold]
    const fn close_at(&mut self, number: u64) {
        self.over = true;
        self.closed_by = Some(number);
    }

    /// A client thinks before its next request.
    #[inline(never)]
    fn think(&mut self, client: u32, key: Key) {
        let LoadKind::Closed { think, .. } = &self.setup.load.kind else { return };
        let pause = Span::from_nanos_f64(think.sample(&mut key.stream(THINK_SITE)));
        if pause.is_zero() {
            self.due.push(client);
        } else {
            let tie = tie(Class::Arrival, u64::from(client));
            self.queue.push(self.now + pause, tie, Event::ClientReady(client));
        }
    }

    /// All tasks in flight, branches included.
    pub fn in_flight(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter_with_free().map(|(_, task)| task).filter(|task| task.has(flag::ALIVE))
    }

    /// Core time after `edge` that is in the accounts already, in all and of the requests' own, by
    /// the latest burst of each.
    pub fn bursts_beyond(&self, edge: Time) -> [u64; 2] {
        self.in_flight().fold([0, 0], |sum, task| {
            let more = task.beyond(edge);
            [sum[0] + more[0], sum[1] + more[1]]
        })
    }
}

/// Whether clients of a closed load send their next request at once, always.
fn never_thinks(load: &LoadKind) -> bool {
    matches!(load, LoadKind::Closed { think, .. } if think.is_constant() && think.mean() == 0.0)
}
