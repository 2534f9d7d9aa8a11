//! Tokens to an expression, by recursive descent.
//!
//! ```text
//! sum      = product { ("+" | "-") product }
//! product  = signed { ("*" | "/") signed }        after "/" a unit may stand alone: 150/s
//! signed   = "-" signed | quantity
//! quantity = primary [ unit | "%" ]
//! primary  = number | "$name" | text | "(" sum ")" | function "(" [ argument { "," argument } ] ")"
//! argument = [ name "=" | sum ":" ] sum
//! ```

use std::ops::Range;

use super::expr::{Argument, Expr, Node, Operator};
use super::function::Function;
use super::token::{Spanned, Token, tokens};
use super::unit::{self, Unit};
use super::{Dimension, Value, ValueError};

/// How high an expression may be: far beyond any use, far below the stack.
const HEIGHT_LIMIT: usize = 100;

const EXPECTED: &str = "a value, as in 80 ms, exp(80 ms), 40 or 10 %";

/// Reads one value.
///
/// # Errors
///
/// Where the text is not a value: what stands where, and what was expected there.
pub fn parse(text: &str) -> Result<Expr, ValueError> {
    if let Some(expr) = plain(text) {
        return Ok(expr);
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    if parser.peek() == &Token::End {
        return Err(ValueError::new("nothing stands here", 0..text.len()).expecting(EXPECTED));
    }
    let expr = parser.sum()?;
    match parser.peek() {
        Token::End => Ok(expr),
        _ => Err(parser.left_over()),
    }
}

/// A number with or without a unit, as most values are: told apart at a glance.
fn plain(text: &str) -> Option<Expr> {
    let length = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (digits, rest) = text.split_at(length);
    let number: f64 = digits.parse().ok()?;
    let (value, height) = match rest.trim_start_matches(' ') {
        "" if rest.is_empty() => (Value::Number(number), 0),
        "%" => (unit::PERCENT.value(unit::PERCENT.of_digits(digits)), 1),
        word => {
            let unit = Unit::named(word)?;
            (unit.value(unit.of_digits(digits)), 1)
        }
    };
    Some(Expr { node: Node::Literal(value), span: 0..text.len(), height })
}

struct Parser {
    tokens: Vec<Spanned>,
    at: usize,
    /// How deep the descent is now.
    depth: usize,
}

impl Parser {
    /// The token `ahead` of the next one; the last is always [`Token::End`].
    fn ahead(&self, ahead: usize) -> &Spanned {
        &self.tokens[(self.at + ahead).min(self.tokens.len() - 1)]
    }

    fn peek(&self) -> &Token {
        &self.ahead(0).0
    }

    fn span(&self) -> Range<usize> {
        self.ahead(0).1.clone()
    }

    /// Steps over the next token where it is this sign.
    fn take(&mut self, sign: char) -> bool {
        let found = self.peek() == &Token::Sign(sign);
        self.at += usize::from(found);
        found
    }

    fn unexpected(&self, expected: &str) -> ValueError {
        ValueError::new(format!("unexpected {}", self.peek().described()), self.span())
            .expecting(expected)
    }

    /// The mistake of something after a complete value.
    fn left_over(&self) -> ValueError {
        let error = self.unexpected("the end of the value or one of + - * /");
        let before_is_number =
            self.at > 0 && matches!(self.tokens[self.at - 1].0, Token::Number(_));
        match self.peek() {
            Token::Sign(',') if before_is_number => {
                error.suggesting("the decimal point is `.`; digits are grouped by `_`")
            }
            Token::Number(_) if before_is_number => {
                error.suggesting("digits are grouped by `_`, as in 200_000")
            }
            _ => error,
        }
    }

    fn sum(&mut self) -> Result<Expr, ValueError> {
        self.operations(
            &[('+', Operator::Add), ('-', Operator::Subtract)],
            Self::product,
            Self::product,
        )
    }

    fn product(&mut self) -> Result<Expr, ValueError> {
        self.operations(
            &[('*', Operator::Multiply), ('/', Operator::Divide)],
            Self::signed,
            Self::factor,
        )
    }

    /// A chain of operations of one rank, from left to right.
    fn operations(
        &mut self,
        signs: &[(char, Operator)],
        first: fn(&mut Self) -> Result<Expr, ValueError>,
        next: fn(&mut Self) -> Result<Expr, ValueError>,
    ) -> Result<Expr, ValueError> {
        let mut left = first(self)?;
        while let Some((_, operator)) =
            signs.iter().find(|(sign, _)| self.peek() == &Token::Sign(*sign))
        {
            self.at += 1;
            let right = next(self)?;
            let span = left.span.start..right.span.end;
            let height = 1 + left.height.max(right.height);
            left = within(Node::Binary(*operator, Box::new(left), Box::new(right)), span, height)?;
        }
        Ok(left)
    }

    /// What follows `*` or `/`: a unit alone, as in `150/s`, or any signed quantity.
    fn factor(&mut self) -> Result<Expr, ValueError> {
        let divides = self.tokens[self.at - 1].0 == Token::Sign('/');
        if divides
            && let Some(unit) = self.unit_ahead().filter(|u| u.dimension == Dimension::Duration)
        {
            let span = self.span();
            self.at += 1;
            return Ok(Expr { node: Node::Literal(unit.value(unit.of(1.0))), span, height: 0 });
        }
        self.signed()
    }

    /// The unit that stands next; `min` before a parenthesis is the function.
    fn unit_ahead(&self) -> Option<&'static Unit> {
        match (self.peek(), &self.ahead(1).0) {
            (Token::Word(_), Token::Sign('(')) => None,
            (Token::Word(word), _) => Unit::named(word),
            (Token::Sign('%'), _) => Some(&unit::PERCENT),
            _ => None,
        }
    }

    fn signed(&mut self) -> Result<Expr, ValueError> {
        let start = self.span().start;
        // All recursion of the descent passes here.
        self.depth += 1;
        if self.depth > HEIGHT_LIMIT {
            return Err(too_high(self.span()));
        }
        let expr = if self.take('-') {
            let inner = self.signed()?;
            let (span, height) = (start..inner.span.end, 1 + inner.height);
            within(Node::Negated(Box::new(inner)), span, height)
        } else {
            self.quantity()
        };
        self.depth -= 1;
        expr
    }

    fn quantity(&mut self) -> Result<Expr, ValueError> {
        let inner = self.primary()?;
        let Some(unit) = self.unit_ahead() else {
            return self.without_unit(inner);
        };
        let span = inner.span.start..self.span().end;
        // Digits and unit are read as one, to the last bit.
        let node = match (&inner.node, &self.tokens[self.at - 1].0) {
            (Node::Literal(_), Token::Number(digits)) => {
                Node::Literal(unit.value(unit.of_digits(digits)))
            }
            _ => Node::Quantity(Box::new(inner.clone()), unit),
        };
        self.at += 1;
        within(node, span, 1 + inner.height)
    }

    /// A number with a word after it that is no unit is a mistake best told here.
    fn without_unit(&self, inner: Expr) -> Result<Expr, ValueError> {
        match (self.peek(), &self.ahead(1).0) {
            (Token::Word(word), next) if next != &Token::Sign('(') => {
                Err(ValueError::new(format!("`{word}` is not a unit"), self.span())
                    .expecting(unit::LISTED)
                    .meaning(Unit::meant_by(word)))
            }
            _ => Ok(inner),
        }
    }

    fn primary(&mut self) -> Result<Expr, ValueError> {
        let (token, span) = self.ahead(0).clone();
        let node = match token {
            // Infinite where it overflows, which evaluation refuses.
            Token::Number(digits) => {
                Node::Literal(Value::Number(digits.parse().unwrap_or(f64::INFINITY)))
            }
            Token::Parameter(name) => Node::Parameter(name),
            Token::Text(text) => Node::Text(text),
            Token::Sign('(') => return self.parenthesis(),
            Token::Word(word) => return self.call(&word),
            _ => return Err(self.unexpected(EXPECTED)),
        };
        self.at += 1;
        Ok(Expr { node, span, height: 0 })
    }

    fn parenthesis(&mut self) -> Result<Expr, ValueError> {
        let start = self.span().start;
        self.at += 1;
        let inner = self.sum()?;
        let end = self.span().end;
        if !self.take(')') {
            return Err(self.unexpected("`)` or one of + - * /"));
        }
        Ok(Expr { span: start..end, ..inner })
    }

    fn call(&mut self, word: &str) -> Result<Expr, ValueError> {
        let span = self.span();
        let called = self.ahead(1).0 == Token::Sign('(');
        let Some(function) = Function::named(word).filter(|_| called) else {
            return Err(unknown_word(word, span, called));
        };
        self.at += 2;
        let arguments = self.arguments()?;
        let height = arguments
            .iter()
            .map(|a| a.value.height.max(a.weight.as_ref().map_or(0, |weight| weight.height)))
            .max();
        let end = self.tokens[self.at - 1].1.end;
        let expr =
            within(Node::Call(function, arguments), span.start..end, 1 + height.unwrap_or(0))?;
        function.check(&expr)?;
        Ok(expr)
    }

    /// The arguments up to and with the closing parenthesis.
    fn arguments(&mut self) -> Result<Vec<Argument>, ValueError> {
        let mut arguments = Vec::new();
        if self.take(')') {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.argument()?);
            if self.take(')') {
                return Ok(arguments);
            }
            if !self.take(',') {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
    }

    fn argument(&mut self) -> Result<Argument, ValueError> {
        let (token, span) = self.ahead(0).clone();
        if let (Token::Word(name), Token::Sign('=')) = (token, &self.ahead(1).0) {
            self.at += 2;
            return Ok(Argument { name: Some((name, span)), weight: None, value: self.sum()? });
        }
        let value = self.sum()?;
        if self.take(':') {
            return Ok(Argument { name: None, weight: Some(value), value: self.sum()? });
        }
        Ok(Argument { name: None, weight: None, value })
    }
}

/// The expression, refused where it is too high.
fn within(node: Node, span: Range<usize>, height: usize) -> Result<Expr, ValueError> {
    if height > HEIGHT_LIMIT {
        return Err(too_high(span));
    }
    Ok(Expr { node, span, height })
}

fn too_high(span: Range<usize>) -> ValueError {
    ValueError::new(format!("more than {HEIGHT_LIMIT} operations within one another"), span)
        .suggesting("name parts of it in [params]")
}

/// A word where a value begins: a function without arguments, a unit without a number, a parameter
/// without `$`, or a mistyped function.
fn unknown_word(word: &str, span: Range<usize>, called: bool) -> ValueError {
    if called {
        let end = span.end;
        return ValueError::new(format!("there is no function `{word}`"), span.start..end)
            .expecting(format!("one of {}", Function::names().join(", ")))
            .meaning(Function::meant_by(word));
    }
    let error = ValueError::new(format!("`{word}` is not a value"), span).expecting(EXPECTED);
    if let Some(function) = Function::named(word) {
        return error.suggesting(format!("write {}", function.examples[0]));
    }
    if Unit::named(word).is_some() {
        return error.suggesting(format!("write a number before the unit, as in 80 {word}"));
    }
    error.suggesting(format!("a parameter is written ${word}"))
}

#[cfg(test)]
mod tests {
    use super::super::NoScope;
    use super::super::testing::Files;
    use super::*;
    use proptest::prelude::*;

    fn mistake(text: &str) -> ValueError {
        parse(text).unwrap_err()
    }

    #[test]
    fn what_is_told_at_a_glance_is_what_the_grammar_says() {
        for text in [
            "80",
            "80 ms",
            "80ms",
            "0.5   s",
            "1.5us",
            "10 %",
            "10%",
            "3 min",
            ".5",
            "2.",
            "00.10 KiB",
            "7 \u{b5}s",
            "4.35 ms",
            "1234567890123456789",
            "0",
        ] {
            let mut parser = Parser { tokens: tokens(text).unwrap(), at: 0, depth: 0 };
            assert_eq!(plain(text), Some(parser.sum().unwrap()), "{text}");
        }
        for text in [
            "",
            " 80",
            "80 ",
            "80 ms ",
            "1e3",
            "1_000",
            "1.2.3",
            ".",
            "-1",
            "80 msec",
            "150/s",
            "min(1, 2)",
            "$a",
            "80\tms",
        ] {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    #[test]
    fn a_mistake_is_told_where_it_stands() {
        for (text, at, message) in [
            ("", "", "nothing stands here"),
            ("   ", "   ", "nothing stands here"),
            ("80 msec", "msec", "`msec` is not a unit"),
            ("80 ms 5", "5", "unexpected `5`"),
            ("1,5 ms", ",", "unexpected `,`"),
            ("200 000", "000", "unexpected `000`"),
            ("exp(80 ms", "", "unexpected the end of the value"),
            ("(1 + 2", "", "unexpected the end of the value"),
            ("1 +", "", "unexpected the end of the value"),
            ("1 2", "2", "unexpected `2`"),
            ("* 2", "*", "unexpected `*`"),
            ("exp", "exp", "`exp` is not a value"),
            ("ms", "ms", "`ms` is not a value"),
            ("cpu * 2", "cpu", "`cpu` is not a value"),
            ("expo(80 ms)", "expo", "there is no function `expo`"),
            ("lognorml(mean = 4 ms, cv = 1)", "lognorml", "there is no function `lognorml`"),
            ("exp(80 ms))", ")", "unexpected `)`"),
            ("mix(0.5: 1 ms 0.5: 2 ms)", "0.5", "unexpected `0.5`"),
            ("5 / %", "%", "unexpected `%`"),
        ] {
            let error = mistake(text);
            assert!(error.message.contains(message), "{text}: {error}");
            let span = error.span.clone();
            assert_eq!(&text[span.clone()], at, "{text}: {error}");
            let last =
                if message.contains("the end") { text.len() } else { text.rfind(at).unwrap() };
            assert_eq!(span.start, last, "{text}: {error}");
        }
    }

    #[test]
    fn a_mistake_says_what_was_meant() {
        for (text, suggestion) in [
            ("80 msec", "did you mean `ms`?"),
            ("3 KB", "did you mean `kB`?"),
            ("1,5 ms", "the decimal point is `.`; digits are grouped by `_`"),
            ("200 000", "digits are grouped by `_`, as in 200_000"),
            ("exp", "write exp(80 ms)"),
            ("ms", "write a number before the unit, as in 80 ms"),
            ("cpu * 2", "a parameter is written $cpu"),
            ("expo(80 ms)", "did you mean `exp`?"),
            ("lognorml(mean = 4 ms, cv = 1)", "did you mean `lognormal`?"),
        ] {
            assert_eq!(mistake(text).suggestion.as_deref(), Some(suggestion), "{text}");
        }
    }

    #[test]
    fn every_value_of_the_documentation_is_one() {
        for text in [
            "80 ms",
            "1.5us",
            "2 s",
            "1 h",
            "0 s",
            "5 min",
            "exp(80 ms)",
            "uniform(1 ms, 3 ms)",
            "normal(mean = 5 ms, sd = 1 ms)",
            "lognormal(mean = 4 ms, cv = 1.5)",
            "lognormal(mean = 4 ms, p99 = 20 ms)",
            "gamma(mean = 4 ms, cv = 0.5)",
            "erlang(k = 3, mean = 4 ms)",
            "weibull(mean = 4 ms, shape = 0.7)",
            "pareto(min = 1 ms, alpha = 2.2)",
            "hyperexp(mean = 4 ms, cv = 3)",
            "empirical(\"latency.csv\", column = \"ms\", unit = \"ms\")",
            "mix(0.9: 1 ms, 0.1: exp(50 ms))",
            "percentiles(p50 = 62 ms, p90 = 140 ms, p95 = 210 ms, p99 = 410 ms)",
            "lognormal(p50 = 0.4 ms, p99 = 77 ms)",
            "40",
            "uniform(1, 10)",
            "geometric(mean = 5)",
            "poisson(5)",
            "150/s",
            "9000/min",
            "10/s",
            "40 MiB",
            "2 KiB",
            "1 GB",
            "16 GiB",
            "0.1",
            "10 %",
            "2 %",
            "200_000",
        ] {
            let value = parse(text).and_then(|expr| expr.eval(&Files));
            assert!(value.is_ok(), "{text}: {value:?}");
        }
    }

    #[test]
    fn what_is_too_high_is_refused_and_does_not_overflow_the_stack() {
        for text in [
            format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000)),
            format!("{}1", "-".repeat(100_000)),
            format!("1{}", " + 1".repeat(100_000)),
            format!("{}1{}", "max(".repeat(100_000), ")".repeat(100_000)),
        ] {
            assert!(mistake(&text).message.contains("operations within one another"));
        }
        assert_eq!(
            parse(&format!("1{}", " + 1".repeat(90))).unwrap().eval(&NoScope),
            Ok(Value::Number(91.0))
        );
    }

    /// Texts that are nearly values, so that the parser gets deep into them.
    fn nearly_values() -> impl Strategy<Value = String> {
        let part = prop::sample::select(vec![
            "80",
            "1.5",
            "0",
            "1e3",
            "-",
            "+",
            "*",
            "/",
            "(",
            ")",
            ",",
            "=",
            ":",
            "%",
            "ms",
            "us",
            "\u{b5}s",
            "s",
            "min",
            "MiB",
            "$n",
            "exp(",
            "mix(",
            "0.5:",
            "p50",
            "p99.9",
            "mean",
            "cv",
            "lognormal(",
            "percentiles(",
            "uniform(",
            "gamma(",
            "poisson(",
            "max(",
            "\"",
            "'",
            " ",
            "_",
            "e",
            "\u{e9}",
            "mean = 4 ms",
            "cv = 2",
            "p50 = 1 ms",
            "p99 = 9 ms",
            "1 ms",
        ]);
        prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic_and_every_mistake_lies_within_the_text(
            text in prop_oneof![nearly_values(), ".{0,40}"]
        ) {
            match parse(&text).and_then(|expr| expr.eval(&NoScope)) {
                Ok(value) => prop_assert!(value.magnitude().is_none_or(f64::is_finite)),
                Err(error) => prop_assert!(text.get(error.span.clone()).is_some(), "{error:?}"),
            }
        }
    }
}
