//! Which figures of a replication say how lucky it was, and what is left of the estimates without.
//!
//! Three controls have a mean that is known to be 0. What was drawn in the window less the mean of
//! each draw, of CPU and of I/O: a martingale, whatever is drawn and wherever the window ends.
//! Poisson arrivals less rate × window. And what another runtime of the comparison did less its
//! exact theory, for all meet the same requests; never the runtime's own, which would only give the
//! theory back. [`control`](crate::stats::control) picks those that help.

use crate::model::{LoadKind, Model};
use crate::stats::control::{WORTHWHILE, adjust};
use crate::stats::interval::ends_of_windows;

use super::estimate::completed;
use super::exact::Applies;
use super::result::Estimate;
use super::sample::Sample;

/// A comparison as a source of controls.
#[derive(Clone, Copy, Debug)]
pub struct Controls<'a> {
    /// The model.
    pub model: &'a Model,
    /// The samples of every runtime.
    pub samples: &'a [Vec<Sample>],
    /// What theory says of every runtime.
    pub exact: &'a [Applies],
}

impl Controls<'_> {
    /// Throughput with its adjusted estimate beside it.
    #[must_use]
    pub fn throughput(&self, place: usize, found: Estimate) -> Estimate {
        let controls = [self.luck(place), self.arrivals(place), self.throughputs(place)].concat();
        with_controls(found, rates(&self.samples[place]), &controls, self.ends(place))
    }

    /// Mean response time with its adjusted estimate beside it.
    #[must_use]
    pub fn response_mean(&self, place: usize, found: Estimate) -> Estimate {
        let controls = [self.luck(place), self.arrivals(place), self.responses(place)].concat();
        let values = figures(&self.samples[place], |sample| sample.response.figures[0]);
        with_controls(found, values, &controls, self.ends(place))
    }

    /// The gain with its adjusted estimate beside it.
    #[must_use]
    pub fn gain(&self, place: usize, found: Estimate) -> Estimate {
        let base = self.model.run.baseline;
        let controls = [self.luck(place), self.luck(base), self.throughputs(place)].concat();
        let [own, base_samples] = [&self.samples[place], &self.samples[base]];
        let makespans = |samples: &[Sample]| figures(samples, |sample| sample.makespan_s);
        let values = match (makespans(own), makespans(base_samples)) {
            (Some(own), Some(base)) => Some(ratios(&base, &own)),
            _ => rates(own).zip(rates(base_samples)).map(|(own, base)| ratios(&own, &base)),
        };
        with_controls(found, values, &controls, self.ends(place).max(self.ends(base)))
    }

    /// CPU and I/O as drawn less as expected; none where a retry draws what was drawn before.
    fn luck(&self, place: usize) -> Vec<Vec<f64>> {
        let own = &self.samples[place];
        if own.iter().any(|sample| sample.counts.retries > 0) {
            return Vec::new();
        }
        [0, 1].map(|part| own.iter().map(|sample| sample.luck[part]).collect()).to_vec()
    }

    /// Poisson arrivals in the window less those that were to be expected.
    fn arrivals(&self, place: usize) -> Vec<Vec<f64>> {
        let own = &self.samples[place];
        let LoadKind::Poisson { rate } = self.model.load.kind else { return Vec::new() };
        let first = |sample: &Sample| (sample.counts.issued - sample.counts.retries) as f64;
        vec![own.iter().map(|sample| first(sample) - rate.0 * sample.window_s).collect()]
    }

    /// Throughputs of the other runtimes less their exact values.
    fn throughputs(&self, place: usize) -> Vec<Vec<f64>> {
        self.deviations(place, rates, |exact| Some(exact.throughput_rps))
    }

    /// Mean response times of the other runtimes less their exact values.
    fn responses(&self, place: usize) -> Vec<Vec<f64>> {
        let simulated = |samples: &[Sample]| figures(samples, |sample| sample.response.figures[0]);
        self.deviations(place, simulated, |exact| exact.response_mean_s)
    }

    fn deviations(
        &self,
        place: usize,
        simulated: impl Fn(&[Sample]) -> Option<Vec<f64>>,
        exact: impl Fn(&super::exact::Solution) -> Option<f64>,
    ) -> Vec<Vec<f64>> {
        let others = self.samples.iter().zip(self.exact).enumerate();
        others
            .filter(|(other, _)| *other != place)
            .filter_map(|(_, (samples, theory))| {
                let exact = exact(theory.solution()?)?;
                let values = simulated(samples)?;
                Some(values.into_iter().map(|value| value - exact).collect())
            })
            .collect()
    }

    /// What the ends of windows may cost, of which no control knows.
    fn ends(&self, place: usize) -> f64 {
        ends_of_windows(completed(&self.samples[place]))
    }
}

fn figures(samples: &[Sample], of: impl Fn(&Sample) -> Option<f64>) -> Option<Vec<f64>> {
    samples.iter().map(of).collect()
}

/// Throughputs whose mean is that of all windows together, each as far from it as its own
/// completions are from those expected.
///
/// A window ends with a completion, so that the mean of `n/W` exceeds the rate by one part in `n`:
/// nothing beside the interval of the plain mean, but as much as an adjusted one is wide.
fn rates(samples: &[Sample]) -> Option<Vec<f64>> {
    let windows: f64 = samples.iter().map(|sample| sample.window_s).sum();
    let all = completed(samples) as f64 / windows;
    let mean = windows / samples.len() as f64;
    let rate = |own: &Sample| all + (own.counts.completed as f64 - all * own.window_s) / mean;
    (windows > 0.0).then(|| samples.iter().map(rate).collect())
}

/// Figures whose mean is the ratio of two means, each as far from it as its pair is (the delta
/// method).
fn ratios(above: &[f64], below: &[f64]) -> Vec<f64> {
    let mean = below.iter().sum::<f64>() / below.len() as f64;
    let ratio = above.iter().sum::<f64>() / above.len() as f64 / mean;
    above.iter().zip(below).map(|(above, below)| ratio + (above - ratio * below) / mean).collect()
}

/// An estimate with the adjusted one beside it, where that makes the interval a tenth narrower.
///
/// The adjusted interval is wider than the regression's by `allowance`, a share of the value.
fn with_controls(
    found: Estimate,
    values: Option<Vec<f64>>,
    controls: &[Vec<f64>],
    allowance: f64,
) -> Estimate {
    let (Some(values), Some(plain)) = (values, found.half_width()) else {
        return found;
    };
    let Some(adjusted) = adjust(&values, controls) else { return found };
    let centre = values.iter().sum::<f64>() / values.len() as f64 + adjusted.shift;
    let half = libm::hypot(adjusted.half_width, allowance * centre);
    if !(centre.is_finite() && half < WORTHWHILE * plain) {
        return found;
    }
    Estimate { value_cv: Some(centre), ci95_cv: Some([centre - half, centre + half]), ..found }
}
