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

    /// The one that has been idle longest.
    pub fn first(&self) -> Option<u32> {
        self.order.front().map(|&(_, number)| number)
    }

    /// `number`, which fell idle at `since`, is idle no more.
    pub fn remove(&mut self, since: Time, number: u32) {
        if self.order.front() == Some(&(since, number)) {
            self.order.pop_front();
        } else if let Ok(place) = self.order.binary_search(&(since, number)) {
            self.order.remove(place);
        }
    }

    /// All that are idle, the longest idle first.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.order.iter().map(|&(_, number)| number)
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
        assert_eq!(idle.iter().collect::<Vec<_>>(), [9, 3, 5, 7, 1]);
        idle.remove(Time(2), 5);
        assert_eq!(idle.first(), Some(9));
        idle.remove(Time(1), 9);
        let order: Vec<u32> = std::iter::from_fn(|| idle.pop()).collect();
        assert_eq!(order, [3, 7, 1]);
    }
}
