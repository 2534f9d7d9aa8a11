//! The whole course of a request under a worker that never waits for a core.

use crate::engine::Slab;

use super::super::event::Class;
use super::super::place::Place;
use super::super::program::{Keys, Op, Program};
use super::super::request::Round;

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
pub fn course(
    program: &Program,
    rounds: &mut Slab<Round>,
    place: &mut Place,
    from: u64,
    overhead: u64,
    mut leg: impl FnMut(Leg),
) -> (u64, Class) {
    let (mut now, mut pending, mut last) = (from, overhead, Class::Wait);
    let mut keys = Keys::new(program, place.key);
    loop {
        place.steer_in_thread(program, rounds);
        let op = &program.ops[place.pc as usize];
        let (useful, luck) = match op {
            Op::Cpu { demand, .. } => {
                let useful = demand.nanos(&mut keys, place.key);
                (useful, useful as f64 - demand.mean)
            }
            _ => (0, 0.0),
        };
        let overhead = std::mem::take(&mut pending);
        if overhead + useful > 0 {
            let start = now;
            now = now.saturating_add(overhead).saturating_add(useful);
            leg(Leg::Burst { start, end: now, useful, luck });
            last = Class::Burst;
        }
        match op {
            Op::Io { wait, .. } => {
                let length = wait.nanos(&mut keys, place.key);
                let start = now;
                now = now.saturating_add(length);
                leg(Leg::Wait { start, end: now, luck: length as f64 - wait.mean });
                last = Class::Wait;
            }
            Op::End => return (now, last),
            _ => {}
        }
        place.pc += 1;
    }
}
