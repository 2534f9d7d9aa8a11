//! The whole course of a request under a worker that never waits for a core.

use crate::engine::Slab;

use super::super::event::Class;
use super::super::place::Place;
use super::super::program::Keys;
use super::super::request::Round;
use super::super::setup::Setup;
use super::legs::LegKind;

/// One leg of it.
#[derive(Clone, Copy, Debug)]
pub enum Leg {
    /// A burst from `start` to `end`, whose last `useful` nanoseconds are the request's own: by
    /// `luck` more than they are on average.
    Burst { start: u64, end: u64, useful: u64, luck: f64 },
    /// A wait up to `end`.
    Wait { start: u64, end: u64, luck: f64 },
}

/// Walks a request from `from` to its end, whose instant it answers with what the request ends in;
/// `overhead` is paid with its first burst.
#[inline(always)]
pub fn course(
    setup: &Setup,
    rounds: &mut Slab<Round>,
    place: &mut Place,
    from: u64,
    overhead: u64,
    mut tell: impl FnMut(Leg),
) -> (u64, Class) {
    let (mut now, mut pending, mut last) = (from, overhead, Class::Wait);
    let mut keys = Keys::new(&setup.program, place.key);
    loop {
        let leg = &setup.legs[place.pc as usize];
        if leg.kind.steers_thread() {
            place.steer_in_thread(&setup.program, rounds);
            continue;
        }
        let (mut useful, mut luck) = (0, 0.0);
        if let Some(burst) = &leg.burst {
            (useful, luck) = burst.nanos(&mut keys, place.key);
        }
        let overhead = std::mem::take(&mut pending);
        if overhead + useful > 0 {
            let start = now;
            now = now.saturating_add(overhead).saturating_add(useful);
            tell(Leg::Burst { start, end: now, useful, luck });
            last = Class::Burst;
        }
        if let Some(wait) = &leg.wait {
            let (length, luck) = wait.nanos(&mut keys, place.key);
            let start = now;
            now = now.saturating_add(length);
            tell(Leg::Wait { start, end: now, luck });
            last = Class::Wait;
        }
        if leg.kind == LegKind::End {
            return (now, last);
        }
        place.pc = leg.next;
    }
}
