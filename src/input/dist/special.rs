//! The functions that distribution functions are made of: normal, incomplete gamma, bisection.

/// The standard normal distribution function.
pub(super) fn normal_cdf(z: f64) -> f64 {
    upper_normal(-z)
}

/// The probability that a standard normal draw exceeds `z`, to full relative accuracy.
pub(super) fn upper_normal(z: f64) -> f64 {
    0.5 * libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The standard normal quantile; infinite at 0 and 1.
pub(super) fn normal_quantile(p: f64) -> f64 {
    if p > 0.5 {
        // 1 - p is exact here, and the lower half has the full relative accuracy of erfc.
        return -normal_quantile(1.0 - p);
    }
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    bisect(-40.0, 0.0, |z| normal_cdf(z) < p)
}

/// The regularized lower incomplete gamma function P(a, x) and its complement Q(a, x), each to
/// full relative accuracy where it is the smaller, for a above 0 and x at least 0.
///
/// Series for x < a + 1, Lentz's continued fraction beyond (Press et al., Numerical Recipes,
/// 3rd ed., section 6.2); above a = 1e6 the Wilson-Hilferty cube root, whose error there is below
/// 1e-8, because both expansions need some `sqrt(a)` terms.
pub(super) fn incomplete_gamma(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    if a > 1e6 {
        let z = (libm::cbrt(x / a) - 1.0 + 1.0 / (9.0 * a)) * 3.0 * a.sqrt();
        return (normal_cdf(z), upper_normal(z));
    }
    let front = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 {
        let p = (front * series(a, x)).min(1.0);
        (p, 1.0 - p)
    } else {
        let q = (front * continued_fraction(a, x)).min(1.0);
        (1.0 - q, q)
    }
}

/// Enough for the largest `a`: the number of terms grows as its square root.
const TERMS: u32 = 100_000;

fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    for n in 1..TERMS {
        term *= x / (a + f64::from(n));
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum
}

fn continued_fraction(a: f64, x: f64) -> f64 {
    // Lentz's method divides by partial denominators; a tiny one stands for zero.
    let nonzero = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut b = x + 1.0 - a;
    let mut c = 1e300;
    let mut d = 1.0 / nonzero(b);
    let mut h = d;
    for n in 1..TERMS {
        let n = f64::from(n);
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / nonzero(numerator * d + b);
        c = nonzero(b + numerator / c);
        h *= d * c;
        if (d * c - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    h
}

/// The point between `low` and `high` up to which `below` holds, to the last bit.
pub(super) fn bisect(low: f64, high: f64, below: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (low, high);
    loop {
        let middle = low + 0.5 * (high - low);
        // Neighbours have no middle; NaN would end the search, too.
        if !(low < middle && middle < high) {
            return high;
        }
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The least x of at least 0 with `cdf(x) >= p`, near `scale` in magnitude; infinite where `cdf`
/// never gets there.
pub(super) fn quantile_of(cdf: impl Fn(f64) -> f64, p: f64, scale: f64) -> f64 {
    if cdf(0.0) >= p {
        return 0.0;
    }
    let mut high = scale;
    while cdf(high) < p {
        high *= 2.0;
        if high == f64::INFINITY {
            return high;
        }
    }
    bisect(0.0, high, |x| cdf(x) < p)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(actual: f64, expected: f64, relative: f64) {
        assert!((actual - expected).abs() <= relative * expected.abs(), "{actual} {expected}");
    }

    #[test]
    fn normal_quantiles_are_those_of_the_tables() {
        // Abramowitz and Stegun 1964, table 26.5; the last by mpmath.
        for (p, z) in [
            (0.5, 0.0),
            (0.9, 1.281_551_565_544_600_4),
            (0.95, 1.644_853_626_951_472_2),
            (0.99, 2.326_347_874_040_840_8),
            (0.999, 3.090_232_306_167_813),
            (1e-10, -6.361_340_902_404_056),
        ] {
            assert!((normal_quantile(p) - z).abs() < 1e-14, "{p}: {}", normal_quantile(p));
        }
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
    }

    #[test]
    fn the_incomplete_gamma_has_its_closed_forms() {
        for x in [1e-8, 0.1, 1.0, 1.9, 2.1, 5.0, 50.0] {
            // P(1, x) = 1 - e^-x
            assert_close(incomplete_gamma(1.0, x).0, -libm::expm1(-x), 1e-13);
            // Q(3, x) = e^-x (1 + x + x^2/2), Erlang
            assert_close(
                incomplete_gamma(3.0, x).1,
                libm::exp(-x) * (1.0 + x + x * x / 2.0),
                1e-13,
            );
            // Q(1/2, x) = erfc(sqrt x)
            assert_close(incomplete_gamma(0.5, x).1, libm::erfc(x.sqrt()), 1e-13);
        }
    }

    #[test]
    fn the_incomplete_gamma_is_continuous_where_the_method_changes() {
        for a in [0.3, 7.0, 1234.5] {
            let (below, above) =
                (incomplete_gamma(a, a + 1.0 - 1e-9), incomplete_gamma(a, a + 1.0));
            assert!((below.0 - above.0).abs() < 1e-8, "{a}: {below:?} {above:?}");
        }
        let a = 1e6;
        for z in [-2.0, 0.0, 1.5] {
            let x = a + z * 1e3;
            let (below, above) = (incomplete_gamma(a, x), incomplete_gamma(a * (1.0 + 1e-12), x));
            assert!((below.0 - above.0).abs() < 1e-8, "{z}: {below:?} {above:?}");
        }
    }

    #[test]
    fn bisection_ends_on_the_last_bit() {
        let root = bisect(1.0, 2.0, |x| x * x < 2.0);
        assert!(root * root >= 2.0 && root.next_down() * root.next_down() < 2.0);
        assert_eq!(quantile_of(|x| 0.5 * x / (1.0 + x), 0.9, 1.0), f64::INFINITY);
    }
}
