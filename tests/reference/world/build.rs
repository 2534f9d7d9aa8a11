//! A world before anything happens: all instances with their cores, threads, loops, locks and pools.

use iowait::model::Host;
use iowait::model::runtime::{Executor, Spawn, ThreadPool};
use iowait::units::Span;

use super::*;
use crate::machine::Lock;

/// The host as a runtime has it: a serverless instance has a core of its own and never switches.
fn host_of(model: &Model, runtime: &Runtime) -> Host {
    let RuntimeKind::Serverless(kind) = &runtime.kind else { return model.host.clone() };
    Host {
        cores: kind.max_instances,
        scheduling: Scheduling::Fifo,
        context_switch: Span::ZERO,
        ..model.host.clone()
    }
}

impl<'a> World<'a> {
    pub fn new(model: &'a Model, runtime: &'a Runtime) -> Self {
        let instances = runtime.instances as usize;
        let key = Key::new(model.run.seed).part(0);
        let cold = (runtime.cold_cost, runtime.cold_after);
        let mut world = Self {
            model,
            runtime,
            classes: runtime.requests.as_deref().unwrap_or(&model.requests),
            key,
            machine: Machine::new(host_of(model, runtime), instances, cold),
            sites: vec![Site::default(); instances],
            requests: vec![],
            tasks: vec![],
            first_task: 0,
            first_request: 0,
            loops: vec![],
            stealers: vec![],
            mains: vec![],
            pools: vec![],
            idle: vec![],
            starting: vec![],
            granted: VecDeque::new(),
            arrivals: Arrivals::new(&model.load.kind, key.part(3)),
            returns: vec![],
            returning: vec![],
            sent: vec![],
            begun: 0,
            next_instance: 0,
            taken: 0,
            unsettled: true,
            acts: 0,
            story: Story::default(),
        };
        world.build_locks();
        (0..instances).for_each(|instance| world.build_instance(instance));
        for resource in &model.resources {
            let processes = instances * world.processes();
            let copies = if resource.scope == Scope::Shared { 1 } else { processes };
            world.pools.push(vec![Pool::default(); copies]);
        }
        world
    }

    /// Processes of each instance.
    pub(super) fn processes(&self) -> usize {
        self.runtime.kind.processes() as usize
    }

    fn build_locks(&mut self) {
        let (locked, order, interval, cost) = match &self.runtime.kind {
            RuntimeKind::ThreadPool(kind) => {
                (kind.gil, kind.gil_order, kind.switch_interval, kind.gil_switch.0)
            }
            RuntimeKind::EventLoop(kind) => (kind.gil, Default::default(), kind.switch_interval, 0),
            _ => (false, Default::default(), Default::default(), 0),
        };
        let processes = if locked { self.sites.len() * self.processes() } else { 0 };
        for process in 0..processes {
            let draws = self.key.part(4).part(process as u64).stream(0);
            self.machine.locks.push(Lock::new(interval.0, cost, order, draws));
        }
    }

    /// A thread of a process.
    pub(super) fn add_thread(&mut self, job: Job, instance: usize, process: usize) -> usize {
        let lock = (!self.machine.locks.is_empty()).then_some(process);
        let thread = Thread { instance, job, process, lock, ..Thread::default() };
        self.machine.threads.push(thread);
        self.machine.threads.len() - 1
    }

    fn build_instance(&mut self, instance: usize) {
        let base = instance * self.processes();
        match self.runtime.kind.clone() {
            RuntimeKind::EventLoop(kind) => {
                for process in base..base + kind.loops as usize {
                    let id = self.loops.len();
                    let thread = self.add_thread(Job::Loop(id), instance, process);
                    let idle_since = Some(0);
                    self.loops.push(Loop { thread, instance, idle_since, ..Loop::default() });
                    for _ in 0..kind.executor_threads {
                        let thread = self.add_thread(Job::Executor(id), instance, process);
                        if kind.executor == Executor::Processes {
                            self.machine.threads[thread].lock = None;
                        }
                        self.idle.push((0, thread));
                    }
                }
            }
            RuntimeKind::WorkStealing(kind) => {
                for _ in 0..kind.workers {
                    let id = self.stealers.len();
                    let thread = self.add_thread(Job::Stealer(id), instance, base);
                    let this =
                        Stealer { thread, instance, idle_since: Some(0), ..Stealer::default() };
                    self.stealers.push(this);
                }
            }
            RuntimeKind::ThreadPool(kind) if kind.spawn == Spawn::PerRequest => {}
            RuntimeKind::ThreadPool(kind) if !kind.dispatch.is_zero() => {
                self.build_dispatched(instance, &kind);
            }
            RuntimeKind::ThreadPool(_) | RuntimeKind::SyncWorker(_) => {
                for worker in 0..self.runtime.kind.width() as usize {
                    let process = base + worker % self.processes();
                    let thread = self.add_thread(Job::Worker, instance, process);
                    self.idle.push((0, thread));
                }
            }
            RuntimeKind::Serverless(_) => {}
        }
    }

    fn build_dispatched(&mut self, instance: usize, kind: &ThreadPool) {
        let base = instance * self.processes();
        for process in base..base + kind.processes as usize {
            let thread = self.add_thread(Job::Main(process), instance, process);
            self.mains.push(Main { thread, instance, idle_since: Some(0), ..Main::default() });
            for _ in 0..kind.threads {
                let thread = self.add_thread(Job::Worker, instance, process);
                self.idle.push((0, thread));
            }
        }
    }
}
