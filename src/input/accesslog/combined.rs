//! The combined log format with times behind it, whatever they are called.
//!
//! Behind status and size come fields that somebody added: `rt=0.043 urt="0.041"` with names, or
//! nginx's `$request_time $upstream_response_time`, Apache's `%D` or `%T/%D`, gunicorn's `%(L)s` or
//! `%(D)s` without. A number with a point is seconds; a whole one is what the caller says.

use super::{Entry, Unit, clock};

/// Names of the request's time, and of that of the application behind the server.
const REQUEST: [&str; 7] =
    ["rt", "request_time", "reqtime", "req_time", "duration", "time", "request_duration"];
const UPSTREAM: [&str; 5] =
    ["urt", "upstream_response_time", "upstream_time", "upstream", "upstream_duration"];

/// The request of a line, and whether a whole number was taken for a time.
pub fn read(line: &str, unit: Unit) -> Option<(Entry, bool)> {
    let (_, rest) = line.split_once('[')?;
    let (stamp, rest) = rest.split_once(']')?;
    let mut fields = Fields { rest };
    let request = fields.next()?;
    let status: u16 =
        fields.next()?.text.parse().ok().filter(|status| (100..600).contains(status))?;
    if !request.quoted {
        return None;
    }
    // The size; `-` where there is none.
    fields.next()?;
    let (mut named, mut plain) = ([None; 2], Vec::new());
    let mut whole = false;
    for field in fields {
        let pair = field.text.split_once('=').filter(|_| !field.quoted);
        if let Some((name, value)) = pair {
            let place =
                [&REQUEST[..], &UPSTREAM[..]].iter().position(|names| names.contains(&name));
            if let Some(place) = place {
                named[place] = sum(value.trim_matches('"'), unit, &mut whole);
            }
        } else {
            plain.extend(sum(field.text, unit, &mut whole));
        }
    }
    let (request_s, upstream_s) = match named {
        [Some(request), upstream] => (request, upstream),
        [None, Some(upstream)] => (upstream, Some(upstream)),
        [None, None] => (*plain.first()?, plain.get(1).copied()),
    };
    // A server's own time cannot be shorter than what it waited for: then it is something else.
    let upstream_s = upstream_s.filter(|upstream| *upstream <= request_s * 1.01 + 0.002);
    let failed = status >= 500 || status == 499;
    Some((Entry { at_s: clock::seconds(stamp), request_s, upstream_s, failed }, whole))
}

/// A field of a line.
struct Field<'a> {
    text: &'a str,
    quoted: bool,
}

/// Fields, parted by spaces but for those between quotes.
struct Fields<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let rest = self.rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        if let Some(inside) = rest.strip_prefix('"') {
            let end = end_of_quote(inside);
            self.rest = inside.get(end + 1..).unwrap_or("");
            return Some(Field { text: &inside[..end], quoted: true });
        }
        // A value may be quoted though its name is not: urt="0.020, 0.021".
        let end = match (rest.find("=\""), rest.find(char::is_whitespace)) {
            (Some(quote), space) if space.is_none_or(|space| quote < space) => {
                let inside = &rest[quote + 2..];
                (quote + 3 + end_of_quote(inside)).min(rest.len())
            }
            (_, space) => space.unwrap_or(rest.len()),
        };
        let end = (end..=rest.len()).find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
        self.rest = &rest[end..];
        Some(Field { text: &rest[..end], quoted: false })
    }
}

/// Where the quote ends that this is inside of; `\"` does not end it.
fn end_of_quote(inside: &str) -> usize {
    let bytes = inside.as_bytes();
    let ends = |place: &usize| bytes[*place] == b'"' && (*place == 0 || bytes[*place - 1] != b'\\');
    (0..bytes.len()).find(ends).unwrap_or(bytes.len())
}

/// The sum of one time or of several (`0.020, 0.021 : 0.003`, one for each server that was asked).
pub(super) fn sum(text: &str, unit: Unit, whole: &mut bool) -> Option<f64> {
    let parts =
        text.split([',', ':']).map(str::trim).filter(|part| !part.is_empty() && *part != "-");
    let mut total = None;
    for part in parts {
        total = Some(total.unwrap_or(0.0) + time(part, unit, whole)?);
    }
    total
}

/// `0.043`, `43000`, `0/43000`, `43ms`.
fn time(text: &str, unit: Unit, whole: &mut bool) -> Option<f64> {
    if let Some((seconds, micros)) = text.split_once('/') {
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let both = digits(seconds) && digits(micros);
        return both.then(|| micros.parse::<f64>().ok()).flatten().map(|micros| micros * 1e-6);
    }
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let value: f64 = number.parse().ok()?;
    let scale = match suffix {
        "" if number.contains('.') => 1.0,
        "" => {
            *whole = true;
            unit.seconds()
        }
        "s" => 1.0,
        "ms" => 1e-3,
        "us" | "µs" => 1e-6,
        _ => return None,
    };
    Some(value * scale)
}
