//! A factor times a distribution of counts, which then no longer is one.

use std::sync::Arc;

use rand::Rng;

use super::{Dist, Family};

/// The family of [`Dist::Scaled`].
#[derive(Clone, Debug, PartialEq)]
pub struct Scaled {
    dist: Dist,
    factor: f64,
}

impl Scaled {
    /// `factor` times a draw of `dist`.
    pub(super) fn of(dist: Dist, factor: f64) -> Dist {
        if factor == 1.0 { dist } else { Dist::Scaled(Arc::new(Self { dist, factor })) }
    }
}

impl Family for Scaled {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.factor * self.dist.sample(rng)
    }

    fn mean(&self) -> f64 {
        self.factor * self.dist.mean()
    }

    fn variance(&self) -> f64 {
        self.factor * self.factor * self.dist.variance()
    }

    fn cdf(&self, x: f64) -> f64 {
        // The division may round to just below the count that is meant.
        let count = (x / self.factor).round_ties_even();
        if count * self.factor == x { self.dist.cdf(count) } else { self.dist.cdf(x / self.factor) }
    }

    fn quantile(&self, p: f64) -> f64 {
        self.factor * self.dist.quantile(p)
    }

    fn scale(&self, factor: f64) -> Dist {
        Self::of(self.dist.clone(), self.factor * factor)
    }

    fn is_whole(&self) -> bool {
        self.factor.fract() == 0.0 && self.dist.is_whole()
    }

    fn describe(&self) -> String {
        format!("scaled {}", self.dist.describe())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_laws, assert_pinned};
    use super::*;

    #[test]
    fn scaled_counts_keep_all_laws() {
        let dist = Dist::poisson(5.0).unwrap().scale(0.1);
        assert_laws(&dist);
        assert_pinned(&dist, [0.30000000000000004, 0.5, 0.8, 0.30000000000000004, 0.8]);
        assert!((dist.mean() - 0.5).abs() < 1e-15 && (dist.variance() - 0.05).abs() < 1e-15);
    }

    #[test]
    fn only_whole_multiples_of_counts_are_counts() {
        let dist = Dist::geometric(5.0).unwrap();
        assert!(dist.scale(3.0).is_whole() && !dist.scale(0.5).is_whole());
        assert_eq!(dist.scale(0.5).scale(2.0), dist);
    }
}
