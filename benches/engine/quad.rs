//! A heap with four children to a node: half as deep as a binary one, siblings side by side.

/// An instant, a tie and a number.
pub type Entry = (u64, u64, u32);

/// Entries, the least first.
#[derive(Default)]
pub struct QuadHeap(Vec<Entry>);

impl QuadHeap {
    /// Adds an entry.
    pub fn push(&mut self, entry: Entry) {
        let mut place = self.0.len();
        self.0.push(entry);
        while place > 0 {
            let parent = (place - 1) / 4;
            if self.0[parent] <= entry {
                break;
            }
            self.0[place] = self.0[parent];
            place = parent;
        }
        self.0[place] = entry;
    }

    /// Takes the least.
    pub fn pop(&mut self) -> Option<Entry> {
        let last = self.0.pop()?;
        let Some(&least) = self.0.first() else { return Some(last) };
        let mut place = 0;
        loop {
            let first = 4 * place + 1;
            let children = self.0.get(first..self.0.len().min(first + 4)).unwrap_or(&[]);
            let mut child = first;
            for place in first..first + children.len() {
                child = if self.0[place] < self.0[child] { place } else { child };
            }
            if children.is_empty() || self.0[child] >= last {
                break;
            }
            self.0[place] = self.0[child];
            place = child;
        }
        self.0[place] = last;
        Some(least)
    }
}
