//! What every pgfplots file is made of: its head, colours, lines, markers, axes, and the words of the picture
//! at their places.
//!
//! Lengths are those of the picture, points of 1/72 inch from the upper left corner, so that the file
//! is as wide as the picture in whatever typeface a paper has.

use std::fmt::Write as _;

use plotters::style::RGBColor;

use super::super::axis::{Axis, Scale, Tick};
use super::super::canvas::{Frame, LineLook};
use super::super::font;
use super::super::ink::{Ink, Mark, Text};
use super::super::palette::{self, Hatch, Marker};

/// What every file begins with.
const HEAD: &str = "\
% It compiles alone. In a paper: \\usepackage{standalone}, the four lines after the next, and \\input{this file}.
\\documentclass{standalone}
\\usepackage{pgfplots}
\\pgfplotsset{compat=1.16}
\\usepgfplotslibrary{fillbetween}
\\usetikzlibrary{patterns}
\\begin{document}
";

/// How the axes of all files look; lengths in sizes of the type.
const AXES: &str = "\
\\pgfplotsset{iowait/.style={scale only axis, anchor=south west, enlargelimits=false, clip mode=individual,
  axis lines*=left, axis line style={iowaitgrey, line width=0.6bp}, tick align=outside, scaled ticks=false,
  tick style={iowaitgrey, line width=0.5bp}, major tick length=0.35em, minor tick length=0.2em,
  grid=major, major grid style={iowaitlight, line width=0.4bp}, every tick label/.append style={inner sep=0.3em}}}";

/// A file that is being written.
pub struct Tex {
    out: String,
    page: (f64, f64),
}

impl Tex {
    /// The beginning of a file for a page of this width and height, whose type has this size.
    pub fn new(title: &str, page: (f64, f64), size: f64) -> Self {
        let mut tex = Self { out: format!("% {}\n{HEAD}", title.replace('\n', " ")), page };
        tex.line(&format!(
            "\\begin{{tikzpicture}}[x=1bp, y=-1bp, inner sep=0pt, outer sep=0pt, font={}]",
            font_of(size)
        ));
        // Within the picture, where an end of a line is no space.
        for (RGBColor(r, g, b), name) in palette::NAMES {
            tex.line(&format!("\\definecolor{{iowait{name}}}{{RGB}}{{{r},{g},{b}}}"));
        }
        tex.line(AXES);
        tex
    }

    /// A line of the file.
    pub fn line(&mut self, text: &str) {
        writeln!(self.out, "{text}").expect("a String takes all that is written");
    }

    /// A line through these places of the page.
    pub fn path(&mut self, places: &[(f64, f64)], look: LineLook) {
        let places: Vec<String> = places.iter().map(|place| pair(*place)).collect();
        self.line(&format!("\\draw[{}] {};", stroke(look), places.join(" -- ")));
    }

    /// A marker of this diameter at a place of the page.
    pub fn marker(&mut self, marker: Marker, place: (f64, f64), color: RGBColor, diameter: f64) {
        let (color, mark) = (name(color), mark(marker, diameter));
        self.line(&format!("\\draw[{color}] plot[{mark}] coordinates {{{}}};", pair(place)));
    }

    /// A rectangle of the page with its hatching.
    pub fn block(&mut self, frame: Frame, color: RGBColor, hatch: Hatch) {
        let (from, to) = (pair((frame.left, frame.top)), pair((frame.right, frame.bottom)));
        self.line(&format!("\\fill[{}] {from} rectangle {to};", filling(color, hatch)));
    }

    /// The beginning of axes within this frame of the page, with what else they have.
    pub fn axis(&mut self, frame: Frame, options: &[String]) {
        self.line(&format!("\\coordinate (iowait) at {};", pair((frame.left, frame.bottom))));
        self.line(&format!(
            "\\begin{{axis}}[iowait, at={{(iowait)}}, width={}bp, height={}bp,",
            at(frame.width()),
            at(frame.height())
        ));
        for option in options {
            self.line(&format!("  {option},"));
        }
        self.line("]");
    }

