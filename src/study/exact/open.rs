//! Open loads: arrivals whatever the server does, and so queues with arrivals.
//!
//! Workers that each have a core, or threads that do nothing but burst, are one queue: M/M/c,
//! M/M/c/K, M/D/c, M/G/1, GI/M/1. Everything else is an open network of product form (Jackson 1963,
//! BCMP 1975): Poisson arrivals pass through delays, cores and pools, and the mean response is the
//! sum of what each station takes.

use crate::model::runtime::{Assign, Balance};
use crate::model::{Scheduling, StepKind};
use crate::theory::Predict;
use crate::theory::mmc::Mmc;

use super::Solution;
use super::cores::{self, Flow};
use super::crowd::Crowd;
use super::gaps;
use super::obstacle::Obstacle;
use super::pools::{self, Population};
use super::queue::Queue;
use super::service::Service;
use super::stream::Stream;
use super::system::{Server, System};
use super::turns;

/// The exact result for an open load.
///
/// # Errors
/// What breaks exactness.
pub fn solve(system: &System<'_>, stream: Stream) -> Result<Solution, Obstacle> {
    let stream = balanced(system, stream)?;
    match system.server {
        Server::Threads { total, .. } => threads(system, stream, total),
        // A task that never waits has its worker to itself.
        Server::Stealers { workers } if only_bursts(system) => threads(system, stream, workers),
        Server::Stealers { workers } => stealers(system, stream, workers),
        Server::Loops { loops, max_tasks, assign } => {
            // Turns that take no time make no loop late: which one takes a request is nothing.
            if system.demand.t_cpu_s == 0.0 {
                return network_of_loops(system, stream, max_tasks);
            }
            let loops = u32::try_from(loops).unwrap_or(u32::MAX);
            if u64::from(loops) > system.cores() {
                return Err(Obstacle::MoreLoopsThanCores);
            }
            let stream = match assign {
                _ if loops == 1 => stream,
                Assign::Random | Assign::Pinned => stream.thinned(loops)?,
                Assign::RoundRobin => stream.dealt(loops),
                Assign::LeastLoaded => return Err(Obstacle::Balanced("loops")),
                Assign::Greedy => return Err(Obstacle::SharedSocket),
            };
            looped(system, stream, max_tasks)
        }
    }
}

/// What comes to each instance.
///
/// # Errors
/// Where it depends on their queues, or is of no family here.
pub fn balanced(system: &System<'_>, stream: Stream) -> Result<Stream, Obstacle> {
    let instances = system.runtime.instances;
    match system.runtime.balance {
        _ if instances == 1 => Ok(stream),
        Balance::Random => stream.thinned(instances),
        Balance::RoundRobin => Ok(stream.dealt(instances)),
        Balance::LeastLoaded => Err(Obstacle::Balanced("instances")),
    }
}

fn threads(system: &System<'_>, stream: Stream, threads: u64) -> Result<Solution, Obstacle> {
    one_queue(system, stream, threads).or_else(|first| {
        let second = network_of_threads(system, stream, threads);
        // What the simpler model lacks tells more, unless it is only that it is not so simple.
        if matches!(first, Obstacle::Width(_)) { second } else { second.or(Err(first)) }
    })
}

/// Whether requests do nothing but burst.
fn only_bursts(system: &System<'_>) -> bool {
    let mut only = true;
    for class in &system.classes {
        turns::each(&class.steps, &mut |step| {
            only &= !matches!(step.kind, StepKind::Io { .. } | StepKind::Hold { .. });
        });
    }
    only
}

