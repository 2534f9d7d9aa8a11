//! Instants in logs: `20/Nov/2025:10:15:00 +0000`, `2025-11-20T10:15:00.123Z`, seconds since 1970.

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Seconds since 1970.
pub fn seconds(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        // Larger ones are milliseconds: in seconds they would be the year 5138.
        let seconds = if number > 1e11 { number / 1e3 } else { number };
        return Some(seconds).filter(|seconds| *seconds > 0.0 && *seconds < 1e11);
    }
    let plain = text.is_ascii().then_some(text)?;
    if plain.as_bytes().get(2) == Some(&b'/') { common(plain) } else { iso(plain) }
}

/// The common log format's.
fn common(text: &str) -> Option<f64> {
    let (date, rest) = text.split_once(':')?;
    let mut parts = date.split('/');
    let day = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? as i64 + 1;
    let year = parts.next()?.parse().ok()?;
    let (clock, zone) = rest.split_once(' ').unwrap_or((rest, ""));
    Some(days(year, month, day)? as f64 * 86_400.0 + time_of_day(clock)? - offset(zone)?)
}

/// ISO 8601's, with a `T` or a space, a zone or none.
fn iso(text: &str) -> Option<f64> {
    let (date, rest) = (text.get(..10)?, text.get(11..)?);
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let end = rest.find(['Z', '+', '-', ' ']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(end);
    let day = days(year, month, day)? as f64;
    Some(day * 86_400.0 + time_of_day(clock)? - offset(zone.trim_start_matches(['Z', ' ']))?)
}

fn time_of_day(text: &str) -> Option<f64> {
    let mut parts = text.split([':']).map(|part| part.replace(',', ".").parse::<f64>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let legal = (0.0..24.0).contains(&hour)
        && (0.0..60.0).contains(&minute)
        && (0.0..61.0).contains(&second);
    legal.then_some(hour * 3600.0 + minute * 60.0 + second)
}

/// `+0130` or `-08:00` in seconds east of Greenwich.
fn offset(text: &str) -> Option<f64> {
    let text = text.trim().replace(':', "");
    if text.is_empty() {
        return Some(0.0);
    }
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    let digits: u32 = text.trim_start_matches(['+', '-']).parse().ok()?;
    Some(sign * (f64::from(digits / 100) * 3600.0 + f64::from(digits % 100) * 60.0))
}

/// Days since 1970-01-01 in the Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", days_from_civil).
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year / 400;
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_in_every_usual_way() {
        for (text, expected) in [
            ("20/Nov/2025:10:15:00 +0000", Some(1_763_633_700.0)),
            ("20/Nov/2025:11:15:00 +0100", Some(1_763_633_700.0)),
            ("2025-11-20T10:15:00Z", Some(1_763_633_700.0)),
            ("2025-11-20 02:15:00-08:00", Some(1_763_633_700.0)),
            ("1763633700.250", Some(1_763_633_700.25)),
            ("01/Jan/1970:00:00:00 +0000", Some(0.0)),
            ("29/Feb/2024:00:00:00 +0000", Some(1_709_164_800.0)),
            ("20/Nop/2025:10:15:00 +0000", None),
            ("yesterday", None),
            ("é-é-é-é-é-é", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
