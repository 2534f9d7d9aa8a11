//! Text to tokens, each with its bytes.

use std::ops::Range;

use super::ValueError;

/// The smallest parts of a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// Digits as `f64` reads them: no underscores.
    Number(String),
    /// A function, a unit, the name of an argument.
    Word(String),
    /// `$name`, without the `$`.
    Parameter(String),
    /// Between quotes.
    Text(String),
    /// One of `+ - * / ( ) , = : %`.
    Sign(char),
    /// The end of the text.
    End,
}

impl Token {
    /// As messages say it.
    pub(super) fn described(&self) -> String {
        match self {
            Self::Number(text) | Self::Word(text) => format!("`{text}`"),
            Self::Parameter(name) => format!("`${name}`"),
            Self::Text(text) => format!("\"{text}\""),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "the end of the value".to_owned(),
        }
    }
}

/// A token and where it stands.
pub(super) type Spanned = (Token, Range<usize>);

/// All tokens of a text, [`Token::End`] last.
///
/// # Errors
///
/// A character that no value has, a number with a stray underscore, a text without its end.
pub(super) fn tokens(text: &str) -> Result<Vec<Spanned>, ValueError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (token, length) = match first {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '0'..='9' | '.' => number(rest, at)?,
            '$' => parameter(rest, at)?,
            '"' | '\'' => quoted(rest, at)?,
            '+' | '-' | '*' | '/' | '(' | ')' | ',' | '=' | ':' | '%' => (Token::Sign(first), 1),
            c if is_word_start(c) => word(rest),
            c => return Err(stray(c, at)),
        };
        found.push((token, at..at + length));
        at += length;
    }
    found.push((Token::End, text.len()..text.len()));
    Ok(found)
}

fn stray(c: char, at: usize) -> ValueError {
    let error = ValueError::new(format!("`{c}` has no meaning in a value"), at..at + c.len_utf8());
    match c {
        '\u{d7}' | '\u{b7}' => error.suggesting("multiply with `*`"),
        '\u{f7}' => error.suggesting("divide with `/`"),
        '\u{2212}' | '\u{2013}' => error.suggesting("subtract with `-`"),
        '^' => error.suggesting("there are no powers: multiply with `*`"),
        _ => error,
    }
}

/// Letters; the two micro signs begin a unit.
fn is_word_start(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | '\u{b5}' | '\u{3bc}')
}

fn length_of(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

fn word(rest: &str) -> (Token, usize) {
    let mut length = length_of(rest, |c| is_word_start(c) || c.is_ascii_digit());
    // `p99.9` is one name.
    let digits = rest[..length].strip_prefix('p').unwrap_or_default();
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let decimals = rest[length..].strip_prefix('.').map_or(0, digits_in);
        if decimals > 0 {
            length += 1 + decimals;
        }
    }
    (Token::Word(rest[..length].to_owned()), length)
}

fn digits_in(text: &str) -> usize {
    length_of(text, |c| c.is_ascii_digit())
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), ValueError> {
    let digits_at = |from: usize| length_of(&rest[from..], |c| c.is_ascii_digit() || c == '_');
    let mut length = digits_at(0);
    if rest[length..].starts_with('.') {
        length += 1 + digits_at(length + 1);
    }
    // An `e` is an exponent only with digits after it: `2 exp(…)` is a mistake of another kind.
    let after_e = rest[length..].strip_prefix(['e', 'E']);
    if let Some(exponent) = after_e {
        let sign = usize::from(exponent.starts_with(['+', '-']));
        let digits = digits_in(&exponent[sign..]);
        if digits > 0 {
            length += 1 + sign + digits;
        }
    }
    let written = &rest[..length];
    let mistake = |message: String| Err(ValueError::new(message, at..at + length));
    let lonely = |(i, _): (usize, &str)| {
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        let bytes = written.as_bytes();
        !digit(i.checked_sub(1).and_then(|before| bytes.get(before))) || !digit(bytes.get(i + 1))
    };
    if written.match_indices('_').any(lonely) {
        return mistake(format!("`_` in `{written}` is not between two digits"));
    }
    let cleaned = written.replace('_', "");
    if cleaned.parse::<f64>().is_err() {
        return mistake(format!("`{written}` is not a number"));
    }
    Ok((Token::Number(cleaned), length))
}

fn parameter(rest: &str, at: usize) -> Result<(Token, usize), ValueError> {
    let name = &rest[1..];
    // Names have dashes (`model-format.md`), so that `$a-b` is one name.
    let length = length_of(name, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if length == 0 {
        return Err(ValueError::new("`$` without a name", at..at + 1)
            .expecting("the name of a parameter, as in $cpu"));
    }
    Ok((Token::Parameter(name[..length].to_owned()), 1 + length))
}

fn quoted(rest: &str, at: usize) -> Result<(Token, usize), ValueError> {
    let quote = &rest[..1];
    match rest[1..].find(quote) {
        Some(end) => Ok((Token::Text(rest[1..=end].to_owned()), end + 2)),
        None => {
            Err(ValueError::new(format!("a text without its closing {quote}"), at..at + rest.len()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Token> {
        tokens(text).unwrap().into_iter().map(|(token, _)| token).collect()
    }

    #[test]
    fn numbers_end_where_their_unit_begins() {
        use Token::{End, Number, Sign, Word};
        let number = |text: &str| Number(text.to_owned());
        let word = |text: &str| Word(text.to_owned());
        for (text, expected) in [
            ("80ms", vec![number("80"), word("ms"), End]),
            ("1.5us", vec![number("1.5"), word("us"), End]),
            ("200_000", vec![number("200000"), End]),
            ("1e-3 s", vec![number("1e-3"), word("s"), End]),
            ("2e", vec![number("2"), word("e"), End]),
            (".5", vec![number(".5"), End]),
            ("2.", vec![number("2."), End]),
            ("p99.9=1", vec![word("p99.9"), Sign('='), number("1"), End]),
            ("3 \u{b5}s", vec![number("3"), word("\u{b5}s"), End]),
        ] {
            assert_eq!(kinds(text), expected, "{text}");
        }
    }

    #[test]
    fn names_of_parameters_have_dashes_and_spans_are_in_bytes() {
        assert_eq!(
            tokens("$a-b * 3\u{b5}s").unwrap(),
            [
                (Token::Parameter("a-b".into()), 0..4),
                (Token::Sign('*'), 5..6),
                (Token::Number("3".into()), 7..8),
                (Token::Word("\u{b5}s".into()), 8..11),
                (Token::End, 11..11),
            ]
        );
        assert_eq!(kinds("'a b' \"c\"")[..2], [Token::Text("a b".into()), Token::Text("c".into())]);
    }

    #[test]
    fn what_no_value_has_is_refused_where_it_stands() {
        for (text, span) in [
            ("1 ? 2", 2..3),
            ("2 \u{d7} 3", 2..4),
            ("_1", 0..2),
            ("1__0", 0..4),
            ("1_", 0..2),
            (".", 0..1),
            ("$ cpu", 0..1),
            ("\"abc", 0..4),
        ] {
            match tokens(text) {
                Err(error) => assert_eq!(error.span, span, "{text}: {error}"),
                // `_1` is a word; the parser refuses it.
                Ok(found) => assert_eq!(found[0].1, span, "{text}"),
            }
        }
    }
}
