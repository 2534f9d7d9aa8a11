//! 95 % intervals over independent replications: of a mean, and of a ratio of paired means.

use super::moments::Moments;
use super::student;

/// The mean of independent replications and its 95 % interval by Student's t.
///
/// The interval is `None` with fewer than two values, or where it is not finite. The mean of no
/// values is NaN.
#[must_use]
pub fn mean_ci95(values: &[f64]) -> (f64, Option<[f64; 2]>) {
    let moments: Moments = values.iter().copied().collect();
    let mean = moments.mean().unwrap_or(f64::NAN);
    (mean, around(mean, half_width95(&moments)))
}

/// Half the width of the 95 % interval of a mean, in the values' unit; `None` with fewer than two
/// values.
#[must_use]
pub fn half_width95(moments: &Moments) -> Option<f64> {
    let error = moments.standard_error()?;
    Some(student::t95((moments.count() - 1) as f64) * error)
}

/// The ratio of two means over paired replications, and its 95 % interval.
///
/// `numerators[k]` and `denominators[k]` come from the same replication, so that what both share
/// (the same requests) cancels in each pair's ratio. The point is the ratio of the means, which is
/// not biased by the replications' own spread as the mean of ratios is; the interval around it is
/// as wide as Student's over the paired ratios (the two centres differ by the square of the
/// replications' coefficient of variation only).
///
/// The interval is `None` with fewer than two pairs, with lists of unequal length, or where a ratio
/// is not finite.
///
/// ```
/// // The second machine is always twice the first, whatever the replication drew.
/// use iowait::stats::interval::ratio_ci95;
/// let (gain, ci95) = ratio_ci95(&[20.0, 26.0, 30.0], &[10.0, 13.0, 15.0]);
/// assert_eq!((gain, ci95), (2.0, Some([2.0, 2.0])));
/// ```
#[must_use]
pub fn ratio_ci95(numerators: &[f64], denominators: &[f64]) -> (f64, Option<[f64; 2]>) {
    let mean =
        |values: &[f64]| values.iter().copied().collect::<Moments>().mean().unwrap_or(f64::NAN);
    let point = mean(numerators) / mean(denominators);
    if numerators.len() != denominators.len() {
        return (point, None);
    }
    let ratios: Moments = numerators.iter().zip(denominators).map(|(a, b)| a / b).collect();
    (point, around(point, half_width95(&ratios)))
}

/// The 95 % interval of a percentile of response times: `sections` are those of independent
/// replications, `whole` that of all their values together, in the same unit.
///
/// A percentile of a short run is biased as 1/length, so that the mean of sections is off by more
/// than it seems; the interval is set around the whole, and the spread of the sections is taken
/// from there (sectioning: Asmussen and Glynn, Stochastic Simulation, 2007, III.5a; Nakayama, ACM
/// TOMACS 24(4), 2014). It is Student's for the reciprocals: in a queue the relative spread of a
/// percentile grows in proportion to it, for a busy spell lasts as the square of its delay, so
/// that on the plain scale low results come with intervals that are too narrow. Where sections
/// agree, both scales do.
///
/// `None` with fewer than two sections, or where the interval is not finite.
#[must_use]
pub fn sectioned_ci95(sections: &[f64], whole: f64) -> Option<[f64; 2]> {
    if sections.len() < 2 {
        return None;
    }
    let degrees = (sections.len() - 1) as f64;
    let half_width = |scale: fn(f64) -> f64| {
        let centre = scale(whole);
        let squares: f64 = sections.iter().map(|&x| (scale(x) - centre).powi(2)).sum();
        student::t95(degrees) * (squares / degrees / sections.len() as f64).sqrt()
    };
    if !(whole > 0.0 && sections.iter().all(|&section| section > 0.0)) {
        return around(whole, Some(half_width(|x| x)));
    }
    let share = half_width(|x| 1.0 / x) * whole;
    if share == 0.0 {
        return Some([whole, whole]);
    }
    // Few sections that differ say little of the upper end: beyond four times the whole the
    // logarithm says it, which has no pole.
    let high = if share < 0.75 {
        whole / (1.0 - share)
    } else {
        whole * libm::exp(half_width(libm::log)).max(4.0)
    };
    let ends = [whole / (1.0 + share), high];
    ends.iter().all(|end| end.is_finite()).then_some(ends)
}

/// What the ends of its windows may cost a rate, as a share of it, for so many events counted in
/// all.
///
/// Who is under way when a window opens or closes moves its count by whole events. A rate whose
/// windows hardly vary otherwise (the offered load, where a runtime sustains it) is then the same to
/// a small part of an event in nearly every replication, and off by a whole one in a few. Student's
/// t over those that happen to agree is blind to it. What was not seen in R replications may yet
/// befall three of them in R² (the rule of three: Hanley and Lippman-Hand, JAMA 249, 1983), so that
/// the sum of all counts may be off by three. Where windows vary at all, the square root of the
/// count, this is nothing beside it.
#[must_use]
pub fn ends_of_windows(events: u64) -> f64 {
    3.0 / events as f64
}

