//! Break-even: where along an axis one runtime's throughput overtakes another's.

use super::lines::{Bundle, Line, crossing};
use super::rows::Row;
use crate::study::result::Estimate;

/// One runtime overtakes another.
#[derive(Clone, Debug, PartialEq)]
pub struct Overtaking {
    /// The slower one before, the faster one after.
    pub winner: String,
    /// The faster one before.
    pub loser: String,
    /// Where the two curves meet, straight between the points around it.
    pub at: f64,
    /// Where the edges of the 95 % band of their ratio meet 1: the true place lies between, as far
    /// as chance goes. An end is the sweep's own where the band never leaves 1 on that side.
    pub between: [f64; 2],
    /// T_io/T_cpu at that place and at the two ends, where it changes along the axis.
    pub coefficient: Option<[f64; 3]>,
}

/// Every change of order between two runtimes along an axis. Where chance alone decides at every
/// point, or only at the meeting itself is the order clear on neither side, there is none.
#[must_use]
pub fn all(bundle: &Bundle<'_>, baseline: &str) -> Vec<Overtaking> {
    let lines = &bundle.lines;
    let pairs = (0..lines.len()).flat_map(|a| (a + 1..lines.len()).map(move |b| (a, b)));
    pairs.flat_map(|(a, b)| of_pair(&lines[a], &lines[b], baseline)).collect()
}

/// The logarithm of the ratio of two throughputs with its band.
#[derive(Clone, Copy, Debug)]
struct Ratio {
    x: f64,
    low: f64,
    value: f64,
    high: f64,
    coefficient: Option<f64>,
}

impl Ratio {
    /// 1 where the band is above zero, -1 where it is below, 0 where chance may decide.
    fn sign(&self) -> i32 {
        i32::from(self.low > 0.0) - i32::from(self.high < 0.0)
    }
}

fn of_pair(a: &Line<'_>, b: &Line<'_>, baseline: &str) -> Vec<Overtaking> {
    let ratios: Vec<Ratio> = a
        .points
        .iter()
        .zip(&b.points)
        .filter_map(|((x, a_row), (_, b_row))| ratio(*x, (a, a_row), (b, b_row), baseline))
        .collect();
    let mut found = Vec::new();
    // The last point at which the order was beyond chance.
    let mut clear: Option<usize> = None;
    for (place, ratio) in ratios.iter().enumerate() {
        if ratio.sign() == 0 {
            continue;
        }
        if let Some(before) = clear
            && ratios[before].sign() != ratio.sign()
        {
            let turned = turned(&ratios[before..=place]);
            let (winner, loser) =
                if ratio.sign() > 0 { (a.runtime, b.runtime) } else { (b.runtime, a.runtime) };
            found.push(Overtaking { winner: winner.to_owned(), loser: loser.to_owned(), ..turned });
        }
        clear = Some(place);
    }
    found
}

/// The meeting somewhere between the first and the last of these, whose orders are opposite.
fn turned(ratios: &[Ratio]) -> Overtaking {
    let up = ratios[ratios.len() - 1].value > 0.0;
    let sign = if up { 1.0 } else { -1.0 };
    let meet = |of: fn(&Ratio) -> f64| {
        // From the far side: the last passage, after which the order stays.
        let after = (1..ratios.len()).rev().find(|&n| sign * of(&ratios[n - 1]) <= 0.0);
        let after = after.unwrap_or(1);
        let (one, two) = (&ratios[after - 1], &ratios[after]);
        let x = crossing((one.x, of(one)), (two.x, of(two)));
        let coefficient = one.coefficient.zip(two.coefficient).map(|(c0, c1)| {
            let at = crossing((c0, of(one)), (c1, of(two)));
            if c0 == c1 { c0 } else { at }
        });
        (x, coefficient)
    };
    let [early, middle, late] = if up {
        [meet(|r| r.high), meet(|r| r.value), meet(|r| r.low)]
    } else {
        [meet(|r| r.low), meet(|r| r.value), meet(|r| r.high)]
    };
    let changes = ratios[0].coefficient != ratios[ratios.len() - 1].coefficient;
    let coefficient = middle.1.zip(early.1).zip(late.1).map(|((at, low), high)| [at, low, high]);
    Overtaking {
        winner: String::new(),
        loser: String::new(),
        at: middle.0,
        between: [early.0, late.0],
        coefficient: coefficient.filter(|_| changes),
    }
}

