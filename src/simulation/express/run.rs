//! The loop from instant to instant of a replication that is computed ahead.

use crate::engine::Key;
use crate::model::{RuntimeKind, Scope};
use crate::units::Time;

use super::super::limit;
use super::super::record::Recorder;
use super::super::replication::{Level, Replication, Stop};
use super::super::setup::Setup;
use super::super::{Control, Window};
use super::alone::Alone;
use super::lane::Lane;
use super::looping::Looping;
use super::serve::Serve;
use super::shared::Shared;
use super::state::{Event, State};
use super::task::flag;

/// Events between two looks at whether the user wants to stop, for each instant: a request of millions of steps is
/// computed in one.
const EVENTS_OF_AN_INSTANT: u64 = 16;

/// Runs a replication; `None` where something turns out on the way that must be left to the
/// event-driven engine.
pub fn replicate(
    setup: &Setup,
    lane: Lane,
    key: Key,
    record: Recorder,
    window: Window,
    control: &Control,
) -> Option<Replication> {
    let state = State::new(setup, key, record, window);
    match (lane, &setup.runtime.kind) {
        (Lane::Alone { workers }, _) => run(state, Alone::new(workers), window, control),
        (Lane::Shared { workers, longest_run }, _) => {
            run(state, Shared::new(workers, longest_run, setup.host.cores), window, control)
        }
        (Lane::Loops { assign, task_switch }, RuntimeKind::EventLoop(kind)) => run(
            state,
            Looping::new(kind.loops, assign, task_switch, setup.splits()),
            window,
            control,
        ),
        (Lane::Loops { .. }, _) => None,
    }
}

fn run(
    state: State<'_>,
    serve: impl Serve,
    window: Window,
    control: &Control,
) -> Option<Replication> {
    let mut express = Express { state, serve };
    let stop = express.run(window, control);
    (!express.state.bail).then(|| express.close(stop))
}

struct Express<'a, S> {
    state: State<'a>,
    serve: S,
}

impl<S: Serve> Express<'_, S> {
    fn run(&mut self, window: Window, control: &Control) -> Stop {
        if window.warmup.is_zero() {
            self.open_window();
        }
        self.state.begin(window);
        if self.state.over {
            return self.state.stopped();
        }
        for place in 0..self.state.backlog.len() {
            let task = self.state.backlog[place];
            self.serve.issued(&mut self.state, task);
        }
        let mut until_look = 1;
        let mut events_at_look = u64::MAX;
        let mut watch = limit::Watch::default();
        let mut ends_at_start = 0;
        loop {
            let mut head = self.state.head();
            if head.time() != self.state.now {
                // This instant is delivered: clients whose next request is due send it, then what
                // waits is taken.
                if !self.state.due.is_empty() {
                    self.deliver_due();
                    let ends = self.state.record.ends.saturating_sub(ends_at_start);
                    if ends > limit::MOST_ENDS_OF_AN_INSTANT {
                        return limit::no_time_passes();
                    }
                    continue;
                }
                if !self.state.backlog.is_empty() {
                    self.serve.take_waiting(&mut self.state);
                    if self.state.over {
                        return self.state.stopped();
                    }
                    if !self.state.due.is_empty() {
                        continue;
                    }
                    head = self.state.head();
                }
                // What is taken may end, or wait, no time at all.
                self.state.polled = head.time() == self.state.now;
                if !self.state.polled {
                    if head.time() == Time::MAX {
                        return if head.is_none() { Stop::Drained } else { limit::end_of_time() };
                    }
                    ends_at_start = self.state.record.ends;
                    self.state.now = head.time();
                }
                until_look -= 1;
                if until_look == 0 || self.state.record.events >= events_at_look {
                    let events = self.state.record.events;
                    until_look = limit::until_look(control, events);
                    events_at_look =
                        events.saturating_add(u64::from(until_look) * EVENTS_OF_AN_INSTANT);
                    let State { record, now, tasks, .. } = &self.state;
                    if let Some(stop) = watch.look(control, record, *now, tasks.len()) {
                        return stop;
                    }
                }
            }
            if head.is_arrival() {
                self.deliver_arrival();
            } else {
                self.deliver();
            }
            if self.state.over {
                return self.state.stopped();
            }
        }
    }

    #[inline]
    fn deliver_arrival(&mut self) {
        let class = self.state.clients.class_of_arrival();
        let task = self.state.begin_open(class);
        self.serve.issued(&mut self.state, task);
        self.state.schedule_arrival();
    }

    /// Delivers what comes first in the queue.
    #[inline]
    fn deliver(&mut self) {
        match self.state.queue.take() {
            Some(Event::Step(task)) => {
                self.state.touch_next();
                self.serve.step(&mut self.state, task);
            }
            Some(Event::ClientReady(client)) => self.begin_closed(client),
            Some(Event::WindowOpen) => self.open_window(),
            Some(Event::WindowClose) => self.state.over = true,
            None => {}
        }
    }

    fn begin_closed(&mut self, client: u32) {
        let task = self.state.begin_closed(client);
        self.serve.issued(&mut self.state, task);
    }

    /// Sends the requests that are due now, in order of their clients.
    #[inline]
    fn deliver_due(&mut self) {
        if let [client] = self.state.due[..] {
            self.state.due.clear();
            return self.begin_closed(client);
        }
        self.deliver_many();
    }

    #[inline(never)]
    fn deliver_many(&mut self) {
        let mut due = std::mem::take(&mut self.state.due);
        due.sort_unstable();
        for client in due.drain(..) {
            self.begin_closed(client);
        }
        self.state.due = due;
    }

    #[cold]
    fn open_window(&mut self) {
        let Self { state, serve } = self;
        let [busy, useful] = serve.beyond(state, state.now);
        state.record.open(state.now);
        state.record.cpu_busy = u128::from(busy);
        state.record.cpu_useful = u128::from(useful);
    }

    /// Closes the window and hands over what it saw.
    fn close(self, stop: Stop) -> Replication {
        let Self { mut state, mut serve } = self;
        if stop == Stop::Drained {
            state.now = state.record.end_of_work();
        }
        let now = state.now;
        let [busy, useful] = serve.beyond(&mut state, now);
        state.record.cpu_busy -= u128::from(busy);
        state.record.cpu_useful -= u128::from(useful);
        serve.count_under_way(&mut state);
        let opened = state.record.opened.unwrap_or(now);
        let requests = state.in_flight().filter(|task| !task.has(flag::BRANCH));
        let stayed = requests.map(|task| u128::from(now.0 - task.arrival.max(opened).0));
        let stayed = stayed.sum();
        let processes = u64::from(state.setup.processes());
        let unused = state.setup.resources.iter().map(|resource| {
            let pools = if resource.scope == Scope::Shared { 1 } else { processes };
            (Level::default(), u64::from(resource.slots) * pools)
        });
        let (is_open, setup) = (state.record.opened.is_some(), state.setup);
        let unused = unused.collect();
        let mut found = state.keep_memory().close(stop, now, stayed, unused);
        serve.amend(&mut found);
        if is_open {
            found.debug_assert_lawful(setup);
        }
        found
    }
}
