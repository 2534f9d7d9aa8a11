//! What runs where: a log of changes that an observer of one replication gets.
//!
//! Off, it costs a look at an `Option` where something changes; on, it only listens, so that results
//! stay the same.

use crate::engine::slab::NONE;
use crate::units::Time;

use super::client::End;
use super::request::{Flag, Part};
use super::thread::Role;
use super::world::World;

/// Changes after which a log is full: some 200 MB.
const MOST: usize = 4_000_000;

/// Something that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A request is due.
    Issued {
        /// Its number in order of issue.
        request: u64,
        /// Its class.
        class: u32,
    },
    /// A request ended for its client.
    Ended {
        /// Its number.
        request: u64,
        /// How.
        how: Ending,
    },
    /// A strand of a request goes over to another part of its time.
    Part {
        /// The request.
        request: u64,
        /// Which of its branches; 0 for the request itself.
        branch: u32,
        /// The thread that serves it in place; `None` in a loop.
        thread: Option<u32>,
        /// To what; `None` where it is no more or waits for its branches.
        part: Option<Part>,
    },
    /// A burst begins on a core.
    Begins {
        /// The core.
        core: u32,
        /// The thread.
        thread: u32,
        /// The request; `None` for what is no request's own, such as a poll.
        request: Option<u64>,
    },
    /// The burst on a core ends.
    Stops {
        /// The core.
        core: u32,
    },
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With an answer.
    Completed,
    /// At a full backlog.
    Refused,
    /// Its client gave up.
    TimedOut,
    /// A step failed.
    Failed,
}

/// What a thread is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// A sync worker or a pool thread.
    Worker,
    /// An event loop.
    Loop,
    /// An executor thread of a loop.
    Executor,
    /// A worker that steals tasks from others.
    Stealer,
}

/// The log of a window.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Instants and changes in order; those of the first instant say how things stood.
    pub changes: Vec<(Time, Change)>,
    /// What each thread is for.
    pub jobs: Vec<Job>,
    /// More happened than the log holds.
    pub full: bool,
    /// The window is open.
    on: bool,
}

impl Log {
    fn add(&mut self, now: Time, change: Change) {
        if !self.on {
            return;
        }
        if self.changes.len() < MOST {
            self.changes.push((now, change));
        } else {
            self.full = true;
        }
    }
}

impl World<'_> {
    /// Tells the log, where there is one.
    #[inline]
    pub(super) fn tell(&mut self, change: impl FnOnce(&Self) -> Change) {
        if self.trace.is_some() {
            let change = change(self);
            if let Some(log) = &mut self.trace {
                log.add(self.now, change);
            }
        }
    }

    /// Tells how a strand stands.
    #[inline]
    pub(super) fn tell_part(&mut self, strand: u32) {
        self.tell(|world| {
            let this = &world.strands[strand];
            Change::Part {
                request: world.requests[this.request].number,
                branch: this.branch,
                thread: (this.thread != NONE).then_some(this.thread),
                part: (this.part != Part::Parked).then_some(this.part),
            }
        });
    }

    /// Tells that a burst begins on a core.
    #[inline]
    pub(super) fn tell_burst(&mut self, core: u32) {
        self.tell(|world| {
            let thread = world.cores[core as usize].thread;
            let strand = world.threads[thread as usize].strand;
            let request =
                (strand != NONE).then(|| world.requests[world.strands[strand].request].number);
            Change::Begins { core, thread, request }
        });
    }

    /// Tells that a request ended.
    pub(super) fn tell_end(&mut self, request: u32, how: End) {
        self.tell(|world| Change::Ended {
            request: world.requests[request].number,
            how: match how {
                End::Completed => Ending::Completed,
                End::Refused => Ending::Refused,
                End::TimedOut => Ending::TimedOut,
                End::Failed => Ending::Failed,
            },
        });
    }

    /// The window opens: how everything stands is told first.
    pub(super) fn open_trace(&mut self) {
        let Some(log) = &mut self.trace else { return };
        log.on = true;
        let standing: Vec<(u32, bool)> = self
            .requests
            .iter_with_free()
            .filter(|(_, request)| request.is(Flag::ALIVE))
            .map(|(place, request)| (place, request.part == Part::Accept))
            .collect();
        for (place, waits) in standing {
            let (request, class) = (self.requests[place].number, self.requests[place].class);
            self.tell(|_| Change::Issued { request, class });
            if !waits {
                let part = None;
                self.tell(|_| Change::Part { request, branch: 0, thread: None, part });
            }
        }
        let strands: Vec<u32> = self
            .strands
            .iter_with_free()
            .filter(|(_, strand)| strand.part != Part::Parked)
            .map(|(place, _)| place)
            .collect();
        strands.into_iter().for_each(|strand| self.tell_part(strand));
        for core in 0..self.cores.len() as u32 {
            if self.cores[core as usize].is_bursting() {
                self.tell_burst(core);
            }
        }
    }

    /// Takes the log with what its threads are for.
    pub(super) fn take_trace(&mut self) -> Log {
        let mut log = self.trace.take().map(|log| *log).unwrap_or_default();
        log.jobs = self
            .threads
            .iter()
            .map(|thread| match thread.role {
                Role::Worker | Role::Dispatcher(_) => Job::Worker,
                Role::Loop(_) => Job::Loop,
                Role::Executor(_) => Job::Executor,
                Role::Stealer(_) => Job::Stealer,
            })
            .collect();
        log
    }
}
