//! A validation as CSV.

use std::io::{self, Write};

use crate::study::validate::{Validation, role_name};

/// Writes a header row and a row for each expectation, empty where null.
///
/// # Errors
///
/// Those of the writer.
pub fn csv(validation: &Validation, to: &mut dyn Write) -> io::Result<()> {
    let mut table = ::csv::Writer::from_writer(to);
    table.write_record(
        "model scenario runtime metric role reported simulated simulated_lo simulated_hi formula tolerance \
         verdict relative_to at_least at_most deviation source why"
            .split(' '),
    )?;
    let number = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
    for row in &validation.rows {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        table.write_record([
            row.model.clone(),
            text(&row.scenario),
            row.runtime.clone(),
            row.metric.clone(),
            role_name(row.role).to_owned(),
            number(row.reported),
            number(row.simulated),
            number(row.ci95.map(|[lo, _]| lo)),
            number(row.ci95.map(|[_, hi]| hi)),
            number(row.formula),
            number(row.tolerance),
            row.verdict.word().to_owned(),
            text(&row.relative_to),
            number(row.at_least),
            number(row.at_most),
            number(row.deviation),
            text(&row.source),
            text(&row.why),
        ])?;
    }
    table.flush()
}
