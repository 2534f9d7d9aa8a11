//! Event loops: they poll, take all that is ready, and give each task its turn.

use iowait::model::runtime::{EventLoop, PollOrder};

use super::*;

impl World<'_> {
    pub(super) fn loop_kind(&self) -> &EventLoop {
        match &self.runtime.kind {
            RuntimeKind::EventLoop(kind) => kind,
            _ => unreachable!("only an event loop has loops"),
        }
    }

    /// Requests that a loop may still take.
    pub(super) fn room(&self, this: &Loop) -> u64 {
        self.loop_kind().max_tasks.map_or(u64::MAX, |most| most - this.tasks)
    }

    fn idle_loops(&self, instance: usize) -> Vec<(u64, usize)> {
        let all = self.loops.iter().enumerate().filter(|(_, this)| this.instance == instance);
        let mut idle: Vec<_> = all.filter_map(|(id, each)| Some((each.idle_since?, id))).collect();
        idle.sort_unstable();
        idle
    }

    /// Idle loops with something to do begin an iteration, the longest idle first.
    pub(super) fn begin_loops(&mut self, instance: usize) {
        for (_, id) in self.idle_loops(instance) {
            if self.has_work(id) {
                self.begin_iteration(id);
            }
        }
        while self.is_socket_waiting(instance)
            && let Some((_, id)) = self
                .idle_loops(instance)
                .into_iter()
                .find(|&(_, id)| self.room(&self.loops[id]) > 0)
        {
            self.begin_iteration(id);
        }
    }

    /// Requests wait on the shared socket and nobody polls it.
    fn is_socket_waiting(&self, instance: usize) -> bool {
        let polls = |this: &Loop| this.instance == instance && this.polls;
        !self.sites[instance].backlog.is_empty() && !self.loops.iter().any(polls)
    }

    pub(super) fn has_work(&self, id: usize) -> bool {
        let this = &self.loops[id];
        let waiting = !this.backlog.is_empty() || self.is_socket_waiting(this.instance);
        !this.ready.is_empty()
            || !this.noted.is_empty()
            || this.rings
            || (waiting && self.room(this) > 0)
    }

    fn begin_iteration(&mut self, id: usize) {
        self.acts += 1;
        let poll = self.loop_kind().poll.0;
        let thread = self.loops[id].thread;
        self.loops[id].idle_since = None;
        self.machine.threads[thread].then = Then::TakeAll;
        self.machine.threads[thread].left = poll;
        if !self.machine.lock(thread) {
            return;
        }
        self.loops[id].polls = true;
        if poll == 0 {
            self.machine.threads[thread].then = Then::GoOn;
            self.take_all(id);
        } else {
            self.machine.ask_for_core(thread);
        }
    }

    /// A loop takes all that became ready since its last poll, in order, and runs it.
    pub(super) fn take_all(&mut self, id: usize) {
        self.loops[id].polls = false;
        self.see_timers(id);
        let instance = self.loops[id].instance;
        while self.room(&self.loops[id]) > 0
            && let Some(request) = self.sites[instance]
                .backlog
                .pop_front()
                .or_else(|| self.loops[id].backlog.pop_front())
        {
            self.loops[id].tasks += 1;
            self.requests[request].of_loop = Some(id);
            self.watch(request);
            let ready_at = self.story.issued[request].0;
            let task = Task { ready_at, home: Some(id), ..self.task_of(request) };
            self.loops[id].ready.push_back(self.tasks.len());
            self.tasks.push(task);
        }
        self.put_in_order(id);
        if self.loop_kind().read.0 > 0 {
            let found = std::mem::take(&mut self.loops[id].ready);
            let fresh = found.iter().copied().filter(|&task| self.tasks[task].fresh);
            let this = &mut self.loops[id];
            this.unread = fresh.collect();
            this.ready = std::mem::replace(&mut this.noted, found);
        }
        self.loops[id].batch = self.loops[id].ready.len();
        self.run_loop(id);
    }

    /// What a poll found, in the order in which it has it.
    fn put_in_order(&mut self, id: usize) {
        let client = |task: usize| self.requests[self.tasks[task].request].client;
        let is_listed = self.loop_kind().poll_order == PollOrder::Listed;
        let old = &self.loops[id].listed;
        // A request became ready when it arrived, after whatever else did at that instant. epoll has the sockets that
        // it reported before at their old places, then the others; timers come last, as they fell due.
        let order = |&task: &usize| {
            let this = &self.tasks[task];
            let place =
                client(task).and_then(|client| old.iter().rposition(|&other| other == client));
            match place {
                Some(place) if is_listed && this.fresh => (0, place as u64, false),
                _ if is_listed && this.timed => (2, 0, false),
                _ => (1, this.ready_at, this.fresh),
            }
        };
        let mut found: Vec<usize> = self.loops[id].ready.iter().copied().collect();
        found.sort_by_key(order);
        let fresh = found.iter().filter(|&&task| self.tasks[task].fresh);
        self.loops[id].listed = fresh.filter_map(|&task| client(task)).collect();
        self.loops[id].ready = found.into();
    }

    /// Gives the thread the next request that is to be read.
    fn next_to_read(&mut self, id: usize) -> bool {
        let thread = self.loops[id].thread;
        while let Some(task) = self.loops[id].unread.pop_front() {
            if !self.requests[self.tasks[task].request].killed {
                self.loops[id].reading = true;
                self.machine.threads[thread].task = Some(task);
                self.machine.threads[thread].pending = self.loop_kind().read.0;
                return true;
            }
        }
        false
    }

    /// A loop goes on with its iteration.
    pub(super) fn run_loop(&mut self, id: usize) {
        let thread = self.loops[id].thread;
        loop {
            let idle = self.machine.threads[thread].task.is_none();
            if idle && !self.next_turn(id) && !self.next_to_read(id) {
                self.loops[id].idle_since = Some(self.machine.now);
                return self.machine.unlock(thread);
            }
            if self.loops[id].reading {
                if !self.pay(thread) {
                    return;
                }
                self.loops[id].reading = false;
                self.machine.threads[thread].task = None;
                continue;
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
        let switch = self.loop_kind().task_switch.0;
        self.begin_turn(thread, task, switch);
        true
    }
}
