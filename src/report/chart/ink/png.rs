//! A drawing as PNG, with the number of pixels to the inch that gives it its size in print.

use tiny_skia::{
    FillRule, LineJoin, PathBuilder, Pixmap, Shader, Stroke as SkiaStroke, StrokeDash, Transform,
};

use super::super::font::{self, Segment};
use super::{Error, Ink, Mark, Paint, Place, Text};

/// The file's bytes.
///
/// # Errors
///
/// More pixels than an image can have.
pub fn image(ink: &Ink, dpi: f64) -> Result<Vec<u8>, Error> {
    let scale = dpi / 72.0;
    let pixels = |points: f64| (points * scale).round().max(1.0) as u32;
    let (width, height) = (pixels(ink.width), pixels(ink.height));
    let mut pixmap = Pixmap::new(width, height).ok_or_else(|| {
        Error::Drawing(format!("{width} x {height} pixels are more than an image can have"))
    })?;
    // The page may end within its last pixels.
    pixmap.fill(tiny_skia::Color::WHITE);
    let scale = Transform::from_scale(scale as f32, scale as f32);
    for mark in &ink.marks {
        draw(&mut pixmap, mark, scale);
    }
    encoded(&pixmap, dpi).map_err(|error| Error::Drawing(error.to_string()))
}

fn draw(pixmap: &mut Pixmap, mark: &Mark, scale: Transform) {
    match mark {
        Mark::Line(places, stroke) => {
            let Some(path) = polygon(places, false) else { return };
            let lengths = stroke.dash.iter().map(|length| *length as f32).collect();
            let look = SkiaStroke {
                width: stroke.width as f32,
                line_join: LineJoin::Round,
                dash: StrokeDash::new(lengths, 0.0),
                ..SkiaStroke::default()
            };
            pixmap.stroke_path(&path, &painted(stroke.paint), &look, scale, None);
        }
        Mark::Area(places, paint) => {
            if let Some(path) = polygon(places, true) {
                pixmap.fill_path(&path, &painted(*paint), FillRule::Winding, scale, None);
            }
        }
        Mark::Disc((x, y), radius, paint) => {
            if let Some(path) = PathBuilder::from_circle(*x as f32, *y as f32, *radius as f32) {
                pixmap.fill_path(&path, &painted(*paint), FillRule::Winding, scale, None);
            }
        }
        Mark::Text(text) => draw_text(pixmap, text, scale),
    }
}

fn draw_text(pixmap: &mut Pixmap, text: &Text, scale: Transform) {
    let em = (text.size / font::UNITS_PER_EM) as f32;
    let turn = if text.upward { Transform::from_rotate(-90.0) } else { Transform::identity() };
    let at = Transform::from_translate(text.at.0 as f32, text.at.1 as f32);
    let mut builder = PathBuilder::new();
    let mut pen = 0.0;
    for c in text.text.chars() {
        font::outline(c).iter().for_each(|segment| add(&mut builder, segment, pen));
        pen += font::advance(c) as f32;
    }
    if let Some(path) = builder.finish() {
        let place = scale.pre_concat(at).pre_concat(turn).pre_scale(em, -em);
        pixmap.fill_path(&path, &painted(text.paint), FillRule::Winding, place, None);
    }
}

fn add(builder: &mut PathBuilder, segment: &Segment, pen: f32) {
    match *segment {
        Segment::Move(x, y) => builder.move_to(x + pen, y),
        Segment::Line(x, y) => builder.line_to(x + pen, y),
        Segment::Quad([x1, y1, x, y]) => builder.quad_to(x1 + pen, y1, x + pen, y),
        Segment::Cubic([x1, y1, x2, y2, x, y]) => {
            builder.cubic_to(x1 + pen, y1, x2 + pen, y2, x + pen, y);
        }
        Segment::Close => builder.close(),
    }
}

fn polygon(places: &[Place], close: bool) -> Option<tiny_skia::Path> {
    let mut builder = PathBuilder::new();
    for (i, (x, y)) in places.iter().enumerate() {
        if i == 0 {
            builder.move_to(*x as f32, *y as f32);
        } else {
            builder.line_to(*x as f32, *y as f32);
        }
    }
    if close {
        builder.close();
    }
    builder.finish()
}

fn painted(paint: Paint) -> tiny_skia::Paint<'static> {
    let plotters::style::RGBColor(r, g, b) = paint.color;
    let alpha = (paint.alpha * 255.0).round() as u8;
    let color = tiny_skia::Color::from_rgba8(r, g, b, alpha);
    tiny_skia::Paint { shader: Shader::SolidColor(color), ..tiny_skia::Paint::default() }
}

/// The page is white below all, so that no pixel is transparent and alpha can be left out.
fn encoded(pixmap: &Pixmap, dpi: f64) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let per_metre = (dpi / 0.0254).round() as u32;
    let unit = png::Unit::Meter;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit }));
    let mut writer = encoder.write_header()?;
    let rgb: Vec<u8> =
        pixmap.pixels().iter().flat_map(|p| [p.red(), p.green(), p.blue()]).collect();
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(bytes)
}
