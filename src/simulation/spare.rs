//! Memory that a thread keeps from one replication for its next: short ones spend as long on asking the
//! system for it, and on its pages, as on hundreds of requests.

use std::cell::Cell;

use crate::engine::EventQueue;
use crate::stats::Histogram;

use super::express::Event;
use super::request::PARTS;

/// Octaves of a histogram that are kept: 0.6 MiB.
const MOST_OCTAVES: usize = 16;

thread_local! {
    static HISTOGRAM: Cell<Option<Histogram<PARTS>>> = const { Cell::new(None) };
    static QUEUE: Cell<Option<EventQueue<Event>>> = const { Cell::new(None) };
}

/// An empty histogram.
pub fn histogram() -> Histogram<PARTS> {
    HISTOGRAM.take().unwrap_or_default()
}

/// Keeps the memory of a histogram that is of no use any more.
pub fn keep_histogram(mut histogram: Histogram<PARTS>) {
    if (1..=MOST_OCTAVES).contains(&histogram.octaves()) {
        histogram.clear();
        HISTOGRAM.set(Some(histogram));
    }
}

/// An empty queue.
pub fn queue() -> EventQueue<Event> {
    QUEUE.take().unwrap_or_default()
}

/// Keeps the memory of a queue that never held many events.
pub fn keep_queue(mut queue: EventQueue<Event>) {
    queue.clear();
    QUEUE.set(Some(queue));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_empty_and_what_is_large_is_not_kept() {
        let mut used = Histogram::new();
        used.record([1_000; PARTS]);
        keep_histogram(used);
        let again = histogram();
        assert!(again.count() == 0 && again.max() == 0 && again.points().next().is_none());
        assert!(again.octaves() > 0 && again.mean_parts().is_none());
        let mut large = Histogram::new();
        (0..60).for_each(|octave| large.record([1 << octave; PARTS]));
        keep_histogram(large);
        assert_eq!(histogram().octaves(), 0);
    }
}
