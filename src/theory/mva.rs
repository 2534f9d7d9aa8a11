//! Exact mean values of a closed network with one class of requests, for every kind of [`Station`].
//!
//! Mean value analysis (Reiser and Lavenberg, Journal of the ACM 27, 1980) for single servers and
//! delays: `R_i(n) = D_i (1 + Q_i(n − 1))`, `X(n) = n / (Z + Σ R_i(n))`, `Q_i(n) = X(n) R_i(n)`,
//! which only adds and multiplies positive numbers and so is stable for any n.
//!
//! Its extension to stations of several servers needs the probability of an empty station as a
//! difference, which goes negative within a few hundred requests (Chandy and Sauer 1980). Here
//! those stations are put together and held against all others as one flow-equivalent server
//! (Chandy, Herzog and Woo, IBM Journal of Research and Development 19, 1975; exact in product
//! form): a birth–death chain with positive weights only. One such station costs O(N) at most. Each
//! further one costs the spread of its queue for every population up to N, so that two of them are
//! practical to some ten thousand requests near saturation, and more away from it.

use super::chain;
use super::error::{self, TheoryError};
use super::station::{self, Station};

/// Elementary steps that an exact answer may take: about a second.
const MOST_STEPS: u64 = 150_000_000;

/// The largest population that is tabulated, where stations of several servers ask for it.
const MOST_TABULATED: u64 = 10_000_000;

/// A closed network, solved.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedSolution {
    /// Requests per second.
    pub throughput_rps: f64,
    /// Mean time of a request at all stations, delays included, think time not, in seconds.
    pub response_mean_s: f64,
    /// One entry a station, in the order given.
    pub stations: Vec<StationUse>,
}

/// One station of a solved network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StationUse {
    /// The mean share of busy servers, from 0 to 1; `None` for a delay.
    pub utilization: Option<f64>,
    /// The mean number of requests there, waiting or served.
    pub number_mean: f64,
    /// Mean time of a request there, over all its visits, in seconds.
    pub residence_mean_s: f64,
}

/// Solves a network of `population` requests that think for `think_s` seconds between two cycles.
///
/// # Errors
/// [`TheoryError::Invalid`] for an empty population, a negative time, no time at all, or a station
/// without servers; [`TheoryError::TooLarge`] where the answer takes more than about a second or a
/// population beyond 10⁷ meets a station of several servers.
///
/// ```
/// use iowait::theory::{Station, mva};
/// // One loop with 1 ms of CPU and 9 ms of I/O for each request: 10 in flight keep it 83.2 % busy.
/// let found = mva::solve(&[Station::queue(0.001), Station::delay(0.009)], 0.0, 10).unwrap();
/// assert!((found.throughput_rps - 832.0).abs() < 1.0);
/// ```
pub fn solve(
    stations: &[Station],
    think_s: f64,
    population: u64,
) -> Result<ClosedSolution, TheoryError> {
    station::check(stations, think_s, population)?;
    let roles: Vec<Role> = stations.iter().map(|station| Role::of(station, population)).collect();
    let away_s = think_s
        + roles.iter().map(|role| if let Role::Delay(s) = role { *s } else { 0.0 }).sum::<f64>();
    let queues: Vec<f64> =
        roles.iter().filter_map(|r| if let Role::Queue(s) = r { Some(*s) } else { None }).collect();
    let pools: Vec<(f64, u64)> = roles
        .iter()
        .filter_map(|r| if let Role::Pool(s, c) = r { Some((*s, *c)) } else { None })
        .collect();
    let means = Means::of(Base::new(queues, away_s), &pools, population)?;

    let throughput_rps = means.throughput_rps;
    let (mut at_queues, mut at_pools) = (means.queues.iter(), means.pools.iter());
    let uses: Vec<StationUse> = stations
        .iter()
        .zip(&roles)
        .map(|(station, role)| {
            let number_mean = match role {
                Role::Unused => 0.0,
                Role::Delay(demand_s) => throughput_rps * demand_s,
                Role::Queue(_) => *at_queues.next().expect("one mean for each queue"),
                Role::Pool(..) => *at_pools.next().expect("one mean for each pool"),
            };
            let busy = throughput_rps * station.demand_s();
            StationUse {
                utilization: station.width().map(|width| busy / width as f64),
                number_mean,
                residence_mean_s: number_mean / throughput_rps,
            }
        })
        .collect();
    let response_mean_s = uses.iter().map(|station| station.residence_mean_s).sum();
    Ok(ClosedSolution { throughput_rps, response_mean_s, stations: uses })
}

