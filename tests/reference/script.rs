//! What one request will do, drawn beforehand: a list of acts with their times.
//!
//! The draws are those of the program, at the addresses that its streams have; what is done with them is
//! not.

use iowait::engine::Key;
use iowait::input::dist::Dist;
use iowait::model::request::Gil;
use iowait::model::{RequestClass, Step, StepKind};
use iowait::units::Span;

/// One thing that a request does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Computes, with the interpreter lock or without.
    Cpu { nanos: u64, locked: bool },
    /// Waits, with a slot of each of these resources; `blocking` keeps a whole loop; a `timer` is late by so
    /// much.
    Wait { nanos: u64, at: Vec<usize>, blocking: bool, timer: Option<u64> },
    /// Takes a slot.
    Take(usize),
    /// Gives it back.
    Give(usize),
    /// Does these at once.
    Fork(Vec<Vec<Act>>),
    /// Does these on an executor thread.
    Offload(Vec<Act>),
    /// Could have gone to an executor thread but did not: a step that takes no time.
    Stay,
    /// The end of what an executor thread does.
    Return,
    /// Fails.
    Fail,
}

/// Draws what the request of this class and key will do, where timers are late by this distribution.
pub fn draw(class: &RequestClass, key: Key, late: &Dist) -> Vec<Act> {
    let mut acts = Vec::new();
    steps(&class.steps, &mut At { key, site: 16, late }, &mut acts);
    acts
}

/// The same where nothing can be offloaded.
pub fn without_offload(acts: Vec<Act>) -> Vec<Act> {
    let mut kept = Vec::new();
    for act in acts {
        match act {
            Act::Offload(inner) => kept.extend(without_offload(inner)),
            Act::Stay => {}
            Act::Fork(branches) => {
                kept.push(Act::Fork(branches.into_iter().map(without_offload).collect()));
            }
            other => kept.push(other),
        }
    }
    kept
}

/// Where draws are made.
struct At<'a> {
    key: Key,
    site: u64,
    late: &'a Dist,
}

/// The same as a single thread does it: branches one after the other, nothing goes elsewhere.
pub fn in_one_thread(acts: Vec<Act>) -> Vec<Act> {
    let mut flat = Vec::new();
    for act in acts {
        match act {
            Act::Fork(branches) => {
                branches.into_iter().for_each(|branch| flat.extend(in_one_thread(branch)));
            }
            Act::Offload(inner) => flat.extend(in_one_thread(inner)),
            Act::Stay => {}
            other => flat.push(other),
        }
    }
    flat
}

pub fn nanos(dist: &Dist, key: Key, site: u64) -> u64 {
    Span::from_nanos_f64(dist.sample(&mut key.stream(site))).0
}

/// Each step has four addresses in a row, those of its inner steps after its own.
fn steps(list: &[Step], at: &mut At<'_>, acts: &mut Vec<Act>) {
    for step in list {
        let (key, own) = (at.key, at.site);
        at.site += 4;
        let mut done = Vec::new();
        let offloaded = match &step.kind {
            StepKind::Cpu { demand, offload, gil } => {
                done.push(Act::Cpu { nanos: nanos(demand, key, own), locked: *gil == Gil::Hold });
                offload.0
            }
            StepKind::Io { wait, at: needs, timer, blocking, offload } => {
                let blocking = key.stream(own + 3).chance(blocking.0);
                let timer = timer.then(|| nanos(at.late, key.part(own), 0));
                let (nanos, at) = (nanos(wait, key, own), needs.clone());
                done.push(Act::Wait { nanos, at, blocking, timer });
                offload.0
            }
            StepKind::Hold { resources, steps: inner } => {
                done.extend(resources.iter().map(|&resource| Act::Take(resource)));
                steps(inner, at, &mut done);
                done.extend(resources.iter().rev().map(|&resource| Act::Give(resource)));
                0.0
            }
            StepKind::Offload { share, steps: inner } => {
                steps(inner, at, &mut done);
                share.0
            }
            StepKind::Parallel { branches } => {
                let mut draw = |branch: &Vec<Step>| {
                    let mut acts = Vec::new();
                    steps(branch, at, &mut acts);
                    acts
                };
                done.push(Act::Fork(branches.iter().map(&mut draw).collect()));
                0.0
            }
            StepKind::Repeat { count, steps: inner } => {
                let rounds = count.sample(&mut key.stream(own)) as u64;
                let (site, late) = (at.site, at.late);
                // Addresses go on behind the block, however often it is run.
                steps(inner, at, &mut Vec::new());
                for round in 0..rounds {
                    let key = key.part(own + (round << 32));
                    steps(inner, &mut At { key, site, late }, &mut done);
                }
                0.0
            }
            StepKind::Chance { probability, steps: inner } => {
                steps(inner, at, &mut done);
                if !key.stream(own).chance(probability.0) {
                    done.clear();
                }
                0.0
            }
        };
        if offloaded == 0.0 {
            acts.extend(done);
        } else if key.stream(own + 2).chance(offloaded) {
            acts.push(Act::Offload(done));
        } else {
            acts.push(Act::Stay);
            acts.extend(done);
        }
        if step.fail.0 > 0.0 && key.stream(own + 1).chance(step.fail.0) {
            acts.push(Act::Fail);
        }
    }
}
