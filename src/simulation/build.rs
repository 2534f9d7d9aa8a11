//! A world before anything happens: cores, threads, loops, locks and pools, all idle.

use crate::engine::Key;
use crate::engine::slab::NONE;
use crate::model::runtime::GilOrder;
use crate::model::{RuntimeKind, Scope};
use crate::units::{Span, Time};

use super::cpu::Core;
use super::dispatch::Dispatcher;
use super::event_loop::{Loop, Loops};
use super::gil::Gil;
use super::limit;
use super::slots::Pool;
use super::stealing::{Stealer, Stealers};
use super::thread::{Role, Thread};
use super::world::{Instance, World};

/// The part of a replication's key for draws of locks; see [`super::client`] for the others.
const GIL_PART: u64 = 4;

impl World<'_> {
    /// Builds every instance of the host with the runtime on it.
    pub(super) fn build(&mut self, key: Key) {
        self.stop = limit::of_width(self.widest());
        if self.stop.is_some() {
            return;
        }
        self.build_gils(key);
        for instance in 0..self.setup.runtime.instances {
            self.build_instance(instance);
        }
        self.build_pools();
    }

    /// Cores or pools of all instances, whichever are more: what events tell apart by a number. A
    /// serverless instance has a core of its own.
    fn widest(&self) -> u64 {
        let setup = self.setup;
        let pools = setup.resources.len() as u64 * u64::from(setup.processes());
        u64::from(setup.runtime.instances).saturating_mul(pools.max(setup.cores().into()))
    }

    fn build_gils(&mut self, key: Key) {
        let (gil, interval, cost, order) = match &self.setup.runtime.kind {
            RuntimeKind::ThreadPool(kind) => {
                (kind.gil, kind.switch_interval, kind.gil_switch, kind.gil_order)
            }
            RuntimeKind::EventLoop(kind) => {
                (kind.gil, kind.switch_interval, Span::ZERO, GilOrder::Fifo)
            }
            RuntimeKind::SyncWorker(_)
            | RuntimeKind::WorkStealing(_)
            | RuntimeKind::Serverless(_) => return,
        };
        if gil {
            let processes =
                u64::from(self.setup.runtime.instances) * u64::from(self.setup.processes());
            let key = key.part(GIL_PART);
            self.gils = (0..processes)
                .map(|process| Gil::new(interval, cost, order, key.part(process)))
                .collect();
        }
    }

    fn build_instance(&mut self, number: u32) {
        let setup = self.setup;
        let (first_core, first_loop) = (self.cores.len() as u32, self.loops.len() as u32);
        let mut instance = Instance::default();
        (instance.first_core, instance.first_loop) = (first_core, first_loop);
        for core in first_core..first_core + setup.cores() {
            self.cores.push(Core::new(number));
            if !setup.is_serverless() {
                instance.cpu.idle.push(Time::ZERO, core);
            }
        }
        let gil = |world: &Self, process| if world.gils.is_empty() { NONE } else { process };
        let base = number * setup.processes();
        match &setup.runtime.kind {
            RuntimeKind::EventLoop(kind) => {
                instance.loops = Loops::new(first_loop, kind.loops);
                for id in first_loop..first_loop + kind.loops {
                    let process = base + (id - first_loop);
                    let lock = gil(self, process);
                    let thread = self.threads.len() as u32;
                    self.threads.push(Thread::new(Role::Loop(id), number, process, lock));
                    self.loops.push(Loop::new(thread, number));
                    let lock = if setup.executor_shares_gil() { lock } else { NONE };
                    for _ in 0..kind.executor_threads {
                        let thread = self.threads.len() as u32;
                        self.threads.push(Thread::new(Role::Executor(id), number, process, lock));
                        self.loops[id as usize].executor_idle.push(Time::ZERO, thread);
                    }
                }
            }
            RuntimeKind::WorkStealing(kind) => {
                let first = self.stealers.len() as u32;
                instance.stealing = Stealers::new(first, kind.workers);
                for id in first..first + kind.workers {
                    let thread = self.threads.len() as u32;
                    self.threads.push(Thread::new(Role::Stealer(id), number, base, NONE));
                    self.stealers.push(Stealer::new(thread, number));
                }
            }
            RuntimeKind::Serverless(_) => {}
            _ if setup.spawns() => {}
            RuntimeKind::ThreadPool(kind) if kind.is_dispatched() => {
                for process in base..base + kind.processes {
                    let lock = gil(self, process);
                    let main = self.threads.len() as u32;
                    let role = Role::Dispatcher(process);
                    self.threads.push(Thread::new(role, number, process, lock));
                    let mut dispatcher = Dispatcher::new(main);
                    for _ in 0..kind.threads {
                        dispatcher.idle.push(Time::ZERO, self.threads.len() as u32);
                        self.threads.push(Thread::new(Role::Worker, number, process, lock));
                    }
                    self.dispatchers.push(dispatcher);
                }
            }
            _ => {
                for worker in 0..setup.workers() {
                    let process = base + (worker % u64::from(setup.processes())) as u32;
                    let thread = self.threads.len() as u32;
                    let lock = gil(self, process);
                    self.threads.push(Thread::new(Role::Worker, number, process, lock));
                    instance.idle_workers.push(Time::ZERO, thread);
                }
            }
        }
        self.instances.push(instance);
    }

    fn build_pools(&mut self) {
        let processes = self.setup.runtime.instances * self.setup.processes();
        for resource in &self.setup.resources {
            self.pool_base.push(self.pools.len() as u32);
            let copies = if resource.scope == Scope::Shared { 1 } else { processes };
            self.pools.extend((0..copies).map(|_| Pool::new(resource)));
        }
    }
}
