//! Numbers as people read them: the digits that the interval supports, in a unit that fits.

use crate::study::result::Estimate;

/// Digits shown at most, however narrow the interval.
const DIGITS_MAX: i32 = 6;
/// Digits of a duration or of a number without an interval.
const DIGITS_PLAIN: i32 = 3;

/// From here on a number is written with its power of ten.
const HUGE: f64 = 1e15;
/// Under this likewise.
const TINY: f64 = 1e-9;

/// What stands where there is no number.
pub const NONE: &str = "-";

/// An estimate as text in three parts, so that a column can line up its points and its signs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The sign and the digits before the point, grouped by threes: `7 772`.
    pub whole: String,
    /// The point and what follows it: `.8`; empty for whole numbers.
    pub fraction: String,
    /// The half-width of the interval: `± 0.2`; empty where there is none or it is narrower than
    /// the last digit shown.
    pub spread: String,
}

impl Parts {
    /// Words in place of a number.
    #[must_use]
    pub fn words(text: impl Into<String>) -> Self {
        Self { whole: text.into(), ..Self::default() }
    }

    /// The three in a row: `98.8 ± 0.2`.
    #[must_use]
    pub fn joined(&self) -> String {
        let space = if self.spread.is_empty() { "" } else { " " };
        format!("{}{}{space}{}", self.whole, self.fraction, self.spread)
    }
}

/// An estimate with its interval: the half-width to one digit (to two where the first is a 1), the
/// value to the same place, as in the reporting rules of the GUM (JCGM 100:2008, 7.2.6).
#[must_use]
pub fn estimate(estimate: &Estimate) -> Parts {
    let Some(value) = estimate.value.filter(|v| v.is_finite()) else { return Parts::words(NONE) };
    let Some(half) = estimate.half_width().filter(|h| h.is_finite()) else {
        return split(&figure(value, 4), String::new());
    };
    if let Some(text) = extreme(value) {
        return Parts::words(text);
    }
    if half >= HUGE {
        return split(&figure(value, DIGITS_PLAIN), format!("± {half:.2e}"));
    }
    let place = place_for(value, half);
    let half_text = at_place(half, place);
    let narrower = half_text.chars().all(|c| matches!(c, '0' | '.'));
    let text = if narrower { figure(value, DIGITS_MAX) } else { at_place(value, place) };
    split(&text, if narrower { String::new() } else { format!("± {half_text}") })
}

/// A number to at most `digits` significant digits, trailing zeros dropped: 80.98765 to four is
/// `80.99`, 81.0 is `81`.
#[must_use]
pub fn figure(value: f64, digits: i32) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    if let Some(text) = extreme(value) {
        return text;
    }
    // Whole digits are never rounded away: 12 345 to four digits stays 12 345.
    let place = (exponent(value) - digits + 1).min(0);
    trimmed(at_place(value, place))
}

/// A duration in ns, us, ms or s with three digits, fewer where the half-width `half_s` (seconds)
/// says that they mean nothing: `82.3 ms`, `6.6 s`.
#[must_use]
pub fn duration(seconds: f64, half_s: Option<f64>) -> String {
    if !seconds.is_finite() {
        return NONE.to_owned();
    }
    if seconds == 0.0 {
        return "0 s".to_owned();
    }
    if let Some(text) = extreme(seconds) {
        return format!("{text} s");
    }
    let units = [(1e9, "ns"), (1e6, "us"), (1e3, "ms"), (1.0, "s")];
    let mut shown = String::new();
    for (scale, unit) in units {
        let value = seconds * scale;
        let plain = exponent(value) - DIGITS_PLAIN + 1;
        let place = match half_s.map(|h| h * scale).filter(|h| *h > 0.0) {
            // At least one digit of the value stays, however wide the interval.
            Some(half) => plain.max(last_place(half)).min(exponent(value)),
            None => plain,
        };
        // A third digit that is a place of tens or more is still shown as it is.
        let text = at_place(value, place.min(0));
        let fits = text.len() <= 3 || text.contains('.');
        shown = format!("{} {unit}", if half_s.is_some() { text } else { trimmed(text) });
        if fits {
            break;
        }
    }
    shown
}

/// The duration of an estimate in seconds, a dash where there is none.
#[must_use]
pub fn duration_of(estimate: &Estimate) -> String {
    estimate.value.map_or_else(|| NONE.to_owned(), |v| duration(v, estimate.half_width()))
}

