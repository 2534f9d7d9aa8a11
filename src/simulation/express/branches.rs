//! Branches of requests on loops, computed ahead: who joins whom, and the account of the whole.
//!
//! A strand is a task, a branch as its request is. A loop takes turns one after the other, so that
//! those of one request never overlap, and each is given out when what it follows on has come to
//! pass: an instant of the response is known to be running, waiting for the loop or in I/O by the
//! turn that comes next.

use crate::engine::Slab;

use super::super::event::wait_number;
use super::super::place::Place;
use super::super::program::{Keys, Op};
use super::state::State;
use super::task::{Task, flag};

/// What a strand has beside its task.
#[derive(Clone, Copy, Debug, Default)]
struct Family {
    /// Branches that it waits for.
    open: u32,
    /// Branches that its request has had so far, for the ties of their waits; of a request alone.
    made: u32,
    /// Up to when the request's account is settled; of a request alone.
    settled: u64,
}

/// Strands of requests that split, by the numbers of their tasks.
#[derive(Clone, Debug, Default)]
pub struct Families {
    of: Vec<Family>,
}

impl Families {
    /// The request that a strand belongs to.
    fn root(tasks: &Slab<Task>, strand: u32) -> u32 {
        let mut root = strand;
        while tasks[root].has(flag::BRANCH) {
            root = tasks[root].client;
        }
        root
    }

    /// Settles the account of a strand's request up to the end of the turn that the strand has been
    /// given.
    #[inline]
    pub fn account(&mut self, tasks: &mut Slab<Task>, strand: u32, fresh: bool) {
        let Task { start, end, lag, .. } = tasks[strand];
        let root = Self::root(tasks, strand);
        if self.of.len() <= root as usize {
            self.of.resize(tasks.places(), Family::default());
        }
        let family = &mut self.of[root as usize];
        let request = &mut tasks[root];
        let ready = start - lag;
        if fresh {
            *family = Family::default();
        } else {
            request.io += ready.saturating_sub(family.settled);
        }
        request.waiting += start - ready.max(family.settled);
        request.running += end - start;
        family.settled = end;
    }

    /// A strand, at the end of its turn, splits into branches, all of which wait.
    pub fn split(&mut self, state: &mut State<'_>, strand: u32) {
        let setup = state.setup;
        let program = &setup.program;
        let Task { place, end, home, class, arrival, .. } = state.tasks[strand];
        let Op::Fork { branches, join } = program.ops[place.pc as usize] else { return };
        state.tasks[strand].place.pc = join;
        let root = Self::root(&state.tasks, strand);
        let number = state.tasks[root].number >> 16;
        let mut keys = Keys::new(program, place.key);
        let mut made = self.of[root as usize].made;
        for &begin in &program.branches[branches.0 as usize..branches.1 as usize] {
            made += 1;
            let leg = &setup.legs[begin as usize];
            let mut branch = Task::new(Place { pc: leg.next, ..place }, 0, arrival, strand, class);
            branch.number = wait_number(number, made);
            branch.home = home;
            branch.flags = flag::ALIVE | flag::BRANCH | flag::WAIT;
            let mut io = 0;
            if let Some(wait) = &leg.wait {
                let luck;
                (io, luck) = wait.nanos(&mut keys, place.key);
                state.record.luck[1] += luck;
            }
            let number = branch.number;
            let branch = state.tasks.insert(branch);
            if self.of.len() <= branch as usize {
                self.of.resize(state.tasks.places(), Family::default());
            }
            self.of[branch as usize] = Family::default();
            state.after_wait(branch, end.saturating_add(io), number);
        }
        self.of[root as usize].made = made;
        self.of[strand as usize].open = branches.1 - branches.0;
    }

    /// A branch is done; answers its parent where it was the last that the parent waited for.
    pub fn join(&mut self, state: &mut State<'_>, branch: u32) -> Option<u32> {
        let this = &mut state.tasks[branch];
        this.flags = 0;
        let parent = this.client;
        state.tasks.remove(branch);
        let family = &mut self.of[parent as usize];
        family.open -= 1;
        (family.open == 0).then_some(parent)
    }

    /// A request ends now.
    pub fn close(&mut self, state: &mut State<'_>, task: u32) {
        let settled = self.of[task as usize].settled;
        state.tasks[task].io += state.now.0.saturating_sub(settled);
    }
}
