//! What ran where: as a timeline for people and as a trace for viewers.

mod perfetto;
mod timeline;

pub use perfetto::json;
pub use timeline::{REQUESTS_SHOWN, text};

use crate::simulation::Part;
use crate::study::trace::RuntimeTrace;

/// What an instant of a request is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// On a core.
    Cpu,
    /// In I/O.
    Io,
    /// Waiting for a worker, a core, a loop, a lock or a slot.
    Waiting,
}

impl Kind {
    /// All of them, the work first.
    pub const ALL: [Self; 3] = [Self::Cpu, Self::Io, Self::Waiting];

    /// That of a part of the time.
    #[must_use]
    pub const fn of(part: Part) -> Self {
        match part {
            Part::Running => Self::Cpu,
            Part::Io => Self::Io,
            _ => Self::Waiting,
        }
    }
}

/// What a part is called in a trace.
#[must_use]
pub const fn part_name(part: Part) -> &'static str {
    match part {
        Part::Running => "CPU",
        Part::CpuWait => "waits for a core",
        Part::LockWait => "waits for the GIL",
        Part::LoopWait => "waits for its loop",
        Part::ExecutorWait => "waits for an executor thread",
        Part::ResourceWait => "waits for a slot",
        Part::Io => "I/O",
        Part::Accept => "waits to be taken",
        Part::Parked => "waits for its branches",
    }
}

/// Requests completed in each second of a window, from its beginning to its last end.
#[must_use]
pub fn rate(trace: &RuntimeTrace, from: crate::units::Time) -> Option<f64> {
    let span = trace.last_end.0.saturating_sub(from.0);
    (trace.done > 0 && span > 0).then(|| trace.done as f64 / (span as f64 / 1e9))
}
