//! The machine repair model M/M/C//N: a finite number of customers that think, then want one of C
//! servers.
//!
//! Palm 1947; Kleinrock, Queueing Systems I (1975), 3.8. It is what the blocking coefficient's
//! formula leaves out: N threads that wait (think) for `T_io` and then burst for `T_cpu` on C cores
//! do not fill the cores at `N = C (1 + β)`, since bursts vary. Exact for exponential bursts under
//! FIFO, for bursts of any distribution under processor sharing, and for waits of any distribution.
//!
//! The chain is walked outward from its mode (see the module `chain`), so that a million threads on
//! ten thousand cores take some milliseconds and lose no digits.

use super::chain::{self, Averages};
use super::error::{self, TheoryError};
use super::prediction::{Predict, Prediction};

/// The most customers whose chain is walked; their spread is then a million states.
const MOST_CUSTOMERS: u64 = 1 << 40;

/// The most customers whose probabilities are listed one by one.
const MOST_LISTED: u64 = 10_000_000;

/// The model, solved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MachineRepair {
    customers: u64,
    servers: u64,
    think_s: f64,
    service_s: f64,
    averages: Averages,
}

impl MachineRepair {
    /// `customers` who think for a mean of `think_s` seconds (at least 0) and then need one of
    /// `servers` for a mean of `service_s` seconds.
    ///
    /// # Errors
    /// [`TheoryError::Invalid`] without customers or servers, or with a time out of range;
    /// [`TheoryError::TooLarge`] beyond 2⁴⁰ customers.
    pub fn new(
        customers: u64,
        servers: u64,
        think_s: f64,
        service_s: f64,
    ) -> Result<Self, TheoryError> {
        error::at_least_one("the number of customers", customers)?;
        error::at_most("the chain of the machine repair model", customers, MOST_CUSTOMERS)?;
        error::at_least_one("the number of servers", servers)?;
        error::non_negative("the think time", think_s)?;
        error::positive("the service time", service_s)?;
        error::positive("the ratio of think to service time, plus 1", 1.0 + think_s / service_s)?;
        let model = Self { customers, servers, think_s, service_s, averages: Averages::default() };
        let averages = if think_s > 0.0 {
            chain::averages(customers, servers, chain::FOR_MEANS, |j| model.ratio(j))
        } else {
            // Nobody is ever away.
            let busy = customers.min(servers) as f64;
            Averages { number: customers as f64, busy, empty: 0.0, full: 1.0 }
        };
        Ok(Self { averages, ..model })
    }

    /// How much likelier j customers at the servers are than j − 1.
    fn ratio(&self, j: u64) -> f64 {
        let away = (self.customers - j + 1) as f64;
        away * (self.service_s / self.think_s) / j.min(self.servers) as f64
    }

    /// The mean share of busy servers, from 0 to 1.
    #[must_use]
    pub fn utilization(&self) -> f64 {
        self.averages.busy / self.servers as f64
    }

    /// Cycles per second, of all customers together.
    #[must_use]
    pub fn throughput_rps(&self) -> f64 {
        self.averages.busy / self.service_s
    }

    /// The mean number of customers at the servers, waiting or served.
    #[must_use]
    pub const fn at_servers_mean(&self) -> f64 {
        self.averages.number
    }

    /// Mean time from wanting a server to the end of its service, in seconds.
    #[must_use]
    pub fn residence_mean_s(&self) -> f64 {
        self.averages.number / self.throughput_rps()
    }

    /// The probabilities of 0 to N customers at the servers; those below 1e-20 of the sum are 0.
    ///
    /// # Errors
    /// [`TheoryError::TooLarge`] beyond 10⁷ customers.
    pub fn distribution(&self) -> Result<Vec<f64>, TheoryError> {
        error::at_most("the list of probabilities", self.customers, MOST_LISTED)?;
        let mut weights = vec![0.0; self.customers as usize + 1];
        if self.think_s > 0.0 {
            let keep = |state: u64, weight: f64| weights[state as usize] = weight;
            chain::walk(self.customers, chain::FOR_MEANS, |j| self.ratio(j), keep);
        } else {
            weights[self.customers as usize] = 1.0;
        }
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        Ok(weights)
    }
}

