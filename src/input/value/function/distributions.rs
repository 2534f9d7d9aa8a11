//! `exp(…)` to `percentiles(…)`: distributions of durations (or of plain numbers, to be scaled).

use super::super::unit::Unit;
use super::super::{Dimension, Value, ValueError};
use super::arguments::Scale;
use super::{Arguments, Function, Takes};
use crate::input::dist::{Dist, DistError};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "exp",
        takes: Takes::Named(&["mean"]),
        examples: &["exp(80 ms)"],
        make: exponential,
    },
    Function {
        name: "uniform",
        takes: Takes::Named(&["min", "max"]),
        examples: &["uniform(1 ms, 3 ms)", "uniform(1, 10)"],
        make: uniform,
    },
    Function {
        name: "normal",
        takes: Takes::Named(&["mean", "sd"]),
        examples: &["normal(mean = 5 ms, sd = 1 ms)"],
        make: normal,
    },
    Function {
        name: "lognormal",
        takes: Takes::NamedOrPercentiles(&["mean", "cv"]),
        examples: &[
            "lognormal(mean = 4 ms, cv = 1.5)",
            "lognormal(mean = 4 ms, p99 = 20 ms)",
            "lognormal(p50 = 0.4 ms, p99 = 77 ms)",
        ],
        make: lognormal,
    },
    Function {
        name: "gamma",
        takes: Takes::NamedOrPercentiles(&["mean", "cv"]),
        examples: &["gamma(mean = 4 ms, cv = 0.5)", "gamma(p50 = 4 ms, p99 = 20 ms)"],
        make: gamma,
    },
    Function {
        name: "erlang",
        takes: Takes::Named(&["k", "mean"]),
        examples: &["erlang(k = 3, mean = 4 ms)"],
        make: erlang,
    },
    Function {
        name: "weibull",
        takes: Takes::NamedOrPercentiles(&["mean", "shape"]),
        examples: &["weibull(mean = 4 ms, shape = 0.7)", "weibull(p50 = 4 ms, p99 = 20 ms)"],
        make: weibull,
    },
    Function {
        name: "pareto",
        takes: Takes::Named(&["min", "alpha"]),
        examples: &["pareto(min = 1 ms, alpha = 2.2)"],
        make: pareto,
    },
    Function {
        name: "hyperexp",
        takes: Takes::Named(&["mean", "cv"]),
        examples: &["hyperexp(mean = 4 ms, cv = 3)"],
        make: hyperexp,
    },
    Function {
        name: "empirical",
        takes: Takes::Named(&["file", "column", "unit"]),
        examples: &["empirical(\"latency.csv\", column = \"ms\", unit = \"ms\")"],
        make: empirical,
    },
    Function {
        name: "mix",
        takes: Takes::Weighted,
        examples: &["mix(0.9: 1 ms, 0.1: exp(50 ms))"],
        make: mix,
    },
    Function {
        name: "percentiles",
        takes: Takes::NamedOrPercentiles(&[]),
        examples: &["percentiles(p50 = 62 ms, p90 = 140 ms, p99 = 410 ms)"],
        make: percentiles,
    },
];

type Made = Result<Value, ValueError>;

/// The value of a distribution, or the refusal at the argument at fault.
fn made(arguments: &Arguments, scale: Scale, dist: Result<Dist, DistError>) -> Made {
    dist.map(|dist| scale.value(dist)).map_err(|error| arguments.refused(&error))
}

fn exponential(arguments: &Arguments) -> Made {
    let mean = arguments.scale("mean")?;
    // An Erlang of one phase, whose constructor refuses what is no mean.
    made(arguments, mean, Dist::erlang(1, mean.magnitude))
}

fn uniform(arguments: &Arguments) -> Made {
    let min = arguments.scale("min")?;
    let max = arguments.scale_like("max", min)?;
    let dist = match min.dimension {
        Dimension::Number => Dist::uniform_count(arguments.count("min")?, arguments.count("max")?),
        _ => Dist::uniform(min.magnitude, max),
    };
    made(arguments, min, dist)
}

fn normal(arguments: &Arguments) -> Made {
    let mean = arguments.scale("mean")?;
    let sd = arguments.scale_like("sd", mean)?;
    made(arguments, mean, Dist::normal(mean.magnitude, sd))
}

fn lognormal(arguments: &Arguments) -> Made {
    let (points, dimension) = arguments.percentiles()?;
    match (arguments.has("mean"), arguments.has("cv"), points.as_slice()) {
        (true, true, []) => {
            let mean = arguments.scale("mean")?;
            made(arguments, mean, Dist::lognormal(mean.magnitude, arguments.plain("cv")?))
        }
        (true, false, [point]) => {
            let of_point = Scale { magnitude: point.value, dimension };
            let mean = arguments.scale_like("mean", of_point)?;
            let dist = Dist::lognormal_of_mean_and_percentile(mean, *point);
            made(arguments, of_point, dist)
        }
        (false, false, [a, b]) => {
            let scale = Scale { magnitude: b.value, dimension };
            made(arguments, scale, Dist::lognormal_of_percentiles(*a, *b))
        }
        _ => {
            Err(arguments.mistake("takes mean and cv, mean and one percentile, or two percentiles"))
        }
    }
}

