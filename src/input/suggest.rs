//! The nearest valid name: what "did you mean" says after a typing mistake.

/// The candidate that is nearest to `word`, where one is near enough to be what was meant.
///
/// Nearness is the optimal string alignment distance (insertions, deletions, substitutions and
/// swaps of neighbours; Damerau 1964), without regard to case and with `_` equal to `-`. A third of
/// the word's letters may be wrong, and one always. Of equally near candidates the first wins.
pub fn did_you_mean<S: AsRef<str>>(
    word: &str,
    candidates: impl IntoIterator<Item = S>,
) -> Option<String> {
    let word = folded(word);
    // A word longer than any name is not a typing mistake, and the distance is quadratic.
    if word.is_empty() || word.len() > 80 {
        return None;
    }
    let allowed = (word.len() / 3).max(1);
    let mut best: Option<(usize, String)> = None;
    for candidate in candidates {
        let distance = edit_distance(&word, &folded(candidate.as_ref()));
        let near = distance <= allowed && distance < candidate.as_ref().chars().count();
        if near && best.as_ref().is_none_or(|(least, _)| distance < *least) {
            best = Some((distance, candidate.as_ref().to_owned()));
        }
    }
    best.map(|(_, name)| name)
}

fn folded(word: &str) -> Vec<char> {
    word.chars().flat_map(char::to_lowercase).map(|c| if c == '_' { '-' } else { c }).collect()
}

/// Optimal string alignment, three rows of the table at a time.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let substituted = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = substituted.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before_last[j - 2] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_mistake_finds_the_name_that_was_meant() {
        let names = ["lognormal", "normal", "uniform", "exp", "workers", "memory_per_worker"];
        for (typed, meant) in [
            ("lognoraml", Some("lognormal")),
            ("Normal", Some("normal")),
            ("wokers", Some("workers")),
            ("worker", Some("workers")),
            ("ex", Some("exp")),
            ("memory-per-worker", Some("memory_per_worker")),
            ("unfirom", Some("uniform")),
            ("zebra", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(did_you_mean(typed, names).as_deref(), meant, "{typed}");
        }
    }

    #[test]
    fn the_nearest_wins_and_the_first_among_equals() {
        assert_eq!(did_you_mean("p9", ["p99", "p95", "p9"]).as_deref(), Some("p9"));
        assert_eq!(did_you_mean("p9", ["p99", "p95"]).as_deref(), Some("p99"));
    }

    #[test]
    fn distance_counts_a_swap_of_neighbours_once() {
        for (a, b, distance) in [("ab", "ba", 1), ("kitten", "sitting", 3), ("", "abc", 3)] {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            assert_eq!(edit_distance(&a, &b), distance);
        }
    }
}