/// What a station amounts to at a given population.
enum Role {
    /// Nobody needs it.
    Unused,
    /// Nobody ever waits for it: a delay, or as many servers as requests.
    Delay(f64),
    /// One server.
    Queue(f64),
    /// Several servers, fewer than requests.
    Pool(f64, u64),
}

impl Role {
    fn of(station: &Station, population: u64) -> Self {
        let demand_s = station.demand_s();
        match station.width() {
            _ if demand_s == 0.0 => Self::Unused,
            Some(1) => Self::Queue(demand_s),
            Some(width) if width < population => Self::Pool(demand_s, width),
            _ => Self::Delay(demand_s),
        }
    }
}

/// What the two halves of a network add up to.
struct Means {
    throughput_rps: f64,
    queues: Vec<f64>,
    pools: Vec<f64>,
}

impl Means {
    fn of(mut base: Base, pools: &[(f64, u64)], population: u64) -> Result<Self, TheoryError> {
        error::at_most(
            "mean value analysis",
            population.saturating_mul(base.numbers.len() as u64 + 1),
            MOST_STEPS,
        )?;
        if pools.is_empty() {
            (1..=population).for_each(|n| base.step(n));
            return Ok(Self {
                throughput_rps: base.throughput_rps,
                queues: base.numbers,
                pools: vec![],
            });
        }
        error::at_most(
            "the population of a network of several servers",
            population,
            MOST_TABULATED,
        )?;
        let pool = Pool::of(pools, population)?;
        if base.numbers.is_empty() && base.away_s == 0.0 {
            let last = population as usize;
            let numbers = pool.numbers.iter().map(|number| number[last]).collect();
            return Ok(Self {
                throughput_rps: pool.throughput_rps[last],
                queues: vec![],
                pools: numbers,
            });
        }
        Ok(base.against(&pool, population))
    }
}

/// Single servers and delays, population by population.
#[derive(Clone)]
struct Base {
    demands_s: Vec<f64>,
    away_s: f64,
    /// Mean requests at each queue.
    numbers: Vec<f64>,
    throughput_rps: f64,
}

impl Base {
    fn new(demands_s: Vec<f64>, away_s: f64) -> Self {
        let numbers = vec![0.0; demands_s.len()];
        Self { demands_s, away_s, numbers, throughput_rps: 0.0 }
    }

    /// From n − 1 requests to n.
    fn step(&mut self, n: u64) {
        let mut cycle_s = self.away_s;
        for (number, demand_s) in self.numbers.iter_mut().zip(&self.demands_s) {
            // For the moment the residence time, by the arrival theorem.
            *number = demand_s * (1.0 + *number);
            cycle_s += *number;
        }
        self.throughput_rps = n as f64 / cycle_s;
        self.numbers.iter_mut().for_each(|number| *number *= self.throughput_rps);
    }

