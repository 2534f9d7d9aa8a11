//! Plans: the least that meets the objectives, its evidence, and what the other runtimes need.

use std::path::Path;

use super::{Played, names, play_at};

/// Five erlangs of waits: Erlang C's mean waits are 16 ms with 7 workers and 5.6 ms with 8.
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
cost_per_hour = 0.5

[[runtime]]
name = "t"
kind = "thread-pool"
threads = 5
"#;

const QUICK: [&str; 8] = [
    "--requests",
    "20000",
    "--replications",
    "5",
    "--set",
    "run.warmup=5s",
    "--slo",
    "accept_wait=10ms",
];

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(home.path().join("m.toml"), MODEL).expect("written");
    home
}

fn plan(home: &Path, more: &[&str]) -> Played {
    play_at(home, &[&["plan", "m.toml"][..], &QUICK, more].concat())
}

#[test]
fn the_answer_stands_with_its_evidence_and_the_other_runtimes() {
    let home = home();
    let played = plan(home.path(), &["--vary", "runtime.w.workers=1..64"]);
    let played = played.ends(0, &["wrote 6 files to output/m/plan"]);
    assert!(
        played.out.starts_with("m   plan for w   seed 42\naccept_wait <= 10ms\n"),
        "{}",
        played.out
    );
    assert!(played.out.contains("Need w: workers 8; binds: workers, 6"), "{}", played.out);
    assert!(played.out.contains("costs 0.5 an hour"), "{}", played.out);
    assert!(played.out.contains("Also t: threads 8; binds: workers"), "{}", played.out);
    let folder = home.path().join("output/m/plan");
    let files =
        ["manifest.json", "model.toml", "report.md", "report.txt", "result.csv", "result.json"];
    assert_eq!(names(&folder), files);
    let json = std::fs::read_to_string(folder.join("result.json")).expect("a result");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["met"], &json["distinguishable"]), (&true.into(), &true.into()));
    assert_eq!(json["answer"], serde_json::json!({"runtime.w.workers": 8}));
    assert_eq!(json["binds"], "workers");
    // Eight workers are full at 80/s; Erlang C's wait is 10 ms at 56/s.
    assert!((json["headroom_to_limit"].as_f64().expect("a number") - 0.6).abs() < 0.05);
    let room = ["headroom", "headroom_misses"].map(|key| json[key].as_f64().expect("a number"));
    assert!(room[0] < room[1] && room[0] > 0.02 && room[1] < 0.3, "{room:?}");
    let wait = |key: &str| json[key]["runtimes"][0]["accept_wait_s"]["mean"]["value"].as_f64();
    assert!(wait("at") < Some(0.01) && wait("below") > Some(0.01));
    assert_eq!(json["others"][0]["answer"], serde_json::json!({"runtime.t.threads": 8}));
    let csv = std::fs::read_to_string(folder.join("result.csv")).expect("a table");
    assert!(csv.starts_with("runtime.w.workers,scenario,runtime,"), "{csv}");
    assert_eq!(csv.lines().count(), 1 + 3);
}

#[test]
fn a_scenario_and_a_lost_instance_must_meet_the_objectives_too() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let peak = "[[scenario]]\nname = \"peak\"\nset = { \"load.rate\" = \"100/s\" }\n";
    std::fs::write(home.path().join("m.toml"), format!("{MODEL}\n{peak}")).expect("written");
    let vary = ["--vary", "runtime.w.instances=1..6", "--vary", "runtime.w.workers=8"];
    let need = |more: &[&str]| {
        let args = [&vary[..], &["--no-files", "--format", "json"], more].concat();
        let played = plan(home.path(), &args).ends(0, &[]);
        let json: serde_json::Value = serde_json::from_str(&played.out).expect("JSON");
        ["runtime.w.instances", "decided_by", "states"].map(|key| {
            if key.contains('.') { json["answer"][key].clone() } else { json[key].clone() }
        })
    };
    // Ten erlangs at the peak need more than eight workers, and as many with one instance lost.
    assert_eq!(need(&[])[1..], ["peak".into(), serde_json::json!(["", "peak"])]);
    let [whole, lost] = [&[][..], &["--survive", "1"]].map(need);
    assert_eq!(lost[0].as_u64(), whole[0].as_u64().map(|instances| instances + 1), "{lost:?}");
    assert_eq!(lost[1], "peak, 1 instance lost");
    assert_eq!(
        lost[2],
        serde_json::json!(["", "peak", "1 instance lost", "peak, 1 instance lost"])
    );
}

#[test]
fn what_nothing_meets_ends_with_status_1_and_says_why() {
    let home = home();
    let none = ["--vary", "runtime.w.workers=1..5", "--no-files"];
    let played = plan(home.path(), &none).ends(1, &[]);
    assert!(played.out.contains("50/s offered, 50/s possible"), "{}", played.out);
    assert_eq!(names(home.path()), ["m.toml"]);
}

#[test]
fn a_question_that_cannot_be_asked_is_told_what_is_missing() {
    for (more, words) in [
        (&["--vary", "host.cores=1..4"][..], &["--for w or --for t"][..]),
        (&["--vary", "runtime.w.workers=1..4", "--for", "t"], &["about two runtimes"]),
        (&["--vary", "host.cores=1..4", "--for", "x"], &["there is no runtime `x`, only w, t"]),
        (
            &["--vary", "runtime.w.workers=1..4", "--where", "wrokers <= 3"],
            &["--where:1:1: `wrokers` is not varied", "did you mean `workers`?"],
        ),
        (
            &["--vary", "host.scheduling=fifo,round-robin", "--for", "w"],
            &["is no number", "sweep them"],
        ),
    ] {
        let home = home();
        let played = plan(home.path(), more).ends(2, words);
        assert!(played.out.is_empty(), "{}", played.out);
    }
    let home = home();
    play_at(home.path(), &["plan", "m.toml", "--vary", "runtime.w.workers=1..4"])
        .ends(2, &["no objective to meet", "--slo p99=200ms"]);
}

#[test]
fn instances_that_are_not_there_cannot_be_lost() {
    let home = home();
    let args = ["plan", "m.toml", "--vary", "runtime.w.workers=1..8", "--slo", "p99=1s"];
    let said =
        ["--survive 1 needs 2 instances or more, and there is 1", "runtime.w.instances=2..8"];
    play_at(home.path(), &[&args[..], &["--survive", "1"]].concat()).ends(2, &said);
    let said = ["--survive 3 needs 4 instances", "there are 3 at most"];
    let more = ["--vary", "runtime.w.instances=1..3", "--survive", "3"];
    play_at(home.path(), &[&args[..], &more].concat()).ends(2, &said);
}

#[test]
fn the_help_of_a_plan_offers_no_charts() {
    let help = super::play(&["plan", "--help"]).ends(0, &[]).out;
    for flag in ["--chart", "--theme", "--width"] {
        assert!(!help.contains(flag), "{flag} is in:\n{help}");
    }
    assert!(help.contains("--out") && help.contains("--survive"), "{help}");
}
