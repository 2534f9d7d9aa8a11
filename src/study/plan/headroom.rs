//! How far the load can grow until an objective fails, found by trying.

/// Loads are tried up to this many times what is asked.
const MOST: f64 = 16.0;
/// The first growth that is tried; each next one is twice as much.
const FIRST: f64 = 0.1;
/// The bracket is halved until it is this share of the load.
const FINE: f64 = 0.02;

/// The bracket of the growth at which an objective begins to fail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Headroom {
    /// The objectives hold under so much more load: 0.25 is a quarter more.
    pub meets: f64,
    /// One fails under so much more; `None` where none did up to sixteen times the load.
    pub misses: Option<f64>,
}

/// Finds it. `holds` says whether the objectives hold under a load greater by a factor; `None`
/// where there is no such load.
///
/// # Errors
///
/// Those of `holds`.
pub fn find<E>(
    mut holds: impl FnMut(f64) -> Result<Option<bool>, E>,
) -> Result<Option<Headroom>, E> {
    let (mut low, mut high) = (1.0, None);
    let mut growth = FIRST;
    let mut known = false;
    while high.is_none() && low < MOST {
        let factor = (1.0 + growth).min(MOST);
        growth *= 2.0;
        match holds(factor)? {
            // A count that such a growth does not change: greater ones do.
            None if factor < MOST => continue,
            None => return Ok(None),
            Some(true) => low = factor,
            Some(false) => high = Some(factor),
        }
        known = true;
    }
    if !known {
        return Ok(None);
    }
    while let Some(end) = high.filter(|end| end - low > FINE * low) {
        let middle = f64::midpoint(low, end);
        match holds(middle)? {
            None => break,
            Some(true) => low = middle,
            Some(false) => high = Some(middle),
        }
    }
    Ok(Some(Headroom { meets: low - 1.0, misses: high.map(|high| high - 1.0) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bracket_holds_the_growth_at_which_an_objective_fails() {
        for limit in [1.01, 1.1, 1.3, 2.0, 7.0, 15.9] {
            let mut tried = 0;
            let found = find::<()>(|factor| {
                tried += 1;
                Ok(Some(factor < limit))
            });
            let Headroom { meets, misses } = found.unwrap().unwrap();
            let misses = misses.unwrap();
            assert!(1.0 + meets < limit && limit <= 1.0 + misses, "{limit}: {meets} {misses}");
            assert!(misses - meets <= FINE * (1.0 + meets) + 1e-12, "{limit}: {meets} {misses}");
            assert!(tried <= 16, "{limit}: {tried}");
        }
    }

    #[test]
    fn what_never_fails_has_no_upper_end_and_what_cannot_grow_none_at_all() {
        let never = find::<()>(|_| Ok(Some(true))).unwrap().unwrap();
        assert_eq!(never, Headroom { meets: MOST - 1.0, misses: None });
        assert_eq!(find::<()>(|_| Ok(None)), Ok(None));
        // A single client: two is the next load, and fails.
        let counted = find::<()>(|factor| Ok((factor.round() > 1.0).then_some(false)));
        let found = counted.unwrap().unwrap();
        assert!(found.meets == 0.0 && found.misses == Some(0.8), "{found:?}");
    }
}
