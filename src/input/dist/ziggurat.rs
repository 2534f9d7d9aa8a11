//! Standard exponential and standard normal draws by the ziggurat, the same bits everywhere.
//!
//! Marsaglia and Tsang, "The Ziggurat Method for Generating Random Variables", Journal of
//! Statistical Software 5(8), 2000, with 256 layers. Layer index and position come from disjoint
//! bits of one 64-bit draw (low 8 and high 53), which removes the correlation that Doornik (2005)
//! found in the original. Tables and rare branches use `libm`, never the platform's functions.

use std::sync::LazyLock;

use rand::Rng;

use super::special::upper_normal;

/// Where the tail of the exponential begins (256 layers of equal area).
const EXPONENTIAL_TAIL: f64 = 7.697_117_470_131_05;

/// Where the tails of the normal begin (256 layers of equal area).
const NORMAL_TAIL: f64 = 3.654_152_885_361_009;

const LAYERS: usize = 256;

/// 2^-53: the distance between neighbouring uniform draws.
const ULP: f64 = 1.0 / (1u64 << 53) as f64;

/// The right edges of the layers, from the widest to the top, and the density there.
struct Ziggurat {
    x: [f64; LAYERS + 1],
    density: [f64; LAYERS + 1],
}

static EXPONENTIAL: LazyLock<Ziggurat> = LazyLock::new(|| {
    let area = (EXPONENTIAL_TAIL + 1.0) * libm::exp(-EXPONENTIAL_TAIL);
    Ziggurat::new(EXPONENTIAL_TAIL, area, |x| libm::exp(-x), |y| -libm::log(y))
});

static NORMAL: LazyLock<Ziggurat> = LazyLock::new(|| {
    let tail_area = (2.0 * std::f64::consts::PI).sqrt() * upper_normal(NORMAL_TAIL);
    let area = NORMAL_TAIL * normal_density(NORMAL_TAIL) + tail_area;
    Ziggurat::new(NORMAL_TAIL, area, normal_density, |y| (-2.0 * libm::log(y)).sqrt())
});

/// Without its constant: 1 at 0.
fn normal_density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x)
}

impl Ziggurat {
    /// Layers of equal `area` under `density`, whose inverse is `inverse`; the lowest one includes
    /// the tail and is as wide as if it were a rectangle.
    fn new(
        tail: f64,
        area: f64,
        density: impl Fn(f64) -> f64,
        inverse: impl Fn(f64) -> f64,
    ) -> Self {
        let mut x = [0.0; LAYERS + 1];
        x[0] = area / density(tail);
        x[1] = tail;
        for i in 2..LAYERS {
            x[i] = inverse(area / x[i - 1] + density(x[i - 1]));
        }
        Self { x, density: x.map(density) }
    }

    /// A layer and a point of it, and a number whose sign is a fair coin, all from one raw draw.
    #[inline]
    fn layer<R: Rng + ?Sized>(&self, rng: &mut R) -> (usize, f64, f64) {
        let bits = rng.next_u64();
        let i = (bits & 0xff) as usize;
        // Bit 8 moved to the sign: a branch on a coin would be mispredicted every other time.
        (i, (bits >> 11) as f64 * ULP * self.x[i], f64::from_bits(bits << 55))
    }

    /// Whether the point at `x` in layer `i`, with a height of its own draw, lies under the density.
    fn under<R: Rng + ?Sized>(&self, i: usize, height_at_x: f64, rng: &mut R) -> bool {
        let (low, high) = (self.density[i], self.density[i + 1]);
        low + (high - low) * unit(rng) < height_at_x
    }
}

/// A uniform draw from [0, 1): 53 bits.
#[inline]
pub(super) fn unit<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    (rng.next_u64() >> 11) as f64 * ULP
}

/// An exponential draw with mean 1; at least 0, at most 45.
#[inline]
pub(super) fn exponential<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    let table = &*EXPONENTIAL;
    let (i, x, _) = table.layer(rng);
    // 98.9 % of draws end here.
    if x < table.x[i + 1] { x } else { exponential_on(table, i, x, rng) }
}

/// As [`exponential`] goes on with a point at the edge of its layer.
#[cold]
#[inline(never)]
fn exponential_on<R: Rng + ?Sized>(table: &Ziggurat, i: usize, x: f64, rng: &mut R) -> f64 {
    let (mut i, mut x) = (i, x);
    loop {
        if let Some(x) = exponential_edge(table, i, x, rng) {
            return x;
        }
        (i, x, _) = table.layer(rng);
        if x < table.x[i + 1] {
            return x;
        }
    }
}

/// The tail, or the part of layer `i` that the density crosses.
fn exponential_edge<R: Rng + ?Sized>(
    table: &Ziggurat,
    i: usize,
    x: f64,
    rng: &mut R,
) -> Option<f64> {
    if i == 0 {
        // Memoryless: the tail is the whole again, moved. 1 - unit is never 0.
        return Some(EXPONENTIAL_TAIL - libm::log(1.0 - unit(rng)));
    }
    table.under(i, libm::exp(-x), rng).then_some(x)
}