impl Predict for MachineRepair {
    /// The response is the time at the servers; whoever counts the think time as I/O of a request
    /// adds it.
    fn prediction(&self) -> Prediction {
        let response_mean_s = self.residence_mean_s();
        Prediction {
            method: "machine repair (M/M/C//N)",
            throughput_rps: self.throughput_rps(),
            response_mean_s,
            wait_mean_s: (response_mean_s - self.service_s).max(0.0),
            utilization: self.utilization(),
        }
    }
}

/// The fewest threads that keep `cores` busy to `target_utilization` (0 < target < 1) when each
/// request waits `beta` times as long as it computes.
///
/// # Errors
/// [`TheoryError::Invalid`] for inputs out of range, [`TheoryError::TooLarge`] beyond 2⁴⁰ threads.
///
/// ```
/// use iowait::theory::machine_repair::threads_for;
/// // The formula says 10 threads for one core at β = 9; they reach 83.2 %, and 99 % needs 17.
/// assert_eq!(threads_for(1, 9.0, 0.99), Ok(17));
/// ```
pub fn threads_for(cores: u64, beta: f64, target_utilization: f64) -> Result<u64, TheoryError> {
    if !(target_utilization > 0.0 && target_utilization < 1.0) {
        return Err(TheoryError::Invalid {
            what: "the target utilization",
            value: target_utilization,
            expected: "between 0 and 1",
        });
    }
    let enough = |threads: u64| -> Result<bool, TheoryError> {
        Ok(MachineRepair::new(threads, cores, beta, 1.0)?.utilization() >= target_utilization)
    };
    let mut high = 1;
    while !enough(high)? {
        // Ends at the latest with the model's own limit.
        high *= 2;
    }
    let mut low = high / 2;
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if enough(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::erlang;
    use proptest::prelude::*;

    #[test]
    fn the_known_answers_of_the_design_come_out() {
        // One core: 1 − ErlangB(N, β). (cores, β, threads, utilization in %)
        for (cores, beta, threads, percent) in
            [(1, 9.0, 10, 83.2), (4, 9.0, 40, 91.2), (8, 80.0, 648, 97.2)]
        {
            let found =
                MachineRepair::new(threads, cores, beta, 1.0).unwrap().utilization() * 100.0;
            assert!((found - percent).abs() < 0.05, "{cores} {threads}: {found}");
        }
        for (cores, beta, target, threads) in [
            (1, 9.0, 0.95, 14),
            (1, 9.0, 0.99, 17),
            (4, 9.0, 0.95, 44),
            (4, 9.0, 0.99, 50),
            (4, 0.0, 0.9, 4),
            // Three of four cores are exactly the target: enough.
            (4, 0.0, 0.75, 3),
        ] {
            assert_eq!(threads_for(cores, beta, target), Ok(threads), "{cores} {target}");
        }
    }

    #[test]
    fn the_default_model_gains_what_the_design_says() {
        // 1 ms of CPU and 80 ms of I/O on 8 cores, 648 clients. Sync: 8 workers, none ever waits
        // for a core. Threads: 648 on 8 cores. Loops: 8 times one core with its own 81 tasks.
        let rate = |customers, cores| {
            MachineRepair::new(customers, cores, 0.080, 0.001).unwrap().throughput_rps()
        };
        let (sync, threads, loops) = (rate(8, 8), rate(648, 8), 8.0 * rate(81, 1));
        assert!((sync - 8.0 / 0.081).abs() < 1e-10, "{sync}");
        for (found, gain) in [(threads, 78.75), (loops, 74.79)] {
            assert!((found / sync - gain).abs() < 0.005, "{}", found / sync);
        }
    }

    #[test]
    fn small_cases_agree_with_the_balance_equations_by_hand() {
        // Two machines, one repairman, r = service/think = 1/2: weights 1, 2r = 1, 2r² = 1/2.
        // p = 0.4, 0.4, 0.2: U = 0.6, L = 0.8, X = 0.6 / service.
        let model = MachineRepair::new(2, 1, 2.0, 1.0).unwrap();
        assert!((model.utilization() - 0.6).abs() < 1e-15);
        assert!((model.at_servers_mean() - 0.8).abs() < 1e-15);
        assert!((model.residence_mean_s() - 4.0 / 3.0).abs() < 1e-15);
        for (found, expected) in model.distribution().unwrap().iter().zip([0.4, 0.4, 0.2]) {
            assert!((found - expected).abs() < 1e-15);
        }
        // Two repairmen: nobody ever waits, weights binomial 4 : 4 : 1.
        let model = MachineRepair::new(2, 2, 2.0, 1.0).unwrap();
        assert!((model.utilization() - (4.0 + 2.0) / 9.0 / 2.0).abs() < 1e-15);
        assert!((model.prediction().wait_mean_s).abs() < 1e-15);
    }

    #[test]
    fn without_think_time_all_are_always_there() {
        let model = MachineRepair::new(7, 4, 0.0, 0.5).unwrap();
        assert_eq!((model.utilization(), model.throughput_rps()), (1.0, 8.0));
        assert_eq!(model.residence_mean_s(), 7.0 / 8.0);
        assert_eq!(model.distribution().unwrap()[7], 1.0);
    }

    #[test]
    fn a_million_threads_on_ten_thousand_cores_are_stable() {
        // At N = C (1 + β) the chain is critical. The forward recursion in 40-digit arithmetic says:
        let model = MachineRepair::new(1_000_000, 10_000, 99.0, 1.0).unwrap();
        assert!((model.utilization() / 0.999_278_460_441_761_7 - 1.0).abs() < 1e-11);
        assert!((model.at_servers_mean() / 10_714.324_162_655_93 - 1.0).abs() < 1e-11);
        // Far below saturation nobody waits: X = N / (Z + S).
        let idle = MachineRepair::new(1_000_000, 10_000, 999.0, 1.0).unwrap();
        assert!((idle.throughput_rps() / 1000.0 - 1.0).abs() < 1e-12);
        // Far above, the cores are full: X = C / S, and Little gives the residence N/X − Z.
        let full = MachineRepair::new(1_000_000, 10_000, 9.0, 1.0).unwrap();
        assert!((full.throughput_rps() / 1e4 - 1.0).abs() < 1e-12);
        assert!((full.residence_mean_s() / 91.0 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn impossible_input_is_refused() {
        assert!(MachineRepair::new(0, 1, 1.0, 1.0).is_err());
        assert!(MachineRepair::new(1, 0, 1.0, 1.0).is_err());
        assert!(MachineRepair::new(1, 1, f64::NAN, 1.0).is_err());
        assert!(MachineRepair::new(1, 1, 1.0, 0.0).is_err());
        assert!(MachineRepair::new(1, 1, 1e300, 1e-300).is_err());
        let huge = MachineRepair::new(u64::MAX, 1, 1.0, 1.0);
        assert!(matches!(huge, Err(TheoryError::TooLarge { .. })));
        assert!(MachineRepair::new(1 << 30, 1, 1.0, 1.0).unwrap().distribution().is_err());
        assert!(matches!(threads_for(1, 1e15, 0.9), Err(TheoryError::TooLarge { .. })));
        assert!(threads_for(1, 9.0, 1.0).is_err());
        assert!(threads_for(1, 9.0, 0.0).is_err());
        assert!(threads_for(1, 9.0, f64::NAN).is_err());
    }

    proptest! {
        #[test]
        fn one_server_is_busy_with_one_minus_erlang_b(n in 1_u64..3000, beta in 0.01_f64..1e4) {
            let model = MachineRepair::new(n, 1, beta, 1.0).unwrap();
            let expected = 1.0 - erlang::erlang_b(n, beta).unwrap();
            prop_assert!((model.utilization() / expected - 1.0).abs() < 1e-9);
        }

        #[test]
        fn more_customers_never_do_less_and_never_more_than_the_bounds(
            n in 1_u64..500, c in 1_u64..40, beta in 0.0_f64..1e3,
        ) {
            let at = |n| MachineRepair::new(n, c, beta, 1.0).unwrap();
            let (x, more) = (at(n).throughput_rps(), at(n + 1).throughput_rps());
            prop_assert!(more >= x * (1.0 - 1e-12));
            prop_assert!(x <= (n as f64 / (1.0 + beta)).min(c as f64) * (1.0 + 1e-12));
        }

        #[test]
        fn littles_law_closes_the_cycle(n in 1_u64..500, c in 1_u64..40, think in 0.0_f64..1e3) {
            let model = MachineRepair::new(n, c, think, 0.5).unwrap();
            let inside = model.throughput_rps() * (think + model.residence_mean_s());
            prop_assert!((inside / n as f64 - 1.0).abs() < 1e-9);
        }
    }
}
