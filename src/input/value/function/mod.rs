//! The functions of the grammar: what each is called, takes and makes.

mod arguments;
mod counts;
mod distributions;
mod numbers;

use std::fmt;

pub(super) use arguments::Arguments;

use super::expr::{Argument, Expr, Node};
use super::{Value, ValueError};
use crate::input::suggest::did_you_mean;

/// One function.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    /// Complete calls, the usual one first.
    pub(super) examples: &'static [&'static str],
    /// Makes the value of its arguments.
    pub(super) make: fn(&Arguments) -> Result<Value, ValueError>,
}

/// What arguments a function takes.
pub(super) enum Takes {
    /// These, in order or by name.
    Named(&'static [&'static str]),
    /// These, in order or by name, or percentiles (`p50 = …`) in place of some.
    NamedOrPercentiles(&'static [&'static str]),
    /// Any number without names, one at least.
    Any,
    /// Any number of `weight: value`.
    Weighted,
}

/// Every function, in the order of the documentation.
static FUNCTIONS: &[&[Function]] =
    &[distributions::FUNCTIONS, counts::FUNCTIONS, numbers::FUNCTIONS];

impl Function {
    fn all() -> impl Iterator<Item = &'static Self> {
        FUNCTIONS.iter().flat_map(|group| group.iter())
    }

    /// The function of this name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|function| function.name == name)
    }

    /// All names.
    pub(super) fn names() -> Vec<&'static str> {
        Self::all().map(|function| function.name).collect()
    }

    /// The function that was probably meant by a word that is none.
    pub(super) fn meant_by(word: &str) -> Option<String> {
        // Names in other tools that no edit distance finds.
        let instead = [
            ("exponential", "exp"),
            ("expo", "exp"),
            ("gauss", "normal"),
            ("gaussian", "normal"),
            ("hyperexponential", "hyperexp"),
            ("mixture", "mix"),
            ("quantiles", "percentiles"),
        ];
        let listed = instead.iter().find(|(other, _)| other.eq_ignore_ascii_case(word));
        listed.map(|(_, name)| (*name).to_owned()).or_else(|| did_you_mean(word, Self::names()))
    }

    /// What the function takes, as messages say it.
    pub(super) fn expected(&self) -> String {
        self.examples.join(" or ")
    }

    /// Refuses arguments that the function never takes, before any is evaluated.
    ///
    /// # Errors
    ///
    /// An argument that is unknown, given twice, without its weight or one too many.
    pub(super) fn check(&self, call: &Expr) -> Result<(), ValueError> {
        let Node::Call(_, arguments) = &call.node else {
            return Ok(());
        };
        for (index, argument) in arguments.iter().enumerate() {
            self.check_argument(index, argument, &arguments[..index])?;
        }
        Ok(())
    }

    fn check_argument(
        &self,
        index: usize,
        argument: &Argument,
        before: &[Argument],
    ) -> Result<(), ValueError> {
        let mistake = |message: String| {
            Err(ValueError::new(message, argument.value.span()).expecting(self.expected()))
        };
        match (argument.weight.is_some(), matches!(self.takes, Takes::Weighted)) {
            (true, false) => return mistake(format!("{} takes no weights", self.name)),
            (false, true) => return mistake("a weight is missing before this".to_owned()),
            _ => {}
        }
        if let Some((name, span)) = &argument.name {
            if !self.knows(name) {
                return Err(ValueError::new(
                    format!("{} has no argument `{name}`", self.name),
                    span.clone(),
                )
                .expecting(self.expected())
                .meaning(did_you_mean(name, self.positional())));
            }
        } else if before.iter().any(|earlier| earlier.name.is_some()) {
            return mistake("an argument without a name after one with a name".to_owned());
        }
        let name_of = |index: usize, argument: &Argument| match &argument.name {
            Some((name, _)) => Some(canonical(name)),
            None => self.positional().get(index).map(|name| (*name).to_owned()),
        };
        let name = name_of(index, argument);
        if name.is_none() && matches!(self.takes, Takes::Named(_) | Takes::NamedOrPercentiles(_)) {
            let (most, plural) = (self.positional().len(), if index == 1 { "" } else { "s" });
            return mistake(match most {
                0 => format!("{} takes arguments with names only", self.name),
                _ => format!("{} takes {most} argument{plural}", self.name),
            });
        }
        let twice = before.iter().enumerate().any(|(i, earlier)| name_of(i, earlier) == name);
        match name {
            Some(name) if twice => mistake(format!("`{name}` is given twice")),
            _ => Ok(()),
        }
    }

    /// The names of arguments in the order in which they may stand without.
    pub(super) const fn positional(&self) -> &'static [&'static str] {
        match self.takes {
            Takes::Named(names) | Takes::NamedOrPercentiles(names) => names,
            Takes::Any | Takes::Weighted => &[],
        }
    }

    fn knows(&self, name: &str) -> bool {
        let percentile =
            matches!(self.takes, Takes::NamedOrPercentiles(_)) && percent_of(name).is_some();
        percentile || self.positional().contains(&name)
    }
}

