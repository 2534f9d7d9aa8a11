//! Work done on many threads and handed over in order, so that what is written never depends on
//! who was faster.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rayon::ThreadPool;

/// How far ahead of the oldest unfinished piece work may go: what bounds the memory.
const AHEAD: u64 = 256;

/// Short pieces are begun several at a time, so that threads do not spend their time on meeting; so
/// many at most.
const MOST_AT_A_TIME: u64 = 32;
/// Pieces at a time are made more below this, and fewer above four times this.
const LONG_ENOUGH: Duration = Duration::from_millis(5);

/// Does `work` for each number of a range on the threads of a pool, and gives the results to `take`,
/// in order, on the calling thread: those that were done together at once, with the number of the
/// first. Each thread has a state of its own, made by `begin`, that its pieces of work may change.
///
/// # Errors
///
/// The first error in the order of the numbers, of `work` or of `take`; what comes before it has
/// been taken, what comes after it has not.
pub fn in_order<S: Send, T: Send, E: Send>(
    range: Range<u64>,
    pool: &ThreadPool,
    begin: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, u64) -> Result<T, E> + Sync,
    mut take: impl FnMut(u64, Vec<T>) -> Result<(), E>,
) -> Result<(), E> {
    let state = State {
        next: range.start,
        taken: range.start,
        running: 0,
        done: BTreeMap::new(),
        over: false,
    };
    let shared = Shared { state: Mutex::new(state), changed: Condvar::new(), end: range.end };
    thread::scope(|scope| {
        for _ in 0..pool.current_num_threads() {
            shared.lock().running += 1;
            scope.spawn(|| shared.work(pool, begin(), &work));
        }
        // However this ends, nobody begins another piece.
        let _stop = Stop(&shared);
        let mut number = range.start;
        while number < range.end {
            let Some(Done { results, failed }) = shared.wait_for(number) else { return Ok(()) };
            let next = number + results.len() as u64;
            if !results.is_empty() {
                take(number, results)?;
            }
            if let Some(error) = failed {
                return Err(error);
            }
            number = next;
        }
        Ok(())
    })
}

/// What was done together: results up to the first error, if there was one.
struct Done<T, E> {
    results: Vec<T>,
    failed: Option<E>,
}

struct State<T, E> {
    /// The next number to begin with.
    next: u64,
    /// The next number to be taken.
    taken: u64,
    /// Threads that may still finish something.
    running: usize,
    /// By the first number of each.
    done: BTreeMap<u64, Done<T, E>>,
    /// Nothing more is begun.
    over: bool,
}

struct Shared<T, E> {
    state: Mutex<State<T, E>>,
    changed: Condvar,
    end: u64,
}

impl<T, E> Shared<T, E> {
    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State<T, E>>) -> MutexGuard<'a, State<T, E>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send, E: Send> Shared<T, E> {
    fn work<S: Send>(
        &self,
        pool: &ThreadPool,
        mut own: S,
        work: &(impl Fn(&mut S, u64) -> Result<T, E> + Sync),
    ) {
        let _leave = Leave(self);
        let mut at_a_time = 1;
        while let Some(numbers) = self.begin(at_a_time) {
            let start = Instant::now();
            let first = numbers.start;
            let found = pool.install(|| together(numbers, |number| work(&mut own, number)));
            let took = start.elapsed();
            if took < LONG_ENOUGH {
                at_a_time = (at_a_time * 2).min(MOST_AT_A_TIME);
            } else if took > 4 * LONG_ENOUGH {
                at_a_time = (at_a_time / 2).max(1);
            }
            let mut state = self.lock();
            state.over |= found.failed.is_some();
            state.done.insert(first, found);
            drop(state);
            self.changed.notify_all();
        }
    }

    /// The next numbers, so many at most, once they are not too far ahead; `None` where there is
    /// nothing more to do.
    fn begin(&self, at_most: u64) -> Option<Range<u64>> {
        let mut state = self.lock();
        loop {
            if state.over || state.next >= self.end {
                return None;
            }
            let limit = state.taken.saturating_add(AHEAD).min(self.end);
            if state.next < limit {
                let begun = state.next..limit.min(state.next + at_most);
                state.next = begun.end;
                return Some(begun);
            }
            state = self.wait(state);
        }
    }

    /// What was done from this number on; `None` where nobody will do it any more.
    fn wait_for(&self, number: u64) -> Option<Done<T, E>> {
        let mut state = self.lock();
        // What comes before it is taken.
        let awaited = state.next >= state.taken.saturating_add(AHEAD);
        state.taken = number;
        if awaited {
            self.changed.notify_all();
        }
        loop {
            if let Some(found) = state.done.remove(&number) {
                return Some(found);
            }
            if state.running == 0 {
                return None;
            }
            state = self.wait(state);
        }
    }
}

