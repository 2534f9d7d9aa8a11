//! Contours by marching squares: each square of four values is crossed where the level lies between
//! two neighbours.

type Point = (f64, f64);

/// A square whose values differ by less than this share of the scale is flat: a contour in it would
/// be drawn by chance.
const FLAT: f64 = 0.02;

/// The pieces of the contour at a level, in columns and rows; squares without all four values have
/// none, nor have flat ones. `share` says where a value lies on the scale.
pub fn lines(
    values: &[Vec<Option<f64>>],
    level: f64,
    share: impl Fn(f64) -> f64,
) -> Vec<(Point, Point)> {
    let mut pieces = Vec::new();
    for row in 0..values.len().saturating_sub(1) {
        for column in 0..values[row].len().saturating_sub(1) {
            let corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
                .map(|(right, up)| (column + right, row + up))
                .map(|(c, r)| values[r][c].map(|value| ((c as f64, r as f64), value)));
            let [Some(a), Some(b), Some(c), Some(d)] = corners else { continue };
            let shares = [a, b, c, d].map(|(_, value)| share(value));
            let most = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if most - shares.iter().copied().fold(f64::INFINITY, f64::min) < FLAT {
                continue;
            }
            let sides = [(a, b), (b, c), (c, d), (d, a)];
            let crossings: Vec<Point> =
                sides.iter().filter_map(|(from, to)| crossing(*from, *to, level)).collect();
            // Four crossings are a saddle: joined in order, they part the two high corners.
            for pair in crossings.chunks_exact(2) {
                pieces.push((pair[0], pair[1]));
            }
        }
    }
    pieces
}

/// Where the level lies between two corners.
fn crossing((a, va): (Point, f64), (b, vb): (Point, f64), level: f64) -> Option<Point> {
    if (va >= level) == (vb >= level) {
        return None;
    }
    let part = (level - va) / (vb - va);
    Some((a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contour_of_a_slope_is_straight() {
        let slope: Vec<Vec<Option<f64>>> =
            (0..3).map(|_| (0..4).map(|column| Some(f64::from(column))).collect()).collect();
        let pieces = lines(&slope, 1.5, |value| value / 3.0);
        assert_eq!(pieces.len(), 2);
        assert!(pieces.iter().all(|(a, b)| (a.0 - 1.5).abs() < 1e-12 && (b.0 - 1.5).abs() < 1e-12));
        assert!(lines(&slope, 9.0, |value| value / 3.0).is_empty());
    }

    #[test]
    fn chance_on_a_plain_draws_no_contours() {
        let plain = [vec![Some(1.0), Some(0.999)], vec![Some(0.998), Some(1.001)]];
        assert!(lines(&plain, 1.0, |value| value / 2.0).is_empty());
        assert_eq!(lines(&plain, 1.0, |value| value * 20.0).len(), 2, "no plain on this scale");
    }

    #[test]
    fn nothing_is_drawn_where_a_value_is_missing() {
        let values = [vec![Some(0.0), None], vec![Some(2.0), Some(2.0)]];
        assert!(lines(&values, 1.0, |value| value).is_empty());
    }
}
