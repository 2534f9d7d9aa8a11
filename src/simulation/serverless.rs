//! Serverless instances: started when a request finds none idle, gone when idle for long enough.
//!
//! Each is one thread with a core of its own. The one that was used last takes the next request, so
//! that the others can go; a request that starts an instance waits for that one.

use std::cmp::Reverse;
use std::collections::VecDeque;

use crate::engine::slab::NONE;
use crate::model::RuntimeKind;
use crate::model::runtime::Serverless;
use crate::units::{Span, Time};

use super::event::{Class, Event, tie, timer_number, wait_number};
use super::program::COLD_START_SITE;
use super::thread::{Role, Thread};
use super::world::World;

/// The instances of one deployment.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    /// Idle instances by the instant at which they fell idle; of one instant the highest first.
    idle: VecDeque<(Time, Reverse<u32>)>,
    /// Instances that there are, starting ones included.
    alive: u32,
    /// Threads of instances that are gone.
    spare: Vec<u32>,
    /// Threads made so far.
    made: u32,
    expiry_pending: bool,
}

impl Fleet {
    /// Whether every instance is idle or gone.
    pub fn is_at_rest(&self) -> bool {
        let alive = self.alive as usize;
        self.idle.len() == alive && alive + self.spare.len() == self.made as usize
    }
}

impl World<'_> {
    fn serverless_kind(&self) -> &Serverless {
        match &self.setup.runtime.kind {
            RuntimeKind::Serverless(kind) => kind,
            _ => unreachable!("only serverless has instances that come and go"),
        }
    }

    /// Requests that would have an instance at this very instant.
    pub(super) fn fleet_room(&self, instance: u32) -> u64 {
        let fleet = &self.instances[instance as usize].fleet;
        let startable = self.serverless_kind().max_instances - fleet.alive;
        fleet.idle.len() as u64 + u64::from(startable)
    }

    /// Waiting requests take idle instances, or start some.
    pub(super) fn fleet_act(&mut self, instance: u32) {
        let most = self.serverless_kind().max_instances;
        while let Some(&request) = self.instances[instance as usize].backlog.front() {
            let this = &mut self.instances[instance as usize];
            if let Some((_, Reverse(thread))) = this.fleet.idle.pop_back() {
                this.backlog.pop_front();
                self.debug_assert_next(instance, request);
                self.take(thread, request);
            } else if this.fleet.alive < most {
                this.backlog.pop_front();
                self.debug_assert_next(instance, request);
                self.start_instance(instance, request);
            } else {
                return;
            }
        }
    }

    /// A request starts an instance and waits for it.
    fn start_instance(&mut self, instance: u32, request: u32) {
        self.note_gone();
        self.record.live_threads.increase(self.now);
        self.record.cold_starts += 1;
        let most = self.serverless_kind().max_instances;
        let fleet = &mut self.instances[instance as usize].fleet;
        fleet.alive += 1;
        let thread = fleet.spare.pop().unwrap_or_else(|| {
            let process = instance * most + fleet.made;
            fleet.made += 1;
            let number = u32::try_from(self.threads.len()).expect("fewer than 2^32 threads");
            self.threads.push(Thread::new(Role::Worker, instance, process, NONE));
            number
        });
        let this = &self.requests[request];
        let mut stream = this.key.stream(COLD_START_SITE);
        let wait = Span::from_nanos_f64(self.serverless_kind().cold_start.sample(&mut stream));
        let number = this.number;
        self.warm_core(thread, self.now + wait);
        if wait.is_zero() {
            return self.take(thread, request);
        }
        let tie = tie(Class::Wait, wait_number(number, 0));
        self.queue.push(self.now + wait, tie, Event::ColdStarted { thread, request });
    }

    /// An instance is up: the request that started it runs.
    pub(super) fn on_cold_started(&mut self, thread: u32, request: u32) {
        self.take(thread, request);
    }

    /// An instance is done with its request.
    pub(super) fn instance_idle(&mut self, thread: u32) {
        let now = self.now;
        let instance = self.threads[thread as usize].instance;
        let fleet = &mut self.instances[instance as usize].fleet;
        let entry = (now, Reverse(thread));
        if fleet.idle.back().is_none_or(|&last| last < entry) {
            fleet.idle.push_back(entry);
        } else {
            let place = fleet.idle.partition_point(|&other| other < entry);
            fleet.idle.insert(place, entry);
        }
        if !fleet.expiry_pending
            && let Some(stay) = self.serverless_kind().keep_alive
        {
            self.schedule_expiry(instance, now + stay);
        }
    }

    fn schedule_expiry(&mut self, instance: u32, at: Time) {
        self.instances[instance as usize].fleet.expiry_pending = true;
        let tie = tie(Class::Timer, timer_number(6, u64::from(instance)));
        self.queue.push(at, tie, Event::InstanceExpiry { instance });
    }

    /// The instance that has been idle longest may have been so for long enough.
    pub(super) fn on_instance_expiry(&mut self, instance: u32) {
        let Some(stay) = self.serverless_kind().keep_alive else { return };
        let now = self.now;
        let this = &mut self.instances[instance as usize];
        this.fleet.expiry_pending = false;
        // Those that fell idle at this very instant take what waits.
        while this.fleet.idle.len() > this.backlog.len()
            && let Some(&(since, Reverse(thread))) = this.fleet.idle.front()
        {
            let at = since + stay;
            if at > now {
                return self.schedule_expiry(instance, at);
            }
            this.fleet.idle.pop_front();
            this.fleet.alive -= 1;
            this.fleet.spare.push(thread);
            self.gone.push_back(now);
        }
    }

    /// An instance is killed with its request.
    pub(super) fn instance_killed(&mut self, thread: u32) {
        let instance = self.threads[thread as usize].instance;
        self.record.busy_workers.decrease(self.now);
        let fleet = &mut self.instances[instance as usize].fleet;
        fleet.alive -= 1;
        fleet.spare.push(thread);
        self.gone.push_back(self.now);
        self.touch(instance);
    }

    /// Brings the account of instances up to now: the window may end before the last of them goes.
    pub(super) fn note_gone(&mut self) {
        while let Some(&at) = self.gone.front()
            && at <= self.now
        {
            self.record.live_threads.decrease(at);
            self.gone.pop_front();
        }
    }
}
