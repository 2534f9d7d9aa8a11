//! What ran where: as a timeline for people and as a trace for viewers.

mod perfetto;
mod timeline;

pub use perfetto::json;
pub use timeline::{REQUESTS_SHOWN, text};

use super::number::duration;
use crate::simulation::Part;
use crate::study::trace::{Burst, RuntimeTrace, Traced};
use crate::units::Time;

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

/// When the last of the requests ends that a timeline shows of each runtime: what comes later in the
/// window is in the trace.
#[must_use]
pub fn shown_until(traced: &Traced) -> Time {
    let shown = traced.runtimes.iter().flat_map(|trace| trace.requests.iter().take(REQUESTS_SHOWN));
    let ends = shown.flat_map(|request| request.stretches.iter().map(|stretch| stretch.to));
    ends.max().unwrap_or(traced.until).min(traced.until)
}

/// Sentences on what a timeline leaves away: the rest of the window, or the rest of what was asked.
#[must_use]
pub fn left_out(traced: &Traced) -> Vec<String> {
    let long = |until: Time| duration(until.since(traced.from).seconds(), None);
    let mut said = Vec::new();
    if traced.until < traced.asked {
        said.push(format!(
            "The window ends after {} of {}: more happens in it than a viewer opens. --from traces a later part.",
            long(traced.until),
            long(traced.asked)
        ));
    }
    let shown = shown_until(traced);
    if traced.runtimes.iter().any(|trace| trace.requests.len() > REQUESTS_SHOWN) {
        said.push(format!(
            "Drawn: the first {REQUESTS_SHOWN} requests of each runtime, the first {} of the window; all are in the \
             trace.",
            long(shown)
        ));
    }
    said
}

/// Whether a core is busy from one moment to another: for at least half of the time.
#[must_use]
pub fn is_busy(bursts: &[Burst], core: u32, (from, to): (Time, Time)) -> bool {
    let those = bursts.iter().take_while(|burst| burst.from < to);
    let those = those.filter(|burst| burst.core == core && burst.to > from);
    let busy: u64 = those.map(|burst| burst.to.min(to).0 - burst.from.max(from).0).sum();
    busy * 2 >= to.0 - from.0
}

/// Requests completed in each second of a window, from its beginning to its last end.
#[must_use]
pub fn rate(trace: &RuntimeTrace, from: Time) -> Option<f64> {
    let span = trace.last_end.0.saturating_sub(from.0);
    (trace.done > 0 && span > 0).then(|| trace.done as f64 / (span as f64 / 1e9))
}
