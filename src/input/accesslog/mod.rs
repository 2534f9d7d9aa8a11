//! Access logs of nginx, Apache and gunicorn, line by line: a log of any length in constant memory.

mod clock;
mod combined;
mod json;

use std::io::{self, BufRead};

/// Bytes of a line that are looked at; what is longer is no line of an access log.
const LONGEST_LINE: u64 = 64 << 10;
/// Lines that could not be read and are kept to be shown.
const SHOWN: usize = 3;
/// Letters of such a line that are kept.
const SHOWN_LETTERS: usize = 120;

/// One request as a log has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// When it was written, in seconds since 1970.
    pub at_s: Option<f64>,
    /// How long the server took, in seconds.
    pub request_s: f64,
    /// How long the application behind it took, in seconds.
    pub upstream_s: Option<f64>,
    /// Whether it failed: status 5xx, or the client had gone (499).
    pub failed: bool,
}

/// What a whole number that is a time counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Seconds: Apache's `%T`.
    Seconds,
    /// Milliseconds: gunicorn's `%(M)s`.
    Millis,
    /// Microseconds: Apache's and gunicorn's `D`.
    #[default]
    Micros,
}

impl Unit {
    /// The words of `--log-unit`, each with its unit.
    pub const WORDS: [(&'static str, Self); 3] =
        [("s", Self::Seconds), ("ms", Self::Millis), ("us", Self::Micros)];

    const fn seconds(self) -> f64 {
        match self {
            Self::Seconds => 1.0,
            Self::Millis => 1e-3,
            Self::Micros => 1e-6,
        }
    }
}

/// What became of the lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines read, empty ones aside.
    pub lines: u64,
    /// Those that are no request with its time.
    pub bad: u64,
    /// The first of them with their numbers.
    pub shown: Vec<(u64, String)>,
    /// Whether a whole number was taken for a time, so that its unit matters.
    pub whole_numbers: bool,
}

/// The request of a line; `None` where there is no time in it.
#[must_use]
pub fn entry(line: &str, unit: Unit) -> Option<Entry> {
    read(line, unit).map(|(entry, _)| entry)
}

fn read(line: &str, unit: Unit) -> Option<(Entry, bool)> {
    let (entry, whole) =
        if line.starts_with('{') { json::read(line)? } else { combined::read(line, unit)? };
    let times = [Some(entry.request_s), entry.upstream_s];
    // Longer than a day is no time of a request.
    let legal = |time: &f64| (0.0..=86_400.0).contains(time);
    times.iter().flatten().all(legal).then_some((entry, whole))
}

/// Whether the first lines of a text are those of an access log with times.
#[must_use]
pub fn fits(text: &str) -> bool {
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .take(20)
        .any(|line| entry(line.trim_start_matches('\u{feff}').trim(), Unit::Micros).is_some())
}

/// Reads all lines; `each` gets every request with the bytes read so far, and ends it by `false`.
///
/// # Errors
///
/// Those of the reader.
pub fn scan(
    reader: &mut dyn BufRead,
    unit: Unit,
    tally: &mut Tally,
    each: &mut dyn FnMut(&Entry, u64) -> bool,
) -> io::Result<()> {
    let mut bytes = 0;
    let mut number = 0;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read_now = read_line(reader, &mut line)?;
        if read_now == 0 {
            return Ok(());
        }
        bytes += read_now;
        number += 1;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            continue;
        }
        tally.lines += 1;
        match read(text, unit) {
            Some((entry, whole)) => {
                tally.whole_numbers |= whole;
                if !each(&entry, bytes) {
                    return Ok(());
                }
            }
            None => {
                tally.bad += 1;
                if tally.shown.len() < SHOWN {
                    tally.shown.push((number, text.chars().take(SHOWN_LETTERS).collect()));
                }
            }
        }
    }
}

