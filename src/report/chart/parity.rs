//! The parity chart: reported against simulated figures, on logarithmic axes.
//!
//! What lies on the diagonal agrees. Each figure is in its metric's base unit, so that seconds, rates
//! and gains share the page; what counts is the distance from the diagonal.

use plotters::style::RGBColor;

use super::axis::{Axis, Scale};
use super::drawing::{Dimension, Drawing, Panel, Series, Shape, Spot};
use super::palette::{BLUE, GREY, Look, Marker, ORANGE, look};
use super::{Error, Figure, Page};
use crate::model::expect::Role;
use crate::study::validate::{Row, Validation, role_name};

/// What is drawn of each role.
const LOOKS: [(Role, Marker, RGBColor, &str); 3] = [
    (Role::Predicted, Marker::Disc, BLUE, "predicted"),
    (Role::Fitted, Marker::Diamond, ORANGE, "fitted: proves nothing"),
    (Role::Illustration, Marker::Square, GREY, "illustration"),
];

/// The band around the diagonal, as a share.
const BAND: f64 = 0.1;

/// Draws every row with two positive figures; nothing where there is none.
///
/// # Errors
///
/// The drawing failed.
pub fn draw(validation: &Validation, page: &Page) -> Result<Option<Figure>, Error> {
    let points: Vec<(&Row, f64, f64)> = validation.rows.iter().filter_map(point).collect();
    if points.is_empty() {
        return Ok(None);
    }
    Ok(Some(Figure::of(drawing(&points, axis(&points)), page)?.with_csv(table(&points)?)))
}

/// What is drawn: the diagonal and its band, and on them fits before predictions, so that no prediction
/// is hidden under one.
fn drawing(points: &[(&Row, f64, f64)], axis: Axis) -> Drawing {
    let wide = 1.0 + BAND;
    let Axis { from, to, .. } = axis;
    let lines = [
        [(from, from), (to, to)],
        [(from, from * wide), (to / wide, to)],
        [(from * wide, from), (to, to / wide)],
    ];
    let dashes: [&[f64]; 3] = [&[], &[2.0, 1.5], &[2.0, 1.5]];
    let lines = lines.iter().zip(dashes).map(|(ends, dash)| Series {
        name: String::new(),
        look: Look { color: GREY, dash, ..look(0) },
        shape: Shape::Curve(ends.map(|(x, y)| Spot { x, y, interval: None }).to_vec()),
    });
    let series = LOOKS.iter().rev().map(|(role, marker, color, words)| {
        let of_role = points.iter().filter(|(row, ..)| row.role == *role);
        let spots = of_role.map(|(row, x, y)| Spot { x: *x, y: *y, interval: row.ci95 });
        Series {
            name: (*words).to_owned(),
            look: Look { marker: *marker, color: *color, ..look(0) },
            shape: Shape::Points(spots.collect()),
        }
    });
    let series = series.filter(|series| !series.shape.spots().is_empty());
    Drawing {
        title: "Simulated against reported".to_owned(),
        about: "Reported figures across, simulated ones up, each in the base unit of its metric; on the diagonal \
                both agree."
            .to_owned(),
        panels: vec![Panel {
            x: Dimension::plain("reported (base unit)", "reported", axis),
            y: Dimension::plain("simulated (base unit)", "simulated", axis),
            height: 1.0,
            rows: Vec::new(),
            series: lines.chain(series).collect(),
            rules: Vec::new(),
        }],
        notes: vec![
            "Line: both agree. Between the dashes: within 10 %. Upright bars: 95 % intervals, where wider than the marker."
                .to_owned(),
        ],
    }
}

fn point(row: &Row) -> Option<(&Row, f64, f64)> {
    let drawable = |value: &f64| value.is_finite() && *value > 0.0;
    Some((row, row.reported.filter(drawable)?, row.simulated.filter(drawable)?))
}

/// One axis for both, from the power of ten below all figures to that above.
fn axis(points: &[(&Row, f64, f64)]) -> Axis {
    let values = points.iter().flat_map(|(_, x, y)| [*x, *y]);
    let least = values.clone().fold(f64::INFINITY, f64::min);
    let most = values.fold(f64::MIN_POSITIVE, f64::max);
    let power = |exponent: f64| libm::pow(10.0, exponent.clamp(-300.0, 300.0));
    let from = libm::floor(libm::log10(least / (1.0 + BAND)));
    let to = libm::ceil(libm::log10(most * (1.0 + BAND))).max(from + 1.0);
    Axis { scale: Scale::Log, from: power(from), to: power(to) }
}

fn table(points: &[(&Row, f64, f64)]) -> Result<String, Error> {
    let mut table = ::csv::Writer::from_writer(Vec::new());
    table.write_record([
        "model",
        "scenario",
        "runtime",
        "metric",
        "role",
        "reported",
        "simulated",
    ])?;
    for (row, x, y) in points {
        let scenario = row.scenario.as_deref().unwrap_or_default();
        let figures = [x.to_string(), y.to_string()];
        let words = [&row.model, scenario, &row.runtime, &row.metric, role_name(row.role)];
        table.write_record(words.into_iter().chain(figures.iter().map(String::as_str)))?;
    }
    let bytes = table.into_inner().map_err(|error| Error::Drawing(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Error::Drawing(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::super::validate::tests::{row, validation};
    use super::super::ink::Mark;
    use super::super::layout::Layout;
    use super::super::tests::texts;
    use super::*;
    use crate::study::validate::Verdict;

    #[test]
    fn every_row_with_two_figures_is_drawn_and_stands_in_the_table() {
        for page in [Page::SCREEN, Page::PAPER] {
            let figure = draw(&validation(), &page).unwrap().unwrap();
            // A predicted one beside its name, and two on the plot.
            let discs = figure.ink.marks.iter().filter(|mark| matches!(mark, Mark::Disc(..)));
            assert_eq!(discs.count(), 1 + 2);
            let words = texts(&figure.ink);
            assert!(words.iter().any(|(text, _)| text == "fitted: proves nothing"));
            assert_eq!(figure.csv.lines().count(), 4);
        }
    }

    #[test]
    fn both_axes_are_alike_and_as_long_so_that_what_agrees_is_on_a_diagonal() {
        let row = row(10.0, Role::Predicted, Verdict::Holds);
        let drawing = drawing(&[(&row, 10.0, 10.0)], axis(&[(&row, 10.0, 10.0)]));
        for width_mm in [60.0, 88.0, 183.0] {
            let layout = Layout::new(&drawing, &Page { width_mm, ..Page::PAPER });
            let frame = layout.panels[0].frame;
            assert!((frame.width() - frame.height()).abs() < 1e-9, "{frame:?}");
            assert!(frame.right < layout.width && frame.width() > 90.0, "{frame:?}");
        }
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let mut empty = validation();
        empty.rows.iter_mut().for_each(|row| row.simulated = Some(0.0));
        assert_eq!(draw(&empty, &Page::SCREEN).unwrap(), None);
    }
}
