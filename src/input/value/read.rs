//! The typed readers of a value: each says what it wants and what to write instead.

use super::{Dimension, Value, ValueError};
use crate::input::dist::Dist;
use crate::units::{Bytes, Rate, Share, Span};

/// How far a computed count may lie from a whole number, relative to it: rounding of a few
/// operations, far less than anything that is meant.
pub(super) const WHOLE_TOLERANCE: f64 = 1e-9;

/// The largest count: every whole number up to it is an `f64`.
const COUNT_MAX: f64 = 9_007_199_254_740_992.0;

/// The nearest whole number where `value` is one up to rounding.
pub(super) fn whole(value: f64) -> Option<f64> {
    let nearest = value.round_ties_even();
    ((value - nearest).abs() <= WHOLE_TOLERANCE * nearest.abs().max(1.0)).then_some(nearest)
}

/// A number as messages show it: without hundreds of zeros.
pub(super) fn shown(number: f64) -> String {
    let magnitude = number.abs();
    if magnitude == 0.0 || (1e-6..1e15).contains(&magnitude) {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

impl Value {
    /// A fixed duration, rounded to nanoseconds.
    ///
    /// # Errors
    ///
    /// Any other dimension, a distribution, more than 584 years.
    pub fn duration(&self) -> Result<Span, ValueError> {
        const EXPECTED: &str = "a duration, as in 80 ms";
        match self {
            Self::Duration(nanos) if *nanos < u64::MAX as f64 => Ok(Span::from_nanos_f64(*nanos)),
            Self::Duration(_) => {
                Err(ValueError::whole("longer than 584 years").expecting(EXPECTED))
            }
            Self::Dist { dimension: Dimension::Duration, .. } => {
                Err(ValueError::whole("a distribution where one fixed duration is wanted")
                    .expecting(EXPECTED))
            }
            other => Err(other.refused(EXPECTED, "ms")),
        }
    }

    /// A distribution of durations, in nanoseconds; a duration alone is constant.
    ///
    /// # Errors
    ///
    /// Any other dimension.
    pub fn duration_dist(&self) -> Result<Dist, ValueError> {
        const EXPECTED: &str = "a distribution of durations, as in exp(80 ms)";
        match self {
            Self::Duration(nanos) if *nanos < u64::MAX as f64 => Ok(Dist::constant(*nanos)),
            Self::Dist { dimension: Dimension::Duration, dist }
                if dist.mean() < u64::MAX as f64 =>
            {
                Ok(dist.clone())
            }
            Self::Duration(_) | Self::Dist { dimension: Dimension::Duration, .. } => {
                Err(ValueError::whole("longer than 584 years in the mean").expecting(EXPECTED))
            }
            Self::Dist { .. } => {
                Err(ValueError::whole("the draws of this distribution have no unit")
                    .expecting("a distribution of durations, as in exp(80 ms)")
                    .suggesting("give its arguments a unit, as in exp(80 ms)"))
            }
            other => {
                Err(other.refused("a duration or a distribution, as in 80 ms, exp(80 ms)", "ms"))
            }
        }
    }

    /// A whole number, at least 0.
    ///
    /// # Errors
    ///
    /// Anything with a unit, a distribution, a negative or broken number.
    pub fn count(&self) -> Result<u64, ValueError> {
        const EXPECTED: &str = "a whole number, as in 40";
        match self {
            Self::Number(number) => Ok(count_of(*number)? as u64),
            Self::Dist { dimension: Dimension::Number, .. } => {
                Err(ValueError::whole("a distribution where one fixed count is wanted")
                    .expecting(EXPECTED))
            }
            other => Err(other.refused(EXPECTED, "")),
        }
    }

    /// A distribution of whole numbers, at least 0; a count alone is constant.
    ///
    /// # Errors
    ///
    /// As [`Value::count`], and a distribution that draws broken numbers.
    pub fn count_dist(&self) -> Result<Dist, ValueError> {
        const EXPECTED: &str = "a count or a distribution of counts, as in 40, uniform(1, 10), \
                                geometric(mean = 5), poisson(5)";
        match self {
            Self::Number(number) => Ok(Dist::constant(count_of(*number)?)),
            Self::Dist { dimension: Dimension::Number, dist } if dist.is_whole() => {
                Ok(dist.clone())
            }
            Self::Dist { dimension: Dimension::Number, .. } => {
                Err(ValueError::whole("this distribution draws numbers that are not whole")
                    .expecting(EXPECTED)
                    .suggesting("use uniform, geometric or poisson for counts"))
            }
            other => Err(other.refused(EXPECTED, "")),
        }
    }

    /// Events per second, positive.
    ///
    /// # Errors
    ///
    /// Any other dimension, and zero.
    pub fn rate(&self) -> Result<Rate, ValueError> {
        let rate = self.rate_or_zero()?;
        if rate > 0.0 {
            return Ok(Rate(rate));
        }
        Err(ValueError::whole("a rate of zero: nothing would ever come")
            .expecting("a positive rate, as in 150/s"))
    }

    /// Events per second, at least 0 (a load profile may start from nothing).
    ///
    /// # Errors
    ///
    /// Any other dimension.
    pub fn rate_or_zero(&self) -> Result<f64, ValueError> {
        match self {
            Self::Rate(per_second) => Ok(*per_second),
            other => Err(other.refused("a rate, as in 150/s or 9000/min", "/s")),
        }
    }

    /// A size, rounded to bytes.
    ///
    /// # Errors
    ///
    /// Any other dimension, more than 16 EiB.
    pub fn size(&self) -> Result<Bytes, ValueError> {
        const EXPECTED: &str = "a size, as in 40 MiB";
        match self {
            // `as` is exact here: rounded, at least 0, below 2^64.
            Self::Size(bytes) if *bytes < u64::MAX as f64 => {
                Ok(Bytes(bytes.round_ties_even() as u64))
            }
            Self::Size(_) => Err(ValueError::whole("larger than 16 EiB").expecting(EXPECTED)),
            other => Err(other.refused(EXPECTED, "MiB")),
        }
    }

    /// A probability or a part of a whole, from 0 to 1.
    ///
    /// # Errors
    ///
    /// Anything with a unit, a distribution, a number outside 0 to 1.
    pub fn share(&self) -> Result<Share, ValueError> {
        const EXPECTED: &str = "a share from 0 to 1, as in 0.1 or 10 %";
        match self {
            Self::Number(number) if (0.0..=1.0).contains(number) => Ok(Share(*number)),
            Self::Number(number) => {
                let error = ValueError::whole(format!("{} is not between 0 and 1", shown(*number)))
                    .expecting(EXPECTED);
                // Below 2 it may be a share that was computed a little too large.
                Err(if (2.0..=100.0).contains(number) {
                    error.suggesting(format!("write {number} %"))
                } else {
                    error
                })
            }
            other => Err(other.refused(EXPECTED, "")),
        }
    }

    /// A finite number without a unit.
    ///
    /// # Errors
    ///
    /// Anything with a unit, a distribution.
    pub fn number(&self) -> Result<f64, ValueError> {
        match self {
            Self::Number(number) => Ok(*number),
            other => Err(other.refused("a number without a unit, as in 1.5", "")),
        }
    }

    /// The mistake of a value of another dimension; `unit` is what a bare number may lack.
    fn refused(&self, expected: &str, unit: &str) -> ValueError {
        match self {
            Self::Number(number) if *number < 0.0 => {
                ValueError::whole(format!("{} is below zero", shown(*number))).expecting(expected)
            }
            Self::Number(number) if !unit.is_empty() => {
                let space = if unit.starts_with('/') { "" } else { " " };
                let number = shown(*number);
                ValueError::whole(format!("{number} has no unit"))
                    .expecting(expected)
                    .suggesting(format!("write {number}{space}{unit}"))
            }
            other => ValueError::whole(format!("{} does not fit here", other.described()))
                .expecting(expected),
        }
    }
}

/// The whole number that `number` is, up to rounding.
fn count_of(number: f64) -> Result<f64, ValueError> {
    const EXPECTED: &str = "a whole number of at least 0, as in 40";
    let text = shown(number);
    let Some(count) = whole(number) else {
        return Err(ValueError::whole(format!("{text} is not a whole number"))
            .expecting(EXPECTED)
            .suggesting(format!("write ceil({text}) or floor({text})")));
    };
    if !(0.0..=COUNT_MAX).contains(&count) {
        return Err(ValueError::whole(format!("{text} is not a count")).expecting(EXPECTED));
    }
    // Adding zero turns -0 into 0.
    Ok(count + 0.0)
}

#[cfg(test)]
mod tests {
    use super::super::{NoScope, parse};
    use super::*;

    fn value(text: &str) -> Value {
        parse(text).unwrap().eval(&NoScope).unwrap()
    }

    /// What a reader says of a value: its message, and what to write.
    fn said<T: std::fmt::Debug>(read: Result<T, ValueError>) -> (String, Option<String>) {
        let error = read.unwrap_err();
        assert!(error.expected.is_some(), "{error}");
        (error.message, error.suggestion)
    }

    #[test]
    fn every_reader_reads_what_it_wants() {
        assert_eq!(value("80 ms").duration(), Ok(Span::from_millis(80)));
        assert_eq!(value("1.5us").duration(), Ok(Span(1500)));
        assert_eq!(value("80 ms").duration_dist(), Ok(Dist::constant(8e7)));
        assert_eq!(value("exp(80 ms)").duration_dist(), Ok(Dist::exponential(8e7)));
        assert_eq!(value("200_000").count(), Ok(200_000));
        assert_eq!(value("10 * 1.1").count(), Ok(11));
        assert_eq!(value("0").count(), Ok(0));
        assert_eq!(value("40").count_dist(), Ok(Dist::constant(40.0)));
        assert_eq!(value("9000/min").rate(), Ok(Rate(150.0)));
        assert_eq!(value("0/s").rate_or_zero(), Ok(0.0));
        assert_eq!(value("40 MiB").size(), Ok(Bytes(41_943_040)));
        assert_eq!(value("1.5 KiB").size(), Ok(Bytes(1536)));
        assert_eq!(value("10 %").share(), Ok(Share(0.1)));
        assert_eq!(value("1").share(), Ok(Share::ALL));
        assert_eq!(value("-2.5").number(), Ok(-2.5));
    }

    #[test]
    fn a_bare_number_is_refused_with_what_to_write() {
        let suggestion = |text: &str| Some(text.to_owned());
        let without = "80 has no unit".to_owned();
        assert_eq!(said(value("80").duration()), (without.clone(), suggestion("write 80 ms")));
        assert_eq!(said(value("80").duration_dist()), (without.clone(), suggestion("write 80 ms")));
        assert_eq!(said(value("80").rate()), (without.clone(), suggestion("write 80/s")));
        assert_eq!(said(value("80").size()), (without, suggestion("write 80 MiB")));
        assert_eq!(
            said(value("exp(80)").duration_dist()).1,
            suggestion("give its arguments a unit, as in exp(80 ms)")
        );
        assert_eq!(said(value("2.5").count()).1, suggestion("write ceil(2.5) or floor(2.5)"));
        assert_eq!(said(value("20").share()).1, suggestion("write 20 %"));
        assert_eq!(said(value("150 %").share()).1, None);
        assert_eq!(said(value("1e300").duration()).1, suggestion("write 1e300 ms"));
        assert_eq!(said(value("-5").duration()), ("-5 is below zero".to_owned(), None));
    }

    #[test]
    fn every_reader_refuses_what_it_does_not_want() {
        for text in ["1 MB", "1/s", "exp(1 ms)", "600 * 365 d"] {
            assert!(!said(value(text).duration()).0.is_empty(), "{text}");
        }
        for text in ["1 ms", "-1", "2.5", "exp(3)", "1e17"] {
            assert!(!said(value(text).count()).0.is_empty(), "{text}");
        }
        for text in ["1 ms", "0/s", "exp(1 ms)"] {
            assert!(!said(value(text).rate()).0.is_empty(), "{text}");
        }
        for text in ["1 ms", "1.1", "-0.1", "120 %", "exp(1)"] {
            assert!(!said(value(text).share()).0.is_empty(), "{text}");
        }
        for text in ["1 ms", "exp(1)", "1/s"] {
            assert!(!said(value(text).number()).0.is_empty(), "{text}");
        }
        assert!(!said(value("20_000_000 TiB").size()).0.is_empty());
    }
}