    /// Their end.
    pub fn end_axis(&mut self) {
        self.line("\\end{axis}");
    }

    /// The whole file, with the words of the picture but for the numbers of its axes.
    pub fn finish(mut self, ink: &Ink, size: f64) -> String {
        for mark in &ink.marks {
            if let Mark::Text(text) = mark
                && !text.number
            {
                self.words(text, size);
            }
        }
        // At the end, for layers under curves take the box of what is drawn.
        let corner = pair(self.page);
        self.line(&format!("\\pgfresetboundingbox\n\\useasboundingbox (0,0) rectangle {corner};"));
        self.line("\\end{tikzpicture}\n\\end{document}");
        self.out
    }

    fn words(&mut self, words: &Text, size: f64) {
        let along = font::width(&words.text, words.size) * words.side;
        let (x, y) = words.at;
        let place = if words.upward { (x, y - along) } else { (x + along, y) };
        let mut options = match words.side {
            side if side < 0.25 => "anchor=base west",
            side if side > 0.75 => "anchor=base east",
            _ => "anchor=base",
        }
        .to_owned();
        if words.upward {
            options += ", rotate=90";
        }
        if (words.size - size).abs() > 1e-9 {
            options += &format!(", font={}", font_of(words.size));
        }
        let color = name(words.paint.color);
        self.line(&format!(
            "\\node[{options}, text={color}] at {} {{{}}};",
            pair(place),
            text(&words.text)
        ));
    }
}

/// Ends, scale and ticks of an axis, `x` or `y`; with their numbers or without.
pub fn scale(axis: &str, of: &Axis, ticks: &[Tick], numbers: bool) -> Vec<String> {
    let mode = if of.scale == Scale::Log { "log" } else { "linear" };
    let list = |ticks: &[&Tick]| {
        ticks.iter().map(|tick| tick.at.to_string()).collect::<Vec<_>>().join(",")
    };
    let (major, minor): (Vec<&Tick>, Vec<&Tick>) =
        ticks.iter().partition(|tick| tick.label.is_some());
    let mut options = vec![
        format!("{axis}mode={mode}, {axis}min={}, {axis}max={}", of.from, of.to),
        format!("{axis}tick={{{}}}", list(&major)),
    ];
    if numbers {
        let labels = major.iter().filter_map(|tick| tick.label.as_deref());
        let labels: Vec<String> = labels.map(|label| format!("{{{}}}", text(label))).collect();
        options.push(format!("{axis}ticklabels={{{}}}", labels.join(",")));
    } else {
        options.push(format!("{axis}ticklabel=\\empty"));
    }
    if !minor.is_empty() {
        options.push(format!("minor {axis}tick={{{}}}", list(&minor)));
    }
    options
}

/// A line's colour, width and dashes.
pub fn stroke(look: LineLook) -> String {
    let mut options = format!("{}, line width={}bp", name(look.color), at(look.width));
    if !look.dash.is_empty() {
        let parts = look.dash.iter().enumerate();
        let parts: Vec<String> = parts
            .map(|(i, length)| format!("{} {length}bp", if i % 2 == 0 { "on" } else { "off" }))
            .collect();
        options += &format!(", dash pattern={}", parts.join(" "));
    }
    options
}

/// A marker of this diameter in the colour of its line; open ones are white inside.
pub fn mark(marker: Marker, diameter: f64) -> String {
    let (mark, inside) = match marker {
        Marker::Disc => ("*", ""),
        Marker::Diamond => ("diamond*", ", fill=white"),
        Marker::Square => ("square*", ", fill=white"),
        Marker::Triangle => ("triangle*", ", fill=white"),
        Marker::Cross => ("x", ""),
        Marker::Bar => ("|", ""),
    };
    let (radius, width) = (at(diameter / 2.0), at(diameter / 6.0));
    format!(
        "mark={mark}, mark size={radius}bp, mark options={{solid, line width={width}bp{inside}}}"
    )
}

