//! The first of some candidates, in their order, that meets what is asked, by as few trials as can
//! be where more never hurts.

/// The first candidate in the list that passes, by its place in it.
///
/// Each candidate is a list of places along axes. More along every axis is taken never to hurt, so
/// what fails proves that all below it fail, and the candidates up to some place in the list hold
/// one that passes only if one of the largest among them passes. That is a yes-or-no question that
/// turns once, along the list: galloping from the first that is not hopeless, then bisection.
///
/// # Errors
///
/// Those of `passes`.
pub fn first<E>(
    candidates: &[Vec<usize>],
    hopeless: impl Fn(usize) -> Result<bool, E>,
    mut passes: impl FnMut(usize) -> Result<bool, E>,
) -> Result<Option<usize>, E> {
    let mut failed: Vec<usize> = Vec::new();
    let mut begin = 0;
    while begin < candidates.len() && hopeless(begin)? {
        failed.push(begin);
        begin += 1;
    }
    // The candidates before `low` all fail; `high` passes.
    let (mut low, mut high) = (begin, None);
    let (mut reach, mut step) = (begin, 1);
    while low < high.unwrap_or(candidates.len()) {
        match any_passes(candidates, low..reach + 1, &mut failed, &mut passes)? {
            Some(place) => high = Some(place),
            None => low = reach + 1,
        }
        reach = match high {
            Some(high) => low + (high - low) / 2,
            None => {
                step *= 2;
                (low + step - 1).min(candidates.len() - 1)
            }
        };
        if high.is_some_and(|high| reach >= high) {
            break;
        }
    }
    Ok(high)
}

/// One of these candidates that passes: the largest are tried, until one passes or all are known to
/// fail.
fn any_passes<E>(
    candidates: &[Vec<usize>],
    range: std::ops::Range<usize>,
    failed: &mut Vec<usize>,
    passes: &mut impl FnMut(usize) -> Result<bool, E>,
) -> Result<Option<usize>, E> {
    let mut open: Vec<usize> = range.collect();
    loop {
        open.retain(|&one| {
            !failed.iter().any(|&other| is_below(&candidates[one], &candidates[other]))
        });
        // Whatever is at least as large along every axis has a larger sum: the largest sum is a
        // largest candidate. Of equal ones the earlier is cheaper.
        let size = |one: usize| candidates[one].iter().sum::<usize>();
        let Some(largest) = open.iter().copied().rev().max_by_key(|&one| size(one)) else {
            return Ok(None);
        };
        if passes(largest)? {
            return Ok(Some(largest));
        }
        failed.push(largest);
    }
}

/// Whether a candidate is at most another along every axis.
fn is_below(one: &[usize], other: &[usize]) -> bool {
    one.iter().zip(other).all(|(a, b)| a <= b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn find(
        candidates: &[Vec<usize>],
        passes: impl Fn(&[usize]) -> bool,
    ) -> (Option<usize>, usize) {
        let mut trials = 0;
        let found = first::<()>(
            candidates,
            |_| Ok(false),
            |place| {
                trials += 1;
                Ok(passes(&candidates[place]))
            },
        );
        (found.unwrap(), trials)
    }

    #[test]
    fn the_least_of_one_key_is_found_in_a_logarithm_of_trials() {
        let candidates: Vec<Vec<usize>> = (0..1000).map(|n| vec![n]).collect();
        for least in [0, 1, 2, 3, 500, 998, 999] {
            let (found, trials) = find(&candidates, |place| place[0] >= least);
            assert_eq!(found, Some(least));
            assert!(trials <= 21, "{least}: {trials}");
        }
        assert_eq!(find(&candidates, |_| false).0, None);
        assert_eq!(find(&[], |_| true).0, None);
    }

    #[test]
    fn what_is_hopeless_is_not_tried() {
        let candidates: Vec<Vec<usize>> = (0..100).map(|n| vec![n]).collect();
        let mut tried = Vec::new();
        let found = first::<()>(
            &candidates,
            |n| Ok(n < 40),
            |n| {
                tried.push(n);
                Ok(n >= 41)
            },
        );
        assert_eq!(found, Ok(Some(41)));
        assert!(tried.iter().all(|&n| n >= 40) && tried.len() < 5, "{tried:?}");
    }

    proptest! {
        #[test]
        fn the_first_in_the_order_that_passes_is_found(
            sizes in prop::collection::vec(1_usize..6, 1..4),
            weights in prop::collection::vec(1_usize..9, 3),
            needs in prop::collection::vec(prop::collection::vec(0_usize..6, 3), 1..4),
        ) {
            let mut candidates = vec![vec![]];
            for &size in &sizes {
                candidates = candidates
                    .iter()
                    .flat_map(|one: &Vec<usize>| (0..size).map(move |n| [&one[..], &[n]].concat()))
                    .collect();
            }
            // Any order in which more is never earlier.
            candidates.sort_by_key(|one| one.iter().zip(&weights).map(|(n, w)| n * w).sum::<usize>());
            // Any monotone question: at least one of some needs is covered.
            let passes = |one: &[usize]| needs.iter().any(|need| one.iter().zip(need).all(|(a, b)| a >= b));
            let expected = candidates.iter().position(|one| passes(one));
            let (found, trials) = find(&candidates, passes);
            prop_assert_eq!(found, expected);
            prop_assert!(trials <= candidates.len());
        }
    }
}
