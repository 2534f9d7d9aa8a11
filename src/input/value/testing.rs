//! Scopes for tests: one of given parameters, one of given files.

use super::{Scope, Value};

/// These parameters, no files.
pub(super) struct Params(pub(super) Vec<(&'static str, Result<Value, String>)>);

impl Scope for Params {
    fn lookup(&self, name: &str) -> Option<Result<Value, String>> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    fn series(&self, file: &str, _column: &str) -> Result<Vec<f64>, String> {
        Err(format!("{file} does not exist"))
    }
}

/// No parameters, the one file of the documentation.
pub(super) struct Files;

impl Scope for Files {
    fn lookup(&self, _name: &str) -> Option<Result<Value, String>> {
        None
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn series(&self, file: &str, column: &str) -> Result<Vec<f64>, String> {
        match (file, column) {
            ("latency.csv", "ms") => Ok(vec![9.0, 1.0, 2.0]),
            _ => Err(format!("{file} has no column {column}")),
        }
    }
}