/// The percentage that a percentile's name stands for: `p50` is 50, `p5` is 5; from the third
/// digit on they are decimals, so `p999` and `p99.9` are 99.9. Only `p100` is 100.
pub(super) fn percent_of(name: &str) -> Option<f64> {
    let digits = name.strip_prefix('p')?;
    let written = |c: char| c.is_ascii_digit() || c == '.';
    if digits.is_empty() || !digits.chars().all(written) {
        return None;
    }
    if digits.contains('.') || digits.len() <= 2 || digits == "100" {
        return digits.parse().ok();
    }
    format!("{}.{}", &digits[..2], &digits[2..]).parse().ok()
}

/// One name for each percentile, whichever way it is written.
pub(super) fn canonical(name: &str) -> String {
    percent_of(name).map_or_else(|| name.to_owned(), |percent| format!("p{percent}"))
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Files;
    use super::super::{Dimension, NoScope, parse};
    use super::*;

    #[test]
    fn every_example_of_every_function_is_a_value() {
        for function in Function::all() {
            assert!(!function.examples.is_empty());
            for example in function.examples {
                assert!(example.starts_with(&format!("{}(", function.name)), "{example}");
                let value = parse(example).and_then(|expr| expr.eval(&Files));
                assert!(value.is_ok(), "{example}: {value:?}");
            }
        }
    }

    #[test]
    fn every_named_argument_may_stand_in_its_place_without_its_name() {
        for function in Function::all() {
            let Takes::Named(names) = function.takes else { continue };
            for example in function.examples {
                let mut positional = (*example).to_owned();
                for name in names {
                    positional = positional.replace(&format!("{name} = "), "");
                }
                assert_eq!(
                    parse(&positional).unwrap().eval(&Files),
                    parse(example).unwrap().eval(&Files)
                );
            }
        }
    }

    #[test]
    fn three_digits_of_a_percentile_are_a_decimal() {
        for (name, percent) in [
            ("p50", Some(50.0)),
            ("p5", Some(5.0)),
            ("p05", Some(5.0)),
            ("p99", Some(99.0)),
            ("p999", Some(99.9)),
            ("p9999", Some(99.99)),
            ("p99.9", Some(99.9)),
            ("p99.99", Some(99.99)),
            ("p100", Some(100.0)),
            ("p", None),
            ("poisson", None),
            ("p9x", None),
        ] {
            assert_eq!(percent_of(name), percent, "{name}");
        }
        assert_eq!(canonical("p999"), canonical("p99.9"));
    }

    #[test]
    fn arguments_are_checked_before_anything_is_evaluated() {
        for (text, at, message) in [
            ("exp(1 ms, 2 ms)", "2 ms", "exp takes 1 argument"),
            ("exp(men = 1 ms)", "men", "exp has no argument `men`"),
            ("normal(mean = 1 ms, 2 ms)", "2 ms", "without a name after"),
            ("normal(1 ms, mean = 2 ms)", "2 ms", "`mean` is given twice"),
            (
                "percentiles(p50 = 1 ms, p999 = 2 ms, p99.9 = 3 ms)",
                "3 ms",
                "`p99.9` is given twice",
            ),
            ("percentiles(1 ms)", "1 ms", "names only"),
            ("mix(1 ms)", "1 ms", "a weight is missing"),
            ("exp(0.1: 1 ms)", "1 ms", "takes no weights"),
            ("max(a = 1)", "a", "no argument `a`"),
            ("uniform(p50 = 1, p90 = 2)", "p50", "no argument `p50`"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.message.contains(message), "{text}: {error}");
            assert_eq!(&text[error.span.clone()], at, "{text}: {error}");
        }
        let meant = parse("lognormal(men = 4 ms, cv = 1)").unwrap_err().suggestion;
        assert_eq!(meant.as_deref(), Some("did you mean `mean`?"));
    }

    #[test]
    fn a_distribution_of_durations_stays_one_of_durations() {
        let dimension = |text: &str| parse(text).unwrap().eval(&NoScope).unwrap().dimension();
        assert_eq!(dimension("exp(80 ms)"), Dimension::Duration);
        assert_eq!(dimension("exp(80)"), Dimension::Number);
    }
}
