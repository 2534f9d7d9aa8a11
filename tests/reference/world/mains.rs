//! Main threads that hand requests to the threads of their process, the lock in their hand.

use super::*;

impl World<'_> {
    /// Main threads with nothing to do look after what came in, until one can take it.
    pub(super) fn mains_look(&mut self, instance: usize) {
        while !self.sites[instance].backlog.is_empty() {
            let idle = self.mains.iter().enumerate().filter_map(|(id, this)| {
                this.idle_since.filter(|_| this.instance == instance).map(|since| (since, id))
            });
            let Some((_, id)) = idle.min() else { return };
            self.acts += 1;
            self.mains[id].idle_since = None;
            let thread = self.mains[id].thread;
            self.machine.threads[thread].then = Then::HandOver;
            if self.machine.lock(thread) {
                self.go_on_with(thread);
            }
        }
    }

    /// A main thread has the lock, or has worked off what it took.
    pub(super) fn hand_over(&mut self, id: usize) {
        let Main { thread, instance, .. } = self.mains[id];
        if self.mains[id].taken.is_empty() {
            self.mains[id].taken = self.sites[instance].backlog.drain(..).collect();
            let RuntimeKind::ThreadPool(kind) = &self.runtime.kind else {
                unreachable!("only pools have main threads")
            };
            let work = kind.dispatch.0 * self.mains[id].taken.len() as u64;
            if work > 0 {
                self.machine.threads[thread].left = work;
                return self.machine.ask_for_core(thread);
            }
        }
        let taken = std::mem::take(&mut self.mains[id].taken);
        self.mains[id].queue.extend(taken);
        self.wake_one(id);
        self.mains[id].idle_since = Some(self.machine.now);
        self.machine.unlock(thread);
    }

    /// Wakes the thread that has slept longest, unless one is on its way.
    fn wake_one(&mut self, id: usize) {
        if self.mains[id].woken || self.mains[id].queue.is_empty() {
            return;
        }
        let mine = |&&(_, thread): &&(u64, usize)| self.machine.threads[thread].process == id;
        let Some(&first) = self.idle.iter().filter(mine).min() else { return };
        self.idle.retain(|&other| other != first);
        self.mains[id].woken = true;
        self.look_with_lock(first.1, true);
    }

    /// A thread is to look into the queue as soon as it has the lock.
    pub(super) fn look_with_lock(&mut self, thread: usize, woken: bool) {
        self.machine.threads[thread].then = Then::Look { woken };
        if self.machine.lock(thread) {
            self.machine.resumable.push(thread);
        }
    }

    /// A thread with the lock looks into the queue; one that was woken wakes the next.
    pub(super) fn look(&mut self, thread: usize, woken: bool) {
        let id = self.machine.threads[thread].process;
        self.machine.threads[thread].then = Then::GoOn;
        let request = self.mains[id].queue.pop_front();
        if woken {
            self.mains[id].woken = false;
            self.wake_one(id);
        }
        match request {
            Some(request) => self.work_on(thread, request),
            None => {
                self.idle.push((self.machine.now, thread));
                self.machine.unlock(thread);
            }
        }
    }
}
