//! Figures as a model file has them: four digits, a unit that fits.

/// A number to four significant digits, without zeros at its end: `14`, `0.8123`, `1235`.
#[must_use]
pub fn quantity(value: f64) -> String {
    let text = format!("{value:.3e}");
    let rounded: f64 = text.parse().unwrap_or(value);
    let decimals = (3 - exponent(value)).max(0) as usize;
    let text = format!("{rounded:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A length of time in seconds, as the value grammar reads it: `14.02 ms`.
#[must_use]
pub fn span(seconds: f64) -> String {
    let units = [(1.0, "s"), (1e3, "ms"), (1e6, "us"), (1e9, "ns")];
    let fits = |(scale, _): &&(f64, &str)| seconds * scale >= 0.999_95;
    let (scale, unit) = units.iter().find(fits).unwrap_or(&units[3]);
    if seconds == 0.0 { "0 s".to_owned() } else { format!("{} {unit}", quantity(seconds * scale)) }
}

/// A share in per cent: `8.4 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn exponent(value: f64) -> i32 {
    let text = format!("{value:.3e}");
    text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_and_a_unit_that_fits() {
        for (seconds, text) in [
            (0.014, "14 ms"),
            (0.014_023_7, "14.02 ms"),
            (1.234_56, "1.235 s"),
            (0.000_999_9, "999.9 us"),
            (0.000_999_99, "1 ms"),
            (2.5e-7, "250 ns"),
            (0.0, "0 s"),
            (123.456, "123.5 s"),
        ] {
            assert_eq!(span(seconds), text, "{seconds}");
        }
        assert_eq!(quantity(123_456.0), "123500");
    }
}
