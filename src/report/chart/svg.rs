//! A plotters backend that writes SVG in points, with real widths in millimetres.
//!
//! plotters counts in whole units; here a unit is a hundredth of a point, so that nothing is jagged
//! and stroke widths and type sizes read as points in the file. The same drawing gives the same
//! bytes.

use std::convert::Infallible;
use std::fmt::Write as _;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};

use super::font;
use super::page::POINTS_PER_MM;

/// Backend units in a point.
pub const UNITS_PER_POINT: f64 = 100.0;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// The drawing so far.
#[derive(Debug)]
pub struct Svg<'a> {
    body: &'a mut String,
    size: (u32, u32),
}

impl<'a> Svg<'a> {
    /// A backend that appends to `body`, of this width and height in units.
    pub const fn new(body: &'a mut String, size: (u32, u32)) -> Self {
        Self { body, size }
    }

    /// One element; writing to a string can't fail.
    fn put(&mut self, element: std::fmt::Arguments<'_>) -> Drawn {
        self.body.write_fmt(element).expect("a String takes all that is written");
        self.body.push('\n');
        Ok(())
    }
}

/// A whole file around what a backend wrote: `title` and `about` are what screen readers say.
#[must_use]
pub fn document(body: &str, size: (u32, u32), title: &str, about: &str) -> String {
    let mm = |units: u32| {
        let mm = f64::from(units) / UNITS_PER_POINT / POINTS_PER_MM;
        (mm * 100.0).round() / 100.0
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}mm\" height=\"{}mm\" viewBox=\"0 0 {} {}\" role=\"img\" \
         font-family=\"{}\">\n<title>{}</title>\n<desc>{}</desc>\n{body}</svg>\n",
        mm(size.0),
        mm(size.1),
        points(size.0 as i32),
        points(size.1 as i32),
        font::FAMILY,
        escaped(title),
        escaped(about),
    )
}

impl DrawingBackend for Svg<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        let paint = paint("fill", color);
        self.put(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"0.01\" height=\"0.01\"{paint}/>",
            points(x),
            points(y)
        ))
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
        let paint = if fill { paint("fill", style.color()) } else { stroke(style) };
        self.put(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{paint}/>",
            points(left),
            points(top),
            points(right - left),
            points(bottom - top)
        ))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let at = list(path);
        let paint = stroke(style);
        self.put(format_args!("<polyline points=\"{at}\"{paint}/>"))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let paint = if fill { paint("fill", style.color()) } else { stroke(style) };
        let radius = points(radius as i32);
        self.put(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\"{paint}/>",
            points(x),
            points(y)
        ))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let at = list(corners);
        let paint = paint("fill", style.color());
        self.put(format_args!("<polygon points=\"{at}\"{paint}/>"))
    }

    /// The anchor's top is that of the capitals, its bottom the baseline.
    fn draw_text<T: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &T,
        (x, y): BackendCoord,
    ) -> Drawn {
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let down = match style.anchor().v_pos {
            VPos::Top => font::CAP_HEIGHT,
            VPos::Center => font::CAP_HEIGHT / 2.0,
            VPos::Bottom => 0.0,
        };
        let turn = match style.transform() {
            FontTransform::None => 0,
            FontTransform::Rotate90 => 90,
            FontTransform::Rotate180 => 180,
            FontTransform::Rotate270 => 270,
        };
        let turn = match turn {
            0 => String::new(),
            degrees => format!(" transform=\"rotate({degrees} {} {})\"", points(x), points(y)),
        };
        let (size, paint) = (style.size(), paint("fill", style.color()));
        self.put(format_args!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{anchor}{turn}{paint}>{}</text>",
            points(x),
            points(y + (down * size).round() as i32),
            points(size.round() as i32),
            escaped(text)
        ))
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

/// Hundredths of a point as points: 1234 is `12.34`, 1200 is `12`.
fn points(units: i32) -> String {
    (f64::from(units) / UNITS_PER_POINT).to_string()
}

fn list(path: impl IntoIterator<Item = BackendCoord>) -> String {
    let at: Vec<String> =
        path.into_iter().map(|(x, y)| format!("{},{}", points(x), points(y))).collect();
    at.join(" ")
}

/// A colour attribute, with its opacity where it is not whole.
fn paint(attribute: &str, color: BackendColor) -> String {
    let (r, g, b) = color.rgb;
    let opacity = if color.alpha < 1.0 {
        format!(" {attribute}-opacity=\"{}\"", color.alpha)
    } else {
        String::new()
    };
    format!(" {attribute}=\"#{r:02x}{g:02x}{b:02x}\"{opacity}")
}

fn stroke<S: BackendStyle>(style: &S) -> String {
    let width = points(style.stroke_width() as i32);
    format!("{} stroke-width=\"{width}\" fill=\"none\"", paint("stroke", style.color()))
}

/// Text that can't be taken for markup; what XML 1.0 forbids is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' | '\t' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use plotters::prelude::*;

    use super::*;

    #[test]
    fn units_become_points_and_the_page_its_millimetres() {
        let mut body = String::new();
        let size = (24_945, 10_000);
        {
            let area = Svg::new(&mut body, size).into_drawing_area();
            let style = ShapeStyle { color: BLACK.to_rgba(), filled: false, stroke_width: 50 };
            area.draw(&PathElement::new(vec![(0, 0), (1_234, 1_200)], style)).unwrap();
            area.draw(&Circle::new((100, 100), 250, BLACK.filled())).unwrap();
        }
        assert_eq!(
            body,
            "<polyline points=\"0,0 12.34,12\" stroke=\"#000000\" stroke-width=\"0.5\" fill=\"none\"/>\n\
             <circle cx=\"1\" cy=\"1\" r=\"2.5\" fill=\"#000000\"/>\n"
        );
        let whole = document(&body, size, "a < b", "c & d");
        assert!(whole.contains("width=\"88mm\""), "{whole}");
        assert!(whole.contains("viewBox=\"0 0 249.45 100\""), "{whole}");
        assert!(whole.contains("<title>a &lt; b</title>\n<desc>c &amp; d</desc>"), "{whole}");
    }

    #[test]
    fn text_is_text_with_markup_made_harmless() {
        let mut body = String::new();
        {
            let area = Svg::new(&mut body, (10_000, 10_000)).into_drawing_area();
            let style = ("Noto Sans", 750.0).into_font().color(&BLACK);
            area.draw_text("1 < 2 & \u{7}\"3\"", &style, (100, 200)).unwrap();
        }
        assert_eq!(
            body,
            "<text x=\"1\" y=\"7.36\" font-size=\"7.5\" fill=\"#000000\">1 &lt; 2 &amp; &quot;3&quot;</text>\n"
        );
    }
}
