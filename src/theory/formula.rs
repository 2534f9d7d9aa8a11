//! The blocking coefficient and what people conclude from it.
//!
//! Goetz, Java Concurrency in Practice (2006), section 8.2: threads `N = C · U · (1 + W/C)` from
//! the ratio of wait to service time. Subramaniam, Programming Concurrency on the JVM (2011),
//! chapter 2: the same from the fraction of time that is waiting. `T_cpu` and `T_io` are mean CPU
//! time and I/O wait of a request in seconds, both at least 0.

/// Below this relative distance a number of threads counts as whole: 8 × (1 + 0.08/0.001) is 648
/// threads, not 649 because 0.08 has no exact binary form.
const ROUNDING: f64 = 1e-9;

/// The blocking coefficient `β = T_io / T_cpu`; `None` where T_cpu is 0 or the ratio is not finite.
#[must_use]
pub fn blocking_coefficient(t_cpu_s: f64, t_io_s: f64) -> Option<f64> {
    finite_ratio(t_io_s, t_cpu_s)
}

/// The blocking fraction `T_io / (T_io + T_cpu)`, from 0 to 1; `None` where both are 0.
#[must_use]
pub fn blocking_fraction(t_cpu_s: f64, t_io_s: f64) -> Option<f64> {
    finite_ratio(t_io_s, t_io_s + t_cpu_s)
}

fn finite_ratio(numerator: f64, denominator: f64) -> Option<f64> {
    let valid = numerator >= 0.0 && denominator > 0.0;
    valid.then_some(numerator / denominator).filter(|ratio| ratio.is_finite())
}

/// The share of its time that one blocking worker keeps a core busy: `U = 1 / (1 + β)`.
#[must_use]
pub fn utilization_of_one(beta: f64) -> f64 {
    1.0 / (1.0 + beta)
}

/// What the formula says of `per_core` requests in flight for each core: `U_N = min(1, N · U)`.
///
/// It is reached only when bursts do not vary; [`machine_repair`](super::machine_repair) has the
/// truth.
#[must_use]
pub fn utilization(per_core: f64, beta: f64) -> f64 {
    (per_core * utilization_of_one(beta)).min(1.0)
}

/// The gain that everyone quotes: `1 + β`, over one blocking worker for each core.
#[must_use]
pub fn gain(beta: f64) -> f64 {
    1.0 + beta
}

/// The gain with `per_core` requests in flight for each core: `E(N) = min(N, 1 + β)`.
#[must_use]
pub fn gain_with(per_core: f64, beta: f64) -> f64 {
    per_core.min(gain(beta))
}

/// The best concurrency `N_opt = C · U_target · (1 + β)`, as a number that need not be whole.
#[must_use]
pub fn optimal_concurrency(cores: f64, target_utilization: f64, beta: f64) -> f64 {
    cores * target_utilization * gain(beta)
}

/// Goetz's number of threads: [`optimal_concurrency`] rounded up, at least 1.
#[must_use]
pub fn goetz_threads(cores: f64, target_utilization: f64, beta: f64) -> u64 {
    let exact = optimal_concurrency(cores, target_utilization, beta);
    // `as` maps NaN to 0 and saturates.
    ((exact * (1.0 - ROUNDING)).ceil() as u64).max(1)
}

/// Subramaniam's number of threads, `C / (1 − fraction)`, the same number for a full core; infinite
/// at 1.
#[must_use]
pub fn subramaniam_threads(cores: f64, blocking_fraction: f64) -> f64 {
    cores / (1.0 - blocking_fraction)
}

/// Little's law `L = λ W`: the mean number in a system from its rate and the mean time in it.
#[must_use]
pub fn littles_law(rate_rps: f64, time_mean_s: f64) -> f64 {
    rate_rps * time_mean_s
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_published_examples_come_out() {
        for (source, t_cpu_s, t_io_s, cores, threads) in [
            ("the typical web request: 8 · (1 + 80)", 0.001, 0.08, 8.0, 648),
            (
                "Zalando, How to set an ideal thread pool size, 2019: 2 · (1 + 50/5)",
                0.005,
                0.05,
                2.0,
                22,
            ),
            ("Subramaniam 2011, section 2.1: 2 cores, fraction 0.9", 0.1, 0.9, 2.0, 20),
            ("nothing but CPU", 0.1, 0.0, 4.0, 4),
        ] {
            let beta = blocking_coefficient(t_cpu_s, t_io_s).unwrap();
            assert_eq!(goetz_threads(cores, 1.0, beta), threads, "{source}");
            let fraction = blocking_fraction(t_cpu_s, t_io_s).unwrap();
            let same = subramaniam_threads(cores, fraction);
            assert!((same - threads as f64).abs() < 1e-9, "{source}: {same}");
        }
        // A target of half the cores asks for half the threads, rounded up: 8 · 0.5 · 81 and 0.3 ·
        // 11.
        assert_eq!(goetz_threads(8.0, 0.5, 80.0), 324);
        assert_eq!(goetz_threads(1.0, 0.3, 10.0), 4);
    }

    #[test]
    fn no_cpu_time_has_no_coefficient() {
        assert_eq!(blocking_coefficient(0.0, 0.08), None);
        assert_eq!(blocking_coefficient(f64::NAN, 0.08), None);
        assert_eq!(blocking_fraction(0.0, 0.08), Some(1.0));
        assert_eq!(blocking_fraction(0.0, 0.0), None);
    }

    #[test]
    fn the_gain_is_the_smaller_of_concurrency_and_formula() {
        // Demand 1 ms and 80 ms: one in flight gains nothing, 40 gain 40, more than 81 no more than
        // 81.
        for (per_core, expected) in [(1.0, 1.0), (40.0, 40.0), (81.0, 81.0), (1000.0, 81.0)] {
            assert_eq!(gain_with(per_core, 80.0), expected);
            assert!((utilization(per_core, 80.0) - expected / 81.0).abs() < 1e-15);
        }
        assert_eq!(littles_law(8000.0, 0.081), 648.0);
    }

    proptest! {
        #[test]
        fn the_formula_is_what_its_utilization_says(beta in 0.0_f64..1e6, per_core in 1.0_f64..1e6) {
            // E(N) is U_N over U_1.
            let ratio = utilization(per_core, beta) / utilization_of_one(beta);
            prop_assert!((gain_with(per_core, beta) / ratio - 1.0).abs() < 1e-12);
        }
    }
}
