//! The commands beside `run`: new, check, models, schema, theory, and the model from flags.

use super::{names, play, play_at};

fn shipped() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/models");
    let files = names(std::path::Path::new(folder));
    files.iter().filter_map(|file| file.strip_suffix(".toml").map(str::to_owned)).collect()
}

#[test]
fn every_shipped_model_checks_by_its_name_and_as_a_file() {
    for model in shipped() {
        let file = format!("{}/models/{model}.toml", env!("CARGO_MANIFEST_DIR"));
        for name in [model.as_str(), file.as_str()] {
            let played = play(&["check", name]).ends(0, &[]);
            assert!(played.out.contains(".toml: good, "), "{}", played.out);
            assert_eq!(played.err, "");
        }
    }
}

#[test]
fn every_shipped_model_has_a_theory() {
    for model in shipped() {
        let played = play(&["theory", &model]).ends(0, &[]);
        assert!(played.out.contains("formula"), "{}", played.out);
    }
}

#[test]
fn the_list_of_models_names_each_with_a_sentence_that_fits_a_terminal() {
    let played = play(&["models"]).ends(0, &[]);
    for model in shipped() {
        let line = played.out.lines().find(|line| line.starts_with(&format!("{model} ")));
        assert!(line.is_some_and(|line| line.len() > 30), "{model}: {}", played.out);
    }
    assert!(played.out.lines().all(|line| line.chars().count() <= 80), "{}", played.out);
}

#[test]
fn a_new_model_is_commented_and_sound_and_never_overwrites() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let played = play_at(home.path(), &["new", "shop"]).ends(0, &["iowait run shop.toml"]);
    assert_eq!(played.out, "shop.toml\n");
    play_at(home.path(), &["check", "shop.toml"]).ends(0, &[]);
    let file = home.path().join("shop.toml");
    std::fs::write(&file, "mine").expect("written");
    play_at(home.path(), &["new", "shop"]).ends(2, &["shop.toml is there already"]);
    assert_eq!(std::fs::read_to_string(file).expect("still there"), "mine");
}

#[test]
fn a_new_model_can_be_a_copy_of_a_shipped_one() {
    let home = tempfile::tempdir().expect("a temporary folder");
    for model in shipped() {
        let name = format!("my-{model}");
        play_at(home.path(), &["new", &name, "--from", &model]).ends(0, &[]);
        let copy = std::fs::read(home.path().join(format!("{name}.toml"))).expect("written");
        let original = format!("{}/models/{model}.toml", env!("CARGO_MANIFEST_DIR"));
        assert_eq!(copy, std::fs::read(original).expect("readable"));
    }
    let played = play_at(home.path(), &["new", "x", "--from", "web-reqest"]);
    played.ends(2, &["expected one of", "did you mean", "web-request"]);
    play_at(home.path(), &["new", "no/such/folder"]).ends(2, &["there is no folder no/such"]);
}

#[test]
fn the_schema_is_json_and_knows_the_tables_of_the_file() {
    let played = play(&["schema"]).ends(0, &[]);
    let schema: serde_json::Value = serde_json::from_str(&played.out).expect("JSON");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    for table in ["host", "load", "request", "runtime", "run"] {
        assert!(schema["properties"][table].is_object(), "{table}");
    }
}

#[test]
fn flags_and_the_model_that_they_print_give_the_same_numbers() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let flags = [
        "--cpu",
        "7ms",
        "--io",
        "77ms",
        "--calls",
        "5",
        "--cores",
        "2",
        "--rate",
        "120/s",
        "--runtime",
        "sync-worker:16",
        "--runtime",
        "event-loop",
    ];
    let run = ["--requests", "300", "--replications", "2", "--format", "csv"];
    let printed = play(&[&["run"], &flags[..], &["--print-model"]].concat()).ends(0, &[]).out;
    std::fs::write(home.path().join("quick.toml"), &printed).expect("written");
    let from_flags = play(&[&["run"], &flags[..], &run].concat()).ends(0, &[]).out;
    let from_file = play_at(home.path(), &[&["run", "quick.toml"], &run[..]].concat()).ends(0, &[]);
    assert_eq!(from_flags, from_file.out);
    assert_eq!(from_flags.lines().count(), 3, "a header and two runtimes");
}

#[test]
fn values_in_front_of_the_models_change_it_and_check_reads_them_too() {
    let at =
        |more: &[&str]| play(&[&["theory", "--format", "csv"], more].concat()).ends(0, &[]).out;
    assert_ne!(at(&["--set", "beta=10"]), at(&[]));
    play(&["check", "web-request", "--set", "host.coers=2"]).ends(2, &["did you mean `cores`?"]);
}
