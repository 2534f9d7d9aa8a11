//! What one request will do, drawn beforehand: a list of acts with their times.
//!
//! The draws are those of the program, at the addresses that its streams have; what is done with them is
//! not.

use iowait::engine::Key;
use iowait::model::request::Gil;
use iowait::model::{RequestClass, Step, StepKind};
use iowait::units::Span;

/// One thing that a request does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Computes, with the interpreter lock or without.
    Cpu { nanos: u64, locked: bool },
    /// Waits, with a slot of each of these resources; `blocking` keeps a whole loop.
    Wait { nanos: u64, at: Vec<usize>, blocking: bool },
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

/// Draws what the request of this class and key will do.
pub fn draw(class: &RequestClass, key: Key) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut site = 16;
    steps(&class.steps, key, &mut site, &mut acts);
    acts
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

pub fn nanos(dist: &iowait::input::dist::Dist, key: Key, site: u64) -> u64 {
    Span::from_nanos_f64(dist.sample(&mut key.stream(site))).0
}

/// Each step has four addresses in a row, those of its inner steps after its own.
fn steps(list: &[Step], key: Key, site: &mut u64, acts: &mut Vec<Act>) {
    for step in list {
        let own = *site;
        *site += 4;
        let mut done = Vec::new();
        let offloaded = match &step.kind {
            StepKind::Cpu { demand, offload, gil } => {
                done.push(Act::Cpu { nanos: nanos(demand, key, own), locked: *gil == Gil::Hold });
                offload.0
            }
            StepKind::Io { wait, at, blocking, offload, .. } => {
                let blocking = key.stream(own + 3).chance(blocking.0);
                done.push(Act::Wait { nanos: nanos(wait, key, own), at: at.clone(), blocking });
                offload.0
            }
            StepKind::Hold { resources, steps: inner } => {
                done.extend(resources.iter().map(|&resource| Act::Take(resource)));
                steps(inner, key, site, &mut done);
                done.extend(resources.iter().rev().map(|&resource| Act::Give(resource)));
                0.0
            }
            StepKind::Offload { share, steps: inner } => {
                steps(inner, key, site, &mut done);
                share.0
            }
            StepKind::Parallel { branches } => {
                let draw = |branch: &Vec<Step>| {
                    let mut acts = Vec::new();
                    steps(branch, key, site, &mut acts);
                    acts
                };
                done.push(Act::Fork(branches.iter().map(draw).collect()));
                0.0
            }
            StepKind::Repeat { count, steps: inner } => {
                let rounds = count.sample(&mut key.stream(own)) as u64;
                let first = *site;
                // Addresses go on behind the block, however often it is run.
                steps(inner, key, site, &mut Vec::new());
                for round in 0..rounds {
                    let mut inner_site = first;
                    steps(inner, key.part(own + (round << 32)), &mut inner_site, &mut done);
                }
                0.0
            }
            StepKind::Chance { probability, steps: inner } => {
                steps(inner, key, site, &mut done);
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
