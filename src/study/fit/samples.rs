//! Measured times and counts as distributions: the simplest that they allow.

use super::waits::Waits;
use super::words::quantity;
use crate::input::dist::{Dist, Percentile};

/// How often a call is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Count(pub String);

/// The family of these times: the simplest that the Kolmogorov–Smirnov distance allows.
pub(super) fn waits(mut times: Vec<f64>) -> Waits {
    times.retain(|time| *time > 0.0);
    times.sort_by(f64::total_cmp);
    let n = times.len() as f64;
    if times.is_empty() {
        return Waits::None;
    }
    let average = mean(times.iter().copied());
    let variance = mean(times.iter().map(|time| (time - average).powi(2)));
    let cv = variance.sqrt() / average;
    if cv < 0.02 || times.len() < 5 {
        return Waits::Constant(average);
    }
    // Kolmogorov's 1 % point, and 3 % of misfit that no model is better for.
    let allowed = 1.63 / n.sqrt() + 0.03;
    for waits in [Waits::Exponential(average), Waits::Lognormal(average, cv)] {
        if waits.dist().is_some_and(|dist| distance(&times, &dist) < allowed) {
            return waits;
        }
    }
    let points = [5.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0]
        .into_iter()
        .filter(|percent| n * (1.0 - percent / 100.0) >= 2.0);
    let mut found: Vec<Percentile> = Vec::new();
    for percent in points {
        let rank = (n * percent / 100.0).ceil().max(1.0) as usize;
        let value = times[rank - 1];
        if found.last().is_none_or(|last| value > 1.002 * last.value) {
            found.push(Percentile { percent, value });
        }
    }
    if found.len() < 2 { Waits::Constant(average) } else { Waits::Percentiles(found) }
}

/// The largest distance between the times' own distribution and another.
fn distance(sorted: &[f64], dist: &Dist) -> f64 {
    let n = sorted.len() as f64;
    let off = |(place, time): (usize, &f64)| {
        let share = dist.cdf(time * 1e9);
        (share - place as f64 / n).abs().max((share - (place + 1) as f64 / n).abs())
    };
    sorted.iter().enumerate().map(off).fold(0.0, f64::max)
}

/// The distribution of counts whose variance is nearest to theirs.
pub(super) fn count(counts: &[u32]) -> Count {
    let (least, most) =
        (counts.iter().min().copied().unwrap_or(1), counts.iter().max().copied().unwrap_or(1));
    if least == most {
        return Count(least.to_string());
    }
    let average = mean(counts.iter().map(|count| f64::from(*count)));
    let variance = mean(counts.iter().map(|count| (f64::from(*count) - average).powi(2)));
    let width = f64::from(most - least) + 1.0;
    let candidates = [
        (
            format!("uniform({least}, {most})"),
            (width * width - 1.0) / 12.0,
            (f64::from(least) + f64::from(most)) / 2.0,
        ),
        (format!("poisson({})", quantity(average)), average, average),
        (format!("geometric(mean = {})", quantity(average)), average * (average + 1.0), average),
    ];
    let off = |variance_of: f64, mean_of: f64| {
        libm::log(variance_of / variance.max(1e-9)).abs() + 4.0 * libm::log(mean_of / average).abs()
    };
    let best = candidates.into_iter().min_by(|a, b| off(a.1, a.2).total_cmp(&off(b.1, b.2)));
    Count(best.map_or_else(|| least.to_string(), |(text, _, _)| text))
}

/// The mean; 0 of nothing.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_u64), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / count as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_the_same_or_spread_as_theirs_are() {
        assert_eq!(count(&[3, 3, 3]), Count("3".to_owned()));
        let even: Vec<u32> = (0..100).map(|i| 1 + i % 10).collect();
        assert_eq!(count(&even), Count("uniform(1, 10)".to_owned()));
    }

    #[test]
    fn times_find_their_family() {
        let of = |dist: &Dist| -> Vec<f64> {
            (0..500).map(|i| dist.quantile((f64::from(i) + 0.5) / 500.0) / 1e9).collect()
        };
        assert!(
            matches!(waits(of(&Dist::exponential(4e6))), Waits::Exponential(mean) if (mean - 0.004).abs() < 1e-4)
        );
        assert!(matches!(waits(of(&Dist::lognormal(4e6, 0.5).unwrap())), Waits::Lognormal(..)));
        assert!(
            matches!(waits(vec![0.004; 50]), Waits::Constant(mean) if (mean - 0.004).abs() < 1e-9)
        );
        assert!(matches!(
            waits((0..400).map(|i| if i % 2 == 0 { 0.001 } else { 0.1 }).collect()),
            Waits::Percentiles(_)
        ));
    }
}
