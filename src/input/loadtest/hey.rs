//! hey's CSV: a row a request, seconds, `response-time` first and `offset` (its start) last.

use super::{Measurement, ordered};
use crate::input::dist::Percentile;
use crate::input::problem::Problem;

/// The percentiles that are taken, each where ten requests lie beyond it.
const SHARES: [f64; 9] = [10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 98.0, 99.0, 99.9];

/// Whether the text looks like one.
pub fn fits(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').starts_with("response-time,")
}

/// Reads one run. How many clients there were is seen by how many requests were under way at once.
pub fn read(name: &str, text: &str) -> Result<Vec<Measurement>, Problem> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let refuse = |error: csv::Error| Problem::new(format!("this is not CSV: {error}"));
    let header = reader.headers().map_err(refuse)?.clone();
    let column = |name: &str| header.iter().position(|column| column == name);
    let (Some(time), Some(offset)) = (column("response-time"), column("offset")) else {
        return Err(Problem::new("there is no column `response-time` or no column `offset`")
            .expected("what hey -o csv writes, its header included"));
    };
    let status = column("status-code");
    let (mut times, mut ends, mut failures) = (Vec::new(), (f64::INFINITY, 0.0_f64), 0_u32);
    for record in reader.records() {
        let record = record.map_err(refuse)?;
        let line = record.position().map_or(0, csv::Position::line);
        let number = |column: usize| {
            let cell = record.get(column).unwrap_or("");
            cell.parse::<f64>()
                .ok()
                .filter(|number| number.is_finite() && *number >= 0.0)
                .ok_or_else(|| {
                    Problem::new(format!("line {line}: `{cell}` is no time")).expected("seconds")
                })
        };
        let (time, start) = (number(time)?, number(offset)?);
        let bad =
            status.and_then(|column| record.get(column)).is_some_and(|code| !code.starts_with('2'));
        failures += u32::from(bad);
        ends = (ends.0.min(start), ends.1.max(start + time));
        times.push(time);
    }
    times.sort_by(f64::total_cmp);
    let (count, window) = (times.len() as f64, ends.1 - ends.0);
    if times.is_empty() || window.is_nan() || window <= 0.0 {
        return Err(Problem::new("there are no requests in it").expected("a row a request"));
    }
    let known = SHARES.into_iter().filter(|percent| count * (1.0 - percent / 100.0) >= 9.999);
    let percentile = |percent: f64| {
        let rank = ((count * percent / 100.0).ceil() as usize).clamp(1, times.len());
        Percentile { percent, value: times[rank - 1] }
    };
    let sum: f64 = times.iter().sum();
    Ok(vec![Measurement {
        place: name.to_owned(),
        // Little's law: each client has one request under way at any time.
        clients: Some((sum / window).round().max(1.0) as u64),
        throughput_rps: Some(count / window),
        mean_s: Some(sum / count),
        percentiles: ordered(known.map(percentile).collect()),
        requests: Some(count),
        failed: Some(f64::from(failures) / count),
        ..Measurement::default()
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_come_from_littles_law() {
        let one = read("x", include_str!("../../../tests/fit/hey.csv")).expect("a run").remove(0);
        assert_eq!(one.clients, Some(4));
        assert_eq!(one.requests, Some(60.0));
        let points: Vec<f64> = one.percentiles.iter().map(|point| point.percent).collect();
        assert_eq!(points, [10.0, 25.0, 50.0, 75.0]);
    }

    #[test]
    fn a_cell_that_is_no_time_is_told_with_its_line() {
        let error = read("x", "response-time,offset\n0.1,0\nx,1\n").unwrap_err();
        assert!(error.message().contains("line 3"), "{}", error.message());
    }
}
