//! The grid that axes span: every combination of their values, the last axis fastest.

use super::Axis;

/// The most points of a sweep: more take weeks even where each takes a tenth of a second.
pub const MOST_POINTS: u64 = 10_000_000;

/// A grid with more than [`MOST_POINTS`] points.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{shape} are {count} points, and a sweep takes at most {MOST_POINTS}; give the axes fewer values \
     (0.1..100:log20, 1..512x2), or sweep one part at a time"
)]
pub struct TooMany {
    /// `100 x 2000 x 300`.
    pub shape: String,
    /// How many there would be.
    pub count: u128,
}

/// Every combination of the values of some axes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    axes: Vec<Axis>,
    points: u64,
}

impl Grid {
    /// The grid of these axes; without any it is one point.
    ///
    /// # Errors
    ///
    /// It has more than [`MOST_POINTS`] points.
    pub fn new(axes: Vec<Axis>) -> Result<Self, TooMany> {
        let lengths = axes.iter().map(|axis| axis.values.len() as u128);
        let count = lengths.fold(1_u128, u128::saturating_mul);
        match u64::try_from(count) {
            Ok(points) if points <= MOST_POINTS => Ok(Self { axes, points }),
            _ => {
                let shape: Vec<_> = axes.iter().map(|axis| axis.values.len().to_string()).collect();
                Err(TooMany { shape: shape.join(" x "), count })
            }
        }
    }

    /// The axes, in the order in which they were given.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// How many points there are.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.points
    }

    /// Whether there are none: an axis without values.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.points == 0
    }

    /// The place along each axis of point number `index`.
    #[must_use]
    pub fn places(&self, index: u64) -> Vec<usize> {
        let mut rest = index;
        let mut places: Vec<usize> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let length = axis.values.len() as u64;
                let place = rest % length;
                rest /= length;
                place as usize
            })
            .collect();
        places.reverse();
        places
    }

    /// Name and value of each axis at point number `index`.
    #[must_use]
    pub fn point(&self, index: u64) -> Vec<(String, String)> {
        let values = self.axes.iter().zip(self.places(index));
        values.map(|(axis, place)| (axis.name.clone(), axis.values[place].clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(axes: &[&str]) -> Result<Grid, TooMany> {
        Grid::new(axes.iter().map(|text| Axis::parse(text).unwrap()).collect())
    }

    #[test]
    fn every_combination_is_a_point_and_the_last_axis_is_the_fastest() {
        let grid = grid(&["a=1,2", "b=5..7"]).unwrap();
        let points: Vec<String> = (0..grid.len())
            .map(|index| grid.point(index).into_iter().map(|(_, value)| value).collect())
            .collect();
        assert_eq!(points, ["15", "16", "17", "25", "26", "27"]);
        assert_eq!(grid.places(4), [1, 1]);
    }

    #[test]
    fn too_many_points_are_counted_and_refused_with_what_to_do() {
        let error = grid(&["a=1..1000", "b=1..1000", "c=1..1000"]).unwrap_err();
        assert_eq!(error.count, 1_000_000_000);
        let text = error.to_string();
        assert!(text.starts_with("1000 x 1000 x 1000 are 1000000000 points"), "{text}");
        assert_eq!(grid(&["a=1..1000", "b=1..1000"]).unwrap().len(), 1_000_000);
    }
}
