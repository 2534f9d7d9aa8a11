//! Draws a description: the title, the legend above the data, panels, axes, notes.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::axis::Tick;
use super::canvas::{Begins, Canvas, Frame, LineLook, Plot, Type};
use super::drawing::{At, Bar, Dimension, Drawing, Labels, Panel, Series, Shape, Spot};
use super::ink::Ink;
use super::page::{Page, Theme};
use super::palette::{BLACK, GREY, LIGHT};
use super::{Error, font, legend};

/// How much of what lies below a band covers.
const BAND: f64 = 0.2;
/// More markers than this on a line hide it.
const MARKERS: usize = 24;
/// Width in points of lines of data, of axes, of the light grid.
const DATA: f64 = 1.1;
const AXIS: f64 = 0.6;
const GRID: f64 = 0.4;

/// The drawing on a page.
///
/// # Errors
///
/// What the drawing library reports.
pub fn draw(drawing: &Drawing, page: &Page) -> Result<Ink, Error> {
    let sheet = Sheet::new(drawing, page);
    let canvas = Canvas::new(sheet.width, sheet.height)?;
    sheet.heading(&canvas)?;
    legend::draw(&canvas, &sheet.legend, sheet.size)?;
    for place in 0..drawing.panels.len() {
        sheet.panel(&canvas, place)?;
    }
    sheet.notes(&canvas)?;
    Ok(canvas.finish())
}

/// Places on the page, in points.
struct Sheet<'a> {
    drawing: &'a Drawing,
    size: f64,
    pitch: f64,
    width: f64,
    height: f64,
    title: String,
    legend: Vec<legend::Entry>,
    frames: Vec<Frame>,
    notes: (f64, Vec<String>),
}

impl<'a> Sheet<'a> {
    fn new(drawing: &'a Drawing, page: &Page) -> Self {
        let size = page.type_pt();
        let (pitch, width, margin) = (size * 1.45, page.width_pt(), size * 0.6);
        let mut y = margin;
        let mut title = String::new();
        if page.theme == Theme::Screen {
            title = font::cut(&drawing.title, size * 1.15, width - 2.0 * margin);
            y += pitch * 1.6;
        }
        let (legend, below) = legend::layout(drawing, size, width, y);
        y = below;
        let left =
            margin + drawing.panels.iter().map(|p| left_of(p, size, width)).fold(0.0, f64::max);
        let right = drawing.panels.iter().map(|p| right_of(p, size, width)).fold(0.0, f64::max);
        let right = width - margin - right;
        let mut frames = Vec::new();
        for (place, panel) in drawing.panels.iter().enumerate() {
            let height = match panel.rows.as_slice() {
                [] => panel.height * width,
                rows => row_middle(panel, rows.len(), pitch),
            };
            frames.push(Frame { left, right, top: y, bottom: y + height });
            y += height + if ends_group(drawing, place) { pitch * 2.6 } else { pitch * 0.9 };
        }
        let notes = drawing.notes.iter();
        let notes: Vec<String> =
            notes.flat_map(|note| font::wrap(note, size, width - 2.0 * margin)).collect();
        let height = y + pitch * notes.len() as f64 + margin * 0.5;
        Self { drawing, size, pitch, width, height, title, legend, frames, notes: (y, notes) }
    }

    fn margin(&self) -> f64 {
        self.size * 0.6
    }

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

    fn notes(&self, canvas: &Canvas) -> Result<(), Error> {
        let (mut y, lines) = (self.notes.0 + self.pitch * 0.3, &self.notes.1);
        for line in lines {
            canvas.text(line, (self.margin(), y), self.type_of(GREY, HPos::Left))?;
            y += self.pitch;
        }
        Ok(())
    }

