//! What flags take: whole numbers, lengths of time and rates, each refused with what was expected.

use crate::input::value::{self, NoScope};
use crate::units::{Rate, Span};

/// Reads a whole number above 0; `_` may part its digits, as in the model file.
///
/// # Errors
///
/// What was expected, in one line.
pub fn whole<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    let number = digits(text).filter(|number| *number > 0);
    let fitting = number.and_then(|number| T::try_from(number).ok());
    fitting.ok_or_else(|| {
        let most = 1_u128 << (8 * size_of::<T>());
        format!("expected a whole number from 1 to {}", most - 1)
    })
}

/// Reads a number of threads; more than a large machine has cores are a mistake, and many more would hang it.
///
/// # Errors
///
/// What was expected, in one line.
pub fn jobs(text: &str) -> Result<u16, String> {
    const MOST: u16 = 1024;
    let jobs = whole(text).ok().filter(|jobs| *jobs <= MOST);
    jobs.ok_or_else(|| format!("expected a whole number from 1 to {MOST}"))
}

/// Reads a seed: any whole number that 63 bits hold, as TOML does.
///
/// # Errors
///
/// What was expected, in one line.
pub fn seed(text: &str) -> Result<u64, String> {
    let seed = digits(text).filter(|seed| i64::try_from(*seed).is_ok());
    seed.ok_or_else(|| format!("expected a whole number from 0 to {}", i64::MAX))
}

fn digits(text: &str) -> Option<u64> {
    // `+7` would parse too.
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '_');
    text.replace('_', "").parse().ok().filter(|_| plain)
}

/// A value that a flag takes: as it was written, for models and command lines, and what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Given<T> {
    /// As it was written, on one line and without space around it.
    pub text: String,
    /// What that means.
    pub value: T,
}

/// Reads a length of time.
///
/// # Errors
///
/// What is wrong, what was expected and what was perhaps meant, in one line.
pub fn duration(text: &str) -> Result<Given<Span>, String> {
    given(text, value::Value::duration)
}

/// Reads a length of time above zero.
///
/// # Errors
///
/// As [`duration`].
pub fn positive_duration(text: &str) -> Result<Given<Span>, String> {
    duration(text).and_then(|given| match given.value {
        Span::ZERO => Err("expected a time above 0; what was not measured is left out".to_owned()),
        _ => Ok(given),
    })
}

/// Reads a rate above zero.
///
/// # Errors
///
/// As [`duration`].
pub fn rate(text: &str) -> Result<Given<Rate>, String> {
    given(text, value::Value::rate)
}

/// Reads a share above 0 and at most 1.
///
/// # Errors
///
/// As [`duration`].
pub fn share(text: &str) -> Result<Given<f64>, String> {
    let number = text.trim().trim_end_matches('%').trim().parse::<f64>().ok();
    let scale = if text.trim().ends_with('%') { 100.0 } else { 1.0 };
    let value = number.map(|number| number / scale).filter(|share| *share > 0.0 && *share <= 1.0);
    value
        .map(|value| Given { text: one_line(text), value })
        .ok_or_else(|| "expected a share above 0 and at most 1: 0.84 or '84 %'".to_owned())
}

fn given<T>(
    text: &str,
    read: impl Fn(&value::Value) -> Result<T, value::ValueError>,
) -> Result<Given<T>, String> {
    let value = value::parse(text).and_then(|expr| read(&expr.eval(&NoScope)?));
    let sentence = |error: value::ValueError| {
        let expected = error.expected.map(|what| format!("expected {what}"));
        let parts = [Some(error.message), expected, error.suggestion];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    };
    value.map(|value| Given { text: one_line(text), value }).map_err(sentence)
}

/// The grammar lets a value go over lines; a comment or a command line does not.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_kept_as_written_and_a_bare_number_is_refused_with_a_hint() {
        let seven = Given { text: "7ms".to_owned(), value: Span::from_millis(7) };
        assert_eq!(duration(" 7ms "), Ok(seven));
        assert_eq!(duration("7\n ms").map(|given| given.text), Ok("7 ms".to_owned()));
        let error = duration("7").unwrap_err();
        assert!(error.contains("expected a duration") && error.contains("ms"), "{error}");
        assert!(duration("exp(7 ms)").is_err());
        assert!(duration("0 s").is_ok() && positive_duration("0 s").is_err());
        assert!(rate("120/s").is_ok() && rate("0/s").is_err() && rate("120").is_err());
    }

    #[test]
    fn a_whole_number_is_read_within_its_range_and_refused_with_it() {
        assert_eq!(whole::<u64>("100_000"), Ok(100_000));
        assert_eq!(whole::<u16>("65535"), Ok(u16::MAX));
        assert_eq!(
            whole::<u16>("65536"),
            Err("expected a whole number from 1 to 65535".to_owned())
        );
        for text in ["0", "", "-1", "+1", "1.5", "x", "99999999999999999999"] {
            assert!(whole::<u64>(text).is_err(), "{text}");
        }
        assert_eq!((jobs("1024"), jobs("1025").is_err()), (Ok(1024), true));
        assert_eq!((seed("0"), seed("9223372036854775808").is_err()), (Ok(0), true));
    }
}
