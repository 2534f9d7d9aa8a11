//! Closed loads: a fixed number of clients is a closed network.
//!
//! Who waits for I/O or thinks is at a delay, who bursts at the cores or a loop, who waits for a
//! slot at its pool. The class of each request is drawn anew, so that all clients are one chain with
//! the mean demands (BCMP 1975). Fewer threads than clients without think time hold always as many
//! requests as there are threads: a network of that many, and clients in front of it.

use crate::input::dist::Dist;
use crate::model::runtime::Assign;
use crate::theory::machine_repair::MachineRepair;
use crate::theory::{Station, bounds, mva};
use crate::units::NANOS_PER_SECOND;

use super::Solution;
use super::cores::{self, Flow};
use super::gaps;
use super::obstacle::Obstacle;
use super::pools::{self, Population};
use super::service::Service;
use super::system::{Server, System};

/// Requests times queues of a network of single servers that is solved at once.
const MOST_STEPS: u64 = 3_000_000;
/// Requests in a network with several stations of many servers that is solved at once.
const MOST_AT_POOLS: u64 = 1_500;

/// The exact result for a closed load.
///
/// # Errors
/// What breaks exactness.
pub fn solve(system: &System<'_>, clients: u64, think: &Dist) -> Result<Solution, Obstacle> {
    let load = Closed { system, clients, think, think_s: think.mean() / NANOS_PER_SECOND };
    if system.instances() > 1 && clients > 1 {
        return Err(Obstacle::Balanced("instances"));
    }
    match system.server {
        Server::Threads { total, .. } => load.threads(total),
        Server::Stealers { workers } => load.stealers(workers),
        Server::Loops { loops, max_tasks, assign } => load.loops(loops, max_tasks, assign),
    }
}

struct Closed<'a> {
    system: &'a System<'a>,
    clients: u64,
    think: &'a Dist,
    think_s: f64,
}

/// A closed network.
struct Network {
    population: u64,
    /// Stations that requests may queue at.
    queues: Vec<Station>,
    /// Seconds without a queue, think time included.
    away_s: f64,
    why: String,
}

