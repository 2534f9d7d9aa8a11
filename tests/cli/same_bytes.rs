//! The same bytes, however many threads there are and whatever is drawn or written beside.

use super::{play_at, small};

#[test]
fn a_run_gives_the_same_bytes_on_1_2_7_and_64_threads() {
    let run = |jobs: &str| small(&["--format", "json", "--jobs", jobs]).ends(0, &[]).out;
    let one = run("1");
    for jobs in ["2", "7", "64"] {
        assert_eq!(run(jobs), one, "{jobs} threads");
    }
}

#[test]
fn charts_files_and_traces_leave_the_result_as_it_is() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let plain = play_at(home.path(), &super::SMALL).ends(0, &[]);
    let all = ["--out", "all", "--chart", "all", "--chart-format", "svg,png,pdf", "--jobs", "7"];
    let drawn = play_at(home.path(), &[&super::SMALL[..], &all].concat()).ends(0, &[]);
    assert_eq!(drawn.out, plain.out);
    let model = home.path().join("all/model.toml");
    let model = model.to_str().expect("UTF-8");
    let json = |folder: &str| {
        std::fs::read_to_string(home.path().join(folder).join("result.json")).expect("written")
    };
    let first = json("all");
    play_at(home.path(), &["trace", model, "--for", "20ms", "--out", "traced"]).ends(0, &[]);
    play_at(home.path(), &[&super::SMALL[..], &["--out", "again"]].concat()).ends(0, &[]);
    let without_command = |text: &str| {
        let mut value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        value["command"].take();
        value
    };
    assert_eq!(without_command(&json("again")), without_command(&first));
}
