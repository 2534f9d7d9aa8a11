//! The manifest: what made an output folder, to make it again and compare the bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Output;
use crate::study::result::Effort;

/// What made an output folder. No dates, host names or times taken: the same run gives the same
/// bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the program.
    pub iowait: String,
    /// The command line, to read.
    pub command: String,
    /// The arguments that make it again, one by one, so that nobody has to undo a shell's quoting.
    pub args: Vec<String>,
    /// The model's name; empty where there are several.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// SHA-256 of the model's text, in hex; empty where there are several.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model_sha256: String,
    /// The models where there are several, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelCopy>,
    /// SHA-256 of each data file that the model names, by its path as seen from where it was run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, String>,
    /// The seed; each of several models has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Replications run; each of several models has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replications: Option<u32>,
    /// What was thrown away before each window of the base model; null where it is no number.
    pub warmup_s: Option<f64>,
    /// The same for each scenario.
    pub scenario_warmup_s: BTreeMap<String, Option<f64>>,
    /// What the studies of a sweep or a tornado took, from the least to the most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub studies: Option<Effort>,
    /// How narrow the intervals of a sweep or a tornado are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
    /// Whether the user interrupted the command: the files are of what was finished until then, and
    /// cannot be made again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// Each file of the folder with the SHA-256 of its bytes.
    pub files: BTreeMap<String, String>,
}

/// How narrow the widest interval is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Precision {
    /// Of what: `throughput`, `p99`.
    pub of: String,
    /// Half of its 95 % interval over its value.
    pub within: f64,
}

/// One of several models in a folder; its text is in `NAME.toml`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelCopy {
    /// Its name.
    pub name: String,
    /// SHA-256 of its text, in hex.
    pub sha256: String,
    /// Where the data files are that it names, as seen from where it was run.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub folder: String,
    /// The seed.
    pub seed: u64,
    /// Replications run.
    pub replications: u32,
    /// What was thrown away before each window; null where it is no number.
    pub warmup_s: Option<f64>,
}

impl ModelCopy {
    /// The file of its text.
    #[must_use]
    pub fn file(&self) -> String {
        format!("{}.toml", self.name)
    }
}

impl Manifest {
    /// The manifest of these files.
    #[must_use]
    pub fn of(output: &Output<'_>, files: &[(String, Vec<u8>)]) -> Self {
        let outcome = output.outcome;
        let finite = |seconds: f64| Some(seconds).filter(|s| s.is_finite());
        let scenarios = outcome.scenarios.iter();
        Self {
            iowait: outcome.iowait.clone(),
            command: outcome.command.clone(),
            args: output.args.to_vec(),
            model: outcome.model.clone(),
            model_sha256: outcome.model_sha256.clone(),
            models: Vec::new(),
            studies: None,
            precision: None,
            interrupted: output.interrupted,
            data: output.data.clone(),
            seed: Some(outcome.seed),
            replications: Some(outcome.replications),
            warmup_s: finite(outcome.warmup_s),
            scenario_warmup_s: scenarios.map(|s| (s.name.clone(), finite(s.warmup_s))).collect(),
            files: files.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect(),
        }
    }

    /// As indented JSON with a line's end.
    #[must_use]
    pub fn text(&self) -> String {
        let json = serde_json::to_string_pretty(self);
        json.expect("strings, integers and finite numbers are always JSON") + "\n"
    }
}

/// The SHA-256 of these bytes, in hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(super) fn hex(hash: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in hash {
        write!(hex, "{byte:02x}").expect("a String takes all that is written");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::super::super::chart::Page;
    use super::super::super::fixture;
    use super::*;

    #[test]
    fn a_manifest_reads_back_as_it_was_written() {
        let outcome = fixture::with_scenario();
        let args = ["run".to_owned(), "a model with spaces.toml".to_owned()];
        let output = Output {
            outcome: &outcome,
            model_text: "",
            data: &BTreeMap::from([("a.csv".to_owned(), "00ff".to_owned())]),
            args: &args,
            charts: &[],
            page: Page::PAPER,
            pictures: &[],
            interrupted: false,
        };
        let manifest = Manifest::of(&output, &[("model.toml".into(), b"abc".to_vec())]);
        let back: Manifest = serde_json::from_str(&manifest.text()).unwrap();
        assert_eq!(back, manifest);
        assert_eq!(back.data["a.csv"], "00ff");
        assert_eq!(back.scenario_warmup_s["peak"], Some(2.0));
        assert_eq!(
            back.files["model.toml"],
            // FIPS 180-2, appendix B.1: SHA-256 of "abc".
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
