//! The legend: a line above the data, each entry with the dash, the marker or the hatching that it
//! is about.

use plotters::style::text_anchor::HPos;

use super::canvas::{Canvas, Frame, LineLook, Type};
use super::drawing::{Drawing, Series, Shape};
use super::palette::{BLACK, Hatch, Look, WHITE};
use super::{Error, font};

/// Room for a sample before its name, in sizes of the type.
const SAMPLE: f64 = 2.4;
/// Room between two entries, in sizes of the type: in a wider typeface of a paper too.
const GAP: f64 = 1.3;
/// Distance of hatching lines in points.
const HATCH: f64 = 2.6;
/// Their width.
const HATCH_LINE: f64 = 0.5;

/// One entry at its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// How it looks.
    pub look: Look,
    /// What its sample shows.
    pub kind: Kind,
    /// The left end of its sample, and the middle of its line.
    pub at: (f64, f64),
}

/// What a sample shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line with a marker.
    Measured,
    /// A line.
    Curve,
    /// A marker.
    Points,
    /// A rectangle.
    Bar,
}

/// The entries in lines from `top` down, and where they end. One series alone needs none.
pub fn layout(drawing: &Drawing, size: f64, width: f64, top: f64) -> (Vec<Entry>, f64) {
    let (margin, pitch) = (size * 0.6, size * 1.45);
    let mut entries: Vec<Entry> = Vec::new();
    let all = || drawing.panels.iter().flat_map(|panel| &panel.series);
    for series in all() {
        // Points alone are those that no line of theirs goes with.
        let goes_with =
            |other: &Series| other.look == series.look && matches!(other.shape, Shape::Curve(_));
        let kind = match series.shape {
            Shape::Points(_) if !all().any(goes_with) => Kind::Points,
            Shape::Measured(_) | Shape::Points(_) => Kind::Measured,
            Shape::Curve(_) => Kind::Curve,
            Shape::Bars(_) => Kind::Bar,
        };
        if !series.name.is_empty() && entries.iter().all(|entry| entry.name != series.name) {
            let name = series.name.clone();
            entries.push(Entry { name, look: series.look, kind, at: (0.0, 0.0) });
        }
    }
    if entries.len() < 2 && drawing.panels.iter().all(|panel| panel.rows.is_empty()) {
        return (Vec::new(), top + size * 0.4);
    }
    let room = width - 2.0 * margin;
    let (mut x, mut y) = (margin, top + pitch * 0.5);
    for entry in &mut entries {
        entry.name = font::cut(&entry.name, size, room - size * SAMPLE);
        let wide = size * (SAMPLE + 0.5) + font::width(&entry.name, size);
        if x > margin && x + wide > margin + room {
            (x, y) = (margin, y + pitch);
        }
        entry.at = (x, y);
        x += wide + size * GAP;
    }
    let below = if entries.is_empty() { top } else { y + pitch * 0.9 };
    (entries, below)
}

/// Draws the entries.
///
/// # Errors
///
/// What the drawing library reports.
pub fn draw(canvas: &Canvas, entries: &[Entry], size: f64) -> Result<(), Error> {
    for entry in entries {
        let Entry { name, look, kind, at: (_, y) } = entry;
        let frame = sample(entry, size);
        match kind {
            Kind::Bar => block(canvas, frame, *look)?,
            Kind::Measured | Kind::Curve => {
                let line = LineLook { color: look.color, width: 1.1, dash: look.dash };
                canvas.path(&[(frame.left, *y), (frame.right, *y)], line)?;
            }
            Kind::Points => {}
        }
        if matches!(kind, Kind::Measured | Kind::Points) {
            let middle = f64::midpoint(frame.left, frame.right);
            canvas.marker(look.marker, (middle, *y), look.color, size * 0.55)?;
        }
        let text = Type { size, color: BLACK, side: HPos::Left };
        canvas.text(name, (frame.right + size * 0.5, *y), text)?;
    }
    Ok(())
}

/// Where an entry's sample is.
pub fn sample(entry: &Entry, size: f64) -> Frame {
    let ((x, y), half) = (entry.at, size * 0.42);
    let left = if entry.kind == Kind::Bar { x + size } else { x };
    Frame { left, right: x + size * SAMPLE, top: y - half, bottom: y + half }
}

/// A rectangle in a colour with its hatching.
///
/// # Errors
///
/// What the drawing library reports.
pub fn block(canvas: &Canvas, frame: Frame, look: Look) -> Result<(), Error> {
    canvas.fill(frame, look.color, 1.0)?;
    for (from, to) in hatching(frame, look.hatch) {
        canvas.line(from, to, WHITE, HATCH_LINE)?;
    }
    Ok(())
}

/// The lines of a hatching, ended at the edges of the frame.
fn hatching(frame: Frame, hatch: Hatch) -> Vec<((f64, f64), (f64, f64))> {
    let Frame { left, right, top, bottom } = frame;
    let steps =
        |length: f64| (1..).map(|i| f64::from(i) * HATCH).take_while(move |at| *at < length);
    // Rising lines meet x + y = c; ends are where such a line leaves the frame.
    let rising = || {
        let first = left + top;
        steps(frame.width() + frame.height()).map(move |at| {
            let sum = first + at;
            let low = (sum - bottom).max(left);
            let high = (sum - top).min(right);
            ((low, sum - low), (high, sum - high))
        })
    };
    let mirror = |(x, y): (f64, f64)| (left + right - x, y);
    match hatch {
        Hatch::Plain => Vec::new(),
        Hatch::Rising => rising().collect(),
        Hatch::Falling => rising().map(|(a, b)| (mirror(a), mirror(b))).collect(),
        Hatch::Crossed => rising().chain(rising().map(|(a, b)| (mirror(a), mirror(b)))).collect(),
        Hatch::Upright => {
            steps(frame.width()).map(|at| ((left + at, top), (left + at, bottom))).collect()
        }
        Hatch::Level => {
            steps(frame.height()).map(|at| ((left, top + at), (right, top + at))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hatching_stays_within_its_bar() {
        let frame = Frame { left: 10.0, right: 31.0, top: 5.0, bottom: 12.0 };
        for hatch in [Hatch::Rising, Hatch::Falling, Hatch::Crossed, Hatch::Upright, Hatch::Level] {
            let lines = hatching(frame, hatch);
            assert!(!lines.is_empty(), "{hatch:?}");
            for (x, y) in lines.into_iter().flat_map(|(a, b)| [a, b]) {
                assert!((10.0..=31.0).contains(&x) && (5.0..=12.0).contains(&y), "{hatch:?}");
            }
        }
        assert!(hatching(frame, Hatch::Plain).is_empty());
    }
}
