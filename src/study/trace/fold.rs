//! A log of changes to stretches of requests and bursts on cores.

use std::collections::BTreeMap;

use super::{Burst, RequestTrace, Stretch};
use crate::simulation::{Change, Ending, Log, Part};
use crate::units::Time;

/// A log under way to stretches.
#[derive(Default)]
pub struct Fold {
    /// Requests in order of issue.
    pub requests: Vec<RequestTrace>,
    /// Bursts in order of their beginning.
    pub bursts: Vec<Burst>,
    places: BTreeMap<u64, usize>,
    open: BTreeMap<(u64, u32), Stretch>,
    bursting: BTreeMap<u32, Burst>,
}

impl Fold {
    /// What a log says until a moment. Where it is `cut` there, not all changes of that very moment
    /// are in it, so that none of them counts.
    pub fn of(log: &Log, until: Time, cut: bool) -> Self {
        let mut fold = Self::default();
        let counts = |now: Time| now < until || !cut;
        for (now, change) in log.changes.iter().take_while(|(now, _)| counts(*now)) {
            fold.take(*now, *change);
        }
        let open: Vec<(u64, u32)> = fold.open.keys().copied().collect();
        open.into_iter().for_each(|(request, branch)| fold.close(until, request, branch));
        let bursting: Vec<u32> = fold.bursting.keys().copied().collect();
        bursting.into_iter().for_each(|core| fold.stop(until, core));
        fold.bursts.sort_by_key(|burst| (burst.from, burst.core));
        for request in &mut fold.requests {
            request.stretches.sort_by_key(|stretch| (stretch.from, stretch.branch));
        }
        fold
    }

    fn take(&mut self, now: Time, change: Change) {
        match change {
            Change::Issued { request, class } => {
                self.places.insert(request, self.requests.len());
                let new =
                    RequestTrace { number: request, class, begin: now, ..RequestTrace::default() };
                self.requests.push(new);
                self.begin(
                    request,
                    Stretch { branch: 0, thread: None, part: Part::Accept, from: now, to: now },
                );
            }
            Change::Ended { request, how } => {
                if let Some(place) = self.places.get(&request) {
                    self.requests[*place].end = Some((now, how));
                }
                // A refused one has no strand that would tell of its end.
                if how == Ending::Refused {
                    self.close(now, request, 0);
                }
            }
            Change::Part { request, branch, thread, part } => {
                self.close(now, request, branch);
                if let Some(part) = part {
                    self.begin(request, Stretch { branch, thread, part, from: now, to: now });
                }
            }
            Change::Begins { core, thread, request } => {
                self.stop(now, core);
                self.bursting.insert(
                    core,
                    Burst { core, thread: Some(thread), request, from: now, to: now },
                );
            }
            Change::Stops { core } => self.stop(now, core),
        }
    }

    fn begin(&mut self, request: u64, stretch: Stretch) {
        self.open.insert((request, stretch.branch), stretch);
    }

    fn close(&mut self, now: Time, request: u64, branch: u32) {
        if let Some(stretch) = self.open.remove(&(request, branch))
            && stretch.from < now
            && let Some(place) = self.places.get(&request)
        {
            self.requests[*place].stretches.push(Stretch { to: now, ..stretch });
        }
    }

    fn stop(&mut self, now: Time, core: u32) {
        if let Some(burst) = self.bursting.remove(&core)
            && burst.from < now
        {
            self.bursts.push(Burst { to: now, ..burst });
        }
    }

    /// The cores as they are where all that run share them: as many are busy as requests run.
    pub fn share(&mut self, cores: u32) {
        let stretches = self.requests.iter().flat_map(|request| &request.stretches);
        let mut steps: Vec<(Time, i64)> = stretches
            .filter(|stretch| stretch.part == Part::Running)
            .flat_map(|stretch| [(stretch.from, 1), (stretch.to, -1)])
            .collect();
        // Who ends at a moment makes room for who begins at it.
        steps.sort_unstable();
        let (mut running, mut since) = (0_i64, vec![None; cores as usize]);
        for (place, (now, by)) in steps.iter().enumerate() {
            running += by;
            if steps.get(place + 1).is_some_and(|(next, _)| next == now) {
                continue;
            }
            for (core, since) in since.iter_mut().enumerate() {
                if (core as i64) < running {
                    since.get_or_insert(*now);
                } else if let Some(from) = since.take() {
                    let core = core as u32;
                    self.bursts.push(Burst { core, thread: None, request: None, from, to: *now });
                }
            }
        }
        self.bursts.sort_by_key(|burst| (burst.from, burst.core));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_cores_are_busy_as_far_as_requests_run() {
        let running = |from: u64, to: u64| RequestTrace {
            stretches: vec![Stretch {
                branch: 0,
                thread: None,
                part: Part::Running,
                from: Time(from),
                to: Time(to),
            }],
            ..RequestTrace::default()
        };
        let requests = vec![running(0, 10), running(5, 20), running(10, 15), running(30, 40)];
        let mut fold = Fold { requests, ..Fold::default() };
        fold.share(2);
        let busy: Vec<_> = fold.bursts.iter().map(|b| (b.core, b.from.0, b.to.0)).collect();
        assert_eq!(busy, [(0, 0, 20), (1, 5, 15), (0, 30, 40)]);
    }
}
