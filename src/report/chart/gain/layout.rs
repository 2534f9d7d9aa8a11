//! The gain chart's places on the page and the drawing of its parts.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::super::super::number;
use super::super::axis::{Axis, Tick};
use super::super::canvas::{Canvas, Frame, Type};
use super::super::page::{Page, Theme};
use super::super::palette::{BLACK, GREY, LIGHT, STEM};
use super::super::{Error, font};
use super::data::{Group, Quantity, Row, meanings};
use crate::study::result::Outcome;

/// Places on the page, in points.
pub struct Layout {
    pitch: f64,
    /// Size of the type.
    pub size: f64,
    /// Width of the page.
    pub width: f64,
    /// Height of the page.
    pub height: f64,
    /// Within the axis.
    pub frame: Frame,
    /// Where the points of the numbers line up.
    point: f64,
    notes: Vec<String>,
}

/// A runtime's place.
pub struct GroupPlace<'a> {
    /// The middle of the line with its name.
    head: f64,
    /// The upper and the lower end of the lines behind its rows.
    pub extent: [f64; 2],
    /// Its rows, and the middles of their lines.
    pub rows: Vec<(&'a Row, f64)>,
}

impl Layout {
    pub fn new(groups: &[Group], page: &Page) -> Self {
        let size = page.type_pt();
        let (pitch, width) = (size * 1.45, page.width_pt());
        let margin = size * 0.6;
        let rows = || groups.iter().flat_map(|group| &group.rows);
        let widest = |texts: &mut dyn Iterator<Item = &str>| {
            texts.map(|text| font::width(text, size)).fold(0.0, f64::max)
        };
        // Room for the marker that stands before each name.
        let names = widest(&mut rows().map(|row| row.quantity.name)) + size * 1.4;
        let tails = widest(&mut rows().map(|row| row.tail.as_str()));
        let heads = rows().map(|row| font::width(&row.label, size) - font::width(&row.tail, size));
        let labels = heads.fold(0.0, f64::max) + tails;
        let frame_top = margin + if page.theme == Theme::Screen { pitch * 1.6 } else { 0.0 };
        let lines = groups.iter().map(|group| group.rows.len() as f64 + 1.4).sum::<f64>();
        let frame = Frame {
            left: margin + names + size,
            right: width - margin - labels - size * 0.8,
            top: frame_top,
            bottom: frame_top + lines * pitch,
        };
        let notes = notes(groups, size, width - 2.0 * margin);
        // Ticks, the axis title, the notes.
        let below = pitch * (2.3 + notes.len() as f64) + margin;
        let point = width - margin - tails;
        Self { pitch, size, width, height: frame.bottom + below, frame, point, notes }
    }

    fn margin(&self) -> f64 {
        self.size * 0.6
    }

    /// Of the markers.
    pub fn diameter(&self) -> f64 {
        self.size * 0.6
    }

    /// Where the marker before a row's name is.
    pub fn name_marker(&self) -> f64 {
        self.margin() + self.size * 0.6
    }

