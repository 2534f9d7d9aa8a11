//! Clients: they send, give up and come back; a full backlog refuses.

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

    pub(super) fn class_of_arrival(&self) -> Option<u32> {
        let LoadKind::Trace { arrivals } = &self.model.load.kind else { return None };
        arrivals[self.begun as usize].1
    }

    fn client_key(&self, client: usize) -> Key {
        self.key.part(2).part(client as u64)
    }

    fn class_of(&self, key: Key) -> usize {
        let classes = &self.model.requests;
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
        self.requests.push(Request {
            key,
            class,
            client,
            attempt,
            deadline: self.model.load.timeout.map(|timeout| now + timeout.0),
            ended: false,
            failed: false,
            strands: 1,
            branches: 0,
            of_loop: None,
        });
        let of_loop = self.assigned_loop(number);
        if self.runtime.backlog.is_some_and(|most| self.finds_it_full(of_loop, most)) {
            return self.end(number, Ending::Refused);
        }
        match of_loop {
            Some(id) => self.loops[id].backlog.push_back(number),
            None => self.backlog.push_back(number),
        }
    }

    /// The loop that a request is meant for, where they do not share a socket.
    fn assigned_loop(&mut self, number: usize) -> Option<usize> {
        let RuntimeKind::EventLoop(kind) = &self.runtime.kind else { return None };
        let loops = u64::from(kind.loops);
        let request = &self.requests[number];
        match kind.assign {
            Assign::Greedy => None,
            Assign::RoundRobin => {
                self.next_loop += 1;
                Some((self.next_loop - 1) % self.loops.len())
            }
            Assign::LeastLoaded => {
                let load =
                    |id: &usize| self.loops[*id].tasks + self.loops[*id].backlog.len() as u64;
                (0..self.loops.len()).min_by_key(load)
            }
            Assign::Random => Some(request.key.stream(2).below(loops) as usize),
            Assign::Pinned => {
                let key = request.client.map_or(request.key, |client| self.client_key(client));
                Some(key.stream(2).below(loops) as usize)
            }
        }
    }

    /// Whether it would have to wait where as many wait as may: those that somebody idle takes as soon as
    /// this instant is over do not wait.
    fn finds_it_full(&self, of_loop: Option<usize>, most: u64) -> bool {
        if let Some(id) = of_loop {
            let this = &self.loops[id];
            if this.idle_since.is_some() && self.room(id) > this.backlog.len() as u64 {
                return false;
            }
            let waiting = self.loops.iter().map(|each| {
                let taken = if each.idle_since.is_some() { self.room_of(each) } else { 0 };
                (each.backlog.len() as u64).saturating_sub(taken)
            });
            return waiting.sum::<u64>() >= most;
        }
        let takers = if self.loops.is_empty() {
            self.idle.len() as u64
        } else {
            let idle = self.loops.iter().filter(|each| each.idle_since.is_some());
            idle.fold(0u64, |sum, each| sum.saturating_add(self.room_of(each)))
        };
        let waiting = self.backlog.len() as u64;
        takers <= waiting && waiting - takers >= most
    }

    pub(super) fn room(&self, id: usize) -> u64 {
        self.room_of(&self.loops[id])
    }

    fn room_of(&self, this: &Loop) -> u64 {
        self.loop_kind().max_tasks.map_or(u64::MAX, |most| most - this.tasks)
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
