//! A numeric axis, even or logarithmic, with round ticks.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

use super::super::number::figure;

/// An axis logarithmic from this ratio of largest to smallest value on: below it an even scale
/// shows both.
const LOG_FROM: f64 = 10.0;
/// A logarithmic axis labels 2 and 5 too while it spans no more decades than this.
const DECADES_WITH_2_AND_5: f64 = 2.2;

/// How values become distances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences, equal distances.
    Even,
    /// Equal ratios, equal distances.
    Log,
}

/// A scale between two ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// How values become distances.
    pub scale: Scale,
    /// Where it begins; positive for a logarithmic one.
    pub from: f64,
    /// Where it ends, beyond `from`.
    pub to: f64,
}

/// A line across the plot, perhaps with its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where.
    pub at: f64,
    /// The number; `None` for a light line between.
    pub label: Option<String>,
}

impl Axis {
    /// An axis of ratios that shows 1 and all the finite ones of these values: logarithmic where
    /// they span a factor of ten, from 0 otherwise.
    #[must_use]
    pub fn of_ratios(values: &[f64]) -> Self {
        let finite = values.iter().copied().filter(|v| v.is_finite());
        let least = finite.clone().fold(f64::INFINITY, f64::min);
        let most = finite.fold(1.0, f64::max);
        if least > 0.0 && least.is_finite() && most / least >= LOG_FROM {
            let from = decade(least.min(1.0), f64::floor).max(f64::MIN_POSITIVE);
            // A decade under 1 only where something is there.
            let from = if least >= 1.0 { 0.9 } else { from };
            return Self { scale: Scale::Log, from, to: (most * 1.15).min(f64::MAX) };
        }
        Self { scale: Scale::Even, from: least.min(0.0), to: (most * 1.04).min(f64::MAX) }
    }

    /// An even axis that holds these values, from 0 where they come near it.
    #[must_use]
    pub fn even(values: &[f64]) -> Self {
        let Some((least, most)) = extent(values, |_| true) else {
            return Self { scale: Scale::Even, from: 0.0, to: 1.0 };
        };
        let span = (most - least).max(most.abs() * 1e-3).max(f64::MIN_POSITIVE);
        // Half of the axis empty is a fair price for a zero that nobody has to look for.
        let from = if least >= 0.0 && least <= span { 0.0 } else { least - 0.06 * span };
        Self { scale: Scale::Even, from, to: most + 0.06 * span }
    }

    /// An even axis just about these values, with or without 0.
    #[must_use]
    pub fn around(values: &[f64]) -> Self {
        let Some((least, most)) = extent(values, |_| true) else { return Self::even(values) };
        let air = 0.06 * (most - least).max(most.abs() * 1e-3).max(f64::MIN_POSITIVE);
        Self { scale: Scale::Even, from: least - air, to: most + air }
    }

    /// A logarithmic axis that holds the positive ones of these values; an even one where none is
    /// or all lie within a factor of three.
    #[must_use]
    pub fn log(values: &[f64]) -> Self {
        match extent(values, |value| value > 0.0) {
            Some((least, most)) if most / least > 3.0 => {
                // Of each end, for the ratio of the ends may overflow.
                let air = libm::exp((libm::log(most) - libm::log(least)) * 0.04);
                let from = (least / air).max(f64::MIN_POSITIVE);
                Self { scale: Scale::Log, from, to: (most * air).min(f64::MAX) }
            }
            _ => Self::even(values),
        }
    }

    /// An axis that suits the values: logarithmic where they are positive and span a factor of
    /// ten.
    #[must_use]
    pub fn suited(values: &[f64]) -> Self {
        match extent(values, |_| true) {
            Some((least, most)) if least > 0.0 && most / least >= LOG_FROM => Self::log(values),
            _ => Self::even(values),
        }
    }

    /// Where a value lies, 0 at the beginning, 1 at the end; what lies beyond either end stays at
    /// it.
    #[must_use]
    pub fn share(&self, value: f64) -> f64 {
        let share = match self.scale {
            Scale::Even => (value - self.from) / (self.to - self.from),
            // Through libm, so that the last bit, and with it the file, is the same everywhere.
            Scale::Log if value <= 0.0 => 0.0,
            Scale::Log => (libm::log(value) - libm::log(self.from)) / self.decades(libm::log),
        };
        if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
    }

    /// Round numbers within the axis, at most `most` of them with labels (at least two are asked
    /// for).
    #[must_use]
    pub fn ticks(&self, most: usize) -> Vec<Tick> {
        match self.scale {
            Scale::Even => self.even_ticks(most.max(2)),
            Scale::Log => self.log_ticks(most.max(2)),
        }
    }

    /// The length of the axis in logarithms; of each end, for the ratio of the ends may overflow.
    fn decades(&self, log: fn(f64) -> f64) -> f64 {
        log(self.to) - log(self.from)
    }

