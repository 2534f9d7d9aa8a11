//! The heat map's places on the page and the drawing of its parts.

use plotters::style::text_anchor::HPos;

use super::super::super::number::figure;
use super::super::canvas::{Canvas, Frame, LineLook, Type};
use super::super::drawing::Drawing;
use super::super::layout::LEADING;
use super::super::page::{Page, Theme};
use super::super::palette::{BLACK, GREY, WHITE};
use super::super::{Error, font};
use super::{Heat, LIGHT_FROM, Map, levels, ramp};

/// Panels of one figure in one column; more stand in two.
const COLUMN: usize = 3;
/// Colours of the scale.
pub const STEPS: u32 = 64;
/// How far cells lap over each other, in points.
const LAP: f64 = 0.3;
/// Width of contours, in points.
pub const CONTOUR: f64 = 0.7;
/// Lines of a panel's name at most.
const NAME_LINES: usize = 3;

/// Places on the page, in points.
pub struct Layout<'a> {
    heat: &'a Heat,
    drawing: &'a Drawing,
    /// Size of the type.
    pub size: f64,
    pitch: f64,
    /// Width of the page.
    pub width: f64,
    /// Height of the page.
    pub height: f64,
    screen: bool,
    columns: usize,
    /// The panels.
    pub frames: Vec<Frame>,
    /// Their names in lines.
    names: Vec<Vec<String>>,
    /// The middle of the line with the words of the scale.
    scale_words: f64,
    notes: Vec<String>,
}

impl<'a> Layout<'a> {
    /// The places on this page.
    pub fn new(heat: &'a Heat, drawing: &'a Drawing, page: &Page) -> Self {
        let size = page.type_pt();
        let (pitch, width, margin) = (size * 1.45, page.width_pt(), size * 0.6);
        let screen = page.theme == Theme::Screen;
        let widest = |texts: &mut dyn Iterator<Item = String>| {
            texts.map(|text| font::width(&text, size)).fold(0.0, f64::max)
        };
        let left = margin + size * 2.2 + widest(&mut heat.y.1.iter().map(|v| figure(*v, 3)));
        let scale = widest(&mut levels(&heat.z).into_iter().map(|(_, label)| label));
        let right = width - margin - scale - size * 2.2;
        let columns = if heat.maps.len() > COLUMN { 2 } else { 1 };
        let gap = size * 1.2;
        let wide = (right - left - gap * f64::from(columns - 1)) / f64::from(columns);
        let (across, up) = (heat.x.1.len() as f64, heat.y.1.len() as f64);
        // Square cells where they fit, none lower than a line of text unless there are too many.
        let tall = (wide / across * up).max(pitch * up).min(wide * 0.75);
        let mut y = margin + if screen { pitch * 1.6 } else { 0.0 };
        let room = width - 2.0 * margin;
        let notes: Vec<String> =
            drawing.notes.iter().flat_map(|note| font::wrap(note, size, room)).collect();
        let names: Vec<Vec<String>> =
            heat.maps.iter().map(|map| font::lines(&map.name, size, wide, NAME_LINES)).collect();
        // The words of the scale stand at the right of the last name above it, or above all names.
        let beside = names.iter().take(columns as usize).next_back().map_or(0.0, |name| {
            name.iter().map(|line| font::width(line, size)).fold(0.0, f64::max)
        });
        let last = left + f64::from(columns - 1) * (wide + gap);
        let title = font::width(&scale_title(heat, size, width), size) + margin + size;
        let scale_words = y + pitch * 0.6;
        if last + beside + title > width {
            y += pitch;
        }
        let mut frames = Vec::new();
        for (row, names) in heat.maps.chunks(columns as usize).zip(names.chunks(columns as usize)) {
            let lines = names.iter().map(Vec::len).max().unwrap_or(1).max(1);
            y += pitch * 1.2 + LEADING * size * (lines - 1) as f64;
            for place in 0..row.len() {
                let left = left + place as f64 * (wide + gap);
                frames.push(Frame { left, right: left + wide, top: y, bottom: y + tall });
            }
            y += tall + pitch * 0.6;
        }
        let height = y + pitch * (2.2 + notes.len() as f64) + margin;
        let columns = columns as usize;
        Self {
            heat,
            drawing,
            size,
            pitch,
            width,
            height,
            screen,
            columns,
            frames,
            names,
            scale_words,
            notes,
        }
    }

    fn type_of(&self, side: HPos) -> Type {
        Type { size: self.size, color: BLACK, side }
    }

    /// Draws all.
    pub fn draw(&self, canvas: &Canvas) -> Result<(), Error> {
        let margin = self.size * 0.6;
        if self.screen {
            let look = Type { size: self.size * 1.15, ..self.type_of(HPos::Left) };
            let title = font::cut(&self.drawing.title, look.size, self.width - 2.0 * margin);
            canvas.text(&title, (margin, margin + self.pitch * 0.5), look)?;
        }
        for (place, map) in self.heat.maps.iter().enumerate() {
            self.map(canvas, map, place)?;
        }
        // The last of each column has the words and numbers below it.
        for frame in self.frames.iter().rev().take(self.columns) {
            self.across(canvas, *frame)?;
        }
        self.scale(canvas)?;
        let last = self.frames.last().map_or(margin, |frame| frame.bottom);
        let mut y = last + self.pitch * 3.0;
        for note in &self.notes {
            canvas.text(note, (margin, y), Type { color: GREY, ..self.type_of(HPos::Left) })?;
            y += self.pitch;
        }
        Ok(())
    }

