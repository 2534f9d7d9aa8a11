//! A log-linear histogram of whole numbers that keeps sums with its counts.
//!
//! Each octave has 512 equal buckets, so that a bucket is at most 0.2 % wide; octaves are allocated
//! when first met, so that memory depends on the spread of the values and never on their number. A
//! bucket answers with the mean of what fell into it: exact where all its values are equal.

/// Buckets of an octave, as a power of two.
const BITS: u32 = 9;
const BUCKETS: usize = 1 << BITS;

#[derive(Clone, Copy, Debug)]
struct Bucket<const N: usize> {
    count: u64,
    sums: [f64; N],
}

/// Buckets by octave, where there are any.
type Octaves<const N: usize> = Vec<Option<Box<[Bucket<N>; BUCKETS]>>>;

/// Values with `N` parts each, counted by their total.
///
/// ```
/// use iowait::stats::Histogram;
///
/// let mut waits = Histogram::<1>::new();
/// for value in 1..=100 {
///     waits.record([value]);
/// }
/// assert_eq!(waits.quantile(0.5), Some(50.0));
/// assert_eq!(waits.quantile(0.95), None); // fewer than ten values lie beyond
/// ```
#[derive(Clone, Debug)]
pub struct Histogram<const N: usize> {
    octaves: Octaves<N>,
    count: u64,
    sums: [u128; N],
    max: u64,
}

impl<const N: usize> Histogram<N> {
    /// An empty histogram.
    #[must_use]
    pub const fn new() -> Self {
        Self { octaves: Vec::new(), count: 0, sums: [0; N], max: 0 }
    }

    /// Adds one value, the sum of its parts.
    #[inline(always)]
    pub fn record(&mut self, parts: [u64; N]) {
        let value = parts.iter().sum();
        self.count += 1;
        self.max = self.max.max(value);
        let (octave, place) = locate(value);
        let Self { octaves, sums, .. } = self;
        let bucket = &mut octave_of(octaves, octave)[place];
        bucket.count += 1;
        for place in 0..N {
            // Parts that a runtime does not have are known to be zero where this is built in.
            if parts[place] > 0 {
                bucket.sums[place] += float(parts[place]);
                sums[place] += u128::from(parts[place]);
            }
        }
    }

    /// Forgets all values; the memory of its octaves is kept for others.
    pub fn clear(&mut self) {
        if self.count > 0 {
            let none = Bucket { count: 0, sums: [0.0; N] };
            self.octaves.iter_mut().flatten().for_each(|octave| octave.fill(none));
        }
        (self.count, self.sums, self.max) = (0, [0; N], 0);
    }

    /// How many octaves there is memory for.
    #[must_use]
    pub fn octaves(&self) -> usize {
        self.octaves.iter().flatten().count()
    }

    /// How many values there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The largest value; 0 without any.
    #[must_use]
    pub const fn max(&self) -> u64 {
        self.max
    }

    /// The mean; `None` without values.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0)
            .then(|| self.sums.iter().map(|&sum| sum as f64).sum::<f64>() / self.count as f64)
    }

    /// The mean of each part; `None` without values.
    #[must_use]
    pub fn mean_parts(&self) -> Option<[f64; N]> {
        (self.count > 0).then(|| self.sums.map(|sum| sum as f64 / self.count as f64))
    }

    /// The value that a share `p` of all values does not exceed (nearest rank); `None` with fewer
    /// than ten values beyond it, where it would be the maximum in disguise.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        self.quantile_among(p, self.count)
    }

    /// As [`Histogram::quantile`], among `total` values of which those not recorded here are
    /// infinitely large: an answer of infinity says that the rank falls among them.
    #[must_use]
    pub fn quantile_among(&self, p: f64, total: u64) -> Option<f64> {
        let rank = rank(p, total)?;
        if rank > self.count {
            return Some(f64::INFINITY);
        }
        let mut seen = 0;
        for bucket in self.buckets() {
            seen += bucket.count;
            if seen >= rank {
                return Some(bucket.sums.iter().sum::<f64>() / bucket.count as f64);
            }
        }
        None
    }

    /// The mean of each part over the slowest `share` of all values, a bucket on the border counted
    /// in proportion; `None` with fewer than ten values in it.
    #[must_use]
    pub fn tail_parts(&self, share: f64) -> Option<[f64; N]> {
        let wanted = self.count as f64 * share;
        if wanted * (1.0 + 1e-9) < 10.0 {
            return None;
        }
        let mut left = wanted;
        let mut sums = [0.0; N];
        for octave in self.octaves.iter().rev().flatten() {
            for bucket in octave.iter().rev().filter(|bucket| bucket.count > 0) {
                let taken = (bucket.count as f64).min(left);
                for (sum, part) in sums.iter_mut().zip(bucket.sums) {
                    *sum += part * (taken / bucket.count as f64);
                }
                left -= taken;
                if left <= 0.0 {
                    return Some(sums.map(|sum| sum / wanted));
                }
            }
        }
        Some(sums.map(|sum| sum / wanted))
    }

    /// `(mean value, count)` of every bucket that holds something, ascending.
    pub fn points(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        self.buckets()
            .map(|bucket| (bucket.sums.iter().sum::<f64>() / bucket.count as f64, bucket.count))
    }

    fn buckets(&self) -> impl Iterator<Item = &Bucket<N>> {
        self.octaves
            .iter()
            .flatten()
            .flat_map(|octave| octave.iter())
            .filter(|bucket| bucket.count > 0)
    }
}

