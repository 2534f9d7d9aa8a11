//! A page to draw on, in points from its upper left corner.

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, EmptyElement, PathElement, Polygon, Rectangle};
use plotters::prelude::IntoDrawingArea;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBColor};

use super::Error;
use super::axis::Axis;
use super::palette::{Marker, WHITE};
use super::svg::{Svg, UNITS_PER_POINT};

/// A page of some width and height.
pub struct Canvas<'a> {
    area: DrawingArea<Svg<'a>, Shift>,
}

/// A part of the page whose horizontal coordinate is data; the vertical one stays points from the
/// part's top.
pub struct Plot<'a> {
    area: DrawingArea<Svg<'a>, Cartesian2d<Axis, RangedCoordf64>>,
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

impl<'a> Canvas<'a> {
    /// A white page of this width and height in points, written to `body`.
    pub fn new(body: &'a mut String, width: f64, height: f64) -> Result<Self, Error> {
        let area = Svg::new(body, size(width, height)).into_drawing_area();
        // White, not transparent: black type must stay legible on dark pages.
        area.fill(&WHITE)?;
        Ok(Self { area })
    }

    /// A text whose capitals are centred on the height `y`.
    pub fn text(&self, text: &str, (x, y): (f64, f64), look: Type) -> Result<(), Error> {
        let font = ("Noto Sans", look.size * UNITS_PER_POINT).into_font();
        let style = font.color(&look.color).pos(Pos::new(look.side, VPos::Center));
        Ok(self.area.draw_text(text, &style, (units(x), units(y)))?)
    }

    /// A straight line of this width in points.
    pub fn line(
        &self,
        from: (f64, f64),
        to: (f64, f64),
        color: RGBColor,
        width: f64,
    ) -> Result<(), Error> {
        let ends = [from, to].map(|(x, y)| (units(x), units(y)));
        Ok(self.area.draw(&PathElement::new(ends, color.stroke_width(units(width) as u32)))?)
    }

    /// A part of the page with a data axis.
    pub fn plot(&self, frame: Frame, axis: Axis) -> Plot<'a> {
        let across = units(frame.left)..units(frame.right);
        let down = units(frame.top)..units(frame.bottom);
        let rows = 0.0..(frame.bottom - frame.top);
        Plot { area: self.area.apply_coord_spec(Cartesian2d::new(axis, rows, (across, down))) }
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

impl Plot<'_> {
    /// A line between two points of the plot, of this width in points.
    pub fn line(&self, ends: [(f64, f64); 2], color: RGBColor, width: f64) -> Result<(), Error> {
        Ok(self.area.draw(&PathElement::new(ends, color.stroke_width(units(width) as u32)))?)
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
}

/// The size of a page in the backend's units.
pub fn size(width: f64, height: f64) -> (u32, u32) {
    (units(width) as u32, units(height) as u32)
}

/// Points in the backend's units.
fn units(points: f64) -> i32 {
    (points * UNITS_PER_POINT).round() as i32
}

/// A marker of about this diameter in points. Open ones are filled white, so that a line under them
/// ends.
fn draw_marker<C>(
    area: &DrawingArea<Svg<'_>, C>,
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
        Marker::Diamond | Marker::Square => {
            let d = if kind == Marker::Diamond { r * 6 / 5 } else { r * 9 / 10 };
            let corners = if kind == Marker::Diamond {
                vec![(0, -d), (d, 0), (0, d), (-d, 0)]
            } else {
                vec![(-d, -d), (d, -d), (d, d), (-d, d)]
            };
            // One corner more than once round, or the outline's first corner would be open.
            let outline: Vec<_> = corners.iter().chain(&corners[..2]).copied().collect();
            let shape = EmptyElement::at(at)
                + Polygon::new(corners, WHITE.filled())
                + PathElement::new(outline, stroke);
            area.draw(&shape)?;
        }
        Marker::Bar => {
            let half = units(size / 8.0);
            let bar = Rectangle::new([(-half, -r * 5 / 4), (half, r * 5 / 4)], color.filled());
            area.draw(&(EmptyElement::at(at) + bar))?;
        }
    }
    Ok(())
}
