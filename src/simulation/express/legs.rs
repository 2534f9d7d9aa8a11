//! Programs laid out in legs: a burst and the wait behind it, with all that either draws, side by side.
//!
//! What is computed ahead goes from leg to leg and looks at operations only where the way forks.

use crate::engine::Slab;

use super::super::place::Place;
use super::super::program::{Draw, Op, Program};
use super::super::request::Round;
use super::super::setup::Setup;

/// What there is to do from one operation on, up to the next that takes time.
#[derive(Clone, Debug)]
pub struct Leg {
    /// The burst that comes first.
    pub burst: Option<Draw>,
    /// The wait that comes first, or behind that burst.
    pub wait: Option<Draw>,
    /// The operation behind it.
    pub next: u32,
    /// What is at hand.
    pub kind: LegKind,
}

/// What a leg is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegKind {
    /// It takes time, or may.
    Way,
    /// The end of the request.
    End,
    /// Its branches begin; a thread goes on with the first.
    Split,
    /// The end of a branch; a thread goes on.
    Join,
    /// An operation that takes none: it decides where to go on.
    Steer,
}

impl LegKind {
    /// Whether a thread, which takes branches one after the other, goes on elsewhere.
    pub const fn steers_thread(self) -> bool {
        matches!(self, Self::Split | Self::Join | Self::Steer)
    }
}

/// The legs of a program, one for each of its operations.
#[must_use]
pub fn legs_of(program: &Program) -> Vec<Leg> {
    (0..program.ops.len()).map(|place| leg_at(program, place)).collect()
}

fn leg_at(program: &Program, place: usize) -> Leg {
    let next = place as u32 + 1;
    let leg = |kind| Leg { burst: None, wait: None, next, kind };
    match &program.ops[place] {
        Op::End => leg(LegKind::End),
        Op::Io { wait, .. } => Leg { wait: Some(wait.clone()), ..leg(LegKind::Way) },
        Op::Cpu { demand, .. } => {
            let burst = Some(demand.clone());
            match program.ops.get(place + 1) {
                Some(Op::Io { wait, .. }) => {
                    Leg { burst, wait: Some(wait.clone()), next: next + 1, kind: LegKind::Way }
                }
                _ => Leg { burst, ..leg(LegKind::Way) },
            }
        }
        Op::Fork { .. } => leg(LegKind::Split),
        Op::Join => leg(LegKind::Join),
        _ => leg(LegKind::Steer),
    }
}

impl Place {
    /// Steers to a leg, or to where branches begin or end.
    #[inline]
    pub fn steer_to_leg(&mut self, setup: &Setup, rounds: &mut Slab<Round>) {
        if setup.legs[self.pc as usize].kind == LegKind::Steer {
            self.steer(&setup.program, rounds);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::dist::Dist;
    use crate::model::request::Gil;
    use crate::model::{RequestClass, Step, StepKind};
    use crate::units::Share;

    #[test]
    fn a_burst_and_the_wait_behind_it_are_one_leg_from_wherever_they_are_entered() {
        let step = |kind| Step { kind, fail: Share::NONE, label: None };
        let cpu = || {
            let demand = Dist::constant(1.0);
            step(StepKind::Cpu { demand, offload: Share::NONE, gil: Gil::Hold })
        };
        let io = || {
            let (wait, at, timer) = (Dist::constant(2.0), Vec::new(), false);
            step(StepKind::Io { wait, at, timer, blocking: Share::NONE, offload: Share::NONE })
        };
        let chance = StepKind::Chance { probability: Share(0.5), steps: vec![io()] };
        let steps = vec![cpu(), io(), cpu(), step(chance)];
        let program = Program::compile(&[RequestClass { name: "r".into(), weight: 1.0, steps }]);
        // 0 Cpu, 1 Io, 2 Cpu, 3 Chance, 4 Io, 5 End
        let legs = legs_of(&program);
        let shape = |leg: &Leg| (leg.burst.is_some(), leg.wait.is_some(), leg.next, leg.kind);
        let expected = [
            (true, true, 2, LegKind::Way),
            (false, true, 2, LegKind::Way),
            (true, false, 3, LegKind::Way),
            (false, false, 4, LegKind::Steer),
            (false, true, 5, LegKind::Way),
            (false, false, 6, LegKind::End),
        ];
        assert_eq!(legs.iter().map(shape).collect::<Vec<_>>(), expected);
    }
}