/// How many independent events these counts of independent replications amount to, at most all.
///
/// Independent events vary as a Poisson number does: `(standard deviation / mean)²` of a count is
/// one over its mean. Events that come in spells vary as much as so many fewer. `None` with fewer
/// than two counts, or nothing counted.
///
/// ```
/// use iowait::stats::interval::independent;
/// // Ten events in one replication and none in the other are one, not ten.
/// assert_eq!(independent(&[10.0, 0.0]), Some(1.0));
/// assert_eq!(independent(&[10.0, 10.0]), Some(20.0));
/// ```
#[must_use]
pub fn independent(counts: &[f64]) -> Option<f64> {
    let moments: Moments = counts.iter().copied().collect();
    let (mean, variance) = moments.mean().zip(moments.variance())?;
    let all = mean * counts.len() as f64;
    (all > 0.0).then(|| (all * mean / variance).min(all))
}

/// The interval made wider on both sides by `allowance`; one of no width is exact and stays.
#[must_use]
pub fn widened(ci95: [f64; 2], allowance: f64) -> Option<[f64; 2]> {
    let [low, high] = ci95;
    if low == high {
        return Some(ci95);
    }
    let ends = [low - allowance, high + allowance];
    ends.iter().all(|end| end.is_finite()).then_some(ends)
}

