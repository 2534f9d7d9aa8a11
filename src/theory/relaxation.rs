//! How long a queue remembers where it began: its relaxation time.
//!
//! What a queue is at time t differs from what it is in the long run by a part that falls as
//! `e^(−t/τ)` or faster. In M/M/1 `τ = S / (1 − √ρ)²` (Cohen, The Single Server Queue, 1982,
//! III.7.3); other service stretches it by `(1 + cv²) / 2`, as the diffusion limit does; queues of
//! c servers relax c times as fast.

/// The relaxation time in seconds of a queue that is `load` busy and could serve `rate_rps`, all its
/// servers together, with services of this squared coefficient of variation. Infinite at a load of 1;
/// beyond it that of a queue which turns away what it has no room for.
///
/// ```
/// // M/M/1 at a quarter of its load, 1 ms each: 1 ms / (1 − 1/2)².
/// let tau_s = iowait::theory::relaxation::time_s(0.25, 1000.0, 1.0);
/// assert!((tau_s - 4e-3).abs() < 1e-15);
/// ```
#[must_use]
pub fn time_s(load: f64, rate_rps: f64, scv: f64) -> f64 {
    let idle = 1.0 - load.max(0.0).sqrt();
    f64::midpoint(1.0, scv.max(1.0)) / (rate_rps * idle * idle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_with_load_and_variance_and_falls_with_servers() {
        // M/M/1 at 90 %, 1 ms: 379.7 ms.
        assert!((time_s(0.9, 1000.0, 1.0) - 0.379_736_7).abs() < 1e-6);
        assert!((time_s(0.9, 4000.0, 1.0) * 4.0 - 0.379_736_7).abs() < 1e-6);
        assert!((time_s(0.9, 1000.0, 3.0) / 2.0 - 0.379_736_7).abs() < 1e-6);
        // Constant service is not taken to relax faster than exponential.
        assert_eq!(time_s(0.9, 1000.0, 0.0), time_s(0.9, 1000.0, 1.0));
        assert_eq!(time_s(1.0, 1000.0, 1.0), f64::INFINITY);
    }
}
