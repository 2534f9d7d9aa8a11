//! Where a flow of control is in its program, and how it steers through what takes no time.

use crate::engine::slab::NONE;
use crate::engine::{Key, Slab};

use super::program::{Op, Program};
use super::request::Round;

/// A place in a program, with the key of the draws made there.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The operation.
    pub pc: u32,
    /// The innermost repeated block; [`NONE`] outside of any.
    pub round: u32,
    /// The request's key, or that of a repeated block's round.
    pub key: Key,
}

impl Place {
    /// The start of a request.
    pub const fn start(pc: u32, key: Key) -> Self {
        Self { pc, round: NONE, key }
    }

    /// Walks over rounds, chances and failures up to an operation of another sort; false where a
    /// step fails.
    pub fn steer(&mut self, program: &Program, rounds: &mut Slab<Round>) -> bool {
        loop {
            match &program.ops[self.pc as usize] {
                Op::Repeat { count, site, end } => {
                    let repeats = count.sample(&mut program.stream(self.key, *site)) as u64;
                    if repeats == 0 {
                        self.pc = *end;
                        continue;
                    }
                    let round = Round {
                        outer_key: self.key,
                        outer: self.round,
                        left: repeats - 1,
                        index: 0,
                    };
                    self.round = rounds.insert(round);
                    self.key = program.part(self.key, *site, 0);
                }
                Op::Again { begin, site } => {
                    let place = self.round;
                    let round = &mut rounds[place];
                    if round.left > 0 {
                        round.left -= 1;
                        round.index += 1;
                        self.key = program.part(round.outer_key, *site, round.index);
                        self.pc = *begin;
                        continue;
                    }
                    self.key = round.outer_key;
                    self.round = round.outer;
                    rounds.remove(place);
                }
                Op::Chance { probability, site, skip } => {
                    if !program.stream(self.key, *site).chance(*probability) {
                        self.pc = *skip;
                        continue;
                    }
                }
                Op::Fail { probability, site } => {
                    if program.stream(self.key, *site).chance(*probability) {
                        return false;
                    }
                }
                _ => return true,
            }
            self.pc += 1;
        }
    }

    /// As [`Place::steer`], and over what a thread does one after the other and in place: branches
    /// and offloaded blocks.
    #[inline]
    pub fn steer_in_thread(&mut self, program: &Program, rounds: &mut Slab<Round>) -> bool {
        let op = &program.ops[self.pc as usize];
        matches!(op, Op::Cpu { .. } | Op::Io { .. } | Op::End) || self.steer_on(program, rounds)
    }

    #[inline(never)]
    fn steer_on(&mut self, program: &Program, rounds: &mut Slab<Round>) -> bool {
        while self.steer(program, rounds) {
            match &program.ops[self.pc as usize] {
                Op::Fork { .. } | Op::Join | Op::Offload { .. } | Op::Back => self.pc += 1,
                _ => return true,
            }
        }
        false
    }
}
