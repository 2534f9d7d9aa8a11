//! The loop from instant to instant of a replication that is computed ahead.

use std::collections::VecDeque;

use crate::engine::slab::NONE;
use crate::engine::{EventQueue, Key, Slab};
use crate::model::runtime::Assign;
use crate::model::{LoadKind, RuntimeKind, Scope};
use crate::units::{Span, Time};

use super::super::client::{Clients, End};
use super::super::event::{Class, tie, timer_number, wait_number};
use super::super::limit;
use super::super::place::Place;
use super::super::program::{ASSIGN_SITE, Op, THINK_SITE};
use super::super::record::{Ended, Recorder};
use super::super::replication::{Level, Replication, Stop};
use super::super::request::{Part, Round};
use super::super::setup::Setup;
use super::super::{Control, Window};
use super::cores::Cores;
use super::course::{Leg, course};
use super::lane::Lane;
use super::loops::Loops;
use super::task::{Task, flag};

/// Something that will happen.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// A task goes on.
    Step(u32),
    /// The next request of an open load is due.
    Arrival,
    /// A client of a closed load is done thinking.
    ClientReady(u32),
    WindowOpen,
    WindowClose,
}

/// All the state of a replication.
struct Express<'a> {
    setup: &'a Setup,
    lane: Lane,
    now: Time,
    /// When the window opens.
    opens: Time,
    queue: EventQueue<Event>,
    tasks: Slab<Task>,
    rounds: Slab<Round>,
    clients: Clients,
    /// Clients of a closed load whose next request is due at this instant.
    due: Vec<u32>,
    /// Tasks that wait to be taken.
    backlog: VecDeque<u32>,
    /// Workers without a request.
    idle: u64,
    cores: Cores,
    loops: Loops,
    /// Whether loops have polled at this very instant.
    polled: bool,
    record: Recorder,
    stop: Option<Stop>,
    /// Something turned out that cannot be computed ahead.
    bail: bool,
}

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
    let (workers, loops) = match (lane, &setup.runtime.kind) {
        (Lane::Loops { assign, .. }, RuntimeKind::EventLoop(kind)) => {
            (0, Loops::new(kind.loops, assign))
        }
        (Lane::Alone { workers } | Lane::Shared { workers, .. }, _) => {
            (workers, Loops::new(0, Assign::Greedy))
        }
        (Lane::Loops { .. }, _) => return None,
    };
    let mut express = Express {
        setup,
        lane,
        now: Time::ZERO,
        opens: window.opens(),
        queue: EventQueue::new(),
        tasks: Slab::new(),
        rounds: Slab::new(),
        clients: Clients::new(&setup.load.kind, key),
        due: Vec::new(),
        backlog: VecDeque::new(),
        idle: workers,
        cores: Cores::new(setup.host.cores),
        loops,
        polled: false,
        record,
        stop: None,
        bail: false,
    };
    let stop = express.run(window, control);
    (!express.bail).then(|| express.close(stop))
}

