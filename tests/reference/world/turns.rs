//! The turn of a task, of a loop or of a worker that steals.

use super::*;

impl World<'_> {
    /// A thread gives a task its turn, which pays for being resumed, and for being taken in the first time.
    pub(super) fn begin_turn(&mut self, thread: usize, task: usize, switch: u64) {
        let mut pending = switch;
        self.tasks[task].timed = false;
        if std::mem::take(&mut self.tasks[task].fresh) {
            pending += self.overhead_of(self.tasks[task].request);
        }
        self.machine.threads[thread].task = Some(task);
        self.machine.threads[thread].pending = pending;
    }

    /// One act of the task that has its turn; false where its thread must stop for now.
    pub(super) fn take_turn(&mut self, thread: usize, task: usize) -> bool {
        if self.requests[self.tasks[task].request].killed {
            self.machine.threads[thread].pending = 0;
            self.machine.threads[thread].task = None;
            self.fail(task);
            return true;
        }
        let next = self.tasks[task].todo.front().cloned();
        if let Some(Act::Cpu { nanos, locked }) = next {
            self.tasks[task].todo.pop_front();
            let pending = std::mem::take(&mut self.machine.threads[thread].pending);
            return self.machine.burst(thread, pending + nanos, locked);
        }
        if !self.pay(thread) {
            return false;
        }
        match next {
            Some(Act::Wait { blocking: true, .. }) => {
                self.tasks[task].thread = Some(thread);
                if self.begin_wait(task) != Asked::Full {
                    self.machine.unlock(thread);
                    return false;
                }
                self.tasks[task].thread = None;
                self.fail(task);
            }
            Some(Act::Wait { .. }) => {
                if self.begin_wait(task) == Asked::Full {
                    self.fail(task);
                }
            }
            Some(Act::Take(resource)) => match self.ask(task, resource) {
                Asked::Granted => {
                    self.tasks[task].todo.pop_front();
                    return true;
                }
                Asked::Waits => {}
                Asked::Full => self.fail(task),
            },
            Some(Act::Give(resource)) => {
                self.tasks[task].todo.pop_front();
                self.give(task, resource);
                return true;
            }
            Some(Act::Stay) => {
                self.tasks[task].todo.pop_front();
                return true;
            }
            Some(Act::Offload(acts)) => {
                self.tasks[task].todo.pop_front();
                self.tasks[task].todo.push_front(Act::Return);
                for act in in_one_thread(acts).into_iter().rev() {
                    self.tasks[task].todo.push_front(act);
                }
                let id = self.tasks[task].home.expect("a task of a loop");
                self.loops[id].offloaded.push_back(task);
            }
            Some(Act::Fork(branches)) => {
                self.tasks[task].todo.pop_front();
                self.fork(task, branches);
            }
            Some(Act::Fail) => self.fail(task),
            None => self.end_of(task),
            Some(Act::Cpu { .. } | Act::Return) => unreachable!("seen before"),
        }
        self.machine.threads[thread].task = None;
        true
    }

    /// Branches of a loop run in the turn under way, in their order; those of a worker that steals are
    /// tasks of their own.
    fn fork(&mut self, task: usize, branches: Vec<Vec<Act>>) {
        let request = self.tasks[task].request;
        let id = self.tasks[task].home.expect("a task has a home");
        self.tasks[task].children = branches.len();
        for (place, acts) in branches.into_iter().enumerate() {
            self.requests[request].strands += 1;
            self.requests[request].branches += 1;
            let branch = Task {
                branch: self.requests[request].branches,
                parent: Some(task),
                home: Some(id),
                fresh: false,
                ..self.task(request, acts)
            };
            let number = self.tasks.len();
            self.tasks.push(branch);
            match self.stealers.get_mut(id) {
                Some(stealer) => stealer.ready.push_back(number),
                None => self.loops[id].turn.insert(place, number),
            }
        }
    }
}
