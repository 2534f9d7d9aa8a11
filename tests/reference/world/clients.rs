//! Clients: they send, give up and come back; a full backlog refuses.

use iowait::model::runtime::{Assign, Balance};

use super::*;

/// Attempts made again in an open load come after the new ones of their instant.
const AGAIN: u64 = 1 << 60;

impl World<'_> {
    /// A client of a closed load sends its next request.
    pub(super) fn send(&mut self, client: usize) {
        let key = self.client_key(client).part(self.sent[client]);
        self.sent[client] += 1;
        self.issue(key, self.class_of(key), Some(client), 0);
    }

    /// The next request of a batch or an open load.
    pub(super) fn begin_open(&mut self, class: Option<u32>) {
        let key = self.key.part(1).part(self.begun);
        self.begun += 1;
        let class = class.map_or_else(|| self.class_of(key), |class| class as usize);
        self.issue(key, class, None, 0);
    }

    fn client_key(&self, client: usize) -> Key {
        self.key.part(2).part(client as u64)
    }

    fn class_of(&self, key: Key) -> usize {
        let classes = self.classes;
        let total: f64 = classes.iter().map(|class| class.weight).sum();
        let draw = key.stream(0).uniform();
        let mut sum = 0.0;
        for (place, class) in classes.iter().enumerate() {
            sum += class.weight / total;
            if draw < sum {
                return place;
            }
        }
        classes.len() - 1
    }

    /// An attempt is due.
    pub(super) fn issue(&mut self, key: Key, class: usize, client: Option<usize>, attempt: u32) {
        let now = self.machine.now;
        let number = self.requests.len();
        self.story.issued.push((now, number as u64, class as u32));
        let instance = self.instance_for(key);
        self.requests.push(Request {
            key,
            class,
            client,
            attempt,
            instance,
            deadline: self.model.load.timeout.map(|timeout| now + timeout.0),
            kill: None,
            killed: false,
            ended: false,
            failed: false,
            strands: 1,
            branches: 0,
            of_loop: None,
        });
        let of_loop = self.assigned_loop(number);
        if self.runtime.backlog.is_some_and(|most| self.finds_it_full(instance, of_loop, most)) {
            self.requests[number].strands = 0;
            return self.end(number, Ending::Refused);
        }
        match of_loop {
            Some(id) => self.loops[id].backlog.push_back(number),
            None => self.sites[instance].backlog.push_back(number),
        }
    }

    /// The instance that the next request, with this key, goes to.
    fn instance_for(&mut self, key: Key) -> usize {
        let instances = self.sites.len();
        match self.runtime.balance {
            Balance::RoundRobin => {
                self.next_instance += 1;
                (self.next_instance - 1) % instances
            }
            Balance::Random => key.stream(3).below(instances as u64) as usize,
            Balance::LeastLoaded => {
                let has = |&instance: &usize| {
                    let mine = |this: &&Request| this.instance == instance && this.strands > 0;
                    self.requests[self.first_request..].iter().filter(mine).count()
                };
                (0..instances).min_by_key(has).expect("there is an instance")
            }
        }
    }

    /// The loop that a request is meant for, where they do not share a socket.
    fn assigned_loop(&mut self, number: usize) -> Option<usize> {
        let RuntimeKind::EventLoop(kind) = &self.runtime.kind else { return None };
        let loops = kind.loops as usize;
        let request = &self.requests[number];
        let first = request.instance * loops;
        match kind.assign {
            Assign::Greedy => None,
            Assign::RoundRobin => {
                let next = &mut self.sites[request.instance].next_loop;
                *next += 1;
                Some(first + (*next - 1) % loops)
            }
            Assign::LeastLoaded => {
                let load =
                    |id: &usize| self.loops[*id].tasks + self.loops[*id].backlog.len() as u64;
                (first..first + loops).min_by_key(load)
            }
            Assign::Random => Some(first + request.key.stream(2).below(loops as u64) as usize),
            Assign::Pinned => {
                let key = request.client.map_or(request.key, |client| self.client_key(client));
                Some(first + key.stream(2).below(loops as u64) as usize)
            }
        }
    }

    /// Whether it would have to wait where as many wait as may: those that somebody idle takes as soon as
    /// this instant is over do not wait.
    fn finds_it_full(&self, instance: usize, of_loop: Option<usize>, most: u64) -> bool {
        if let Some(id) = of_loop {
            let this = &self.loops[id];
            if this.idle_since.is_some() && self.room(this) > this.backlog.len() as u64 {
                return false;
            }
            let mine = self.loops.iter().filter(|each| each.instance == instance);
            let waiting = mine.map(|each| {
                let taken = if each.idle_since.is_some() { self.room(each) } else { 0 };
                (each.backlog.len() as u64).saturating_sub(taken)
            });
            return waiting.sum::<u64>() >= most;
        }
        let takers = self.takers(instance);
        let waiting = self.sites[instance].backlog.len() as u64;
        takers <= waiting && waiting - takers >= most
    }

    /// Requests that would be taken from the backlog of an instance as soon as this instant is over.
    fn takers(&self, instance: usize) -> u64 {
        let idle = |thread: usize| self.machine.threads[thread].instance == instance;
        let workers = self.idle.iter().filter(|&&(_, thread)| idle(thread)).count() as u64;
        let alive = self.sites[instance].alive as u64;
        match &self.runtime.kind {
            RuntimeKind::EventLoop(_) => {
                let mine = self.loops.iter().filter(|each| each.instance == instance);
                let idle = mine.filter(|each| each.idle_since.is_some());
                idle.fold(0u64, |sum, each| sum.saturating_add(self.room(each)))
            }
            RuntimeKind::WorkStealing(_) => {
                let takes = |&id: &usize| {
                    let this = &self.stealers[id];
                    let own = !this.ready.is_empty() && !self.new_first(id);
                    this.instance == instance && this.idle_since.is_some() && !own
                };
                (0..self.stealers.len()).filter(takes).count() as u64
            }
            RuntimeKind::Serverless(kind) => workers + u64::from(kind.max_instances) - alive,
            RuntimeKind::ThreadPool(_) if !self.mains.is_empty() => {
                let free = |main: &Main| main.instance == instance && main.idle_since.is_some();
                if self.mains.iter().any(free) { u64::MAX } else { 0 }
            }
            RuntimeKind::ThreadPool(_) if self.spawns() => {
                workers + self.runtime.kind.width() - alive
            }
            RuntimeKind::ThreadPool(_) | RuntimeKind::SyncWorker(_) => workers,
        }
    }

    /// An attempt is over for its client, who goes on as the load says.
    pub(super) fn end(&mut self, number: usize, how: Ending) {
        let now = self.machine.now;
        let request = &mut self.requests[number];
        if request.ended {
            return;
        }
        request.ended = true;
        let request = &self.requests[number];
        self.story.ended.push((now, number as u64, how));
        let load = &self.model.load;
        let mut pause = 0;
        let mut again = None;
        if how != Ending::Completed {
            let key = request.key.part((1 << 40) + u64::from(request.attempt));
            pause = nanos(&load.backoff, key, 0);
            if request.attempt < load.retries {
                again = Some((request.key, request.class, request.attempt + 1));
            }
        }
        if again.is_none() {
            let LoadKind::Closed { think, .. } = &load.kind else { return };
            pause += nanos(think, request.key, 4);
        }
        let order = request.client.map_or(AGAIN | number as u64, |client| client as u64);
        match request.client {
            Some(client) if again.is_none() && pause == 0 => self.returning.push(client),
            client => self.returns.push(Return { at: now + pause, order, client, again }),
        }
    }
}
