//! How requests are served in place by threads.

use iowait::model::runtime::Spawn;

use super::*;

impl World<'_> {
    /// The idle thread that has been so longest, of those that are like this.
    fn longest_idle(&mut self, like: impl Fn(&Thread) -> bool) -> Option<usize> {
        let like = |&&(_, thread): &&(u64, usize)| like(&self.machine.threads[thread]);
        let &first = self.idle.iter().filter(like).min()?;
        self.idle.retain(|&other| other != first);
        Some(first.1)
    }

    pub(super) fn spawns(&self) -> bool {
        matches!(&self.runtime.kind, RuntimeKind::ThreadPool(kind) if kind.spawn == Spawn::PerRequest)
    }

    /// The worker of an instance for its next request: one that is idle, or one that is started.
    pub(super) fn next_worker(&mut self, instance: usize) -> Option<usize> {
        let idle = self.longest_idle(|thread| thread.instance == instance);
        if idle.is_some() || !self.spawns() {
            return idle;
        }
        let alive = self.sites[instance].alive;
        if alive as u64 == self.runtime.kind.width() {
            return None;
        }
        self.sites[instance].alive += 1;
        let process = instance * self.processes() + alive % self.processes();
        Some(self.add_thread(Job::Worker, instance, process))
    }

    /// Idle executor threads take what was offloaded.
    pub(super) fn begin_offloaded(&mut self, instance: usize) {
        for id in 0..self.loops.len() {
            while self.loops[id].instance == instance
                && !self.loops[id].offloaded.is_empty()
                && let Some(thread) = self.longest_idle(|thread| thread.job == Job::Executor(id))
            {
                let task = self.loops[id].offloaded.pop_front().expect("looked above");
                self.acts += 1;
                self.tasks[task].thread = Some(thread);
                self.machine.threads[thread].task = Some(task);
                self.run_in_place(thread);
            }
        }
    }

    pub(super) fn overhead_of(&self, request: usize) -> u64 {
        nanos(&self.runtime.overhead, self.requests[request].key, 1)
    }

    /// The first flow of a request, with all that it has to do.
    pub(super) fn task_of(&self, request: usize) -> Task {
        let this = &self.requests[request];
        let acts = draw(&self.classes[this.class], this.key, &self.runtime.timer_overshoot);
        let acts = if self.stealers.is_empty() { acts } else { without_offload(acts) };
        self.task(request, acts)
    }

    pub(super) fn task(&self, request: usize, todo: Vec<Act>) -> Task {
        Task {
            request,
            branch: 0,
            parent: None,
            children: 0,
            todo: todo.into(),
            held: vec![],
            at: 0,
            thread: None,
            home: None,
            waits_until: None,
            slept_on: false,
            timed: false,
            waits_for: None,
            ready_at: self.machine.now,
            fresh: true,
            is_over: false,
        }
    }

    /// A worker takes a request.
    pub(super) fn work_on(&mut self, worker: usize, request: usize) {
        self.acts += 1;
        self.watch(request);
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
    pub(super) fn pay(&mut self, thread: usize) -> bool {
        let pending = std::mem::take(&mut self.machine.threads[thread].pending);
        self.machine.burst(thread, pending, true)
    }

    /// A thread goes on: its burst is over, or it has what it waited for.
    pub(super) fn go_on_with(&mut self, thread: usize) {
        let this = &mut self.machine.threads[thread];
        let instance = this.instance;
        match (this.job, std::mem::take(&mut this.then)) {
            (Job::Loop(id), Then::TakeAll) => self.sites[instance].polled.push(id),
            (Job::Loop(id), _) => self.run_loop(id),
            (Job::Stealer(id), _) => self.run_stealer(id),
            (Job::Main(id), _) => self.hand_over(id),
            (Job::Worker, Then::Look { woken }) => self.look(thread, woken),
            (Job::Worker | Job::Executor(_), _) => self.run_in_place(thread),
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
            let asked = match next {
                None => {
                    self.finish(task);
                    return self.fall_idle(thread);
                }
                Some(Act::Fail) => Asked::Full,
                Some(Act::Wait { .. }) => match self.begin_wait(task) {
                    Asked::Full => Asked::Full,
                    _ => Asked::Waits,
                },
                Some(Act::Take(resource)) => self.ask(task, resource),
                Some(Act::Give(resource)) => {
                    self.give(task, resource);
                    Asked::Granted
                }
                Some(Act::Return) => {
                    self.tasks[task].todo.pop_front();
                    self.tasks[task].thread = None;
                    self.fall_idle(thread);
                    return self.come_back(task);
                }
                Some(other) => unreachable!("a thread does not {other:?}"),
            };
            match asked {
                Asked::Granted => self.tasks[task].todo.pop_front(),
                Asked::Waits => return self.machine.unlock(thread),
                Asked::Full => {
                    self.fail(task);
                    return self.fall_idle(thread);
                }
            };
        }
    }

    /// An executor thread is done with a task, which goes on in its loop.
    fn come_back(&mut self, task: usize) {
        if self.requests[self.tasks[task].request].killed {
            self.fail(task);
        } else {
            self.go_on(task);
        }
    }

    pub(super) fn fall_idle(&mut self, thread: usize) {
        self.machine.threads[thread].task = None;
        self.machine.threads[thread].pending = 0;
        if self.mains.is_empty() {
            self.machine.unlock(thread);
            self.idle.push((self.machine.now, thread));
        } else {
            self.look_with_lock(thread, false);
        }
    }
}
