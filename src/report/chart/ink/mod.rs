//! A drawing as a list of marks, which every file format writes in its own way.
//!
//! Lengths are points from the page's upper left corner. One drawing gives the SVG, the PDF and the
//! PNG, so that they can't differ.

use plotters::style::RGBColor;

mod pdf;
mod pen;
mod png;
mod svg;

pub use pen::{Pen, UNITS_PER_POINT};

use super::Error;

/// A finished drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ink {
    /// Width of the page.
    pub width: f64,
    /// Height of the page.
    pub height: f64,
    /// What is on it, the lowest first.
    pub marks: Vec<Mark>,
}

/// A place on the page.
pub type Place = (f64, f64);

/// Lengths of ink and gap along a line; empty for a solid one.
pub type Dash = &'static [f64];

/// A colour, and how much of it covers what lies below.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paint {
    /// The colour.
    pub color: RGBColor,
    /// 1 covers all, 0 nothing.
    pub alpha: f64,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub paint: Paint,
    /// Its width.
    pub width: f64,
    /// Its dashes.
    pub dash: Dash,
}

/// One thing drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line through these places.
    Line(Vec<Place>, Stroke),
    /// The inside of a polygon.
    Area(Vec<Place>, Paint),
    /// A disc about a centre.
    Disc(Place, f64, Paint),
    /// One line of text.
    Text(Text),
}

/// One line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Where its baseline begins.
    pub at: Place,
    /// Size of the type.
    pub size: f64,
    /// Its colour.
    pub paint: Paint,
    /// It reads from the bottom to the top.
    pub upward: bool,
    /// Which part of it was put in its place: 0 its beginning, 1 its end. In another typeface that part
    /// stays there.
    pub side: f64,
    /// It is a number of an axis.
    pub number: bool,
}

/// What a file says of itself to programs and to those who can't see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What it is.
    pub title: String,
    /// What it shows.
    pub about: String,
}

/// A format that a drawing is written in.
#[derive(Clone, Copy, Debug)]
pub struct Picture {
    /// What `--chart-format` calls it, and the file's extension.
    pub name: &'static str,
    /// One sentence for help.
    pub about: &'static str,
    /// The bytes of the file, at so many pixels to the inch where there are pixels.
    pub write: fn(&Ink, &Label, f64) -> Result<Vec<u8>, Error>,
}

/// All formats, the default first.
pub const PICTURES: &[Picture] = &[
    Picture {
        name: "svg",
        about: "vectors, its type drawn as outlines",
        write: |ink, label, _| Ok(svg::document(ink, label).into_bytes()),
    },
    Picture {
        name: "png",
        about: "pixels: 600 to the inch for paper, 192 for a screen",
        write: |ink, _, dpi| png::image(ink, dpi),
    },
    Picture {
        name: "pdf",
        about: "vectors, its typeface embedded, its text to be searched",
        write: |ink, label, _| pdf::document(ink, label),
    },
];

/// The format of this name.
#[must_use]
pub fn picture(name: &str) -> Option<&'static Picture> {
    PICTURES.iter().find(|picture| picture.name == name)
}
