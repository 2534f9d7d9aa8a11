//! A heat map of a sweep over two axes, a panel each runtime, with contours.
//!
//! Values swept stand at equal distances, whatever they are: a sweep chooses them so that they are
//! of equal interest. Colours are cividis (Nuñez, Anderton, Renslow 2018): the same order in grey
//! and for every kind of colour vision.

use plotters::style::text_anchor::HPos;

use super::super::number::figure;
use super::axis::Axis;
use super::canvas::{Canvas, Frame, LineLook, Type};
use super::drawing::{Dimension, Drawing};
use super::page::Theme;
use super::palette::{BLACK, GREY, WHITE};
use super::table::Table;
use super::table_chart::Choice;
use super::{Error, Figure, Page, font, points, words};

mod contour;
mod ramp;
mod tex;

/// Panels of one figure in one column; more stand in two.
const COLUMN: usize = 3;
/// The most panels of one figure.
const PANELS: usize = 8;
/// The most cells of one panel.
const MOST_CELLS: usize = 40_000;
/// The share of the scale from which colours are light, and contours black.
const LIGHT_FROM: f64 = 0.55;
/// How far cells lap over each other, in points.
const LAP: f64 = 0.3;

/// One runtime's values over the grid.
struct Map {
    name: String,
    /// From the lowest row up; `None` where nothing was measured.
    values: Vec<Vec<Option<f64>>>,
}

/// All that is drawn.
struct Heat {
    x: (String, Vec<f64>),
    y: (String, Vec<f64>),
    z: Dimension,
    maps: Vec<Map>,
    /// Those for which there is no room.
    left_out: Vec<String>,
}

impl Heat {
    /// The contour at a number of the scale, in columns and rows.
    fn contour(&self, map: &Map, level: f64) -> Vec<((f64, f64), (f64, f64))> {
        let share = |value| self.z.axis.share(self.z.on_axis(value));
        contour::lines(&map.values, level / self.z.factor, share)
    }
}

/// Draws the chart.
///
/// # Errors
///
/// Fewer than two columns vary, or the metric has no numbers.
pub fn draw(table: &Table, choice: &Choice, page: &Page) -> Result<Figure, Error> {
    let heat = read(table, choice)?;
    let drawing = Drawing {
        title: format!("{} over {} and {}", heat.z.title, heat.x.0, heat.y.0),
        about: format!("{} over {} and {}.", heat.z.title, heat.x.0, heat.y.0),
        panels: Vec::new(),
        notes: notes(&heat),
    };
    let ink = {
        let layout = Layout::new(&heat, &drawing, page);
        let canvas = Canvas::new(layout.width, layout.height)?;
        layout.draw(&canvas)?;
        canvas.finish()
    };
    let tex = tex::document(&heat, page);
    let hint = (!heat.left_out.is_empty()).then(|| points::OTHERS.to_owned());
    Ok(Figure::new(drawing, ink, numbers(&heat)?, page).with_tex(tex).hinting(hint))
}

fn notes(heat: &Heat) -> Vec<String> {
    let mut notes = vec![
        "Lines: contours at the numbers of the scale, between the points simulated.".to_owned(),
    ];
    if !heat.left_out.is_empty() {
        let names = heat.left_out.join("; ");
        notes.push(format!("No room for {names}."));
    }
    notes
}

fn read(table: &Table, choice: &Choice) -> Result<Heat, Error> {
    let varied: Vec<usize> =
        table.varied().into_iter().filter(|column| table.varies(*column)).collect();
    let axis = |name: &Option<String>, place: usize| match name {
        Some(name) => table.column(name),
        None => varied.get(place).copied().ok_or_else(|| {
            Error::Unfit(
                "a heat map needs two swept columns that vary; name them with --x and --by"
                    .to_owned(),
            )
        }),
    };
    let (x, y) = (axis(&choice.x, 0)?, axis(&choice.by, 1)?);
    let z = table.column(choice.y.as_deref().unwrap_or("gain"))?;
    let levels = |column: usize| {
        let mut values: Vec<f64> =
            (0..table.len()).filter_map(|row| table.number(row, column)).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    };
    let (across, up) = (levels(x), levels(y));
    if across.len() * up.len() > MOST_CELLS {
        let (across, up) = (across.len(), up.len());
        let why = format!("{across} x {up} cells are too many to see; at most {MOST_CELLS}");
        return Err(Error::Unfit(why));
    }
    if across.len() < 2 || up.len() < 2 {
        return Err(Error::Unfit("a heat map needs at least two values on each axis".to_owned()));
    }
    let keys: Vec<usize> =
        points::keys(table, x).into_iter().filter(|column| *column != y).collect();
    let mut maps = Vec::new();
    for (key, rows) in table.groups(&keys) {
        let mut values = vec![vec![None; across.len()]; up.len()];
        for row in rows {
            let place = |column, levels: &[f64]| {
                let at = table.number(row, column)?;
                levels.iter().position(|level| level.to_bits() == at.to_bits())
            };
            if let (Some(column), Some(line)) = (place(x, &across), place(y, &up)) {
                values[line][column] = table.number(row, z);
            }
        }
        let mut known = values.iter().flatten().flatten();
        let first = known.next().copied();
        // A baseline's gain over itself is one everywhere.
        if first.is_some_and(|first| known.any(|other| other.to_bits() != first.to_bits())) {
            maps.push(Map { name: points::name(table, &key, &keys), values });
        }
    }
    let left_out = maps.split_off(maps.len().min(PANELS)).into_iter().map(|map| map.name).collect();
    if maps.is_empty() {
        return Err(Error::Unfit(format!("{} does not vary over the grid", table.title(z))));
    }
    let all: Vec<f64> =
        maps.iter().flat_map(|map| map.values.iter().flatten().flatten().copied()).collect();
    let words = |column: usize, values: &[f64]| words::axis(table, column, values, Axis::suited);
    let scaled = |column: usize, values: Vec<f64>| {
        let dimension = words(column, &values);
        let values = values.iter().map(|value| dimension.on_axis(*value)).collect();
        (dimension.title, values)
    };
    let mut z = words::dimension(table.title(z), &all, Axis::around);
    if z.axis.to > 10.0 * z.axis.from.max(0.0) && all.iter().all(|value| *value > 0.0) {
        z = words::dimension(&z.column, &all, Axis::log);
    }
    Ok(Heat { x: scaled(x, across), y: scaled(y, up), z, maps, left_out })
}

