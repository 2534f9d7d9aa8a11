//! Plans against Erlang's own answers.

use super::*;
use crate::input::Document;
use crate::model::Overrides;
use crate::study::axis::Axis;
use crate::theory::Predict as _;
use crate::theory::mmc::Mmc;

/// 50 requests a second that wait 100 ms each in a worker: 5 erlangs.
const MODEL: &str = r#"
[load]
kind = "poisson"
rate = "50/s"

[[request]]
steps = [{ io = "exp(100 ms)" }]

[[runtime]]
name = "w"
kind = "sync-worker"
workers = 5
cost_per_hour = 0.2

[run]
requests = 30_000
replications = 6
warmup = "5 s"
"#;

fn answer(slo: &str, vary: &[&str], constraints: &[&str], survive: u32) -> Answer {
    let document =
        Document::from_text("m", &MODEL.replace("[run]", &format!("[run]\nslo = [{slo}]")));
    answer_of(&document, vary, constraints, survive)
}

/// Only one test asks for the headroom, which takes many trials.
fn answer_of(document: &Document, vary: &[&str], constraints: &[&str], survive: u32) -> Answer {
    answer_with(document, vary, (constraints, survive), false)
}

fn answer_with(
    document: &Document,
    vary: &[&str],
    (constraints, survive): (&[&str], u32),
    with_headroom: bool,
) -> Answer {
    let grid = Grid::new(vary.iter().map(|text| Axis::parse(text).unwrap()).collect()).unwrap();
    let read = |point: &[(String, String)]| {
        let mut overrides = Overrides::new();
        point.iter().for_each(|(name, value)| overrides.push(name, value, "--vary"));
        let mut case = Case::of(Model::read(document, &overrides).unwrap());
        for scenario in &case.model.scenarios {
            let model = Model::read_scenario(document, &overrides, &scenario.name).unwrap();
            case.scenarios.push((scenario.name.clone(), model));
        }
        Ok::<_, Failure>(case)
    };
    let model = read(&grid.point(0)).unwrap().model;
    let names = names(&grid, &grid.point(0), &model, &model.runtimes[0]);
    let constraints: Vec<_> =
        constraints.iter().map(|text| Constraint::parse(text, &names).unwrap()).collect();
    let question = Question {
        runtime: "w",
        grid: &grid,
        constraints: &constraints,
        survive,
        with_headroom,
        sha256: "",
    };
    ask(&question, &read, &|_| String::new(), &Control::default()).unwrap()
}

fn value(answer: &Answer) -> Vec<&str> {
    answer.at.iter().flat_map(|at| at.point.iter().map(|(_, value)| value.as_str())).collect()
}

fn queue(workers: u64) -> Mmc {
    Mmc::new(50.0, 0.1, workers).unwrap()
}

#[test]
fn the_least_number_of_workers_is_that_of_erlang_c() {
    // Thresholds in the middle between the exact waits of c and c + 1 workers.
    for workers in [6, 7, 8] {
        let wait = |c| queue(c).prediction().wait_mean_s;
        let threshold = (wait(workers) * wait(workers + 1)).sqrt();
        let answer = answer(
            &format!("\"accept_wait <= {threshold} s\""),
            &["runtime.w.workers=1..512"],
            &[],
            0,
        );
        assert_eq!(value(&answer), [(workers + 1).to_string()], "{threshold}");
        assert_eq!(answer.distinguishable(), Some(true));
        assert!(answer.simulated <= 12, "{} of 512", answer.simulated);
        assert!(answer.notes.is_empty(), "{:?}", answer.notes);
    }
}

#[test]
fn the_least_number_for_a_percentile_is_that_of_the_exact_tail() {
    // P(response > t) of M/M/c; the smallest c at which it is at most 1 %, where the neighbours are
    // not a matter of chance.
    let threshold = 0.55;
    let exact = (6..).find(|&c| queue(c).response_tail(threshold) <= 0.01).unwrap();
    let answer = answer("\"p99 <= 550 ms\"", &["runtime.w.workers=1..512"], &[], 0);
    assert_eq!(value(&answer), [exact.to_string()]);
    let at = answer.at.as_ref().unwrap();
    assert_eq!(at.hardest(&answer.objectives).binds.resource, "workers");
    let room = at.room_to_limit(&answer.objectives).unwrap();
    assert!((room - (exact as f64 / 5.0 - 1.0)).abs() < 0.05, "{room}");
}

#[test]
fn what_cannot_be_sustained_is_not_simulated_and_the_end_of_the_range_is_an_answer_too() {
    let none = answer("\"accept_wait <= 1 ms\"", &["runtime.w.workers=1..5"], &[], 0);
    assert!(none.at.is_none());
    assert_eq!(none.simulated, 0);
    assert!(
        matches!(&none.below[0].tried[0].found, trial::Found::Hopeless(why) if why.grows && why.why == "50/s offered, 50/s possible")
    );
    let missed = answer("\"accept_wait <= 1 ns\"", &["runtime.w.workers=6..8"], &[], 0);
    assert!(missed.at.is_none() && missed.below[0].is_simulated());
}

