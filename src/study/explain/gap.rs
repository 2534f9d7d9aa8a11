//! By how much a gain misses the formula, and why, in a sentence.

use crate::study::causes::INTERACTION;
use crate::study::result::{Explained, Gain};
use crate::study::workload::trimmed;

/// The share of the formula from which on a gap is told.
const NOTICEABLE: f64 = 0.005;

/// Formula less simulated gain where it is worth a word: a half per cent of the formula, and more
/// than chance alone may have done.
#[must_use]
pub fn is_worth_explaining(gain: &Gain) -> Option<f64> {
    let (formula, simulated) = (gain.formula?, gain.simulated.value?);
    let gap = formula - simulated;
    let chance = gain.simulated.half_width().unwrap_or(0.0);
    let told = gap.abs() >= NOTICEABLE * formula && gap.abs() > chance;
    // A formula of 1 promises nothing: there is no I/O, or it is the baseline itself.
    (told && (formula - 1.0).abs() > 1e-9).then_some(gap)
}

/// `It misses 5.7 of the formula's 81: 5.7 because times vary, …`, from the rows of the gain.
#[must_use]
pub fn sentence(gain: &Gain) -> Option<String> {
    let gap = is_worth_explaining(gain)?;
    let formula = trimmed(gain.formula?);
    // As the parts of a miss, or of what it gains more than the formula.
    let sign = gap.signum();
    let size = |share: f64| two_digits(sign * share, gap);
    let lead = if gap > 0.0 {
        format!("It misses {} of the formula's {formula}", size(gap))
    } else {
        format!("It gains {} more than the formula's {formula}", size(gap))
    };
    let (rest, causes): (Vec<&Explained>, Vec<&Explained>) =
        gain.explained.iter().partition(|row| row.cause == INTERACTION);
    let rest = rest.first().map_or(0.0, |row| row.share);
    let small = rest.abs() < 0.05 * gap.abs();
    Some(match causes.as_slice() {
        [] if gain.explained.is_empty() => format!("{lead}."),
        [] => format!("{lead}: no cause alone makes a difference{}.", behind(gain)),
        [one] if small => format!("{lead} because {}.", one.words),
        causes => {
            let parts: Vec<String> = causes
                .iter()
                .map(|row| format!("{} because {}", size(row.share), row.words))
                .collect();
            let parts = parts.join(", ");
            let tail = match sign * rest {
                _ if small => String::new(),
                less if less < 0.0 && causes.len() > 1 => {
                    format!("; they overlap by {}", two_digits(-less, gap))
                }
                less if less < 0.0 => {
                    format!("; {} of that is made up for", two_digits(-less, gap))
                }
                more => format!("; {} more only together{}", two_digits(more, gap), behind(gain)),
            };
            format!("{lead}: {parts}{tail}.")
        }
    })
}

/// What else is there, hidden behind something narrower.
fn behind(gain: &Gain) -> String {
    let words = gain.explained.last().map_or("", |row| row.words.as_str());
    if words.is_empty() { String::new() } else { format!(" ({words})") }
}

/// A number to the decimal place that gives the whole two digits: of 5.67 the part 3.42 is `3.4`.
fn two_digits(part: f64, whole: f64) -> String {
    let exponent = libm::floor(libm::log10(whole.abs()));
    let decimals = (1.0 - exponent).clamp(0.0, 9.0) as usize;
    format!("{part:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::result::Estimate;

    fn gain(formula: f64, simulated: f64, rows: &[(&str, f64, &str)]) -> Gain {
        let row = |&(cause, share, words): &(&str, f64, &str)| Explained {
            cause: cause.to_owned(),
            share,
            ci95: None,
            words: words.to_owned(),
        };
        Gain {
            formula: Some(formula),
            simulated: Estimate::exactly(simulated),
            explained: rows.iter().map(row).collect(),
            ..Gain::default()
        }
    }

    #[test]
    fn shares_are_told_with_the_digits_of_the_gap_and_what_they_have_in_common() {
        let varies = ("variability", 5.67, "times vary");
        let own = ("imbalance", 3.42, "each loop serves only its own tasks");
        for (rows, simulated, told) in [
            (vec![], 75.33, "It misses 5.7 of the formula's 81."),
            (
                vec![varies, (INTERACTION, 0.0, "")],
                75.33,
                "It misses 5.7 of the formula's 81 because times vary.",
            ),
            (
                vec![varies, own, (INTERACTION, -3.42, "")],
                75.33,
                "It misses 5.7 of the formula's 81: 5.7 because times vary, 3.4 because each loop serves \
                 only its own tasks; they overlap by 3.4.",
            ),
            (
                vec![varies, (INTERACTION, 1.0, "")],
                74.33,
                "It misses 6.7 of the formula's 81: 5.7 because times vary; 1.0 more only together.",
            ),
            (
                vec![(INTERACTION, 40.0, "its clients are few, its 8 threads too")],
                41.0,
                "It misses 40 of the formula's 81: no cause alone makes a difference (its clients are few, \
                 its 8 threads too).",
            ),
            (
                vec![
                    ("cores", -9.0, "the baseline has 4 workers for 8 cores"),
                    (INTERACTION, 0.0, ""),
                ],
                90.0,
                "It gains 9.0 more than the formula's 81 because the baseline has 4 workers for 8 cores.",
            ),
        ] {
            assert_eq!(sentence(&gain(81.0, simulated, &rows)).as_deref(), Some(told));
        }
    }

    #[test]
    fn what_chance_may_have_done_and_what_is_next_to_nothing_is_not_told() {
        assert_eq!(sentence(&gain(81.0, 80.7, &[])), None);
        assert_eq!(sentence(&gain(1.0, 0.9, &[])), None);
        let mut noisy = gain(81.0, 79.0, &[]);
        noisy.simulated.ci95 = Some([76.0, 82.0]);
        assert_eq!(sentence(&noisy), None);
    }
}
