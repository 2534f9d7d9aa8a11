//! The typeface of the charts, and how wide a text is in it.
//!
//! Noto Sans Regular (SIL Open Font License, `assets/NotoSans-OFL.txt`), embedded: no font of the
//! system is asked.

use std::sync::LazyLock;

use ttf_parser::Face;

/// What charts name as `font-family`. The first is the family measured here; the others are near it
/// in width.
pub const FAMILY: &str = "Noto Sans, Open Sans, Arial, sans-serif";
/// Height of capitals and digits over the size of the type.
pub const CAP_HEIGHT: f64 = 0.714;
/// Depth of what hangs below the baseline over the size of the type.
pub const DESCENT: f64 = 0.24;

static FACE: LazyLock<Face<'static>> = LazyLock::new(|| {
    Face::parse(notosans::REGULAR_TTF, 0)
        .expect("the embedded font is the one that the tests parse")
});

/// The advance width of one line of text, in the unit of `size`. A character that the font lacks
/// counts as one em.
#[must_use]
pub fn width(text: &str, size: f64) -> f64 {
    let em = f64::from(FACE.units_per_em());
    let advance = |c: char| {
        let glyph = FACE.glyph_index(c);
        glyph.and_then(|g| FACE.glyph_hor_advance(g)).map_or(em, f64::from)
    };
    text.chars().map(advance).sum::<f64>() / em * size
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_font_parses_and_its_proportions_are_those_used() {
        let em = f64::from(FACE.units_per_em());
        let cap = f64::from(FACE.capital_height().unwrap()) / em;
        assert!((cap - CAP_HEIGHT).abs() < 0.001, "{cap}");
    }

    #[test]
    fn the_font_has_every_sign_that_a_chart_writes() {
        for c in "0123456789.,:%()[]/=+×±−…–λβμ²³⁰¹⁴⁵⁶⁷⁸⁹".chars() {
            assert!(FACE.glyph_index(c).is_some(), "{c}");
        }
    }

    #[test]
    fn widths_add_up_and_grow_with_the_type() {
        // Digits of Noto Sans are 572 of 1000 units wide.
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
}