    fn panel(&self, canvas: &Canvas, place: usize) -> Result<(), Error> {
        let (panel, frame) = (&self.drawing.panels[place], self.frames[place]);
        self.x_axis(canvas, panel, frame, ends_group(self.drawing, place))?;
        if panel.rows.is_empty() {
            self.y_axis(canvas, panel, frame)?;
            let plot = canvas.plot(frame, panel.x.axis, panel.y.axis, Begins::Below);
            self.rules(canvas, &plot, panel, frame)?;
            for series in &panel.series {
                bands(&plot, panel, series)?;
            }
            for series in &panel.series {
                values(&plot, panel, series, self.size)?;
            }
            return Ok(());
        }
        self.list(canvas, panel, frame)
    }

    /// Numbers below, lines through the panel, the title where the group of panels ends.
    fn x_axis(
        &self,
        canvas: &Canvas,
        panel: &Panel,
        frame: Frame,
        words: bool,
    ) -> Result<(), Error> {
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
                canvas.text(&label, (x, bottom + self.pitch * 0.8), look)?;
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
                canvas.text(&label, (left - self.size * 0.55, y), look)?;
            }
        }
        canvas.line((left, top), (left, bottom), GREY, AXIS)?;
        let title = font::cut(&panel.y.title, self.size, frame.height() + self.size);
        let x = self.margin() + self.size * 0.36;
        let look = self.type_of(BLACK, HPos::Center);
        canvas.text_upward(&title, (x, f64::midpoint(top, bottom)), look)
    }

    fn rules(
        &self,
        canvas: &Canvas,
        plot: &Plot,
        panel: &Panel,
        frame: Frame,
    ) -> Result<(), Error> {
        for rule in &panel.rules {
            let look = rule.look.map_or(LineLook::solid(GREY, 0.75), |look| LineLook {
                color: look.color,
                width: 0.75,
                dash: look.dash,
            });
            let (x, y) = (panel.x.axis, panel.y.axis);
            let ends = match rule.at {
                At::X(at) => [(panel.x.on_axis(at), y.from), (panel.x.on_axis(at), y.to)],
                At::Y(at) => [(x.from, panel.y.on_axis(at)), (x.to, panel.y.on_axis(at))],
            };
            plot.path(&ends, look)?;
            let (px, py) = plot.place(ends[1]);
            match rule.at {
                At::X(_) if !rule.label.is_empty() => {
                    let half = font::width(&rule.label, self.size) / 2.0;
                    let x = px.clamp(frame.left + half, frame.right - half);
                    canvas.text(
                        &rule.label,
                        (x, py - self.size * 0.5),
                        self.type_of(look.color, HPos::Center),
                    )?;
                }
                At::Y(_) if !rule.label.is_empty() => {
                    canvas.text(
                        &rule.label,
                        (px - 2.0, py - self.size * 0.6),
                        self.type_of(look.color, HPos::Right),
                    )?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Rows with their names at the left and their figures at the right.
    fn list(&self, canvas: &Canvas, panel: &Panel, frame: Frame) -> Result<(), Error> {
        let plot = canvas.rows(frame, panel.x.axis);
        let edge = self.width - self.margin();
        for (place, row) in panel.rows.iter().enumerate() {
            let y = frame.top + row_middle(panel, place, self.pitch);
            let room = frame.left - self.margin() - self.size * 0.6;
            let name = font::cut(&row.name, self.size, room);
            let at = frame.left - self.size * 0.6;
            canvas.text(&name, (at, y), self.type_of(BLACK, HPos::Right))?;
            canvas.text(&row.figure, (edge, y), self.type_of(BLACK, HPos::Right))?;
        }
        for series in &panel.series {
            let Shape::Bars(bars) = &series.shape else { continue };
            for bar in bars {
                self.bar(canvas, &plot, panel, (series, *bar))?;
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
        panel: &Panel,
        (series, bar): (&Series, Bar),
    ) -> Result<(), Error> {
        let middle = row_middle(panel, bar.row, self.pitch);
        let half = self.pitch * 0.36;
        let (from, to) = (panel.x.on_axis(bar.from), panel.x.on_axis(bar.to));
        let (left, top) = plot.place((from.min(to), middle - half));
        let (right, bottom) = plot.place((from.max(to), middle + half));
        let frame = Frame { left, right, top, bottom };
        legend::block(canvas, frame, series.look)
    }

    /// As many ticks as have room for their numbers, with a digit's distance between them.
    fn ticks(&self, dimension: &Dimension, room: f64, across: bool) -> Vec<Tick> {
        ticks(dimension, room, across, self.size)
    }
}

/// As many ticks as have room for their numbers, with a digit's distance between them.
fn ticks(dimension: &Dimension, room: f64, across: bool, size: f64) -> Vec<Tick> {
    let mut most = if across { 9 } else { 7 };
    loop {
        let mut ticks = dimension.axis.ticks(most);
        if dimension.labels == Labels::Percentiles {
            for tick in &mut ticks {
                tick.label = percentile(tick.at);
            }
        }
        let mut end = f64::NEG_INFINITY;
        let clear = ticks.iter().all(|tick| {
            let Some(label) = &tick.label else { return true };
            let half = if across { font::width(label, size) / 2.0 } else { size * 0.36 };
            let at = dimension.axis.share(tick.at) * room;
            let clear = at - half >= end + size * 0.6;
            end = at + half;
            clear
        });
        if clear || most <= 2 {
            return ticks;
        }
        most -= 1;
    }
}

/// What stands at a tick of a percentile axis: 100 is `99`, 1000 is `99.9`.
fn percentile(odds: f64) -> Option<String> {
    let power = libm::log10(odds).round();
    let round = (odds / libm::pow(10.0, power) - 1.0).abs() < 1e-6;
    if round && power >= 1.0 {
        let decimals = (power as usize).saturating_sub(2);
        return Some(format!("{:.decimals$}", 100.0 - 100.0 / odds));
    }
    match odds {
        o if (o - 1.0).abs() < 1e-9 => Some("0".to_owned()),
        o if (o - 2.0).abs() < 1e-9 => Some("50".to_owned()),
        _ => None,
    }
}

/// Whether the panel below has another horizontal axis, or none is below.
fn ends_group(drawing: &Drawing, place: usize) -> bool {
    let own = &drawing.panels[place].x;
    drawing.panels.get(place + 1).is_none_or(|next| next.x != *own)
}

/// The middle of a row below the top of its list; of the row after the last, the list's height.
fn row_middle(panel: &Panel, place: usize, pitch: f64) -> f64 {
    let groups = panel.rows.iter().take(place + 1).skip(1).filter(|row| row.begins).count();
    let air = 0.5 * groups as f64;
    (place as f64 + 0.6 + air) * pitch - if place == panel.rows.len() { pitch * 0.4 } else { 0.0 }
}

/// Room for names or numbers and the title left of a panel.
fn left_of(panel: &Panel, size: f64, width: f64) -> f64 {
    if panel.rows.is_empty() {
        let room = panel.height * width;
        let labels = ticks(&panel.y, room, false, size).into_iter().filter_map(|tick| tick.label);
        let widest = labels.map(|label| font::width(&label, size)).fold(0.0, f64::max);
        return size * 2.1 + widest;
    }
    let names = panel.rows.iter().map(|row| font::width(&row.name, size));
    names.fold(0.0, f64::max).min(width * 0.36) + size * 0.6
}

/// Room for figures, or half of the last number, right of a panel.
fn right_of(panel: &Panel, size: f64, width: f64) -> f64 {
    let figures = panel.rows.iter().map(|row| font::width(&row.figure, size));
    let figures = figures.fold(0.0, f64::max);
    if figures > 0.0 {
        return figures + size * 0.8;
    }
    let ticks = ticks(&panel.x, width * 0.8, true, size);
    let last = ticks.into_iter().rev().find_map(|tick| tick.label);
    last.map_or(0.0, |label| font::width(&label, size) / 2.0)
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
