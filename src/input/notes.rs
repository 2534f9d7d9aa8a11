//! Where mistakes are noted while a model is read, so that all are told at once.

use std::cell::RefCell;

use crate::input::problem::{Place, Problem, Source};
use crate::input::tree::{Content, Item};
#[cfg(doc)]
use crate::input::value::Scope;
use crate::input::value::ValueError;

/// The message of a [`Scope`] for a parameter that is mistaken and was told where it is defined:
/// its uses are then not told again.
pub const TOLD: &str = "(told where it is defined)";

/// Where mistakes are noted while a model is read, and the texts that they are in.
#[derive(Debug)]
pub struct Notes {
    sources: Vec<Source>,
    problems: RefCell<Vec<Problem>>,
}

impl Notes {
    /// Nothing noted yet; the first source is the model file.
    #[must_use]
    pub const fn new(sources: Vec<Source>) -> Self {
        Self { sources, problems: RefCell::new(Vec::new()) }
    }

    /// Notes a mistake.
    pub fn add(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// How many are noted.
    #[must_use]
    pub fn count(&self) -> usize {
        self.problems.borrow().len()
    }

    /// The texts and all mistakes.
    #[must_use]
    pub fn finish(self) -> (Vec<Source>, Vec<Problem>) {
        (self.sources, self.problems.into_inner())
    }

    /// Notes what the value grammar found wrong with the text of `item`.
    pub fn add_value_error(&self, item: &Item, error: ValueError) {
        if error.message == TOLD {
            return;
        }
        let place = self.place_within(item, &error.span);
        let undefined = error.message.ends_with("is not defined");
        let problem = Problem::of_value(error).at(&place);
        self.add(if undefined { problem.consequence() } else { problem });
    }

    /// The place of bytes `span` of an item's text. With escapes in the string the text is not in
    /// the file as it is, and the place is the whole item.
    fn place_within(&self, item: &Item, span: &std::ops::Range<usize>) -> Place {
        let Content::Text(text) = &item.content else { return item.place.clone() };
        let written = self
            .sources
            .get(item.place.source)
            .and_then(|source| source.text.get(item.place.span.clone()))
            .filter(|written| !(written.starts_with('"') && written.contains('\\')));
        match written.and_then(|written| written.find(text.as_str())) {
            Some(offset) if *span != (0..0) && !text.is_empty() => {
                let start = item.place.span.start + offset;
                Place::new(item.place.source, start + span.start..start + span.end)
            }
            _ => item.place.clone(),
        }
    }
}
