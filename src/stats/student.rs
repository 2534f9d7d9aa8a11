//! Student's t distribution for any degrees of freedom: what makes intervals over few replications.
//!
//! The tail probability is half a regularised incomplete beta function, evaluated by its continued
//! fraction (Press et al., Numerical Recipes, 6.4); the quantile is its root. Above ten thousand
//! degrees the continued fraction grows long, and the Cornish–Fisher expansion around the normal
//! quantile (Abramowitz and Stegun 26.7.5) is exact to the last digits. All of it uses `libm`
//! alone, so that the bits are the same on every platform.

use std::sync::OnceLock;

use super::root;

/// From here on the expansion around the normal quantile is used; its error is of the order of
/// `z⁹ / (1000 df⁴)`.
const LARGE_DF: f64 = 10_000.0;

/// The value that Student's t with `df` degrees of freedom stays below with probability `p`.
///
/// `p` lies strictly between 0 and 1; `df` is positive and need not be whole. NaN for anything
/// else.
#[must_use]
pub fn quantile(p: f64, df: f64) -> f64 {
    if !(p > 0.0 && p < 1.0 && df > 0.0) {
        return f64::NAN;
    }
    // Both tails are solved as an upper tail: 1 − p has no digits left where p is tiny.
    if p < 0.5 {
        return -upper_quantile(p, df);
    }
    upper_quantile(1.0 - p, df)
}

/// Whole degrees of freedom up to this many are solved once; replications are seldom more.
const TABLE: usize = 256;

/// The half-width of a two-sided 95 % interval in standard errors: the 0.975 quantile.
#[must_use]
pub fn t95(df: f64) -> f64 {
    // A sweep asks for the same few thousands of times a point.
    static SOLVED: [OnceLock<f64>; TABLE] = [const { OnceLock::new() }; TABLE];
    let place = df as usize;
    if place as f64 == df && place < TABLE {
        return *SOLVED[place].get_or_init(|| quantile(0.975, df));
    }
    quantile(0.975, df)
}

/// The t at or above 0 that is exceeded with probability `tail`, at most 1/2.
fn upper_quantile(tail: f64, df: f64) -> f64 {
    if tail >= 0.5 {
        return 0.0;
    }
    if df >= LARGE_DF {
        let z = root::of_decreasing(tail, |t| 0.5 * libm::erfc(t / std::f64::consts::SQRT_2));
        return cornish_fisher(z, df);
    }
    root::of_decreasing(tail, |t| upper_tail(t, df))
}

/// P(T > t) for t ≥ 0: `I_x(df/2, 1/2) / 2` with `x = df / (df + t²)`.
fn upper_tail(t: f64, df: f64) -> f64 {
    let (a, b) = (df / 2.0, 0.5);
    // Both x and 1 − x, since either may be too small to be had from the other.
    let (x, y) = (1.0 / (1.0 + t / df * t), 1.0 / (1.0 + df / t / t));
    // x^a · y^b / B(a, b); log1p because x is near 1 for large df.
    let front = libm::exp(-a * libm::log1p(t / df * t) + log_gamma_step(a)) * y.sqrt()
        / std::f64::consts::PI.sqrt();
    if x < (a + 1.0) / (a + b + 2.0) {
        0.5 * front * beta_fraction(a, b, x) / a
    } else {
        0.5 - 0.5 * front * beta_fraction(b, a, y) / b
    }
}

/// `ln Γ(a + 1/2) − ln Γ(a)`; as a difference of two logarithms it would lose digits for large `a`.
fn log_gamma_step(a: f64) -> f64 {
    if a < 30.0 {
        return libm::lgamma(a + 0.5) - libm::lgamma(a);
    }
    // From Stirling's series; the next term is 17 / (14336 a⁷), below 1e-13 of the sum.
    let inverse_square = 1.0 / (a * a);
    0.5 * libm::log(a) - (1.0 / 8.0 - inverse_square * (1.0 / 192.0 - inverse_square / 640.0)) / a
}

/// The continued fraction of the incomplete beta function by Lentz's method.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let nonzero = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    // It converges in about sqrt(max(a, b)) rounds: 100 at LARGE_DF.
    for round in 1..1000 {
        let m = f64::from(round);
        let even = m * (b - m) * x / ((a - 1.0 + 2.0 * m) * (a + 2.0 * m));
        d = 1.0 / nonzero(1.0 + even * d);
        c = nonzero(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 1.0 + 2.0 * m));
        d = 1.0 / nonzero(1.0 + odd * d);
        c = nonzero(1.0 + odd / c);
        value *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// The t quantile from the normal quantile `z` at the same probability.
