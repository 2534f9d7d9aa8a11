//! What a queueing model says of a system in its steady state, in one shape for all models.

/// Means in the steady state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// The model's name: `M/M/c (Erlang C)`.
    pub method: &'static str,
    /// Completions per second.
    pub throughput_rps: f64,
    /// Mean response time of completed requests: wait and service, in seconds.
    pub response_mean_s: f64,
    /// Mean wait before the service, in seconds; under processor sharing what the sharing adds.
    pub wait_mean_s: f64,
    /// The mean share of servers that are busy, from 0 to 1.
    pub utilization: f64,
}

impl Prediction {
    /// The mean number of requests in the system: `L = λ W` (Little 1961).
    #[must_use]
    pub fn in_flight_mean(&self) -> f64 {
        self.throughput_rps * self.response_mean_s
    }
}

/// A queueing model that has been solved.
pub trait Predict {
    /// The means.
    fn prediction(&self) -> Prediction;

    /// The response time, in seconds, that a request stays within with probability `p`; `None`
    /// where the model says nothing of percentiles or `p` is outside 0 ≤ p < 1.
    fn response_percentile_s(&self, p: f64) -> Option<f64> {
        let _ = p;
        None
    }

    /// The same for the wait before the service.
    fn wait_percentile_s(&self, p: f64) -> Option<f64> {
        let _ = p;
        None
    }
}

/// Whether `p` is a percentile that a distribution without a largest value has.
pub(super) fn is_percentile(p: f64) -> bool {
    (0.0..1.0).contains(&p)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Predict for Nothing {
        fn prediction(&self) -> Prediction {
            Prediction {
                method: "none",
                throughput_rps: 50.0,
                response_mean_s: 0.2,
                wait_mean_s: 0.1,
                utilization: 0.5,
            }
        }
    }

    #[test]
    fn the_number_in_flight_is_littles_law() {
        assert_eq!(Nothing.prediction().in_flight_mean(), 10.0);
    }

    #[test]
    fn every_queue_keeps_littles_law_and_the_utilization_law() {
        use crate::theory::approx::{Ggc, Variation};
        use crate::theory::gim1::{Arrivals, Gim1};
        use crate::theory::machine_repair::MachineRepair;
        use crate::theory::mdc::Mdc;
        use crate::theory::mg1::{Mg1, ServiceMoments};
        use crate::theory::mgc_ps::MgcPs;
        use crate::theory::mmc::Mmc;
        use crate::theory::mmck::Mmck;
        let (rate, service, servers) = (150.0, 0.01, 2);
        let moments = ServiceMoments { mean_s: 0.004, second_s2: 5e-5, third_s3: None };
        let cv = Variation { arrivals_cv: 1.3, service_cv: 0.4 };
        let of = |found: &dyn Predict, service: f64, servers: f64, rate: Option<f64>| {
            let it = found.prediction();
            let near = |one: f64, other: f64| assert!((one / other - 1.0).abs() < 1e-12, "{it:?}");
            near(it.response_mean_s, it.wait_mean_s + service);
            near(it.utilization, it.throughput_rps * service / servers);
            near(it.in_flight_mean(), it.throughput_rps * it.response_mean_s);
            assert!(it.wait_mean_s > 0.0, "{it:?}");
            if let Some(rate) = rate {
                near(it.throughput_rps, rate);
            }
            let both = found.response_percentile_s(0.95).zip(found.wait_percentile_s(0.95));
            if let Some((response, wait)) = both {
                assert!(wait < response && response <= wait + 10.0 * service, "{it:?}");
            }
        };
        of(&Mmc::new(rate, service, servers).unwrap(), service, 2.0, Some(rate));
        of(&Mdc::new(rate, service, servers).unwrap(), service, 2.0, Some(rate));
        of(&MgcPs::new(rate, service, servers).unwrap(), service, 2.0, Some(rate));
        of(&Ggc::allen_cunneen(rate, service, servers, cv).unwrap(), service, 2.0, Some(rate));
        of(&Ggc::kingman(80.0, service, cv).unwrap(), service, 1.0, Some(80.0));
        of(&Mg1::new(rate, moments).unwrap(), 0.004, 1.0, Some(rate));
        of(&Gim1::new(Arrivals::Constant, 80.0, service).unwrap(), service, 1.0, Some(80.0));
        // Of those that get in, and those that the customers send.
        of(&Mmck::new(300.0, service, servers, 5).unwrap(), service, 2.0, None);
        of(&MachineRepair::new(9, servers, 0.03, service).unwrap(), service, 2.0, None);
        let constant = Mdc::new(rate, service, servers).unwrap();
        let (response, wait) =
            (constant.response_percentile_s(0.9), constant.wait_percentile_s(0.9));
        assert!((response.unwrap() - wait.unwrap() - service).abs() < 1e-15);
        let kingman = Ggc::kingman(80.0, service, cv).unwrap().prediction().method;
        assert!(kingman.contains("Kingman"), "{kingman}");
    }

    #[test]
    fn a_model_says_nothing_of_percentiles_unless_it_can() {
        assert_eq!(Nothing.response_percentile_s(0.5), None);
        assert_eq!(Nothing.wait_percentile_s(0.5), None);
        assert!(is_percentile(0.0) && !is_percentile(1.0) && !is_percentile(f64::NAN));
    }
}