fn gamma(arguments: &Arguments) -> Made {
    let (points, dimension) = arguments.percentiles()?;
    match (arguments.has("mean"), arguments.has("cv"), points.as_slice()) {
        (true, true, []) => {
            let mean = arguments.scale("mean")?;
            made(arguments, mean, Dist::gamma(mean.magnitude, arguments.plain("cv")?))
        }
        (false, false, [a, b]) => {
            let scale = Scale { magnitude: b.value, dimension };
            made(arguments, scale, Dist::gamma_of_percentiles(*a, *b))
        }
        _ => Err(arguments.mistake("takes mean and cv, or two percentiles")),
    }
}

fn erlang(arguments: &Arguments) -> Made {
    let mean = arguments.scale("mean")?;
    let k = u32::try_from(arguments.count("k")?).unwrap_or(u32::MAX);
    made(arguments, mean, Dist::erlang(k, mean.magnitude))
}

fn weibull(arguments: &Arguments) -> Made {
    let (points, dimension) = arguments.percentiles()?;
    match (arguments.has("mean"), arguments.has("shape"), points.as_slice()) {
        (true, true, []) => {
            let mean = arguments.scale("mean")?;
            made(arguments, mean, Dist::weibull(mean.magnitude, arguments.plain("shape")?))
        }
        (false, false, [a, b]) => {
            let scale = Scale { magnitude: b.value, dimension };
            made(arguments, scale, Dist::weibull_of_percentiles(*a, *b))
        }
        _ => Err(arguments.mistake("takes mean and shape, or two percentiles")),
    }
}

fn pareto(arguments: &Arguments) -> Made {
    let min = arguments.scale("min")?;
    made(arguments, min, Dist::pareto(min.magnitude, arguments.plain("alpha")?))
}

fn hyperexp(arguments: &Arguments) -> Made {
    let mean = arguments.scale("mean")?;
    made(arguments, mean, Dist::hyperexp(mean.magnitude, arguments.plain("cv")?))
}

fn empirical(arguments: &Arguments) -> Made {
    let (file, file_span) = arguments.text("file")?;
    let (column, _) = arguments.text("column")?;
    // Without a unit the column holds plain numbers.
    let mut scale = Scale { magnitude: 1.0, dimension: Dimension::Number };
    if arguments.has("unit") {
        let (name, span) = arguments.text("unit")?;
        let unit = Unit::named(name).filter(|unit| unit.dimension == Dimension::Duration);
        let Some(unit) = unit else {
            return Err(ValueError::new(format!("`{name}` is not a unit of time"), span)
                .expecting("one of \"ns\", \"us\", \"ms\", \"s\", \"min\", \"h\", \"d\"")
                .meaning(Unit::meant_by(name)));
        };
        scale = Scale { magnitude: unit.of(1.0), dimension: Dimension::Duration };
    }
    let values = arguments
        .scope
        .series(file, column)
        .map_err(|why| ValueError::new(why, file_span).expecting("a column of a CSV file"))?;
    let values = values.into_iter().map(|value| value * scale.magnitude).collect();
    made(arguments, scale, Dist::empirical(values))
}

fn mix(arguments: &Arguments) -> Made {
    let (branches, dimension) = arguments.branches()?;
    made(arguments, Scale { magnitude: 0.0, dimension }, Dist::mix(branches))
}

fn percentiles(arguments: &Arguments) -> Made {
    let (points, dimension) = arguments.percentiles()?;
    made(arguments, Scale { magnitude: 0.0, dimension }, Dist::percentiles(&points))
}

#[cfg(test)]
mod tests {
    use super::super::super::parse;
    use super::super::super::testing::Files;
    use super::*;
    use crate::input::dist::Percentile;

    const MS: f64 = 1e6;

    fn dist(text: &str) -> Dist {
        parse(text).unwrap().read(&Files, Value::duration_dist).unwrap()
    }

