//! What a closed load can't exceed, and what it reaches at least: operational bounds.
//!
//! Asymptotic bounds (Muntz and Wong 1974) hold for any network. Balanced job bounds (Zahorjan,
//! Sevcik, Eager and Galler, Communications of the ACM 25, 1982) hold where the network has product
//! form and each station one server, and are tighter on both sides; as tabulated in Lazowska et
//! al., Quantitative System Performance (1984), chapter 5.

use super::error::{self, TheoryError};
use super::station::{self, Station};

/// Bounds of a closed network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClosedBounds {
    /// Least and greatest throughput, in requests per second.
    pub throughput_rps: [f64; 2],
    /// Least and greatest mean response time (without the think time), in seconds.
    pub response_mean_s: [f64; 2],
}

/// `N / (N D + Z + V) ≤ X ≤ min(N / (D + V + Z), capacities)`: D demands at stations with servers,
/// V demands at delays, Z think time, N requests.
///
/// # Errors
/// [`TheoryError::Invalid`] for an empty population, a negative time, or no time at all.
pub fn asymptotic(
    stations: &[Station],
    think_s: f64,
    population: u64,
) -> Result<ClosedBounds, TheoryError> {
    station::check(stations, think_s, population)?;
    let total = Demands::of(stations);
    let n = population as f64;
    let away_s = total.delay_s + think_s;
    let lower = n / (n * total.queue_s + away_s);
    let upper = (n / (total.queue_s + away_s)).min(total.capacity_rps);
    Ok(from_throughput([lower, upper], n, think_s))
}

/// Balanced job bounds: the network lies between one whose stations are all as busy as the mean and
/// one with as few stations, all as busy as the bottleneck, as its demand allows.
///
/// `N / (D + V + (N − 1) D_max / (1 + V/(N D))) ≤ X ≤ min(1/D_max, N / (D + V + (N − 1) D_avg / (1
/// + V/D)))`, V with the think time in it.
///
/// # Errors
/// As [`asymptotic`], and [`TheoryError::Invalid`] for a station of several servers.
pub fn balanced_job(
    stations: &[Station],
    think_s: f64,
    population: u64,
) -> Result<ClosedBounds, TheoryError> {
    station::check(stations, think_s, population)?;
    if let Some(servers) = stations.iter().filter_map(Station::width).find(|&width| width > 1) {
        let (what, value) = ("the number of servers for balanced job bounds", servers as f64);
        return Err(TheoryError::Invalid { what, value, expected: "1" });
    }
    let total = Demands::of(stations);
    if total.queue_s == 0.0 {
        return asymptotic(stations, think_s, population);
    }
    let n = population as f64;
    let away_s = total.delay_s + think_s;
    let cycle_s = total.queue_s + away_s;
    let mean_s = total.queue_s / total.queues as f64;
    let most_wait_s = (n - 1.0) * total.most_s / (1.0 + away_s / (n * total.queue_s));
    let least_wait_s = (n - 1.0) * mean_s / (1.0 + away_s / total.queue_s);
    let lower = n / (cycle_s + most_wait_s);
    let upper = (n / (cycle_s + least_wait_s)).min(total.capacity_rps);
    Ok(from_throughput([lower, upper], n, think_s))
}

/// By Little's law on the whole cycle.
fn from_throughput([lower, upper]: [f64; 2], n: f64, think_s: f64) -> ClosedBounds {
    let response = |throughput: f64| (n / throughput - think_s).max(0.0);
    ClosedBounds {
        throughput_rps: [lower, upper],
        response_mean_s: [response(upper), response(lower)],
    }
}

struct Demands {
    queue_s: f64,
    delay_s: f64,
    /// The largest at a station with servers.
    most_s: f64,
    /// Stations with servers and a demand.
    queues: usize,
    capacity_rps: f64,
}

