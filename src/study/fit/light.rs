//! The wait that light loads agree on: each says how long it was, and how surely.
//!
//! A load tells of the wait by the time of a round, less CPU and queue. The queue is simulated, and how long
//! it is hangs on what no load shows: how bursts vary, how clients fall into step. So a load is sure to
//! within what measurements repeat, and to within a part of its queue: one client says most.

/// Times of rounds repeat within this share at best.
const REPEATS: f64 = 0.02;
/// Of a simulated queue this part is unsure: constant bursts queue half as long as exponential ones.
const QUEUE: f64 = 0.5;

/// What one load says of the I/O wait of a request; seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    /// How long it was.
    pub wait_s: f64,
    /// Half of its 95 % interval.
    pub half_s: f64,
}

impl Told {
    /// By a round as `measured` and `simulated` with a wait of `wait_s`, where a request alone takes
    /// `alone_s` and each wait is part of `crowd` rounds.
    #[must_use]
    pub fn by_round(
        (measured, simulated): (f64, f64),
        (wait_s, alone_s): (f64, f64),
        crowd: f64,
    ) -> Self {
        let queue = (simulated / crowd - alone_s).max(0.0);
        Self {
            wait_s: (wait_s + (measured - simulated) / crowd).max(0.0),
            half_s: (REPEATS * measured / crowd).hypot(QUEUE * queue),
        }
    }
}

/// The mean of what was told, the surer ones counting more, and half of its interval: no narrower than one
/// machine repeats, and wider where loads contradict each other.
#[must_use]
pub fn agreed(told: &[Told]) -> Option<Told> {
    let weight = |one: &Told| 1.0 / (one.half_s * one.half_s).max(1e-30);
    let weights: f64 = told.iter().map(weight).sum();
    if told.is_empty() || !weights.is_finite() {
        return None;
    }
    let wait_s = told.iter().map(|one| weight(one) * one.wait_s).sum::<f64>() / weights;
    let off = told.iter().map(|one| weight(one) * (one.wait_s - wait_s).powi(2)).sum::<f64>();
    // Halves are 1.96 standard deviations.
    let ratio = off * 1.96 * 1.96 / (told.len() as f64 - 1.0).max(1.0);
    let half = (1.0 / weights).sqrt() * ratio.sqrt().max(1.0);
    Some(Told { wait_s, half_s: half.max(REPEATS * wait_s) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_says_more_than_a_crowd_whose_queue_is_guessed() {
        // 20 ms and 1.4 ms of CPU: alone nothing queues; at 80 % of the core 2 ms are simulated and
        // 0.6 ms were measured.
        let alone = Told::by_round((0.021_57, 0.021_42), (0.020, 0.021_4), 1.0);
        let crowd = Told::by_round((0.022_25, 0.023_65), (0.020, 0.021_15), 1.0);
        assert!((alone.wait_s - 0.020_15).abs() < 1e-9 && (crowd.wait_s - 0.018_6).abs() < 1e-9);
        let both = agreed(&[alone, crowd]).expect("two");
        assert!((both.wait_s - 0.02).abs() < both.half_s, "{both:?}");
        assert!(both.wait_s > 0.0198, "{both:?}");
    }

    #[test]
    fn contradictions_widen_and_agreement_does_not_go_below_a_repeat() {
        let sure = |wait_s| Told { wait_s, half_s: 0.001 };
        let apart = agreed(&[sure(0.010), sure(0.020)]).expect("two");
        assert!(apart.half_s > 0.006, "{apart:?}");
        let same = agreed(&[Told { wait_s: 0.1, half_s: 1e-6 }; 5]).expect("five");
        assert!((same.half_s - 0.002).abs() < 1e-12);
        assert_eq!(agreed(&[]), None);
    }
}
