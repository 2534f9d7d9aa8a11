//! Mean and variance of a stream in one pass, without storing it.
//!
//! Welford's update (Technometrics 4, 1962): the textbook sum of squares loses every digit where
//! the spread is small beside the mean, as throughputs of replications are.

/// Running mean and variance of any number of values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    /// The sum of squared distances from the mean.
    squares: f64,
}

impl Moments {
    /// Takes one more value.
    pub fn push(&mut self, value: f64) {
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
    }

    /// How many values there were.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The mean; `None` without values.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// The sum of squared distances from the mean; 0 without values.
    #[must_use]
    pub const fn squares(&self) -> f64 {
        self.squares
    }

    /// The unbiased variance (divided by `count − 1`); `None` with fewer than two values.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }

    /// The standard error of the mean, `sqrt(variance / count)`; `None` with fewer than two values.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        self.variance().map(|variance| (variance / self.count as f64).sqrt())
    }
}

impl Extend<f64> for Moments {
    fn extend<I: IntoIterator<Item = f64>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl FromIterator<f64> for Moments {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut moments = Self::default();
        moments.extend(values);
        moments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_variance_are_those_worked_by_hand() {
        // Mean 40/8 = 5; squared distances 9 1 1 1 0 0 4 16, in all 32.
        let moments: Moments = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter().collect();
        assert_eq!(moments.count(), 8);
        assert!((moments.mean().unwrap() - 5.0).abs() < 1e-15);
        assert!((moments.squares() - 32.0).abs() < 1e-13);
        assert!((moments.variance().unwrap() - 32.0 / 7.0).abs() < 1e-14);
        assert!((moments.standard_error().unwrap() - (4.0_f64 / 7.0).sqrt()).abs() < 1e-14);
    }

    #[test]
    fn a_small_spread_on_a_large_mean_is_not_lost() {
        // Half the values 3 below their mean, half 3 above: Σ = 6 · 9. The naive Σx² − n·mean²
        // works with numbers of 6e18, whose last digit is worth 1024.
        let moments: Moments = (0..6).map(|k| 1e9 + 6.0 * f64::from(k % 2)).collect();
        assert!((moments.variance().unwrap() - 54.0 / 5.0).abs() < 1e-9);
    }

    #[test]
    fn too_few_values_give_nothing_rather_than_zero() {
        let mut moments = Moments::default();
        assert_eq!((moments.mean(), moments.variance()), (None, None));
        moments.push(3.0);
        assert_eq!((moments.mean(), moments.variance()), (Some(3.0), None));
        assert_eq!(moments.standard_error(), None);
    }

    #[test]
    fn equal_values_have_a_variance_of_exactly_zero() {
        let moments: Moments = std::iter::repeat_n(0.1, 1000).collect();
        assert_eq!(moments.variance(), Some(0.0));
        assert_eq!(moments.mean(), Some(0.1));
    }
}
