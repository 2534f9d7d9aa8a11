//! A heat map as a LaTeX file for pgfplots.

use super::super::axis::{Axis, Scale};
use super::super::canvas::{Frame, LineLook};
use super::super::ink::Ink;
use super::super::palette::{BLACK, WHITE};
use super::super::tex::write::{Tex, scale, stroke};
use super::layout::{CONTOUR, Layout, STEPS};
use super::{Heat, LIGHT_FROM, Map, levels, ramp};

/// The whole file, with the words of the picture.
pub fn document(heat: &Heat, layout: &Layout<'_>, title: &str, ink: &Ink) -> String {
    let mut tex = Tex::new(title, (layout.width, layout.height), layout.size);
    // The colour of a value is its share of the scale, which may be logarithmic.
    tex.line(&format!(
        "\\pgfplotsset{{iowait heat/.style={{colormap={{cividis}}{{{}}}, point meta min=0, point meta max=1, \
         grid=none, axis lines*=box, axis line style={{draw=none}}, major tick length=0pt}}}}",
        ramp::pgf()
    ));
    for (map, frame) in heat.maps.iter().zip(&layout.frames) {
        panel(&mut tex, heat, map, *frame);
    }
    if let Some(frame) = layout.scale_frame() {
        colours(&mut tex, frame);
    }
    tex.finish(ink, layout.size)
}

fn panel(tex: &mut Tex, heat: &Heat, map: &Map, frame: Frame) {
    axis(tex, frame, [heat.x.1.len(), heat.y.1.len()]);
    let columns = heat.x.1.len();
    tex.line(&format!(
        "\\addplot[matrix plot*, mesh/cols={columns}, point meta=explicit] coordinates {{"
    ));
    for (y, values) in map.values.iter().enumerate() {
        let cells = values.iter().enumerate().map(|(x, value)| {
            let share = value.map(|(value, _)| heat.z.axis.share(heat.z.on_axis(value)));
            let share = share.map_or_else(|| "nan".to_owned(), |share| share.to_string());
            format!("({x},{y}) [{share}]")
        });
        tex.line(&cells.collect::<Vec<_>>().join(" "));
    }
    tex.line("};");
    for (level, _) in levels(&heat.z) {
        let color = if heat.z.axis.share(level) < LIGHT_FROM { WHITE } else { BLACK };
        let look = stroke(LineLook::solid(color, CONTOUR));
        for (from, to) in heat.contour(map, level) {
            tex.line(&format!(
                "\\draw[{look}] (axis cs:{},{}) -- (axis cs:{},{});",
                from.0, from.1, to.0, to.1
            ));
        }
    }
    tex.end_axis();
}

/// The scale; its numbers are words of the picture.
fn colours(tex: &mut Tex, frame: Frame) {
    axis(tex, frame, [2, STEPS as usize]);
    tex.line("\\addplot[matrix plot*, mesh/cols=2, point meta=explicit] coordinates {");
    for step in 0..STEPS {
        let share = (f64::from(step) + 0.5) / f64::from(STEPS);
        tex.line(&format!("(0,{step}) [{share}] (1,{step}) [{share}]"));
    }
    tex.line("};");
    tex.end_axis();
}

/// Axes of so many cells across and up, without numbers.
fn axis(tex: &mut Tex, frame: Frame, cells: [usize; 2]) {
    let mut options = vec!["iowait heat".to_owned()];
    for (axis, count) in ["x", "y"].into_iter().zip(cells) {
        let cells = Axis { scale: Scale::Even, from: -0.5, to: count as f64 - 0.5 };
        options.extend(scale(axis, &cells, &[], false));
    }
    tex.axis(frame, &options);
}