/// Workers with a core each, or bursts alone: a request is one service of a queue with servers.
///
/// # Errors
/// Where it is more than that.
pub fn queue_of(system: &System<'_>, stream: Stream, threads: u64) -> Result<Queue, Obstacle> {
    let cores = system.cores();
    if threads > cores && !only_bursts(system) {
        return Err(Obstacle::Width(threads));
    }
    let at_once = threads.saturating_mul(system.instances());
    if !pools::stations(system, Population::AtMost(at_once))?.is_empty() {
        return Err(Obstacle::Width(threads));
    }
    Ok(Queue {
        stream,
        service: Service::whole(&system.classes),
        servers: threads.min(cores),
        room: system.runtime.backlog.map(|room| room.saturating_add(threads)),
        fifo: threads <= cores || system.host.scheduling == Scheduling::Fifo,
    })
}

fn one_queue(system: &System<'_>, stream: Stream, threads: u64) -> Result<Solution, Obstacle> {
    let queue = queue_of(system, stream, threads)?;
    if !queue.service.variance_s2.is_finite() {
        return Err(Obstacle::InfiniteVariance);
    }
    if queue.service.mean_s == 0.0 {
        return Err(Obstacle::NoTime);
    }
    if queue.room.is_some() && system.load.retries > 0 {
        return Err(Obstacle::RefusedRetry);
    }
    if queue.service.exponential {
        return queue.exponential();
    }
    let lossy = queue.room == Some(queue.servers) && threads <= system.cores();
    if lossy && stream.is_poisson() {
        return queue.erlang_b();
    }
    if !queue.fifo {
        return Err(Obstacle::BurstsNotExponential("cores"));
    }
    queue.in_order()
}

/// Threads for everybody: an open network.
fn network_of_threads(
    system: &System<'_>,
    stream: Stream,
    threads: u64,
) -> Result<Solution, Obstacle> {
    let mut network = Network::new(system, stream)?;
    let cores = system.cores();
    let burst_s = system.demand.t_cpu_s;
    let offered = stream.rate_rps * burst_s;
    let alone = Crowd { delayed: offered, stations: vec![] };
    if burst_s > 0.0 && alone.stays_within(cores) {
        network.delay(burst_s, "there is a core for everyone");
    } else if burst_s > 0.0 {
        let alike = gaps::single_burst(&system.classes);
        let why = cores::shared(system, Flow { alike, mixes: true, back_to_back: false })?;
        network.station(burst_s, cores, why)?;
    }
    if !network.crowd.stays_within(threads) {
        return Err(Obstacle::Width(threads));
    }
    // With a thread for everybody nobody is ever in the backlog.
    Ok(network.solution(system.host.scheduling == Scheduling::ProcessorSharing))
}

/// A loop, or one of several with a stream of its own.
fn looped(
    system: &System<'_>,
    stream: Stream,
    max_tasks: Option<u64>,
) -> Result<Solution, Obstacle> {
    if system.turns.resumed {
        return network_of_loops(system, stream, max_tasks);
    }
    // One turn, and perhaps a last wait: a queue in order of arrival, and a delay behind it.
    if !system.resources.is_empty() || max_tasks.is_some() || system.runtime.backlog.is_some() {
        return network_of_loops(system, stream, max_tasks);
    }
    let service = Service::bursts(&system.classes);
    if !service.variance_s2.is_finite() {
        return Err(Obstacle::InfiniteVariance);
    }
    let queue = Queue { stream, service, servers: 1, room: None, fifo: true };
    let found = if service.exponential { queue.one_server() } else { queue.in_order() }?;
    let response_mean_s = found.response_mean_s.map(|s| s + system.demand.t_io_s);
    // Percentiles of a sum are not the sums of percentiles.
    let percentiles = found.percentiles.filter(|_| system.demand.t_io_s == 0.0);
    Ok(Solution { response_mean_s, percentiles, ..found })
}

