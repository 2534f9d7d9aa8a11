//! Request classes compiled to flat operations: what the interpreter walks through.
//!
//! Every operation that draws has a site: its address in the request's random stream, given by its
//! place in the file alone. Two runtimes that compile the same steps draw the same numbers.

use crate::input::dist::Dist;
use crate::model::request::Gil;
use crate::model::{RequestClass, Step, StepKind};

/// Sites below this are the request's own; steps come after.
const FIRST_STEP_SITE: u32 = 16;

/// The site at which a request's class is drawn.
pub const CLASS_SITE: u64 = 0;
/// The site of the CPU overhead before the first step.
pub const OVERHEAD_SITE: u64 = 1;
/// The site at which an event loop is drawn.
pub const ASSIGN_SITE: u64 = 2;
/// The site at which an instance is drawn.
pub const BALANCE_SITE: u64 = 3;
/// The site of the think time before the next request of the client.
pub const THINK_SITE: u64 = 4;

/// The site of the start of a serverless instance.
pub const COLD_START_SITE: u64 = 5;

/// One operation.
#[derive(Clone, Debug)]
pub enum Op {
    /// A CPU burst.
    Cpu { demand: Dist, site: u32, gil: Gil },
    /// A wait, after the slots of `at` (a range of [`Program::at`]) are held.
    Io { wait: Dist, site: u32, at: (u32, u32), timer: bool, blocking: f64 },
    /// Takes a slot of a resource and keeps it.
    Acquire { resource: u32 },
    /// Gives a slot back.
    Release { resource: u32 },
    /// Runs the operations up to `end` a number of times.
    Repeat { count: Dist, site: u32, end: u32 },
    /// The end of a repeated block that begins at `begin`.
    Again { begin: u32, site: u32 },
    /// Goes on at `skip` unless the draw says otherwise.
    Chance { probability: f64, site: u32, skip: u32 },
    /// Fails the request with this probability.
    Fail { probability: f64, site: u32 },
    /// Branches at once: their first operations are `branches` (a range of [`Program::branches`]);
    /// the parent goes on at `join`.
    Fork { branches: (u32, u32), join: u32 },
    /// The end of a branch.
    Join,
    /// The share of requests that goes to an executor thread up to the matching [`Op::Back`].
    Offload { share: f64, site: u32 },
    /// The end of an offloaded block.
    Back,
    /// The end of the request.
    End,
}

impl Op {
    fn mean_nanos(&self) -> f64 {
        match self {
            Self::Cpu { demand, .. } => demand.mean(),
            Self::Io { wait, .. } => wait.mean(),
            _ => 0.0,
        }
    }
}

/// All classes of one runtime, compiled.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The operations of all classes, one class after the other.
    pub ops: Vec<Op>,
    /// Where each class begins.
    pub entries: Vec<u32>,
    /// Resources to hold during waits.
    pub at: Vec<u32>,
    /// First operations of branches.
    pub branches: Vec<u32>,
    /// The mean of what each operation draws, in nanoseconds; 0 where it takes no time.
    pub means: Vec<f64>,
    next_site: u32,
}

impl Program {
    /// Compiles request classes.
    #[must_use]
    pub fn compile(classes: &[RequestClass]) -> Self {
        let mut program = Self::default();
        for class in classes {
            // Sites count from the class's own start, so that another class does not move them.
            program.next_site = FIRST_STEP_SITE;
            program.entries.push(program.place());
            program.steps(&class.steps);
            program.ops.push(Op::End);
        }
        program.means = program.ops.iter().map(Op::mean_nanos).collect();
        program
    }

    fn place(&self) -> u32 {
        u32::try_from(self.ops.len()).expect("a model file is too small for 2^32 operations")
    }

