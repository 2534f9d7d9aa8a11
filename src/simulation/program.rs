//! Request classes compiled to flat operations: what the interpreter walks through.
//!
//! Every operation that draws has a site: its address in the request's random stream, given by its
//! place in the file alone. Two runtimes that compile the same steps draw the same numbers.
//!
//! A block that is repeated a fixed number of times is written out, round after round, as long as
//! that is short: the rounds then cost nothing to keep. Its draws are the same either way.

use crate::engine::{Address, Key, Stream};
use crate::input::dist::Dist;
use crate::model::request::Gil;
use crate::model::{RequestClass, Step, StepKind};
use crate::units::Span;

/// Sites below this are the request's own; steps come after.
const FIRST_STEP_SITE: u32 = 16;

/// Sites of a step.
const SITES: u32 = 4;

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

/// A block is written out up to this many operations; a longer one is repeated.
const LONGEST_WRITTEN_OUT: u64 = 512;

/// Where draws are made: a number in the random stream of a written out round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    number: u32,
    /// The round, in [`Program::rounds`]; 0 is none.
    round: u32,
}

impl Site {
    /// Another site of the same step.
    pub const fn next(self, by: u32) -> Self {
        Self { number: self.number + by, ..self }
    }
}

/// What a step draws, and where: how long it takes, in nanoseconds.
#[derive(Clone, Debug)]
pub struct Draw {
    dist: Dist,
    /// Its mean.
    pub mean: f64,
    /// Where the draws of its site begin.
    address: Address,
    round: u32,
}

impl Draw {
    fn new(dist: &Dist, site: Site) -> Self {
        let address = Address::of(u64::from(site.number));
        Self { dist: dist.clone(), mean: dist.mean(), address, round: site.round }
    }

    /// The draw of the request, or repeated round, with this key.
    #[inline]
    pub fn sample(&self, program: &Program, key: Key) -> f64 {
        self.dist.sample(&mut program.round_key(key, self.round).stream_at(self.address))
    }

    /// The same in whole nanoseconds, and by how much that is more than the mean.
    #[inline(always)]
    pub fn nanos(&self, keys: &mut Keys<'_>, key: Key) -> (u64, f64) {
        let mut stream = keys.of(key, self.round).stream_at(self.address);
        let nanos = Span::from_nanos_f64(self.dist.sample(&mut stream)).0;
        // From a signed number a float is one instruction on every machine.
        let float = if nanos <= i64::MAX as u64 { nanos as i64 as f64 } else { nanos as f64 };
        (nanos, float - self.mean)
    }
}

/// The keys of rounds under those of requests and repeated rounds; the last one is kept, since draws
/// come round by round.
#[derive(Debug)]
pub struct Keys<'a> {
    program: &'a Program,
    under: Key,
    round: u32,
    last: Key,
}

impl<'a> Keys<'a> {
    /// The keys of a program, first under this one.
    #[inline]
    pub const fn new(program: &'a Program, under: Key) -> Self {
        Self { program, under, round: 0, last: under }
    }

    #[inline(always)]
    fn of(&mut self, under: Key, round: u32) -> Key {
        if under != self.under || round != self.round {
            (self.under, self.round) = (under, round);
            self.last = self.program.round_key(under, round);
        }
        self.last
    }
}

/// A round of a block that is written out.
#[derive(Clone, Copy, Debug)]
struct Written {
    /// The round around it.
    outer: u32,
    /// The name of its part of the outer key.
    name: u64,
}

/// One operation.
#[derive(Clone, Debug)]
pub enum Op {
    /// A CPU burst.
    Cpu { demand: Draw, gil: Gil },
    /// A wait, after the slots of `at` (a range of [`Program::at`]) are held.
    Io { wait: Draw, site: Site, at: (u32, u32), timer: bool, blocking: f64 },
    /// Takes a slot of a resource and keeps it.
    Acquire { resource: u32 },
    /// Gives a slot back.
    Release { resource: u32 },
    /// Runs the operations up to `end` a number of times.
    Repeat { count: Dist, site: Site, end: u32 },
    /// The end of a repeated block that begins at `begin`.
    Again { begin: u32, site: Site },
    /// Goes on at `skip` unless the draw says otherwise.
    Chance { probability: f64, site: Site, skip: u32 },
    /// Fails the request with this probability.
    Fail { probability: f64, site: Site },
    /// Branches at once: their first operations are `branches` (a range of [`Program::branches`]);
    /// the parent goes on at `join`.
    Fork { branches: (u32, u32), join: u32 },
    /// The end of a branch.
    Join,
    /// The share of requests that goes to an executor thread up to the matching [`Op::Back`].
    Offload { share: f64, site: Site },
    /// The end of an offloaded block.
    Back,
    /// The end of the request.
    End,
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
    rounds: Vec<Written>,
    next_site: u32,
    /// The round that is being written out.
    round: u32,
}

impl Program {
    /// Compiles request classes.
    #[must_use]
    pub fn compile(classes: &[RequestClass]) -> Self {
        let mut program = Self { rounds: vec![Written { outer: 0, name: 0 }], ..Self::default() };
        for class in classes {
            // Sites count from the class's own start, so that another class does not move them.
            program.next_site = FIRST_STEP_SITE;
            program.entries.push(program.place());
            program.steps(&class.steps);
            program.ops.push(Op::End);
        }
        program
    }