fn network_of_loops(
    system: &System<'_>,
    stream: Stream,
    max_tasks: Option<u64>,
) -> Result<Solution, Obstacle> {
    let mut network = Network::new(system, stream)?;
    let burst_s = system.demand.t_cpu_s;
    if burst_s > 0.0 {
        network.station(burst_s, 1, cores::looped(system)?)?;
    }
    if max_tasks.is_some_and(|most| !network.crowd.stays_within(most)) {
        return Err(Obstacle::MaxTasks);
    }
    // Who waits to be taken in is among those at the loops; all loops count together.
    let offered = stream.rate_rps * burst_s;
    let at_loops = if burst_s > 0.0 { vec![(offered, 1); stream.queues as usize] } else { vec![] };
    let at_loops = Crowd { delayed: 0.0, stations: at_loops };
    if system.runtime.backlog.is_some_and(|room| !at_loops.stays_within(room)) {
        return Err(Obstacle::Refusals);
    }
    Ok(network.solution(false))
}

/// Workers that steal: a station with as many servers as there are workers with a core. Order is
/// nothing there only where each request has one burst.
fn stealers(system: &System<'_>, stream: Stream, workers: u64) -> Result<Solution, Obstacle> {
    let mut network = Network::new(system, stream)?;
    let burst_s = system.demand.t_cpu_s;
    let servers = workers.min(system.cores());
    if burst_s > 0.0 {
        let why = cores::stolen(system)?;
        if !gaps::single_burst(&system.classes) {
            return Err(Obstacle::OldTasksFirst);
        }
        network.station(burst_s, servers, why)?;
        let waiting = Crowd { delayed: 0.0, stations: vec![(stream.rate_rps * burst_s, servers)] };
        if system.runtime.backlog.is_some_and(|room| !waiting.stays_within(room)) {
            return Err(Obstacle::Refusals);
        }
    }
    Ok(network.solution(false))
}

/// An open network of product form, and what is known of it so far.
struct Network {
    stream: Stream,
    response_s: f64,
    crowd: Crowd,
    /// Stations where requests queue.
    queues: usize,
    why: Vec<&'static str>,
}

impl Network {
    /// Delays and pools. A pool is shared by all queues of the stream.
    fn new(system: &System<'_>, stream: Stream) -> Result<Self, Obstacle> {
        if !stream.is_poisson() {
            return Err(Obstacle::Regular);
        }
        let total = stream.total_rps();
        let pools = pools::stations(system, Population::Open(total))?;
        let at_pools: f64 = pools.iter().map(|pool| pool.demand_s).sum();
        let io_s = (system.demand.t_io_s - at_pools).max(0.0);
        let mut network = Self {
            stream: Stream { rate_rps: total, queues: 1, ..stream },
            response_s: 0.0,
            crowd: Crowd::default(),
            queues: 0,
            why: Vec::new(),
        };
        for pool in pools {
            network.station(pool.demand_s, pool.slots, "waits at the pool are exponential")?;
        }
        // From here on each queue has its own part.
        network.stream = stream;
        network.crowd.delayed += stream.rate_rps * io_s;
        network.response_s += io_s;
        Ok(network)
    }

    fn delay(&mut self, seconds: f64, why: &'static str) {
        self.crowd.delayed += self.stream.rate_rps * seconds;
        self.response_s += seconds;
        self.why.push(why);
    }

    fn station(&mut self, demand_s: f64, servers: u64, why: &'static str) -> Result<(), Obstacle> {
        let rate = self.stream.rate_rps;
        self.response_s += Mmc::new(rate, demand_s, servers)?.prediction().response_mean_s;
        self.crowd.stations.push((rate * demand_s, servers));
        self.queues += 1;
        self.why.push(why);
        Ok(())
    }

    fn solution(&self, shared: bool) -> Solution {
        let method = match (self.queues, shared) {
            (0, _) => "M/G/inf",
            (_, true) => "open BCMP network",
            (_, false) => "Jackson network",
        };
        let arrivals = "Poisson arrivals";
        let why = [&[arrivals], self.why.as_slice()].concat().join("; ");
        Solution {
            method,
            why,
            throughput_rps: self.stream.total_rps(),
            response_mean_s: Some(self.response_s),
            percentiles: None,
        }
    }
}
