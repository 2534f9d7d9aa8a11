//! Right about real servers: the measured cells of `tests/measured` are simulated and compared.
//!
//! Bounds lie a little above what was reached, so that a change that makes the model worse fails;
//! `cargo run --release --example reality` writes the whole report.

#[path = "../examples/reality/cells.rs"]
#[allow(dead_code)]
mod cells;
#[path = "../examples/reality/predict.rs"]
mod predict;
#[path = "../examples/reality/score.rs"]
#[allow(dead_code)]
mod score;
#[path = "../examples/reality/trial.rs"]
#[allow(dead_code)]
mod trial;

use cells::Region;
use score::{Scored, median};
use trial::Trial;

/// The median errors of throughput, mean, p50, p95 and p99 in per cent, over all cells and by region.
fn errors(scored: &[Scored], keep: impl Fn(&Scored) -> bool) -> [f64; 5] {
    let kept: Vec<&Scored> = scored.iter().filter(|each| keep(each)).collect();
    std::array::from_fn(|figure| median(&kept, figure).expect("every group has cells") * 100.0)
}

fn within(what: &str, found: [f64; 5], bounds: [f64; 5]) {
    for (found, bound) in found.iter().zip(bounds) {
        assert!(
            *found <= bound,
            "{what}: {found:.2} % of {bound} %, in {:?}",
            "X mean p50 p95 p99"
        );
    }
}

#[test]
fn scheduling_is_right_where_the_cpu_of_a_request_is_known() {
    let all = cells::read(&cells::folder()).expect("the measurements are in the repository");
    let scored = score::score(Trial::Scheduling, &all, 1).expect("every cell is a valid model");
    within("all", errors(&scored, |_| true), BOUNDS[0]);
    for (region, bounds) in Region::ALL.into_iter().zip(SCHEDULING) {
        within(region.name(), errors(&scored, |each| each.cell.region() == region), bounds);
    }
}

#[test]
fn nominal_times_a_preset_and_one_client_predict_the_rest() {
    let all = cells::read(&cells::folder()).expect("the measurements are in the repository");
    let scored = score::score(Trial::Blind, &all, 1).expect("every cell is a valid model");
    within("all", errors(&scored, |_| true), BOUNDS[1]);
    for model in ["sync", "gthread", "asyncio", "uvloop"] {
        let [throughput, mean, .., p99] = errors(&scored, |each| each.cell.model == model);
        within(model, [throughput, mean, 0.0, 0.0, p99], [5.0, 8.0, 0.0, 0.0, 20.0]);
    }
}

/// The goals, for both tests.
const BOUNDS: [[f64; 5]; 2] = [[1.0, 1.0, 3.0, 6.0, 9.0], [5.0, 8.0, 10.0, 15.0, 20.0]];
/// By region: CPU-bound, knee, I/O-bound, open at 30, 70 and 95 %.
const SCHEDULING: [[f64; 5]; 6] = [
    [1.0, 1.0, 4.0, 10.0, 16.0],
    [2.0, 3.0, 4.0, 6.0, 10.0],
    [2.0, 1.5, 1.5, 3.0, 5.0],
    [2.5, 4.0, 5.0, 6.0, 8.0],
    [2.5, 10.0, 8.0, 14.0, 16.0],
    [3.0, 30.0, 35.0, 25.0, 25.0],
];
