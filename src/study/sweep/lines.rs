//! The curves in a sweep: the points along one axis while all else stays.

use std::collections::BTreeMap;

use super::rows::{Row, Rows};

/// One runtime's points along an axis, in the axis's order.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// The runtime.
    pub runtime: &'a str,
    /// Value along the axis, as a number, and the row.
    pub points: Vec<(f64, Row<'a>)>,
}

/// The lines of all runtimes along an axis under the same other values.
#[derive(Clone, Debug)]
pub struct Bundle<'a> {
    /// The axis.
    pub axis: &'a str,
    /// The scenario; empty for the base model.
    pub scenario: &'a str,
    /// Name and value of every other axis.
    pub others: Vec<(&'a str, &'a str)>,
    /// A line each runtime, in the model's order.
    pub lines: Vec<Line<'a>>,
}

/// The bundles along an axis, in the order in which they begin; none where the axis has fewer than
/// two numbers.
#[must_use]
pub fn along<'a>(rows: &'a Rows, axis: &'a str) -> Vec<Bundle<'a>> {
    let mut places: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    let mut bundles: Vec<Bundle<'a>> = Vec::new();
    for row in rows.iter() {
        let Some(x) = row.varied(axis) else { continue };
        let others: Vec<(&str, &str)> = rows
            .varied()
            .iter()
            .filter(|name| *name != axis)
            .map(|name| (name.as_str(), row.text(name)))
            .collect();
        let scenario = row.text("scenario");
        let key = others.iter().map(|(_, value)| *value).chain([scenario]).collect();
        let place = *places.entry(key).or_insert_with(|| {
            bundles.push(Bundle { axis, scenario, others, lines: Vec::new() });
            bundles.len() - 1
        });
        let lines = &mut bundles[place].lines;
        let runtime = row.text("runtime");
        match lines.iter_mut().find(|line| line.runtime == runtime) {
            Some(line) => line.points.push((x, row)),
            None => lines.push(Line { runtime, points: vec![(x, row)] }),
        }
    }
    for line in bundles.iter_mut().flat_map(|bundle| &mut bundle.lines) {
        line.points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    bundles.retain(|bundle| bundle.lines.iter().all(|line| line.points.len() > 1));
    bundles
}

/// Where a straight line between two points is zero; between coordinates above zero it is straight
/// over their logarithm.
#[must_use]
pub fn crossing((x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> f64 {
    let share = if y1 == y0 { 0.0 } else { (-y0 / (y1 - y0)).clamp(0.0, 1.0) };
    if x0 > 0.0 { x0 * libm::pow(x1 / x0, share) } else { x0 + (x1 - x0) * share }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_points_along_an_axis_are_gathered_under_the_same_other_values() {
        let text = "a,b,scenario,runtime,throughput_rps\n\
                    1,10,,x,1\n1,10,,y,2\n1,5,,x,3\n1,5,,y,4\n2,10,,x,5\n2,10,,y,6\n2,5,,x,7\n2,5,,y,8\n";
        let rows = Rows::read(text.as_bytes()).unwrap();
        let bundles = along(&rows, "b");
        assert_eq!(bundles.len(), 2);
        assert_eq!(bundles[1].others, [("a", "2")]);
        let xs: Vec<f64> = bundles[1].lines[0].points.iter().map(|point| point.0).collect();
        assert_eq!(xs, [5.0, 10.0]);
        assert!(along(&rows, "c").is_empty());
    }

    #[test]
    fn a_crossing_lies_between_its_points() {
        assert_eq!(crossing((0.0, -1.0), (10.0, 3.0)), 2.5);
        assert!((crossing((1.0, -1.0), (100.0, 1.0)) - 10.0).abs() < 1e-12);
        assert_eq!(crossing((1.0, 0.0), (2.0, 0.0)), 1.0);
    }
}
