//! Timers: a thread sleeps longer than it asked for, a loop until a multiple of its grain.

use iowait::model::runtime::Rounding;

use super::*;

impl World<'_> {
    /// When a timer is due that is set now for so long.
    pub(super) fn timer_end(&self, task: usize, nanos: u64, late: u64) -> u64 {
        let now = self.machine.now;
        if self.loops.is_empty() || self.tasks[task].thread.is_some() {
            return now + nanos + late;
        }
        let kind = self.loop_kind();
        let grain = kind.timer_grain.0;
        if kind.timer_rounding == Rounding::Up || grain == 0 {
            return now + nanos;
        }
        // The nearest number of grains, a half to the even one, from the grain that the clock is in.
        let (below, rest) = (nanos / grain, nanos % grain);
        let grains = match (2 * rest).cmp(&grain) {
            std::cmp::Ordering::Less => below,
            std::cmp::Ordering::Equal => below + below % 2,
            std::cmp::Ordering::Greater => below + 1,
        };
        ((now / grain + grains) * grain).max(now)
    }

    /// A wait comes to its end; where a timer of a loop ends it, once the loop looks.
    pub(super) fn wait_ends(&mut self, task: usize) {
        self.tasks[task].waits_until = None;
        let Some(Act::Wait { timer: Some(late), .. }) = self.tasks[task].todo.front() else {
            return self.wait_is_over(task);
        };
        let late = *late;
        if self.loops.is_empty() || self.tasks[task].thread.is_some() {
            return self.wait_is_over(task);
        }
        self.tasks[task].timed = true;
        let id = self.tasks[task].home.expect("a task of a loop");
        let now = self.machine.now;
        // One that is busy, or about to poll, finds it due at once.
        let asleep = self.loops[id].idle_since.filter(|&since| since < now && !self.has_work(id));
        let Some(since) = asleep else { return self.wait_is_over(task) };
        if self.loops[id].alarm.is_none() {
            let at = self.wakes_at(since) + late;
            if at <= now {
                return self.wait_is_over(task);
            }
            self.loops[id].alarm = Some(at);
        }
        self.tasks[task].slept_on = true;
        self.loops[id].due.push(task);
    }

    /// When a loop that sleeps from `since` on for a timer that is due now wakes, were it not late.
    fn wakes_at(&self, since: u64) -> u64 {
        let kind = self.loop_kind();
        let (now, grain) = (self.machine.now, kind.timer_grain.0);
        if grain == 0 {
            return now;
        }
        match kind.timer_rounding {
            Rounding::Up => since + (now - since).next_multiple_of(grain),
            Rounding::Nearest => since + (now - since / grain * grain),
        }
    }

    /// A loop polls and sees which of its timers are due.
    pub(super) fn see_timers(&mut self, id: usize) {
        self.loops[id].alarm = None;
        self.loops[id].rings = false;
        for task in std::mem::take(&mut self.loops[id].due) {
            self.tasks[task].slept_on = false;
            self.wait_is_over(task);
        }
    }
}
