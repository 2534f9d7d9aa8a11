//! `[[request]]`: request classes and the steps that each is made of.

mod in_place;
mod scale;

use crate::input::dist::Dist;
use crate::units::Share;

/// One class of requests.
#[derive(Clone, Debug)]
pub struct RequestClass {
    /// Its name; `request` for a single one without.
    pub name: String,
    /// Its part among all requests, relative to the other weights; at least 0.
    pub weight: f64,
    /// What it does, in order; never empty.
    pub steps: Vec<Step>,
}

/// One step of a request.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// The probability that the step, when done, ends the request as failed.
    pub fail: Share,
    /// A name for paths (`request.search.pdf.cpu`) and traces.
    pub label: Option<String>,
}

impl Step {
    /// A step of this kind that never fails.
    #[must_use]
    pub const fn new(kind: StepKind) -> Self {
        Self { kind, fail: Share::NONE, label: None }
    }

    /// A CPU burst, in nanoseconds.
    #[must_use]
    pub const fn cpu(demand: Dist) -> Self {
        Self::new(StepKind::Cpu { demand, offload: Share::NONE, gil: Gil::Hold })
    }

    /// A wait, in nanoseconds, that needs no slot of anything.
    #[must_use]
    pub const fn io(wait: Dist) -> Self {
        Self::io_at(wait, Vec::new())
    }

    /// A wait that holds a slot of each of these resources, by their place in `Model::resources`.
    #[must_use]
    pub const fn io_at(wait: Dist, at: Vec<usize>) -> Self {
        let (blocking, offload) = (Share::NONE, Share::NONE);
        Self::new(StepKind::Io { wait, at, timer: false, blocking, offload })
    }

    /// These steps `count` times.
    #[must_use]
    pub const fn repeat(count: u32, steps: Vec<Self>) -> Self {
        Self::new(StepKind::Repeat { count: Dist::constant(count as f64), steps })
    }
}

impl RequestClass {
    /// The only class of a model.
    #[must_use]
    pub fn only(steps: Vec<Step>) -> Self {
        Self { name: "request".to_owned(), weight: 1.0, steps }
    }
}

/// What a step does. Durations are distributions in nanoseconds.
#[derive(Clone, Debug)]
pub enum StepKind {
    /// A CPU burst.
    Cpu {
        /// How long, in nanoseconds.
        demand: Dist,
        /// The share of executions that runs on an executor thread of an event loop.
        offload: Share,
        /// Whether the burst lets go of the GIL.
        gil: Gil,
    },
    /// A wait, after a slot of each resource of `at` is held.
    Io {
        /// How long, in nanoseconds.
        wait: Dist,
        /// Resources to hold during the wait, by their place in `Model::resources`.
        at: Vec<usize>,
        /// Whether the runtime's own timer ends it, and not an answer from elsewhere.
        timer: bool,
        /// The share of executions that blocks a whole event loop.
        blocking: Share,
        /// The share of executions that waits on an executor thread of an event loop.
        offload: Share,
    },
    /// Slots kept over several steps.
    Hold {
        /// Resources, by their place in `Model::resources`.
        resources: Vec<usize>,
        /// What happens meanwhile.
        steps: Vec<Step>,
    },
    /// Steps on one executor thread from start to end.
    Offload {
        /// The share of executions that is offloaded.
        share: Share,
        /// What is done there.
        steps: Vec<Step>,
    },
    /// Branches, at once where the runtime can.
    Parallel {
        /// At least one, none empty.
        branches: Vec<Vec<Step>>,
    },
    /// Steps several times over.
    Repeat {
        /// How often; a distribution of counts.
        count: Dist,
        /// What is repeated.
        steps: Vec<Step>,
    },
    /// Steps with a probability.
    Chance {
        /// The probability.
        probability: Share,
        /// What is done then.
        steps: Vec<Step>,
    },
}

/// What a CPU burst does with the interpreter lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gil {
    /// Bytecode: needs the lock.
    #[default]
    Hold,
    /// C code that lets others run meanwhile.
    Release,
}