/// A share from 0 to 1 in per cent: whole per cents, and one decimal within one per cent of either
/// end, where it matters: `97 %`, `0.3 %`, `99.7 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if !value.is_finite() {
        return NONE.to_owned();
    }
    match value {
        0.0 => "0 %".to_owned(),
        v if v > 0.0 && v < 0.05 => "<0.1 %".to_owned(),
        v if v.abs() >= 1e6 => format!("{v:.2e} %"),
        v if v < 0.95 => format!("{v:.1} %"),
        v if v >= 100.0 => format!("{v:.0} %"),
        v if v >= 99.95 => ">99.9 %".to_owned(),
        v if v > 99.0 => format!("{v:.1} %"),
        v => format!("{v:.0} %"),
    }
}

/// How far a ratio is from 1, in per cent with its sign: 0.972 is `-2.8 %`.
#[must_use]
pub fn deviation(ratio: f64) -> String {
    let value = (ratio - 1.0) * 100.0;
    if !value.is_finite() {
        return NONE.to_owned();
    }
    let text = match value.abs() {
        v if v < 99.95 => format!("{value:+.1}"),
        v if v < 1e6 => format!("{value:+.0}"),
        _ => format!("{value:+.2e}"),
    };
    let text = if matches!(text.as_str(), "+0.0" | "-0.0") { "0.0".to_owned() } else { text };
    format!("{text} %")
}

/// A size in the largest binary unit that leaves at least 1: `1.5 GiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = "B";
    for larger in ["KiB", "MiB", "GiB", "TiB"] {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = larger;
    }
    format!("{} {unit}", figure(value, DIGITS_PLAIN))
}

/// `1.00e300`, for numbers whose digits would fill a line; `None` for all others, 0 included.
fn extreme(value: f64) -> Option<String> {
    let usual = value == 0.0 || (TINY..HUGE).contains(&value.abs());
    (!usual).then(|| format!("{value:.2e}"))
}

/// The decimal exponent of the leading digit: 0.02 has -2, 98.8 has 1; 0 has 0.
fn exponent(value: f64) -> i32 {
    scientific(value, 17).1
}

/// Leading digit and exponent after rounding to `decimals` digits behind the point of the mantissa.
/// Through `format!`, which rounds correctly everywhere, where a logarithm would not.
fn scientific(value: f64, decimals: usize) -> (u8, i32) {
    let text = format!("{:.decimals$e}", value.abs());
    let leading = text.bytes().next().map_or(0, |digit| digit.saturating_sub(b'0'));
    let exponent = text.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    (leading, exponent)
}

/// The decimal place of the last digit worth showing of something this uncertain.
fn last_place(half: f64) -> i32 {
    let (leading, exponent) = scientific(half, 1);
    if leading == 1 { exponent - 1 } else { exponent }
}

/// The place of the last digit of a value with this half-width.
fn place_for(value: f64, half: f64) -> i32 {
    let finest = exponent(value) - DIGITS_MAX + 1;
    if half > 0.0 { last_place(half).max(finest) } else { finest }
}

/// The number rounded at a decimal place (-1: tenths, 2: hundreds), grouped.
fn at_place(value: f64, place: i32) -> String {
    if place > 0 {
        let unit = libm::pow(10.0, f64::from(place));
        return grouped(&format!("{:.0}", (value / unit).round() * unit));
    }
    let decimals = usize::try_from(-place).unwrap_or(0);
    grouped(&format!("{value:.decimals$}"))
}

/// A space after each three digits before the point; four digits alone are grouped too, to line up.
fn grouped(text: &str) -> String {
    let (whole, fraction) = text.find('.').map_or((text, ""), |at| text.split_at(at));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = sign.to_owned();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out + fraction
}

