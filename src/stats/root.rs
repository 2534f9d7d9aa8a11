//! Where a decreasing function of a non-negative number takes a given value.
//!
//! Percentiles are roots of tail probabilities. Bisection to the last bit needs no derivative,
//! cannot diverge, and gives the same bits wherever the function does.

/// The `t ≥ 0` at which the decreasing `function` falls to `target`, to the last bit.
///
/// 0 where the function starts at or below the target; infinite where it never gets there.
#[must_use]
pub fn of_decreasing(target: f64, function: impl Fn(f64) -> f64) -> f64 {
    if function(0.0) <= target {
        return 0.0;
    }
    let mut high = 1.0;
    while function(high) > target {
        if high > f64::MAX / 2.0 {
            return f64::INFINITY;
        }
        high *= 2.0;
    }
    let mut low = if high > 1.0 { high / 2.0 } else { 0.0 };
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return high;
        }
        if function(middle) > target {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_found_to_the_last_bit_over_the_whole_range() {
        for root in [1e-12, 0.3, 1.0, 2.0, 7.5, 1e9, 1e200] {
            let found = of_decreasing(1.0, |t| root / t);
            assert!((found / root - 1.0).abs() < 1e-15, "{found} {root}");
        }
    }

    #[test]
    fn what_starts_below_is_zero_and_what_never_falls_is_infinite() {
        assert_eq!(of_decreasing(0.5, |_| 0.5), 0.0);
        assert_eq!(of_decreasing(0.5, |_| 0.6), f64::INFINITY);
        assert_eq!(of_decreasing(0.5, |t| if t < 3.0 { 1.0 } else { 0.0 }), 3.0);
    }
}