    /// The stream at a site, under the key of a request or of a repeated block's round.
    #[inline]
    pub fn stream(&self, key: Key, site: Site) -> Stream {
        self.round_key(key, site.round).stream(u64::from(site.number))
    }

    /// The key of round number `index` of the repeated block at a site.
    pub fn part(&self, key: Key, site: Site, index: u64) -> Key {
        self.round_key(key, site.round).part(round_name(site.number, index))
    }

    #[inline]
    fn round_key(&self, key: Key, round: u32) -> Key {
        if round == 0 {
            return key;
        }
        let Written { outer, name } = self.rounds[round as usize];
        if outer == 0 { key.part(name) } else { self.nested_key(key, round) }
    }

    #[inline(never)]
    fn nested_key(&self, key: Key, round: u32) -> Key {
        let Written { outer, name } = self.rounds[round as usize];
        self.round_key(key, outer).part(name)
    }

    fn place(&self) -> u32 {
        u32::try_from(self.ops.len()).expect("a model file is too small for 2^32 operations")
    }

    /// A step's sites: four in a row, always, so that no key of a step moves the next step's draws.
    const fn sites(&mut self) -> Site {
        self.next_site += SITES;
        Site { number: self.next_site - SITES, round: self.round }
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            let site = self.sites();
            self.step(&step.kind, site);
            if step.fail.0 > 0.0 {
                self.ops.push(Op::Fail { probability: step.fail.0, site: site.next(1) });
            }
        }
    }

    fn step(&mut self, kind: &StepKind, site: Site) {
        match kind {
            StepKind::Cpu { demand, offload, gil } => {
                self.offloaded(offload.0, site.next(2), |program| {
                    let demand = Draw::new(demand, site);
                    program.ops.push(Op::Cpu { demand, gil: *gil });
                })
            }
            StepKind::Io { wait, at, timer, blocking, offload } => {
                let from = self.at.len() as u32;
                self.at.extend(at.iter().map(|&resource| resource as u32));
                let at = (from, self.at.len() as u32);
                self.offloaded(offload.0, site.next(2), |program| {
                    let (wait, timer, blocking) = (Draw::new(wait, site), *timer, blocking.0);
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
                self.offloaded(share.0, site.next(2), |program| program.steps(steps));
            }
            StepKind::Parallel { branches } => self.fork(branches),
            StepKind::Repeat { count, steps } => self.repeat(count, steps, site),
            StepKind::Chance { probability, steps } => {
                let chance = self.ops.len();
                self.ops.push(Op::End);
                self.steps(steps);
                self.ops[chance] =
                    Op::Chance { probability: probability.0, site, skip: self.place() };
            }
        }
    }

    fn repeat(&mut self, count: &Dist, steps: &[Step], site: Site) {
        let outer = self.round;
        let rounds = fixed(count).unwrap_or(u64::MAX);
        if rounds > 0 && length(steps).saturating_mul(rounds) <= LONGEST_WRITTEN_OUT {
            let first = self.next_site;
            for index in 0..rounds {
                self.next_site = first;
                self.round = self.rounds.len() as u32;
                self.rounds.push(Written { outer, name: round_name(site.number, index) });
                self.steps(steps);
            }
        } else {
            let repeat = self.ops.len();
            self.ops.push(Op::End);
            // What is repeated is addressed under the key of its round.
            self.round = 0;
            self.steps(steps);
            self.ops.push(Op::Again { begin: repeat as u32 + 1, site });
            self.ops[repeat] = Op::Repeat { count: count.clone(), site, end: self.place() };
        }
        self.round = outer;
    }

    fn offloaded(&mut self, share: f64, site: Site, body: impl FnOnce(&mut Self)) {
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

/// The name of a round of the repeated block at a site.
const fn round_name(site: u32, index: u64) -> u64 {
    (site as u64).wrapping_add(index << 32)
}

/// How often a block is repeated, where that never varies.
fn fixed(count: &Dist) -> Option<u64> {
    count.is_constant().then(|| count.sample(&mut Key::new(0).stream(0)) as u64)
}

/// How many operations steps have at most once all that is repeated a fixed number of times is
/// written out.
fn length(steps: &[Step]) -> u64 {
    let of_step = |step: &Step| {
        let inside = match &step.kind {
            StepKind::Cpu { .. } | StepKind::Io { .. } => 3,
            StepKind::Hold { resources, steps } => length(steps) + 2 * resources.len() as u64,
            StepKind::Offload { steps, .. } | StepKind::Chance { steps, .. } => length(steps) + 2,
            StepKind::Parallel { branches } => {
                branches.iter().map(|branch| length(branch) + 1).sum::<u64>() + 1
            }
            StepKind::Repeat { count, steps } => {
                (length(steps) + 2).saturating_mul(fixed(count).unwrap_or(1).max(1))
            }
        };
        inside.saturating_add(1)
    };
    steps.iter().map(of_step).fold(0, u64::saturating_add)
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
                .filter_map(|op| {
                    if let Op::Cpu { demand, .. } = op { Some(demand.address) } else { None }
                })
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
