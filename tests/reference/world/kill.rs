//! `kill_after`: a request that runs for too long dies where it stands.

use super::*;

impl World<'_> {
    /// A request is taken: its time runs.
    pub(super) fn watch(&mut self, request: usize) {
        self.taken += 1;
        if let Some(limit) = self.runtime.kill_after {
            self.requests[request].kill = Some((self.machine.now + limit.0, self.taken));
        }
    }

    pub(super) fn kill(&mut self, request: usize) {
        self.requests[request].kill = None;
        self.requests[request].killed = true;
        let mut tasks: Vec<usize> = (self.first_task..self.tasks.len())
            .filter(|&id| self.tasks[id].request == request && !self.tasks[id].is_over)
            .collect();
        tasks.sort_by_key(|&task| self.tasks[task].branch);
        let &root = tasks.first().expect("a request that runs has a task");
        let thread = self.tasks[root].thread;
        if let Some(thread) = thread.filter(|&id| self.machine.threads[id].job == Job::Worker) {
            return self.kill_worker(thread, root);
        }
        // All stop waiting before the first gives anything back.
        tasks.retain(|&task| {
            let waits = self.tasks[task].waits_until.is_some()
                || self.tasks[task].waits_for.is_some()
                || self.tasks[task].slept_on
                || self.loops.iter().any(|each| each.offloaded.contains(&task));
            waits && self.tasks[task].thread.is_none()
        });
        tasks.iter().for_each(|&task| self.leave_wait(task));
        self.requests[request].failed = true;
        self.end(request, Ending::Failed);
        tasks.into_iter().for_each(|task| self.fail(task));
    }

    /// A worker dies with its request, and another takes its place.
    fn kill_worker(&mut self, thread: usize, task: usize) {
        self.machine.stop(thread);
        self.leave_wait(task);
        self.fail(task);
        self.machine.threads[thread].task = None;
        if self.is_serverless() {
            self.instance_is_gone(thread);
        } else {
            self.fall_idle(thread);
        }
    }
}
