//! A model as a theorist sees it: request classes with their declared overhead in front, one kind
//! of server, and none of the things that no exact result survives.

use crate::input::dist::Dist;
use crate::model::demand::Demand;
use crate::model::request::Gil;
use crate::model::runtime::{Assign, EventLoop, PollOrder, Spawn, WorkStealing};
use crate::model::{Host, Load, Model, RequestClass, Resource, Runtime, RuntimeKind, Scheduling};
use crate::model::{Step, StepKind};
use crate::units::{Share, Span};

use super::obstacle::Obstacle;
use super::turns::{self, Turns};

/// One runtime of one model.
#[derive(Debug)]
pub struct System<'a> {
    /// One instance of the machine.
    pub host: &'a Host,
    /// Who sends requests.
    pub load: &'a Load,
    /// Shared things.
    pub resources: &'a [Resource],
    /// The runtime.
    pub runtime: &'a Runtime,
    /// The classes that occur, each with what it costs before its first step as steps of its own.
    pub classes: Vec<RequestClass>,
    /// Their demand.
    pub demand: Demand,
    /// What serves them.
    pub server: Server,
    /// What follows what in them.
    pub turns: Turns,
}

/// What serves requests in each instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// Workers or threads that wait in place.
    Threads {
        /// In all.
        total: u64,
        /// In how many processes.
        processes: u64,
    },
    /// Worker threads that run tasks in turns and steal them.
    Stealers {
        /// How many.
        workers: u64,
    },
    /// Event loops.
    Loops {
        /// How many.
        loops: u64,
        /// Tasks of each at once.
        max_tasks: Option<u64>,
        /// Which one takes a request.
        assign: Assign,
    },
}

impl<'a> System<'a> {
    /// A runtime of a model.
    ///
    /// # Errors
    /// The first thing found that no exact result survives.
    pub fn of(model: &'a Model, runtime: &'a Runtime) -> Result<Self, Obstacle> {
        let server = Server::of(runtime);
        let classes = classes(model, runtime);
        let on_loop = server.takes_turns();
        let turns = turns::of(&classes, on_loop);
        let demand = Demand::of_classes(&classes);
        let (host, load, resources) = (&model.host, &model.load, model.resources.as_slice());
        let system = Self { host, load, resources, runtime, classes, demand, server, turns };
        system.refuse()?;
        Ok(system)
    }

    fn refuse(&self) -> Result<(), Obstacle> {
        if self.load.timeout.is_some() {
            return Err(Obstacle::ClientsGiveUp);
        }
        let on_loop = self.server.takes_turns();
        if self.runtime.kill_after.is_some() {
            return Err(Obstacle::Killed);
        }
        let mut found = None;
        for class in &self.classes {
            turns::each(&class.steps, &mut |step| {
                if found.is_none() {
                    found = obstacle_of(step, on_loop);
                }
            });
        }
        if let Some(obstacle) = found {
            return Err(obstacle);
        }
        self.refuse_costs()
    }

    /// Whether some wait ends with a timer that is not exact.
    fn has_timers(&self) -> bool {
        let grain = match &self.runtime.kind {
            RuntimeKind::EventLoop(kind) => kind.timer_grain,
            _ => Span::ZERO,
        };
        let mut any = false;
        for class in &self.classes {
            turns::each(&class.steps, &mut |step| {
                any |= matches!(step.kind, StepKind::Io { timer: true, .. });
            });
        }
        any && (!grain.is_zero() || self.runtime.timer_overshoot.mean() > 0.0)
    }

    fn refuse_costs(&self) -> Result<(), Obstacle> {
        if !self.runtime.cold_cost.is_zero() {
            return Err(Obstacle::Cold);
        }
        if self.has_timers() {
            return Err(Obstacle::Timer);
        }
        match &self.runtime.kind {
            RuntimeKind::ThreadPool(kind) if kind.is_dispatched() => {
                return Err(Obstacle::Dispatch);
            }
            // One thread in each process never meets another at its lock.
            RuntimeKind::ThreadPool(kind) if kind.gil && kind.threads > 1 => {
                return Err(Obstacle::Gil);
            }
            RuntimeKind::EventLoop(kind)
                if !kind.poll.is_zero()
                    || kind.poll_order != PollOrder::Arrival
                    || !kind.read.is_zero() =>
            {
                return Err(Obstacle::Poll);
            }
            RuntimeKind::EventLoop(EventLoop { task_switch, .. })
            | RuntimeKind::WorkStealing(WorkStealing { task_switch, .. })
                if !task_switch.is_zero() && self.turns.resumed =>
            {
                return Err(Obstacle::TaskSwitch);
            }
            RuntimeKind::Serverless(kind) => {
                // Each instance has its own cores: nobody switches.
                let free = kind.cold_start.mean() <= 0.0;
                return if free { Ok(()) } else { Err(Obstacle::ColdStarts) };
            }
            _ => {}
        }
        // A lone thread is always the last that its core ran; sharing charges no switches.
        let alone = self.runtime.kind.width() == 1;
        let charged = !self.host.context_switch.is_zero()
            && self.host.scheduling != Scheduling::ProcessorSharing;
        if charged && !alone && self.demand.t_cpu_s > 0.0 {
            return Err(Obstacle::ContextSwitch);
        }
        Ok(())
    }

