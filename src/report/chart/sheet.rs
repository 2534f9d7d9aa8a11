//! Draws a description at its places: the title, the legend above the data, panels, axes, notes.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::axis::Tick;
use super::canvas::{Begins, Canvas, Frame, LineLook, Plot, Type};
use super::drawing::{At, Bar, Panel, Rule, Series, Shape, Spot};
use super::ink::Ink;
use super::layout::{LEADING, Layout, Place, RowPlace};
use super::palette::{BLACK, GREY, LIGHT};
use super::{Error, font, legend};

/// How much of what lies below a band covers.
pub const BAND: f64 = 0.2;
/// More markers than this on a line hide it.
pub const MARKERS: usize = 24;
/// Width in points of lines of data.
pub const DATA: f64 = 1.1;
/// Of axes.
pub const AXIS: f64 = 0.6;
/// Of the light grid.
pub const GRID: f64 = 0.4;
/// Of rules.
const RULE: f64 = 0.75;

/// The picture of a drawing at its places.
///
/// # Errors
///
/// What the drawing library reports.
pub fn draw(layout: &Layout<'_>) -> Result<Ink, Error> {
    let canvas = Canvas::new(layout.width, layout.height)?;
    layout.heading(&canvas)?;
    legend::draw(&canvas, &layout.legend, layout.size)?;
    for (panel, place) in layout.drawing.panels.iter().zip(&layout.panels) {
        layout.panel(&canvas, panel, place)?;
    }
    layout.draw_notes(&canvas)?;
    Ok(canvas.finish())
}

impl Layout<'_> {
    fn type_of(&self, color: RGBColor, side: HPos) -> Type {
        Type { size: self.size, color, side }
    }

    /// On a screen a chart stands alone and says what it is of.
    fn heading(&self, canvas: &Canvas) -> Result<(), Error> {
        if self.title.is_empty() {
            return Ok(());
        }
        let look = Type { size: self.size * 1.15, color: BLACK, side: HPos::Left };
        canvas.text(&self.title, (self.margin(), self.margin() + self.pitch * 0.5), look)
    }

    fn draw_notes(&self, canvas: &Canvas) -> Result<(), Error> {
        let (mut y, lines) = (self.notes.0 + self.pitch * 0.3, &self.notes.1);
        for line in lines {
            canvas.text(line, (self.margin(), y), self.type_of(GREY, HPos::Left))?;
            y += self.pitch;
        }
        Ok(())
    }

    fn panel(&self, canvas: &Canvas, panel: &Panel, place: &Place) -> Result<(), Error> {
        let frame = place.frame;
        self.x_axis(canvas, panel, place)?;
        if !panel.rows.is_empty() {
            return self.list(canvas, panel, place);
        }
        self.y_axis(canvas, panel, frame)?;
        let plot = canvas.plot(frame, panel.x.axis, panel.y.axis, Begins::Below);
        for rule in &panel.rules {
            plot.path(&ends(panel, rule.at), rule_look(rule))?;
        }
        for series in &panel.series {
            bands(&plot, panel, series)?;
        }
        for series in &panel.series {
            values(&plot, panel, series, self.size)?;
        }
        Ok(())
    }

    /// Numbers below, lines through the panel, the title where the group of panels ends.
    fn x_axis(&self, canvas: &Canvas, panel: &Panel, place: &Place) -> Result<(), Error> {
        let (frame, words) = (place.frame, place.ends);
        let Frame { left, right, top, bottom } = frame;
        for Tick { at, label } in self.ticks(&panel.x, frame.width(), true) {
            let x = left + panel.x.axis.share(at) * frame.width();
            let major = label.is_some();
            if major {
                canvas.line((x, top), (x, bottom), LIGHT, GRID)?;
            }
            let length = self.size * if major { 0.35 } else { 0.2 };
            canvas.line((x, bottom), (x, bottom + length), GREY, AXIS * 0.8)?;
            if let Some(label) = label.filter(|_| words) {
                let look = self.type_of(BLACK, HPos::Center);
                canvas.number(&label, (x, bottom + self.pitch * 0.8), look)?;
            }
        }
        canvas.line((left, bottom), (right, bottom), GREY, AXIS)?;
        if !words {
            return Ok(());
        }
        let title = font::cut(&panel.x.title, self.size, self.width - 2.0 * self.margin());
        // Under the panel's middle, moved where it would leave the page.
        let half = font::width(&title, self.size) / 2.0;
        let (first, last) = (self.margin() + half, self.width - self.margin() - half);
        let x = f64::midpoint(left, right).min(last).max(first);
        canvas.text(&title, (x, bottom + self.pitch * 1.85), self.type_of(BLACK, HPos::Center))
    }

    fn y_axis(&self, canvas: &Canvas, panel: &Panel, frame: Frame) -> Result<(), Error> {
        let Frame { left, right, top, bottom } = frame;
        for Tick { at, label } in self.ticks(&panel.y, frame.height(), false) {
            let y = bottom - panel.y.axis.share(at) * frame.height();
            let major = label.is_some();
            if major {
                canvas.line((left, y), (right, y), LIGHT, GRID)?;
            }
            let length = self.size * if major { 0.35 } else { 0.2 };
            canvas.line((left - length, y), (left, y), GREY, AXIS * 0.8)?;
            if let Some(label) = label {
                let look = self.type_of(BLACK, HPos::Right);
                canvas.number(&label, (left - self.size * 0.55, y), look)?;
            }
        }
        canvas.line((left, top), (left, bottom), GREY, AXIS)?;
        let title = font::cut(&panel.y.title, self.size, frame.height() + self.size);
        let x = self.margin() + self.size * 0.36;
        let look = self.type_of(BLACK, HPos::Center);
        canvas.text_upward(&title, (x, f64::midpoint(top, bottom)), look)
    }

    /// Rows with their names at the left and their figures at the right.
    fn list(&self, canvas: &Canvas, panel: &Panel, place: &Place) -> Result<(), Error> {
        let frame = place.frame;
        let plot = canvas.rows(frame, panel.x.axis);
        let edge = self.width - self.margin();
        for (row, RowPlace { middle, name }) in panel.rows.iter().zip(&place.rows) {
            let y = frame.top + middle;
            let first = y - LEADING * self.size * name.len().saturating_sub(1) as f64 / 2.0;
            for (line, words) in name.iter().enumerate() {
                let at = (frame.left - self.size * 0.6, first + LEADING * self.size * line as f64);
                canvas.text(words, at, self.type_of(BLACK, HPos::Right))?;
            }
            canvas.text(&row.figure, (edge, y), self.type_of(BLACK, HPos::Right))?;
        }
        for series in &panel.series {
            let Shape::Bars(bars) = &series.shape else { continue };
            for bar in bars {
                self.bar(canvas, &plot, (panel, place), (series, *bar))?;
            }
        }
        for rule in &panel.rules {
            if let At::X(at) = rule.at {
                let x = panel.x.on_axis(at);
                plot.line([(x, 0.0), (x, frame.height())], BLACK, AXIS)?;
            }
        }
        Ok(())
    }

    /// A bar with the hatching of its look, so that it is known in grey too.
    fn bar(
        &self,
        canvas: &Canvas,
        plot: &Plot,
        (panel, place): (&Panel, &Place),
        (series, bar): (&Series, Bar),
    ) -> Result<(), Error> {
        let Some(RowPlace { middle, .. }) = place.rows.get(bar.row) else { return Ok(()) };
        let half = self.half_bar();
        let (from, to) = (panel.x.on_axis(bar.from), panel.x.on_axis(bar.to));
        let (left, top) = plot.place((from.min(to), middle - half));
        let (right, bottom) = plot.place((from.max(to), middle + half));
        let frame = Frame { left, right, top, bottom };
        legend::block(canvas, frame, series.look)
    }
}

