//! What stands under a chart in a paper: what it shows, how it was made, how to make it again.

use super::super::files::{Manifest, Precision};
use super::super::number;
use super::drawing::Drawing;
use super::words;
use crate::study::result::{Effort, Outcome};

/// Where the numbers of a chart come from; what is not known is not said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance {
    /// The version of the program.
    pub iowait: String,
    /// The model's name.
    pub model: Option<String>,
    /// SHA-256 of the model's text, in hex.
    pub model_sha256: Option<String>,
    /// The seed.
    pub seed: Option<u64>,
    /// Replications run.
    pub replications: Option<u32>,
    /// What was thrown away before each window.
    pub warmup_s: Option<f64>,
    /// What the studies of a sweep or a tornado took, instead of the two.
    pub studies: Option<Effort>,
    /// The command line that makes the chart again.
    pub command: Option<String>,
    /// The table that it is drawn from, and the command line that makes that, where the two are not
    /// one.
    pub data: Option<Data>,
}

/// A table that a chart is drawn from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Data {
    /// Its file.
    pub file: String,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// The command line that makes it again.
    pub command: Option<String>,
}

impl Provenance {
    /// That of an output folder, by its manifest.
    #[must_use]
    pub fn of_manifest(manifest: &Manifest) -> Self {
        Self {
            iowait: manifest.iowait.clone(),
            model: Some(manifest.model.clone()).filter(|name| !name.is_empty()),
            model_sha256: Some(manifest.model_sha256.clone()).filter(|sha| !sha.is_empty()),
            seed: manifest.seed,
            replications: manifest.replications,
            warmup_s: manifest.warmup_s,
            studies: manifest.studies,
            command: Some(manifest.command.clone()),
            data: None,
        }
    }

    /// Of numbers of which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self { iowait: env!("CARGO_PKG_VERSION").to_owned(), ..Self::default() }
    }

    /// That of one run.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Self {
        Self {
            iowait: outcome.iowait.clone(),
            model: Some(outcome.model.clone()),
            model_sha256: Some(outcome.model_sha256.clone()),
            seed: Some(outcome.seed),
            replications: Some(outcome.replications).filter(|n| *n > 0),
            warmup_s: Some(outcome.warmup_s).filter(|s| s.is_finite() && outcome.replications > 0),
            studies: None,
            command: Some(outcome.command.clone()),
            data: None,
        }
    }
}

/// The caption of a drawing, a paragraph a line.
#[must_use]
pub fn caption(drawing: &Drawing, precision: &[Precision], from: &Provenance) -> String {
    let mut how = vec![format!("iowait {}", from.iowait)];
    let sha =
        from.model_sha256.as_ref().map(|sha| format!(" (SHA-256 {}…)", &sha[..sha.len().min(12)]));
    how.extend(
        from.model.as_ref().map(|model| format!("model {model}{}", sha.unwrap_or_default())),
    );
    how.extend(from.seed.map(|seed| format!("seed {seed}")));
    let replications = |n: u32| match n {
        1 => "1 replication".to_owned(),
        n => format!("{n} replications"),
    };
    let long = |seconds: f64| words::duration(seconds);
    match from.studies {
        Some(Effort { replications: [few, many], warmup_s: [least, most] }) => {
            let few = if few < many { format!("{few} to ") } else { String::new() };
            how.push(format!("{few}{} of each study", replications(many)));
            let least = if least < most { format!("{} to ", long(least)) } else { String::new() };
            how.push(format!("warm-up {least}{}", long(most)));
        }
        None => {
            how.extend(from.replications.map(replications));
            how.extend(from.warmup_s.map(|s| format!("warm-up {}", long(s))));
        }
    }
    how.extend(precision.iter().enumerate().map(|(place, Precision { of, within })| {
        let share = number::figure(within * 100.0, 2);
        let what = if place == 0 { "95 % intervals " } else { "" };
        format!("{what}of {of} within ± {share} %")
    }));
    let mut lines = vec![drawing.about.clone()];
    lines.extend(drawing.notes.iter().cloned());
    lines.push(format!("{}.", how.join(", ")));
    lines.extend(from.command.as_ref().map(|command| format!("Made again by: {command}")));
    lines.extend(from.data.as_ref().map(|Data { file, sha256, command }| {
        let file = format!("Data: {file} (SHA-256 {}…)", &sha256[..sha256.len().min(12)]);
        match command {
            Some(command) => format!("{file}, made again by: {command}"),
            None => format!("{file}, of which nothing else is known."),
        }
    }));
    lines.join("\n") + "\n"
}
