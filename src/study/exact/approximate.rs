//! What is near where nothing is exact: one queue with any service and any number of servers.
//!
//! Kingman's formula for one server and Allen and Cunneen's for several, from the variation of
//! arrivals and services alone. Said by name, never shown as exact, and no gain is made of it.

use std::fmt;

use crate::model::{LoadKind, Model, Runtime};
use crate::theory::Predict;
use crate::theory::approx::{Ggc, Variation};
use crate::units::Span;

use super::open;
use super::stream::{Between, Stream};
use super::system::{Server, System};

/// An approximate mean response time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Approximation {
    /// Whose formula it is.
    pub name: &'static str,
    /// In seconds.
    pub response_mean_s: f64,
}

impl fmt::Display for Approximation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mean = Span::from_seconds(self.response_mean_s);
        write!(f, "{} approximates the mean response as {mean}", self.name)
    }
}

/// The approximation for workers that take requests of an open load in order, one at a time each.
///
/// `None` where that is not what the runtime is, or where the queue grows without bound.
#[must_use]
pub fn approximate(model: &Model, runtime: &Runtime) -> Option<Approximation> {
    let stream = match model.load.kind {
        LoadKind::Poisson { rate } => Stream::poisson(rate.0),
        LoadKind::Constant { rate } => Stream::constant(rate.0),
        _ => return None,
    };
    let system = System::of(model, runtime).ok()?;
    let stream = open::balanced(&system, stream).ok()?;
    let Server::Threads { total, .. } = system.server else { return None };
    let queue = open::queue_of(&system, stream, total).ok()?;
    if queue.room.is_some() || !queue.fifo {
        return None;
    }
    let arrivals_cv = match stream.between {
        Between::Exponential => 1.0,
        Between::Erlang(stages) => 1.0 / f64::from(stages).sqrt(),
        Between::Constant => 0.0,
    };
    let service_s = queue.service.mean_s;
    let service_cv = queue.service.variance_s2.sqrt() / service_s;
    let variation = Variation { arrivals_cv, service_cv };
    let (name, found) = if queue.servers == 1 {
        ("Kingman's formula", Ggc::kingman(stream.rate_rps, service_s, variation))
    } else {
        let found = Ggc::allen_cunneen(stream.rate_rps, service_s, queue.servers, variation);
        ("Allen and Cunneen's formula", found)
    };
    Some(Approximation { name, response_mean_s: found.ok()?.prediction().response_mean_s })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::dist::Dist;
    use crate::model::Load;
    use crate::study::verify::Case;
    use crate::study::verify::build::{cpu, event_loop, ms, uniform_ms, with_backlog, workers};
    use crate::units::Rate;

    fn of(load: Load, burst: Dist, cores: u32, runtime: Runtime) -> Option<Approximation> {
        let mut case = Case::new("approximate", "", load, vec![cpu(burst)], runtime);
        case.model.host.cores = cores;
        approximate(&case.model, &case.runtime)
    }

    fn spaced(rate: f64) -> Load {
        Load::new(LoadKind::Constant { rate: Rate(rate) })
    }

    #[test]
    fn the_formulas_are_those_worked_by_hand() {
        // D/G/1: ρ = 0.8, services uniform on 0 to 2 ms, cv² = 1/3: W = 4 · 1/6 ms.
        let found = of(spaced(800.0), uniform_ms(0.0, 2.0), 1, workers(1)).unwrap();
        assert_eq!(found.name, "Kingman's formula");
        assert!((found.response_mean_s * 1e3 - 1.0 - 4.0 / 6.0).abs() < 1e-9, "{found:?}");
        // M/G/2: a = 1.6, C = 2·0.64/(1 + 0.8) = 0.7111; W = C/(2 − 1.6) · (1 + 1/3)/2 ms.
        let poisson = Load::poisson(Rate(1_600.0));
        let found = of(poisson, uniform_ms(0.0, 2.0), 2, workers(2)).unwrap();
        assert_eq!(found.name, "Allen and Cunneen's formula");
        let wait = 1.28 / 1.8 / 0.4 * (4.0 / 6.0);
        assert!((found.response_mean_s * 1e3 - 1.0 - wait).abs() < 1e-9, "{found:?}");
        assert!(found.to_string().contains("approximates the mean response as 2.19 ms"), "{found}");
    }

    #[test]
    fn what_is_no_such_queue_has_no_approximation() {
        assert_eq!(of(spaced(1_000.0), ms(1.0), 1, workers(1)), None);
        assert_eq!(of(spaced(800.0), ms(1.0), 1, event_loop()), None);
        assert_eq!(of(spaced(800.0), ms(1.0), 1, with_backlog(workers(1), 3)), None);
        assert_eq!(of(Load::closed(4), ms(1.0), 1, workers(1)), None);
    }
}
