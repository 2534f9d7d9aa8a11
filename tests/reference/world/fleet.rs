//! Serverless: instances that start when a request finds none, and go when nobody wants them.

use iowait::model::runtime::Serverless;

use super::*;

impl World<'_> {
    pub(super) fn serverless(&self) -> &Serverless {
        match &self.runtime.kind {
            RuntimeKind::Serverless(kind) => kind,
            _ => unreachable!("only serverless has instances that come and go"),
        }
    }

    fn idle_of(&self, instance: usize) -> Vec<(u64, usize)> {
        let mine =
            |&&(_, thread): &&(u64, usize)| self.machine.threads[thread].instance == instance;
        self.idle.iter().filter(mine).copied().collect()
    }

    /// Waiting requests take the instance that was used last, or start another.
    pub(super) fn start_instances(&mut self, instance: usize) {
        while let Some(&request) = self.sites[instance].backlog.front() {
            let idle = self.idle_of(instance);
            let last = idle.into_iter().min_by_key(|&(since, id)| (u64::MAX - since, id));
            if let Some(last) = last {
                self.idle.retain(|&other| other != last);
                self.sites[instance].backlog.pop_front();
                self.work_on(last.1, request);
            } else if self.sites[instance].alive < self.serverless().max_instances as usize {
                self.sites[instance].backlog.pop_front();
                self.start(instance, request);
            } else {
                return;
            }
        }
    }

    /// A request starts an instance and waits for it.
    fn start(&mut self, instance: usize, request: usize) {
        self.acts += 1;
        self.sites[instance].alive += 1;
        let thread = self.sites[instance].spare.pop().unwrap_or_else(|| {
            let process = instance * self.processes() + self.sites[instance].made;
            self.sites[instance].made += 1;
            let thread = self.add_thread(Job::Worker, instance, process);
            self.machine.threads[thread].own_core = Some(process);
            thread
        });
        let wait = nanos(&self.serverless().cold_start, self.requests[request].key, 5);
        let up = self.machine.now + wait;
        // What its start left in the caches is warm.
        let core = self.machine.threads[thread].own_core.expect("it has one");
        self.machine.cores[core].idle_since = Some(up);
        if wait == 0 {
            self.work_on(thread, request);
        } else {
            self.starting.push((up, thread, request));
        }
    }

    /// When the next instance may go: those that are idle and that nobody waits for.
    pub(super) fn expiry(&self, instance: usize) -> Option<u64> {
        if !self.is_serverless() {
            return None;
        }
        let stays = self.serverless().keep_alive?.0;
        let idle = self.idle_of(instance);
        let wanted = self.sites[instance].backlog.len();
        let first = idle.iter().min().filter(|_| idle.len() > wanted);
        first.map(|&(since, _)| (since + stays).max(self.machine.now))
    }

    /// The instance that has been idle longest goes.
    pub(super) fn expire(&mut self, instance: usize) {
        let idle = self.idle_of(instance);
        let first = idle.into_iter().min_by_key(|&(since, id)| (since, usize::MAX - id));
        let first = first.expect("one is due");
        self.idle.retain(|&other| other != first);
        self.instance_is_gone(first.1);
    }

    pub(super) fn instance_is_gone(&mut self, thread: usize) {
        let site = &mut self.sites[self.machine.threads[thread].instance];
        site.alive -= 1;
        site.spare.push(thread);
    }
}
