//! A case: a model built in code, and the exact values of some of its figures.

use crate::input::dist::Dist;
use crate::model::{Host, Load, LoadKind, Model, RequestClass, RunSpec, Runtime, Scheduling, Step};
use crate::units::{Rate, Span};

use super::measure::Measure;

/// One textbook case.
///
/// Plain data: what is simulated can be changed without the exact values following, which is how
/// the tests plant an error.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is called: `M/M/1 at 80 %`.
    pub name: String,
    /// Where the exact values come from.
    pub source: &'static str,
    /// Host, load, requests and resources.
    pub model: Model,
    /// The runtime.
    pub runtime: Runtime,
    /// How long a replication is.
    pub length: Length,
    /// What is held against what.
    pub figures: Vec<Figure>,
}

/// How long a replication of a case is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    /// From time zero until nothing is left to do: a batch.
    Whole,
    /// A given window, for what has a period.
    Fixed {
        /// What is thrown away first.
        warmup: Span,
        /// The window; a multiple of the period.
        window: Span,
    },
    /// The steady state, a window of about as many requests as the options ask for.
    Steady {
        /// Long enough to forget the empty start to within 1e-5 of what it was.
        warmup: Span,
        /// Requests per second, to make a time of a number of requests.
        rate_rps: f64,
    },
}

/// A figure and what it should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// What is measured.
    pub measure: Measure,
    /// Its exact value, in the measure's unit.
    pub exact: f64,
    /// How near it must come.
    pub expected: Expected,
}

/// How near a figure must come to its exact value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// To the last digits, in every replication.
    Exactly,
    /// On average over replications.
    OnAverage,
}

impl Case {
    /// A case of one request class on one core, round-robin; the builders below change that.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        source: &'static str,
        load: Load,
        steps: Vec<Step>,
        runtime: Runtime,
    ) -> Self {
        let name = name.into();
        let requests = vec![RequestClass { name: "request".to_owned(), weight: 1.0, steps }];
        let model = Model {
            name: name.clone(),
            title: None,
            source: Some(source.to_owned()),
            description: None,
            story: crate::model::Story::default(),
            host: Host::default(),
            load,
            resources: Vec::new(),
            requests,
            runtimes: vec![runtime.clone()],
            run: RunSpec::default(),
            scenarios: Vec::new(),
            expects: Vec::new(),
            read_outside: Vec::new(),
        };
        Self { name, source, model, runtime, length: Length::Whole, figures: Vec::new() }
    }

    /// `count` requests at time zero, until all are done.
    #[must_use]
    pub fn batch(
        name: impl Into<String>,
        source: &'static str,
        count: u64,
        steps: Vec<Step>,
        runtime: Runtime,
    ) -> Self {
        Self::new(name, source, Load::new(LoadKind::Batch { count }), steps, runtime)
    }

    /// Poisson arrivals at `rate_rps` per second, from after `settling_s` seconds on.
    #[must_use]
    pub fn poisson(
        name: impl Into<String>,
        source: &'static str,
        (rate_rps, settling_s): (f64, f64),
        steps: Vec<Step>,
        runtime: Runtime,
    ) -> Self {
        Self::new(name, source, Load::poisson(Rate(rate_rps)), steps, runtime)
            .steady(rate_rps, settling_s)
    }

    /// A closed load of `clients` that think in between, cycling at about `rate_rps` in all, from
    /// after `cycles` cycles on.
    #[must_use]
    pub fn closed(
        name: impl Into<String>,
        source: &'static str,
        (clients, think, rate_rps, cycles): (u64, Dist, f64, f64),
        steps: Vec<Step>,
        runtime: Runtime,
    ) -> Self {
        Self::new(name, source, Load::new(LoadKind::Closed { clients, think }), steps, runtime)
            .steady(rate_rps, cycles * clients as f64 / rate_rps)
    }

    /// On a host of so many cores.
    #[must_use]
    pub fn on(mut self, cores: u32, scheduling: Scheduling) -> Self {
        self.model.host.cores = cores;
        self.model.host.scheduling = scheduling;
        self
    }

    /// Measured in its steady state: `settling_s` seconds after the start, at about `rate_rps`.
    #[must_use]
    pub fn steady(mut self, rate_rps: f64, settling_s: f64) -> Self {
        self.length = Length::Steady { warmup: Span::from_seconds(settling_s), rate_rps };
        self
    }

    /// Measured over a given window, both in milliseconds.
    #[must_use]
    pub fn fixed(mut self, warmup_ms: u64, window_ms: u64) -> Self {
        let (warmup, window) = (Span::from_millis(warmup_ms), Span::from_millis(window_ms));
        self.length = Length::Fixed { warmup, window };
        self
    }

    /// Any other change to the model.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Model)) -> Self {
        change(&mut self.model);
        self
    }

    /// The figure must be `exact` on average.
    #[must_use]
    pub fn expect(mut self, measure: Measure, exact: f64) -> Self {
        self.figures.push(Figure { measure, exact, expected: Expected::OnAverage });
        self
    }

    /// The figure must be `exact` to the last digits in every replication.
    #[must_use]
    pub fn exactly(mut self, measure: Measure, exact: f64) -> Self {
        self.figures.push(Figure { measure, exact, expected: Expected::Exactly });
        self
    }

    /// Whether nothing in it is left to chance, so that one replication says all.
    #[must_use]
    pub fn is_deterministic(&self) -> bool {
        !matches!(self.length, Length::Steady { .. })
            && self.figures.iter().all(|figure| figure.expected == Expected::Exactly)
    }
}