/// From where to where a rule goes, on the axes.
pub fn ends(panel: &Panel, at: At) -> [(f64, f64); 2] {
    let (x, y) = (panel.x.axis, panel.y.axis);
    match at {
        At::X(at) => [(panel.x.on_axis(at), y.from), (panel.x.on_axis(at), y.to)],
        At::Y(at) => [(x.from, panel.y.on_axis(at)), (x.to, panel.y.on_axis(at))],
    }
}

/// How a rule looks.
pub fn rule_look(rule: &Rule) -> LineLook {
    rule.look.map_or(LineLook::solid(GREY, RULE), |look| LineLook {
        color: look.color,
        width: RULE,
        dash: look.dash,
    })
}

/// The intervals of measured values.
fn bands(plot: &Plot, panel: &Panel, series: &Series) -> Result<(), Error> {
    let (Shape::Measured(spots) | Shape::Curve(spots)) = &series.shape else { return Ok(()) };
    // A log axis has no place for what is not above zero; the band ends at the axis' beginning.
    let on = |spot: &Spot, end: usize| {
        let [lo, hi] = spot.interval.unwrap_or([spot.y; 2]);
        (panel.x.on_axis(spot.x), panel.y.on_axis([lo, hi][end]))
    };
    if spots.len() > 1 && spots.iter().any(|spot| spot.interval.is_some()) {
        let lower = spots.iter().map(|spot| on(spot, 0));
        let upper = spots.iter().rev().map(|spot| on(spot, 1));
        plot.area(&lower.chain(upper).collect::<Vec<_>>(), series.look.color, BAND)?;
    }
    Ok(())
}

fn values(plot: &Plot, panel: &Panel, series: &Series, size: f64) -> Result<(), Error> {
    let points: Vec<(f64, f64)> = series
        .shape
        .spots()
        .iter()
        .map(|spot| (panel.x.on_axis(spot.x), panel.y.on_axis(spot.y)))
        .collect();
    let look = LineLook { color: series.look.color, width: DATA, dash: series.look.dash };
    let alone = matches!(series.shape, Shape::Points(_)) || points.len() == 1;
    if points.len() > 1 && !alone {
        plot.path(&points, look)?;
    }
    if matches!(series.shape, Shape::Curve(_)) {
        return Ok(());
    }
    // What no line joins has no band either.
    for spot in series.shape.spots().iter().filter(|_| alone) {
        if let Some([lo, hi]) = spot.interval {
            let x = panel.x.on_axis(spot.x);
            plot.line([(x, panel.y.on_axis(lo)), (x, panel.y.on_axis(hi))], look.color, DATA)?;
        }
    }
    let every = if alone { 1 } else { points.len().div_ceil(MARKERS).max(1) };
    for point in points.iter().step_by(every) {
        plot.marker(series.look.marker, *point, look.color, size * 0.55)?;
    }
    Ok(())
}
