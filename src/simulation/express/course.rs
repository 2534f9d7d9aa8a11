//! The course of a request under a worker that never waits for a core, gone through once more.

use crate::engine::Slab;

use super::super::place::Place;
use super::super::program::Keys;
use super::super::request::Round;
use super::super::setup::Setup;
use super::legs::LegKind;
use super::task::Task;

/// One leg of it.
#[derive(Clone, Copy, Debug)]
pub enum Leg {
    /// A burst from `start` to `end`, whose last `useful` nanoseconds are the request's own.
    Burst { start: u64, end: u64, useful: u64 },
    /// A wait up to `end`.
    Wait { end: u64 },
}

/// Tells every leg of a request that a worker has, whether it is past or to come.
pub fn course(setup: &Setup, rounds: &mut Slab<Round>, task: &Task, mut tell: impl FnMut(Leg)) {
    // At its end a request has its own key again.
    let key = task.place.key;
    let mut place = Place::start(setup.program.entries[usize::from(task.class)], key);
    let mut pending = setup.overhead_of(key);
    let mut now = task.start;
    let mut keys = Keys::new(&setup.program, key);
    loop {
        let leg = &setup.legs[place.pc as usize];
        if leg.kind.steers_thread() {
            place.steer_in_thread(&setup.program, rounds);
            continue;
        }
        let useful = leg.burst.as_ref().map_or(0, |burst| burst.nanos(&mut keys, place.key).0);
        let length = std::mem::take(&mut pending).saturating_add(useful);
        if length > 0 {
            let start = now;
            now = now.saturating_add(length);
            tell(Leg::Burst { start, end: now, useful });
        }
        if let Some(wait) = &leg.wait {
            now = now.saturating_add(wait.nanos(&mut keys, place.key).0);
            tell(Leg::Wait { end: now });
        }
        if leg.kind == LegKind::End {
            return;
        }
        place.pc = leg.next;
    }
}