fn together<T, E>(numbers: Range<u64>, mut work: impl FnMut(u64) -> Result<T, E>) -> Done<T, E> {
    let mut results = Vec::with_capacity((numbers.end - numbers.start) as usize);
    for number in numbers {
        match work(number) {
            Ok(result) => results.push(result),
            Err(error) => return Done { results, failed: Some(error) },
        }
    }
    Done { results, failed: None }
}

/// Says that a thread will finish nothing more, also where it panics.
struct Leave<'a, T, E>(&'a Shared<T, E>);

impl<T, E> Drop for Leave<'_, T, E> {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
        self.0.changed.notify_all();
    }
}

/// Says that nothing more is to be begun.
struct Stop<'a, T, E>(&'a Shared<T, E>);

impl<T, E> Drop for Stop<'_, T, E> {
    fn drop(&mut self) {
        self.0.lock().over = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::threads;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn pool(workers: usize) -> ThreadPool {
        threads(Some(workers)).unwrap()
    }

    /// Takes longer for some numbers than for others.
    fn uneven(number: u64) -> u64 {
        let pause = std::time::Duration::from_micros(number * 7919 % 300);
        thread::sleep(pause);
        number * number
    }

    #[test]
    fn results_come_in_order_however_many_threads_there_are() {
        for workers in [1, 2, 7] {
            let (mut taken, mut most) = (Vec::new(), 0);
            let done = in_order(
                3..200,
                &pool(workers),
                || 0_u64,
                |own, n| {
                    *own += 1;
                    Ok::<_, ()>((uneven(n), *own))
                },
                |first, values| {
                    let values = values.into_iter().map(|(value, own)| {
                        most = most.max(own);
                        value
                    });
                    taken.extend((first..).zip(values));
                    Ok(())
                },
            );
            assert_eq!(done, Ok(()));
            assert_eq!(taken, (3..200).map(|n| (n, n * n)).collect::<Vec<_>>());
            // Each thread goes on with the state that it began with.
            assert!(most >= 197_u64.div_ceil(workers as u64), "{most}");
        }
    }

    #[test]
    fn the_first_error_in_order_ends_it_and_all_before_it_is_taken() {
        let mut taken = 0;
        let work = |(): &mut (), n| if n >= 50 { Err(n) } else { Ok(uneven(n)) };
        let done = in_order(
            0..1000,
            &pool(4),
            || (),
            work,
            |first, values| {
                assert_eq!(first, taken);
                taken += values.len() as u64;
                Ok(())
            },
        );
        assert_eq!((done, taken), (Err(50), 50));
        let refused = in_order(
            0..1000,
            &pool(4),
            || (),
            |(), n| Ok(uneven(n)),
            |first, values| if first + values.len() as u64 > 9 { Err(9) } else { Ok(()) },
        );
        assert_eq!(refused, Err(9));
    }

    #[test]
    fn nobody_runs_ahead_of_a_slow_taker() {
        let begun = AtomicU64::new(0);
        let work = |(): &mut (), n: u64| {
            begun.fetch_max(n, Ordering::Relaxed);
            Ok::<_, ()>(())
        };
        in_order(
            0..5_000,
            &pool(3),
            || (),
            work,
            |first, values| {
                if (first..first + values.len() as u64).any(|n| n % 500 == 0) {
                    thread::sleep(std::time::Duration::from_millis(2));
                }
                assert!(begun.load(Ordering::Relaxed) <= first + AHEAD);
                Ok(())
            },
        )
        .unwrap();
    }
}