    /// Multiples of 1, 2 or 5 times a power of ten.
    fn even_ticks(&self, most: usize) -> Vec<Tick> {
        let rough = (self.to - self.from) / most as f64;
        let unit = decade(rough, f64::floor);
        let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * unit).into_iter().find(|s| *s >= rough);
        let step = step.unwrap_or(10.0 * unit);
        let first = (self.from / step).ceil();
        (0..=most)
            .map(|i| (first + i as f64) * step)
            .take_while(|at| *at <= self.to)
            .map(|at| Tick { at, label: Some(figure(at, 3)) })
            .collect()
    }

    /// Powers of ten, 2 and 5 between them where there is room, light lines for the rest.
    fn log_ticks(&self, most: usize) -> Vec<Tick> {
        let decades = self.decades(libm::log10);
        let few = decades <= DECADES_WITH_2_AND_5 && most >= 6;
        // Every so many powers only, if there are more than labels.
        let every = (decades / most as f64).ceil().max(1.0);
        let first = libm::log10(self.from).floor();
        let mut ticks = Vec::new();
        for power in 0..=(decades.ceil() as u32) + 1 {
            let exponent = first + f64::from(power);
            // Light lines would be a grey field where not even every power has a label.
            let digits = if every > 1.0 { 1..2 } else { 1..10_u32 };
            for digit in digits {
                let at = f64::from(digit) * libm::pow(10.0, exponent);
                if at < self.from || at > self.to {
                    continue;
                }
                let labelled = match digit {
                    1 => (exponent / every).fract() == 0.0,
                    2 | 5 => few,
                    _ => false,
                };
                ticks.push(Tick { at, label: labelled.then(|| figure(at, 3)) });
            }
        }
        ticks
    }
}

/// The least and the most of the finite values that are wanted.
fn extent(values: &[f64], wanted: fn(f64) -> bool) -> Option<(f64, f64)> {
    let limit = 1e300;
    values
        .iter()
        .copied()
        .filter(|value| value.abs() <= limit && wanted(*value))
        .map(|value| (value, value))
        .reduce(|(least, most), (value, _)| (least.min(value), most.max(value)))
}

/// A power of ten near the value.
fn decade(value: f64, round: fn(f64) -> f64) -> f64 {
    libm::pow(10.0, round(libm::log10(value)))
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        limit.0 + (self.share(*value) * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        self.ticks(hint.max_num_points()).into_iter().map(|tick| tick.at).collect()
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis, most: usize) -> String {
        let ticks = axis.ticks(most);
        ticks.into_iter().filter_map(|tick| tick.label).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn values_of_one_magnitude_lie_on_an_even_axis_from_zero() {
        let axis = Axis::of_ratios(&[78.7, 81.0, 74.7]);
        assert_eq!((axis.scale, axis.from), (Scale::Even, 0.0));
        assert!(axis.to > 81.0 && axis.to < 90.0);
        assert_eq!(labels(&axis, 5), "0 20 40 60 80");
    }

    #[test]
    fn a_spread_of_ten_makes_it_logarithmic() {
        let axis = Axis::of_ratios(&[2.0, 81.0]);
        assert_eq!(axis.scale, Scale::Log);
        assert_eq!(labels(&axis, 8), "1 2 5 10 20 50");
        assert_eq!(labels(&axis, 4), "1 10");
        assert_eq!(labels(&Axis::of_ratios(&[0.05, 81.0]), 5), "0.01 0.1 1 10");
    }

    #[test]
    fn ends_map_to_the_ends_and_what_lies_beyond_stays_there() {
        for axis in [Axis::of_ratios(&[3.0, 4.0]), Axis::of_ratios(&[1.0, 1000.0])] {
            assert_eq!(axis.map(&axis.from, (100, 900)), 100);
            assert_eq!(axis.map(&axis.to, (100, 900)), 900);
            assert_eq!(axis.map(&-5.0, (100, 900)), 100);
            assert_eq!(axis.map(&f64::INFINITY, (100, 900)), 900);
            assert_eq!(axis.map(&f64::NAN, (100, 900)), 100);
        }
    }

    #[test]
    fn a_logarithmic_axis_gives_equal_ratios_equal_distances() {
        let axis = Axis { scale: Scale::Log, from: 1.0, to: 100.0 };
        assert!((axis.share(10.0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn odd_values_still_make_an_axis() {
        for values in
            [&[][..], &[f64::NAN], &[0.0, 5.0], &[-3.0, 2.0], &[1e-300, 1e300], &[0.0], &[f64::MAX]]
        {
            let axis = Axis::of_ratios(values);
            assert!(axis.to > axis.from && axis.to.is_finite(), "{values:?} {axis:?}");
            for other in [Axis::even(values), Axis::log(values), Axis::suited(values)] {
                assert!(other.to > other.from && other.to.is_finite(), "{values:?} {other:?}");
            }
            let ticks = axis.ticks(5);
            assert!(ticks.iter().filter(|tick| tick.label.is_some()).count() <= 7, "{values:?}");
        }
    }
}