/// A normal draw with mean 0 and variance 1; at most 14 from 0.
#[inline]
pub(super) fn normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    let table = &*NORMAL;
    loop {
        let (i, x, sign) = table.layer(rng);
        // 98.8 % of draws end here.
        if x < table.x[i + 1] {
            return x.copysign(sign);
        }
        if let Some(x) = normal_edge(table, i, x, rng) {
            return x.copysign(sign);
        }
    }
}

/// The tail, or the part of layer `i` that the density crosses.
#[cold]
fn normal_edge<R: Rng + ?Sized>(table: &Ziggurat, i: usize, x: f64, rng: &mut R) -> Option<f64> {
    if i == 0 {
        return Some(normal_tail(rng));
    }
    table.under(i, normal_density(x), rng).then_some(x)
}

/// A draw beyond [`NORMAL_TAIL`] (Marsaglia, "Generating a Variable from the Tail of the Normal
/// Distribution", Technometrics 6, 1964).
fn normal_tail<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    loop {
        let beyond = exponential(rng) / NORMAL_TAIL;
        if 2.0 * exponential(rng) > beyond * beyond {
            return NORMAL_TAIL + beyond;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::super::testing::{SplitMix64, kolmogorov_smirnov};
    use super::*;
    use crate::input::dist::special::normal_cdf;

    #[test]
    fn all_layers_of_both_tables_have_the_same_area() {
        for (table, tail) in [(&EXPONENTIAL, EXPONENTIAL_TAIL), (&NORMAL, NORMAL_TAIL)] {
            let area = table.x[0] * table.density[1];
            for i in 1..LAYERS {
                let layer = table.x[i] * (table.density[i + 1] - table.density[i]);
                // The top layer closes only if the start of the tail is right to its last digit.
                assert!((layer / area - 1.0).abs() < 1e-9, "layer {i}: {layer} and not {area}");
            }
            assert!((table.x[1], table.x[LAYERS]) == (tail, 0.0));
        }
    }

    /// Pearson's statistic of draws in the intervals between the layers' edges, the tail one of
    /// them: a wrong acceptance at an edge puts too much beyond it.
    fn chi_square(table: &Ziggurat, upper: impl Fn(f64) -> f64, sample: impl Fn() -> f64) -> f64 {
        let n = 2_000_000;
        let mut counts = [0_u32; LAYERS];
        for _ in 0..n {
            let x = sample();
            // The edges descend, from the start of the tail at 1 to 0 at the last.
            counts[table.x[1..].partition_point(|edge| *edge > x)] += 1;
        }
        let beyond = |i: usize| if i == 0 { 0.0 } else { upper(table.x[i]) };
        let term = |(i, count): (usize, &u32)| {
            let expected = f64::from(n) * (beyond(i + 1) - beyond(i));
            (f64::from(*count) - expected).powi(2) / expected
        };
        counts.iter().enumerate().map(term).sum()
    }

    #[test]
    fn every_layer_gets_its_share_of_the_draws() {
        // 255 degrees of freedom: mean 255, standard deviation 22.6; 4 of them above is 345.
        let rng = RefCell::new(SplitMix64(11));
        let chi =
            chi_square(&EXPONENTIAL, |x| libm::exp(-x), || exponential(&mut *rng.borrow_mut()));
        assert!(chi < 345.0, "exponential: {chi}");
        let both = |x| 2.0 * upper_normal(x);
        let chi = chi_square(&NORMAL, both, || normal(&mut *rng.borrow_mut()).abs());
        assert!(chi < 345.0, "normal: {chi}");
    }

    #[test]
    fn signs_are_fair_and_draws_follow_the_closed_forms() {
        let mut rng = SplitMix64(12);
        let sample: Vec<f64> = (0..200_000).map(|_| exponential(&mut rng)).collect();
        let d = kolmogorov_smirnov(sample, |x| if x < 0.0 { 0.0 } else { -libm::expm1(-x) });
        assert!(d < 1.95, "exponential: {d}");
        let sample: Vec<f64> = (0..200_000).map(|_| normal(&mut rng)).collect();
        let d = kolmogorov_smirnov(sample, normal_cdf);
        assert!(d < 1.95, "normal: {d}");
    }

    #[test]
    fn the_tails_have_the_shape_that_they_should() {
        let mut rng = SplitMix64(13);
        let sample: Vec<f64> = (0..200_000).map(|_| normal_tail(&mut rng)).collect();
        let whole = upper_normal(NORMAL_TAIL);
        let d = kolmogorov_smirnov(sample, |x| 1.0 - (upper_normal(x) / whole).min(1.0));
        assert!(d < 1.95, "normal: {d}");
        let tail = |rng: &mut SplitMix64| {
            exponential_edge(&EXPONENTIAL, 0, 0.0, rng).expect("the tail refuses nothing")
        };
        let sample: Vec<f64> = (0..200_000).map(|_| tail(&mut rng)).collect();
        let d = kolmogorov_smirnov(sample, |x| 1.0 - libm::exp(EXPONENTIAL_TAIL - x).min(1.0));
        assert!(d < 1.95, "exponential: {d}");
    }

    #[test]
    fn the_extreme_draws_stay_below_the_declared_largest() {
        assert!(EXPONENTIAL_TAIL - libm::log(ULP) < 45.0);
        assert!(NORMAL_TAIL + (2.0 * 45.0_f64).sqrt() < 14.0);
    }
}
