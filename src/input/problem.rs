//! Mistakes in what people write: each with its place, its line, what was expected and what to do.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use crate::input::excerpt;
use crate::input::value::ValueError;

/// More than these are counted, not shown: nobody reads the hundredth mistake.
const MOST_SHOWN: usize = 50;

/// A text that people wrote: a model file, or the text of one `--set`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What messages call it: the path as it was given, `-` for standard input, `--set`.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
}

/// A spot in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The place of the source in its list; 0 is the model file.
    pub source: usize,
    /// Bytes of its text.
    pub span: Range<usize>,
}

impl Place {
    /// Bytes `span` of the source with this number.
    #[must_use]
    pub const fn new(source: usize, span: Range<usize>) -> Self {
        Self { source, span }
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    message: String,
    place: Option<Place>,
    notes: Vec<(Note, String)>,
    consequence: bool,
}

/// What a line below the message says, in the order in which people ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Note {
    Expected,
    Suggestion,
    Advice,
}

impl Note {
    const fn label(self) -> &'static str {
        match self {
            Self::Expected => "expected: ",
            Self::Suggestion => "",
            Self::Advice => "to do: ",
        }
    }
}

impl Problem {
    /// What is wrong, in a sentence without a full stop.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, notes: Vec::new(), consequence: false }
    }

    fn note(mut self, note: Note, text: String) -> Self {
        self.notes.push((note, text));
        self
    }

    /// Where.
    #[must_use]
    pub fn at(mut self, place: &Place) -> Self {
        self.place = Some(place.clone());
        self
    }

    /// What was expected there.
    #[must_use]
    pub fn expected(self, expected: impl Into<String>) -> Self {
        self.note(Note::Expected, expected.into())
    }

    /// The nearest valid name, where one is near.
    #[must_use]
    pub fn perhaps(self, name: Option<impl std::fmt::Display>) -> Self {
        match name {
            Some(name) => self.note(Note::Suggestion, format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// What the value grammar found wrong.
    #[must_use]
    pub fn of_value(error: ValueError) -> Self {
        let mut problem = Self::new(error.message);
        if let Some(expected) = error.expected {
            problem = problem.expected(expected);
        }
        match error.suggestion {
            Some(text) if text.starts_with("did you mean") => problem.note(Note::Suggestion, text),
            Some(text) => problem.advice(text),
            None => problem,
        }
    }

    /// The same with these words before its message.
    #[must_use]
    pub fn led_by(mut self, words: &str) -> Self {
        self.message.insert_str(0, words);
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(self, advice: impl Into<String>) -> Self {
        self.note(Note::Advice, advice.into())
    }

    /// Marks what may be no more than a consequence of a syntax error in the same file, such as
    /// that something is not there: what a syntax error hides is not read.
    #[must_use]
    pub const fn consequence(mut self) -> Self {
        self.consequence = true;
        self
    }

    /// What is wrong, without its place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether it may be no more than a consequence of a syntax error.
    #[must_use]
    pub const fn may_be_consequence(&self) -> bool {
        self.consequence
    }

    /// Where it is, if it is in a text.
    #[must_use]
    pub const fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }
}

/// All mistakes of a model, in the order of the text, with the texts that they are in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    sources: Vec<Source>,
    list: Vec<Problem>,
}

impl Problems {
    /// These mistakes in these texts, put in the order of the text, each once.
    #[must_use]
    pub fn new(sources: Vec<Source>, mut list: Vec<Problem>) -> Self {
        list.sort_by_key(|problem| {
            let place = problem.place.as_ref();
            place.map_or((0, 0, 0), |place| (place.source, place.span.start, place.span.end))
        });
        let mut once: Vec<Problem> = Vec::new();
        for problem in list {
            // Those of one place stand together, so a look back over that place is enough.
            let same_place = once.iter().rev().take_while(|other| other.place == problem.place);
            if !same_place.into_iter().any(|other| *other == problem) {
                once.push(problem);
            }
        }
        let list = once;
        Self { sources, list }
    }

    /// One mistake that concerns a source as a whole: a file that is not there.
    #[must_use]
    pub fn of_source(name: &str, problem: Problem) -> Self {
        let source = Source { name: name.to_owned(), text: Arc::from("") };
        Self { sources: vec![source], list: vec![problem] }
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.list.len()
    }

    /// The mistakes, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }

    /// The messages as people read them, one after another with an empty line between; the first
    /// line of each is `FILE:LINE:COL: message`, columns counted in characters from 1.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let mut out = String::new();
        for (index, problem) in self.list.iter().take(MOST_SHOWN).enumerate() {
            if index > 0 {
                out.push('\n');
            }
            self.render_one(problem, Paint { color }, &mut out);
        }
        if let Some(more) = self.list.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
            let _ = writeln!(out, "\n… and {more} more");
        }
        out
    }

    fn render_one(&self, problem: &Problem, paint: Paint, out: &mut String) {
        let message = excerpt::printable(&problem.message);
        let source = problem.place.as_ref().and_then(|place| self.sources.get(place.source));
        // A `String` takes every write, so the results below can be ignored.
        if let (Some(place), Some(source)) = (&problem.place, source) {
            let spot = excerpt::Spot::find(&source.text, &place.span);
            let head = format!("{}:{}:{}", source.name, spot.line, spot.column);
            let _ = writeln!(out, "{}: {}", paint.bold(&head), paint.bold(&message));
            let gutter = spot.line.to_string();
            let _ = writeln!(out, "  {} {}", paint.dim(&format!("{gutter} |")), spot.shown);
            let _ = writeln!(
                out,
                "  {} {}{}",
                paint.dim(&format!("{:1$} |", "", gutter.len())),
                " ".repeat(spot.indent),
                paint.red(&"^".repeat(spot.width)),
            );
        } else {
            let name = self.sources.first().map_or("", |source| source.name.as_str());
            let _ = writeln!(out, "{}: {}", paint.bold(name), paint.bold(&message));
        }
        let mut notes: Vec<_> = problem.notes.iter().collect();
        notes.sort();
        for (note, text) in notes {
            let line = format!("{}{}", note.label(), excerpt::printable(text));
            for (row, text) in excerpt::wrap(&line, excerpt::WIDTH - 4).iter().enumerate() {
                let bullet = if row == 0 { "=" } else { " " };
                let _ = writeln!(out, "  {} {text}", paint.dim(bullet));
            }
        }
    }
}

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}

