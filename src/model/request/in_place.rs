//! Requests where nothing is offloaded: what a runtime without executor threads makes of them.

use crate::model::{RequestClass, Step, StepKind};
use crate::units::Share;

impl RequestClass {
    /// The same class with every offloaded step done in place.
    #[must_use]
    pub fn without_offload(mut self) -> Self {
        keep(&mut self.steps);
        self
    }
}

fn keep(steps: &mut [Step]) {
    for step in steps {
        match &mut step.kind {
            StepKind::Cpu { offload, .. } | StepKind::Io { offload, .. } => *offload = Share::NONE,
            StepKind::Offload { share, steps } => {
                *share = Share::NONE;
                keep(steps);
            }
            StepKind::Hold { steps, .. }
            | StepKind::Repeat { steps, .. }
            | StepKind::Chance { steps, .. } => keep(steps),
            StepKind::Parallel { branches } => branches.iter_mut().for_each(|steps| keep(steps)),
        }
    }
}
