//! The report of both tests in Markdown.

use std::fmt::Write;

use rayon::prelude::*;

use crate::ablation::evidence;
use crate::cells::{Cell, Region};
use crate::score::{FIGURES, GOALS, Scored, median};
use crate::trial::Trial;

const MODELS: [(&str, &str); 4] = [
    ("sync", "gunicorn sync"),
    ("gthread", "gunicorn gthread"),
    ("asyncio", "uvicorn asyncio"),
    ("uvloop", "uvicorn uvloop"),
];

/// The whole report.
///
/// # Errors
///
/// When a model is refused.
pub fn markdown(tests: &[(Trial, Vec<Scored>)], all: &[Cell]) -> Result<String, String> {
    let mut text = String::from(
        "# Right about real servers\n\nMade by `cargo run --release --example reality`; `README.md` says \
         where the measurements come from. Median of the absolute errors, predicted against measured.\n",
    );
    for (trial, scored) in tests {
        let _ = write!(text, "\n## {}\n\n{}\n", title(*trial), about(*trial));
        summary(&mut text, *trial, scored);
        outliers(&mut text, (*trial, all), scored)?;
    }
    Ok(text)
}

const fn title(trial: Trial) -> &'static str {
    match trial {
        Trial::Scheduling => "Scheduling: each cell's own CPU for each request goes in",
        Trial::Blind => "Blind: nominal CPU and I/O, the preset, calibrated on one client",
    }
}

const fn about(trial: Trial) -> &'static str {
    match trial {
        Trial::Scheduling => "What is left to be wrong is who runs when.",
        Trial::Blind => {
            "Of each server one number was measured: the CPU of a request with one client and no waits. \
             All else is the preset."
        }
    }
}

fn row(text: &mut String, name: &str, scored: &[&Scored]) {
    let _ = write!(text, "| {name} | {} |", scored.len());
    for figure in 0..FIGURES.len() {
        let error = median(scored, figure);
        let _ = match error {
            Some(error) => write!(text, " {:.1} % |", error * 100.0),
            None => write!(text, " – |"),
        };
    }
    text.push('\n');
}

fn summary(text: &mut String, trial: Trial, scored: &[Scored]) {
    let names: Vec<&str> = FIGURES.iter().map(|(name, _)| *name).collect();
    let _ = write!(text, "\n| | cells | {} |\n| --- |", names.join(" | "));
    text.push_str(&" ---: |".repeat(FIGURES.len() + 1));
    text.push('\n');
    let goals = trial.goals().map(|goal| format!("{:.0} %", goal * 100.0));
    let _ = writeln!(text, "| goal | | {} | {} | | | {} |", goals[0], goals[1], goals[2]);
    row(text, "**all**", &scored.iter().collect::<Vec<_>>());
    for region in Region::ALL {
        let of: Vec<&Scored> = scored.iter().filter(|each| each.cell.region() == region).collect();
        row(text, region.name(), &of);
    }
    for (model, name) in MODELS {
        let of: Vec<&Scored> = scored.iter().filter(|each| each.cell.model == model).collect();
        row(text, &format!("**{name}**"), &of);
        for region in Region::ALL {
            let of: Vec<&Scored> =
                of.iter().copied().filter(|each| each.cell.region() == region).collect();
            if !of.is_empty() {
                row(text, &format!("{name}, {}", region.name()), &of);
            }
        }
    }
}

fn outliers(
    text: &mut String,
    (trial, all): (Trial, &[Cell]),
    scored: &[Scored],
) -> Result<(), String> {
    let far: Vec<(&Scored, usize)> = scored
        .iter()
        .flat_map(|each| each.outliers(trial).into_iter().map(move |figure| (each, figure)))
        .collect();
    let _ = write!(
        text,
        "\n{} of {} figures are off by more than three times their goal. What is named was taken away or turned round in the \
         cell's own model, and counts where that moves the figure by a third of its error:\n\n\
         | cell | figure | measured | predicted | error | why |\n| --- | --- | ---: | ---: | ---: | --- |\n",
        far.len(),
        scored.len() * GOALS.len()
    );
    let reasons: Result<Vec<String>, String> =
        far.par_iter().map(|(each, figure)| evidence(each, (trial, all), *figure)).collect();
    for ((each, figure), why) in far.into_iter().zip(reasons?) {
        let (name, of) = FIGURES[figure];
        let _ = writeln!(
            text,
            "| {} | {name} | {:.4} | {:.4} | {:+.0} % | {} |",
            each.cell.label(),
            Short(of(&each.cell.figures)),
            Short(of(&each.predicted)),
            each.error(figure) * 100.0,
            why
        );
    }
    Ok(())
}

/// A number in four digits.
struct Short(f64);

impl std::fmt::Display for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = (3.0 - libm::log10(self.0.abs()).floor()).clamp(0.0, 3.0) as usize;
        write!(f, "{:.digits$}", self.0)
    }
}
