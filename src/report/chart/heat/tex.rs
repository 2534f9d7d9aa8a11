//! A heat map as a LaTeX file for pgfplots.

use std::fmt::Write as _;

use super::super::super::number::figure;
use super::super::page::Page;
use super::super::tex::{HEAD, text};
use super::{Heat, ramp};

/// The whole file.
pub fn document(heat: &Heat, page: &Page) -> String {
    let mut out = format!("{HEAD}\\begin{{document}}\n\\begin{{tikzpicture}}\n");
    let mut line = |text: String| writeln!(out, "{text}").expect("a String takes all");
    line(format!(
        "\\begin{{groupplot}}[group style={{group size=1 by {}, vertical sep=12mm}}, width={}mm, \
         colormap={{cividis}}{{{}}}, colorbar, enlargelimits=false, font=\\footnotesize, \
         colorbar style={{title={{{}}}}}]",
        heat.maps.len(),
        page.width_mm * 0.8,
        ramp::pgf(),
        text(&heat.z.title)
    ));
    let list =
        |values: &[f64]| values.iter().map(|value| figure(*value, 3)).collect::<Vec<_>>().join(",");
    for map in &heat.maps {
        line(format!(
            "\\nextgroupplot[title={{{}}}, xlabel={{{}}}, ylabel={{{}}}, xtick={{0,...,{}}}, \
             xticklabels={{{}}}, ytick={{0,...,{}}}, yticklabels={{{}}}]",
            text(&map.name),
            text(&heat.x.0),
            text(&heat.y.0),
            heat.x.1.len() - 1,
            list(&heat.x.1),
            heat.y.1.len() - 1,
            list(&heat.y.1)
        ));
        let columns = heat.x.1.len();
        line(format!(
            "\\addplot[matrix plot*, mesh/cols={columns}, point meta=explicit] coordinates {{"
        ));
        for (y, values) in map.values.iter().enumerate() {
            let cells = values.iter().enumerate().map(|(x, value)| {
                let value =
                    value.map_or_else(|| "nan".to_owned(), |v| heat.z.on_axis(v).to_string());
                format!("({x},{y}) [{value}]")
            });
            line(cells.collect::<Vec<_>>().join(" "));
        }
        line("};".to_owned());
    }
    line("\\end{groupplot}\n\\end{tikzpicture}\n\\end{document}".to_owned());
    out
}
