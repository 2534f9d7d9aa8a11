//! All that can be scheduled, and the order of what falls on one instant.
//!
//! At one instant first ends of waits (by request number), then ends of bursts (by core), then
//! timers, then arrivals (by number): the rule of the model, not of who pushed first.

use crate::engine::EventQueue;
use crate::units::Time;

/// Something that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The wait of a strand is over, if its stamp still holds.
    WaitEnd { strand: u32, stamp: u32 },
    /// The burst on a core is over, if its stamp still holds.
    BurstEnd { core: u32, stamp: u32 },
    /// The first burst of a processor-sharing host is over, if the stamp still holds.
    SharedBurstEnd { instance: u32, stamp: u32 },
    /// The timeslice of a core is used up, if its stamp still holds.
    SliceEnd { core: u32, stamp: u32 },
    /// A waiter for a GIL may have waited long enough.
    GilTimer { gil: u32 },
    /// A loop that sleeps until its first timer may wake.
    LoopTimer { id: u32 },
    /// The oldest client that is still waiting may give up.
    ClientTimeout,
    /// The strand that has waited longest for a slot of a pool may have done so for too long, if the
    /// stamp still holds.
    SlotTimeout { pool: u32, stamp: u32 },
    /// A serverless instance is up for the request that started it.
    ColdStarted { thread: u32, request: u32 },
    /// The serverless instance that has been idle longest may go.
    InstanceExpiry { instance: u32 },
    /// The request that was taken first may have run for too long.
    Kill,
    /// The measuring window opens.
    WindowOpen,
    /// The measuring window closes.
    WindowClose,
    /// The next request of an open load is due.
    Arrival,
    /// A client of a closed load is done thinking.
    ClientReady { client: u32 },
    /// An attempt that did not complete is tried again.
    Retry { retry: u32 },
}

/// The class of an event among those of its instant.
#[derive(Clone, Copy, Debug)]
pub enum Class {
    /// The end of a wait.
    Wait = 0,
    /// The end of a burst.
    Burst = 1,
    /// A timer.
    Timer = 2,
    /// An arrival.
    Arrival = 3,
}

/// Numbers below this are told apart in a tie.
const NUMBER_BITS: u32 = 62;

/// The tie of an event of this class with this number.
#[must_use]
pub const fn tie(class: Class, number: u64) -> u64 {
    ((class as u64) << NUMBER_BITS) | (number & ((1 << NUMBER_BITS) - 1))
}

/// The number of a strand among the waits of one instant: its request, then its branch.
#[must_use]
pub const fn wait_number(request: u64, branch: u32) -> u64 {
    (request << 16) | (branch & 0xFFFF) as u64
}

/// The number of a timer: its sort, then whose it is.
#[must_use]
pub const fn timer_number(sort: u64, owner: u64) -> u64 {
    (sort << 56) | (owner & ((1 << 56) - 1))
}

/// Cores, serverless instances or pools that an event can tell apart.
pub const MOST_TOLD_APART: u64 = 1 << INDEX_BITS;

/// Strands that an event can tell apart.
pub const MOST_STRANDS: u64 = 1 << 31;

const INDEX_BITS: u32 = 27;

/// An event in eight bytes, since millions of them may be pending: the end of a wait, the most of them,
/// has all but one bit of the upper word for its strand; the others have four bits there to say what they
/// are, and the rest for an index where the lower word does not do.
#[derive(Clone, Copy, Debug)]
struct Packed(u64);

impl Packed {
    const OTHER: u32 = 1 << 31;