    /// The network of this and the stations of several servers together.
    fn against(self, pool: &Pool, population: u64) -> Means {
        let mut here = self.clone();
        let rates: Vec<f64> = std::iter::once(0.0)
            .chain((1..=population).map(|n| {
                here.step(n);
                here.throughput_rps
            }))
            .collect();
        // The chain of k requests here and the rest there.
        let ratio = |k: u64| pool.throughput_rps[(population - k + 1) as usize] / rates[k as usize];
        let mut weights = vec![0.0; population as usize + 1];
        chain::walk(population, chain::FOR_MEANS, ratio, |k, weight| weights[k as usize] = weight);
        let sum: f64 = weights.iter().sum();
        let mean = |values: &mut dyn Iterator<Item = f64>| {
            weights.iter().zip(values).map(|(weight, value)| weight * value).sum::<f64>() / sum
        };
        let pools =
            pool.numbers.iter().map(|number| mean(&mut number.iter().rev().copied())).collect();
        let throughput_rps = mean(&mut rates.iter().copied());
        // Once more, now that it is known how often each population is here.
        let mut here = self;
        let mut queues = vec![0.0; here.numbers.len()];
        for n in 1..=population {
            here.step(n);
            let share = weights[n as usize] / sum;
            queues.iter_mut().zip(&here.numbers).for_each(|(mean, number)| *mean += share * number);
        }
        Means { throughput_rps, queues, pools }
    }
}

/// The stations of several servers by themselves, for every population from 0.
struct Pool {
    throughput_rps: Vec<f64>,
    /// Mean requests at each station, for every population.
    numbers: Vec<Vec<f64>>,
}

impl Pool {
    fn of(stations: &[(f64, u64)], population: u64) -> Result<Self, TheoryError> {
        let (&(demand_s, servers), others) =
            stations.split_first().expect("there is a station of several servers");
        let rate = |n: u64| n.min(servers) as f64 / demand_s;
        let mut pool = Self {
            throughput_rps: (0..=population).map(rate).collect(),
            numbers: vec![(0..=population).map(|n| n as f64).collect()],
        };
        let mut steps = 0;
        for &(demand_s, servers) in others {
            pool.add(demand_s, servers, &mut steps)?;
        }
        Ok(pool)
    }

