//! Workers that run tasks in turns and take each other's when they have none.

use super::*;

impl World<'_> {
    /// Whether the next look of a worker is at the requests that are new: every 61st turn.
    pub(super) fn new_first(&self, id: usize) -> bool {
        self.stealers[id].turns % 61 == 60
    }

    fn idle_stealers(&self, instance: usize) -> Vec<(u64, usize)> {
        let idle = self.stealers.iter().enumerate().filter_map(|(id, this)| {
            this.idle_since.filter(|_| this.instance == instance).map(|since| (since, id))
        });
        let mut idle: Vec<_> = idle.collect();
        idle.sort_unstable();
        idle
    }

    /// Idle workers with something of their own look first, then all, the longest idle first.
    pub(super) fn stealers_look(&mut self, instance: usize) {
        let mut first = self.idle_stealers(instance);
        first.retain(|&(_, id)| !self.stealers[id].ready.is_empty());
        for (_, id) in first {
            if !self.stealers[id].ready.is_empty() {
                self.look_for_a_turn(id);
            }
        }
        loop {
            let mine = |this: &&Stealer| this.instance == instance;
            let ready = self.stealers.iter().filter(mine).any(|this| !this.ready.is_empty());
            if !ready && self.sites[instance].backlog.is_empty() {
                return;
            }
            let Some(&(_, id)) = self.idle_stealers(instance).first() else { return };
            self.look_for_a_turn(id);
        }
    }

    fn look_for_a_turn(&mut self, id: usize) {
        self.acts += 1;
        let instance = self.stealers[id].instance;
        let own = |world: &mut Self| world.stealers[id].ready.pop_front();
        let new = |world: &mut Self| {
            let request = world.sites[instance].backlog.pop_front()?;
            world.watch(request);
            let task = Task { home: Some(id), ..world.task_of(request) };
            world.tasks.push(task);
            Some(world.tasks.len() - 1)
        };
        let found = if self.new_first(id) {
            new(self).or_else(|| own(self))
        } else {
            own(self).or_else(|| new(self))
        };
        let task = found.or_else(|| self.steal(id)).expect("something is ready");
        self.stealers[id].turns += 1;
        self.stealers[id].idle_since = None;
        self.tasks[task].home = Some(id);
        let RuntimeKind::WorkStealing(kind) = &self.runtime.kind else {
            unreachable!("only work stealing has such workers")
        };
        let switch = kind.task_switch.0;
        let thread = self.stealers[id].thread;
        self.begin_turn(thread, task, switch);
        self.run_stealer(id);
    }

    /// The older half of what the next worker has that has anything, the first of it now.
    fn steal(&mut self, id: usize) -> Option<usize> {
        let instance = self.stealers[id].instance;
        let all: Vec<usize> = (0..self.stealers.len())
            .filter(|&other| self.stealers[other].instance == instance)
            .collect();
        let (before, after): (Vec<usize>, Vec<usize>) =
            all.into_iter().partition(|&other| other < id);
        let mut others = after.into_iter().skip(1).chain(before);
        let victim = others.find(|&other| !self.stealers[other].ready.is_empty())?;
        let half = self.stealers[victim].ready.len().div_ceil(2);
        let mut stolen: VecDeque<usize> = self.stealers[victim].ready.drain(..half).collect();
        let first = stolen.pop_front();
        self.stealers[id].ready.extend(stolen);
        first
    }

    /// A worker goes on with its turn.
    pub(super) fn run_stealer(&mut self, id: usize) {
        let thread = self.stealers[id].thread;
        while let Some(task) = self.machine.threads[thread].task {
            if !self.take_turn(thread, task) {
                return;
            }
        }
        self.stealers[id].idle_since = Some(self.machine.now);
    }
}
