//! How wide and how colourful a text report is.

/// The terminal that a text report is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to emphasise with ANSI escape sequences (SGR, ECMA-48); all is readable without.
    pub color: bool,
    /// Columns; lines are broken to fit. Under 40 counts as 40.
    pub width: usize,
}

impl Style {
    /// 80 columns without colour: for files and pipes.
    pub const PLAIN: Self = Self { color: false, width: 80 };

    /// The width that layouts reckon with.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.width.max(40)
    }

    /// The text in a tone, as it is without colour.
    #[must_use]
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        match tone.code().filter(|_| self.color && !text.trim().is_empty()) {
            Some(code) => format!("\x1b[{code}m{text}\x1b[0m"),
            None => text.to_owned(),
        }
    }
}

/// What a piece of text is, for emphasis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As it comes.
    #[default]
    Plain,
    /// A heading.
    Head,
    /// Of little weight.
    Faint,
    /// As it should be.
    Good,
    /// To be known before a figure is trusted.
    Warning,
    /// Not as it should be.
    Bad,
}

impl Tone {
    /// The parameter of the escape sequence. Only the eight basic colours, which every theme keeps
    /// legible.
    const fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Head => Some("1"),
            Self::Faint => Some("2"),
            Self::Good => Some("32"),
            Self::Warning => Some("33"),
            Self::Bad => Some("31"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_wraps_the_text_and_its_absence_leaves_it_alone() {
        let style = Style { color: true, width: 80 };
        assert_eq!(style.paint(Tone::Bad, "MISSED"), "\x1b[31mMISSED\x1b[0m");
        assert_eq!(style.paint(Tone::Bad, "  "), "  ");
        assert_eq!(style.paint(Tone::Plain, "met"), "met");
        assert_eq!(Style::PLAIN.paint(Tone::Bad, "MISSED"), "MISSED");
    }
}
