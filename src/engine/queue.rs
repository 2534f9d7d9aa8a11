//! The event queue: a 4-ary heap of plain values in a total order of (instant, tie).
//!
//! The order never depends on when an event was pushed: two events at one instant are told apart
//! by the tie that the model gives them. Events equal in both are the caller's mistake to make and
//! come out in an unspecified but reproducible order.

use crate::units::Time;

/// Children of a node; four siblings of 24 bytes share two cache lines.
const ARITY: usize = 4;

#[derive(Clone, Copy, Debug)]
struct Entry<E> {
    time: Time,
    tie: u64,
    event: E,
}

impl<E> Entry<E> {
    /// One comparison of 128 bits is branch-free where two of 64 are not.
    const fn key(&self) -> u128 {
        ((self.time.0 as u128) << 64) | self.tie as u128
    }
}

/// Pending events, earliest first.
///
/// ```
/// use iowait::engine::EventQueue;
/// use iowait::units::Time;
///
/// let mut queue = EventQueue::new();
/// queue.push(Time(5), 1, "second of its instant");
/// queue.push(Time(5), 0, "first of its instant");
/// queue.push(Time(2), 9, "earlier");
/// let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(_, _, event)| event).collect();
/// assert_eq!(order, ["earlier", "first of its instant", "second of its instant"]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct EventQueue<E> {
    heap: Vec<Entry<E>>,
}

impl<E: Copy> EventQueue<E> {
    /// An empty queue.
    #[must_use]
    pub const fn new() -> Self {
        Self { heap: Vec::new() }
    }

    /// How many events are pending.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is pending.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// The instant of the earliest event.
    #[must_use]
    pub fn next_time(&self) -> Option<Time> {
        self.heap.first().map(|entry| entry.time)
    }

    /// Adds an event at `time`; `tie` orders the events of one instant.
    pub fn push(&mut self, time: Time, tie: u64, event: E) {
        let entry = Entry { time, tie, event };
        let key = entry.key();
        self.heap.push(entry);
        let mut hole = self.heap.len() - 1;
        while hole > 0 {
            let parent = (hole - 1) / ARITY;
            if self.heap[parent].key() <= key {
                break;
            }
            self.heap[hole] = self.heap[parent];
            hole = parent;
        }
        self.heap[hole] = entry;
    }

    /// Takes the earliest event with its instant and tie.
    pub fn pop(&mut self) -> Option<(Time, u64, E)> {
        let first = *self.heap.first()?;
        let last = self.heap.pop()?;
        if !self.heap.is_empty() {
            self.sift_down(last);
        }
        Some((first.time, first.tie, first.event))
    }

    /// Puts `entry` where it belongs, starting with a hole at the root.
    fn sift_down(&mut self, entry: Entry<E>) {
        let key = entry.key();
        let len = self.heap.len();
        let mut hole = 0;
        loop {
            let first_child = hole * ARITY + 1;
            if first_child >= len {
                break;
            }
            let mut least = first_child;
            let mut least_key = self.heap[first_child].key();
            for child in first_child + 1..(first_child + ARITY).min(len) {
                let child_key = self.heap[child].key();
                if child_key < least_key {
                    least = child;
                    least_key = child_key;
                }
            }
            if key <= least_key {
                break;
            }
            self.heap[hole] = self.heap[least];
            hole = least;
        }
        self.heap[hole] = entry;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn events_come_out_in_order_of_instant_and_tie_whatever_the_order_of_pushes(
            events in proptest::collection::vec((0u64..50, 0u64..1000), 0..300)
        ) {
            let mut queue = EventQueue::new();
            for &(time, tie) in &events {
                queue.push(Time(time), tie, ());
            }
            let mut expected = events.clone();
            expected.sort_unstable();
            let order: Vec<_> =
                std::iter::from_fn(|| queue.pop()).map(|(time, tie, ())| (time.0, tie)).collect();
            prop_assert_eq!(order, expected);
        }
    }

    #[test]
    fn pushes_between_pops_keep_the_order() {
        let mut queue = EventQueue::new();
        let mut now = 0;
        let mut state = 1u64;
        for k in 0..1000 {
            queue.push(Time(k % 17), k, ());
        }
        for _ in 0..10_000 {
            let (time, _, ()) = queue.pop().expect("pushed as often as popped");
            assert!(time.0 >= now);
            now = time.0;
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            queue.push(Time(now + (state >> 58)), state, ());
        }
        assert_eq!(queue.len(), 1000);
    }
}
