//! A request in flight: 96 bytes.

use crate::units::Time;

use super::super::event::wait_number;
use super::super::place::Place;
use super::super::request::{PARTS, Part};

/// What a task is known to do, as bits of [`Task::flags`].
pub mod flag {
    /// Its place in the slab is taken.
    pub const ALIVE: u8 = 1;
    /// It has been taken, or will be at a poll that is known.
    pub const TAKEN: u8 = 2;
    /// Its latest turn has a burst.
    pub const BURST: u8 = 4;
    /// A wait follows its latest burst.
    pub const WAIT: u8 = 8;
    /// Its latest turn on a loop is not in the accounts yet.
    pub const TURN: u8 = 16;
    /// That turn is its first.
    pub const FIRST: u8 = 32;
    /// The poll that takes it falls on the instant of that turn.
    pub const AT_POLL: u8 = 64;
    /// It is a branch of a request: its client is the strand that it joins.
    pub const BRANCH: u8 = 128;
}

/// One request from its arrival to its end.
#[derive(Clone, Debug)]
pub struct Task {
    /// Where it is.
    pub place: Place,
    /// Its number among the waits of one instant.
    pub number: u64,
    /// When it was due.
    pub arrival: Time,
    /// Nanoseconds of waiting for a core or a loop.
    pub waiting: u64,
    /// Nanoseconds on a core.
    pub running: u64,
    /// Nanoseconds of I/O.
    pub io: u64,
    /// When its latest burst begins, or its course in the lane of workers that never wait.
    pub start: u64,
    /// When its latest burst ends.
    pub end: u64,
    /// How much of the latest burst, its last part, is the request's own.
    pub useful: u64,
    /// How long it was ready before its latest turn; in the lane of workers that never wait, the
    /// transitions of its whole course; in that of threads, those of its latest run before its last
    /// burst and wait.
    pub lag: u64,
    /// Its client in a closed load; the strand that a branch joins.
    pub client: u32,
    /// Its loop.
    pub home: u16,
    /// Its class.
    pub class: u8,
    /// What is known of it.
    pub flags: u8,
}

impl Task {
    /// A request that has just arrived, by its number in order of issue.
    pub const fn new(place: Place, number: u64, now: Time, client: u32, class: u8) -> Self {
        Self {
            place,
            number: wait_number(number, 0),
            arrival: now,
            waiting: 0,
            running: 0,
            io: 0,
            start: 0,
            end: 0,
            useful: 0,
            lag: 0,
            client,
            home: 0,
            class,
            flags: flag::ALIVE,
        }
    }

    /// Whether this is known of it.
    pub const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Forgets its latest turn; true where this was known of it.
    pub const fn clear(&mut self, flag: u8) -> bool {
        let had = self.has(flag);
        self.flags &= !flag;
        had
    }

    /// Forgets its latest burst and wait; answers how many they were.
    #[inline]
    pub const fn take_events(&mut self) -> u64 {
        let events = self.has(flag::BURST) as u64 + self.has(flag::WAIT) as u64;
        self.flags &= !(flag::BURST | flag::WAIT);
        events
    }

    /// Core time after `edge`, in all and of the request's own, of its latest burst.
    pub const fn beyond(&self, edge: Time) -> [u64; 2] {
        if !self.has(flag::BURST) || self.end <= edge.0 {
            return [0, 0];
        }
        let after_edge = self.end - edge.0;
        let length = self.end - self.start;
        let busy = if after_edge < length { after_edge } else { length };
        [busy, if self.useful < after_edge { self.useful } else { after_edge }]
    }

    /// The parts of its response time, which ends now; `waits` is what it waited for.
    pub fn parts(&self, now: Time, waits: Part) -> [u64; PARTS] {
        let mut parts = [0; PARTS];
        let since_taken = self.waiting + self.running + self.io;
        parts[Part::Accept as usize] = now.0 - self.arrival.0 - since_taken;
        parts[waits as usize] = self.waiting;
        parts[Part::Running as usize] = self.running;
        parts[Part::Io as usize] = self.io;
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_in_flight_needs_at_most_96_bytes() {
        assert!(size_of::<Task>() <= 96, "{}", size_of::<Task>());
    }
}
