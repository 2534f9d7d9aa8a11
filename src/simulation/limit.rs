//! Bounds that a replication may not pass, and what is said when it does.

use crate::model::LoadKind;
use crate::units::Time;

use super::event::{MOST_STRANDS, MOST_TOLD_APART};
use super::record::Recorder;
use super::replication::{Replication, Stop};
use super::{Control, memory};

/// Ends of requests within one instant after which a model is taken never to let time pass.
pub const MOST_ENDS_OF_AN_INSTANT: u64 = 20_000_000;

/// Events without the end of any request after which a model is taken never to end one: some minutes.
const MOST_EVENTS_WITHOUT_AN_END: u64 = 2_000_000_000;

/// Requests in flight after which a replication is stopped: 2^26 of them need some 10 GiB.
const MOST_IN_FLIGHT: usize = 1 << 26;

/// Bytes that a request in flight takes at most, with what it waits in.
const BYTES_OF_A_REQUEST: u64 = 300;

/// Requests in flight that need no look at the memory.
const FEW: usize = 1 << 15;

/// How many instants pass between looks at whether the user wants to stop, at most.
const LOOK_EVERY: u32 = 1 << 14;

/// How many instants pass until the next look: fewer where a bound on events is near.
pub fn until_look(control: &Control, events: u64) -> u32 {
    let left = control.events_left(events).map_or(u64::MAX, |left| (left / 4).max(1));
    left.min(u64::from(LOOK_EVERY)) as u32
}

/// What is watched from look to look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watch {
    /// Ends of requests at the last look that saw another number of them, and events then.
    ends: u64,
    events: u64,
    /// Requests in flight when the memory was looked at last.
    in_flight: usize,
}

impl Watch {
    /// Whether the user, or a bound, ends it here.
    pub fn look(
        &mut self,
        control: &Control,
        record: &Recorder,
        now: Time,
        in_flight: usize,
    ) -> Option<Stop> {
        if control.is_cancelled() {
            return Some(Stop::Interrupted);
        }
        if let Some(most) = control.passed_by(record.events) {
            let ended = record.opened.map(|_| record.ends);
            return Some(too_many_events(most, now, ended, in_flight as u64));
        }
        if record.ends != self.ends {
            (self.ends, self.events) = (record.ends, record.events);
        }
        if record.events - self.events > MOST_EVENTS_WITHOUT_AN_END {
            return Some(no_end(record.events - self.events, now, in_flight));
        }
        if in_flight > MOST_IN_FLIGHT {
            return Some(Stop::Limit(format!(
                "{in_flight} requests are in flight after {}, more than the limit of \
                 {MOST_IN_FLIGHT}: {SUSTAIN}",
                now.since(Time::ZERO)
            )));
        }
        if in_flight > FEW && in_flight > self.in_flight + self.in_flight / 8 {
            self.in_flight = in_flight;
            return memory_for(in_flight as u64, memory::left(), now);
        }
        None
    }
}

/// What to do about a load that is too high.
const SUSTAIN: &str = "the load cannot be sustained; lower the rate, give the backlog a limit, or \
                       ask for fewer requests";

/// Whether there is memory left for as many requests in flight again.
fn memory_for(in_flight: u64, left: Option<u64>, now: Time) -> Option<Stop> {
    let left = left.filter(|&left| left < in_flight.saturating_mul(BYTES_OF_A_REQUEST))?;
    Some(Stop::Limit(format!(
        "{in_flight} requests are in flight after {} and {} MiB of memory are left: {SUSTAIN}",
        now.since(Time::ZERO),
        left >> 20
    )))
}

/// Whether a load sends too many requests at once, at its very start.
pub fn of_load(load: &LoadKind) -> Option<Stop> {
    let begins = match *load {
        LoadKind::Closed { clients, .. } => clients,
        LoadKind::Batch { count } => count,
        _ => 0,
    };
    if begins > MOST_IN_FLIGHT as u64 {
        return Some(Stop::Limit(format!(
            "{begins} requests at once are more than the limit of {MOST_IN_FLIGHT}"
        )));
    }
    if begins <= FEW as u64 {
        return None;
    }
    at_once(begins, rayon::current_num_threads() as u64, memory::left())
}

/// Whether there are more cores or pools than can be told apart.
pub fn of_width(widest: u64) -> Option<Stop> {
    (widest > MOST_TOLD_APART).then(|| {
        Stop::Limit(format!(
            "{widest} cores or pools, those of all instances, are more than the limit of \
             {MOST_TOLD_APART}: try fewer instances"
        ))
    })
}

/// Whether there will soon be more flows of control, branches included, than can be told apart.
pub fn of_strands(strands: usize) -> Option<Stop> {
    (strands as u64 > MOST_STRANDS / 2).then(|| {
        Stop::Limit(format!(
            "{strands} branches of requests are under way, more than the limit of {}: {SUSTAIN}",
            MOST_STRANDS / 2
        ))
    })
}

