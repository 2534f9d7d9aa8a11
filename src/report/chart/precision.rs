//! How narrow the intervals of what a chart draws are, for its caption.

use super::super::files::Precision;
use super::drawing::Drawing;
use super::words;

/// The widest half of an interval over its value, among these values.
#[must_use]
pub fn widest(
    of: &str,
    values: impl Iterator<Item = (f64, Option<[f64; 2]>)>,
) -> Option<Precision> {
    let shares = values.filter_map(|(value, interval)| {
        let [low, high] = interval?;
        Some((high - low) / 2.0 / value.abs()).filter(|share| share.is_finite())
    });
    shares.reduce(f64::max).map(|within| Precision { of: of.to_owned(), within })
}

/// The same for each quantity measured in the panels of a drawing.
#[must_use]
pub fn of(drawing: &Drawing) -> Vec<Precision> {
    let mut all: Vec<Precision> = Vec::new();
    for panel in &drawing.panels {
        // A share of the formula's gain is as precise as the gain, which is drawn above it.
        if panel.y.column == "gain_over_formula" && !all.is_empty() {
            continue;
        }
        let spots = panel.series.iter().flat_map(|series| series.shape.spots());
        let name = words::quantity(&panel.y.column);
        let Some(found) = widest(&name, spots.map(|spot| (spot.y, spot.interval))) else {
            continue;
        };
        match all.iter_mut().find(|known| known.of == name) {
            Some(known) => known.within = known.within.max(found.within),
            None => all.push(found),
        }
    }
    all
}
