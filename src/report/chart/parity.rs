//! The parity chart: reported against simulated figures, on logarithmic axes.
//!
//! What lies on the diagonal agrees. Each figure is in its metric's base unit, so that seconds, rates
//! and gains share the page; what counts is the distance from the diagonal.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::axis::{Axis, Scale};
use super::canvas::{Canvas, Frame, Type};
use super::drawing::{Dimension, Drawing, Panel, Series, Shape, Spot};
use super::palette::{BLACK, BLUE, GREY, LIGHT, Look, Marker, ORANGE, STEM, look};
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
    let size = page.type_pt();
    let (width, pitch) = (page.width_pt(), size * 1.6);
    let side = (width - size * 7.0).min(size * 40.0);
    let top = pitch * (LOOKS.len() as f64 + 1.5);
    let frame = Frame { left: size * 5.5, right: size * 5.5 + side, top, bottom: top + side };
    let height = frame.bottom + pitch * 3.0;
    let plot = Parity { frame, axis: axis(&points), size };
    let canvas = Canvas::new(width, height)?;
    plot.key(&canvas, pitch)?;
    plot.grid(&canvas, pitch)?;
    plot.points(&canvas, &points)?;
    let drawing = drawing(&points, plot.axis);
    Ok(Some(Figure::new(drawing, canvas.finish(), table(&points)?, page)))
}

/// The same as a description, for those who draw it again.
fn drawing(points: &[(&Row, f64, f64)], axis: Axis) -> Drawing {
    let series = LOOKS.iter().map(|(role, marker, color, words)| {
        let of_role = points.iter().filter(|(row, ..)| row.role == *role);
        let spots = of_role.map(|(row, x, y)| Spot { x: *x, y: *y, interval: row.ci95 });
        Series {
            name: (*words).to_owned(),
            look: Look { marker: *marker, color: *color, ..look(0) },
            shape: Shape::Points(spots.collect()),
        }
    });
    Drawing {
        title: "Simulated against reported".to_owned(),
        about: "Reported figures across, simulated ones up; on the diagonal both agree.".to_owned(),
        panels: vec![Panel {
            x: Dimension::plain("reported (base unit)", "reported", axis),
            y: Dimension::plain("simulated (base unit)", "simulated", axis),
            height: 1.0,
            rows: Vec::new(),
            series: series.filter(|series| !series.shape.spots().is_empty()).collect(),
            rules: Vec::new(),
        }],
        notes: vec!["Between the thin lines: within 10 %.".to_owned()],
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

struct Parity {
    frame: Frame,
    axis: Axis,
    size: f64,
}

impl Parity {
    fn look(&self, color: RGBColor, side: HPos) -> Type {
        Type { size: self.size, color, side }
    }

    fn x(&self, value: f64) -> f64 {
        self.frame.left + self.axis.share(value) * (self.frame.right - self.frame.left)
    }

    fn y(&self, value: f64) -> f64 {
        self.frame.bottom - self.axis.share(value) * (self.frame.bottom - self.frame.top)
    }

    /// What the markers mean.
    fn key(&self, canvas: &Canvas, pitch: f64) -> Result<(), Error> {
        let left = self.frame.left;
        for (place, (_, marker, color, words)) in LOOKS.iter().enumerate() {
            let y = pitch * (place as f64 + 0.8);
            canvas.marker(*marker, (left, y), *color, self.size * 0.7)?;
            canvas.text(words, (left + self.size, y), self.look(BLACK, HPos::Left))?;
        }
        Ok(())
    }

    /// Ticks, the diagonal, the band and what runs along the axes.
    fn grid(&self, canvas: &Canvas, pitch: f64) -> Result<(), Error> {
        let Frame { left, right, top, bottom } = self.frame;
        for tick in self.axis.ticks(6) {
            let (x, y) = (self.x(tick.at), self.y(tick.at));
            canvas.line((x, top), (x, bottom), LIGHT, 0.5)?;
            canvas.line((left, y), (right, y), LIGHT, 0.5)?;
            if let Some(label) = tick.label {
                let below = (x, bottom + pitch * 0.7);
                canvas.text(&label, below, self.look(BLACK, HPos::Center))?;
                canvas.text(&label, (left - 3.0, y), self.look(BLACK, HPos::Right))?;
            }
        }
        let Axis { from, to, .. } = self.axis;
        let wide = 1.0 + BAND;
        canvas.line((self.x(from), self.y(from)), (self.x(to), self.y(to)), STEM, 1.0)?;
        let above = [(from, from * wide), (to / wide, to)];
        let below = [(from * wide, from), (to, to / wide)];
        for [a, b] in [above, below] {
            canvas.line((self.x(a.0), self.y(a.1)), (self.x(b.0), self.y(b.1)), STEM, 0.5)?;
        }
        let title = "reported (base unit, log), within 10 % between the thin lines";
        let middle = (left + right) / 2.0;
        canvas.text(title, (middle, bottom + pitch * 1.9), self.look(BLACK, HPos::Center))?;
        let up = (left, top - pitch * 0.6);
        canvas.text("simulated", up, self.look(BLACK, HPos::Left))
    }

    /// Fits first, so that no prediction is hidden under one.
    fn points(&self, canvas: &Canvas, points: &[(&Row, f64, f64)]) -> Result<(), Error> {
        for (role, marker, color, _) in LOOKS.iter().rev() {
            for (row, x, y) in points.iter().filter(|(row, ..)| row.role == *role) {
                let at = self.x(*x);
                if let Some([lo, hi]) = row.ci95 {
                    canvas.line((at, self.y(lo)), (at, self.y(hi)), *color, 1.0)?;
                }
                canvas.marker(*marker, (at, self.y(*y)), *color, self.size * 0.7)?;
            }
        }
        Ok(())
    }
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
    use super::super::tests::texts;
    use super::*;
    use crate::study::validate::Verdict;

    #[test]
    fn every_row_with_two_figures_is_drawn_and_stands_in_the_table() {
        for page in [Page::SCREEN, Page::PAPER] {
            let figure = draw(&validation(), &page).unwrap().unwrap();
            // One of each role beside its name, and three points: two discs, one diamond.
            let discs = figure.ink.marks.iter().filter(|mark| matches!(mark, Mark::Disc(..)));
            assert_eq!(discs.count(), 1 + 2);
            let words = texts(&figure.ink);
            assert!(words.iter().any(|(text, _)| text == "fitted: proves nothing"));
            assert_eq!(figure.csv.lines().count(), 4);
        }
    }

    #[test]
    fn a_point_on_the_diagonal_is_as_far_from_the_left_as_from_the_bottom() {
        let row = row(10.0, Role::Predicted, Verdict::Holds);
        let points = [(&row, 10.0, 10.0)];
        let frame = Frame { left: 10.0, right: 110.0, top: 20.0, bottom: 120.0 };
        let plot = Parity { frame, axis: axis(&points), size: 9.0 };
        assert!((plot.x(10.0) - 10.0 - (120.0 - plot.y(10.0))).abs() < 1e-9);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let mut empty = validation();
        empty.rows.iter_mut().for_each(|row| row.simulated = Some(0.0));
        assert_eq!(draw(&empty, &Page::SCREEN).unwrap(), None);
    }
}
