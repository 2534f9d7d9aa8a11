//! Cores that run what comes first to its end: when each is free is all there is to know.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The cores of a host.
#[derive(Clone, Debug)]
pub struct Cores {
    /// When each is free and its number, the first free first: the longest idle, or the first to be.
    free: BinaryHeap<Reverse<(u64, u32)>>,
}

impl Cores {
    /// Idle cores.
    pub fn new(count: u32) -> Self {
        Self { free: (0..count).map(|core| Reverse((0, core))).collect() }
    }

    /// The start of a burst of `length` that is asked for at `now`, after all that were asked for
    /// before, and its core.
    pub fn take(&mut self, now: u64, length: u64) -> (u64, u32) {
        let Some(mut first) = self.free.peek_mut() else { return (now, 0) };
        let Reverse((free, core)) = *first;
        let start = now.max(free);
        *first = Reverse((start.saturating_add(length), core));
        (start, core)
    }

    /// The burst that a core was given last goes on for `length` more.
    pub fn extend(&mut self, core: u32, length: u64) {
        let mut free = std::mem::take(&mut self.free).into_vec();
        let last = free.iter_mut().find(|Reverse((_, number))| *number == core);
        if let Some(Reverse((free, _))) = last {
            *free = free.saturating_add(length);
        }
        self.free = free.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_idle_core_takes_first_and_numbers_decide() {
        let mut cores = Cores::new(2);
        assert_eq!(cores.take(0, 10), (0, 0));
        assert_eq!(cores.take(1, 20), (1, 1));
        assert_eq!(cores.take(2, 1), (10, 0));
        assert_eq!(cores.take(30, 1), (30, 0)); // idle since 11
        assert_eq!(cores.take(30, 1), (30, 1)); // idle since 21
    }
}
