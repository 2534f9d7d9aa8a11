//! The page that a chart is drawn for: its width and the size of its type.

/// Points in a millimetre (72 to the inch of 25.4 mm).
pub const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// Where a chart will be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// A screen or a README: 9 pt type and a title.
    Screen,
    /// A printed column: 7.5 pt type; the caption stands in the text.
    Paper,
}

/// Width and theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Page {
    /// Width in millimetres; the height follows from what is drawn.
    pub width_mm: f64,
    /// Where it will be seen.
    pub theme: Theme,
}

/// Widths of printed columns by name, in millimetres, in whole and half ones: IEEE's 3.5 in and
/// 7.16 in (Author Center, graphics size), ACM's 3.33 in and 7 in (acmart, sigconf), Nature's 89 mm
/// and 183 mm (guide to final artwork).
pub const WIDTHS: &[(&str, f64)] = &[
    ("ieee1", 88.0),
    ("ieee2", 181.0),
    ("acm1", 84.5),
    ("acm2", 178.0),
    ("nature1", 89.0),
    ("nature2", 183.0),
];

/// The narrowest page on which a chart still fits its labels, in millimetres.
const WIDTH_MIN_MM: f64 = 60.0;
/// The widest, an A0 sheet.
const WIDTH_MAX_MM: f64 = 1189.0;

impl Page {
    /// 160 mm for a screen.
    pub const SCREEN: Self = Self { width_mm: 160.0, theme: Theme::Screen };
    /// One column of a printed page, 88 mm.
    pub const PAPER: Self = Self { width_mm: 88.0, theme: Theme::Paper };

    /// Size of the type in points.
    #[must_use]
    pub const fn type_pt(&self) -> f64 {
        match self.theme {
            Theme::Screen => 9.0,
            Theme::Paper => 7.5,
        }
    }

    /// Width in points.
    #[must_use]
    pub fn width_pt(&self) -> f64 {
        self.width_mm * POINTS_PER_MM
    }
}

/// A width as `--width` takes it, in millimetres: `88mm` or a name of [`WIDTHS`].
///
/// # Errors
///
/// A sentence that says what is possible, for any other text and for widths under 60 mm or over
/// 1189 mm.
pub fn width_mm(text: &str) -> Result<f64, String> {
    if let Some((_, width)) = WIDTHS.iter().find(|(name, _)| *name == text) {
        return Ok(*width);
    }
    let number = text.strip_suffix("mm").and_then(|number| number.trim().parse::<f64>().ok());
    match number {
        Some(width) if (WIDTH_MIN_MM..=WIDTH_MAX_MM).contains(&width) => Ok(width),
        Some(_) => {
            Err(format!("a chart is {WIDTH_MIN_MM} mm to {WIDTH_MAX_MM} mm wide, not {text}"))
        }
        None => {
            let names: Vec<&str> = WIDTHS.iter().map(|(name, _)| *name).collect();
            Err(format!("expected a width like 88mm or one of {}, not `{text}`", names.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_width_is_in_millimetres_or_a_journals_name() {
        for (text, width) in
            [("88mm", 88.0), ("100.5 mm", 100.5), ("ieee1", 88.0), ("nature2", 183.0)]
        {
            assert_eq!(width_mm(text), Ok(width));
        }
        for text in ["88", "88cm", "NaNmm", "10mm", "infmm", "-88mm", "", "ieee3"] {
            assert!(width_mm(text).is_err(), "{text}");
        }
        assert!(width_mm("ieee3").unwrap_err().contains("ieee1, ieee2"));
    }

    #[test]
    fn a_page_of_one_inch_has_72_points() {
        let page = Page { width_mm: 25.4, ..Page::PAPER };
        assert!((page.width_pt() - 72.0).abs() < 1e-12);
    }
}
