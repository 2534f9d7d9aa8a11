//! Empirical: one of a list of measured values, each as likely as any other.

use std::sync::Arc;

use rand::Rng;

use super::error::{require, require_scale};
use super::{Dist, DistError, Family};

/// The family of [`Dist::Empirical`].
#[derive(Clone, Debug, PartialEq)]
pub struct Empirical {
    /// Ascending, so that a larger raw draw gives a larger value.
    values: Box<[f64]>,
    mean: f64,
    variance: f64,
}

impl Dist {
    /// One of `values`, each as likely as any other; no smoothing, no tail beyond the largest.
    ///
    /// # Errors
    ///
    /// No value at all; one that is negative or not finite.
    pub fn empirical(values: Vec<f64>) -> Result<Self, DistError> {
        require(!values.is_empty(), "column", "has no values")?;
        for value in &values {
            require_scale(*value, "column").map_err(|e| DistError {
                message: format!("has {value}: each {}", e.message),
                ..e
            })?;
        }
        // Not at 0: what is scaled to nothing consumes its draw as any other.
        let first = values[0];
        if first > 0.0 && values.iter().all(|value| *value == first) {
            return Ok(Self::Constant(first));
        }
        Ok(Empirical::of(values))
    }
}

impl Empirical {
    fn of(mut values: Vec<f64>) -> Dist {
        values.sort_by(f64::total_cmp);
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        Dist::Empirical(Arc::new(Self { values: values.into(), mean, variance }))
    }
}

impl Family for Empirical {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        // The high word of the product is a uniform index; its bias is n/2^64, unmeasurable.
        let index = (u128::from(rng.next_u64()) * self.values.len() as u128) >> 64;
        self.values[index as usize]
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.variance
    }

    fn cdf(&self, x: f64) -> f64 {
        self.values.partition_point(|value| *value <= x) as f64 / self.values.len() as f64
    }

    fn quantile(&self, p: f64) -> f64 {
        // `as` saturates, so that 0 and 1 are the smallest and the largest.
        let rank = (p * self.values.len() as f64).ceil() as usize;
        self.values[rank.clamp(1, self.values.len()) - 1]
    }

    fn scale(&self, factor: f64) -> Dist {
        Self::of(self.values.iter().map(|value| value * factor).collect())
    }

    fn is_whole(&self) -> bool {
        self.values.iter().all(|value| value.fract() == 0.0)
    }

    fn describe(&self) -> String {
        format!("empirical, {} values", self.values.len())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_laws, assert_pinned};
    use super::*;

    #[test]
    fn an_empirical_keeps_all_laws() {
        let dist = Dist::empirical(vec![5.0, 1.0, 2.0, 2.0, 10.0]).unwrap();
        assert_laws(&dist);
        assert_pinned(&dist, [2.0, 5.0, 10.0, 2.0, 2.0]);
        // Σ/5 and Σ(x - 4)²/5
        assert_eq!((dist.mean(), dist.variance()), (4.0, (1.0 + 9.0 + 4.0 + 4.0 + 36.0) / 5.0));
        assert_eq!((dist.quantile(0.5), dist.quantile(0.0), dist.quantile(1.0)), (2.0, 1.0, 10.0));
    }

    #[test]
    fn an_empirical_refuses_what_was_never_measured() {
        assert!(Dist::empirical(vec![]).unwrap_err().to_string().contains("no values"));
        for value in [-1.0, f64::NAN, f64::INFINITY] {
            let error = Dist::empirical(vec![1.0, value]).unwrap_err();
            assert!(error.to_string().contains(&value.to_string()), "{error}");
        }
        assert_eq!(Dist::empirical(vec![2.0, 2.0]), Ok(Dist::constant(2.0)));
    }
}
