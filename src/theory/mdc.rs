//! M/D/c: Poisson arrivals, constant service, c servers, one FIFO queue without a limit.
//!
//! Crommelin 1932. Counted every D seconds, the number in the system is a random walk: who was
//! served is gone, who came is there, `N' = (N − c)⁺ + Poisson(λD)`. The queue `Y = (N − c)⁺` is
//! therefore compound Poisson with the rates `b_j = Σ_k P(Poisson(kλD) = kc + j) / k` (Spitzer
//! 1956), which are the coefficients of `−ln(1 − z^{−c} e^{λD (z − 1)})` and are read off a circle
//! by a Fourier transform. From there Panjer's recursion (1981) gives the queue, and Franx
//! (Operations Research Letters 29, 2001) the wait: `P(W ≤ t) = Σ_j P(Poisson(λ(mD − t)) = j) P(Y ≤
//! mc − 1 − j)` for `(m − 1)D ≤ t < mD`. Every sum has positive terms only, unlike Crommelin's own,
//! so that it holds for many servers; near a utilization of 0.9999 the transform leaves nine
//! digits, elsewhere more.

use crate::stats::root;

use super::chain;
use super::error::{self, TheoryError};
use super::fourier;
use super::prediction::{Predict, Prediction, is_percentile};

/// The most points on the circle; it holds utilizations up to 0.9999.
const MOST_POINTS: f64 = 1_048_576.0;

/// The most servers: the recursion then takes up to a second.
const MOST_SERVERS: u64 = 1_000_000;

/// The logarithm of how far the transform's coefficients alias: e⁻⁷⁰, beyond the last digit of the
/// smallest probability that is used.
const ALIASING: f64 = 70.0;

/// How near the ratio of neighbouring probabilities must come to its limit before it is taken for
/// it.
const SETTLED: f64 = 1e-13;

/// A probability below which no further one is worked out.
const NEGLIGIBLE: f64 = 1e-30;

/// The model, solved.
#[derive(Clone, Debug, PartialEq)]
pub struct Mdc {
    rate_rps: f64,
    service_s: f64,
    servers: u64,
    queue: Queue,
}

impl Mdc {
    /// Arrivals at `rate_rps` per second, a service of always `service_s` seconds, `servers`
    /// servers.
    ///
    /// # Errors
    /// [`TheoryError::Invalid`] for inputs out of range, [`TheoryError::Unstable`] where more is
    /// offered than can be served, [`TheoryError::TooLarge`] above a utilization of 0.9999 or 10⁶
    /// servers.
    pub fn new(rate_rps: f64, service_s: f64, servers: u64) -> Result<Self, TheoryError> {
        error::positive("the arrival rate", rate_rps)?;
        error::positive("the service time", service_s)?;
        error::at_least_one("the number of servers", servers)?;
        error::at_most("the queue of M/D/c", servers, MOST_SERVERS)?;
        let offered = error::positive("the offered load", rate_rps * service_s)?;
        let load = error::stable(offered / servers as f64)?;
        let queue = Queue::new(servers as f64, error::positive("the utilization", load)?)?;
        Ok(Self { rate_rps, service_s, servers, queue })
    }

    fn offered_erlangs(&self) -> f64 {
        self.rate_rps * self.service_s
    }

    /// The probability that a request waits.
    #[must_use]
    pub fn wait_probability(&self) -> f64 {
        self.wait_tail(0.0)
    }

    /// P(wait > t) for t ≥ 0 in seconds.
    #[must_use]
    pub fn wait_tail(&self, t_s: f64) -> f64 {
        let services = t_s / self.service_s;
        let whole = services.floor();
        // Those who come before the end of the m-th service from now, when the queue has moved by m
        // c.
        let ahead = (self.offered_erlangs() * (1.0 - (services - whole))).max(f64::MIN_POSITIVE);
        let places = (whole + 1.0) * self.servers as f64;
        let (mut sum, mut tail) = (0.0, 0.0);
        chain::walk(
            u64::MAX / 2,
            chain::FOR_MEANS,
            |j| ahead / j as f64,
            |j, weight| {
                sum += weight;
                tail += weight * self.queue.tail(places - 1.0 - j as f64);
            },
        );
        tail / sum
    }
}

impl Predict for Mdc {
    fn prediction(&self) -> Prediction {
        // Little's law on the queue.
        let wait_mean_s = self.queue.mean / self.rate_rps;
        Prediction {
            method: "M/D/c (Crommelin)",
            throughput_rps: self.rate_rps,
            response_mean_s: wait_mean_s + self.service_s,
            wait_mean_s,
            utilization: self.offered_erlangs() / self.servers as f64,
        }
    }

    fn response_percentile_s(&self, p: f64) -> Option<f64> {
        self.wait_percentile_s(p).map(|wait| wait + self.service_s)
    }

