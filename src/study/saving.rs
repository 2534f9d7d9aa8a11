//! How many times fewer requests an answer needs than with naive replications.
//!
//! The width of an interval falls with the square root of the requests, so that the naive run needs
//! more of them for the same ± 1 % by the square of the ratio of widths. Naive are streams of its
//! own for every runtime and no control variates: the spread of a gain is then that of both its
//! throughputs, without what they share.
//!
//! A ratio of two variances over a few replications is known to within a factor only. Both savings
//! are functions of a correlation r: controls leave `1 − r²` of the variance, pairing `1 − r` of
//! it. The interval is that of Fisher's z = atanh r, whose standard error is `1/√(R − 3)` (Metron
//! 1, 1921), carried over to the logarithm of the saving.

use crate::stats::Moments;

use super::result::{Estimate, Gain, ResponseTimes, Saving, SavingInterval};
use super::sample::Sample;

/// What pairing and controls save a runtime over so many replications; the gain's part where it is
/// not the baseline.
#[must_use]
pub fn of(
    throughput: &Estimate,
    response: &ResponseTimes,
    gain: &Gain,
    pair: Option<[&[Sample]; 2]>,
    replications: usize,
) -> Saving {
    let by_controls = |found: &Estimate| {
        let saved = over_naive(found.half_width(), found)?;
        Some((saved, interval(saved, 2.0 * (1.0 - 1.0 / saved).max(0.0).sqrt(), replications)))
    };
    let by_pairing = |pair| {
        let saved = over_naive(naive_gain(&gain.simulated, pair), &gain.simulated)?;
        Some((saved, interval(saved, (2.0 - 1.0 / saved).max(0.0), replications)))
    };
    let [throughput, mean, p99] = [throughput, &response.mean, &response.p99].map(by_controls);
    let gain = pair.and_then(by_pairing);
    let value = |found: Option<(f64, Option<[f64; 2]>)>| found.map(|found| found.0);
    let ci95 = |found: Option<(f64, Option<[f64; 2]>)>| found.and_then(|found| found.1);
    Saving {
        throughput: value(throughput),
        mean: value(mean),
        p99: value(p99),
        gain: value(gain),
        ci95: SavingInterval {
            throughput: ci95(throughput),
            mean: ci95(mean),
            p99: ci95(p99),
            gain: ci95(gain),
        },
    }
}

/// The 95 % interval of a saving whose logarithm moves by `slope` for each unit of Fisher's z.
fn interval(saved: f64, slope: f64, replications: usize) -> Option<[f64; 2]> {
    let freedom = replications.checked_sub(3).filter(|&left| left > 0)? as f64;
    let factor = libm::exp(NORMAL95 * slope / freedom.sqrt());
    Some([saved / factor, saved * factor])
}

/// The half-width of a two-sided 95 % interval of a normal value, in standard deviations.
const NORMAL95: f64 = 1.959_963_984_540_054;

/// The square of a naive half-width over that of the narrowest interval.
fn over_naive(naive: Option<f64>, found: &Estimate) -> Option<f64> {
    let adjusted = found.ci95_cv.map(|[low, high]| (high - low) / 2.0);
    let best = adjusted.or_else(|| found.half_width())?;
    let saved = (naive? / best).powi(2);
    (saved.is_finite() && saved > 0.0).then_some(saved)
}

/// Half the width of a gain's interval if its two runtimes had nothing in common.
fn naive_gain(gain: &Estimate, pair: [&[Sample]; 2]) -> Option<f64> {
    let mut squares = 0.0;
    let mut degrees = f64::INFINITY;
    for samples in pair {
        let rates = samples.iter().map(|sample| match sample.makespan_s {
            Some(makespan) => Some(makespan),
            None => sample.throughput,
        });
        let rates: Moments = rates.collect::<Option<Vec<f64>>>()?.into_iter().collect();
        squares += (rates.standard_error()? / rates.mean()?).powi(2);
        degrees = degrees.min((rates.count() - 1) as f64);
    }
    Some(crate::stats::student::t95(degrees) * gain.value? * squares.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_width_takes_a_sixteenth_of_the_requests() {
        let found = Estimate {
            value: Some(10.0),
            ci95: Some([6.0, 14.0]),
            value_cv: Some(9.0),
            ci95_cv: Some([8.0, 10.0]),
        };
        assert_eq!(over_naive(found.half_width(), &found), Some(16.0));
        let plain = Estimate { ci95_cv: None, ..found };
        assert_eq!(over_naive(plain.half_width(), &plain), Some(1.0));
        // A gain that never varies needs no requests, and no ratio says so.
        let constant = Estimate { ci95: Some([1.0, 1.0]), ..Estimate::exactly(1.0) };
        assert_eq!(over_naive(constant.half_width(), &constant), None);
        assert_eq!(over_naive(None, &Estimate::NONE), None);
    }

    #[test]
    fn the_interval_of_a_saving_is_that_of_its_correlation_worked_by_hand() {
        // Nineteen replications: z is known to within 1.96/4. A correlation of 0.8 by controls
        // saves 1/(1 − 0.64) and moves by 1.6 a z: a factor of e^0.784.
        let saved = 1.0 / 0.36;
        let [low, high] = interval(saved, 1.6, 19).unwrap();
        assert!((low / saved - libm::exp(-0.783_985_6)).abs() < 1e-6, "{low}");
        assert!((high * low - saved * saved).abs() < 1e-9);
        assert_eq!(interval(saved, 1.6, 3), None);
        // Nothing saved is nothing to be unsure of.
        assert_eq!(interval(1.0, 0.0, 10), Some([1.0, 1.0]));
    }

    /// Normal values from a fixed sequence (Box and Muller).
    fn normals() -> impl FnMut() -> f64 {
        let mut state = 11_u64;
        let mut uniform = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        };
        move || {
            let radius = (-2.0 * libm::log(uniform())).sqrt();
            radius * libm::cos(std::f64::consts::TAU * uniform())
        }
    }

    #[test]
    fn the_interval_of_a_pairs_saving_holds_the_known_one() {
        // Pairs that share 1 − 1/8 of their variance: eight times fewer requests.
        let mut normal = normals();
        let (shared, own) = ((7.0_f64 / 8.0).sqrt(), (1.0_f64 / 8.0).sqrt());
        let (mut covered, trials, replications) = (0, 2_000, 10);
        for _ in 0..trials {
            let pairs: Vec<[f64; 2]> = (0..replications)
                .map(|_| {
                    let common = shared * normal();
                    [common + own * normal(), common + own * normal()]
                })
                .collect();
            let variance = |of: fn(&[f64; 2]) -> f64| {
                pairs.iter().map(of).collect::<Moments>().variance().unwrap()
            };
            let naive = variance(|pair| pair[0]) + variance(|pair| pair[1]);
            let saved = naive / variance(|pair| pair[0] - pair[1]);
            let [low, high] = interval(saved, 2.0 - 1.0 / saved, replications).unwrap();
            covered += u32::from(low <= 8.0 && 8.0 <= high);
        }
        let share = f64::from(covered) / f64::from(trials);
        assert!((0.93..=0.97).contains(&share), "{share}");
    }
}
