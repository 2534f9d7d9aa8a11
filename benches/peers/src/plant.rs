//! The hand-written plant: clients, FIFO cores and waits; what happens at an event, without a queue.

use std::collections::VecDeque;

use crate::{Draw, Order, Tally, Workload};

/// What an event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A request of the open workload arrives.
    Arrives,
    /// The burst of a task is over.
    BurstEnds(u32),
    /// The wait of a task is over.
    WaitEnds(u32),
}

#[derive(Clone, Copy, Debug, Default)]
struct Task {
    arrived: u64,
    since: u64,
    begun: u64,
    round: u8,
    /// Branches that a joined request still waits for.
    open: u8,
}

/// The state of a workload. A task is a request in flight or, in W4, one of its branches.
#[derive(Clone, Debug)]
pub struct Plant {
    workload: Workload,
    draw: Draw,
    tasks: Vec<Task>,
    free: Vec<u32>,
    idle: u32,
    waiting: VecDeque<u32>,
    /// What is measured.
    pub tally: Tally,
}

/// A request of W4 and its branches have places side by side.
const FAMILY: u32 = 1 + Workload::BRANCHES;

impl Plant {
    /// The plant before time zero.
    #[must_use]
    pub fn new(order: Order) -> Self {
        let workload = order.workload;
        let places = workload.clients() * if workload == Workload::W4 { FAMILY } else { 1 };
        Self {
            workload,
            draw: Draw::new(order.seed),
            tasks: vec![Task::default(); places as usize],
            free: Vec::new(),
            idle: workload.cores(),
            waiting: VecDeque::new(),
            tally: Tally::new(order),
        }
    }

    /// Sets everything going at time zero.
    pub fn start(&mut self, schedule: &mut impl FnMut(u64, Happening)) {
        match self.workload {
            Workload::W1 => (0..100).for_each(|task| self.queue(0, task, schedule)),
            Workload::W2 => schedule(self.draw.exp(Workload::GAP), Happening::Arrives),
            Workload::W3 => {
                for task in 0..self.workload.clients() {
                    schedule(self.draw.exp(self.workload.wait()), Happening::WaitEnds(task));
                }
            }
            Workload::W4 => (0..100).for_each(|one| self.queue(0, one * FAMILY, schedule)),
        }
    }

    /// Does what an event says at `now`; `schedule` takes the instants of what follows from it.
    #[inline]
    pub fn handle(&mut self, now: u64, what: Happening, schedule: &mut impl FnMut(u64, Happening)) {
        match what {
            Happening::Arrives => {
                schedule(now + self.draw.exp(Workload::GAP), Happening::Arrives);
                let task = self.free.pop().unwrap_or_else(|| {
                    self.tasks.push(Task::default());
                    self.tasks.len() as u32 - 1
                });
                self.tasks[task as usize].arrived = now;
                self.queue(now, task, schedule);
            }
            Happening::BurstEnds(task) => self.burst_ends(now, task, schedule),
            Happening::WaitEnds(task) => self.wait_ends(now, task, schedule),
        }
    }

    #[inline]
    fn queue(&mut self, now: u64, task: u32, schedule: &mut impl FnMut(u64, Happening)) {
        self.tasks[task as usize].since = now;
        if self.idle > 0 {
            self.idle -= 1;
            self.begin(now, task, schedule);
        } else {
            self.waiting.push_back(task);
        }
    }

    #[inline]
    fn begin(&mut self, now: u64, task: u32, schedule: &mut impl FnMut(u64, Happening)) {
        self.tasks[task as usize].begun = now;
        let branch = self.workload == Workload::W4 && !task.is_multiple_of(FAMILY);
        let mean = if branch { Workload::BRANCH_BURST } else { self.workload.burst() };
        schedule(now + self.draw.exp(mean), Happening::BurstEnds(task));
    }

    #[inline]
    fn burst_ends(&mut self, now: u64, task: u32, schedule: &mut impl FnMut(u64, Happening)) {
        let Task { since, begun, arrived, .. } = self.tasks[task as usize];
        self.tally.burst(now, since, begun);
        match self.waiting.pop_front() {
            Some(next) => self.begin(now, next, schedule),
            None => self.idle += 1,
        }
        match self.workload {
            Workload::W2 => {
                self.tally.complete(now, arrived);
                self.free.push(task);
            }
            Workload::W1 | Workload::W3 => self.wait(now, task, schedule),
            Workload::W4 if task.is_multiple_of(FAMILY) => {
                self.tasks[task as usize].open = Workload::BRANCHES as u8;
                (task + 1..task + FAMILY).for_each(|branch| self.wait(now, branch, schedule));
            }
            Workload::W4 => {
                let parent = task - task % FAMILY;
                let request = &mut self.tasks[parent as usize];
                request.open -= 1;
                if request.open == 0 {
                    self.tally.complete(now, request.arrived);
                    request.arrived = now;
                    self.queue(now, parent, schedule);
                }
            }
        }
    }

    #[inline]
    fn wait(&mut self, now: u64, task: u32, schedule: &mut impl FnMut(u64, Happening)) {
        schedule(now + self.draw.exp(self.workload.wait()), Happening::WaitEnds(task));
    }

    #[inline]
    fn wait_ends(&mut self, now: u64, task: u32, schedule: &mut impl FnMut(u64, Happening)) {
        if self.workload != Workload::W4 {
            let request = &mut self.tasks[task as usize];
            request.round += 1;
            if request.round == self.workload.rounds() {
                self.tally.complete(now, request.arrived);
                (request.round, request.arrived) = (0, now);
            }
        }
        self.queue(now, task, schedule);
    }
}
