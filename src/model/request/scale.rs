//! The axis `beta`: the same requests with every wait longer or shorter by one factor.

use crate::model::{RequestClass, Step, StepKind};

impl RequestClass {
    /// The same class with every I/O wait multiplied by `factor` (at least 0).
    #[must_use]
    pub fn with_io_scaled(mut self, factor: f64) -> Self {
        if factor != 1.0 {
            scale(&mut self.steps, factor);
        }
        self
    }
}

fn scale(steps: &mut [Step], factor: f64) {
    for step in steps {
        match &mut step.kind {
            StepKind::Cpu { .. } => {}
            StepKind::Io { wait, .. } => *wait = wait.scale(factor),
            StepKind::Hold { steps, .. }
            | StepKind::Offload { steps, .. }
            | StepKind::Repeat { steps, .. }
            | StepKind::Chance { steps, .. } => scale(steps, factor),
            StepKind::Parallel { branches } => {
                branches.iter_mut().for_each(|steps| scale(steps, factor));
            }
        }
    }
}
