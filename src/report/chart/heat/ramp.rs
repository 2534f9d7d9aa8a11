//! Cividis: from dark blue over grey to yellow, evenly lighter for every eye.

use plotters::style::RGBColor;

/// Every eighth of the published table.
const STOPS: [[u8; 3]; 9] = [
    [0, 34, 78],
    [18, 53, 112],
    [59, 73, 108],
    [87, 93, 109],
    [112, 113, 115],
    [138, 134, 120],
    [165, 156, 116],
    [195, 179, 105],
    [254, 232, 56],
];

/// The colour at a share from 0 to 1.
pub fn color(share: f64) -> RGBColor {
    let at = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let below = (at.floor() as usize).min(STOPS.len() - 2);
    let part = at - below as f64;
    let mix = |i: usize| {
        let (a, b) = (f64::from(STOPS[below][i]), f64::from(STOPS[below + 1][i]));
        (a + (b - a) * part).round() as u8
    };
    RGBColor(mix(0), mix(1), mix(2))
}

/// The colours as pgfplots takes them.
pub fn pgf() -> String {
    let stops = STOPS.iter().map(|[r, g, b]| format!("rgb255=({r},{g},{b})"));
    stops.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_lighter_in_grey() {
        let grey = |share: f64| {
            let RGBColor(r, g, b) = color(share);
            0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b)
        };
        for step in 0..40 {
            let at = f64::from(step) / 40.0;
            assert!(grey(at + 0.025) > grey(at), "{at}");
        }
    }
}