    #[test]
    fn every_family_is_made_of_the_arguments_that_were_written() {
        let p = |percent: f64, ms: f64| Percentile { percent, value: ms * MS };
        for (text, expected) in [
            ("exp(80 ms)", Ok(Dist::exponential(80.0 * MS))),
            ("exp(mean = 80 ms)", Ok(Dist::exponential(80.0 * MS))),
            ("exp(0 ms)", Ok(Dist::exponential(0.0))),
            ("uniform(1 ms, 3 ms)", Dist::uniform(MS, 3.0 * MS)),
            ("uniform(max = 3 ms, min = 1 ms)", Dist::uniform(MS, 3.0 * MS)),
            ("normal(mean = 5 ms, sd = 1 ms)", Dist::normal(5.0 * MS, MS)),
            ("lognormal(mean = 4 ms, cv = 1.5)", Dist::lognormal(4.0 * MS, 1.5)),
            ("lognormal(mean = 4 ms, cv = 150 %)", Dist::lognormal(4.0 * MS, 1.5)),
            (
                "lognormal(mean = 4 ms, p99 = 20 ms)",
                Dist::lognormal_of_mean_and_percentile(4.0 * MS, p(99.0, 20.0)),
            ),
            (
                "lognormal(p99 = 77 ms, p50 = 0.4 ms)",
                Dist::lognormal_of_percentiles(p(50.0, 0.4), p(99.0, 77.0)),
            ),
            ("gamma(mean = 4 ms, cv = 0.5)", Dist::gamma(4.0 * MS, 0.5)),
            (
                "gamma(p50 = 4 ms, p95 = 9 ms)",
                Dist::gamma_of_percentiles(p(50.0, 4.0), p(95.0, 9.0)),
            ),
            ("erlang(k = 3, mean = 4 ms)", Dist::erlang(3, 4.0 * MS)),
            ("weibull(mean = 4 ms, shape = 0.7)", Dist::weibull(4.0 * MS, 0.7)),
            (
                "weibull(p50 = 4 ms, p999 = 90 ms)",
                Dist::weibull_of_percentiles(p(50.0, 4.0), p(99.9, 90.0)),
            ),
            ("pareto(min = 1 ms, alpha = 2.2)", Dist::pareto(MS, 2.2)),
            ("hyperexp(mean = 4 ms, cv = 3)", Dist::hyperexp(4.0 * MS, 3.0)),
            (
                "empirical(\"latency.csv\", column = \"ms\", unit = \"ms\")",
                Dist::empirical(vec![MS, 2.0 * MS, 9.0 * MS]),
            ),
            (
                "mix(0.9: 1 ms, 10 %: exp(50 ms))",
                Dist::mix(vec![(0.9, Dist::constant(MS)), (0.1, Dist::exponential(50.0 * MS))]),
            ),
            (
                "percentiles(p50 = 62 ms, p99 = 410 ms, p90 = 140 ms)",
                Dist::percentiles(&[p(50.0, 62.0), p(90.0, 140.0), p(99.0, 410.0)]),
            ),
        ] {
            assert_eq!(Ok(dist(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_refusal_stands_at_the_argument_at_fault() {
        for (text, at, message) in [
            ("uniform(3 ms, 1 ms)", "1 ms", "must not be below min"),
            ("uniform(1.5, 3)", "1.5", "not a whole number"),
            ("hyperexp(mean = 4 ms, cv = 0.5)", "0.5", "from 1"),
            ("pareto(min = 1 ms, alpha = 1)", "1", "mean would be infinite"),
            ("percentiles(p50 = 62 ms, p90 = 60 ms)", "60 ms", "must be above p50"),
            ("percentiles(p50 = 62 ms, p999 = 60 ms)", "60 ms", "must be above p50"),
            ("percentiles(p50 = 62 ms, p100 = 90 ms)", "90 ms", "below p100"),
            ("lognormal(mean = 4 ms, p99 = 70 ms)", "70 ms", "no lognormal has"),
            ("normal(mean = 4 ms, sd = 2)", "2", "a plain number beside a duration"),
            ("exp(exp(1 ms))", "exp(1 ms)", "cannot be a distribution of durations"),
            ("exp(3/s)", "3/s", "cannot be a rate"),
            ("gamma(mean = 4 ms, cv = 2 ms)", "2 ms", "does not fit"),
            ("erlang(k = 2.5, mean = 4 ms)", "2.5", "not a whole number"),
            ("mix(0.9: 1 ms, 0.2: 2 ms)", "mix(0.9: 1 ms, 0.2: 2 ms)", "must sum to 1"),
            ("mix(0.9: 1 ms, 0.1: 2)", "2", "a plain number beside a duration"),
            ("mix(1.2: 1 ms)", "1.2", "not between 0 and 1"),
            ("mix()", "mix()", "at least one branch"),
            ("gamma(mean = 4 ms)", "gamma(mean = 4 ms)", "takes mean and cv, or two percentiles"),
            ("exp(-3)", "-3", "from 0"),
            ("exp(1e99 s)", "1e99 s", "from 0"),
            ("exp()", "exp()", "`mean` is missing"),
            ("empirical(\"no.csv\", column = \"ms\", unit = \"ms\")", "\"no.csv\"", "no.csv"),
            ("empirical(\"latency.csv\", column = \"ms\", unit = \"msec\")", "\"msec\"", "unit"),
            ("empirical(latency, column = \"ms\")", "latency", "`latency` is not a value"),
            ("empirical(3, column = \"ms\")", "3", "between quotes"),
            ("exp(\"3 ms\")", "\"3 ms\"", "text"),
        ] {
            let error = parse(text).and_then(|expr| expr.eval(&Files)).unwrap_err();
            assert!(error.message.contains(message), "{text}: {error}");
            assert_eq!(&text[error.span.clone()], at, "{text}: {error}");
        }
    }
}