/// Throughput of `a` over that of `b`. Where `b` or `a` is the baseline the gain's paired interval
/// is the band, which is narrower than that of two independent estimates.
fn ratio(
    x: f64,
    (a, a_row): (&Line<'_>, &Row<'_>),
    (b, b_row): (&Line<'_>, &Row<'_>),
    baseline: &str,
) -> Option<Ratio> {
    let coefficient = a_row.number("blocking_coefficient");
    let paired = |row: &Row<'_>| Some(row.estimate("gain")).filter(|gain| gain.ci95.is_some());
    let gain = match () {
        () if b.runtime == baseline => paired(a_row).map(|gain| (gain, 1.0)),
        () if a.runtime == baseline => paired(b_row).map(|gain| (gain, -1.0)),
        () => None,
    };
    if let Some((gain, sign)) = gain
        && let Some([low, value, high]) = logarithms(&gain)
    {
        let [low, value, high] =
            if sign > 0.0 { [low, value, high] } else { [-high, -value, -low] };
        return Some(Ratio { x, low, value, high, coefficient });
    }
    let [a_low, a_value, a_high] = logarithms(&a_row.estimate("throughput_rps"))?;
    let [b_low, b_value, b_high] = logarithms(&b_row.estimate("throughput_rps"))?;
    let value = a_value - b_value;
    let low = value - libm::hypot(a_value - a_low, b_high - b_value);
    let high = value + libm::hypot(a_high - a_value, b_value - b_low);
    Some(Ratio { x, low, value, high, coefficient })
}

/// Low end, value and high end as logarithms.
fn logarithms(estimate: &Estimate) -> Option<[f64; 3]> {
    let value = estimate.value.filter(|value| *value > 0.0)?;
    // One replication has no interval, and every wiggle of its curve would be an overtaking.
    let [low, high] = estimate.ci95?;
    // A band that reaches zero is as wide below as above.
    let low = if low > 0.0 { low } else { value * value / high };
    Some([low, value, high].map(libm::log))
}

#[cfg(test)]
mod tests {
    use super::super::lines::along;
    use super::super::rows::Rows;
    use super::*;

    fn rows(points: &[(f64, f64, f64, f64)]) -> Rows {
        let mut text = String::from(
            "beta,scenario,runtime,blocking_coefficient,throughput_rps,throughput_rps_lo,throughput_rps_hi\n",
        );
        for (beta, sync, loops, half) in points {
            for (name, x) in [("sync", sync), ("loops", loops)] {
                text += &format!("{beta},,{name},{beta},{x},{},{}\n", x - half, x + half);
            }
        }
        Rows::read(text.as_bytes()).unwrap()
    }

    fn found(points: &[(f64, f64, f64, f64)]) -> Vec<Overtaking> {
        let rows = rows(points);
        along(&rows, "beta").iter().flat_map(|bundle| all(bundle, "none")).collect()
    }

    #[test]
    fn curves_that_cross_are_told_with_their_place_and_band() {
        // ln(100/80) and ln(100/125) are equal and opposite: the middle of the logarithms, 2.
        let found = found(&[(1.0, 100.0, 80.0, 1.0), (4.0, 100.0, 125.0, 1.0)]);
        assert_eq!(found.len(), 1);
        let one = &found[0];
        assert_eq!((one.winner.as_str(), one.loser.as_str()), ("loops", "sync"));
        assert!((one.at - 2.0).abs() < 1e-9, "{one:?}");
        assert!(one.between[0] < 2.0 && one.between[1] > 2.0, "{one:?}");
        assert!(one.between[1] / one.between[0] < 1.2, "{one:?}");
        assert!((one.coefficient.unwrap()[0] - 2.0).abs() < 1e-9);
    }

    #[test]
    fn what_chance_decides_is_no_overtaking_and_widens_the_range() {
        assert!(found(&[(1.0, 100.0, 99.0, 2.0), (4.0, 100.0, 101.0, 2.0)]).is_empty());
        let wide = found(&[
            (1.0, 100.0, 80.0, 1.0),
            (2.0, 100.0, 100.5, 2.0),
            (4.0, 100.0, 99.5, 2.0),
            (8.0, 100.0, 125.0, 1.0),
        ]);
        assert_eq!(wide.len(), 1);
        assert!(wide[0].between[0] < 4.0 && wide[0].between[1] > 4.0, "{wide:?}");
    }

    #[test]
    fn an_order_that_changes_twice_is_told_twice() {
        let found =
            found(&[(1.0, 100.0, 80.0, 1.0), (2.0, 100.0, 120.0, 1.0), (4.0, 100.0, 80.0, 1.0)]);
        let winners: Vec<_> = found.iter().map(|one| one.winner.as_str()).collect();
        assert_eq!(winners, ["loops", "sync"]);
    }
}
