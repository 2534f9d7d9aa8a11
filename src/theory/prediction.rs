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
    fn a_model_says_nothing_of_percentiles_unless_it_can() {
        assert_eq!(Nothing.response_percentile_s(0.5), None);
        assert_eq!(Nothing.wait_percentile_s(0.5), None);
        assert!(is_percentile(0.0) && !is_percentile(1.0) && !is_percentile(f64::NAN));
    }
}
