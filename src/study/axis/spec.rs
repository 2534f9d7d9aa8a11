//! The grammar of `SPEC`: lists, even ranges, logarithmic ranges, doublings.

use std::ops::Range;

use super::grid::MOST_POINTS;
use crate::input::value::{self, NoScope, Value, ValueError};

const RANGE: &str = "FROM..TO, FROM..TO:21 (even), FROM..TO:log20 or FROM..TO x2";

/// Digits of a value that a logarithm gives: few enough to type it again.
const LOG_DIGITS: usize = 6;
/// Digits of an evenly spaced value: what binary fractions add beyond is dropped.
const EVEN_DIGITS: usize = 12;

/// The values of a `SPEC`, each with whether it was reckoned from a range.
///
/// # Errors
///
/// What is wrong, with its bytes in `spec`.
pub fn values(spec: &str) -> Result<Vec<(String, bool)>, ValueError> {
    let mut found: Vec<(String, bool)> = Vec::new();
    for span in items(spec) {
        let text = &spec[span.clone()];
        let start = span.start + (text.len() - text.trim_start().len());
        let item = text.trim();
        if item.is_empty() {
            let error = ValueError::new("there is no value here", span);
            return Err(error.expecting("values with commas between, as in 1,2,4,8"));
        }
        match outside(item, "..").next() {
            Some(at) => {
                let range = range(item, at).map_err(|mut error| {
                    error.span = start + error.span.start..start + error.span.end;
                    error
                })?;
                found.extend(range.into_iter().map(|value| (value, true)));
            }
            None => found.push((item.to_owned(), false)),
        }
        if found.len() as u64 > MOST_POINTS {
            return Err(too_many(found.len() as f64, start..start + item.len()));
        }
    }
    Ok(found)
}

fn too_many(count: f64, span: Range<usize>) -> ValueError {
    ValueError::new(format!("{count:.0} values"), span)
        .expecting(format!("at most {MOST_POINTS}"))
        .suggesting("take a wider step, as in FROM..TO:21 or FROM..TO:log20")
}

/// The bytes between the commas outside of parentheses and quotes.
fn items(spec: &str) -> Vec<Range<usize>> {
    let mut items = Vec::new();
    let mut start = 0;
    for at in outside(spec, ",") {
        items.push(start..at);
        start = at + 1;
    }
    items.push(start..spec.len());
    items
}

/// Where `what` stands outside of parentheses and quotes.
fn outside<'a>(text: &'a str, what: &'a str) -> impl Iterator<Item = usize> + 'a {
    let (mut depth, mut quoted) = (0_i32, false);
    text.char_indices().filter_map(move |(at, c)| {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted => depth -= 1,
            _ => {}
        }
        (depth == 0 && !quoted && text[at..].starts_with(what)).then_some(at)
    })
}

/// How a range goes from its beginning to its end.
enum Pace {
    Ones,
    Even(u64),
    Log(u64),
    Times(f64),
}

fn range(item: &str, dots: usize) -> Result<Vec<String>, ValueError> {
    let (from, rest) = (&item[..dots], &item[dots + 2..]);
    let (to, pace) = pace(item, rest, dots + 2)?;
    let to_span = dots + 2..dots + 2 + to.len();
    let ends = Ends::read((from, 0..from.len()), (to, to_span))?;
    let whole = 0..item.len();
    let (low, high) = (ends.low, ends.high);
    if high < low {
        return Err(ValueError::new("this range begins above its end", whole)
            .suggesting("turn it round, or write its values one by one"));
    }
    match pace {
        Pace::Ones => {
            let steps = high - low;
            // Rounding of the decimal fractions of the two ends.
            if (steps - steps.round()).abs() > 1e-9 {
                return Err(ValueError::new(
                    "steps of 1 do not end at the end of this range",
                    whole,
                )
                .suggesting(format!(
                    "say how many values: {}..{}:5",
                    from.trim(),
                    to.trim()
                )));
            }
            if steps >= MOST_POINTS as f64 {
                return Err(too_many(steps + 1.0, whole));
            }
            Ok((0..=steps.round() as u64).map(|k| ends.even(low + k as f64)).collect())
        }
        Pace::Even(count) => {
            let step = |k: u64| low + (high - low) * (k as f64 / (count - 1) as f64);
            Ok(ends.between(count, |k| ends.even(step(k))))
        }
        Pace::Log(count) => {
            if low <= 0.0 {
                let first = ends.written(high / 1000.0, 1);
                return Err(ValueError::new("a logarithm never reaches 0", whole)
                    .expecting("a beginning above 0")
                    .suggesting(format!("write {0},{first}..{1}", from.trim(), rest.trim())));
            }
            let step = |k: u64| low * libm::pow(high / low, k as f64 / (count - 1) as f64);
            Ok(ends.between(count, |k| ends.written(step(k), LOG_DIGITS)))
        }
        Pace::Times(factor) => {
            if low <= 0.0 {
                return Err(ValueError::new("0 times anything is 0", whole)
                    .expecting("a beginning above 0"));
            }
            let mut found = Vec::new();
            let mut value = low;
            // A little beyond the end, for the rounding of the products.
            while value <= high * (1.0 + 1e-12) {
                found.push(ends.even(value));
                value *= factor;
            }
            Ok(found)
        }
    }
}