impl Express<'_> {
    fn run(&mut self, window: Window, control: &Control) -> Stop {
        self.begin(window);
        let mut until_look = 1;
        let mut watch = limit::Watch::default();
        let mut ends_at_start = 0;
        loop {
            self.deliver_instant();
            if let Some(stop) = self.stop.take() {
                return stop;
            }
            if self.record.ends.saturating_sub(ends_at_start) > limit::MOST_ENDS_OF_AN_INSTANT {
                return limit::no_time_passes();
            }
            if !self.due.is_empty() {
                self.deliver_due();
                continue;
            }
            if !self.backlog.is_empty() {
                self.take_waiting();
                if !self.due.is_empty() || self.stop.is_some() {
                    continue;
                }
            }
            match self.queue.advance() {
                None => return Stop::Drained,
                Some(time) if time == Time::MAX => return limit::end_of_time(),
                Some(time) if time == self.now => self.polled = true,
                Some(time) => {
                    self.polled = false;
                    ends_at_start = self.record.ends;
                    self.now = time;
                }
            }
            until_look -= 1;
            if until_look == 0 {
                until_look = limit::LOOK_EVERY;
                if let Some(stop) = watch.look(control, &self.record, self.now, self.tasks.len()) {
                    return stop;
                }
            }
        }
    }

    fn begin(&mut self, window: Window) {
        if window.warmup.is_zero() {
            self.open_window();
        } else {
            let tie = tie(Class::Timer, timer_number(4, 0));
            self.queue.push(self.opens, tie, Event::WindowOpen);
        }
        if let Some(duration) = window.duration {
            self.record.middle = Some(self.opens + Span(duration.0 / 2));
            let tie = tie(Class::Timer, timer_number(5, 0));
            self.queue.push(self.opens + duration, tie, Event::WindowClose);
        }
        if let Some(stop) = limit::of_load(&self.setup.load.kind) {
            self.stop = Some(stop);
            return;
        }
        match self.setup.load.kind {
            LoadKind::Closed { clients, .. } => {
                self.clients.begin(clients);
                self.due.extend(0..clients as u32);
            }
            LoadKind::Batch { count } => (0..count).for_each(|_| self.begin_open(None)),
            _ => self.schedule_arrival(),
        }
    }

    fn deliver_instant(&mut self) {
        while let Some(event) = self.queue.pop(self.now) {
            match event {
                Event::Step(task) => self.step(task),
                Event::Arrival => {
                    let class = self.clients.class_of_arrival();
                    self.begin_open(class);
                    self.schedule_arrival();
                }
                Event::ClientReady(client) => self.begin_closed(client),
                Event::WindowOpen => self.open_window(),
                Event::WindowClose => self.stop = Some(Stop::Closed),
            }
            if self.record.is_full() || self.bail {
                self.stop = Some(Stop::Closed);
            }
            if self.stop.is_some() {
                return;
            }
        }
    }

    fn deliver_due(&mut self) {
        let mut due = std::mem::take(&mut self.due);
        due.sort_unstable();
        for client in due.drain(..) {
            self.begin_closed(client);
        }
        due.append(&mut self.due);
        self.due = due;
    }

    fn schedule_arrival(&mut self) {
        if let Some((time, tie)) = self.clients.next_arrival() {
            self.queue.push(time.max(self.now), tie, Event::Arrival);
        }
    }

    fn begin_open(&mut self, class: Option<u32>) {
        let key = self.clients.next_open();
        let class = class.unwrap_or_else(|| self.setup.draw_class(key));
        self.issue(key, class, NONE);
    }

    fn begin_closed(&mut self, client: u32) {
        let key = self.clients.next_of(client);
        let class = self.setup.draw_class(key);
        self.issue(key, class, client);
    }

    fn issue(&mut self, key: Key, class: u32, client: u32) {
        self.record.events += 1;
        self.record.issued(false);
        self.record.admitted(self.now);
        let number = self.clients.next_number();
        let place = Place::start(self.setup.program.entries[class as usize], key);
        let mut task = Task::new(place, number, self.now, client, class as u8);
        if let Lane::Loops { assign, .. } = self.lane
            && assign != Assign::Greedy
        {
            task.home = self.choose(key, client);
        }
        let task = self.tasks.insert(task);
        self.backlog.push_back(task);
    }

    /// The loop that the request with this key goes to.
    fn choose(&mut self, key: Key, client: u32) -> u16 {
        let Lane::Loops { assign, .. } = self.lane else { return 0 };
        let pinned = assign == Assign::Pinned && client != NONE;
        let key = if pinned { self.clients.key_of(client) } else { key };
        self.loops.choose(self.now.0, self.polled, |n| key.stream(ASSIGN_SITE).below(n))
    }

    /// Idle workers and loops take requests that wait, the oldest first.
    fn take_waiting(&mut self) {
        match self.lane {
            Lane::Loops { assign, .. } => {
                let greedy = assign == Assign::Greedy;
                while let Some(task) = self.backlog.pop_front() {
                    if greedy {
                        let key = self.tasks[task].place.key;
                        self.tasks[task].home = self.choose(key, NONE);
                    }
                    self.turn(task, true);
                }
            }
            _ => {
                while self.idle > 0
                    && let Some(task) = self.backlog.pop_front()
                {
                    self.idle -= 1;
                    self.take(task);
                }
                if self.record.is_full() {
                    self.stop = Some(Stop::Closed);
                }
            }
        }
    }

    /// A worker takes a request.
    fn take(&mut self, task: u32) {
        self.record.events += 1;
        self.record.busy_workers.increase(self.now);
        let this = &mut self.tasks[task];
        this.flags |= flag::TAKEN;
        let overhead = self.setup.overhead_of(this.place.key);
        if matches!(self.lane, Lane::Alone { .. }) {
            self.run_course(task, overhead);
        } else {
            self.run_in_place(task, overhead);
        }
    }

    /// All that a request does under a worker that never waits for a core.
    fn run_course(&mut self, task: u32, overhead: u64) {
        let now = self.now.0;
        let this = &mut self.tasks[task];
        let (mut running, mut useful_sum, mut io, mut legs) = (0, 0, 0, 0);
        let lucks = &mut self.record.luck;
        let program = &self.setup.program;
        let (end, last) =
            course(program, &mut self.rounds, &mut this.place, now, overhead, |leg| {
                legs += 1;
                match leg {
                    Leg::Burst { start, end, useful, luck } => {
                        running += end - start;
                        useful_sum += useful;
                        lucks[0] += luck;
                    }
                    Leg::Wait { start, end, luck } => {
                        io += end - start;
                        lucks[1] += luck;
                    }
                }
            });
        (this.start, this.end) = (now, end);
        (this.running, this.useful, this.io, this.lag) = (running, useful_sum, io, legs);
        self.record.cpu_busy += u128::from(running);
        self.record.cpu_useful += u128::from(useful_sum);
        if end == now && matches!(last, Class::Burst) {
            // Not even a nanosecond: it ends as it is taken.
            self.note_past(task);
            return self.finish(task);
        }
        self.schedule(task, end, last, 0);
    }

    /// Schedules what a task does next.
    fn schedule(&mut self, task: u32, at: u64, class: Class, core: u32) {
        let number = match class {
            Class::Burst => u64::from(core),
            _ => wait_number(self.tasks[task].number, 0),
        };
        self.queue.push(Time(at), tie(class, number), Event::Step(task));
    }

    /// A task goes on, its latest turn or wait over.
    fn step(&mut self, task: u32) {
        self.note_past(task);
        let this = &mut self.tasks[task];
        this.place.steer_in_thread(&self.setup.program, &mut self.rounds);
        if matches!(self.setup.program.ops[this.place.pc as usize], Op::End) {
            return self.finish(task);
        }
        match self.lane {
            Lane::Loops { .. } => self.turn(task, false),
            _ => self.run_in_place(task, 0),
        }
    }

    /// What was computed ahead has come to pass.
    fn note_past(&mut self, task: u32) {
        let this = &mut self.tasks[task];
        match self.lane {
            Lane::Alone { .. } => self.record.events += this.lag,
            Lane::Shared { .. } => {
                let past = this.clear(flag::BURST) as u64 + this.clear(flag::WAIT) as u64;
                self.record.events += past;
            }
            Lane::Loops { .. } => {
                let past = this.clear(flag::BURST) as u64
                    + this.clear(flag::WAIT) as u64
                    + this.clear(flag::FIRST) as u64;
                self.record.events += past;
                if this.clear(flag::TURN) && this.start >= self.opens.0 {
                    self.record.loop_lag.record([this.lag]);
                }
            }
        }
    }

    /// A thread runs its request up to its next wait.
    fn run_in_place(&mut self, task: u32, overhead: u64) {
        let Lane::Shared { longest_run, .. } = self.lane else { return };
        let setup = self.setup;
        let mut at = self.now.0;
        let mut pending = overhead;
        // The core of the run, and how much of it is done.
        let (mut core, mut run) = (NONE, 0);
        let mut ends_in = Class::Burst;
        let this = &mut self.tasks[task];
        loop {
            this.place.steer_in_thread(&setup.program, &mut self.rounds);
            let place = &mut this.place;
            let op = &setup.program.ops[place.pc as usize];
            let mean = setup.program.means[place.pc as usize];
            let useful = match op {
                Op::Cpu { demand, site, .. } => {
                    let useful = place.draw(demand, *site);
                    self.record.luck[0] += useful as f64 - mean;
                    useful
                }
                _ => 0,
            };
            let length = std::mem::take(&mut pending) + useful;
            run += length;
            if run > longest_run {
                self.bail = true;
                return;
            }
            if length > 0 {
                if core == NONE {
                    (this.start, core) = self.cores.take(at, length);
                    this.waiting += this.start - at;
                    (this.end, this.useful) = (this.start, 0);
                } else {
                    self.cores.extend(core, length);
                }
                this.end += length;
                this.useful += useful;
                this.running += length;
                this.flags |= flag::BURST;
                ends_in = Class::Burst;
                self.record.cpu_busy += u128::from(length);
                self.record.cpu_useful += u128::from(useful);
                at = this.end;
            }
            match op {
                Op::Io { wait, site, .. } => {
                    let wait = place.draw(wait, *site);
                    self.record.luck[1] += wait as f64 - mean;
                    place.pc += 1;
                    if wait > 0 || core == NONE {
                        this.io += wait;
                        this.flags |= flag::WAIT;
                        return self.schedule(task, at.saturating_add(wait), Class::Wait, 0);
                    }
                    // Over before its thread could leave the core, which it keeps.
                    self.record.events += 2;
                    ends_in = Class::Wait;
                }
                Op::End if core == NONE => return self.finish(task),
                Op::End => return self.schedule(task, at, ends_in, core),
                _ => place.pc += 1,
            }
        }
    }

    /// A task has its turn on its loop, as soon as that comes to it.
    fn turn(&mut self, task: u32, fresh: bool) {
        let Lane::Loops { task_switch, .. } = self.lane else { return };
        let setup = self.setup;
        let now = self.now.0;
        let this = &mut self.tasks[task];
        let turn = self.loops.turn(this.home, now, self.polled);
        let mut overhead = task_switch;
        if fresh {
            overhead += setup.overhead_of(this.place.key);
            this.lag = turn.start - turn.poll;
            this.flags |= flag::TAKEN | flag::FIRST;
            this.place.steer_in_thread(&setup.program, &mut self.rounds);
        } else {
            this.lag = turn.start - now;
        }
        this.clear(flag::AT_POLL);
        this.flags |= flag::TURN | if turn.poll == turn.start { flag::AT_POLL } else { 0 };
        this.waiting += this.lag;
        let place = &mut this.place;
        let mut useful = 0;
        if let Op::Cpu { demand, site, .. } = &setup.program.ops[place.pc as usize] {
            useful = place.draw(demand, *site);
            self.record.luck[0] += useful as f64 - setup.program.means[place.pc as usize];
            place.pc += 1;
            place.steer_in_thread(&setup.program, &mut self.rounds);
        }
        let length = overhead + useful;
        self.loops.occupy(this.home, length);
        (this.start, this.end, this.useful) = (turn.start, turn.start + length, useful);
        if length > 0 {
            this.flags |= flag::BURST;
            this.running += length;
            self.record.cpu_busy += u128::from(length);
            self.record.cpu_useful += u128::from(useful);
        }
        let end = this.end;
        match &setup.program.ops[place.pc as usize] {
            Op::Io { wait, site, .. } => {
                let wait = place.draw(wait, *site);
                self.record.luck[1] += wait as f64 - setup.program.means[place.pc as usize];
                place.pc += 1;
                this.io += wait;
                this.flags |= flag::WAIT;
                self.schedule(task, end.saturating_add(wait), Class::Wait, 0);
            }
            _ => {
                let core = u32::from(this.home);
                self.schedule(task, end, Class::Burst, core);
            }
        }
    }

    /// A request is done.
    fn finish(&mut self, task: u32) {
        let waits = match self.lane {
            Lane::Loops { .. } => Part::LoopWait,
            _ => Part::CpuWait,
        };
        let this = &mut self.tasks[task];
        this.flags = 0;
        let (client, home, key) = (this.client, this.home, this.place.key);
        let account = Ended {
            arrival: this.arrival,
            parts: this.parts(self.now, waits),
            // Nobody gives up here.
            cpu: 0,
            class: u32::from(this.class),
        };
        self.record.ended(self.now, &account, End::Completed);
        if let LoadKind::Closed { think, .. } = &self.setup.load.kind {
            let pause = Span::from_nanos_f64(think.sample(&mut key.stream(THINK_SITE)));
            if pause.is_zero() {
                self.due.push(client);
            } else {
                let tie = tie(Class::Arrival, u64::from(client));
                self.queue.push(self.now + pause, tie, Event::ClientReady(client));
            }
        }
        self.record.server_done(self.now, false);
        self.tasks.remove(task);
        if let Lane::Loops { .. } = self.lane {
            self.loops.done(home);
        } else {
            self.record.busy_workers.decrease(self.now);
            self.idle += 1;
        }
    }

    /// All tasks in flight.
    fn in_flight(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter_with_free().map(|(_, task)| task).filter(|task| task.has(flag::ALIVE))
    }

    /// Core time after `edge` that is in the accounts already, in all and of the requests' own.
    fn beyond(&mut self, edge: Time) -> [u64; 2] {
        if !matches!(self.lane, Lane::Alone { .. }) {
            return self.in_flight().fold([0, 0], |sum, task| {
                let more = task.beyond(edge);
                [sum[0] + more[0], sum[1] + more[1]]
            });
        }
        let mut sum = [0, 0];
        self.replay(|leg| {
            if let Leg::Burst { start, end, useful, .. } = leg
                && end > edge.0
            {
                sum[0] += end - start.max(edge.0);
                sum[1] += useful.min(end - edge.0);
            }
        });
        sum
    }

    /// Goes once more through the courses of all requests that a worker has.
    fn replay(&mut self, mut leg: impl FnMut(Leg)) {
        let program = &self.setup.program;
        let taken: Vec<Task> =
            self.in_flight().filter(|task| task.has(flag::TAKEN)).cloned().collect();
        for task in taken {
            // At its end a request has its own key again.
            let key = task.place.key;
            let mut place = Place::start(program.entries[usize::from(task.class)], key);
            let overhead = self.setup.overhead_of(key);
            course(program, &mut self.rounds, &mut place, task.start, overhead, &mut leg);
        }
    }

    fn open_window(&mut self) {
        let [busy, useful] = self.beyond(self.now);
        self.record.open(self.now);
        self.record.cpu_busy = u128::from(busy);
        self.record.cpu_useful = u128::from(useful);
    }

    /// Counts what has come to pass of what tasks in flight were to do.
    fn count_under_way(&mut self) {
        let now = self.now.0;
        let mut past = 0;
        if let Lane::Alone { .. } = self.lane {
            self.replay(|leg| {
                let (Leg::Burst { end, .. } | Leg::Wait { end, .. }) = leg;
                past += u64::from(end <= now);
            });
            self.record.events += past;
            return;
        }
        // At the instant of the end that closes the window no loop polls any more, and no later
        // burst ends; a window of a given length closes after the bursts.
        let bursts_before = if self.record.is_full() { now } else { now + 1 };
        for (_, task) in self.tasks.iter_with_free() {
            past += u64::from(task.has(flag::BURST) && task.end < bursts_before);
            past += u64::from(task.has(flag::FIRST) && task.start - task.lag < now);
            let begun = task.start < now || (task.start == now && !task.has(flag::AT_POLL));
            if task.has(flag::TURN) && begun && task.start >= self.opens.0 {
                self.record.loop_lag.record([task.lag]);
            }
        }
        self.record.events += past;
    }

    /// Closes the window and hands over what it saw.
    fn close(mut self, stop: Stop) -> Replication {
        if stop == Stop::Drained {
            self.now = self.record.end_of_work();
        }
        let now = self.now;
        let [busy, useful] = self.beyond(now);
        self.record.cpu_busy -= u128::from(busy);
        self.record.cpu_useful -= u128::from(useful);
        self.count_under_way();
        let opened = self.record.opened.unwrap_or(now);
        let stayed = self.in_flight().map(|task| u128::from(now.0 - task.arrival.max(opened).0));
        let stayed = stayed.sum();
        let processes = u64::from(self.setup.processes());
        let unused = self.setup.resources.iter().map(|resource| {
            let pools = if resource.scope == Scope::Shared { 1 } else { processes };
            (Level::default(), u64::from(resource.slots) * pools)
        });
        let is_open = self.record.opened.is_some();
        let mut found = self.record.close(stop, now, stayed, unused.collect());
        if let Lane::Loops { .. } = self.lane {
            // Nothing but bursts keeps such a loop busy.
            found.busy_loops.area = found.cpu_busy;
        }
        if is_open {
            found.debug_assert_lawful(self.setup);
        }
        found
    }
}
