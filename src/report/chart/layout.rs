//! Where all that a description shows has its place on the page, in points: for the picture and for
//! pgfplots alike.

use super::axis::Tick;
use super::canvas::Frame;
use super::drawing::{Dimension, Drawing, Labels, Panel};
use super::page::{Page, Theme};
use super::{font, legend};

/// Names of rows take no more of the page's width than this; longer ones take two lines.
const NAMES: f64 = 0.37;
/// Lines of a row's name at most.
const NAME_LINES: usize = 2;
/// The longest side of a square panel, in sizes of the type.
const SQUARE: f64 = 40.0;

/// The places of a drawing on a page.
pub struct Layout<'a> {
    /// What is placed.
    pub drawing: &'a Drawing,
    /// Size of the type.
    pub size: f64,
    /// From line to line.
    pub pitch: f64,
    /// Width of the page.
    pub width: f64,
    /// Height of the page.
    pub height: f64,
    /// The title; empty on paper.
    pub title: String,
    /// The legend above the panels.
    pub legend: Vec<legend::Entry>,
    /// The panels, as in the drawing.
    pub panels: Vec<Place>,
    /// Where the notes begin, and their lines.
    pub notes: (f64, Vec<String>),
}

/// The place of a panel.
pub struct Place {
    /// Within its axes.
    pub frame: Frame,
    /// Those of its rows.
    pub rows: Vec<RowPlace>,
    /// Whether its horizontal axis has its numbers and words, and not that of a panel below it.
    pub ends: bool,
}

/// The place of a row of a list.
pub struct RowPlace {
    /// Its middle, below the top of the frame.
    pub middle: f64,
    /// Its name in lines.
    pub name: Vec<String>,
}

impl<'a> Layout<'a> {
    /// The places on this page.
    pub fn new(drawing: &'a Drawing, page: &Page) -> Self {
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
        let mut right = width - margin - right;
        // Where both axes are one, what is alike lies on a diagonal.
        if drawing.panels.iter().any(square) {
            right = right.min(left + size * SQUARE);
        }
        let mut panels = Vec::new();
        for (place, panel) in drawing.panels.iter().enumerate() {
            let (rows, list) = rows(panel, (size, pitch), width);
            let height = match rows.as_slice() {
                [] if square(panel) => right - left,
                [] => panel.height * width,
                _ => list,
            };
            let ends = ends_group(drawing, place);
            let frame = Frame { left, right, top: y, bottom: y + height };
            panels.push(Place { frame, rows, ends });
            y += height + if ends { pitch * 2.6 } else { pitch * 0.9 };
        }
        let notes = drawing.notes.iter();
        let notes: Vec<String> =
            notes.flat_map(|note| font::wrap(note, size, width - 2.0 * margin)).collect();
        let height = y + pitch * notes.len() as f64 + margin * 0.5;
        Self { drawing, size, pitch, width, height, title, legend, panels, notes: (y, notes) }
    }

    /// What stays free at the edges of the page.
    pub fn margin(&self) -> f64 {
        self.size * 0.6
    }

    /// Half of the height of a bar.
    pub fn half_bar(&self) -> f64 {
        self.pitch * 0.36
    }

    /// As many ticks as have room for their numbers, with a digit's distance between them.
    pub fn ticks(&self, dimension: &Dimension, room: f64, across: bool) -> Vec<Tick> {
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

/// Whether both axes are one.
fn square(panel: &Panel) -> bool {
    panel.rows.is_empty() && panel.x.axis == panel.y.axis
}

/// The rows from the top, and the height of all.
fn rows(panel: &Panel, (size, pitch): (f64, f64), width: f64) -> (Vec<RowPlace>, f64) {
    let mut y = pitch * 0.1;
    let mut places = Vec::new();
    for row in &panel.rows {
        // Air above a group, the first apart.
        y += if row.begins && !places.is_empty() { pitch * 0.5 } else { 0.0 };
        let name = font::lines(&row.name, size, width * NAMES, NAME_LINES);
        let tall = pitch + LEADING * size * name.len().saturating_sub(1) as f64;
        places.push(RowPlace { middle: y + tall / 2.0, name });
        y += tall;
    }
    (places, y + pitch * 0.1)
}

/// From line to line of a name, in sizes of the type.
pub const LEADING: f64 = 1.15;

/// Room for names or numbers and the title left of a panel.
fn left_of(panel: &Panel, size: f64, width: f64) -> f64 {
    if panel.rows.is_empty() {
        let room = panel.height * width;
        let labels = ticks(&panel.y, room, false, size).into_iter().filter_map(|tick| tick.label);
        let widest = labels.map(|label| font::width(&label, size)).fold(0.0, f64::max);
        return size * 2.1 + widest;
    }
    let names =
        panel.rows.iter().flat_map(|row| font::lines(&row.name, size, width * NAMES, NAME_LINES));
    names.map(|line| font::width(&line, size)).fold(0.0, f64::max) + size * 0.6
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