#[test]
fn of_several_keys_the_cheapest_combination_is_found_under_its_constraints() {
    let keys = ["runtime.w.instances=1..6", "runtime.w.workers=1..16"];
    // One instance of 16 would do, and costs least.
    assert_eq!(value(&answer("\"mean <= 130 ms\"", &keys, &[], 0))[0], "1");
    // At most four workers on each: 5 erlangs need two instances or more.
    let split = answer("\"mean <= 130 ms\"", &keys, &["workers <= 4"], 0);
    assert_eq!(value(&split), ["2", "4"]);
    // One of them lost, the other must do alone: with three, two are left.
    let lost = answer("\"mean <= 130 ms\"", &keys, &["workers <= 4"], 1);
    assert_eq!(value(&lost), ["3", "4"]);
    // All three are paid for.
    let cost = lost.at.and_then(|at| at.cost_per_hour).unwrap();
    assert!((cost - 0.6).abs() < 1e-12, "{cost}");
}

#[test]
fn the_objectives_hold_in_every_scenario_and_the_hardest_decides() {
    let document = Document::from_text(
        "m",
        &format!(
            "{}\n[[scenario]]\nname = \"peak\"\nset = {{ \"load.rate\" = \"70/s\" }}\n",
            MODEL.replace("[run]", "[run]\nslo = [\"accept_wait <= 10 ms\"]")
        ),
    );
    let answer = answer_of(&document, &["runtime.w.workers=1..64"], &[], 0);
    let wait = |rate: f64, c| Mmc::new(rate, 0.1, c).unwrap().prediction().wait_mean_s;
    let least = |rate| (8..).find(|&c| wait(rate, c) <= 0.010).unwrap();
    assert!(least(70.0) > least(50.0));
    assert_eq!(value(&answer), [least(70.0).to_string()]);
    assert_eq!(answer.states, ["", "peak"]);
    let at = answer.at.as_ref().unwrap();
    assert_eq!((at.hardest(&answer.objectives).state.as_str(), at.tried.len()), ("peak", 2));
    assert_eq!(answer.below[0].hardest(&answer.objectives).state, "peak");
    let outcome = at.outcome().unwrap();
    assert_eq!((outcome.runtimes.len(), outcome.scenarios[0].name.as_str()), (1, "peak"));
}

#[test]
fn the_load_can_grow_as_far_as_erlang_says() {
    let slo = "[run]\nslo = [\"accept_wait <= 10 ms\"]";
    let document = Document::from_text("m", &MODEL.replace("[run]", slo));
    let answer = answer_with(&document, &["runtime.w.workers=8..9"], (&[], 0), true);
    let headroom::Headroom { meets, misses } = answer.headroom.unwrap();
    let wait =
        |growth: f64| Mmc::new(50.0 * (1.0 + growth), 0.1, 8).unwrap().prediction().wait_mean_s;
    // The exact end of the bracket lies inside, but for the chance of 180 000 requests.
    assert!(wait(meets) < 0.0108 && wait(misses.unwrap()) > 0.0092, "{meets} {misses:?}");
}

#[test]
fn an_interrupted_search_answers_with_what_was_tried_the_cheapest_first() {
    let text = MODEL.replace("[run]", "[run]\nslo = [\"p99 <= 500 ms\"]");
    let document = Document::from_text("m", &text);
    let grid = Grid::new(vec![Axis::parse("runtime.w.workers=1..40").unwrap()]).unwrap();
    let read = |point: &[(String, String)]| {
        let overrides = Overrides::new().with(&point[0].0, &point[0].1, "--vary");
        Ok::<_, Failure>(Case::of(Model::read(&document, &overrides).unwrap()))
    };
    let stopped_after = |trials: u32| {
        let (control, begun) = (Control::default(), std::cell::Cell::new(0));
        let command = |_: &Point| {
            if begun.get() == trials {
                control.cancel();
            }
            begun.set(begun.get() + 1);
            String::new()
        };
        let question = Question {
            runtime: "w",
            grid: &grid,
            constraints: &[],
            survive: 0,
            with_headroom: true,
            sha256: "",
        };
        ask(&question, &read, &command, &control)
    };
    assert_eq!(stopped_after(0).unwrap_err(), Failure::Interrupted);
    let answer = stopped_after(2).unwrap();
    let tried = answer.unfinished.as_ref().expect("it did not end");
    let widths: Vec<f64> = tried.iter().map(|one| number(&one.point[0].1).unwrap()).collect();
    assert!(widths.len() == 2 && widths[0] < widths[1], "{widths:?}");
    assert!(answer.at.is_none() && answer.evidence().count() == 2);
    // Left alone it comes to the answer by the same trials.
    assert_eq!(stopped_after(u32::MAX).unwrap().unfinished.map(|tried| tried.len()), None);
}
