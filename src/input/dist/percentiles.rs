//! From percentiles: what people have measured, exact at the given points.
//!
//! On Weibull paper: the logarithm of time is linear in `ln y`, with `y = -ln(1 - p)`, between the
//! given points, so each piece is a stretched exponential, and two percentiles of a Weibull or an
//! exponential give it back. Below the first point its piece goes on down to 0 (`x ∝ y^slope`).
//! Above the last point the excess is exponential (linear in y), with the slope that the last piece has
//! there, so that the density is continuous: the tail is never heavier than exponential, and
//! the mean and all moments exist, whatever the points. Nothing is known beyond the last point;
//! who has p99.9 should give it.
//!
//! As y itself is exponential with mean 1, a draw is one exponential draw and one power of it.

use std::sync::Arc;

use rand::Rng;

use super::error::{require, require_positive};
use super::special::incomplete_gamma;
use super::{Dist, DistError, Family, ziggurat};

/// One percentile: `percent` of all values are at most `value`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percentile {
    /// Above 0, below 100.
    pub percent: f64,
    /// Above 0, in the unit of the distribution.
    pub value: f64,
}

impl Percentile {
    /// As the model file names it: `p50`, `p99.9`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("p{}", self.percent)
    }

    /// The probability, from 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.percent / 100.0
    }

    /// The cumulated hazard `-ln(1 - p)`: the same quantile of an exponential with mean 1.
    pub(super) fn hazard(&self) -> f64 {
        -libm::log1p(-self.share())
    }

    pub(super) fn check(&self) -> Result<(), DistError> {
        let inside = self.percent > 0.0 && self.percent < 100.0;
        require(inside, self.name(), "must lie above p0 and below p100")?;
        require_positive(self.value, "value")
            .map_err(|error| DistError { argument: self.name().into(), ..error })?;
        require(self.value <= 1e100, self.name(), "is too large")
    }
}

/// Two percentiles in their order, refused unless they increase.
pub(super) fn require_pair(
    a: Percentile,
    b: Percentile,
) -> Result<(Percentile, Percentile), DistError> {
    let (low, high) = if a.percent <= b.percent { (a, b) } else { (b, a) };
    require_increase(low, high)?;
    Ok((low, high))
}

fn require_increase(low: Percentile, high: Percentile) -> Result<(), DistError> {
    low.check()?;
    high.check()?;
    require(low.percent < high.percent, high.name(), "is given twice")?;
    let message = format!("must be above {}", low.name());
    require(low.value < high.value, high.name(), message)
}

/// The family of [`Dist::Percentiles`].
#[derive(Clone, Debug, PartialEq)]
pub struct Percentiles {
    /// Ascending; `slope` belongs to the piece that ends here.
    knots: Box<[Knot]>,
    /// The mean excess over the last knot.
    excess: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Knot {
    hazard: f64,
    value: f64,
    slope: f64,
}

impl Knot {
    /// The piece that ends here, at `hazard`.
    fn value_at(&self, hazard: f64) -> f64 {
        // At the knot itself the logarithm is 0 and the value exact; half the time of pow.
        self.value * libm::exp(self.slope * libm::log(hazard / self.hazard))
    }

