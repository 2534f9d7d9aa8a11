//! From errors of the compiler to the mutants that they are in.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The mutants that enclose each error most closely, and the errors that are in none.
pub fn blame(root: &Path, messages: &str) -> (BTreeSet<usize>, Vec<String>) {
    let mut sources: HashMap<PathBuf, String> = HashMap::new();
    let (mut bad, mut elsewhere) = (BTreeSet::new(), Vec::new());
    for line in messages.lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        let message = &message["message"];
        if message["level"] != "error" {
            continue;
        }
        let spans = message["spans"].as_array().cloned().unwrap_or_default();
        let mut found = BTreeSet::new();
        for span in spans.iter().filter(|span| span["is_primary"] == true) {
            let (Some(name), Some(at)) = (span["file_name"].as_str(), span["byte_start"].as_u64())
            else {
                continue;
            };
            let path = root.join(name);
            let source = sources
                .entry(path.clone())
                .or_insert_with(|| std::fs::read_to_string(path).unwrap_or_default());
            found.extend(around(source, at as usize));
        }
        // A value that a body returns early says what type the rest has to have.
        if found.is_empty() {
            for span in spans.iter().filter(|span| span["is_primary"] == true) {
                let text = span["text"][0]["text"].as_str().unwrap_or_default();
                found.extend(
                    text.split("/*<")
                        .skip(1)
                        .filter_map(|rest| rest.split("*/").next()?.parse::<usize>().ok()),
                );
            }
        }
        if found.is_empty() && !spans.is_empty() {
            elsewhere.push(message["rendered"].as_str().unwrap_or_default().to_owned());
        }
        bad.extend(found);
    }
    (bad, elsewhere)
}

/// The mutants of the innermost edit around this byte.
fn around(source: &str, at: usize) -> Vec<usize> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = 0;
    while let Some(found) = source[rest..].find("/*") {
        let start = rest + found;
        if start > at {
            break;
        }
        let end = source[start..].find("*/").map_or(source.len(), |end| start + end);
        match source[start + 2..end].strip_prefix('<') {
            Some(ids) => open.push(ids),
            None if &source[start + 2..end] == ">" => drop(open.pop()),
            None => {}
        }
        rest = (end + 2).min(source.len());
    }
    let ids = open.last().copied().unwrap_or_default();
    ids.split(',').filter_map(|id| id.parse().ok()).collect()
}
