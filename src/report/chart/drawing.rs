//! What a chart shows, apart from how it is drawn: panels, axes in words, series, notes.
//!
//! A chart describes itself so; [`super::sheet`] draws any description, [`super::tex`] writes it for
//! pgfplots and [`super::numbers`] as a table.

use super::axis::Axis;
use super::palette::Look;

/// One chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// What it is of, for screens.
    pub title: String,
    /// What it shows, in a sentence or two: the caption, and for those who can't see it.
    pub about: String,
    /// Its panels from top to bottom; those with the same horizontal axis share its words.
    pub panels: Vec<Panel>,
    /// What bands, dashes and lines mean.
    pub notes: Vec<String>,
}

/// One pair of axes and what is drawn on them.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Across.
    pub x: Dimension,
    /// Up; for a list of rows nothing but the axis.
    pub y: Dimension,
    /// Its height over its width; of a list, nothing.
    pub height: f64,
    /// The rows of a list, from the top; empty for a plot of values.
    pub rows: Vec<Row>,
    /// What is drawn, the lowest first.
    pub series: Vec<Series>,
    /// Lines across the panel.
    pub rules: Vec<Rule>,
}

/// An axis with its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    /// In words, with the unit: `response time (ms)`.
    pub title: String,
    /// The column of the values in the table of numbers, in base units: `response_p99_s`.
    pub column: String,
    /// What values are multiplied by to be in the axis' unit.
    pub factor: f64,
    /// From where to where, in the axis' unit.
    pub axis: Axis,
    /// What stands at its ticks.
    pub labels: Labels,
}

/// What stands at the ticks of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labels {
    /// The values.
    Numbers,
    /// The axis is one over the share of values beyond: 100 is `99`.
    Percentiles,
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name, at the left.
    pub name: String,
    /// Its figure, at the right.
    pub figure: String,
    /// It begins a group: some air above it.
    pub begins: bool,
}

/// Values that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name in the legend; series of one name share an entry.
    pub name: String,
    /// How it looks.
    pub look: Look,
    /// Its values and what is drawn of them.
    pub shape: Shape,
}

/// What is drawn of a series.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Measured values: markers on a line, a band where they have intervals.
    Measured(Vec<Spot>),
    /// Theory: a line, and a band where it has intervals.
    Curve(Vec<Spot>),
    /// Markers alone, each with its interval.
    Points(Vec<Spot>),
    /// Bars of a list.
    Bars(Vec<Bar>),
}

/// One value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Across.
    pub x: f64,
    /// Up.
    pub y: f64,
    /// The interval of `y`.
    pub interval: Option<[f64; 2]>,
}

/// A part of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// The row, from 0.
    pub row: usize,
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
}

/// A line across a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Upright at this `x`, or level at this `y`.
    pub at: At,
    /// The look whose colour and dashes it has; grey and solid without.
    pub look: Option<Look>,
}

/// Where a rule is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum At {
    /// Upright.
    X(f64),
    /// Level.
    Y(f64),
}

impl Dimension {
    /// Numbers in their own unit.
    #[must_use]
    pub fn plain(title: impl Into<String>, column: impl Into<String>, axis: Axis) -> Self {
        let (title, column) = (title.into(), column.into());
        Self { title, column, factor: 1.0, axis, labels: Labels::Numbers }
    }

    /// Seconds in the unit that suits the largest of them; `scale` makes the axis of the values in
    /// that unit.
    #[must_use]
    pub fn time(
        words: &str,
        column: impl Into<String>,
        seconds: &[f64],
        scale: fn(&[f64]) -> Axis,
    ) -> Self {
        let most = seconds.iter().copied().filter(|s| s.is_finite()).fold(0.0, f64::max);
        let units = [(1e-3, 1e6, "µs"), (1.0, 1e3, "ms")];
        let unit = units.into_iter().find(|(below, ..)| most < *below);
        let (_, factor, unit) = unit.unwrap_or((f64::MAX, 1.0, "s"));
        let values: Vec<f64> = seconds.iter().map(|s| s * factor).collect();
        Self { factor, ..Self::plain(format!("{words} ({unit})"), column, scale(&values)) }
    }

    /// Where a value lies on the axis.
    #[must_use]
    pub fn on_axis(&self, value: f64) -> f64 {
        value * self.factor
    }
}

impl Shape {
    /// Its values, where it has some of two numbers.
    #[must_use]
    pub fn spots(&self) -> &[Spot] {
        match self {
            Self::Measured(spots) | Self::Curve(spots) | Self::Points(spots) => spots,
            Self::Bars(_) => &[],
        }
    }
}
