//! Contours by marching squares: each square of four values is crossed where the level lies between
//! two neighbours.

type Point = (f64, f64);

use super::Value;

/// Where no intervals are known, a square whose values differ by less than this share of the scale is
/// flat: a contour in it would be drawn by chance.
const FLAT: f64 = 0.02;

/// The pieces of the contour at a level, in columns and rows; squares without all four values have
/// none, nor have flat ones. `share` says where a value lies on the scale.
pub fn lines(
    values: &[Vec<Option<Value>>],
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
            if flat([a, b, c, d].map(|(_, value)| value), &share) {
                continue;
            }
            let [a, b, c, d] = [a, b, c, d].map(|(at, (value, _))| (at, value));
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

/// Whether the highest and the lowest of four values cannot be told apart: their intervals meet.
fn flat(values: [Value; 4], share: impl Fn(f64) -> f64) -> bool {
    let [mut least, mut most] = [values[0]; 2];
    for value in values {
        least = if value.0 < least.0 { value } else { least };
        most = if value.0 > most.0 { value } else { most };
    }
    match (least.1, most.1) {
        (Some([_, high]), Some([low, _])) => low <= high,
        _ => share(most.0) - share(least.0) < FLAT,
    }
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

    fn plain(rows: &[&[f64]]) -> Vec<Vec<Option<Value>>> {
        rows.iter().map(|row| row.iter().map(|value| Some((*value, None))).collect()).collect()
    }

    #[test]
    fn the_contour_of_a_slope_is_straight() {
        let slope = plain(&[&[0.0, 1.0, 2.0, 3.0][..]; 3]);
        let pieces = lines(&slope, 1.5, |value| value / 3.0);
        assert_eq!(pieces.len(), 2);
        assert!(pieces.iter().all(|(a, b)| (a.0 - 1.5).abs() < 1e-12 && (b.0 - 1.5).abs() < 1e-12));
        assert!(lines(&slope, 9.0, |value| value / 3.0).is_empty());
    }

    #[test]
    fn chance_on_a_plain_draws_no_contours() {
        let noise = plain(&[&[1.0, 0.999], &[0.998, 1.001]]);
        assert!(lines(&noise, 1.0, |value| value / 2.0).is_empty());
        assert_eq!(lines(&noise, 1.0, |value| value * 20.0).len(), 2, "no plain on this scale");
    }

    #[test]
    fn where_intervals_are_known_they_say_what_is_chance() {
        let with = |half: f64| {
            let mut values = plain(&[&[9.0, 10.5], &[9.1, 10.4]]);
            for (value, interval) in values.iter_mut().flatten().flatten() {
                *interval = Some([*value - half, *value + half]);
            }
            values
        };
        assert!(lines(&with(0.8), 10.0, |value| value).is_empty(), "9.8 and 9.7 meet");
        assert_eq!(lines(&with(0.7), 10.0, |value| value).len(), 1, "9.7 and 9.8 part");
        assert_eq!(lines(&with(0.7), 10.0, |value| value / 1e6).len(), 1, "however wide the scale");
    }

    #[test]
    fn nothing_is_drawn_where_a_value_is_missing() {
        let mut values = plain(&[&[0.0, 0.0], &[2.0, 2.0]]);
        values[0][1] = None;
        assert!(lines(&values, 1.0, |value| value).is_empty());
    }
}
