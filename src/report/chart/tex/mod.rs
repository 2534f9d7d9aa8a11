//! A description as a LaTeX file for pgfplots, which draws the chart again, as wide and with the same
//! places, in the paper's own type.
//!
//! It compiles alone and may be `\input` with the package standalone.

pub mod write;

use super::canvas::LineLook;
use super::drawing::{At, Panel, Series, Shape, Spot};
use super::ink::Ink;
use super::layout::{Layout, Place};
use super::legend::{self, Kind};
use super::palette::BLACK;
use super::sheet::{AXIS, BAND, DATA, MARKERS, ends, rule_look};
use write::{Tex, filling, mark, name, scale, stroke};

/// The whole file of a drawing at its places, with the words of its picture.
#[must_use]
pub fn document(layout: &Layout<'_>, ink: &Ink) -> String {
    let mut tex = Tex::new(&layout.drawing.title, (layout.width, layout.height), layout.size);
    samples(&mut tex, layout);
    for (panel, place) in layout.drawing.panels.iter().zip(&layout.panels) {
        match panel.rows.as_slice() {
            [] => plot(&mut tex, layout, panel, place),
            _ => list(&mut tex, layout, panel, place),
        }
    }
    tex.finish(ink, layout.size)
}

/// The samples of the legend.
fn samples(tex: &mut Tex, layout: &Layout<'_>) {
    for entry in &layout.legend {
        let sample = legend::sample(entry, layout.size);
        match entry.kind {
            Kind::Bar => tex.block(sample, entry.look.color, entry.look.hatch),
            Kind::Measured | Kind::Curve => {
                let line = LineLook { color: entry.look.color, width: DATA, dash: entry.look.dash };
                tex.path(&[(sample.left, entry.at.1), (sample.right, entry.at.1)], line);
            }
            Kind::Points => {}
        }
        if matches!(entry.kind, Kind::Measured | Kind::Points) {
            let middle = (f64::midpoint(sample.left, sample.right), entry.at.1);
            tex.marker(entry.look.marker, middle, entry.look.color, layout.size * 0.55);
        }
    }
}

fn plot(tex: &mut Tex, layout: &Layout<'_>, panel: &Panel, place: &Place) {
    let x = layout.ticks(&panel.x, place.frame.width(), true);
    let y = layout.ticks(&panel.y, place.frame.height(), false);
    let mut options = scale("x", &panel.x.axis, &x, place.ends);
    options.extend(scale("y", &panel.y.axis, &y, true));
    tex.axis(place.frame, &options);
    for rule in &panel.rules {
        let [from, to] = ends(panel, rule.at);
        tex.line(&format!(
            "\\draw[{}] (axis cs:{},{}) -- (axis cs:{},{});",
            stroke(rule_look(rule)),
            from.0,
            from.1,
            to.0,
            to.1
        ));
    }
    for (number, series) in panel.series.iter().enumerate() {
        band(tex, panel, series, number);
    }
    for series in &panel.series {
        values(tex, panel, series, layout.size);
    }
    tex.end_axis();
}

/// A number of data that an axis has a place for: what is beyond its ends is at them.
fn clamped(value: f64, (from, to): (f64, f64)) -> f64 {
    if value.is_nan() { from } else { value.clamp(from, to) }
}

fn pairs(panel: &Panel, spots: &[Spot], value: impl Fn(&Spot) -> f64) -> String {
    let (x, y) = (panel.x.axis, panel.y.axis);
    let pair = |spot: &Spot| {
        let across = clamped(panel.x.on_axis(spot.x), (x.from, x.to));
        format!("({across},{})", clamped(panel.y.on_axis(value(spot)), (y.from, y.to)))
    };
    spots.iter().map(pair).collect::<Vec<_>>().join(" ")
}

/// The intervals of what a line joins.
fn band(tex: &mut Tex, panel: &Panel, series: &Series, number: usize) {
    let (Shape::Measured(spots) | Shape::Curve(spots)) = &series.shape else { return };
    if spots.len() < 2 || spots.iter().all(|spot| spot.interval.is_none()) {
        return;
    }
    for (end, of) in [(0, "lo"), (1, "hi")] {
        let ends = pairs(panel, spots, |spot| spot.interval.map_or(spot.y, |ends| ends[end]));
        tex.line(&format!("\\addplot[draw=none, name path={of}{number}] coordinates {{{ends}}};"));
    }
    tex.line(&format!(
        "\\addplot[{}, fill opacity={BAND}] fill between[of=lo{number} and hi{number}];",
        name(series.look.color)
    ));
}

fn values(tex: &mut Tex, panel: &Panel, series: &Series, size: f64) {
    let spots = series.shape.spots();
    let look = LineLook { color: series.look.color, width: DATA, dash: series.look.dash };
    let alone = matches!(series.shape, Shape::Points(_)) || spots.len() == 1;
    for spot in spots.iter().filter(|_| alone && !matches!(series.shape, Shape::Curve(_))) {
        if let Some([lo, hi]) = spot.interval {
            let low = pairs(panel, &[*spot], |_| lo);
            let high = pairs(panel, &[*spot], |_| hi);
            let line = stroke(LineLook { dash: &[], ..look });
            tex.line(&format!("\\draw[{line}] (axis cs:{} -- (axis cs:{};", &low[1..], &high[1..]));
        }
    }
    let mut options = stroke(look);
    if alone {
        options += ", only marks";
    }
    if matches!(series.shape, Shape::Curve(_)) {
        options += ", no marks";
    } else {
        options += &format!(", {}", mark(series.look.marker, size * 0.55));
    }
    let every = spots.len().div_ceil(MARKERS).max(1);
    if every > 1 && !alone {
        options += &format!(", mark repeat={every}");
    }
    let values = pairs(panel, spots, |spot| spot.y);
    tex.line(&format!("\\addplot[{options}] coordinates {{{values}}};"));
}

/// Rows with bars; their names and figures are words of the picture.
fn list(tex: &mut Tex, layout: &Layout<'_>, panel: &Panel, place: &Place) {
    let height = place.frame.height();
    let x = layout.ticks(&panel.x, place.frame.width(), true);
    let mut options = scale("x", &panel.x.axis, &x, place.ends);
    options.push(format!("ymin=0, ymax={height}, ytick=\\empty, axis y line=none, xmajorgrids"));
    options.push("axis x line*=bottom".to_owned());
    tex.axis(place.frame, &options);
    let half = layout.half_bar();
    let (from, to) = (panel.x.axis.from, panel.x.axis.to);
    for series in &panel.series {
        let Shape::Bars(bars) = &series.shape else { continue };
        let filling = filling(series.look.color, series.look.hatch);
        for bar in bars {
            let Some(row) = place.rows.get(bar.row) else { continue };
            // Rows are counted from the top, an axis from below.
            let (low, high) = (height - row.middle - half, height - row.middle + half);
            let ends = [bar.from, bar.to].map(|end| clamped(panel.x.on_axis(end), (from, to)));
            tex.line(&format!(
                "\\fill[{filling}] (axis cs:{},{low:.2}) rectangle (axis cs:{},{high:.2});",
                ends[0], ends[1]
            ));
        }
    }
    for rule in &panel.rules {
        if let At::X(at) = rule.at {
            let x = panel.x.on_axis(at);
            let look = stroke(LineLook::solid(BLACK, AXIS));
            tex.line(&format!("\\draw[{look}] (axis cs:{x},0) -- (axis cs:{x},{height});"));
        }
    }
    tex.end_axis();
}
