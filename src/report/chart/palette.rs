//! Colours and markers that stay apart in grey and for every kind of colour vision.

use plotters::style::RGBColor;

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

/// The page.
pub const WHITE: RGBColor = RGBColor(255, 255, 255);
/// Text of less weight; 7:1 against white, so that small type stays legible (WCAG 2.2, 1.4.6).
pub const GREY: RGBColor = RGBColor(85, 85, 85);
/// From the baseline to a value.
pub const STEM: RGBColor = RGBColor(160, 160, 160);
/// Lines that guide the eye.
pub const LIGHT: RGBColor = RGBColor(217, 217, 217);

/// The second cue beside the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// A filled disc.
    Disc,
    /// An open diamond.
    Diamond,
    /// An open square.
    Square,
    /// An upright bar.
    Bar,
}