    fn map(&self, canvas: &Canvas, map: &Map, place: usize) -> Result<(), Error> {
        let frame = self.frames[place];
        let (columns, rows) = (self.heat.x.1.len() as f64, self.heat.y.1.len() as f64);
        let (wide, tall) = (frame.width() / columns, frame.height() / rows);
        let (names, first) = (&self.names[place], frame.top - self.pitch * 0.6);
        for (line, name) in names.iter().rev().enumerate() {
            let y = first - LEADING * self.size * line as f64;
            canvas.text(name, (frame.left, y), self.type_of(HPos::Left))?;
        }
        for (line, values) in map.values.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                let Some((value, _)) = value else { continue };
                let left = frame.left + column as f64 * wide;
                let bottom = frame.bottom - line as f64 * tall;
                // Under its neighbours' edges, or the page would shine through between them.
                let right = (left + wide + LAP).min(frame.right);
                let top = (bottom - tall - LAP).max(frame.top);
                let cell = Frame { left, right, top, bottom };
                canvas.fill(cell, ramp::color(self.share(*value)), 1.0)?;
            }
        }
        let place = |(column, line): (f64, f64)| {
            (frame.left + (column + 0.5) * wide, frame.bottom - (line + 0.5) * tall)
        };
        for (level, _) in levels(&self.heat.z) {
            let look = LineLook::solid(
                if self.share_of_axis(level) < LIGHT_FROM { WHITE } else { BLACK },
                CONTOUR,
            );
            for (from, to) in self.heat.contour(map, level) {
                canvas.path(&[place(from), place(to)], look)?;
            }
        }
        if self.frames[0].left < frame.left { Ok(()) } else { self.up(canvas, frame) }
    }

    /// The values and the words of the upright axis, as many as have room.
    fn up(&self, canvas: &Canvas, frame: Frame) -> Result<(), Error> {
        let tall = frame.height() / self.heat.y.1.len() as f64;
        let every = (self.size * 1.1 / tall).ceil().max(1.0) as usize;
        for (line, value) in self.heat.y.1.iter().enumerate().step_by(every) {
            let at = (frame.left - self.size * 0.5, frame.bottom - (line as f64 + 0.5) * tall);
            canvas.text(&figure(*value, 3), at, self.type_of(HPos::Right))?;
        }
        let title = font::cut(&self.heat.y.0, self.size, frame.height() + self.pitch);
        let x = self.size * 0.96;
        canvas.text_upward(
            &title,
            (x, f64::midpoint(frame.top, frame.bottom)),
            self.type_of(HPos::Center),
        )
    }

    fn share(&self, value: f64) -> f64 {
        self.share_of_axis(self.heat.z.on_axis(value))
    }

    fn share_of_axis(&self, value: f64) -> f64 {
        self.heat.z.axis.share(value)
    }

    /// The values and the words of the horizontal axis, as many as have room.
    fn across(&self, canvas: &Canvas, frame: Frame) -> Result<(), Error> {
        let wide = frame.width() / self.heat.x.1.len() as f64;
        let mut end = f64::NEG_INFINITY;
        for (column, value) in self.heat.x.1.iter().enumerate() {
            let label = figure(*value, 3);
            let (x, half) =
                (frame.left + (column as f64 + 0.5) * wide, font::width(&label, self.size) / 2.0);
            if x - half < end + self.size * 0.5 || x + half > self.width {
                continue;
            }
            end = x + half;
            canvas.text(
                &label,
                (x, frame.bottom + self.pitch * 0.7),
                self.type_of(HPos::Center),
            )?;
        }
        let title = font::cut(&self.heat.x.0, self.size, frame.width());
        let x = f64::midpoint(frame.left, frame.right);
        canvas.text(&title, (x, frame.bottom + self.pitch * 1.8), self.type_of(HPos::Center))
    }

    /// Where the colours are, at the right of the first panels.
    pub fn scale_frame(&self) -> Option<Frame> {
        let frame = self.frames.iter().take(self.columns).next_back()?;
        let (left, right) = (frame.right + self.size, frame.right + self.size * 1.9);
        Some(Frame { left, right, ..*frame })
    }

    /// The colours with their numbers.
    fn scale(&self, canvas: &Canvas) -> Result<(), Error> {
        let Some(frame) = self.scale_frame() else { return Ok(()) };
        let Frame { left, right, .. } = frame;
        for step in 0..STEPS {
            let at = |step: u32| frame.bottom - frame.height() * f64::from(step) / f64::from(STEPS);
            let top = (at(step + 1) - LAP).max(frame.top);
            let cell = Frame { left, right, top, bottom: at(step) };
            canvas.fill(cell, ramp::color((f64::from(step) + 0.5) / f64::from(STEPS)), 1.0)?;
        }
        let mut above = f64::INFINITY;
        for (level, label) in levels(&self.heat.z) {
            let y = frame.bottom - self.share_of_axis(level) * frame.height();
            if above - y < self.size {
                continue;
            }
            above = y;
            canvas.line((right, y), (right + self.size * 0.25, y), GREY, 0.5)?;
            canvas.text(&label, (right + self.size * 0.45, y), self.type_of(HPos::Left))?;
        }
        let title = scale_title(self.heat, self.size, self.width);
        let at = (self.width - self.size * 0.6, self.scale_words);
        canvas.text(&title, at, self.type_of(HPos::Right))
    }
}

/// What the colours mean, in at most two thirds of the page's width.
fn scale_title(heat: &Heat, size: f64, width: f64) -> String {
    font::cut(&heat.z.title, size, width * 0.67)
}
