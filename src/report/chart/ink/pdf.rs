//! A drawing as PDF: vectors, and text as text, with the glyphs that it shows embedded.
//!
//! No dates and no random names: the same drawing gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use pdf_writer::types::{
    CidFontType, FontFlags, LineCapStyle, LineJoinStyle, SystemInfo, UnicodeCmap,
};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use subsetter::GlyphRemapper;

use super::super::font;
use super::{Error, Ink, Label, Mark, Paint, Place, Stroke, Text};

/// How far the control points of a quarter of a circle lie from its ends, in radii.
const QUARTER: f32 = 0.552_284_8;
/// The name of the typeface; six letters mark a subset.
const FONT_NAME: Name<'_> = Name(b"IOWAIT+NotoSans-Regular");
/// What the content calls it.
const FONT: Name<'_> = Name(b"F0");
const SYSTEM: SystemInfo<'_> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
/// Deflate's level: as small as the format allows within a few milliseconds.
const LEVEL: u8 = 9;

/// The objects of the file.
#[derive(Clone, Copy)]
struct Refs {
    catalog: Ref,
    pages: Ref,
    page: Ref,
    content: Ref,
    info: Ref,
    font: Ref,
    cid_font: Ref,
    descriptor: Ref,
    font_file: Ref,
    unicode: Ref,
}

impl Refs {
    fn new() -> Self {
        let mut next = Ref::new(1);
        Self {
            catalog: next.bump(),
            pages: next.bump(),
            page: next.bump(),
            content: next.bump(),
            info: next.bump(),
            font: next.bump(),
            cid_font: next.bump(),
            descriptor: next.bump(),
            font_file: next.bump(),
            unicode: next.bump(),
        }
    }
}

/// The file's bytes.
///
/// # Errors
///
/// The typeface could not be cut down to what is shown.
pub fn document(ink: &Ink, label: &Label) -> Result<Vec<u8>, Error> {
    let refs = Refs::new();
    let mut pdf = Pdf::new();
    pdf.catalog(refs.catalog).pages(refs.pages);
    pdf.pages(refs.pages).kids([refs.page]).count(1);
    let mut info = pdf.document_info(refs.info);
    info.title(TextStr(&label.title)).subject(TextStr(&label.about)).creator(TextStr("iowait"));
    info.finish();

    let mut glyphs = Glyphs::of(ink);
    let alphas = alphas(ink);
    let mut page = pdf.page(refs.page);
    page.media_box(Rect::new(0.0, 0.0, ink.width as f32, ink.height as f32));
    page.parent(refs.pages).contents(refs.content);
    let mut resources = page.resources();
    resources.fonts().pair(FONT, refs.font);
    let mut states = resources.ext_g_states();
    for alpha in &alphas {
        let state = state_name(*alpha);
        let mut state = states
            .insert(Name(state.as_bytes()))
            .start::<pdf_writer::writers::ExtGraphicsState<'_>>();
        let share = f32::from(*alpha) / 100.0;
        state.stroking_alpha(share).non_stroking_alpha(share);
    }
    states.finish();
    resources.finish();
    page.finish();

    let content = content(ink, &mut glyphs);
    deflated(&mut pdf, refs.content, &content);
    glyphs.embed(&mut pdf, refs)?;
    Ok(pdf.finish())
}

/// A compressed stream.
fn deflated(pdf: &mut Pdf, id: Ref, bytes: &[u8]) {
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(bytes, LEVEL);
    pdf.stream(id, &packed).filter(Filter::FlateDecode);
}

/// The opacities that occur, in per cent.
fn alphas(ink: &Ink) -> BTreeSet<u8> {
    ink.marks.iter().map(|mark| per_cent(paint_of(mark))).collect()
}

fn paint_of(mark: &Mark) -> Paint {
    match mark {
        Mark::Line(_, stroke) => stroke.paint,
        Mark::Area(_, paint) | Mark::Disc(_, _, paint) => *paint,
        Mark::Text(text) => text.paint,
    }
}

fn per_cent(paint: Paint) -> u8 {
    (paint.alpha * 100.0).round() as u8
}

fn state_name(alpha: u8) -> String {
    format!("A{alpha}")
}

fn content(ink: &Ink, glyphs: &mut Glyphs) -> Vec<u8> {
    let mut content = Content::new();
    // PDF counts from the lower left corner.
    let flip = |(x, y): Place| (x as f32, (ink.height - y) as f32);
    content.set_line_join(LineJoinStyle::RoundJoin).set_line_cap(LineCapStyle::ButtCap);
    let mut alpha = None;
    for mark in &ink.marks {
        let wanted = per_cent(paint_of(mark));
        if alpha != Some(wanted) {
            content.set_parameters(Name(state_name(wanted).as_bytes()));
            alpha = Some(wanted);
        }
        match mark {
            Mark::Line(places, stroke) => {
                set_stroke(&mut content, stroke);
                trace(&mut content, places.iter().copied().map(flip));
                content.stroke();
            }
            Mark::Area(places, paint) => {
                fill(&mut content, *paint);
                trace(&mut content, places.iter().copied().map(flip));
                content.close_path().fill_nonzero();
            }
            Mark::Disc(centre, radius, paint) => {
                fill(&mut content, *paint);
                circle(&mut content, flip(*centre), *radius as f32);
                content.fill_nonzero();
            }
            Mark::Text(text) => show(&mut content, text, flip(text.at), glyphs),
        }
    }
    content.finish().into_vec()
}

