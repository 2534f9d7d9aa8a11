//! The instants at which an open load's requests are due.

use std::sync::Arc;

use crate::engine::{Key, Stream};
use crate::input::dist::Dist;
use crate::model::LoadKind;
use crate::units::Time;

/// An exponential of mean one; scaled by whoever draws it.
const UNIT: Dist = Dist::exponential(1.0);

/// Arrival instants one after the other; the same for every runtime under one key.
#[derive(Clone, Debug)]
pub struct Arrivals {
    kind: Kind,
    stream: Stream,
    clock: Clock,
}

#[derive(Clone, Debug)]
enum Kind {
    Poisson { gap: f64 },
    Constant { rate: f64, count: u64 },
    Bursty { gaps: [f64; 2], sojourns: [f64; 2], state: usize, left: f64 },
    Profile { points: Vec<(f64, f64)>, segment: usize, done: f64, target: f64 },
    Trace { arrivals: Arc<Vec<(Time, Option<u32>)>>, next: usize },
    None,
}

/// Whole nanoseconds and the fraction that rounding would lose: without it a load of a billion a
/// second would be 4 % off.
#[derive(Clone, Copy, Debug, Default)]
struct Clock {
    nanos: u64,
    fraction: f64,
}

impl Clock {
    fn advance(&mut self, nanos: f64) -> Time {
        let exact = self.fraction + nanos;
        // Not `floor`, which is a call on plain x86-64; a number of 2^53 has no fraction.
        let whole = if exact < 9e15 { exact as i64 as u64 } else { exact as u64 };
        self.fraction = exact - whole as f64;
        // `as` saturates; what lies beyond the end of virtual time stops the replication there.
        self.nanos = self.nanos.saturating_add(whole);
        Time(self.nanos)
    }
}

impl Arrivals {
    /// The arrivals of a load; none where it is closed or a batch.
    #[must_use]
    pub fn new(load: &LoadKind, key: Key) -> Self {
        let mut stream = key.stream(0);
        let kind = match load {
            LoadKind::Poisson { rate } => Kind::Poisson { gap: rate.mean_gap_nanos() },
            LoadKind::Constant { rate } => Kind::Constant { rate: rate.0, count: 0 },
            LoadKind::Bursty { rate, burst_rate, normal_for, burst_for } => {
                let sojourns = [normal_for.0 as f64, burst_for.0 as f64];
                Kind::Bursty {
                    gaps: [rate.mean_gap_nanos(), burst_rate.mean_gap_nanos()],
                    sojourns,
                    state: 0,
                    left: UNIT.sample(&mut stream) * sojourns[0],
                }
            }
            LoadKind::Profile { points } => Kind::Profile {
                points: points.iter().map(|&(at, rate)| (at.0 as f64, rate / 1e9)).collect(),
                segment: 0,
                done: 0.0,
                target: 0.0,
            },
            LoadKind::Trace { arrivals } => Kind::Trace { arrivals: Arc::clone(arrivals), next: 0 },
            LoadKind::Closed { .. } | LoadKind::Batch { .. } => Kind::None,
        };
        Self { kind, stream, clock: Clock::default() }
    }
}

/// The next instant, and the class that a trace gives it; `None` when there is no other.
impl Iterator for Arrivals {
    type Item = (Time, Option<u32>);

    fn next(&mut self) -> Option<Self::Item> {
        let Self { kind, stream, clock } = self;
        match kind {
            Kind::Poisson { gap } => Some((clock.advance(UNIT.sample(stream) * *gap), None)),
            Kind::Constant { rate, count } => {
                *count += 1;
                let nanos = (*count as f64 / *rate * 1e9).round();
                Some((Time(nanos as u64), None))
            }
            Kind::Bursty { gaps, sojourns, state, left } => {
                let mut gap = UNIT.sample(stream) * gaps[*state];
                let mut passed = 0.0;
                while gap > *left {
                    // The rest of the gap runs at the other state's rate.
                    let share = (gap - *left) / gaps[*state];
                    passed += *left;
                    *state = 1 - *state;
                    *left = UNIT.sample(stream) * sojourns[*state];
                    gap = share * gaps[*state];
                }
                *left -= gap;
                Some((clock.advance(passed + gap), None))
            }
            Kind::Profile { points, segment, done, target } => {
                *target += UNIT.sample(stream);
                profile_instant(points, segment, done, *target)
                    .map(|nanos| (Time(nanos as u64), None))
            }
            Kind::Trace { arrivals, next } => {
                let arrival = arrivals.get(*next).copied();
                *next += 1;
                arrival
            }
            Kind::None => None,
        }
    }
}

