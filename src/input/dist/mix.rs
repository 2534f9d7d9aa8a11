//! Mixture: one of several distributions, by weight.

use std::sync::Arc;

use rand::Rng;

use super::error::require;
use super::special::quantile_of;
use super::{Dist, DistError, Family, ziggurat};

/// The family of [`Dist::Mix`].
#[derive(Clone, Debug, PartialEq)]
pub struct Mix {
    branches: Box<[Branch]>,
    /// Distributions in all, those of mixtures within mixtures each time that they stand there.
    size: u32,
}

#[derive(Clone, Debug, PartialEq)]
struct Branch {
    weight: f64,
    /// The sum of the weights up to and with this one; infinite for the last.
    up_to: f64,
    dist: Dist,
}

/// Distributions in a mixture and the mixtures within it: a mixture of a mixture of … doubles with every line of a
/// model, and is looked through as a whole.
const LARGEST: u32 = 100_000;

/// How far from 1 the weights may sum up: decimal fractions, added.
const WEIGHT_TOLERANCE: f64 = 1e-9;

impl Dist {
    /// One of several distributions, by weight.
    ///
    /// A draw consumes one raw draw for the choice, then those of the chosen branch.
    ///
    /// # Errors
    ///
    /// No branch; more than 100 000 distributions in all; a weight outside 0 to 1; weights that do not sum to 1 within 1e-9.
    pub fn mix(branches: Vec<(f64, Self)>) -> Result<Self, DistError> {
        require(!branches.is_empty(), "weights", "need at least one branch, as in 0.9: 1 ms")?;
        let sum: f64 = branches.iter().map(|(weight, _)| weight).sum();
        for (weight, _) in &branches {
            let message = format!("must lie between 0 and 1, and one is {weight}");
            require((0.0..=1.0).contains(weight), "weights", message)?;
        }
        let message = format!("must sum to 1, and sum to {sum}");
        require((sum - 1.0).abs() <= WEIGHT_TOLERANCE, "weights", message)?;
        let size = branches.iter().fold(0u32, |size, (_, dist)| size.saturating_add(dist.size()));
        let message = format!("hold {size} distributions, and at most {LARGEST} go into a mixture");
        require(size <= LARGEST, "branches", message)?;
        let mut up_to = 0.0;
        let mut branches: Box<[Branch]> = branches
            .into_iter()
            .map(|(weight, dist)| {
                let weight = weight / sum;
                up_to += weight;
                Branch { weight, up_to, dist }
            })
            .collect();
        if let Some(last) = branches.iter_mut().rfind(|branch| branch.weight > 0.0) {
            // Rounding must not leave a gap at the end, nor give it to a branch without weight.
            last.up_to = f64::INFINITY;
        }
        Ok(Self::Mix(Arc::new(Mix { branches, size })))
    }

    /// How many distributions it holds: 1 but for a mixture.
    fn size(&self) -> u32 {
        if let Self::Mix(mix) = self { mix.size } else { 1 }
    }
}

impl Mix {
    fn sum(&self, of: impl Fn(&Dist) -> f64) -> f64 {
        // Without weight nothing counts, not even infinity.
        let counting = self.branches.iter().filter(|branch| branch.weight > 0.0);
        counting.map(|branch| branch.weight * of(&branch.dist)).sum()
    }
}

impl Family for Mix {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let u = ziggurat::unit(rng);
        let index = self.branches.partition_point(|branch| branch.up_to <= u);
        self.branches[index].dist.sample(rng)
    }

    fn mean(&self) -> f64 {
        self.sum(Dist::mean)
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        // Within and between the branches, both without cancellation.
        self.sum(|dist| {
            let apart = dist.mean() - mean;
            dist.variance() + apart * apart
        })
    }

    fn cdf(&self, x: f64) -> f64 {
        self.sum(|dist| dist.cdf(x))
    }

    fn quantile(&self, p: f64) -> f64 {
        quantile_of(|x| self.cdf(x), p, self.mean())
    }

    fn scale(&self, factor: f64) -> Dist {
        let scaled = |branch: &Branch| Branch { dist: branch.dist.scale(factor), ..branch.clone() };
        let branches = self.branches.iter().map(scaled).collect();
        Dist::Mix(Arc::new(Self { branches, size: self.size }))
    }

    fn is_whole(&self) -> bool {
        self.branches.iter().all(|branch| branch.dist.is_whole())
    }

    fn describe(&self) -> String {
        format!(
            "mixture of {}, cv {:.3}",
            self.branches.len(),
            self.variance().sqrt() / self.mean()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_laws, assert_pinned};
    use super::*;

    #[test]
    fn a_mixture_keeps_all_laws() {
        let dist =
            Dist::mix(vec![(0.9, Dist::constant(1.0)), (0.1, Dist::exponential(50.0))]).unwrap();
        assert_laws(&dist);
        assert_pinned(&dist, [1.0, 1.0, 109.72955595520337, 1.0, 1.0]);
        // 0.9·1 + 0.1·50, and E X² = 0.9·1 + 0.1·2·50² less the squared mean.
        assert!((dist.mean() - 5.9).abs() < 1e-14);
        assert!((dist.variance() - (0.9 + 500.0 - 5.9 * 5.9)).abs() < 1e-12);
    }

    #[test]
    fn branches_come_as_often_as_their_weights_say() {
        let parts = [(0.2, 1.0), (0.0, 2.0), (0.5, 3.0), (0.3, 4.0), (0.0, 5.0)];
        let dist =
            Dist::mix(parts.iter().map(|(w, x)| (*w, Dist::constant(*x))).collect()).unwrap();
        assert_laws(&dist);
        assert_eq!(dist.cdf(1.0), 0.2);
        assert!((dist.cdf(2.5) - 0.2).abs() < 1e-15 && (dist.cdf(3.0) - 0.7).abs() < 1e-15);
    }

    #[test]
    fn a_mixture_refuses_weights_that_are_no_chances() {
        for weights in [vec![], vec![0.5, 0.4], vec![0.5, 0.6], vec![1.5, -0.5], vec![f64::NAN]] {
            let branches = weights.iter().map(|w| (*w, Dist::constant(1.0))).collect();
            assert_eq!(Dist::mix(branches).unwrap_err().argument, "weights", "{weights:?}");
        }
        // Ten times a tenth is not 1 in binary.
        assert!(Dist::mix(vec![(0.1, Dist::constant(1.0)); 10]).is_ok());
    }
}
