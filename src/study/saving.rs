//! How many times fewer requests an answer needs than with naive replications.
//!
//! The width of an interval falls with the square root of the requests, so that the naive run needs
//! more of them for the same ± 1 % by the square of the ratio of widths. Naive are streams of its
//! own for every runtime and no control variates: the spread of a gain is then that of both its
//! throughputs, without what they share.

use crate::stats::Moments;

use super::result::{Estimate, Gain, ResponseTimes, Saving};
use super::sample::Sample;

/// What pairing and controls save a runtime; the gain's part where it is not the baseline.
#[must_use]
pub fn of(
    throughput: &Estimate,
    response: &ResponseTimes,
    gain: &Gain,
    pair: Option<[&[Sample]; 2]>,
) -> Saving {
    Saving {
        throughput: over_naive(throughput.half_width(), throughput),
        mean: over_naive(response.mean.half_width(), &response.mean),
        p99: over_naive(response.p99.half_width(), &response.p99),
        gain: pair.and_then(|pair| over_naive(naive_gain(&gain.simulated, pair), &gain.simulated)),
    }
}

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
}