    fn wait_percentile_s(&self, p: f64) -> Option<f64> {
        is_percentile(p).then(|| {
            root::of_decreasing(1.0 - p, |t| self.wait_tail(t * self.service_s)) * self.service_s
        })
    }
}

/// The stationary number of waiting requests.
#[derive(Clone, Debug, PartialEq)]
struct Queue {
    mean: f64,
    /// P(Y > j) for small j.
    tails: Vec<f64>,
    /// ln of the factor by which it falls with each further j.
    log_decay: f64,
}

impl Queue {
    fn new(servers: f64, load: f64) -> Result<Self, TheoryError> {
        let rates = batch_rates(servers, load)?;
        let mean = rates.iter().zip(1_u32..).map(|(rate, j)| rate * f64::from(j)).sum();
        // The tail's pole: the root beyond 1 of c ln z = c ρ (z − 1).
        let beyond = root::of_decreasing(load, |w| if w > 0.0 { libm::log1p(w) / w } else { 1.0 });
        let log_decay = libm::log1p(beyond);
        let probabilities = panjer(&rates, 1.0 / (1.0 + beyond));
        let last = *probabilities.last().expect("the empty queue has a probability");
        let mut tail = last / beyond;
        let mut tails: Vec<f64> = probabilities
            .iter()
            .rev()
            .map(|probability| {
                let above = tail;
                tail += probability;
                above
            })
            .collect();
        tails.reverse();
        Ok(Self { mean, tails, log_decay })
    }

    /// P(Y > j); 1 below 0.
    fn tail(&self, j: f64) -> f64 {
        if j < 0.0 {
            return 1.0;
        }
        let last = (self.tails.len() - 1) as f64;
        if j <= last {
            return self.tails[j as usize];
        }
        self.tails[self.tails.len() - 1] * libm::exp(-(j - last) * self.log_decay)
    }
}

/// `b_1, b_2, …`: how often the random walk sets out on a ladder of so many steps.
///
/// On the circle of radius 1/ρ, where `z^{−c} e^{a (z − 1)}` is least, so that the coefficients on
/// both sides alias least.
fn batch_rates(servers: f64, load: f64) -> Result<Vec<f64>, TheoryError> {
    let log_radius = -libm::log(load);
    let wanted = (ALIASING / log_radius).max(64.0);
    if wanted > MOST_POINTS {
        let what = "the queue of M/D/c this near to saturation";
        return Err(TheoryError::TooLarge { what, size: wanted, limit: MOST_POINTS });
    }
    let points = (wanted.ceil() as usize).next_power_of_two();
    // ln ρ + 1 − ρ, of the order of (1 − ρ)² and negative.
    let deepest = libm::log1p(load - 1.0) + (1.0 - load);
    let mut values: Vec<fourier::Complex> = (0..points)
        .map(|point| {
            let angle = 2.0 * std::f64::consts::PI * point as f64 / points as f64;
            let half_sine = libm::sin(angle / 2.0);
            let log_size = servers * (deepest - 2.0 * half_sine * half_sine);
            minus_log_one_minus(log_size, servers * (libm::sin(angle) - angle))
        })
        .collect();
    fourier::transform(&mut values);
    let mut radius_power = 1.0;
    let rates = values[1..points / 2].iter().map(|value| {
        radius_power *= load;
        (value.0 / points as f64 * radius_power).max(0.0)
    });
    Ok(rates.collect())
}

/// `−ln(1 − f)` of the complex `f = e^{log_size + i phase}` inside the unit circle.
fn minus_log_one_minus(log_size: f64, phase: f64) -> fourier::Complex {
    let size = libm::exp(log_size);
    let (sine, cosine) = libm::sincos(phase);
    let half_sine = libm::sin(phase / 2.0);
    // 1 − f, whose real part would cancel near f = 1.
    let real = -libm::expm1(log_size) + 2.0 * size * half_sine * half_sine;
    let imaginary = -size * sine;
    let log_square = if size < 0.5 {
        libm::log1p(size * (size - 2.0 * cosine))
    } else {
        libm::log(real * real + imaginary * imaginary)
    };
    (-0.5 * log_square, -libm::atan2(imaginary, real))
}

