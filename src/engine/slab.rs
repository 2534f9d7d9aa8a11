//! A slab: values behind small stable numbers, freed places used again, no allocation in between.

use std::ops::{Index, IndexMut};

/// The number of no place.
pub const NONE: u32 = u32::MAX;

/// Values behind `u32` numbers.
///
/// A freed place keeps its last value until it is used again; whoever keeps a number after freeing
/// it must know by other means that it is stale.
#[derive(Clone, Debug)]
pub struct Slab<T> {
    values: Vec<T>,
    free: Vec<u32>,
}

impl<T> Slab<T> {
    /// An empty slab.
    #[must_use]
    pub const fn new() -> Self {
        Self { values: Vec::new(), free: Vec::new() }
    }

    /// Makes room for this many values at once, so that none is moved.
    pub fn reserve(&mut self, values: usize) {
        self.values.reserve_exact(values.saturating_sub(self.values.len()));
    }

    /// Stores `value` and answers its number.
    ///
    /// # Panics
    ///
    /// With more than `u32::MAX - 1` values at once (at 100 bytes each, 400 GiB).
    pub fn insert(&mut self, value: T) -> u32 {
        if let Some(place) = self.free.pop() {
            self.values[place as usize] = value;
            return place;
        }
        let place = u32::try_from(self.values.len()).expect("fewer than 2^32 values at once");
        assert!(place != NONE, "fewer than 2^32 - 1 values at once");
        self.values.push(value);
        place
    }

    /// Frees a place for the next insert.
    pub fn remove(&mut self, place: u32) {
        self.free.push(place);
    }

    /// How many places are taken.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.values.len() - self.free.len()
    }

    /// How many places there are, the free ones included.
    #[must_use]
    pub const fn places(&self) -> usize {
        self.values.len()
    }

    /// Whether no place is taken.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every value with its number, the free ones included.
    pub fn iter_with_free(&self) -> impl Iterator<Item = (u32, &T)> {
        (0u32..).zip(&self.values)
    }
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Index<u32> for Slab<T> {
    type Output = T;
    fn index(&self, place: u32) -> &T {
        &self.values[place as usize]
    }
}

impl<T> IndexMut<u32> for Slab<T> {
    fn index_mut(&mut self, place: u32) -> &mut T {
        &mut self.values[place as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freed_place_is_used_again_before_the_slab_grows() {
        let mut slab = Slab::default();
        assert!(slab.is_empty());
        let (a, b) = (slab.insert("a"), slab.insert("b"));
        slab.remove(a);
        assert_eq!(slab.len(), 1);
        assert!(!slab.is_empty());
        assert_eq!(slab.insert("c"), a);
        assert_eq!((slab[a], slab[b]), ("c", "b"));
        assert_eq!(slab.insert("d"), 2);
        (0..3).for_each(|place| slab.remove(place));
        assert!(slab.is_empty());
    }
}
