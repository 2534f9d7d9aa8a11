//! A replication listened to through a window, as much of it as a viewer opens.

use super::Failure;
use crate::simulation::{Control, Log, Setup, Stop, Window, listen};
use crate::units::{Span, Time};

/// Changes of one runtime that are kept: a trace of some 50 MB, which viewers open in seconds.
const MOST: usize = 400_000;

/// A window no longer than this is run at once.
const SHORT: Span = Span::from_millis(100);

/// A window grows at most so much from one run to the next.
const MOST_GROWTH: f64 = 64.0;

/// When not even the first moment can be shown.
const TOO_MANY_AT_ONCE: &str = "so many requests are in flight when the window opens that a trace cannot hold them; \
                                trace fewer, as with --set load.clients=100";

/// What was heard.
pub struct Heard {
    /// The changes, perhaps more than are kept.
    pub log: Log,
    /// Until when all of them may be kept, where that is not to the end of the window.
    pub complete_until: Option<Time>,
}

/// Listens to a window of this beginning and length. A long one is run in longer and longer parts from
/// its beginning, so that one in which far too much happens ends soon.
pub fn hear(
    setup: &Setup,
    (from, length): (Span, Span),
    control: &Control,
) -> Result<Heard, Failure> {
    let mut part = length.min(SHORT);
    loop {
        let window = Window { warmup: from, requests: 0, duration: Some(part) };
        let (found, log) = listen(setup, 0, window, control);
        match found.stop {
            Stop::Limit(words) => return Err(Failure::Limit(words)),
            Stop::Interrupted => return Err(Failure::Interrupted),
            _ => {}
        }
        let heard = log.changes.len();
        if heard > MOST {
            let until = log.changes[MOST].0;
            if until <= window.opens() {
                return Err(Failure::Limit(TOO_MANY_AT_ONCE.to_owned()));
            }
            return Ok(Heard { log, complete_until: Some(until) });
        }
        if part >= length {
            return Ok(Heard { log, complete_until: None });
        }
        let growth = (1.5 * MOST as f64 / heard.max(1) as f64).clamp(2.0, MOST_GROWTH);
        part = Span((part.0 as f64 * growth) as u64).min(length);
    }
}