/// The end of a range without what says its pace.
fn pace<'a>(item: &str, rest: &'a str, start: usize) -> Result<(&'a str, Pace), ValueError> {
    let all = start..item.len();
    if let Some(colon) = rest.rfind(':') {
        let words = rest[colon + 1..].trim();
        let (log, digits) = match words.strip_prefix("log") {
            Some(digits) => (true, digits.trim()),
            None => (false, words),
        };
        let count = digits.parse::<u64>().ok().filter(|count| *count >= 2);
        let Some(count) = count else {
            let span = start + colon + 1..item.len();
            return Err(ValueError::new("this is no number of values", span)
                .expecting("2 or more, as in 0..100:21 or 0.1..100:log20"));
        };
        if count > MOST_POINTS {
            return Err(too_many(count as f64, all));
        }
        return Ok((&rest[..colon], if log { Pace::Log(count) } else { Pace::Even(count) }));
    }
    if let Some((to, factor)) = rest.rsplit_once('x') {
        let Some(factor) = factor.trim().parse::<f64>().ok().filter(|f| *f > 1.0 && f.is_finite())
        else {
            return Err(ValueError::new("this is no factor to go on by", all)
                .expecting("a number above 1, as in 1..512x2"));
        };
        // A factor this near to 1 would make more values than anything takes.
        if factor < 1.0001 {
            return Err(ValueError::new("this factor is too near to 1", all).expecting(RANGE));
        }
        return Ok((to, Pace::Times(factor)));
    }
    Ok((rest, Pace::Ones))
}

/// The two ends of a range in one unit.
struct Ends {
    low: f64,
    high: f64,
    unit: String,
    /// As they were written.
    texts: [String; 2],
}

impl Ends {
    fn read(
        (from, from_span): (&str, Range<usize>),
        (to, to_span): (&str, Range<usize>),
    ) -> Result<Self, ValueError> {
        let low = fixed(from, from_span)?;
        let high = fixed(to, to_span.clone())?;
        if std::mem::discriminant(&low) != std::mem::discriminant(&high) {
            return Err(ValueError::new(
                "the two ends of this range have different units",
                to_span,
            )
            .expecting("the unit at both ends, as in 800/s..1200/s:5"));
        }
        let (from, to) = (from.trim(), to.trim());
        let texts = [from.to_owned(), to.to_owned()];
        let ((low_digits, low_unit), (high_digits, high_unit)) = (split(from), split(to));
        if let (Some(low), Some(high)) = (low_digits, high_digits)
            && low_unit == high_unit
        {
            return Ok(Self { low, high, unit: low_unit.to_owned(), texts });
        }
        let (low, unit) = in_base(&low);
        let (high, _) = in_base(&high);
        Ok(Self { low, high, unit: unit.to_owned(), texts })
    }

    /// Values from end to end, the ends as they were written.
    fn between(&self, count: u64, at: impl Fn(u64) -> String) -> Vec<String> {
        (0..count)
            .map(|k| match k {
                0 => self.texts[0].clone(),
                k if k == count - 1 => self.texts[1].clone(),
                k => at(k),
            })
            .collect()
    }

    fn even(&self, value: f64) -> String {
        self.written(value, EVEN_DIGITS)
    }

    fn written(&self, value: f64, digits: usize) -> String {
        let rounded: f64 = format!("{value:.*e}", digits - 1).parse().unwrap_or(value);
        format!("{rounded}{}", self.unit)
    }
}

/// The fixed value at an end of a range.
fn fixed(text: &str, span: Range<usize>) -> Result<Value, ValueError> {
    if text.trim().is_empty() {
        return Err(
            ValueError::new("this range has an end only on one side", span).expecting(RANGE)
        );
    }
    let lead = span.start + (text.len() - text.trim_start().len());
    let value = value::parse(text.trim()).and_then(|expr| expr.eval(&NoScope));
    let value = value.map_err(|mut error| {
        error.span = lead + error.span.start..lead + error.span.end;
        error
    })?;
    match value {
        Value::Dist { .. } => Err(ValueError::new("a distribution is no end of a range", span)
            .suggesting("make what varies a parameter, and the distribution of it: exp($wait)")),
        fixed => Ok(fixed),
    }
}

