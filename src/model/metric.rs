//! Metric names: one vocabulary for objectives, expectations, sweeps and charts.

use crate::input::suggest::did_you_mean;
use crate::input::value::{Expr, Scope, Value, ValueError};

/// What a metric is measured in. Thresholds and targets are in the base unit named here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricUnit {
    /// Seconds.
    Time,
    /// Per second.
    Rate,
    /// Bytes.
    Size,
    /// A part of a whole, from 0 to 1.
    Share,
    /// A plain number.
    Number,
}

/// One metric, or a family of them.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name; `p99` stands for every percentile, `resource.NAME` for every resource.
    pub name: &'static str,
    /// What it is measured in.
    pub unit: MetricUnit,
    /// Whether more is better, so that `NAME=VALUE` means at least.
    pub more_is_better: bool,
    /// Whether `CLASS.NAME` exists.
    pub of_class: bool,
    /// What it is.
    pub means: &'static str,
}

const fn metric(name: &'static str, unit: MetricUnit, means: &'static str) -> Metric {
    Metric { name, unit, more_is_better: false, of_class: false, means }
}

const fn of_class(mut metric: Metric) -> Metric {
    metric.of_class = true;
    metric
}

const fn wanted(mut metric: Metric) -> Metric {
    metric.more_is_better = true;
    metric
}

use MetricUnit::{Number, Rate, Share, Size, Time};

/// Every metric.
pub const METRICS: &[Metric] = &[
    of_class(wanted(metric("throughput", Rate, "completed requests per second"))),
    of_class(metric("mean", Time, "mean response time")),
    of_class(metric(
        "p99",
        Time,
        "a percentile of the response time: p50, p75, p90, p95, p99, p999",
    )),
    of_class(metric("max", Time, "longest response time")),
    metric("accept_wait", Time, "mean wait before being taken"),
    metric("in_flight", Number, "mean requests in flight"),
    metric("cpu", Share, "utilisation of the cores"),
    metric("cpu_useful", Share, "the same without overhead"),
    metric("workers", Share, "utilisation of workers or threads"),
    metric("loop", Share, "utilisation of loops"),
    metric("loop_lag_p99", Time, "99th percentile of how long ready tasks waited"),
    metric("resource.NAME", Share, "utilisation of a resource"),
    metric("memory", Size, "peak memory"),
    metric("makespan", Time, "time until a batch is done"),
    metric("errors", Share, "share of attempts that did not complete"),
    metric("refused", Share, "share of attempts that were refused"),
    metric("timed_out", Share, "share of attempts whose client gave up"),
    metric("failed", Share, "share of attempts that failed"),
    metric("cost_per_hour", Number, "what the runtime costs"),
    metric("cost_per_million", Number, "what a million completed requests cost"),
    wanted(metric("gain", Number, "throughput over the baseline's")),
    wanted(metric("gain_over_formula", Number, "the gain over 1 + T_io/T_cpu")),
];

/// The percentile that a metric name stands for, as a share: `p99` is 0.99, `p999` is 0.999.
/// `None` for any other name, and for `p` with fewer than two digits, `p00` and `p100`.
#[must_use]
pub fn percentile(name: &str) -> Option<f64> {
    let digits = name.strip_prefix('p')?;
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    if !(2..=9).contains(&digits.len()) || !all_digits || digits == "100" {
        return None;
    }
    // The digits stand behind the point: reading them as a decimal is correctly rounded.
    format!("0.{digits}").parse().ok().filter(|share| *share > 0.0)
}

/// The names that a model adds to the vocabulary.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary<'a> {
    /// Request classes, for `CLASS.p99`.
    pub classes: &'a [String],
    /// Resources, for `resource.NAME`.
    pub resources: &'a [String],
}

