//! What stands behind `--set`, `--vary` and `--slo`, of any text, before a model that has a bit of everything.

#![no_main]

use std::sync::OnceLock;

use iowait::input::document::Document;
use iowait::model::{Model, Overrides};
use iowait::study::axis::{Axis, Grid};
use libfuzzer_sys::fuzz_target;

fn base() -> &'static (Document, Model) {
    static BASE: OnceLock<(Document, Model)> = OnceLock::new();
    BASE.get_or_init(|| {
        let text = include_str!("../../src/model/read/full_example.toml");
        let document = Document::from_text("full", text);
        let model = Model::read(&document, Overrides::NONE);
        (document, model.unwrap_or_else(|problems| panic!("{problems}")))
    })
}

fuzz_target!(|text: &str| {
    let (document, model) = base();
    let Some(kind) = text.chars().next() else { return };
    let rest = &text[kind.len_utf8()..];
    match kind {
        's' => {
            let mut overrides = Overrides::new();
            let read = overrides.parse(rest, "--set").map_err(|problems| problems.to_string());
            let read = read.and_then(|()| {
                Model::read(document, &overrides).map_err(|problems| problems.to_string())
            });
            if let Err(words) = read {
                assert!(!words.is_empty());
            }
        }
        'v' => match Axis::parse(rest) {
            Ok(axis) => {
                assert_eq!(axis.values.len(), axis.reckoned.len());
                if let Ok(grid) = Grid::new(vec![axis]) {
                    assert_eq!(grid.point(0).len(), 1);
                }
            }
            Err(problems) => assert!(!problems.to_string().is_empty()),
        },
        _ => match model.parse_objective(rest) {
            Ok(objective) => assert!(!objective.threshold.is_nan(), "{objective:?}"),
            Err(error) => assert!(error.span.end <= rest.len(), "{error:?}"),
        },
    }
});
