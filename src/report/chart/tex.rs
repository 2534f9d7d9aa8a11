//! A description as a LaTeX file for pgfplots, which draws the chart again in the paper's own type.
//!
//! It compiles alone and may be `\input` with the package standalone.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use plotters::style::RGBColor;

use super::axis::Scale;
use super::drawing::{At, Dimension, Drawing, Labels, Panel, Series, Shape};
use super::page::Page;
use super::palette::{Hatch, Look, Marker};

/// Labels of a logarithmic axis at most.
const LABELS: usize = 7;

/// What every file begins with.
pub const HEAD: &str = "\\documentclass{standalone}
\\usepackage{pgfplots}
\\pgfplotsset{compat=1.16}
\\usepgfplotslibrary{groupplots,fillbetween}
\\usetikzlibrary{patterns}
";

/// The whole file.
#[must_use]
pub fn document(drawing: &Drawing, page: &Page) -> String {
    let mut out = format!("% {}\n{HEAD}", drawing.title.replace('\n', " "));
    let colors = colors(drawing);
    for ((r, g, b), name) in &colors {
        line(&mut out, &format!("\\definecolor{{{name}}}{{RGB}}{{{r},{g},{b}}}"));
    }
    line(&mut out, "\\begin{document}\n\\begin{tikzpicture}\n\\begin{groupplot}[");
    line(
        &mut out,
        &format!("  group style={{group size=1 by {}, vertical sep=9mm}},", drawing.panels.len()),
    );
    line(&mut out, &format!("  width={}mm, scale only axis=false,", page.width_mm));
    line(&mut out, "  every axis/.append style={font=\\footnotesize}, legend cell align=left,");
    line(&mut out, "  legend style={draw=none, at={(0.5,1.03)}, anchor=south, legend columns=3},");
    line(&mut out, "]");
    for (place, panel) in drawing.panels.iter().enumerate() {
        axis(&mut out, panel, page, place == 0, &colors);
    }
    line(&mut out, "\\end{groupplot}\n\\end{tikzpicture}");
    for note in &drawing.notes {
        line(&mut out, &format!("% {note}"));
    }
    line(&mut out, "\\end{document}");
    out
}

/// The colours that occur, by their names in the file.
type Colors = BTreeMap<(u8, u8, u8), String>;

fn colors(drawing: &Drawing) -> Colors {
    let mut colors = Colors::new();
    for series in drawing.panels.iter().flat_map(|panel| &panel.series) {
        let RGBColor(r, g, b) = series.look.color;
        let name = format!("iowait{}", char::from(b'A' + (colors.len() % 26) as u8));
        colors.entry((r, g, b)).or_insert(name);
    }
    colors
}

fn color(look: Look, colors: &Colors) -> &str {
    let RGBColor(r, g, b) = look.color;
    colors.get(&(r, g, b)).map_or("black", String::as_str)
}

fn axis(out: &mut String, panel: &Panel, page: &Page, first: bool, colors: &Colors) {
    line(out, "\\nextgroupplot[");
    dimension(out, "x", &panel.x);
    if panel.rows.is_empty() {
        dimension(out, "y", &panel.y);
        line(out, &format!("  height={:.1}mm, grid=major,", page.width_mm * (panel.height + 0.18)));
    } else {
        let names: Vec<String> =
            panel.rows.iter().map(|row| format!("{{{}}}", text(&row.name))).collect();
        let count = panel.rows.len();
        line(
            out,
            &format!(
                "  y dir=reverse, ymin=-0.6, ymax={count}-0.4, ytick={{0,...,{}}},",
                count - 1
            ),
        );
        line(
            out,
            &format!(
                "  yticklabels={{{}}}, height={}mm, xmajorgrids, clip=false,",
                names.join(","),
                5 * count + 16
            ),
        );
    }
    line(out, "]");
    let mut named: Vec<&str> = Vec::new();
    for (place, series) in panel.series.iter().enumerate() {
        plot(out, panel, series, place, colors);
        let name = series.name.as_str();
        if first && !name.is_empty() && !named.contains(&name) {
            named.push(name);
            line(out, &format!("\\addlegendentry{{{}}}", text(name)));
        }
    }
    for (place, row) in panel.rows.iter().enumerate().filter(|(_, row)| !row.figure.is_empty()) {
        // Clipping would take away what stands beside the axis.
        line(
            out,
            &format!(
                "\\node[anchor=west, font=\\footnotesize] at ({{rel axis cs:1,0}}|-{{axis cs:{},{place}}}) {{{}}};",
                panel.x.axis.from,
                text(&row.figure)
            ),
        );
    }
    for rule in &panel.rules {
        // Coordinates that are not above zero have no place on a log axis: those of its beginning do.
        let (x, y) = (panel.x.axis.from, panel.y.axis.from);
        let (at, from, to) = match rule.at {
            At::X(at) => (format!("{},{y}", panel.x.on_axis(at)), "0,0", "0,1"),
            At::Y(at) => (format!("{x},{}", panel.y.on_axis(at)), "0,0", "1,0"),
        };
        let end = |corner: &str| match rule.at {
            At::X(_) => format!("({{axis cs:{at}}}|-{{rel axis cs:{corner}}})"),
            At::Y(_) => format!("({{rel axis cs:{corner}}}|-{{axis cs:{at}}})"),
        };
        line(out, &format!("\\draw[gray] {} -- {};", end(from), end(to)));
    }
}