    /// A step's sites: four in a row, always, so that no key of a step moves the next step's draws.
    fn sites(&mut self) -> u32 {
        self.next_site += 4;
        self.next_site - 4
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            let site = self.sites();
            self.step(&step.kind, site);
            if step.fail.0 > 0.0 {
                self.ops.push(Op::Fail { probability: step.fail.0, site: site + 1 });
            }
        }
    }

    fn step(&mut self, kind: &StepKind, site: u32) {
        match kind {
            StepKind::Cpu { demand, offload, gil } => {
                self.offloaded(offload.0, site + 2, |program| {
                    program.ops.push(Op::Cpu { demand: demand.clone(), site, gil: *gil });
                })
            }
            StepKind::Io { wait, at, timer, blocking, offload } => {
                let from = self.at.len() as u32;
                self.at.extend(at.iter().map(|&resource| resource as u32));
                let at = (from, self.at.len() as u32);
                self.offloaded(offload.0, site + 2, |program| {
                    let (wait, timer, blocking) = (wait.clone(), *timer, blocking.0);
                    program.ops.push(Op::Io { wait, site, at, timer, blocking });
                });
            }
            StepKind::Hold { resources, steps } => {
                for &resource in resources {
                    self.ops.push(Op::Acquire { resource: resource as u32 });
                }
                self.steps(steps);
                for &resource in resources.iter().rev() {
                    self.ops.push(Op::Release { resource: resource as u32 });
                }
            }
            StepKind::Offload { share, steps } => {
                self.offloaded(share.0, site + 2, |program| program.steps(steps));
            }
            StepKind::Parallel { branches } => self.fork(branches),
            StepKind::Repeat { count, steps } => {
                let repeat = self.ops.len();
                self.ops.push(Op::End);
                self.steps(steps);
                self.ops.push(Op::Again { begin: repeat as u32 + 1, site });
                self.ops[repeat] = Op::Repeat { count: count.clone(), site, end: self.place() };
            }
            StepKind::Chance { probability, steps } => {
                let chance = self.ops.len();
                self.ops.push(Op::End);
                self.steps(steps);
                self.ops[chance] =
                    Op::Chance { probability: probability.0, site, skip: self.place() };
            }
        }
    }

    fn offloaded(&mut self, share: f64, site: u32, body: impl FnOnce(&mut Self)) {
        if share > 0.0 {
            self.ops.push(Op::Offload { share, site });
        }
        body(self);
        if share > 0.0 {
            self.ops.push(Op::Back);
        }
    }

    fn fork(&mut self, branches: &[Vec<Step>]) {
        let fork = self.ops.len();
        self.ops.push(Op::End);
        let mut starts = Vec::with_capacity(branches.len());
        for branch in branches {
            starts.push(self.place());
            self.steps(branch);
            self.ops.push(Op::Join);
        }
        // Nested forks have put their own branches into the table by now.
        let from = self.branches.len() as u32;
        self.branches.extend(starts);
        self.ops[fork] =
            Op::Fork { branches: (from, self.branches.len() as u32), join: self.place() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Share;

    fn step(kind: StepKind) -> Step {
        Step { kind, fail: Share::NONE, label: None }
    }

    fn cpu(offload: f64) -> Step {
        step(StepKind::Cpu { demand: Dist::constant(1.0), offload: Share(offload), gil: Gil::Hold })
    }

    #[test]
    fn an_option_of_one_step_does_not_move_the_sites_of_the_next() {
        let sites = |first: Step| {
            let steps = vec![first, cpu(0.0)];
            let class = RequestClass { name: "r".into(), weight: 1.0, steps };
            Program::compile(&[class])
                .ops
                .iter()
                .filter_map(|op| if let Op::Cpu { site, .. } = op { Some(*site) } else { None })
                .collect::<Vec<_>>()
        };
        assert_eq!(sites(cpu(0.0)), sites(cpu(0.5)));
    }

    #[test]
    fn nested_branches_keep_their_own_ranges() {
        let inner = step(StepKind::Parallel { branches: vec![vec![cpu(0.0)], vec![cpu(0.0)]] });
        let outer = step(StepKind::Parallel { branches: vec![vec![inner], vec![cpu(0.0)]] });
        let class = RequestClass { name: "r".into(), weight: 1.0, steps: vec![outer] };
        let program = Program::compile(&[class]);
        // 0 Fork, 1 Fork, 2 Cpu, 3 Join, 4 Cpu, 5 Join, 6 Join, 7 Cpu, 8 Join, 9 End
        assert!(matches!(program.ops[1], Op::Fork { branches: (0, 2), join: 6 }));
        assert!(matches!(program.ops[0], Op::Fork { branches: (2, 4), join: 9 }));
        assert_eq!(program.branches, [2, 4, 1, 7]);
    }
}