fn rgb(paint: Paint) -> [f32; 3] {
    let plotters::style::RGBColor(r, g, b) = paint.color;
    [r, g, b].map(|part| f32::from(part) / 255.0)
}

fn fill(content: &mut Content, paint: Paint) {
    let [r, g, b] = rgb(paint);
    content.set_fill_rgb(r, g, b);
}

fn set_stroke(content: &mut Content, stroke: &Stroke) {
    let [r, g, b] = rgb(stroke.paint);
    content.set_stroke_rgb(r, g, b).set_line_width(stroke.width as f32);
    content.set_dash_pattern(stroke.dash.iter().map(|length| *length as f32), 0.0);
}

fn trace(content: &mut Content, places: impl Iterator<Item = (f32, f32)>) {
    for (i, (x, y)) in places.enumerate() {
        if i == 0 {
            content.move_to(x, y);
        } else {
            content.line_to(x, y);
        }
    }
}

fn circle(content: &mut Content, (x, y): (f32, f32), r: f32) {
    let k = r * QUARTER;
    content.move_to(x + r, y);
    content.cubic_to(x + r, y + k, x + k, y + r, x, y + r);
    content.cubic_to(x - k, y + r, x - r, y + k, x - r, y);
    content.cubic_to(x - r, y - k, x - k, y - r, x, y - r);
    content.cubic_to(x + k, y - r, x + r, y - k, x + r, y);
    content.close_path();
}

fn show(content: &mut Content, text: &Text, (x, y): (f32, f32), glyphs: &mut Glyphs) {
    let bytes: Vec<u8> = text.text.chars().flat_map(|c| glyphs.id(c).to_be_bytes()).collect();
    fill(content, text.paint);
    content.begin_text().set_font(FONT, text.size as f32);
    let [a, b, c, d] = if text.upward { [0.0, 1.0, -1.0, 0.0] } else { [1.0, 0.0, 0.0, 1.0] };
    content.set_text_matrix([a, b, c, d, x, y]).show(Str(&bytes)).end_text();
}

/// The glyphs that the file shows, by their numbers in the embedded part of the typeface.
struct Glyphs {
    remapper: GlyphRemapper,
    ids: BTreeMap<char, u16>,
}

impl Glyphs {
    fn of(ink: &Ink) -> Self {
        let texts = ink.marks.iter().filter_map(|mark| match mark {
            Mark::Text(text) => Some(text.text.chars()),
            _ => None,
        });
        // In order of the characters, so that the file does not depend on what is drawn first.
        let characters: BTreeSet<char> = texts.flatten().collect();
        let mut remapper = GlyphRemapper::new();
        let ids = characters.into_iter().map(|c| (c, remapper.remap(font::glyph(c)))).collect();
        Self { remapper, ids }
    }

    fn id(&self, c: char) -> u16 {
        self.ids.get(&c).copied().unwrap_or_default()
    }

    fn embed(&self, pdf: &mut Pdf, refs: Refs) -> Result<(), Error> {
        let part = subsetter::subset(font::DATA, 0, &self.remapper)
            .map_err(|error| Error::Drawing(format!("the typeface: {error}")))?;
        deflated(pdf, refs.font_file, &part);
        pdf.type0_font(refs.font)
            .base_font(FONT_NAME)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(refs.cid_font)
            .to_unicode(refs.unicode);

        let mut cid = pdf.cid_font(refs.cid_font);
        cid.subtype(CidFontType::Type2).base_font(FONT_NAME).system_info(SYSTEM);
        cid.font_descriptor(refs.descriptor).cid_to_gid_map_predefined(Name(b"Identity"));
        let per_mille = |units: f64| (units / font::UNITS_PER_EM * 1000.0) as f32;
        let by_id: BTreeMap<u16, char> = self.ids.iter().map(|(c, id)| (*id, *c)).collect();
        let mut widths = cid.widths();
        for (id, c) in &by_id {
            widths.same(*id, *id, per_mille(font::advance(*c)));
        }
        widths.finish();
        cid.finish();

        let (bbox, ascent, descent) = font::extent();
        let [left, bottom, right, top] = bbox.map(per_mille);
        pdf.font_descriptor(refs.descriptor)
            .name(FONT_NAME)
            .flags(FontFlags::NON_SYMBOLIC)
            .bbox(Rect::new(left, bottom, right, top))
            .italic_angle(0.0)
            .ascent(per_mille(ascent))
            .descent(per_mille(descent))
            .cap_height((font::CAP_HEIGHT * 1000.0) as f32)
            // The width of upright stems in Noto Sans Regular.
            .stem_v(88.0)
            .font_file2(refs.font_file);

        let mut unicode = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
        for (id, c) in &by_id {
            unicode.pair(*id, *c);
        }
        deflated(pdf, refs.unicode, unicode.finish().as_slice());
        Ok(())
    }
}
