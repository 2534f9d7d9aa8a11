//! The interpreter: walks a strand through its program up to something that takes time or a turn.

use crate::engine::slab::NONE;
use crate::units::Span;

use super::event::{Class, Event, tie, wait_number};
use super::place::Place;
use super::program::{Draw, Op};
use super::request::{Branches, Flag, PARTS, Part, Strand};
use super::slots::Asked;
use super::thread::Role;
use super::world::World;

/// What a strand comes to next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The operation at its place: something that takes time, or a turn of its loop.
    Act,
    /// Its branch is done.
    Joins,
    /// Its request is done.
    Ends,
    /// A step failed.
    Fails,
}

impl World<'_> {
    /// Walks a strand over operations that only steer, which take neither time nor a turn.
    #[inline]
    pub(super) fn walk(&mut self, strand: u32) -> Next {
        let this = &self.strands[strand];
        match self.setup.program.ops[this.pc as usize] {
            Op::Cpu { .. } | Op::Io { .. } | Op::Acquire { .. } | Op::Release { .. } => Next::Act,
            Op::Join if this.parent != NONE && this.offloaded == 0 => Next::Joins,
            Op::End => Next::Ends,
            _ => self.walk_on(strand),
        }
    }

    #[inline(never)]
    fn walk_on(&mut self, strand: u32) -> Next {
        let setup = self.setup;
        let this = &mut self.strands[strand];
        let mut place = Place { pc: this.pc, round: this.round, key: this.key };
        let next = loop {
            if !place.steer(&setup.program, &mut self.rounds) {
                break Next::Fails;
            }
            match &setup.program.ops[place.pc as usize] {
                Op::Fork { .. } if setup.runtime.kind.branches_at_once() && this.offloaded == 0 => {
                    break Next::Act;
                }
                Op::Join if this.parent != NONE && this.offloaded == 0 => break Next::Joins,
                Op::Offload { .. } if this.offloaded > 0 => this.offloaded += 1,
                Op::Offload { .. } if setup.workers() == 0 => break Next::Act,
                Op::Back if this.offloaded == 1 => break Next::Act,
                Op::Back if this.offloaded > 1 => this.offloaded -= 1,
                // In a thread branches come one after the other and nothing is offloaded.
                Op::Fork { .. } | Op::Join | Op::Offload { .. } | Op::Back => {}
                Op::End => break Next::Ends,
                _ => break Next::Act,
            }
            place.pc += 1;
        };
        (this.pc, this.round, this.key) = (place.pc, place.round, place.key);
        next
    }

    /// The CPU demand of the step that a strand is at, which it is then beyond.
    #[inline]
    pub(super) fn demand(&mut self, strand: u32, demand: &Draw) -> Span {
        let this = &mut self.strands[strand];
        this.pc += 1;
        let drawn = demand.sample(&self.setup.program, this.key);
        self.record.luck[0] += drawn - demand.mean;
        Span::from_nanos_f64(drawn)
    }

    /// Begins the wait at a strand's place, once it has the slots that the wait needs.
    pub(super) fn begin_wait(&mut self, strand: u32) -> Asked {
        let setup = self.setup;
        let Op::Io { wait, site, at, timer, .. } =
            &setup.program.ops[self.strands[strand].pc as usize]
        else {
            unreachable!("a wait begins at an I/O step");
        };
        if at.0 < at.1 {
            while at.0 + self.strands[strand].at < at.1 {
                let resource = setup.program.at[(at.0 + self.strands[strand].at) as usize];
                match self.ask(strand, resource) {
                    Asked::Granted => self.strands[strand].at += 1,
                    other => return other,
                }
            }
        }
        let stamp = self.restamp(strand);
        let this = &self.strands[strand];
        let drawn = wait.sample(&setup.program, this.key);
        self.record.luck[1] += drawn - wait.mean;
        let mut end = self.now + Span::from_nanos_f64(drawn);
        if *timer {
            end = self.timer_end(strand, *site, Span::from_nanos_f64(drawn));
        }
        let this = &self.strands[strand];
        let number = wait_number(self.requests[this.request].number, this.branch);
        let event = Event::WaitEnd { strand, stamp };
        self.queue.push(end, tie(Class::Wait, number), event);
        self.set_part(strand, Part::Io);
        Asked::Granted
    }

    /// The wait of a strand is over.
    pub(super) fn on_wait_end(&mut self, strand: u32, stamp: u32) {
        let this = &self.strands[strand];
        if this.stamp != stamp {
            return;
        }
        let Op::Io { timer, at, .. } = self.setup.program.ops[this.pc as usize] else {
            unreachable!("a wait ends at an I/O step");
        };
        // A thread that waits in place is woken for it.
        if !timer || this.thread != NONE {
            self.wait_at_over(strand, at);
        } else if !self.sleeps_on(strand, stamp) {
            self.timer_over(strand, at);
        }
    }

    /// The wait of a strand is over, and its runtime knows.
    pub(super) fn wait_over(&mut self, strand: u32) {
        let Op::Io { at, .. } = self.setup.program.ops[self.strands[strand].pc as usize] else {
            unreachable!("a wait ends at an I/O step");
        };
        self.timer_over(strand, at);
    }

    fn timer_over(&mut self, strand: u32, at: (u32, u32)) {
        let id = self.strands[strand].home;
        self.wait_at_over(strand, at);
        self.behind_sockets(strand, id);
    }

    #[inline]
    fn wait_at_over(&mut self, strand: u32, at: (u32, u32)) {
        self.record.events += 1;
        let this = &mut self.strands[strand];
        this.at = 0;
        this.pc += 1;
        let thread = this.thread;
        for place in (at.0..at.1).rev() {
            self.give_back(strand, self.setup.program.at[place as usize]);
        }
        if thread != NONE {
            return match self.threads[thread as usize].role {
                Role::Loop(id) => self.loop_unblocked(id),
                Role::Stealer(id) => self.stealer_unblocked(id),
                Role::Worker | Role::Executor(_) | Role::Dispatcher(_) => self.run_in_place(thread),
            };
        }
        self.go_on(strand);
    }

    /// A strand of a loop goes on after a wait: at its next turn, or at once where nothing is left.
    pub(super) fn go_on(&mut self, strand: u32) {
        match self.walk(strand) {
            Next::Act => self.make_ready(strand),
            Next::Ends => self.finish(strand),
            Next::Joins => self.join(strand),
            Next::Fails => self.fail(strand),
        }
    }

    /// A strand splits into branches, which are to run in this turn of its loop: in
    /// [`World::forked`].
    pub(super) fn fork(&mut self, strand: u32) {
        let setup = self.setup;
        let Op::Fork { branches, join } = setup.program.ops[self.strands[strand].pc as usize]
        else {
            unreachable!("branches begin at a fork");
        };
        let starts = &setup.program.branches[branches.0 as usize..branches.1 as usize];
        let (request, key) = (self.strands[strand].request, self.strands[strand].key);
        let (home, round) = (self.strands[strand].home, self.strands[strand].round);
        self.strands[strand].pc = join;
        self.strands[strand].branches = starts.len() as u32;
        let now = self.now;
        let this = &mut self.requests[request];
        if this.branches == NONE {
            let none = Branches { counts: [0; PARTS], alive: 1, made: 0 };
            this.branches = self.branches.insert(none);
        }
        let all = this.branches;
        if !this.is(Flag::SPLIT) {
            this.mark(Flag::SPLIT);
            self.branches[all].counts = [0; PARTS];
            self.branches[all].counts[this.part as usize] = 1;
        }
        self.forked.clear();
        for &start in starts {
            let all = &mut self.branches[all];
            all.alive += 1;
            all.made += 1;
            let branch = Strand {
                home,
                round,
                parent: strand,
                branch: all.made,
                part: Part::Parked,
                fresh: false,
                ready_at: now,
                ..Strand::root(request, start, key)
            };
            let branch = self.strands.insert(branch);
            self.restamp(branch);
            self.set_part(branch, Part::LoopWait);
            self.forked.push(branch);
        }
        self.set_part(strand, Part::Parked);
    }

    /// A branch is done; with the last one its parent goes on.
    pub(super) fn join(&mut self, branch: u32) {
        let parent = self.strands[branch].parent;
        self.drop_strand(branch);
        let this = &mut self.strands[parent];
        this.branches -= 1;
        if this.branches > 0 {
            return;
        }
        let request = this.request;
        if self.requests[request].is(Flag::ABORTED) {
            return self.fail(parent);
        }
        if self.strands[parent].parent == NONE {
            self.set_part(parent, Part::LoopWait);
            self.requests[request].unmark(Flag::SPLIT);
        }
        self.go_on(parent);
    }
}
