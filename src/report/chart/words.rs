//! Columns of a table in words, with their unit, for the axes of charts.

use super::axis::Axis;
use super::drawing::Dimension;

/// What a column is called on an axis; what is not here is called by its name.
const WORDS: &[(&str, &str)] = &[
    ("beta", "blocking coefficient T_io/T_cpu"),
    ("blocking_coefficient", "blocking coefficient T_io/T_cpu"),
    ("t_cpu_s", "CPU of a request"),
    ("t_io_s", "I/O wait of a request"),
    ("throughput_rps", "throughput (requests/s)"),
    ("response_mean_s", "response time, mean"),
    ("response_p50_s", "response time, median"),
    ("response_p75_s", "response time, p75"),
    ("response_p90_s", "response time, p90"),
    ("response_p95_s", "response time, p95"),
    ("response_p99_s", "response time, p99"),
    ("response_p999_s", "response time, p99.9"),
    ("accept_wait_mean_s", "mean wait before being taken"),
    ("cpu_utilization", "use of the cores"),
    ("loop_lag_p99_s", "lag of the loop, p99"),
    ("in_flight_mean", "requests in flight"),
    ("memory_peak_bytes", "peak memory (MiB)"),
    ("cost_per_million", "cost of a million requests"),
    ("gain", "gain in throughput"),
    ("gain_over_formula", "gain over the formula's"),
    ("gain_formula", "gain by the formula"),
    ("gain_bound", "bound of the gain"),
    ("gain_exact", "exact gain"),
    ("load.rate", "requests offered (1/s)"),
    ("load.clients", "clients"),
    ("load.count", "requests of the batch"),
    ("host.cores", "cores"),
];

/// What a column is called; a time without its unit, which depends on how long it is.
#[must_use]
pub fn of(column: &str) -> &str {
    WORDS.iter().find(|(name, _)| *name == column).map_or(column, |(_, words)| words)
}

/// The axis of a column's values (in base units), made by `scale`.
#[must_use]
pub fn dimension(column: &str, values: &[f64], scale: fn(&[f64]) -> Axis) -> Dimension {
    let words = of(column);
    if column == "memory_peak_bytes" {
        let factor = 1.0 / f64::from(1 << 20);
        let values: Vec<f64> = values.iter().map(|bytes| bytes * factor).collect();
        return Dimension { factor, ..Dimension::plain(words, column, scale(&values)) };
    }
    if column.ends_with("_s") {
        return Dimension::time(words, column, values, scale);
    }
    Dimension::plain(words, column, scale(values))
}
