//! Sentences under the tables: why the gain is what it is, notes, warnings.

use super::super::number::figure;
use super::Source;
use crate::study::result::{RuntimeResult, Saving};

/// One sentence or a few, and what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What it is.
    pub kind: Kind,
    /// What it says.
    pub text: String,
}

/// What a remark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A reason.
    Why,
    /// What helps to read the figures.
    Note,
    /// What must be known before they are trusted.
    Warning,
}

impl Kind {
    /// The word before the remark, four letters each.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Why => "Why ",
            Self::Note => "Note",
            Self::Warning => "Warn",
        }
    }
}

/// All remarks: warnings first, for they say how far to trust the rest.
pub fn all(source: &Source<'_>) -> Vec<Remark> {
    let remark = |kind| move |text| Remark { kind, text };
    let unsteady = source.runtimes.iter().filter_map(|runtime| unsteady(source, runtime));
    let warnings = source
        .runtimes
        .iter()
        .flat_map(|runtime| runtime.warnings.iter().map(|warning| of(&runtime.name, warning)));
    let reasons = source.runtimes.iter().filter_map(why);
    // Beside a simulation it matters little how the figure that it is held against was found.
    let by_theory = source.runtimes.iter().filter(|_| !source.simulated()).filter_map(exactness);
    unsteady
        .chain(warnings)
        .map(remark(Kind::Warning))
        .chain(reasons.map(remark(Kind::Why)))
        .chain(by_theory.map(remark(Kind::Why)))
        .chain(source.summary.notes.iter().cloned().map(remark(Kind::Note)))
        .chain(saving(source).map(remark(Kind::Note)))
        .collect()
}

/// How many times as many requests naive replications would need, for the runtime that profits
/// least; nothing where no figure profits.
fn saving(source: &Source<'_>) -> Option<String> {
    type Times = (f64, Option<[f64; 2]>);
    let least = |of: fn(&Saving) -> Option<Times>| {
        let found = source.runtimes.iter().filter_map(|runtime| of(&runtime.fewer_requests));
        found.reduce(|a, b| if b.0 < a.0 { b } else { a })
    };
    let figures: Vec<(&str, Times)> = [
        ("throughput", least(|saving| Some((saving.throughput?, saving.ci95.throughput)))),
        ("mean", least(|saving| Some((saving.mean?, saving.ci95.mean)))),
        ("p99", least(|saving| Some((saving.p99?, saving.ci95.p99)))),
        ("gain", least(|saving| Some((saving.gain?, saving.ci95.gain)))),
    ]
    .into_iter()
    .filter_map(|(name, times)| Some((name, times?)))
    .collect();
    let saved = || figures.iter().filter(|&&(_, (times, _))| times >= 1.1);
    if saved().all(|&(_, (times, _))| times < 2.0) {
        return None;
    }
    let words: Vec<String> = saved()
        .enumerate()
        .map(|(place, &(name, (times, ci95)))| {
            let range = ci95.map_or_else(String::new, |[low, high]| {
                format!(" ({} to {})", figure(low, 2), figure(high, 2))
            });
            let times = figure(times, 2);
            match place {
                0 => format!("{times} times{range} as many requests to know the {name} as well"),
                _ => format!("{times} times{range} for the {name}"),
            }
        })
        .collect();
    Some(format!("naive replications would need {}.", words.join(", ")))
}

/// What a load that can't be sustained means, in plain words.
fn unsteady(source: &Source<'_>, runtime: &RuntimeResult) -> Option<String> {
    if runtime.steady != Some(false) {
        return None;
    }
    let rates: Vec<String> = [
        source.summary.offered_rps.map(|rate| format!("{}/s offered", figure(rate, 4))),
        runtime.theory.bound_rps.map(|rate| format!("{}/s sustainable", figure(rate, 4))),
        runtime.throughput_rps.value.map(|rate| format!("{}/s done", figure(rate, 4))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let rates = if rates.is_empty() { String::new() } else { format!(" ({})", rates.join(", ")) };
    Some(format!(
        "{} is not steady: its queue grows without bound{rates}. Its response times would be as long as one \
         cares to wait.",
        runtime.name
    ))
}

/// The bottleneck's sentence with the shares of the gap to the formula.
fn why(runtime: &RuntimeResult) -> Option<String> {
    let why = runtime.bottleneck.why.trim();
    (!why.is_empty()).then(|| of(&runtime.name, why))
}

/// Which queueing model is exact and why, or what breaks exactness.
fn exactness(runtime: &RuntimeResult) -> Option<String> {
    let theory = &runtime.theory;
    if theory.why.is_empty() {
        return None;
    }
    let verdict = match &theory.exact {
        Some(exact) => format!("exact by {}", exact.method),
        None => "no exact result".to_owned(),
    };
    Some(of(&runtime.name, &format!("{verdict}: {}.", theory.why)))
}

/// The sentence led by the runtime's name, unless it begins with it already.
fn of(name: &str, sentence: &str) -> String {
    let sentence = sentence.trim();
    let begins = sentence.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    if begins { sentence.to_owned() } else { format!("{name}: {sentence}") }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture;
    use super::super::sections;
    use super::*;

    #[test]
    fn reasons_name_their_runtime_once_and_the_shares_of_the_gap() {
        let remarks = &sections(&fixture::web_request())[0].remarks;
        let texts: Vec<&str> = remarks.iter().map(|remark| remark.text.as_str()).collect();
        assert_eq!(texts[0], "sync: all 8 workers wait for I/O 98.8 % of the time.");
        assert_eq!(texts[1], "Threads keep the cores 97 % busy.");
        assert_eq!(
            texts[2],
            "loops: Each loop idles while others have work waiting. It misses 6.3 of the formula's 81: 6.2 \
             because times vary, 4.0 because each loop serves only its own tasks; they overlap by 3.9."
        );
        assert_eq!(remarks[3].kind, Kind::Note);
    }

    #[test]
    fn theory_alone_says_why_it_is_exact_or_what_breaks_it() {
        let mut outcome = fixture::theory_only();
        outcome.runtimes[2].theory.exact = None;
        outcome.runtimes[2].theory.why = "loops share a socket".into();
        let texts = |outcome| -> Vec<String> {
            let remarks = sections(outcome).remove(0).remarks;
            remarks.into_iter().map(|remark| remark.text).collect()
        };
        let found = texts(&outcome);
        assert!(found.contains(&"threads: exact by MVA: bursts are exponential.".to_owned()));
        assert!(found.contains(&"loops: no exact result: loops share a socket.".to_owned()));
        let mut simulated = fixture::web_request();
        simulated.runtimes[2].theory.why = "loops share a socket".into();
        assert!(!texts(&simulated).iter().any(|text| text.contains("socket")));
    }

    #[test]
    fn a_load_that_is_too_much_is_warned_of_before_all_else() {
        let mut outcome = fixture::overloaded();
        outcome.runtimes[1].warnings = vec!["GIL switches were not charged.".into()];
        let remarks = &sections(&outcome)[0].remarks;
        assert_eq!(
            remarks[0].text,
            "sync is not steady: its queue grows without bound (200/s offered, 98.77/s sustainable, 98.8/s done). \
             Its response times would be as long as one cares to wait."
        );
        assert_eq!(remarks[1].text, "threads: GIL switches were not charged.");
        assert!(remarks[..2].iter().all(|remark| remark.kind == Kind::Warning));
    }
}
