//! What the formula does not say: at `N_opt` threads the cores are not full when bursts vary.
//!
//! `N_opt = C (1 + β)` (Goetz 2006) keeps C cores busy only where nothing varies. With exponential
//! bursts, or any under processor sharing, N threads that wait `β` times as long as they burst keep
//! them as busy as the machine repair model says (Palm 1947), on one core `1 − ErlangB(N, β)`.

use crate::model::Model;
use crate::theory::TheoryError;
use crate::theory::formula::goetz_threads;
use crate::theory::machine_repair::{MachineRepair, threads_for};

use super::workload;

/// The use of the cores that a table of widths has rows for beside the formula's own width.
pub const TARGETS: [f64; 2] = [0.95, 0.99];

/// How many threads keep the host's cores how busy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Widths {
    /// Cores of one instance.
    pub cores: u64,
    /// `T_io / T_cpu` of the baseline's requests.
    pub beta: f64,
    /// The formula's best number of threads, `C (1 + β)` rounded up.
    pub optimal: u64,
    /// The share of the cores that so many threads really use, from 0 to 1.
    pub cpu_at_optimal: f64,
    /// The fewest threads that use at least each of [`TARGETS`].
    pub enough: [u64; TARGETS.len()],
}

impl Widths {
    /// The widths for `cores` cores and requests that wait `beta` times as long as they burst.
    ///
    /// # Errors
    /// [`TheoryError`] without cores, for a `beta` below 0, or for more threads than can be
    /// reckoned with.
    ///
    /// ```
    /// // One core, 9 ms of waiting for each ms of CPU: ten threads, says the formula.
    /// let widths = iowait::study::widths::Widths::of(1, 9.0).unwrap();
    /// assert_eq!((widths.optimal, widths.enough), (10, [14, 17]));
    /// ```
    pub fn of(cores: u64, beta: f64) -> Result<Self, TheoryError> {
        let optimal = goetz_threads(cores as f64, 1.0, beta);
        let cpu_at_optimal = MachineRepair::new(optimal, cores, beta, 1.0)?.utilization();
        let mut enough = [0; TARGETS.len()];
        for (threads, target) in enough.iter_mut().zip(TARGETS) {
            *threads = threads_for(cores, beta, target)?;
        }
        Ok(Self { cores, beta, optimal, cpu_at_optimal, enough })
    }
}

/// The widths for a model's host and its baseline's requests; `None` where they use no CPU or wait
/// for nothing.
#[must_use]
pub fn table(model: &Model) -> Option<Widths> {
    let beta = workload::workload(model).blocking_coefficient?;
    // Without a wait a thread for each core is enough, and no formula is needed.
    if beta <= 0.0 {
        return None;
    }
    Widths::of(u64::from(model.host.cores), beta).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::erlang::erlang_b;

    #[test]
    fn the_widths_are_those_of_the_published_examples() {
        // On one core 1 − B(10, 9) = 83.2 %; on four N_opt = 40 gives 91.2 %, 44 and 50 are enough.
        for (cores, beta, optimal, used, enough) in
            [(1, 9.0, 10, 0.832, [14, 17]), (4, 9.0, 40, 0.912, [44, 50])]
        {
            let found = Widths::of(cores, beta).unwrap();
            assert_eq!((found.optimal, found.enough), (optimal, enough), "{cores} cores");
            assert!((found.cpu_at_optimal - used).abs() < 5e-4, "{found:?}");
        }
        let one = Widths::of(1, 9.0).unwrap().cpu_at_optimal;
        assert!((one - (1.0 - erlang_b(10, 9.0).unwrap())).abs() < 1e-14);
    }

    #[test]
    fn the_numbers_of_threads_are_the_fewest() {
        let used = |n| MachineRepair::new(n, 8, 80.0, 1.0).unwrap().utilization();
        for (threads, target) in Widths::of(8, 80.0).unwrap().enough.into_iter().zip(TARGETS) {
            assert!(used(threads) >= target && used(threads - 1) < target, "{threads}");
        }
    }

    #[test]
    fn impossible_hosts_are_refused() {
        assert!(Widths::of(0, 9.0).is_err());
        assert!(Widths::of(1, f64::NAN).is_err());
        assert!(Widths::of(1, -1.0).is_err());
    }
}
