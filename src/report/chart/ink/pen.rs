//! A plotters backend that draws on an [`Ink`].
//!
//! plotters counts in whole units; here a unit is a hundredth of a point, so that nothing is jagged.
//! Dashes, which plotters does not know, come from whoever holds the pen.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use plotters::style::RGBColor;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};

use super::super::font;
use super::{Dash, Ink, Mark, Paint, Place, Stroke, Text};

/// Backend units in a point.
pub const UNITS_PER_POINT: f64 = 100.0;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// The page under a pen, the dashes that it makes now and whether it numbers an axis.
#[derive(Debug, Default)]
struct Sheet {
    ink: Ink,
    dash: Dash,
    numbers: bool,
}

/// A pen; its copies draw on the same page.
#[derive(Clone, Debug, Default)]
pub struct Pen {
    sheet: Rc<RefCell<Sheet>>,
}

impl Pen {
    /// A pen on an empty page of this width and height in points.
    pub fn new(width: f64, height: f64) -> Self {
        let ink = Ink { width, height, marks: Vec::new() };
        Self { sheet: Rc::new(RefCell::new(Sheet { ink, ..Sheet::default() })) }
    }

    /// Dashes of the lines from now on.
    pub fn set_dash(&self, dash: Dash) {
        self.sheet.borrow_mut().dash = dash;
    }

    /// Whether the texts from now on are the numbers of an axis.
    pub fn set_numbers(&self, numbers: bool) {
        self.sheet.borrow_mut().numbers = numbers;
    }

    /// What was drawn; the page is empty then.
    pub fn take(&self) -> Ink {
        std::mem::take(&mut self.sheet.borrow_mut().ink)
    }

    fn put(&self, mark: Mark) -> Drawn {
        self.sheet.borrow_mut().ink.marks.push(mark);
        Ok(())
    }

    fn stroke<S: BackendStyle>(&self, style: &S) -> Stroke {
        let dash = self.sheet.borrow().dash;
        let width = f64::from(style.stroke_width()) / UNITS_PER_POINT;
        Stroke { paint: paint(style.color()), width, dash }
    }
}

impl DrawingBackend for Pen {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        let ink = &self.sheet.borrow().ink;
        let units = |points: f64| (points * UNITS_PER_POINT).round() as u32;
        (units(ink.width), units(ink.height))
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn {
        self.put(Mark::Disc(place(at), 0.5 / UNITS_PER_POINT, paint(color)))
    }

    fn draw_line<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S) -> Drawn {
        self.draw_path([a, b], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        if fill {
            return self.fill_polygon(corners, style);
        }
        self.draw_path(corners.into_iter().chain([corners[0], corners[1]]), style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let stroke = self.stroke(style);
        self.put(Mark::Line(path.into_iter().map(place).collect(), stroke))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        _fill: bool,
    ) -> Drawn {
        let radius = f64::from(radius) / UNITS_PER_POINT;
        self.put(Mark::Disc(place(centre), radius, paint(style.color())))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        self.put(Mark::Area(corners.into_iter().map(place).collect(), paint(style.color())))
    }

    /// The anchor's top is that of the capitals, its bottom the baseline.
    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Drawn {
        let size = style.size() / UNITS_PER_POINT;
        let side = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => 0.5,
            HPos::Right => 1.0,
        };
        let along = font::width(text, size) * side;
        let down = match style.anchor().v_pos {
            VPos::Top => font::CAP_HEIGHT * size,
            VPos::Center => font::CAP_HEIGHT / 2.0 * size,
            VPos::Bottom => 0.0,
        };
        let upward = matches!(style.transform(), FontTransform::Rotate270);
        let (x, y) = place(at);
        let at = if upward { (x + down, y + along) } else { (x - along, y + down) };
        let (text, paint) = (text.to_owned(), paint(style.color()));
        let number = self.sheet.borrow().numbers;
        self.put(Mark::Text(Text { text, at, size, paint, upward, side, number }))
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = style.size();
        let height = (font::CAP_HEIGHT + font::DESCENT) * size;
        Ok((font::width(text, size).ceil() as u32, height.ceil() as u32))
    }
}

fn place((x, y): BackendCoord) -> Place {
    (f64::from(x) / UNITS_PER_POINT, f64::from(y) / UNITS_PER_POINT)
}

fn paint(color: BackendColor) -> Paint {
    let (r, g, b) = color.rgb;
    Paint { color: RGBColor(r, g, b), alpha: color.alpha }
}