impl Closed<'_> {
    fn threads(&self, threads: u64) -> Result<Solution, Obstacle> {
        if self
            .system
            .runtime
            .backlog
            .is_some_and(|room| room < self.clients.saturating_sub(threads))
        {
            return Err(Obstacle::RefusedClients);
        }
        if self.clients > threads && self.think_s > 0.0 {
            return self.one_station(threads);
        }
        let population = self.clients.min(threads);
        let cores = self.system.cores();
        let burst_s = self.system.demand.t_cpu_s;
        let mut network = self.network(population)?;
        if burst_s > 0.0 && population <= cores {
            network.away_s += burst_s;
            network.because("there is a core for everyone in a thread");
        } else if burst_s > 0.0 {
            if network.queues.is_empty() && network.away_s == 0.0 {
                network.because("nobody ever waits for I/O, so that no core idles");
            } else {
                let flow = Flow {
                    alike: gaps::alike(&self.system.classes, self.think),
                    mixes: cores::mixes(self.system, self.think),
                    back_to_back: self.think_s == 0.0 || self.think.cdf(0.0) > 0.0,
                };
                network.because(cores::shared(self.system, flow)?);
            }
            network.queues.push(Station::servers(burst_s, cores));
        }
        if population < self.clients {
            network.because(&format!("all {population} threads or workers are always taken"));
        }
        self.answer(&network)
    }

    /// Clients that think and queue for threads: a single station, where a request is one
    /// exponential time.
    fn one_station(&self, threads: u64) -> Result<Solution, Obstacle> {
        let system = self.system;
        let cores = system.cores();
        let burst_only = system.demand.t_io_s == 0.0 && system.demand.hold_s.is_empty();
        let service = Service::whole(&system.classes);
        if !service.exponential || !(threads <= cores || burst_only) {
            return Err(Obstacle::Width(threads));
        }
        if !pools::stations(system, Population::AtMost(threads))?.is_empty() {
            return Err(Obstacle::Width(threads));
        }
        let servers = threads.min(cores);
        let queues = vec![Station::servers(service.mean_s, servers)];
        let why = "a request is one exponential time at a worker, and clients think".to_owned();
        self.answer(&Network { population: self.clients, queues, away_s: self.think_s, why })
    }

    /// Workers that steal leave no core idle while a task is ready, if they are as many as cores.
    fn stealers(&self, workers: u64) -> Result<Solution, Obstacle> {
        let system = self.system;
        if system.runtime.backlog.is_some_and(|room| room < self.clients) {
            return Err(Obstacle::RefusedClients);
        }
        let servers = workers.min(system.cores());
        let burst_s = system.demand.t_cpu_s;
        let mut network = self.network(self.clients)?;
        if burst_s == 0.0 || self.clients <= servers {
            network.away_s += burst_s;
            network.because("there is a worker with a core for everyone");
        } else {
            network.because(cores::stolen(system)?);
            if !gaps::alike(&system.classes, self.think) {
                return Err(Obstacle::OldTasksFirst);
            }
            network.queues.push(Station::servers(burst_s, servers));
        }
        self.answer(&network)
    }

    fn loops(
        &self,
        loops: u64,
        max_tasks: Option<u64>,
        assign: Assign,
    ) -> Result<Solution, Obstacle> {
        if self.system.runtime.backlog.is_some_and(|room| room < self.clients) {
            return Err(Obstacle::RefusedClients);
        }
        let full = max_tasks.is_some_and(|most| most < self.clients);
        let burst_s = self.system.demand.t_cpu_s;
        let several = loops > 1 && self.clients > 1 && burst_s > 0.0;
        let alike = gaps::alike(&self.system.classes, self.think);
        // A request that was kept out enters ahead of younger tasks, which only those that are
        // alike do not mind.
        if full && (loops > 1 || self.think_s > 0.0 || !alike) {
            return Err(Obstacle::MaxTasks);
        }
        if several && loops > self.system.cores() {
            return Err(Obstacle::MoreLoopsThanCores);
        }
        let population = max_tasks.map_or(self.clients, |most| most.min(self.clients));
        let mut network = self.network(population)?;
        if burst_s == 0.0 || population == 1 {
            network.away_s += burst_s;
            network.because("nobody ever waits for a loop");
        } else if !several && network.queues.is_empty() && network.away_s == 0.0 {
            network.queues.push(Station::queue(burst_s));
            network.because("nobody ever waits for I/O, so that the loop never idles");
        } else {
            network.because(cores::looped(self.system)?);
            match (several, assign) {
                (false, _) => network.queues.push(Station::queue(burst_s)),
                (true, Assign::Random) => {
                    let each = Station::queue(burst_s / loops as f64);
                    self.affordable(network.population, loops)?;
                    network.queues.extend((0..loops).map(|_| each));
                    network.because("each request goes to any loop with equal chance");
                }
                (true, Assign::Pinned) => return self.pinned(&network, loops),
                (true, Assign::Greedy) => return Err(Obstacle::SharedSocket),
                (true, Assign::RoundRobin | Assign::LeastLoaded) => {
                    return Err(Obstacle::Balanced("loops"));
                }
            }
        }
        self.answer(&network)
    }

    /// Each client stays with a loop drawn for it: the mean over a binomial number of clients.
    fn pinned(&self, network: &Network, loops: u64) -> Result<Solution, Obstacle> {
        if !network.queues.is_empty() {
            return Err(Obstacle::PoolOfLoops);
        }
        let n = network.population;
        let odds = 1.0 / (loops - 1) as f64;
        let ratio = |k: u64| (n - k + 1) as f64 / k as f64 * odds;
        let shares = around_the_mode(n, n / loops, ratio);
        let most = shares.iter().map(|&(clients, _)| clients).max().unwrap_or(0);
        self.affordable(most, 1)?;
        let of_one = throughputs(most, self.system.demand.t_cpu_s, network.away_s);
        let sum: f64 = shares.iter().map(|(_, weight)| weight).sum();
        let mean =
            shares.iter().map(|&(clients, weight)| weight * of_one[clients as usize]).sum::<f64>();
        let why = format!("{}, and clients are split over {loops} loops by chance", network.why);
        let throughput_rps = loops as f64 * mean / sum;
        // The mean response depends on the split of the run: its mean over splits is another one.
        Ok(Solution {
            method: "MVA",
            why,
            throughput_rps,
            response_mean_s: None,
            percentiles: None,
        })
    }

    /// Delays and pools, the cores still to come.
    fn network(&self, population: u64) -> Result<Network, Obstacle> {
        let pools = pools::stations(self.system, Population::AtMost(population))?;
        let at_pools: f64 = pools.iter().map(|pool| pool.demand_s).sum();
        // The difference may be a rounding error where every wait is at a pool.
        let io_s = self.system.demand.t_io_s - at_pools;
        let io_s = if io_s < 1e-12 * at_pools { 0.0 } else { io_s };
        let queues = pools.iter().map(|pool| Station::servers(pool.demand_s, pool.slots)).collect();
        let why = String::new();
        Ok(Network { population, queues, away_s: self.think_s + io_s, why })
    }

    fn affordable(&self, population: u64, queues: u64) -> Result<(), Obstacle> {
        if population.saturating_mul(queues) > MOST_STEPS {
            return Err(Obstacle::TooLong(population, queues));
        }
        Ok(())
    }

    /// Solves a network; the response is that of all clients, by Little's law.
    fn answer(&self, network: &Network) -> Result<Solution, Obstacle> {
        let Network { population, queues, away_s, .. } = network;
        let idle = if *population < self.clients { "saturated workers" } else { "no queueing" };
        let (method, throughput_rps) = match queues.as_slice() {
            [] if *away_s == 0.0 => return Err(Obstacle::NoTime),
            [] => (idle, *population as f64 / away_s),
            [one] => {
                let servers = one.width().unwrap_or(1);
                let solved = MachineRepair::new(*population, servers, *away_s, one.demand_s())?;
                let method = if servers == 1 { "MVA" } else { "machine repair" };
                (method, solved.throughput_rps())
            }
            many => {
                let wide = many.iter().filter(|queue| queue.width() != Some(1)).count();
                let most = if wide > 1 { MOST_AT_POOLS } else { u64::MAX };
                if *population > most {
                    return Err(Obstacle::TooLong(*population, many.len() as u64));
                }
                self.affordable(*population, many.len() as u64)?;
                ("MVA", mva::solve(many, *away_s, *population)?.throughput_rps)
            }
        };
        let response_mean_s = Some(self.clients as f64 / throughput_rps - self.think_s);
        let why = match network.balanced_job() {
            Some([low, high]) => {
                format!("{}; balanced job bounds {low:.4} to {high:.4}/s", network.why)
            }
            None => network.why.clone(),
        };
        Ok(Solution { method, why, throughput_rps, response_mean_s, percentiles: None })
    }
}

