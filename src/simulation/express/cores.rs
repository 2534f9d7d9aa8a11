//! Cores that run what comes first to its end: when each is free is all there is to know.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Up to so many cores are kept in order.
const FEW: u32 = 32;

/// The cores of a host.
#[derive(Clone, Debug)]
pub enum Cores {
    /// When each is free and its number, the first free first: the longest idle, or the first to be.
    Few(Vec<(u64, u32)>),
    /// The same, as a heap.
    Many(BinaryHeap<Reverse<(u64, u32)>>),
}

impl Cores {
    /// Idle cores.
    pub fn new(count: u32) -> Self {
        let idle = (0..count).map(|core| (0, core));
        if count <= FEW {
            Self::Few(idle.collect())
        } else {
            Self::Many(idle.map(Reverse).collect())
        }
    }

    /// The start of a burst of `length` that is asked for at `now`, after all that were asked for
    /// before, and its core.
    #[inline]
    pub fn take(&mut self, now: u64, length: u64) -> (u64, u32) {
        match self {
            Self::Few(cores) => {
                let Some(&(free, core)) = cores.first() else { return (now, 0) };
                let start = now.max(free);
                let next = (start.saturating_add(length), core);
                let mut place = 1;
                while place < cores.len() && cores[place] < next {
                    cores[place - 1] = cores[place];
                    place += 1;
                }
                cores[place - 1] = next;
                (start, core)
            }
            Self::Many(cores) => {
                let Some(mut first) = cores.peek_mut() else { return (now, 0) };
                let Reverse((free, core)) = *first;
                let start = now.max(free);
                *first = Reverse((start.saturating_add(length), core));
                (start, core)
            }
        }
    }

    /// The burst that a core was given last goes on for `length` more.
    #[cold]
    pub fn extend(&mut self, core: u32, length: u64) {
        match self {
            Self::Few(cores) => {
                extend(cores.iter_mut(), core, length);
                cores.sort_unstable();
            }
            Self::Many(cores) => {
                let mut all = std::mem::take(cores).into_vec();
                extend(all.iter_mut().map(|Reverse(core)| core), core, length);
                *cores = all.into();
            }
        }
    }
}

fn extend<'a>(cores: impl IntoIterator<Item = &'a mut (u64, u32)>, core: u32, length: u64) {
    if let Some((free, _)) = cores.into_iter().find(|(_, number)| *number == core) {
        *free = free.saturating_add(length);
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

    #[test]
    fn few_cores_and_many_are_the_same() {
        let mut few = Cores::new(FEW);
        let mut many = Cores::Many((0..FEW).map(|core| Reverse((0, core))).collect());
        let mut state = 1u64;
        for step in 0..10_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (now, length) = (step * 10, (state >> 33) % 700);
            let (start, core) = few.take(now, length);
            assert_eq!(many.take(now, length), (start, core));
            if state.is_multiple_of(7) {
                few.extend(core, 5);
                many.extend(core, 5);
            }
        }
    }
}
