//! The distribution of the response time, on the percentile axis of load testers: each further nine
//! takes the same room, so that the tail is as long as it feels.

use super::axis::{Axis, Scale};
use super::drawing::{Dimension, Drawing, Labels, Panel, Series, Shape, Spot};
use super::palette::look;
use super::{Error, Figure, Page};
use crate::study::result::{Outcome, RuntimeResult};

/// Draws the chart; `None` where nothing was simulated.
///
/// # Errors
///
/// What the drawing library or the table of numbers reports.
pub fn draw(outcome: &Outcome, page: &Page) -> Result<Option<Figure>, Error> {
    let series: Vec<Series> = outcome
        .runtimes
        .iter()
        .enumerate()
        .map(|(place, runtime)| Series {
            name: runtime.name.clone(),
            look: look(place),
            shape: Shape::Measured(spots(runtime)),
        })
        .filter(|series| !series.shape.spots().is_empty())
        .collect();
    if series.is_empty() {
        return Ok(None);
    }
    let spots = || series.iter().flat_map(|series| series.shape.spots());
    let most = spots().map(|spot| spot.x).fold(10.0, f64::max);
    let seconds: Vec<f64> =
        spots().flat_map(|s| s.interval.into_iter().flatten().chain([s.y])).collect();
    let odds = Dimension {
        title: "percentile of the response times (%)".to_owned(),
        column: "one_over_share_beyond".to_owned(),
        factor: 1.0,
        axis: Axis { scale: Scale::Log, from: 1.0, to: most * 1.1 },
        labels: Labels::Percentiles,
    };
    let y = Dimension::time("response time", "response_s", &seconds, Axis::suited);
    let panel = Panel { x: odds, y, height: 0.6, rows: Vec::new(), series, rules: Vec::new() };
    let drawing = Drawing {
        title: format!("{}: distribution of the response time", outcome.model),
        about:
            "The distribution of the response time of completed requests: the time that a share \
                of them does not exceed. Each further nine takes the same room."
                .to_owned(),
        panels: vec![panel],
        notes: vec![
            "Bands: 95 % intervals over replications, where wider than the line.".to_owned(),
        ],
    };
    Figure::of(drawing, page).map(Some)
}

/// The quantiles with at least ten values beyond in every replication.
fn spots(runtime: &RuntimeResult) -> Vec<Spot> {
    let quantiles = runtime.distribution.iter();
    quantiles
        .filter_map(|(share, estimate)| {
            let y = estimate.value.filter(|value| value.is_finite())?;
            let interval = estimate.ci95.filter(|ci| ci.iter().all(|end| end.is_finite()));
            Some(Spot { x: 1.0 / (1.0 - share), y, interval })
        })
        .collect()
}