impl Network {
    fn because(&mut self, reason: &str) {
        if !self.why.is_empty() {
            self.why.push_str("; ");
        }
        self.why.push_str(reason);
    }
}

impl Network {
    /// Between which throughputs the busiest queue and their mean alone say that it lies, where
    /// requests can wait at all.
    fn balanced_job(&self) -> Option<[f64; 2]> {
        let waits = self.population > 1 && !self.queues.is_empty();
        let stations = waits.then_some(self.queues.as_slice())?;
        Some(bounds::balanced_job(stations, self.away_s, self.population).ok()?.throughput_rps)
    }
}

/// The throughput of one queue and a delay for every population from 0 (Reiser and Lavenberg 1980).
fn throughputs(population: u64, demand_s: f64, away_s: f64) -> Vec<f64> {
    let (mut number, mut throughputs) = (0.0, vec![0.0]);
    for n in 1..=population {
        let residence_s = demand_s * (1.0 + number);
        let throughput_rps = n as f64 / (residence_s + away_s);
        number = throughput_rps * residence_s;
        throughputs.push(throughput_rps);
    }
    throughputs
}

/// The states of a unimodal distribution over 0 to `last` outward from `start`, near its mode, with
/// their weights relative to it; those that together weigh nothing are left out.
fn around_the_mode(last: u64, start: u64, ratio: impl Fn(u64) -> f64) -> Vec<(u64, f64)> {
    let mut states = vec![(start, 1.0)];
    let mut weight = 1.0;
    for state in start + 1..=last {
        weight *= ratio(state);
        if weight < 1e-18 {
            break;
        }
        states.push((state, weight));
    }
    weight = 1.0;
    for state in (0..start).rev() {
        weight /= ratio(state + 1);
        if weight < 1e-18 {
            break;
        }
        states.push((state, weight));
    }
    states
}
