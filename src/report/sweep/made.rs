//! What the points of a sweep took and how narrow their intervals are, for captions.

use std::io;

use serde::Deserialize;

use super::Entries;
use crate::study::result::Effort;

/// What of a point's JSON is looked at.
#[derive(Deserialize)]
struct Point {
    result: Study,
}

#[derive(Deserialize)]
struct Study {
    replications: u32,
    warmup_s: Option<f64>,
    runtimes: Vec<Runtime>,
    scenarios: Vec<Scenario>,
}

#[derive(Deserialize)]
struct Scenario {
    runtimes: Vec<Runtime>,
}

#[derive(Deserialize)]
struct Runtime {
    throughput_rps: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    value: Option<f64>,
    ci95: Option<[f64; 2]>,
}

impl Estimate {
    fn precision(&self) -> Option<f64> {
        let (value, [low, high]) = (self.value?, self.ci95?);
        Some((high - low) / 2.0 / value).filter(|width| width.is_finite())
    }
}

/// What the points took, and the widest half of an interval of a throughput over its value; `each`
/// gets every point's rows meanwhile.
///
/// # Errors
///
/// Those of the reader and of `each`.
pub fn made(
    entries: Entries<'_>,
    mut each: impl FnMut(&str) -> io::Result<()>,
) -> io::Result<(Option<Effort>, Option<f64>)> {
    let (mut effort, mut widest) = (None, None);
    for entry in entries {
        let entry = entry?;
        each(&entry.csv)?;
        let Point { result } = serde_json::from_str(&entry.json)?;
        let warmup = result.warmup_s.unwrap_or(0.0);
        effort = Some(Effort::and(effort, result.replications, warmup));
        let scenarios = result.scenarios.iter().flat_map(|scenario| &scenario.runtimes);
        let widths = result.runtimes.iter().chain(scenarios);
        let widths = widths.filter_map(|runtime| runtime.throughput_rps.precision());
        widest = widths.chain(widest).reduce(f64::max);
    }
    Ok((effort, widest))
}