    /// The integral over the piece from `low` to the knot of `value^power` times the exponential
    /// density: `value^power · y^(-s) · (γ(s + 1, y) - γ(s + 1, low))` with `s = power · slope`.
    fn moment(&self, low: f64, power: f64) -> f64 {
        let s = power * self.slope;
        let (below_low, above_low) = incomplete_gamma(s + 1.0, low);
        let (below, above) = incomplete_gamma(s + 1.0, self.hazard);
        // The difference of the smaller numbers has the smaller error.
        let part = if below < 0.5 { below - below_low } else { above_low - above };
        let log_front = libm::lgamma(s + 1.0) - s * libm::log(self.hazard);
        libm::pow(self.value, power) * part * libm::exp(log_front)
    }
}

impl Dist {
    /// The distribution that meets these percentiles, in any order; see the module's first lines.
    ///
    /// # Errors
    ///
    /// Fewer than two; a percentile outside 0 to 100, twice the same; a value that is not above 0
    /// and above that of the percentile before.
    pub fn percentiles(points: &[Percentile]) -> Result<Self, DistError> {
        require(points.len() >= 2, "points", "must be two at least")?;
        let mut points = points.to_vec();
        points.sort_by(|a, b| a.percent.total_cmp(&b.percent));
        for pair in points.windows(2) {
            require_increase(pair[0], pair[1])?;
        }
        let slope = |pair: &[Percentile]| {
            libm::log(pair[1].value / pair[0].value)
                / libm::log(pair[1].hazard() / pair[0].hazard())
        };
        let slopes: Vec<f64> = points.windows(2).map(slope).collect();
        // A piece's moments need Γ(2 · slope + 1), which ends at 171; a slope of 0 is no density.
        let possible = |slope: &f64| *slope > 0.0 && *slope <= MAX_SLOPE;
        if let Some(at) = slopes.iter().position(|slope| !possible(slope)) {
            let message = format!("is too near to or too far above {}", points[at].name());
            require(false, points[at + 1].name(), message)?;
        }
        // The first piece goes down to 0 with the slope of the second point's.
        let slope_of = |index: usize| slopes[index.saturating_sub(1)];
        let knots: Box<[Knot]> = points
            .iter()
            .enumerate()
            .map(|(i, p)| Knot { hazard: p.hazard(), value: p.value, slope: slope_of(i) })
            .collect();
        let last = knots[knots.len() - 1];
        let excess = last.slope * last.value / last.hazard;
        Ok(Self::Percentiles(Arc::new(Percentiles { knots, excess })))
    }
}

/// Ten decades between the median and p90 have a slope of 19.
const MAX_SLOPE: f64 = 80.0;

impl Percentiles {
    fn last(&self) -> &Knot {
        &self.knots[self.knots.len() - 1]
    }

    /// The quantile function in terms of the hazard.
    fn value_at(&self, hazard: f64) -> f64 {
        match self.knots.iter().find(|knot| hazard <= knot.hazard) {
            Some(knot) => knot.value_at(hazard),
            None => self.last().value + self.excess * (hazard - self.last().hazard),
        }
    }

    /// The first or second moment of the pieces below the last knot.
    fn moment_below(&self, power: f64) -> f64 {
        let mut low = 0.0;
        let mut sum = 0.0;
        for knot in &self.knots {
            sum += knot.moment(low, power);
            low = knot.hazard;
        }
        sum
    }
}

impl Family for Percentiles {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.value_at(ziggurat::exponential(rng))
    }

    fn mean(&self) -> f64 {
        let tail = libm::exp(-self.last().hazard);
        self.moment_below(1.0) + tail * (self.last().value + self.excess)
    }

    fn variance(&self) -> f64 {
        let (last, mean) = (self.last().value, self.mean());
        let tail = libm::exp(-self.last().hazard);
        // E (last + excess·E)² with E exponential of mean 1, whose second moment is 2.
        let beyond = last * last + 2.0 * last * self.excess + 2.0 * self.excess * self.excess;
        (self.moment_below(2.0) + tail * beyond - mean * mean).max(0.0)
    }

    fn cdf(&self, x: f64) -> f64 {
        let hazard = match self.knots.iter().find(|knot| x <= knot.value) {
            Some(knot) => knot.hazard * libm::pow(x / knot.value, 1.0 / knot.slope),
            None => self.last().hazard + (x - self.last().value) / self.excess,
        };
        -libm::expm1(-hazard)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.value_at(-libm::log1p(-p))
    }

    fn scale(&self, factor: f64) -> Dist {
        let scaled = |knot: &Knot| Knot { value: knot.value * factor, ..*knot };
        let knots = self.knots.iter().map(scaled).collect();
        Dist::Percentiles(Arc::new(Self { knots, excess: self.excess * factor }))
    }

    fn describe(&self) -> String {
        format!("{} percentiles, cv {:.3}", self.knots.len(), self.variance().sqrt() / self.mean())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_laws, assert_pinned};
    use super::*;

    fn points(points: &[(f64, f64)]) -> Vec<Percentile> {
        points
            .iter()
            .map(|(percent, value)| Percentile { percent: *percent, value: *value })
            .collect()
    }

    const MEASURED: [(f64, f64); 4] = [(50.0, 62.0), (90.0, 140.0), (95.0, 210.0), (99.0, 410.0)];

