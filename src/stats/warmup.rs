//! Where the warm-up ends: MSER-5 on a series whose length is bounded.
//!
//! White (Simulation 69, 1997) cuts a series where the standard error of the mean of the rest is
//! least: cutting a transient lowers it, cutting good data raises it. White, Cobb and Spratt
//! (Winter Simulation Conference 2000) found it best over means of five observations.
//! [`BatchMeans`] keeps a stream of any length in a few thousand means, so that memory does not
//! grow with a pilot run.

/// Observations in a batch of MSER-5.
const BATCH: usize = 5;

/// Means that [`BatchMeans::default`] keeps.
const MEANS_KEPT: usize = 5000;

/// The most means that [`BatchMeans`] can be told to keep: 128 MB.
const MOST_MEANS: usize = 1 << 24;

/// Where to cut a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Values to throw away from the front.
    pub index: usize,
    /// Whether the transient was seen to end. False where the best cut lies at the end of the first
    /// half, beyond which too little is left to judge by: the series is too short, or grows without
    /// bound.
    pub settled: bool,
}

/// MSER-5: the cut, a multiple of five, after which the mean of the rest is known best.
///
/// The search covers the first half of the series; the earliest of equal cuts wins. A last batch of
/// fewer than five values is left out. A series of fewer than two batches, or with a value that is
/// not finite, is not cut and not settled.
#[must_use]
pub fn mser5(series: &[f64]) -> Cut {
    let batches: Vec<f64> =
        series.chunks_exact(BATCH).map(|batch| batch.iter().sum::<f64>() / BATCH as f64).collect();
    let cut = mser(&batches);
    Cut { index: cut.index * BATCH, ..cut }
}

/// MSER on the values as they are: the `d` that minimises `Σ (x_i − mean)² / (n − d)²`, the sum and
/// the mean over the values after the first `d`.
///
/// As [`mser5`] otherwise.
#[must_use]
pub fn mser(series: &[f64]) -> Cut {
    let count = series.len();
    if count < 2 || !series.iter().all(|value| value.is_finite()) {
        return Cut { index: 0, settled: false };
    }
    let half = count / 2;
    let mut rest = super::moments::Moments::default();
    let mut best = (f64::INFINITY, half);
    // From the end, so that each rest is the last one and one value more.
    for (index, &value) in series.iter().enumerate().rev() {
        rest.push(value);
        let length = (count - index) as f64;
        // A spread that is rounding alone is none: a constant series is not cut.
        let rounding = length * (1e-12 * rest.mean().unwrap_or(0.0)).powi(2);
        let squares = if rest.squares() <= rounding { 0.0 } else { rest.squares() };
        let statistic = squares / (length * length);
        if index <= half && statistic <= best.0 {
            best = (statistic, index);
        }
    }
    Cut { index: best.1, settled: best.1 < half }
}

/// The means of a stream's successive batches, at most a fixed number of them.
///
/// When the store is full, neighbours are merged and the batch size doubles, so that between half
/// and all of the store always covers the whole stream.
///
/// ```
/// let mut means = iowait::stats::warmup::BatchMeans::new(4);
/// (1..=8).for_each(|value| means.push(f64::from(value)));
/// assert_eq!((means.means(), means.batch_size()), (&[1.5, 3.5, 5.5, 7.5][..], 2));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BatchMeans {
    means: Vec<f64>,
    capacity: usize,
    batch_size: u64,
    /// The batch that is not full yet.
    sum: f64,
    pending: u64,
}

impl Default for BatchMeans {
    /// Keeps at most 5000 means.
    fn default() -> Self {
        Self::new(MEANS_KEPT)
    }
}

