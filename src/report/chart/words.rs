//! Columns of a table in words, with their unit, for the axes of charts.

use super::super::number;
use super::axis::Axis;
use super::drawing::Dimension;
use super::table::Table;

/// What a column is called on an axis; what is not here is called by its name.
const WORDS: &[(&str, &str)] = &[
    ("beta", "blocking coefficient T_io/T_cpu"),
    ("blocking_coefficient", "blocking coefficient T_io/T_cpu"),
    ("t_cpu_s", "CPU of a request"),
    ("t_io_s", "I/O wait of a request"),
    ("throughput_rps", "throughput (requests/s)"),
    ("response_s", "response time"),
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
    ("gain_over_formula", "gain as a share of the formula's"),
    ("gain_formula", "gain by the formula"),
    ("gain_bound", "bound of the gain"),
    ("gain_exact", "exact gain"),
    ("simulated", "simulated figures"),
    ("load.rate", "requests offered (1/s)"),
    ("load.clients", "clients"),
    ("load.count", "requests of the batch"),
    ("host.cores", "cores"),
];

/// What a column is called; a time without its unit, which depends on how long it is.
#[must_use]
pub fn of(column: &str) -> String {
    let known = WORDS.iter().find(|(name, _)| *name == column);
    known.map_or_else(|| input(column), |(_, words)| (*words).to_owned())
}

/// Words that begin a sentence.
#[must_use]
pub fn sentence(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// What a column is called, without its unit.
#[must_use]
pub fn quantity(column: &str) -> String {
    let words = of(column);
    words.split_once(" (").map_or(words.clone(), |(words, _)| words.to_owned())
}

/// What a column of gains is called, which are over this runtime; `None` for other columns.
#[must_use]
pub fn gain(column: &str, baseline: Option<&str>) -> Option<String> {
    let over = format!("gain over {}", baseline.unwrap_or("the baseline"));
    match column {
        "gain" => Some(over),
        "gain_formula" | "gain_formula_n" => Some(format!("{over} by the formula")),
        "gain_bound" => Some(format!("bound of the {over}")),
        "gain_exact" => Some(format!("exact {over}")),
        _ => None,
    }
}

/// A duration in the unit that fits, its signs those of charts.
#[must_use]
pub fn duration(seconds: f64) -> String {
    number::duration(seconds, None).replace("us", "µs")
}

/// What inputs are called beside their values, as in `cores 8` and `clients 100`.
const INPUTS: &[(&str, &str)] = &[
    ("host.cores", "cores"),
    ("load.rate", "offered"),
    ("load.burst_rate", "offered in bursts"),
    ("load.clients", "clients"),
    ("load.count", "requests"),
    ("beta", "T_io/T_cpu"),
];

/// What an input is called: `runtime.async.loops` is `async: loops`.
#[must_use]
pub fn input(path: &str) -> String {
    if let Some((_, words)) = INPUTS.iter().find(|(name, _)| *name == path) {
        return (*words).to_owned();
    }
    let plain = |key: &str| match key {
        "cpu" => "CPU".to_owned(),
        "io" => "I/O".to_owned(),
        key => key.replace('_', " "),
    };
    match path.split('.').collect::<Vec<_>>().as_slice() {
        ["runtime" | "resource", name, key] => format!("{name}: {}", plain(key)),
        ["request", name, .., key] => format!("{name}: {}", plain(key)),
        ["host" | "load", key] => plain(key),
        _ => path.to_owned(),
    }
}

/// An input with a value, which has its unit: `cores 8`, `offered 800/s`.
#[must_use]
pub fn with(path: &str, value: &str) -> String {
    format!("{} {value}", input(path))
}

/// The axis of a column's values (in base units), made by `scale`.
#[must_use]
pub fn dimension(column: &str, values: &[f64], scale: fn(&[f64]) -> Axis) -> Dimension {
    let words = &of(column);
    if column == "memory_peak_bytes" {
        let factor = 1.0 / f64::from(1 << 20);
        let values: Vec<f64> = values.iter().map(|bytes| bytes * factor).collect();
        return Dimension { factor, ..Dimension::plain(words.as_str(), column, scale(&values)) };
    }
    if column.ends_with("_s") {
        return Dimension::time(words, column, values, scale);
    }
    Dimension::plain(words.as_str(), column, scale(values))
}

/// The same of a column of a table, whose cells may say what they are measured in.
#[must_use]
pub fn axis(table: &Table, column: usize, values: &[f64], scale: fn(&[f64]) -> Axis) -> Dimension {
    let name = table.title(column);
    match table.unit(column) {
        Some("s") => Dimension::time(&of(name), name, values, scale),
        Some(unit) if !WORDS.iter().any(|(known, _)| *known == name) => {
            Dimension::plain(format!("{} ({unit})", of(name)), name, scale(values))
        }
        _ => metric(table, name, values, scale),
    }
}

/// The same of a metric of the table; a gain says over which runtime it is.
#[must_use]
pub fn metric(table: &Table, name: &str, values: &[f64], scale: fn(&[f64]) -> Axis) -> Dimension {
    match gain(name, table.baseline()) {
        Some(title) => Dimension::plain(title, name, scale(values)),
        None => dimension(name, values, scale),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_with_units_has_them_on_its_axis() {
        let text = "wait,load.burst_rate,load.rate,scenario\n4 ms,10/s,1/s,\nexp(9 ms),20/s,2/s,\n";
        let table = Table::read(text.as_bytes()).unwrap();
        let title = |column| axis(&table, column, &[0.004, 0.009], Axis::even).title;
        assert_eq!(title(0), "wait (ms)");
        assert_eq!(title(1), "offered in bursts (1/s)");
        assert_eq!(title(2), "requests offered (1/s)");
    }

    #[test]
    fn a_gain_says_over_which_runtime_it_is() {
        let text = "x,scenario,runtime,gain,gain_exact\n1,,sync,1,1\n1,,loop,7,8\n2,,sync,1,1\n2,,loop,1,1\n";
        let table = Table::read(text.as_bytes()).unwrap();
        let title =
            |name: &str| axis(&table, table.column(name).unwrap(), &[1.0, 7.0], Axis::even).title;
        assert_eq!(
            (title("gain"), title("gain_exact")),
            ("gain over sync".to_owned(), "exact gain over sync".to_owned())
        );
        // Without its own rows too.
        let part = table.only(table.column("runtime").unwrap(), "loop");
        assert_eq!(axis(&part, 3, &[7.0], Axis::even).title, "gain over sync");
        let none = Table::read("x,gain\n1,2\n".as_bytes()).unwrap();
        assert_eq!(axis(&none, 1, &[2.0], Axis::even).title, "gain over the baseline");
    }

    #[test]
    fn what_a_reader_sees_is_words_and_not_keys() {
        assert_eq!(with("runtime.async.loops", "4"), "async: loops 4");
        assert_eq!(with("load.rate", "800/s"), "offered 800/s");
        assert_eq!(input("resource.db.slots"), "db: slots");
        assert_eq!(of("runtime.pool.max_instances"), "pool: max instances");
        assert_eq!(of("throughput_rps"), "throughput (requests/s)");
        assert_eq!(input("wait"), "wait", "a parameter has the name that its author gave it");
    }
}