/// Whether to colour, and the few colours there are (ANSI SGR codes).
#[derive(Clone, Copy)]
struct Paint {
    color: bool,
}

impl Paint {
    fn wrap(self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    fn red(self, text: &str) -> String {
        self.wrap("1;31", text)
    }

    fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(text: &str) -> Vec<Source> {
        vec![Source { name: "a.toml".to_owned(), text: Arc::from(text) }]
    }

    #[test]
    fn a_problem_tells_where_what_the_line_what_was_expected_and_what_was_perhaps_meant() {
        let problem = Problem::new("`clientz` is not a key of [load]")
            .at(&Place::new(0, 7..14))
            .expected("one of clients, think")
            .perhaps(Some("clients"))
            .advice("remove it");
        let text = Problems::new(sources("[load]\nclientz = 4\n"), vec![problem]).render(false);
        assert_eq!(
            text,
            "a.toml:2:1: `clientz` is not a key of [load]\n  \
             2 | clientz = 4\n    \
             | ^^^^^^^\n  \
             = expected: one of clients, think\n  \
             = did you mean `clients`?\n  \
             = to do: remove it\n"
        );
    }

    #[test]
    fn problems_come_in_the_order_of_the_text_and_each_once() {
        let at = |start: usize| Problem::new(format!("at {start}")).at(&Place::new(0, start..4));
        let problems = Problems::new(sources("a\nb\nc"), vec![at(2), at(0), at(2)]);
        let messages: Vec<_> = problems.iter().map(Problem::message).collect();
        assert_eq!(messages, ["at 0", "at 2"]);
    }

    #[test]
    fn colour_changes_no_letter() {
        let problem = Problem::new("wrong").at(&Place::new(0, 0..1)).expected("right");
        let problems = Problems::new(sources("a = 1"), vec![problem]);
        let mut plain = String::new();
        let mut in_code = false;
        for letter in problems.render(true).chars() {
            match letter {
                '\u{1b}' => in_code = true,
                'm' if in_code => in_code = false,
                _ if in_code => {}
                other => plain.push(other),
            }
        }
        assert_eq!(plain, problems.render(false));
        assert_ne!(problems.render(true), problems.render(false));
    }

    #[test]
    fn the_hundredth_mistake_is_counted_not_shown() {
        let list = (0..100).map(|n| Problem::new(format!("no. {n}")).at(&Place::new(0, n..n)));
        let text = Problems::new(sources(&" ".repeat(100)), list.collect()).render(false);
        assert!(text.ends_with("\n… and 50 more\n"), "{text}");
        assert!(text.contains("no. 49\n") && !text.contains("no. 50\n"));
    }

    #[test]
    fn a_problem_of_a_whole_file_names_the_file() {
        let problems =
            Problems::of_source("b.toml", Problem::new("no such file").advice("make it"));
        assert_eq!(problems.render(false), "b.toml: no such file\n  = to do: make it\n");
    }
}
