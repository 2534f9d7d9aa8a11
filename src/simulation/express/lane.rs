//! Which models can be computed ahead.

use crate::model::runtime::{Assign, PollOrder, Spawn};
use crate::model::{Runtime, RuntimeKind, Scheduling};

use super::super::program::{Op, Program};
use super::super::setup::Setup;

/// More loops than this are left to the event-driven engine: one is looked for among all.
const MOST_LOOPS: u32 = 256;

/// How a replication is computed ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// No more workers than cores: a request that is taken never waits again.
    Alone {
        /// Workers.
        workers: u64,
    },
    /// Threads that share cores, first come, first served.
    Shared {
        /// Threads.
        workers: u64,
        /// The longest run that no timeslice cuts, in nanoseconds.
        longest_run: u64,
    },
    /// Loops with a core each.
    Loops {
        /// Which loop takes a request.
        assign: Assign,
        /// CPU for each resumption, in nanoseconds.
        task_switch: u64,
    },
}

impl Lane {
    /// The lane of a runtime; `None` where something can interrupt, refuse or fail a request, or
    /// makes it wait for anything but workers, cores and loops.
    #[must_use]
    pub fn of(setup: &Setup) -> Option<Self> {
        let Setup { runtime, host, load, program, .. } = setup;
        let plain = runtime.instances == 1
            && runtime.backlog.is_none()
            && runtime.kill_after.is_none()
            && load.timeout.is_none()
            && host.context_switch.is_zero()
            && runtime.cold_cost.is_zero()
            && host.scheduling != Scheduling::ProcessorSharing
            && program.entries.len() <= usize::from(u8::MAX)
            && !program.ops.iter().any(is_involved)
            && !may_do_nothing(program);
        if !plain {
            return None;
        }
        match &runtime.kind {
            RuntimeKind::SyncWorker(kind) => Self::in_place(setup, u64::from(kind.workers)),
            RuntimeKind::ThreadPool(kind)
                if !kind.gil && !kind.is_dispatched() && kind.spawn == Spawn::Pool =>
            {
                Self::in_place(setup, runtime.kind.width())
            }
            RuntimeKind::EventLoop(kind) => {
                let free = kind.loops <= host.cores.min(MOST_LOOPS)
                    && kind.poll.is_zero()
                    && kind.poll_order == PollOrder::Arrival
                    && kind.read.is_zero()
                    && kind.max_tasks.is_none()
                    && kind.memory_per_task.0 == 0
                    && !program.ops.iter().any(leaves_the_loop)
                    && branches_begin_with_waits(program)
                    && !has_adjacent_bursts(program, Walk::Loop);
                let lane = Self::Loops { assign: kind.assign, task_switch: kind.task_switch.0 };
                free.then_some(lane)
            }
            _ => None,
        }
    }

    fn in_place(setup: &Setup, workers: u64) -> Option<Self> {
        let Setup { runtime, host, program, .. } = setup;
        if workers <= u64::from(host.cores) {
            return Some(Self::Alone { workers });
        }
        if has_adjacent_bursts(program, Walk::Thread) {
            return None;
        }
        let longest_run = match host.scheduling {
            Scheduling::Fifo => u64::MAX,
            // A worker that goes from one request to the next keeps its core and its slice.
            Scheduling::Eevdf => return None,
            _ if may_go_on_bursting(program, runtime) => return None,
            _ => host.timeslice.0,
        };
        Some(Self::Shared { workers, longest_run })
    }
}

/// Whether an operation waits for a slot or can fail.
const fn is_involved(op: &Op) -> bool {
    match op {
        Op::Acquire { .. } | Op::Release { .. } | Op::Fail { .. } => true,
        Op::Io { at, timer, .. } => *timer || at.0 < at.1,
        _ => false,
    }
}

/// Whether an operation does on a loop what cannot be computed ahead.
fn leaves_the_loop(op: &Op) -> bool {
    match op {
        Op::Offload { .. } => true,
        Op::Io { blocking, .. } => *blocking > 0.0,
        _ => false,
    }
}

/// Whether every branch begins with a wait, so that a turn has no burst but that of the strand that
/// has it.
fn branches_begin_with_waits(program: &Program) -> bool {
    let waits = |&start: &u32| matches!(program.ops[start as usize], Op::Io { .. });
    program.branches.iter().all(waits)
}

/// Who walks through a program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Walk {
    /// A thread, which takes branches one after the other.
    Thread,
    /// A loop: branches begin with waits, and what follows on them has a turn of its own.
    Loop,
}

/// Whether one burst can follow another with nothing in between.
fn has_adjacent_bursts(program: &Program, walk: Walk) -> bool {
    (0..program.ops.len())
        .filter(|&place| matches!(program.ops[place], Op::Cpu { .. }))
        .any(|place| reaches(program, walk, place + 1, |op| matches!(op, Op::Cpu { .. })))
}

/// Whether a request can come to its end without a step that takes time: many then end in one breath.
fn may_do_nothing(program: &Program) -> bool {
    let ends = |op: &Op| matches!(op, Op::End);
    program.entries.iter().any(|&entry| reaches(program, Walk::Thread, entry as usize, ends))
}

/// Whether a request may end with a burst and another begin with one.
fn may_go_on_bursting(program: &Program, runtime: &Runtime) -> bool {
    let overhead = !runtime.overhead.is_constant() || runtime.overhead.mean() > 0.0;
    let bursts = |op: &Op| matches!(op, Op::Cpu { .. });
    let begins = overhead
        || program
            .entries
            .iter()
            .any(|&entry| reaches(program, Walk::Thread, entry as usize, bursts));
    let ends = (0..program.ops.len())
        .filter(|&place| bursts(&program.ops[place]))
        .any(|place| reaches(program, Walk::Thread, place + 1, |op| matches!(op, Op::End)));
    // Overhead alone, before a request without steps that take time, is a burst at its end too.
    begins && (ends || overhead)
}

/// Whether control can come from `place` to an operation that is `wanted` before any other that
/// takes time or ends the request.
fn reaches(program: &Program, walk: Walk, place: usize, wanted: impl Fn(&Op) -> bool) -> bool {
    let mut seen = vec![false; program.ops.len()];
    let mut todo = vec![place];
    while let Some(place) = todo.pop() {
        if std::mem::replace(&mut seen[place], true) {
            continue;
        }
        let op = &program.ops[place];
        if wanted(op) {
            return true;
        }
        match op {
            Op::Cpu { .. } | Op::Io { .. } | Op::End => {}
            Op::Fork { .. } | Op::Join if walk == Walk::Loop => {}
            Op::Repeat { count, .. } if count.is_constant() && count.mean() >= 1.0 => {
                todo.push(place + 1);
            }
            Op::Repeat { end, .. } => todo.extend([place + 1, *end as usize]),
            Op::Again { begin, .. } => todo.extend([place + 1, *begin as usize]),
            Op::Chance { skip, .. } => todo.extend([place + 1, *skip as usize]),
            _ => todo.push(place + 1),
        }
    }
    false
}
