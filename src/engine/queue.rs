//! The event queue: a radix wheel that adapts to any spread of instants, with a small sorted front.
//!
//! Pending events lie in buckets by the highest base-64 digit in which their instant differs from
//! the front's (Ahuja, Mehlhorn, Orlin and Tarjan, "Faster algorithms for the shortest path
//! problem", 1990). The earliest bucket becomes the front: sorted if it is small, spread over finer
//! buckets first if it is not. An event is moved a few times at most whatever is pending, where a
//! heap compares it log n times with lines that are not in the cache.
//!
//! The order never depends on when an event was pushed: two events of one instant are told apart
//! by the tie that the model gives them. Events equal in both are the caller's mistake to make and
//! come out in an unspecified but reproducible order.

use crate::units::Time;

/// Bits of a digit.
const DIGIT: u32 = 6;
/// Buckets of a level.
const WIDTH: usize = 1 << DIGIT;
/// Levels that 64 bits have.
const LEVELS: usize = 64usize.div_ceil(DIGIT as usize);
/// A bucket of at most this many is sorted rather than spread.
const SORTED: usize = 24;
/// A front grown beyond this is spread again.
const FRONT: usize = 64;
/// Into a front of at most this many an event is moved down step by step, into a longer one it is
/// searched for.
const STEPPED: usize = 16;

#[derive(Clone, Copy, Debug)]
struct Entry<E> {
    time: u64,
    tie: u64,
    event: E,
}

impl<E> Entry<E> {
    const fn key(&self) -> u128 {
        key(Time(self.time), self.tie)
    }
}

/// An instant, in the upper half, and a tie: what orders events. One comparison of 128 bits is
/// branch-free where two of 64 are not.
#[must_use]
pub const fn key(time: Time, tie: u64) -> u128 {
    ((time.0 as u128) << 64) | tie as u128
}

/// Pending events, earliest first.
///
/// Time only goes forward: [`EventQueue::advance`] tells the earliest instant,
/// [`EventQueue::pop`] takes what is due then, and nothing may be pushed before what was taken.
///
/// ```
/// use iowait::engine::EventQueue;
/// use iowait::units::Time;
///
/// let mut queue = EventQueue::new();
/// queue.push(Time(5), 1, "second of its instant");
/// queue.push(Time(5), 0, "first of its instant");
/// queue.push(Time(2), 9, "earlier");
/// let mut order = Vec::new();
/// while let Some(now) = queue.advance() {
///     while let Some(event) = queue.pop(now) {
///         order.push((now, event));
///     }
/// }
/// let expected =
///     [(2, "earlier"), (5, "first of its instant"), (5, "second of its instant")];
/// assert_eq!(order, expected.map(|(at, event)| (Time(at), event)));
/// ```
#[derive(Clone, Debug)]
pub struct EventQueue<E> {
    /// The earliest events, the earliest last: all those before `front_end`.
    front: Vec<Entry<E>>,
    /// The first instant beyond the front; `None` where the front reaches to the end of time.
    front_end: Option<u64>,
    /// The start of the front's bucket; everything in the buckets differs from it in the digit of
    /// its level and in none above.
    base: u64,
    buckets: Box<[Vec<Entry<E>>; LEVELS * WIDTH]>,
    /// Which buckets of each level hold something.
    occupied: [u64; LEVELS],
    len: usize,
}

