//! The typeface of the charts: how wide a text is in it, and how its glyphs are drawn.
//!
//! Noto Sans Regular (SIL Open Font License, `assets/NotoSans-OFL.txt`), embedded: no font of the
//! system is asked.

use std::sync::LazyLock;

use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// The whole font file.
pub const DATA: &[u8] = notosans::REGULAR_TTF;
/// What advances and outlines are measured in.
pub const UNITS_PER_EM: f64 = 2048.0;
/// Height of capitals and digits over the size of the type.
pub const CAP_HEIGHT: f64 = 0.714;
/// Depth of what hangs below the baseline over the size of the type.
pub const DESCENT: f64 = 0.24;

static FACE: LazyLock<Face<'static>> = LazyLock::new(|| {
    Face::parse(DATA, 0).expect("the embedded font is the one that the tests parse")
});

/// A step of an outline, y upward.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Segment {
    /// A new contour begins here.
    Move(f32, f32),
    /// A straight line to here.
    Line(f32, f32),
    /// A quadratic curve: its control point, its end.
    Quad([f32; 4]),
    /// A cubic curve: its control points, its end.
    Cubic([f32; 6]),
    /// The contour ends where it began.
    Close,
}

/// The number of a character's glyph; 0, an empty box, where the font lacks it.
#[must_use]
pub fn glyph(c: char) -> u16 {
    FACE.glyph_index(c).map_or(0, |glyph| glyph.0)
}

/// How far the next glyph is from a character's.
#[must_use]
pub fn advance(c: char) -> f64 {
    FACE.glyph_hor_advance(GlyphId(glyph(c))).map_or(UNITS_PER_EM, f64::from)
}

/// The outline of a character's glyph; empty for a space.
#[must_use]
pub fn outline(c: char) -> Vec<Segment> {
    let mut outline = Outline(Vec::new());
    FACE.outline_glyph(GlyphId(glyph(c)), &mut outline);
    outline.0
}

/// The box that holds every glyph (left, bottom, right, top), the ascent and the descent.
#[must_use]
pub fn extent() -> ([f64; 4], f64, f64) {
    let all = FACE.global_bounding_box();
    let bbox = [all.x_min, all.y_min, all.x_max, all.y_max].map(f64::from);
    (bbox, f64::from(FACE.ascender()), f64::from(FACE.descender()))
}

struct Outline(Vec<Segment>);

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.push(Segment::Move(x, y));
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.0.push(Segment::Line(x, y));
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.push(Segment::Quad([x1, y1, x, y]));
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.push(Segment::Cubic([x1, y1, x2, y2, x, y]));
    }
    fn close(&mut self) {
        self.0.push(Segment::Close);
    }
}

/// The advance width of one line of text, in the unit of `size`. A character that the font lacks is
/// as wide as the box that stands for it.
#[must_use]
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() / UNITS_PER_EM * size
}

/// The text, or its beginning and `…` where it is wider than `room`.
#[must_use]
pub fn cut(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while kept.pop().is_some() {
        let shorter: String = kept.iter().chain(['…'].iter()).collect();
        if width(&shorter, size) <= room {
            return shorter;
        }
    }
    String::new()
}

/// The text broken at spaces into lines of at most this width; a longer word is cut.
#[must_use]
pub fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match (lines.last_mut(), longer) {
            (Some(last), Some(longer)) if width(&longer, size) <= room => *last = longer,
            _ => lines.push(cut(word, size, room)),
        }
    }
    lines
}

/// The text broken into at most so many lines of at most this width: after commas, else at spaces, and
/// a longer word wherever the line ends. What has no room is cut.
#[must_use]
pub fn lines(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for part in text.split_inclusive(", ").map(str::trim_end) {
        if width(part, size) <= room {
            add(&mut lines, part, size, room);
            continue;
        }
        for word in part.split_whitespace() {
            add(&mut lines, word, size, room);
        }
    }
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.push(cut(&rest, size, room));
    }
    lines
}

/// Sets words on the last line where they have room, else on one of their own.
fn add(lines: &mut Vec<String>, words: &str, size: f64, room: f64) {
    let last = lines.last().map_or("", String::as_str);
    let longer = if last.is_empty() { words.to_owned() } else { format!("{last} {words}") };
    let (begun, fits) = (!last.is_empty(), |text: &str| width(text, size) <= room);
    if fits(&longer) {
        lines.pop();
        lines.push(longer);
        return;
    }
    if begun {
        lines.push(String::new());
    }
    for c in words.chars() {
        match lines.last_mut() {
            Some(last) if last.is_empty() || fits(&format!("{last}{c}")) => last.push(c),
            _ => lines.push(c.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_font_parses_and_its_proportions_are_those_used() {
        let em = f64::from(FACE.units_per_em());
        assert!((em - UNITS_PER_EM).abs() < 1e-9, "{em}");
        let cap = f64::from(FACE.capital_height().unwrap()) / em;
        assert!((cap - CAP_HEIGHT).abs() < 0.001, "{cap}");
    }

    #[test]
    fn the_font_has_every_sign_that_a_chart_writes() {
        for c in "0123456789.,:;%()[]/=+×±−…–≤≥λβμ²³⁰¹⁴⁵⁶⁷⁸⁹".chars()
        {
            assert!(FACE.glyph_index(c).is_some(), "{c}");
            assert!(!outline(c).is_empty(), "{c}");
        }
    }

    #[test]
    fn widths_add_up_and_grow_with_the_type() {
        // Digits of Noto Sans are 572 thousandths of the size wide.
        assert!((width("00", 10.0) - 11.44).abs() < 0.01, "{}", width("00", 10.0));
        assert!((width("abc", 20.0) - 2.0 * width("abc", 10.0)).abs() < 1e-9);
    }

    #[test]
    fn a_text_is_cut_to_the_room_there_is() {
        assert_eq!(cut("threads", 10.0, 100.0), "threads");
        let short = cut("threads", 10.0, 30.0);
        assert!(short.ends_with('…') && width(&short, 10.0) <= 30.0, "{short}");
        assert_eq!(cut("threads", 10.0, 1.0), "");
    }

    #[test]
    fn a_name_is_broken_into_few_lines_and_nothing_of_it_is_lost_while_they_have_room() {
        assert_eq!(lines("one", 10.0, 50.0, 2), ["one"]);
        assert_eq!(lines("one two three", 10.0, 45.0, 2), ["one two", "three"]);
        assert_eq!(
            lines("one, two: x 50", 10.0, 55.0, 2),
            ["one,", "two: x 50"],
            "after the comma"
        );
        let broken = lines("very-long-name", 10.0, 45.0, 2);
        assert_eq!((broken.len(), broken.concat().as_str()), (2, "very-long-name"));
        let cut = lines(&"many words ".repeat(9), 10.0, 45.0, 2);
        assert!(cut.len() == 2 && cut[1].ends_with('…'), "{cut:?}");
        for line in [broken, cut].concat() {
            assert!(width(&line, 10.0) <= 45.0, "{line}");
        }
    }

    #[test]
    fn a_text_is_broken_at_spaces() {
        let lines = wrap("one two three four", 10.0, 50.0);
        assert!(lines.len() > 1 && lines.iter().all(|line| width(line, 10.0) <= 50.0), "{lines:?}");
        assert_eq!(lines.join(" "), "one two three four");
    }
}