impl Vocabulary<'_> {
    /// The metric that a name stands for.
    ///
    /// # Errors
    ///
    /// The name stands for none; the span is that of the wrong part of the name.
    pub fn metric(&self, name: &str) -> Result<Metric, ValueError> {
        let Some((head, tail)) = name.split_once('.') else {
            return find(name).ok_or_else(|| self.unknown(name));
        };
        let tail_span = head.len() + 1..name.len();
        if head == "resource" {
            if self.resources.iter().any(|resource| resource == tail) {
                return find("resource.NAME").ok_or_else(|| self.unknown(name));
            }
            let error = ValueError::new(format!("there is no resource `{tail}`"), tail_span);
            return Err(expecting_one_of(error, tail, self.resources));
        }
        if !self.classes.iter().any(|class| class == head) {
            let error =
                ValueError::new(format!("there is no request class `{head}`"), 0..head.len());
            return Err(expecting_one_of(error, head, self.classes));
        }
        let of_class = |metric: &Metric| metric.of_class;
        find(tail).filter(of_class).ok_or_else(|| {
            let names: Vec<_> = METRICS
                .iter()
                .filter(|metric| of_class(metric))
                .map(|metric| metric.name)
                .collect();
            let error =
                ValueError::new(format!("`{tail}` is not a metric of a request class"), tail_span);
            expecting_one_of(error, tail, &names)
        })
    }

    fn unknown(&self, name: &str) -> ValueError {
        let names: Vec<_> = METRICS.iter().map(|metric| metric.name).collect();
        let error = ValueError::new(format!("`{name}` is not a metric"), 0..name.len());
        if name == "p100" {
            return error.meaning(Some("max".to_owned()));
        }
        expecting_one_of(error, name, &names)
    }
}

fn expecting_one_of<S: AsRef<str>>(error: ValueError, word: &str, names: &[S]) -> ValueError {
    let list = crate::input::keys::one_of(names);
    let error = error.meaning(did_you_mean(word, names.iter().map(AsRef::as_ref)));
    if names.is_empty() {
        error.expecting("none: the model has none")
    } else {
        error.expecting(list)
    }
}

fn find(name: &str) -> Option<Metric> {
    let family = if percentile(name).is_some() { "p99" } else { name };
    METRICS.iter().find(|metric| metric.name == family).copied()
}

/// Reads a figure of a metric into its base unit.
///
/// # Errors
///
/// The figure is of another unit.
pub fn figure(expr: &Expr, scope: &dyn Scope, unit: MetricUnit) -> Result<f64, ValueError> {
    expr.read(scope, |value| match unit {
        // Not through `Span`: a reported 0.3 ns should stay what it is.
        MetricUnit::Time => match value {
            Value::Duration(nanos) => Ok(nanos / crate::units::NANOS_PER_SECOND),
            other => other.duration().map(crate::units::Span::seconds),
        },
        MetricUnit::Rate => value.rate_or_zero(),
        MetricUnit::Size => value.size().map(|bytes| bytes.0 as f64),
        MetricUnit::Share => value.share().map(|share| share.0),
        MetricUnit::Number => value.number(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary<'a>() -> Vocabulary<'a> {
        static NAMES: std::sync::OnceLock<[Vec<String>; 2]> = std::sync::OnceLock::new();
        let [classes, resources] =
            NAMES.get_or_init(|| [vec!["search".to_owned()], vec!["postgres".to_owned()]]);
        Vocabulary { classes, resources }
    }

    #[test]
    fn a_percentile_is_the_digits_behind_the_point() {
        for (name, share) in [
            ("p50", Some(0.5)),
            ("p75", Some(0.75)),
            ("p99", Some(0.99)),
            ("p999", Some(0.999)),
            ("p9999", Some(0.9999)),
            ("p05", Some(0.05)),
            ("p5", None),
            ("p00", None),
            ("p100", None),
            ("p", None),
            ("p9x", None),
            ("99", None),
        ] {
            assert_eq!(percentile(name), share, "{name}");
        }
    }

    #[test]
    fn every_name_of_the_vocabulary_is_known_and_no_other() {
        for metric in METRICS {
            let name = metric.name.replace("NAME", "postgres");
            assert_eq!(vocabulary().metric(&name).map(|found| found.unit), Ok(metric.unit));
        }
        for (name, message) in [
            ("p98.5", "there is no request class `p98`"),
            ("search.cpu", "`cpu` is not a metric of a request class"),
            ("resource.redis", "there is no resource `redis`"),
            ("shop.p99", "there is no request class `shop`"),
            ("latency", "`latency` is not a metric"),
            ("", "`` is not a metric"),
        ] {
            let error = vocabulary().metric(name).expect_err(name);
            assert_eq!(error.message, message);
        }
        assert_eq!(vocabulary().metric("search.p95").map(|found| found.unit), Ok(MetricUnit::Time));
    }
}
