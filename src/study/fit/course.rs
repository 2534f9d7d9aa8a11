//! How the CPU of a request goes with how busy the cores are: a line, or from load to load.
//!
//! CPU that falls steeply at light loads and then stays is no line, and a line's slope may then be 0 by
//! chance: so loads are also asked by rank (Kendall's tau, exact), and by how far the lightest and the
//! heaviest lie apart. Where only those see a change, it is followed from load to load.

use super::line::Line;

/// A change of less than this share between an idle and a busy host is no change.
const STEADY: f64 = 0.03;
/// A difference of this share between the lightest and the heaviest load is a change by itself: CPU of
/// one server drifts by 5 to 10 % over minutes.
const APART: f64 = 0.10;
/// A rank correlation as strong as this is chance once in twenty times.
const CHANCE: f64 = 0.05;
/// Loads up to which ranks are counted exactly; the normal approximation is as good beyond.
const EXACT: usize = 60;

/// CPU against the share of the cores that is busy.
#[derive(Clone, Debug, PartialEq)]
pub enum Course {
    /// By least squares.
    Straight(Line),
    /// Through these points `(busy, cpu)`, ascending in the first and level beyond the ends.
    Stepwise(Vec<(f64, f64)>),
}

impl Course {
    /// Through points `(busy, cpu, weight)`; `None` where CPU does not change with how busy the cores are.
    #[must_use]
    pub fn through(points: &[(f64, f64, f64)]) -> Option<Self> {
        let line = Line::through(points).filter(|line| {
            line.is_tilted()
                && line.slope.abs() > STEADY * line.at(1.0).abs()
                && line.at(0.0) > 0.0
                && line.at(1.0) > 0.0
        });
        if let Some(line) = line {
            return Some(Self::Straight(line));
        }
        let mut sorted = points.to_vec();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (first, last) = (sorted.first()?, sorted.last()?);
        let apart = (last.1 / first.1 - 1.0).abs().min((first.1 / last.1 - 1.0).abs());
        let ranked = rank_chance(&sorted) < CHANCE && apart > STEADY;
        if last.0 - first.0 < STEADY || !(ranked || apart > APART) {
            return None;
        }
        Some(Self::Stepwise(pooled(&sorted, last.1 > first.1)))
    }

    /// CPU where this share of the cores is busy.
    #[must_use]
    pub fn at(&self, busy: f64) -> f64 {
        match self {
            Self::Straight(line) => line.at(busy.clamp(0.0, 1.0)),
            Self::Stepwise(points) => {
                let next = points.partition_point(|(x, _)| *x < busy);
                match (next.checked_sub(1).map(|at| points[at]), points.get(next)) {
                    (Some((x, y)), Some(&(to, end))) => y + (end - y) * (busy - x) / (to - x),
                    (Some((_, y)), None) | (None, Some(&(_, y))) => y,
                    (None, None) => 0.0,
                }
            }
        }
    }
}

/// How often chance alone ranks CPU at least as strongly with the load, either way.
fn rank_chance(sorted: &[(f64, f64, f64)]) -> f64 {
    let n = sorted.len();
    let (mut up, mut down) = (0_usize, 0_usize);
    for (place, a) in sorted.iter().enumerate() {
        for b in &sorted[place + 1..] {
            up += usize::from(b.1 > a.1 && b.0 > a.0);
            down += usize::from(b.1 < a.1 && b.0 > a.0);
        }
    }
    let fewer = up.min(down);
    if n > EXACT {
        let pairs = (n * (n - 1)) as f64;
        let z = (up as f64 - down as f64).abs() / (pairs * (2 * n + 5) as f64 / 18.0).sqrt();
        return if z > 1.96 { 0.0 } else { 1.0 };
    }
    // The number of inversions of a random order: each next place adds 0, 1, … with equal chance.
    let mut chances = vec![1.0];
    for place in 1..n {
        let mut next = vec![0.0; chances.len() + place];
        for (count, chance) in chances.iter().enumerate() {
            next[count..=count + place]
                .iter_mut()
                .for_each(|to| *to += chance / (place + 1) as f64);
        }
        chances = next;
    }
    2.0 * chances.iter().take(fewer + 1).sum::<f64>()
}

/// The monotone course nearest to the points: neighbours that go the wrong way share their mean.
fn pooled(sorted: &[(f64, f64, f64)], rises: bool) -> Vec<(f64, f64)> {
    let mut blocks: Vec<(f64, f64, f64)> = Vec::new();
    for &(x, y, weight) in sorted {
        blocks.push((x, y, weight));
        while let [.., a, b] = blocks[..] {
            let wrong = if rises { a.1 > b.1 } else { a.1 < b.1 };
            if !wrong && b.0 > a.0 {
                break;
            }
            let weight = a.2 + b.2;
            let mean = |of: fn(&(f64, f64, f64)) -> f64| (of(&a) * a.2 + of(&b) * b.2) / weight;
            let both = (mean(|p| p.0), mean(|p| p.1), weight);
            blocks.truncate(blocks.len() - 2);
            blocks.push(both);
        }
    }
    blocks.into_iter().map(|(x, y, _)| (x, y)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(of: &[(f64, f64)]) -> Vec<(f64, f64, f64)> {
        of.iter().map(|&(x, y)| (x, y, 1.0)).collect()
    }

    #[test]
    fn cpu_that_falls_and_then_stays_is_followed_from_load_to_load() {
        // uvicorn on uvloop, 20 ms of wait: no line's slope is beyond chance here.
        let measured =
            points(&[(0.07, 1.414), (0.26, 1.456), (0.81, 1.126), (1.0, 1.092), (1.0, 1.078)]);
        let course = Course::through(&measured).expect("it changes");
        assert!(course.at(0.0) > 1.4 && course.at(1.0) < 1.1, "{course:?}");
        let middle = course.at(0.5);
        assert!(middle < 1.4 && middle > 1.13, "{middle}");
        // Two loads that lie further apart than a machine drifts.
        let two = Course::through(&points(&[(0.1, 1.4), (0.9, 1.1)])).expect("it changes");
        assert!((two.at(0.5) - 1.25).abs() < 1e-9);
    }

    #[test]
    fn noise_is_no_change() {
        assert_eq!(Course::through(&points(&[(0.1, 1.02), (0.5, 0.99), (0.9, 1.01)])), None);
        assert_eq!(Course::through(&points(&[(0.1, 1.0), (0.9, 1.06)])), None);
        assert_eq!(Course::through(&points(&[(0.9, 1.0), (0.9, 1.3)])), None);
    }

    #[test]
    fn chances_of_ranks_by_hand() {
        // Of 5! orders one is ascending: 2 of 120 either way.
        let rising: Vec<(f64, f64)> = (0..5).map(|i| (f64::from(i), f64::from(i))).collect();
        assert!((rank_chance(&points(&rising)) - 2.0 / 120.0).abs() < 1e-12);
        // Of 3! orders three have one inversion or none: 2 · 3/6.
        assert!((rank_chance(&points(&[(0.0, 1.0), (1.0, 3.0), (2.0, 2.0)])) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn neighbours_that_go_the_wrong_way_share_their_mean() {
        let course = pooled(&points(&[(0.0, 3.0), (1.0, 1.0), (2.0, 2.0), (3.0, 1.0)]), false);
        assert_eq!(course, [(0.0, 3.0), (1.5, 1.5), (3.0, 1.0)]);
    }
}
