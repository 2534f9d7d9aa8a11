//! What a case measures of a replication, read as a study reads it.

use std::fmt;

use crate::simulation::{Part, Replication};
use crate::study::sample::Sample;
use crate::units::NANOS_PER_SECOND;

/// A figure of one replication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// Completions per second.
    Throughput,
    /// Mean response time, in seconds.
    ResponseMean,
    /// The same of one class, by its place.
    ClassMean(usize),
    /// A percentile of the response time, in seconds: 0.5, 0.75, 0.9, 0.95 or 0.99.
    Percentile(f64),
    /// The share of responses within `limit_s`, which is the exact percentile `of`.
    ///
    /// Unlike a percentile of a replication it is not biased, however few and correlated the
    /// responses beyond are.
    Within {
        /// The share that should be within.
        of: f64,
        /// The exact percentile, in seconds.
        limit_s: f64,
    },
    /// Mean wait before being taken, in seconds.
    AcceptWait,
    /// Mean requests in flight.
    InFlight,
    /// Utilisation of the cores.
    Cpu,
    /// Utilisation of workers, threads or loops.
    Width,
    /// Utilisation of a resource, by its place.
    Resource(usize),
    /// Share of ends that were refusals.
    Refused,
    /// Share of ends at which the client gave up.
    TimedOut,
    /// Share of ends that were failures.
    Failed,
    /// The time until a batch is done, in seconds.
    Makespan,
    /// Little's law with its boundary terms: the area under the number in flight less the time that
    /// attempts spent in the window, in nanoseconds; always 0.
    LittleGap,
    /// `in_flight_at_start + issued − completed − refused − timed_out − failed − in_flight`; always
    /// 0.
    ConservationGap,
}

impl Measure {
    /// The figure of a replication; `None` where it has too few responses for it.
    #[must_use]
    pub fn read(&self, sample: &Sample, found: &Replication) -> Option<f64> {
        let counts = &sample.counts;
        let share = |ends: u64| (counts.ended() > 0).then(|| ends as f64 / counts.ended() as f64);
        match *self {
            Self::Throughput => sample.throughput,
            Self::ResponseMean => sample.response.figures[0],
            Self::ClassMean(place) => sample.class(place).1.figures[0],
            Self::Percentile(p) => sample.response.figures[figure_of(p)?],
            Self::Within { limit_s, .. } => within(found, limit_s * NANOS_PER_SECOND),
            Self::AcceptWait => sample.parts.map(|parts| parts[Part::Accept as usize]),
            Self::InFlight => Some(sample.in_flight.0),
            Self::Cpu => Some(sample.cpu[0]),
            Self::Width => Some(sample.width),
            Self::Resource(place) => sample.resources.get(place).copied(),
            Self::Refused => share(counts.refused),
            Self::TimedOut => share(counts.timed_out),
            Self::Failed => share(counts.failed),
            Self::Makespan => sample.makespan_s,
            Self::LittleGap => Some(found.in_flight.area.abs_diff(found.stayed) as f64),
            Self::ConservationGap => {
                let began = counts.in_flight_at_start + counts.issued;
                Some(began.abs_diff(counts.ended() + counts.in_flight) as f64)
            }
        }
    }
}

/// The place of a percentile among the figures of [`crate::study::sample::Responses`].
fn figure_of(p: f64) -> Option<usize> {
    [0.5, 0.75, 0.9, 0.95, 0.99].iter().position(|&share| share == p).map(|place| place + 1)
}

/// The share of responses of at most `limit` nanoseconds.
///
/// Between the means of two buckets the count is taken to grow evenly: without that the border
/// bucket alone, 0.2 % wide, would be worth 1 % of the tail beyond a p99.
fn within(found: &Replication, limit: f64) -> Option<f64> {
    let total = found.response.count();
    let (mut below, mut last) = (0_u64, (0.0, 0.0));
    for (mean, count) in found.response.points() {
        let point = (mean, below as f64 + 0.5 * count as f64);
        if mean > limit {
            let part = (limit - last.0) / (point.0 - last.0);
            return Some((last.1 + part * (point.1 - last.1)) / total as f64);
        }
        below += count;
        last = point;
    }
    (total > 0).then_some(1.0)
}

/// The name in tables, with its unit.
impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match *self {
            Self::Throughput => "throughput_rps",
            Self::ResponseMean => "response_mean_s",
            Self::ClassMean(place) => return write!(f, "class_{}_mean_s", place + 1),
            Self::Percentile(p) => return write!(f, "response_p{:.0}_s", p * 100.0),
            Self::Within { of, .. } => return write!(f, "within_p{:.0}", of * 100.0),
            Self::AcceptWait => "accept_wait_mean_s",
            Self::InFlight => "in_flight_mean",
            Self::Cpu => "cpu_utilization",
            Self::Width => "width_utilization",
            Self::Resource(place) => return write!(f, "resource_{}_utilization", place + 1),
            Self::Refused => "refused",
            Self::TimedOut => "timed_out",
            Self::Failed => "failed",
            Self::Makespan => "makespan_s",
            Self::LittleGap => "little_gap_ns",
            Self::ConservationGap => "conservation_gap",
        };
        f.write_str(name)
    }
}
