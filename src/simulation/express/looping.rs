//! The lane of loops with a core each.

use crate::engine::Key;
use crate::engine::slab::NONE;
use crate::model::runtime::Assign;
use crate::units::Time;

use super::super::program::{ASSIGN_SITE, Keys};
use super::super::replication::Replication;
use super::super::request::Part;
use super::branches::Families;
use super::legs::LegKind;
use super::loops::Loops;
use super::serve::Serve;
use super::state::State;
use super::task::flag;

/// Loops that nothing interrupts.
pub struct Looping {
    loops: Loops,
    assign: Assign,
    /// CPU for each resumption, in nanoseconds.
    task_switch: u64,
    /// Requests with branches; `None` where none has any.
    families: Option<Families>,
}

impl Looping {
    /// Idle loops; `branches` says that requests may split.
    pub fn new(loops: u32, assign: Assign, task_switch: u64, branches: bool) -> Self {
        let families = branches.then(Families::default);
        Self { loops: Loops::new(loops, assign), assign, task_switch, families }
    }

    /// The loop that the request with this key goes to.
    fn choose(&mut self, state: &State<'_>, key: Key, client: u32) -> u16 {
        let pinned = self.assign == Assign::Pinned && client != NONE;
        let key = if pinned { state.clients.key_of(client) } else { key };
        let draw = |n| key.stream(ASSIGN_SITE).below(n);
        self.loops.choose(state.now.0, state.polled, draw)
    }

    /// A strand has its turn on its loop, as soon as that comes to it.
    #[inline]
    fn turn(&mut self, state: &mut State<'_>, task: u32, fresh: bool) {
        let setup = state.setup;
        let now = state.now.0;
        let this = &mut state.tasks[task];
        let turn = self.loops.turn(this.home, now, state.polled);
        let mut overhead = self.task_switch;
        if fresh {
            overhead += setup.overhead_of(this.place.key);
            this.lag = turn.start - turn.poll;
            this.flags |= flag::TAKEN | flag::FIRST;
            this.place.steer_to_leg(setup, &mut state.rounds);
        } else {
            this.lag = turn.start - now;
        }
        this.flags &= !flag::AT_POLL;
        this.flags |= flag::TURN | if turn.poll == turn.start { flag::AT_POLL } else { 0 };
        let mut keys = Keys::new(&setup.program, this.place.key);
        let mut leg = &setup.legs[this.place.pc as usize];
        let mut useful = 0;
        if let Some(burst) = &leg.burst {
            let luck;
            (useful, luck) = burst.nanos(&mut keys, this.place.key);
            state.record.luck[0] += luck;
            if leg.wait.is_none() {
                this.place.pc = leg.next;
                this.place.steer_to_leg(setup, &mut state.rounds);
                leg = &setup.legs[this.place.pc as usize];
            }
        }
        let length = overhead + useful;
        self.loops.occupy(this.home, length);
        (this.start, this.end, this.useful) = (turn.start, turn.start + length, useful);
        if length > 0 {
            this.flags |= flag::BURST;
            state.record.cpu_busy += u128::from(length);
            state.record.cpu_useful += u128::from(useful);
        }
        let (end, number, home) = (this.end, this.number, this.home);
        let mut io = 0;
        if let Some(wait) = &leg.wait {
            let luck;
            (io, luck) = wait.nanos(&mut keys, this.place.key);
            state.record.luck[1] += luck;
            this.place.pc = leg.next;
            this.flags |= flag::WAIT;
        }
        match &mut self.families {
            None => {
                this.waiting += this.lag;
                this.running += length;
                this.io += io;
            }
            Some(families) => families.account(&mut state.tasks, task, fresh),
        }
        if leg.wait.is_some() {
            return state.after_wait(task, end.saturating_add(io), number);
        }
        match &mut self.families {
            Some(families) if leg.kind == LegKind::Split => families.split(state, task),
            _ => state.after_burst(task, end, u32::from(home)),
        }
    }

    /// A request is done.
    fn finish(&mut self, state: &mut State<'_>, task: u32) {
        if let Some(families) = &mut self.families {
            families.close(state, task);
        }
        let home = state.tasks[task].home;
        state.complete(task, Part::LoopWait);
        self.loops.done(home);
    }

    /// What a strand did last is over: it goes into the accounts.
    fn settle(state: &mut State<'_>, task: u32) {
        let this = &mut state.tasks[task];
        state.record.events += this.take_events() + this.clear(flag::FIRST) as u64;
        if this.clear(flag::TURN) && this.start >= state.opens.0 {
            state.record.loop_lag.record([this.lag]);
        }
    }
}

impl Serve for Looping {
    fn issued(&mut self, state: &mut State<'_>, task: u32) {
        if self.assign != Assign::Greedy {
            let this = &state.tasks[task];
            let home = self.choose(state, this.place.key, this.client);
            state.tasks[task].home = home;
        }
    }

    fn take_waiting(&mut self, state: &mut State<'_>) {
        while let Some(task) = state.backlog.pop_front() {
            if self.assign == Assign::Greedy {
                let key = state.tasks[task].place.key;
                state.tasks[task].home = self.choose(state, key, NONE);
            }
            self.turn(state, task, true);
        }
    }

    fn step(&mut self, state: &mut State<'_>, task: u32) {
        let mut task = task;
        loop {
            Self::settle(state, task);
            let this = &mut state.tasks[task];
            let setup = state.setup;
            this.place.steer_to_leg(setup, &mut state.rounds);
            match setup.legs[this.place.pc as usize].kind {
                LegKind::End => return self.finish(state, task),
                LegKind::Join => {}
                _ => return self.turn(state, task, false),
            }
            // The last branch takes its parent with it.
            let Some(families) = &mut self.families else { return };
            let Some(parent) = families.join(state, task) else { return };
            task = parent;
        }
    }

    fn beyond(&mut self, state: &mut State<'_>, edge: Time) -> [u64; 2] {
        state.bursts_beyond(edge)
    }

    fn count_under_way(&mut self, state: &mut State<'_>) {
        let now = state.now.0;
        // At the instant of the end that closes the window no loop polls any more, and no later
        // burst ends; a window of a given length closes after the bursts.
        let bursts_before = now + u64::from(!state.record.is_full());
        let mut past = 0;
        for (_, task) in state.tasks.iter_with_free() {
            past += u64::from(task.has(flag::BURST) && task.end < bursts_before);
            past += u64::from(task.has(flag::FIRST) && task.start - task.lag < now);
            let begun = task.start < now || (task.start == now && !task.has(flag::AT_POLL));
            if task.has(flag::TURN) && begun && task.start >= state.opens.0 {
                state.record.loop_lag.record([task.lag]);
            }
        }
        state.record.events += past;
    }

    fn amend(&self, found: &mut Replication) {
        // Nothing but bursts keeps such a loop busy.
        found.busy_loops.area = found.cpu_busy;
    }
}