impl<E: Copy> EventQueue<E> {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self {
            front: Vec::new(),
            front_end: Some(0),
            base: 0,
            buckets: Box::new([const { Vec::new() }; LEVELS * WIDTH]),
            occupied: [0; LEVELS],
            len: 0,
        }
    }

    /// Forgets all events and starts anew at time zero; memory is kept for others.
    pub fn clear(&mut self) {
        self.front.clear();
        for (level, digits) in self.occupied.iter_mut().enumerate() {
            while *digits != 0 {
                self.buckets[level * WIDTH + digits.trailing_zeros() as usize].clear();
                *digits &= *digits - 1;
            }
        }
        (self.front_end, self.base, self.len) = (Some(0), 0, 0);
    }

    /// How many events are pending.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is pending.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds an event at `time`, not before the last one taken; `tie` orders the events of one
    /// instant.
    #[inline]
    pub fn push(&mut self, time: Time, tie: u64, event: E) {
        self.len += 1;
        let entry = Entry { time: time.0, tie, event };
        if self.front_end.is_some_and(|end| time.0 >= end) {
            self.store(entry);
        } else {
            self.insert(entry);
        }
    }

    /// Puts an entry into its place in the front.
    fn insert(&mut self, entry: Entry<E>) {
        let key = entry.key();
        let length = self.front.len();
        if length <= STEPPED {
            self.front.push(entry);
            let mut place = length;
            while place > 0 && self.front[place - 1].key() < key {
                self.front[place] = self.front[place - 1];
                place -= 1;
            }
            self.front[place] = entry;
            return;
        }
        let place = self.front.partition_point(|other| other.key() > key);
        self.front.insert(place, entry);
        if length >= FRONT && self.front_end.is_none_or(|end| end - self.base > 1) {
            self.spread_front();
        }
    }

    /// Takes the first event that is due at `now`, the instant that [`EventQueue::advance`] told.
    #[inline]
    pub fn pop(&mut self, now: Time) -> Option<E> {
        let first = self.front.last()?;
        if first.time != now.0 {
            return None;
        }
        self.len -= 1;
        self.front.pop().map(|entry| entry.event)
    }

    /// The instant and the tie of the earliest event as one [`key`]; `u128::MAX` without any.
    #[inline]
    pub fn first(&mut self) -> u128 {
        if self.front.is_empty() && self.refill().is_none() {
            return u128::MAX;
        }
        self.front.last().map_or(u128::MAX, Entry::key)
    }

    /// Takes the earliest event.
    #[inline]
    pub fn take(&mut self) -> Option<E> {
        if self.front.is_empty() {
            self.refill()?;
        }
        let entry = self.front.pop()?;
        self.len -= 1;
        Some(entry.event)
    }

    /// The instant of the earliest event; `None` without any.
    #[inline]
    pub fn advance(&mut self) -> Option<Time> {
        if self.front.is_empty() {
            self.refill()?;
        }
        self.front.last().map(|entry| Time(entry.time))
    }

    /// Puts an entry beyond the front into its bucket.
    fn store(&mut self, entry: Entry<E>) {
        let level = level_of(entry.time, self.base);
        let digit = digit_of(entry.time, level);
        self.buckets[level * WIDTH + digit].push(entry);
        self.occupied[level] |= 1 << digit;
    }

    /// The event that comes next, where that is known without looking far.
    #[inline]
    #[must_use]
    pub fn peek(&self) -> Option<&E> {
        self.front.last().map(|entry| &entry.event)
    }

    /// Makes the earliest bucket the front, spread first while it is large.
    #[inline(never)]
    fn refill(&mut self) -> Option<()> {
        if self.len <= SORTED {
            return self.gather();
        }
        loop {
            let level = self.occupied.iter().position(|&digits| digits != 0)?;
            let digit = self.occupied[level].trailing_zeros() as usize;
            self.occupied[level] &= !(1 << digit);
            let shift = level as u32 * DIGIT;
            // Higher digits as the base has them, lower ones zero.
            let above = self.base.checked_shr(shift + DIGIT).unwrap_or(0);
            self.base = above.checked_shl(shift + DIGIT).unwrap_or(0) | ((digit as u64) << shift);
            let place = level * WIDTH + digit;
            if level == 0 || self.buckets[place].len() <= SORTED {
                std::mem::swap(&mut self.front, &mut self.buckets[place]);
                self.front.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.key()));
                self.front_end = self.base.checked_add(1 << shift);
                return Some(());
            }
            let mut bucket = std::mem::take(&mut self.buckets[place]);
            for entry in bucket.drain(..) {
                self.store(entry);
            }
            // Its room is kept for the next that fall into it.
            self.buckets[place] = bucket;
        }
    }

    /// Makes all that is pending the front: of so few, no event is worth a bucket.
    fn gather(&mut self) -> Option<()> {
        for level in 0..LEVELS {
            while self.occupied[level] != 0 {
                let digit = self.occupied[level].trailing_zeros() as usize;
                self.occupied[level] &= self.occupied[level] - 1;
                self.front.append(&mut self.buckets[level * WIDTH + digit]);
            }
        }
        self.front.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.key()));
        self.front_end = None;
        (!self.front.is_empty()).then_some(())
    }

    /// Moves the base back to an earlier instant: once spread, the front may begin later than the
    /// present instant, and more may be pushed in between.
    fn rebase(&mut self, earlier: u64) {
        let level = level_of(earlier, self.base);
        let home = level * WIDTH + digit_of(self.base, level);
        for below in 0..level {
            while self.occupied[below] != 0 {
                let digit = self.occupied[below].trailing_zeros() as usize;
                self.occupied[below] &= !(1 << digit);
                // All of them have the digit of the old base, which is no longer the base's.
                let mut bucket = std::mem::take(&mut self.buckets[below * WIDTH + digit]);
                self.buckets[home].append(&mut bucket);
                self.buckets[below * WIDTH + digit] = bucket;
                self.occupied[level] |= 1 << digit_of(self.base, level);
            }
        }
        self.base = earlier;
    }

    /// Sends a front that has grown too large back into finer buckets.
    fn spread_front(&mut self) {
        let mut front = std::mem::take(&mut self.front);
        if let Some(first) = front.last()
            && first.time < self.base
        {
            self.rebase(first.time);
        }
        for entry in front.drain(..) {
            self.store(entry);
        }
        self.front = front;
        self.refill().expect("what was the front is pending");
    }
}