/// Whether there is memory for as many requests at once, in replications side by side.
fn at_once(begins: u64, jobs: u64, left: Option<u64>) -> Option<Stop> {
    let needed = begins.saturating_mul(BYTES_OF_A_REQUEST).saturating_mul(jobs);
    let left = left.filter(|&left| left < needed)?;
    let jobs_advice = if jobs > 1 { "fewer --jobs, or " } else { "" };
    Some(Stop::Limit(format!(
        "{begins} requests at once, in {jobs} replications side by side, need some {} MiB of memory, and {} \
         MiB are left: try {jobs_advice}fewer clients",
        needed >> 20,
        left >> 20
    )))
}

/// The same replication, stopped where it has taken more events than it may: the looks at it are far apart, and a short
/// one is over before the second.
pub fn of_events(mut found: Replication, control: &Control) -> Replication {
    if matches!(found.stop, Stop::Closed | Stop::Drained | Stop::Deadlock(_))
        && let Some(most) = control.passed_by(found.events)
    {
        let now = found.opened + found.window;
        let ended = Some(found.counts.ended());
        found.stop = too_many_events(most, now, ended, found.counts.in_flight);
    }
    found
}

/// More events than the user allows; `ended` since the window opened, `None` before.
fn too_many_events(most: u64, now: Time, ended: Option<u64>, in_flight: u64) -> Stop {
    let ended = match ended {
        None => "the warm-up was not over".to_owned(),
        Some(1) => "1 request had ended".to_owned(),
        Some(ended) => format!("{ended} requests had ended"),
    };
    Stop::Limit(format!(
        "{most} events were not enough (--max-events): after {} of virtual time {ended} and {in_flight} were \
         in flight; allow more events, or ask for fewer requests",
        now.since(Time::ZERO)
    ))
}

/// Requests come and go within one instant without end.
pub fn no_time_passes() -> Stop {
    Stop::Limit(
        "requests come and go without any time passing: give them CPU or I/O, or the clients a \
         think time"
            .to_owned(),
    )
}

/// Events without end, and no request ends.
fn no_end(events: u64, now: Time, in_flight: usize) -> Stop {
    Stop::Limit(format!(
        "no request has ended in the last {events} events, up to {} of virtual time, with {in_flight} in \
         flight: make a `repeat` smaller, or one longer step of many short ones",
        now.since(Time::ZERO)
    ))
}