/// The instant at which the integral of the rate reaches `target`; `segment` and `done` (the
/// integral up to that segment's start) move on with it.
fn profile_instant(
    points: &[(f64, f64)],
    segment: &mut usize,
    done: &mut f64,
    target: f64,
) -> Option<f64> {
    while let Some(&[(from, low), (to, high)]) =
        points.get(*segment..*segment + 2).and_then(|two| <&[(f64, f64); 2]>::try_from(two).ok())
    {
        let area = (low + high) / 2.0 * (to - from);
        if target <= *done + area {
            let wanted = target - *done;
            let slope = (high - low) / (to - from);
            // The root of slope/2 t^2 + low t = wanted in the form that never cancels.
            let root = (low * low + 2.0 * slope * wanted).max(0.0).sqrt();
            return Some(from + 2.0 * wanted / (low + root));
        }
        *done += area;
        *segment += 1;
    }
    let &(last, rate) = points.last()?;
    (rate > 0.0).then(|| last + (target - *done) / rate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Rate, Span};

    fn arrivals(load: &LoadKind, n: usize) -> Vec<Time> {
        Arrivals::new(load, Key::new(5)).take(n).map(|(time, _)| time).collect()
    }

    #[test]
    fn a_constant_load_does_not_drift() {
        let times = arrivals(&LoadKind::Constant { rate: Rate(3.0) }, 3000);
        assert_eq!(times[0], Time(333_333_333));
        assert_eq!(times[2999], Time(1_000_000_000_000));
    }

    #[test]
    fn a_load_that_outlasts_virtual_time_ends_there_and_does_not_turn_back() {
        // A request in 31.7 years: the 19th comes after 584.
        let rate = Rate(1e-9);
        let constant = arrivals(&LoadKind::Constant { rate }, 30);
        assert_eq!(constant[17], Time(18_000_000_000_000_000_000));
        assert!(constant[18..].iter().all(|&time| time == Time::MAX));
        let poisson = arrivals(&LoadKind::Poisson { rate }, 300);
        assert!(poisson.is_sorted() && poisson[299] == Time::MAX);
    }

    #[test]
    fn a_poisson_load_keeps_its_rate_up_to_a_billion_a_second() {
        for rate in [1e-3, 1.0, 1e6, 1e9] {
            let n = 100_000;
            let times = arrivals(&LoadKind::Poisson { rate: Rate(rate) }, n);
            let mean = times[n - 1].0 as f64 / n as f64;
            // The standard error of the mean gap is 1/sqrt(n) of it: 0.3 %.
            assert!((mean * rate / 1e9 - 1.0).abs() < 0.012, "{rate}: {mean}");
        }
    }

    #[test]
    fn a_bursty_load_has_the_rate_of_its_two_states_weighted_by_time() {
        let load = LoadKind::Bursty {
            rate: Rate(100.0),
            burst_rate: Rate(1000.0),
            normal_for: Span::from_millis(900),
            burst_for: Span::from_millis(100),
        };
        let n = 1_000_000;
        let times = arrivals(&load, n);
        let rate = n as f64 / times[n - 1].seconds();
        assert!((rate / 190.0 - 1.0).abs() < 0.03, "{rate}");
    }

    #[test]
    fn a_profile_follows_its_points_and_keeps_its_last_rate() {
        let second = |at: u64, rate: f64| (Time(at * 1_000_000_000), rate);
        let load = LoadKind::Profile {
            points: vec![second(0, 0.0), second(100, 200.0), second(200, 0.0)],
        };
        let times = arrivals(&load, 100_000);
        // The area is 20 000; the count is Poisson: standard deviation 141.
        assert!(times.len().abs_diff(20_000) < 600, "{}", times.len());
        // Half of it lies before the peak, an eighth before 50 s.
        let before = |at: f64| times.iter().filter(|time| time.seconds() < at).count();
        assert!(before(50.0).abs_diff(2_500) < 200, "{}", before(50.0));
        assert!(before(100.0).abs_diff(10_000) < 400, "{}", before(100.0));

        let flat = LoadKind::Profile { points: vec![second(0, 50.0)] };
        let last = arrivals(&flat, 10_000)[9_999].seconds();
        assert!((last / 200.0 - 1.0).abs() < 0.04, "{last}");
    }
}
