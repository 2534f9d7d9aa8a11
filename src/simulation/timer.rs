//! Timers: when a wait ends that the runtime itself keeps the time of.
//!
//! A thread wakes late by the overshoot of the operating system's timer. A loop looks at its timers
//! when it polls: busy, it finds them due at once; idle, it sleeps for whole multiples of its grain,
//! and then as much longer as the overshoot.

use crate::engine::slab::NONE;
use crate::model::RuntimeKind;
use crate::model::runtime::Rounding;
use crate::units::{Span, Time};

use super::event::{Class, Event, tie, timer_number};
use super::program::{Op, Site};
use super::world::World;

/// The timers of a loop that are due while it sleeps on.
#[derive(Clone, Debug, Default)]
pub struct Timers {
    /// Strands with the stamps of their waits, in the order in which they fell due.
    due: Vec<(u32, u32)>,
    /// When the loop will wake for the first of them.
    wakes_at: Option<Time>,
    /// That instant has come.
    pub fired: bool,
}

impl World<'_> {
    /// When a timer ends that is set now: late where a thread sleeps for it, by its loop's clock
    /// otherwise.
    pub(super) fn timer_end(&self, strand: u32, site: Site, span: Span) -> Time {
        let in_thread = self.loops.is_empty() || self.strands[strand].thread != NONE;
        if in_thread {
            return self.now + span + self.overshoot(strand, site);
        }
        let kind = self.loop_kind();
        let grain = kind.timer_grain.0;
        if kind.timer_rounding == Rounding::Up || grain == 0 {
            return self.now + span;
        }
        let (whole, rest) = (span.0 / grain, span.0 % grain);
        // Halves go to the even neighbour, as in Python.
        let up = 2 * u128::from(rest) > u128::from(grain)
            || 2 * u128::from(rest) == u128::from(grain) && whole % 2 == 1;
        let steps = (self.now.0 / grain).saturating_add(whole).saturating_add(u64::from(up));
        Time(steps.saturating_mul(grain)).max(self.now)
    }

    fn overshoot(&self, strand: u32, site: Site) -> Span {
        let key = self.setup.program.part(self.strands[strand].key, site, 0);
        Span::from_nanos_f64(self.setup.runtime.timer_overshoot.sample(&mut key.stream(0)))
    }

    /// A timer is due: whether its loop sleeps on, and will see it at its next poll.
    pub(super) fn sleeps_on(&mut self, strand: u32, stamp: u32) -> bool {
        if !matches!(self.setup.runtime.kind, RuntimeKind::EventLoop(_)) {
            return false;
        }
        let id = self.strands[strand].home;
        // One that fell idle at this very instant has not slept, and one that has something to do polls.
        let idle_since = self.loops[id as usize].idle_since;
        let asleep = idle_since.filter(|&since| since < self.now && !self.has_work(id));
        let Some(since) = asleep else { return false };
        if self.loops[id as usize].timers.wakes_at.is_none() {
            let Op::Io { site, .. } = self.setup.program.ops[self.strands[strand].pc as usize]
            else {
                return false;
            };
            let at = self.wakes_at(since) + self.overshoot(strand, site);
            if at <= self.now {
                return false;
            }
            self.loops[id as usize].timers.wakes_at = Some(at);
            let tie = tie(Class::Timer, timer_number(8, u64::from(id)));
            self.queue.push(at, tie, Event::LoopTimer { id });
        }
        self.loops[id as usize].timers.due.push((strand, stamp));
        true
    }

    /// When a loop that fell asleep at `since` wakes for a timer that is due now.
    fn wakes_at(&self, since: Time) -> Time {
        let kind = self.loop_kind();
        let grain = kind.timer_grain.0;
        if grain == 0 {
            return self.now;
        }
        let asleep = match kind.timer_rounding {
            Rounding::Up => (self.now.0 - since.0).div_ceil(grain).saturating_mul(grain),
            // The clock counts whole multiples, and so does the sleep.
            Rounding::Nearest => self.now.0 - since.0 / grain * grain,
        };
        since + Span(asleep)
    }

    /// A loop may have slept until its first timer.
    pub(super) fn on_loop_timer(&mut self, id: u32) {
        let now = self.now;
        let this = &mut self.loops[id as usize];
        if this.timers.wakes_at == Some(now) && this.idle_since.is_some() {
            this.timers.fired = true;
            self.wake(id);
        }
    }

    /// A loop polls: what is due is ready.
    pub(super) fn timers_fire(&mut self, id: u32) {
        let timers = &mut self.loops[id as usize].timers;
        timers.fired = false;
        timers.wakes_at = None;
        let mut due = std::mem::take(&mut timers.due);
        for &(strand, stamp) in &due {
            if self.strands[strand].stamp == stamp {
                self.wait_over(strand);
            }
        }
        due.clear();
        self.loops[id as usize].timers.due = due;
    }
}