fn cornish_fisher(z: f64, df: f64) -> f64 {
    let q = z * z;
    let g1 = (q + 1.0) / 4.0;
    let g2 = ((5.0 * q + 16.0) * q + 3.0) / 96.0;
    let g3 = (((3.0 * q + 19.0) * q + 17.0) * q - 15.0) / 384.0;
    z * (1.0 + (g1 + (g2 + g3 / df) / df) / df)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_where_on_the_expansion_counts_it_has_the_digits_of_the_integral() {
        for tail in [0.25, 0.025, 0.001, 1e-6] {
            let z = root::of_decreasing(tail, |t| 0.5 * libm::erfc(t / std::f64::consts::SQRT_2));
            let (expanded, solved) = (
                cornish_fisher(z, LARGE_DF),
                root::of_decreasing(tail, |t| upper_tail(t, LARGE_DF)),
            );
            assert!((expanded / solved - 1.0).abs() < 1e-12, "{tail}: {expanded} {solved}");
        }
    }

    #[test]
    fn quantiles_agree_with_the_published_table() {
        // Fisher and Yates, Statistical Tables; NIST/SEMATECH e-Handbook 1.3.6.7.2, three decimals.
        for (df, p90, p95, p975, p99, p999) in [
            (1.0, 3.078, 6.314, 12.706, 31.821, 318.309),
            (2.0, 1.886, 2.920, 4.303, 6.965, 22.327),
            (3.0, 1.638, 2.353, 3.182, 4.541, 10.215),
            (5.0, 1.476, 2.015, 2.571, 3.365, 5.893),
            (9.0, 1.383, 1.833, 2.262, 2.821, 4.297),
            (10.0, 1.372, 1.812, 2.228, 2.764, 4.144),
            (19.0, 1.328, 1.729, 2.093, 2.539, 3.579),
            (30.0, 1.310, 1.697, 2.042, 2.457, 3.385),
            (60.0, 1.296, 1.671, 2.000, 2.390, 3.232),
            (100.0, 1.290, 1.660, 1.984, 2.364, 3.174),
            (f64::INFINITY, 1.282, 1.645, 1.960, 2.326, 3.090),
        ] {
            for (p, expected) in
                [(0.9, p90), (0.95, p95), (0.975, p975), (0.99, p99), (0.999, p999)]
            {
                let found = quantile(p, df);
                assert!((found - expected).abs() <= 0.000_501, "t({p}, {df}) = {found}");
            }
        }
    }

    #[test]
    fn one_two_and_four_degrees_agree_with_the_closed_forms() {
        for p in [1e-9_f64, 0.001, 0.2, 0.5, 0.6, 0.975, 0.999, 1.0 - 1e-9] {
            let sign = if p < 0.5 { -1.0 } else { 1.0 };
            // Cauchy: 1 / tan(π tail), the smaller tail because tan near π has no digits.
            let one = sign / libm::tan(std::f64::consts::PI * p.min(1.0 - p));
            // df 2: (2p − 1) / sqrt(2 p (1 − p)).
            let two = (2.0 * p - 1.0) / (2.0 * p * (1.0 - p)).sqrt();
            // df 4: α = 4p(1 − p), q = cos(acos(√α) / 3) / √α, t = ± 2 √(q − 1).
            let alpha = (4.0 * p * (1.0 - p)).sqrt();
            let q = libm::cos(libm::acos(alpha) / 3.0) / alpha;
            let four = 2.0 * sign * (q - 1.0).max(0.0).sqrt();
            for (df, expected) in [(1.0, one), (2.0, two), (4.0, four)] {
                let found = quantile(p, df);
                let tolerance = 1e-7 * expected.abs().max(1e-3);
                assert!((found - expected).abs() <= tolerance, "t({p}, {df}): {found} {expected}");
            }
        }
    }

    /// P(|T| ≤ t) for whole degrees: the finite sums of Abramowitz and Stegun 26.7.3 and 26.7.4.
    fn within(t: f64, df: u32) -> f64 {
        let angle = libm::atan(t / f64::from(df).sqrt());
        let (sin, cos) = libm::sincos(angle);
        let odd = df % 2 == 1;
        let mut term = if odd { cos } else { 1.0 };
        let mut sum = 0.0;
        for k in (if odd { 1 } else { 0 }..df - 1).step_by(2) {
            sum += term;
            term *= cos * cos * f64::from(k + 1) / f64::from(k + 2);
        }
        if odd { (angle + sin * sum) * std::f64::consts::FRAC_2_PI } else { sin * sum }
    }

    #[test]
    fn whole_degrees_invert_the_finite_sums_to_the_last_digits() {
        for df in 2..400 {
            for p in [0.51, 0.6, 0.75, 0.9, 0.975, 0.9995] {
                let found = within(quantile(p, f64::from(df)), df);
                assert!((found - (2.0 * p - 1.0)).abs() < 1e-13, "t({p}, {df}): {found}");
            }
        }
    }

    #[test]
    fn the_two_methods_meet_where_one_hands_over_to_the_other() {
        for p in [0.6, 0.975, 0.9999] {
            let (below, above) = (quantile(p, LARGE_DF - 1e-6), quantile(p, LARGE_DF));
            assert!((below / above - 1.0).abs() < 1e-11, "{p}: {below} {above}");
        }
    }

    #[test]
    fn quantiles_are_symmetric_and_grow_with_the_probability() {
        for df in [0.7, 1.0, 3.5, 9.0, 250.0, 1e6] {
            assert_eq!(quantile(0.5, df), 0.0);
            let mut last = f64::NEG_INFINITY;
            for step in 1..100 {
                let p = f64::from(step) / 100.0;
                let value = quantile(p, df);
                assert!(value > last, "t({p}, {df})");
                assert!((value + quantile(1.0 - p, df)).abs() < 1e-12 * (1.0 + value.abs()));
                last = value;
            }
        }
    }

    #[test]
    fn nonsense_is_answered_with_nan_not_with_a_number() {
        for (p, df) in [(0.0, 5.0), (1.0, 5.0), (f64::NAN, 5.0), (0.9, 0.0), (0.9, -1.0)] {
            assert!(quantile(p, df).is_nan(), "{p} {df}");
        }
        assert!(quantile(0.9, f64::NAN).is_nan());
    }
}
