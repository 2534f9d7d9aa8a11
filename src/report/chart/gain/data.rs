//! The values of the gain chart: which there are, of which runtime, with which words beside them.

use plotters::style::RGBColor;

use super::super::super::number;
use super::super::Error;
use super::super::palette::{BLUE, GREEN, Marker, ORANGE, VERMILION};
use crate::study::result::{Estimate, Gain, Outcome, RuntimeResult};

/// One kind of value.
pub struct Quantity {
    /// The word before its row.
    pub name: &'static str,
    /// What it is, for the note under the chart.
    pub meaning: &'static str,
    /// Its sign.
    pub marker: Marker,
    /// Its colour.
    pub color: RGBColor,
    /// Where it stands.
    pub of: fn(&Gain) -> Estimate,
}

/// The rows of a runtime, from what happened to what is promised.
pub const QUANTITIES: [Quantity; 4] = [
    Quantity {
        name: "simulated",
        meaning: "mean and 95 % interval, where wider than the dot",
        marker: Marker::Disc,
        color: BLUE,
        of: |gain| gain.simulated,
    },
    Quantity {
        name: "exact",
        meaning: "queueing theory",
        marker: Marker::Diamond,
        color: GREEN,
        of: |gain| from(gain.exact),
    },
    Quantity {
        name: "bound",
        meaning: "ratio of capacities on this host",
        marker: Marker::Square,
        color: ORANGE,
        of: |gain| from(gain.bound),
    },
    Quantity {
        name: "formula",
        meaning: "1 + T_io/T_cpu",
        marker: Marker::Bar,
        color: VERMILION,
        of: |gain| from(gain.formula),
    },
];

/// A runtime's rows.
pub struct Group {
    /// The scenario; empty for the base model.
    pub scenario: String,
    /// The runtime.
    pub runtime: String,
    /// Its workers, threads or loops; 0 where that is unknown.
    pub width: u64,
    /// Simulated over formula.
    pub over_formula: Option<f64>,
    /// The values that there are.
    pub rows: Vec<Row>,
}

/// One value.
pub struct Row {
    /// What it is.
    pub quantity: &'static Quantity,
    /// The gain; finite.
    pub value: f64,
    /// The 95 % interval of a simulated one.
    pub ci95: Option<[f64; 2]>,
    /// The number behind its row.
    pub label: String,
    /// What of the label stands behind the digits before the point; points line up.
    pub tail: String,
}

impl Group {
    /// What the formula promises.
    pub fn formula(&self) -> Option<&Row> {
        self.rows.iter().find(|row| row.quantity.marker == Marker::Bar)
    }
}

/// The runtimes that have a gain to show, of the base model and of each scenario.
pub fn groups(outcome: &Outcome) -> Vec<Group> {
    let base = outcome.runtimes.iter().map(|runtime| ("", runtime));
    let scenarios = outcome
        .scenarios
        .iter()
        .flat_map(|scenario| scenario.runtimes.iter().map(|r| (scenario.name.as_str(), r)));
    base.chain(scenarios)
        .filter(|(_, runtime)| runtime.name != outcome.baseline)
        .map(|(scenario, runtime)| group(scenario, runtime))
        .filter(|group| !group.rows.is_empty())
        .collect()
}

fn group(scenario: &str, runtime: &RuntimeResult) -> Group {
    let rows = QUANTITIES.iter().filter_map(|quantity| {
        let estimate = (quantity.of)(&runtime.gain);
        let value = estimate.value.filter(|value| value.is_finite())?;
        let ci95 = estimate.ci95.filter(|ci| ci.iter().all(|end| end.is_finite()));
        let parts = number::estimate(&Estimate { ci95, ..estimate });
        let label = parts.joined().replace('-', "−");
        let tail = number::Parts { whole: String::new(), ..parts }.joined();
        Some(Row { quantity, value, ci95, label, tail })
    });
    Group {
        scenario: scenario.to_owned(),
        runtime: runtime.name.clone(),
        width: runtime.width,
        over_formula: runtime.gain.over_formula.filter(|ratio| ratio.is_finite()),
        rows: rows.collect(),
    }
}

/// All values and the ends of their intervals, for the axis. An interval that reaches below 0 does
/// not keep positive values from a logarithmic axis; it ends at the axis' beginning.
pub fn values(groups: &[Group]) -> Vec<f64> {
    let rows = groups.iter().flat_map(|group| &group.rows);
    rows.flat_map(|row| {
        let ends = row.ci95.into_iter().flatten().filter(|end| *end > 0.0 || row.value <= 0.0);
        std::iter::once(row.value).chain(ends)
    })
    .collect()
}

/// What the names that occur mean.
pub fn meanings(groups: &[Group]) -> Vec<String> {
    let rows = || groups.iter().flat_map(|group| &group.rows);
    QUANTITIES
        .iter()
        .filter(|quantity| rows().any(|row| row.quantity.name == quantity.name))
        .map(|quantity| format!("{}: {}", quantity.name, quantity.meaning))
        .collect()
}

/// The numbers, one row a value.
pub fn table(groups: &[Group]) -> Result<String, Error> {
    let mut table = ::csv::Writer::from_writer(Vec::new());
    table.write_record(["scenario", "runtime", "quantity", "gain", "gain_lo", "gain_hi"])?;
    for group in groups {
        for row in &group.rows {
            let end = |i: usize| row.ci95.map_or_else(String::new, |ci| ci[i].to_string());
            let gain = row.value.to_string();
            let cells =
                [&group.scenario, &group.runtime, row.quantity.name, &gain, &end(0), &end(1)];
            table.write_record(cells)?;
        }
    }
    let bytes = table.into_inner().map_err(|error| Error::Drawing(error.to_string()))?;
    Ok(String::from_utf8(bytes).expect("cells are text, and so is what joins them"))
}

fn from(value: Option<f64>) -> Estimate {
    value.map_or(Estimate::NONE, Estimate::exactly)
}
