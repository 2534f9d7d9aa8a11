//! When a deviation is too large to be chance: one limit for a whole table.
//!
//! Each figure's deviation in standard errors is Student's t over replications. The limit is
//! Bonferroni's: with m figures each may exceed it with probability `FAMILY_ERROR / m`, so that
//! together they do with at most `FAMILY_ERROR`, however they depend on each other (Dunn, Journal
//! of the American Statistical Association 56, 1961).

use crate::stats::{Moments, student};

/// The probability that a simulator without error fails anywhere in a table, at most.
///
/// A tenth of the one in a thousand that is promised: means over replications are normal only in
/// the limit, and their tail so far out is the last to become so. By the large deviations of
/// Student's statistic (Shao, Journal of Theoretical Probability 12, 1999) a skewness γ of the mean
/// raises the probability of one side `exp(γ x³ / 3)`-fold, x being 4.4 here: tenfold for a γ of
/// 0.08, which is about that of the slowest queues.
pub const FAMILY_ERROR: f64 = 0.000_1;

/// Two numbers of equal exact value may differ by so much, relatively: a few roundings.
const ROUNDING: f64 = 1e-12;

/// The largest deviation, in standard errors, that is taken for chance among `figures` figures over
/// `replications` replications; infinite with fewer than two.
#[must_use]
pub fn limit(figures: usize, replications: u32) -> f64 {
    if replications < 2 {
        return f64::INFINITY;
    }
    let tail = FAMILY_ERROR / (2.0 * figures.max(1) as f64);
    student::quantile(1.0 - tail, f64::from(replications - 1))
}

/// Mean, standard error and deviation from the exact value of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deviation {
    /// The mean over replications.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The distance from the exact value, in standard errors; infinite where there is no spread and
    /// yet a distance, 0 where there is neither.
    pub standard_errors: f64,
}

/// The deviation of some replications from an exact value; `None` with fewer than two.
#[must_use]
pub fn deviation(values: &[f64], exact: f64) -> Option<Deviation> {
    let moments: Moments = values.iter().copied().collect();
    let (mean, standard_error) = (moments.mean()?, moments.standard_error()?);
    let standard_errors = if equal(mean, exact) { 0.0 } else { (mean - exact) / standard_error };
    Some(Deviation { mean, standard_error, standard_errors })
}

/// Whether two numbers are the same but for rounding.
#[must_use]
pub fn equal(found: f64, exact: f64) -> bool {
    (found - exact).abs() <= ROUNDING * exact.abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_the_one_of_the_tables() {
        // With two degrees of freedom P(|T| > t) = 1 − t / sqrt(2 + t²), and with very many that of
        // the normal distribution, erfc(t / √2).
        let t = limit(20, 3);
        assert!(((1.0 - t / (2.0 + t * t).sqrt()) / (FAMILY_ERROR / 20.0) - 1.0).abs() < 1e-6);
        let normal = libm::erfc(limit(100, 1_000_000) / std::f64::consts::SQRT_2);
        assert!((normal / (FAMILY_ERROR / 100.0) - 1.0).abs() < 1e-3, "{normal}");
        for (figures, replications) in [(1, 10), (10, 40), (200, 40)] {
            let narrower = limit(figures, replications + 1);
            assert!(narrower < limit(figures, replications));
            assert!(limit(figures + 1, replications) > limit(figures, replications));
        }
        assert_eq!(limit(1, 1), f64::INFINITY);
    }

    #[test]
    fn a_deviation_is_counted_in_standard_errors_of_the_mean() {
        // Mean 3, variance 2.5, standard error sqrt(2.5 / 5).
        let found = deviation(&[1.0, 2.0, 3.0, 4.0, 5.0], 4.0).unwrap();
        assert_eq!(found.mean, 3.0);
        assert!((found.standard_error - 0.5_f64.sqrt()).abs() < 1e-15);
        assert!((found.standard_errors + 2.0_f64.sqrt()).abs() < 1e-14);
        assert_eq!(deviation(&[1.0], 1.0), None);
    }

    #[test]
    fn without_any_spread_only_the_exact_value_will_do() {
        assert_eq!(deviation(&[0.25; 3], 0.25).unwrap().standard_errors, 0.0);
        assert_eq!(deviation(&[0.25; 3], 0.2).unwrap().standard_errors, f64::INFINITY);
        assert!(equal(0.1 + 0.2, 0.3) && !equal(0.3, 0.300_001) && !equal(1e-15, 0.0));
    }
}
