//! Charts: a chart a file, each a row of [`CHARTS`].
//!
//! A chart draws numbers that already stand in the JSON.

use crate::study::result::Outcome;

mod axis;
mod canvas;
mod font;
mod gain;
mod page;
mod palette;
pub mod parity;
mod svg;

pub use page::{Page, Theme, WIDTHS, width_mm};

/// One chart.
#[derive(Clone, Copy, Debug)]
pub struct Chart {
    /// What `--chart` calls it, and its files.
    pub name: &'static str,
    /// One sentence for help.
    pub about: &'static str,
    /// Draws it; `None` where the outcome has nothing for it to show.
    pub draw: fn(&Outcome, &Page) -> Result<Option<Figure>, Error>,
}

/// A drawn chart and its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The drawing, a whole SVG file.
    pub svg: String,
    /// The numbers in it, a tidy CSV file.
    pub csv: String,
}

/// Why a chart could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The drawing library refused.
    #[error("the chart could not be drawn: {0}")]
    Drawing(String),
    /// The table of its numbers could not be written.
    #[error("the chart's numbers could not be written: {0}")]
    Numbers(#[from] ::csv::Error),
}

impl<E: std::error::Error + Send + Sync> From<plotters::drawing::DrawingAreaErrorKind<E>>
    for Error
{
    fn from(error: plotters::drawing::DrawingAreaErrorKind<E>) -> Self {
        Self::Drawing(error.to_string())
    }
}

/// All charts.
pub const CHARTS: &[Chart] = &[Chart {
    name: "gain",
    about: "each runtime's gain as simulated, against exact theory, bound and formula",
    draw: gain::draw,
}];

/// The chart of this name.
#[must_use]
pub fn chart(name: &str) -> Option<&'static Chart> {
    CHARTS.iter().find(|chart| chart.name == name)
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    /// Every text of a drawing with its horizontal extent and its height.
    fn texts(svg: &str) -> Vec<(String, f64, f64, f64)> {
        let attribute = |tag: &str, name: &str| -> Option<String> {
            let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
            Some(tag[from..].split('"').next().unwrap().to_owned())
        };
        let texts = svg.lines().filter(|line| line.starts_with("<text"));
        texts
            .map(|line| {
                let (tag, rest) = line.split_once('>').unwrap();
                let text = rest.strip_suffix("</text>").unwrap().replace("&lt;", "<");
                let number = |name| attribute(tag, name).unwrap().parse::<f64>().unwrap();
                let width = font::width(&text, number("font-size"));
                let left = match attribute(tag, "text-anchor").as_deref() {
                    Some("middle") => number("x") - width / 2.0,
                    Some("end") => number("x") - width,
                    _ => number("x"),
                };
                (text, left, left + width, number("y"))
            })
            .collect()
    }

    fn view_box(svg: &str) -> (f64, f64) {
        let numbers = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split('"').next().unwrap();
        let (width, height) = numbers.split_once(' ').unwrap();
        (width.parse().unwrap(), height.parse().unwrap())
    }

    fn hard_cases() -> Vec<Outcome> {
        let mut long = fixture::with_scenario();
        for (i, runtime) in long.runtimes.iter_mut().enumerate() {
            runtime.name = format!("{}{i}", "very-long-name-".repeat(8));
            runtime.gain.simulated = fixture::about(123_456.789 * i as f64, 0.001);
        }
        long.baseline = long.runtimes[0].name.clone();
        let mut spread = fixture::web_request();
        spread.runtimes[1].gain.simulated = fixture::about(0.02, 0.05);
        spread.runtimes[1].gain.formula = Some(1e6);
        let mut extreme = fixture::web_request();
        extreme.runtimes[1].gain.bound = Some(f64::MAX);
        extreme.runtimes[1].gain.exact = Some(-1e300);
        extreme.runtimes[2].gain.simulated = fixture::about(1e-300, 1e-301);
        vec![
            extreme,
            fixture::web_request(),
            fixture::theory_only(),
            fixture::not_finite(),
            long,
            spread,
        ]
    }

    #[test]
    fn every_text_of_every_chart_stays_on_its_page_and_clear_of_the_others() {
        for chart in CHARTS {
            for outcome in hard_cases() {
                for page in [Page::SCREEN, Page::PAPER, Page { width_mm: 60.0, ..Page::PAPER }] {
                    let figure = (chart.draw)(&outcome, &page).unwrap().unwrap();
                    let (width, height) = view_box(&figure.svg);
                    let texts = texts(&figure.svg);
                    assert!(texts.len() > 5, "a chart has words");
                    for (i, (text, left, right, y)) in texts.iter().enumerate() {
                        assert!(
                            *left >= 0.0 && *right <= width,
                            "{text}: {left} to {right} of {width}"
                        );
                        assert!(*y > 0.0 && *y <= height, "{text}");
                        for (other, l, r, at) in &texts[i + 1..] {
                            let apart = (y - at).abs() >= 6.0 || *r <= *left || *right <= *l;
                            assert!(apart, "`{text}` and `{other}` overlap");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_same_outcome_gives_the_same_bytes() {
        for chart in CHARTS {
            let draw = || (chart.draw)(&fixture::web_request(), &Page::PAPER).unwrap();
            assert_eq!(draw(), draw());
        }
    }

    #[test]
    fn no_chart_writes_a_number_that_is_none() {
        for chart in CHARTS {
            let figure = (chart.draw)(&fixture::not_finite(), &Page::SCREEN).unwrap().unwrap();
            for text in [&figure.svg, &figure.csv] {
                assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
            }
        }
    }

    #[test]
    fn every_chart_has_its_own_name() {
        for (i, one) in CHARTS.iter().enumerate() {
            assert_eq!(chart(one.name).map(|found| found.name), Some(one.name));
            assert!(CHARTS[i + 1..].iter().all(|other| other.name != one.name));
        }
        assert!(chart("pie").is_none());
    }
}
