//! How requests are served: in place by threads, in turns by loops.

use iowait::model::runtime::EventLoop;

use super::*;

impl World<'_> {
    /// The worker, or the executor thread of a loop, that has been idle longest.
    pub(super) fn longest_idle(&mut self, of_loop: Option<usize>) -> Option<usize> {
        let mine = |thread: usize| self.machine.threads[thread].of_loop == of_loop;
        let &first = self.idle.iter().filter(|&&(_, thread)| mine(thread)).min()?;
        self.idle.retain(|&other| other != first);
        Some(first.1)
    }

    fn overhead_of(&self, request: usize) -> u64 {
        nanos(&self.runtime.overhead, self.requests[request].key, 1)
    }

    fn task_of(&self, request: usize) -> Task {
        let this = &self.requests[request];
        Task {
            request,
            branch: 0,
            parent: None,
            children: 0,
            todo: draw(&self.model.requests[this.class], this.key).into(),
            held: vec![],
            at: 0,
            thread: None,
            of_loop: this.of_loop,
            waits_until: None,
            waits_for: None,
            ready_at: self.machine.now,
            fresh: true,
        }
    }

    /// A worker takes a request.
    pub(super) fn work_on(&mut self, worker: usize, request: usize) {
        self.acts += 1;
        let mut task = self.task_of(request);
        task.todo = in_one_thread(task.todo.into()).into();
        task.thread = Some(worker);
        let mut overhead = self.overhead_of(request);
        if let RuntimeKind::ThreadPool(kind) = &self.runtime.kind
            && self.spawns()
        {
            overhead += kind.spawn_cost.0;
        }
        self.machine.threads[worker].task = Some(self.tasks.len());
        self.machine.threads[worker].pending = overhead;
        self.tasks.push(task);
        self.run_in_place(worker);
    }

    /// What has gathered for a thread's task is paid, in a burst of its own; true where there is nothing.
    fn pay(&mut self, thread: usize) -> bool {
        let pending = std::mem::take(&mut self.machine.threads[thread].pending);
        self.machine.burst(thread, pending, true)
    }

    /// A thread goes on: its burst is over, or it has what it waited for.
    pub(super) fn go_on_with(&mut self, thread: usize) {
        let this = &mut self.machine.threads[thread];
        match this.of_loop {
            Some(id) if this.is_loop => {
                if std::mem::take(&mut this.polls) {
                    self.polled.push(id);
                } else {
                    self.run_loop(id);
                }
            }
            _ => self.run_in_place(thread),
        }
    }

    /// A thread does what its task has to do until it must wait.
    pub(super) fn run_in_place(&mut self, thread: usize) {
        let task = self.machine.threads[thread].task.expect("it has a task");
        loop {
            let next = self.tasks[task].todo.front().cloned();
            if let Some(Act::Cpu { nanos, locked }) = next {
                self.tasks[task].todo.pop_front();
                let pending = std::mem::take(&mut self.machine.threads[thread].pending);
                if !self.machine.burst(thread, pending + nanos, locked) {
                    return;
                }
                continue;
            }
            if !self.pay(thread) {
                return;
            }
            match next {
                None => {
                    self.finish(task);
                    return self.fall_idle(thread);
                }
                Some(Act::Fail) => {
                    self.fail(task);
                    return self.fall_idle(thread);
                }
                Some(Act::Wait { .. }) => match self.begin_wait(task) {
                    Asked::Full => {
                        self.fail(task);
                        return self.fall_idle(thread);
                    }
                    _ => return self.machine.unlock(thread),
                },
                Some(Act::Take(resource)) => match self.ask(task, resource) {
                    Asked::Granted => {
                        self.tasks[task].todo.pop_front();
                    }
                    Asked::Waits => return self.machine.unlock(thread),
                    Asked::Full => {
                        self.fail(task);
                        return self.fall_idle(thread);
                    }
                },
                Some(Act::Give(resource)) => {
                    self.tasks[task].todo.pop_front();
                    self.give(task, resource);
                }
                Some(Act::Return) => {
                    self.tasks[task].todo.pop_front();
                    self.tasks[task].thread = None;
                    self.fall_idle(thread);
                    return self.go_on(task);
                }
                Some(other) => unreachable!("a thread does not {other:?}"),
            }
        }
    }

    pub(super) fn fall_idle(&mut self, thread: usize) {
        self.machine.unlock(thread);
        self.machine.threads[thread].task = None;
        self.machine.threads[thread].pending = 0;
        self.idle.push((self.machine.now, thread));
    }

    pub(super) fn loop_kind(&self) -> &EventLoop {
        match &self.runtime.kind {
            RuntimeKind::EventLoop(kind) => kind,
            _ => unreachable!("only an event loop has loops"),
        }
    }

    /// Idle loops with something to do begin an iteration, the longest idle first.
    pub(super) fn begin_loops(&mut self) {
        let idle = |world: &Self| -> Vec<(u64, usize)> {
            let all = world.loops.iter().enumerate();
            let mut idle: Vec<_> =
                all.filter_map(|(id, each)| Some((each.idle_since?, id))).collect();
            idle.sort_unstable();
            idle
        };
        for (_, id) in idle(self) {
            if self.has_work(id) {
                self.begin_iteration(id);
            }
        }
        while self.is_socket_waiting()
            && let Some((_, id)) = idle(self).into_iter().find(|&(_, id)| self.room(id) > 0)
        {
            self.begin_iteration(id);
        }
    }

    /// Requests wait on the shared socket and nobody polls it.
    fn is_socket_waiting(&self) -> bool {
        !self.backlog.is_empty() && !self.loops.iter().any(|each| each.polls)
    }

    fn has_work(&self, id: usize) -> bool {
        let this = &self.loops[id];
        let waiting = !this.backlog.is_empty() || self.is_socket_waiting();
        !this.ready.is_empty() || (waiting && self.room(id) > 0)
    }

    fn begin_iteration(&mut self, id: usize) {
        self.acts += 1;
        let poll = self.loop_kind().poll.0;
        let thread = self.loops[id].thread;
        self.loops[id].idle_since = None;
        self.machine.threads[thread].polls = true;
        self.machine.threads[thread].left = poll;
        if !self.machine.lock(thread) {
            return;
        }
        self.loops[id].polls = true;
        if poll == 0 {
            self.machine.threads[thread].polls = false;
            self.take_all(id);
        } else {
            self.machine.burst(thread, poll, true);
        }
    }

    /// A loop takes all that became ready since its last poll, in order, and runs it.
    pub(super) fn take_all(&mut self, id: usize) {
        self.loops[id].polls = false;
        while self.room(id) > 0
            && let Some(request) =
                self.backlog.pop_front().or_else(|| self.loops[id].backlog.pop_front())
        {
            self.loops[id].tasks += 1;
            self.requests[request].of_loop = Some(id);
            let task = Task { ready_at: self.story.issued[request].0, ..self.task_of(request) };
            self.loops[id].ready.push_back(self.tasks.len());
            self.tasks.push(task);
        }
        // A request became ready when it arrived, after whatever else did at that instant.
        let tasks = &self.tasks;
        let order = |&task: &usize| (tasks[task].ready_at, tasks[task].fresh);
        self.loops[id].ready.make_contiguous().sort_by_key(order);
        self.loops[id].batch = self.loops[id].ready.len();
        self.run_loop(id);
    }

    /// A loop goes on with its iteration.
    pub(super) fn run_loop(&mut self, id: usize) {
        let thread = self.loops[id].thread;
        loop {
            if self.machine.threads[thread].task.is_none() && !self.next_turn(id) {
                self.loops[id].idle_since = Some(self.machine.now);
                return self.machine.unlock(thread);
            }
            let task = self.machine.threads[thread].task.expect("it has its turn");
            if !self.take_turn(thread, task) {
                return;
            }
        }
    }

    /// Gives the turn to the next task of the iteration.
    fn next_turn(&mut self, id: usize) -> bool {
        let thread = self.loops[id].thread;
        if let Some(branch) = self.loops[id].turn.pop_front() {
            self.machine.threads[thread].task = Some(branch);
            return true;
        }
        if self.loops[id].batch == 0 {
            return false;
        }
        self.loops[id].batch -= 1;
        let task = self.loops[id].ready.pop_front().expect("the batch is ready");
        let mut pending = self.loop_kind().task_switch.0;
        if std::mem::take(&mut self.tasks[task].fresh) {
            pending += self.overhead_of(self.tasks[task].request);
        }
        self.machine.threads[thread].task = Some(task);
        self.machine.threads[thread].pending = pending;
        true
    }

    /// One act of the task that has its turn; false where the loop must stop for now.
    fn take_turn(&mut self, thread: usize, task: usize) -> bool {
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
                let id = self.tasks[task].of_loop.expect("a task of a loop");
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

    /// Branches run in the turn under way, in their order.
    fn fork(&mut self, task: usize, branches: Vec<Vec<Act>>) {
        let request = self.tasks[task].request;
        let id = self.tasks[task].of_loop.expect("a task of a loop");
        self.tasks[task].children = branches.len();
        for (place, acts) in branches.into_iter().enumerate() {
            self.requests[request].strands += 1;
            self.requests[request].branches += 1;
            let branch = Task {
                branch: self.requests[request].branches,
                parent: Some(task),
                todo: acts.into(),
                fresh: false,
                ..self.task_of(request)
            };
            self.loops[id].turn.insert(place, self.tasks.len());
            self.tasks.push(branch);
        }
    }
}
