//! A drawing as SVG, with its width in millimetres and its type as outlines.
//!
//! A reader without the typeface would show a wider one and text over text; outlines look the same
//! everywhere. Each text is labelled with its words for those who can't see it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::font::{self, Segment};
use super::super::page::POINTS_PER_MM;
use super::{Ink, Label, Mark, Paint, Place, Stroke, Text};

/// A whole file: the label is what screen readers say.
#[must_use]
pub fn document(ink: &Ink, label: &Label) -> String {
    let mm = |points: f64| (points / POINTS_PER_MM * 100.0).round() / 100.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
         width=\"{}mm\" height=\"{}mm\" viewBox=\"0 0 {} {}\" role=\"img\">\n\
         <title>{}</title>\n<desc>{}</desc>\n",
        mm(ink.width),
        mm(ink.height),
        points(ink.width),
        points(ink.height),
        escaped(&label.title),
        escaped(&label.about),
    );
    glyphs(&mut out, ink);
    for mark in &ink.marks {
        out += &element(mark);
        out.push('\n');
    }
    out + "</svg>\n"
}

/// The outline of every character that occurs, once.
fn glyphs(out: &mut String, ink: &Ink) {
    let texts = ink.marks.iter().filter_map(|mark| match mark {
        Mark::Text(text) => Some(text.text.chars()),
        _ => None,
    });
    let outlines: BTreeMap<char, Vec<Segment>> =
        texts.flatten().map(|c| (c, font::outline(c))).collect();
    *out += "<defs>\n";
    for (c, outline) in outlines.iter().filter(|(_, outline)| !outline.is_empty()) {
        write!(out, "<path id=\"{}\" d=\"", name(*c)).expect("a String takes all");
        outline.iter().for_each(|segment| *out += &step(segment));
        *out += "\"/>\n";
    }
    *out += "</defs>\n";
}

/// The name of a character's outline.
fn name(c: char) -> String {
    format!("u{:x}", u32::from(c))
}

fn step(segment: &Segment) -> String {
    match *segment {
        Segment::Move(x, y) => format!("M{x} {y}"),
        Segment::Line(x, y) => format!("L{x} {y}"),
        Segment::Quad([x1, y1, x, y]) => format!("Q{x1} {y1} {x} {y}"),
        Segment::Cubic([x1, y1, x2, y2, x, y]) => format!("C{x1} {y1} {x2} {y2} {x} {y}"),
        Segment::Close => "Z".to_owned(),
    }
}

fn element(mark: &Mark) -> String {
    match mark {
        Mark::Line(places, stroke) => {
            format!("<polyline points=\"{}\"{}/>", list(places), stroked(stroke))
        }
        Mark::Area(places, paint) => {
            format!("<polygon points=\"{}\"{}/>", list(places), painted("fill", *paint))
        }
        Mark::Disc((x, y), radius, paint) => format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>",
            points(*x),
            points(*y),
            points(*radius),
            painted("fill", *paint)
        ),
        Mark::Text(text) => text_element(text),
    }
}

fn text_element(text: &Text) -> String {
    let scale = text.size / font::UNITS_PER_EM;
    let turn = if text.upward { " rotate(-90)" } else { "" };
    let (x, y) = (points(text.at.0), points(text.at.1));
    let mut out = format!(
        "<g role=\"img\" aria-label=\"{}\" transform=\"translate({x} {y}){turn} scale({scale} -{scale})\"{}>",
        escaped(&text.text),
        painted("fill", text.paint),
    );
    let mut pen = 0.0;
    for c in text.text.chars() {
        if !font::outline(c).is_empty() {
            let at = if pen == 0.0 { String::new() } else { format!(" x=\"{pen}\"") };
            write!(out, "<use xlink:href=\"#{}\"{at}/>", name(c)).expect("a String takes all");
        }
        pen += font::advance(c);
    }
    out + "</g>"
}

/// To a hundredth of a point.
fn points(value: f64) -> String {
    ((value * 100.0).round() / 100.0).to_string()
}

fn list(places: &[Place]) -> String {
    let at: Vec<String> =
        places.iter().map(|(x, y)| format!("{},{}", points(*x), points(*y))).collect();
    at.join(" ")
}

/// A colour attribute, with its opacity where it is not whole.
fn painted(attribute: &str, paint: Paint) -> String {
    let plotters::style::RGBColor(r, g, b) = paint.color;
    let opacity = if paint.alpha < 1.0 {
        format!(" {attribute}-opacity=\"{}\"", paint.alpha)
    } else {
        String::new()
    };
    format!(" {attribute}=\"#{r:02x}{g:02x}{b:02x}\"{opacity}")
}

fn stroked(stroke: &Stroke) -> String {
    let dash: Vec<String> = stroke.dash.iter().map(|length| points(*length)).collect();
    let dash = match dash.as_slice() {
        [] => String::new(),
        lengths => format!(" stroke-dasharray=\"{}\"", lengths.join(" ")),
    };
    let width = points(stroke.width);
    format!("{} stroke-width=\"{width}\"{dash} fill=\"none\"", painted("stroke", stroke.paint))
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