/// Virtual time has reached its end.
pub fn end_of_time() -> Stop {
    Stop::Limit("virtual time has reached its end, 584 years".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::setup::Setup;
    use super::super::world::World;
    use super::super::{Window, express};
    use super::*;
    use crate::input::dist::Dist;
    use crate::model::runtime::SyncWorker;
    use crate::model::{Load, Model, Runtime, Step};
    use crate::units::Span;

    fn words(stop: Option<Stop>) -> String {
        match stop {
            Some(Stop::Limit(words)) => words,
            other => panic!("{other:?} is no limit"),
        }
    }

    #[test]
    fn events_without_an_end_of_a_request_are_stopped_and_what_was_done_is_said() {
        let (mut watch, control) = (Watch::default(), Control::default());
        let mut record = Recorder::new(1, 10);
        let now = Time(3_000_000_000);
        (record.ends, record.events) = (5, MOST_EVENTS_WITHOUT_AN_END);
        assert_eq!(watch.look(&control, &record, now, 7), None);
        record.events *= 2;
        assert_eq!(watch.look(&control, &record, now, 7), None, "the last end was seen just now");
        record.events += 1;
        let said = words(watch.look(&control, &record, now, 7));
        assert!(said.starts_with("no request has ended in the last 2000000001 events"), "{said}");
        assert!(said.contains("3 s of virtual time, with 7 in flight"), "{said}");
        // The window opens: ends count from 0 again.
        record.ends = 0;
        assert_eq!(watch.look(&control, &record, now, 7), None);
    }

    #[test]
    fn events_beyond_what_is_allowed_are_stopped_and_what_was_done_is_said() {
        let control = Control::with_most_events(Some(1_000));
        let (mut watch, mut record) = (Watch::default(), Recorder::new(1, 10));
        let now = Time(3_000_000_000);
        record.events = 1_000;
        assert_eq!(watch.look(&control, &record, now, 7), None);
        assert_eq!(control.events_passed(), None);
        record.events = 1_001;
        let said = words(watch.look(&control, &record, now, 7));
        assert_eq!(
            said,
            "1000 events were not enough (--max-events): after 3 s of virtual time the warm-up was not over and \
             7 were in flight; allow more events, or ask for fewer requests"
        );
        assert_eq!(control.events_passed(), Some(1_000));
        (record.opened, record.ends) = (Some(Time::ZERO), 5);
        let said = words(watch.look(&control, &record, now, 7));
        assert!(said.contains("virtual time 5 requests had ended and 7 were in flight"), "{said}");
        // Without a bound of the user's own there is still one.
        (record.ends, record.events) = (0, u64::MAX);
        assert_eq!(
            watch.look(&Control::default(), &record, now, 7),
            Some(no_end(u64::MAX, now, 7))
        );
    }

    /// A replication with a warm-up of an hour, event by event or computed ahead, whose record says already what `before` sets.
    fn replication(
        workers: u32,
        load: Load,
        step: Step,
        ahead: bool,
        before: fn(&mut Recorder),
    ) -> Replication {
        let model = Model::new("m", load, vec![step], vec![]);
        let setup = Setup::new(&model, &Runtime::new("sync", SyncWorker::new(workers)));
        let window = Window { warmup: Span(3_600_000_000_000), requests: 0, duration: None };
        let (key, control, mut record) =
            (setup.key(0, false), Control::default(), Recorder::new(1, 0));
        before(&mut record);
        if ahead {
            let lane = setup.lane.expect("it can be computed ahead");
            return express::replicate(&setup, lane, key, record, window, &control).expect("done");
        }
        let mut world = World::new(&setup, key, record);
        let stop = world.run(window, &control);
        world.close(stop)
    }

    #[test]
    fn a_replication_is_stopped_where_requests_end_and_no_time_passes() {
        let long_in_it = |record: &mut Recorder| record.ends = MOST_ENDS_OF_AN_INSTANT - 1_000;
        for ahead in [false, true] {
            let at_once = Step::cpu(Dist::constant(1e-4));
            let found = replication(1, Load::closed(1), at_once.clone(), ahead, long_in_it);
            assert_eq!(found.stop, no_time_passes());
            assert!((1_000..10_000).contains(&found.events), "{ahead}: {} events", found.events);
            let batch = |count| Load::new(LoadKind::Batch { count });
            let found = replication(1, batch(1_000), at_once.clone(), ahead, long_in_it);
            assert_eq!(found.stop, Stop::Drained, "{ahead}: no more than may be");
            // Where time passes the count begins anew.
            let found =
                replication(1, batch(5_000), Step::cpu(Dist::constant(1.0)), ahead, long_in_it);
            assert_eq!(found.stop, Stop::Drained, "{ahead}");
        }
    }

    #[test]
    fn a_replication_is_stopped_where_events_go_on_and_no_request_ends() {
        let long_in_it = |record: &mut Recorder| record.events = MOST_EVENTS_WITHOUT_AN_END - 1_000;
        for ahead in [false, true] {
            let steps = |count| Step::repeat(count, vec![Step::io(Dist::constant(1e3))]);
            let found = replication(2, Load::closed(1), steps(1_000_000), ahead, long_in_it);
            let events = found.events - MOST_EVENTS_WITHOUT_AN_END;
            assert!((1..100_000).contains(&events), "{ahead}: {events} events too many");
            let said = words(Some(found.stop));
            let last = format!("no request has ended in the last {} events", found.events);
            assert!(said.starts_with(&last), "{ahead}: {said}");
            // As many events after the same beginning, and ends among them.
            let batch = Load::new(LoadKind::Batch { count: 100 });
            let found = replication(2, batch, steps(1_000), ahead, long_in_it);
            assert_eq!(found.stop, Stop::Drained, "{ahead}");
            assert!(found.events > MOST_EVENTS_WITHOUT_AN_END + 50_000, "{ahead}");
        }
    }

    #[test]
    fn more_requests_in_flight_than_may_be_are_stopped_and_how_many_is_said() {
        let (control, record, now) =
            (Control::default(), Recorder::new(1, 10), Time(3_000_000_000));
        // The memory has been looked at just now.
        let mut watch = Watch { in_flight: MOST_IN_FLIGHT, ..Watch::default() };
        assert_eq!(watch.look(&control, &record, now, MOST_IN_FLIGHT), None);
        let said = words(watch.look(&control, &record, now, MOST_IN_FLIGHT + 1));
        let many =
            "67108865 requests are in flight after 3 s, more than the limit of 67108864: the load";
        assert!(said.starts_with(many), "{said}");
    }

    #[test]
    fn a_load_that_does_not_fit_into_the_memory_is_refused_before_it_is_tried() {
        assert_eq!(at_once(1_000_000, 2, Some(1 << 30)), None);
        assert_eq!(at_once(1_000_000, 2, None), None);
        let said = words(at_once(1_000_000, 2, Some(64 << 20)));
        assert!(said.contains("need some 572 MiB of memory, and 64 MiB are left"), "{said}");
        let said = words(memory_for(1_000_000, Some(99 << 20), Time(1_000_000)));
        assert!(said.contains("in flight after 1 ms and 99 MiB of memory are left"), "{said}");
    }

    #[test]
    fn more_than_can_be_told_apart_is_refused() {
        assert_eq!(of_width(MOST_TOLD_APART), None);
        let said = words(of_width(200_000_000));
        assert!(said.starts_with("200000000 cores or pools"), "{said}");
        assert_eq!(of_strands(1 << 30), None);
        let said = words(of_strands(2_000_000_000));
        assert!(said.starts_with("2000000000 branches of requests are under way"), "{said}");
    }

    #[test]
    fn more_requests_at_once_than_a_replication_may_hold_are_refused() {
        let said = words(of_load(&LoadKind::Batch { count: u64::MAX }));
        assert!(said.contains("18446744073709551615 requests at once"), "{said}");
    }
}
