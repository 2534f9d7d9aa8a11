//! A page to draw on, in points from its upper left corner.

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, EmptyElement, PathElement, Polygon, Rectangle};
use plotters::prelude::IntoDrawingArea;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, IntoFont, RGBColor};

use super::Error;
use super::axis::{Axis, Scale};
use super::ink::{Dash, Ink, Pen, UNITS_PER_POINT};
use super::palette::{Marker, WHITE};

/// A page of some width and height.
pub struct Canvas {
    area: DrawingArea<Pen, Shift>,
    pen: Pen,
}

/// A part of the page whose coordinates are data.
pub struct Plot {
    area: DrawingArea<Pen, Cartesian2d<Axis, Axis>>,
    pen: Pen,
}

/// Where the vertical axis of a plot begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// Below, as for values.
    Below,
    /// Above, as for rows of a list.
    Above,
}

/// Colour, width in points and dashes of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineLook {
    /// Its colour.
    pub color: RGBColor,
    /// Its width in points.
    pub width: f64,
    /// Its dashes.
    pub dash: Dash,
}

impl LineLook {
    /// A solid line.
    pub const fn solid(color: RGBColor, width: f64) -> Self {
        Self { color, width, dash: &[] }
    }
}

/// A rectangle of the page, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Its left edge.
    pub left: f64,
    /// Its right edge.
    pub right: f64,
    /// Its upper edge.
    pub top: f64,
    /// Its lower edge.
    pub bottom: f64,
}

/// How a text looks and to which side of its place it goes.
#[derive(Clone, Copy)]
pub struct Type {
    /// Size in points.
    pub size: f64,
    /// Colour.
    pub color: RGBColor,
    /// Which of its sides is at the place.
    pub side: HPos,
}

impl Frame {
    /// From left to right.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// From top to bottom.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

impl Canvas {
    /// A white page of this width and height in points.
    pub fn new(width: f64, height: f64) -> Result<Self, Error> {
        let pen = Pen::new(width, height);
        let area = pen.clone().into_drawing_area();
        // White, not transparent: black type must stay legible on dark pages.
        area.fill(&WHITE)?;
        Ok(Self { area, pen })
    }

    /// What was drawn.
    pub fn finish(self) -> Ink {
        self.pen.take()
    }

    /// A text whose capitals are centred on the height `y`.
    pub fn text(&self, text: &str, at: (f64, f64), look: Type) -> Result<(), Error> {
        self.write(text, at, look, FontTransform::None)
    }

    /// A number of an axis, centred as a text.
    pub fn number(&self, text: &str, at: (f64, f64), look: Type) -> Result<(), Error> {
        self.pen.set_numbers(true);
        let drawn = self.write(text, at, look, FontTransform::None);
        self.pen.set_numbers(false);
        drawn
    }

    /// A text that reads upward, its capitals centred on the distance `x`.
    pub fn text_upward(&self, text: &str, at: (f64, f64), look: Type) -> Result<(), Error> {
        self.write(text, at, look, FontTransform::Rotate270)
    }

    fn write(
        &self,
        text: &str,
        (x, y): (f64, f64),
        look: Type,
        turn: FontTransform,
    ) -> Result<(), Error> {
        let font = ("Noto Sans", look.size * UNITS_PER_POINT).into_font().transform(turn);
        let style = font.color(&look.color).pos(Pos::new(look.side, VPos::Center));
        Ok(self.area.draw_text(text, &style, (units(x), units(y)))?)
    }

    /// A straight solid line of this width in points.
    pub fn line(
        &self,
        from: (f64, f64),
        to: (f64, f64),
        color: RGBColor,
        width: f64,
    ) -> Result<(), Error> {
        self.path(&[from, to], LineLook::solid(color, width))
    }

    /// A line through these places of the page.
    pub fn path(&self, places: &[(f64, f64)], look: LineLook) -> Result<(), Error> {
        let places: Vec<_> = places.iter().map(|(x, y)| (units(*x), units(*y))).collect();
        draw_path(&self.area, &self.pen, places, look)
    }

    /// The inside of a rectangle.
    pub fn fill(&self, frame: Frame, color: RGBColor, alpha: f64) -> Result<(), Error> {
        let corners = [(frame.left, frame.top), (frame.right, frame.bottom)];
        let corners = corners.map(|(x, y)| (units(x), units(y)));
        Ok(self.area.draw(&Rectangle::new(corners, color.mix(alpha).filled()))?)
    }

    /// A part of the page with data axes.
    pub fn plot(&self, frame: Frame, x: Axis, y: Axis, begins: Begins) -> Plot {
        let across = units(frame.left)..units(frame.right);
        let (top, bottom) = (units(frame.top), units(frame.bottom));
        let down = if begins == Begins::Above { top..bottom } else { bottom..top };
        let area = self.area.apply_coord_spec(Cartesian2d::new(x, y, (across, down)));
        Plot { area, pen: self.pen.clone() }
    }