    #[inline]
    fn new(event: Event) -> Self {
        let other = |kind: u32, index: u32, word: u32| {
            debug_assert!(u64::from(index) < MOST_TOLD_APART, "the limits see to it");
            (Self::OTHER | kind << INDEX_BITS | index, word)
        };
        let (upper, lower) = match event {
            Event::WaitEnd { strand, stamp } => (strand, stamp),
            Event::BurstEnd { core, stamp } => other(0, core, stamp),
            Event::SharedBurstEnd { instance, stamp } => other(1, instance, stamp),
            Event::SliceEnd { core, stamp } => other(2, core, stamp),
            Event::GilTimer { gil } => other(3, 0, gil),
            Event::LoopTimer { id } => other(4, 0, id),
            Event::ClientTimeout => other(5, 0, 0),
            Event::SlotTimeout { pool, stamp } => other(6, pool, stamp),
            Event::ColdStarted { thread, request } => other(7, thread, request),
            Event::InstanceExpiry { instance } => other(8, 0, instance),
            Event::Kill => other(9, 0, 0),
            Event::WindowOpen => other(10, 0, 0),
            Event::WindowClose => other(11, 0, 0),
            Event::Arrival => other(12, 0, 0),
            Event::ClientReady { client } => other(13, 0, client),
            Event::Retry { retry } => other(14, 0, retry),
        };
        Self(u64::from(upper) << 32 | u64::from(lower))
    }

    #[inline]
    const fn event(self) -> Event {
        let (upper, word) = ((self.0 >> 32) as u32, self.0 as u32);
        if upper & Self::OTHER == 0 {
            return Event::WaitEnd { strand: upper, stamp: word };
        }
        let index = upper & ((1 << INDEX_BITS) - 1);
        match upper >> INDEX_BITS & 15 {
            0 => Event::BurstEnd { core: index, stamp: word },
            1 => Event::SharedBurstEnd { instance: index, stamp: word },
            2 => Event::SliceEnd { core: index, stamp: word },
            3 => Event::GilTimer { gil: word },
            4 => Event::LoopTimer { id: word },
            5 => Event::ClientTimeout,
            6 => Event::SlotTimeout { pool: index, stamp: word },
            7 => Event::ColdStarted { thread: index, request: word },
            8 => Event::InstanceExpiry { instance: word },
            9 => Event::Kill,
            10 => Event::WindowOpen,
            11 => Event::WindowClose,
            12 => Event::Arrival,
            13 => Event::ClientReady { client: word },
            _ => Event::Retry { retry: word },
        }
    }
}

/// What is to come.
#[derive(Clone, Debug, Default)]
pub struct Agenda {
    queue: EventQueue<Packed>,
}

impl Agenda {
    /// How many events are to come.
    pub const fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether nothing is.
    pub const fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Adds an event; as [`EventQueue::push`].
    #[inline]
    pub fn push(&mut self, time: Time, tie: u64, event: Event) {
        self.queue.push(time, tie, Packed::new(event));
    }

    /// Takes the first event that is due now; as [`EventQueue::pop`].
    #[inline]
    pub fn pop(&mut self, now: Time) -> Option<Event> {
        self.queue.pop(now).map(Packed::event)
    }

    /// The instant of the earliest event; as [`EventQueue::advance`].
    #[inline]
    pub fn advance(&mut self) -> Option<Time> {
        self.queue.advance()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_comes_out_of_its_eight_bytes_as_it_went_in() {
        let (index, word) = (MOST_TOLD_APART as u32 - 1, u32::MAX);
        let events = [
            Event::WaitEnd { strand: MOST_STRANDS as u32 - 1, stamp: word },
            Event::BurstEnd { core: index, stamp: word },
            Event::SharedBurstEnd { instance: index, stamp: word },
            Event::SliceEnd { core: index, stamp: word },
            Event::GilTimer { gil: word },
            Event::LoopTimer { id: word },
            Event::ClientTimeout,
            Event::SlotTimeout { pool: index, stamp: word },
            Event::ColdStarted { thread: index, request: word },
            Event::InstanceExpiry { instance: word },
            Event::Kill,
            Event::WindowOpen,
            Event::WindowClose,
            Event::Arrival,
            Event::ClientReady { client: word },
            Event::Retry { retry: word },
        ];
        for event in events {
            assert_eq!(Packed::new(event).event(), event);
        }
    }
}
