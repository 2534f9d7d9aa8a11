//! Right about real servers: the measured cells of `tests/measured` are simulated and compared.
//!
//! Bounds lie a little above what was reached, so that a change that makes the model worse fails;
//! `cargo run --release --example reality` writes the whole report.

#[path = "../examples/reality/ablation.rs"]
#[allow(dead_code)]
mod ablation;
#[path = "../examples/reality/batch.rs"]
#[allow(dead_code)]
mod batch;
#[path = "../examples/reality/cells.rs"]
#[allow(dead_code)]
mod cells;
#[path = "../examples/reality/likely.rs"]
#[allow(dead_code)]
mod likely;
#[path = "../examples/reality/predict.rs"]
#[allow(dead_code)]
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

#[test]
fn a_mechanism_is_named_where_the_figure_moves_with_it_and_nowhere_else() {
    let all = cells::read(&cells::folder()).expect("the measurements are in the repository");
    let found = |label: &str, figure| {
        let cell = all.iter().find(|cell| cell.label() == label).expect(label);
        let one = score::score_one(Trial::Scheduling, cell, &all).expect("a valid model");
        ablation::evidence(&one, (Trial::Scheduling, &all), figure).expect("valid models")
    };
    let listed = found("uvloop, 64 clients, 1 ms + 0 ms in 0", 4);
    assert!(listed.starts_with("hangs on the order of sockets in a poll"), "{listed}");
    let alone = found("gthread-8, 1 clients, 1 ms + 0 ms in 0", 4);
    assert!(alone.starts_with("something else had its core: the server ran for 90 %"), "{alone}");
}

#[test]
fn late_requests_that_stay_last_take_two_turns_as_measured() {
    // uvloop without waits: n - 1 bursts, and for a 1/(n - 1) of all requests twice that.
    let all = cells::read(&cells::folder()).expect("the measurements are in the repository");
    for clients in [4, 16] {
        let label = format!("uvloop, {clients} clients, 1 ms + 0 ms in 0");
        let cell = all.iter().find(|cell| cell.label() == label).expect("measured");
        let found = Trial::Scheduling.predict(cell, &all).expect("a valid model");
        for (found, measured) in [(found.p50, cell.figures.p50), (found.p99, cell.figures.p99)] {
            assert!((found / measured - 1.0).abs() < 0.05, "{label}: {found} of {measured}");
        }
    }
}

#[test]
fn timers_behind_sockets_give_loops_the_tails_that_were_measured() {
    // Before timers came behind sockets, and asyncio read in one iteration and ran in the next, these were 20 to 34 %
    // too low, whatever else was right.
    let all = cells::read(&cells::folder()).expect("the measurements are in the repository");
    for (label, within) in [
        ("uvloop, 16 clients, 1 ms + 1 ms in 1", 0.05),
        ("uvloop, 64 clients, 1 ms + 1 ms in 1", 0.1),
        ("uvloop, 64 clients, 1 ms + 5 ms in 1", 0.1),
        ("uvloop, 8 clients, 2 ms + 1 ms in 1", 0.15),
        ("asyncio, 8 clients, 1 ms + 1 ms in 1", 0.05),
        ("asyncio, 32 clients, 1 ms + 5 ms in 1", 0.1),
        ("asyncio, 8 clients, 2 ms + 1 ms in 1", 0.2),
    ] {
        let cell = all.iter().find(|cell| cell.label() == label).expect("measured");
        let found = Trial::Scheduling.predict(cell, &all).expect("a valid model").p99;
        let measured = cell.figures.p99;
        assert!((found / measured - 1.0).abs() < within, "{label}: {found} of {measured}");
    }
}

#[test]
fn open_loads_lie_within_what_a_prediction_can_say() {
    let all = cells::read(&cells::folder()).expect("the measurements are in the repository");
    let open = likely::open(&all);
    let near: Vec<_> = open.iter().filter(|cell| cell.region() == Region::Open95).collect();
    let misses = near.iter().filter(|cell| {
        let found = likely::of(Trial::Blind, cell, &all, likely::DRIFT).expect("a valid model");
        !found[1].holds()
    });
    let misses: Vec<String> = misses.map(|cell| cell.label()).collect();
    assert!(misses.len() * 5 <= near.len(), "{} of {}: {misses:?}", misses.len(), near.len());
    // Near saturation a per cent of CPU moves the mean by several.
    let near = open.iter().find(|cell| cell.label() == "asyncio, 95 % load, 1 ms + 0 ms in 0");
    let near = near.expect("measured");
    let moves = ablation::elasticity(Trial::Scheduling, near, &all, 1).expect("a valid model");
    assert!(moves > 4.0, "{moves}");
}

#[test]
fn batches_take_as_long_as_measured() {
    for batch in batch::read(&cells::folder()).expect("the measurements are in the repository") {
        let found = batch.predicted_s().expect("a valid model");
        let off = found / batch.wall_s - 1.0;
        assert!(off.abs() < 0.02, "{}: {found} s of {} s", batch.label(), batch.wall_s);
    }
}

/// The goals, for both tests.
const BOUNDS: [[f64; 5]; 2] = [[1.0, 1.0, 2.5, 5.0, 8.0], [5.0, 8.0, 10.0, 15.0, 20.0]];
/// By region: CPU-bound, knee, I/O-bound, open at 30, 70 and 95 %.
const SCHEDULING: [[f64; 5]; 6] = [
    [1.0, 1.0, 4.0, 10.0, 16.0],
    [2.0, 3.0, 4.0, 6.0, 10.0],
    [2.0, 1.5, 1.5, 3.0, 5.0],
    [2.5, 4.0, 5.0, 5.0, 6.0],
    [2.5, 10.0, 8.0, 14.0, 16.0],
    [3.0, 20.0, 20.0, 20.0, 20.0],
];
