//! Who is idle, in the order in which they fell idle, then by number.

use std::collections::VecDeque;

use crate::units::Time;

/// Idle workers, executor threads or cores.
#[derive(Clone, Debug, Default)]
pub struct IdleOrder {
    order: VecDeque<(Time, u32)>,
}

impl IdleOrder {
    /// `number` falls idle at `now`, which is never before an earlier call's.
    pub fn push(&mut self, now: Time, number: u32) {
        let mut place = self.order.len();
        while place > 0 && self.order[place - 1] > (now, number) {
            place -= 1;
        }
        if place == self.order.len() {
            self.order.push_back((now, number));
        } else {
            self.order.insert(place, (now, number));
        }
    }

    /// The one that has been idle longest is idle no more.
    pub fn pop(&mut self) -> Option<u32> {
        self.order.pop_front().map(|(_, number)| number)
    }

    /// How many are idle.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether all are busy.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_idle_comes_first_and_numbers_decide_within_an_instant() {
        let mut idle = IdleOrder::default();
        for (now, number) in [(1, 9), (2, 5), (2, 7), (2, 3), (3, 1)] {
            idle.push(Time(now), number);
        }
        let order: Vec<u32> = std::iter::from_fn(|| idle.pop()).collect();
        assert_eq!(order, [9, 3, 5, 7, 1]);
    }
}