    /// One station more.
    fn add(&mut self, demand_s: f64, servers: u64, steps: &mut u64) -> Result<(), TheoryError> {
        let length = self.throughput_rps.len();
        let mut throughput_rps = vec![0.0; length];
        let mut numbers = vec![vec![0.0; length]; self.numbers.len() + 1];
        for n in 1..length {
            // The chain of j requests at the new station and the rest at the old ones.
            let ratio =
                |j: u64| self.throughput_rps[n - j as usize + 1] * demand_s / j.min(servers) as f64;
            let (mut sum, mut busy) = (0.0, 0.0);
            chain::walk(n as u64, chain::FOR_MEANS, ratio, |j, weight| {
                *steps += 1;
                sum += weight;
                busy += j.min(servers) as f64 * weight;
                for (place, number) in self.numbers.iter().enumerate() {
                    numbers[place][n] += weight * number[n - j as usize];
                }
                numbers[self.numbers.len()][n] += weight * j as f64;
            });
            numbers.iter_mut().for_each(|number| number[n] /= sum);
            throughput_rps[n] = busy / sum / demand_s;
            error::at_most("several stations of several servers", *steps, MOST_STEPS)?;
        }
        *self = Self { throughput_rps, numbers };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::machine_repair::MachineRepair;
    use crate::theory::mmc::Mmc;
    use crate::theory::prediction::Predict;
    use proptest::prelude::*;

    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0)
    }

    #[test]
    fn a_station_that_nobody_uses_changes_nothing() {
        let (used, unused) = ([Station::queue(2.0), Station::queue(3.0)], Station::queue(0.0));
        let without = solve(&used, 4.0, 5).unwrap();
        let with = solve(&[used[0], unused, used[1]], 4.0, 5).unwrap();
        assert_eq!(with.throughput_rps, without.throughput_rps);
        let means: Vec<f64> = with.stations.iter().map(|of| of.number_mean).collect();
        assert_eq!(means, [without.stations[0].number_mean, 0.0, without.stations[1].number_mean]);
    }

    #[test]
    fn the_textbook_table_comes_out() {
        // Jain, The Art of Computer Systems Performance Analysis (1991), example 34.2 and its
        // table: CPU 16 × 0.125 s, disk A 10 × 0.3 s, disk B 5 × 0.2 s, think time 4 s.
        let stations = [Station::queue(2.0), Station::queue(3.0), Station::queue(1.0)];
        for (n, response_s, throughput_rps) in
            [(1, 6.0, 0.1), (2, 7.4, 0.175), (3, 9.088, 0.229), (20, 56.016, 0.333)]
        {
            let found = solve(&stations, 4.0, n).unwrap();
            assert!((found.response_mean_s - response_s).abs() < 0.000_6, "{n}: {found:?}");
            assert!((found.throughput_rps - throughput_rps).abs() < 0.000_6, "{n}: {found:?}");
        }
    }

    #[test]
    fn think_time_and_a_delay_differ_only_in_the_response() {
        let cpu = Station::queue(0.002);
        let inside = solve(&[cpu, Station::delay(0.01)], 0.0, 7).unwrap();
        let outside = solve(&[cpu], 0.01, 7).unwrap();
        assert!(close(inside.throughput_rps, outside.throughput_rps));
        assert!(close(inside.response_mean_s, outside.response_mean_s + 0.01));
        assert_eq!(inside.stations[1].utilization, None);
    }

    #[test]
    fn two_stations_of_two_servers_agree_with_the_product_form_by_hand() {
        // Demands 2 and 1, two servers each, three requests. Weights of (j, 3 − j): f_1(j) f_2(3 −
        // j) with f(j) = D^j / 1, 1·1, 1·2, 1·2·2: f_1 = 1, 2, 2, 2; f_2 = 1, 1, 1/2, 1/4. j = 0:
        // 1/4, j = 1: 2 · 1/2 = 1, j = 2: 2 · 1 = 2, j = 3: 2; sum 5.25.
        let found = solve(&[Station::servers(2.0, 2), Station::servers(1.0, 2)], 0.0, 3).unwrap();
        let busy = (1.0 + 2.0 * 2.0 + 2.0 * 2.0) / 5.25;
        assert!(close(found.throughput_rps, busy / 2.0));
        assert!(close(found.stations[0].utilization.unwrap(), busy / 2.0));
        assert!(close(found.stations[0].number_mean, (1.0 + 4.0 + 6.0) / 5.25));
        assert!(close(found.stations[1].number_mean, (0.75 + 2.0 + 2.0) / 5.25));
    }

    /// The normalising constant by Buzen's convolution, which is exact while nothing overflows.
    fn by_convolution(stations: &[Station], think_s: f64, n: usize) -> f64 {
        let mut constants = vec![0.0; n + 1];
        constants[0] = 1.0;
        let think = Station::delay(think_s);
        for station in stations.iter().chain([&think]) {
            let width = station.width().unwrap_or(u64::MAX);
            let mut weights = vec![1.0];
            for j in 1..=n as u64 {
                weights.push(weights[j as usize - 1] * station.demand_s() / j.min(width) as f64);
            }
            constants = (0..=n)
                .map(|total| (0..=total).map(|j| weights[j] * constants[total - j]).sum())
                .collect();
        }
        constants[n - 1] / constants[n]
    }

    #[test]
    fn a_million_requests_are_stable_and_obey_the_bounds() {
        let cpu = Station::servers(0.001, 10_000);
        let found =
            solve(&[cpu, Station::delay(0.099), Station::queue(1e-8)], 0.0, 1_000_000).unwrap();
        assert!(found.throughput_rps < 1e7 && found.throughput_rps > 0.99e7, "{found:?}");
        let total: f64 = found.stations.iter().map(|station| station.number_mean).sum();
        assert!((total / 1e6 - 1.0).abs() < 1e-9);
        let pure = solve(&[Station::queue(0.001)], 1.0, 1_000_000).unwrap();
        assert!(close(pure.throughput_rps, 1000.0));
        assert!(close(pure.response_mean_s, 999.0));
    }

    #[test]
    fn many_clients_with_long_think_times_are_a_poisson_load() {
        // 10⁶ clients, think time such that λ = 3 per second: M/M/4 in the limit.
        let think_s = 1e6 / 3.0;
        let found = solve(&[Station::servers(1.0, 4)], think_s, 1_000_000).unwrap();
        let open = Mmc::new(3.0, 1.0, 4).unwrap().prediction();
        assert!((found.response_mean_s / open.response_mean_s - 1.0).abs() < 1e-4);
    }

    #[test]
    fn a_pool_behind_the_cores_is_exact_too() {
        // 64 requests, 4 cores, 20 connections, I/O without a limit: two stations of several
        // servers.
        let stations =
            [Station::servers(0.004, 4), Station::servers(0.16, 20), Station::delay(0.02)];
        let found = solve(&stations, 0.0, 64).unwrap();
        assert!(close(found.throughput_rps, by_convolution(&stations, 0.0, 64)));
        let total: f64 = found.stations.iter().map(|station| station.number_mean).sum();
        assert!(close(total, 64.0));
        // Both nearly saturated; the convolution in 40-digit arithmetic.
        let stations = [Station::servers(0.002, 8), Station::servers(0.005, 20)];
        let found = solve(&stations, 0.02, 300).unwrap().throughput_rps;
        assert!((found / 3_980.152_685_646_48 - 1.0).abs() < 1e-12, "{found}");
    }

    #[test]
    fn impossible_and_too_large_networks_are_refused() {
        assert!(solve(&[Station::queue(1.0)], 0.0, 0).is_err());
        assert!(solve(&[Station::queue(f64::NAN)], 0.0, 1).is_err());
        assert!(solve(&[Station::queue(0.0)], 0.0, 1).is_err());
        assert!(solve(&[Station::servers(1.0, 0)], 0.0, 1).is_err());
        assert!(solve(&[Station::queue(1.0)], -1.0, 1).is_err());
        let huge = solve(&[Station::queue(1.0)], 0.0, u64::MAX);
        assert!(matches!(huge, Err(TheoryError::TooLarge { .. })));
        let huge = solve(&[Station::servers(1.0, 2)], 0.0, 100_000_000);
        assert!(matches!(huge, Err(TheoryError::TooLarge { .. })));
    }

    fn any_station() -> impl Strategy<Value = Station> {
        prop_oneof![
            (0.0_f64..3.0).prop_map(Station::queue),
            (0.0_f64..3.0).prop_map(Station::delay),
            (0.0_f64..3.0, 1_u64..12).prop_map(|(demand, c)| Station::servers(demand, c)),
        ]
    }

    proptest! {
        #[test]
        fn any_network_agrees_with_convolution_and_loses_nobody(
            stations in prop::collection::vec(any_station(), 1..6),
            think_s in 0.01_f64..5.0, n in 1_u64..60,
        ) {
            let found = solve(&stations, think_s, n).unwrap();
            let expected = by_convolution(&stations, think_s, n as usize);
            prop_assert!((found.throughput_rps / expected - 1.0).abs() < 1e-9);
            let inside: f64 = found.stations.iter().map(|station| station.number_mean).sum();
            let total = inside + found.throughput_rps * think_s;
            prop_assert!((total / n as f64 - 1.0).abs() < 1e-9, "{} of {}", total, n);
        }

        #[test]
        fn cores_and_a_delay_are_the_machine_repair_model(
            n in 1_u64..400, c in 1_u64..30, beta in 0.0_f64..100.0,
        ) {
            let found = solve(&[Station::servers(1.0, c), Station::delay(beta)], 0.0, n).unwrap();
            let chain = MachineRepair::new(n, c, beta, 1.0).unwrap();
            prop_assert!((found.throughput_rps / chain.throughput_rps() - 1.0).abs() < 1e-9);
            let (a, b) = (found.stations[0].number_mean, chain.at_servers_mean());
            prop_assert!((a / b - 1.0).abs() < 1e-9);
        }
    }
}