/// The probabilities of a compound Poisson sum of batches, until they fall by the factor `decay`
/// each time.
fn panjer(rates: &[f64], decay: f64) -> Vec<f64> {
    let weighted: Vec<f64> =
        rates.iter().zip(1_u32..).map(|(rate, j)| rate * f64::from(j)).collect();
    let mut probabilities = vec![libm::exp(-rates.iter().sum::<f64>())];
    let mut geometric = 0;
    for n in 1..=rates.len() {
        let sum: f64 =
            weighted[..n].iter().zip(probabilities.iter().rev()).map(|(b, p)| b * p).sum();
        let probability = sum / n as f64;
        let ratio = probability / probabilities[n - 1];
        probabilities.push(probability);
        geometric = if (ratio / decay - 1.0).abs() < SETTLED { geometric + 1 } else { 0 };
        // A few in a row, since the ratio may cross its limit before it settles.
        if geometric == 8 || probability <= NEGLIGIBLE {
            break;
        }
    }
    probabilities
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::mg1::{Mg1, ServiceMoments};
    use crate::theory::mmc::Mmc;
    use proptest::prelude::*;

    /// The stationary queue by iterating `Y' = (Y + Poisson(a) − c)⁺` from empty: slow, but
    /// obvious.
    fn by_iteration(servers: usize, offered: f64, states: usize) -> Vec<f64> {
        let mut poisson = vec![libm::exp(-offered)];
        for j in 1..states {
            poisson.push(poisson[j - 1] * offered / j as f64);
        }
        let mut queue = vec![0.0; states];
        queue[0] = 1.0;
        for _ in 0..3000 {
            let mut next = vec![0.0; states];
            for (y, p) in queue.iter().enumerate().filter(|(_, p)| **p > 1e-18) {
                for (a, q) in poisson.iter().enumerate().filter(|(_, q)| **q > 1e-18) {
                    next[(y + a).saturating_sub(servers).min(states - 1)] += p * q;
                }
            }
            let change: f64 = next.iter().zip(&queue).map(|(a, b)| (a - b).abs()).sum();
            queue = next;
            if change < 1e-14 {
                break;
            }
        }
        queue
    }

    #[test]
    fn the_queue_is_the_one_that_iteration_converges_to() {
        for (servers, load) in [(1, 0.5), (2, 0.8), (3, 0.3), (5, 0.9), (20, 0.85)] {
            let offered = load * f64::from(servers);
            let expected = by_iteration(servers as usize, offered, 400);
            let model = Mdc::new(offered, 1.0, u64::from(servers as u32)).unwrap();
            let mean: f64 = expected.iter().enumerate().map(|(j, p)| j as f64 * p).sum();
            assert!((model.queue.mean - mean).abs() < 1e-9 * (1.0 + mean), "{servers} {load}");
            for j in 0..60 {
                let tail: f64 = expected[j + 1..].iter().sum();
                let found = model.queue.tail(j as f64);
                assert!((found - tail).abs() < 1e-11, "{servers} {load} {j}: {found} {tail}");
            }
        }
    }

    #[test]
    fn one_server_agrees_with_pollaczek_and_khinchine_and_with_erlang() {
        for load in [0.01, 0.3, 0.7, 0.95, 0.999] {
            let model = Mdc::new(load, 1.0, 1).unwrap();
            let expected = Mg1::new(load, ServiceMoments::constant(1.0)).unwrap().wait_mean_s();
            let found = model.prediction().wait_mean_s;
            assert!((found / expected - 1.0).abs() < 1e-9, "{load}: {found} {expected}");
            // Erlang 1909: P(W ≤ t) = (1 − ρ) e^{ρt} for t < 1, then (1 − ρ)(e^{ρt} − ρ(t − 1)
            // e^{ρ(t − 1)}).
            let idle = 1.0 - load;
            assert!((model.wait_probability() - load).abs() < 1e-10, "{load}");
            let (early, late) = (0.6, 1.4);
            let below = idle * libm::exp(load * early);
            assert!((1.0 - model.wait_tail(early) - below).abs() < 1e-10, "{load}");
            let next = load * (late - 1.0);
            let below = idle * (libm::exp(load * late) - next * libm::exp(next));
            assert!((1.0 - model.wait_tail(late) - below).abs() < 1e-10, "{load}");
        }
    }

    /// Crommelin's mean number in the system by the roots of `z^c = e^{a (z − 1)}` inside the unit
    /// circle: `Σ 1/(1 − z_k) − ((c − a)² − c) / (2 (c − a))`.
    fn number_by_roots(servers: u32, offered: f64) -> f64 {
        let c = f64::from(servers);
        let load = offered / c;
        let sum: f64 = (1..servers)
            .map(|k| {
                let turn = 2.0 * std::f64::consts::PI * f64::from(k) / c;
                let (mut re, mut im) = (0.0, 0.0);
                for _ in 0..100_000 {
                    // z = e^{i turn} e^{ρ (z − 1)} is a contraction.
                    let size = libm::exp(load * (re - 1.0));
                    let (sine, cosine) = libm::sincos(turn + load * im);
                    let before = (re, im);
                    (re, im) = (size * cosine, size * sine);
                    if (re, im) == before {
                        break;
                    }
                }
                (1.0 - re) / ((1.0 - re) * (1.0 - re) + im * im)
            })
            .sum();
        let spare = c - offered;
        sum - (spare * spare - c) / (2.0 * spare)
    }

    #[test]
    fn the_mean_agrees_with_the_roots_up_to_heavy_traffic() {
        for (servers, load) in
            [(2, 0.5), (4, 0.9), (10, 0.95), (50, 0.99), (8, 0.999), (1000, 0.999)]
        {
            let offered = load * f64::from(servers);
            let found = Mdc::new(offered, 1.0, u64::from(servers)).unwrap().queue.mean;
            let expected = number_by_roots(servers, offered) - offered;
            assert!((found / expected - 1.0).abs() < 1e-7, "{servers} {load}: {found} {expected}");
        }
    }

    #[test]
    fn ten_thousand_servers_have_percentiles() {
        let model = Mdc::new(9_990.0, 1.0, 10_000).unwrap();
        let p99 = model.wait_percentile_s(0.99).unwrap();
        let markov = Mmc::new(9_990.0, 1.0, 10_000).unwrap();
        assert!(p99 > 0.0 && p99 < markov.wait_percentile_s(0.99).unwrap(), "{p99}");
        assert!((model.wait_tail(p99) / 0.01 - 1.0).abs() < 1e-9);
        let idle = Mdc::new(100.0, 1.0, 10_000).unwrap();
        assert_eq!((idle.wait_percentile_s(0.999), idle.queue.mean), (Some(0.0), 0.0));
    }

    #[test]
    fn a_slower_clock_scales_every_time_and_no_share() {
        let (unit, scaled) = (Mdc::new(2.7, 1.0, 3).unwrap(), Mdc::new(135.0, 0.02, 3).unwrap());
        for p in [0.5, 0.99] {
            for (a, b) in [
                (unit.wait_percentile_s(p), scaled.wait_percentile_s(p)),
                (unit.response_percentile_s(p), scaled.response_percentile_s(p)),
            ] {
                assert!((a.unwrap() * 0.02 - b.unwrap()).abs() < 1e-12, "{p}: {a:?} {b:?}");
            }
        }
        let (unit, scaled) = (unit.prediction(), scaled.prediction());
        assert!((unit.wait_mean_s * 0.02 / scaled.wait_mean_s - 1.0).abs() < 1e-12);
        assert!((unit.response_mean_s * 0.02 / scaled.response_mean_s - 1.0).abs() < 1e-12);
        assert!((unit.throughput_rps / 0.02 / scaled.throughput_rps - 1.0).abs() < 1e-12);
        assert!((unit.utilization - scaled.utilization).abs() < 1e-15);
    }

    #[test]
    fn impossible_and_unstable_input_is_refused() {
        assert!(matches!(Mdc::new(2.0, 1.0, 2), Err(TheoryError::Unstable { .. })));
        assert!(matches!(Mdc::new(0.999_999, 1.0, 1), Err(TheoryError::TooLarge { .. })));
        assert!(matches!(Mdc::new(1.0, 1.0, u64::MAX), Err(TheoryError::TooLarge { .. })));
        assert!(Mdc::new(f64::NAN, 1.0, 2).is_err());
        assert!(Mdc::new(1.0, 1.0, 0).is_err());
        assert!(Mdc::new(1.0, 1.0, 2).unwrap().response_percentile_s(1.0).is_none());
    }

    proptest! {
        #[test]
        fn the_mean_wait_is_the_integral_of_its_tail(servers in 1_u64..40, load in 0.3_f64..0.95) {
            let model = Mdc::new(load * servers as f64, 1.0, servers).unwrap();
            let end = model.wait_percentile_s(1.0 - 1e-11).unwrap().ceil().max(1.0);
            // The tail has kinks at whole services: Simpson's rule with 200 steps within each.
            let steps = (end * 200.0) as u32;
            let h = 1.0 / 200.0;
            let integral = (0..=steps).map(|k| {
                let weight = if k == 0 || k == steps { 1.0 } else if k % 2 == 1 { 4.0 } else { 2.0 };
                weight * model.wait_tail(f64::from(k) * h)
            }).sum::<f64>() * h / 3.0;
            let mean = model.prediction().wait_mean_s;
            prop_assert!((integral - mean).abs() < 2e-5 * (mean + 0.01), "{} {}", integral, mean);
        }

        #[test]
        fn constant_service_waits_less_than_exponential(servers in 1_u64..100, load in 0.01_f64..0.99) {
            let offered = load * servers as f64;
            let constant = Mdc::new(offered, 1.0, servers).unwrap().prediction().wait_mean_s;
            let markov = Mmc::new(offered, 1.0, servers).unwrap().prediction().wait_mean_s;
            // Between half of it, the limit in heavy traffic, and all of it.
            prop_assert!(constant >= 0.5 * markov * (1.0 - 1e-9) && constant <= markov);
        }
    }
}