/// An octave's buckets, made where they are met first.
#[inline]
fn octave_of<const N: usize>(octaves: &mut Octaves<N>, octave: usize) -> &mut [Bucket<N>; BUCKETS] {
    if octave >= octaves.len() {
        octaves.resize_with(octave + 1, || None);
    }
    octaves[octave].get_or_insert_with(|| Box::new([Bucket { count: 0, sums: [0.0; N] }; BUCKETS]))
}

/// The nearest float: from a signed number it is one instruction on every machine.
#[inline]
const fn float(value: u64) -> f64 {
    if value <= i64::MAX as u64 { value as i64 as f64 } else { value as f64 }
}

impl<const N: usize> Default for Histogram<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// The quantiles of the [points](Histogram::points) of a histogram at ascending shares, as
/// [`Histogram::quantile`] has them, in one pass.
#[must_use]
pub fn quantiles(points: &[(f64, u64)], shares: impl IntoIterator<Item = f64>) -> Vec<Option<f64>> {
    let total = points.iter().map(|point| point.1).sum();
    let (mut at, mut seen) = (0, 0);
    let of = |share| {
        let rank = rank(share, total)?;
        while seen + points[at].1 < rank {
            seen += points[at].1;
            at += 1;
        }
        Some(points[at].0)
    };
    shares.into_iter().map(of).collect()
}

/// The nearest rank of a share among so many values; `None` with fewer than ten beyond it.
fn rank(p: f64, total: u64) -> Option<u64> {
    let total_f = total as f64;
    // A relative slack of 1e-9 keeps `p = 0.99` of 1000 at 10 beyond and rank 990.
    if total == 0 || total_f * (1.0 - p) * (1.0 + 1e-9) < 10.0 {
        return None;
    }
    Some(((total_f * p * (1.0 - 1e-12)).ceil() as u64).clamp(1, total))
}