/// Without the zeros that end a fraction.
fn trimmed(text: String) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A number's text at its point.
fn split(text: &str, spread: String) -> Parts {
    let (whole, fraction) = text.find('.').map_or((text, ""), |at| text.split_at(at));
    Parts { whole: whole.to_owned(), fraction: fraction.to_owned(), spread }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_half(value: f64, half: f64) -> Estimate {
        Estimate { ci95: Some([value - half, value + half]), ..Estimate::exactly(value) }
    }

    #[test]
    fn an_estimate_has_the_digits_that_its_interval_supports() {
        for (value, half, text) in [
            (98.83, 0.21, "98.8 ± 0.2"),
            (7_772.3, 7.4, "7 772 ± 7"),
            (7_384.4, 9.7, "7 384 ± 10"), // 9.7 rounds to 10, which has two digits
            (78.71, 0.153, "78.71 ± 0.15"), // a leading 1 keeps a second digit
            (7_772.0, 234.0, "7 800 ± 200"),
            (1_234_567.0, 3_210.0, "1 235 000 ± 3 000"),
            (0.012_34, 0.000_3, "0.0123 ± 0.0003"),
            (-2.34, 0.3, "-2.3 ± 0.3"),
            (12.5, 0.0, "12.5"),               // a deterministic model
            (1.0 / 3.0, 1e-12, "0.333333"),    // narrower than the last digit shown
            (98.8, 0.199_999_9, "98.8 ± 0.2"), // not 0.20 for a last bit
            (2.0, 50.0, "0 ± 50"),             // nothing is known of it
        ] {
            assert_eq!(estimate(&with_half(value, half)).joined(), text, "{value} {half}");
        }
        assert_eq!(estimate(&with_half(2.0, 1e300)).joined(), "2 ± 1.00e300");
        assert_eq!(estimate(&with_half(1e300, 1.0)).joined(), "1.00e300");
        assert_eq!(estimate(&Estimate::NONE).joined(), "-");
        assert_eq!(estimate(&Estimate::exactly(7_772.345)).joined(), "7 772");
        assert_eq!(estimate(&Estimate::exactly(f64::NAN)).joined(), "-");
        assert_eq!(estimate(&with_half(3.0, f64::INFINITY)).joined(), "3");
    }

    #[test]
    fn a_figure_keeps_its_significant_digits_and_every_whole_one() {
        for (value, digits, text) in [
            (81.0, 4, "81"),
            (80.987_65, 4, "80.99"),
            (78.75, 4, "78.75"),
            (12_345.6, 4, "12 346"),
            (0.001_234, 3, "0.00123"),
            (0.0, 3, "0"),
            (1e-12, 3, "1.00e-12"),
            (f64::INFINITY, 3, "-"),
        ] {
            assert_eq!(figure(value, digits), text);
        }
    }

    #[test]
    fn a_duration_takes_the_unit_that_keeps_it_under_a_thousand() {
        for (seconds, half, text) in [
            (6.563, None, "6.56 s"),
            (6.563, Some(0.21), "6.6 s"),
            (0.082_04, Some(0.000_21), "82.0 ms"),
            (0.082_04, Some(0.002), "82 ms"),
            (0.131, Some(0.000_01), "131 ms"),
            (0.004, None, "4 ms"),
            (0.000_05, None, "50 us"),
            (0.000_999_9, None, "1 ms"), // rounds over into the next unit
            (1.5e-9, None, "1.5 ns"),
            (1e-300, None, "1.00e-300 s"),
            (1_800.0, None, "1 800 s"),
            (0.0, None, "0 s"),
            (0.003, Some(0.5), "3 ms"), // one digit stays
            (f64::NAN, None, "-"),
        ] {
            assert_eq!(duration(seconds, half), text, "{seconds}");
        }
    }

    #[test]
    fn a_share_is_finer_near_its_ends() {
        for (share, text) in [
            (0.0, "0 %"),
            (0.000_1, "<0.1 %"),
            (0.003, "0.3 %"),
            (0.009_6, "1 %"),
            (0.971, "97 %"),
            (0.997, "99.7 %"),
            (0.999_9, ">99.9 %"),
            (1.0, "100 %"),
            (1e200, "1.00e202 %"),
            (-1e200, "-1.00e202 %"),
            (f64::NAN, "-"),
        ] {
            assert_eq!(percent(share), text, "{share}");
        }
    }

    #[test]
    fn a_deviation_has_its_sign_and_no_negative_zero() {
        for (ratio, text) in [
            (0.972, "-2.8 %"),
            (1.05, "+5.0 %"),
            (0.9999, "0.0 %"),
            (3.0, "+200 %"),
            (1e300, "+1.00e302 %"),
        ] {
            assert_eq!(deviation(ratio), text);
        }
    }

    #[test]
    fn a_size_takes_the_largest_binary_unit() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1 023 B"),
            (1536, "1.5 KiB"),
            (40 << 20, "40 MiB"),
            (3 << 40, "3 TiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
