//! A deadlock in words: who holds what, and who waits for it.

use crate::engine::slab::NONE;

use super::world::World;

impl World<'_> {
    /// Who holds and who waits, for a few of each pool.
    pub(super) fn describe_deadlock(&self) -> String {
        let mut words = Vec::new();
        let processes = self.pools.len();
        for (number, resource) in self.setup.resources.iter().enumerate() {
            let first = self.pool_base[number] as usize;
            let last = self.pool_base.get(number + 1).map_or(processes, |&next| next as usize);
            for id in first..last {
                let waiting: Vec<u64> = self.pools[id]
                    .waiters()
                    .filter(|&(strand, stamp)| self.strands[strand].stamp == stamp)
                    .map(|(strand, _)| self.requests[self.strands[strand].request].number)
                    .collect();
                if waiting.is_empty() {
                    continue;
                }
                words.push(format!(
                    "all {} slots of {} are held by requests {} while {} wait for one, first {}",
                    resource.slots,
                    resource.name,
                    few(&self.holders(id as u32)),
                    waiting.len(),
                    few(&waiting)
                ));
            }
        }
        if words.is_empty() {
            return format!("{} requests are in flight and none can go on", self.requests.len());
        }
        words.join("; ")
    }

    /// The numbers of requests that hold a slot of a pool.
    fn holders(&self, pool: u32) -> Vec<u64> {
        let mut holders = Vec::new();
        for (_, strand) in self.strands.iter_with_free() {
            let mut place = strand.held;
            while place != NONE {
                if self.held[place].pool == pool {
                    holders.push(self.requests[strand.request].number);
                }
                place = self.held[place].before;
            }
        }
        holders
    }
}

/// The first few numbers of a list.
fn few(numbers: &[u64]) -> String {
    let first: Vec<String> = numbers.iter().take(3).map(ToString::to_string).collect();
    let more = if numbers.len() > 3 { ", …" } else { "" };
    format!("{}{more}", first.join(", "))
}
