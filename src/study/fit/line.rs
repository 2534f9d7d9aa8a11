//! A line by weighted least squares, with the interval of its slope.

use crate::stats::student;

/// `y = at_zero + slope · x`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// y at x = 0.
    pub at_zero: f64,
    /// How y grows with x.
    pub slope: f64,
    /// Its 95 % interval; none with fewer than three points, or where all are on the line.
    pub slope_ci95: Option<[f64; 2]>,
}

impl Line {
    /// Through points `(x, y, weight)`; `None` where they do not differ in x.
    #[must_use]
    pub fn through(points: &[(f64, f64, f64)]) -> Option<Self> {
        let sum = |of: &dyn Fn(&(f64, f64, f64)) -> f64| points.iter().map(of).sum::<f64>();
        let weight = sum(&|p| p.2);
        let (x, y) = (sum(&|p| p.0 * p.2) / weight, sum(&|p| p.1 * p.2) / weight);
        let spread = sum(&|p| p.2 * (p.0 - x) * (p.0 - x));
        if points.len() < 2 || spread.is_nan() || spread <= 1e-9 * weight {
            return None;
        }
        let slope = sum(&|p| p.2 * (p.0 - x) * (p.1 - y)) / spread;
        let at_zero = y - slope * x;
        let degrees = points.len() as f64 - 2.0;
        let slope_ci95 = (degrees >= 1.0).then(|| {
            let rest = sum(&|p| p.2 * (p.1 - at_zero - slope * p.0).powi(2));
            let half = student::t95(degrees) * (rest / degrees / spread).sqrt();
            [slope - half, slope + half]
        });
        Some(Self { at_zero, slope, slope_ci95 })
    }

    /// y at this x.
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        self.at_zero + self.slope * x
    }

    /// Whether the slope is not 0 by chance.
    #[must_use]
    pub fn is_tilted(&self) -> bool {
        self.slope_ci95.is_some_and(|[low, high]| low > 0.0 || high < 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_worked_by_hand() {
        // x 0, 1, 2; y 1, 2, 4: slope 3/2, intercept 5/6; residuals 1/6, -1/3, 1/6: s² = 1/6,
        // se = sqrt(1/6 / 2), t(1) = 12.706.
        let line =
            Line::through(&[(0.0, 1.0, 1.0), (1.0, 2.0, 1.0), (2.0, 4.0, 1.0)]).expect("a line");
        assert!((line.slope - 1.5).abs() < 1e-12 && (line.at_zero - 5.0 / 6.0).abs() < 1e-12);
        let [low, high] = line.slope_ci95.expect("an interval");
        let half = 12.7062 * (1.0_f64 / 12.0).sqrt();
        assert!((high - low) / 2.0 - half < 1e-3, "{low} {high}");
        assert!(!line.is_tilted());
    }

    #[test]
    fn points_above_each_other_have_no_line() {
        assert_eq!(Line::through(&[(1.0, 1.0, 1.0), (1.0, 2.0, 1.0)]), None);
        assert_eq!(Line::through(&[(1.0, 1.0, 1.0)]), None);
    }
}
