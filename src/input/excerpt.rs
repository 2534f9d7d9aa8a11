//! The line of a mistake as a terminal can show it: tabs, wide letters, control characters, cut to 80 columns.

use std::ops::Range;

use unicode_width::UnicodeWidthChar as _;

/// Columns of a terminal that messages keep to.
pub const WIDTH: usize = 80;

/// A tab is shown as this many spaces.
const TAB: usize = 4;

/// Shown at a cut end of a long line.
const CUT: &str = "...";

/// A place in a text, found and made ready to be shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Spot {
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
    /// The line, or the part around the spot, with nothing in it that moves a cursor.
    pub shown: String,
    /// Terminal columns before the caret.
    pub indent: usize,
    /// Carets to draw, at least one.
    pub width: usize,
}

impl Spot {
    /// Finds bytes `span` of `text`; what lies outside of the text is taken for its end.
    #[must_use]
    pub fn find(text: &str, span: &Range<usize>) -> Self {
        let start = boundary_before(text, span.start);
        let end = boundary_before(text, span.end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        let line = text[line_start..line_end].trim_end_matches('\r');
        let number = text[..line_start].matches('\n').count() + 1;
        // A span that begins behind the line's last letter (at its line break) points just there.
        let from = (start - line_start).min(line.len());
        let to = (end - line_start).clamp(from, line.len());

        let before = cells(&line[..from]);
        let marked = cells(&line[from..to]);
        let after = cells(&line[to..]);
        let budget = WIDTH.saturating_sub(number.to_string().len() + "   | ".len()).max(20);
        let (shown, indent, width) = window(&before, &marked, &after, budget);
        Self { line: number, column: line[..from].chars().count() + 1, shown, indent, width }
    }
}

/// The last place at or before `at` where a letter begins.
fn boundary_before(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A letter as it is shown, and its width in terminal columns.
struct Cell {
    shown: String,
    width: usize,
}

fn cells(text: &str) -> Vec<Cell> {
    text.chars()
        .map(|letter| match letter {
            '\t' => Cell { shown: " ".repeat(TAB), width: TAB },
            _ if is_invisible(letter) => Cell { shown: "\u{fffd}".to_owned(), width: 1 },
            _ => Cell { shown: letter.to_string(), width: letter.width().unwrap_or(1) },
        })
        .collect()
}

/// Control characters move the cursor or colour the terminal, and direction marks reorder what is
/// read (CVE-2021-42574): neither may pass from a file to the screen.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// `text` without anything that moves a cursor.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().map(|letter| if is_invisible(letter) { '\u{fffd}' } else { letter }).collect()
}

fn width_of(cells: &[Cell]) -> usize {
    cells.iter().map(|cell| cell.width).sum()
}

/// The whole line where it fits, else as much around the mark as does.
fn window(
    before: &[Cell],
    marked: &[Cell],
    after: &[Cell],
    budget: usize,
) -> (String, usize, usize) {
    let all = width_of(before) + width_of(marked) + width_of(after);
    let mut shown = String::new();
    if all <= budget {
        for cell in before.iter().chain(marked).chain(after) {
            shown.push_str(&cell.shown);
        }
        return (shown, width_of(before), width_of(marked).max(1));
    }
    let room = budget - 2 * CUT.len();
    let marked = head(marked, room);
    let left_over = room - width_of(marked);
    // The words before a mistake say more than those behind it: two thirds go there.
    let after_room = width_of(after).min(left_over / 3);
    let kept_before = tail(before, left_over - after_room);
    let kept_after = head(after, left_over - width_of(kept_before));
    if kept_before.len() < before.len() {
        shown.push_str(CUT);
    }
    let indent = shown.len() + width_of(kept_before);
    for cell in kept_before.iter().chain(marked).chain(kept_after) {
        shown.push_str(&cell.shown);
    }
    if kept_after.len() < after.len() {
        shown.push_str(CUT);
    }
    (shown, indent, width_of(marked).max(1))
}

fn head(cells: &[Cell], room: usize) -> &[Cell] {
    let mut used = 0;
    let kept = cells.iter().take_while(|cell| {
        used += cell.width;
        used <= room
    });
    &cells[..kept.count()]
}

fn tail(cells: &[Cell], room: usize) -> &[Cell] {
    let mut used = 0;
    let kept = cells.iter().rev().take_while(|cell| {
        used += cell.width;
        used <= room
    });
    &cells[cells.len() - kept.count()..]
}

/// `text` in lines of at most `width` characters, broken at spaces; a longer word stays whole.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let long = word.chars().count();
        let last = lines.len() - 1;
        if used > 0 && used + 1 + long > width {
            lines.push(word.to_owned());
            used = long;
        } else {
            if used > 0 {
                lines[last].push(' ');
                used += 1;
            }
            lines[last].push_str(word);
            used += long;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_spot_whatever_is_before_it() {
        // (text, span, line, column, shown, indent, width)
        for (text, span, expected) in [
            ("a = 1", 4..5, (1, 5, "a = 1", 4, 1)),
            ("a\r\nbb = 1\r\n", 3..5, (2, 1, "bb = 1", 0, 2)),
            ("\ta = 1", 1..2, (1, 2, "    a = 1", 4, 1)),
            ("\"日本\" = 1", 11..12, (1, 8, "\"日本\" = 1", 9, 1)),
            ("x", 1..1, (1, 2, "x", 1, 1)),
            ("x\ny", 1..2, (1, 2, "x", 1, 1)),
            ("x\ny\n", 99..100, (3, 1, "", 0, 1)),
            ("a = \"\u{1b}[31m\"", 0..1, (1, 1, "a = \"\u{fffd}[31m\"", 0, 1)),
            ("a = \"\u{202e}x\"", 0..1, (1, 1, "a = \"\u{fffd}x\"", 0, 1)),
            ("ab\ncd", 1..5, (1, 2, "ab", 1, 1)),
            ("é = 1", 1..2, (1, 1, "é = 1", 0, 1)),
        ] {
            let spot = Spot::find(text, &span);
            let found = (spot.line, spot.column, spot.shown.as_str(), spot.indent, spot.width);
            assert_eq!(found, expected, "{text:?} {span:?}");
        }
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret_to_80_columns() {
        for at in [0, 5, 500, 990, 999] {
            let text: String = (0..1000).map(|n| if n == at { '!' } else { 'x' }).collect();
            let spot = Spot::find(&text, &(at..at + 1));
            let line = format!("  1 | {}", spot.shown);
            assert!(line.len() <= WIDTH && line.len() > WIDTH - 8, "{at}: {line}");
            assert_eq!(spot.shown.as_bytes()[spot.indent], b'!', "{at}: {line}");
        }
    }

    #[test]
    fn a_mark_longer_than_the_screen_is_cut_too() {
        let spot = Spot::find(&"x".repeat(1000), &(100..900));
        assert!(spot.indent + spot.width + CUT.len() <= WIDTH - 6, "{spot:?}");
    }

    #[test]
    fn words_wrap_at_spaces_and_no_word_is_lost() {
        let text = "one two three four five";
        let lines = wrap(text, 9);
        assert_eq!(lines, ["one two", "three", "four five"]);
        assert_eq!(lines.join(" "), text);
        assert_eq!(wrap("a-very-long-word b", 4), ["a-very-long-word", "b"]);
    }
}