    #[test]
    fn percentiles_keep_all_laws() {
        for measured in [
            &MEASURED[..],
            &[(50.0, 1.0), (99.0, 1.1)],
            &[(50.0, 1.0), (99.0, 20.0), (99.9, 25.0)],
            &[(10.0, 1.0), (20.0, 1.001), (90.0, 3.0)],
        ] {
            assert_laws(&Dist::percentiles(&points(measured)).unwrap());
        }
        assert_pinned(
            &Dist::percentiles(&points(&MEASURED)).unwrap(),
            [
                51.82019871828771,
                104.52285599842037,
                130.70060628443707,
                135.5108899822837,
                46.61357449224825,
            ],
        );
    }

    #[test]
    fn every_given_point_is_met_exactly_in_whatever_order() {
        let mut measured = points(&MEASURED);
        measured.reverse();
        let dist = Dist::percentiles(&measured).unwrap();
        for point in measured {
            let met = dist.quantile(point.share());
            assert!((met / point.value - 1.0).abs() < 1e-14, "{point:?}: {met}");
            assert!((dist.cdf(point.value) - point.share()).abs() < 1e-15);
        }
    }

    #[test]
    fn two_percentiles_of_an_exponential_give_it_back() {
        // p50 = ln 2, p90 = ln 10: slope 1 everywhere, so mean 1 and variance 1.
        let two = points(&[(50.0, std::f64::consts::LN_2), (90.0, 10.0_f64.ln())]);
        let dist = Dist::percentiles(&two).unwrap();
        assert!((dist.mean() - 1.0).abs() < 1e-12 && (dist.variance() - 1.0).abs() < 1e-12);
        for p in [0.01, 0.3, 0.7, 0.99, 0.9999] {
            assert!((dist.quantile(p) / -(1.0 - p).ln() - 1.0).abs() < 1e-12, "{p}");
        }
    }

    #[test]
    fn moments_are_those_of_the_quantile_function() {
        // E X = ∫ Q(p) dp, by the midpoint rule in y = -ln(1 - p) up to 30, with density e^-y.
        let dist = Dist::percentiles(&points(&MEASURED)).unwrap();
        let (mut first, mut second, step) = (0.0, 0.0, 1e-4);
        for i in 0..300_000 {
            let y = (f64::from(i) + 0.5) * step;
            let (x, weight) = (dist.quantile(-(-y).exp_m1()), (-y).exp() * step);
            first += x * weight;
            second += x * x * weight;
        }
        assert!((dist.mean() / first - 1.0).abs() < 1e-6, "{} {first}", dist.mean());
        let variance = second - first * first;
        assert!((dist.variance() / variance - 1.0).abs() < 1e-5, "{} {variance}", dist.variance());
    }

    #[test]
    fn the_tail_beyond_the_last_point_is_exponential_with_the_same_slope() {
        let dist = Dist::percentiles(&points(&MEASURED)).unwrap();
        // Each decade of the complement adds the same: p99.9 - p99 = p99.99 - p99.9.
        let decade = |p: f64, q: f64| dist.quantile(q) - dist.quantile(p);
        assert!((decade(0.99, 0.999) / decade(0.999, 0.9999) - 1.0).abs() < 1e-9);
        // The slope there is that of the last piece: ln(410/210)/ln(ln 100/ln 20) · 410/ln 100.
        let slope = (410.0_f64 / 210.0).ln() / (100.0_f64.ln() / 20.0_f64.ln()).ln();
        let excess = slope * 410.0 / 100.0_f64.ln();
        assert!((decade(0.99, 0.999) / (excess * 10.0_f64.ln()) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn impossible_percentiles_are_refused_by_name() {
        for (measured, argument) in [
            (&[(50.0, 62.0), (90.0, 60.0)][..], "p90"),
            (&[(50.0, 62.0), (90.0, 62.0)], "p90"),
            (&[(50.0, 62.0), (50.0, 63.0)], "p50"),
            (&[(50.0, 0.0), (90.0, 62.0)], "p50"),
            (&[(50.0, 1.0), (99.9, f64::NAN)], "p99.9"),
            (&[(0.0, 1.0), (90.0, 62.0)], "p0"),
            (&[(50.0, 1.0), (100.0, 62.0)], "p100"),
            (&[(50.0, 1e-90), (51.0, 1e90)], "p51"),
            (&[(50.0, 62.0)], "points"),
            (&[], "points"),
        ] {
            let error = Dist::percentiles(&points(measured)).unwrap_err();
            assert_eq!(error.argument, argument, "{error}");
        }
    }
}