/// The number that a text begins with, and its unit with the space before it.
fn split(text: &str) -> (Option<f64>, &str) {
    let number = |c: char| c.is_ascii_digit() || "._+-".contains(c);
    let mut end = text.find(|c| !number(c)).unwrap_or(text.len());
    // An exponent, but not the first letter of a unit.
    let rest = text[end..].strip_prefix(['e', 'E']).unwrap_or("");
    let digits = rest.trim_start_matches(['+', '-']);
    if digits.starts_with(|c: char| c.is_ascii_digit()) {
        let power = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        end += 1 + (rest.len() - digits.len()) + power;
    }
    (text[..end].replace('_', "").parse().ok(), &text[end..])
}

fn in_base(value: &Value) -> (f64, &'static str) {
    match value {
        Value::Duration(nanos) => (*nanos, " ns"),
        Value::Rate(rate) => (*rate, "/s"),
        Value::Size(bytes) => (*bytes, " B"),
        Value::Number(number) => (*number, ""),
        Value::Dist { dist, .. } => (dist.mean(), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(spec: &str) -> String {
        let found = values(spec).unwrap_or_else(|error| panic!("{spec}: {error}"));
        found.into_iter().map(|(text, _)| text).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn every_form_of_the_documentation_is_read() {
        for (spec, values) in [
            ("1,2,4,8", "1 | 2 | 4 | 8"),
            ("mix(0.9: 1 ms, 0.1: 2 ms),exp(4 ms)", "mix(0.9: 1 ms, 0.1: 2 ms) | exp(4 ms)"),
            ("1..4", "1 | 2 | 3 | 4"),
            ("0..100:5", "0 | 25 | 50 | 75 | 100"),
            ("0..1:11", "0 | 0.1 | 0.2 | 0.3 | 0.4 | 0.5 | 0.6 | 0.7 | 0.8 | 0.9 | 1"),
            ("0.1..100:log4", "0.1 | 1 | 10 | 100"),
            ("1..8:log3", "1 | 2.82843 | 8"),
            ("1..512x2", "1 | 2 | 4 | 8 | 16 | 32 | 64 | 128 | 256 | 512"),
            ("1..100 x10", "1 | 10 | 100"),
            ("800/s..1200/s:3", "800/s | 1000/s | 1200/s"),
            ("1 ms..3 ms", "1 ms | 2 ms | 3 ms"),
            ("500us..1.5ms:3", "500us | 1000000 ns | 1.5ms"),
            ("10 %..20 %:3", "10 % | 15 % | 20 %"),
            ("1e3..3e3:3", "1e3 | 2000 | 3e3"),
            ("0,1..4x2", "0 | 1 | 2 | 4"),
            ("fifo,round-robin", "fifo | round-robin"),
            ("empirical(\"../a,b.csv\")", "empirical(\"../a,b.csv\")"),
            ("5..5", "5"),
        ] {
            assert_eq!(texts(spec), values, "{spec}");
        }
    }

    #[test]
    fn what_leads_nowhere_is_told_where_with_what_to_do() {
        for (spec, span, words) in [
            ("", 0..0, "there is no value here"),
            ("1,,2", 2..2, "there is no value here"),
            ("10..1", 0..5, "begins above its end"),
            ("0..100:log20", 0..12, "write 0,0.1..100:log20"),
            ("0..8x2", 0..6, "a beginning above 0"),
            ("1..8x1", 3..6, "a number above 1"),
            ("1..10:1", 6..7, "2 or more"),
            ("1..10:logx", 6..10, "2 or more"),
            ("1..2.5", 0..6, "say how many values: 1..2.5:5"),
            ("800..1200/s:5", 5..11, "the unit at both ends"),
            ("1..", 3..3, "an end only on one side"),
            ("..8", 0..0, "an end only on one side"),
            ("exp(1 ms)..exp(2 ms):3", 0..9, "a distribution is no end"),
            ("1 msec..2 msec", 2..6, "did you mean `ms`"),
            ("1..1e9", 0..6, "at most 10000000"),
            ("1..2:99999999", 3..13, "at most 10000000"),
        ] {
            let error = values(spec).expect_err(spec);
            assert!(error.to_string().contains(words), "{spec}: {error}");
            assert_eq!(error.span, span, "{spec}: {error}");
        }
    }
}
