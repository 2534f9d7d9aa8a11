//! The discrete Fourier transform, for reading a distribution off its generating function.
//!
//! Radix 2 (Cooley and Tukey 1965), with twiddle factors from `libm` for the same bits everywhere.

/// A complex number: real and imaginary part.
pub(super) type Complex = (f64, f64);

/// Replaces `values` by `Σ_m values[m] e^{−2πi j m / M}`; their number M must be a power of two.
pub(super) fn transform(values: &mut [Complex]) {
    let count = values.len();
    debug_assert!(count.is_power_of_two(), "radix 2");
    let bits = count.trailing_zeros();
    if bits == 0 {
        return;
    }
    for index in 0..count {
        let mirrored = index.reverse_bits() >> (usize::BITS - bits);
        if index < mirrored {
            values.swap(index, mirrored);
        }
    }
    let twiddles: Vec<Complex> = (0..count / 2)
        .map(|k| {
            let (sin, cos) = libm::sincos(-2.0 * std::f64::consts::PI * k as f64 / count as f64);
            (cos, sin)
        })
        .collect();
    let mut half = 1;
    while half < count {
        let stride = count / (2 * half);
        for block in values.chunks_exact_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            for (k, (a, b)) in low.iter_mut().zip(high).enumerate() {
                let (re, im) = twiddles[k * stride];
                let turned = (b.0 * re - b.1 * im, b.0 * im + b.1 * re);
                *b = (a.0 - turned.0, a.1 - turned.1);
                *a = (a.0 + turned.0, a.1 + turned.1);
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_transform_is_the_sum_that_defines_it() {
        for bits in 0..7 {
            let count = 1_usize << bits;
            let values: Vec<Complex> =
                (0..count).map(|k| ((k * k % 7) as f64 - 2.0, (k * 3 % 5) as f64)).collect();
            let mut fast = values.clone();
            transform(&mut fast);
            for (j, found) in fast.iter().enumerate() {
                let expected = values.iter().enumerate().fold((0.0, 0.0), |sum, (m, v)| {
                    let angle = -2.0 * std::f64::consts::PI * (j * m % count) as f64 / count as f64;
                    let (sin, cos) = libm::sincos(angle);
                    (sum.0 + v.0 * cos - v.1 * sin, sum.1 + v.0 * sin + v.1 * cos)
                });
                assert!((found.0 - expected.0).abs() < 1e-10, "{count} {j}");
                assert!((found.1 - expected.1).abs() < 1e-10, "{count} {j}");
            }
        }
    }
}
