//! One queue with servers: M/M/c, M/M/c/K, M/D/c, M/G/1, GI/M/1, Erlang B.

use crate::theory::Predict;
use crate::theory::erlang::erlang_b;
use crate::theory::gim1::{Arrivals, Gim1};
use crate::theory::mdc::Mdc;
use crate::theory::mg1::Mg1;
use crate::theory::mmc::Mmc;
use crate::theory::mmck::Mmck;

use super::obstacle::Obstacle;
use super::service::Service;
use super::stream::{Between, Stream};
use super::{Percentiles, Solution};

/// One queue and its servers.
pub struct Queue {
    /// What comes.
    pub stream: Stream,
    /// What each takes.
    pub service: Service,
    /// At least 1.
    pub servers: u64,
    /// Waiting and in service; `None` is without limit.
    pub room: Option<u64>,
    /// Whether it is first come, first served: percentiles depend on it.
    pub fifo: bool,
}

impl Queue {
    /// The order of service does not matter.
    ///
    /// # Errors
    /// What is not solved, or that more is offered than can be served.
    pub fn exponential(&self) -> Result<Solution, Obstacle> {
        let (rate, service_s) = (self.stream.rate_rps, self.service.mean_s);
        match (self.stream.between, self.room) {
            (Between::Exponential, None) => {
                let solved = Mmc::new(rate, service_s, self.servers)?;
                let method = if self.servers == 1 { "M/M/1" } else { "Erlang C" };
                Ok(self.solution(method, &solved, "a request is one exponential time"))
            }
            (Between::Exponential, Some(room)) => {
                let solved = Mmck::new(rate, service_s, self.servers, room)?;
                let method = if room == self.servers { "Erlang B" } else { "M/M/c/K" };
                let why = "a request is one exponential time, and a full backlog refuses";
                Ok(self.solution(method, &solved, why))
            }
            (_, None) if self.servers == 1 => self.one_server(),
            _ => Err(Obstacle::Regular),
        }
    }

    /// One server and exponential service.
    ///
    /// # Errors
    /// What is not solved, or that more is offered than can be served.
    pub fn one_server(&self) -> Result<Solution, Obstacle> {
        let (method, arrivals) = match self.stream.between {
            Between::Exponential => ("M/M/1", Arrivals::Exponential),
            Between::Erlang(stages) => ("GI/M/1", Arrivals::Erlang { stages }),
            Between::Constant => ("D/M/1", Arrivals::Constant),
        };
        let solved = Gim1::new(arrivals, self.stream.rate_rps, self.service.mean_s)?;
        let why = "one server, exponential times, arrivals with independent gaps";
        Ok(self.solution(method, &solved, why))
    }

    /// Any service, no waiting room, insensitive (Sevastyanov 1957).
    ///
    /// # Errors
    /// What is not solved, or that more is offered than can be served.
    pub fn erlang_b(&self) -> Result<Solution, Obstacle> {
        let service_s = self.service.mean_s;
        let loss = erlang_b(self.servers, self.stream.rate_rps * service_s)?;
        Ok(Solution {
            method: "Erlang B",
            why: "who finds all workers busy is refused: the loss knows only the mean".to_owned(),
            throughput_rps: self.stream.total_rps() * (1.0 - loss),
            response_mean_s: Some(service_s),
            percentiles: None,
        })
    }

    /// First come, first served.
    ///
    /// # Errors
    /// What is not solved, or that more is offered than can be served.
    pub fn in_order(&self) -> Result<Solution, Obstacle> {
        if self.room.is_some() {
            return Err(Obstacle::Refusals);
        }
        if !self.stream.is_poisson() {
            return Err(Obstacle::Regular);
        }
        let rate = self.stream.rate_rps;
        if self.servers == 1 {
            let solved = Mg1::new(rate, self.service.moments())?;
            let why = "one server in order of arrival: mean and variance of its time are all";
            return Ok(self.solution("M/G/1", &solved, why));
        }
        if self.service.is_constant() {
            let solved = Mdc::new(rate, self.service.mean_s, self.servers)?;
            let why = "every request takes the same time at one of several workers";
            return Ok(self.solution("M/D/c", &solved, why));
        }
        Err(Obstacle::ManyServers(self.servers))
    }

    fn solution(&self, method: &'static str, solved: &impl Predict, why: &str) -> Solution {
        let found = solved.prediction();
        Solution {
            method,
            why: why.to_owned(),
            throughput_rps: found.throughput_rps * self.stream.queues as f64,
            response_mean_s: Some(found.response_mean_s),
            percentiles: Percentiles::of(solved).filter(|_| self.fifo),
        }
    }
}
