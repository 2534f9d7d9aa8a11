//! Arrivals, and what becomes of them where they are dealt out over several equal queues.

use super::obstacle::Obstacle;

/// Arrivals at one of several equal queues.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stream {
    /// Requests per second there.
    pub rate_rps: f64,
    /// How many such queues there are.
    pub queues: u64,
    /// How they are spaced.
    pub between: Between,
}

/// The time between arrivals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Between {
    /// Memoryless.
    Exponential,
    /// Every so many of a Poisson stream.
    Erlang(u32),
    /// Even.
    Constant,
}

impl Stream {
    /// Memoryless arrivals at this rate per second.
    #[must_use]
    pub const fn poisson(rate_rps: f64) -> Self {
        Self { rate_rps, queues: 1, between: Between::Exponential }
    }

    /// Evenly spaced ones.
    #[must_use]
    pub const fn constant(rate_rps: f64) -> Self {
        Self { rate_rps, queues: 1, between: Between::Constant }
    }

    /// Each arrival to any of several queues by a draw of its own.
    ///
    /// # Errors
    /// [`Obstacle::Regular`] for what is not Poisson: the gaps are then of no family here.
    pub fn thinned(self, queues: u32) -> Result<Self, Obstacle> {
        match self.between {
            _ if queues == 1 => Ok(self),
            Between::Exponential => Ok(self.over(queues)),
            Between::Erlang(_) | Between::Constant => Err(Obstacle::Regular),
        }
    }

    /// Each arrival to the next of several queues in turn.
    #[must_use]
    pub fn dealt(self, queues: u32) -> Self {
        let between = match self.between {
            Between::Exponential => Between::Erlang(queues),
            Between::Erlang(stages) => Between::Erlang(stages.saturating_mul(queues)),
            Between::Constant => Between::Constant,
        };
        if queues == 1 { self } else { Self { between, ..self.over(queues) } }
    }

    fn over(self, queues: u32) -> Self {
        let rate_rps = self.rate_rps / f64::from(queues);
        Self { rate_rps, queues: self.queues * u64::from(queues), ..self }
    }

    /// Requests per second at all queues together.
    #[must_use]
    pub fn total_rps(self) -> f64 {
        self.rate_rps * self.queues as f64
    }

    /// Whether they are memoryless.
    #[must_use]
    pub fn is_poisson(self) -> bool {
        self.between == Between::Exponential
    }
}