/// The highest digit in which two instants differ; the lowest of all where they are equal.
const fn level_of(one: u64, other: u64) -> usize {
    let difference = (one ^ other) | 1;
    ((63 - difference.leading_zeros()) / DIGIT) as usize
}

/// A digit of an instant.
const fn digit_of(time: u64, level: usize) -> usize {
    (time >> (level as u32 * DIGIT)) as usize & (WIDTH - 1)
}

impl<E: Copy> Default for EventQueue<E> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    /// The plain queue that the wheel is held against.
    type Heap = BinaryHeap<Reverse<(u64, u64)>>;

    /// Pushes, pops and time going forward, checked step by step against a binary heap.
    fn hold(steps: impl IntoIterator<Item = (u64, u64)>, keep: usize) {
        let mut queue = EventQueue::new();
        let mut heap = Heap::new();
        let mut now = 0u64;
        let take = |queue: &mut EventQueue<u64>, heap: &mut Heap| {
            let time = queue.advance().expect("as many as in the heap");
            let tie = queue.pop(time).expect("one is due");
            let Reverse((heap_time, heap_tie)) = heap.pop().expect("as many as in the queue");
            assert_eq!((time.0, tie), (heap_time, heap_tie));
            time.0
        };
        for (delay, tie) in steps {
            let time = now.saturating_add(delay);
            queue.push(Time(time), tie, tie);
            heap.push(Reverse((time, tie)));
            if heap.len() > keep {
                now = take(&mut queue, &mut heap);
            }
        }
        while !heap.is_empty() {
            take(&mut queue, &mut heap);
        }
        assert!(queue.is_empty() && queue.advance().is_none());
    }

    proptest! {
        #[test]
        fn events_come_out_as_from_a_heap(
            steps in proptest::collection::vec((0u64..5000, 0u64..1000), 0..500),
            scale in 0u32..50,
            keep in 0usize..200,
        ) {
            hold(steps.into_iter().map(|(delay, tie)| (delay << scale, tie)), keep);
        }
    }

    proptest! {
        #[test]
        fn crowds_that_come_at_once_come_out_in_order(
            seed in 0u64..u64::MAX,
            scale in 0u32..20,
            crowd in 1u64..150,
        ) {
            // Now and then many events are pushed between the present instant and the next event.
            let mut queue = EventQueue::new();
            let mut heap = Heap::new();
            let mut state = seed;
            let mut draw = |below: u64| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(seed | 1);
                (state >> 33) % below
            };
            let mut now = 0;
            for tie in 0..3_000 {
                let spread = if draw(3) == 0 { 10_000 } else { 100 };
                if draw(crowd) == 0 || heap.is_empty() {
                    for member in 0..crowd {
                        let time = now + (draw(spread) << scale);
                        queue.push(Time(time), tie * 1_000 + member, tie * 1_000 + member);
                        heap.push(Reverse((time, tie * 1_000 + member)));
                    }
                }
                let time = queue.advance().expect("as many as in the heap");
                let found = queue.pop(time).expect("one is due");
                let Reverse(expected) = heap.pop().expect("as many as in the queue");
                prop_assert_eq!((time.0, found), expected);
                now = time.0;
            }
        }
    }

    #[test]
    fn a_queue_that_was_cleared_is_as_a_new_one() {
        let mut queue = EventQueue::new();
        for round in 0..3_u64 {
            // Half of them are taken, so that front and buckets both hold some.
            for k in 0..2_000_u64 {
                queue.push(Time((k * 7919 % 100_003) << round), k, k);
            }
            let mut last = Time(0);
            for _ in 0..1_000 {
                let now = queue.advance().expect("half are left");
                assert!(now >= last);
                last = now;
                queue.pop(now).expect("one is due");
            }
            queue.clear();
            assert!(queue.is_empty() && queue.advance().is_none() && queue.first() == u128::MAX);
            queue.clear();
        }
    }

    #[test]
    fn a_far_event_does_not_disturb_many_near_ones() {
        let near = (0..20_000u64).map(|k| (k.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 44, k));
        hold([(u64::MAX, 0), (1 << 60, 1)].into_iter().chain(near), 700);
    }

    #[test]
    fn ten_thousand_events_of_one_instant_come_in_order_of_their_ties() {
        hold((0..10_000u64).map(|k| (7, k.wrapping_mul(7919) % 10_000)), 10_000);
    }

    #[test]
    fn events_are_taken_without_a_look_at_the_first() {
        let mut queue = EventQueue::new();
        for (time, tie) in [(7 << 40, 1), (3, 2), (3, 0), (5, 9)] {
            queue.push(Time(time), tie, (time, tie));
        }
        let taken: Vec<_> = std::iter::from_fn(|| queue.take()).collect();
        assert_eq!(taken, [(3, 0), (3, 2), (5, 9), (7 << 40, 1)]);
        assert_eq!(queue.take(), None);
    }

    #[test]
    fn the_last_instant_of_all_can_be_reached() {
        hold([(u64::MAX, 3), (u64::MAX - 1, 2), (0, 1), (u64::MAX, 4)], 2);
    }

    #[test]
    fn crowds_pushed_before_a_front_that_has_moved_on_come_out_in_order() {
        let mut state = 1;
        let mut draw = |below: u64| {
            state = u64::wrapping_add(u64::wrapping_mul(state, 6_364_136_223_846_793_005), 1);
            (state >> 33) % below
        };
        for top in [1, 2, 4, 9] {
            for _ in 0..40 {
                // One event alone takes the front to the start of a wide bucket.
                let start = 3 << (top * DIGIT);
                let mut queue = EventQueue::new();
                queue.push(Time(start), 0, 0);
                assert_eq!(queue.advance(), Some(Time(start)));
                assert_eq!(queue.pop(Time(start)), Some(0));
                // Each crowd comes before the one that was spread last, over finer buckets than it.
                let mut heap = Heap::new();
                let mut tie = 1;
                for digit in (1..WIDTH as u64).rev().step_by(1 + draw(30) as usize) {
                    let crowd = start + (digit << ((top - 1) * DIGIT));
                    for _ in 0..FRONT + 2 {
                        let finer = draw(1 << ((top - 1) * DIGIT).min(30)) >> draw(20);
                        let time = crowd + finer;
                        queue.push(Time(time), tie, tie);
                        heap.push(Reverse((time, tie)));
                        tie += 1;
                    }
                }
                assert_eq!(queue.len(), heap.len());
                while let Some(Reverse((time, tie))) = heap.pop() {
                    assert!(!queue.is_empty());
                    assert_eq!(queue.advance(), Some(Time(time)));
                    assert_eq!(queue.pop(Time(time)), Some(tie));
                }
                assert!(queue.is_empty() && queue.advance().is_none());
            }
        }
    }
}
