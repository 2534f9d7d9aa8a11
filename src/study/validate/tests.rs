//! Expectations on a model whose results are known by hand: one core, 1 ms of CPU, 3 ms of I/O, all
//! constant; sync does 250 requests a second, the loop 1 000, a gain of 4, as the formula says.

use super::*;
use crate::input::Document;
use crate::model::Overrides;
use crate::simulation::Control;
use crate::study::{Options, run};

const MODEL: &str = "\
    claim = \"Four times as fast.\"\n\
    [load]\nkind = \"closed\"\nclients = 8\n\
    [[request]]\nsteps = [{ cpu = \"1 ms\" }, { io = \"3 ms\" }]\n\
    [[runtime]]\nname = \"sync\"\nkind = \"sync-worker\"\n\
    [[runtime]]\nname = \"loop\"\nkind = \"event-loop\"\n\
    [run]\nrequests = 1000\nwarmup = \"1 s\"\nreplications = 2\n\
    [[scenario]]\nname = \"slow\"\nset = { \"host.cores\" = 1 }\n";

fn validate(expects: &str) -> Validation {
    let document = Document::from_text("known", &format!("{MODEL}{expects}"));
    let model = Model::read(&document, Overrides::NONE).unwrap_or_else(|told| panic!("{told}"));
    let slow = Model::read_scenario(&document, Overrides::NONE, "slow").expect("read already");
    let mut case = Case::of(model);
    case.scenarios.push(("slow".to_owned(), slow));
    let case = needed(&case);
    let outcome = run(&case, &Options::default(), &Control::default()).expect("simulated");
    let mut validation = Validation::default();
    validation.add(&case.model, &outcome);
    validation
}

fn expect(keys: &str) -> String {
    format!("[[expect]]\nruntime = \"loop\"\n{keys}\n")
}

#[test]
fn each_verdict_is_that_of_the_figure_its_tolerance_and_what_is_known() {
    for (keys, verdict) in [
        ("metric = \"gain\"\nreported = 4.0\ntolerance = \"1 %\"", Verdict::Holds),
        ("metric = \"gain\"\nreported = 5.0\ntolerance = \"10 %\"", Verdict::Fails),
        (
            "metric = \"gain\"\nreported = 5.0\ntolerance = \"10 %\"\nholds = false\nwhy = \"x\"",
            Verdict::Known,
        ),
        ("metric = \"gain\"\nat_least = 3.9\nholds = false\nwhy = \"x\"", Verdict::Changed),
        ("metric = \"gain\"\nat_most = 3.9", Verdict::Fails),
        ("metric = \"gain\"\nreported = 4.0", Verdict::Unjudged),
        ("metric = \"p97\"\nreported = \"1 s\"\ntolerance = \"1 %\"", Verdict::Unknown),
        ("metric = \"errors\"\nreported = 0\ntolerance = \"1 %\"", Verdict::Holds),
    ] {
        let validation = validate(&expect(keys));
        assert_eq!(validation.rows[0].verdict, verdict, "{keys}");
        let passes = !matches!(verdict, Verdict::Fails | Verdict::Unknown);
        assert_eq!(validation.passed(), passes, "{keys}");
    }
}

#[test]
fn the_formula_speaks_of_gain_throughput_and_nothing_else() {
    let relative = "relative_to = \"sync\"\n";
    for (keys, formula, simulated) in [
        ("metric = \"gain\"\nreported = 4.0".to_owned(), Some(4.0), 4.0),
        ("metric = \"throughput\"\nreported = \"1000/s\"".to_owned(), Some(1000.0), 1000.0),
        (format!("metric = \"throughput\"\nreported = 4.0\n{relative}"), Some(4.0), 4.0),
        (format!("metric = \"mean\"\nreported = 0.25\n{relative}"), None, 0.25),
        ("metric = \"cpu\"\nreported = 1.0\nscenario = \"slow\"".to_owned(), None, 1.0),
    ] {
        let validation = validate(&expect(&keys));
        let row = &validation.rows[0];
        assert_eq!(row.formula.map(|f| (f * 1e6).round() / 1e6), formula, "{keys}");
        let found = row.simulated.expect("simulated");
        assert!((found / simulated - 1.0).abs() < 0.01, "{keys}: {found}");
    }
}

#[test]
fn a_fit_and_an_illustration_are_never_counted() {
    let text = [
        expect("metric = \"gain\"\nreported = 4.0\ntolerance = \"1 %\"\nrole = \"fitted\""),
        expect("metric = \"gain\"\nreported = 9.0\ntolerance = \"1 %\"\nrole = \"illustration\""),
        expect("metric = \"gain\"\nreported = 3.2\ntolerance = \"30 %\""),
        expect("metric = \"gain\"\nreported = 5.0\ntolerance = \"30 %\""),
        expect("metric = \"gain\"\nreported = 4.0\ntolerance = \"30 %\""),
    ];
    let validation = validate(&text.concat());
    assert!(validation.passed());
    assert_eq!((validation.predictions().count(), validation.count(Verdict::Holds)), (3, 3));
    let (median, worst) = validation.errors().expect("three figures");
    assert!((median - 0.2).abs() < 0.01 && (worst - 0.25).abs() < 0.01, "{median} {worst}");
}

#[test]
fn a_case_is_placed_by_its_coefficient_and_its_best_runtime() {
    let placed = &validate("").cases[0];
    assert_eq!(placed.blocking_coefficient, Some(3.0));
    assert_eq!((placed.runtime.as_deref(), placed.formula), (Some("loop"), Some(4.0)));
    assert!((placed.gain.expect("simulated") - 4.0).abs() < 0.04);
    assert_eq!(placed.story.claim.as_deref(), Some("Four times as fast."));
}