/// The inside of a bar.
pub fn filling(color: RGBColor, hatch: Hatch) -> String {
    let pattern = match hatch {
        Hatch::Plain => return name(color),
        Hatch::Rising => "north east lines",
        Hatch::Falling => "north west lines",
        Hatch::Crossed => "crosshatch",
        Hatch::Upright => "vertical lines",
        Hatch::Level => "horizontal lines",
    };
    format!("{}, postaction={{pattern={pattern}, pattern color=white}}", name(color))
}

/// What a colour is called in the file.
pub fn name(color: RGBColor) -> String {
    let known = palette::NAMES.iter().find(|(known, _)| *known == color);
    known.map_or_else(|| "black".to_owned(), |(_, name)| format!("iowait{name}"))
}

/// A length in the picture's points, to a hundredth.
pub fn at(points: f64) -> String {
    format!("{:.2}", points)
}

fn pair((x, y): (f64, f64)) -> String {
    format!("({},{})", at(x), at(y))
}

/// Type of whole points, at most as large as the picture's, for many typefaces of papers have no other
/// sizes and take the next one, for which there may be no room.
fn font_of(size: f64) -> String {
    let whole = size.floor();
    format!("\\fontsize{{{whole}}}{{{}}}\\selectfont", whole * 1.2)
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
            '<' | '>' | '|' => out += &format!("${c}$"),
            'β' => out += "$\\beta$",
            'λ' => out += "$\\lambda$",
            'µ' | 'μ' => out += "$\\mu$",
            '×' => out += "$\\times$",
            '±' => out += "$\\pm$",
            '−' => out += "$-$",
            '≤' => out += "$\\le$",
            '≥' => out += "$\\ge$",
            '⁰' | '¹' | '²' | '³' | '⁴' | '⁵' | '⁶' | '⁷' | '⁸' | '⁹' => {
                let place = "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|other| other == c);
                out += &format!("$^{}$", place.unwrap_or_default());
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::super::palette::{BLUE, VERMILION, look};
    use super::*;

    #[test]
    fn words_are_safe_for_latex() {
        assert_eq!(text("50 % of T_io, β ≥ 2"), "50 \\% of T\\_io, $\\beta$ $\\ge$ 2");
        assert_eq!(text("a\\b{c}"), "a\\textbackslash{}b\\{c\\}");
        assert_eq!(text("10⁶ < x"), "10$^6$ $<$ x");
    }

    #[test]
    fn every_colour_of_a_series_has_a_name() {
        for place in 0..6 {
            assert!(name(look(place).color).starts_with("iowait"), "{place}");
        }
        let dashed = LineLook { color: VERMILION, width: 1.0, dash: &[4.0, 1.6] };
        let options = "iowaitvermilion, line width=1.00bp, dash pattern=on 4bp off 1.6bp";
        assert_eq!(stroke(dashed), options);
        assert_eq!(filling(BLUE, Hatch::Plain), "iowaitblue");
    }

    #[test]
    fn ticks_with_numbers_are_major_and_the_others_minor() {
        let axis = Axis { scale: Scale::Log, from: 1.0, to: 3.0 };
        let tick = |at, label: Option<&str>| Tick { at, label: label.map(str::to_owned) };
        let ticks = [tick(1.0, Some("1")), tick(2.0, None)];
        let options = scale("x", &axis, &ticks, true).join(", ");
        let said = "xmode=log, xmin=1, xmax=3, xtick={1}, xticklabels={{1}}, minor xtick={2}";
        assert_eq!(options, said);
        assert!(scale("x", &axis, &ticks, false).join(", ").contains("xticklabel=\\empty"));
    }
}
