//! Gains of real servers against the blocking coefficient: measured points, predicted lines with
//! their bands, the formula in dashes; and below it each as a share of the formula's.

use super::drawing::{Drawing, Series, Shape, Spot};
use super::formula::panels;
use super::palette::{GREY, Look, look};
use super::{Error, Figure, Page};

/// A gain at a blocking coefficient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// `T_io/T_cpu`.
    pub beta: f64,
    /// Throughput over the baseline's.
    pub gain: f64,
    /// From where to where it may be.
    pub interval: Option<[f64; 2]>,
}

/// What was measured and predicted of one runtime.
#[derive(Clone, Debug, PartialEq)]
pub struct Gains {
    /// Its name.
    pub runtime: String,
    /// The measured gains.
    pub measured: Vec<Gain>,
    /// The predicted ones, in order.
    pub predicted: Vec<Gain>,
}

/// Draws the chart.
///
/// # Errors
///
/// The drawing failed.
pub fn draw(all: &[Gains], page: &Page) -> Result<Figure, Error> {
    let mut series = vec![formula(all)];
    series.extend(of(all, |_| 1.0));
    let over = of(all, |beta| 1.0 + beta);
    let drawing = Drawing {
        title: "Real servers: gain against the blocking coefficient".to_owned(),
        about: "Gain in throughput of each runtime over one sync worker on one core against the \
                blocking coefficient: measured on real servers, predicted, and by the formula \
                (above); the same as a share of the formula's (below)."
            .to_owned(),
        panels: panels(series, over, "one sync worker"),
        notes: vec![
            "Markers: measured. Lines: predicted from the one-client measurements alone. \
             Bands: what their repeats leave open."
                .to_owned(),
        ],
    };
    Figure::of(drawing, page)
}

fn formula(all: &[Gains]) -> Series {
    let mut betas: Vec<f64> =
        all.iter().flat_map(|gains| &gains.predicted).map(|gain| gain.beta).collect();
    betas.sort_by(f64::total_cmp);
    betas.dedup();
    let spots = betas.into_iter().map(|beta| Spot { x: beta, y: 1.0 + beta, interval: None });
    Series {
        name: "formula 1 + T_io/T_cpu".to_owned(),
        look: Look { color: GREY, dash: &[3.0, 1.5], ..look(0) },
        shape: Shape::Curve(spots.collect()),
    }
}

/// The lines and markers of all runtimes, each gain divided by something.
fn of(all: &[Gains], by: impl Fn(f64) -> f64) -> Vec<Series> {
    let spots = |gains: &[Gain]| {
        let spot = |gain: &Gain| {
            let by = by(gain.beta);
            let interval = gain.interval.map(|ends| ends.map(|end| end / by));
            Spot { x: gain.beta, y: gain.gain / by, interval }
        };
        gains.iter().map(spot).collect::<Vec<_>>()
    };
    let of = |(place, gains): (usize, &Gains)| {
        let look = Look { dash: &[], ..look(place) };
        let series = |name: &str, shape| Series { name: name.to_owned(), look, shape };
        [
            series("", Shape::Curve(spots(&gains.predicted))),
            series(&gains.runtime, Shape::Points(spots(&gains.measured))),
        ]
    };
    all.iter().enumerate().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predicted_lines_lie_under_measured_markers_and_the_formula_is_dashed() {
        let gain = |beta: f64, gain: f64| Gain { beta, gain, interval: Some([gain, gain + 0.1]) };
        let gains = Gains {
            runtime: "loop".to_owned(),
            measured: vec![gain(5.0, 5.5)],
            predicted: vec![gain(1.0, 2.0), gain(10.0, 10.0)],
        };
        let figure = draw(&[gains], &Page::SCREEN).unwrap();
        let [above, below] = &figure.drawing.panels[..] else { panic!("two panels") };
        assert_eq!(above.series[0].shape.spots()[1].y, 11.0);
        assert!(!above.series[0].look.dash.is_empty() && above.series[1].look.dash.is_empty());
        assert!(matches!(above.series[2].shape, Shape::Points(_)));
        assert_eq!(below.series[0].shape.spots()[1].y, 10.0 / 11.0);
    }
}
