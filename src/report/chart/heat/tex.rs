//! A heat map as a LaTeX file for pgfplots.

use std::fmt::Write as _;

use super::super::super::number::figure;
use super::super::page::Page;
use super::super::tex::{HEAD, text};
use super::{Heat, LIGHT_FROM, levels, ramp};

/// Values that an axis names.
const MOST_LABELS: usize = 12;

/// The whole file.
pub fn document(heat: &Heat, page: &Page) -> String {
    let mut out = format!("{HEAD}\\begin{{document}}\n\\begin{{tikzpicture}}\n");
    // The colour of a value is its share of the scale, which may be logarithmic.
    let scale = levels(&heat.z);
    let joined = |part: &dyn Fn(&(f64, String)) -> String| {
        scale.iter().map(part).collect::<Vec<_>>().join(",")
    };
    let mut line = |text: String| writeln!(out, "{text}").expect("a String takes all");
    line(format!(
        "\\begin{{groupplot}}[group style={{group size=1 by {}, vertical sep=20mm}}, width={}mm, \
         colormap={{cividis}}{{{}}}, colorbar, enlargelimits=false, point meta min=0, point meta max=1, \
         colorbar style={{title={{{}}}, ytick={{{}}}, yticklabels={{{}}}}}, every axis/.append style={{font=\\footnotesize}}]",
        heat.maps.len(),
        page.width_mm * 0.8,
        ramp::pgf(),
        text(&heat.z.title),
        joined(&|(level, _)| heat.z.axis.share(*level).to_string()),
        joined(&|(_, label)| label.clone())
    ));
    // Of many values every so many have room.
    let every = |values: &[f64]| values.len().div_ceil(MOST_LABELS).max(1);
    let places = |values: &[f64]| {
        let places = (0..values.len()).step_by(every(values));
        places.map(|place| place.to_string()).collect::<Vec<_>>().join(",")
    };
    let list = |values: &[f64]| {
        let values = values.iter().step_by(every(values));
        values.map(|value| figure(*value, 3)).collect::<Vec<_>>().join(",")
    };
    for map in &heat.maps {
        line(format!(
            "\\nextgroupplot[title={{{}}}, xlabel={{{}}}, ylabel={{{}}}, xtick={{{}}}, \
             xticklabels={{{}}}, ytick={{{}}}, yticklabels={{{}}}]",
            text(&map.name),
            text(&heat.x.0),
            text(&heat.y.0),
            places(&heat.x.1),
            list(&heat.x.1),
            places(&heat.y.1),
            list(&heat.y.1)
        ));
        let columns = heat.x.1.len();
        line(format!(
            "\\addplot[matrix plot*, mesh/cols={columns}, point meta=explicit] coordinates {{"
        ));
        for (y, values) in map.values.iter().enumerate() {
            let cells = values.iter().enumerate().map(|(x, value)| {
                let value = value.map_or_else(
                    || "nan".to_owned(),
                    |v| heat.z.axis.share(heat.z.on_axis(v)).to_string(),
                );
                format!("({x},{y}) [{value}]")
            });
            line(cells.collect::<Vec<_>>().join(" "));
        }
        line("};".to_owned());
        for (level, _) in &scale {
            let color = if heat.z.axis.share(*level) < LIGHT_FROM { "white" } else { "black" };
            for (from, to) in heat.contour(map, *level) {
                line(format!(
                    "\\draw[{color}, line width=0.7pt] (axis cs:{},{}) -- (axis cs:{},{});",
                    from.0, from.1, to.0, to.1
                ));
            }
        }
    }
    line("\\end{groupplot}\n\\end{tikzpicture}\n\\end{document}".to_owned());
    out
}
