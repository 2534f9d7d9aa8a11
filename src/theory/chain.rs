//! The stationary distribution of a finite birth–death chain, from the ratios of neighbouring
//! states.
//!
//! Forward recursions over a million states overflow, and subtract what they should compare. Here
//! the walk starts at the most likely state, whose weight is 1, and goes both ways until nothing is
//! left to add: every term is positive and at most 1, and a chain of a million states costs what
//! its spread does, some thousands of them. The ratios must not increase with the state (the
//! weights are then log-concave), which holds for every chain here: arrivals never speed up,
//! service never slows down as the queue grows.

/// A weight below this share of the sum changes no digit of a mean.
pub(super) const FOR_MEANS: f64 = 1e-20;

/// Keeps every state that a double can hold, for the probability of a rare last state.
pub(super) const FOR_TAILS: f64 = 1e-300;

/// Visits each state of 0 to `last` that matters, once and in no order, with its weight relative to
/// the most likely one.
///
/// `ratio(j)` is the weight of state j over that of j − 1, for 1 ≤ j ≤ last, and must not increase
/// with j. States that together weigh less than `negligible` of the sum are left out.
pub(super) fn walk(
    last: u64,
    negligible: f64,
    ratio: impl Fn(u64) -> f64,
    mut visit: impl FnMut(u64, f64),
) {
    let mode = mode(last, &ratio);
    let mut sum = 1.0;
    visit(mode, 1.0);
    let mut walk = |states: &mut dyn Iterator<Item = (u64, f64)>| {
        let mut weight = 1.0;
        for (state, step) in states {
            weight *= step;
            sum += weight;
            visit(state, weight);
            // What follows is at most a geometric series, since steps only shrink from here.
            if weight <= negligible * sum * (1.0 - step) {
                break;
            }
        }
    };
    walk(&mut (mode + 1..=last).map(|state| (state, ratio(state))));
    walk(&mut (0..mode).rev().map(|state| (state, 1.0 / ratio(state + 1))));
}

/// The largest state that is at least as likely as the one before it.
fn mode(last: u64, ratio: impl Fn(u64) -> f64) -> u64 {
    let (mut low, mut high) = (0, last);
    while low < high {
        let middle = high - (high - low) / 2;
        if ratio(middle) >= 1.0 {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

/// What a chain whose states count customers says on average.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Averages {
    /// The mean state.
    pub number: f64,
    /// The mean of `min(state, servers)`.
    pub busy: f64,
    /// The probability of state 0.
    pub empty: f64,
    /// The probability of the last state.
    pub full: f64,
}

/// The averages of the chain of 0 to `last` customers at `servers` servers; see [`walk`].
pub(super) fn averages(
    last: u64,
    servers: u64,
    negligible: f64,
    ratio: impl Fn(u64) -> f64,
) -> Averages {
    let mut sum = 0.0;
    let mut means = Averages::default();
    walk(last, negligible, ratio, |state, weight| {
        sum += weight;
        means.number += state as f64 * weight;
        means.busy += state.min(servers) as f64 * weight;
        if state == 0 {
            means.empty = weight;
        }
        if state == last {
            means.full = weight;
        }
    });
    Averages {
        number: means.number / sum,
        busy: means.busy / sum,
        empty: means.empty / sum,
        full: means.full / sum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_geometric_chain_has_the_averages_of_its_closed_form() {
        // Weights r^j, 0 ≤ j ≤ n: p_0 = (1 − r)/(1 − r^(n+1)), p_n = r^n p_0,
        // mean r/(1 − r) − (n + 1) r^(n+1)/(1 − r^(n+1)).
        for (r, n) in [(0.5, 10_u64), (0.9, 40), (1.25, 30), (3.0, 7), (0.001, 3)] {
            let power = (0..=n).fold(1.0, |product, _| product * r);
            let empty = (1.0 - r) / (1.0 - power);
            let mean = r / (1.0 - r) - (n + 1) as f64 * power / (1.0 - power);
            let found = averages(n, 1, FOR_TAILS, |_| r);
            assert!((found.empty / empty - 1.0).abs() < 1e-12, "{r} {n}");
            assert!((found.full / (empty * power / r) - 1.0).abs() < 1e-12, "{r} {n}");
            assert!((found.number / mean - 1.0).abs() < 1e-12, "{r} {n}");
            assert!((found.busy - (1.0 - empty)).abs() < 1e-12, "{r} {n}");
        }
    }

    #[test]
    fn equal_weights_are_all_visited() {
        let found = averages(100, 1, FOR_MEANS, |_| 1.0);
        assert!((found.number - 50.0).abs() < 1e-12);
        assert!((found.full - 1.0 / 101.0).abs() < 1e-15);
    }

    #[test]
    fn a_chain_of_one_state_is_in_it() {
        let found = averages(0, 3, FOR_MEANS, |_| f64::NAN);
        assert_eq!(found, Averages { number: 0.0, busy: 0.0, empty: 1.0, full: 1.0 });
    }

    #[test]
    fn only_the_states_that_matter_are_visited() {
        let mut visited = 0;
        // Poisson weights of mean 10⁶: the spread is a thousand, ten of them each way suffice.
        walk(10_000_000, FOR_MEANS, |j| 1e6 / j as f64, |_, _| visited += 1);
        assert!((10_000..30_000).contains(&visited), "{visited}");
    }
}