fn dimension(out: &mut String, name: &str, dimension: &Dimension) {
    let axis = dimension.axis;
    let mode = if axis.scale == Scale::Log { "log" } else { "normal" };
    line(
        out,
        &format!(
            "  {name}mode={mode}, {name}min={}, {name}max={}, {name}label={{{}}},",
            axis.from,
            axis.to,
            text(&dimension.title)
        ),
    );
    if dimension.labels == Labels::Percentiles {
        line(out, &format!("  {name}tick={{1,2,10,100,1000,10000,100000}},"));
        line(out, &format!("  {name}ticklabels={{0,50,90,99,99.9,99.99,99.999}},"));
    } else if axis.scale == Scale::Log {
        // Left alone pgfplots labels powers of ten, of which short axes have one or none.
        let ticks = axis.ticks(LABELS);
        let labelled = ticks.iter().filter(|tick| tick.label.is_some());
        let (mut at, mut words) = (Vec::new(), Vec::new());
        for tick in labelled {
            at.push(tick.at.to_string());
            words.push(format!("{{{}}}", text(tick.label.as_deref().unwrap_or_default())));
        }
        let minor = ticks.iter().filter(|tick| tick.label.is_none());
        let minor: Vec<String> = minor.map(|tick| tick.at.to_string()).collect();
        line(
            out,
            &format!(
                "  {name}tick={{{}}}, {name}ticklabels={{{}}},",
                at.join(","),
                words.join(",")
            ),
        );
        if !minor.is_empty() {
            line(out, &format!("  minor {name}tick={{{}}},", minor.join(",")));
        }
    }
}

fn plot(out: &mut String, panel: &Panel, series: &Series, place: usize, colors: &Colors) {
    let color = color(series.look, colors);
    if let Shape::Bars(bars) = &series.shape {
        let hatch = match series.look.hatch {
            Hatch::Plain => String::new(),
            other => format!(
                ", postaction={{pattern={}, pattern color=white}}",
                match other {
                    Hatch::Rising => "north east lines",
                    Hatch::Falling => "north west lines",
                    Hatch::Crossed => "crosshatch",
                    Hatch::Upright => "vertical lines",
                    _ => "horizontal lines",
                }
            ),
        };
        line(out, &format!("\\addlegendimage{{area legend, fill={color}{hatch}}}"));
        for bar in bars {
            let (from, to) = (panel.x.on_axis(bar.from), panel.x.on_axis(bar.to));
            let (above, below) = (bar.row as f64 - 0.35, bar.row as f64 + 0.35);
            line(
                out,
                &format!(
                    "\\fill[{color}{hatch}] (axis cs:{from},{above}) rectangle (axis cs:{to},{below});"
                ),
            );
        }
        return;
    }
    let spots = series.shape.spots();
    let list = |value: &dyn Fn(usize) -> f64| {
        let at =
            |i: usize| format!("({},{})", panel.x.on_axis(spots[i].x), panel.y.on_axis(value(i)));
        (0..spots.len()).map(at).collect::<Vec<_>>().join(" ")
    };
    let alone = matches!(series.shape, Shape::Points(_));
    if !alone && spots.iter().any(|spot| spot.interval.is_some()) {
        for (end, name) in [(0, "lo"), (1, "hi")] {
            let ends = list(&|i| spots[i].interval.map_or(spots[i].y, |ends| ends[end]));
            line(
                out,
                &format!(
                    "\\addplot[draw=none, forget plot, name path={name}{place}] coordinates {{{ends}}};"
                ),
            );
        }
        line(
            out,
            &format!(
                "\\addplot[{color}, fill opacity=0.2, forget plot] fill between[of=lo{place} and hi{place}];"
            ),
        );
    }
    let mark = match (&series.shape, series.look.marker) {
        (Shape::Curve(_), _) => "none",
        (_, Marker::Disc) => "*",
        (_, Marker::Diamond) => "diamond",
        (_, Marker::Square) => "square",
        (_, Marker::Triangle) => "triangle",
        (_, Marker::Cross) => "x",
        (_, Marker::Bar) => "|",
    };
    let dash = if alone { ", only marks".to_owned() } else { dash(series.look) };
    line(
        out,
        &format!(
            "\\addplot[{color}, thick, mark={mark}, mark options={{solid}}{dash}] coordinates {{{}}};",
            list(&|i| spots[i].y)
        ),
    );
}

fn dash(look: Look) -> String {
    if look.dash.is_empty() {
        return String::new();
    }
    let parts = look.dash.iter().enumerate();
    let parts: Vec<String> = parts
        .map(|(i, length)| format!("{} {length}pt", if i % 2 == 0 { "on" } else { "off" }))
        .collect();
    format!(", dash pattern={{{}}}", parts.join(" "))
}

/// Words as LaTeX takes them.
#[must_use]
pub fn text(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '%' | '&' | '_' | '#' | '$' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '\\' => out += "\\textbackslash{}",
            '~' => out += "\\textasciitilde{}",
            '^' => out += "\\textasciicircum{}",
            'β' => out += "$\\beta$",
            'λ' => out += "$\\lambda$",
            'µ' | 'μ' => out += "$\\mu$",
            '×' => out += "$\\times$",
            '±' => out += "$\\pm$",
            '−' => out.push('-'),
            '≤' => out += "$\\le$",
            '≥' => out += "$\\ge$",
            c => out.push(c),
        }
    }
    out
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("a String takes all that is written");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_safe_for_latex() {
        assert_eq!(text("50 % of T_io, β ≥ 2"), "50 \\% of T\\_io, $\\beta$ $\\ge$ 2");
        assert_eq!(text("a\\b{c}"), "a\\textbackslash{}b\\{c\\}");
    }
}