impl Demands {
    fn of(stations: &[Station]) -> Self {
        let zero = Self {
            queue_s: 0.0,
            delay_s: 0.0,
            most_s: 0.0,
            queues: 0,
            capacity_rps: f64::INFINITY,
        };
        stations.iter().fold(zero, |mut total, station| {
            let demand_s = station.demand_s();
            if station.width().is_none() {
                total.delay_s += demand_s;
            } else if demand_s > 0.0 {
                total.queue_s += demand_s;
                total.most_s = total.most_s.max(demand_s);
                total.queues += 1;
            }
            total.capacity_rps = total.capacity_rps.min(station.capacity_rps());
            total
        })
    }
}

/// What limits a [`Capacity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Too few workers, threads or clients in flight.
    Concurrency,
    /// This one of the limits that were given.
    Station(usize),
}

/// The rate that an execution model can sustain, and what limits it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capacity {
    /// Requests per second.
    pub rate_rps: f64,
    /// Of several equal limits the first; concurrency before all others.
    pub limit: Limit,
}

/// The honest form of the gain is a ratio of capacities:
/// `min(concurrency / cycle, width / hold for each limit)`.
///
/// `concurrency` requests are in flight at most (infinite for an open load), each for at least
/// `cycle_s` seconds (CPU, I/O and think time); each of `limits` is cores, a GIL or a pool: its
/// width and the time a request holds one of it, in all.
///
/// # Errors
/// [`TheoryError::Invalid`] for a concurrency or cycle that is not positive, or where nothing
/// limits the rate.
///
/// ```
/// use iowait::theory::{Station, bounds};
/// // 1 ms of CPU and 80 ms of I/O on 8 cores: sync workers against 648 threads.
/// let cores = Station::servers(0.001, 8);
/// let sync = bounds::capacity(8.0, 0.081, &[cores]).unwrap();
/// let threads = bounds::capacity(648.0, 0.081, &[cores]).unwrap();
/// assert!((threads.rate_rps / sync.rate_rps - 81.0).abs() < 1e-9);
/// ```
pub fn capacity(
    concurrency: f64,
    cycle_s: f64,
    limits: &[Station],
) -> Result<Capacity, TheoryError> {
    let valid = concurrency > 0.0;
    if !valid {
        let (what, expected) = ("the concurrency", "positive");
        return Err(TheoryError::Invalid { what, value: concurrency, expected });
    }
    error::non_negative("the time of a request", cycle_s)?;
    let mut best = Capacity { rate_rps: concurrency / cycle_s, limit: Limit::Concurrency };
    for (place, station) in limits.iter().enumerate() {
        error::non_negative("a demand", station.demand_s())?;
        let rate_rps = station.capacity_rps();
        if rate_rps < best.rate_rps {
            best = Capacity { rate_rps, limit: Limit::Station(place) };
        }
    }
    error::positive("the rate that nothing limits", best.rate_rps)?;
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::mva;
    use proptest::prelude::*;

    #[test]
    fn the_textbook_bounds_come_out() {
        // Jain, The Art of Computer Systems Performance Analysis (1991), 33.6 and 34.4: D = 2, 3, 1
        // s, Z = 4 s: X ≤ min(1/3, N/10), R ≥ max(6, 3N − 4); balanced with N = 3: D_avg = 2, D =
        // 6: 3/(10 + 6/(1 + 4/18)) ≤ X ≤ 3/(10 + 4/(1 + 4/6)).
        let stations = [Station::queue(2.0), Station::queue(3.0), Station::queue(1.0)];
        let found = asymptotic(&stations, 4.0, 20).unwrap();
        assert!((found.throughput_rps[1] - 1.0 / 3.0).abs() < 1e-15);
        assert!((found.response_mean_s[0] - 56.0).abs() < 1e-12);
        assert!((found.throughput_rps[0] - 20.0 / 124.0).abs() < 1e-15);
        let found = balanced_job(&stations, 4.0, 3).unwrap();
        assert!((found.throughput_rps[0] - 3.0 / (10.0 + 6.0 / (1.0 + 4.0 / 18.0))).abs() < 1e-14);
        assert!((found.throughput_rps[1] - 3.0 / (10.0 + 4.0 / (1.0 + 4.0 / 6.0))).abs() < 1e-14);
    }

    #[test]
    fn capacities_say_what_limits_them() {
        // The full formula of the design: cores, a GIL, a pool of 20 slots held for 4 ms 40 times.
        let limits =
            [Station::servers(0.001, 8), Station::queue(0.001), Station::servers(0.16, 20)];
        let found = capacity(648.0, 0.161, &limits).unwrap();
        assert_eq!(found.limit, Limit::Station(2));
        assert!((found.rate_rps - 125.0).abs() < 1e-12);
        assert_eq!(capacity(8.0, 0.161, &limits).unwrap().limit, Limit::Concurrency);
        assert_eq!(capacity(f64::INFINITY, 0.161, &limits[..2]).unwrap().limit, Limit::Station(1));
        assert!(capacity(f64::INFINITY, 0.161, &[]).is_err());
        assert!(capacity(0.0, 0.161, &limits).is_err());
        assert!(capacity(f64::NAN, 0.161, &limits).is_err());
    }

    #[test]
    fn impossible_input_is_refused() {
        assert!(asymptotic(&[Station::queue(1.0)], 0.0, 0).is_err());
        assert!(asymptotic(&[Station::queue(-1.0)], 0.0, 1).is_err());
        assert!(asymptotic(&[], 0.0, 1).is_err());
        assert!(asymptotic(&[Station::servers(1.0, 0)], 0.0, 1).is_err());
        assert!(balanced_job(&[Station::servers(1.0, 2)], 0.0, 1).is_err());
    }

    #[test]
    fn a_network_of_delays_alone_is_bounded_by_its_cycle() {
        let found = balanced_job(&[Station::delay(2.0)], 1.0, 6).unwrap();
        assert_eq!(found.throughput_rps, [2.0, 2.0]);
        assert_eq!(found.response_mean_s, [2.0, 2.0]);
    }

    proptest! {
        #[test]
        fn exact_throughput_lies_within_both_and_balanced_within_asymptotic(
            demands in prop::collection::vec(0.0_f64..5.0, 1..6),
            delay in 0.0_f64..20.0, think in 0.1_f64..20.0, n in 1_u64..200,
        ) {
            let mut stations: Vec<Station> = demands.iter().copied().map(Station::queue).collect();
            stations.push(Station::delay(delay));
            let wide = asymptotic(&stations, think, n).unwrap();
            let tight = balanced_job(&stations, think, n).unwrap();
            let exact = mva::solve(&stations, think, n).unwrap();
            let slack = 1e-9;
            for ([lower, upper], x) in [
                (tight.throughput_rps, exact.throughput_rps),
                (wide.throughput_rps, tight.throughput_rps[0]),
                (wide.throughput_rps, tight.throughput_rps[1]),
                (tight.response_mean_s, exact.response_mean_s),
            ] {
                prop_assert!(lower <= x * (1.0 + slack) + slack, "{} {}", lower, x);
                prop_assert!(x <= upper * (1.0 + slack) + slack, "{} {}", x, upper);
            }
        }

        #[test]
        fn several_servers_obey_the_asymptotic_bounds(
            demand in 0.1_f64..5.0, servers in 1_u64..20, think in 0.0_f64..20.0, n in 1_u64..200,
        ) {
            let stations = [Station::servers(demand, servers), Station::queue(0.1)];
            let bounds = asymptotic(&stations, think, n).unwrap();
            let exact = mva::solve(&stations, think, n).unwrap();
            prop_assert!(bounds.throughput_rps[0] <= exact.throughput_rps * (1.0 + 1e-9));
            prop_assert!(exact.throughput_rps <= bounds.throughput_rps[1] * (1.0 + 1e-9));
        }
    }
}
