//! A drawn chart and the files that it makes.

use super::super::files::Precision;
use super::caption::{Provenance, caption};
use super::drawing::Drawing;
use super::ink::{Ink, Label, Picture};
use super::layout::Layout;
use super::page::{Page, Theme};
use super::{Error, numbers, precision, sheet, tex};

/// Pixels to the inch: what printers ask of line art, and twice the screen's 96.
const PAPER_DPI: f64 = 600.0;
const SCREEN_DPI: f64 = 192.0;

/// A drawn chart and its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What it shows.
    pub(super) drawing: Drawing,
    /// The picture.
    pub(super) ink: Ink,
    /// Its numbers, a tidy CSV file.
    pub(super) csv: String,
    /// A pgfplots file that draws it again.
    tex: String,
    page: Page,
    /// What to know of it that has no place in a figure, for whoever draws it.
    hints: Vec<String>,
    /// How narrow the intervals of what it draws are.
    precision: Vec<Precision>,
}

impl Figure {
    /// The figure of a description.
    ///
    /// # Errors
    ///
    /// What the drawing library or the table of numbers reports.
    pub fn of(drawing: Drawing, page: &Page) -> Result<Self, Error> {
        let layout = Layout::new(&drawing, page);
        let ink = sheet::draw(&layout)?;
        let tex = tex::document(&layout, &ink);
        let csv = numbers::table(&drawing)?;
        let precision = precision::of(&drawing);
        Ok(Self::new(drawing, (ink, tex, csv), page).within(precision))
    }

    /// A figure that was drawn otherwise.
    pub(super) fn new(
        drawing: Drawing,
        (ink, tex, csv): (Ink, String, String),
        page: &Page,
    ) -> Self {
        Self { drawing, ink, csv, tex, page: *page, hints: Vec::new(), precision: Vec::new() }
    }

    /// The same, its intervals being so narrow.
    pub(super) fn within(mut self, precision: impl IntoIterator<Item = Precision>) -> Self {
        self.precision.extend(precision);
        self
    }

    /// The same with hints for whoever draws it.
    pub(super) fn hinting(self, hints: impl IntoIterator<Item = String>) -> Self {
        Self { hints: hints.into_iter().collect(), ..self }
    }

    /// The same with other numbers beside it.
    pub(super) fn with_csv(self, csv: String) -> Self {
        Self { csv, ..self }
    }

    /// What to know of it that has no place in a figure: other commands that draw more.
    #[must_use]
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The bytes of a picture file.
    ///
    /// # Errors
    ///
    /// The picture has more pixels than an image can have.
    pub fn picture(&self, format: &Picture) -> Result<Vec<u8>, Error> {
        let dpi = if self.page.theme == Theme::Paper { PAPER_DPI } else { SCREEN_DPI };
        let label = Label { title: self.drawing.title.clone(), about: self.drawing.about.clone() };
        (format.write)(&self.ink, &label, dpi)
    }

    /// Names and bytes of all its files: the pictures, its numbers, a pgfplots file, its caption.
    ///
    /// # Errors
    ///
    /// As [`Figure::picture`].
    pub fn files(
        &self,
        name: &str,
        formats: &[&Picture],
        from: &Provenance,
    ) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let mut files = Vec::new();
        for format in formats {
            files.push((format!("{name}.{}", format.name), self.picture(format)?));
        }
        let caption = caption(&self.drawing, &self.precision, from);
        for (ending, text) in [("csv", &self.csv), ("tex", &self.tex), ("caption.txt", &caption)] {
            files.push((format!("{name}.{ending}"), text.clone().into_bytes()));
        }
        Ok(files)
    }
}
