//! Charts: a chart a file, each a row of [`CHARTS`] or of [`TABLE_CHARTS`].
//!
//! A chart draws numbers that already stand in the JSON or the CSV. It describes what it shows
//! (`drawing`); one description gives the picture in every format, the table of its numbers and a
//! pgfplots file.

use crate::study::result::Outcome;

mod axis;
mod breakdown;
mod canvas;
mod caption;
mod columns;
mod drawing;
mod figure;
mod font;
mod formula;
mod gain;
mod heat;
mod ink;
mod latency;
mod layout;
mod legend;
mod load;
pub mod measured;
mod numbers;
mod page;
mod palette;
pub mod parity;
mod points;
mod precision;
mod sheet;
mod table;
mod table_chart;
mod tex;
mod timeline;
mod tornado;
mod words;

pub use caption::{Data, Provenance};
pub use figure::Figure;
pub use ink::{PICTURES, Picture, picture};
pub use page::{Page, Theme, WIDTHS, width_mm};
pub use table::Table;
pub use table_chart::{COLUMNS_OF_SWEEPS, Choice, TABLE_CHARTS, TableChart, table_chart};
pub use timeline::timeline;

/// One chart of one run.
#[derive(Clone, Copy, Debug)]
pub struct Chart {
    /// What `--chart` calls it, and its files.
    pub name: &'static str,
    /// One sentence for help.
    pub about: &'static str,
    /// Draws it; `None` where the outcome has nothing for it to show.
    pub draw: fn(&Outcome, &Page) -> Result<Option<Figure>, Error>,
}

/// Why a chart could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The drawing library refused.
    #[error("the chart could not be drawn: {0}")]
    Drawing(String),
    /// The table of its numbers could not be written.
    #[error("the chart's numbers could not be written: {0}")]
    Numbers(#[from] ::csv::Error),
    /// The table that it is to be drawn from has not what it needs.
    #[error("{0}")]
    Unfit(String),
}

impl<E: std::error::Error + Send + Sync> From<plotters::drawing::DrawingAreaErrorKind<E>>
    for Error
{
    fn from(error: plotters::drawing::DrawingAreaErrorKind<E>) -> Self {
        Self::Drawing(error.to_string())
    }
}

/// All charts of one run.
pub const CHARTS: &[Chart] = &[
    Chart {
        name: "gain",
        about: "each runtime's gain as simulated, against exact theory, bound and formula",
        draw: gain::draw,
    },
    Chart {
        name: "latency",
        about: "the distribution of the response time, its tail stretched",
        draw: latency::draw,
    },
    Chart {
        name: "breakdown",
        about: "where the response time goes, on average and for the slowest 1 %",
        draw: breakdown::draw,
    },
];

/// The chart of this name.
#[must_use]
pub fn chart(name: &str) -> Option<&'static Chart> {
    CHARTS.iter().find(|chart| chart.name == name)
}

#[cfg(test)]
mod tests;
