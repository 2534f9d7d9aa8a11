//! What wrk and wrk2 print: a closed load of connections, or (wrk2) an open one at `-R`.
//!
//! ```text
//!   2 threads and 64 connections
//!   Latency Distribution
//!      50%   31.40ms
//!   30614 requests in 30.02s, 4.91MB read
//! Requests/sec:   1019.78
//! ```
//!
//! wrk2 counts from the instant at which a request was due and adds a spectrum in milliseconds
//! whose second column is the share, with `#[Mean = …]` below. That its rate was held is seen only
//! by whoever asked for it: what it reached is what is taken for offered.

use super::{Measurement, ordered};
use crate::input::dist::Percentile;
use crate::input::problem::Problem;

/// Points of the spectrum that are kept: more say nothing new of a distribution.
const SPECTRUM: [f64; 8] = [10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9];

/// Whether the text looks like one.
pub fn fits(text: &str) -> bool {
    text.contains("Requests/sec:") && text.contains("Thread Stats")
}

/// Reads one run.
pub fn read(name: &str, text: &str) -> Result<Vec<Measurement>, Problem> {
    let mut one = Measurement { place: name.to_owned(), ..Measurement::default() };
    let mut spectrum: Vec<Percentile> = Vec::new();
    let mut points = Vec::new();
    let mut bad = 0.0;
    let is_wrk2 = text.contains("Recorded Latency");
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [_, "threads", "and", clients, "connections"] => one.clients = clients.parse().ok(),
            ["Latency", mean, ..] if one.mean_s.is_none() => one.mean_s = time(mean),
            [percent, value] if percent.ends_with('%') => {
                let percent = percent.trim_end_matches('%').parse().ok();
                points.extend(
                    percent.zip(time(value)).map(|(percent, value)| Percentile { percent, value }),
                );
            }
            [value, share, _, _] if is_wrk2 => {
                let number = |text: &str| text.parse::<f64>().ok();
                let point = number(value).zip(number(share));
                spectrum.extend(
                    point.map(|(ms, share)| Percentile { percent: share * 100.0, value: ms / 1e3 }),
                );
            }
            ["#[Mean", "=", mean, ..] => {
                one.mean_s = mean.trim_end_matches(',').parse::<f64>().ok().map(|ms| ms / 1e3);
            }
            [count, "requests", "in", ..] => one.requests = count.parse().ok(),
            ["Requests/sec:", rate, ..] => {
                one.throughput_rps = rate.parse().ok().filter(|rate: &f64| rate.is_finite());
            }
            ["Non-2xx", .., count] => bad += count.parse::<f64>().unwrap_or(0.0),
            ["Socket", "errors:", rest @ ..] => {
                let counts =
                    rest.iter().filter_map(|word| word.trim_end_matches(',').parse::<f64>().ok());
                bad += counts.sum::<f64>();
            }
            _ => {}
        }
    }
    let rate = one.throughput_rps.ok_or_else(|| {
        Problem::new("there is no line `Requests/sec:`").expected("the whole output of wrk or wrk2")
    })?;
    if is_wrk2 {
        one.clients = None;
        one.offered_rps = Some(rate);
    }
    one.failed = one.requests.filter(|count| *count > 0.0).map(|count| (bad / count).min(1.0));
    one.percentiles = ordered(if spectrum.len() > 10 { thinned(&spectrum) } else { points });
    Ok(vec![one])
}

/// The spectrum at the usual percentiles, linear between its lines.
fn thinned(spectrum: &[Percentile]) -> Vec<Percentile> {
    let at = |percent: f64| {
        let pair = spectrum.windows(2).find(|pair| {
            pair[0].percent <= percent
                && percent <= pair[1].percent
                && pair[0].percent < pair[1].percent
        })?;
        let part = (percent - pair[0].percent) / (pair[1].percent - pair[0].percent);
        Some(Percentile { percent, value: pair[0].value + part * (pair[1].value - pair[0].value) })
    };
    SPECTRUM.into_iter().filter_map(at).collect()
}

/// `635.91us`, `5.80ms`, `1.20s`, `2.1m` in seconds.
fn time(text: &str) -> Option<f64> {
    let split = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(split);
    let scale = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|number| number * scale).filter(|time| time.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrk_is_a_closed_load_of_its_connections() {
        let one = read("x", include_str!("../../../tests/fit/wrk.txt")).expect("a run").remove(0);
        assert_eq!((one.clients, one.offered_rps), (Some(64), None));
        assert_eq!((one.throughput_rps, one.mean_s), (Some(1019.78), Some(0.06285)));
        let points: Vec<f64> = one.percentiles.iter().map(|point| point.percent).collect();
        assert_eq!(points, [50.0, 75.0, 90.0, 99.0]);
        assert_eq!(one.failed, Some(3.0 / 30614.0));
    }

    #[test]
    fn wrk2_is_an_open_load_with_its_spectrum_in_milliseconds() {
        let one = read("x", include_str!("../../../tests/fit/wrk2.txt")).expect("a run").remove(0);
        assert_eq!((one.clients, one.offered_rps), (None, Some(499.93)));
        assert_eq!(one.mean_s, Some(0.009747));
        let median = one.percentiles.iter().find(|point| point.percent == 50.0).expect("a median");
        assert!((median.value - 0.008_631).abs() < 1e-9, "{median:?}");
    }

    #[test]
    fn times_carry_their_units() {
        for (text, seconds) in [
            ("250.00us", Some(250e-6)),
            ("1.20s", Some(1.2)),
            ("2m", Some(120.0)),
            ("7", None),
            ("xms", None),
        ] {
            assert_eq!(time(text), seconds, "{text}");
        }
    }
}
