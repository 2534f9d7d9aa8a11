//! Models that miss what they were made of: refused, with where they miss and what to measure.

use super::checks::Check;
use super::traced::Traced;
use super::words::{percent, quantity, span};
use super::{Fitted, Refusal};

/// A figure that is off by more than this is missed.
const MISSED: f64 = 0.30;
/// One figure of this many may be missed: a tail of a short run is one draw.
const ONE_OF: usize = 10;
/// Missed figures that are told, the worst first.
const TOLD: usize = 4;

/// That a fit meets its own measurements.
///
/// # Errors
///
/// More than one figure of ten is off by more than 30 %: then the model is not that of this server.
pub fn fitted(fitted: &Fitted) -> Result<(), Refusal> {
    // The percentile that was left out once says nothing of the model as it is written.
    let written = |check: &&Check| !check.held || fitted.predicts(check);
    let checks: Vec<&Check> = fitted.checks.iter().filter(written).collect();
    let place = |check: &Check| {
        let cell = &fitted.cells[check.cell];
        format!("{} at {} ({})", check.metric, cell.load(), cell.place)
    };
    judged(&checks, &place).map_err(|refusal| {
        let high = fitted.cells.iter().filter_map(|cell| cell.busy(fitted.draft.cores));
        let busiest = high.fold(0.0, f64::max);
        refusal.advice(format!(
            "something that is not in the model decides: another process on these cores, a lock, a narrow pool, a busy load \
             generator, or runs too short for their tails. Measure with one client and at half the load too, on a quiet \
             machine, with the CPU of the server's own processes (here up to {} of the cores); or --force writes the model \
             as it is",
            percent(busiest)
        ))
    })
}

/// That a model read off traces meets the requests that took no part.
///
/// # Errors
///
/// As [`fitted`]; where the load is not known only what is too long, for queueing is missing then.
pub fn traced(traced: &Traced) -> Result<(), Refusal> {
    if let Some(names) = traced.overlap() {
        return Err(Refusal::new(format!(
            "{names} overlap in the traces, and a request of {} makes one call after the other: it is not what was traced",
            traced.server.described()
        ))
        .advice(
            "name the server that makes calls at once: --preset uvicorn-asyncio, event-loop or work-stealing; or --force \
             writes them one after the other",
        ));
    }
    let known = traced.pressure.is_some();
    let told = |check: &&Check| known || check.deviation() > 0.0;
    let checks: Vec<&Check> = traced.checks.iter().filter(told).collect();
    judged(&checks, &|check| format!("{} of the traced requests", check.metric)).map_err(|refusal| {
        refusal.advice(
            "what no span covers decides, or the load given is not that of the traced time: trace the clients of the \
             database and of other services, give --rate of all requests and not of the sampled ones; or --force writes \
             the model as it is",
        )
    })
}

fn judged(checks: &[&Check], place: &dyn Fn(&Check) -> String) -> Result<(), Refusal> {
    let off = |check: &Check| check.deviation().abs();
    let mut missed: Vec<&Check> =
        checks.iter().copied().filter(|check| off(check) > MISSED).collect();
    if missed.len() * ONE_OF <= checks.len() {
        return Ok(());
    }
    missed.sort_by(|a, b| off(b).total_cmp(&off(a)));
    let told = |check: &&Check| {
        let words = |value: f64| {
            if check.metric == "throughput" {
                format!("{}/s", quantity(value))
            } else {
                span(value)
            }
        };
        format!(
            "{} was {} and is {} in the best model ({:+.0} %)",
            place(check),
            words(check.measured),
            words(check.simulated),
            check.deviation() * 100.0
        )
    };
    let worst: Vec<String> = missed.iter().take(TOLD).map(told).collect();
    Err(Refusal::new(format!(
        "no model is written, for the best one misses {} of {} measured figures by more than {:.0} %: {}",
        missed.len(),
        checks.len(),
        MISSED * 100.0,
        worst.join("; ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(measured: f64, simulated: f64) -> Check {
        Check { cell: 0, metric: "p50".to_owned(), measured, simulated, held: false }
    }

    #[test]
    fn a_missed_figure_is_refused_unless_ten_others_are_met() {
        let (good, bad) = (check(0.1, 0.12), check(0.1, 0.2));
        let place = |_: &Check| "p50".to_owned();
        assert_eq!(judged(&[&good; 4], &place), Ok(()));
        let refusal = judged(&[&good, &bad], &place).unwrap_err();
        assert!(
            refusal.why.contains("p50 was 100 ms and is 200 ms in the best model (+100 %)"),
            "{refusal}"
        );
        let mut many = vec![&good; 9];
        many.push(&bad);
        assert_eq!(judged(&many, &place), Ok(()));
        many.push(&bad);
        assert!(judged(&many, &place).is_err());
    }
}