fn around(centre: f64, half_width: Option<f64>) -> Option<[f64; 2]> {
    let ends = half_width.map(|half| [centre - half, centre + half])?;
    ends.iter().all(|end| end.is_finite()).then_some(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_mean_is_the_one_worked_by_hand() {
        // Law, Simulation Modeling and Analysis (5th ed.), example 4.26: ten values, mean 1.34,
        // variance 0.17, 90 % interval ± 0.24. At 95 % t(9) = 2.262: 2.262157 · sqrt(0.167512 /
        // 10).
        let values = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09];
        let (mean, interval) = mean_ci95(&values);
        let [low, high] = interval.unwrap();
        assert!((mean - 1.343).abs() < 1e-12);
        assert!(((high - low) / 2.0 - 0.2927831).abs() < 1e-6, "{low} {high}");
        assert!(((high + low) / 2.0 - mean).abs() < 1e-12);
    }

    #[test]
    fn one_value_has_a_mean_and_no_interval() {
        assert_eq!(mean_ci95(&[7.0]), (7.0, None));
        assert!(mean_ci95(&[]).0.is_nan());
        assert_eq!(mean_ci95(&[1.0, f64::INFINITY]).1, None);
    }

    #[test]
    fn events_that_come_in_spells_count_as_so_many_fewer() {
        // Mean 10, variance 100: as much as three events in all have.
        assert_eq!(independent(&[20.0, 0.0, 10.0]), Some(3.0));
        // Variance 4 is less than that of independent events: all 30 count.
        assert_eq!(independent(&[12.0, 8.0, 10.0]), Some(30.0));
        assert_eq!(independent(&[0.0, 0.0]), None);
        assert_eq!(independent(&[5.0]), None);
    }

    #[test]
    fn equal_values_have_an_interval_of_no_width() {
        assert_eq!(mean_ci95(&[0.1; 10]), (0.1, Some([0.1, 0.1])));
    }

    #[test]
    fn the_ends_of_windows_widen_what_varies_and_leave_what_is_exact() {
        assert_eq!(widened([9.0, 11.0], 10.0 * ends_of_windows(30)), Some([8.0, 12.0]));
        assert_eq!(widened([10.0, 10.0], 1.0), Some([10.0, 10.0]));
        assert_eq!(widened([9.0, 11.0], ends_of_windows(0)), None);
    }

    #[test]
    fn windows_that_agree_but_for_a_rare_request_are_covered() {
        // Each window is short by a tenth of a request, one in ten of them over by nine tenths: on
        // average they are right. No such window in ten is as likely as not: 35 %.
        let (requests, replications) = (1_000.0, 10);
        let mut state = 1_u64;
        let mut rare = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33).is_multiple_of(10)
        };
        let (mut plain, mut wide) = (0, 0);
        for _ in 0..2_000 {
            let noise: Vec<f64> = (0..replications)
                .map(|k| if rare() { 0.9 } else { -0.1 } + 1e-4 * f64::from(k))
                .map(|off| 1.0 + off / requests)
                .collect();
            let (_, ci95) = ratio_ci95(&noise, &[1.0; 10]);
            let ci95 = ci95.unwrap();
            let all = (requests * f64::from(replications)) as u64;
            let covers = |[low, high]: [f64; 2]| usize::from(low <= 1.0 && 1.0 <= high);
            plain += covers(ci95);
            wide += covers(widened(ci95, ends_of_windows(all)).unwrap());
        }
        assert!((1_100..1_500).contains(&plain) && wide > 1_900, "{plain} {wide}");
    }

    #[test]
    fn a_paired_ratio_is_far_narrower_than_its_parts() {
        // Each pair's ratio is 2 ± 1 %, while the replications themselves differ by a factor of
        // two.
        let slow = [100.0, 150.0, 200.0, 120.0];
        let fast = [202.0, 297.0, 404.0, 237.6];
        let (ratio, interval) = ratio_ci95(&fast, &slow);
        // (202 + 297 + 404 + 237.6) / 570; ratios 2.02, 1.98, 2.02, 1.98: sd 0.04/√3, t(3) 3.182.
        assert!((ratio - 1140.6 / 570.0).abs() < 1e-12);
        let [low, high] = interval.unwrap();
        let half = 3.182_446 * (0.04 / 3.0_f64.sqrt()) / 2.0;
        assert!(((high - low) / 2.0 - half).abs() < 1e-6, "{low} {high} {half}");
        assert!(low < ratio && ratio < high);
    }

    #[test]
    fn the_interval_of_a_percentile_is_that_of_its_reciprocals_around_the_whole() {
        // Reciprocals 0.25, 0.2, 0.2 around 1/4.5: squares of 1/36, 1/45, 1/45; t(2) = 4.302653.
        let squares = (1.0_f64 / 36.0).powi(2) + 2.0 * (1.0_f64 / 45.0).powi(2);
        let half = 4.302_653 * (squares / 2.0 / 3.0).sqrt();
        let [low, high] = sectioned_ci95(&[4.0, 5.0, 5.0], 4.5).unwrap();
        assert!((1.0 / low - (1.0 / 4.5 + half)).abs() < 1e-6, "{low}");
        assert!((1.0 / high - (1.0 / 4.5 - half)).abs() < 1e-6, "{high}");
        assert_eq!(sectioned_ci95(&[3.0; 5], 3.0), Some([3.0, 3.0]));
        assert_eq!(sectioned_ci95(&[0.0; 5], 0.0), Some([0.0, 0.0]));
    }

    #[test]
    fn sections_far_apart_have_a_wide_interval_that_ends_somewhere() {
        let [low, high] = sectioned_ci95(&[1.0, 10.0], 5.0).unwrap();
        assert!(low > 0.0 && low < 1.0 && high > 20.0 && high.is_finite(), "{low} {high}");
        assert_eq!(sectioned_ci95(&[1.0], 1.0), None);
        assert_eq!(sectioned_ci95(&[1.0, f64::NAN], 1.0), None);
        assert_eq!(sectioned_ci95(&[1.0, 2.0], f64::NAN), None);
    }

    #[test]
    fn a_section_of_zero_leaves_the_plain_scale_and_sections_far_apart_the_logarithm() {
        // Student's 0.975 quantile with two degrees is 4.302653.
        let [low, high] = sectioned_ci95(&[0.0, 1.0, 2.0], 1.0).unwrap();
        let half = 4.302_653 * (1.0_f64 / 3.0).sqrt();
        assert!((low - (1.0 - half)).abs() < 1e-6 && (high - (1.0 + half)).abs() < 1e-6);
        // With one degree 12.7062; half of the sum of squared logarithms of 1/5 and 2 is 1.535378.
        let [_, high] = sectioned_ci95(&[1.0, 10.0], 5.0).unwrap();
        let expected = 5.0 * libm::exp(12.706_205 * 1.535_378_f64.sqrt());
        assert!((high / expected - 1.0).abs() < 1e-4, "{high} {expected}");
    }

    #[test]
    fn a_ratio_without_pairs_or_with_a_zero_has_no_interval() {
        assert_eq!(ratio_ci95(&[2.0, 4.0], &[1.0]).1, None);
        assert_eq!(ratio_ci95(&[2.0, 4.0], &[1.0, 0.0]).1, None);
        assert_eq!(ratio_ci95(&[2.0], &[1.0]), (2.0, None));
    }

    #[test]
    fn nineteen_of_twenty_intervals_cover_the_true_mean() {
        // 4000 sets of five values, near normal (sums of twelve uniforms from a linear congruence);
        // the standard error of the share covered is sqrt(0.95 · 0.05 / 4000) = 0.0034.
        let mut state = 1_u64;
        let mut uniform = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let covered = (0..4000)
            .filter(|_| {
                let values: Vec<f64> =
                    (0..5).map(|_| (0..12).map(|_| uniform()).sum::<f64>()).collect();
                let [low, high] = mean_ci95(&values).1.unwrap();
                low <= 6.0 && 6.0 <= high
            })
            .count();
        assert!((3740..=3860).contains(&covered), "{covered} of 4000");
    }
}
