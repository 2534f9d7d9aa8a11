//! Imports point down: the order of the layers in `src/lib.rs` is the order of the `use` lines.

use std::fs;
use std::path::{Path, PathBuf};

/// From the top down; the same list as in the map of `src/lib.rs`, which is read the other way.
const LAYERS: [&str; 10] = [
    "cli",
    "report",
    "study",
    "simulation",
    "model",
    "theory",
    "stats",
    "engine",
    "input",
    "units",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the source") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn layer_of(path: &Path) -> Option<usize> {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).ok()?;
    let first = inside.components().next()?.as_os_str().to_str()?;
    LAYERS.iter().position(|layer| *layer == first.trim_end_matches(".rs"))
}

#[test]
fn a_module_imports_only_from_lower_layers() {
    let mut upward = Vec::new();
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let Some(own) = layer_of(&path) else { continue };
        let text = fs::read_to_string(&path).expect("a source file is text");
        // Tests may look up at what the library gives them.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code: String =
            code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for (place, _) in code.match_indices("crate::") {
            let rest = &code[place + "crate::".len()..];
            let name: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if let Some(other) = LAYERS.iter().position(|layer| *layer == name)
                && other < own
            {
                upward.push(format!("{} imports {name}", path.display()));
            }
        }
    }
    assert!(upward.is_empty(), "{}", upward.join("\n"));
}

#[test]
fn the_map_in_the_library_lists_the_layers_in_this_order() {
    let map = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"))
        .expect("there is a library");
    let listed: Vec<&str> =
        map.lines().filter_map(|line| line.strip_prefix("//! | [`")?.split('`').next()).collect();
    let expected: Vec<&str> = LAYERS.iter().rev().copied().collect();
    assert_eq!(listed, expected);
}
