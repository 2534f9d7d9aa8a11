//! The knee: the load at which throughput per response time is greatest (Kleinrock 1979, "power").
//!
//! Below it a little more load costs little time; above it time grows faster than throughput.

use super::lines::{Bundle, Line};
use super::rows::Row;

/// The axes along which load grows.
pub const LOADS: [&str; 3] = ["load.clients", "load.rate", "load.count"];

/// Where more load stops paying for one runtime.
#[derive(Clone, Debug, PartialEq)]
pub struct Knee {
    /// The runtime.
    pub runtime: String,
    /// The load with the most power.
    pub at: f64,
    /// The loads whose power chance alone may have put below it, with the next points beside them:
    /// the knee of the curve between the points lies inside.
    pub between: [f64; 2],
    /// Whether power is greatest at an end of the sweep: the knee may lie beyond it.
    pub beyond: Option<Beyond>,
}

/// The end of a sweep beyond which a knee may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// It lies at the least load or below it.
    Below,
    /// It lies at the greatest load or above it.
    Above,
}

/// The knee of every runtime with at least three points.
#[must_use]
pub fn all(bundle: &Bundle<'_>) -> Vec<Knee> {
    bundle.lines.iter().filter_map(of_line).collect()
}

fn of_line(line: &Line<'_>) -> Option<Knee> {
    let powers: Vec<(f64, f64, f64)> =
        line.points.iter().filter_map(|(x, row)| power(row).map(|(p, r)| (*x, p, r))).collect();
    if powers.len() < 3 {
        return None;
    }
    let most = (0..powers.len()).rev().max_by(|&a, &b| powers[a].1.total_cmp(&powers[b].1))?;
    let floor = powers[most].1 * (1.0 - powers[most].2);
    let reaches = |&(_, power, half): &(f64, f64, f64)| power * (1.0 + half) >= floor;
    let first = (0..=most).rev().take_while(|&n| reaches(&powers[n])).last().unwrap_or(most);
    let last = (most..powers.len()).take_while(|&n| reaches(&powers[n])).last().unwrap_or(most);
    Some(Knee {
        runtime: line.runtime.to_owned(),
        at: powers[most].0,
        between: [powers[first.saturating_sub(1)].0, powers[(last + 1).min(powers.len() - 1)].0],
        beyond: match most {
            0 => Some(Beyond::Below),
            _ if most == powers.len() - 1 => Some(Beyond::Above),
            _ => None,
        },
    })
}

/// Throughput over mean response time, and half the relative width of its interval. A load that
/// cannot be sustained has no power: its response time grows for as long as one waits.
fn power(row: &Row<'_>) -> Option<(f64, f64)> {
    if row.text("steady") == "false" {
        return Some((0.0, 0.0));
    }
    let (rate, time) = (row.estimate("throughput_rps"), row.estimate("response_mean_s"));
    let (x, r) = rate.value.zip(time.value).filter(|(_, r)| *r > 0.0)?;
    // The two may go together or against each other: the sum is the widest that they can be.
    let half = rate.half_width().unwrap_or(0.0) / x + time.half_width().unwrap_or(0.0) / r;
    Some((x / r, if half.is_finite() { half } else { 0.0 }))
}

#[cfg(test)]
mod tests {
    use super::super::lines::along;
    use super::super::rows::Rows;
    use super::*;

    /// M/M/1 with a mean service of 1 s: R = 1/(1 − x), power x (1 − x), most at one half.
    #[test]
    fn the_knee_of_one_server_is_at_half_its_capacity() {
        let mut text =
            String::from("load.rate,scenario,runtime,throughput_rps,response_mean_s,steady\n");
        for tenths in 1..=12 {
            let x = f64::from(tenths) / 10.0;
            let steady = x < 1.0;
            text += &format!("{x}/s,,sync,{},{},{steady}\n", x.min(1.0), 1.0 / (1.0 - x).abs());
        }
        let rows = Rows::read(text.as_bytes()).unwrap();
        let knees = all(&along(&rows, "load.rate")[0]);
        assert_eq!(knees.len(), 1);
        assert!((knees[0].at - 0.5).abs() < 1e-12 && knees[0].beyond.is_none(), "{knees:?}");
        let [low, high] = knees[0].between;
        assert!((low - 0.4).abs() < 1e-12 && (high - 0.6).abs() < 1e-12, "{knees:?}");
    }

    #[test]
    fn a_sweep_that_ends_too_early_says_so_and_chance_widens_the_range() {
        let text = "load.clients,scenario,runtime,throughput_rps,response_mean_s,response_mean_s_lo,response_mean_s_hi,steady\n\
                    1,,x,10,0.1,0.1,0.1,true\n2,,x,20,0.1,0.1,0.1,true\n4,,x,39,0.11,0.05,0.17,true\n";
        let rows = Rows::read(text.as_bytes()).unwrap();
        let knees = all(&along(&rows, "load.clients")[0]);
        assert_eq!(knees[0].beyond, Some(Beyond::Above), "{knees:?}");
        assert_eq!(knees[0].between, [1.0, 4.0]);
    }

    #[test]
    fn a_sweep_that_begins_too_late_says_so() {
        let text = "load.clients,scenario,runtime,throughput_rps,response_mean_s,steady\n\
                    8,,x,10,0.8,true\n16,,x,10,1.6,true\n32,,x,10,3.2,true\n";
        let rows = Rows::read(text.as_bytes()).unwrap();
        let knees = all(&along(&rows, "load.clients")[0]);
        assert_eq!(knees[0].beyond, Some(Beyond::Below), "{knees:?}");
    }
}
