//! What stands under a chart in a paper: what it shows, how it was made, how to make it again.

use super::super::files::{Manifest, Precision};
use super::super::number;
use super::drawing::Drawing;
use crate::study::result::{Effort, Outcome, RuntimeResult};

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
    /// The widest relative half-width of an interval.
    pub precision: Option<Precision>,
    /// The command line that makes the numbers again.
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
            precision: manifest.precision.clone(),
            command: Some(manifest.command.clone()),
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
        let widths = outcome.runtimes.iter().filter_map(relative_width);
        Self {
            iowait: outcome.iowait.clone(),
            model: Some(outcome.model.clone()),
            model_sha256: Some(outcome.model_sha256.clone()),
            seed: Some(outcome.seed),
            replications: Some(outcome.replications).filter(|n| *n > 0),
            warmup_s: Some(outcome.warmup_s).filter(|s| s.is_finite() && outcome.replications > 0),
            studies: None,
            precision: widths
                .reduce(f64::max)
                .map(|within| Precision { of: "throughput".to_owned(), within }),
            command: Some(outcome.command.clone()),
        }
    }
}

fn relative_width(runtime: &RuntimeResult) -> Option<f64> {
    let throughput = &runtime.throughput_rps;
    let value = throughput.value.filter(|value| *value > 0.0)?;
    throughput.half_width().map(|half| half / value).filter(|share| share.is_finite())
}

/// The caption of a drawing, a paragraph a line.
#[must_use]
pub fn caption(drawing: &Drawing, from: &Provenance) -> String {
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
    let long = |seconds: f64| number::duration(seconds, None);
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
    how.extend(from.precision.as_ref().map(|Precision { of, within }| {
        let share = number::figure(within * 100.0, 2);
        format!("95 % intervals of {of} within ± {share} %")
    }));
    let mut lines = vec![drawing.about.clone()];
    lines.extend(drawing.notes.iter().cloned());
    lines.push(format!("{}.", how.join(", ")));
    lines.extend(from.command.as_ref().map(|command| format!("Made again by: {command}")));
    lines.join("\n") + "\n"
}
