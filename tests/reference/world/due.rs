//! What falls due, and what it brings about.

use super::*;

/// What can fall due.
#[derive(Clone, Copy, Debug)]
pub enum Due {
    WaitEnd(usize),
    Started(usize),
    BurstEnd(usize),
    SharedBursts(usize),
    SliceEnd(usize),
    LockTimer(usize),
    GivesUp(usize),
    SlotTimeout(usize),
    Expiry(usize),
    Kill(usize),
    Alarm(usize),
    Arrival,
    Return(usize),
}

/// When, of which class, with which number.
type Item = (u64, u8, u64, Due);

impl World<'_> {
    /// What falls due first.
    pub(super) fn earliest(&mut self) -> Option<Item> {
        while self.tasks.get(self.first_task).is_some_and(|task| task.is_over) {
            self.first_task += 1;
        }
        let gone = |request: &Request| request.ended && request.strands == 0;
        while self.requests.get(self.first_request).is_some_and(gone) {
            self.first_request += 1;
        }
        let mut all = Vec::new();
        self.waits_due(&mut all);
        self.bursts_due(&mut all);
        self.requests_due(&mut all);
        if let Some((at, _)) = self.arrivals.next {
            all.push((at.max(self.machine.now), 9, self.begun, Due::Arrival));
        }
        for (id, back) in self.returns.iter().enumerate() {
            all.push((back.at, 9, back.order, Due::Return(id)));
        }
        all.into_iter().min_by_key(|&(at, class, number, _)| (at, class, number))
    }

    fn waits_due(&self, all: &mut Vec<Item>) {
        for (id, task) in self.tasks.iter().enumerate().skip(self.first_task) {
            let number = ((task.request as u64) << 16) | task.branch;
            if let Some(at) = task.waits_until {
                all.push((at, 0, number, Due::WaitEnd(id)));
            }
            if let Some((_, Some(at))) = task.waits_for {
                all.push((at, 5, number, Due::SlotTimeout(id)));
            }
        }
        for (id, &(at, _, request)) in self.starting.iter().enumerate() {
            all.push((at, 0, (request as u64) << 16, Due::Started(id)));
        }
        for (id, each) in self.loops.iter().enumerate() {
            all.extend(each.alarm.map(|at| (at, 8, id as u64, Due::Alarm(id))));
        }
    }

    fn bursts_due(&self, all: &mut Vec<Item>) {
        let machine = &self.machine;
        for core in 0..machine.cores.len() {
            let end = machine.end_of(core).map(|at| (at, 1, core as u64, Due::BurstEnd(core)));
            let slice = machine.slice_end_of(core);
            let slice = slice.map(|at| (at, 2, core as u64, Due::SliceEnd(core)));
            all.extend(end.into_iter().chain(slice));
        }
        for instance in 0..self.sites.len() {
            let end = machine.end_of_sharer(instance);
            all.extend(end.map(|at| (at, 1, instance as u64, Due::SharedBursts(instance))));
        }
        for lock in 0..machine.locks.len() {
            let deadline = machine.lock_deadline(lock);
            all.extend(deadline.map(|at| (at, 3, lock as u64, Due::LockTimer(lock))));
        }
    }

    fn requests_due(&self, all: &mut Vec<Item>) {
        for (id, request) in self.requests.iter().enumerate().skip(self.first_request) {
            if let Some(at) = request.deadline.filter(|_| !request.ended) {
                all.push((at, 4, id as u64, Due::GivesUp(id)));
            }
            if let Some((at, order)) = request.kill.filter(|_| request.strands > 0) {
                all.push((at, 7, order, Due::Kill(id)));
            }
        }
        for instance in 0..self.sites.len() {
            let expiry = self.expiry(instance);
            all.extend(expiry.map(|at| (at, 6, instance as u64, Due::Expiry(instance))));
        }
    }

    pub(super) fn deliver(&mut self, due: Due) {
        match due {
            Due::WaitEnd(task) => self.wait_ends(task),
            Due::Started(id) => {
                let (_, thread, request) = self.starting.remove(id);
                self.work_on(thread, request);
            }
            Due::BurstEnd(core) => {
                let thread = self.machine.finish_burst(core);
                self.go_on_with(thread);
            }
            Due::SharedBursts(instance) => {
                let done = self.machine.finish_sharers(instance);
                done.into_iter().for_each(|thread| self.go_on_with(thread));
            }
            Due::SliceEnd(core) => self.machine.preempt(core),
            Due::LockTimer(lock) => self.machine.demand_lock(lock),
            Due::GivesUp(request) => self.end(request, Ending::TimedOut),
            Due::SlotTimeout(task) => {
                self.leave_wait(task);
                self.fail_where_it_waits(task);
            }
            Due::Expiry(instance) => self.expire(instance),
            Due::Kill(request) => self.kill(request),
            Due::Alarm(id) => {
                self.loops[id].alarm = None;
                self.loops[id].rings = true;
            }
            Due::Arrival => {
                let class = self.arrivals.next.and_then(|(_, class)| class);
                self.arrivals.advance();
                self.begin_open(class);
            }
            Due::Return(id) => {
                let back = self.returns.remove(id);
                match (back.again, back.client) {
                    (Some((key, class, attempt)), client) => {
                        self.issue(key, class, client, attempt)
                    }
                    (None, Some(client)) => self.send(client),
                    (None, None) => unreachable!("only a client comes back with something new"),
                }
            }
        }
    }

    /// A task no longer waits for what it waits for.
    pub(super) fn leave_wait(&mut self, task: usize) {
        if let Some((pool, _)) = self.tasks[task].waits_for.take() {
            self.pools[pool.0][pool.1].waiters.retain(|&other| other != task);
        }
        self.tasks[task].waits_until = None;
        self.tasks[task].slept_on = false;
        for each in &mut self.loops {
            each.due.retain(|&other| other != task);
            each.offloaded.retain(|&other| other != task);
        }
    }
}