    /// The runtimes from top to bottom. The lines behind their rows run through no name.
    pub fn places<'a>(&self, groups: &'a [Group]) -> Vec<GroupPlace<'a>> {
        let mut y = self.frame.top + self.pitch * 0.6;
        let mut places = Vec::new();
        for group in groups {
            let head = y;
            let mut rows = Vec::new();
            for row in &group.rows {
                y += self.pitch;
                rows.push((row, y));
            }
            let extent = [head + self.pitch * 0.5, y + self.pitch * 0.5];
            places.push(GroupPlace { head, extent, rows });
            y += self.pitch * 1.4;
        }
        places
    }

    fn type_of(&self, color: RGBColor, side: HPos) -> Type {
        Type { size: self.size, color, side }
    }

    /// On a screen a chart stands alone and says what it is of.
    pub fn heading(&self, canvas: &Canvas, outcome: &Outcome, page: &Page) -> Result<(), Error> {
        if page.theme == Theme::Paper {
            return Ok(());
        }
        let title = format!("{}: what each runtime gains over {}", outcome.model, outcome.baseline);
        let (size, y) = (self.size * 1.15, self.margin() + self.pitch * 0.5);
        let title = font::cut(&title, size, self.width - 2.0 * self.margin());
        let look = Type { size, color: BLACK, side: HPos::Left };
        canvas.text(&title, (self.margin(), y), look)
    }

    /// Numbers and words under the plot.
    pub fn axis(&self, canvas: &Canvas, axis: Axis, title: &str) -> Result<(), Error> {
        let Frame { left, right, bottom, .. } = self.frame;
        for Tick { at, label } in self.ticks(axis) {
            let x = left + axis.share(at) * (right - left);
            let length = self.size * if label.is_some() { 0.3 } else { 0.18 };
            canvas.line((x, bottom), (x, bottom + length), GREY, 0.5)?;
            if let Some(label) = label {
                let look = self.type_of(BLACK, HPos::Center);
                canvas.number(&label, (x, bottom + self.pitch * 0.75), look)?;
            }
        }
        canvas.line((left, bottom), (right, bottom), GREY, 0.5)?;
        let room = self.width - 2.0 * self.margin();
        let title = font::cut(title, self.size, room);
        // Under the plot's middle, moved where it would leave the page.
        let half = font::width(&title, self.size) / 2.0;
        let (first, last) = (self.margin() + half, self.width - self.margin() - half);
        let x = f64::midpoint(left, right).min(last).max(first);
        canvas.text(&title, (x, bottom + self.pitch * 1.8), self.type_of(BLACK, HPos::Center))
    }

    /// As many ticks as have room for their numbers, with a digit's distance between them.
    pub fn ticks(&self, axis: Axis) -> Vec<Tick> {
        let room = self.frame.right - self.frame.left;
        let mut most = 8;
        loop {
            let ticks = axis.ticks(most);
            let mut end = f64::NEG_INFINITY;
            let clear = ticks.iter().all(|tick| {
                let Some(label) = &tick.label else { return true };
                let half = font::width(label, self.size) / 2.0;
                let x = axis.share(tick.at) * room;
                let clear = x - half >= end + self.size * 0.6;
                end = x + half;
                clear
            });
            if clear || most <= 2 {
                return ticks;
            }
            most -= 1;
        }
    }

    /// Runtimes from top to bottom.
    pub fn all(&self, canvas: &Canvas, axis: Axis, groups: &[Group]) -> Result<(), Error> {
        for (group, place) in groups.iter().zip(self.places(groups)) {
            self.group_head(canvas, group, place.head)?;
            self.lines(canvas, axis, group, place.extent)?;
            for (row, y) in place.rows {
                self.row(canvas, axis, row, y)?;
            }
        }
        Ok(())
    }

    /// Upright lines behind one runtime's rows: light ones at round numbers, a dark one at the
    /// baseline's 1, and the formula's, which makes the gap to the promise visible.
    fn lines(
        &self,
        canvas: &Canvas,
        axis: Axis,
        group: &Group,
        extent: [f64; 2],
    ) -> Result<(), Error> {
        let plot = canvas.rows(self.frame, axis);
        let [top, bottom] = extent.map(|y| y - self.frame.top);
        for Tick { at, label } in self.ticks(axis) {
            plot.line([(at, top), (at, bottom)], LIGHT, if label.is_some() { 0.5 } else { 0.25 })?;
        }
        plot.line([(1.0, top), (1.0, bottom)], GREY, 0.75)?;
        group.formula().map_or(Ok(()), |row| {
            plot.line([(row.value, top), (row.value, bottom)], row.quantity.color, 0.5)
        })
    }

    /// The runtime's name and, at the right, how far it is from the formula.
    fn group_head(&self, canvas: &Canvas, group: &Group, y: f64) -> Result<(), Error> {
        let (left, right) = (self.margin(), self.width - self.margin());
        let verdict = group.over_formula.map_or_else(String::new, against);
        let room = right - left - font::width(&verdict, self.size) - self.size;
        let width = if group.width == 0 { String::new() } else { format!(" {}", group.width) };
        let scenario = match group.scenario.as_str() {
            "" => String::new(),
            name => format!(", scenario {name}"),
        };
        let name_room = room - font::width(&width, self.size);
        let name = font::cut(&group.runtime, self.size, name_room);
        let text = font::cut(&format!("{name}{width}{scenario}"), self.size, room);
        canvas.text(&text, (left, y), self.type_of(BLACK, HPos::Left))?;
        canvas.text(&verdict, (right, y), self.type_of(GREY, HPos::Right))
    }

    /// Marker and name, the value in the plot on a light line from the left, the number.
    fn row(&self, canvas: &Canvas, axis: Axis, row: &Row, y: f64) -> Result<(), Error> {
        let Quantity { name, marker, color, .. } = *row.quantity;
        let diameter = self.diameter();
        canvas.marker(marker, (self.name_marker(), y), color, diameter)?;
        let after = self.margin() + self.size * 1.4;
        canvas.text(name, (after, y), self.type_of(BLACK, HPos::Left))?;
        let end = self.point + font::width(&row.tail, self.size);
        canvas.text(&row.label, (end, y), self.type_of(BLACK, HPos::Right))?;

        let plot = canvas.rows(self.frame, axis);
        let y = y - self.frame.top;
        plot.line([(1.0, y), (row.value, y)], STEM, 0.75)?;
        if let Some([lo, hi]) = row.ci95 {
            plot.line([(lo, y), (hi, y)], color, 1.5)?;
            let end = self.size * 0.2;
            for at in [lo, hi] {
                plot.line([(at, y - end), (at, y + end)], color, 1.0)?;
            }
        }
        plot.marker(marker, (row.value, y), color, diameter)
    }

    /// What the names mean.
    pub fn notes(&self, canvas: &Canvas) -> Result<(), Error> {
        let mut y = self.frame.bottom + self.pitch * 2.9;
        for note in &self.notes {
            canvas.text(note, (self.margin(), y), self.type_of(GREY, HPos::Left))?;
            y += self.pitch;
        }
        Ok(())
    }
}

/// The meanings of the names that occur, in lines of this width.
fn notes(groups: &[Group], size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for note in meanings(groups) {
        let longer = lines.last().map(|line| format!("{line}; {note}"));
        match (lines.last_mut(), longer) {
            (Some(last), Some(longer)) if font::width(&longer, size) <= room => *last = longer,
            _ => lines.push(font::cut(&note, size, room)),
        }
    }
    lines
}

/// `7.7 % under the formula`.
fn against(over_formula: f64) -> String {
    let deviation = number::deviation(over_formula);
    let side = if deviation.starts_with('-') { "under" } else { "over" };
    match deviation.trim_start_matches(['-', '+']) {
        "0.0 %" => "meets the formula".to_owned(),
        size => format!("{size} {side} the formula"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviation_is_in_plain_words() {
        for (ratio, words) in [
            (0.923, "7.7 % under the formula"),
            (1.5, "50.0 % over the formula"),
            (0.9999, "meets the formula"),
        ] {
            assert_eq!(against(ratio), words);
        }
    }
}
