//! A calendar queue (Brown 1988) with days of a width that the workload gives: unsorted days in
//! linked lists, sorted when the day comes.

use crate::Queue;
use iowait_peers::Workload;

const NONE: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Node {
    time: u64,
    event: u32,
    next: u32,
}

/// A year of days, in nanoseconds.
pub struct Calendar {
    days: Vec<u32>,
    nodes: Vec<Node>,
    free: u32,
    /// The events of the present day, the earliest last.
    today: Vec<(u64, u32)>,
    day: u64,
    shift: u32,
    pending: usize,
}

impl Calendar {
    /// About one event a day, and a year that waits rarely exceed.
    pub fn of(workload: Workload) -> Self {
        let (shift, days) = match workload {
            Workload::W1 => (19, 1 << 8),
            Workload::W2 => (17, 1 << 7),
            Workload::W3 => (17, 1 << 18),
            Workload::W4 => (17, 1 << 10),
        };
        Self {
            days: vec![NONE; days],
            nodes: Vec::new(),
            free: NONE,
            today: Vec::new(),
            day: 0,
            shift,
            pending: 0,
        }
    }

    /// Moves the events of the present day out of its list; those of later years stay.
    fn open_day(&mut self) {
        let place = self.day as usize & (self.days.len() - 1);
        let mut at = std::mem::replace(&mut self.days[place], NONE);
        while at != NONE {
            let node = self.nodes[at as usize];
            if node.time >> self.shift == self.day {
                self.today.push((node.time, node.event));
                self.nodes[at as usize].next = self.free;
                self.free = at;
            } else {
                self.nodes[at as usize].next = self.days[place];
                self.days[place] = at;
            }
            at = node.next;
        }
        if self.today.len() > 1 {
            self.today.sort_unstable_by(|one, other| other.cmp(one));
        }
    }
}

impl Queue for Calendar {
    fn push(&mut self, time: u64, event: u32) {
        self.pending += 1;
        let day = time >> self.shift;
        if day == self.day {
            let place = self.today.iter().rposition(|&other| other > (time, event));
            self.today.insert(place.map_or(0, |place| place + 1), (time, event));
            return;
        }
        let place = day as usize & (self.days.len() - 1);
        let node = Node { time, event, next: self.days[place] };
        if self.free == NONE {
            self.days[place] = self.nodes.len() as u32;
            self.nodes.push(node);
        } else {
            self.days[place] = self.free;
            self.free = self.nodes[self.free as usize].next;
            self.nodes[self.days[place] as usize] = node;
        }
    }

    fn pop(&mut self) -> Option<(u64, u32)> {
        if self.pending == 0 {
            return None;
        }
        self.pending -= 1;
        while self.today.is_empty() {
            self.day += 1;
            self.open_day();
        }
        self.today.pop()
    }
}