    /// A part of the page whose vertical coordinate is points from its top.
    pub fn rows(&self, frame: Frame, x: Axis) -> Plot {
        let y = Axis { scale: Scale::Even, from: 0.0, to: frame.height() };
        self.plot(frame, x, y, Begins::Above)
    }

    /// A marker at a place of the page, as in the plot.
    pub fn marker(
        &self,
        kind: Marker,
        (x, y): (f64, f64),
        color: RGBColor,
        size: f64,
    ) -> Result<(), Error> {
        draw_marker(&self.area, kind, (units(x), units(y)), color, size)
    }
}

impl Plot {
    /// A solid line between two points of the plot, of this width in points.
    pub fn line(&self, ends: [(f64, f64); 2], color: RGBColor, width: f64) -> Result<(), Error> {
        self.path(&ends, LineLook::solid(color, width))
    }

    /// A line through these points of the plot.
    pub fn path(&self, points: &[(f64, f64)], look: LineLook) -> Result<(), Error> {
        draw_path(&self.area, &self.pen, points.to_vec(), look)
    }

    /// The inside of a polygon.
    pub fn area(&self, corners: &[(f64, f64)], color: RGBColor, alpha: f64) -> Result<(), Error> {
        let polygon = Polygon::new(corners.to_vec(), color.mix(alpha).filled());
        Ok(self.area.draw(&polygon)?)
    }

    /// A marker.
    pub fn marker(
        &self,
        kind: Marker,
        at: (f64, f64),
        color: RGBColor,
        size: f64,
    ) -> Result<(), Error> {
        draw_marker(&self.area, kind, at, color, size)
    }

    /// Where a point of the plot is on the page.
    pub fn place(&self, at: (f64, f64)) -> (f64, f64) {
        let (x, y) = self.area.map_coordinate(&at);
        (f64::from(x) / UNITS_PER_POINT, f64::from(y) / UNITS_PER_POINT)
    }
}

fn draw_path<C>(
    area: &DrawingArea<Pen, C>,
    pen: &Pen,
    path: Vec<C::From>,
    look: LineLook,
) -> Result<(), Error>
where
    C: plotters::coord::CoordTranslate,
    C::From: Clone,
{
    pen.set_dash(look.dash);
    let drawn =
        area.draw(&PathElement::new(path, look.color.stroke_width(units(look.width) as u32)));
    pen.set_dash(&[]);
    Ok(drawn?)
}

/// Points in the backend's units.
fn units(points: f64) -> i32 {
    (points * UNITS_PER_POINT).round() as i32
}

/// A marker of about this diameter in points. Open ones are filled white, so that a line under them
/// ends.
fn draw_marker<C>(
    area: &DrawingArea<Pen, C>,
    kind: Marker,
    at: C::From,
    color: RGBColor,
    size: f64,
) -> Result<(), Error>
where
    C: plotters::coord::CoordTranslate,
    C::From: Clone,
{
    let r = units(size / 2.0);
    let stroke = color.stroke_width(units(size / 6.0) as u32);
    match kind {
        Marker::Disc => {
            area.draw(&(EmptyElement::at(at) + Circle::new((0, 0), r, color.filled())))?;
        }
        Marker::Diamond | Marker::Square | Marker::Triangle => {
            let corners = match kind {
                Marker::Diamond => {
                    vec![(0, -r * 6 / 5), (r * 6 / 5, 0), (0, r * 6 / 5), (-r * 6 / 5, 0)]
                }
                Marker::Triangle => {
                    vec![(0, -r * 6 / 5), (r * 11 / 10, r * 4 / 5), (-r * 11 / 10, r * 4 / 5)]
                }
                _ => vec![(-1, -1), (1, -1), (1, 1), (-1, 1)]
                    .into_iter()
                    .map(|(x, y)| (x * r * 9 / 10, y * r * 9 / 10))
                    .collect(),
            };
            // One corner more than once round, or the outline's first corner would be open.
            let outline: Vec<_> = corners.iter().chain(&corners[..2]).copied().collect();
            let shape = EmptyElement::at(at)
                + Polygon::new(corners, WHITE.filled())
                + PathElement::new(outline, stroke);
            area.draw(&shape)?;
        }
        Marker::Cross => {
            let d = r * 9 / 10;
            let one = PathElement::new(vec![(-d, -d), (d, d)], stroke);
            let other = PathElement::new(vec![(-d, d), (d, -d)], stroke);
            area.draw(&(EmptyElement::at(at) + one + other))?;
        }
        Marker::Bar => {
            let half = units(size / 8.0);
            let bar = Rectangle::new([(-half, -r * 5 / 4), (half, r * 5 / 4)], color.filled());
            area.draw(&(EmptyElement::at(at) + bar))?;
        }
    }
    Ok(())
}
