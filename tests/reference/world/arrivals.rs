//! When the requests of an open load come: from the definition of each load, in exact sums.

use iowait::engine::{Key, Stream};
use iowait::input::dist::Dist;
use iowait::model::LoadKind;

/// Fractions of a nanosecond that sums are kept in.
const FRACTIONS: f64 = 18_446_744_073_709_551_616.0;

/// The arrivals of a load, the next one known.
pub struct Arrivals<'a> {
    load: &'a LoadKind,
    draws: Stream,
    count: usize,
    /// The last arrival of a Poisson or bursty load, in fractions of a nanosecond.
    last: u128,
    /// Expected arrivals so far of a profile.
    expected: f64,
    in_burst: bool,
    /// How long the present state of a bursty load still lasts, in nanoseconds.
    lasts: f64,
    pub next: Option<(u64, Option<u32>)>,
}

impl<'a> Arrivals<'a> {
    pub fn new(load: &'a LoadKind, key: Key) -> Self {
        let (draws, count, last) = (key.stream(0), 0, 0);
        let (expected, in_burst, lasts, next) = (0.0, false, 0.0, None);
        let mut this = Self { load, draws, count, last, expected, in_burst, lasts, next };
        if let LoadKind::Bursty { normal_for, .. } = load {
            this.lasts = this.unit() * normal_for.0 as f64;
        }
        this.advance();
        this
    }

    fn unit(&mut self) -> f64 {
        Dist::exponential(1.0).sample(&mut self.draws)
    }

    /// Draws the next.
    pub fn advance(&mut self) {
        self.count += 1;
        self.next = match self.load {
            LoadKind::Closed { .. } | LoadKind::Batch { .. } => None,
            LoadKind::Trace { arrivals } => {
                arrivals.get(self.count - 1).map(|&(at, class)| (at.0, class))
            }
            LoadKind::Constant { rate } => {
                Some(((self.count as f64 / rate.0 * 1e9).round() as u64, None))
            }
            LoadKind::Poisson { rate } => {
                let gap = self.unit() * rate.mean_gap_nanos();
                Some((self.after(gap), None))
            }
            LoadKind::Bursty { rate, burst_rate, normal_for, burst_for } => {
                let mut expected = self.unit();
                let mut passed = 0.0;
                loop {
                    let rate = if self.in_burst { burst_rate } else { rate };
                    let gap = expected * rate.mean_gap_nanos();
                    if gap <= self.lasts {
                        self.lasts -= gap;
                        break Some((self.after(passed + gap), None));
                    }
                    passed += self.lasts;
                    expected -= self.lasts / rate.mean_gap_nanos();
                    self.in_burst = !self.in_burst;
                    let mean = if self.in_burst { burst_for } else { normal_for };
                    self.lasts = self.unit() * mean.0 as f64;
                }
            }
            LoadKind::Profile { points } => {
                self.expected += self.unit();
                let points: Vec<_> = points.iter().map(|&(at, rate)| (at.0, rate)).collect();
                self.reached(&points).map(|at| (at, None))
            }
        };
    }

    fn after(&mut self, gap: f64) -> u64 {
        self.last += (gap * FRACTIONS) as u128;
        (self.last >> 64) as u64
    }

    /// The nanosecond within which a profile expects as many arrivals, by halving.
    fn reached(&self, points: &[(u64, f64)]) -> Option<u64> {
        let (mut low, mut high) = (0, 1 << 60);
        if expected_by(points, high) < self.expected {
            return None;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if expected_by(points, middle) <= self.expected {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(low)
    }
}

/// How many arrivals a profile expects until an instant.
fn expected_by(points: &[(u64, f64)], at: u64) -> f64 {
    let mut sum = 0.0;
    for (place, &(from, rate)) in points.iter().enumerate() {
        if at <= from {
            break;
        }
        let Some(&(to, next)) = points.get(place + 1) else {
            sum += rate / 1e9 * (at - from) as f64;
            break;
        };
        let span = (at.min(to) - from) as f64;
        let end = rate + (next - rate) * span / (to - from) as f64;
        sum += (rate + end) / 2.0 / 1e9 * span;
    }
    sum
}
