//! All that can be scheduled, and the order of what falls on one instant.
//!
//! At one instant first ends of waits (by request number), then ends of bursts (by core), then
//! timers, then arrivals (by number): the rule of the model, not of who pushed first.

/// Something that will happen.
#[derive(Clone, Copy, Debug)]
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
