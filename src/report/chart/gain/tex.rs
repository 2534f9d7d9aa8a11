//! The gain chart as a LaTeX file for pgfplots: the same rows of dots, each with its interval.

use super::super::axis::{Axis, Tick};
use super::super::canvas::{Frame, LineLook};
use super::super::ink::Ink;
use super::super::palette::{GREY, LIGHT, STEM};
use super::super::tex::write::{Tex, mark, name, scale, stroke};
use super::data::Group;
use super::layout::{GroupPlace, Layout};

/// The whole file, with the words of the picture.
pub fn document(
    layout: &Layout,
    title: &str,
    (axis, groups): (Axis, &[Group]),
    ink: &Ink,
) -> String {
    let mut tex = Tex::new(title, (layout.width, layout.height), layout.size);
    let diameter = layout.diameter();
    let places = layout.places(groups);
    let rows = || places.iter().flat_map(|place| &place.rows);
    for (row, y) in rows() {
        let place = (layout.name_marker(), *y);
        tex.marker(row.quantity.marker, place, row.quantity.color, diameter);
    }
    let ticks = layout.ticks(axis);
    let height = layout.frame.height();
    let mut options = scale("x", &axis, &ticks, true);
    options.push(format!("ymin=0, ymax={height}, ytick=\\empty, axis y line=none, grid=none"));
    options.push("axis x line*=bottom".to_owned());
    tex.axis(layout.frame, &options);
    for (group, place) in groups.iter().zip(&places) {
        upright(&mut tex, layout.frame, (axis, &ticks), (group, place));
    }
    for (row, y) in rows() {
        // Counted from the bottom of the axes.
        let y = layout.frame.bottom - y;
        let value = row.value.clamp(axis.from, axis.to);
        let level = |from: f64, to: f64, look: &str| {
            format!("\\draw[{look}] (axis cs:{from},{y:.2}) -- (axis cs:{to},{y:.2});")
        };
        let one = 1.0_f64.clamp(axis.from, axis.to);
        tex.line(&level(one, value, &stroke(LineLook::solid(STEM, 0.75))));
        let color = row.quantity.color;
        if let Some([lo, hi]) = row.ci95 {
            let [lo, hi] = [lo, hi].map(|end| end.clamp(axis.from, axis.to));
            let ends = format!("{}, |-|", stroke(LineLook::solid(color, 1.0)));
            tex.line(&level(lo, hi, &ends));
        }
        tex.line(&format!(
            "\\addplot[only marks, {}, {}] coordinates {{({value},{y:.2})}};",
            name(color),
            mark(row.quantity.marker, diameter)
        ));
    }
    tex.end_axis();
    tex.finish(ink, layout.size)
}

/// The lines behind a group: round numbers, the baseline's 1, the formula's.
fn upright(
    tex: &mut Tex,
    frame: Frame,
    (axis, ticks): (Axis, &[Tick]),
    (group, place): (&Group, &GroupPlace<'_>),
) {
    let [top, bottom] = place.extent.map(|y| frame.bottom - y);
    let mut line = |at: f64, look: LineLook| {
        let (at, look) = (at.clamp(axis.from, axis.to), stroke(look));
        tex.line(&format!("\\draw[{look}] (axis cs:{at},{top:.2}) -- (axis cs:{at},{bottom:.2});"));
    };
    for tick in ticks {
        line(tick.at, LineLook::solid(LIGHT, if tick.label.is_some() { 0.5 } else { 0.25 }));
    }
    line(1.0, LineLook::solid(GREY, 0.75));
    if let Some(formula) = group.formula() {
        line(formula.value, LineLook::solid(formula.quantity.color, 0.5));
    }
}