    /// Cores of each instance.
    #[must_use]
    pub fn cores(&self) -> u64 {
        if let RuntimeKind::Serverless(kind) = &self.runtime.kind {
            // One request for each instance, and one core of its own for each request.
            return u64::from(kind.max_instances);
        }
        u64::from(self.host.cores)
    }

    /// Whole copies of the host.
    #[must_use]
    pub fn instances(&self) -> u64 {
        u64::from(self.runtime.instances)
    }
}

impl Server {
    /// Whether a request is a task that takes turns, rather than has a thread to itself.
    const fn takes_turns(self) -> bool {
        matches!(self, Self::Loops { .. } | Self::Stealers { .. })
    }

    fn of(runtime: &Runtime) -> Self {
        match &runtime.kind {
            RuntimeKind::SyncWorker(kind) => {
                let total = u64::from(kind.workers);
                Self::Threads { total, processes: total }
            }
            RuntimeKind::ThreadPool(kind) => {
                Self::Threads { total: runtime.kind.width(), processes: u64::from(kind.processes) }
            }
            RuntimeKind::WorkStealing(kind) => Self::Stealers { workers: kind.workers.into() },
            RuntimeKind::Serverless(kind) => {
                let total = u64::from(kind.max_instances);
                Self::Threads { total, processes: total }
            }
            RuntimeKind::EventLoop(kind) => Self::Loops {
                loops: u64::from(kind.loops),
                max_tasks: kind.max_tasks,
                assign: kind.assign,
            },
        }
    }
}

/// The classes that occur, with their overhead as a burst in front: it is paid together with the
/// first burst, as two bursts in a row are.
fn classes(model: &Model, runtime: &Runtime) -> Vec<RequestClass> {
    let own = runtime.kind.as_run(runtime.requests.as_deref().unwrap_or(&model.requests));
    let mut overheads = vec![runtime.overhead.clone()];
    match &runtime.kind {
        RuntimeKind::ThreadPool(kind) if kind.spawn == Spawn::PerRequest => {
            overheads.push(constant(kind.spawn_cost));
        }
        // Of the first turn; who takes several is refused.
        RuntimeKind::EventLoop(EventLoop { task_switch, .. })
        | RuntimeKind::WorkStealing(WorkStealing { task_switch, .. }) => {
            overheads.push(constant(*task_switch));
        }
        _ => {}
    }
    overheads.retain(|overhead| overhead.mean() > 0.0);
    let occurring = own.into_iter().filter(|class| class.weight > 0.0);
    occurring
        .map(|mut class| {
            let steps = overheads.iter().map(|overhead| burst(overhead.clone()));
            class.steps = steps.chain(class.steps).collect();
            class
        })
        .collect()
}

fn constant(span: Span) -> Dist {
    Dist::constant(span.0 as f64)
}

fn burst(demand: Dist) -> Step {
    let kind = StepKind::Cpu { demand, offload: Share::NONE, gil: Gil::Hold };
    Step { kind, fail: Share::NONE, label: None }
}

/// What a step has that no exact result survives.
fn obstacle_of(step: &Step, on_loop: bool) -> Option<Obstacle> {
    if step.fail.0 > 0.0 {
        return Some(Obstacle::Failures);
    }
    if matches!(&step.kind, StepKind::Repeat { count, .. } if !count.is_whole()) {
        return Some(Obstacle::Counts);
    }
    if !on_loop {
        return None;
    }
    match &step.kind {
        StepKind::Cpu { offload, .. } | StepKind::Io { offload, .. } if offload.0 > 0.0 => {
            Some(Obstacle::Offload)
        }
        StepKind::Offload { share, .. } if share.0 > 0.0 => Some(Obstacle::Offload),
        StepKind::Io { blocking, .. } if blocking.0 > 0.0 => Some(Obstacle::Blocking),
        StepKind::Parallel { .. } => Some(Obstacle::Parallel),
        _ => None,
    }
}
