//! Where the time of the requests in flight goes: one account each, of the parts that the runtime has.

use crate::model::RuntimeKind;

use super::program::Op;
use super::request::{PARTS, Part};
use super::setup::Setup;

/// The time accounts of all requests in flight, by their places in their slab: as narrow as the runtime
/// allows, since there may be millions.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// Where each part stands in an account; of a power of two, so that no part is out of range.
    place: [u8; 2 * PARTS],
    /// The parts in the order in which they stand.
    parts: Vec<Part>,
    /// Parts of an account.
    width: u32,
    /// Nanoseconds of each part, account after account.
    nanos: Vec<u64>,
}

impl Accounts {
    /// No accounts, of the parts that a request of this runtime may spend time in.
    pub fn new(setup: &Setup) -> Self {
        let parts: Vec<Part> = Part::ALL.into_iter().filter(|&part| occurs(setup, part)).collect();
        let mut place = [u8::MAX; 2 * PARTS];
        for (number, &part) in (0..).zip(&parts) {
            place[part as usize] = number;
        }
        Self { place, width: parts.len() as u32, parts, nanos: Vec::new() }
    }

    /// Opens the account of a request.
    #[inline]
    pub fn open(&mut self, request: u32) {
        let first = self.first(request);
        let end = first + self.width as usize;
        if end > self.nanos.len() {
            self.nanos.resize(end, 0);
        }
        self.nanos[first..end].fill(0);
    }

    /// Adds time to a part of a request's account.
    #[inline]
    pub fn add(&mut self, request: u32, part: Part, nanos: u64) {
        let place = self.place[part as usize % (2 * PARTS)];
        debug_assert!(u32::from(place) < self.width, "{part:?} does not occur here");
        let place = self.first(request) + place as usize;
        self.nanos[place] += nanos;
    }

    /// The account of a request: nanoseconds of each part.
    #[inline]
    pub fn of(&self, request: u32) -> [u64; PARTS] {
        let first = self.first(request);
        let mut account = [0; PARTS];
        for (&part, &nanos) in self.parts.iter().zip(&self.nanos[first..]) {
            account[part as usize % PARTS] = nanos;
        }
        account
    }

    #[inline]
    const fn first(&self, request: u32) -> usize {
        request as usize * self.width as usize
    }
}

/// Whether a request of this runtime may spend time in a part.
fn occurs(setup: &Setup, part: Part) -> bool {
    let kind = &setup.runtime.kind;
    match part {
        Part::Running | Part::CpuWait | Part::Io | Part::Accept => true,
        Part::LockWait => match kind {
            RuntimeKind::ThreadPool(kind) => kind.gil,
            RuntimeKind::EventLoop(kind) => kind.gil,
            _ => false,
        },
        Part::LoopWait => matches!(kind, RuntimeKind::EventLoop(_) | RuntimeKind::WorkStealing(_)),
        Part::ExecutorWait => setup.program.ops.iter().any(|op| matches!(op, Op::Offload { .. })),
        Part::ResourceWait => !setup.resources.is_empty(),
        Part::Parked => false,
    }
}