fn numbers(heat: &Heat) -> Result<String, Error> {
    let mut table = ::csv::Writer::from_writer(Vec::new());
    table.write_record(["series", &heat.x.0, &heat.y.0, &heat.z.column])?;
    for map in &heat.maps {
        for (line, y) in map.values.iter().zip(&heat.y.1) {
            for (value, x) in line.iter().zip(&heat.x.1) {
                let value = value.map_or_else(String::new, |value| value.to_string());
                table.write_record([&map.name, &x.to_string(), &y.to_string(), &value])?;
            }
        }
    }
    let bytes = table.into_inner().map_err(|error| Error::Drawing(error.to_string()))?;
    Ok(String::from_utf8(bytes).expect("cells are text, and so is what joins them"))
}

/// Places on the page, in points.
struct Layout<'a> {
    heat: &'a Heat,
    drawing: &'a Drawing,
    size: f64,
    pitch: f64,
    width: f64,
    height: f64,
    screen: bool,
    columns: usize,
    frames: Vec<Frame>,
    notes: Vec<String>,
}

impl<'a> Layout<'a> {
    fn new(heat: &'a Heat, drawing: &'a Drawing, page: &Page) -> Self {
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
        let mut frames = Vec::new();
        for row in heat.maps.chunks(columns as usize) {
            y += pitch * 1.2;
            for place in 0..row.len() {
                let left = left + place as f64 * (wide + gap);
                frames.push(Frame { left, right: left + wide, top: y, bottom: y + tall });
            }
            y += tall + pitch * 0.6;
        }
        let height = y + pitch * (2.2 + notes.len() as f64) + margin;
        Self {
            heat,
            drawing,
            size,
            pitch,
            width,
            height,
            screen,
            columns: columns as usize,
            frames,
            notes,
        }
    }

    fn type_of(&self, side: HPos) -> Type {
        Type { size: self.size, color: BLACK, side }
    }

    fn draw(&self, canvas: &Canvas) -> Result<(), Error> {
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
        let mut room = frame.width();
        if place + 1 == self.frames.len().min(self.columns) {
            // The words of the scale stand at the right of the same line.
            let scale = font::width(&self.scale_title(), self.size) + self.size * 1.6;
            room = (self.width - frame.left - scale).max(0.0);
        }
        let name = font::cut(&map.name, self.size, room);
        canvas.text(&name, (frame.left, frame.top - self.pitch * 0.6), self.type_of(HPos::Left))?;
        for (line, values) in map.values.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                let Some(value) = value else { continue };
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
                0.7,
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

    /// What the colours mean, in at most half of the page's width.
    fn scale_title(&self) -> String {
        font::cut(&self.heat.z.title, self.size, self.width * 0.5)
    }

    /// The colours with their numbers, at the right of the first panel.
    fn scale(&self, canvas: &Canvas) -> Result<(), Error> {
        const STEPS: u32 = 64;
        let Some(frame) = self.frames.iter().take(self.columns).next_back() else { return Ok(()) };
        let (left, right) = (frame.right + self.size, frame.right + self.size * 1.9);
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
        let title = self.scale_title();
        let at = (self.width - self.size * 0.6, frame.top - self.pitch * 0.6);
        canvas.text(&title, at, self.type_of(HPos::Right))
    }
}

/// The numbers of the scale, where contours are too.
fn levels(z: &Dimension) -> Vec<(f64, String)> {
    let ticks = z.axis.ticks(6).into_iter();
    ticks.filter_map(|tick| tick.label.map(|label| (tick.at, label))).collect()
}
