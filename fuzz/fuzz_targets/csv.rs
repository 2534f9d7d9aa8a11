//! A CSV of any bytes, as a trace and as an empirical distribution: read or refused, and what is read is in
//! order and finite.

#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

use iowait::input::document::Document;
use iowait::model::{LoadKind, Model, Overrides};
use libfuzzer_sys::fuzz_target;

const MODEL: &str = r#"
[load]
kind = "trace"
file = "a.csv"
class_column = "class"
[[request]]
name = "a"
steps = [{ cpu = 'empirical("a.csv", column = "ms", unit = "ms")' }]
[[request]]
name = "b"
steps = [{ io = "1 ms" }]
"#;

/// A folder of this process, in memory where there is such a place.
fn folder() -> &'static PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let memory = PathBuf::from("/dev/shm");
        let base = if memory.is_dir() { memory } else { std::env::temp_dir() };
        let folder = base.join(format!("iowait-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        folder
    })
}

fuzz_target!(|data: &[u8]| {
    std::fs::write(folder().join("a.csv"), data).expect("written");
    let document = Document::from_text("fuzzed", MODEL).in_folder(folder());
    match Model::read(&document, Overrides::NONE) {
        Ok(model) => {
            let LoadKind::Trace { arrivals } = &model.load.kind else { panic!("a trace") };
            assert!(arrivals.is_sorted_by_key(|&(at, _)| at));
        }
        Err(problems) => assert!(!problems.to_string().is_empty()),
    }
});
