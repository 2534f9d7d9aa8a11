//! Prose broken into lines: words kept whole, later lines indented under the first.

/// The text in lines of at most `width` characters, the first after `lead`, the others indented as
/// far as `lead` is long. A word longer than a line stands alone and is cut with `…`.
#[must_use]
pub fn hanging(lead: &str, text: &str, width: usize) -> Vec<String> {
    let indent = lead.chars().count();
    let room = width.saturating_sub(indent).max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        let word = cut(&word, room);
        let needed = line.chars().count() + usize::from(!line.is_empty()) + word.chars().count();
        if needed > room && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
        .into_iter()
        .enumerate()
        .map(
            |(i, line)| {
                if i == 0 { format!("{lead}{line}") } else { format!("{:indent$}{line}", "") }
            },
        )
        .collect()
}

/// The words of a text; digits in groups of three, as in `4 043/s`, are one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let digits = word.chars().take_while(char::is_ascii_digit).count();
        let before = words.last_mut().filter(|last| last.ends_with(|c: char| c.is_ascii_digit()));
        match before {
            Some(last) if digits == 3 => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// The pieces in lines of at most `width` characters, three spaces between them; a piece too long
/// for a line is broken at its words.
#[must_use]
pub fn pieces(pieces: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 3 + piece.chars().count() <= width => {
                line.push_str("   ");
                line.push_str(piece);
            }
            _ => lines.extend(hanging("", piece, width)),
        }
    }
    lines
}

/// The text itself, or its two ends with `…` between where it has more than `width` characters:
/// names that are alike mostly differ at an end.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(1);
    let head = text.chars().take(kept.div_ceil(2));
    head.chain(['…']).chain(text.chars().skip(length - kept / 2)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_hang_under_the_first() {
        assert_eq!(
            hanging("Why  ", "loops miss six of eighty-one", 20),
            ["Why  loops miss six", "     of eighty-one"]
        );
        assert_eq!(hanging("Why  ", "", 20), ["Why  "]);
    }

    #[test]
    fn a_number_is_not_broken_between_its_thousands() {
        assert_eq!(
            hanging("", "at 6 014/s [4 043/s, 7 000/s]", 14),
            ["at 6 014/s", "[4 043/s,", "7 000/s]"]
        );
        assert_eq!(hanging("", "takes 12 1234 ms", 8), ["takes 12", "1234 ms"]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_cut_and_the_line_still_fits() {
        for line in hanging("Note ", "a verylongwordthatdoesnotfit b", 16) {
            assert!(line.chars().count() <= 16, "{line}");
        }
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 5), "ab…ef");
        assert_eq!(cut("äöüß", 3), "ä…ß");
        assert_eq!(cut("abc", 1), "…");
    }

    #[test]
    fn pieces_share_a_line_while_they_fit() {
        let parts =
            ["8 cores".to_owned(), "seed 42".to_owned(), String::new(), "closed load".to_owned()];
        assert_eq!(pieces(&parts, 80), ["8 cores   seed 42   closed load"]);
        assert_eq!(pieces(&parts, 20), ["8 cores   seed 42", "closed load"]);
    }
}