/// The octave and the bucket in it of a value: values below 512 have a bucket each.
const fn locate(value: u64) -> (usize, usize) {
    let magnitude = 64 - value.leading_zeros();
    if magnitude <= BITS {
        return (0, value as usize);
    }
    let shift = magnitude - BITS - 1;
    ((shift + 1) as usize, ((value >> shift) as usize) - BUCKETS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Histogram<1> {
        let mut all = Histogram::default();
        values.into_iter().for_each(|value| all.record([value]));
        all
    }

    #[test]
    fn without_values_there_is_no_mean_and_the_largest_is_zero() {
        let mut none = of([]);
        assert_eq!((none.mean(), none.mean_parts(), none.max(), none.count()), (None, None, 0, 0));
        none.record([7]);
        none.record([3]);
        assert_eq!((none.mean(), none.max(), none.count()), (Some(5.0), 7, 2));
        none.clear();
        assert_eq!((none.mean(), none.max(), none.count()), (None, 0, 0));
        none.record([0]);
        assert_eq!((none.mean(), none.count()), (Some(0.0), 1));
    }

    #[test]
    fn a_percentile_is_the_value_of_the_nearest_rank() {
        let all = of(1..=100);
        for (p, value) in [(0.5, 50.0), (0.501, 51.0), (0.9, 90.0), (0.001, 1.0), (0.0, 1.0)] {
            assert_eq!(all.quantile(p), Some(value), "{p}");
        }
        // Ten values beyond it, not nine.
        assert_eq!(all.quantile(0.91), None);
        // Of 200, of which a hundred never came: the 100th is the last that did.
        assert_eq!(all.quantile_among(0.5, 200), Some(100.0));
        assert_eq!(all.quantile_among(0.505, 200), Some(f64::INFINITY));
    }

    #[test]
    fn a_bucket_on_the_border_of_the_tail_counts_in_proportion() {
        // The slowest 15 of 100: ten of 400, and five of the thirty of 300.
        let values = [(60, 100), (30, 300), (10, 400)];
        let all = of(values.into_iter().flat_map(|(count, value)| vec![value; count]));
        let mean = (10.0 * 400.0 + 5.0 * 300.0) / 15.0;
        let [found] = all.tail_parts(0.15).expect("fifteen values");
        assert!((found - mean).abs() < 1e-9, "{found} {mean}");
        assert_eq!(all.tail_parts(0.09), None);
        let [whole] = all.tail_parts(1.0).expect("all values");
        assert!((whole - 190.0).abs() < 1e-9, "{whole}");
    }

    #[test]
    fn every_value_has_a_bucket_no_wider_than_a_512th_of_it_and_buckets_ascend() {
        let mut previous = (0, 0);
        for value in (0..5000).chain((0..50).map(|k| (1u64 << 13) + (k << 20))).chain([u64::MAX]) {
            let here = locate(value);
            assert!(here >= previous, "{value}");
            assert!(here.1 < BUCKETS);
            previous = here;
        }
        // The first value of the next bucket differs by at most 1/512.
        for value in [600u64, 10_000, 1 << 40, (1 << 40) + 12345] {
            let width = value / 512 + 1;
            assert_ne!(locate(value), locate(value + width), "{value}");
        }
    }

    #[test]
    fn equal_values_come_back_to_the_last_digit() {
        let mut histogram = Histogram::<1>::new();
        for _ in 0..10_000 {
            histogram.record([81_000_000]);
        }
        assert_eq!(histogram.quantile(0.99), Some(81e6));
        assert_eq!(histogram.mean(), Some(81e6));
    }

    #[test]
    fn a_percentile_with_fewer_than_ten_values_beyond_it_is_not_given() {
        let mut histogram = Histogram::<1>::new();
        for value in 0..1000 {
            histogram.record([value]);
        }
        assert!(histogram.quantile(0.99).is_some()); // exactly ten beyond
        assert!(histogram.quantile(0.991).is_none());
    }

    #[test]
    fn percentiles_of_a_uniform_spread_are_within_a_bucket_of_the_truth() {
        let mut histogram = Histogram::<1>::new();
        let n = 100_000u64;
        for k in 0..n {
            histogram.record([1_000_000 + k * 100]);
        }
        for p in [0.01, 0.5, 0.9, 0.99, 0.999] {
            let exact = 1e6 + p * 1e7;
            let found = histogram.quantile(p).expect("ten beyond");
            assert!((found / exact - 1.0).abs() < 0.002, "p{p}: {found} against {exact}");
        }
    }

    #[test]
    fn many_percentiles_in_one_pass_are_those_of_one_at_a_time() {
        let mut histogram = Histogram::<1>::new();
        assert_eq!(quantiles(&[], [0.5]), [None]);
        for n in 0..3_000_u64 {
            histogram.record([n * n % 7_919]);
            let points: Vec<_> = histogram.points().collect();
            if n % 500 == 20 {
                let shares = || (1..400).map(|n| f64::from(n) / 400.0);
                let expected: Vec<_> = shares().map(|share| histogram.quantile(share)).collect();
                assert_eq!(quantiles(&points, shares()), expected, "{n}");
            }
        }
    }

    #[test]
    fn values_that_never_came_push_a_percentile_to_infinity() {
        let mut histogram = Histogram::<1>::new();
        for _ in 0..980 {
            histogram.record([5]);
        }
        assert_eq!(histogram.quantile_among(0.95, 1000), Some(5.0));
        assert_eq!(histogram.quantile_among(0.99, 1000), Some(f64::INFINITY));
    }

    #[test]
    fn the_tail_takes_exactly_its_share_and_keeps_the_parts_apart() {
        let mut histogram = Histogram::<2>::new();
        for _ in 0..9_900 {
            histogram.record([10, 0]);
        }
        for _ in 0..100 {
            histogram.record([10, 90]);
        }
        assert_eq!(histogram.tail_parts(0.01), Some([10.0, 90.0]));
        assert_eq!(histogram.tail_parts(0.02), Some([10.0, 45.0]));
        // Ten values are enough, nine and a half are not.
        assert_eq!(histogram.tail_parts(0.001), Some([10.0, 90.0]));
        assert_eq!(histogram.tail_parts(0.00095), None);
        assert_eq!(histogram.mean_parts(), Some([10.0, 0.9]));
    }
}
