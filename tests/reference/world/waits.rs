//! Waits and slots, and how tasks end.

use super::*;

/// What asking for a slot comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Granted,
    Waits,
    Full,
}

impl World<'_> {
    /// The wait that is next for a task begins, once it has its slots.
    pub(super) fn begin_wait(&mut self, task: usize) -> Asked {
        let Some(Act::Wait { nanos, at, timer, .. }) = self.tasks[task].todo.front().cloned()
        else {
            unreachable!("it is to wait");
        };
        while let Some(&resource) = at.get(self.tasks[task].at) {
            match self.ask(task, resource) {
                Asked::Granted => self.tasks[task].at += 1,
                other => return other,
            }
        }
        let end = match timer {
            Some(late) => self.timer_end(task, nanos, late),
            None => self.machine.now + nanos,
        };
        self.tasks[task].waits_until = Some(end);
        Asked::Granted
    }

    /// The wait of a task is over, and its runtime knows.
    pub(super) fn wait_is_over(&mut self, task: usize) {
        self.tasks[task].at = 0;
        let Some(Act::Wait { at, .. }) = self.tasks[task].todo.pop_front() else {
            unreachable!("it was waiting");
        };
        at.iter().rev().for_each(|&resource| self.give(task, resource));
        let Some(thread) = self.tasks[task].thread else { return self.go_on(task) };
        match self.machine.threads[thread].job {
            Job::Loop(id) => {
                self.tasks[task].thread = None;
                if self.machine.lock(thread) {
                    self.run_loop(id);
                }
            }
            Job::Stealer(id) => {
                self.tasks[task].thread = None;
                self.run_stealer(id);
            }
            _ => self.run_in_place(thread),
        }
    }

    /// A task of a loop goes on: at its next turn, or at once where nothing is left.
    pub(super) fn go_on(&mut self, task: usize) {
        match self.tasks[task].todo.front() {
            None => self.end_of(task),
            Some(Act::Fail) => self.fail(task),
            Some(_) => self.make_ready(task),
        }
    }

    fn make_ready(&mut self, task: usize) {
        self.tasks[task].ready_at = self.machine.now;
        let id = self.tasks[task].home.expect("a task has a home");
        match self.stealers.get_mut(id) {
            Some(stealer) => stealer.ready.push_back(task),
            None => self.loops[id].ready.push_back(task),
        }
    }

    /// The pool of a resource that a task uses.
    fn pool_of(&self, task: usize, resource: usize) -> (usize, usize) {
        if self.model.resources[resource].scope == Scope::Shared {
            return (resource, 0);
        }
        let this = &self.tasks[task];
        let at_home =
            |id: usize| self.stealers.get(id).map_or_else(|| self.loops[id].thread, |it| it.thread);
        let thread = this.thread.or(this.home.map(at_home)).expect("somebody serves it");
        (resource, self.machine.threads[thread].process)
    }

    pub(super) fn ask(&mut self, task: usize, resource: usize) -> Asked {
        let place = self.pool_of(task, resource);
        let what = &self.model.resources[resource];
        let pool = &mut self.pools[place.0][place.1];
        if pool.waiters.is_empty() && pool.taken < what.slots {
            pool.taken += 1;
            self.tasks[task].held.push(place);
            return Asked::Granted;
        }
        if what.queue.is_some_and(|most| pool.waiters.len() as u64 >= most) {
            return Asked::Full;
        }
        pool.waiters.push_back(task);
        let gives_up = what.timeout.map(|timeout| self.machine.now + timeout.0);
        self.tasks[task].waits_for = Some((place, gives_up));
        Asked::Waits
    }

    /// A task gives back the slot of a resource that it took last.
    pub(super) fn give(&mut self, task: usize, resource: usize) {
        let held = &mut self.tasks[task].held;
        let place = held.iter().rposition(|&(other, _)| other == resource);
        let pool = held.remove(place.expect("it holds one"));
        self.free(pool);
    }

    fn free(&mut self, place: (usize, usize)) {
        let pool = &mut self.pools[place.0][place.1];
        match pool.waiters.pop_front() {
            Some(next) => {
                self.tasks[next].waits_for = None;
                self.tasks[next].held.push(place);
                self.granted.push_back(next);
            }
            None => pool.taken -= 1,
        }
    }

    pub(super) fn slot_granted(&mut self, task: usize) {
        if matches!(self.tasks[task].todo.front(), Some(Act::Wait { .. })) {
            self.tasks[task].at += 1;
            if self.begin_wait(task) == Asked::Full {
                self.fail_where_it_waits(task);
            }
            return;
        }
        self.tasks[task].todo.pop_front();
        match self.tasks[task].thread {
            Some(thread) => self.go_on_with(thread),
            None => self.make_ready(task),
        }
    }

    pub(super) fn fail_where_it_waits(&mut self, task: usize) {
        let thread = self.tasks[task].thread;
        self.fail(task);
        let Some(thread) = thread else { return };
        self.machine.threads[thread].task = None;
        match self.machine.threads[thread].job {
            Job::Loop(id) => self.run_loop(id),
            Job::Stealer(id) => self.run_stealer(id),
            _ => self.fall_idle(thread),
        }
    }

    /// A task has nothing left to do.
    pub(super) fn end_of(&mut self, task: usize) {
        if self.tasks[task].parent.is_some() { self.join(task) } else { self.finish(task) }
    }

    pub(super) fn finish(&mut self, task: usize) {
        self.end(self.tasks[task].request, Ending::Completed);
        self.leave(task);
    }

    pub(super) fn fail(&mut self, task: usize) {
        while let Some(pool) = self.tasks[task].held.pop() {
            self.free(pool);
        }
        let request = self.tasks[task].request;
        self.requests[request].failed = true;
        self.end(request, Ending::Failed);
        if self.tasks[task].parent.is_some() { self.join(task) } else { self.leave(task) }
    }

    /// A branch is done; with the last one its parent goes on.
    fn join(&mut self, branch: usize) {
        let parent = self.tasks[branch].parent.expect("a branch has a parent");
        self.leave(branch);
        self.tasks[parent].children -= 1;
        if self.tasks[parent].children > 0 {
            return;
        }
        if self.requests[self.tasks[parent].request].failed {
            self.fail(parent);
        } else {
            self.go_on(parent);
        }
    }

    /// A task is no more; with the last one the server is done with the request.
    fn leave(&mut self, task: usize) {
        assert!(self.tasks[task].held.is_empty(), "no slot leaves with its holder");
        self.tasks[task].is_over = true;
        let request = &mut self.requests[self.tasks[task].request];
        request.strands -= 1;
        if request.strands == 0
            && let Some(id) = request.of_loop
        {
            self.loops[id].tasks -= 1;
        }
    }
}
