//! The charts that are drawn from a tidy table: of a sweep, or of any CSV.

use super::table::Table;
use super::{Error, Figure, Page, columns, formula, heat, load, tornado};

/// Which columns a chart is to draw, where it leaves a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Across.
    pub x: Option<String>,
    /// Up, or the colour of a heat map.
    pub y: Option<String>,
    /// What tells series apart.
    pub by: Option<String>,
}

/// The columns of a sweep's table that its charts draw, beside what was varied.
pub const COLUMNS_OF_SWEEPS: &[&str] = &[
    "runtime",
    "blocking_coefficient",
    "throughput_rps",
    "throughput_rps_lo",
    "throughput_rps_hi",
    "response_mean_s",
    "response_mean_s_lo",
    "response_mean_s_hi",
    "response_p50_s",
    "response_p50_s_lo",
    "response_p50_s_hi",
    "response_p90_s",
    "response_p90_s_lo",
    "response_p90_s_hi",
    "response_p95_s",
    "response_p95_s_lo",
    "response_p95_s_hi",
    "response_p99_s",
    "response_p99_s_lo",
    "response_p99_s_hi",
    "gain",
    "gain_lo",
    "gain_hi",
    "gain_formula",
    "gain_bound",
    "gain_exact",
    "steady",
];

/// One chart of a table.
#[derive(Clone, Copy, Debug)]
pub struct TableChart {
    /// What `plot` and `--chart` call it.
    pub name: &'static str,
    /// One sentence for help.
    pub about: &'static str,
    /// Draws it; [`Error::Unfit`] where the table has not what it needs.
    pub draw: fn(&Table, &Choice, &Page) -> Result<Figure, Error>,
}

/// All charts of tables.
pub const TABLE_CHARTS: &[TableChart] = &[
    TableChart {
        name: "formula",
        about: "gain against the blocking coefficient: simulated, exact, bound, formula",
        draw: formula::draw,
    },
    TableChart {
        name: "load",
        about: "throughput and latency against load, with the knee",
        draw: load::draw,
    },
    TableChart {
        name: "heat",
        about: "a figure over two swept axes, with contours",
        draw: heat::draw,
    },
    TableChart {
        name: "tornado",
        about: "what a change of each parameter does to a metric",
        draw: tornado::draw,
    },
    TableChart { name: "xy", about: "any column against any other", draw: columns::draw },
];

/// The chart of this name.
#[must_use]
pub fn table_chart(name: &str) -> Option<&'static TableChart> {
    TABLE_CHARTS.iter().find(|chart| chart.name == name)
}