/// A line without its end, cut off where it is too long; how many bytes were read.
fn read_line(reader: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<u64> {
    let mut total = 0;
    loop {
        let buffer = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if buffer.is_empty() {
            return Ok(total);
        }
        let (taken, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(place) => (place + 1, true),
            None => (buffer.len(), false),
        };
        let room = (LONGEST_LINE as usize).saturating_sub(line.len());
        line.extend_from_slice(&buffer[..taken.min(room)]);
        reader.consume(taken);
        total += taken as u64;
        if ended {
            return Ok(total);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LINES: [&str; 6] = [
        r#"10.0.0.1 - - [20/Nov/2025:10:15:00 +0000] "GET /a HTTP/1.1" 200 612 "-" "curl/8.5" 0.043 0.041"#,
        r#"10.0.0.1 - - [20/Nov/2025:10:15:00 +0000] "GET /a HTTP/1.1" 502 612 "-" "curl/8.5" rt=0.043 uct="0.000" uht="0.041" urt="0.020, 0.021""#,
        r#"10.0.0.1 - - [20/Nov/2025:10:15:00 +0000] "GET /a HTTP/1.1" 200 612 "-" "Mozilla/5.0 (X11; 64)" 43000"#,
        r#"10.0.0.1 - - [20/Nov/2025:10:15:00 +0000] "GET /a HTTP/1.1" 200 612 0/43000"#,
        r#"{"time_iso8601":"2025-11-20T10:15:00+00:00","request_time":"0.043","upstream_response_time":"0.041","status":"200"}"#,
        r#"{"ts":1763633700.0,"duration":0.043,"status":200}"#,
    ];

    #[test]
    fn every_usual_format_gives_its_times() {
        let at_s = Some(1_763_633_700.0);
        let of = |request_s, upstream_s, failed| Entry { at_s, request_s, upstream_s, failed };
        let expected = [
            of(0.043, Some(0.041), false),
            of(0.043, Some(0.041), true),
            of(0.043, None, false),
            of(0.043, None, false),
            of(0.043, Some(0.041), false),
            of(0.043, None, false),
        ];
        for (line, expected) in LINES.iter().zip(expected) {
            let found = entry(line, Unit::Micros).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((found.at_s, found.failed), (expected.at_s, expected.failed), "{line}");
            assert!((found.request_s - expected.request_s).abs() < 1e-9, "{line}");
            let near = |(a, b): (f64, f64)| (a - b).abs() < 1e-9;
            assert_eq!(found.upstream_s.is_some(), expected.upstream_s.is_some(), "{line}");
            assert!(found.upstream_s.zip(expected.upstream_s).is_none_or(near), "{line}");
        }
        assert!(
            entry(
                r#"10.0.0.1 - - [20/Nov/2025:10:15:00 +0000] "GET / HTTP/1.1" 200 612 "-" "curl""#,
                Unit::Micros
            )
            .is_none()
        );
        assert!(entry("clients,rps\n", Unit::Micros).is_none());
    }

    #[test]
    fn lines_that_are_none_are_counted_and_the_first_are_shown() {
        let text = format!("{}\nwhat\n\n{}\n{}\n", LINES[0], LINES[2], "x".repeat(200_000));
        let mut tally = Tally::default();
        let mut count = 0;
        let mut each = |_: &Entry, _: u64| {
            count += 1;
            true
        };
        scan(&mut text.as_bytes(), Unit::Micros, &mut tally, &mut each).expect("memory reads");
        assert_eq!((count, tally.lines, tally.bad, tally.whole_numbers), (2, 4, 2, true));
        assert_eq!(tally.shown[0], (2, "what".to_owned()));
        assert_eq!(tally.shown[1].1.len(), SHOWN_LETTERS);
    }

    proptest! {
        #[test]
        fn nothing_panics_whatever_the_line(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut tally = Tally::default();
            scan(&mut bytes.as_slice(), Unit::Seconds, &mut tally, &mut |_, _| true).expect("memory reads");
        }

        #[test]
        fn nothing_panics_on_lines_that_are_cut_or_changed(
            place in 0..LINES.len(), cut in 0.0..1.0f64, put in "\\PC{0,5}",
        ) {
            let letters: Vec<char> = LINES[place].chars().collect();
            let end = (letters.len() as f64 * cut) as usize;
            let start: String = letters[..end].iter().collect();
            let rest: String = letters[end..].iter().skip(1).collect();
            let _ = entry(&format!("{start}{put}{rest}"), Unit::Micros);
            let _ = entry(&start, Unit::Millis);
        }
    }
}