impl BatchMeans {
    /// Keeps at most `capacity` means, rounded up to an even number, from 2 to 16 million.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity.clamp(2, MOST_MEANS).next_multiple_of(2);
        Self { means: Vec::new(), capacity, batch_size: 1, sum: 0.0, pending: 0 }
    }

    /// Takes the next value of the stream.
    pub fn push(&mut self, value: f64) {
        // Only when the next value comes: a full store is still the finest account of its stream.
        if self.means.len() == self.capacity {
            self.merge();
        }
        self.sum += value;
        self.pending += 1;
        if self.pending == self.batch_size {
            self.means.push(self.sum / self.batch_size as f64);
            (self.sum, self.pending) = (0.0, 0);
        }
    }

    /// The means of all full batches, in order.
    #[must_use]
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// Values in each batch; a power of two.
    #[must_use]
    pub const fn batch_size(&self) -> u64 {
        self.batch_size
    }

    /// MSER-5 over the means, its index in values of the stream.
    #[must_use]
    pub fn cut(&self) -> Cut {
        let cut = mser5(&self.means);
        Cut { index: cut.index * self.batch_size as usize, ..cut }
    }

    fn merge(&mut self) {
        for index in 0..self.means.len() / 2 {
            self.means[index] = f64::midpoint(self.means[2 * index], self.means[2 * index + 1]);
        }
        self.means.truncate(self.means.len() / 2);
        self.batch_size *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Noise of unit size without any trend, the same in every run.
    fn noise(index: usize) -> f64 {
        let hash = (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let hash = (hash ^ (hash >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((hash >> 11) as f64 / (1_u64 << 53) as f64 - 0.5) * 2.0
    }

    #[test]
    fn the_cut_of_a_short_series_is_the_one_worked_by_hand() {
        // 9 5 1 3 1 3: the statistic is
        //   d = 0: mean 22/6, Σ = 126 − 22²/6 = 45.33, / 36 = 1.259
        //   d = 1: mean 13/5, Σ = 45 − 13²/5 = 11.2,   / 25 = 0.448
        //   d = 2: mean 2,    Σ = 4,                   / 16 = 0.25
        //   d = 3: mean 7/3,  Σ = 19 − 49/3 = 2.667,   / 9  = 0.296
        assert_eq!(mser(&[9.0, 5.0, 1.0, 3.0, 1.0, 3.0]), Cut { index: 2, settled: true });
        // The same in batches of five, with three values too many at the end.
        let mut series: Vec<f64> = [9.0, 5.0, 1.0, 3.0, 1.0, 3.0]
            .iter()
            .flat_map(|&mean| [mean - 1.0, mean, mean, mean, mean + 1.0])
            .collect();
        series.extend([100.0, 100.0, 100.0]);
        assert_eq!(mser5(&series), Cut { index: 10, settled: true });
    }

    #[test]
    fn a_transient_of_known_length_is_cut_and_little_else() {
        for length in [0, 100, 400, 1000] {
            // A queue that fills linearly to 50 and stays there.
            let series: Vec<f64> = (0..5000)
                .map(|k| 50.0 * (k as f64 / length.max(1) as f64).min(1.0) + noise(k))
                .collect();
            let cut = mser5(&series);
            assert!(cut.settled, "{length}");
            assert!(cut.index + 10 * BATCH >= length, "{length}: {cut:?}");
            assert!(cut.index <= length + 50 * BATCH, "{length}: {cut:?}");
        }
    }

    #[test]
    fn a_series_that_never_settles_says_so() {
        let growing: Vec<f64> = (0..5000).map(|k| k as f64 + noise(k)).collect();
        assert_eq!(mser5(&growing), Cut { index: 2500, settled: false });
    }

    #[test]
    fn a_constant_series_is_not_cut() {
        assert_eq!(mser5(&[3.0; 100]), Cut { index: 0, settled: true });
    }

    #[test]
    fn what_is_too_short_or_not_finite_is_neither_cut_nor_settled() {
        let refused = Cut { index: 0, settled: false };
        assert_eq!(mser5(&[]), refused);
        assert_eq!(mser5(&[1.0; 9]), refused);
        let mut series = vec![1.0; 100];
        series[40] = f64::NAN;
        assert_eq!(mser5(&series), refused);
    }

    #[test]
    fn a_long_stream_is_kept_in_few_means_and_cut_at_the_same_place() {
        let mut means = BatchMeans::new(500);
        let series: Vec<f64> =
            (0..64_000).map(|k| 50.0 * (k as f64 / 8000.0).min(1.0) + noise(k)).collect();
        series.iter().for_each(|&value| means.push(value));
        assert_eq!((means.means().len(), means.batch_size()), (500, 128));
        let Cut { index: cut, settled } = means.cut();
        // A cut falls between batches of 5 · 128 = 640 values.
        assert!(settled && (8000 - 640..=8000 + 5 * 640).contains(&cut), "{cut}");
    }

    proptest! {
        #[test]
        fn batch_means_are_the_means_of_their_batches(
            values in prop::collection::vec(-1e3_f64..1e3, 0..400),
            capacity in 0_usize..40,
        ) {
            let mut means = BatchMeans::new(capacity);
            values.iter().for_each(|&value| means.push(value));
            let size = means.batch_size() as usize;
            let expected: Vec<f64> =
                values.chunks_exact(size).map(|batch| batch.iter().sum::<f64>() / size as f64).collect();
            prop_assert_eq!(means.means().len(), expected.len());
            prop_assert!(means.means().len() <= capacity.max(2) + 1);
            for (found, expected) in means.means().iter().zip(&expected) {
                prop_assert!((found - expected).abs() < 1e-9);
            }
        }

        #[test]
        fn the_cut_is_the_least_of_the_statistics_of_the_first_half(
            values in prop::collection::vec(-10.0_f64..10.0, 2..60),
        ) {
            let statistic = |cut: usize| {
                let rest = &values[cut..];
                let mean = rest.iter().sum::<f64>() / rest.len() as f64;
                rest.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (rest.len() * rest.len()) as f64
            };
            let cut = mser(&values);
            for other in 0..=values.len() / 2 {
                prop_assert!(statistic(cut.index) <= statistic(other) + 1e-9);
            }
            prop_assert_eq!(cut.settled, cut.index < values.len() / 2);
        }
    }
}
