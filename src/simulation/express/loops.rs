//! Loops with a core each: one queue of turns, cut into iterations.
//!
//! An iteration takes what became ready up to its poll. Its end is known when it begins, for a
//! polling costs nothing and nothing interrupts a turn; so is the poll at which a request is taken.

use crate::model::runtime::Assign;

/// One loop.
#[derive(Clone, Copy, Debug, Default)]
struct Loop {
    /// The poll that is next, or the last one where it is not after now: what becomes ready up to
    /// then is taken there.
    poll: u64,
    /// When all turns that are known so far are over.
    free: u64,
    /// Since when it was idle at that poll.
    idle_since: u64,
    /// Requests that it has, waiting ones included.
    tasks: u64,
}

impl Loop {
    /// Moves on to the next poll at or after `now`; `polled` says that loops have polled at this
    /// very instant.
    const fn look(&mut self, now: u64, polled: bool) {
        if now > self.poll || (polled && now == self.poll) {
            // That poll took all that is known so far.
            self.poll = self.free;
            self.idle_since = self.free;
            if self.free <= now {
                self.poll = now;
            }
        }
    }
}

/// The loops of a runtime.
#[derive(Clone, Debug)]
pub struct Loops {
    loops: Vec<Loop>,
    assign: Assign,
    /// Whose turn it is, for round-robin.
    next: u32,
}

/// A turn of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The poll that takes it.
    pub poll: u64,
    /// When it begins.
    pub start: u64,
}

impl Loops {
    /// Idle loops.
    pub fn new(count: u32, assign: Assign) -> Self {
        Self { loops: vec![Loop::default(); count as usize], assign, next: 0 }
    }

    /// The loop that a new request goes to; `draw` gives a number below its argument.
    pub fn choose(&mut self, now: u64, polled: bool, draw: impl FnOnce(u64) -> u64) -> u16 {
        let count = self.loops.len();
        let id = match self.assign {
            Assign::Greedy => {
                self.loops.iter_mut().for_each(|each| each.look(now, polled));
                first_min(&self.loops, |each| (each.poll, each.idle_since))
            }
            Assign::RoundRobin => {
                let id = self.next as usize;
                self.next = (self.next + 1) % count as u32;
                id
            }
            Assign::LeastLoaded => first_min(&self.loops, |each| (each.tasks, 0)),
            Assign::Random | Assign::Pinned => draw(count as u64) as usize,
        };
        self.loops[id].tasks += 1;
        id as u16
    }

    /// The turn of what becomes ready at `now`, after all that became ready before.
    pub fn turn(&mut self, id: u16, now: u64, polled: bool) -> Turn {
        let this = &mut self.loops[usize::from(id)];
        this.look(now, polled);
        this.free = this.free.max(this.poll);
        Turn { poll: this.poll, start: this.free }
    }

    /// The turn that was given out last on a loop takes this long.
    pub fn occupy(&mut self, id: u16, length: u64) {
        let this = &mut self.loops[usize::from(id)];
        this.free = this.free.saturating_add(length);
    }

    /// A request of a loop is done.
    pub fn done(&mut self, id: u16) {
        self.loops[usize::from(id)].tasks -= 1;
    }
}

/// The place of the smallest, the first of equals.
fn first_min(loops: &[Loop], key: impl Fn(&Loop) -> (u64, u64)) -> usize {
    let mut best = 0;
    for place in 1..loops.len() {
        if key(&loops[place]) < key(&loops[best]) {
            best = place;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(loops: &mut Loops, id: u16, now: u64, length: u64) -> Turn {
        let turn = loops.turn(id, now, false);
        loops.occupy(id, length);
        turn
    }

    #[test]
    fn what_becomes_ready_during_an_iteration_waits_for_the_next_poll() {
        let mut loops = Loops::new(1, Assign::Greedy);
        assert_eq!(turn(&mut loops, 0, 5, 10), Turn { poll: 5, start: 5 });
        assert_eq!(turn(&mut loops, 0, 7, 10), Turn { poll: 15, start: 15 });
        assert_eq!(turn(&mut loops, 0, 15, 10), Turn { poll: 15, start: 25 });
        assert_eq!(turn(&mut loops, 0, 16, 10), Turn { poll: 35, start: 35 });
        assert_eq!(turn(&mut loops, 0, 99, 10), Turn { poll: 99, start: 99 });
    }

    #[test]
    fn a_greedy_request_goes_to_the_loop_that_polls_first_and_was_idle_longest() {
        let mut loops = Loops::new(2, Assign::Greedy);
        let mut at = |now, length| {
            let id = loops.choose(now, false, |_| unreachable!());
            (id, turn(&mut loops, id, now, length))
        };
        assert_eq!(at(0, 100), (0, Turn { poll: 0, start: 0 }));
        assert_eq!(at(1, 50), (1, Turn { poll: 1, start: 1 }));
        assert_eq!(at(2, 10), (1, Turn { poll: 51, start: 51 }));
        assert_eq!(at(3, 10), (1, Turn { poll: 51, start: 61 }));
        // Loop 0 polls at 100, loop 1 is idle from 71 on.
        assert_eq!(at(80, 10), (1, Turn { poll: 80, start: 80 }));
    }
}
