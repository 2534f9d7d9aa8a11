//! What every family is held to: moments, the closed form, scaling, and a generator to do it with.

use std::convert::Infallible;

use rand::rand_core::TryRng;

use super::Dist;

/// Steele, Lea and Flood 2014: a counter, mixed; the same draws everywhere.
#[derive(Clone)]
pub(crate) struct SplitMix64(pub(crate) u64);

impl TryRng for SplitMix64 {
    type Error = Infallible;

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(z ^ (z >> 31))
    }

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            *byte = self.try_next_u64()? as u8;
        }
        Ok(())
    }
}

const DRAWS: usize = 100_000;

/// Draws of `dist` from the generator with this seed.
pub(crate) fn draws(dist: &Dist, n: usize, seed: u64) -> Vec<f64> {
    let mut rng = SplitMix64(seed);
    (0..n).map(|_| dist.sample(&mut rng)).collect()
}

/// All laws that hold for every family.
pub(crate) fn assert_laws(dist: &Dist) {
    let sample = draws(dist, DRAWS, 1);
    for x in &sample {
        assert!(*x >= 0.0 && x.is_finite(), "{dist:?} drew {x}");
    }
    assert_moments(dist, &sample);
    let d = kolmogorov_smirnov(sample, |x| dist.cdf(x));
    // Probability 0.001 under the null; the generator is fixed, so it holds always or never.
    assert!(d < 1.95, "{dist:?} is off its distribution function: {d}");
    assert_scaling(dist);
    assert_quantiles(dist);
}

/// Mean and variance within 4.5 standard errors of the formulas, the error estimated from the
/// sample; where the fourth moment is infinite call this with a tail light enough.
fn assert_moments(dist: &Dist, sample: &[f64]) {
    let n = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / n;
    let central = |k: i32| sample.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / n;
    let (variance, fourth) = (central(2), central(4));
    let mean_error = 4.5 * (variance / n).sqrt() + 1e-12 * mean;
    assert!((mean - dist.mean()).abs() <= mean_error, "{dist:?}: mean {mean} not {}", dist.mean());
    if dist.variance().is_finite() {
        let error = 4.5 * ((fourth - variance * variance).max(0.0) / n).sqrt() + 1e-12 * variance;
        assert!(
            (variance - dist.variance()).abs() <= error,
            "{dist:?}: variance {variance} not {}",
            dist.variance()
        );
    }
}

/// Scaled draws are proportional on the same generator, and so are the moments.
fn assert_scaling(dist: &Dist) {
    let factor = 0.8;
    let scaled = dist.scale(factor);
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs() || a == b;
    for (x, y) in draws(dist, 2_000, 3).iter().zip(draws(&scaled, 2_000, 3)) {
        assert!(close(y, factor * x), "{dist:?}: {y} is not {factor} times {x}");
    }
    assert!(close(scaled.mean(), factor * dist.mean()), "{dist:?}");
    assert!(close(scaled.variance(), factor * factor * dist.variance()), "{dist:?}");
    let nothing = dist.scale(0.0);
    let consumed = |dist: &Dist| {
        let mut rng = SplitMix64(4);
        (0..100).for_each(|_| assert!(dist.sample(&mut rng) >= 0.0));
        rng.0
    };
    assert_eq!(consumed(&nothing), consumed(dist), "{dist:?}: raw draws depend on the scale");
    assert_eq!(consumed(&scaled), consumed(dist), "{dist:?}: raw draws depend on the scale");
    assert_eq!((nothing.mean(), nothing.scv(), nothing.quantile(0.5)), (0.0, 0.0, 0.0));
    assert!(draws(&nothing, 100, 3).iter().all(|x| *x == 0.0) && nothing.is_constant());
}

/// `quantile` inverts `cdf` wherever it is continuous, and is its least inverse elsewhere.
fn assert_quantiles(dist: &Dist) {
    let mut last = 0.0;
    for p in [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999] {
        let x = dist.quantile(p);
        assert!(x >= last, "{dist:?}: quantiles fall at {p}");
        last = x;
        let slack = 1e-9 * x + 1e-12;
        assert!(dist.cdf(x + slack) >= p - 1e-9, "{dist:?}: cdf({x}) < {p}");
        assert!(x <= slack || dist.cdf(x - slack) <= p + 1e-9, "{dist:?}: cdf below {x} > {p}");
    }
}

/// The first five draws, from the generator with seed 1, to the last bit.
pub(crate) fn assert_pinned(dist: &Dist, expected: [f64; 5]) {
    let actual = draws(dist, 5, 1);
    assert_eq!(actual, expected, "{dist:?} draws other numbers than it did");
}

/// The largest distance between a sample and a distribution function, times `sqrt(n)`; for
/// functions with jumps, too.
pub(crate) fn kolmogorov_smirnov(mut sample: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    sample.sort_by(f64::total_cmp);
    let n = sample.len() as f64;
    let mut largest = 0.0_f64;
    let mut at = 0;
    while at < sample.len() {
        let x = sample[at];
        let next = sample.partition_point(|y| *y <= x);
        largest = largest.max((cdf(x) - next as f64 / n).abs());
        largest = largest.max((cdf(x.next_down()) - at as f64 / n).abs());
        at = next;
    }
    largest * n.sqrt()
}

/// Holds our draws against those of `rand_distr` by the two-sample test of Kolmogorov and Smirnov.
pub(crate) fn assert_like_rand_distr(dist: &Dist, oracle: impl rand_distr::Distribution<f64>) {
    let mut ours = draws(dist, DRAWS, 5);
    let mut rng = SplitMix64(6);
    let mut theirs: Vec<f64> = (0..DRAWS).map(|_| oracle.sample(&mut rng)).collect();
    ours.sort_by(f64::total_cmp);
    theirs.sort_by(f64::total_cmp);
    let n = DRAWS as f64;
    let largest = ours
        .iter()
        .chain(&theirs)
        .map(|x| {
            let rank = |sample: &[f64]| sample.partition_point(|y| y <= x) as f64 / n;
            (rank(&ours) - rank(&theirs)).abs()
        })
        .fold(0.0, f64::max);
    let d = largest * (n / 2.0).sqrt();
    assert!(d < 1.95, "{dist:?} differs from rand_distr: {d}");
}
