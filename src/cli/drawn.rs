//! Charts of the table that a command has made, beside it.

use clap::builder::{PossibleValue, PossibleValuesParser};

use super::exit::{Failure, wrapped};
use super::flags::{ALL, OutputFlags};
use super::session::Session;
use crate::report::chart::{self, Choice, Provenance, Table, TableChart, table_chart};

/// The charts of a sweep's table.
pub const OF_SWEEP: &[&str] = &["formula", "load", "heat"];
/// Those of a sensitivity's.
pub const OF_SENSITIVITY: &[&str] = &["tornado"];

/// The names that `--chart` takes for these.
pub fn names(of: &[&str]) -> PossibleValuesParser {
    let named = charts(of).map(|chart| PossibleValue::new(chart.name).help(chart.about));
    PossibleValuesParser::new(
        named.chain([PossibleValue::new(ALL).help("every chart that the table fits")]),
    )
}

/// Draws those of these charts that are wanted, and tells which of the named ones the table does not
/// fit; the names and bytes of the files.
///
/// # Errors
///
/// A chart that fits cannot be drawn.
pub fn files(
    table: &Table,
    of: &[&str],
    output: &OutputFlags,
    from: &Provenance,
    session: &mut Session<'_>,
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let drawing = |error: chart::Error| Failure::Limit(error.to_string());
    let mut files = Vec::new();
    for chart in charts(of).filter(|chart| output.wants(chart.name)) {
        match (chart.draw)(table, &Choice::default(), &output.page()) {
            Ok(figure) => {
                figure
                    .hints()
                    .iter()
                    .for_each(|hint| session.note(&format!("{}: {hint}", chart.name)));
                files.extend(figure.files(chart.name, &output.pictures(), from).map_err(drawing)?)
            }
            Err(chart::Error::Unfit(why)) => {
                if output.names(chart.name) {
                    let text = format!("the chart {} is not drawn: {why}", chart.name);
                    session.complain(&wrapped(&text));
                }
            }
            Err(error) => return Err(drawing(error)),
        }
    }
    Ok(files)
}

/// Charts without a folder are a mistake.
///
/// # Errors
///
/// A flag asks for charts and no files are written.
pub fn need_a_folder(output: &OutputFlags, has_folder: bool) -> Result<(), Failure> {
    if !has_folder && output.asks_for_charts() {
        let why = "charts are files, and none are written; say where with --out DIR";
        return Err(Failure::Usage(why.to_owned()));
    }
    Ok(())
}

fn charts(of: &[&str]) -> impl Iterator<Item = &'static TableChart> {
    of.iter().map(|name| table_chart(name).expect("the table of charts has it"))
}
