//! Bounds that a replication may not pass, and what is said when it does.

use crate::model::LoadKind;

use super::Control;
use super::replication::Stop;

/// Ends of requests within one instant after which a model is taken never to let time pass.
pub const MOST_ENDS_OF_AN_INSTANT: u64 = 20_000_000;

/// Requests in flight after which a replication is stopped: 2^26 of them need some 10 GiB.
const MOST_IN_FLIGHT: usize = 1 << 26;

/// How many instants pass between looks at whether the user wants to stop.
pub const LOOK_EVERY: u32 = 1 << 14;

/// Whether the user, or a bound, ends it here.
pub fn look(control: &Control, in_flight: usize) -> Option<Stop> {
    if control.is_cancelled() {
        return Some(Stop::Interrupted);
    }
    (in_flight > MOST_IN_FLIGHT).then(|| {
        Stop::Limit(format!(
            "{in_flight} requests are in flight, more than the limit of {MOST_IN_FLIGHT}: the load \
             cannot be sustained; lower the rate, give the backlog a limit, or ask for fewer \
             requests"
        ))
    })
}

/// Whether a load sends too many requests at once, at its very start.
pub fn of_load(load: &LoadKind) -> Option<Stop> {
    let begins = match *load {
        LoadKind::Closed { clients, .. } => clients,
        LoadKind::Batch { count } => count,
        _ => 0,
    };
    (begins > MOST_IN_FLIGHT as u64).then(|| {
        Stop::Limit(format!(
            "{begins} requests at once are more than the limit of {MOST_IN_FLIGHT}"
        ))
    })
}

/// Requests come and go within one instant without end.
pub fn no_time_passes() -> Stop {
    Stop::Limit(
        "requests come and go without any time passing: give them CPU or I/O, or the clients a \
         think time"
            .to_owned(),
    )
}

/// Virtual time has reached its end.
pub fn end_of_time() -> Stop {
    Stop::Limit("virtual time has reached its end, 584 years".to_owned())
}
