//! Colours and markers that stay apart in grey and for every kind of colour vision.

use plotters::style::RGBColor;

use super::ink::Dash;

/// The eight colours of Okabe and Ito (Color Universal Design, 2008), without the yellow, which
/// vanishes on white.
pub const BLACK: RGBColor = RGBColor(0, 0, 0);
/// Blue.
pub const BLUE: RGBColor = RGBColor(0, 114, 178);
/// Bluish green.
pub const GREEN: RGBColor = RGBColor(0, 158, 115);
/// Orange.
pub const ORANGE: RGBColor = RGBColor(230, 159, 0);
/// Vermilion.
pub const VERMILION: RGBColor = RGBColor(213, 94, 0);

/// Reddish purple.
pub const PURPLE: RGBColor = RGBColor(204, 121, 167);
/// Sky blue.
pub const SKY: RGBColor = RGBColor(86, 180, 233);

/// The page.
pub const WHITE: RGBColor = RGBColor(255, 255, 255);
/// Text of less weight; 7:1 against white, so that small type stays legible (WCAG 2.2, 1.4.6).
pub const GREY: RGBColor = RGBColor(85, 85, 85);
/// From the baseline to a value.
pub const STEM: RGBColor = RGBColor(160, 160, 160);
/// Lines that guide the eye.
pub const LIGHT: RGBColor = RGBColor(217, 217, 217);

/// What the colours are called in files for others.
pub const NAMES: [(RGBColor, &str); 11] = [
    (BLACK, "black"),
    (BLUE, "blue"),
    (GREEN, "green"),
    (ORANGE, "orange"),
    (VERMILION, "vermilion"),
    (PURPLE, "purple"),
    (SKY, "sky"),
    (WHITE, "white"),
    (GREY, "grey"),
    (STEM, "stem"),
    (LIGHT, "light"),
];

/// The second cue beside the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// A filled disc.
    Disc,
    /// An open diamond.
    Diamond,
    /// An open square.
    Square,
    /// An open triangle.
    Triangle,
    /// A cross.
    Cross,
    /// An upright bar.
    Bar,
}

/// How one of several series looks: a colour, and two cues that survive grey.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Its colour.
    pub color: RGBColor,
    /// Its dashes in points.
    pub dash: Dash,
    /// Its marker.
    pub marker: Marker,
    /// The hatching of its bars.
    pub hatch: Hatch,
}

/// Lines over a bar, which tell it from others in grey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hatch {
    /// None.
    Plain,
    /// From the lower left to the upper right.
    Rising,
    /// From the upper left to the lower right.
    Falling,
    /// Both.
    Crossed,
    /// Upright.
    Upright,
    /// Level.
    Level,
}

/// The looks of series, in the order in which they are given out.
const LOOKS: [Look; 6] = [
    Look { color: BLUE, dash: &[], marker: Marker::Disc, hatch: Hatch::Plain },
    Look { color: VERMILION, dash: &[4.0, 1.6], marker: Marker::Square, hatch: Hatch::Rising },
    Look { color: GREEN, dash: &[1.2, 1.4], marker: Marker::Diamond, hatch: Hatch::Falling },
    Look {
        color: PURPLE,
        dash: &[5.0, 1.4, 1.2, 1.4],
        marker: Marker::Triangle,
        hatch: Hatch::Crossed,
    },
    Look { color: ORANGE, dash: &[7.0, 2.0], marker: Marker::Cross, hatch: Hatch::Upright },
    Look {
        color: BLACK,
        dash: &[2.5, 1.2, 1.0, 1.2, 1.0, 1.2],
        marker: Marker::Bar,
        hatch: Hatch::Level,
    },
];

/// The look of the series at this place; after six they begin again.
#[must_use]
pub const fn look(place: usize) -> Look {
    LOOKS[place % LOOKS.len()]
}
